// Tokens for programs in a real browser: made and ended by keyboard alone and without script, on a phone, a tablet and a desk, light and dark,
// and no accessibility fault on any of the pages. SHOTS=DIR keeps pictures.
// test-seconds: 150
import assert from "node:assert/strict";
import { test, after, before } from "node:test";
import { House, password } from "../support/house.mjs";
import { axe, launch, open, shot, signIn, tabTo } from "../support/browser.mjs";
import { Program } from "../support/token.mjs";

let house, browser;
before(async () => {
  house = await House.start();
  await house.physician("Alder");
  browser = await launch();
});
after(async () => {
  await browser?.close();
  await house?.stop();
});
async function clean(page, name) {
  await shot(page, name);
  assert.deepEqual(await axe(page), [], name);
  assert.deepEqual(page.faults, [], name);
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  assert.ok(wide <= 0, `${name}: ${wide} px too wide`);
}

test("a token is made and ended on a phone, by keyboard alone and without script", async () => {
  const page = await open(browser, house.origin, { width: 360, script: false });
  await signIn(page, "Alder", password);
  await page.goto("/account");
  await tabTo(page, 'a[href="/account/tokens"]');
  await page.keyboard.press("Enter");
  await page.waitForURL(/\/account\/tokens$/);
  await tabTo(page, "#name");
  await page.keyboard.type("notes on the laptop");
  await tabTo(page, 'input[name="answer"]');
  await page.keyboard.press("Space");
  await tabTo(page, "#password");
  await page.keyboard.type("not this one");
  await page.keyboard.press("Enter");
  await page.waitForSelector("#problem-password, .problems");
  assert.equal(await page.inputValue("#name"), "notes on the laptop"); // what was typed stays
  assert.ok(await page.isChecked('input[name="answer"]'));
  await tabTo(page, "#password");
  await page.keyboard.type(password);
  await page.keyboard.press("Enter");
  await page.waitForSelector("#token");
  const text = await page.inputValue("#token");
  assert.match(text, /^cbs_[\w-]{43}$/);
  assert.equal((await new Program(house, text).get("/")).status, 200);
  await tabTo(page, "main a.primary");
  await page.keyboard.press("Enter");
  await page.waitForURL(/\/account\/tokens$/);
  assert.match(await page.textContent("main"), /notes on the laptop.*read, answer/s);
  assert.ok(!(await page.content()).includes(text));
  await tabTo(page, ".rows button");
  await page.keyboard.press("Enter");
  await page.waitForURL(/ended=1/);
  assert.equal((await new Program(house, text).get("/")).status, 401);
  await page.context().close();
});

test("its pages are sound at three widths, light and dark", async () => {
  for (const [width, dark] of [[360, false], [768, true], [1280, false]]) {
    const page = await open(browser, house.origin, { width, dark });
    await signIn(page, "Alder", password);
    await page.goto("/account/tokens");
    await clean(page, `tokens-${width}-empty`);
    await page.fill("#name", `at ${width} px`);
    await page.fill("#password", password);
    await page.click("main button.primary");
    await page.waitForSelector("#token");
    await clean(page, `tokens-${width}-made`);
    await page.goto("/account/tokens");
    await clean(page, `tokens-${width}`);
    await page.click("main button.primary"); // nothing typed: the browser itself says so
    await page.goto("/about/api");
    await clean(page, `about-api-${width}`);
    await page.context().close();
  }
});

test("a faint text on these pages would be seen (control)", async () => {
  const page = await open(browser, house.origin);
  await page.goto("/about/api");
  await page.evaluate(() => { document.querySelector("main h1").id = "x"; document.querySelector("main p").setAttribute("role", "nothing"); });
  assert.notDeepEqual(await axe(page), []);
});
