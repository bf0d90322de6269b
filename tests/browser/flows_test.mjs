// What each role does, in headless Chromium: with the mouse and script, with the keyboard alone, and without script. The page's own policy
// must refuse nothing on the way. SHOTS=DIR keeps pictures.
// test-seconds: 150
import assert from "node:assert/strict";
import { copyFileSync, existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test, after, before } from "node:test";
import { House, DAY, password, npi, ask } from "../support/house.mjs";
import { launch, open, passkeyFor, shot, signIn, tabTo, writeScript } from "../support/browser.mjs";
import { tick } from "../support/money.mjs";

let house,
  browser,
  pages = [],
  ids = {};
const day = (ms) => new Date(ms).toISOString().slice(0, 10);
async function page(options) {
  const made = await open(browser, house.origin, options);
  pages.push(made);
  return made;
}
// Every page that was used, and what its policy or script complained about.
async function clean() {
  const faults = pages.flatMap((view) => view.faults);
  for (const view of pages) await view.context().close();
  pages = [];
  assert.deepEqual(faults, []);
}

before(async () => {
  house = await House.start({ conf: { "ledger.close_alone": 0, "ledger.close_bucket": 64, "site.url": "own", "payout.charities": "msf=Doctors Without Borders; food=Food Bank" } });
  browser = await launch();
  house.staff("Gatekeeper", "admin");
  house.staff("Latch", "admin");
  house.staff("Warden", "admin"); // these two have passkeys
  house.staff("Auditor", "admin");
  house.staff("Halden", "sponsor", "Halden Bio");
  house.adminClient = await house.signIn("Gatekeeper");
  ids.alder = (await house.physician("Alder")).member;
  await house.physician("Birch");
  ids.warfarin = await ask(
    await house.signIn("Alder"),
    "Is warfarin still reasonable on haemodialysis?",
    "Three years on dialysis, no bleeding so far.",
  );
});
after(async () => {
  await browser?.close();
  await house?.stop();
});

// ---- with script and mouse ----
test("a physician applies on a phone, waits, and is let in by an admin", async () => {
  const phone = await page({ width: 360, height: 740 });
  await phone.goto("/");
  await phone.waitForURL(/\/login/);
  await phone.getByRole("link", { name: "Join as a physician" }).click();
  for (const [field, value] of Object.entries({
    pseudonym: "Cedar",
    specialty: "nephrology",
    first_name: "Ada",
    last_name: "Cedarling",
    npi: npi(301),
    state: "MO",
    licence: "2018000301",
    email: "cedar@demo.example",
    password,
  }))
    await phone.fill(`#${field}`, value);
  await phone.getByRole("button", { name: "Apply" }).click();
  await phone.waitForURL(/joined/);
  await shot(phone, "joined");
  await signIn(phone, "Cedar", password);
  assert.match(phone.url(), /\/waiting$/);
  await phone.goto("/ask");
  assert.match(phone.url(), /\/waiting$/, "the door is not open yet");
  const desk = await page();
  await signIn(desk, "Gatekeeper", password);
  await desk.goto("/admin/members");
  const card = desk.locator("article.application", { hasText: "“Cedar”" });
  await card.locator("input[name=reason]").fill("Licence and NPI agree with the lists.");
  await card.getByRole("button", { name: /^Let in, for this reason/ }).click();
  await desk.getByRole("status").first().waitFor();
  await phone.goto("/");
  assert.match(phone.url(), /\/$/);
  await clean();
});

test("a physician asks with similar questions and a preview, another answers, a third votes, and the page says why", async () => {
  const alder = await page();
  await signIn(alder, "Alder", password);
  await alder.getByRole("link", { name: "Ask" }).click();
  await alder.locator("#title").pressSequentially("Warfarin on haemodialysis in the", { delay: 5 });
  await alder.locator("#similar a", { hasText: "Is warfarin still reasonable" }).waitFor();
  await alder.fill("#title", "Which dose of apixaban on haemodialysis?");
  await alder.fill("#body", "Two patients.\n\n- one is **small**\n- both are <b>old</b>");
  await alder.locator("section[aria-label=Preview] strong", { hasText: "small" }).waitFor();
  assert.equal(await alder.locator("section[aria-label=Preview] b").count(), 0, "markup that was typed stays text");
  await alder.fill("#topics", "nephrology, anticoagulation");
  await shot(alder, "ask");
  await alder.getByRole("button", { name: "Post", exact: true }).click();
  await alder.waitForURL(/\/q\/\d+/);
  ids.question = Number(alder.url().match(/\/q\/(\d+)/)[1]);

  const birch = await page({ width: 768 });
  await signIn(birch, "Birch", password);
  await birch.goto(`/q/${ids.question}`);
  await birch.fill("#answer-body", "2.5 mg twice a day; we saw no bleeding in eleven patients.");
  await birch.getByRole("button", { name: "Post answer" }).click();
  await birch.waitForURL(/#p\d+/);
  ids.answer = Number(birch.url().match(/#p(\d+)/)[1]);

  const cedar = await page({ width: 360, height: 740 });
  await signIn(cedar, "Cedar", password);
  await cedar.goto(`/q/${ids.question}`);
  const form = cedar.locator(`form[action="/p/${ids.answer}/vote"]`);
  await form.getByLabel("Corroborate").check();
  await form.locator("select").selectOption("2");
  await form.getByRole("button").first().click();
  await cedar.getByText(/You corroborate/).waitFor();
  await shot(cedar, "voted");
  await house.settle();
  await alder.goto(`/q/${ids.question}`);
  await alder.getByText("No total yet").first().waitFor(); // one vote is no step
  await alder.goto(`/why/posting/${ids.answer}`);
  assert.ok((await alder.locator("main li").count()) > 0, "there are reasons");
  await alder.goto("/notices");
  await alder
    .getByText(/Which dose of apixaban/)
    .first()
    .waitFor();
  await alder.goto("/search?q=apixaban+dialysis");
  await alder
    .getByRole("link", { name: /Which dose of apixaban/ })
    .first()
    .waitFor();
  await clean();
});

test("a sponsor opens a campaign, an admin books the deposit, an earmark is set, and after the month the payee reads a statement and the sponsor totals", async () => {
  const sponsor = await page();
  await signIn(sponsor, "Halden", password);
  await sponsor.goto("/sponsor/campaigns");
  for (const [field, value] of Object.entries({
    name: "Anticoagulation in the very old",
    product: "Oral anticoagulants",
    starts: day(house.time),
    ends: day(house.time + 100 * DAY),
    deposit: "5000",
  }))
    await sponsor.fill(`#${field}`, value);
  await sponsor.getByRole("button", { name: "Open campaign" }).click();
  await sponsor.waitForURL(/\/sponsor\/campaign/);
  const desk = await page();
  await signIn(desk, "Gatekeeper", password);
  await desk.goto("/admin/ledger");
  await desk.locator("input[name=amount]").first().fill("5000");
  await desk
    .getByRole("button", { name: /^Book deposit/ })
    .first()
    .click();
  await desk.getByRole("status").first().waitFor();
  await sponsor.goto("/sponsor/campaigns");
  await sponsor.locator("section.card a", { hasText: "Anticoagulation" }).first().click();
  await sponsor.fill("#target", String(ids.answer));
  await sponsor.locator("input[data-part=kind][value='3']").check();
  for (const [field, value] of Object.entries({
    amount: "12",
    cap: "600",
    payees: "40",
    until: day(house.time + 60 * DAY),
  }))
    await sponsor.fill(`#${field}`, value);
  await shot(sponsor, "earmark");
  await sponsor.getByRole("button", { name: "Seal and place" }).click();
  await sponsor.getByRole("status").first().waitFor();
  await tick(house);
  await house.physician("Tamarack"); // one who has not looked: who asked sees everything, and earns nothing by voting
  const tamarack = await page();
  await signIn(tamarack, "Tamarack", password);
  await tamarack.goto(`/q/${ids.question}`);
  const form = tamarack.locator(`form[action="/p/${ids.answer}/vote"]`);
  await form.getByLabel("Dispute").check();
  await form.getByRole("button").first().click();
  await tamarack.getByText(/You dispute/).waitFor();
  await house.settle();
  house.setTime(Date.UTC(2026, 3, 1, 6));
  await signIn(desk, "Gatekeeper", password);
  await desk.goto("/admin/ledger");
  await desk.locator("form[action='/admin/period'] button").click();
  await desk
    .getByText(/closed on/)
    .first()
    .waitFor();
  await signIn(tamarack, "Tamarack", password);
  await tamarack.goto("/earnings");
  await tamarack.getByText("Your vote").first().waitFor();
  const [file] = await Promise.all([
    tamarack.waitForEvent("download"),
    tamarack
      .getByRole("link", { name: /^Receipt/ })
      .first()
      .click(),
  ]);
  const stream = await file.createReadStream(),
    parts = [];
  for await (const part of stream) parts.push(part);
  assert.match(Buffer.concat(parts).toString(), /c2sp.org\/tlog-proof@v1/);
  await shot(tamarack, "earnings");
  assert.match(await tamarack.locator(".figures").innerText(), /Held\s+\$12\.00\s+Payable 14 days after/);
  /* Judged in the browser, with all that belongs to it; a changed amount proves nothing. */
  await tamarack.getByRole("link", { name: /^Verify this payment/ }).first().click();
  await tamarack.getByText(/a reward of \$12\.00 stands in the ledger/).waitFor();
  await tamarack.getByText("this was promised").waitFor();
  assert.equal(await tamarack.locator(".notice.bad").count(), 0);
  await shot(tamarack, "verify");
  const text = Buffer.concat(parts).toString(), extra = /^extra (.*)$/m.exec(text)[1], leaf = Buffer.from(extra, "base64");
  leaf[127] ^= 1;
  await tamarack.locator("#verify-receipt").setInputFiles({ name: "forged.txt", mimeType: "text/plain", buffer: Buffer.from(text.replace(extra, leaf.toString("base64"))) });
  await tamarack.getByRole("button", { name: "Verify", exact: true }).click();
  await tamarack.getByText(/forged\.txt: this proves nothing/).waitFor();
  await signIn(sponsor, "Halden", password);
  await sponsor.goto("/sponsor/totals");
  await sponsor.getByText("Anticoagulation in the very old").first().waitFor();
  await sponsor.goto("/sponsor/reports");
  await clean();
});

// A batch from holding the money to the file, as an operator does it on both machines; gives the file's path and the holds' ids.
function batch(folder, list) {
  const keys = join(house.state, "keys/offline/identity.secret");
  mkdirSync(folder, { recursive: true });
  copyFileSync(list, join(folder, "list"));
  copyFileSync(join(house.state, "identity/identity.db"), join(folder, "identity.db"));
  if (existsSync(join(house.state, "identity/identity.db-wal"))) copyFileSync(join(house.state, "identity/identity.db-wal"), join(folder, "identity.db-wal"));
  const payees = house.must("curbside", ["identity", "payees", join(folder, "identity.db"), "--key", keys, "--list", list,
    "--reason", "the bank's file of this month"]);
  writeFileSync(join(folder, "payees"), payees);
  writeFileSync(join(folder, "house"), "Example Rewards\t121042882\t000123456789\t\t1121042882\tFederal Reserve Bank\n");
  const file = house.must("curbside", ["ledger", "file", folder]).split(":")[0];
  house.must("curbside", ["ledger", "exported", file]);
  return { file, holds: [...readFileSync(list, "utf8").matchAll(/^([0-9a-f]{32}) /gm)].map((found) => found[1]), payees };
}

test("a member says where the money goes, asks for it, and follows it to the bank, back, and through", async () => {
  house.advance(15 * DAY);
  const tamarack = await page();
  await signIn(tamarack, "Tamarack", password);
  await tamarack.goto("/earnings");
  assert.match(await tamarack.locator(".figures").innerText(), /Payable\s+\$12\.00\s+Waits until you say where it goes/);
  await tamarack.getByRole("link", { name: "Say where it goes" }).click();
  const give = async (routing) => {
    await tamarack.fill("#routing", routing);
    await tamarack.fill("#account", "000 4477");
    await tamarack.fill("#holder", "Tamara Ackerman");
    await tamarack.fill("#payee_password", password);
    await tamarack.getByRole("button", { name: "Seal and keep" }).click();
  };
  await give("021000022");
  await tamarack.getByText("its nine digits do not check").first().waitFor();
  assert.equal(await tamarack.inputValue("#account"), "000 4477");
  await give("021000021");
  await tamarack.getByText(/Kept, and sealed/).waitFor();
  assert.ok(!(await tamarack.content()).includes("4477"));
  await shot(tamarack, "payout");
  await tamarack.fill("#tax_name", "Tamara Ackerman");
  await tamarack.fill("#tin", "078-05-1121");
  await tamarack.fill("#street", "1 Main St");
  await tamarack.fill("#place", "Springfield, MO 65801");
  await tamarack.fill("#tax_password", password);
  await tamarack.getByRole("button", { name: "Sign and seal" }).click();
  await tamarack.getByText("only if you certify it").first().waitFor();
  await tamarack.check("[name=certified]");
  await tamarack.fill("#tin", "078-05-1121");
  await tamarack.fill("#tax_password", password);
  await tamarack.getByRole("button", { name: "Sign and seal" }).click();
  await tamarack.getByText("Your tax form is kept").waitFor();
  const ask_it = async () => {
    await house.settle();
    await tamarack.goto("/earnings");
    await tamarack.getByRole("button", { name: "Ask for a payout now" }).click();
    await tamarack.getByText(/^Asked:/).waitFor();
    await house.settle();
  };
  const told = async (words) => {
    await tamarack.goto("/earnings");
    await tamarack.getByText(words).waitFor();
  };
  /* One admin proposes, another's passkey confirms; the paymaster leaves the list for the bank's file. */
  const lists = () => readdirSync(join(house.state, "outbox")).filter((name) => name.endsWith(".list"));
  const warden = await page();
  await passkeyFor(warden, "Warden", password);
  const held = async () => {
    const latch = await page(), before = existsSync(join(house.state, "outbox")) ? lists() : [];
    await signIn(latch, "Latch", password);
    await latch.goto("/admin/payouts");
    await latch.getByRole("button", { name: /^Propose a batch of \$12\.00/ }).click();
    await latch.getByText(/^Proposed\./).waitFor();
    assert.equal(await latch.getByRole("button", { name: /^Confirm/ }).count(), 0, "nobody confirms what he proposed himself");
    await warden.goto("/admin/operations");
    await shot(warden, "operations");
    await warden.getByRole("button", { name: /^Confirm exactly this/ }).first().click();
    await warden.waitForURL(/operations$/);
    for (let i = 0; i < 100 && (!existsSync(join(house.state, "outbox")) || lists().length === before.length); i++) await latch.waitForTimeout(50);
    const fresh = lists().filter((name) => !before.includes(name));
    assert.equal(fresh.length, 1, "one batch is held");
    return join(house.state, "outbox", fresh[0]);
  };
  await ask_it();
  assert.match(house.must("curbside", ["ledger", "pay", "nacha"]), /^proposed as operation 1:/); /* one person alone holds nothing */
  assert.ok(!existsSync(join(house.state, "outbox")) || lists().length === 0);
  const first = batch(join(house.state, "outbox/first"), await held());
  assert.match(first.payees, /^[0-9]+\tTamara Ackerman\t021000021\t0004477\t\n$/);
  await told("is on its way to your bank.");
  /* The bank returns it (addenda 99, R03): its entry as it was sent, and why it comes back. */
  const lines = readFileSync(first.file, "latin1").split("\n"), entry = lines.find((line) => line.startsWith("6"));
  const back = [lines[0], lines[1], entry.slice(0, 78) + "1" + entry.slice(79), ("799R03" + entry.slice(79)).padEnd(94)].join("\n") + "\n";
  writeFileSync(join(house.state, "outbox/back.ach"), back);
  assert.match(house.must("curbside", ["ledger", "returns", join(house.state, "outbox/back.ach")]), /1 of 1 answers taken/);
  await told("came back: there is no such account. It is yours again.");
  await ask_it();
  const second = batch(join(house.state, "outbox/second"), await held());
  writeFileSync(join(house.state, "outbox/answer.xml"), `<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.002.001.10"><CstmrPmtStsRpt>
<OrgnlPmtInfAndSts><TxInfAndSts><OrgnlEndToEndId>${second.holds[0]}</OrgnlEndToEndId><TxSts>ACSC</TxSts></TxInfAndSts></OrgnlPmtInfAndSts>
</CstmrPmtStsRpt></Document>`);
  assert.match(house.must("curbside", ["ledger", "returns", join(house.state, "outbox/answer.xml")]), /1 of 1 answers taken/);
  await told("was carried out by the bank.");
  await shot(tamarack, "paid");
  assert.match(await tamarack.locator(".figures").innerText(), /Payable\s+\$0\.00[\s\S]*Paid out\s+\$12\.00/);
  house.must("curbside", ["ledger", "verify"]);
  await clean();
});

test("a member gives rewards to a charity instead, and may take that back", async () => {
  const birch = await page();
  await signIn(birch, "Tamarack", password);
  await birch.goto("/account/payout");
  assert.ok(await birch.getByLabel("No: to the account above").isChecked(), "nothing is given away unasked");
  await birch.getByLabel("Food Bank").check();
  await birch.fill("#payee_password", "not the password");
  await birch.getByRole("button", { name: "Seal and keep" }).click();
  await birch.locator("#problems").waitFor();
  assert.ok(await birch.getByLabel("Food Bank").isChecked(), "what was chosen is still chosen");
  await birch.fill("#payee_password", password);
  await birch.getByRole("button", { name: "Seal and keep" }).click();
  await birch.getByText(/Your rewards go to Food Bank, instead of to you, since/).waitFor();
  await shot(birch, "charity");
  await house.settle();
  await birch.goto("/earnings");
  await birch.getByText("Your rewards go to the charity you chose.").waitFor();
  await birch.goto("/account/payout");
  await birch.getByLabel("No: to the account above").check();
  await birch.fill("#payee_password", password);
  await birch.getByRole("button", { name: "Seal and keep" }).click();
  await birch.getByText("Nowhere yet.").waitFor();
  await clean();
});

test("an admin proposes a rule, reads its trial, another approves it; the house and the ledger are looked at", async () => {
  const first = await page();
  await signIn(first, "Gatekeeper", password);
  await first.goto("/admin/rules");
  const script = await first.inputValue("#script"),
    changed = script.replace(/(vote_part\s*=\s*{\s*)[\d.]+/, "$10.06");
  assert.ok(changed !== script, "the script in force is in the form");
  await writeScript(first, changed);
  await first.fill("#reason", "Telling right from wrong counts a little more.");
  await first.getByRole("button", { name: /^Propose/ }).click();
  await first.waitForURL(/\/admin\/rule\/\d+/);
  const path = new URL(first.url()).pathname;
  for (
    let i = 0;
    i < 50 && !(await first.getByText(/Members it would move|would move|moves nobody|Nobody/i).count());
    i++
  ) {
    await first.waitForTimeout(200);
    await first.goto(path);
  }
  await shot(first, "trial");
  assert.equal(
    await first.getByRole("button", { name: /^Approve/ }).count(),
    0,
    "nobody approves a proposal of his own",
  );
  const second = await page();
  await passkeyFor(second, "Auditor", password);
  await second.goto(path);
  await second.getByRole("button", { name: /^Approve/ }).click();
  await second
    .getByText(/from journal entry/)
    .first()
    .waitFor();
  for (const place of ["/admin/status", "/admin/ledger", "/admin/members"]) {
    await second.goto(place);
    await second.locator("h1").waitFor();
  }
  await clean();
});

// ---- with the keyboard alone ----
test("with the keyboard alone: skip link, signing in, asking, answering, voting", async () => {
  const view = await page({ width: 1280 });
  await view.goto("/login");
  await view.keyboard.press("Tab");
  assert.equal(
    await view.evaluate(() => document.activeElement.getAttribute("href")),
    "#main",
    "the first stop is the way to the content",
  );
  await tabTo(view, "#name");
  await view.keyboard.type("Cedar");
  await tabTo(view, "#password");
  await view.keyboard.type(password);
  await view.keyboard.press("Enter");
  await view.waitForURL((url) => !url.pathname.startsWith("/login"));
  await tabTo(view, "a[href='/ask']");
  await view.keyboard.press("Enter");
  await view.waitForURL(/\/ask/);
  await tabTo(view, "#title");
  await view.keyboard.type("Who checks anti-Xa levels on dialysis?");
  await tabTo(view, "#body");
  await view.keyboard.type("And how often? Typed without a mouse.");
  await tabTo(view, "#topics");
  await view.keyboard.type("nephrology");
  await tabTo(view, "main button.primary");
  await view.keyboard.press("Enter");
  await view.waitForURL(/\/q\/\d+/);
  await view.goto(`/q/${ids.warfarin}`);
  await tabTo(view, `form[action='/p/${ids.warfarin}/vote'] input[type=radio], #answer-body`);
  if ((await view.evaluate(() => document.activeElement.id === "answer-body")) === false)
    await tabTo(view, "#answer-body");
  await view.keyboard.type("Every three months, with the potassium. Typed without a mouse.");
  await tabTo(view, "#answer button.primary");
  await view.keyboard.press("Enter");
  await view.waitForURL(/#p\d+/);
  await view.goto(`/q/${ids.question}`);
  const form = `form[action='/p/${ids.answer}/vote']`;
  await tabTo(view, `${form} input[type=radio]`);
  await view.keyboard.press("ArrowDown");
  await view.keyboard.press("Space");
  await tabTo(view, `${form} select`);
  await view.keyboard.type("1");
  await tabTo(view, `${form} button`);
  await view.keyboard.press("Enter");
  await view
    .getByText(/^You (corroborate|dispute|cannot say)/)
    .first()
    .waitFor();
  await clean();
});

// ---- without script ----
test("without script: everything a physician does works by forms and links", async () => {
  const view = await page({ script: false, width: 360, height: 740 });
  await signIn(view, "Cedar", password);
  await view.goto("/ask");
  await view.fill("#title", "Does it work without any script at all?");
  await view.fill("#body", "It **should**.");
  await view.getByRole("button", { name: "Preview" }).click();
  await view.locator("section[aria-label=Preview] strong", { hasText: "should" }).waitFor();
  assert.equal(
    await view.inputValue("#title"),
    "Does it work without any script at all?",
    "and everything typed is still there",
  );
  await view.getByRole("button", { name: "Post", exact: true }).click();
  await view.waitForURL(/\/q\/\d+/);
  await view.locator("#solve summary").click();
  await view.getByRole("button", { name: "Mark as solved" }).click();
  await view.locator("#solve summary").click();
  await view.getByRole("button", { name: "Mark as unsolved" }).waitFor();
  await view.goto(`/q/${ids.question}`);
  await view.fill("#answer-body", "We give 2.5 mg too.");
  await view.getByRole("button", { name: "Post answer" }).click();
  await view.waitForURL(/#p\d+/);
  const form = view.locator(`form[action="/p/${ids.answer}/vote"]`);
  await form.getByLabel("Cannot say").check();
  await form.getByRole("button").first().click();
  await view
    .getByText(/You cannot say/)
    .first()
    .waitFor();
  await view.goto("/t/nephrology");
  await view.getByRole("button", { name: /Follow/i }).click();
  await view.goto("/notices");
  await view.fill("#q", "apixaban");
  await view.press("#q", "Enter");
  await view.waitForURL(/\/search/);
  await view
    .getByRole("link", { name: /Which dose of apixaban/ })
    .first()
    .click();
  await view.getByRole("button", { name: "Sign out" }).click();
  await view.waitForURL(/\/login/);
  await view.goto("/");
  assert.match(view.url(), /\/login/);
  await clean();
});

test("without script: what a sponsor and an admin do", async () => {
  const sponsor = await page({ script: false });
  await signIn(sponsor, "Halden", password);
  await sponsor.goto("/sponsor/campaigns");
  for (const [field, value] of Object.entries({
    name: "Second",
    product: "Something else",
    starts: day(house.time),
    ends: day(house.time + 50 * DAY),
    deposit: "1000",
  }))
    await sponsor.fill(`#${field}`, value);
  await sponsor.getByRole("button", { name: "Open campaign" }).click();
  await sponsor.waitForURL(/\/sponsor\/campaign/);
  const desk = await page({ script: false });
  await signIn(desk, "Latch", password);
  await house.apply("Dogwood");
  await desk.goto("/admin/members");
  await desk.locator("input[name=reason]").first().fill("Not on the lists.");
  await desk
    .getByRole("button", { name: /^Turn away, for this reason/ })
    .first()
    .click();
  await desk.getByRole("status").first().waitFor();
  await desk.goto("/admin/rules?name=reward/vote");
  await desk.fill("#script", `${await desk.inputValue("#script")}\n-- looked at\n`);
  await desk.fill("#reason", "A remark.");
  await desk.getByRole("button", { name: /^Propose/ }).click();
  await desk.waitForURL(/\/admin\/rule\/\d+/);
  await desk.fill("#withdraw-reason", "Not needed.");
  await desk.getByRole("button", { name: "Withdraw" }).click();
  await desk.getByText("withdrawn").first().waitFor();
  await clean();
});

test("script smuggled into a page does not run, and the console says so (control)", async () => {
  const view = await page();
  await view.route("**/login", async (route) => {
    const got = await route.fetch();
    await route.fulfill({
      response: got,
      body: (await got.text()).replace(
        "</main>",
        "<script>document.title='run'</script><p style='color:red' onclick='1'>x</p></main>",
      ),
    });
  });
  await view.goto("/login");
  assert.notEqual(await view.title(), "run");
  assert.ok(
    view.faults.some((fault) => /Content Security Policy/i.test(fault)),
    String(view.faults),
  );
  view.faults.length = 0;
  await clean();
});

test("a place the Tab key cannot reach is found (control)", async () => {
  const view = await page();
  await view.goto("/login");
  await view.evaluate(() => {
    document.querySelector("#password").tabIndex = -1;
  });
  await assert.rejects(() => tabTo(view, "#password", 25), /never comes to/);
  await clean();
});
