// A live discussion as those who are in it see it: opened, watched from another desk, without script, and ended.
// test-seconds: 100
import test, { before, after } from "node:test";
import assert from "node:assert/strict";
import { House, password, ask, answer } from "../support/house.mjs";
import { axe, launch, open, shot, signIn } from "../support/browser.mjs";

let house, browser, question, wren, finch;

before(async () => {
  house = await House.start({ clock: null });
  await house.physician("Wren");
  await house.physician("Finch");
  wren = await house.signIn("Wren");
  finch = await house.signIn("Finch");
  question = await ask(wren, "Which dose after dialysis, tonight?", "A patient on the ward, no time for the library.");
  browser = await launch();
});
after(async () => {
  await browser?.close();
  await house?.stop();
});
const as = async (name, options) => {
  const page = await open(browser, house.origin, options);
  await signIn(page, name, password);
  await page.goto(`/q/${question}`);
  return page;
};

test("its author opens it, and it stands on everybody's first page with its end", async () => {
  const page = await as("Wren", { width: 360 });
  assert.equal(await page.locator(".round").count(), 0);
  await page.locator(".round-open summary").click();
  await shot(page, "round-offer-360");
  await page.locator(".round-open select").selectOption("15");
  await page.locator(".round-open button").click();
  await page.locator(".round .live-mark").waitFor();
  await page.goto("/?tab=new");
  assert.equal(await page.locator("section.live h3").textContent(), "Which dose after dialysis, tonight?");
  assert.deepEqual(await axe(page), []);
  assert.deepEqual(page.faults, []);
  await page.context().close();
});

test("whoever watches sees a new answer without reloading, what is being typed stays, and nothing is there twice", async () => {
  const page = await as("Wren", { width: 768, dark: true });
  await page.fill("#answer-body", "What I have so far");
  await answer(finch, question, "Half of it, from day **two**.");
  await page.locator("li.answer.fresh strong", { hasText: "two" }).waitFor({ timeout: 20000 });
  await answer(finch, question, "And check the level on day three.");
  await page.locator("li.answer.fresh", { hasText: "day three" }).waitFor({ timeout: 20000 });
  assert.equal(await page.locator("li.answer").count(), 2);
  assert.equal(await page.locator("#answers").textContent(), "2 answers");
  assert.notEqual(await page.locator("main article .facts .state").textContent(), "unanswered");
  assert.equal(await page.inputValue("#answer-body"), "What I have so far");
  await shot(page, "round-768-dark");
  assert.deepEqual(await axe(page), []);
  await page.locator("li.answer.fresh", { hasText: "two" }).getByText("Corroborate").click(); // it can be voted on where it stands
  await page.locator("li.answer.fresh", { hasText: "two" }).getByRole("button", { name: "Record" }).click();
  await page.waitForURL(/#p\d+$/);
  assert.deepEqual(page.faults, []);
  await page.context().close();
});

test("without script there is a link that looks for new answers", async () => {
  const page = await as("Finch", { script: false });
  await page.getByRole("link", { name: "Look for new answers" }).click();
  assert.equal(await page.locator("li.answer").count(), 2);
  assert.equal(await page.locator(".round form").count(), 0); // only its author ends it
  await page.context().close();
});

test("its author ends it, watchers are told, and the page says when it was", async () => {
  const watcher = await as("Finch");
  const page = await as("Wren");
  await page.getByRole("button", { name: "End the live discussion" }).click();
  await page.getByText(/^Discussed live on \d/).waitFor();
  await watcher.getByText("The live discussion has ended.").waitFor({ timeout: 20000 });
  assert.equal((await finch.json("/?tab=new")).live.length, 0);
  for (const view of [page, watcher]) {
    assert.deepEqual(view.faults, []);
    await view.context().close();
  }
});
