// Guardrails: a month that pays too much is stopped, and goes on when a second admin's passkey says so; a drawn posting is audited. SHOTS=DIR
// keeps pictures.
// test-seconds: 120
import assert from "node:assert/strict";
import { join } from "node:path";
import { test, after, before } from "node:test";
import { House, DAY, password, ask, answer, sleep, vote } from "../support/house.mjs";
import { launch, open, passkeyFor, shot, signIn } from "../support/browser.mjs";
import { campaign, earmark, tick } from "../support/money.mjs";
import { sql } from "../support/stores.mjs";

let house, browser, admin;
const people = [], pages = [];
async function page(options) {
  const made = await open(browser, house.origin, options);
  pages.push(made);
  return made;
}

before(async () => {
  house = await House.start({ conf: { "ledger.close_alone": 0, "ledger.close_bucket": 64, "guardrail.day_cents": 1, "money.two_admins": 0, "site.url": "own" } });
  browser = await launch();
  for (const name of ["Gatekeeper", "Latch", "Warden"]) house.staff(name, "admin");
  house.staff("Halden", "sponsor", "Halden Bio");
  admin = house.adminClient = await house.signIn("Gatekeeper");
  for (const name of ["Alder", "Birch", "Cedar"]) {
    await house.physician(name);
    people.push(await house.signIn(name));
  }
});
after(async () => {
  await browser?.close();
  await house?.stop();
});

// The draw of ranking/gauge.c: one in fifty, by the number alone.
function isDrawn(id) {
  const mask = (1n << 64n) - 1n;
  let x = (BigInt(id) + 0x9e3779b97f4a7c15n) & mask;
  x = ((x ^ (x >> 30n)) * 0xbf58476d1ce4e5b9n) & mask;
  x = ((x ^ (x >> 27n)) * 0x94d049bb133111ebn) & mask;
  return (x ^ (x >> 31n)) % 50n === 0n;
}
const closed = async () => (await admin.json("/admin/ledger")).periods.some((p) => p.name === "2026-03" && p.closed);

test("a month that pays more than the limit is not paid until a second admin lets it go on", async () => {
  const sponsor = await house.signIn("Halden"), id = await campaign(house, sponsor, admin);
  const question = await ask(people[0], "Anticoagulation on dialysis: which, and how much?");
  const posting = await answer(people[1], question, "Apixaban, at the lower dose.");
  await earmark(house, sponsor, id, posting, 3, { amount: 20, cap: 100 });
  await tick(house);
  for (const voter of [people[0], people[2]]) await vote(voter, question, posting, 1, 2);
  house.setTime(Date.UTC(2026, 3, 1, 6));
  await house.renew(admin);
  const latch = await page(), warden = await page({ width: 360, height: 740 });
  await signIn(latch, "Latch", password);
  await passkeyFor(warden, "Warden", password);
  await latch.goto("/admin/guardrails");
  await latch.getByText("Payouts go on: every figure").waitFor();
  await latch.goto("/admin/ledger");
  await latch.getByRole("button", { name: /Close/ }).first().click();
  await latch.getByText(/^Payouts are stopped: a figure crossed its guardrail/).waitFor();
  assert.equal(await closed(), false);
  await latch.goto("/admin/guardrails");
  await latch.getByRole("heading", { name: "Payouts are stopped" }).waitFor();
  await shot(latch, "guardrails-stopped");
  await latch.getByLabel("Why payouts may go on").fill("One campaign, known to both of us.");
  await latch.getByRole("button", { name: "Propose to let payouts go on" }).click();
  await latch.getByText(/^Proposed\./).waitFor();
  assert.equal(await latch.getByRole("button", { name: /^Confirm/ }).count(), 0, "nobody confirms what he proposed himself");
  await warden.goto("/admin/operations");
  await warden.getByText(/^Let payouts go on, which stopped at money a day/).waitFor();
  await shot(warden, "guardrails-confirm");
  await warden.getByRole("button", { name: /^Confirm/ }).click();
  await warden.waitForURL(/operations$/);
  for (let i = 0; i < 100 && (await admin.json("/admin/guardrails")).stopped; i++) await sleep(50);
  await warden.goto("/admin/guardrails");
  await warden.getByText("Payouts go on: every figure").waitFor();
  await shot(warden, "guardrails-on");
  await latch.goto("/admin/ledger");
  await latch.getByRole("button", { name: /Close/ }).first().click();
  await latch.getByText(/^The month is (closed|being closed)/).waitFor();
  for (let i = 0; i < 100 && !(await closed()); i++) await sleep(50);
  assert.equal(await closed(), true);
  house.must("curbside", ["ledger", "verify"]);
  house.must("curbside", ["ledger", "replay"]);
});

test("who audits a drawn posting is told of its thread, not of its votes, and is done with it", async () => {
  for (const person of people) await house.renew(person);
  await house.renew(admin);
  const rank = join(house.state, "rank/rank.db");
  const drawn = () => Number(sql(rank, "SELECT count(*) FROM audit"));
  let found = 0;
  for (let i = 0; i < 30 && found === 0; i++) {
    const question = await ask(people[0], `Question number ${i} for the audit: what do you do?`);
    for (let k = 0; k < 15 && found === 0; k++) {
      const id = await answer(people[1], question, `Answer ${k}, from practice.`);
      if (!isDrawn(id)) continue;
      found = id;
      await vote(people[2], question, id, 1, 1);
    }
    house.advance(DAY);
    for (const person of [...people, admin]) await house.renew(person);
  }
  house.advance(20 * DAY);
  for (const person of [...people, admin]) await house.renew(person);
  await ask(people[0], "One more question, so that time goes on for the ranker");
  await house.settle();
  assert.ok(drawn() > 0, "one at least was drawn");
  const view = await admin.json("/admin/guardrails");
  assert.equal(JSON.stringify(view.audits).includes("probability"), false);
  const latch = await page();
  await signIn(latch, "Latch", password);
  await latch.goto("/admin/guardrails");
  const before = view.audits.length;
  await latch.getByRole("button", { name: /^Right/ }).first().click();
  await latch.getByText("Noted. It counts from now on.").waitFor();
  await house.settle();
  assert.equal((await admin.json("/admin/guardrails")).audits.length, before - 1);
  assert.equal(Number(sql(rank, "SELECT sum(audited) FROM gauge_day")), 1);
  await shot(latch, "guardrails-audit");
  assert.deepEqual(pages.flatMap((view) => view.faults), []);
});
