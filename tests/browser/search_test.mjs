// Searching as a reader does it: facets, filters, repaired words, without script, at three widths.
// test-seconds: 90
import assert from "node:assert/strict";
import { test, after, before } from "node:test";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { House, password, ask, answer } from "../support/house.mjs";
import { launch, open, signIn, sound } from "../support/browser.mjs";

let house, browser, alder;

before(async () => {
  house = await House.start();
  const opening = launch();
  alder = await house.physician("Alder");
  const birch = await house.physician("Birch");
  const asked = [
    ["Does warfarin dosing change with amiodarone?", "cardiology, anticoagulation"],
    ["Warfarin or apixaban on haemodialysis?", "nephrology, anticoagulation"],
    ["Bridging warfarin around a colonoscopy?", "gastroenterology"],
  ];
  const made = [];
  for (const [title, topics] of asked) made.push(await ask(alder, title, "What do you do?", { topics }));
  await answer(birch, made[0], "Halve the dose of warfarin and check the INR every week.");
  const table = join(house.folder, "short.tsv");
  writeFileSync(table, "short\tlong\tsense_frequency\nAF\tatrial fibrillation\t90\nAF\tamniotic fluid\t10\n");
  house.must("curbside", ["vocab", "load", "abbreviations", table]);
  browser = await opening;
});
after(async () => {
  await browser?.close();
  await house?.stop();
});

test("facets narrow what was found, and a chosen one can be taken away, without script", async () => {
  const page = await open(browser, house.origin, { script: false });
  await signIn(page, "Alder", password);
  await page.goto("/search?q=warfarin");
  assert.equal(await page.locator(".threads > li").count(), 3);
  await page.locator("aside").getByRole("link", { name: "nephrology" }).click();
  assert.equal(new URL(page.url()).searchParams.get("q"), "warfarin topic:nephrology");
  assert.equal(await page.locator(".threads > li").count(), 1);
  await page.locator(".chosen a").click();
  assert.equal(await page.locator(".threads > li").count(), 3);
  await page.context().close();
});

test("a misspelt word is repaired, that is said, and the way back leads to what was typed", async () => {
  const page = await open(browser, house.origin, { script: false });
  await signIn(page, "Alder", password);
  await page.goto("/search?q=Warfrin+dosing");
  assert.match(await page.locator("main").textContent(), /Showing results for\s+warfarin dosing/);
  assert.match(await page.locator(".threads > li").first().textContent(), /Does warfarin dosing/);
  await page.getByRole("link", { name: "Warfrin dosing", exact: true }).click();
  assert.doesNotMatch(await page.locator("main").textContent(), /Showing results for/);
  await page.goto("/search?q=warfarin"); // control: what is right stays as it is
  assert.doesNotMatch(await page.locator("main").textContent(), /Showing results for/);
  await page.context().close();
});

test("an abbreviation's reading is said, with its other meanings as searches", async () => {
  const page = await open(browser, house.origin, { script: false });
  await signIn(page, "Alder", password);
  await page.goto("/search?q=AF+warfarin");
  assert.match(await page.locator("main").textContent(), /“af” was also read as\s+atrial fibrillation/);
  await page.getByRole("link", { name: "amniotic fluid" }).click();
  assert.equal(new URL(page.url()).searchParams.get("q"), "amniotic fluid warfarin");
  await page.context().close();
});

test("the page of results has no faults at any width, light and dark", async () => {
  const page = await open(browser, house.origin);
  await signIn(page, "Alder", password);
  for (const query of ["Warfrin AF", "warfarin topic:anticoagulation state:unanswered", "warfarin author:Birch", '"no such phrase" -x', ""]) {
    await page.goto(`/search?q=${encodeURIComponent(query)}`);
    await sound(page, `search ${query}`);
  }
  await page.context().close();
});
