// Rows of the matrix for flags, what is withheld, duplicates and the desk: as matrix_test.mjs describes them.
import { ask, answer } from "../support/house.mjs";

// What must be there for them: gate is the admin, alder and birch are physicians; question is alder's, secret stands in what they write.
export async function moderationWorld({ gate, alder, birch }, question, secret) {
  const flag = (client, posting, fields) =>
    client.submit(`/p/${posting}/flag`, `/p/${posting}/flag`, fields, { expect: 303 });
  const old = await ask(birch, `${secret} in the elderly: what is known?`);
  const withheld = await answer(alder, old, `${secret}: buy it from me.`);
  await gate.submit(
    `/admin/desk?posting=${withheld}`,
    `/admin/desk/${withheld}`,
    { outcome: 2, reason: 2, words: "It sells something." },
    { expect: 303 },
  );
  const flagged = await answer(birch, old, `${secret}, said rudely.`);
  await flag(alder, flagged, { reason: 4 });
  const linked = await ask(birch, `${secret} in the elderly: is anything known?`);
  await flag(alder, linked, { reason: 6, target: `/q/${old}` });
  await gate.submit("/admin/desk", `/admin/duplicate/${linked}`, { target: old, linked: 1 }, { expect: 303 });
  const proposed = await ask(birch, `${secret} in old age: is anything known?`);
  await flag(alder, proposed, { reason: 6, target: old });
  await flag(birch, question, { reason: 6, target: old });
  return { old, withheld, flagged, linked, proposed };
}

export const moderationGets = (it) => ({
  "/p/:id/flag": { who: "member", path: () => `/p/${it().posting}/flag` },
  "/p/:id/withheld": {
    who: "physician",
    path: () => `/p/${it().withheld}/withheld`,
    only: { alder: 200, birch: 404 },
  },
  "/moderation": { who: "member" },
  "/duplicates": { who: "member" },
  "/admin/desk": { who: "admin" },
  "/admin/topic/:name": { who: "admin", path: "/admin/topic/cardiology" },
});

export const moderationPosts = (it) => ({
  "/p/:id/flag": {
    who: "physician",
    page: () => `/p/${it().posting}/flag`,
    path: () => `/p/${it().posting}/flag`,
    fields: () => ({ reason: 3, words: "It is about horses." }),
    actor: "alder",
    others: { birch: 403 },
  },
  "/p/:id/flag/withdraw": {
    who: "physician",
    page: () => `/p/${it().posting}/flag`,
    path: () => `/p/${it().posting}/flag/withdraw`,
    fields: () => ({ reason: 3 }),
    actor: "alder",
    others: { birch: 404 },
    late: true,
  },
  "/p/:id/appeal": {
    who: "physician",
    page: () => `/p/${it().withheld}/withheld`,
    path: () => `/p/${it().withheld}/appeal`,
    fields: () => ({ words: "It has no other name." }),
    actor: "alder",
    others: { birch: 404 },
  },
  "/q/:id/duplicate": {
    who: "physician",
    page: () => `/q/${it().question}`,
    path: () => `/q/${it().question}/duplicate`,
    fields: () => ({ target: it().old, linked: 0 }),
    actor: "alder",
    others: { birch: 403 },
  },
  "/admin/topic/:name": {
    who: "admin",
    page: "/admin/topic/cardiology",
    path: "/admin/topic/cardiology",
    fields: () => ({ excerpt: "The heart and its vessels.", body: "" }),
    actor: "gate",
  },
  "/admin/desk/:id": {
    who: "admin",
    page: "/admin/desk",
    path: () => `/admin/desk/${it().flagged}`,
    fields: () => ({ outcome: 1, reason: 0 }),
    actor: "gate",
  },
  "/admin/duplicate/:id": {
    who: "admin",
    page: "/admin/desk",
    path: () => `/admin/duplicate/${it().proposed}`,
    fields: () => ({ target: it().old, linked: 1 }),
    actor: "gate",
  },
  "/admin/merge/:id": {
    who: "admin",
    page: "/admin/desk",
    path: () => `/admin/merge/${it().linked}`,
    fields: () => ({ target: it().old, merged: 1 }),
    actor: "gate",
  },
});
