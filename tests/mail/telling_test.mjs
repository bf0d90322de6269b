// News by mail and feed, through the running house: what a mail of news holds, that one click ends it, that kills neither lose nor repeat a
// day's news, what a private feed shows and to whom, and that its address is in no log.
// test-seconds: 120
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync, renameSync } from "node:fs";
import { join } from "node:path";
import { test, after, before } from "node:test";
import { House, DAY, ask, answer, sleep } from "../support/house.mjs";
import { openRelay } from "../support/relay.mjs";
import { sql } from "../support/stores.mjs";

let house, relay, alder, birch, cedar, question;
const body = "An unmistakable sentence of clinical text.";
const about = (client, title, more = {}) => ask(client, title, body, { topics: "syncope", ...more });
const decoded = (mail) => {
  const subject = mail.text.match(/^Subject: =\?UTF-8\?B\?(.*)\?=$/m)?.[1] ?? "";
  return Buffer.from(subject, "base64").toString("utf8");
};
const header = (mail, name) => mail.text.match(new RegExp(`^${name}: (.*)$`, "mi"))?.[1];
const news = () => relay.mails.filter((mail) => /for you$/.test(decoded(mail)));
async function until(condition, what, seconds = 20) {
  for (const end = Date.now() + seconds * 1000; Date.now() < end; await sleep(50)) if (condition()) return;
  assert.fail(`in vain: ${what}`);
}
const unsent = () => Number(sql(join(house.state, "desk", "desk.db"), "SELECT count(*) FROM mail WHERE sent = 0;"));
const visitor = () => house.visitor();

before(async () => {
  relay = await openRelay();
  house = await House.start({ conf: { ...relay.conf, "smtp.retry_seconds": 1, "smtp.per_day": 5, "site.url": "own" } });
  alder = await house.physician("Alder", { email: "alder@hospital.example", specialty: "neurology" });
  birch = await house.physician("Birch", { email: "birch@hospital.example", specialty: "neurology" });
  cedar = await house.physician("Cedar", { email: "cedar@hospital.example", specialty: "neurology" });
  question = await about(alder, "Who has seen syncope under flecainide?");
  await birch.submit("/t/syncope", "/topic/syncope/follow", { follows: "1" }, { expect: 303 });
  await birch.submit("/notices/settings", "/search/save", { q: '"low sodium" -diuretic' }, { expect: 303 });
  await birch.submit(`/q/${question}`, `/q/${question}/follow`, { follows: "1" }, { expect: 303 });
});
after(async () => {
  await house?.stop();
  relay?.close();
});

test("a day's news comes in one mail: titles and links, and nothing of what was written or by whom", async () => {
  await about(cedar, "Syncope on the first warm day of the year");
  await about(alder, "Tremor after low sodium was mended", { topics: "tremor" });
  await about(alder, "Low sodium under a diuretic", { topics: "tremor" });
  await answer(cedar, question, body);
  await sleep(1500);
  assert.equal(news().length, 0, "not before the day is over");
  house.advance(DAY);
  for (const client of [alder, birch, cedar]) await house.renew(client);
  await until(() => news().length === 1 && unsent() === 0, "the day's mail");
  const [mail] = news();
  assert.deepEqual(mail.to, ["birch@hospital.example"]);
  assert.equal(decoded(mail), "Curbside: 3 threads for you");
  for (const title of ["Syncope on the first warm day", "Tremor after low sodium", "Who has seen syncope under flecainide"])
    assert.ok(mail.text.includes(title), title);
  for (const secret of [body.slice(0, 20), "Alder", "Birch", "Cedar", "under a diuretic"]) assert.ok(!mail.text.includes(secret), secret);
});

test("the notices page says the same, counts threads, and forgets them once they are seen", async () => {
  const page = await birch.json("/notices");
  assert.deepEqual(page.news.map(({ kind }) => kind).sort(), ["search", "thread", "topic"]);
  await birch.submit("/notices", "/notices/seen", {}, { expect: 303 });
  assert.equal((await birch.json("/notices")).news.length, 0);
});

test("answers to one question stand in one row, and the count in the header is that of what was not seen", async () => {
  for (let i = 0; i < 3; i++) await answer(birch, question, `${body} ${i}`);
  const page = await alder.json("/notices");
  const rows = page.notices.filter((notice) => notice.question === question);
  assert.equal(rows.length, 1);
  assert.equal(rows[0].count, 4);
  const shown = (await alder.get("/notices")).text.match(/class="badge">(\d+)</)?.[1];
  assert.equal(Number(shown), Number(sql(join(house.state, "board", "board.db"),
    `SELECT count(*) FROM notice WHERE seen = 0 AND member = ${alder.member};`)));
  await alder.submit("/notices", "/notices/seen", {}, { expect: 303 });
  assert.ok(!/class="badge">\d/.test((await alder.get("/notices")).text.replace(/New in what you follow.*/s, "")));
});

test("one click ends the mails, from anywhere and without signing in; looking does not", async () => {
  const address = new URL(header(news()[0], "List-Unsubscribe").slice(1, -1)).pathname;
  assert.equal(header(news()[0], "List-Unsubscribe-Post"), "List-Unsubscribe=One-Click");
  const looked = await visitor().get(address);
  assert.equal(looked.status, 200);
  assert.ok((await birch.json("/notices/settings")).mailed, "looking ends nothing");
  const wrong = await visitor().post(address.slice(0, -1) + (address.endsWith("A") ? "B" : "A"), { "List-Unsubscribe": "One-Click" });
  assert.equal(wrong.status, 404);
  assert.ok((await birch.json("/notices/settings")).mailed, "another address ends nothing");
  const done = await visitor().post(address, { "List-Unsubscribe": "One-Click" }, { headers: { "sec-fetch-site": null, origin: null } });
  assert.equal(done.status, 200);
  assert.ok(!(await birch.json("/notices/settings")).mailed);
  const count = news().length;
  await about(cedar, "Syncope that nobody is mailed about");
  house.advance(DAY);
  for (const client of [alder, birch, cedar]) await house.renew(client);
  await sleep(2500);
  assert.equal(news().length, count);
  await birch.submit("/notices/settings", "/notices/settings", { kind: 6, how: 2 }, { expect: 303 });
});

test("clerk and postman killed while news is mailed: each member's news of the day comes, under one Message-ID", async () => {
  await cedar.submit("/t/syncope", "/topic/syncope/follow", { follows: "1" }, { expect: 303 });
  const before = news().length;
  await about(alder, "Syncope while the programs are killed");
  house.advance(DAY);
  for (let i = 0; i < 6; i++) {
    await sleep(150 + 100 * i);
    for (const program of i % 2 ? ["clerk"] : ["postman", "clerk"]) try { process.kill(house.pid(program), "SIGKILL"); } catch { /* between two lives */ }
  }
  await until(() => new Set(news().slice(before).map(({ to }) => to[0])).size === 2, "both have their mail", 40);
  await sleep(3000);
  const ids = new Map();
  for (const mail of news().slice(before)) ids.set(mail.to[0], (ids.get(mail.to[0]) ?? new Set()).add(header(mail, "Message-ID")));
  for (const [to, own] of ids) assert.equal(own.size, 1, `${to}: ${[...own]}`);
  const made = Number(sql(join(house.state, "desk", "desk.db"), "SELECT count(*) FROM mail WHERE kind = 80 AND sent = 0;"));
  assert.equal(made, 0);
  for (const client of [alder, birch, cedar]) await house.renew(client);
});

// A feed as a parser that is none of ours reads it (expat, by Python), held against RFC 4287, 4.1.1 and 4.1.2.
function atomOf(xml) {
  const script = `
import json, sys
import xml.etree.ElementTree as tree
def show(node):
    children = {}
    for child in node: children.setdefault(child.tag.split("}")[1], []).append({"text": child.text or "", "rel": child.get("rel", "alternate"), "href": child.get("href")})
    return {"tag": node.tag, "children": children}
feed = tree.fromstring(sys.stdin.buffer.read())
print(json.dumps({**show(feed), "entries": [show(one) for one in feed.findall("{http://www.w3.org/2005/Atom}entry")]}))`;
  const done = spawnSync("python3", ["-c", script], { input: xml, encoding: "utf8" });
  assert.equal(done.status, 0, done.stderr);
  return JSON.parse(done.stdout);
}
function atomGood(xml) {
  const feed = atomOf(xml), when = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/;
  assert.equal(feed.tag, "{http://www.w3.org/2005/Atom}feed");
  for (const one of [feed, ...feed.entries]) {
    for (const name of ["id", "title", "updated"]) assert.equal(one.children[name]?.length, 1, name);
    assert.match(one.children.updated[0].text, when);
    assert.ok(new URL(one.children.id[0].text));
    assert.equal(one.children.link.filter((link) => link.rel === "alternate" && new URL(link.href)).length, 1);
  }
  assert.ok(feed.children.author.length === 1);
  const ids = [feed, ...feed.entries].map((one) => one.children.id[0].text);
  assert.equal(new Set(ids).size, ids.length);
}

test("a private feed holds titles and links, needs no sign-in, and ends when its owner says so", async () => {
  await birch.submit("/notices/settings", "/feeds", { kind: 1 }, { expect: 303 });
  const settings = await birch.json("/notices/settings"), path = new URL(settings.topics_feed).pathname;
  const got = await visitor().get(path);
  assert.equal(got.status, 200);
  assert.match(got.headers["content-type"], /^application\/atom\+xml/);
  assert.match(got.text, /^<\?xml version="1\.0" encoding="utf-8"\?>\n<feed xmlns="http:\/\/www\.w3\.org\/2005\/Atom">/);
  assert.ok(got.text.includes("<title>Syncope on the first warm day of the year</title>"));
  for (const secret of [body.slice(0, 20), "Alder", "Birch", "Cedar", path]) assert.ok(!got.text.includes(secret), secret);
  atomGood(got.text);
  await birch.submit("/notices/settings", "/feeds", { kind: 3 }, { expect: 303 });
  const own = (await visitor().get(new URL((await birch.json("/notices/settings")).own_feed).pathname)).text;
  atomGood(own); // with nothing in it, too
  assert.notEqual(atomOf(own).children.id[0].text, atomOf(got.text).children.id[0].text);
  assert.deepEqual(atomOf((await visitor().get(path)).text).entries.map((one) => one.children.id), atomOf(got.text).entries.map((one) => one.children.id));
  for (const broken of [got.text.replace(/<updated>[^<]*<\/updated>/, ""), got.text.replace("</feed>", ""), got.text.replace(/<id>[^<]*<\/id>/, "<id>no address</id>")])
    assert.throws(() => atomGood(broken), "a feed that is not sound is seen (control)");
  assert.equal((await visitor().get(path.replace(/.$/, (c) => (c === "A" ? "B" : "A")))).status, 404);
  await birch.submit("/notices/settings", `/feeds/${settings.topics_feed_id}/drop`, {}, { expect: 303 });
  assert.equal((await visitor().get(path)).status, 404);
  await birch.submit("/notices/settings", "/feeds", { kind: 1 }, { expect: 303 });
  const next = new URL((await birch.json("/notices/settings")).topics_feed).pathname;
  assert.notEqual(next, path);
});

test("no log holds the address of a feed or of ending mails, not even when the house cannot answer", async () => {
  const feed = new URL((await birch.json("/notices/settings")).topics_feed).pathname;
  const stop = new URL(header(news()[0], "List-Unsubscribe").slice(1, -1)).pathname;
  // nginx writes down what it could not pass on.
  const socket = join(house.state, "run", "web-member.sock");
  renameSync(socket, `${socket}.away`);
  try {
    for (const path of [feed, stop, "/t/written-down"]) assert.ok((await visitor().get(path)).status >= 500, path);
  } finally {
    renameSync(`${socket}.away`, socket);
  }
  assert.equal((await visitor().get(feed)).status, 200);
  const logs = [join(house.folder, "up.log"), ...readdirSync(join(house.state, "log")).map((name) => join(house.state, "log", name))];
  const found = (word) => logs.filter((path) => readFileSync(path, "utf8").includes(word));
  for (const path of [feed, stop]) assert.deepEqual(found(path.split("/").pop()), []);
  assert.ok(found("/t/written-down").length > 0, "another address that failed is in a log (control)");
});

test("the asker never learns who was asked, and whoever was asked may decline", async () => {
  const sought = await about(alder, "Syncope in a diver: who has seen it?", { seek: "1" });
  const asked = (await birch.json("/")).sought.map(({ id }) => id);
  assert.ok(asked.includes(sought), "birch answered under this topic");
  for (const path of [`/q/${sought}`, "/notices", "/"]) {
    const json = JSON.stringify(await alder.json(path));
    assert.ok(!/"sought":\[\{/.test(json) && !json.includes("Birch"), path);
  }
  await birch.submit("/", `/q/${sought}/decline`, {}, { expect: 303 });
  assert.ok(!(await birch.json("/")).sought.some(({ id }) => id === sought));
  assert.equal((await cedar.post(`/q/${sought}/decline`, {})).status, 409, "no form, no act");
});

test("folds made anew say the same of who follows what and was told", async () => {
  await birch.submit("/notices/settings", `/saved/${(await birch.json("/notices/settings")).searches[0].search}/drop`, {}, { expect: 303 });
  await house.settle();
  await house.down();
  const done = house.run("curbside", ["rebuild", "--check"]);
  assert.equal(done.status, 0, done.stdout + done.stderr);
});
