// The whole change of a rule of pay in a real browser: written, checked, tried on an invented community and on the house's own past, in the
// shadow, approved with a passkey, in force at its entry, rolled back. A rule that loops, one that pays too much and one that errs late are
// stopped where they are found, the shadow included, in clear words, and the one in force stays.
// test-seconds: 240
import assert from "node:assert/strict";
import { test, after, before } from "node:test";
import { House, DAY, password, ask, answer, vote, sleep } from "../support/house.mjs";
import { axe, launch, open, shot, signIn } from "../support/browser.mjs";
import { hiddenFields } from "../support/client.mjs";
import { Passkey, challengeOf } from "../support/second.mjs";

const rules = "/admin/rules?name=reward/posting", seasoned = 210, shadow = 14;
let house, browser, page, gate, latch, key, alder, birch, cedar, script, inForce;

before(async () => {
  const conf = { "site.url": "own", "rule.worlds": "usual", "rule.seeds": 1, "rule.shadow_days": shadow };
  [house, browser] = await Promise.all([House.start({ conf }), launch()]);
  gate = await house.admin();
  house.staff("Latch", "admin");
  latch = await house.signIn("Latch");
  key = new Passkey(house.origin);
  await key.add(latch);
  [alder, birch, cedar] = [await house.physician("Alder"), await house.physician("Birch"), await house.physician("Cedar")];
  await talk("Which dose on dialysis?");
  await later(seasoned);
  await talk("And between two dialyses?");
  page = await open(browser, house.origin);
  await signIn(page, "Gatekeeper", password);
  ({ script } = await gate.json(rules));
  inForce = await live();
});
after(async () => { await browser?.close(); await house?.stop(); });

// Who asked sees the totals, and earns nothing by a vote: another one votes.
async function talk(title) {
  const question = await ask(alder, title, "Asking for a ward.", { topics: "dialysis" });
  await vote(cedar, question, await answer(birch, question, "Half of it."), 1, 2);
  await house.settle();
}
async function later(days) {
  house.setTime(house.time + days * DAY);
  await Promise.all([gate, alder, birch, cedar].map((client) => house.renew(client)));
  latch.cookies.clear();
  await key.signIn(latch);
  if (page) await signIn(page, "Gatekeeper", password);
}
const live = async () => (await gate.json(rules)).constants.map(({ name, active }) => `${name}=${active}`).join(" ");
const write = (text) => page.evaluate((value) => document.querySelector(".CodeMirror").CodeMirror.setValue(value), text);
const press = (name) => Promise.all([page.waitForNavigation(), page.getByRole("button", { name }).click()]);
const said = () => page.locator("main").innerText();
// What settles when nothing happens for long does so late: days tells the house's past and its shadow from an invented community.
const head = "function pay_posting(corroborated, disputed, cannot_say, patients, answers, fresh, days)";
const begun = (line) => { assert.ok(script.includes(head)); return script.replace(head, `${head}\n  ${line}`); };
async function propose(text, reason, of = rules) {
  await page.goto(of);
  await write(text);
  await page.fill("#reason", reason);
  await press("Propose");
  return new URL(page.url()).pathname;
}
async function until(path, holds) {
  for (let i = 0; i < 300; i++) {
    const seen = await gate.json(path);
    if (holds(seen)) return seen;
    await sleep(100);
  }
  assert.fail(`it does not come to that: ${path}`);
}
const tried = (path) => until(path, ({ trial_state }) => !["waiting", "running"].includes(trial_state));
async function refused(path) {
  const view = await latch.json(path);
  assert.equal(view.can_approve, false);
  assert.equal((await latch.post(`${path}/approve`, hiddenFields((await latch.get(path)).text, `${path}/withdraw`))).status >= 400, true);
  assert.equal((await gate.json(path)).rule.state, "proposed");
  assert.equal(await live(), inForce, "the rule in force is untouched");
}

test("what is wrong with a rule of pay is said at once, and it is not proposed", async () => {
  for (const [text, words] of [
    [begun("while true do end"), /takes too many steps/],
    [script.replace("gives = { 0 }", "gives = { 0.9 }"), /does not hold/],
    [script.replace(head, "function pay_posting(direction)"), /pay_posting takes/],
  ]) {
    await propose(text, "Refused.");
    assert.match(await page.locator(".checked").innerText(), words);
  }
  assert.equal((await gate.json(rules)).rows.length, 0);
  assert.equal(await live(), inForce);
});

test("one that pays too much, one that loops and one that errs late are refused by their trial", async () => {
  for (const [text, words, of] of [
    ["P = {}\nfunction pay_answer(corroborated, disputed, cannot_say, patients, order, days) return 1.0 end", /“usual”, [\d.]+ % of the money would go to crooked acts; with the rule in force/, "/admin/rules?name=reward/answer"],
    [begun("if corroborated == 5 and days > 9 then while true do end end"), /“usual”: .*too many steps/],
    [begun("if corroborated == 5 and days > 9 then return 0/0 end"), /“usual”: .*finite/],
    [begun("if corroborated == 5 and days > 9 then return 1.5 end"), /“usual”: .*outside of 0\.\.1/],
    [begun(`if days >= ${seasoned - 1} then error('so old') end`), /at event \d+ of the journal: .*so old/],
  ]) {
    const path = await propose(text, "Refused later.", of);
    const seen = await tried(path);
    assert.equal(seen.trial_state, "failed", `${seen.trial_words} ${words}`);
    assert.match(seen.trial_words, words);
    assert.match(seen.trial_words, /The rule in force is untouched/);
    assert.match((await latch.json(path)).why_not, /its trial failed/);
    await refused(path);
  }
});

test("one that errs only in the shadow is stopped there", async () => {
  const path = await propose(begun(`if corroborated == 1 and days > ${shadow + 0.9} and days < ${seasoned - 1} then error('older still') end`), "Stopped later.");
  assert.equal((await tried(path)).trial_state, "passed");
  await refused(path);
  await gate.submit(path, `${path}/shadow`, {}, { expect: 303 });
  await refused(path);
  await later(shadow + 1);
  await talk("And after the last?");
  await later(2);
  const seen = await until(path, ({ days }) => days.length > 0 && days[0].why !== "");
  assert.match(seen.days[0].why, /at event \d+ of the journal: .*older still/);
  assert.match(seen.shadow_words, /failed in the shadow, so it cannot be approved\. The rule in force is untouched/);
  await until(path, ({ can_approve }) => can_approve === false);
  await refused(path);
});

test("a number changed in the form goes through trial and shadow, holds from its entry on, and is rolled back", async () => {
  await page.goto(rules);
  await page.locator("summary", { hasText: "Change a number" }).click();
  await page.locator("#n-dispute ~ td input").fill("1.1");
  await page.fill("#reason", "Disputes say more.");
  await press("Propose");
  const path = new URL(page.url()).pathname;
  const seen = await tried(path);
  assert.equal(seen.trial_state, "passed", seen.trial_words);
  assert.deepEqual(seen.worlds.map(({ rows }) => rows.map(({ by }) => by)), [["Proposed", "In force", "Pay for everything", "Pay with the majority"]]);
  await page.goto(path);
  assert.deepEqual(await axe(page), []);
  await shot(page, "rule-pay-tried");
  assert.match(await said(), /As if every posting that settled/);
  await refused(path);
  await press("Let it run in the shadow");
  await later(shadow);
  await until(path, ({ days }) => days.length > 0);
  assert.equal((await gate.json(path)).can_approve, false, "not who proposed it");
  for (let i = 0; i < 100 && !(await latch.json(path)).can_approve; i++) await sleep(100);
  await key.confirm(latch, path, `${path}/approve`);
  await house.settle();
  const active = await gate.json(path);
  assert.equal(active.rule.state, "active");
  assert.ok(active.active_from > 0);
  assert.equal(active.until, 0);
  assert.equal(await live(), inForce.replace("dispute=1 ", "dispute=1.1 "));
  const shown = await latch.get(path);
  const fields = { ...hiddenFields(shown.text, `${path}/rollback`), reason: "It was better before.", ...key.get(challengeOf(shown.text)) };
  assert.equal((await latch.post(`${path}/rollback`, fields)).status, 303);
  await house.settle();
  assert.equal(await live(), inForce);
  const back = await gate.json(path);
  assert.equal(back.rule.state, "superseded");
  assert.ok(back.until > back.active_from, "until the entry that put it aside");
  await page.goto(path);
  assert.match(await said(), new RegExp(`from journal entry ${back.active_from} on, until journal entry ${back.until}`));
  assert.deepEqual(page.faults, []);
});
