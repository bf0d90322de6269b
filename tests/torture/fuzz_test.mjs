// An evil worker: mutated commands at the clerk's and the paymaster's sockets and mutated bytes at the FastCGI sockets, all with the valid session
// of a physician. Only what she herself may do happens, and every program lives on. FUZZ=N sends so many to each; SEED=N repeats a run.
// test-seconds: 120
// test-alone: it keeps every program busy.
import assert from "node:assert/strict";
import { chmodSync } from "node:fs";
import { join } from "node:path";
import { test, after, before } from "node:test";
import { House, ask, answer, npi, password, vote } from "../support/house.mjs";
import { formToken } from "../support/form.mjs";
import { campaign, earmark, sealed, tick } from "../support/money.mjs";
import { digests, sql } from "../support/stores.mjs";
import { operators, records } from "../support/commands.mjs";
import { asRoot, asks, commandPackets, differences, noProgramErred, programs, secrets, send, told } from "./sender.mjs";

const many = Number(process.env.FUZZ ?? 10000), seed = Number(process.env.SEED ?? 1);
let house, alder, birch, rowan, admin, it, first, pids;

before(async () => {
  console.log(`# SEED=${seed} FUZZ=${many}${asRoot ? "" : " (not root: operator's commands are left out, since the same user may)"}`);
  house = await House.start({ conf: { "socket.peer_users": "nobody", "password.per_minute": 300, "posting.per_day": 300, "ledger.close_alone": 0 } });
  admin = await house.admin();
  house.staff("Halden", "sponsor", "Halden Bio");
  const sponsor = await house.signIn("Halden");
  alder = await house.physician("Alder");
  birch = await house.physician("Birch");
  rowan = await house.physician("Rowan");
  await house.apply("Willow");
  const mine = await ask(alder, "What does warfarin do to a fuzzer?"), theirs = await ask(birch, "What does a fuzzer do to warfarin?");
  it = { mine, theirs, answer: await answer(birch, mine, "Nothing good."), waiting: 0, birch: birch.member };
  it.own = await answer(alder, theirs, "It thins it.");
  await vote(birch, theirs, it.own, 1, 1);
  it.waiting = (await admin.json("/admin/members")).applications[0].member;
  it.campaign = await campaign(house, sponsor, admin);
  await earmark(house, sponsor, it.campaign, it.answer, 1);
  it.sealed = await sealed(house, await sponsor.json(`/sponsor/campaign/${it.campaign}`), it.campaign, it.answer, 3);
  await tick(house);
  await house.settle();
  if (asRoot) {
    chmodSync(join(house.state, "run"), 0o711);
    for (const name of ["clerk", "paymaster"]) chmodSync(join(house.state, "run", `${name}.sock`), 0o666);
  }
  first = { journal: Math.max(...sql(join(house.state, "desk/desk.db"), "SELECT max(id) FROM member UNION SELECT max(id) FROM posting;").split("\n").map(Number)) };
  pids = programs(house);
});
after(() => house?.stop());

// Everything that is neither Alder's nor Rowan's doing. New applicants are nobody yet: anyone may apply.
function others() {
  const desk = join(house.state, "desk/desk.db"), board = join(house.state, "board/board.db"), own = `(${alder.member}, ${rowan.member})`;
  const rows = {
    members: sql(desk, `SELECT id, pseudonym, role, level, state, hex(credential) FROM member WHERE id <= ${first.journal} AND id NOT IN ${own} ORDER BY id;`),
    intruders: sql(desk, `SELECT id, role, level, state FROM member WHERE id > ${first.journal} AND NOT (role = 1 AND state = 1);`),
    sessions: sql(desk, `SELECT hex(digest), member, role, expires_ms FROM session WHERE member NOT IN ${own} ORDER BY digest;`),
    postings: sql(desk, `SELECT id, question, member, kind, solved FROM posting WHERE member NOT IN ${own} ORDER BY id;`),
    texts: sql(board, `SELECT id, hex(title), hex(body), hex(html) FROM posting WHERE member NOT IN ${own} ORDER BY id;`),
    votes: sql(desk, `SELECT posting, member, stance, patients FROM vote WHERE member NOT IN ${own} ORDER BY posting, member;`),
    interests: sql(desk, `SELECT topic, member FROM interest WHERE member NOT IN ${own} ORDER BY topic, member;`),
    rules: sql(desk, "SELECT * FROM rule ORDER BY proposal;"),
    // Member 0: what a name that nobody has was not sent.
    mail: sql(desk, `SELECT id, sent FROM mail WHERE sent <> 0 AND member NOT IN ${own} AND member <> 0 ORDER BY id;`),
  };
  // The paymaster's copy of who is a member and its cursor follow the journal; all the rest is money.
  rows.vault = sql(join(house.state, "vault/vault.db"), ".dump session rule campaign fund sponsor_key own_key earmark period item payout tranche checkpoint failed");
  for (const line of digests(house)) if (/^(ledger|book|statement|roster|release) /.test(line)) rows[line.split(" ")[0]] = line;
  return rows;
}

// What a worker sends, where it matters what: with Alder's session and the form token that belongs to it, and variants of who asks.
const proof = { ticket: "AAAA", passkey: "AAAA", client_data: "AAAA", authenticator: "AAAA", signature: "AAAA" };
const script = "function score(facts)\n  return { value = 1, reasons = {} }\nend\n";
const clerkCommands = () => ({
  sign_in: { name: "Birch", password: "not hers" },
  join: { pseudonym: "Mallow", password, email: "mallow@demo.example", first_name: "Ada", last_name: "Mallow", npi: npi(90), licence: "2019000090",
    state: "MO", specialty: "cardiology", show_specialty: true },
  session_touch: {}, notices_seen: { upto: 5 },
  ask: { kind: 1, title: "A fuzzed question", body: "What **holds**?\n\n- one\n- two", topics: "cardiology" },
  answer: { question: it.theirs, body: "> It holds.\n\n`code`" }, vote: { posting: it.answer, stance: 2, patients: 1 },
  solve: { question: it.theirs, solved: true, how: "By *rest*.", answer: it.answer, study: true },
  poll_choose: { question: it.theirs, choice: 1 }, question_rate: { question: it.theirs, importance: 5, relevance: 1 },
  votes_today: {}, background: {}, background_tell: { part: 2 },
  specialties: {}, specialties_choose: { words: "cardiology\nnephrology", shown: true }, topic_follow: { topic: "cardiology", follows: true },
  applications: {}, member_decide: { member: it.waiting, accepted: true, reason: "forged" },
  draft_save: { place: "ask", fields: [{ name: "title", value: "Half a ti" }, { name: "body", value: "Call 314-555-0142, ![x](image:9x9-a)" }] },
  draft_remove: { place: "answer-7" }, image_add: { alt: "A rash", place: "ask", fields: [{ name: "body", value: "x" }] },
  rule_propose: { name: "posting", script, reason: "forged" }, rule_approve: { proposal: 1, proof }, confirm_ask: { operation: "0".repeat(64) },
  operation_confirm: { name: "payout/release", about: 1, operation: "0".repeat(64), proof }, rule_withdraw: { proposal: 1, reason: "forged" },
  topic_describe: { topic: "cardiology", excerpt: "Forged", body: "*Forged*" },
  staff_add: { pseudonym: "Intruder", password, role: 3, organisation: "", email: "" },
  reference_add: { key: "forged", title: "Forged", body: "Forged", topics: "cardiology", source: "x", url: "https://x.example/", licence: "x" },
  reference_comment: { key: "forged", of: "forged", body: "Forged", source: "x", said_ms: 1 },
  reference_topic: { topic: "cardiology", excerpt: "Forged", body: "", source: "x", url: "", licence: "" },
  text_blank: { seq: it.mine, part: 0 }, mail_due: { after: 0 }, mail_done: { mail: it.answer * 64 }, status: {},
  licence_suspects: { suspects: [{ npi: npi(1), state: "MO", licence: "2010000001" }] },
  name_suspects: { suspects: [{ state: "MO", licence: "2010000001", entry: 1 }] },
  suspicions: { after: 0 }, suspicion_decide: { member: it.waiting, entry: "0".repeat(32), excluded: true },
});
const paymasterCommands = () => ({
  campaigns: {}, campaign_open: { name: "Forged", product: "Forged", starts_ms: house.time, ends_ms: house.time + 1e9, deposit_cents: 100000, products: "" },
  earmark_seal: { campaign: it.campaign, envelope: it.sealed.envelope },
  sponsor_key_add: { public_key: it.sealed.public_key },
  sponsor_totals: {}, campaign_fund: { campaign: it.campaign, amount_cents: 100000 }, period_close: { period: "2026-03" },
  operation_withdraw: { number: 1 }, operation_retry: { number: 1 }, campaign_refund: { campaign: it.campaign },
  ledger_page: { before: 0, most: 10 }, all_campaigns: {}, periods: {}, rule_active: { name: "reward" },
});
// Whoever ends her sessions has to sign in again, so Rowan does that.
const ends = new Set(["sign_out", "sessions_end", "session_end", "leave"]);
function packets(given) {
  const who = (name, action) => {
    const asked = asks(ends.has(name) ? rowan : alder, action);
    return [asked, asked, ["", asked[1]], [asked[0], asks(alder, "/ask")[1]], ["A".repeat(43), asked[1]]];
  };
  const names = [...records.command.keys()].filter((name) => asRoot || !operators.has(name));
  const known = { ...it, posting: it.own, question: it.theirs, topic: "cardiology", kind: 1, password: "not hers", old: "not hers", blank: true };
  return commandPackets(who, known, given, names);
}

// What nginx sends for a request: one BEGIN, PARAMS, STDIN, each with its end.
function pair(name, value) {
  const size = (text) => { const n = Buffer.byteLength(text), out = Buffer.alloc(n < 128 ? 1 : 4); if (n < 128) out[0] = n; else out.writeUInt32BE(0x80000000 + n); return out; };
  return Buffer.concat([size(name), size(value), Buffer.from(name), Buffer.from(value)]);
}
function http(method, uri, fields = null, type = "application/x-www-form-urlencoded") {
  const body = fields === null ? "" : typeof fields === "string" ? fields : new URLSearchParams(fields).toString();
  const params = { REQUEST_METHOD: method, REQUEST_URI: uri, REMOTE_ADDR: "127.0.0.1", HTTP_HOST: alder.origin.host,
    HTTP_COOKIE: `__Host-s=${alder.cookies.get("__Host-s")}`, HTTP_ACCEPT: uri.length % 2 ? "application/json" : "text/html", HTTP_ACCEPT_ENCODING: "gzip",
    ...(method === "POST" ? { HTTP_ORIGIN: alder.origin.origin, HTTP_SEC_FETCH_SITE: "same-origin", CONTENT_TYPE: type,
      CONTENT_LENGTH: String(body.length) } : {}) };
  const all = Buffer.concat(Object.entries(params).map(([name, value]) => pair(name, value)));
  return [[1, Buffer.from([0, 1, 0, 0, 0, 0, 0, 0])], [4, all], [4, ""], ...(body ? [[5, body]] : []), [5, ""]];
}
// A form with a file, as browsers send it.
function upload() {
  const part = (name, value) => `--mark\r\nContent-Disposition: form-data; ${name}\r\n\r\n${value}\r\n`;
  const body = part('name="form"', formToken(alder, "/image")) + part('name="place"', "ask") + part('name="alt"', "A rash") +
    part('name="clean"', "1") + part('name="picture"; filename="x.png"', "\x89PNG\r\n\x1a\n....") + "--mark--\r\n";
  return http("POST", "/image", body, "multipart/form-data; boundary=mark");
}
const post = (uri, pattern, fields) => http("POST", uri, { form: formToken(alder, pattern), request: "@".repeat(32), ...fields });
const requests = () => ({
  "web-member": [...["/", `/q/${it.mine}`, "/ask", "/similar?q=warfarin", "/search?q=warfarin+fuzzer&topic=cardiology", "/t/cardiology", `/m/${it.birch}`,
    `/why/posting/${it.answer}`, `/why/member/${it.birch}`, "/earnings", "/earnings/1/receipt", "/notices", "/waiting", "/about/ledger", "/drafts",
    "/drafts?place=ask", `/q/${it.mine}/answer`, `/image/9x9-${"a".repeat(30)}`].map((uri) => http("GET", uri)),
    post("/ask", "/ask", { kind: 1, title: "Through the web", body: "What *holds*?", topics: "cardiology" }),
    post(`/q/${it.theirs}/answer`, "/q/:id/answer", { body: "It holds." }), post(`/p/${it.answer}/vote`, "/p/:id/vote", { stance: 1, patients: 2 }),
    post(`/q/${it.theirs}/solved`, "/q/:id/solved", { solved: 1 }), post("/topic/cardiology/follow", "/topic/:name/follow", { follows: 1 }),
    post("/preview", "/preview", { title: "x", body: "**y** 555-12-3456" }), post("/notices/seen", "/notices/seen", { upto: 9 }),
    post("/draft", "/draft", { place: "ask", title: "Half", body: "*text*" }), upload()],
  "web-login": [http("GET", "/healthz"), http("GET", "/login"), http("GET", "/join"), post("/login", "/login", { name: "Birch", password: "not hers" })],
  "web-sponsor": [...["/sponsor", "/sponsor/campaigns", `/sponsor/campaign/${it.campaign}`, "/sponsor/totals", "/sponsor/reports"].map((uri) => http("GET", uri)),
    post(`/sponsor/campaign/${it.campaign}/earmark`, "/sponsor/campaign/:key/earmark", it.sealed)],
  "web-admin": [...["/admin", "/admin/members", "/admin/rules", "/admin/rule/1", "/admin/ledger", "/admin/status"].map((uri) => http("GET", uri)),
    post(`/admin/member/${it.waiting}`, "/admin/member/:id", { accepted: 1, reason: "forged" }), post("/admin/period", "/admin/period", { period: "2026-03" }),
    post("/admin/fund", "/admin/fund", { campaign: it.campaign, amount: "10" }), post("/admin/rules", "/admin/rules", { name: "posting", script, reason: "forged" })],
});

const fuzz = (kind, socket, templates, count, needles = secrets(house, [`author of posting ${it.answer}`])) =>
  send(house, { kind, socket, templates, count, needles, seed, say: many >= 100000 });
async function standsAsBefore(was) {
  noProgramErred(house, pids);
  assert.equal((await house.visitor().get("/healthz")).status, 200);
  assert.match((await birch.json(`/q/${it.mine}`)).thread.title, /warfarin/);
  await house.settle();
  assert.deepEqual(differences(was, others()), []);
}

test(`${many} fuzzed commands at the clerk: nothing but a physician's own doing`, async () => {
  const was = others(), counts = await fuzz("packet", "clerk", packets(clerkCommands()), many);
  for (const name of ["ok", "invalid", "refused", "stale"]) assert.ok(counts[name] > 0, `${name} was among the answers`);
  assert.equal(counts["(silent)"] ?? 0, 0);
  assert.equal(counts[told] ?? 0, 0);
  await standsAsBefore(was);
});

test(`${many} fuzzed commands at the paymaster: not a cent moves, nothing is promised`, async () => {
  const was = others(), counts = await fuzz("packet", "paymaster", packets(paymasterCommands()), many);
  for (const name of ["invalid", "refused"]) assert.ok(counts[name] > 0, `${name} was among the answers`);
  assert.equal(counts["(silent)"] ?? 0, 0);
  assert.equal(counts[told] ?? 0, 0);
  await standsAsBefore(was);
});

test(`${many} fuzzed requests at the FastCGI sockets: no worker dies, nobody else's things change`, async () => {
  const was = others(), counts = {};
  for (const [socket, templates] of Object.entries(requests())) {
    const some = await fuzz("stream", socket, templates, socket === "web-member" ? Math.ceil(many * 0.7) : Math.ceil(many * 0.1));
    for (const [name, n] of Object.entries(some)) counts[name] = (counts[name] ?? 0) + n;
  }
  for (const name of ["200", "303", "403", "404", "(dropped)"]) assert.ok(counts[name] > 0, `${name} was among the answers`);
  assert.equal(counts["(silent)"] ?? 0, 0);
  assert.equal(counts[told] ?? 0, 0);
  assert.equal(counts["500"] ?? 0, 0);
  await standsAsBefore(was);
});

test("an answer that tells what is looked for is seen (control)", async () => {
  const counts = await fuzz("packet", "paymaster", packets(paymasterCommands()), 200, [Buffer.from("refused")]);
  assert.ok(counts[told] > 0 && counts[told] === counts.refused, JSON.stringify(counts));
});

test("what others do is seen by that comparison (control)", async () => {
  const was = others();
  await vote(birch, it.theirs, it.own, 2, 2);
  await admin.submit("/admin/members", `/admin/member/${it.waiting}`, { accepted: "1", reason: "seen" }, { expect: 303 });
  const found = differences(was, others());
  assert.ok(found.includes("votes") && found.includes("members"), found.join(" "));
  await tick(house);
  assert.ok(differences(was, others()).includes("ledger"));
});

test("afterwards journal and ledger are sound and every fold is rebuilt to equal content", async () => {
  await house.settle();
  await house.down();
  for (const args of [["journal", "verify"], ["ledger", "verify"], ["rebuild", "--check"]]) {
    const done = house.run("curbside", args);
    assert.equal(done.status, 0, `${args}: ${done.stdout}${done.stderr}`);
  }
});
