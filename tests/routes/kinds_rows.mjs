// Rows of the matrix for polls, ratings and specialties: as matrix_test.mjs describes them. it: what there is when a row is tried.

export const kindsGets = () => ({
  "/account/specialties": {
    who: "account",
    only: { halden: 403, ostrand: 403, gate: 403, latch: 403 },
  },
  "/account/background": {
    who: "account",
    only: { halden: 403, ostrand: 403, gate: 403, latch: 403 },
  },
});

export const kindsPosts = (it) => ({
  "/q/:id/poll": {
    who: "physician",
    page: () => `/q/${it().case}`,
    path: () => `/q/${it().case}/poll`,
    fields: () => ({ choice: 2 }),
    actor: "birch",
    others: { alder: 403 },
  },
  "/q/:id/rate": {
    who: "physician",
    page: () => `/q/${it().question}`,
    path: () => `/q/${it().question}/rate`,
    fields: () => ({ relevance: 4 }),
    actor: "birch",
    others: { alder: 403 },
  },
  "/account/specialties": {
    who: "account",
    page: "/account/specialties",
    fields: () => ({ s1: "nephrology", shown: 1 }),
    actor: "birch",
    others: { halden: 403, gate: 403 },
  },
  "/account/background": {
    who: "account",
    page: "/account/background",
    fields: () => ({ part: 1 }),
    actor: "birch",
    others: { halden: 403, gate: 403 },
  },
});
