// test-seconds: 110
// What a reader sees of votes before and after having spoken: in Chromium, by keyboard, without script, at three widths, and for axe.
import test, { before, after } from "node:test";
import assert from "node:assert/strict";
import { House, MINUTE, ask, answer, vote, password } from "../support/house.mjs";
import { launch, open, shot, signIn, sound } from "../support/browser.mjs";

let house, browser, asker, question, first, second;

before(async () => {
  house = await House.start();
  const them = {};
  for (const name of ["Wren", "Heron", "Teal", "Plover", "Dunlin", "Knot", "Ruff"]) them[name] = await house.physician(name);
  asker = them.Wren;
  question = await ask(asker, "Syncope after the first dose of tamsulosin", "A man in his seventies, twice within an hour of the tablet.");
  first = await answer(them.Heron, question, "Stop it at once.");
  second = await answer(them.Teal, question, "Give it at night, and begin with **half** of it.");
  for (const name of ["Plover", "Dunlin", "Teal"]) await vote(them[name], question, first, 2, 1);
  for (const name of ["Plover", "Dunlin", "Heron"]) await vote(them[name], question, second, 1, 2);
  house.advance(20 * MINUTE);
  await ask(asker, "A question that moves the time on");
  await house.settle();
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
const answers = (page) => page.locator("li.answer").evaluateAll((list) => list.map(({ id }) => Number(id.slice(1))));

test("before a vote: oldest first, no bars, one sentence that says what a look costs", async () => {
  for (const [width, dark] of [[360, true], [768, false], [1280, false]]) {
    const page = await as("Knot", { width, dark });
    assert.deepEqual(await answers(page), [first, second]);
    assert.equal(await page.locator(".evidence").count(), 0);
    assert.match(await page.locator("#gate-words").textContent(), /still count for readers, but earn nothing/);
    await sound(page, `blind-${width}`);
    await page.context().close();
  }
});

test("after a vote, without script: its totals, and the order by score; the rest stays hidden", async () => {
  const page = await as("Ruff", { script: false, width: 360, height: 740 });
  await page.locator(`#p${first} label`, { hasText: "Cannot say" }).click();
  await page.locator(`#p${first} button`, { hasText: "Record" }).click();
  await page.waitForURL(new RegExp(`#p${first}$`));
  assert.deepEqual(await answers(page), [second, first], "the best corroborated first");
  assert.match(await page.locator(`#p${first} .evidence`).textContent(), /3 dispute/);
  assert.equal(await page.locator(`#p${first} .evidence`, { hasText: "cannot say" }).count(), 0, "his own comes with the next step");
  assert.equal(await page.locator(`#p${second} .evidence`).count(), 0);
  await shot(page, "voted-360");
  await page.context().close();
});

test("by keyboard alone: show without voting, and what follows is said", async () => {
  const page = await as("Knot");
  const button = page.getByRole("button", { name: "Show without voting" });
  for (let i = 0; i < 60 && !(await button.evaluate((b) => b === document.activeElement)); i++) await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await page.getByText("You chose to see the votes").waitFor();
  assert.deepEqual(await answers(page), [second, first]);
  assert.equal(await page.locator(".evidence svg").count(), 2);
  await sound(page, "looked");
  await page.goto(`/why/posting/${second}`);
  await page.getByText("What made it").waitFor();
  await sound(page, "why");
});

test("the asker sees it at once, and is told what his own votes are worth", async () => {
  const page = await as("Wren", { width: 768 });
  await page.getByText("You asked, so you see the votes at once").waitFor();
  assert.equal(await page.locator(".evidence svg").count(), 2);
  await sound(page, "asker");
});

test("why a posting stands where it stands, and a colleague's figures, are hidden in words", async () => {
  const page = await as("Ruff");
  await page.goto(`/why/posting/${second}`);
  await page.getByText("is hidden until you have voted on it").waitFor();
  await sound(page, "why-hidden");
  const { id } = (await asker.json(`/q/${question}`)).answers[0].author;
  await page.goto(`/why/member/${id}`);
  await page.getByText("shown to their owner alone").waitFor();
  await sound(page, "standing-hidden");
});
