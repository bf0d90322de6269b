// Chromium by playwright-core, the Debian package without a window (half the work of the one with); axe-core for accessibility.
import assert from "node:assert/strict";
import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { hiddenFields } from "./client.mjs";
import { createRequire } from "node:module";

const require = createRequire(import.meta.url);
export const { chromium } = require("playwright-core");
const axeSource = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");

export async function launch() {
  return chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium-headless-shell",
    headless: true,
    args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
      "--disable-component-update", "--disable-sync"],
  });
}

// A page of its own session. Whatever the page's policy refuses or its script throws is collected in page.faults.
export async function open(browser, origin, { width = 1280, height = 900, dark = false, script = true } = {}) {
  const context = await browser.newContext({
    baseURL: origin, viewport: { width, height }, colorScheme: dark ? "dark" : "light", javaScriptEnabled: script, reducedMotion: "reduce",
  });
  context.setDefaultTimeout(15000);
  const page = await context.newPage();
  page.faults = [];
  page.on("console", (message) => { if (message.type() === "error" && !/status of 4\d\d/.test(message.text())) page.faults.push(message.text()); });
  page.on("pageerror", (error) => page.faults.push(String(error)));
  return page;
}

// Signs in without drawing the form, which flows_test.mjs and account_test.mjs do; the page is then at the front.
export async function signIn(page, name, password) {
  const form = await page.request.get("/login"), hidden = hiddenFields(await form.text(), "/login");
  const answer = await page.request.post("/login", {
    form: { ...hidden, name, password }, maxRedirects: 0, headers: { Origin: new URL(form.url()).origin },
  });
  assert.equal(answer.status(), 303, `${name} signs in`);
  await page.goto("/");
}

// An authenticator of the page's own, which says yes to whatever it is asked.
export async function device(page, more = {}) {
  const cdp = await page.context().newCDPSession(page);
  await cdp.send("WebAuthn.enable");
  const { authenticatorId } = await cdp.send("WebAuthn.addVirtualAuthenticator", { options: {
    protocol: "ctap2", transport: "internal", hasResidentKey: true, hasUserVerification: true, isUserVerified: true,
    automaticPresenceSimulation: true, ...more } });
  return { cdp, authenticatorId, credentials: async () => (await cdp.send("WebAuthn.getCredentials", { authenticatorId })).credentials };
}

// A passkey of this page's own for somebody of staff, who is then signed in. For houses whose site.url is "own".
export async function passkeyFor(page, name, password) {
  await device(page);
  await signIn(page, name, password);
  await page.goto("/account/passkey");
  await page.fill("#label", "this laptop");
  await page.click("[data-passkey-button]");
  await page.waitForSelector(".recovery");
}

// Into the editor of rules, as if it had been typed.
export const writeScript = (page, text) => page.evaluate((script) => document.querySelector(".CodeMirror").CodeMirror.setValue(script), text);

// A picture for who wants to look: SHOTS=DIR keeps them.
export async function shot(page, name) {
  if (!process.env.SHOTS) return;
  mkdirSync(process.env.SHOTS, { recursive: true });
  await page.screenshot({ path: join(process.env.SHOTS, `${name}.png`), fullPage: true });
}

// Presses Tab until what has the focus answers to `selector`; what has it must show it.
export async function tabTo(page, selector, most = 90) {
  for (let i = 0; i <= most; i++) {
    const [hit, shows] = await page.evaluate((wanted) => {
      const now = document.activeElement ?? document.body;
      const visible = (one) => one !== null && ((one.outlineStyle !== "none" && parseFloat(one.outlineWidth) > 0) || one.boxShadow !== "none");
      return [now.matches(wanted), visible(getComputedStyle(now)) || visible(now.parentElement && getComputedStyle(now.parentElement))];
    }, selector);
    if (hit) return assert.ok(shows, `${selector}: the focus can be seen`);
    await page.keyboard.press("Tab");
  }
  assert.fail(`the Tab key never comes to ${selector} on ${page.url()}`);
}

// Accessibility faults as lines; the page's own policy forbids injected script, so axe runs in the debugger's world.
// only: names of rules; without, all of them.
export async function axe(page, only = null) {
  if (!await page.evaluate(() => "axe" in window)) await page.evaluate(axeSource);
  const result = await page.evaluate(
    async (rules) => window.axe.run(document, { resultTypes: ["violations"], preload: false, ...(rules && { runOnly: rules }) }), only);
  // The editor of rules is scrolled by the keys of its own field, which lies beside what scrolls: axe looks inside of it alone.
  const known = (v) => v.id === "scrollable-region-focusable" && v.nodes.every((n) => n.target.join() === ".CodeMirror-scroll");
  return result.violations.filter((v) => !known(v)).map((v) => `${v.id}: ${v.help} (${v.nodes.map((n) => n.target.join(" ")).slice(0, 3).join("; ")})`);
}

// How a page is looked at: width, colours, and the rules that can tell otherwise there than at the widths before.
const looks = [
  [360, "light", null],
  [768, "light", ["target-size", "scrollable-region-focusable"]],
  [1280, "light", null],
  [1280, "dark", ["color-contrast", "link-in-text-block"]],
];

// What is wrong with the page as it stands, as lines: at three widths, light and dark. name: of its pictures.
export async function look(page, name) {
  const found = [], before = page.viewportSize();
  for (const [width, scheme, rules] of looks) {
    await page.setViewportSize({ width, height: 900 });
    await page.emulateMedia({ colorScheme: scheme });
    const where = `${name} at ${width}, ${scheme}`;
    found.push(...(await axe(page, rules)).map((fault) => `${where}: ${fault}`));
    const over = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    if (over > 0) found.push(`${where}: ${over} px hang over the edge`);
    await shot(page, `${name.replace(/[^a-zA-Z0-9]+/g, "-").replace(/^-/, "") || "front"}-${width}-${scheme}`);
  }
  await page.setViewportSize(before);
  await page.emulateMedia({ colorScheme: "light" });
  return found;
}
export async function sound(page, name) {
  assert.deepEqual(await look(page, name), []);
  assert.deepEqual(page.faults, [], name);
}
