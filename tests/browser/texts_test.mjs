// test-seconds: 150
// What becomes of a posting, as people meet it: an edit and its history, comments, marks, thanks, the asker's choice, and the summary of a
// thread that two colleagues write at once. Without script, by keyboard, at three widths, light and dark.
import test, { before, after } from "node:test";
import assert from "node:assert/strict";
import { House, password, ask, answer, vote } from "../support/house.mjs";
import { launch, open, signIn, sound } from "../support/browser.mjs";

let house, browser, question, posting, second;
const people = {};

before(async () => {
  house = await House.start({ clock: null });
  for (const name of ["Alder", "Birch", "Cedar"]) people[name] = await house.physician(name);
  question = await ask(people.Alder, "Which anticoagulant on haemodialysis, and at which dose?", "Two patients, both frail.");
  posting = await answer(people.Birch, question, "Apixaban 5 mg twice a day. PMID 31535829");
  second = await answer(people.Cedar, question, "None at all: see doi:10.1056/NEJMoa1911303 and https://example.org/guideline.");
  for (const name of ["Alder", "Cedar"]) await vote(people[name], question, posting, 1, 2);
  browser = await launch();
});
after(async () => {
  await browser?.close();
  await house?.stop();
});
const as = async (name, options = {}) => {
  const page = await open(browser, house.origin, options);
  await signIn(page, name, password);
  return page;
};

test("an author edits by keyboard alone, and colleagues read what changed", async () => {
  const page = await as("Birch");
  await page.goto(`/q/${question}`);
  const edit = page.locator(`#p${posting} .own a`, { hasText: "Edit" });
  await edit.focus();
  await page.keyboard.press("Enter");
  await page.waitForURL(/\/edit$/);
  await page.goBack();
  await page.keyboard.press("e"); /* at the question, which is not his */
  await page.keyboard.press("j");
  await page.keyboard.press("j");
  await page.keyboard.press("?");
  const sheet = await page.locator("dialog kbd").allInnerTexts();
  for (const key of ["/", "j", "k", "o", "c", "d", "s", "a", "e", "?"]) assert.ok(sheet.includes(key), `${key} is on the sheet`);
  await page.uncheck("#keys-on");
  await page.keyboard.press("Escape");
  await page.keyboard.press("e");
  await page.waitForTimeout(100);
  assert.match(page.url(), /\/q\/\d+/, "switched off");
  await page.evaluate(() => localStorage.removeItem("keys"));
  await page.keyboard.press("e");
  await page.waitForURL(new RegExp(`/p/${posting}/edit$`));
  assert.equal(await page.inputValue("#body"), "Apixaban 5 mg twice a day. PMID 31535829");
  await page.fill("#body", "Apixaban 2.5 mg twice a day. PMID 31535829");
  await page.fill("#note", "Half the dose.");
  await sound(page, "edit");
  await page.locator("#note").press("Enter");
  await page.waitForURL(new RegExp(`/q/${question}#p${posting}$`));
  const reader = await as("Cedar", { dark: true });
  await reader.goto(`/q/${question}`);
  assert.match(await reader.locator(`#p${posting} .byline`).innerText(), /edited .*votes may be from before it/s);
  await reader.locator(`#p${posting} .byline a`, { hasText: "edited" }).click();
  assert.deepEqual(await reader.locator(".words del").allInnerTexts(), ["5"]);
  assert.deepEqual(await reader.locator(".words ins").allInnerTexts(), ["2.5"]);
  await sound(reader, "history");
  assert.equal((await reader.goto(`/p/${posting}/edit`)).status(), 403);
});

test("patient data is kept out of an edit and of a comment, and what was typed stays", async () => {
  const page = await as("Birch", { script: false });
  for (const path of [`/p/${posting}/edit`, `/p/${posting}/comment`]) {
    await page.goto(path);
    await page.fill("#body", "Seen on 2024-03-14; call 618-555-0187.");
    await page.locator("main button.primary").click();
    assert.equal(await page.locator(".spans li.block").count(), 1, path);
    assert.equal(await page.inputValue("#body"), "Seen on 2024-03-14; call 618-555-0187.");
    await page.locator("button[name=general]").click();
    assert.match(await page.inputValue("#body"), /Seen on March 2024; call \[telephone number\]/);
  }
});

test("comments stand under the answer, fold after three, and are taken back by who wrote them", async () => {
  const page = await as("Alder");
  for (let i = 1; i <= 5; i++) {
    await page.goto(`/q/${question}`);
    await page.locator(`#p${posting} .actions a`, { hasText: "Comment" }).click();
    await page.fill("#body", `Remark *${i}*: which patients?`);
    await page.locator("button.primary").click();
    await page.waitForURL(/#c\d+$/);
  }
  assert.equal(await page.locator(`#p${posting} > .comments > li`).count(), 3);
  assert.equal(await page.locator(`#p${posting} details summary`).innerText(), "2 more comments");
  await page.goto(`/p/${posting}/comment`);
  await sound(page, "comment");
  await page.locator("button", { hasText: "Remove for good" }).first().click();
  assert.equal(await page.locator(".comments li").count(), 4);
  const other = await as("Cedar", { script: false });
  await other.goto(`/p/${posting}/comment`);
  assert.equal(await other.locator("button", { hasText: "Remove" }).count(), 0);
});

test("a mark with its source stands above the answer until it is withdrawn", async () => {
  const page = await as("Cedar");
  await page.goto(`/q/${question}`);
  await page.locator(`#p${posting} .actions a`, { hasText: "Something wrong?" }).click();
  await page.getByRole("link", { name: "Mark it for all readers" }).click();
  await page.locator("input[name=what][value='2']").check();
  await page.fill("#source", "my old teacher");
  await page.fill("#body", "It bleeds in the very old.");
  await page.locator("button.primary").click();
  assert.match(await page.locator("#field-source .problem").innerText(), /PubMed id/);
  assert.equal(await page.inputValue("#body"), "It bleeds in the very old.");
  await page.fill("#source", "PMID 28052558");
  await sound(page, "mark");
  await page.locator("button.primary").click();
  const mark = page.locator(`#p${posting} .mark.dangerous`);
  assert.match(await mark.innerText(), /A colleague marks this as dangerous.*It bleeds in the very old.*PMID 28052558/s);
  const plain = await as("Cedar", { script: false });
  await plain.goto(`/p/${posting}/mark`);
  await plain.locator("input[name=what][value='1']").check();
  await plain.fill("#source", "doi:10.1000/x");
  await plain.fill("#body", "It is old.");
  await plain.locator("button.primary").click();
  await plain.waitForURL(/#p\d+$/);
  assert.equal(await plain.locator(`#p${posting} .mark`).count(), 2);
  await plain.goto(`/p/${posting}/mark`);
  await plain.locator(".mark.outdated button", { hasText: "Withdraw" }).click();
  await plain.goto(`/q/${question}`);
  assert.equal(await plain.locator(`#p${posting} .mark`).count(), 1);
});

test("thanks and the asker's choice are buttons that only who may use them sees, and the order stays by corroboration", async () => {
  const asker = await as("Alder", { script: false });
  await asker.goto(`/q/${question}`);
  const order = await asker.locator(".answers > li").evaluateAll((all) => all.map((li) => li.id));
  await asker.locator(`#p${second} button.thank`).click();
  await asker.waitForURL(new RegExp(`#p${second}$`));
  await asker.locator(`#p${second} button.choose`).click();
  await asker.waitForURL(new RegExp(`#p${second}$`));
  assert.equal(await asker.locator(`#p${second} .chosen`).innerText(), "The asker’s choice");
  assert.match(await asker.locator(`#p${second} .thanks`).innerText(), /thanked by 1/);
  assert.deepEqual(await asker.locator(".answers > li").evaluateAll((all) => all.map((li) => li.id)), order, "a choice moves nothing");
  const author = await as("Cedar");
  await author.goto(`/q/${question}`);
  assert.equal(await author.locator(`#p${second} button.thank`).isVisible(), false, "nobody thanks himself");
  assert.equal(await author.locator(`#p${posting} button.thank`).isVisible(), true);
  assert.equal(await author.locator("button.choose:visible").count(), 0);
});

test("two colleagues write the summary at once: the second sees both and loses nothing", async () => {
  const first = await as("Birch", { script: false }), other = await as("Cedar");
  await first.goto(`/q/${question}/summary`);
  await other.goto(`/q/${question}/summary`);
  await first.fill("#body", `Half the dose is safer. [${posting}][PMID 31535829]`);
  await first.locator("button.primary").click();
  await first.waitForURL(/#summary$/);
  await other.fill("#body", `None at all may be better. [${second}]`);
  await other.locator("button.primary").click();
  assert.match(await other.locator("#field-body .problem").innerText(), /Another version was saved/);
  assert.match(await other.locator("main .notice .words").first().innerText(), /Half the dose is safer/);
  assert.equal(await other.inputValue("#body"), `None at all may be better. [${second}]`);
  await sound(other, "summary-conflict");
  await other.fill("#body", `Half the dose is safer. [${posting}] None at all may be better. [${second}]`);
  await other.locator("button.primary").click();
  await other.waitForURL(/#summary$/);
  await first.goto(`/q/${question}/summary`);
  await first.fill("#body", "None at all may be better.");
  await first.locator("button.primary").click();
  assert.match(await first.locator("#field-body .problem").innerText(), /has none: “None at all may be better\.”/);
  assert.deepEqual(await other.locator(".summary .refs a").allInnerTexts(), ["1", "2"]);
  assert.deepEqual(await other.locator(".summary .cites li").allInnerTexts(), ["answer by Birch", "answer by Cedar"]);
  await other.locator(".summary a", { hasText: "2 versions" }).click();
  assert.match((await other.locator(".words ins").allInnerTexts()).join(" "), /None at all may be better/);
});

test("the whole page is sound for everybody, and says the same as JSON", async () => {
  const page = await as("Alder", { dark: true });
  await page.goto(`/q/${question}`);
  await sound(page, "question");
  assert.deepEqual(page.faults, []);
  const json = await people.Alder.json(`/q/${question}`);
  const view = json.answers.find((a) => a.id === posting).texts;
  assert.equal(view.edits, 1);
  assert.equal(view.cites[0].label, "PMID 31535829");
  assert.equal(view.marks[0].what, "dangerous");
  assert.equal(view.comments.length, 4);
  assert.equal(json.summary.paragraphs[0].sentences.length, 2);
  await page.goto("/cited?source=PMID+31535829");
  assert.equal(await page.locator(".threads li").count(), 1);
  await sound(page, "cited");
});
