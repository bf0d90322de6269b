// A posting that an admin hid is on no page, in no list, search, count, notice or JSON of anybody but its author; and comes back whole.
// test-seconds: 90
import assert from "node:assert/strict";
import { test, after, before } from "node:test";
import { House, ask, answer, vote } from "../support/house.mjs";
import { words } from "../support/client.mjs";

let house, gate, latch, alder, birch, cedar, question, posting, other;
const canary = "Quokkalike"; // a word that nobody else uses

before(async () => {
  house = await House.start();
  gate = await house.admin();
  house.staff("Latch", "admin");
  latch = await house.signIn("Latch");
  [alder, birch, cedar] = [await house.physician("Alder"), await house.physician("Birch"), await house.physician("Cedar")];
  question = await ask(alder, `${canary} rash after a new anticoagulant on dialysis`, `A ${canary} rash, twice.`);
  posting = await answer(birch, question, `I saw one ${canary} case; stop it.`);
  await vote(alder, question, posting, 1, 2);
  await comment(alder, posting, `Was the ${canary} one on dialysis?`);
  await comment(birch, question, `How old was the ${canary} one?`);
  other = await ask(cedar, "Rash after an anticoagulant on dialysis: what else?", "Asking again.");
  await house.settle();
});
after(() => house?.stop());

const comment = (client, posting, body) => client.submit(`/p/${posting}/comment`, `/p/${posting}/comment`, { body }, { expect: 303 });

// Every page and its JSON where a member may meet what another wrote; the words that stand there.
async function seen(client, word = canary) {
  const paths = ["/", "/?tab=new", "/?tab=rising", "/?tab=unanswered", "/t/cardiology", "/search?q=rash", "/similar?q=a+rash+after+anticoagulant", `/q/${question}`, `/q/${other}`, `/m/${alder.member}`, `/m/${birch.member}`, `/why/posting/${posting}`,
    `/why/posting/${question}`, `/p/${posting}/flag`, `/p/${question}/flag`,
    ...[posting, question].flatMap((id) => ["comment", "history", "mark"].map((page) => `/p/${id}/${page}`)), `/q/${question}/summary`, "/notices", "/moderation", "/duplicates"];
  const found = [];
  for (const path of paths)
    for (const headers of [{}, { accept: "application/json" }]) {
      const { text } = await client.get(path, { headers });
      if (text.includes(word)) found.push(`${path} ${headers.accept ?? "html"}`);
    }
  if ((await client.json(`/search?q=${word}`)).rows.length > 0) found.push("search for it");
  return found;
}
const decide = (admin, id, outcome, reason = 2) =>
  admin.submit(`/admin/desk?posting=${id}`, `/admin/desk/${id}`, { outcome, reason, words: "" }, { expect: 303 });
const counts = async () => {
  const { rows } = await cedar.json("/?tab=new");
  const { standing } = await cedar.json(`/m/${birch.member}`);
  return { threads: rows.length, answers: rows.find(({ id }) => id === question)?.answers, written: standing.answers };
};

let before_;
test("what everybody sees stands on many pages (control)", async () => {
  const found = await seen(cedar);
  for (const path of ["/", "/t/cardiology", `/p/${posting}/comment`, `/q/${question}`, `/q/${other}`, "/search?q=rash", `/m/${alder.member}`])
    assert.ok(found.some((line) => line.startsWith(`${path} `)), `${path} shows it: ${found}`);
  before_ = await counts();
  assert.equal(before_.answers, 1);
});

test("a hidden answer leaves its thread and every count, and its author alone sees it there", async () => {
  await decide(gate, posting, 2);
  assert.ok(!(await cedar.get(`/q/${question}`)).text.includes("I saw one"));
  assert.ok((await birch.get(`/q/${question}`)).text.includes("I saw one"));
  assert.match(words((await birch.get(`/p/${posting}/withheld`)).text), /It was hidden\..*It advertises\./);
  assert.equal((await cedar.get(`/p/${posting}/withheld`)).status, 404);
  assert.deepEqual(await counts(), { ...before_, answers: 0, written: 0 });
  assert.match((await birch.get("/notices")).text, /An admin has looked at a posting of yours/);
});

test("a hidden question is nowhere, in kept pages of other questions neither; its address leads its author on", async () => {
  await decide(gate, question, 2);
  await house.settle();
  assert.deepEqual(await seen(cedar), []);
  assert.deepEqual(await seen(gate), []);
  assert.equal((await cedar.get(`/q/${question}`)).status, 404);
  const led = await alder.get(`/q/${question}`);
  assert.deepEqual([led.status, led.location], [303, `/p/${question}/withheld`]);
  assert.equal((await counts()).threads, before_.threads - 1);
});

test("an objection goes to another admin, who brings it back whole", async () => {
  await alder.submit(`/p/${question}/withheld`, `/p/${question}/appeal`, { words: "It sells nothing." }, { expect: 303 });
  const own = await gate.get("/admin/desk");
  assert.match(own.text, /The decision was yours/);
  assert.ok(!own.text.includes(`action="/admin/desk/${question}"`));
  await decide(latch, question, 1, 0);
  await decide(latch, posting, 1, 0);
  await house.settle();
  assert.deepEqual(await counts(), before_);
  assert.ok((await seen(cedar)).length > 5);
  const log = await cedar.json("/moderation");
  assert.equal(log.rows.length, 4);
  assert.deepEqual(log.rows.map(({ appealed }) => appealed), [false, true, false, false]);
  assert.deepEqual([log.months[0].hidden, log.months[0].restored], [2, 1]);
});

test("a hidden comment is on no page and in no search either, and comes back", async () => {
  const said = await comment(birch, posting, "Wombatlike, was it?");
  const id = said.location.match(/#c(\d+)/)[1];
  await house.settle();
  const before = await seen(cedar, "Wombatlike");
  assert.ok(before.includes(`/q/${question} html`) && before.includes("search for it"), `the control: ${before}`);
  await decide(gate, id, 2);
  assert.deepEqual(await seen(cedar, "Wombatlike"), []);
  assert.equal((await cedar.get(`/p/${id}/flag`)).status, 404);
  assert.equal((await cedar.get(`/p/${id}/withheld`)).status, 404);
  assert.ok((await birch.get(`/q/${question}`)).text.includes("Wombatlike"));
  await decide(latch, id, 1, 0);
  assert.deepEqual(await seen(cedar, "Wombatlike"), before);
  await decide(gate, id, 2); // so that the folds made again have one that is hidden
});

test("folds made again from the journal hold the same", async () => {
  await house.down();
  const done = house.run("curbside", ["rebuild", "--check"]);
  assert.equal(done.status, 0, done.stdout + done.stderr);
});
