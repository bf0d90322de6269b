// Rows of the matrix for a member's own account, a lost password and the second step of signing in: as matrix_test.mjs describes them.
import { password } from "../support/house.mjs";
import { challengeOf, secondStep, totp } from "../support/second.mjs";

export const accountGets = {
  "/login/passkey": { who: "anyone", open: true },
  "/reset": { who: "anyone" },
  "/reset/new": { who: "anyone" },
  "/account": { who: "account" },
  "/account/totp": { who: "account" },
  "/account/passkey": { who: "account" },
  "/account/export": { who: "account" },
  "/account/leave": { who: "account", open: true },
};

// now: { house, them, it } as they are when a row is tried.
export const accountPosts = (now) => ({
  // unchanged: a form that must not act, since what it needs comes by mail; accounts/ tries it with the right code.
  "/login/second": {
    who: "anyone",
    hidden: async () => (await secondStep(now().them.visitor, "Cedar", password)).hidden,
    fields: () => ({ code: totp(now().it.cedar.secret, now().house.time) }),
    actor: "visitor",
    last: true,
    prepare: async () => {
      now().them.visitor = now().house.visitor();
      now().house.advance(60000); // the code that was shown when the app was added is used up
    },
  },
  "/login/passkey": {
    who: "anyone",
    page: "/login/passkey",
    fields: (html) => (html ? now().it.key.get(challengeOf(html)) : {}),
    actor: "visitor",
    last: true,
    prepare: () => {
      now().them.visitor = now().house.visitor();
    },
  },
  "/reset": { who: "anyone", page: "/reset", fields: () => ({ name: "Alder" }), actor: "visitor" },
  "/reset/new": {
    who: "anyone",
    page: "/reset/new",
    fields: () => ({ code: "nothing", password: "quiet corridor at night" }),
    actor: "visitor",
    status: 422,
    unchanged: true,
  },
  "/account/password": {
    who: "account",
    page: "/account",
    fields: () => ({ old: password, password: "another corridor at night" }),
    actor: "birch",
  },
  "/account/email": {
    who: "account",
    page: "/account",
    fields: () => ({ email: "alder.new@demo.example", email_password: password }),
    actor: "alder",
  },
  "/account/email/confirm": {
    who: "account",
    page: "/account",
    fields: () => ({ code: "1234" }),
    actor: "alder",
    status: 422,
    unchanged: true,
  },
  "/account/specialty": { who: "account", page: "/account", fields: () => ({ shown: "0" }), actor: "alder" },
  "/account/session/:key/end": {
    who: "account",
    page: "/account",
    path: () => `/account/session/${now().it.session}/end`,
    fields: () => ({}),
    actor: "alder",
  },
  "/account/sessions/end": {
    who: "account",
    page: "/account",
    fields: () => ({}),
    actor: "alder",
    prepare: () => now().house.signIn("Alder"),
  },
  "/account/totp": {
    who: "account",
    page: "/account/totp",
    fields: (html) => ({ code: html ? totp(html.match(/name="secret" value="([^"]*)"/)[1], now().house.time) : "123456" }),
    actor: "birch",
    status: 200,
  },
  "/account/codes": { who: "account", page: "/account", fields: () => ({}), actor: "birch", status: 200 },
  "/account/passkey": {
    who: "account",
    page: "/account/passkey",
    fields: (html) => (html ? { label: "key", ...now().it.key.create(challengeOf(html)) } : {}),
    actor: "birch",
  },
  "/account/factor/:id/remove": {
    who: "account",
    page: "/account",
    path: () => `/account/factor/${now().it.factor}/remove`,
    fields: () => ({}),
    actor: "birch",
    prepare: async () => {
      now().it.factor = (await now().them.birch.json("/account")).factors.find(({ kind }) => kind === "Authenticator app").id;
    },
  },
  "/account/leave": {
    who: "account",
    page: "/account/leave",
    fields: () => ({ password }),
    actor: "willow",
    last: true,
    prepare: () => now().house.renew(now().them.willow),
  },
});
