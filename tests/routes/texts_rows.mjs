// Rows of the matrix for what becomes of postings: as matrix_test.mjs describes them. it: what there is when a row is tried; them: who is
// signed in.

export const textsGets = (it) => ({
  "/p/:id/edit": { who: "physician", path: () => `/p/${it().posting}/edit`, only: { alder: 403 } },
  "/p/:id/history": { who: "member", path: () => `/p/${it().posting}/history` },
  "/p/:id/comment": { who: "physician", path: () => `/p/${it().posting}/comment` },
  "/p/:id/mark": { who: "physician", path: () => `/p/${it().posting}/mark` },
  "/cited": { who: "member", path: () => "/cited?source=PMID+31535829" },
  "/q/:id/summary": { who: "physician", path: () => `/q/${it().question}/summary` },
  "/q/:id/summary/history": { who: "member", path: () => `/q/${it().question}/summary/history` },
});

// Buttons beside the postings belong to a form that stands once in the page.
const shared = (at, id) => async () => {
  const { them, it } = at();
  const page = await them.alder.get(`/q/${it.question}`);
  return { form: page.text.match(new RegExp(`<form id="${id}"[^>]*><input type="hidden" name="form" value="([^"]+)"`))?.[1] };
};

export const textsPosts = (at) => ({
  "/p/:id/edit": {
    who: "physician",
    page: () => `/p/${at().it.posting}/edit`,
    path: () => `/p/${at().it.posting}/edit`,
    fields: () => ({ body: "Said better now. PMID 31535829", note: "Clearer." }),
    actor: "birch",
    others: { alder: 403 },
  },
  "/p/:id/comment": {
    who: "physician",
    page: () => `/p/${at().it.posting}/comment`,
    path: () => `/p/${at().it.posting}/comment`,
    fields: () => ({ body: "And in which dose?" }),
    actor: "alder",
  },
  "/comment/:id/remove": {
    who: "physician",
    page: () => `/p/${at().it.posting}/comment`,
    path: () => `/comment/${at().it.comment}/remove`,
    fields: () => ({}),
    actor: "alder",
    others: { birch: 403 },
    late: true,
  },
  "/p/:id/mark": {
    who: "physician",
    page: () => `/p/${at().it.posting}/mark`,
    path: () => `/p/${at().it.posting}/mark`,
    fields: () => ({ what: 1, source: "PMID 31535829", body: "A newer trial says otherwise." }),
    actor: "alder",
  },
  "/p/:id/mark/withdraw": {
    who: "physician",
    page: () => `/p/${at().it.posting}/mark`,
    path: () => `/p/${at().it.posting}/mark/withdraw`,
    fields: () => ({ what: 1 }),
    actor: "alder",
    late: true,
  },
  "/p/:id/thank": {
    who: "physician",
    page: () => `/q/${at().it.question}`,
    path: () => `/p/${at().it.posting}/thank`,
    hidden: shared(at, "thanks"),
    fields: () => ({}),
    actor: "alder",
    others: { birch: 403 },
  },
  "/p/:id/choose": {
    who: "physician",
    page: () => `/q/${at().it.question}`,
    path: () => `/p/${at().it.posting}/choose`,
    hidden: shared(at, "choose"),
    fields: () => ({ chosen: 1 }),
    actor: "alder",
    others: { birch: 403 },
  },
  "/q/:id/summary": {
    who: "physician",
    page: () => `/q/${at().it.question}/summary`,
    path: () => `/q/${at().it.question}/summary`,
    fields: () => ({ body: `It helped one patient. [${at().it.posting}]` }),
    actor: "birch",
  },
});
