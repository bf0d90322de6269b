// Blind until you have spoken: who has not voted gets the same bytes whatever the votes are, in every page and form of it. And what others see
// moves in steps, so that nobody can watch a single vote come in.
// test-seconds: 150
import assert from "node:assert/strict";
import { test, after } from "node:test";
import { House, MINUTE, ask, answer, vote } from "../support/house.mjs";

const conf = { "web.workers_member": 1, "web.workers_login": 1 };
const houses = [];
after(() => Promise.all(houses.map((house) => house.stop())));

// The same day but for what the voters say: turn[stance] instead of stance; 0: he only looks.
const votes = [
  ["dogwood", 0, 1, 2],
  ["elm", 0, 1, 1],
  ["fir", 0, 2, 0],
  ["ginkgo", 0, 1, 3],
  ["dogwood", 1, 2, 0],
  ["elm", 1, 2, 2],
  ["fir", 1, 3, 0],
];
async function world(turn) {
  const house = await House.start({ conf, seed: "blind" });
  houses.push(house);
  const them = {};
  for (const name of ["Alder", "Birch", "Cedar", "Dogwood", "Elm", "Fir", "Ginkgo", "Hazel"])
    them[name.toLowerCase()] = await house.physician(name);
  const question = await ask(them.alder, "Which anticoagulant on dialysis?");
  const postings = [
    await answer(them.birch, question, "Apixaban, 2.5 mg twice a day."),
    await answer(them.cedar, question, "Warfarin, with weekly checks."),
  ];
  for (const [name, which, stance, patients] of votes) {
    house.advance(MINUTE);
    if (turn[stance] > 0) await vote(them[name], question, postings[which], turn[stance], patients);
    else await them[name].get(`/q/${question}`);
  }
  house.advance(20 * MINUTE);
  await ask(them.alder, "A question that moves the time on"); // ranks move with events
  await house.settle();
  return { house, them, question, postings };
}

// What this reader gets, everywhere a vote could show. Numbers of forms are drawn anew at every look.
async function look({ question, postings, them }, reader) {
  const seen = {};
  const paths = ["/", "/?tab=new", "/t/cardiology", "/search?q=anticoagulant", "/similar?q=anticoagulant+on+dialysis", `/q/${question}`];
  for (const path of [...paths, ...postings.map((posting) => `/why/posting/${posting}`)])
    for (const [kind, headers] of [
      ["html", {}],
      ["json", { accept: "application/json" }],
    ])
      seen[`${kind} ${path}`] = (await them[reader].get(path, { headers })).text.replace(/[0-9a-f]{32}/g, "");
  const member = await them[reader].json(`/m/${them.birch.member}`);
  member.author.band = member.standing.band = ""; // a standing is no total, and stands on all his postings
  seen["json /m"] = JSON.stringify(member);
  return seen;
}
const differences = (a, b) => Object.keys({ ...a, ...b }).filter((path) => a[path] !== b[path]);

let straight, turned;
test("who has not spoken gets the same bytes whatever the votes are, and when there are none", async () => {
  straight = await world([0, 1, 2, 3]);
  turned = await world([0, 2, 1, 3]);
  const silent = await world([0, 0, 0, 0]);
  const seen = await look(straight, "hazel");
  assert.ok(Object.keys(seen).length > 15, "much was seen");
  assert.deepEqual(differences(seen, await look(turned, "hazel")), []);
  // Only in the numbers of what came after them do votes that were never cast show.
  const later = (all) => Object.fromEntries(Object.entries(all).filter(([path]) => /\/q\/|\/why\//.test(path)));
  assert.deepEqual(differences(later(seen), later(await look(silent, "hazel"))), []);
  await silent.house.down();
});

test("answers stand in the order they came, without bars, bands or figures", async () => {
  const page = await straight.them.hazel.json(`/q/${straight.question}`);
  assert.equal(page.order, "Oldest first");
  assert.deepEqual(
    page.answers.map(({ id }) => id),
    straight.postings,
  );
  for (const { evidence, author } of page.answers) {
    assert.equal(evidence.open, false);
    assert.deepEqual([evidence.corroborate, evidence.dispute, evidence.cannot_say, evidence.patients, evidence.voted], [0, 0, 0, 0, 0]);
    assert.equal(author.band, "");
  }
  const why = await straight.them.hazel.json(`/why/posting/${straight.postings[0]}`);
  assert.deepEqual([why.hidden, why.score, why.reasons.length], [true, "", 0]);
});

test("the asker sees it at once, a voter what he voted on, an author what is his own, an admin all: each after its step", async () => {
  const evidence = async (client) => (await client.json(`/q/${straight.question}`)).answers.sort((a, b) => a.id - b.id).map((a) => a.evidence);
  const { them, house } = straight;
  for (const client of [them.alder, await house.admin()]) {
    const [first, second] = await evidence(client);
    assert.deepEqual([first.corroborate, first.dispute, second.dispute, second.cannot_say], [3, 1, 2, 1]);
  }
  assert.deepEqual(
    (await evidence(them.ginkgo)).map(({ open, voted }) => [open, voted]),
    [
      [true, 4],
      [false, 0],
    ],
  );
  assert.deepEqual(
    (await evidence(them.birch)).map(({ open }) => open),
    [true, false],
  );
  const order = async (client) => (await client.json(`/q/${straight.question}`)).order;
  assert.deepEqual([await order(them.ginkgo), await order(them.birch)], ["Best corroborated first", "Oldest first"]);
  const row = async (client) => (await client.json("/?tab=new")).rows.find(({ id }) => id === straight.question);
  assert.deepEqual([(await row(them.alder)).corroborations, (await row(them.ginkgo)).corroborations], [3, 0], "in lists, the asker alone");
});

test("a single vote changes nothing anybody else sees, not even hours later", async () => {
  const { them, house } = straight;
  const before = await look(straight, "alder"); // the asker, who sees most
  await vote(them.hazel, straight.question, straight.postings[1], 1, 3);
  house.advance(3 * 60 * MINUTE);
  await ask(them.birch, "Another question that moves the time on");
  await house.settle();
  const after = await look(straight, "alder");
  const thread = (path) => /\/q\/|\/why\//.test(path);
  assert.deepEqual(differences(before, after).filter(thread), []);
});

test("who looks without voting sees what the two worlds' voters said, and they differ (control)", async () => {
  const pages = [];
  for (const { them, question } of [straight, turned]) {
    await them.elm.submit(`/q/${question}`, `/q/${question}/show`, {}, { expect: 303 });
    const page = await them.elm.json(`/q/${question}`);
    pages.push(JSON.stringify(page.answers));
    assert.equal(page.gate.looked, true);
    assert.ok(page.answers.every(({ evidence }) => evidence.open && evidence.voted >= 3));
  }
  assert.notEqual(pages[0], pages[1]);
});
