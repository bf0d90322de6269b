// nginx in front of a pool: what it serves, refuses and says, with the headers of the house on all of it. test-seconds: 60
import test from "node:test";
import assert from "node:assert";
import http from "node:http";
import { createServer } from "node:net";
import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync, existsSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

const root = resolve(new URL("../..", import.meta.url).pathname);
const program = resolve(root, process.env.BUILD ?? "build", "bin", "curbside-web");
const sleep = (ms) => new Promise((done) => setTimeout(done, ms));
const guards = ["content-security-policy", "strict-transport-security", "x-content-type-options", "cross-origin-opener-policy",
  "cross-origin-resource-policy", "referrer-policy", "permissions-policy"];

const folder = mkdtempSync(join(process.env.TEST_TMP ?? tmpdir(), "nginx-"));
const state = join(folder, "state");
let port, pool, nginx;

const freePort = () => new Promise((done) => {
  const server = createServer().listen(0, "127.0.0.1", () => { const found = server.address().port; server.close(() => done(found)); });
});
function ask(path, { method = "GET", headers = {}, body = null } = {}) {
  return new Promise((done, fail) => {
    const sent = http.request({ host: "127.0.0.1", port, path, method, headers }, (got) => {
      const parts = [];
      got.on("data", (part) => parts.push(part));
      got.on("end", () => done({ status: got.statusCode, headers: got.headers, text: Buffer.concat(parts).toString() }));
    });
    sent.on("error", fail);
    sent.end(body);
  });
}
const start = (command, args, env) => spawn(command, args, { env: { ...process.env, ...env }, stdio: ["ignore", openSync(join(folder, "log"), "a"), openSync(join(folder, "log"), "a")] });
const ended = (child) => new Promise((done) => (child.exitCode !== null ? done() : child.once("exit", done)));

test.before(async () => {
  port = await freePort();
  mkdirSync(join(state, "public", "tile", "0", "x000"), { recursive: true });
  mkdirSync(join(state, "run"), { recursive: true });
  writeFileSync(join(state, "public", "checkpoint"), "the head\n");
  writeFileSync(join(state, "public", "tile", "0", "x000", "001"), "a tile");
  writeFileSync(join(state, "public", "tile", "entries"), "for auditors only");
  writeFileSync(join(state, "secret"), "never");
  const made = spawnSync(join(root, "nginx", "configure"), ["--state", state, "--port", String(port)], { env: { ...process.env, SIGN_IN_RATE: "1", SIGN_IN_BURST: "2" } });
  assert.strictEqual(made.status, 0, String(made.stderr));
  pool = start(program, ["--state", state, "--pool", "login", "serve"]);
  nginx = start("nginx", ["-p", join(state, "nginx"), "-c", join(state, "nginx", "nginx.conf")]);
  for (let i = 0; i < 100; i++) {
    if (existsSync(join(state, "run", "web-login.sock")) && await ask("/healthz").catch(() => null)) return;
    await sleep(50);
  }
  throw new Error(readFileSync(join(folder, "log"), "utf8"));
});
test.after(async () => {
  for (const child of [nginx, pool]) { child.kill("SIGTERM"); await ended(child); }
  rmSync(folder, { recursive: true, force: true });
});

test("a worker's page, a file, a refusal and a pool that is down carry the same guarding headers", async () => {
  const shown = await ask("/healthz");
  assert.match(shown.text, /^not up: /);
  for (const path of ["/static/site.css", "/static/none.css", "/checkpoint", "/", "/tile/0/x000/001"]) {
    const got = await ask(path);
    for (const name of guards) assert.strictEqual(got.headers[name], shown.headers[name], `${path}: ${name}`);
  }
  for (const name of guards) assert.ok(shown.headers[name], name);
  assert.ok(!/unsafe|http:|\*/.test(shown.headers["content-security-policy"]));
});

test("files: static and the ledger's public ones, and nothing else of the disk", async () => {
  assert.strictEqual((await ask("/static/site.css")).status, 200);
  assert.strictEqual((await ask("/checkpoint")).text, "the head\n");
  assert.strictEqual((await ask("/tile/0/x000/001")).text, "a tile");
  for (const path of ["/static/../secret", "/static/..%2f..%2fsecret", "/static../secret", "/tile/entries", "/tile/../../secret", "/checkpoint/../../secret", "/static/", "/public/checkpoint", "/tile/0/x000/001/../../../entries"]) {
    const got = await ask(path);
    assert.notStrictEqual(got.status, 200, path);
    assert.ok(!/never|auditors/.test(got.text), path);
  }
});

test("a pool that is down is a 503 with Retry-After and words, never a 502", async () => {
  const got = await ask("/q/5");
  assert.strictEqual(got.status, 503);
  assert.strictEqual(got.headers["retry-after"], "5");
  assert.match(got.text, /Back in a moment/);
  assert.match(got.headers["content-type"], /^text\/html/);
});

test("other methods, long bodies and long addresses are refused in words", async () => {
  assert.strictEqual((await ask("/", { method: "PUT" })).status, 405);
  assert.strictEqual((await ask("/", { method: "TRACE" })).status, 405);
  const long = await ask("/login", { method: "POST", body: Buffer.alloc(300 * 1024, 97), headers: { "content-length": 300 * 1024 } });
  assert.strictEqual(long.status, 413);
  assert.match(long.text, /256 KiB/);
  assert.ok([400, 414].includes((await ask("/" + "a".repeat(20000))).status));
});

test("a page is never compressed by nginx, and no version is told", async () => {
  const got = await ask("/healthz", { headers: { "accept-encoding": "gzip" } });
  assert.strictEqual(got.headers["content-encoding"], undefined);
  assert.ok(!/\d/.test(got.headers.server ?? ""));
});

test("signing in is limited by address, with 429 and Retry-After; reading the form is not", async () => {
  const statuses = [];
  for (let i = 0; i < 8; i++) statuses.push((await ask("/login", { method: "POST", body: "a=1", headers: { "sec-fetch-site": "same-origin" } })).status);
  assert.ok(statuses.slice(0, 3).every((status) => status !== 429), String(statuses));
  assert.ok(statuses.slice(3).every((status) => status === 429), String(statuses));
  const refused = await ask("/login", { method: "POST", body: "a=1" });
  assert.strictEqual(refused.headers["retry-after"], "60");
  for (const name of guards) assert.ok(refused.headers[name], name);
  assert.notStrictEqual((await ask("/login")).status, 429);
});

test("a header a client makes up does not reach the workers", async () => {
  const { headers } = await ask("/healthz", { headers: { "x-forwarded-for": "1.2.3.4", proxy: "evil", remote_addr: "9.9.9.9" } });
  assert.strictEqual(headers["content-type"], "text/plain; charset=utf-8");
  const passed = readFileSync(join(state, "nginx", "fastcgi.conf"), "utf8");
  assert.match(passed, /fastcgi_pass_request_headers off;/);
  assert.ok(!/forwarded/i.test(passed));
});

test("when its pool goes away in the middle, the next request waits for nobody", async () => {
  pool.kill("SIGTERM");
  await ended(pool);
  const before = Date.now();
  const got = await ask("/healthz");
  assert.strictEqual(got.status, 503);
  assert.strictEqual(got.headers["retry-after"], "5");
  assert.ok(Date.now() - before < 1000);
});
