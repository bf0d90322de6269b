// Headless Chromium by playwright-core, the Debian package's browser; axe-core for accessibility.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const require = createRequire(import.meta.url);
export const { chromium } = require("playwright-core");
const axeSource = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");

export async function launch() {
  return chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
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

export async function signIn(page, name, password) {
  await page.goto("/login");
  await page.fill("#name", name);
  await page.fill("#password", password);
  await page.click("main button.primary");
  await page.waitForURL((url) => !url.pathname.startsWith("/login"));
}

// Accessibility faults as lines; the page's own policy forbids injected script, so axe runs in the debugger's world.
// only: names of rules; without, all of them.
export async function axe(page, only = null) {
  if (!await page.evaluate(() => "axe" in window)) await page.evaluate(axeSource);
  const result = await page.evaluate(async (rules) => window.axe.run(document, { resultTypes: ["violations"], ...(rules && { runOnly: rules }) }), only);
  return result.violations.map((v) => `${v.id}: ${v.help} (${v.nodes.map((n) => n.target.join(" ")).slice(0, 3).join("; ")})`);
}
