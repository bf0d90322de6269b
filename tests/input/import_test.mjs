// Communities that were somewhere else before: dumps of Stack Exchange and JSON Lines, whole, broken, hostile, killed and taken again.
// test-seconds: 150
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdirSync, writeFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { test, after, before } from "node:test";
import { House, root, sleep } from "../support/house.mjs";
import { sql } from "../support/stores.mjs";

let house, reader;
before(async () => {
  house = await House.start();
  reader = await house.physician("Alder");
});
after(() => house?.stop());

const escape = (text) => text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;").replace(/"/g, "&quot;").replace(/\n/g, "&#xA;");
const row = (fields) => `  <row ${Object.entries(fields).map(([k, v]) => `${k}="${escape(String(v))}"`).join(" ")} />`;
const table = (name, rows) => `\ufeff<?xml version="1.0" encoding="utf-8"?>\n<${name}>\n${rows.join("\n")}\n</${name}>\n`;
function dump(name, files) {
  const folder = join(house.folder, name);
  mkdirSync(folder, { recursive: true });
  for (const [file, text] of Object.entries(files)) writeFileSync(join(folder, file), text);
  return folder;
}
const site = "medical.example.org";
const question = (id, more = {}) => row({ Id: id, PostTypeId: 1, CreationDate: "2016-03-01T10:00:00.000", Score: 7, OwnerUserId: 12, Title: `Is beta blockade safe here, case ${id}?`, Tags: "<heart-failure><beta-blockers>", Body: `<p>He takes <strong>carvedilol</strong> &amp; feels well, case ${id}.</p>`, ...more });
const reply = (id, parent, more = {}) => row({ Id: id, PostTypeId: 2, ParentId: parent, CreationDate: "2020-03-01T10:00:00.000", Score: 3, OwnerDisplayName: "dr. who", Body: `<p>Start low, go slow, answer ${id}.</p>`, ...more });
const small = () => ({
  "Tags.xml": table("tags", [row({ Id: 1, TagName: "heart-failure", Count: 2, ExcerptPostId: 20, WikiPostId: 21 }), row({ Id: 2, TagName: "renal", Count: 1 })]),
  "Votes.xml": table("votes", [row({ Id: 1, PostId: 2, VoteTypeId: 2 }), row({ Id: 2, PostId: 2, VoteTypeId: 2 }), row({ Id: 3, PostId: 2, VoteTypeId: 3 }), row({ Id: 4, PostId: 1, VoteTypeId: 5 })]),
  "Comments.xml": table("comments", [row({ Id: 1, PostId: 1, Score: 2, Text: "Which *dose*?", CreationDate: "2016-03-02T11:30:00.000", UserId: 31, ContentLicense: "CC BY-SA 3.0" }), row({ Id: 2, PostId: 1, Score: 0, Text: "And the rhythm?", CreationDate: "2016-03-01T11:30:00.000", UserDisplayName: "nurse" }), row({ Id: 3, PostId: 3, Text: "On what stays out" }), row({ Id: 4, PostId: 4, Text: "# no *heading* <b>here</b>" })]),
  "Posts.xml": table("posts", [question(1, { AcceptedAnswerId: 4 }), reply(2, 1), reply(3, 1, { Score: 0 }), reply(4, 1, { Score: -2 }), reply(5, 99), question(6, { Tags: "|renal|" }), row({ Id: 20, PostTypeId: 4, Body: "When the heart pumps too little for the body." }), row({ Id: 21, PostTypeId: 5, Body: "<p>Ask here about <em>ejection fraction</em>, not about valves.</p>" }), row({ Id: 22, PostTypeId: 4, Body: "Of no tag." })]),
});
const take = (folder, ...more) => house.run("curbside", ["import", "stackexchange", folder, ...more]);
const count = () => Number(sql(join(house.state, "journal/journal.db"), "SELECT count(*) FROM entry"));
const threads = async (topic) => (await reader.json(`/t/${topic}`)).rows;

test("questions come with their accepted answer and those with points, as references with source, licence and link", async () => {
  const done = take(dump(site, small()));
  assert.equal(done.status, 0, done.stderr);
  assert.match(done.stdout, /^2 questions, 2 answers, 3 comments and 1 descriptions of topics taken, 8 of them new; 2 answers under 1 points left out; 0 rows refused; 3 votes read/);
  await house.settle();
  const rows = await threads("heart-failure");
  assert.equal(rows.length, 1);
  const page = await reader.json(`/q/${rows[0].id}`);
  assert.equal(page.thread.title, "Is beta blockade safe here, case 1?");
  assert.match(page.thread.body, /<strong>carvedilol<\/strong> &amp; feels well/);
  assert.equal(page.thread.source, `${site}, by user 12; 7 points there`);
  assert.equal(page.thread.licence, "CC BY-SA 3.0");
  assert.equal(page.thread.url, `https://${site}/q/1`);
  assert.deepEqual(page.answers.map((one) => one.source).sort(), [`${site}, by dr. who; -2 points there, accepted`, `${site}, by dr. who; 3 points there (2 up, 1 down)`]);
  assert.ok(page.answers.every((one) => one.licence === "CC BY-SA 4.0" && one.reference && /^https:\/\/medical\.example\.org\/a\/\d$/.test(one.url)));
  assert.deepEqual(page.answers.filter((one) => one.texts.chosen).map((one) => one.url), [`https://${site}/a/4`], "what was accepted there is the asker's choice");
  const counted = "SELECT (SELECT count(*) FROM vote) || ' ' || (SELECT count(*) FROM mail WHERE kind IN (1, 80))";
  assert.equal(sql(join(house.state, "desk/desk.db"), counted).trim(), "0 0", "votes there are nobody's here");
  assert.equal((await threads("renal")).length, 1);
  const found = await reader.json("/search?q=carvedilol");
  assert.ok(found.rows.some((one) => one.id === rows[0].id));
});

test("comments come under their posting as they were said there, by nobody here, and go when they are erased", async () => {
  const [thread] = await threads("heart-failure");
  const page = await reader.json(`/q/${thread.id}`), { comments } = page.thread.texts;
  assert.deepEqual(comments.map((c) => [c.body.trim(), c.source, c.author.id, c.iso]), [
    ["<p>And the rhythm?</p>", `nurse at ${site} (CC BY-SA 3.0)`, 0, "2016-03-01T11:30:00Z"],
    ["<p>Which <em>dose</em>?</p>", `user 31 at ${site} (CC BY-SA 3.0)`, 0, "2016-03-02T11:30:00Z"],
  ]);
  assert.deepEqual(page.answers.flatMap((one) => one.texts.comments.map((c) => c.body.trim())), ["<p># no <em>heading</em> &lt;b&gt;here&lt;/b&gt;</p>"]);
  const { text } = await reader.get(`/q/${thread.id}`);
  assert.match(text, new RegExp(`<span>nurse at ${site}`));
  assert.doesNotMatch(text, /href="\/m\/0"/);
  assert.ok((await reader.json("/search?q=rhythm")).rows.some((one) => one.id === thread.id), "they can be found");
  assert.doesNotMatch((await reader.get(`/p/${thread.id}/comment`)).text, /\/comment\/\d+\/remove/, "nobody here wrote it, so nobody takes it back");
  house.must("curbside", ["board", "text", "blank", String(comments[0].id), "0"]);
  await house.settle();
  assert.deepEqual((await reader.json(`/q/${thread.id}`)).thread.texts.comments.map((c) => c.id), [comments[1].id]);
  const journal = join(house.state, "journal/journal.db");
  assert.equal(sql(journal, `SELECT count(*) FROM entry_text WHERE seq = ${comments[0].id} AND body IS NOT NULL`).trim(), "0");
  assert.match(take(dump(site, small())).stdout, /taken, 0 of them new/, "and stay away");
});

test("what is said of a topic there stands above its threads, until an admin says it better", async () => {
  const { about } = await reader.json("/t/heart-failure");
  assert.equal(about.excerpt, "When the heart pumps too little for the body.");
  assert.match(about.body, /Ask here about <em>ejection fraction<\/em>/);
  assert.deepEqual([about.source, about.url], [site, `https://${site}/tags/heart-failure/info`]);
  assert.equal(about.editable, false);
  assert.equal((await reader.json("/t/renal")).about.excerpt, "");
  const admin = await house.admin();
  const page = "/admin/topic/heart-failure";
  assert.equal((await reader.get(page)).status, 403);
  assert.equal((await admin.get("/admin/topic/nothing-here")).status, 404);
  const kept = (n) => sql(join(house.state, "journal/journal.db"), `SELECT count(*) FROM entry_text WHERE body LIKE '%${n}%'`).trim();
  assert.notEqual(kept("pumps too little"), "0");
  const called = await admin.submit(page, page, { excerpt: "Ring 312-555-0188 for this.", body: "" });
  assert.equal(called.status, 422, "no telephone numbers");
  await admin.submit(page, page, { excerpt: "The failing heart.", body: "And *only* that." }, { expect: 303 });
  const now = (await reader.json("/t/heart-failure")).about;
  assert.deepEqual([now.excerpt, now.source], ["The failing heart.", ""]);
  assert.match(now.body, /<em>only<\/em>/);
  assert.equal(kept("pumps too little"), "0", "what is replaced is not kept");
  assert.match(take(dump(site, small())).stdout, /taken, 0 of them new/, "an import does not take it back");
  assert.equal((await reader.json("/t/heart-failure")).about.excerpt, "The failing heart.");
});

test("a second time it adds nothing, and what is new in a later dump comes in", async () => {
  const head = count(), again = take(dump(site, small()));
  assert.equal(again.status, 0);
  assert.match(again.stdout, /taken, 0 of them new/);
  assert.equal(count(), head);
  const files = small();
  files["Posts.xml"] = files["Posts.xml"].replace("</posts>", `${question(7)}\n</posts>`);
  assert.match(take(dump(site, files)).stdout, /taken, 1 of them new/);
  assert.equal(count(), head + 1);
});

test("a broken row is named with its line and reason, and the rest comes in", async () => {
  const bad = [
    '  <row Id="101" PostTypeId="1" Title="unclosed />',
    '  <row Id="102" PostTypeId="1" Title="twice" Title="twice" Body="x" />',
    row({ Id: 103, PostTypeId: 1, Body: "<p>no title</p>" }),
    '  <row Id="104" PostTypeId="1" Title="Entity of its own" Body="&lol;" />',
    "  <row Id=\"105\" PostTypeId=\"1\" Title=\"Raw \xff bytes\" Body=\"x\" />",
    row({ Id: "x", PostTypeId: 1, Title: "No number at all", Body: "x" }),
    row({ Id: 4000000000, PostTypeId: 1, Title: "A number too far", Body: "x" }),
    '  <row Id="106" /><row Id="107" />',
    `  <row Id="108" PostTypeId="1" Title="Huge attribute" Body="${"x".repeat(2 << 20)}" />`,
    `  <row ${Array.from({ length: 60 }, (_, i) => `a${i}="1"`).join(" ")} />`,
    "  stray words",
  ];
  const text = table("posts", [...bad, question(110, { Tags: "<after-broken>" })]);
  const done = take(dump("broken.example.org", { "Posts.xml": Buffer.from(text, "latin1").includes(0xff) ? Buffer.concat(text.split("\xff").flatMap((part, i) => (i ? [Buffer.from([0xff]), Buffer.from(part)] : [Buffer.from(part)]))) : text }));
  assert.equal(done.status, 0, done.stderr);
  assert.match(done.stdout, /^1 questions, 0 answers, 0 comments and 0 descriptions of topics taken, 1 of them new; .* 11 rows refused/);
  for (const [line, reason] of [[3, /./], [4, /duplicate attribute/], [5, /without Title/], [6, /undefined entity/], [7, /UTF-8/], [8, /no number/], [9, /no number/], [10, /junk|more than one/], [11, /mebibyte/], [12, /forty attributes/], [13, /./]])
    assert.match(done.stderr, new RegExp(`line ${line}: .*${reason.source}`), `line ${line}`);
  await house.settle();
  assert.equal((await threads("after-broken")).length, 1);
});

test("a billion laughs, entities from elsewhere and a file of one endless line cost neither time nor memory", async () => {
  const laughs = `<?xml version="1.0"?>\n<!DOCTYPE lolz [<!ENTITY lol "lol">${Array.from({ length: 9 }, (_, i) => `<!ENTITY lol${i + 1} "${`&lol${i || ""};`.repeat(10)}">`).join("")}]>\n<posts>\n  <row Id="1" PostTypeId="1" Title="Who laughs about this one?" Body="&lol9;" />\n</posts>\n`;
  const outside = `<?xml version="1.0"?>\n<!DOCTYPE posts SYSTEM "file:///etc/passwd" [<!ENTITY x SYSTEM "file:///etc/passwd">]>\n<posts>\n  <row Id="2" PostTypeId="1" Title="Who reads the file?" Body="&x;" />\n</posts>\n`;
  const inRow = `<posts>\n  <!DOCTYPE a [<!ENTITY b "bbbb">]><row Id="3" PostTypeId="1" Title="In the row itself" Body="&b;" />\n</posts>\n`;
  const head = count();
  for (const [name, text] of Object.entries({ laughs, outside, inRow, endless: `<posts>\n<row Id="4" Title="${"y".repeat(30 << 20)}` })) {
    const begun = Date.now(), done = take(dump(`${name.toLowerCase()}.example.org`, { "Posts.xml": text }));
    assert.match(done.stdout, /^0 questions, 0 answers, 0 comments/, name);
    assert.doesNotMatch(done.stderr + done.stdout, /root:|lollol/, name);
    assert.ok(Date.now() - begun < 15000, name);
  }
  assert.equal(count(), head);
});

test("a dump that breaks off brings in what it held, says so, and the whole one goes on from there", async () => {
  const text = table("posts", Array.from({ length: 40 }, (_, i) => question(200 + i, { Tags: "<torn>" })));
  const torn = take(dump("torn.example.org", { "Posts.xml": text.slice(0, text.indexOf('Id="220"') + 60) }));
  assert.equal(torn.status, 1);
  assert.match(torn.stderr, /Posts.xml breaks off before its end/);
  assert.match(torn.stdout, /^20 questions/);
  const whole = take(dump("torn.example.org", { "Posts.xml": text }));
  assert.equal(whole.status, 0, whole.stderr);
  assert.match(whole.stdout, /^40 questions, 0 answers, .* taken, 20 of them new/);
});

test("an import that was killed goes on when it is begun again, and nothing is there twice", async () => {
  const said = Array.from({ length: 500 }, (_, i) => row({ Id: i + 1, PostId: 1 + (i % 100), Text: `Said ${i}.` }));
  const folder = dump("killed.example.org", { "Posts.xml": table("posts", Array.from({ length: 3000 }, (_, i) => (i % 2 ? reply(i + 1, i) : question(i + 1, { Tags: "<killed>" })))), "Comments.xml": table("comments", said) });
  const child = spawn(join(root, process.env.BUILD ?? "build", "bin/curbside"), ["--state", house.state, "import", "stackexchange", folder], { env: { ...process.env, ...house.env }, stdio: "ignore", detached: true });
  await sleep(150);
  try { process.kill(-child.pid, "SIGKILL"); } catch { /* it was quicker */ }
  const done = take(folder);
  assert.equal(done.status, 0, done.stderr);
  assert.match(done.stdout, /^1500 questions, 1500 answers, 500 comments/);
  const keys = Number(sql(join(house.state, "board/board.db"), "SELECT count(*) FROM posting WHERE url LIKE 'https://killed.example.org/%'"));
  assert.equal(keys, 3000);
  assert.equal(Number(sql(join(house.state, "board/board.db"), "SELECT count(*) FROM comment WHERE source LIKE '%killed.example.org%'")), 500);
  assert.equal(Number(sql(join(house.state, "board/board.db"), "SELECT count(DISTINCT url) FROM posting WHERE url LIKE 'https://killed.example.org/%'")), 3000);
});

test("a folder without posts or a site that is none is refused with the words what to do", () => {
  const folder = dump("nothing.example.org", {});
  assert.equal(take(folder).status, 1);
  assert.match(take(folder).stderr, /no Posts.xml/);
  const nameless = dump("nameless", small());
  assert.equal(take(nameless).status, 2);
  assert.match(take(nameless).stderr, /--site HOST/);
  assert.equal(take(nameless, "--site", "named.example.org").status, 0);
  rmSync(folder, { recursive: true });
});

test("JSON Lines bring questions with answers in Markdown, HTML or plain text; a bad line is named and the rest comes in", async () => {
  const file = join(house.folder, "other.jsonl");
  const lines = [
    { id: "q1", title: "How long before surgery is it stopped?", body: "We stop *two* days before.", topics: ["surgery", "anticoagulation"], source: "Ward notes", licence: "CC0", url: "https://ward.example/1", score: 4, comments: [{ id: "c1", body: "For *all* of them?", by: "dr. who", at: "2019-05-04" }], answers: [{ id: "a1", body: "<p>Three <b>days</b>.</p>", format: "html", score: 1, comments: [{ id: "c2", body: "Why three?", by: "nurse" }] }, { id: "a2", body: "1. none\n\n*really*", format: "text" }] },
    "not JSON",
    { id: "q2", title: "No body here" },
    { title: "No id", body: "x" },
    { id: "q3", title: "A link of another kind", body: "x", url: "javascript:alert(1)" },
    { id: "q4", title: "An answer is broken", body: "Still a question.", answers: [{ body: "no id" }] },
    { topic: "surgery", description: "What is cut, and *when*.", body: "Not: anaesthesia.", url: "https://ward.example/surgery" },
    { topic: "!!!", description: "No topic's name" },
    { id: "q6", title: "A comment is broken", body: "Still a question.", comments: [{ id: "c3", body: "x".repeat(3000) }] },
    { id: "q5", title: "Too many topics here", body: "x", topics: ["aa", "bb", "cc", "dd", "ee", "ff"] },
  ];
  writeFileSync(file, lines.map((line) => (typeof line === "string" ? line : JSON.stringify(line))).join("\n") + "\n");
  const done = house.run("curbside", ["import", "jsonl", file, "--name", "ward"]);
  assert.equal(done.status, 0, done.stderr);
  assert.match(done.stdout, /^3 questions, 2 answers, 2 comments and 1 descriptions of topics taken, 8 of them new; 8 lines refused/, done.stderr);
  for (const line of [2, 3, 4, 5, 6, 8, 9, 10]) assert.match(done.stderr, new RegExp(`line ${line}: `));
  await house.settle();
  const [thread] = await threads("anticoagulation");
  const page = await reader.json(`/q/${thread.id}`);
  assert.equal(page.thread.source, "Ward notes; 4 points there");
  assert.match(page.thread.body, /<em>two<\/em>/);
  const bodies = page.answers.map((one) => one.body).join("\n");
  assert.match(bodies, /Three <strong>days<\/strong>/);
  assert.match(bodies, /<p>1\. none<\/p>\s*<p>\*really\*<\/p>/);
  assert.deepEqual(page.thread.texts.comments.map((c) => [c.source, c.iso.slice(0, 10)]), [["dr. who, Ward notes (CC0)", "2019-05-04"]]);
  assert.deepEqual(page.answers.flatMap((one) => one.texts.comments.map((c) => c.body.trim())), ["<p>Why three?</p>"]);
  assert.deepEqual(page.answers.map((one) => one.source).sort(), ["Ward notes", "Ward notes; 1 point there"]);
  const { about } = await reader.json("/t/surgery");
  assert.deepEqual([about.excerpt, about.source, about.url], ["What is cut, and *when*.", "ward", "https://ward.example/surgery"]);
  const again = house.run("curbside", ["import", "jsonl", file, "--name", "ward"]);
  assert.match(again.stdout, /taken, 0 of them new/);
});
