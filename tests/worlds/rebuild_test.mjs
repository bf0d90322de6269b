// Folds can be thrown away: made again from the logs they hold the same; and a fold that was touched is found.
// test-seconds: 120
import assert from "node:assert/strict";
import { test, after, before } from "node:test";
import { rmSync, existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { House, MINUTE, ask, answer, vote, password } from "../support/house.mjs";
import { campaign, earmark, tick, closeMonth } from "../support/money.mjs";
import { sql, digests } from "../support/stores.mjs";

let house;
const store = (name) => join(house.state, name, `${name}.db`);

// What becomes of postings, erased words among it.
async function texts(alder, birch, cedar, question, posting) {
  const send = (client, action, fields) => client.submit(action.replace(/\/withdraw$/, ""), action, fields, { expect: 303 });
  for (const body of ["Apixaban, 2.5 mg. PMID 31535829", "Apixaban, 2.5 mg twice. doi:10.1056/NEJMoa1911303"])
    await send(birch, `/p/${posting}/edit`, { body, note: "Clearer." });
  const said = await send(cedar, `/p/${posting}/comment`, { body: "In **which** patients?" });
  await send(alder, `/p/${posting}/comment`, { body: "Those on dialysis." });
  const comment = said.location.match(/#c(\d+)/)[1];
  await cedar.submit(`/p/${posting}/comment`, `/comment/${comment}/remove`, {}, { expect: 303 });
  await send(cedar, `/p/${posting}/mark`, { what: 1, source: "PMID 31535829", body: "A newer trial." });
  await send(cedar, `/p/${posting}/mark`, { what: 2, source: "10.1000/x", body: "It bleeds." });
  await send(cedar, `/p/${posting}/mark/withdraw`, { what: 2 });
  await send(cedar, `/q/${question}/summary`, { body: `Half the dose. [${posting}][PMID 31535829]` });
  const erased = await answer(cedar, question, "Something that must go. PMID 77");
  await send(cedar, `/p/${erased}/edit`, { body: "Something that must go as well. PMID 78" });
  house.must("curbside", ["board", "text", "blank", String(erased), "1"]);
}

// What came from another community, and what a topic is about, twice.
async function elsewhere(house, admin) {
  const lines = [
    { id: "q", title: "How long is it stopped before?", body: "Two days.", topics: ["cardiology"], comments: [{ id: "c1", body: "For all?", by: "nurse", at: "2019-05-04" }, { id: "c2", body: "To be erased.", by: "nurse" }], answers: [{ id: "a", body: "Three." }] },
    { topic: "cardiology", description: "The heart.", body: "And *its* vessels." },
    { topic: "nephrology", description: "The kidney." },
  ];
  const file = join(house.folder, "elsewhere.jsonl");
  writeFileSync(file, lines.map((line) => JSON.stringify(line)).join("\n") + "\n");
  house.must("curbside", ["import", "jsonl", file]);
  const comment = sql(store("board"), "SELECT id FROM comment WHERE body LIKE '%erased%'").trim();
  house.must("curbside", ["board", "text", "blank", comment, "0"]);
  await admin.submit("/admin/topic/cardiology", "/admin/topic/cardiology", { excerpt: "The heart and its vessels.", body: "" }, { expect: 303 });
}

// A sponsor's question that was sent back, and one that stands and was answered.
async function sponsored(sponsor, admin, member) {
  for (const [title, outcome] of [["Is ours not the best of all?", 3], ["How often is it stopped early?", 1]]) {
    const sent = await sponsor.submit("/sponsor/questions", "/sponsor/questions", { title, body: "As *seen*.", topics: "cardiology" }, { expect: 303 });
    const question = sent.location.match(/\d+/)[0];
    await admin.submit("/admin/desk", `/admin/desk/${question}`, { outcome, reason: outcome === 1 ? 0 : 2, words: "Ask." }, { expect: 303 });
    if (outcome === 1) await answer(member, Number(question), "One in ten.");
  }
}

before(async () => {
  house = await House.start({ conf: { "ledger.close_alone": 0, "ledger.close_bucket": 64 } });
  const admin = await house.admin();
  house.staff("Halden", "sponsor", "Halden Bio");
  const sponsor = await house.signIn("Halden");
  const members = [];
  for (const name of ["Alder", "Birch", "Cedar", "Dogwood", "Elm", "Fir"]) members.push(await house.physician(name));
  const [alder, birch, cedar, dogwood, elm, fir] = members;
  const question = await ask(alder, "Which anticoagulant on dialysis?", "What do *you* do?", {
    topics: "nephrology, cardiology",
  });
  const posting = await answer(birch, question, "Apixaban, **2.5 mg** twice a day.");
  const id = await campaign(house, sponsor, admin);
  await earmark(house, sponsor, id, posting, 3);
  await tick(house);
  await vote(alder, question, posting, 1, 2);
  await vote(cedar, question, posting, 2, 1);
  await vote(cedar, question, posting, 1, 3);
  // Totals and scores move in steps: one that is shown, one that has begun, and one vote more.
  await vote(dogwood, question, posting, 2, 2);
  house.advance(20 * MINUTE);
  const quiet = await ask(birch, "A thread in which nobody votes");
  await answer(cedar, quiet, "Nor on this.");
  await elm.submit(`/q/${question}`, `/q/${question}/show`, {}, { expect: 303 });
  for (const client of [elm, fir]) await vote(client, question, posting, 1, 0);
  await vote(alder, question, posting, 2, 2);
  house.advance(20 * MINUTE);
  await vote(elm, question, posting, 3, 0);
  // Somebody looks at totals where nobody voted, and leaves: his rows go with him.
  await fir.submit(`/q/${quiet}`, `/q/${quiet}/show`, {}, { expect: 303 });
  await fir.submit("/account/leave", "/account/leave", { password }, { expect: 303 });
  await alder.submit(`/q/${question}`, `/q/${question}/solved`, { solved: "1" }, { expect: 303 });
  await birch.submit("/t/cardiology", "/topic/cardiology/follow", { follows: "1" }, { expect: 303 });
  await ask(cedar, "Does a loading dose still have a place?", "Observation from a ward.", { kind: "3" });
  await texts(alder, birch, cedar, question, posting);
  const poll = await ask(alder, "Start now, or wait for a second run?", "One short run.", { kind: "2", options: "Start\nWait" });
  await birch.submit(`/q/${poll}`, `/q/${poll}/poll`, { choice: "2" }, { expect: 303 });
  await cedar.submit(`/q/${poll}`, `/q/${poll}/poll`, { show: "1" }, { expect: 303 });
  await birch.submit(`/q/${poll}`, `/q/${poll}/rate`, { relevance: "4" }, { expect: 303 });
  await alder.submit(`/q/${poll}`, `/q/${poll}/solved`, { solved: "1", how: "Waited.", study: "1" }, { expect: 303 });
  await cedar.submit("/account/specialties", "/account/specialties", { s1: "nephrology", shown: "1" }, { expect: 303 });
  for (const part of [1, 3]) await cedar.submit("/account/background", "/account/background", { part }, { expect: 303 });
  await elsewhere(house, admin);
  await sponsored(sponsor, admin, cedar);
  await closeMonth(house, admin);
  await house.settle();
  await house.down();
});
after(() => house?.stop());

test("every fold is rebuilt to equal content", () => {
  const done = house.run("curbside", ["rebuild", "--check"]);
  assert.equal(done.status, 0, done.stdout + done.stderr);
  for (const name of ["board", "desk", "rank", "book", "statement"])
    assert.match(done.stdout, new RegExp(`^${name}\\s.*equal$`, "m"));
});

test("folds that were deleted come back with equal content", () => {
  const folds = ["board", "desk", "rank", "book", "statement"];
  const was = digests(house).filter((line) => folds.includes(line.split(" ")[0]) && !line.startsWith("board"));
  for (const name of folds) for (const end of ["", "-wal", "-shm"]) rmSync(store(name) + end, { force: true });
  house.must("curbside", ["rebuild"]);
  for (const name of folds) assert.ok(existsSync(store(name)), `${name} is there again`);
  assert.deepEqual(
    digests(house).filter((line) => folds.includes(line.split(" ")[0]) && !line.startsWith("board")),
    was,
    "by SQLite's own dump, whatever our programs say (board's sessions and search index are compared by its digest)",
  );
});

for (const [name, change] of [
  ["board", "UPDATE tally SET corroborate = corroborate + 1"],
  ["desk", "UPDATE vote SET stance = 3 - stance WHERE stance < 3"],
  ["rank", "UPDATE posting_rank SET score = score + 0.001 WHERE posting = (SELECT min(posting) FROM posting_rank)"],
  ["statement", "UPDATE statement SET cents = cents + 1"],
]) {
  test(`a changed row of ${name} is found unequal (control)`, () => {
    sql(store(name), change);
    const done = house.run("curbside", ["rebuild", "--check"]);
    assert.equal(done.status, 1, done.stdout + done.stderr);
    assert.match(done.stdout, new RegExp(`^${name}\\s.*DIFFERS$`, "m"));
    assert.equal(house.run("curbside", ["rebuild", "--check"]).status, 0, "and mended by the rebuild");
  });
}

test("the reward rules replayed give the same payments", () => {
  const done = house.run("curbside", ["ledger", "replay"]);
  assert.equal(done.status, 0, done.stdout + done.stderr);
});

test("rules that would have paid otherwise are found by the replay (control)", () => {
  const half = (script, was, is) => `replace(${script}, '${was}', '${is}')`;
  const votes = half("script", "trusted * worth end", "trusted * worth * 0.5 end");
  sql(store("vault"), `UPDATE rule SET script = ${half(votes, '{ 1 }, why = "independent', '{ 0.5 }, why = "independent')}`);
  const done = house.run("curbside", ["ledger", "replay"]);
  assert.equal(done.status, 1, done.stdout + done.stderr);
});
