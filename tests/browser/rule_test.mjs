// The whole change of a rule in a real browser: written, checked, tried on an invented community and on the past, in the shadow, approved with a
// passkey, rolled back; a trial cancelled. A rule that loops, one that pays too much and one that errs are refused where they are found, and the one in force stays.
// One that errs only in the shadow is stopped there; one that errs only once it is in force is put aside there, and the one before goes on.
// test-seconds: 400
import assert from "node:assert/strict";
import { test, after, before } from "node:test";
import { House, DAY, password, ask, answer, vote, sleep } from "../support/house.mjs";
import { axe, launch, open, shot, signIn } from "../support/browser.mjs";
import { hiddenFields } from "../support/client.mjs";
import { Passkey, challengeOf } from "../support/second.mjs";

let house, browser, page, gate, latch, key, alder, birch, script, inForce;

before(async () => {
  const conf = { "site.url": "own", "rule.worlds": "usual", "rule.seeds": 1, "rule.shadow_days": 14 };
  [house, browser] = await Promise.all([House.start({ conf }), launch()]);
  gate = await house.admin();
  house.staff("Latch", "admin");
  latch = await house.signIn("Latch");
  key = new Passkey(house.origin);
  await key.add(latch);
  [alder, birch] = [await house.physician("Alder"), await house.physician("Birch")];
  const question = await ask(alder, "Which dose on dialysis?", "Asking for a ward.", { topics: "dialysis" });
  await vote(alder, question, await answer(birch, question, "Half of it."), 1, 2);
  await house.settle();
  page = await open(browser, house.origin);
  await signIn(page, "Gatekeeper", password);
  ({ script } = await gate.json("/admin/rules"));
  inForce = await live();
});
after(async () => { await browser?.close(); await house?.stop(); });

const live = async () => (await gate.json("/admin/rules?name=rank/policy")).constants.map(({ name, active }) => `${name}=${active}`).join(" ");
const write = (text) => page.evaluate((value) => document.querySelector(".CodeMirror").CodeMirror.setValue(value), text);
// A page of a trial that runs loads itself anew, which may cut in.
const visit = (path) => page.goto(path).catch(() => page.goto(path));
// Presses a button that sends a form, and waits for the next page.
const press = (name) => Promise.all([page.waitForNavigation(), page.getByRole("button", { name }).click()]);
const changed = (from, to) => { assert.ok(script.includes(from), from); return script.replace(from, to); };
async function propose(text, reason) {
  await visit("/admin/rules");
  await write(text);
  await page.fill("#reason", reason);
  await press("Propose");
}
async function tried() {
  const path = new URL(page.url()).pathname;
  for (let i = 0; i < 900; i++) {
    const seen = await gate.json(path);
    if (!["waiting", "running"].includes(seen.trial_state)) return seen;
    await sleep(100);
  }
  assert.fail("the trial does not end");
}

// Its days in the shadow pass, and everybody signs in anew.
async function shadowPassed(path) {
  house.setTime(house.time + 14 * DAY);
  await house.renew(gate);
  latch.cookies.clear();
  await key.signIn(latch);
  await signIn(page, "Gatekeeper", password);
  for (let i = 0; i < 100 && (await latch.json(path)).can_approve !== true; i++) await sleep(100);
}

test("what is wrong with a script stands beside it with its line, and it is not proposed", async () => {
  for (const [text, words] of [
    [changed("P.k_author", "P.k_autor"), /Line \d+: P has no constant k_autor/],
    ["function (", /Line 1: a name expected near/],
    ["while true do end", /takes too many steps/],
    [changed("function trust(", "function trust(a, b, "), /trust takes \d+ arguments, but is given 2/],
    [changed("gives = { 1 }", "gives = { 2 }"), /does not hold/],
  ]) {
    await propose(text, "Refused.");
    assert.match(await page.locator(".checked").innerText(), words);
    assert.match(await page.locator("#problems, .problems, [role=alert]").first().innerText(), /needs? your attention|not proposed/);
  }
  assert.deepEqual(await axe(page), []);
  assert.equal((await gate.json("/admin/rules")).rows.length, 0);
});

test("a rule that pays too much, one that loops and one that errs in use are refused by their trial", async () => {
  for (const [text, words] of [
    [changed("function worth(", "function worth(...) return 1 end\nfunction unused("), /crooked acts|would be paid out|would earn/],
    [changed("function settle(", "function settle(...) while true do end end\nfunction unused("), /usual”: .*too many steps/],
    [changed("function settle(", "function settle(...) error('no such number') end\nfunction unused("), /usual”: .*no such number/],
  ]) {
    await propose(text, "Refused later.");
    const seen = await tried();
    assert.equal(seen.trial_state, "failed");
    assert.match(seen.trial_words, words);
    assert.match(seen.trial_words, /The rule in force is untouched/);
    assert.equal(seen.can_approve, false);
    assert.match((await latch.json(new URL(page.url()).pathname)).why_not, /cannot be approved/);
  }
  assert.equal(await live(), inForce);
});

test("a number changed in the form goes through trial and shadow, and another admin's passkey puts it in force", async () => {
  await visit("/admin/rules");
  await page.locator("summary", { hasText: "Change a number" }).click();
  await page.locator("#n-vote_part ~ td input").fill("0.12");
  await press("Save draft");
  assert.match(await page.locator("main").innerText(), /This is your draft/);
  await page.fill("#reason", "Votes tell a little less.");
  await press("Propose");
  const path = new URL(page.url()).pathname;
  assert.equal((await tried()).trial_state, "passed");
  await visit(path);
  assert.deepEqual(await axe(page), []);
  await shot(page, "rule-tried");
  assert.match(await page.locator(".diff").innerText(), /0\.12/);
  assert.equal((await latch.json(path)).can_approve, false, "not before its days in the shadow");
  await press("Let it run in the shadow");
  assert.equal((await latch.json(path)).can_approve, false);
  await shadowPassed(path);
  await page.goto(path);
  assert.match(await page.locator("main").innerText(), /another admin has to approve it/, "not who proposed it");
  await key.confirm(latch, path, `${path}/approve`);
  await house.settle();
  const seen = await gate.json(path);
  assert.equal(seen.rule.state, "active");
  assert.ok(seen.active_from > 0);
  assert.equal(await live(), inForce.replace("vote_part=0.2", "vote_part=0.12"));
  assert.deepEqual(seen.history.slice(0, 3).map(({ what }) => what), ["approved", "put into the shadow", "proposed"]);
});

test("an admin rolls back with a passkey and a reason, and what the house began with holds again", async () => {
  const [{ proposal }] = (await latch.json("/admin/rules")).rows, path = `/admin/rule/${proposal}`;
  const shown = await latch.get(path);
  const fields = { ...hiddenFields(shown.text, `${path}/rollback`), reason: "It was better before." };
  assert.equal((await latch.post(`${path}/rollback`, { ...fields, ...key.get("AAAA") })).status, 422);
  assert.notEqual(await live(), inForce);
  assert.equal((await latch.post(`${path}/rollback`, { ...fields, ...key.get(challengeOf(shown.text)) })).status, 303);
  await house.settle();
  assert.equal(await live(), inForce);
  assert.equal((await gate.json(path)).rule.state, "superseded");
});

// Errs on a day no trial has seen yet: the first after its days in the shadow.
const mayfly = () => changed("vote_part  = { 0.2", "vote_part  = { 0.12").replace("function rising(key, act, weight, days)",
  (head) => `${head} if days > ${errsFrom} and days < ${errsFrom + 30} then error('a day too far') end`);
let errsFrom;

test("a trial that runs is cancelled without a verdict, and the same script is proposed and tried again", async () => {
  errsFrom = Math.floor(house.time / DAY) + 20;
  await propose(mayfly(), "A slip.");
  const path = new URL(page.url()).pathname;
  for (let i = 0; i < 200 && (await gate.json(path)).trial_state !== "running"; i++) await sleep(20);
  await page.goto(path);
  await page.fill("#withdraw-reason", "Proposed too early.");
  await press("Cancel the trial and withdraw");
  await house.settle();
  const seen = await tried();
  assert.equal(seen.rule.state, "withdrawn");
  assert.match(seen.trial_words, /withdrawn before it was done/);
  assert.equal(seen.can_approve, false);
  assert.deepEqual(seen.history.slice(0, 2).map(({ what }) => what), ["withdrawn", "proposed"]);
  await propose(mayfly(), "Now in earnest.");
  assert.notEqual(new URL(page.url()).pathname, path);
  assert.equal((await tried()).trial_state, "passed");
});

test("a rule that errs only once it is in force is put aside there, the one before goes on, and the pages say so", async () => {
  const path = new URL(page.url()).pathname, said = () => page.locator("main").innerText();
  await gate.submit(path, `${path}/shadow`, {}, { expect: 303 });
  await shadowPassed(path);
  await key.confirm(latch, path, `${path}/approve`);
  await house.settle();
  assert.equal(await live(), inForce.replace("vote_part=0.2", "vote_part=0.12"));
  await page.goto(path);
  assert.doesNotMatch(await said(), /put aside|It failed/);
  house.setTime(house.time + 10 * DAY);
  await Promise.all([gate, alder, birch].map((client) => house.renew(client)));
  await signIn(page, "Gatekeeper", password);
  const question = await ask(alder, "And after dialysis?", "Asking for the same ward.", { topics: "dialysis" });
  await vote(alder, question, await answer(birch, question, "The other half."), 1, 2);
  await house.settle();
  assert.equal(await live(), inForce);
  await page.goto(path);
  assert.match(await said(), /It failed while it was in use \(journal entry \d+\), so the rule before it holds on: .*a day too far/);
  const aside = await gate.json(path);
  assert.ok(aside.until > aside.active_from, "the entry that put it aside");
  assert.deepEqual(await axe(page), []);
  await shot(page, "rule-put-aside");
  await page.goto("/admin/rules");
  assert.match(await page.locator("tr", { hasText: "Now in earnest." }).innerText(), /put aside/);
  assert.equal((await alder.get(`/q/${question}`)).status, 200);
  assert.deepEqual(page.faults, []);
});

test("a rule that errs on a day of its shadow is stopped there, and the one in force never meets it", async () => {
  errsFrom = Math.floor(house.time / DAY) + 5;
  await propose(mayfly(), "Seen too late by its trial.");
  const path = new URL(page.url()).pathname;
  assert.equal((await tried()).trial_state, "passed");
  await gate.submit(path, `${path}/shadow`, {}, { expect: 303 });
  house.setTime(house.time + 14 * DAY);
  await Promise.all([gate, alder, birch].map((client) => house.renew(client)));
  latch.cookies.clear();
  await key.signIn(latch);
  await ask(alder, "And a year after dialysis?", "Asking once more.", { topics: "dialysis" });
  await house.settle();
  house.setTime(house.time + 2 * DAY);
  await Promise.all([gate, latch].map((client) => client.cookies.clear()));
  await key.signIn(latch);
  await house.renew(gate);
  let seen;
  for (let i = 0; i < 200 && !(seen = await gate.json(path)).days[0]?.why; i++) await sleep(100);
  assert.match(seen.days[0].why, /at event \d+ of the journal: .*a day too far/);
  assert.match(seen.shadow_words, /failed in the shadow, so it cannot be approved/);
  const view = await latch.get(path);
  assert.equal((await latch.json(path)).can_approve, false);
  assert.ok((await latch.post(`${path}/approve`, hiddenFields(view.text, `${path}/withdraw`))).status >= 400);
  assert.equal((await gate.json(path)).rule.state, "proposed");
  assert.equal(await live(), inForce);
});
