// Rows of the matrix for drafts: as matrix_test.mjs describes them.

export const draftGets = (it) => ({
  "/drafts": { who: "physician" },
  "/q/:id/answer": { who: "physician", path: () => `/q/${it().question}/answer` },
  "/image/:name": { who: "member", path: () => `/image/${it().image}` },
  "/image/:name/small": { who: "member", path: () => `/image/${it().image}/small` },
});

export const draftPosts = (now) => ({
  // Without a file it is refused, which is all that is tried here; browser/image_test.mjs sends some.
  "/image": {
    who: "physician",
    fields: () => ({ place: "ask" }),
    hidden: async () => ({ form: (await now().them.alder.get("/ask")).text.match(/value="([^"]+)" formaction="\/image"/)[1] }),
    actor: "alder",
    status: 422,
    unchanged: true,
  },
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
