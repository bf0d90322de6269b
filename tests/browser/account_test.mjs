// Second factors and one's own account in a real browser: a passkey of Chromium's virtual authenticator, an app without any script, all pages on
// a phone by keyboard alone, and no accessibility fault on any of them, light and dark. SHOTS=DIR keeps pictures.
// test-seconds: 180
import assert from "node:assert/strict";
import { test, after, before } from "node:test";
import { House, MINUTE, ask, password } from "../support/house.mjs";
import { device, launch, open, shot, signIn, sound, tabTo } from "../support/browser.mjs";
import { addApp, totp } from "../support/second.mjs";

let house, browser;
before(async () => {
  house = await House.start({ conf: { "site.url": "own" } });
  browser = await launch();
});
after(async () => {
  await browser?.close();
  await house?.stop();
});
test("a passkey is made, then signs in behind a password and alone, in a browser", async () => {
  await house.physician("Alder");
  const page = await open(browser, house.origin), own = await device(page);
  await signIn(page, "Alder", password);
  await page.goto("/account/passkey");
  await page.fill("#label", "this laptop");
  await page.click("[data-passkey-button]");
  await page.waitForSelector(".recovery");
  assert.equal(await page.locator(".recovery li").count(), 10);
  await sound(page, "codes");
  assert.equal((await own.credentials()).length, 1);
  await page.goto("/account");
  assert.match(await page.textContent("main"), /this laptop/);
  await page.click("nav form button");
  await page.waitForURL(/\/login/);
  await page.fill("#name", "Alder");
  await page.fill("#password", password);
  await page.click("main button.primary");
  await page.waitForSelector("[data-passkey-button]:not([hidden])");
  await sound(page, "second-passkey");
  await page.click("[data-passkey-button]");
  await page.waitForURL((url) => url.pathname === "/");
  await page.click("nav form button");
  await page.waitForURL(/\/login/);
  await page.click("text=Use a passkey instead");
  await sound(page, "login-passkey");
  await page.click("[data-passkey-button]");
  await page.waitForURL((url) => url.pathname === "/");
  // The same device again: it says so, and nothing is sent.
  await page.goto("/account/passkey");
  await page.click("[data-passkey-button]");
  await page.waitForSelector("[data-passkey-problem]:not([hidden])");
  assert.match(await page.textContent("[data-passkey-problem]"), /holds a passkey of this account already/);
  await sound(page, "passkey-again");
  await page.context().close();
});

test("a device that holds no passkey of this site says so and leaves the way open", async () => {
  const page = await open(browser, house.origin);
  await device(page);
  await page.goto("/login/passkey");
  await page.click("[data-passkey-button]");
  await page.waitForSelector("[data-passkey-problem]:not([hidden])");
  assert.ok(await page.isEnabled("[data-passkey-button]"));
  await page.context().close();
});

test("an app is added and used on a phone, with the keyboard alone and without any script", async () => {
  await house.physician("Birch");
  const page = await open(browser, house.origin, { width: 360, height: 740, script: false });
  await page.goto("/login");
  await tabTo(page, "#name");
  await page.keyboard.type("Birch");
  await tabTo(page, "#password");
  await page.keyboard.type(password);
  await page.keyboard.press("Enter");
  await page.waitForURL((url) => url.pathname === "/");
  await page.goto("/account");
  await tabTo(page, "a[href='/account/totp']");
  await page.keyboard.press("Enter");
  await page.waitForURL(/totp/);
  await shot(page, "totp-360");
  const secret = (await page.textContent(".secret")).replaceAll(" ", "");
  await tabTo(page, "#code");
  await page.keyboard.type(totp(secret, house.time));
  await page.keyboard.press("Enter");
  await page.waitForSelector(".recovery");
  await shot(page, "codes-360");
  const recovery = await page.textContent(".recovery li");
  await tabTo(page, "a[href='/account']");
  await page.keyboard.press("Enter");
  await page.waitForURL(/account$/);
  house.advance(MINUTE);
  await page.context().clearCookies();
  for (const code of [totp(secret, house.time), recovery.trim()]) {
    await page.goto("/login");
    await tabTo(page, "#name");
    await page.keyboard.type("Birch");
    await tabTo(page, "#password");
    await page.keyboard.type(password);
    await page.keyboard.press("Enter");
    await page.waitForSelector("#code");
    await shot(page, "second-360");
    await tabTo(page, "#code");
    await page.keyboard.type("000000");
    await page.keyboard.press("Enter");
    await page.waitForSelector("#problems");
    await tabTo(page, "#code");
    await page.keyboard.type(code);
    await page.keyboard.press("Enter");
    await page.waitForURL((url) => url.pathname === "/");
    await page.context().clearCookies();
  }
  await page.goto("/login/passkey");
  assert.ok(await page.isVisible("[data-passkey-without]"), "without script a passkey cannot be used, and the page says so");
  assert.ok(!await page.isVisible("[data-passkey-button]"));
  await page.context().close();
});

test("a mailed code comes out of the link's end into its field, and out of the address", async () => {
  const page = await open(browser, house.origin);
  await page.goto("/reset/new#AbC-123_xyz");
  assert.equal(await page.inputValue("#code"), "AbC-123_xyz");
  assert.ok(!page.url().includes("#"));
  await page.context().close();
});

test("no page of an account has an accessibility fault at any width, light or dark", async () => {
  const client = await house.physician("Cedar");
  await ask(client, "What do you see of a page that nobody can read?");
  const { secret } = await addApp(house, client);
  house.advance(MINUTE);
  await client.submit("/account", "/account/email", { email: "other@demo.example", email_password: password }, { expect: 303 });
  const page = await open(browser, house.origin);
  await page.goto("/login");
  await page.fill("#name", "Cedar");
  await page.fill("#password", password);
  await page.click("main button.primary");
  await page.waitForSelector("#code");
  await sound(page, "second");
  await page.fill("#code", totp(secret, house.time));
  await page.click("main button.primary");
  await page.waitForURL((url) => url.pathname === "/");
  for (const path of ["/account", "/account?added=1", "/account/totp", "/account/passkey", "/account/leave"]) {
    await page.goto(path);
    await sound(page, path);
  }
  await page.goto("/account/leave");
  await page.fill("#password", "not this one");
  await page.click("main button.danger");
  await page.waitForSelector("#problems");
  await sound(page, "leave-again");
  await page.goto("/account");
  await page.fill("#email", "bad@demo.example");
  await page.fill("#email_password", "not this one");
  await page.click("text=Change the address");
  await page.waitForSelector("#problems");
  await sound(page, "account-again");
  await page.context().clearCookies();
  for (const path of ["/login/passkey", "/reset", "/reset/new?sent=1"]) {
    await page.goto(path);
    await sound(page, path);
  }
  await page.context().close();
});
