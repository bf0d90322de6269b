// Measures the house as users meet it, on real data where it is at hand (SHARED), else on invented text of the same shape.
import { globalAgent } from "node:http";
import { spawn, spawnSync } from "node:child_process";
import { readFileSync, writeFileSync, readdirSync, mkdirSync, chmodSync } from "node:fs";
import { gunzipSync, gzipSync } from "node:zlib";
import { join } from "node:path";
import { House, ask, answer, freePort, sleep, root } from "../support/house.mjs";
import { Client } from "../support/client.mjs";
import { finding } from "./finding.mjs";

const seconds = Number(process.env.SECONDS_EACH ?? 3);
const only = process.env.ONLY?.split(",");
const shared = process.env.SHARED || null;
const tool = join(root, process.env.BUILD ?? "build", "tests/bench");
const figures = new Map();
const say = (name, value, unit) => { figures.set(name, value); console.log(`${name} ${Number(Number(value).toPrecision(4))} ${unit}`); };
const note = (words) => process.stderr.write(`  ${words}\n`);
const wanted = (part) => !only || only.includes(part);
const median = (list) => [...list].sort((a, b) => a - b)[Math.floor(list.length / 2)];

function load(...args) {
  const done = spawnSync(join(tool, "load"), args.map(String), { encoding: "utf8", maxBuffer: 1 << 26 });
  if (done.status !== 0) throw new Error(`load ${args.join(" ")}: ${done.stderr}`);
  const [count, perSecond, p50, p99, most, fairness, errors] = done.stdout.trim().split(" ").map(Number);
  if (errors > 0) throw new Error(`load ${args[0]}: ${errors} of ${count} refused: ${done.stderr}`);
  return { count, perSecond, p50, p99, most, fairness };
}
const lines = (house, name, list) => { const file = join(house.folder, name); writeFileSync(file, list.join("\n") + "\n"); return file; };
const cookie = (client) => [...client.cookies].map(([k, v]) => `${k}=${v}`).join("; ");
const bare = (house) => load("appends", join(house.state, "journal", "bench.append"), Math.min(seconds, 2)).perSecond;

// ---- a posting with few and many followers, and with many searches saved: a unit test, in its own process's time ----
function telling() {
  const done = spawnSync(join(root, process.env.BUILD ?? "build", "tests", "telling_speed_test"), { encoding: "utf8" });
  if (done.status !== 0) throw new Error(done.stdout + done.stderr);
  for (const [, name, value, unit] of done.stdout.matchAll(/^(\w+) ([\d.]+) (\S+)$/gm)) say(name, value, unit);
}

// ---- a page of twenty answers against an empty handler sending as many bytes, in turns ----
async function page(house, member, question) {
  const path = `/q/${question}`;
  const plain = await member.get(path);
  const packed = await member.get(path, { headers: { "accept-encoding": "gzip" } });
  const socket = join(house.state, "run", "empty.sock");
  const empties = [];
  const serve = (size, name) => {
    const child = spawn(join(tool, "empty_handler"), [`${socket}.${name}`, String(size), "2"], { stdio: "ignore" });
    empties.push(child);
  };
  serve(plain.bytes.length, "plain");
  serve(packed.bytes.length, "packed");
  await sleep(500);
  for (const name of ["plain", "packed"]) chmodSync(`${socket}.${name}`, 0o666);
  const fronts = { plain: await emptyFront(house, `${socket}.plain`), packed: await emptyFront(house, `${socket}.packed`) };
  const wrk = (url, headers, connections = 16) => {
    const said = spawnSync("wrk", ["-t1", `-c${connections}`, `-d${seconds}s`, "--latency", ...headers.flatMap((h) => ["-H", h]), url], { encoding: "utf8" }).stdout;
    if (/Non-2xx|Socket errors/.test(said)) throw new Error(said);
    const p99 = said.match(/99%\s+([\d.]+)(us|ms|s)/);
    return { perSecond: Number(said.match(/Requests\/sec:\s+([\d.]+)/)[1]), p99: Number(p99[1]) * { us: 0.001, ms: 1, s: 1000 }[p99[2]] };
  };
  const rounds = { page: [], empty: [], packed: [], emptyPacked: [], p99: [] };
  const asks = [`Cookie: ${cookie(member)}`, `Host: localhost:${house.port}`];
  for (let i = 0; i < 3; i++) {
    rounds.empty.push(wrk(fronts.plain.url, asks).perSecond);
    const got = wrk(`http://127.0.0.1:${house.port}${path}`, asks);
    rounds.page.push(got.perSecond);
    rounds.p99.push(got.p99);
    rounds.emptyPacked.push(wrk(fronts.packed.url, [...asks, "Accept-Encoding: gzip"]).perSecond);
    rounds.packed.push(wrk(`http://127.0.0.1:${house.port}${path}`, [...asks, "Accept-Encoding: gzip"]).perSecond);
  }
  say("page_ratio", median(rounds.page.map((v, i) => v / rounds.empty[i])), "x");
  say("page_packed_ratio", median(rounds.packed.map((v, i) => v / rounds.emptyPacked[i])), "x");
  say("page_per_s", median(rounds.page), "1/s");
  say("page_packed_per_s", median(rounds.packed), "1/s");
  say("page_p99_ms", median(rounds.p99), "ms");
  say("page_bytes", plain.bytes.length, "bytes");
  say("page_packed_bytes", packed.bytes.length, "bytes");
  // The same page while people sign in as fast as they are let.
  let signing = true;
  const knocks = Array.from({ length: 4 }, async () => {
    while (signing) await house.visitor().submit("/login", "/login", { name: "Bench 0", password: "not this one" }).catch(() => null);
  });
  await sleep(200);
  const beside = await new Promise((done) => {
    const child = spawn("wrk", ["-t1", "-c16", `-d${seconds}s`, ...asks.flatMap((h) => ["-H", h]), `http://127.0.0.1:${house.port}${path}`]);
    let said = "";
    child.stdout.on("data", (part) => { said += part; });
    child.on("close", () => done(Number(said.match(/Requests\/sec:\s+([\d.]+)/)[1])));
  });
  signing = false;
  await Promise.all(knocks);
  say("page_beside_login_ratio", beside / median(rounds.page), "x");
  for (const child of empties) child.kill();
  fronts.plain.stop();
  fronts.packed.stop();
}

// The house's own nginx once more, word for word, with an empty handler where the member pool was.
async function emptyFront(house, socket) {
  const port = await freePort();
  const own = join(house.state, "nginx"), copy = join(house.folder, `nginx-${port}`);
  for (const folder of ["body", "fastcgi", "proxy", "scgi", "uwsgi"]) mkdirSync(join(copy, "temp", folder), { recursive: true });
  for (const file of readdirSync(own).filter((name) => name.endsWith(".conf"))) {
    writeFileSync(join(copy, file), readFileSync(join(own, file), "utf8").replaceAll(own, copy)
      .replaceAll(join(house.state, "run", "web-member.sock"), socket).replaceAll(`:${house.port};`, `:${port};`)
      .replace(/nginx\.log/, `empty-${port}.log`));
  }
  const child = spawn("nginx", ["-c", join(copy, "nginx.conf"), "-p", copy], { stdio: "ignore", env: { ...process.env, PATH: `${process.env.PATH}:/usr/sbin` } });
  const asker = new Client(`http://localhost:${port}`);
  for (let i = 0; (await asker.get("/").catch(() => null))?.status !== 200; i++) {
    if (i === 100) throw new Error("the empty handler does not answer");
    await sleep(50);
  }
  return { url: `http://127.0.0.1:${port}/`, stop: () => child.kill() };
}

// ---- a thousand real questions as queries, one at a time, whole requests ----
function search(house, member) {
  const queries = shared
    ? [...new Set(gunzipSync(readFileSync(join(shared, "data/qa/rqe_train_physician_questions.jsonl.gz"))).toString("utf8").trim().split("\n").map((l) => JSON.parse(l).q))].slice(0, 1000)
    : Array.from({ length: 200 }, (_, i) => `What should I do for a patient of ${40 + (i % 50)} with chest pain and treatment number ${i}?`);
  const file = lines(house, "searches", queries.map((q) => `0\tGET\t/search?q=${encodeURIComponent(q.slice(0, 400))}\t${cookie(member)}\t`));
  load("http", house.port, 0, lines(house, "warm", queries.slice(0, 50).map((q) => `0\tGET\t/search?q=${encodeURIComponent(q.slice(0, 400))}\t${cookie(member)}\t`)));
  const got = load("http", house.port, 0, file);
  say("search_p50_ms", got.p50, "ms");
  say("search_p99_ms", got.p99, "ms");
  say("search_per_s", got.perSecond, "1/s");
}

// ---- votes: through the web from 16 clients; at the clerk's socket from 16 and 48 ----
async function votes(house, members, postings) {
  const web = [], socket = [];
  for (const [i, member] of members.entries()) {
    const form = (await member.get(`/q/${postings.question}`)).text.match(/<form[^>]*action="\/p\/\d+\/vote"[^>]*>\s*<input type="hidden" name="form" value="([^"]*)"/)[1];
    const token = member.cookies.get("__Host-s");
    for (const stance of [1, 2]) for (const posting of postings.answers) {
      if (i < 16) web.push(`${i}\tPOST\t/p/${posting}/vote\t${cookie(member)}\tform=${form}&stance=${stance}&patients=1`);
      socket.push({ i, json: JSON.stringify({ do: "vote", token, form, request: "0".repeat(32), posting, stance, patients: 1 }) });
    }
  }
  web.sort((a, b) => Number(a.split("\t")[0]) - Number(b.split("\t")[0]));
  const webFile = lines(house, "votes", web);
  const commands = (n) => lines(house, `commands${n}`, socket.filter((s) => s.i < n).map((s) => `${s.i}\t${s.json}`));
  const clerk = join(house.state, "run", "clerk.sock");
  const rounds = { ratio: [], perSecond: [], p99: [], fairness: [], c16: [], c48: [], f16: [], f48: [], bare: [] };
  for (let i = 0; i < 3; i++) {
    const single = bare(house);
    const through = load("http", house.port, seconds, webFile);
    const of16 = load("commands", clerk, seconds, commands(16)), of48 = load("commands", clerk, seconds, commands(48));
    rounds.bare.push(single);
    rounds.ratio.push(through.perSecond / single);
    rounds.perSecond.push(through.perSecond);
    rounds.p99.push(through.p99);
    rounds.fairness.push(through.fairness);
    rounds.c16.push(of16.perSecond / single);
    rounds.c48.push(of48.perSecond / single);
    rounds.f16.push(of16.fairness);
    rounds.f48.push(of48.fairness);
  }
  say("append_per_s", median(rounds.bare), "1/s");
  say("vote_ratio", median(rounds.ratio), "x");
  say("vote_per_s", median(rounds.perSecond), "1/s");
  say("vote_p99_ms", median(rounds.p99), "ms");
  say("vote_fairness", median(rounds.fairness), "min/max");
  say("command_ratio", median(rounds.c16), "x");
  say("command_ratio_48", median(rounds.c48), "x");
  say("command_fairness", median(rounds.f16), "min/max");
  say("command_fairness_48", median(rounds.f48), "min/max");
}

function references(house) {
  let file = shared && join(shared, "data/qa/medquad.jsonl.gz");
  let count = 16407;
  if (!file) {
    count = 4000;
    file = join(house.folder, "references.jsonl.gz");
    writeFileSync(file, gzipSync(Array.from({ length: count }, (_, i) => JSON.stringify({
      id: `r${i}`, collection: "made", url: `https://reference.example/${i}`, focus: `Condition ${i}`, category: "Disease", semgroup: "Disorders", cuis: [], synonyms: [],
      qtype: "treatment", question: `What are the treatments for condition ${i} ?`, answer: `Treatment ${i % 17} of chest pain. `.repeat(30),
    })).join("\n") + "\n"));
  }
  const begun = Date.now();
  house.must("curbside", ["import", "medquad", file]);
  say("import_per_s", count / ((Date.now() - begun) / 1000), "1/s");
}

function memory(house) {
  let all = 0;
  const names = new Map();
  for (const entry of readdirSync("/proc").filter((e) => /^\d+$/.test(e))) {
    try {
      const command = readFileSync(`/proc/${entry}/cmdline`, "utf8").split("\0");
      if (!command.join(" ").includes(house.state)) continue;
      const pss = Number(readFileSync(`/proc/${entry}/smaps_rollup`, "utf8").match(/^Pss:\s+(\d+)/m)[1]) / 1024;
      const name = command[0].includes("nginx") ? "nginx" : command[0].split("/").pop().replace("curbside-", "");
      names.set(name, (names.get(name) ?? 0) + pss);
      all += pss;
    } catch { /* ended meanwhile, or a kernel thread */ }
  }
  say("memory_mib", all, "MiB");
  for (const [name, pss] of [...names].sort()) say(`memory_${name.replace(/[^a-z]+/g, "_")}_mib`, pss, "MiB");
}

// ---- the patient-data check over 10 KB: physicians' questions, and nothing but laboratory values ----
function guard(house) {
  const asked = shared
    ? gunzipSync(readFileSync(join(shared, "data/qa/rqe_train_physician_questions.jsonl.gz"))).toString("utf8").trim().split("\n").slice(0, 400).map((l) => JSON.parse(l).q).join(" ")
    : "A 78-year-old woman on apixaban 5 mg twice daily, creatinine 1.2 mg/dL, fell in March; would you stop it? ".repeat(100);
  const values = "Na 135; K 4.2; BP 120/80; HR 72; HbA1c 7.2 %; apixaban 5 mg; SpO2 94 %; platelets 150,000; INR 2.0-3.0; ".repeat(100);
  for (const [name, text] of [["", asked], ["_dense", values]]) {
    const done = spawnSync(join(tool, "guard_speed"), [lines(house, "guard", [text]), "1000"], { encoding: "utf8" });
    const [median_ms, , perSecond] = done.stdout.trim().split(" ").map(Number);
    say(`guard_10kb${name}_ms`, median_ms, "ms");
    if (name === "") say("guard_per_s", perSecond, "1/s");
  }
}

async function rebuild(house) {
  await house.down();
  const head = Number(house.must("curbside", ["journal", "verify"]).match(/(\d+)/)[1]);
  const begun = Date.now();
  house.must("curbside-clerk", ["rebuild"]);
  say("rebuild_per_s", head / ((Date.now() - begun) / 1000), "1/s");
}

if (shared && wanted("finding")) await finding(join(root, process.env.BUILD ?? "build", "bin"), shared, say);

const house = await House.start({ clock: null, conf: {
  "web.requests_per_worker": 100000000, "password.memory_mib": 64, "password.passes": 2, "vote.per_day": 10000000, // as people sign in for real
} });
try {
  if (wanted("import") || wanted("search")) references(house);
  globalAgent.destroy(); // nginx closed what was idle while the import held us up
  note("letting 50 physicians in ...");
  const members = [];
  for (let i = 0; i < 50; i++) members.push(await house.physician(`Bench ${i}`));
  const question = await ask(members[48], "How do you titrate carvedilol when the blood pressure is already low?");
  const postings = { question, answers: [] };
  const text = "Start low and go slow. We begin with 3.125 mg twice a day and double every two weeks as tolerated.\n\n1. Check orthostatic pressure.\n2. Separate it from other drugs by two hours.\n\n".repeat(4);
  for (let i = 0; i < 20; i++) postings.answers.push(await answer(members[49], question, `${text} (${i})`));
  if (wanted("page")) await page(house, members[0], question);
  if (wanted("search")) search(house, members[0]);
  if (wanted("vote")) await votes(house, members.slice(0, 48), postings);
  if (wanted("ledger")) process.stdout.write(house.must("curbside-paymaster", ["bench", process.env.LEAVES ?? "1000000"], { seconds: 3600 }).split("\n").filter((l) => /^\w+ [\d.]+ \S+$/.test(l)).join("\n") + "\n");
  if (wanted("guard")) guard(house);
  if (wanted("telling")) telling();
  if (wanted("memory")) memory(house);
  if (wanted("rebuild")) await rebuild(house);
} finally {
  await house.stop();
}
