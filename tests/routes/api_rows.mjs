// Rows of the matrix for personal tokens and the description for programs: as matrix_test.mjs describes them.
import { password } from "../support/house.mjs";

export const apiGets = {
  "/account/tokens": { who: "physician" },
  "/openapi.json": { who: "anyone" },
};

// it: what there is when a row is tried.
export const apiPosts = (it) => ({
  "/account/tokens": {
    who: "physician",
    page: "/account/tokens",
    fields: () => ({ name: "notes on the laptop", read: 1, days: 30, password }),
    actor: "alder",
    status: 200, // the token, shown this once
  },
  "/account/token/:id/end": {
    who: "physician",
    page: "/account/tokens",
    path: () => `/account/token/${it().token}/end`,
    fields: () => ({}),
    actor: "alder",
    others: { birch: 404 },
  },
});
