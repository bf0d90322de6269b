// Earmarks by a selector: placed by a sponsor in the browser and on the command line, earned, settled, read by the payee, verified and audited.
// SHOTS=DIR keeps pictures.
// test-seconds: 240
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { House, password, ask, answer, vote, DAY } from "../support/house.mjs";
import { launch, open, signIn, sound, shot, tabTo } from "../support/browser.mjs";
import { campaign, closeMonth, tick } from "../support/money.mjs";

const day = (ms) => new Date(ms).toISOString().slice(0, 10);
const RECEIPT_MAX = 4096;
let house, browser, admin, sponsor, fund;
const people = {}, pages = [], it = {};
const page = async (options) => pages[pages.push(await open(browser, house.origin, options)) - 1];
const file = (name, content) => {
  const path = join(house.folder, name);
  writeFileSync(path, content);
  return path;
};

before(async () => {
  house = await House.start({ conf: { "ledger.close_alone": 0, "ledger.close_bucket": 64, "ledger.embargo_days": 0, "earmark.audience": 3 } });
  browser = await launch();
  admin = await house.admin();
  house.staff("Halden", "sponsor", "Halden Bio");
  for (const name of ["Alder", "Birch", "Cedar", "Dogwood", "Elder"]) people[name] = await house.physician(name);
  sponsor = await house.signIn("Halden");
  fund = await campaign(house, sponsor, admin);
  const { Alder, Birch, Cedar, Dogwood, Elder } = people;
  const question = await ask(Alder, "Which anticoagulant on dialysis?", "What do you do?", { topics: "dialysis" });
  for (let i = 0; i < 12; i++) await answer([Birch, Cedar, Dogwood, Elder][i % 4], question, `Answer ${i} from practice, and what came of it.`);
  await closeMonth(house, admin, "2026-03");
  await house.settle();
  for (const client of [sponsor, ...Object.values(people)]) await house.renew(client);
});
after(async () => {
  await browser?.close();
  await house?.stop();
});

const choose = async (at) => at.locator("input[data-part=on]:not([value=''])").check();
const value = (name) => `[data-value=${name}]`;

test("the form of a selector is made from what it declares, says how much fits without asking anybody, and refuses what cannot earn", async () => {
  const at = await page();
  await signIn(at, "Halden", password);
  await at.goto(`/sponsor/campaign/${fund}`);
  await at.locator("#place").waitFor();
  assert.equal(await at.locator(value("topic")).isVisible(), false, "chosen by hand, it is not there");
  await choose(at);
  assert.equal(await at.locator("#target").isVisible(), false);
  assert.deepEqual(await at.locator("[data-value]").evaluateAll((all) => all.map((one) => one.dataset.value)), ["topic", "kind", "specialty", "first", "days"]);
  const asked = [];
  at.on("request", (request) => asked.push(request.url()));
  const reach = at.locator("[data-reach]");
  await at.fill(value("topic"), "dialysis");
  await at.selectOption(value("kind"), "4");
  await at.locator("input[data-part=kind][value='3']").check();
  assert.match(await reach.textContent(), /^In March 2026, at least 10 answers in threads on dialysis;.*fewer than 50 active members, of 3 needed: perhaps too few/);
  await at.fill(value("topic"), "liver");
  assert.match(await reach.textContent(), /fewer than 10 answers in threads on liver/, "a topic that few write on");
  await at.selectOption(value("kind"), "1");
  assert.match(await reach.textContent(), /fewer than 10 questions/);
  for (const [name, wrong, kind, words] of [["first", "1001", "3", /“first” is a whole number from 0 to 1000/], ["first", "2", "2", /by answers alone/]]) {
    await at.fill(value(name), wrong);
    await at.locator(`input[data-part=kind][value='${kind}']`).check();
    await at.getByRole("button", { name: "Seal and place" }).click();
    assert.match(await at.locator("#seal-problem").textContent(), words);
  }
  assert.deepEqual(asked, [], "not one request while it was chosen");
  await at.evaluate(() => fetch("/sponsor/totals"));
  assert.equal(asked.length, 1, "one would have been seen (control)");
  assert.deepEqual(at.faults, []);
});

test("it is right at every width, light and dark, by keyboard alone, and without script the figures can be read", async () => {
  const at = await page({ width: 360, height: 740 });
  await signIn(at, "Halden", password);
  await at.goto(`/sponsor/campaign/${fund}`);
  await tabTo(at, "input[data-part=on]");
  await at.keyboard.press("ArrowDown");
  await at.fill(value("topic"), "dialysis");
  await at.locator("summary", { hasText: "What selectors can take" }).click();
  await sound(at, "selector");
  await tabTo(at, value("days"));
  const plain = await page({ script: false });
  await signIn(plain, "Halden", password);
  await plain.goto(`/sponsor/campaign/${fund}`);
  await plain.locator("summary", { hasText: "What selectors can take" }).click();
  assert.match(await plain.locator("table", { hasText: "dialysis" }).textContent(), /dialysis\s*0\s*0\s*0\s*10/);
  assert.equal(await plain.locator("#envelope").isVisible(), true, "what is sealed elsewhere goes in here");
  assert.match(await plain.locator("main").textContent(), /at least 3 active members/);
});

test("a sponsor places one in the browser, and nothing that is sent tells what it is on", async () => {
  const at = await page({ width: 768 });
  await signIn(at, "Halden", password);
  await at.goto(`/sponsor/campaign/${fund}`);
  await choose(at);
  await at.fill(value("topic"), "dialysis");
  await at.selectOption(value("kind"), "4");
  await at.locator("input[data-part=kind][value='3']").check();
  for (const [field, text] of Object.entries({ amount: "20", cap: "400", payees: "40", until: day(house.time + 20 * DAY) })) await at.fill(`#${field}`, text);
  const sent = [];
  at.on("request", (request) => request.method() === "POST" && sent.push(new URLSearchParams(request.postData())));
  await shot(at, "selector-before");
  await at.getByRole("button", { name: "Seal and place" }).click();
  await at.getByRole("status").first().waitFor();
  await shot(at, "selector-placed");
  assert.match(await at.getByRole("status").first().textContent(), /fewer than 3 active members could have, it pays nobody/);
  assert.equal(sent.length, 1);
  assert.deepEqual([...sent[0].keys()].sort(), ["envelope", "form", "public_key", "request"]);
  assert.equal(sent[0].get("envelope").length, 11840, "of one size, whatever is in it");
  assert.deepEqual(at.faults, []);
});

test("another is sealed on the command line, for the first answers of each question", async () => {
  const terms = await sponsor.json(`/sponsor/campaign/${fund}`);
  const lines = [`key ${join(house.folder, "sponsor-key")}`, `box ${terms.box}`, `campaign ${fund}`, `rule ${terms.rules.split(" ")[2]}`,
    "kind votes", "match topic=cardiology, kind=4, first=1", "each 7.00", "all 400.00", "members 40", "days 20"];
  const seal = (more) => house.run("curbside", ["ledger", "seal", file("order", more.join("\n") + "\n")]);
  const done = seal(lines);
  assert.equal(done.status, 0, done.stderr);
  const [public_key, envelope] = done.stdout.trim().split("\n");
  const place = `/sponsor/campaign/${fund}`;
  await sponsor.submit(place, `${place}/earmark`, { envelope, public_key }, { expect: 303 });
  for (const wrong of ["match first=1001", "match colour=red", "match kind=9"])
    assert.notEqual(seal(lines.map((line) => (line.startsWith("match") ? wrong : line))).status, 0, wrong);
  await tick(house);
});

test("who voted on what they take is paid when the month is settled, and no link of the statement is dead", async () => {
  const { Alder, Birch, Cedar, Dogwood, Elder } = people;
  const other = await ask(Alder, "How do you dose after a bypass?", "What do you do?", { topics: "cardiology" });
  it.question = await ask(Alder, "And at home, between sessions?", "What do you do?", { topics: "dialysis" });
  it.taken = await answer(Birch, it.question, "The lower dose.");
  const first = await answer(Birch, other, "By weight."), second = await answer(Birch, other, "Or by age, where weight is not known.");
  for (const voter of [Cedar, Dogwood]) await vote(voter, it.question, it.taken, 1, 1);
  await vote(Cedar, other, first, 2, 1);
  await vote(Elder, other, second, 1, 1);
  await closeMonth(house, admin, "2026-04");
  await house.settle();
  const earned = {};
  for (const name of ["Cedar", "Dogwood", "Elder"]) {
    await house.renew(people[name]);
    const statement = (await people[name].json("/earnings")).statements.find((one) => one.period === "2026-04");
    earned[name] = statement.payments.flatMap((one) => one.parts.map(({ words, amount }) => `${words}: ${amount}`));
    it[name] = statement.payments;
  }
  assert.deepEqual(earned, {
    Cedar: ["Your vote, chosen by a selector: $20.00", "Your vote, chosen by a selector: $7.00"],
    Dogwood: ["Your vote, chosen by a selector: $20.00"],
    Elder: [],
  }, "the second answer is not the first, and a vote either way is a vote");
  const at = await page({ width: 360, height: 740 });
  await signIn(at, "Cedar", password);
  await at.goto("/earnings");
  await sound(at, "selector earnings");
  const links = await at.locator("main a[href]").evaluateAll((all) => all.map((one) => one.getAttribute("href")));
  assert.ok(links.length > 6, links.join(" "));
  for (const link of new Set(links)) {
    const [path, anchor] = link.split("#");
    const found = await people.Cedar.get(path);
    assert.equal(found.status, 200, link);
    if (anchor && path.startsWith("/q/")) assert.ok(found.text.includes(`id="${anchor}"`), link);
  }
});

test("its receipts are below 4 KB each and hold: in the browser, by our command, and the opening is what was committed to", async () => {
  const [payment] = it.Cedar, sizes = [];
  const got = async (query = "") => {
    const found = await people.Cedar.get(`/earnings/${payment.id}/receipt${query}`);
    assert.equal(found.status, 200);
    return found.text;
  };
  const receipts = [await got()];
  for (const { number } of payment.parts) {
    const proof = await got(`?part=${number}`), opening = await got(`?part=${number}&opening=1`);
    const leaf = Buffer.from(/^extra (.*)$/m.exec(proof)[1], "base64"), plain = Buffer.from(opening.trim(), "hex");
    assert.deepEqual(createHash("sha256").update("ldg/earmark/v1\n").update(plain).digest(), leaf.subarray(72, 104));
    assert.match(plain.subarray(32 + 240).toString("latin1"), /^votes by [0-9a-f]{64}( \d+){5}\0*$/);
    receipts.push(proof);
    sizes.push(opening.length);
  }
  for (const [i, text] of receipts.entries()) {
    assert.ok(Buffer.byteLength(text) < RECEIPT_MAX, `${Buffer.byteLength(text)} bytes`);
    house.must("curbside", ["ledger", "check", file(`receipt-${i}.txt`, text)]);
    const spoilt = Buffer.from(text);
    spoilt[spoilt.indexOf("extra ") + 60] ^= 1;
    assert.notEqual(house.run("curbside", ["ledger", "check", file("spoilt.txt", spoilt)]).status, 0, "a changed one does not (control)");
  }
  console.log(`# receipts: ${receipts.map((text) => Buffer.byteLength(text)).join(", ")} bytes; openings: ${sizes.join(", ")}`);
  const at = await page();
  await signIn(at, "Cedar", password);
  await at.goto(`/about/receipt#${payment.id}`);
  await at.setInputFiles("#verify-receipt", receipts.map((_, i) => join(house.folder, `receipt-${i}.txt`)));
  await at.getByRole("button", { name: "Verify" }).click();
  await at.locator("[data-verify-found] :text('27.00')").first().waitFor();
});

test("the ledger is sound, replays to the same, and an auditor with the openings and the journal comes to the same payees", async () => {
  await closeMonth(house, admin, "2026-05");
  assert.match(house.must("curbside", ["ledger", "verify"]), /^sound: /);
  house.must("curbside", ["ledger", "replay"]);
  const openings = file("openings", house.must("curbside", ["ledger", "openings"]));
  const selection = file("selection", house.must("curbside", ["ledger", "selection"]));
  assert.match(house.must("curbside", ["ledger", "audit", openings, selection]), /3 payments went to members/);
});
