// How well and how fast the search finds, from the command line on stores of its own: no web server is in the way.
// SEARCH_SIZES: how many variations of the references, by commas (1 is 16 thousand, 10 is 164 thousand, 60 a million); PEERS=no leaves Xapian and PostgreSQL out.
// Choices were made on one half of the questions that somebody judged; figures that end in _unseen are of the other half alone.
import { spawn, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync, existsSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { createHash } from "node:crypto";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const unseen = (name) => createHash("sha256").update(`unseen:${name}`).digest()[0] % 2 === 1;

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
  // The clerk joins the pieces of its index and packs them once nobody asks anything; a house that has stood for a minute has few, and packed.
  const ready = "SELECT (SELECT count(DISTINCT segid) FROM posting_text_idx) <= 3 AND (SELECT count(*) > 0 AND min(done) = 2 FROM packed_piece)";
  const asked = () => spawnSync("sqlite3", ["-readonly", join(made, "board/board.db"), ready], { encoding: "utf8" }).stdout.trim();
  for (let i = 0; i < 2400 && asked() !== "1"; i++) await new Promise((done) => setTimeout(done, 250));
  clerk.kill();
  await ended;
  rmSync(file);
  if (imported.status !== 0) throw new Error(imported.stderr);
  return { call, path: join(made, "board/board.db"), end: () => rmSync(made, { recursive: true, force: true }) };
}

// Answers by query, and the times the program says it took.
function answers(it, verb, queries, top = 10, ...options) {
  const said = it.call(["search", verb, "--top", String(top), ...options], queries.map(([id, text]) => `${id}\t${plainWords(text)}\n`).join(""));
  if (said.status !== 0) throw new Error(said.stderr);
  const lists = new Map(queries.map(([id]) => [String(id), []]));
  for (const line of said.stdout.trim().split("\n")) lists.get(line.split("\t")[0])?.push(line.split("\t")[2]);
  const [, mean, p50, p95, p99] = said.stderr.match(/mean ([\d.]+) ms, p50 ([\d.]+) ms, p95 ([\d.]+) ms, p99 ([\d.]+) ms/).map(Number);
  return { lists, mean, p50, p95, p99 };
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
  say("liveqa_map10_unseen", judged(new Map([...lists].filter(([topic]) => unseen(topic))), grades, false).map, "share");
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
  const found = asked.map((pair, i) => lists.get(String(i)).indexOf(short.get(folded(pair.faq)).id));
  const mean = (ranks) => ranks.reduce((sum, rank) => sum + (rank < 0 ? 0 : 1 / (rank + 1)), 0) / ranks.length;
  say("duplicates_mrr10", mean(found), "share");
  say("duplicates_hit1", found.filter((rank) => rank === 0).length / found.length, "share");
  say("duplicates_mrr10_unseen", mean(found.filter((rank, i) => unseen(asked[i].q))), "share");
  say("similar_p95_ms", p95, "ms");
  it.end();
}

// How much of what SQLite's own bm25 puts first, with the same column weights, stays among the first ten.
function kept(it, queries, lists) {
  const words = (text) => [...new Set(text.toLowerCase().match(/[a-z0-9]+/g))];
  const match = (text) => words(text).map((word) => `"${word}"`).join(" OR ");
  const script = queries.map(([id, text]) => `SELECT ${id} || char(9) || s.key FROM (SELECT rowid AS id FROM posting_text WHERE posting_text MATCH '${match(text)}' AND rank MATCH 'bm25(4.0, 4.0, 1.5, 1.0, 2.0, 0.5)' ORDER BY rank LIMIT 10) r JOIN posting_source s ON s.posting = r.id;`);
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

// The same references in other words of their own: a third of the sentences left out, others each time. Number 0 is the original.
function varied(references, number) {
  let seed = number * 7919 + 1;
  const chance = () => { seed = (Math.imul(seed, 1103515245) + 12345) >>> 0; return seed / 2 ** 32; };
  return references.map((line) => {
    const sentences = number === 0 ? [] : line.answer.split(/(?<=[.?!])\s+/).filter(() => chance() > 0.33);
    return { ...line, id: `${line.id}#${number}`, answer: sentences.join(" ").trim() || line.answer };
  });
}

const sameTen = (lists, others) => {
  let same = 0, all = 0;
  for (const [id, list] of lists) {
    all += list.length;
    same += list.filter((one) => others.get(id)?.includes(one)).length;
  }
  return all ? same / all : 1;
};

// The words of each question as every engine gets them: what our own reading calls a stop word is left out.
function withoutStopWords(queries) {
  const table = readFileSync(join(here, "../../board/search/asked.c"), "utf8").match(/stop_words\[\] = \{([^}]*)\}/)[1];
  const stop = new Set([...table.matchAll(/"([a-z]+)"/g)].map(([, word]) => word));
  return queries.map(([id, text]) => [id, [...new Set(text.toLowerCase().match(/[a-z0-9]+/g))].filter((word) => !stop.has(word)).join(" ")]);
}

function peers(references, queries, perSecond, name, say) {
  const made = folder("peers"), file = join(made, "references.jsonl"), asked = join(made, "queries.tsv");
  for (let at = 0; at < references.length; at += 10000) writeFileSync(file, references.slice(at, at + 10000).map((l) => JSON.stringify(l) + "\n").join(""), { flag: "a" });
  writeFileSync(asked, withoutStopWords(queries).map(([id, text]) => `${id}\t${text}\n`).join(""));
  for (const engine of ["xapian", "postgres"]) {
    const said = spawnSync("/usr/bin/python3", [join(here, "peers.py"), engine, file, asked, made], { encoding: "utf8" });
    if (said.status !== 0) {
      process.stderr.write(`  ${engine} was not measured: ${said.stderr.trim().split("\n").pop()}\n`);
      continue;
    }
    const [each, , p99] = said.stdout.trim().split(" ").map(Number);
    say(`${engine}_p99_ms_${name}`, p99, "ms");
    say(`finding_over_${engine}_${name}`, perSecond / each, "x");
  }
  rmSync(made, { recursive: true, force: true });
}

async function sizes(binaries, data, say) {
  const references = gunzipped(join(data, "medquad.jsonl.gz")).filter((line) => line.answer.trim());
  const questions = [...new Set(gunzipped(join(data, "rqe_train_physician_questions.jsonl.gz")).map((pair) => pair.q))].slice(0, 1000);
  for (const copies of (process.env.SEARCH_SIZES ?? "1").split(",").map(Number)) {
    const lines = Array.from({ length: copies }, (_, number) => varied(references, number)).flat();
    const it = await state(binaries, `size${copies}`, lines);
    const name = `${Math.round((copies * references.length) / 1000)}k`;
    const queries = questions.map((text, i) => [i, text]);
    const { mean, p50, p99, lists } = answers(it, "batch", [...queries, ...queries], 10, "--warm", String(queries.length)); // as the peers: the second pass
    say(`finding_p50_ms_${name}`, p50, "ms");
    say(`finding_p99_ms_${name}`, p99, "ms");
    const some = queries.slice(0, 200), whole = answers(it, "batch", some, 10, "--cap", "off");
    say(`top10_kept_${name}`, sameTen(whole.lists, lists), "share");
    if (copies === 1) say("top10_as_plain", kept(it, some, lists), "share");
    if (copies <= 10 && process.env.PEERS !== "no") peers(lines, queries, 1000 / mean, name, say);
    it.end();
  }
}

export async function finding(binaries, shared, say) {
  const data = join(shared, "data/qa");
  await duplicates(binaries, data, say);
  await liveqa(binaries, data, say);
  await sizes(binaries, data, say);
}
