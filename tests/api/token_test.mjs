// Programs at the door: a personal token instead of a session. What it opens, what it never opens, JSON in and out.
// test-seconds: 150
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { test, after, before } from "node:test";
import { House, DAY, ask, answer, password } from "../support/house.mjs";
import { Program, makeToken } from "../support/token.mjs";
import { join } from "node:path";
import { digests, sql } from "../support/stores.mjs";

let house, alder, birch, question, posting, all, reads;
const scopes = ["read", "ask", "answer", "vote", "notices", "comment", "edit", "drafts", "flag"];
before(async () => {
  house = await House.start();
  alder = await house.physician("Alder");
  birch = await house.physician("Birch");
  question = await ask(birch, "Who has seen hyperkalaemia on this dose?");
  posting = await answer(birch, question, "Twice, and it went away.");
  all = await makeToken(alder, scopes);
  reads = await makeToken(alder, ["read"]);
});
after(() => house?.stop());
const program = (token) => new Program(house, token);
const id = () => randomBytes(16).toString("hex");

test("a token reads what members wrote, as JSON, with no cookie and no header of a browser", async () => {
  const got = await program(reads).get(`/q/${question}`);
  assert.equal(got.status, 200);
  assert.equal(got.json.thread.id, question);
  assert.match(got.headers["content-type"], /^application\/json/);
  assert.equal(got.headers["set-cookie"], undefined);
  for (const path of ["/", "/search?q=hyperkalaemia", "/t/cardiology", `/m/${birch.member}`, `/why/posting/${posting}`])
    assert.equal((await program(reads).get(path)).status, 200, path);
});

test("a token opens its member's own rows and nobody else's: the own vote stands in the page", async () => {
  const done = await program(all).post(`/p/${posting}/vote`, { stance: 1, patients: 2, request: id() });
  assert.deepEqual([done.status, done.json.location], [200, `/q/${question}#p${posting}`]);
  const own = async (token) => (await program(token).get(`/q/${question}`)).json.own.find((row) => row.posting === posting);
  assert.equal((await own(reads)).stance, 1);
  const theirs = await makeToken(birch, ["read"]);
  assert.equal((await own(theirs))?.stance ?? 0, 0);
});

test("what a program posts is answered with its number, and twice the same request is done once", async () => {
  const body = { kind: 1, title: "What do you give when the kidneys fail?", body: "She is in her seventies.", topics: ["nephrology", "cardiology"], request: id() };
  const first = await program(all).post("/ask", body), again = await program(all).post("/ask", body);
  assert.deepEqual([first.status, again.status], [201, 201], first.text);
  assert.equal(first.json.id, again.json.id);
  assert.equal(first.headers.location, `/q/${first.json.id}`);
  const page = (await program(all).get(first.json.location)).json;
  assert.deepEqual(page.topics.map(({ name }) => name).sort(), ["cardiology", "nephrology"]);
  const reply = await program(all).post(`/q/${question}/answer`, { body: "We halve it.", request: id() });
  assert.equal(reply.status, 201);
  assert.equal(reply.json.location, `/q/${question}#p${reply.json.id}`);
  const form = await program(all).post(`/q/${question}/answer`, "body=As+a+form", { "content-type": "application/x-www-form-urlencoded" });
  assert.equal(form.status, 201);
});

test("what is wrong is told as problem details, with each field, and a text that points to a patient is refused", async () => {
  const short = await program(all).post("/ask", { kind: 7, title: "Why", body: "" });
  assert.equal(short.status, 422);
  assert.match(short.headers["content-type"], /^application\/problem\+json/);
  assert.equal(short.json.status, 422);
  assert.equal(short.json.error, "invalid");
  assert.deepEqual(short.json.problems.map(({ field }) => field).sort(), ["body", "kind", "title"]);
  const patient = await program(all).post(`/q/${question}/answer`, { body: "Her number is 212-555-0187, call her." });
  assert.equal(patient.status, 422);
  assert.ok(patient.json.problems.length > 0);
  for (const body of ["{", "[1]", '"x"', "", '{"body":{"a":1}}', '{"body":"a","body":"b"}', '{"body":"\u0000"}', "[".repeat(5000)]) {
    const got = await program(all).post(`/q/${question}/answer`, body);
    assert.equal(got.status, 422, body.slice(0, 40));
    assert.ok(got.json.problems.length > 0);
  }
  assert.equal((await program(all).post(`/q/${question}/answer`, { body: "x".repeat(17000) })).status, 413);
});

test("a scope that is missing is named, and nothing is done", async () => {
  const seen = digests(house);
  for (const [path, body, needs] of [
    ["/ask", { kind: 1, title: "A title of some length", body: "Body." }, "ask"],
    [`/q/${question}/answer`, { body: "Body." }, "answer"],
    [`/p/${posting}/vote`, { stance: 2 }, "vote"],
    ["/notices/seen", { upto: 1 }, "notices"],
    [`/p/${posting}/comment`, { body: "And then?" }, "comment"],
    [`/p/${posting}/edit`, { body: "Otherwise." }, "edit"],
    ["/draft", { place: "ask", body: "Half a" }, "drafts"],
    [`/p/${posting}/flag`, { reason: 3 }, "flag"],
  ]) {
    const got = await program(reads).post(path, body);
    assert.equal(got.status, 403, path);
    assert.match(got.headers["www-authenticate"], new RegExp(`insufficient_scope.*scope="${needs}"`));
    assert.match(got.json.detail, new RegExp(needs));
  }
  assert.equal((await program(await makeToken(birch, ["vote"])).get("/")).status, 403);
  assert.notDeepEqual(digests(house), seen); // control: the token that was just made is seen
});

test("no token opens an account, money, the door, or what is of sponsors and admins", async () => {
  for (const path of ["/account", "/account/tokens", "/account/export", "/earnings", "/vouch", "/admin", "/admin/members", "/sponsor/campaigns", "/waiting"]) {
    const got = await program(all).get(path);
    assert.ok([401, 403, 404].includes(got.status), `${path}: ${got.status}`);
  }
  for (const [path, body] of [
    ["/account/password", { old: password, password: "seven quiet corridors" }],
    ["/account/tokens", { name: "more", read: true, password }],
    ["/login", { name: "Alder", password }],
    ["/vouch/invite", {}],
    ["/feeds", { kind: 3 }],
    ["/admin/period", { period: "2026-01" }],
  ]) {
    const seen = digests(house), got = await program(all).post(path, body);
    assert.ok([401, 403, 404].includes(got.status), `${path}: ${got.status}`);
    assert.deepEqual(digests(house), seen);
  }
});

test("a program is told what its member follows, and never the address of a feed, which would outlive its token", async () => {
  await alder.submit("/notices/settings", "/feeds", { kind: 3 }, { expect: 303 });
  assert.match((await alder.json("/notices/settings")).own_feed, /\/feed\//); // control
  const got = await program(all).get("/notices/settings");
  assert.deepEqual([got.status, got.json.own_feed, got.text.includes("/feed/")], [200, "", false]);
});

test("a token that is false, ended or old opens nothing, and a cookie beside it does not help", async () => {
  const false_ = `cbs_${"A".repeat(43)}`;
  for (const token of [false_, "nothing", "", alder.cookies.get("__Host-s")]) {
    const got = await program(token).get("/");
    assert.equal(got.status, 401, token);
    assert.match(got.headers["www-authenticate"], /^Bearer .*invalid_token/);
  }
  const beside = await alder.get("/", { headers: { authorization: `Bearer ${false_}` } });
  assert.equal(beside.status, 401);
  const ended = await makeToken(alder, ["read"]);
  assert.equal((await program(ended).get("/")).status, 200);
  await alder.submit("/account/tokens", `/account/token/${ended.id}/end`, {}, { expect: 303 });
  assert.equal((await program(ended).get("/")).status, 401);
  const cookie = await house.visitor().get("/", { headers: { cookie: `__Host-s=${all.text}` } });
  assert.equal(cookie.status, 303); // a token is no session
});

test("a browser still has to say where from and show its form, JSON or not (control)", async () => {
  const post = (headers, body = '{"stance":1}') =>
    alder.request("POST", `/p/${posting}/vote`, { body, headers: { "content-type": "application/json", accept: "application/json", "content-length": Buffer.byteLength(body), ...headers } });
  assert.equal((await post({})).status, 409);
  assert.equal((await post({ "sec-fetch-site": "cross-site" })).status, 403);
  const shown = (await alder.json(`/q/${question}`)).own.find((row) => row.posting === posting);
  assert.equal((await post({}, JSON.stringify({ stance: 3, form: shown.form }))).status, 200);
});

test("of a token's use the page tells the day, and its member is told by mail that it was made", async () => {
  const { tokens } = await alder.json("/account/tokens");
  const used = tokens.find(({ id: one }) => one === reads.id);
  assert.match(used.used, /^\d+ \w+ \d{4}$/);
  assert.equal(used.name, "for read");
  const mails = sql(join(house.state, "desk/desk.db"), `SELECT count(*) FROM mail WHERE kind = 40 AND member = ${alder.member}`);
  assert.equal(Number(mails), 3); // two before the tests, one in them
});

test("the day a token is good until is its last", async () => {
  const cedar = await house.physician("Cedar");
  const token = await makeToken(cedar, ["read"], { days: 3 });
  assert.equal((await program(token).get("/")).status, 200);
  house.advance(3 * DAY);
  assert.equal((await program(token).get("/")).status, 401);
});
