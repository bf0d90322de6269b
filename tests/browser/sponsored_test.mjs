// A sponsor's question from end to end: written on a phone without script, read by the medical desk, labelled wherever a physician meets it,
// answered; and its sponsor, who goes everywhere he may, sees not a word of that, nor that it happened.
// test-seconds: 240
import test, { before, after } from "node:test";
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { House, password, ask, answer, vote } from "../support/house.mjs";
import { formToken } from "../support/form.mjs";
import { launch, open, shot, signIn, sound } from "../support/browser.mjs";

const title = "How often is the drug stopped in the first month?", secret = "Quillfeather syndrome after the third dose";
const label = "Sponsored question · Halden Bio";
let house, browser, gate, alder, birch, halden, ostrand, question, returned, before_answers;

before(async () => {
  house = await House.start({ clock: null, conf: { "sponsor.questions_share": 1000, "posting.hold_first": 0, "site.url": "own" } });
  gate = await house.admin();
  house.staff("Halden", "sponsor", "Halden Bio");
  house.staff("Ostrand", "sponsor", "Ostrand Pharma");
  [halden, ostrand] = [await house.signIn("Halden"), await house.signIn("Ostrand")];
  [alder, birch] = [await house.physician("Alder"), await house.physician("Birch")];
  await ask(alder, "Recurrent syncope after a new drug");
  await gate.submit("/admin/topic/cardiology", "/admin/topic/cardiology", { excerpt: "The heart.", body: "" }, { expect: 303 });
  await birch.submit("/t/cardiology", "/topic/cardiology/follow", { follows: 1 }, { expect: 303 });
  await birch.submit("/notices/settings", "/feeds", { kind: 1 }, { expect: 303 });
  browser = await launch();
});
after(async () => {
  await browser?.close();
  await house?.stop();
});
const as = async (name, options) => {
  const page = await open(browser, house.origin, options);
  await signIn(page, name, password);
  return page;
};
const main = (page) => page.textContent("main");

test("a sponsor asks on a phone without script; what is wrong stands beside its field, and what he typed stays", async () => {
  const page = await as("Halden", { width: 360, script: false });
  await page.click('header nav a[href="/sponsor/questions"]');
  assert.match(await main(page), /You have not asked anything yet/);
  await page.fill("#title", title);
  await page.fill("#body", "We ask for **safety**: call me at 314-555-0142.");
  await page.fill("#topics", "my own topic");
  await page.click("main form button.primary");
  assert.match(await main(page), /could point to a patient/);
  assert.equal(await page.inputValue("#title"), title);
  await page.fill("#body", "We ask for **safety**, of all who prescribe it.");
  await page.click("main form button.primary");
  assert.match(await page.textContent("#problem-topics"), /not among the topics of the list/);
  assert.match(await page.inputValue("#body"), /of all who prescribe it/);
  await sound(await soundPage("Halden", "/sponsor/questions"), "sponsor-questions");
  await page.fill("#topics", "cardiology");
  await page.click("main form button[name=preview]");
  assert.match(await page.innerHTML("main section"), /<strong>safety<\/strong>/);
  assert.match(await page.textContent("main section"), new RegExp(label));
  await page.click("main form button.primary");
  await page.waitForURL(/\/sponsor\/question\/\d+\?sent=1$/);
  question = Number(page.url().match(/\d+(?=\?)/)[0]);
  assert.match(await main(page), /waits for the medical desk/);
  await shot(page, "sponsor-waits");
  await page.context().close();
});

async function soundPage(name, path) {
  const page = await as(name);
  await page.goto(path);
  return page;
}

test("nobody reads it before the desk has, which is told what to look for", async () => {
  for (const path of ["/?tab=new", "/?tab=unanswered", "/t/cardiology", `/search?q=${encodeURIComponent(title)}`])
    assert.ok(!(await alder.get(path)).text.includes(`/q/${question}`), path);
  assert.equal((await alder.get(`/q/${question}`)).status, 404);
  const desk = await soundPage("Gatekeeper", "/admin/desk");
  assert.match(await main(desk), new RegExp(`${label}.*seen by nobody yet.*Before it stands`, "s"));
  await sound(desk, "desk-sponsored");
  await desk.click('main button[name="outcome"][value="1"]');
  await desk.waitForURL(/done=1/);
  await desk.context().close();
});

test("one that is sent back says why, and comes again with its words", async () => {
  const sent = await halden.submit("/sponsor/questions", "/sponsor/questions",
    { title: "Is ours not the best of all drugs?", body: "Say so.", topics: "cardiology" }, { expect: 303 });
  returned = Number(sent.location.match(/\d+/)[0]);
  const desk = `/admin/desk/${returned}`;
  await gate.submit("/admin/desk", desk, { outcome: 3, reason: 2, words: "Ask, and leave the praise out." }, { expect: 303 });
  const page = await soundPage("Halden", `/sponsor/question/${returned}`);
  assert.match(await main(page), /sent back to be changed.*Ask, and leave the praise out\./s);
  await sound(page, "sponsor-returned");
  await page.click("main form button.primary");
  assert.equal(await page.inputValue("#title"), "Is ours not the best of all drugs?");
  assert.equal(await page.inputValue("#body"), "Say so.");
  await page.context().close();
  assert.equal((await alder.get(`/q/${returned}`)).status, 404);
  assert.equal((await ostrand.get(`/sponsor/question/${question}`)).status, 404, "another sponsor's looks like none");
});

test("wherever a physician meets it, it says whose it is", async () => {
  const feed = new URL((await birch.json("/notices/settings")).topics_feed).pathname;
  const similar = `/similar?q=${encodeURIComponent(title)}`;
  for (const path of ["/?tab=new", "/?tab=yours", "/?tab=unanswered", "/t/cardiology", `/search?q=${encodeURIComponent(title)}`, similar, `/q/${question}`, feed])
    assert.ok((await birch.get(path)).text.includes(label), `${path} has the label`);
  for (const path of ["/?tab=new", "/t/cardiology", "/search?q=stopped+month"]) {
    const row = (await birch.json(path)).rows.find((one) => one.id === question);
    assert.equal(row.sponsor, "Halden Bio", `${path} as JSON`);
    assert.equal((await birch.json(path)).rows.find((one) => one.id !== question)?.sponsor ?? "", "", "a colleague's has none (control)");
  }
  const seen = await birch.json(`/q/${question}`);
  assert.equal(seen.thread.sponsor, "Halden Bio");
  assert.deepEqual([seen.thread.author.id, seen.thread.author.name], [0, ""]);
  assert.equal((await birch.json("/notices")).news.find((one) => one.question === question)?.title, `${label}: ${title}`);
  const page = await soundPage("Birch", `/q/${question}`);
  assert.match(await page.textContent(".sponsor-note"), new RegExp(`${label}.*no answer, no vote`, "s"));
  assert.match(await page.title(), new RegExp(label));
  await sound(page, "question-sponsored");
  await page.emulateMedia({ media: "print" });
  assert.ok(await page.isVisible(".sponsor-note"), "on paper too");
  await page.emulateMedia({ media: "screen" });
  await page.goto("/?tab=new");
  await sound(page, "front-sponsored");
  await page.click('.chips a[href*="asked=members"]');
  assert.ok(!(await main(page)).includes(title), "left out on demand");
  assert.match(await main(page), /Recurrent syncope/);
  await page.goto("/?tab=unanswered&asked=members");
  assert.ok(!(await main(page)).includes(title));
  await page.goto("/about/sponsors");
  assert.match(await main(page), /questions of its own/);
  await page.context().close();
});

test("it has no author: nobody ranks, thanks or is told for it", async () => {
  before_answers = await walk(halden);
  const posting = await answer(birch, question, `One in ten, by ${secret}.`);
  const remark = await alder.submit(`/p/${posting}/comment`, `/p/${posting}/comment`, { body: "As I saw it." }, { expect: 303 });
  assert.ok(remark.location);
  await vote(alder, question, posting, 1, 2);
  await alder.submit(`/q/${question}`, `/q/${question}/rate`, { relevance: 5, importance: 4 }, { expect: 303 });
  for (const path of [`/p/${question}/thank`, `/p/${question}/edit`, `/q/${question}/solved`, `/p/${question}/choose`]) {
    const pattern = path.replace(/\d+/, ":id");
    const got = await alder.post(path, { form: formToken(alder, pattern), request: randomBytes(16).toString("hex"), body: "Other words", title, answer: 0 });
    assert.ok(got.status >= 400, `${path}: ${got.status}`);
  }
  await house.settle();
  assert.equal((await alder.get(`/q/${question}`)).status, 200);
  assert.ok((await birch.get(`/m/${birch.member}`)).text.includes(`${label}: ${title}`), "an answer's page of its author names the thread so too");
  const flagged = await alder.submit(`/p/${question}/flag`, `/p/${question}/flag`, { reason: 2, words: "It promotes." });
  assert.ok(flagged.status < 400, "and it can be flagged as anything else");
});

// All that a sponsor can read: every page of his pool, as page and as JSON; without what is new on each (tokens).
async function walk(client) {
  const seen = {};
  const paths = ["/sponsor/questions", `/sponsor/question/${question}`, `/sponsor/question/${returned}`, "/sponsor/campaigns", "/sponsor/totals",
    "/sponsor/reports", "/sponsor/reports?kind=words", "/sponsor/reports?kind=trends", "/sponsor/reports.atom", "/sponsor/feed", "/account"];
  for (const path of paths) {
    const page = await client.get(path), json = await client.get(path, { headers: { accept: "application/json" } });
    assert.equal(page.status, 200, path);
    seen[path] = page.text.replace(/(name="(form|request)" value=")[^"]*/g, "$1");
    seen[`${path} JSON`] = json.text.replace(/"(form|request|\w*_form|sign_out)":"[^"]*"/g, '"$1":""');
  }
  return seen;
}

test("its sponsor goes everywhere he may, and not a byte of it knows of the answer, the votes or who was there", async () => {
  const seen = await walk(halden);
  const own = Object.entries(seen).filter(([path]) => path.startsWith("/sponsor/question"));
  for (const [path, text] of own) assert.equal(text, before_answers[path], `${path} is as it was before anybody answered`);
  for (const [path, text] of Object.entries(seen))
    for (const word of ["Quillfeather", "Birch", "Alder", "As I saw it", "1 answer", "corroborat"].filter((word) => word !== "corroborat" || path.includes("question")))
      assert.ok(!text.includes(word), `${path} holds ${word}`);
  assert.ok((await birch.get(`/q/${question}`)).text.includes("Quillfeather"), "it is there for who may read it (control)");
  for (const path of ["/", `/q/${question}`, "/t/cardiology", "/search?q=Quillfeather", `/m/${birch.member}`, `/why/posting/${question}`, "/admin/desk",
    `/q/${question}/live`, "/moderation", "/ask", `/p/${question}/history`]) {
    const got = await halden.get(path);
    assert.ok(got.status === 403, `${path}: ${got.status}`);
    assert.ok(!got.text.includes("Quillfeather"), path);
  }
});

test("with the right token in his hand he votes, comments, answers and decides nothing", async () => {
  const posting = (await birch.json(`/q/${question}`)).answers[0].id, was = await birch.json(`/q/${question}`);
  const tries = { "/p/:id/vote": { stance: 1, patients: 1 }, "/q/:id/answer": { body: "Of ours." }, "/p/:id/comment": { body: "Thanks to all." },
    "/p/:id/thank": {}, "/p/:id/flag": { reason: 2, words: "" }, "/p/:id/edit": { title, body: "Other words." }, "/q/:id/rate": { relevance: 5 },
    "/q/:id/show": {}, "/q/:id/follow": { follows: 1 }, "/q/:id/summary": { body: `All well. [${posting}]`, base: 0 }, "/q/:id/solved": { solved: 1 },
    "/p/:id/mark": { what: 2, source: "PMID 1", body: "x" }, "/admin/desk/:id": { outcome: 1, reason: 0 }, "/ask": { kind: 1, title, body: "x", topics: "cardiology" } };
  for (const [pattern, fields] of Object.entries(tries)) {
    const path = pattern.replace(":id", pattern.startsWith("/q") || pattern.startsWith("/admin") ? question : posting);
    const send = (client) => client.post(path, { form: formToken(client, pattern), request: randomBytes(16).toString("hex"), ...fields });
    assert.equal((await send(halden)).status, 403, path);
  }
  const now = await birch.json(`/q/${question}`);
  assert.equal(now.version, was.version);
  assert.equal(now.answers.length, was.answers.length);
  const control = await alder.post(`/q/${question}/answer`, { form: formToken(alder, "/q/:id/answer"), request: randomBytes(16).toString("hex"), body: "Mine." });
  assert.equal(control.status, 303, "a physician's token does it (control)");
  const forged = await alder.post("/sponsor/questions",
    { form: formToken(alder, "/sponsor/questions"), request: randomBytes(16).toString("hex"), title, body: "x", topics: "cardiology" });
  assert.equal(forged.status, 403, "and no physician asks as a sponsor");
});

test("what the desk takes down is gone for members, and its sponsor reads why", async () => {
  await gate.submit(`/admin/desk?posting=${question}`, `/admin/desk/${question}`, { outcome: 2, reason: 2, words: "It promoted." }, { expect: 303 });
  assert.ok(!(await alder.get("/?tab=new")).text.includes(label));
  const { row } = await halden.json(`/sponsor/question/${question}`);
  assert.equal(row.stands, "not shown to members");
  assert.equal(row.words, "It promoted.");
});
