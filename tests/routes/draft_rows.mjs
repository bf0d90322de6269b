// Rows of the matrix for drafts: as matrix_test.mjs describes them.

export const draftGets = (it) => ({
  "/drafts": { who: "physician" },
  "/q/:id/answer": { who: "physician", path: () => `/q/${it().question}/answer` },
});

export const draftPosts = () => ({
  "/draft": {
    who: "physician",
    page: "/ask",
    fields: () => ({ place: "ask", title: "Half a tit", body: "Half a sentence ab" }),
    actor: "alder",
    token: "draft",
  },
  "/draft/remove": {
    who: "physician",
    page: "/drafts",
    fields: () => ({ place: "ask" }),
    actor: "alder",
  },
});
