// test-seconds: 110
// The patient-data check as a person meets it: marks beside the text while typing, buttons that need no script, on a phone and on a desk.
import test, { before, after } from "node:test";
import assert from "node:assert/strict";
import { House, password } from "../support/house.mjs";
import { axe, launch, open, shot, signIn } from "../support/browser.mjs";

let house, browser;
const text = "Mr. Thackeray, 93 years old, was seen on 2024-03-14. MRN 7734120; call 618-555-0187. He lives in Millbrook.";

before(async () => {
  house = await House.start({ clock: null });
  await house.physician("Wren");
  browser = await launch();
});
after(async () => {
  await browser?.close();
  await house?.stop();
});
const as = async (options) => {
  const page = await open(browser, house.origin, options);
  await signIn(page, "Wren", password);
  return page;
};

test("without script every marked place says what it is, and a button writes the general form", async () => {
  const page = await as({ script: false });
  for (const width of [360, 768, 1280]) {
    await page.setViewportSize({ width, height: 900 });
    await page.goto("/ask");
    await page.fill("#title", "Syncope in a man over ninety");
    await page.fill("#body", text);
    await page.locator("button[name=preview]").click();
    assert.deepEqual(await page.locator(".spans .category").allTextContents(), ["name", "age", "date", "mrn", "phone", "place"]);
    assert.equal(await page.locator(".spans li.block").count(), 2);
    assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth), `no sideways scrolling at ${width}`);
    await shot(page, `guard-${width}`);
  }
  await page.locator("button[name=change]", { hasText: "March 2024" }).click();
  assert.match(await page.inputValue("#body"), /seen on March 2024\. MRN 7734120/);
  await page.locator("button[name=general]").click();
  assert.equal(await page.inputValue("#body"),
    "Mr. [name], 90 or older, was seen on March 2024. MRN [record number]; call [telephone number]. He lives in Millbrook.");
  assert.equal(await page.locator(".spans li.block, .spans li.warn").count(), 0);
  await page.fill("#topics", "syncope");
  await page.locator("button.primary", { hasText: "Post" }).click();
  await page.waitForURL(/\/q\/\d+$/);
});

test("in the dark nothing about it is hard to read", async () => {
  const page = await as({ dark: true });
  await page.goto("/ask");
  await page.fill("#body", text);
  await page.waitForSelector(".spans li.block");
  assert.deepEqual(await axe(page), []);
  await shot(page, "guard-dark");
});

test("while typing, the same buttons stand beside the text and can be reached by keyboard", async () => {
  const page = await as();
  await page.goto("/ask");
  await page.fill("#title", "Call 618-555-0187 about syncope");
  await page.fill("#body", "Seen on 2024-03-14.");
  await page.locator(".spans .category", { hasText: "phone" }).waitFor(); // and no longer what the draft from before had
  assert.deepEqual(await page.locator(".spans .category").allTextContents(), ["phone", "date"]);
  for (const width of [360, 1280]) {
    await page.setViewportSize({ width, height: 900 });
    assert.deepEqual(await axe(page), []);
    await shot(page, `guard-typing-${width}`);
  }
  const button = page.locator("button[name=change]", { hasText: "March 2024" });
  await button.focus();
  await page.keyboard.press("Enter");
  await page.waitForFunction(() => document.querySelector("#body")?.value === "Seen on March 2024.");
  assert.equal(await page.inputValue("#title"), "Call 618-555-0187 about syncope");
  assert.deepEqual(page.faults, []);
});
