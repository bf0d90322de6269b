// One vote per member: double posts, refreshes and races give one vote and one event; so does looking at totals.
// test-seconds: 60
import assert from "node:assert/strict";
import { join } from "node:path";
import { test, after, before } from "node:test";
import { House, ask, answer } from "../support/house.mjs";
import { hiddenFields } from "../support/client.mjs";
import { exactTotals, sql } from "../support/stores.mjs";

let house, alder, birch, cedar, question, posting;
before(async () => {
  house = await House.start({ conf: { "web.workers_member": 2 } });
  alder = await house.physician("Alder");
  birch = await house.physician("Birch");
  cedar = await house.physician("Cedar");
  question = await ask(alder, "Which anticoagulant on dialysis?");
  posting = await answer(birch, question, "Apixaban.");
});
after(() => house?.stop());

// What the journal holds of one kind by one member, oldest first.
const events = (kind, member) =>
  sql(join(house.state, "journal", "journal.db"), "SELECT CAST(body AS TEXT) FROM entry ORDER BY seq;")
    .split("\n")
    .filter((line) => line.includes(`"${kind}"`))
    .map((line) => JSON.parse(line))
    .map((event) => event[kind] ?? event)
    .filter((event) => event.member === member);
const post = async (client, times, action, fields) => {
  const hidden = hiddenFields((await client.get(`/q/${question}`)).text, action);
  const got = await Promise.all(Array.from({ length: times }, (_, i) => client.post(action, { ...hidden, ...fields(i) })));
  assert.ok(
    got.every(({ status }) => status === 303),
    got.map(({ status }) => status).join(" "),
  );
};

test("forty posts of the same vote at once are one vote and one event", async () => {
  await post(cedar, 40, `/p/${posting}/vote`, () => ({ stance: 1, patients: 2 }));
  assert.equal(events("vote_cast", cedar.member).length, 1);
  assert.deepEqual(exactTotals(house, posting), { corroborate: 1, dispute: 0, cannot_say: 0 });
});

test("a race of different votes leaves one, each event saying what it replaced", async () => {
  await post(alder, 30, `/p/${posting}/vote`, (i) => ({ stance: 1 + (i % 3), patients: 0 }));
  const all = events("vote_cast", alder.member);
  let was = 0;
  for (const { stance, was_stance } of all) {
    assert.equal(was_stance, was);
    was = stance;
  }
  const { corroborate, dispute, cannot_say } = exactTotals(house, posting);
  assert.equal(corroborate + dispute + cannot_say, 2);
  const [own] = (await alder.json(`/q/${question}`)).own;
  assert.equal(own.stance, was);
});

test("looking at totals forty times at once is one event", async () => {
  const { member } = birch;
  await post(birch, 40, `/q/${question}/show`, () => ({}));
  assert.equal(events("totals_shown", member).length, 1);
});

test("another member's vote is another event (control)", async () => {
  const dogwood = await house.physician("Dogwood");
  await post(dogwood, 5, `/p/${posting}/vote`, () => ({ stance: 2, patients: 1 }));
  assert.equal(events("vote_cast", dogwood.member).length, 1);
  const { corroborate, dispute, cannot_say } = exactTotals(house, posting);
  assert.equal(corroborate + dispute + cannot_say, 3);
});
