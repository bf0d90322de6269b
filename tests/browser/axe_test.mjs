// Every page of every role, narrow and wide, light and dark: axe-core finds nothing, nothing hangs over the edge, the policy refuses nothing.
// test-seconds: 300
import assert from "node:assert/strict";
import { test, after, before } from "node:test";
import { gzipSync } from "node:zlib";
import { House, password, npi, ask, answer, vote } from "../support/house.mjs";
import { axe, launch, look, open, signIn } from "../support/browser.mjs";
import { campaign, earmark, tick, closeMonth } from "../support/money.mjs";

let house, browser, it;

before(async () => {
  house = await House.start({ conf: { "ledger.close_alone": 0, "ledger.close_bucket": 64 } });
  const opening = launch(),
    admin = await house.admin();
  house.staff("Latch", "admin");
  house.staff("Halden", "sponsor", "Halden Bio");
  const sponsor = await house.signIn("Halden"),
    members = [];
  for (const name of ["Alder", "Birch", "Cedar"]) members.push(await house.physician(name));
  const [alder, birch, cedar] = members;
  const question = await ask(
    alder,
    "Which anticoagulant on haemodialysis, and at which dose?",
    "Two patients.\n\n- one small\n- one old\n\n> quoted\n\n`code` and a [link](https://example.org/)\n\n| a | b |\n|---|---|\n| 1 | 2 |",
    { topics: "nephrology, anticoagulation" },
  );
  const posting = await answer(birch, question, "2.5 mg twice a day.\n\n1. first\n2. second");
  await answer(cedar, question, "None at all.");
  await ask(birch, "An observation without any answer", "Seen on a ward.", { kind: "3" });
  const id = await campaign(house, sponsor, admin);
  await earmark(house, sponsor, id, posting, 3);
  await tick(house);
  for (const [client, stance] of [
    [alder, 1],
    [cedar, 2],
  ])
    await vote(client, question, posting, stance, 2);
  await birch.submit("/t/nephrology", "/topic/nephrology/follow", { follows: "1" });
  await closeMonth(house, admin);
  await house.apply("Dogwood");
  const { script } = await admin.json("/admin/rules");
  const proposal = (
    await admin.submit(
      "/admin/rules",
      "/admin/rules",
      {
        name: "rank/policy",
        reason: "A little more.",
        script: script.replace(/(vote_part\s*=\s*{\s*)[\d.]+/, "$10.06"),
      },
      { expect: 303 },
    )
  ).location;
  await house.settle();
  await house.renew(sponsor);
  const report = (await sponsor.json("/sponsor/reports?kind=members").catch(() => ({ rows: [] }))).rows[0]?.id;
  it = { question, posting, id, proposal, report, birch: birch.member };
  browser = await opening;
});
after(async () => {
  await browser?.close();
  await house?.stop();
});

const reading = {
  visitor: () => [
    "/login",
    "/login?next=/ask",
    "/join",
    "/about/ranking",
    "/about/sponsors",
    "/about/ledger",
    "/about/receipt",
    "/about/privacy",
    "/nowhere",
  ],
  Dogwood: () => ["/waiting"],
  Birch: () => [
    "/",
    "/?tab=new",
    "/?tab=rising",
    "/?tab=unanswered",
    "/?tab=topics",
    `/q/${it.question}`,
    "/ask",
    "/search?q=dialysis",
    "/search?q=nothinglikeit",
    "/t/nephrology",
    `/m/${it.birch}`,
    `/why/posting/${it.posting}`,
    `/why/member/${it.birch}`,
    "/notices",
    "/readers",
    "/q/999999",
    "/admin/status",
  ],
  Cedar: () => ["/earnings", "/account/payout", `/q/${it.question}`],
  Halden: () => [
    "/sponsor/campaigns",
    `/sponsor/campaign/${it.id}`,
    "/sponsor/totals",
    "/sponsor/reports",
    "/sponsor/feed",
    ...(it.report ? [`/sponsor/report/${it.report}`] : []),
  ],
  Gatekeeper: () => ["/admin/members", "/admin/sponsors", "/admin/rules", it.proposal, "/admin/ledger", "/admin/payouts", "/admin/operations", "/admin/preview", "/admin/status", "/admin/signals", "/admin/signal/1"],
  Latch: () => [it.proposal, "/admin/guardrails"],
};

for (const [name, paths] of Object.entries(reading)) {
  test(`every page as ${name}: no violation at any size, in light or dark`, async () => {
    const page = await open(browser, house.origin),
      faults = [];
    if (name !== "visitor") await signIn(page, name, password);
    for (const path of paths()) {
      await page.goto(path);
      faults.push(...(await look(page, path)));
    }
    faults.push(...page.faults);
    await page.context().close();
    assert.deepEqual(faults, []);
  });
}

test("a report is printed whole, and is small", async () => {
  const sponsor = await house.signIn("Halden"),
    report = `/sponsor/report/${(await sponsor.json("/sponsor/reports?kind=members")).rows[0].id}`;
  const page = await open(browser, house.origin);
  await signIn(page, "Halden", password);
  await page.goto(report);
  const printed = await page.pdf({ format: "A4" });
  assert.equal(printed.subarray(0, 5).toString(), "%PDF-");
  assert.ok(printed.length > 10000 && printed.toString("latin1").includes("/Type /Page"), "pages, and more than an empty one");
  await page.emulateMedia({ media: "print" });
  assert.equal(await page.locator("header.top").isVisible(), false, "what is for the screen alone stays there");
  const { bytes } = await sponsor.get(report); // sent as it is, since it is a signed-in reader's
  assert.ok(gzipSync(bytes).length <= 15 * 1024, `${bytes.length} bytes, packed ${gzipSync(bytes).length}`);
  await page.context().close();
});

test("a figure's axis stands below its bars and is as wide as they are", async () => {
  const sponsor = await house.signIn("Halden"),
    report = `/sponsor/report/${(await sponsor.json("/sponsor/reports?kind=members")).rows[0].id}`;
  const page = await open(browser, house.origin);
  await signIn(page, "Halden", password);
  const ends = (selector) => page.locator(selector).first().evaluate((node) => {
    const { left, right } = node.getBoundingClientRect();
    return [Math.round(left), Math.round(right)];
  });
  for (const width of [360, 768, 1280]) {
    await page.setViewportSize({ width, height: 800 });
    await page.goto(report);
    assert.deepEqual(await ends("figure .axis"), await ends("figure .bars svg"), `${width} wide`);
  }
  await page.locator("figure .axis").first().evaluate((node) => (node.style.marginRight = "5rem"));
  assert.notDeepEqual(await ends("figure .axis"), await ends("figure .bars svg"), "another margin is seen (control)");
  await page.context().close();
});

test("forms that came back with faults: no violation either", async () => {
  const page = await open(browser, house.origin),
    faults = [],
    send = (button) =>
      page
        .locator(button)
        .first()
        .click()
        .then(() => page.waitForLoadState());
  const loose = () =>
    page.evaluate(() => {
      for (const form of document.forms) form.noValidate = true;
    });
  await page.goto("/login");
  await page.fill("#name", "Nobody");
  await page.fill("#password", "wrong password");
  await send("main button.primary");
  faults.push(...(await look(page, "a refused sign-in")));
  await page.goto("/join");
  await loose();
  for (const [field, value] of Object.entries({ pseudonym: "x", npi: npi(5).slice(0, 9), email: "nothing" }))
    await page.fill(`#${field}`, value);
  await send("main button.primary");
  faults.push(...(await look(page, "a refused application")));
  await signIn(page, "Cedar", password);
  await page.goto("/ask");
  await page.fill("#title", "Whose number is this, do you know?");
  await page.fill("#body", "Call 573-555-0142 about the patient born on 3 March 1931. Seen on 2026-02-14.");
  await loose();
  await send("main button.primary");
  faults.push(...(await look(page, "a question with patient data")));
  await page.goto("/ask");
  await loose();
  await page.fill("#title", "short");
  await send("main button.primary");
  faults.push(...(await look(page, "a question too short")));
  faults.push(...page.faults.filter((fault) => !/status of (409|413|422)/.test(fault)));
  await page.context().close();
  assert.deepEqual(faults, []);
});

test("a picture without words, a faint text and a wide block are found (control)", async () => {
  const page = await open(browser, house.origin);
  await page.goto("/about/ledger");
  await page.evaluate(() => {
    const main = document.querySelector("main"),
      image = document.createElement("img"),
      faint = document.createElement("p");
    image.src = "/static/icon.svg";
    faint.textContent = "Hardly there.";
    faint.style.setProperty("color", "#999");
    faint.style.setProperty("background", "#aaa");
    main.append(image, faint);
  });
  const faults = await axe(page);
  assert.ok(
    faults.some((fault) => fault.startsWith("image-alt")) && faults.some((fault) => fault.startsWith("color-contrast")),
    String(faults),
  );
  await page.evaluate(() => document.querySelector("main").style.setProperty("min-width", "3000px"));
  const looked = await look(page, "x");
  assert.ok(looked.some((fault) => /hang over/.test(fault)));
  assert.ok(
    looked.some((fault) => /dark: color-contrast/.test(fault)),
    "in the dark too",
  );
  await page.context().close();
});
