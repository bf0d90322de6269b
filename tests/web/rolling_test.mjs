// A pool under load while its workers are replaced: no request may be lost. test-seconds: 60
// nginx's side is played here, so that what is seen is the pool's own doing.
import test from "node:test";
import assert from "node:assert";
import net from "node:net";
import { spawn } from "node:child_process";
import { mkdtempSync, mkdirSync, readFileSync, openSync, rmSync, readdirSync, existsSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

const root = resolve(new URL("../..", import.meta.url).pathname);
const programs = resolve(root, process.env.BUILD ?? "build", "bin");
const program = join(programs, "curbside-web");
const sleep = (ms) => new Promise((done) => setTimeout(done, ms));

const record = (type, content) => {
  const head = Buffer.from([1, type, 0, 1, content.length >> 8, content.length & 255, 0, 0]);
  return Buffer.concat([head, content]);
};
const pair = (name, value) => Buffer.concat([Buffer.from([name.length, value.length]), Buffer.from(name + value)]);
const request = Buffer.concat([
  record(1, Buffer.from([0, 1, 0, 0, 0, 0, 0, 0])),
  record(4, Buffer.concat([pair("REQUEST_METHOD", "GET"), pair("REQUEST_URI", "/healthz"), pair("REMOTE_ADDR", "127.0.0.1")])),
  record(4, Buffer.alloc(0)), record(5, Buffer.alloc(0)),
]);

// One request; true when a whole answer came (END_REQUEST, status 0).
function ask(path) {
  return new Promise((done) => {
    const parts = [];
    const socket = net.connect(path, () => socket.write(request));
    socket.setTimeout(8000, () => socket.destroy());
    socket.on("data", (part) => parts.push(part));
    socket.on("error", () => {});
    socket.on("close", () => {
      const got = Buffer.concat(parts);
      done(got.length > 24 && got[got.length - 15] === 3 && got.includes("Content-Length:"));
    });
  });
}

const childrenOf = (pid) => readdirSync("/proc").filter((name) => /^\d+$/.test(name)).map(Number).filter((one) => {
  try { return Number(readFileSync(`/proc/${one}/stat`, "utf8").split(") ")[1].split(" ")[1]) === pid; } catch { return false; }
});

// The clerk makes what the pool reads: a worker waits for its stores before it takes requests.
async function stores(state) {
  const clerk = spawn(join(programs, "curbside-clerk"), ["--state", state, "serve"], { stdio: "ignore" });
  const ended = new Promise((done) => clerk.once("exit", done));
  for (let i = 0; i < 200 && !existsSync(join(state, "run", "clerk.sock")); i++) await sleep(50);
  clerk.kill("SIGTERM");
  await ended;
}

async function pool(work) {
  const folder = mkdtempSync(join(process.env.TEST_TMP ?? tmpdir(), "roll-"));
  const state = join(folder, "state"), path = join(state, "run", "web-login.sock");
  mkdirSync(join(state, "run"), { recursive: true });
  await stores(state);
  const log = openSync(join(folder, "log"), "a");
  const master = spawn(program, ["--state", state, "--pool", "login", "serve"], { stdio: ["ignore", log, log] });
  const ended = new Promise((done) => master.once("exit", (code) => done(code)));
  try {
    let up = false; // the socket is there a moment before anybody listens on it
    for (let i = 0; i < 100 && !up; i++) {
      up = existsSync(path) && await ask(path);
      if (!up) await sleep(50);
    }
    assert.ok(up, "the pool does not answer");
    return await work({ path, master, ended, log: () => readFileSync(join(folder, "log"), "utf8") });
  } finally {
    if (master.exitCode === null) master.kill("SIGTERM");
    await ended;
    rmSync(folder, { recursive: true, force: true });
  }
}

// `clients` ask without pause until `disturb`, which sees the counts, is through; how many were answered and lost.
async function load(path, clients, disturb) {
  const count = { answered: 0, lost: 0 };
  let on = true;
  const loops = Array.from({ length: clients }, async () => {
    while (on) await ask(path) ? count.answered++ : count.lost++;
  });
  await disturb(count);
  on = false;
  await Promise.all(loops);
  return count;
}

test("replacing all workers again and again under load loses no request", () => pool(async ({ path, master }) => {
  const seen = new Set();
  const { answered, lost } = await load(path, 16, async () => {
    for (let i = 0; i < 12; i++) {
      master.kill("SIGHUP");
      await sleep(300);
      for (const pid of childrenOf(master.pid)) seen.add(pid);
    }
  });
  assert.strictEqual(lost, 0);
  assert.ok(answered > 1000, `only ${answered} answers`);
  assert.ok(seen.size >= 8, `only ${seen.size} workers were seen`);
}));

test("a worker that is killed loses what it had in hand and is replaced (the control)", () => pool(async ({ path, master }) => {
  const { answered, lost } = await load(path, 16, async (count) => {
    for (let i = 0; i < 80 && (i < 12 || count.lost === 0); i++) { // a worker may have nothing in hand just then
      await sleep(250);
      for (const pid of childrenOf(master.pid)) process.kill(pid, "SIGKILL");
    }
    await sleep(1500);
  });
  assert.ok(lost > 0, "killing workers lost nothing: this test could not see a loss");
  assert.ok(answered > 1000, `only ${answered} answers`);
  assert.ok(await ask(path));
}));

test("SIGTERM ends the pool at once, with nothing left behind", () => pool(async ({ path, master, ended }) => {
  const before = Date.now();
  master.kill("SIGTERM");
  assert.strictEqual(await ended, 0);
  assert.ok(Date.now() - before < 2500);
  assert.ok(!existsSync(path));
}));

test("a second master of the same pool does not take the socket away", () => pool(async ({ path, log }) => {
  const state = path.slice(0, path.indexOf("/run/"));
  const second = spawn(program, ["--state", state, "--pool", "login", "serve"], { stdio: "ignore" });
  assert.strictEqual(await new Promise((done) => second.once("exit", done)), 1);
  assert.ok(await ask(path));
  assert.ok(!/killed/.test(log()));
}));

test("an unknown verb, pool or option is told how it is used, with code 2", async () => {
  for (const args of [[], ["--pool", "kitchen", "serve"], ["serve"], ["dance"], ["--quick", "routes"]]) {
    const run = spawn(program, args, { stdio: ["ignore", "ignore", "pipe"] });
    let said = "";
    run.stderr.on("data", (part) => { said += part; });
    assert.strictEqual(await new Promise((done) => run.once("exit", done)), 2);
    assert.match(said, /^usage: /);
  }
});
