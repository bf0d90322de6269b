// Drafts in the browser: saved while one types, back on another device, without script, and never with what may not be posted.
// test-seconds: 150
import assert from "node:assert/strict";
import { test, after, before } from "node:test";
import { House, ask, password } from "../support/house.mjs";
import { axe, launch, open, shot, signIn, sound } from "../support/browser.mjs";

let house, browser, question;

before(async () => {
  house = await House.start({ clock: null });
  const heron = await house.physician("Heron");
  await house.physician("Wren");
  question = await ask(heron, "Syncope after the first dose of tamsulosin", "Twice in one week.");
  browser = await launch();
});
after(async () => {
  await browser?.close();
  await house?.stop();
});

async function as(name, options) {
  const page = await open(browser, house.origin, options);
  await signIn(page, name, password);
  return page;
}

test("what is typed is saved within five seconds, also while one types on, and is there on another device", async () => {
  const page = await as("Heron");
  await page.goto("/ask");
  const from = Date.now(),
    saved = page.waitForSelector("text=Draft saved").then(() => Date.now() - from);
  await page.locator("#title").pressSequentially("Measuring the pressure standing up in clinic", { delay: 150 });
  const took = await saved;
  assert.ok(took < 5000, `saved after ${took} ms`);
  await page.fill("#body", "Who does it, and **how**?");
  await page.locator("label", { hasText: "Case" }).click();
  await page.fill("#options", "Lying, then standing\nStanding only");
  await page.check("input[name=seek]");
  await page.waitForTimeout(2500);
  const other = await as("Heron", { width: 360 });
  await other.goto("/ask");
  assert.equal(await other.inputValue("#title"), "Measuring the pressure standing up in clinic");
  assert.equal(await other.inputValue("#body"), "Who does it, and **how**?");
  assert.ok(await other.locator("input[name=kind][value='2']").isChecked());
  assert.equal(await other.inputValue("#options"), "Lying, then standing\nStanding only");
  assert.ok(await other.locator("input[name=seek]").isChecked());
  await other.waitForSelector("text=Your draft is back");
  await shot(other, "draft-ask-360");
  await other.goto("/drafts");
  assert.equal(await other.locator(".threads > li").count(), 1);
  await sound(other, "drafts");
  assert.deepEqual(page.faults, []);
});

test("an answer's draft comes back when its form comes into sight, and another member sees none of it", async () => {
  const page = await as("Wren");
  await page.goto(`/q/${question}`);
  await page.fill("#answer-body", "Measure it standing up, after three minutes.");
  await page.waitForSelector("text=Draft saved");
  const phone = await as("Wren", { width: 360 });
  await phone.goto(`/q/${question}`);
  await phone.waitForSelector("text=Your draft is back");
  assert.equal(await phone.inputValue("#answer-body"), "Measure it standing up, after three minutes.");
  await sound(phone, "draft-answer");
  const other = await as("Heron");
  await other.goto(`/q/${question}`);
  await other.locator("#answer-body").scrollIntoViewIfNeeded();
  await other.waitForTimeout(500);
  assert.equal(await other.inputValue("#answer-body"), "");
  await phone.click("text=Post answer");
  await phone.waitForURL(/#p\d+$/);
  await phone.goto("/drafts");
  assert.equal(await phone.locator(".threads > li").count(), 0);
  assert.deepEqual(phone.faults, []);
});

test("an edit, a comment and a summary are kept as well, listed, brought back elsewhere and gone once posted", async () => {
  const posting = (await (await house.signIn("Wren")).json(`/q/${question}`)).answers[0].id;
  const forms = [
    [`/p/${posting}/edit`, "Measure it standing up, after three minutes, twice.", "An edit of what you wrote", /#p\d+$/],
    [`/p/${posting}/comment`, "With which cuff?", "A comment", /#c\d+$/],
    [`/q/${question}/summary`, `Measure it standing up. [${posting}]`, "A thread’s summary", /#summary$/],
  ];
  const page = await as("Wren");
  for (const [path, text] of forms) {
    await page.goto(path);
    await page.fill("#body", text);
    await page.waitForSelector("text=Draft saved");
  }
  const plain = await as("Wren", { width: 360, script: false });
  await plain.goto("/drafts");
  assert.equal(await plain.locator(".threads > li").count(), 3);
  for (const [path, text, what, posted] of forms) {
    await plain.goto("/drafts");
    await plain.locator("li", { hasText: what }).locator("text=Go on writing").click();
    assert.ok(plain.url().endsWith(path), plain.url());
    assert.equal(await plain.inputValue("#body"), text);
    assert.match(await plain.textContent(".draft-bar"), /Your draft is back, saved/);
    await plain.click("text=Save draft");
    assert.ok(plain.url().endsWith(path), "saved without script as well");
    assert.equal(await plain.inputValue("#body"), text);
    await page.goto(path);
    assert.equal(await page.inputValue("#body"), text);
    assert.deepEqual(await axe(page), []);
    await plain.locator("main button.primary").first().click();
    await plain.waitForURL(posted);
  }
  await plain.goto("/drafts");
  assert.equal(await plain.locator(".threads > li").count(), 0);
  const other = await as("Heron");
  await other.goto(`/q/${question}/summary`);
  await other.fill("#body", `Twice is better. [${posting}]`);
  await other.waitForSelector("text=Draft saved");
  await page.goto(`/q/${question}/summary`);
  await page.fill("#body", `Measure it standing up, twice. [${posting}]`);
  await page.locator("main button.primary").click();
  await page.waitForURL(/#summary$/);
  const phone = await as("Heron", { width: 360 });
  await phone.goto(`/q/${question}/summary`);
  assert.match(await phone.textContent("#other"), /What Wren saved meanwhile/, "the draft knows which version it began with");
  await phone.click("text=Delete this draft");
  assert.equal(await phone.inputValue("#body"), `Measure it standing up, twice. [${posting}]`);
});

test("what may not be posted is not kept, the page says so, and the rest is", async () => {
  const page = await as("Wren");
  await page.goto(`/q/${question}`);
  await page.fill("#answer-body", "His number is 314-555-0142; he fainted twice.");
  await page.waitForSelector("text=1 place was left out");
  assert.match(await page.inputValue("#answer-body"), /0142/, "what is typed stays on the page");
  const other = await as("Wren");
  await other.goto(`/q/${question}`);
  await other.waitForSelector("text=Your draft is back");
  assert.equal(await other.inputValue("#answer-body"), "His number is [left out]; he fainted twice.");
  await other.click("text=Delete this draft");
  await other.waitForURL(/\/answer$/);
  assert.equal(await other.inputValue("#answer-body"), "");
});

test("without script a button saves, a link brings back, and a button deletes", async () => {
  const page = await as("Wren", { script: false });
  await page.goto("/ask");
  await page.fill("#title", "Half a ti");
  await page.fill("#body", "And half a sentence");
  await page.click("text=Save draft");
  await page.waitForURL(/\/ask$/);
  assert.equal(await page.inputValue("#title"), "Half a ti");
  assert.match(await page.textContent(".draft-bar"), /Your draft is back, saved/);
  await page.goto(`/q/${question}`);
  await page.fill("#answer-body", "Half an answer");
  await page.click("text=Save draft");
  await page.goto(`/q/${question}`);
  assert.equal(await page.inputValue("#answer-body"), "");
  await page.click("text=All drafts");
  await page.locator("li", { hasText: "Syncope after" }).locator("text=Go on writing").click();
  assert.equal(await page.inputValue("#answer-body"), "Half an answer");
  await page.goto("/drafts");
  assert.equal(await page.locator(".threads > li").count(), 2);
  await page.locator("li", { hasText: "Half a ti" }).locator("button").click();
  await page.waitForURL(/\/drafts$/);
  assert.equal(await page.locator(".threads > li").count(), 1);
  await page.goto("/ask");
  assert.equal(await page.inputValue("#title"), "");
});

test("while the house cannot be reached the tab keeps it, says so, and saves it afterwards", async () => {
  const page = await as("Heron");
  await page.goto(`/q/${question}`);
  await page.route("**/draft", (route) => route.abort());
  await page.fill("#answer-body", "Typed in the lift.");
  await page.waitForSelector("text=Not saved yet");
  await page.unroute("**/draft");
  await page.waitForSelector("text=Draft saved", { timeout: 12000 });
});
