// Rows of the matrix for the safety desk, the author's word on it, and sponsors' feeds: as matrix_test.mjs describes them.
import { answer } from "../support/house.mjs";

// Two watches: one with a case of alder's, who is asked, and a posting of birch's that waits; one that nothing names.
export async function safetyWorld({ gate, alder, birch }, question) {
  const watch = async (product) => {
    await gate.submit("/admin/safety", "/admin/safety/watch", { product, sponsor: "Halden Bio", until: "2030-01-01" }, { expect: 303 });
    return (await gate.json("/admin/safety")).watches.find((one) => one.product === product).id;
  };
  const named = await watch("Haldenex"), nil = await watch("Nilamab");
  await answer(alder, question, "On Haldenex he fainted.");
  await answer(birch, question, "Haldenex again.");
  const [mine, theirs] = (await gate.json("/admin/safety")).sightings.map((one) => one.id);
  const judge = `/admin/safety/case/${mine}`;
  await gate.submit("/admin/safety", judge, { outcome: 1, patient: "a man", reaction: "syncope" }, { expect: 303 });
  await gate.submit(`/admin/safety/watch/${named}`, `${judge}/ask`, {}, { expect: 303 });
  return { watch: named, nil, mine, theirs };
}

// A sponsor's feed of reports: its address, which stands in no page but his own.
export async function reportsFeed(sponsor) {
  await sponsor.submit("/sponsor/feed", "/sponsor/feed", { keep: 1 }, { expect: 303 });
  return new URL((await sponsor.json("/sponsor/feed")).address).pathname;
}

export const safetyGets = (it) => ({
  "/admin/safety": { who: "admin" },
  "/admin/safety/ended": { who: "admin" },
  "/admin/safety/watch/:id": { who: "admin", path: () => `/admin/safety/watch/${it().watch}` },
  "/admin/safety/watch/:id/csv": { who: "admin", path: () => `/admin/safety/watch/${it().watch}/csv` },
  "/contact": { who: "physician" },
  "/readers": { who: "physician" },
  "/admin/sponsors": { who: "admin" },
  "/sponsor/feed": { who: "sponsor" },
  "/sponsor/feed/:token": { who: "anyone", path: () => it().reportsFeed },
});

export const safetyPosts = (it) => ({
  "/admin/safety/watch": {
    who: "admin",
    page: "/admin/safety",
    fields: () => ({ product: "Ostramol", sponsor: "Ostrand", until: "2030-01-01" }),
    actor: "gate",
  },
  "/admin/safety/case/:id": {
    who: "admin",
    page: "/admin/safety",
    path: () => `/admin/safety/case/${it().theirs}`,
    fields: () => ({ outcome: 3, patient: "", reaction: "syncope" }),
    actor: "gate",
  },
  "/admin/safety/case/:id/ask": {
    who: "admin",
    page: () => `/admin/safety/watch/${it().watch}`,
    path: () => `/admin/safety/case/${it().theirs}/ask`,
    fields: () => ({}),
    actor: "gate",
  },
  "/admin/safety/watch/:id/sent": {
    who: "admin",
    page: () => `/admin/safety/watch/${it().watch}`,
    path: () => `/admin/safety/watch/${it().watch}/sent`,
    fields: () => ({}),
    actor: "gate",
  },
  "/admin/safety/watch/:id/end": {
    who: "admin",
    page: () => `/admin/safety/watch/${it().nil}`,
    path: () => `/admin/safety/watch/${it().nil}/end`,
    fields: () => ({}),
    actor: "gate",
  },
  "/sponsor/feed": { who: "sponsor", page: "/sponsor/feed", fields: () => ({ keep: 0 }), actor: "halden" },
  "/sponsor/mail": {
    who: "sponsor",
    page: "/sponsor/feed",
    fields: () => ({ results: 1, trends: 0, rising: 3, words: 0, members: 0 }),
    actor: "halden",
  },
  "/admin/sponsor/:id": {
    who: "admin",
    page: "/admin/sponsors",
    path: () => `/admin/sponsor/${it().sponsor}`,
    fields: () => ({ kind: 1 }),
    actor: "gate",
  },
  "/contact/:id": {
    who: "physician",
    page: "/contact",
    path: () => `/contact/${it().mine}`,
    fields: () => ({ agreed: 0 }),
    actor: "alder",
    others: { birch: 404 },
  },
});
