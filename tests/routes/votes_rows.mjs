// Rows of the matrix for what is hidden of votes: as matrix_test.mjs describes them.
export const votesPosts = (it) => ({
  "/q/:id/show": {
    who: "physician",
    page: () => `/q/${it().question}`,
    path: () => `/q/${it().question}/show`,
    fields: () => ({}),
    actor: "birch",
  },
});
