// test-seconds: 180
// Following, being told and being asked, in a browser: without script, by keyboard, at three widths, light and dark, and for everybody (axe).
import test, { before, after } from "node:test";
import assert from "node:assert/strict";
import { House, ask, answer, password } from "../support/house.mjs";
import { launch, open, signIn, sound } from "../support/browser.mjs";

let house, browser, wren, heron, question, sought;

before(async () => {
  house = await House.start({ clock: null, conf: { "site.url": "own" } });
  wren = await house.physician("Wren");
  heron = await house.physician("Heron");
  question = await ask(wren, "Syncope after the first dose of tamsulosin", "Twice within an hour.", { topics: "syncope" });
  await heron.submit("/t/syncope", "/topic/syncope/follow", { follows: "1" }, { expect: 303 });
  await heron.submit("/notices/settings", "/feeds", { kind: 1 }, { expect: 303 });
  await heron.submit("/notices/settings", "/search/save", { q: '"orthostatic hypotension" -diuretic topic:syncope' }, { expect: 303 });
  await heron.submit(`/q/${question}`, `/q/${question}/follow`, { follows: "1" }, { expect: 303 });
  sought = await ask(wren, "Who measures the pressure standing up?", "And for how long?", { topics: "syncope, cardiology", seek: "1" });
  await ask(wren, "Orthostatic hypotension in the heat", "Many of them.", { topics: "syncope" });
  await answer(wren, question, "It came again.");
  const own = await ask(heron, "How long do you wait before the second reading?", "One minute or three?", { topics: "syncope" });
  for (const words of ["One.", "Three.", "Both."]) await answer(wren, own, words);
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
const pages = { notices: "/notices", settings: "/notices/settings", front: "/?tab=yours", thread: () => `/q/${question}`, ask: "/ask", found: "/search?q=pressure" };

test("every page of it is whole at three widths, light and dark, and axe finds nothing", async () => {
  const page = await as("Heron");
  for (const [name, where] of Object.entries(pages)) {
    await page.goto(typeof where === "function" ? where() : where);
    await sound(page, `telling-${name}`);
  }
  await page.context().close();
});

test("without script: follow a thread and stop, save a search and end it, change how it is mailed", async () => {
  const page = await as("Heron", { script: false });
  await page.goto(`/q/${question}`);
  await page.getByRole("button", { name: "Stop following" }).click();
  await page.getByRole("button", { name: "Follow this thread" }).click();
  assert.ok(await page.getByRole("button", { name: "Stop following" }).isVisible());
  await page.goto("/search?q=pressure+standing");
  await page.getByRole("button", { name: "Tell me of new ones" }).click();
  await page.waitForURL(/\/notices\/settings/);
  assert.match(await page.getByRole("status").textContent(), /Saved/);
  await page.getByLabel("How pressure standing is mailed", { exact: true }).selectOption("3");
  await page.getByRole("button", { name: "Change how pressure standing is mailed" }).click();
  assert.equal(await page.getByLabel("How pressure standing is mailed", { exact: true }).inputValue(), "3");
  await page.getByRole("button", { name: "Stop being told of pressure standing" }).click();
  assert.equal(await page.getByText("pressure standing").count(), 0);
});

test("a search that cannot be saved comes back as typed, with the reason beside it", async () => {
  const page = await as("Heron", { script: false });
  await page.goto("/notices/settings");
  await page.fill("#save-q", "-exclusions");
  await page.getByRole("button", { name: "Save this search" }).click();
  assert.equal(await page.inputValue("#save-q"), "-exclusions");
  assert.match(await page.locator("#problem-q").textContent(), /a word or a topic/);
  assert.deepEqual(await page.locator("#field-q.bad").count(), 1);
});

test("by keyboard alone: mark what was told as seen, and decline to be asked", async () => {
  const page = await as("Heron");
  await page.goto("/notices");
  assert.ok(await page.locator("header .badge").isVisible());
  await page.getByRole("button", { name: "Mark all as seen" }).focus();
  await page.keyboard.press("Enter");
  await page.getByRole("button", { name: "Mark all as seen" }).waitFor({ state: "detached" });
  assert.equal(await page.locator("header .badge").count(), 0);
  assert.equal(await page.getByText("New in what you follow").count(), 0);
  await page.goto("/");
  await page.getByRole("button", { name: /Not for me.*Who measures/ }).focus();
  await page.keyboard.press("Enter");
  await page.getByText("Your experience is sought").waitFor({ state: "detached" });
  assert.ok(sought > 0);
});

test("an asker may have colleagues asked, and his choice stays when the form comes back", async () => {
  const page = await as("Wren", { script: false });
  await page.goto("/ask");
  await page.getByLabel("Ask colleagues whose specialty or history fits").check();
  await page.fill("#title", "A title of enough letters");
  await page.fill("#body", "Call me at 314-555-0100 about him.");
  await page.fill("#topics", "syncope");
  await page.getByRole("button", { name: "Post", exact: true }).click();
  assert.ok(await page.getByLabel("Ask colleagues whose specialty or history fits").isChecked());
});

test("the browser is told how to search here", async () => {
  const page = await as("Heron");
  const link = page.locator('link[rel="search"]');
  const got = await heron.get(await link.getAttribute("href"));
  assert.match(got.headers["content-type"], /opensearchdescription/);
  assert.ok(got.text.includes(`${house.origin}/search?q={searchTerms}`));
});
