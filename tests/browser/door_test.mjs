// The whole way in, on a 360 px phone and with the keyboard alone: apply, quiz, lists, letter, and the door opens. Then the admins' side of the
// door. Every page on the way is looked at by axe-core, in light and dark, and none is wider than its screen. SHOTS=DIR keeps pictures.
// test-seconds: 150
import assert from "node:assert/strict";
import { test, after, before } from "node:test";
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { House, password } from "../support/house.mjs";
import { launch, open, signIn, sound, tabTo } from "../support/browser.mjs";
import { answers, importLists, importReferences, known, listed } from "../support/lists.mjs";

let house, browser, phone;

async function type(view, selector, text) {
  await tabTo(view, selector);
  await view.keyboard.type(text);
}
async function press(view, selector) {
  await tabTo(view, selector);
  await view.keyboard.press("Enter");
  await view.waitForLoadState("load");
}

before(async () => {
  house = await House.start({ conf: { "quiz.tries_network": 100 } });
  browser = await launch();
  await house.admin();
  house.staff("Latch", "admin");
  importLists(house);
  importReferences(house, ["What is syncope?", "What is warfarin?"]);
  house.applied = 1; // the first is the one on the phone
  phone = await open(browser, house.origin, { width: 360, height: 740 });
});
after(async () => {
  await browser?.close();
  await house?.stop();
});

test("somebody applies with the keyboard alone", async () => {
  const p = listed(1);
  await phone.goto("/join");
  await sound(phone, "join");
  await type(phone, "#pseudonym", "Kestrel");
  await type(phone, "#specialty", "cardiology");
  await type(phone, "#first_name", p.first);
  await type(phone, "#last_name", p.last);
  await type(phone, "#npi", p.npi);
  await type(phone, "#state", "mo");
  await type(phone, "#licence", p.licence);
  await type(phone, "#email", "kestrel@demo.example");
  await type(phone, "#password", password);
  await phone.keyboard.press("Enter");
  await phone.waitForURL(/\/login/);
  await type(phone, "#name", "Kestrel");
  await type(phone, "#password", password);
  await phone.keyboard.press("Enter");
  await phone.waitForURL(/\/waiting$/);
  await sound(phone, "waiting-applied");
});

test("the quiz is answered from what one knows", async () => {
  await press(phone, "a[href='/waiting/quiz']");
  await phone.waitForURL(/\/waiting\/quiz$/);
  await sound(phone, "quiz");
  const numbers = await phone.evaluate(async () => {
    const got = await fetch("/waiting/quiz", { headers: { Accept: "application/json" } });
    return got.json();
  });
  await press(phone, "main form button"); // nothing chosen: the browser stops it, and it was no try
  assert.match(phone.url(), /\/waiting\/quiz$/);
  for (const [name, number] of Object.entries(answers(numbers, 1))) {
    await phone.evaluate(() => document.activeElement?.blur());
    await tabTo(phone, `#${name}`);
    for (let i = 0; i <= number; i++) await phone.keyboard.press("ArrowDown");
    assert.equal(await phone.inputValue(`#${name}`), String(number));
  }
  await press(phone, "main form button");
  await phone.waitForURL(/\/waiting\?done=5/);
  await phone.getByRole("heading", { name: "Show that it is you" }).waitFor();
  await sound(phone, "waiting-known");
});

test("references are there to read meanwhile", async () => {
  await press(phone, "a[href='/waiting/read']");
  await sound(phone, "reading");
  await press(phone, "main .threads a");
  await phone.waitForURL(/\/waiting\/read\/\d+$/);
  await sound(phone, "reference");
  assert.equal(await phone.getByText("what a public source says").count(), 1);
});

test("a wrong code is kept in its field and said beside it; the right one opens the door", async () => {
  await phone.goto("/waiting");
  await press(phone, "form[action='/waiting/letter'] button");
  await phone.waitForURL(/\/waiting\?done=1/);
  house.must("curbside", ["letters", "batch", house.folder]);
  const csv = readFileSync(join(house.folder, readdirSync(house.folder).find((name) => /^letters.*\.csv$/.test(name))), "utf8");
  await phone.goto("/waiting");
  await type(phone, "#code-letter", "ABCDE-FGHJK");
  await phone.keyboard.press("Enter");
  await phone.locator("#problem-code").first().waitFor();
  assert.equal(await phone.inputValue("#code-letter"), "ABCDE-FGHJK");
  await sound(phone, "waiting-code");
  await tabTo(phone, "#code-letter");
  await phone.keyboard.press("Control+A");
  await phone.keyboard.type(csv.match(/"([0-9A-Z]{5}-[0-9A-Z]{5})"/)[1].toLowerCase());
  await phone.keyboard.press("Enter");
  await phone.waitForURL(/localhost:\d+\/$/);
  await phone.getByRole("link", { name: "Ask" }).first().waitFor();
  assert.deepEqual(phone.faults, []);
});

test("at the door an admin decides with one key, and the evidence stands side by side", async () => {
  await known(house, "Tamarack");
  await house.apply("Newcomer", { licence: "2010000777", last_name: "Stranger" });
  const desk = await open(browser, house.origin, { width: 1280, height: 900 });
  await signIn(desk, "Gatekeeper", password);
  await desk.goto("/admin/members");
  await sound(desk, "members");
  const heads = await desk.locator(".application").first().locator("thead th").allTextContents();
  assert.deepEqual(heads, ["Fact", "Said", "NPPES", "Board", "LEIE"]);
  assert.ok((await desk.locator(".application").nth(1).locator("tr.differs").count()) > 0, "what differs is marked");
  await desk.keyboard.press("5"); // no application is chosen yet: nothing happens
  assert.match(desk.url(), /\/admin\/members$/);
  await desk.keyboard.press("j");
  await desk.keyboard.press("1");
  await desk.waitForURL(/done=1/);
  assert.equal(await desk.locator(".application").count(), 1);
  await desk.keyboard.press("j");
  await desk.keyboard.press("1"); // against the lists: it takes another
  await desk.waitForURL(/done=3/);
  await sound(desk, "members-proposed");
  const latch = await open(browser, house.origin, { width: 360, height: 740, script: false });
  await signIn(latch, "Latch", password);
  await latch.goto("/admin/members");
  await latch.locator("button[value=mismatch]").first().click(); // without script they are buttons
  await latch.waitForURL(/done=2/);
  await latch.goto("/decisions");
  assert.equal(await latch.locator("tbody tr").count(), 3);
  for (const view of [desk, latch]) assert.deepEqual(view.faults, []);
  await latch.context().close();
  await desk.context().close();
});

test("two colleagues vouch, admins see the tree and withdraw a branch in two steps", async () => {
  const gate = house.adminClient;
  for (const pseudonym of ["Kestrel", "Tamarack"])
    await gate.submit("/admin/vouches", "/admin/pioneers", { pseudonym, reason: "Known.", pioneer: 1 }, { expect: 303 });
  await gate.submit("/admin/domains", "/admin/domains", { domain: "hospital.example", reason: "Staff only.", listed: 1 }, { expect: 303 });
  const bea = await known(house, "Sandpiper");
  const view = await open(browser, house.origin, { width: 360, height: 740 });
  await signIn(view, "Sandpiper", password);
  for (const name of ["Kestrel", "Tamarack"]) {
    await view.goto("/waiting");
    await view.evaluate(() => document.activeElement?.blur());
    await type(view, "#voucher", name);
    await tabTo(view, "input[name=show_name]");
    await view.keyboard.press("Space");
    await press(view, "form[action='/waiting/vouch'] button");
    await view.waitForURL(/done=3/);
  }
  await sound(view, "waiting-asked");
  for (const name of ["Kestrel", "Tamarack"]) {
    const colleague = await open(browser, house.origin, { width: 360, height: 740 });
    await signIn(colleague, name, password);
    await colleague.goto("/vouch");
    await sound(colleague, "vouch");
    assert.ok((await colleague.locator("main").textContent()).includes(`Example${bea.n}`));
    assert.ok(!(await colleague.locator("main").textContent()).includes(listed(bea.n).npi));
    await press(colleague, "button[name=vouched][value='1']");
    await colleague.waitForURL(/done=1/);
    await colleague.context().close();
  }
  await view.goto("/");
  assert.match(view.url(), /\/$/, "two words, and she is in");
  const desk = await open(browser, house.origin, { width: 768, height: 900 });
  await signIn(desk, "Gatekeeper", password);
  for (const path of ["vouches", "domains"]) {
    await desk.goto(`/admin/${path}`);
    await sound(desk, path);
  }
  await desk.goto("/admin/vouches");
  await desk.locator("summary", { hasText: "Withdraw Kestrel" }).click();
  await desk.locator("details[open] input[name=reason]").fill("No physician.");
  await desk.locator("details[open] button", { hasText: "2 members" }).click();
  await desk.waitForURL(/done=2/);
  assert.equal(await desk.locator("main", { hasText: "You would withdraw: No physician." }).count(), 1);
  await sound(desk, "vouches-proposed");
  const latch = await house.signIn("Latch");
  const kestrel = (await latch.json("/admin/vouches")).nodes.find((node) => node.pseudonym === "Kestrel");
  await latch.submit("/admin/vouches", `/admin/branch/${kestrel.member}`, { reason: "Agreed." }, { expect: 303 });
  await view.goto("/");
  await view.waitForURL(/\/waiting$/);
  await view.getByRole("heading", { name: "Your place is closed for now" }).waitFor();
  await sound(view, "waiting-closed");
  await desk.goto("/decisions");
  await sound(desk, "decisions");
  for (const one of [view, desk]) assert.deepEqual(one.faults, []);
});
