// The whole change of a rule of pay in a real browser: written, checked, tried on an invented community and on the house's own past, in the
// shadow, approved with a passkey, in force at its entry, rolled back. A rule that loops, one that pays too much and one that errs late are
// stopped where they are found, the shadow included, in clear words, and the one in force stays.
// test-seconds: 400
import assert from "node:assert/strict";
import { test, after, before } from "node:test";
import { ask, answer, vote } from "../support/house.mjs";
import { axe, shot } from "../support/browser.mjs";
import { RuleWay } from "../support/rule_way.mjs";

const rules = "/admin/rules?name=reward/posting", seasoned = 210, shadow = 14;
let way, page, gate, latch, alder, birch, cedar, script, inForce;

before(async () => {
  const conf = { "rule.worlds": "usual", "rule.seeds": 1, "rule.shadow_days": shadow, "rule.month_trials": 100 };
  way = await RuleWay.start("reward/posting", { conf, names: ["Alder", "Birch", "Cedar"] });
  ({ gate, latch, people: [alder, birch, cedar] } = way);
  await talk("Which dose on dialysis?");
  await way.later(seasoned);
  await talk("And between two dialyses?");
  await way.begin();
  ({ page, script, inForce } = way);
});
after(() => way?.stop());

// Who asked sees the totals, and earns nothing by a vote: another one votes.
async function talk(title) {
  const question = await ask(alder, title, "Asking for a ward.", { topics: "dialysis" });
  await vote(cedar, question, await answer(birch, question, "Half of it."), 1, 2);
  await way.house.settle();
}
// What settles when nothing happens for long does so late: days tells the house's past and its shadow from an invented community.
const head = "function pay_posting(corroborated, disputed, cannot_say, patients, answers, fresh, days)";
const begun = (line) => { assert.ok(script.includes(head)); return script.replace(head, `${head}\n  ${line}`); };

test("what is wrong with a rule of pay is said at once, and it is not proposed", async () => {
  for (const [text, words] of [
    [begun("while true do end"), /takes too many steps/],
    [script.replace("gives = { 0 }", "gives = { 0.9 }"), /does not hold/],
    [script.replace(head, "function pay_posting(direction)"), /pay_posting takes/],
  ]) {
    await way.propose(text, "Refused.");
    assert.match(await page.locator(".checked").innerText(), words);
  }
  assert.equal((await gate.json(rules)).rows.length, 0);
  assert.equal(await way.live(), inForce);
});

test("one that pays too much, one that loops and one that errs late are refused by their trial", async () => {
  for (const [text, words, of] of [
    ["P = {}\nfunction pay_answer(corroborated, disputed, cannot_say, patients, order, days) return 1.0 end", /“usual”, [\d.]+ % of the money would go to crooked acts; with the rule in force/, "/admin/rules?name=reward/answer"],
    [begun("if corroborated == 5 and days > 9 then while true do end end"), /“usual”: .*too many steps/],
    [begun("if corroborated == 5 and days > 9 then return 0/0 end"), /“usual”: .*finite/],
    [begun("if corroborated == 5 and days > 9 then return 1.5 end"), /“usual”: .*outside of 0\.\.1/],
    [begun(`if days >= ${seasoned - 1} then error('so old') end`), /at event \d+ of the journal: .*so old/],
  ]) {
    const path = await way.propose(text, "Refused later.", of);
    const seen = await way.tried(path);
    assert.equal(seen.trial_state, "failed", `${seen.trial_words} ${words}`);
    assert.match(seen.trial_words, words);
    assert.match(seen.trial_words, /The rule in force is untouched/);
    assert.match((await latch.json(path)).why_not, /its trial failed/);
    await way.refused(path);
  }
});

test("one that errs only in the shadow is stopped there", async () => {
  const path = await way.propose(begun(`if corroborated == 1 and days > ${shadow + 0.9} and days < ${seasoned - 1} then error('older still') end`), "Stopped later.");
  assert.equal((await way.tried(path)).trial_state, "passed");
  await way.refused(path);
  await way.intoShadow(path);
  await way.refused(path);
  await way.later(shadow + 1);
  await talk("And after the last?");
  await way.later(2);
  const seen = await way.until(path, ({ days }) => days.length > 0 && days[0].why !== "");
  assert.match(seen.days[0].why, /at event \d+ of the journal: .*older still/);
  assert.match(seen.shadow_words, /failed in the shadow, so it cannot be approved\. The rule in force is untouched/);
  await way.until(path, ({ can_approve }) => can_approve === false);
  await way.refused(path);
});

test("a number changed in the form goes through trial and shadow, holds from its entry on, and is rolled back", async () => {
  await page.goto(rules);
  await page.locator("summary", { hasText: "Change a number" }).click();
  await page.locator("#n-dispute ~ td input").fill("1.1");
  await page.fill("#reason", "Disputes say more.");
  await way.press("Propose");
  const path = new URL(page.url()).pathname;
  const seen = await way.tried(path);
  assert.equal(seen.trial_state, "passed", seen.trial_words);
  assert.deepEqual(seen.worlds.map(({ rows }) => rows.map(({ by }) => by)), [["Proposed", "In force", "Pay for everything", "Pay with the majority"]]);
  await page.goto(path);
  assert.deepEqual(await axe(page), []);
  await shot(page, "rule-pay-tried");
  assert.match(await way.said(), /As if every posting that settled/);
  await way.refused(path);
  await way.intoShadow(path);
  await way.later(shadow);
  await way.until(path, ({ days }) => days.length > 0);
  assert.equal((await gate.json(path)).can_approve, false, "not who proposed it");
  const active = await way.approve(path);
  assert.equal(await way.live(), inForce.replace("dispute=1 ", "dispute=1.1 "));
  const back = await way.rollBack(path);
  assert.equal(back.rule.state, "superseded");
  assert.ok(back.until > back.active_from, "until the entry that put it aside");
  await page.goto(path);
  assert.match(await way.said(), new RegExp(`from journal entry ${active.active_from} on, until journal entry ${back.until}`));
  assert.deepEqual(page.faults, []);
});
