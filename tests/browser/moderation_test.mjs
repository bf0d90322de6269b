// Moderation as people meet it: a flag without script on a phone, one key at the desk, what its author reads, twins linked and merged.
// test-seconds: 150
import test, { before, after } from "node:test";
import assert from "node:assert/strict";
import { House, password, ask, answer } from "../support/house.mjs";
import { axe, launch, open, shot, signIn, sound } from "../support/browser.mjs";

let house, browser, gate, alder, birch, question, posting, twin, late;

before(async () => {
  house = await House.start({ clock: null, conf: { "posting.hold_first": 1 } });
  gate = await house.admin();
  [alder, birch] = [await house.physician("Alder"), await house.physician("Birch")];
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

test("a first question waits, its author sees that, and one key lets it be seen", async () => {
  const page = await as("Alder", { script: false });
  await page.goto("/ask");
  await page.fill("#title", "Recurrent syncope after switching to a new drug");
  await page.fill("#body", "Twice in a week, in his **seventies**.");
  await page.fill("#topics", "cardiology");
  await page.locator("main form button.primary").first().click();
  await page.waitForURL(/\/p\/\d+\/withheld$/);
  assert.match(await page.textContent("main"), /It waits for a colleague's look\./);
  question = Number(page.url().match(/\d+(?=\/withheld)/)[0]);
  await shot(page, "waits");
  await page.goto("/?tab=new");
  assert.ok(!(await page.textContent("main")).includes("Recurrent syncope"));
  const desk = await as("Gatekeeper");
  await desk.goto("/admin/desk");
  assert.match(await desk.textContent("main"), /a first posting, seen by nobody yet/);
  assert.match(await desk.textContent("header nav"), /Desk1 waiting/);
  await desk.keyboard.press("j");
  await desk.keyboard.press("2");
  assert.match(await desk.textContent("dialog"), /Hide it: why\?.*1 .*7 /s);
  await desk.waitForTimeout(50);
  assert.deepEqual(await axe(desk), []);
  await shot(desk, "desk-because");
  await desk.keyboard.press("Escape");
  await desk.keyboard.press("2");
  await desk.keyboard.press("7");
  assert.equal(await desk.evaluate(() => document.activeElement.name), "words", "another reason needs words");
  await desk.reload();
  await sound(desk, "desk");
  await desk.keyboard.press("j");
  await desk.keyboard.press("1");
  await desk.waitForURL(/done=1/);
  assert.ok(!(await desk.textContent("header nav")).includes("waiting"));
  await page.goto("/?tab=new");
  assert.ok((await page.textContent("main")).includes("Recurrent syncope"));
  await page.context().close();
  await desk.context().close();
});

test("without script an answer is flagged, and the flag taken back", async () => {
  posting = await answer(birch, question, "Buy it in my shop.");
  await gate.submit(`/admin/desk?posting=${posting}`, `/admin/desk/${posting}`, { outcome: 1, reason: 0 }, { expect: 303 });
  const page = await as("Alder", { width: 360, script: false });
  await page.goto(`/q/${question}`);
  await page.locator(`#p${posting} a.flag`).click();
  await page.waitForURL(/\/flag$/);
  await page.locator("button.primary", { hasText: "Flag it" }).click();
  assert.match(page.url(), /\/flag$/, "a reason must be chosen");
  await page.check("input[name=reason][value='6']");
  await page.locator("button.primary", { hasText: "Flag it" }).click();
  assert.match(await page.textContent("#problem-target"), /Which one/);
  await page.check("input[name=reason][value='2']");
  await page.fill("#words", "He names his own shop.");
  await page.locator("button.primary", { hasText: "Flag it" }).click();
  await page.waitForURL(/done=1/);
  assert.match(await page.textContent("main"), /You say: It advertises\./);
  await page.locator("button", { hasText: "Take that back" }).click();
  await page.waitForURL(/done=2/);
  await page.check("input[name=reason][value='2']");
  await page.locator("button.primary", { hasText: "Flag it" }).click();
  await page.waitForURL(/done=1/);
  await page.context().close();
  const wide = await as("Alder");
  await wide.goto(`/p/${posting}/flag`);
  await sound(wide, "flag");
  await wide.context().close();
});

test("hidden with its reason by one key; its author reads why, objects, and writes it anew", async () => {
  const desk = await as("Gatekeeper");
  await desk.goto("/admin/desk");
  assert.equal(await desk.inputValue("select[name=reason]"), "2", "what was flagged is proposed as the reason");
  await desk.keyboard.press("j");
  await desk.keyboard.press("3");
  await desk.waitForURL(new RegExp(`/admin/desk/${posting}$`));
  assert.match(await desk.textContent(`#m${posting} .problem`), /Say what its author should change/);
  await desk.fill(`#words-${posting}`, "Say what you saw, without the shop.");
  await desk.locator("button[value='3']").first().click();
  await desk.waitForURL(/done=1/);
  const page = await as("Birch");
  await page.goto(`/q/${question}`);
  assert.match(await page.textContent(".withheld"), /It came back to you\..*Buy it in my shop/s);
  await sound(page, "own-answer");
  await page.goto(`/p/${posting}/withheld`);
  assert.match(await page.textContent("main"), /It advertises\..*without the shop/s);
  await sound(page, "withheld");
  await page.fill("#words", "There is no other shop.");
  await page.locator("button", { hasText: "Object" }).click();
  await page.waitForURL(/done=1/);
  assert.match(await page.textContent("main"), /You have objected/);
  await page.locator("button.primary", { hasText: "send it anew" }).click();
  await page.waitForURL(new RegExp(`/q/${question}/answer$`));
  assert.equal(await page.inputValue("#answer-body"), "Buy it in my shop.");
  await page.context().close();
  await desk.goto("/admin/desk");
  assert.match(await desk.textContent("main"), /The decision was yours: another admin looks at this/);
  await sound(desk, "desk-own");
  await desk.context().close();
});

test("twins are linked by who asked, merged at the desk, and their answers stand together with their votes", async () => {
  twin = await ask(birch, "Syncope after a switch of drugs, again and again");
  await gate.submit("/admin/desk", `/admin/desk/${twin}`, { outcome: 1, reason: 0 }, { expect: 303 });
  late = await answer(alder, twin, "Check the potassium first.");
  await birch.submit(`/p/${late}/comment`, `/p/${late}/comment`, { body: "And the magnesium." }, { expect: 303 });
  await alder.submit(`/p/${twin}/flag`, `/p/${twin}/flag`, { reason: 6, target: `${house.origin}/q/${question}` }, { expect: 303 });
  const page = await as("Birch");
  await page.goto(`/q/${twin}`);
  await sound(page, "proposed");
  await page.locator("button", { hasText: "Yes, link the two" }).click();
  await page.waitForURL(new RegExp(`/q/${twin}$`));
  assert.match(await page.textContent("main"), /Asked before:.*Recurrent syncope/s);
  const desk = await as("Gatekeeper");
  await desk.goto("/admin/desk");
  await desk.locator("button", { hasText: "Merge the answers" }).click();
  await desk.waitForURL(/done=4/);
  await sound(desk, "desk-linked");
  await page.goto(`/q/${question}`);
  assert.match(await page.textContent(`#p${late}`), /Check the potassium first.*And the magnesium/s);
  await birch.submit(`/p/${late}/mark`, `/p/${late}/mark`, { what: 2, source: "PMID 31535829", body: "It may kill." }, { expect: 303 });
  await page.reload();
  assert.match(await page.textContent(`#p${late}`), /marks this as dangerous/, "the kept page knows of it");
  await birch.submit(`/q/${question}`, `/p/${late}/vote`, { stance: 1, patients: 1 }, { expect: 303 });
  await page.reload();
  assert.match(await page.textContent(`#p${late}`), /You corroborate/, "his vote is known where the answer stands now");
  await page.goto(`/q/${twin}`);
  assert.equal(await page.locator(`#p${late}`).count(), 0);
  assert.match(await page.textContent("main"), /All answers stand there/);
  await page.goto("/duplicates");
  assert.match(await page.textContent("main"), /Recurrent syncope.*asked again once/s);
  await sound(page, "duplicates");
  await page.goto("/moderation");
  await sound(page, "moderation");
  await desk.locator("button", { hasText: "Take the answers apart again" }).click();
  await desk.waitForURL(/done=5/);
  await page.goto(`/q/${twin}`);
  assert.match(await page.textContent(`#p${late}`), /You corroborate/);
  await page.context().close();
  await desk.context().close();
});

test("all of this is in the journal: folds made again hold the same", async () => {
  await house.settle();
  await house.down();
  const done = house.run("curbside", ["rebuild", "--check"]);
  assert.equal(done.status, 0, done.stdout + done.stderr);
});
