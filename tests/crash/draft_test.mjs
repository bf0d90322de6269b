// The clerk is killed with -9 while drafts are saved: the latest acknowledged one of each form is there afterwards, whole.
// test-seconds: 120
// ROUNDS=N makes it longer (make torture); SEED=N repeats a run.
import assert from "node:assert/strict";
import { test, after, before } from "node:test";
import { House, ask, sleep } from "../support/house.mjs";
import { formToken } from "../support/form.mjs";

const rounds = Number(process.env.ROUNDS ?? 5),
  seed = Number(process.env.SEED ?? 1);
let state = seed >>> 0;
const random = () => {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
  return state / 4294967296;
};
let house, members, questions;

before(async () => {
  console.log(`# SEED=${seed} ROUNDS=${rounds}`);
  house = await House.start();
  members = [];
  for (const name of ["Alder", "Birch", "Cedar"]) members.push(await house.physician(name));
  questions = [];
  for (let i = 0; i < 3; i++) questions.push(await ask(members[i], `What holds when the power goes, part ${i}?`));
});
after(() => house?.stop());

// What must hold of what is read: at least the text acknowledged last, at most what was sent after it.
function fault(place, read, acknowledged, sent) {
  if (read === null) return acknowledged > 0 ? `${place}: draft ${acknowledged} is gone` : null;
  const number = Number(read.match(/^version (\d+) /)?.[1]);
  if (!(number >= acknowledged && number <= sent)) return `${place}: ${number} is there, ${acknowledged} was acknowledged`;
  return read === text(number) ? null : `${place}: draft ${number} is not whole`;
}
const text = (number) => `version ${number} ` + "of what I saw in practice, ".repeat(20 + (number % 300)) + `end ${number}`;

async function writer(client, place, seen, running) {
  while (running()) {
    seen.sent++;
    const fields = { form: formToken(client, "/draft"), place, body: text(seen.sent) };
    const got = await client.post("/draft", fields, { headers: { accept: "application/json" } }).catch(() => null);
    if (got?.status === 200 && JSON.parse(got.text).saved) seen.acknowledged = seen.sent;
    else await sleep(10);
  }
}

// One that was up for a second is raised again at once; one that dies sooner ever more rarely (core/supervise.c).
const SETTLED = 1050;
async function kill() {
  for (let i = 0; i < 600; i++) {
    try {
      return process.kill(house.pid("clerk"), "SIGKILL");
    } catch {
      await sleep(50);
    }
  }
  throw new Error("no clerk to kill");
}

test("no acknowledged draft is lost, however often the clerk is killed", async () => {
  const all = members.flatMap((client) => ["ask", ...questions.map((id) => `answer-${id}`)].map((place) => ({ client, place, sent: 0, acknowledged: 0 })));
  const faults = [];
  let saved = 0;
  for (let round = 0; round < rounds; round++) {
    let on = true;
    const writers = all.map((seen) => writer(seen.client, seen.place, seen, () => on));
    await sleep(SETTLED + random() * 160);
    await kill();
    on = false;
    await Promise.all(writers);
    for (const seen of all) {
      const { rows } = await seen.client.json(`/drafts?place=${seen.place}`);
      const body = rows[0]?.fields.find(({ name }) => name === "body")?.value ?? null;
      const found = fault(`round ${round}, ${seen.client.name} ${seen.place}`, body, seen.acknowledged, seen.sent);
      if (found) faults.push(found);
    }
    const before = all.reduce((sum, seen) => sum + seen.acknowledged, 0);
    assert.ok(before >= saved);
    saved = before;
    for (let i = 0; i < 1200 && (await members[0].post("/draft", { form: formToken(members[0], "/draft"), place: "spare", body: "x" })).status !== 303; i++)
      await sleep(25);
  }
  console.log(`# the clerk was killed ${rounds} times; ${saved} drafts acknowledged`);
  assert.deepEqual(faults, []);
  assert.ok(saved > rounds, "there was something to lose");
});

test("a lost, an old and a torn draft are found (control)", () => {
  assert.match(fault("x", null, 3, 4), /is gone/);
  assert.match(fault("x", text(2), 3, 4), /2 is there/);
  assert.match(fault("x", text(5), 3, 4), /5 is there/);
  assert.match(fault("x", text(4).slice(0, -3), 3, 4), /not whole/);
  assert.equal(fault("x", text(3), 3, 4), null);
  assert.equal(fault("x", text(4), 3, 4), null);
  assert.equal(fault("x", null, 0, 4), null);
});
