// What findings kept from earning, as a member and two admins meet it: read, objected to, granted, and paid with the next close. SHOTS=DIR
// keeps pictures.
// test-seconds: 240
import assert from "node:assert/strict";
import { join } from "node:path";
import { test, after, before } from "node:test";
import { House, password, ask, answer, sleep, vote } from "../support/house.mjs";
import { launch, open, passkeyFor, signIn, sound } from "../support/browser.mjs";
import { campaign, earmark, tick } from "../support/money.mjs";
import { sql } from "../support/stores.mjs";

let house, browser, admin, sponsor, fund, marked;
const people = {}, pages = [];
const page = async (options) => pages[pages.push(await open(browser, house.origin, options)) - 1];
const vault = (text) => sql(join(house.state, "vault/vault.db"), text);

before(async () => {
  house = await House.start({ conf: { "ledger.close_alone": 0, "ledger.close_bucket": 64, "money.two_admins": 0, "site.url": "own" } });
  browser = await launch();
  for (const name of ["Gatekeeper", "Latch", "Warden"]) house.staff(name, "admin");
  house.staff("Halden", "sponsor", "Halden Bio");
  admin = house.adminClient = await house.signIn("Gatekeeper");
  for (const name of ["Alder", "Birch", "Cedar", "Dogwood", "Elder"]) {
    await house.physician(name);
    people[name] = await house.signIn(name);
  }
  const { Alder, Birch, Cedar, Dogwood, Elder } = people;
  sponsor = await house.signIn("Halden");
  fund = await campaign(house, sponsor, admin);
  const question = await ask(Cedar, "Anticoagulation on dialysis: which, and how much?");
  // Alder and Birch corroborate all that the other writes; the others vote on what comes.
  for (let i = 0; i < 12; i++)
    for (const [writer, friend] of [[Alder, Birch], [Birch, Alder]]) {
      const id = await answer(writer, question, `Answer ${i} from practice, and what came of it.`);
      await vote(friend, question, id, 1, 2);
    }
  marked = await answer(Alder, question, "Apixaban, at the lower dose.");
  await earmark(house, sponsor, fund, marked, 3, { amount: 20, cap: 100 });
  await tick(house);
  for (const voter of [Birch, Dogwood, Elder]) await vote(voter, question, marked, 1, 2);
});
after(async () => {
  await browser?.close();
  await house?.stop();
});
const closed = async (name) => (await admin.json("/admin/ledger")).periods.some((p) => p.name === name && p.closed);
async function close(month) {
  house.setTime(Date.UTC(2026, month, 1, 6));
  await house.renew(admin);
  house.must("curbside", ["ledger", "close", `2026-0${month}`]);
  for (let i = 0; i < 100 && !(await closed(`2026-0${month}`)); i++) await sleep(50);
}

test("a member reads which acts could not earn and why, and objects without script", async () => {
  await close(3);
  assert.notEqual(vault(`SELECT count(*) FROM held_act WHERE posting = ${marked} AND kind = 3`), "0", "Birch's vote was found to be linked");
  assert.ok(Number(vault(`SELECT count(*) FROM held_act WHERE posting <> ${marked}`)) > 0, "as votes are where nothing is promised");
  const birch = await page({ width: 360, height: 740, script: false });
  await signIn(birch, "Birch", password);
  await birch.goto("/earnings");
  await birch.getByRole("link", { name: /^Which, why, and how to object/ }).click();
  assert.match(await birch.textContent("main"), /Your vote: Anticoagulation on dialysis.*vote on each other’s postings more often than chance/s);
  assert.doesNotMatch(await birch.textContent("main"), /trade/i, "figures, and no accusation");
  await birch.fill("#words", "We two are the only ones here who do this.");
  await birch.getByRole("button", { name: "Object" }).click();
  await birch.getByText("Sent. Two admins look at it.").waitFor();
  await house.settle();
  await birch.goto("/earnings/held?period=2026-03");
  assert.match(await birch.textContent("main"), /You have objected; two admins look at it/);
  const dogwood = await page();
  await signIn(dogwood, "Dogwood", password);
  await dogwood.goto("/earnings/held?period=2026-03");
  assert.ok(!(await dogwood.textContent("main")).includes(`p${marked}`), "the control: who is not linked reads nothing of his vote");
  const other = await page();
  await signIn(other, "Birch", password);
  await other.goto("/earnings/held?period=2026-03");
  await sound(other, "held");
  await other.goto("/earnings/held");
  assert.match(await other.textContent("main"), /March 2026: \d+ acts?\s+You have objected; two admins look at it/, "without a month, the months");
  await sound(other, "held-months");
  await other.getByRole("link", { name: "March 2026" }).click();
  await other.getByRole("heading", { name: "Held back in March 2026" }).waitFor();
  await dogwood.goto("/earnings/held");
  assert.match(await dogwood.textContent("main"), /Nothing of yours was held back in any month/);
  await house.renew(people.Birch);
  assert.equal((await people.Birch.get("/earnings/held?period=x")).status, 422, "what is no month is none");
});

test("two admins grant it, on figures that name no vote, and the next close pays it as a correction", async () => {
  const latch = await page(), warden = await page({ width: 360, height: 740 });
  await signIn(latch, "Latch", password);
  await passkeyFor(warden, "Warden", password);
  await latch.goto("/admin/desk");
  await latch.getByRole("link", { name: /kept from earning/ }).click();
  const shown = await latch.textContent("article");
  assert.match(shown, /the only ones here who do this.*Held back: votes \d+.*independence of his votes 0\.\d\d/s);
  assert.equal(await latch.locator("article a[href^='/q/']").count(), 0, "on what he voted is not told");
  await sound(latch, "held-desk");
  await latch.getByLabel(/^The reason, for the member/).first().fill("One narrow field.");
  await latch.getByRole("button", { name: "Propose to grant it" }).first().click();
  await latch.getByText(/^Proposed\./).waitFor();
  assert.equal(vault("SELECT state FROM objection"), "1", "one admin alone grants nothing");
  await warden.goto("/admin/operations");
  await warden.getByText(/^Grant member \d+’s objection/).waitFor();
  await warden.getByRole("button", { name: /^Confirm/ }).click();
  await warden.waitForURL(/operations$/);
  for (let i = 0; i < 100 && vault("SELECT state FROM objection") !== "3"; i++) await sleep(50);
  await close(4);
  await house.renew(people.Birch);
  const [april, march] = (await people.Birch.json("/earnings")).statements;
  assert.deepEqual([march.period, march.zero], ["2026-03", true], "what was settled stays as it was");
  assert.equal(april.payments[0]?.corrects, "March 2026");
  const birch = await page();
  await signIn(birch, "Birch", password);
  await birch.goto("/earnings");
  assert.match(await birch.textContent("main"), /A correction: you objected to what was held back of your acts of March 2026/);
  await sound(birch, "earnings-corrected");
  const later = await page(); // the month's end ended the session of the one before
  await signIn(later, "Latch", password);
  await later.goto("/admin/held");
  assert.match(await later.textContent("article"), /Granted, and settled with April 2026:.*One narrow field/s);
  house.must("curbside", ["ledger", "verify"]);
  house.must("curbside", ["ledger", "replay"]);
  assert.deepEqual(pages.flatMap((view) => view.faults), []);
});

test("folds made again hold the same", async () => {
  await house.settle();
  await house.down();
  const done = house.run("curbside", ["rebuild", "--check"]);
  assert.equal(done.status, 0, done.stdout + done.stderr);
});
