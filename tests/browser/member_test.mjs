// test-seconds: 110
// What a physician does in a browser: with script, without it, by keyboard, and when the house cannot answer.
import test, { before, after } from "node:test";
import assert from "node:assert/strict";
import { House, ask, answer, password } from "../support/house.mjs";
import { axe, launch, open, signIn } from "../support/browser.mjs";

let house, browser, asker, helper, question, given;

before(async () => {
  house = await House.start({ clock: null });
  asker = await house.physician("Wren");
  helper = await house.physician("Heron");
  question = await ask(asker, "Syncope after the first dose of tamsulosin", "A man in his seventies, twice within an hour of the tablet.");
  given = await answer(helper, question, "Give it at night, and begin with **half** of it.");
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

test("similar questions appear under a title from its tenth character on", async () => {
  const page = await as("Heron");
  await page.goto("/ask");
  await page.fill("#title", "Syncope a");
  await page.waitForTimeout(400);
  assert.equal(await page.locator("#similar a").count(), 0);
  await page.fill("#title", "Syncope after tamsulosin");
  await page.waitForSelector("#similar a");
  assert.match(await page.locator("#similar a").first().textContent(), /first dose of tamsulosin/);
  assert.deepEqual(page.faults, []);
});

test("the preview beside the text shows it as it will stand, and marks what points to a patient", async () => {
  const page = await as("Heron");
  await page.goto("/ask");
  await page.fill("#body", "Seen on 2024-03-14, **twice**. <img src=x onerror=alert(1)>");
  await page.waitForSelector(".preview strong");
  assert.equal(await page.locator(".spans mark").textContent(), "2024-03-14");
  assert.equal(await page.locator(".preview img").count(), 0);
  assert.deepEqual(page.faults, []);
});

test("a draft outlives leaving the page, and goes once it has been posted", async () => {
  const page = await as("Heron");
  await page.goto(`/q/${question}`);
  await page.fill("#answer-body", "Measure the pressure standing up.");
  await page.waitForSelector("text=Draft saved");
  await page.goto("/");
  await page.goto(`/q/${question}`);
  await page.waitForSelector("text=Your draft is back");
  assert.equal(await page.inputValue("#answer-body"), "Measure the pressure standing up.");
  await page.click("text=Post answer");
  await page.waitForURL(/#p\d+$/);
  await page.reload();
  assert.equal(await page.inputValue("#answer-body"), "");
});

test("without script a vote is cast and shown again", async () => {
  const page = await as("Wren", { script: false });
  await page.goto(`/q/${question}`);
  await page.locator(`#p${given} label`, { hasText: "Corroborate" }).click();
  await page.locator(`#p${given} select`).selectOption("2");
  await page.locator(`#p${given} button`, { hasText: "Record" }).click();
  await page.waitForURL(new RegExp(`/q/${question}#p${given}$`));
  assert.match(await page.locator(`#p${given} .mine`).textContent(), /You corroborate, 6–20 patients seen/);
  assert.match(await page.locator(`#p${given} .evidence`).textContent(), /No total yet/);
});

test("nobody is offered a vote on what is his own", async () => {
  const page = await as("Heron", { script: false });
  await page.goto(`/q/${question}`);
  assert.equal(await page.locator(`#p${given} .vote`).isVisible(), false);
});

test("keys move, vote and help, and are off where they are switched off", async () => {
  const page = await as("Wren");
  await page.goto(`/q/${question}`);
  await page.keyboard.press("j");
  await page.keyboard.press("j");
  await page.keyboard.press("d");
  assert.equal(await page.locator(`.answer input[name=stance][value="2"]:checked`).count(), 1);
  await page.evaluate(() => document.activeElement.blur());
  await page.keyboard.press("?");
  await page.locator("dialog input[type=checkbox]").uncheck();
  await page.keyboard.press("Escape");
  await page.locator("dialog").waitFor({ state: "detached" }); // the browser tells of its closing a moment later
  await page.keyboard.press("?");
  assert.equal(await page.locator("dialog").count(), 0);
  assert.deepEqual(page.faults, []);
});

test("with the clerk stopped the text stays in its form, and reading goes on", async () => {
  const page = await as("Heron");
  await page.goto(`/q/${question}`);
  await page.fill("#answer-body", "Words that must survive.");
  process.kill(house.pid("clerk"), "SIGSTOP");
  try {
    const [answered] = await Promise.all([page.waitForResponse((r) => r.request().method() === "POST" && r.url().endsWith("/answer")),
      page.click("text=Post answer")]);
    assert.equal(answered.status(), 503);
    assert.ok(Number(answered.headers()["retry-after"]) > 0);
    await page.waitForSelector("#problems");
    assert.equal(await page.inputValue("#answer-body"), "Words that must survive.");
    await page.goto("/?tab=new");
    assert.ok(await page.locator(".threads > li").count() > 0);
  } finally {
    process.kill(house.pid("clerk"), "SIGCONT");
  }
});

test("control: a planted fault is found, and a picture of another origin is refused", async () => {
  const page = await as("Wren");
  await page.goto("/ask");
  await page.evaluate(() => document.querySelector("label[for=title]").remove());
  assert.notDeepEqual(await axe(page), []);
  await page.evaluate(() => { const s = document.createElement("img"); s.src = "http://127.0.0.1:9/x.png"; s.alt = ""; document.body.append(s); });
  await page.waitForTimeout(200);
  assert.notDeepEqual(page.faults, []);
});
