// Rows of the matrix for the waiting room, vouching and the desk at the door: as matrix_test.mjs describes them.
// it: what there is when a row is tried.

export const doorGets = (it) => ({
  "/waiting/quiz": { who: "waiting", open: true },
  "/waiting/read": { who: "waiting", open: true },
  "/waiting/read/:id": { who: "waiting", open: true, path: () => `/waiting/read/${it().reference}` },
  "/decisions": { who: "member" },
  "/vouch": { who: "physician" },
  "/admin/vouches": { who: "admin" },
  "/admin/domains": { who: "admin" },
});

export const doorPosts = (it) => ({
  "/waiting/quiz": {
    who: "waiting",
    page: "/waiting/quiz",
    fields: () => it().answers,
    actor: "rowan",
    others: { willow: 422, alder: 403, halden: 403, gate: 403 },
  },
  "/waiting/letter": {
    who: "waiting",
    page: "/waiting",
    fields: () => ({}),
    actor: "willow",
    others: { rowan: 422, alder: 403, halden: 403, gate: 403 },
  },
  "/waiting/mail": {
    who: "waiting",
    page: "/waiting",
    fields: () => ({ address: "willow@ward.hospital.example" }),
    actor: "willow",
    others: { rowan: 422, alder: 403, halden: 403, gate: 403 },
  },
  "/waiting/vouch": {
    who: "waiting",
    page: "/waiting",
    fields: () => ({ voucher: "Alder", show_name: 1 }),
    actor: "willow",
    others: { rowan: 422, alder: 403, halden: 403, gate: 403 },
  },
  "/waiting/code": {
    who: "waiting",
    page: "/waiting",
    fields: () => ({ kind: 2, code: "AAAAA-AAAAA" }),
    actor: "willow",
    status: 422, // a wrong code: it is counted
    others: { rowan: 422, alder: 403, halden: 403, gate: 403 },
    late: true,
  },
  "/vouch/invite": { who: "physician", page: "/vouch", fields: () => ({}), actor: "alder", others: { birch: 403 } },
  "/vouch/:id": {
    who: "physician",
    page: "/vouch",
    path: () => `/vouch/${it().ask}`,
    fields: () => ({ vouched: 1 }),
    actor: "alder",
    others: { birch: 404 },
  },
  "/admin/domains": {
    who: "admin",
    page: "/admin/domains",
    fields: () => ({ domain: "clinic.example", reason: "Staff only.", listed: 1 }),
    actor: "gate",
  },
  "/admin/pioneers": {
    who: "admin",
    page: "/admin/vouches",
    fields: () => ({ pseudonym: "Birch", reason: "Known.", pioneer: 1 }),
    actor: "gate",
  },
  "/admin/branch/:id": {
    who: "admin",
    page: "/admin/vouches",
    path: () => `/admin/branch/${it().alder}`,
    fields: () => ({ reason: "No doctor." }),
    actor: "gate",
    late: true,
  },
  "/admin/restore/:id": {
    who: "admin",
    page: "/admin/vouches",
    path: () => `/admin/restore/${it().larch}`,
    fields: () => ({ reason: "A mistake." }),
    actor: "gate",
  },
});
