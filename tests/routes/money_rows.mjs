// Rows of the matrix for being paid: as matrix_test.mjs describes them.
import { password } from "../support/house.mjs";

export const moneyGets = { "/account/payout": { who: "physician" } };

export const moneyPosts = () => ({
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
  "/earnings/payout": { who: "physician", page: "/earnings", fields: () => ({}), actor: "alder" },
});
