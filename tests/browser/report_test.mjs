// Reports of a community large enough for every figure: what a sponsor sees at three widths, in light and dark, on paper, without script, and in
// files. The world of tests/privacy/world is invented; so are the distributions it is weighted to. SHOTS=DIR keeps pictures.
// test-seconds: 120
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { join } from "node:path";
import { test, after, before } from "node:test";
import { gzipSync } from "node:zlib";
import { password } from "../support/house.mjs";
import { launch, look, open, signIn } from "../support/browser.mjs";
import { reportsHouse } from "../support/reports.mjs";
import { sql } from "../support/stores.mjs";

let house, browser, sponsor, reports;

before(async () => {
  const opening = launch();
  ({ house, sponsor, reports } = await reportsHouse());
  browser = await opening;
});
after(async () => {
  await browser?.close();
  await house?.stop();
});

for (const kind of ["results", "trends", "words", "rising", "members"])
  test(`${kind}: nothing is clipped or refused at three widths, in light and dark, and the page is small`, async () => {
    const page = await open(browser, house.origin), path = `/sponsor/report/${reports[kind]}`;
    await signIn(page, "Halden", password);
    await page.goto(path);
    const faults = await look(page, `report-${kind}`);
    for (const width of [360, 768, 1280]) {
      await page.setViewportSize({ width, height: 900 });
      faults.push(...(await page.evaluate(clipped)).map((words) => `${width}: ${words} is cut off`));
    }
    assert.deepEqual([...faults, ...page.faults], []);
    const { bytes } = await sponsor.get(path);
    assert.ok(gzipSync(bytes).length <= 15 * 1024, `${bytes.length} bytes, packed ${gzipSync(bytes).length}`);
    console.log(`# ${kind}: ${bytes.length} bytes, packed ${gzipSync(bytes).length}`);
    await page.context().close();
  });

// Labels whose words need more room than they have, or that lie over one another.
function clipped() {
  const labels = [...document.querySelectorAll("figure .name, figure strong, figure small, figure .axis span, figure .x span, figure .y span, .multiples p span, th, td, .big, .facts span")];
  const boxes = labels.filter((node) => node.getClientRects().length > 0).map((node) => ({ node, box: node.getBoundingClientRect() }));
  const said = ({ node }) => `"${node.textContent.trim().slice(0, 40)}"`;
  const tight = boxes.filter(({ node }) => node.scrollWidth > node.clientWidth + 1 && getComputedStyle(node).display !== "inline");
  const over = [];
  for (const one of boxes)
    for (const other of boxes)
      if (one.node !== other.node && one.node.parentElement === other.node.parentElement && !one.node.contains(other.node) &&
        one.box.left + 1 < other.box.right && other.box.left + 1 < one.box.right && one.box.top + 1 < other.box.bottom && other.box.top + 1 < one.box.bottom)
        over.push(one);
  return [...tight, ...over].map(said);
}

test("a word of five years is looked back at against the season of four", async () => {
  const db = join(house.state, "signal", "signal.db"), page = await open(browser, house.origin);
  const [word, last] = sql(db, "SELECT (SELECT id FROM word WHERE word = 'sepsis') || ' ' || max(week) FROM week;").split(" ").map(Number);
  await signIn(page, "Gatekeeper", password);
  await page.goto(`/admin/signal/${word}`);
  await page.getByRole("heading", { name: "Authors a week" }).waitFor();
  assert.equal(await page.getByRole("heading", { name: "Against the season of four years" }).count(), 0, "not before there are so many");
  const rows = [];
  for (let back = 0; back < 270; back++) // more in each winter, and far more in two weeks of now
    rows.push(`INSERT OR IGNORE INTO week VALUES (${last - back}, 'w${back}', 1, 90);
      INSERT OR REPLACE INTO word_week VALUES (${word}, ${last - back}, ${12 + Math.round(8 * Math.cos((back / 52.18) * 2 * Math.PI)) + (back * 7) % 5 + (back === 30 || back === 31 ? 40 : 0)});`);
  sql(db, `BEGIN; ${rows.join("\n")} COMMIT;`);
  await page.goto(`/admin/signal/${word}`);
  const figure = page.getByRole("figure", { name: "Against the season of four years" });
  assert.match(await figure.locator("svg").getAttribute("aria-label"), /Authors in 52 weeks, and the season’s bound; [2-5] rang/);
  assert.deepEqual([...await look(page, "signal-season"), ...page.faults], []);
  await page.context().close();
});

test("a label without room is seen (control)", async () => {
  const page = await open(browser, house.origin);
  await signIn(page, "Halden", password);
  await page.goto(`/sponsor/report/${reports.results}`);
  assert.deepEqual(await page.evaluate(clipped), []);
  await page.locator("figure .bars .name").first().evaluate((node) => { node.style.cssText = "display:block;width:1rem;overflow:hidden;white-space:nowrap"; });
  assert.equal((await page.evaluate(clipped)).length, 1);
  await page.context().close();
});

test("a result is broken down by specialty, region and years, weighted by all three, and says how", async () => {
  const page = await open(browser, house.origin, { script: false });
  await signIn(page, "Halden", password);
  await page.goto(`/sponsor/report/${reports.results}`);
  await page.getByRole("heading", { name: "By region: who corroborates" }).waitFor();
  await page.getByRole("heading", { name: "By years in practice: who corroborates" }).waitFor();
  await page.getByText(/when weighted to US physicians by specialty, region and years in practice; design effect \d\.\d\d/).waitFor();
  await page.getByText(/region \(Invented for a test\); years in practice \(Invented too\)/).waitFor();
  await page.getByText(/asked for one of the two only/).first().waitFor();
  assert.equal(await page.locator(".method dt").count(), 11, "the eleven items");
  assert.equal(await page.locator("figure").count(), await page.locator("figure:has(table)").count(), "a table under each figure");
  await page.context().close();
});

test("each kind says what limits its own guarantee, and a trend of how many months it is", async () => {
  const said = async (kind) => (await sponsor.get(`/sponsor/report/${reports[kind]}`)).text.replace(/<[^>]*>/g, " ").replace(/\s+/g, " ");
  for (const kind of ["results", "trends"]) assert.match(await said(kind), /no more than five of his votes in one topic and quarter count/);
  for (const kind of ["words", "rising"]) assert.match(await said(kind), /for one author, one word and one week.*at most four words/);
  assert.match(await said("members"), /holds for one quarter/);
  assert.ok(!/five of his votes/.test(await said("words") + await said("members")));
  assert.match(await said("trends"), /When \w+ 202\d to \w+ 202\d How many, how precise About [\d,]+ votes in \d months/);
});

test("the files say the same: JSON of the second schema, CSV row by row, one digest however often", async () => {
  const { text } = await sponsor.get(`/sponsor/report/${reports.results}/json`), json = JSON.parse(text);
  assert.equal(json.schema, "curbside-report/2");
  assert.deepEqual(json.weighted.by.map(({ margin }) => margin), ["specialty", "region", "years"]);
  assert.ok(json.weighted.low_e4 < json.weighted.share_e4 && json.weighted.share_e4 < json.weighted.high_e4);
  const [head, ...rows] = (await sponsor.get(`/sponsor/report/${reports.results}/csv`)).text.trim().split("\r\n");
  assert.equal(head, "by,name,n,corroborate,dispute,cannot_say,noise_variance");
  const figures = [{ ...json, name: "all" }, ...json.specialties, ...json.regions, ...json.years];
  assert.deepEqual(rows.map((row) => row.match(/^\w+,"(.*)",(-?\d+),/).slice(1)), figures.map(({ name, n }) => [name, String(n)]));
  house.staff("Orme", "sponsor", "Orme Pharma");
  const other = await house.signIn("Orme"), digest = ({ bytes }) => createHash("sha256").update(bytes).digest("hex");
  const sums = new Set();
  for (let i = 0; i < 100; i++)
    for (const one of [sponsor, other]) sums.add(digest(await one.get(`/sponsor/report/${reports.results}/json`)));
  assert.deepEqual([...sums], [(await other.json(`/sponsor/report/${reports.results}`)).sha256]);
  assert.ok(!sums.has(digest(await sponsor.get(`/sponsor/report/${reports.trends}/json`))), "the control: another report's is another");
});

test("on paper the whole of it stands in the light, without what is for the screen", async () => {
  const page = await open(browser, house.origin, { dark: true });
  await signIn(page, "Halden", password);
  await page.goto(`/sponsor/report/${reports.results}`);
  const printed = await page.pdf({ format: "A4" });
  const pages = printed.toString("latin1").match(/\/Type \/Page\b/g).length;
  assert.equal(printed.subarray(0, 5).toString(), "%PDF-");
  assert.ok(pages >= 2 && pages <= 8, `${pages} pages`);
  await page.emulateMedia({ media: "print" });
  assert.equal(await page.locator("header.top").isVisible(), false);
  const [paper] = await page.evaluate(() => getComputedStyle(document.body).backgroundColor.match(/\d+/g).map(Number));
  assert.ok(paper > 240, "white, whatever the screen was");
  await page.setViewportSize({ width: 700, height: 1000 });
  assert.deepEqual(await page.evaluate(clipped), []);
  await page.context().close();
});
