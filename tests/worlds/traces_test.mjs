// Two worlds, many random days: the same acts in a house with earmarks and in one without, in step. Whatever a member asks for is answered byte for
// byte alike, and the time an answer takes does not tell which house it came from. The time is judged from 200 traces on: with few answers, chance alone
// tells two lists apart.
// test-seconds: 120
// TRACES=N takes more (`make torture`: a thousand, and there nothing may run beside it), SEED=N repeats a run.
import assert from "node:assert/strict";
import { test, after, before } from "node:test";
import { House } from "../support/house.mjs";
import { hiddenFields } from "../support/client.mjs";
import { campaign, earmark, tick, publicSizes } from "../support/money.mjs";
import { auc, exact } from "../support/timing.mjs";

const traces = Number(process.env.TRACES ?? 6), seed = Number(process.env.SEED ?? 1), steps = 12;
// An area of 0.52 can be told from chance only with thousands of answers: with fewer, what chance alone gives is allowed on top.
const limit = (count) => Math.max(0.52, 0.5 + 3.5 / Math.sqrt(6 * count));
// One worker a pool, so that chance is drawn in the same order in both worlds.
const conf = { "web.workers_member": 1, "web.workers_login": 1, "ledger.close_alone": 0, "posting.per_day": 10000 };
const timed = { skip: traces < 200 && "too few answers" };
let state = seed, plain, marked;
const times = [[], []]; // of each world, by exchange: [what, microseconds]
let exchanges = 0, placed = 0;

// Mulberry32: a seed repeats the choices.
function random() {
  state = (state + 0x6d2b79f5) | 0;
  let t = Math.imul(state ^ (state >>> 15), 1 | state);
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
  return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
}
const below = (n) => Math.floor(random() * n), pick = (list) => list[below(list.length)];

async function world() {
  const house = await House.start({ conf, seed: "traces" });
  const admin = await house.admin();
  house.staff("Halden", "sponsor", "Halden Bio");
  const sponsor = await house.signIn("Halden"), members = [];
  for (const name of ["Alder", "Birch", "Cedar", "Dogwood"]) members.push(await house.physician(name));
  const pool = await campaign(house, sponsor, admin, { dollars: "20000" });
  return { house, admin, sponsor, members, pool };
}
before(async () => {
  console.log(`# SEED=${seed} TRACES=${traces}`);
  plain = await world();
  marked = await world();
});
after(() => Promise.all([plain, marked].map((it) => it?.house.stop())));

// One act in both worlds, in random order; what each answered. Only what a member asks for is timed.
async function both(what, act) {
  const got = [], order = random() < 0.5 ? [0, 1] : [1, 0];
  for (const i of order) {
    const from = process.hrtime.bigint();
    got[i] = await act([plain, marked][i]);
    if (what) times[i].push([what, Number(process.hrtime.bigint() - from) / 1000]);
  }
  if (what) {
    exchanges++;
    assert.equal(exact(got[1]), exact(got[0]), what);
  }
  return got;
}

const questions = [], postings = []; // of both worlds: they have the same numbers
const number = (got, pattern) => Number(got[0].location.match(pattern)[1]);
async function form(who, page, action, fields, what) {
  const tokens = (await both(`GET ${what}`, (it) => it.members[who].get(page))).map((got) => got.text);
  const got = await both(`POST ${what}`, (it) => it.members[who].post(action, { ...hiddenFields(it === plain ? tokens[0] : tokens[1], action), ...fields }));
  for (const it of [plain, marked]) await it.house.settle(); // both rankers have seen it
  return got;
}
const looks = () => [
  ["home", pick(["/", "/?tab=rising", "/?tab=unanswered"])], ["thread", `/q/${pick(questions)}`], ["why", `/why/posting/${pick(postings)}`],
  ["earnings", "/earnings"], ["notices", "/notices"], ["search", `/search?q=${pick(["apixaban", "dialysis", "dose"])}`], ["topic", "/t/cardiology"],
  ["sponsors", "/about/sponsors"],
];
async function look(who) {
  const [what, path] = pick(looks()), headers = pick([{}, { accept: "application/json" }, { "accept-encoding": "gzip" }]);
  await both(`GET ${what} ${Object.keys(headers)}`, (it) => it.members[who].get(path, { headers }));
}
async function askSomething(who) {
  const got = await form(who, "/ask", "/ask", { kind: 1, title: `What dose on dialysis, case ${exchanges}?`, body: `Case **${below(1000)}**.`, topics: "cardiology" }, "ask");
  if (got[0].status === 303) questions.push(number(got, /\/q\/(\d+)/));
  if (got[0].status === 303) postings.push(questions.at(-1));
}
async function answerSomething(who) {
  const question = pick(questions);
  const got = await form(who, `/q/${question}`, `/q/${question}/answer`, { body: `Apixaban, *${below(10)}* mg.` }, "answer");
  if (got[0].status === 303) postings.push(number(got, /#p(\d+)/));
}
// The sponsor reads the same page in both worlds; only in one does he send the form.
async function promise() {
  const target = pick(postings), kind = questions.includes(target) ? 1 + below(3) : pick([1, 3]);
  await plain.sponsor.get(`/sponsor/campaign/${plain.pool}`);
  await earmark(marked.house, marked.sponsor, marked.pool, target, kind, { amount: 1, cap: 10 });
  placed++;
}
async function ticked() {
  for (const it of [plain, marked]) await tick(it.house);
  assert.deepEqual(publicSizes(marked.house), publicSizes(plain.house), "the public ledger grew alike");
  for (const it of [plain, marked]) for (const client of [it.sponsor, ...it.members]) await it.house.renew(client);
}

test(`${traces} random traces: every answer is the same with and without earmarks, byte for byte`, async () => {
  await askSomething(0);
  await ticked();
  for (let i = 0; i < traces; i++) {
    if (i === 0 || random() < 0.6) await promise();
    for (let j = 0; j < steps; j++) {
      const who = below(4), kind = below(12);
      if (kind === 0) await askSomething(who);
      else if (kind < 3) await answerSomething(who);
      else await look(who);
    }
    // The clock moves here alone: elsewhere one house might see it before a batch and the other behind.
    if (i % 10 === 9) await ticked();
    if (traces >= 100 && i % 50 === 49) console.log(`# ${i + 1} traces, ${exchanges} answers`);
  }
  console.log(`# ${exchanges} answers alike, ${placed} earmarks in one world`);
  assert.ok(placed > 0);
});

test("one answer more in one world is seen (control)", async () => {
  const path = `/q/${pick(questions)}`, look = (it) => it.members[1].get(path);
  const alike = await both(null, look);
  assert.equal(exact(alike[0]), exact(alike[1]));
  await marked.members[0].submit(path, `${path}/answer`, { body: "Only here." }, { expect: 303 });
  await marked.house.settle();
  const differ = await both(null, look);
  assert.notEqual(exact(differ[0]), exact(differ[1]));
});

// What is slow in both worlds alike says nothing: each time is taken against the median of its kind.
function relative(planted = 0) {
  const kinds = {}, all = [[], []];
  times.forEach((list, i) => list.forEach(([what, us]) => (kinds[what] ??= [[], []])[i].push(us)));
  for (const lists of Object.values(kinds)) {
    const middle = lists.flat().sort((a, b) => a - b)[Math.floor(lists.flat().length / 2)];
    lists.forEach((list, i) => list.forEach((us) => all[i].push((us + (i === 1 ? planted : 0)) / middle)));
  }
  return all;
}

test("the time of an answer does not tell the worlds apart", timed, () => {
  const area = auc(...relative()), most = limit(times[0].length);
  console.log(`# area under the curve ${area.toFixed(4)} of ${times[0].length} answers each; at most ${most.toFixed(4)}`);
  assert.ok(Math.abs(area - 0.5) <= most - 0.5, `area ${area}`);
});

test("a planted difference would be seen (control)", timed, () => {
  const most = limit(times[0].length);
  let planted = 5;
  while (planted < 5000 && auc(...relative(planted)) <= most) planted *= 1.25;
  console.log(`# seen from ${planted.toFixed(0)} microseconds on`);
  assert.ok(planted < 300, `seen only from ${planted} microseconds on`);
});
