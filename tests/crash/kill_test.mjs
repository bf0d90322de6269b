// Power is cut from one program after another, at random moments and under load: what was acknowledged stays, nothing stands twice.
// test-seconds: 150
// test-alone: it measures how soon the house is back. SEED=N repeats a run; ROUNDS=N makes it longer.
import assert from "node:assert/strict";
import { test, after, before } from "node:test";
import { readFileSync } from "node:fs";
import { House, MINUTE, ask, sleep } from "../support/house.mjs";
import { hiddenFields } from "../support/client.mjs";
import { Acknowledged } from "../support/acknowledged.mjs";
import { exactTotals } from "../support/stores.mjs";

const seed = Number(process.env.SEED ?? 1),
  rounds = Number(process.env.ROUNDS ?? 50);
const backWithin = 1000;
let state = seed;
// Mulberry32: a seed repeats the choices.
function random() {
  state = (state + 0x6d2b79f5) | 0;
  let t = Math.imul(state ^ (state >>> 15), 1 | state);
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
  return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
}
const pick = (list) => list[Math.floor(random() * list.length)];

let house,
  members,
  questions = [],
  record = new Acknowledged(),
  running = true,
  problems = [],
  answers = [];

before(async () => {
  console.log(`# SEED=${seed} ROUNDS=${rounds}`);
  house = await House.start({ conf: { "earmark.tick_minutes": 1, "ledger.close_bucket": 64 } });
  members = [];
  for (const name of ["Alder", "Birch", "Cedar", "Dogwood"]) members.push(await house.physician(name));
  for (let i = 0; i < 8; i++) questions.push(await ask(members[i % 4], `What holds when the power goes, part ${i}?`));
});
after(async () => {
  running = false;
  await house?.stop();
});

// Send a form until it is answered with "done"; every other answer must be one that may be asked again. Same hidden fields: acts once.
async function until(client, page, action, fields, seconds = 20) {
  const end = Date.now() + seconds * 1000;
  let hidden = null;
  while (Date.now() < end) {
    try {
      hidden ??= hiddenFields((await client.get(page)).text, action);
      const got = hidden && (await client.post(action, { ...hidden, ...fields }));
      if (got?.status === 303) return got;
      if (got && ![500, 502, 503, 504].includes(got.status))
        problems.push(`${action}: ${got.status} ${got.text.match(/<h1>.*?<\/h1>/)?.[0]}`);
      if (got?.status === 409) hidden = null;
    } catch {
      /* the connection broke: ask again */
    }
    await sleep(15);
  }
  throw new Error(`${action}: no acknowledgement in ${seconds} s`);
}

async function castVote(client, question, posting) {
  const stance = 1 + Math.floor(random() * 3),
    patients = Math.floor(random() * 4);
  record.vote(client.member, posting, stance, patients, false);
  await until(client, `/q/${question}`, `/p/${posting}/vote`, { stance, patients });
  record.vote(client.member, posting, stance, patients, true);
}

async function load(client, number) {
  for (let i = 0; running; i++) {
    const question = pick(questions);
    if (i % 6 === 0 && i < 700) {
      const mark = `mark-${number}-${i}`;
      record.answer(question, mark);
      const done = await until(client, `/q/${question}`, `/q/${question}/answer`, { body: `Seen it too: ${mark}` });
      const posting = Number(done.location.match(/#p(\d+)/)[1]);
      record.answer(question, mark, posting);
      answers.push({ question, posting, member: client.member });
    } else {
      const other = answers.filter((a) => a.member !== client.member);
      if (other.length > 0) await castVote(client, ...Object.values(pick(other)).slice(0, 2));
    }
    await sleep(random() * 20);
  }
}

const children = (pid) =>
  readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim().split(" ").filter(Boolean).map(Number);
const pidOf = (name) => {
  try {
    return house.pid(name);
  } catch {
    return 0;
  }
};

// Kill one; gives a function that says whether it is there again.
function kill(target) {
  if (target !== "web worker") {
    const pid = pidOf(target);
    if (pid === 0) return null;
    process.kill(pid, "SIGKILL");
    return () => {
      const now = pidOf(target);
      return now !== 0 && now !== pid;
    };
  }
  const master = pidOf("web-member"),
    workers = master === 0 ? [] : children(master);
  if (workers.length === 0) return null;
  const pid = pick(workers);
  process.kill(pid, "SIGKILL");
  return () => {
    const now = children(pidOf("web-member"));
    return now.length >= workers.length && !now.includes(pid);
  };
}

test("nothing acknowledged is lost and nothing stands twice, whoever is killed, and the house is back within a second", async () => {
  const loads = members.slice(0, 3).map((client, i) => load(client, i));
  const failed = Promise.race(loads).catch((error) => problems.push(String(error)));
  const targets = ["clerk", "web worker", "paymaster", "clerk", "ranker", "web worker", "web-member", "paymaster"];
  const slow = [],
    killed = {};
  while (answers.length < 5) await sleep(20);
  for (let round = 0; round < rounds; round++) {
    const target = targets[round % targets.length];
    await sleep(100 + random() * 250);
    house.advance(MINUTE + 1000);
    const isBack = kill(target),
      from = Date.now();
    if (isBack === null) {
      problems.push(`round ${round}: no ${target} to kill`);
      continue;
    }
    killed[target] = (killed[target] ?? 0) + 1;
    const { question, posting } = answers[0];
    await until(members[3], `/q/${question}`, `/p/${posting}/vote`, { stance: 1 + (round % 3), patients: 0 });
    record.vote(members[3].member, posting, 1 + (round % 3), 0, true);
    while (!isBack() && Date.now() - from < 5000) await sleep(5);
    const took = Date.now() - from;
    if (rounds > 100 && (round + 1) % 25 === 0) console.log(`# killed ${round + 1} of ${rounds}`);
    if (took > backWithin) slow.push(`round ${round}: ${target} took ${took} ms`);
  }
  running = false;
  await Promise.all(loads);
  await failed;
  console.log(
    `# killed ${JSON.stringify(killed)}; ${record.votes.size} votes, ${record.answers.size} answers acknowledged`,
  );
  assert.deepEqual(problems, []);
  assert.deepEqual(slow, []);
  assert.ok(record.votes.size > rounds && record.answers.size > rounds / 2, "there was load");
  await house.settle();
  const { own, pages } = await observe();
  assert.deepEqual(record.faults(own, pages), []);
});

test("the power goes, for everything at once and under load: after the next start nothing is lost or doubled", async () => {
  running = true;
  const loads = members.slice(0, 3).map((client, i) => load(client, i + 3));
  const failed = Promise.race(loads).catch((error) => problems.push(String(error)));
  for (let round = 0; round < 4; round++) {
    await sleep(200 + random() * 400);
    await house.crash();
    await house.up();
  }
  running = false;
  await Promise.all(loads);
  await failed;
  assert.deepEqual(problems, []);
  await house.settle();
  const { own, pages } = await observe();
  assert.deepEqual(record.faults(own, pages), []);
});

async function observe() {
  const own = new Map(),
    pages = new Map();
  for (const question of questions) {
    const page = await members[3].json(`/q/${question}`);
    for (const posting of [page.thread, ...page.answers]) posting.evidence = exactTotals(house, posting.id);
    pages.set(question, page);
    for (const client of members)
      for (const { posting, stance, patients } of (await client.json(`/q/${question}`)).own)
        if (stance > 0) own.set(`${client.member} ${posting}`, [stance, patients]);
  }
  return { own, pages };
}

test("a false acknowledgement on the same house is found (control)", async () => {
  const { own, pages } = await observe();
  const { question, posting } = answers.find((a) => a.member !== members[0].member);
  const before = own.get(`${members[0].member} ${posting}`) ?? [0, 0];
  // What a worker does that says "done" without having heard from the clerk.
  record.vote(members[0].member, posting, (before[0] % 3) + 1, 3, true);
  assert.equal(record.faults(own, pages).length, 1);
  record.vote(members[0].member, posting, before[0], before[1], true);
  record.answer(question, "mark-never-sent", 1);
  assert.equal(record.faults(own, pages).filter((fault) => /never-sent/.test(fault)).length, 1);
  record.answers.delete("mark-never-sent");
});

test("what the checker must find, it finds: lost, doubled, miscounted, made up (control)", () => {
  const page = (answers, evidence) =>
    new Map([
      [
        1,
        {
          thread: { id: 1, evidence: { corroborate: 0, dispute: 0, cannot_say: 0 } },
          answers: answers.map(([id, body]) => ({
            id,
            body,
            evidence: { corroborate: 0, dispute: 0, cannot_say: 0, ...evidence },
          })),
        },
      ],
    ]);
  const said = new Acknowledged();
  said.vote(7, 5, 1, 2, true);
  said.answer(1, "mark-a", 5);
  const own = new Map([["7 5", [1, 2]]]),
    good = page([[5, "mark-a"]], { corroborate: 1 });
  assert.deepEqual(said.faults(own, good), []);
  assert.equal(said.faults(new Map(), page([[5, "mark-a"]])).length, 1, "a lost vote");
  assert.equal(
    said.faults(new Map([["7 5", [2, 2]]]), page([[5, "mark-a"]], { dispute: 1 })).length,
    1,
    "a turned vote",
  );
  assert.equal(said.faults(own, page([[5, "mark-a"]], { corroborate: 2 })).length, 1, "a vote counted twice");
  assert.equal(said.faults(own, page([[6, "mark-a"]], { corroborate: 1 })).length, 2, "an answer under another number");
  assert.ok(
    said
      .faults(
        own,
        page(
          [
            [5, "mark-a"],
            [6, "mark-a"],
          ],
          { corroborate: 1 },
        ),
      )
      .some((f) => /twice/.test(f)),
    "a doubled answer",
  );
  assert.ok(
    said
      .faults(
        own,
        page(
          [
            [5, "mark-a"],
            [6, "mark-b"],
          ],
          { corroborate: 1 },
        ),
      )
      .some((f) => /never sent/.test(f)),
    "a made-up answer",
  );
  said.vote(7, 5, 3, 0, false);
  assert.deepEqual(said.faults(own, good), [], "sent and not acknowledged: either may stand");
});

test("after all that the ledger is sound and every fold is rebuilt to equal content", async () => {
  await house.down();
  const verified = house.run("curbside", ["ledger", "verify"]);
  assert.equal(verified.status, 0, verified.stdout + verified.stderr);
  const rebuilt = house.run("curbside", ["rebuild", "--check"]);
  assert.equal(rebuilt.status, 0, rebuilt.stdout + rebuilt.stderr);
});
