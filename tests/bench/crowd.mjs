// A thousand members posting and voting at once for a minute, and what became of every act; and the page of a thread with two hundred answers.
// Prints `name value unit`; ends with 1 when an act failed, was lost, or was done twice. MEMBERS (1000) and SECONDS_CROWD (60) change it.
import http from "node:http";
import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { join } from "node:path";
import { House, ask, answer } from "../support/house.mjs";
import { formToken } from "../support/form.mjs";
import { sql } from "../support/stores.mjs";

const members = Number(process.env.MEMBERS ?? 1000), seconds = Number(process.env.SECONDS_CROWD ?? 60), answers = 200;
const only = process.env.ONLY?.split(",") ?? ["crowd", "thread"];
const say = (name, value, unit) => console.log(`${name} ${Number(Number(value).toPrecision(4))} ${unit}`);
const note = (words) => process.stderr.write(`  ${words}\n`);
const part = (list, share) => [...list].sort((a, b) => a - b)[Math.min(list.length - 1, Math.floor(list.length * share))];
const shared = process.env.SHARED || null;
const words = "start low titrate hold dose renal sodium potassium rhythm pressure clinic week monitor stop switch oral daily evening trial evidence risk benefit elderly falls bleeding stroke repeat level adjust consider avoid prefer usually rarely before after with without until unless".split(" ");
const made = (i) => Array.from({ length: 70 }, (_, j) => words[(i * 31 + j * j * 7 + (i % 13) * j) % words.length]).join(" ");
const texts = shared
  ? gunzipSync(readFileSync(join(shared, "data/qa/kqa_answers.jsonl.gz"))).toString("utf8").trim().split("\n").map((l) => JSON.parse(l).Free_form_answer.slice(0, 1200))
  : Array.from({ length: answers }, (_, i) => made(i));

const house = await House.start({
  clock: null, env: { CONNECTIONS: "4000", CONNECTIONS_ALL: "4000" },
  conf: { "web.requests_per_worker": 100000000, "vote.per_day": 10000000, "posting.per_day": 10000 },
});
let failed = false;
try {
  const crowd = [];
  note(`letting ${members} physicians in ...`);
  await house.admin();
  for (let i = 0; i < members; i += 8)
    crowd.push(...(await Promise.all(Array.from({ length: Math.min(8, members - i) }, (_, j) => house.physician(`Crowd ${i + j}`)))));
  const agent = new http.Agent({ keepAlive: true, maxSockets: Infinity });
  const question = await ask(crowd[0], "How do you titrate carvedilol when the blood pressure is already low?");
  const postings = [];
  for (let i = 0; i < answers; i++) postings.push(await answer(crowd[i % members], question, `${texts[i % texts.length]} (${i})`));
  const post = (member, path, pattern, fields) =>
    new Promise((done) => {
      const begun = performance.now(), body = new URLSearchParams({ form: formToken(member, pattern), request: randomBytes(16).toString("hex"), ...fields }).toString();
      const end = (status, location) => done({ status, location, ms: performance.now() - begun });
      const sent = http.request({ host: "127.0.0.1", port: house.port, method: "POST", path, agent, timeout: 30000, headers: {
        host: `localhost:${house.port}`, cookie: `__Host-s=${member.cookies.get("__Host-s")}`, "sec-fetch-site": "same-origin",
        "content-type": "application/x-www-form-urlencoded", "content-length": Buffer.byteLength(body) } }, (got) => {
        got.resume();
        got.on("end", () => end(got.statusCode, got.headers.location));
      });
      sent.on("timeout", () => sent.destroy());
      sent.on("error", (error) => { note(error.code ?? error.message); end(0); });
      sent.end(body);
    });

  // Every act that was acknowledged, to be held against the stores afterwards.
  const spent = [], mine = new Map(), votes = new Map();
  let errors = 0, twice = 0;
  const kept = (got) => {
    spent.push(got.ms);
    if (got.status === 303) return true;
    errors++;
    return false;
  };
  async function once(member, i, n) {
    const dice = (i * 7919 + n * 104729) % 100;
    if (dice < 80) {
      const posting = postings[(i * 17 + n * 29) % answers], stance = 1 + ((i + n) % 3);
      if (postings.indexOf(posting) % members === i) return; // nobody votes on what is his own
      if (kept(await post(member, `/p/${posting}/vote`, "/p/:id/vote", { stance, patients: n % 4 }))) votes.set(`${posting} ${member.member}`, `${stance} ${n % 4}`);
      return;
    }
    const mark = `mark-${i}-${n}-`, request = randomBytes(16).toString("hex");
    const send = dice < 97
      ? () => post(member, `/q/${question}/answer`, "/q/:id/answer", { body: `We do the same here. ${mark}`, request })
      : () => post(member, "/ask", "/ask", { kind: 1, title: `What would you do in this case, ${mark}?`, body: `Asked in earnest. ${mark}`, topics: "cardiology", request });
    const sent = await Promise.all(dice % 10 === 1 ? [send(), send()] : [send()]); // a double click
    if (sent.length > 1) twice++;
    if (sent.map(kept).every(Boolean)) mine.set(mark, sent.map(({ location }) => location));
  }
  if (only.includes("crowd")) {
    note(`${members} members at once for ${seconds} s ...`);
    const until = performance.now() + seconds * 1000, begun = performance.now();
    await Promise.all(crowd.map(async (member, i) => { for (let n = 0; performance.now() < until; n++) await once(member, i, n); }));
    const took = (performance.now() - begun) / 1000;
    await house.settle();
    const board = join(house.state, "board/board.db"), desk = join(house.state, "desk/desk.db");
    const bodies = sql(board, "SELECT id || ' ' || replace(body, char(10), ' ') FROM posting WHERE body LIKE '%mark-%'").split("\n").filter(Boolean);
    const seen = new Map();
    for (const line of bodies) {
      const mark = line.match(/mark-\d+-\d+-/)[0];
      seen.set(mark, [...(seen.get(mark) ?? []), Number(line.split(" ")[0])]);
    }
    const number = (location) => Number(location.match(/#p(\d+)/)?.[1] ?? location.match(/\/q\/(\d+)/)[1]);
    let lost = 0, doubled = 0;
    for (const [mark, locations] of mine) {
      if (!locations.every((one) => seen.get(mark)?.includes(number(one)))) lost++;
    }
    for (const ids of seen.values()) if (ids.length > 1) doubled++;
    const cast = new Map(sql(desk, "SELECT posting || ' ' || member || ' ' || stance || ' ' || patients FROM vote").split("\n").filter(Boolean).map((l) => l.split(" ")).map(([p, m, s, n]) => [`${p} ${m}`, `${s} ${n}`]));
    for (const [key, value] of votes) if (cast.get(key) !== value) lost++;
    const tallies = Number(sql(board, "SELECT sum(corroborate + dispute + cannot_say) FROM tally"));
    doubled += Math.max(0, tallies - cast.size);
    lost += Math.max(0, cast.size - tallies);
    say("crowd_members", members, "members");
    say("crowd_acts", spent.length, "acts");
    say("crowd_per_s", spent.length / took, "1/s");
    say("crowd_p50_ms", part(spent, 0.5), "ms");
    say("crowd_p99_ms", part(spent, 0.99), "ms");
    say("crowd_double_clicks", twice, "pairs");
    say("crowd_errors", errors, "acts");
    say("crowd_lost", lost, "acts");
    say("crowd_doubled", doubled, "acts");
    failed ||= errors + lost + doubled > 0;
  }
  if (only.includes("thread")) {
    // Its own thread: no more than two hundred answers, whatever the crowd wrote.
    const other = await ask(crowd[0], "What do you do when the pressure falls on the first dose?");
    for (let i = 0; i < answers; i++) await answer(crowd[(i + 1) % members], other, `${texts[i % texts.length]} (${i})`);
    await house.settle();
    // Who reads has said nothing here; and one of those who have, in ten places.
    const reader = await house.physician("Crowd reader"), voter = await house.physician("Crowd voter");
    const packed = (who = reader) => who.get(`/q/${other}`, { headers: { "accept-encoding": "gzip" } });
    const page = await packed(), fresh = [], again = [];
    const ids = [...(await reader.get(`/q/${other}`)).text.matchAll(/action="\/p\/(\d+)\/vote"/g)].map((m) => m[1]);
    for (let i = 0; i < 10; i++) await post(voter, `/p/${ids[i * 19]}/vote`, "/p/:id/vote", { stance: 1, patients: 1 });
    const voted = await packed(voter);
    const timed = async (list) => { const begun = performance.now(); await packed(); list.push(performance.now() - begun); };
    for (let i = 0; i < 40; i++) {
      await post(crowd[2], `/q/${other}/solved`, "/q/:id/solved", { solved: 1 }); // not his to say: changes nothing
      await post(crowd[0], `/q/${other}/solved`, "/q/:id/solved", { solved: i % 2 }); // the page is another one now
      await timed(fresh);
      await timed(again);
    }
    say("thread_answers", answers, "answers");
    say("thread_packed_bytes", page.bytes.length, "bytes");
    say("thread_voter_packed_bytes", voted.bytes.length, "bytes");
    say("thread_fresh_ms", part(fresh, 0.5), "ms");
    say("thread_kept_ms", part(again, 0.5), "ms");
    if (page.status !== 200 || page.bytes.length >= 60 * 1024 || part(fresh, 0.5) >= 15) failed = true;
  }
} finally {
  await house.stop();
}
if (failed) { console.error("crowd: an act failed, was lost or doubled, or the page is too large or too slow"); process.exit(1); }
