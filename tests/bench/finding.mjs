// How well and how fast the search finds, from the command line on stores of its own: no web server is in the way.
// SEARCH_SIZES: how many copies of the references, by commas (1 is 16 thousand, 10 is 164 thousand, 60 a million).
import { spawn, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync, existsSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { tmpdir } from "node:os";
import { join } from "node:path";

const folder = (name) => {
  const made = mkdtempSync(join(tmpdir(), `curbside-${name}-`));
  mkdirSync(join(made, "run"));
  return made;
};
const gunzipped = (file) => gunzipSync(readFileSync(file)).toString("utf8").trim().split("\n").map((line) => JSON.parse(line));
const plainWords = (text) => text.replace(/\s+/g, " ");

// A state with these references in it; `call` runs the clerk's program on it.
async function state(binaries, name, lines, ...options) {
  const made = folder(name), program = join(binaries, "curbside-clerk");
  const file = join(made, "references.jsonl");
  writeFileSync(file, "");
  for (let at = 0; at < lines.length; at += 10000) writeFileSync(file, lines.slice(at, at + 10000).map((l) => JSON.stringify(l) + "\n").join(""), { flag: "a" });
  const clerk = spawn(program, ["--state", made, "serve"], { stdio: "ignore" });
  const ended = new Promise((done) => clerk.once("exit", done));
  for (let i = 0; !existsSync(join(made, "run/clerk.sock")) && i < 200; i++) await new Promise((done) => setTimeout(done, 50));
  const call = (args, input = "") => spawnSync(program, ["--state", made, ...args], { input, encoding: "utf8", maxBuffer: 1 << 28 });
  const imported = call(["import", "medquad", file, ...options]);
  clerk.kill();
  await ended;
  rmSync(file);
  if (imported.status !== 0) throw new Error(imported.stderr);
  return { call, path: join(made, "board/board.db"), end: () => rmSync(made, { recursive: true, force: true }) };
}

// Answers by query, and the times the program says it took.
function answers(it, verb, queries, top = 10) {
  const said = it.call(["search", verb, "--top", String(top)], queries.map(([id, text]) => `${id}\t${plainWords(text)}\n`).join(""));
  if (said.status !== 0) throw new Error(said.stderr);
  const lists = new Map(queries.map(([id]) => [String(id), []]));
  for (const line of said.stdout.trim().split("\n")) lists.get(line.split("\t")[0])?.push(line.split("\t")[2]);
  const [, p50, p95, p99] = said.stderr.match(/p50 ([\d.]+) ms, p95 ([\d.]+) ms, p99 ([\d.]+) ms/);
  return { lists, p50: Number(p50), p95: Number(p95), p99: Number(p99) };
}

// Mean average precision and reciprocal rank of the first ten; relevant is a grade of 3 or 4, what nobody judged is not.
export function judged(lists, grades, only) {
  let map = 0, mrr = 0;
  for (const [topic, list] of lists) {
    const of = grades.get(topic) ?? new Map(), relevant = [...of.values()].filter((grade) => grade >= 3).length;
    let hits = 0, sum = 0, first = 0;
    (only ? list.filter((id) => of.has(id)) : list).slice(0, 10).forEach((id, i) => {
      if ((of.get(id) ?? 0) < 3) return;
      sum += ++hits / (i + 1);
      first ||= 1 / (i + 1);
    });
    map += relevant ? sum / Math.min(relevant, 10) : 0;
    mrr += first;
  }
  return { map: map / lists.size, mrr: mrr / lists.size };
}

async function liveqa(binaries, data, say) {
  const it = await state(binaries, "liveqa", gunzipped(join(data, "medquad.jsonl.gz")), "--unanswered", "keep");
  const topics = readFileSync(join(data, "liveqa_topics.jsonl"), "utf8").trim().split("\n").map((line) => JSON.parse(line));
  const grades = new Map();
  for (const line of readFileSync(join(data, "liveqa_medquad_qrels.tsv"), "utf8").trim().split("\n").slice(1)) {
    const [topic, grade, , id] = line.split("\t");
    if (!id?.trim()) continue;
    if (!grades.has(topic)) grades.set(topic, new Map());
    const of = grades.get(topic);
    of.set(id.trim(), Math.max(of.get(id.trim()) ?? 0, Number(grade)));
  }
  const { lists } = answers(it, "batch", topics.map((t) => [t.topic, `${t.subject} ${t.message}`]), 50);
  const all = judged(lists, grades, false), only = judged(lists, grades, true);
  say("liveqa_map10", all.map, "share");
  say("liveqa_mrr10", all.mrr, "share");
  say("liveqa_map10_judged", only.map, "share");
  say("liveqa_mrr10_judged", only.mrr, "share");
  it.end();
}

async function duplicates(binaries, data, say) {
  const folded = (text) => text.replace(/[^\p{L}\p{N}_]+/gu, " ").trim().toLowerCase();
  const pairs = gunzipped(join(data, "rqe_train_physician_questions.jsonl.gz"));
  const short = new Map();
  for (const pair of pairs) if (!short.has(folded(pair.faq))) short.set(folded(pair.faq), { id: `d${short.size}`, question: pair.faq, answer: "" });
  const it = await state(binaries, "duplicates", [...short.values()], "--unanswered", "keep");
  const asked = pairs.filter((pair) => pair.entails && folded(pair.q) !== folded(pair.faq));
  const { lists, p95 } = answers(it, "similar", asked.map((pair, i) => [i, pair.q]));
  let mrr = 0, first = 0;
  asked.forEach((pair, i) => {
    const rank = lists.get(String(i)).indexOf(short.get(folded(pair.faq)).id);
    mrr += rank < 0 ? 0 : 1 / (rank + 1);
    first += rank === 0;
  });
  say("duplicates_mrr10", mrr / asked.length, "share");
  say("duplicates_hit1", first / asked.length, "share");
  say("similar_p95_ms", p95, "ms");
  it.end();
}

// How much of what SQLite's own bm25 puts first, with the same column weights, stays among the first ten.
function kept(it, queries, lists) {
  const words = (text) => [...new Set(text.toLowerCase().match(/[a-z0-9]+/g))];
  const match = (text) => words(text).map((word) => `"${word}"`).join(" OR ");
  const script = queries.map(([id, text]) => `SELECT ${id} || char(9) || s.key FROM (SELECT rowid AS id FROM posting_text WHERE posting_text MATCH '${match(text)}' AND rank MATCH 'bm25(4.0, 3.0, 1.5, 1.0)' ORDER BY rank LIMIT 10) r JOIN posting_source s ON s.posting = r.id;`);
  const said = spawnSync("sqlite3", ["-readonly", it.path], { input: script.join("\n"), encoding: "utf8", maxBuffer: 1 << 26 });
  if (said.status !== 0) throw new Error(said.stderr);
  let same = 0, all = 0;
  for (const line of said.stdout.trim().split("\n")) {
    const [id, key] = line.split("\t");
    all++;
    same += lists.get(id).includes(key.split(":")[1]);
  }
  return same / all;
}

async function sizes(binaries, data, say) {
  const references = gunzipped(join(data, "medquad.jsonl.gz")).filter((line) => line.answer.trim());
  const questions = [...new Set(gunzipped(join(data, "rqe_train_physician_questions.jsonl.gz")).map((pair) => pair.q))].slice(0, 1000);
  for (const copies of (process.env.SEARCH_SIZES ?? "1").split(",").map(Number)) {
    const lines = Array.from({ length: copies }, (_, copy) => references.map((line) => ({ ...line, id: `${line.id}#${copy}` }))).flat();
    const it = await state(binaries, `size${copies}`, lines);
    const name = `${Math.round((copies * references.length) / 1000)}k`;
    const queries = questions.map((text, i) => [i, text]);
    answers(it, "batch", queries.slice(0, 100));
    const { p50, p99, lists } = answers(it, "batch", queries);
    say(`finding_p50_ms_${name}`, p50, "ms");
    say(`finding_p99_ms_${name}`, p99, "ms");
    if (copies === 1) say("top10_kept", kept(it, queries.slice(0, 200), lists), "share");
    it.end();
  }
}

export async function finding(binaries, shared, say) {
  const data = join(shared, "data/qa");
  await duplicates(binaries, data, say);
  await liveqa(binaries, data, say);
  await sizes(binaries, data, say);
}
