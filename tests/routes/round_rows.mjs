// Rows of the matrix for live discussions: as matrix_test.mjs describes them. it: what there is when a row is tried.

export const roundGets = (it) => ({
  "/q/:id/live": { who: "member", path: () => `/q/${it().question}/live` },
});

export const roundPosts = (it) => ({
  "/q/:id/round": {
    who: "physician",
    page: () => `/q/${it().question}`,
    path: () => `/q/${it().question}/round`,
    fields: () => ({ minutes: 30 }),
    actor: "alder",
    others: { birch: 403 },
  },
  "/q/:id/round/close": {
    who: "physician",
    page: () => `/q/${it().question}`,
    path: () => `/q/${it().question}/round/close`,
    fields: () => ({}),
    actor: "alder",
    others: { birch: 403 },
  },
});
