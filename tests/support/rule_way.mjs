// The way of a changed rule of pay through a whole house, as an admin and another one walk it in a browser: for tests of single rules.
import assert from "node:assert/strict";
import { House, DAY, password, sleep } from "./house.mjs";
import { launch, open, signIn } from "./browser.mjs";
import { hiddenFields } from "./client.mjs";
import { Passkey, challengeOf } from "./second.mjs";

export class RuleWay {
  // rule: reward/posting ...; conf: settings; names: physicians who are let in.
  static async start(rule, { conf = {}, names = [], seed = null } = {}) {
    const way = new RuleWay();
    way.rules = `/admin/rules?name=${rule}`;
    [way.house, way.browser] = await Promise.all([House.start({ conf: { "site.url": "own", ...conf }, seed }), launch()]);
    way.gate = await way.house.admin();
    way.house.staff("Latch", "admin");
    way.latch = await way.house.signIn("Latch");
    way.key = new Passkey(way.house.origin);
    await way.key.add(way.latch);
    way.people = [];
    for (const name of names) way.people.push(await way.house.physician(name));
    return way;
  }
  async stop() { await this.browser?.close(); await this.house?.stop(); }
  // When the past that trials are of is there.
  async begin() {
    this.page = await open(this.browser, this.house.origin);
    await signIn(this.page, "Gatekeeper", password);
    ({ script: this.script } = await this.gate.json(this.rules));
    this.inForce = await this.live();
  }

  async renew() {
    for (const client of [this.gate, ...this.people]) await this.house.renew(client);
    this.latch.cookies.clear();
    await this.key.signIn(this.latch);
    if (this.page) await signIn(this.page, "Gatekeeper", password);
  }
  async later(days) {
    this.house.setTime(this.house.time + days * DAY);
    await this.renew();
  }
  async live() { return (await this.gate.json(this.rules)).constants.map(({ name, active }) => `${name}=${active}`).join(" "); }
  write(text) { return this.page.evaluate((value) => document.querySelector(".CodeMirror").CodeMirror.setValue(value), text); }
  press(name) { return Promise.all([this.page.waitForNavigation(), this.page.getByRole("button", { name }).click()]); }
  said() { return this.page.locator("main").innerText(); }
  async propose(text, reason, of = this.rules) {
    await this.page.goto(of);
    await this.write(text);
    await this.page.fill("#reason", reason);
    await this.press("Propose");
    return new URL(this.page.url()).pathname;
  }
  async until(path, holds, client = this.gate) {
    let seen;
    for (let i = 0; i < 1200; i++) {
      seen = await client.json(path);
      if (holds(seen)) return seen;
      await sleep(100);
    }
    const { trial_state, trial_words, months_state, months_words, shadow_words, why_not } = seen;
    assert.fail(`it does not come to that: ${path} ${JSON.stringify({ trial_state, trial_words, months_state, months_words, shadow_words, why_not })}`);
  }
  // Until ranker and paymaster have said what they have to.
  tried(path) {
    const over = (state) => !["waiting", "running", "unknown"].includes(state);
    return this.until(path, ({ trial_state, months_state }) => over(trial_state) && (trial_state === "failed" || over(months_state)));
  }
  // The clerk is told a moment after the page knows: the form is sent until it is taken.
  async intoShadow(path) {
    await this.page.goto(path);
    for (let i = 0; i < 50; i++) {
      await this.press("Let it run in the shadow");
      if ((await this.gate.json(path)).can_shadow === false) return;
      await sleep(100);
    }
    assert.fail("it does not go into the shadow");
  }
  // Neither into the shadow nor into force, by whatever way it is sent.
  async refused(path) {
    const view = await this.latch.json(path);
    assert.equal(view.can_approve, false);
    const fields = hiddenFields((await this.latch.get(path)).text, `${path}/withdraw`);
    for (const step of ["approve", "shadow"])
      if (step === "approve" || !view.can_shadow) assert.equal((await this.latch.post(`${path}/${step}`, fields)).status >= 400, true, step);
    assert.equal((await this.gate.json(path)).rule.state, "proposed");
    assert.equal(await this.live(), this.inForce, "the rule in force is untouched");
  }
  async approve(path) {
    await this.until(path, ({ can_approve }) => can_approve, this.latch);
    await this.key.confirm(this.latch, path, `${path}/approve`);
    await this.house.settle();
    const active = await this.gate.json(path);
    assert.equal(active.rule.state, "active");
    assert.ok(active.active_from > 0);
    assert.equal(active.until, 0);
    return active;
  }
  async rollBack(path) {
    const shown = await this.latch.get(path);
    const fields = { ...hiddenFields(shown.text, `${path}/rollback`), reason: "It was better before.", ...this.key.get(challengeOf(shown.text)) };
    assert.equal((await this.latch.post(`${path}/rollback`, fields)).status, 303);
    await this.house.settle();
    assert.equal(await this.live(), this.inForce);
    return this.gate.json(path);
  }
}
