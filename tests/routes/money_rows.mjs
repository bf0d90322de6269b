// Rows of the matrix for being paid: as matrix_test.mjs describes them.
import { randomBytes } from "node:crypto";
import { formToken } from "../support/form.mjs";
import { password } from "../support/house.mjs";

export const moneyGets = { "/account/payout": { who: "physician" }, "/admin/payouts": { who: "admin" }, "/admin/operations": { who: "admin" },
  "/admin/preview": { who: "admin" } };

// now: { them } as they are when a row is tried.
export const moneyPosts = (now) => ({
  "/account/payout": {
    who: "physician",
    page: "/account/payout",
    fields: () => ({ holder: "Alder Example", routing: "021000021", account: "12345678", payee_password: password }),
    actor: "alder",
  },
  "/account/tax": {
    who: "physician",
    page: "/account/payout",
    fields: () => ({
      tax_name: "Alder Example", kind: "1", tin: "078-05-1121", street: "1 Main St", place: "Springfield, MO 65801",
      certified: "1", tax_password: password,
    }),
    actor: "alder",
  },
  // unchanged: nobody is due yet; what is done with two admins is tried in browser/flows_test.mjs.
  "/admin/payouts": {
    who: "admin",
    page: "/admin/payouts",
    hidden: () => ({ form: formToken(now().them.gate, "/admin/payouts"), request: randomBytes(16).toString("base64url") }),
    fields: () => ({ rail: "2" }),
    actor: "gate",
    status: 422,
    unchanged: true,
  },
  // unchanged: no month has ended yet.
  "/admin/preview": {
    who: "admin",
    page: "/admin/preview",
    fields: () => ({}),
    actor: "gate",
    status: 422,
    unchanged: true,
  },
  // unchanged: nothing waits; that a proposal goes is tried in web/two_test.mjs.
  "/admin/operation/:id/withdraw": {
    who: "admin",
    path: () => "/admin/operation/1/withdraw",
    hidden: () => ({ form: formToken(now().them.gate, "/admin/operation/:id/withdraw"), request: randomBytes(16).toString("base64url") }),
    fields: () => ({}),
    actor: "gate",
    unchanged: true,
  },
  // unchanged: nothing stepped aside; that it is tried again, in unit/ledger_two_test.c.
  "/admin/operation/:id/retry": {
    who: "admin",
    path: () => "/admin/operation/1/retry",
    hidden: () => ({ form: formToken(now().them.gate, "/admin/operation/:id/retry"), request: randomBytes(16).toString("base64url") }),
    fields: () => ({}),
    actor: "gate",
    unchanged: true,
  },
  "/earnings/object": {
    who: "physician",
    hidden: () => ({ form: formToken(now().them.alder, "/earnings/object"), request: randomBytes(16).toString("base64url") }),
    fields: () => ({ period: "2026-03", words: "We work in one field." }),
    actor: "alder",
  },
  "/earnings/payout": { who: "physician", page: "/earnings", fields: () => ({}), actor: "alder" },
});
