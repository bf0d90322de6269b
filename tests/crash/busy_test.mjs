// A stopped clerk, a locked journal, a full disk: writing is told to come back later and keeps what was typed, reading goes on, and
// afterwards everything works again. Only the words differ from the ordinary.
// test-seconds: 120
import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { test, after, before } from "node:test";
import { mkdtempSync, rmSync, rmdirSync, writeFileSync, statfsSync, openSync, writeSync, closeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { House, ask, answer, vote, sleep, npi, password } from "../support/house.mjs";
import { hiddenFields, words } from "../support/client.mjs";

const text = "Typed with care, and not to be typed twice.";
let house,
  mounted = null,
  alder,
  birch,
  question,
  posting;

before(async () => {
  // Root gives the house a small disk of its own, so that it can be full.
  if (process.getuid() === 0) {
    const folder = mkdtempSync(join(process.env.TEST_TMP ?? tmpdir(), "disk-"));
    if (spawnSync("mount", ["-t", "tmpfs", "-o", "size=64m", "curbside-test", folder]).status === 0) mounted = folder;
    else rmdirSync(folder);
  }
  house = await House.start({ conf: { "alive.seconds": 2 }, state: mounted && join(mounted, "state") });
  alder = await house.physician("Alder");
  birch = await house.physician("Birch");
  question = await ask(alder, "What holds when writing cannot go on?");
  posting = await answer(birch, question, "Reading does.");
});
after(() => house?.stop());
// However this process ends, its disk goes with it.
process.on("exit", () => {
  if (mounted && spawnSync("umount", ["-l", mounted]).status === 0) rmdirSync(mounted);
});

// The form for an answer, opened while everything was well.
const form = async () => hiddenFields((await alder.get(`/q/${question}`)).text, `/q/${question}/answer`);

async function readingGoesOn() {
  for (const path of ["/", `/q/${question}`, "/search?q=writing", "/notices", "/earnings", `/why/posting/${posting}`])
    assert.equal((await alder.get(path)).status, 200, path);
}
async function comesBackLater(hidden, what) {
  const got = await alder.post(`/q/${question}/answer`, { ...hidden, body: text });
  assert.equal(got.status, 503, `${what}: ${got.status} ${words(got.text)}`);
  assert.match(got.headers["retry-after"] ?? "", /^[1-9]\d*$/, "says when");
  assert.ok(got.text.includes(text), "what was typed stands in the page");
  const again = hiddenFields(got.text, `/q/${question}/answer`);
  assert.ok(again, "in a form that can be sent again");
  assert.equal(again.request, hidden.request, "under the same number, so that it acts once");
  const json = await alder.post(
    `/q/${question}/answer`,
    { ...hidden, body: text },
    { headers: { accept: "application/json" } },
  );
  assert.deepEqual([json.status, ["busy", "unknown"].includes(JSON.parse(json.text).error)], [503, true], json.text);
  return again;
}
// Sent again it is taken; and although it was sent three or four times, it stands once.
async function worksAgain(hidden, before) {
  let got;
  for (let i = 0; i < 100; i++) {
    got = await alder.post(`/q/${question}/answer`, { ...hidden, body: text });
    if (got.status === 303) break;
    await sleep(100);
  }
  assert.equal(got.status, 303, words(got.text));
  const { answers } = await alder.json(`/q/${question}`);
  assert.equal(answers.filter(({ body }) => body.includes(text)).length, before + 1);
}
const standing = async () =>
  (await alder.json(`/q/${question}`)).answers.filter(({ body }) => body.includes(text)).length;

test("a stopped clerk: 503, text kept, reading goes on, healthz names it, and afterwards it acts once", async () => {
  const hidden = await form(),
    before = await standing(),
    pid = house.pid("clerk");
  process.kill(pid, "SIGSTOP");
  let again;
  try {
    const [kept] = await Promise.all([comesBackLater(hidden, "stopped clerk"), readingGoesOn()]);
    again = kept;
    const health = await house.visitor().get("/healthz");
    assert.deepEqual([health.status, health.text.trim()], [503, "not up: clerk"]);
  } finally {
    process.kill(pid, "SIGCONT");
  }
  await worksAgain(again, before);
});

test("a stopped paymaster: sponsors and admins are told, physicians notice nothing", async () => {
  const admin = await house.admin(),
    pid = house.pid("paymaster");
  process.kill(pid, "SIGSTOP");
  try {
    const [got] = await Promise.all([
      admin.get("/admin/ledger"),
      vote(alder, question, posting, 1, 1).then((done) => assert.equal(done.status, 303)),
      readingGoesOn(),
    ]);
    assert.equal(got.status, 503, words(got.text));
    assert.match(got.headers["retry-after"] ?? "", /^[1-9]/);
  } finally {
    process.kill(pid, "SIGCONT");
  }
  for (let i = 0; i < 50 && (await admin.get("/admin/ledger")).status !== 200; i++) await sleep(100);
  assert.equal((await admin.get("/admin/ledger")).status, 200);
});

test("a locked journal: 503, text kept, reading goes on, and afterwards it acts once", async () => {
  const hidden = await form(),
    before = await standing();
  const lock = spawn("sqlite3", [join(house.state, "journal", "journal.db")], { stdio: ["pipe", "pipe", "inherit"] });
  const gone = new Promise((done) => lock.once("exit", done));
  let again;
  try {
    lock.stdin.write(".timeout 5000\nBEGIN IMMEDIATE;\nSELECT 'locked';\n");
    await new Promise((done) => lock.stdout.once("data", done));
    again = await comesBackLater(hidden, "locked journal");
    await readingGoesOn();
  } finally {
    lock.stdin.end("ROLLBACK;\n");
    await gone;
  }
  await worksAgain(again, before);
});

// Write until nothing more fits.
function fill(path) {
  const fd = openSync(path, "w"),
    block = Buffer.alloc(65536, 1);
  try {
    for (;;) writeSync(fd, block);
  } catch (error) {
    assert.equal(error.code, "ENOSPC");
  }
  for (const size of [4096, 512, 1])
    try {
      for (;;) writeSync(fd, block, 0, size);
    } catch {
      /* full */
    }
  closeSync(fd);
}

test("a full disk: 503, text kept, reading goes on, and with room again it acts once", async (context) => {
  if (!mounted) return context.skip("needs root and tmpfs for a disk of its own");
  const hidden = await form(),
    before = await standing(),
    ballast = join(mounted, "ballast");
  let again;
  // What the logs have room for already still fits: write until it does not.
  fill(ballast);
  assert.ok(statfsSync(mounted).bavail < 2);
  for (let i = 0; i < 400; i++) {
    const probe = await form();
    const got = await alder.post(`/q/${question}/answer`, {
      ...probe,
      body: `${"Filling the room the files have. ".repeat(300)}${i}`,
    });
    if (got.status !== 303) {
      assert.equal(got.status, 503, words(got.text));
      break;
    }
  }
  again = await comesBackLater(hidden, "full disk");
  await readingGoesOn();
  rmSync(ballast);
  await worksAgain(again, before);
});

test("somebody who applies while the clerk is stopped does not type everything twice, but the password", async () => {
  const visitor = house.visitor(),
    shown = await visitor.get("/join"),
    pid = house.pid("clerk");
  const fields = {
    pseudonym: "Newcomer",
    email: "new@demo.example",
    first_name: "Ada",
    last_name: "Newcomer",
    npi: npi(77),
    licence: "2019000077",
    state: "MO",
    specialty: "cardiology",
  };
  process.kill(pid, "SIGSTOP");
  let got;
  try {
    got = await visitor.post("/join", { ...hiddenFields(shown.text, "/join"), ...fields, password });
  } finally {
    process.kill(pid, "SIGCONT");
  }
  assert.equal(got.status, 503, words(got.text));
  for (const value of Object.values(fields)) assert.ok(got.text.includes(`value="${value}"`), value);
  assert.ok(!got.text.includes(password));
});

test("an ordinary answer passes all the while these look for a 503 (control)", async () => {
  await assert.rejects(() => form().then((hidden) => comesBackLater(hidden, "nothing wrong")), /303|503/);
  assert.equal((await house.visitor().get("/healthz")).status, 200);
});

test("after all that nothing is broken: journal, ledger and folds", async () => {
  await house.settle();
  await house.down();
  for (const args of [
    ["journal", "verify"],
    ["ledger", "verify"],
    ["rebuild", "--check"],
  ]) {
    const done = house.run("curbside", args);
    assert.equal(done.status, 0, `${args}: ${done.stdout}${done.stderr}`);
  }
});
