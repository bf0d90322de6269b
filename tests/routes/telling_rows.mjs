// Rows of the matrix for what members follow and are told of: as matrix_test.mjs describes them. it: what there is when a row is tried.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ask } from "../support/house.mjs";
import { blake2b } from "../support/form.mjs";

// The code in a mail's address, as the clerk works it out: who holds the clerk's key could make it, and nobody else.
export function addressCode(house, what, number, kind) {
  const key = readFileSync(join(house.state, "keys", "clerk", "door")), head = Buffer.alloc(9);
  head.writeBigUInt64LE(BigInt(number));
  head[8] = kind;
  const parts = [Buffer.from("telling"), Buffer.from(what), head].map((part) => {
    const size = Buffer.alloc(8);
    size.writeBigUInt64LE(BigInt(part.length));
    return Buffer.concat([size, part]);
  });
  return Buffer.concat([head, blake2b(16, key, Buffer.concat(parts))]).toString("base64url");
}

// What these rows need: alder has a saved search and a feed, birch was asked for his experience.
export async function tellingThings(house, { alder }) {
  await alder.submit("/notices/settings", "/search/save", { q: "warfarin dialysis" }, { expect: 303 });
  await alder.submit("/notices/settings", "/feeds", { kind: 3 }, { expect: 303 });
  const settings = await alder.json("/notices/settings");
  return {
    saved: settings.searches[0].search,
    feed: settings.own_feed_id,
    feedPath: new URL(settings.own_feed).pathname,
    stopPath: `/mail/stop/${addressCode(house, "stop", alder.member, 6)}`,
    sought: await ask(alder, "Who has seen this rhythm before?", "Asking those who know.", { seek: "1" }),
  };
}

export const tellingGets = (it) => ({
  "/notices/settings": { who: "physician" },
  "/feed/:token": { who: "anyone", path: () => it().feedPath },
  "/mail/stop/:token": { who: "anyone", path: () => it().stopPath },
  "/opensearch.xml": { who: "anyone" },
});

export const tellingPosts = (it) => ({
  "/notices/settings": { who: "physician", page: "/notices/settings", fields: () => ({ kind: 6, how: 0 }), actor: "birch" },
  "/search/save": { who: "physician", page: "/notices/settings", fields: () => ({ q: "syncope warfarin" }), actor: "birch" },
  "/saved/:id/drop": {
    who: "physician",
    page: "/notices/settings",
    path: () => `/saved/${it().saved}/drop`,
    fields: () => ({}),
    actor: "alder",
    others: { birch: 404 },
  },
  "/feeds": { who: "physician", page: "/notices/settings", fields: () => ({ kind: 3 }), actor: "birch" },
  "/feeds/:id/drop": {
    who: "physician",
    page: "/notices/settings",
    path: () => `/feeds/${it().feed}/drop`,
    fields: () => ({}),
    actor: "alder",
    others: { birch: 404 },
  },
  "/q/:id/follow": {
    who: "physician",
    page: () => `/q/${it().question}`,
    path: () => `/q/${it().question}/follow`,
    fields: () => ({ follows: 1 }),
    actor: "birch",
  },
  "/q/:id/decline": {
    who: "physician",
    page: "/",
    path: () => `/q/${it().sought}/decline`,
    fields: () => ({}),
    actor: "birch",
    others: { alder: 404 },
  },
  // The address is the permission: no form of ours, from anywhere, as mail programs send it.
  "/mail/stop/:token": {
    who: "anyone",
    path: () => it().stopPath,
    fields: () => ({ "List-Unsubscribe": "One-Click" }),
    actor: "stranger",
    status: 200,
    address: true,
  },
});
