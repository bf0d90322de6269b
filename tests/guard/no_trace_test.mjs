// What the patient-data check refuses is nowhere afterwards: not in a store, its write-ahead log, the search index, a trace or the public folder.
// test-seconds: 90
import assert from "node:assert/strict";
import { test, after, before } from "node:test";
import { writeFileSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { House, ask, answer } from "../support/house.mjs";
import { filesBelow, bytesOf } from "../support/stores.mjs";

const word = "zebrafinch-quarrel"; // stands in every refused text
const secret = "618-555-0187";
const kept = "marmalade-lighthouse"; // the control: stands in a text that is taken
let house, member, question;

function forms(value) {
  const bytes = Buffer.from(value, "utf8");
  const list = [bytes, Buffer.from(bytes.toString("hex")), Buffer.from(value, "utf16le")];
  for (const shift of [0, 1, 2]) {
    const all = Buffer.concat([Buffer.alloc(shift), bytes]).toString("base64").replace(/=+$/, "");
    list.push(Buffer.from(all.slice(shift === 0 ? 0 : shift + 1, -3)));
  }
  return list;
}
const places = (value) => filesBelow(house.state).filter((path) => forms(value).some((form) => bytesOf(path).includes(form)));

before(async () => {
  house = await House.start();
  member = await house.physician("Wren");
  question = await ask(member, `A question about the ${kept} sign`, `What do you do with a ${kept}?`);
});
after(() => house?.stop());

test("a refused question, answer, title and preview leave nothing behind", async () => {
  const body = `The ${word} patient can be reached at ${secret}.`;
  const asked = await member.submit("/ask", "/ask", { kind: "1", title: "How to reach a patient in time?", body, topics: "cardiology" });
  assert.equal(asked.status, 422);
  assert.match(asked.text, /telephone number/);
  assert.match(asked.text, new RegExp(word), "the text stays in the form");
  const titled = await member.submit("/ask", "/ask", { kind: "1", title: `Call ${word} at ${secret}`, body: "What would you do?", topics: "cardiology" });
  assert.equal(titled.status, 422);
  const answered = await member.submit(`/q/${question}`, `/q/${question}/answer`, { body });
  assert.equal(answered.status, 422);
  const previewed = await member.submit("/ask", "/ask", { kind: "1", title: "How to reach a patient in time?", body, topics: "cardiology", preview: "1" });
  assert.equal(previewed.status, 200);
  const options = `Call ${word} at ${secret}\nWait`;
  const polled = await member.submit("/ask", "/ask", { kind: "2", title: "How to reach a patient in time?", body: "A case.", options });
  assert.equal(polled.status, 422);
  const solved = await member.submit(`/q/${question}`, `/q/${question}/solved`, { solved: "1", how: body, confirmed: "1" });
  assert.equal(solved.status, 422);
  assert.match(solved.text, new RegExp(word), "and so does how it was solved");
  // Nor do one's own word and a tick get it through.
  const sworn = await member.submit("/ask", "/ask", { kind: "1", title: "How to reach a patient in time?", body, topics: "cardiology", confirmed: "1" });
  assert.equal(sworn.status, 422);
  await house.settle();
  assert.deepEqual(places(word), []);
  assert.deepEqual(places(secret), []);
});

test("nor is it in a draft, whose other words are kept", async () => {
  const token = (await member.get("/ask")).text.match(/data-draft="([^"]+)"/)[1];
  const body = `The ${word} patient can be reached at ${secret}.`;
  const saved = await member.post("/draft", { form: token, place: "ask", title: `Call ${secret}`, body, topics: secret }, { headers: { accept: "application/json" } });
  assert.equal(saved.status, 200);
  assert.equal(JSON.parse(saved.text).left_out, 3);
  const [draft] = (await member.json("/drafts?place=ask")).rows;
  assert.doesNotMatch(JSON.stringify(draft), new RegExp(secret));
  assert.match(JSON.stringify(draft), new RegExp(word));
  await house.settle();
  assert.deepEqual(places(secret), []);
  assert.deepEqual(places(word), [], "and it is boxed");
});

test("what asks is posted once its author stands by it, and not before", async () => {
  const fields = { kind: "1", title: "A title that is long enough", body: "Discussed with Dr. Thackeray.", topics: "cardiology" };
  const first = await member.submit("/ask", "/ask", fields);
  assert.equal(first.status, 422);
  assert.match(first.text, /name="confirmed"/);
  assert.equal((await member.submit("/ask", "/ask", { ...fields, confirmed: "1" })).status, 303);
});

test("how something was solved is asked about in the same way", async () => {
  const send = (fields) => member.submit(`/q/${question}`, `/q/${question}/solved`, { how: "Solved 2024-03-14 by rest.", ...fields });
  const first = await send({ solved: "1" });
  assert.equal(first.status, 422);
  assert.match(first.text, /name="confirmed"/);
  assert.match((await send({ general: "1" })).text, /Solved March 2024 by rest\.<\/textarea>/);
  assert.equal((await send({ solved: "1", confirmed: "1" })).status, 303);
});

test("one button makes one place more general, and another all of them", async () => {
  const fields = { kind: "1", title: "Seen 2024-03-14 with syncope", body: "Again on 2024-04-15, by Dr. Thackeray.", topics: "cardiology" };
  const shown = await member.submit("/ask", "/ask", { ...fields, preview: "1" });
  const changes = [...shown.text.matchAll(/name="change" value="([^"]*)"/g)].map(([, value]) => value);
  assert.equal(changes.length, 3);
  const one = await member.submit("/ask", "/ask", { ...fields, change: changes[1] });
  assert.match(one.text, /Again on April 2024, by Dr\. Thackeray\./);
  assert.match(one.text, /value="Seen 2024-03-14 with syncope"/);
  const all = await member.submit("/ask", "/ask", { ...fields, general: "1" });
  assert.match(all.text, /Again on April 2024, by Dr\. \[name\]\./);
  assert.match(all.text, /value="Seen March 2024 with syncope"/);
});

test("the operator's rules come into force in every program without a restart", async () => {
  const own = join(house.folder, "own.rules");
  writeFileSync(own, "category code\nseverity block\nmessage This is a code of ours.\nrule\nat words zeppelin\nfind zeppelin [ ] \\d+\nfinds [[zeppelin 7]]\n");
  mkdirSync(join(house.state, "board"), { recursive: true });
  assert.match(house.must("curbside-clerk", ["guard", "reload", own]), /1 rules, 1 cases hold/);
  await new Promise((done) => setTimeout(done, 1200));
  const refused = await member.submit("/ask", "/ask", { kind: "1", title: "A title that is long enough", body: "See zeppelin 7.", topics: "cardiology" });
  assert.equal(refused.status, 422);
  assert.match(refused.text, /a code of ours/);
  house.must("curbside-clerk", ["guard", "reset"]);
  await new Promise((done) => setTimeout(done, 1200));
  assert.ok(await answer(member, question, "See zeppelin 7."));
});

test("the control: what is taken is found", async () => {
  await house.settle();
  assert.ok(places(kept).some((path) => path.includes("journal")), "in the journal");
  assert.ok(places(kept).some((path) => path.includes("board")), "in board.db");
});
