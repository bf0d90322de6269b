// Two worlds: the same day with and without earmarks. What a member can see of it, byte for byte and header for header, is the same until a
// payment is shown; and what anyone can watch of the public ledger grows at the same moments by the same sizes.
// test-seconds: 240
import assert from "node:assert/strict";
import { test, after } from "node:test";
import { House, HOUR, MINUTE, ask, answer, vote } from "../support/house.mjs";
import { campaign, earmark, tick, closeMonth, publicSizes } from "../support/money.mjs";

// One worker a pool, so that chance is drawn in the same order in both worlds.
const conf = { "web.workers_member": 1, "web.workers_login": 1, "ledger.close_alone": 0, "ledger.close_bucket": 256 };

// What one exchange looked like from outside; the date is the only thing that is not the house's.
const seen = (got) => {
  const headers = [];
  for (let i = 0; i < got.raw.length; i += 2)
    if (got.raw[i].toLowerCase() !== "date") headers.push(`${got.raw[i]}: ${got.raw[i + 1]}`);
  return `${got.status}\n${headers.join("\n")}\n\n${got.bytes.toString("latin1")}`;
};
// A client whose every exchange is written down.
function watched(client, name, diary) {
  const ask_for = client.request.bind(client);
  client.request = async (method, path, options) => {
    const got = await ask_for(method, path, options);
    const packed = options?.headers?.["accept-encoding"] ? ", gzip" : "";
    diary.push({ what: `${name} ${method} ${path}${packed}`, seen: seen(got) });
    return got;
  };
  return client;
}
function differences(a, b) {
  const found = [];
  for (let i = 0; i < Math.max(a.length, b.length); i++)
    if (a[i]?.what !== b[i]?.what || a[i]?.seen !== b[i]?.seen) found.push(a[i]?.what ?? b[i]?.what);
  return found;
}

const houses = [];
after(() => Promise.all(houses.map((house) => house.stop())));

async function look(members, ids) {
  for (const client of members) {
    for (const path of [
      "/",
      "/?tab=rising",
      "/?tab=unanswered",
      "/notices",
      "/earnings",
      "/search?q=apixaban",
      "/t/cardiology",
      `/q/${ids.question}`,
      `/why/posting/${ids.posting}`,
      `/why/member/${client.member}`,
      `/m/${client.member}`,
      "/about/sponsors",
    ]) {
      await client.get(path);
      await client.get(path, { headers: { accept: "application/json" } });
    }
    await client.get(`/q/${ids.question}`, { headers: { "accept-encoding": "gzip" } });
  }
}

async function world(marked) {
  const house = await House.start({ conf, seed: "two worlds" });
  houses.push(house);
  const diary = [],
    sizes = [];
  const admin = await house.admin();
  house.staff("Halden", "sponsor", "Halden Bio");
  const sponsor = await house.signIn("Halden");
  const members = [];
  for (const name of ["Alder", "Birch", "Cedar", "Dogwood"])
    members.push(watched(await house.physician(name), name, diary));
  const [alder, birch, cedar, dogwood] = members;
  const pool = await campaign(house, sponsor, admin);
  // The sponsor reads the same pages in both worlds; only in one does he send the form.
  const placed = (...terms) =>
    marked ? earmark(house, sponsor, pool, ...terms) : sponsor.get(`/sponsor/campaign/${pool}`);
  const ticked = async () => {
    await tick(house);
    sizes.push(publicSizes(house));
  };
  await ticked();
  const question = await ask(alder, "Which anticoagulant on dialysis?", "What do *you* do?");
  await placed(question, 1);
  await placed(question, 2);
  await ticked();
  const posting = await answer(birch, question, "Apixaban, **2.5 mg** twice a day.");
  const ids = { question, posting };
  await placed(posting, 3);
  await placed(posting, 1);
  await ticked();
  house.advance(HOUR);
  await look(members, ids);
  for (const [client, stance] of [
    [alder, 1],
    [cedar, 1],
    [dogwood, 2],
  ]) {
    house.advance(MINUTE);
    await vote(client, question, posting, stance, 2);
  }
  await alder.submit(`/q/${question}`, `/q/${question}/solved`, { solved: "1" }, { expect: 303 });
  await house.settle();
  await ticked();
  await look(members, ids);
  const before = { diary: diary.splice(0), sizes: sizes.splice(0) };
  await closeMonth(house, admin);
  sizes.push(publicSizes(house));
  for (const client of members) await house.renew(client);
  await look(members, ids);
  return { house, ids, members, diary, sizes, before, sponsor, pool };
}

let plain, marked;

test("every byte and header a member sees is the same with and without earmarks", async () => {
  plain = await world(false);
  await plain.house.down();
  marked = await world(true);
  assert.ok(plain.before.diary.length > 150, "a day was seen");
  assert.deepEqual(differences(plain.before.diary, marked.before.diary), []);
});

test("the public ledger grows at the same moments by the same sizes", () => {
  assert.deepEqual(marked.before.sizes, plain.before.sizes);
  assert.equal(plain.before.sizes.length, 4);
  assert.deepEqual(marked.sizes, plain.sizes, "and the same when the month is closed: payments hide among pads");
});

test("after the close only the payees' own statements differ", async () => {
  const differ = differences(plain.diary, marked.diary);
  assert.deepEqual([...new Set(differ)].sort(), [
    "Alder GET /earnings",
    "Birch GET /earnings",
    "Cedar GET /earnings",
    "Dogwood GET /earnings",
  ]);
  const paid = async (client) => (await client.json("/earnings")).statements.flatMap((s) => s.payments).length;
  for (const client of marked.members)
    assert.ok((await paid(client)) > 0, `${client.name} was paid in the world with earmarks`);
});

test("one posting more, or one commitment more, turns it red (control)", async () => {
  const { house, members, ids } = marked,
    diary = marked.diary;
  // Numbers of forms are drawn anew at every look; the two worlds drew the same ones.
  const looked = async () => {
    diary.length = 0;
    await look(members, ids);
    return diary
      .splice(0)
      .filter(({ what }) => !what.endsWith(", gzip"))
      .map(({ what, seen: all }) => ({ what, seen: all.replace(/[0-9a-f]{32}/g, "") }));
  };
  const was = await looked();
  assert.deepEqual(differences(was, await looked()), [], "looking twice sees the same");
  await answer(members[2], ids.question, "One more answer than in the other world.");
  diary.length = 0;
  await look(members, ids);
  assert.ok(differences(was, diary).includes(`Alder GET /q/${ids.question}`));
  const grown = publicSizes(house);
  await tick(house);
  assert.notDeepEqual(publicSizes(house), grown);
});

test("a header that only one world sends, and a byte, are seen (control)", () => {
  const one = [{ what: "x", seen: seen({ status: 200, raw: ["A", "1", "Date", "now"], bytes: Buffer.from("same") }) }];
  const date = [
    { what: "x", seen: seen({ status: 200, raw: ["A", "1", "Date", "later"], bytes: Buffer.from("same") }) },
  ];
  const header = [{ what: "x", seen: seen({ status: 200, raw: ["A", "1", "B", "2"], bytes: Buffer.from("same") }) }];
  const byte = [{ what: "x", seen: seen({ status: 200, raw: ["A", "1"], bytes: Buffer.from("sama") }) }];
  assert.deepEqual([differences(one, date), differences(one, header), differences(one, byte)], [[], ["x"], ["x"]]);
});
