// A whole house for a test: its own state folder, free port, programs and nginx, stopped by process id. Time stands still unless moved.
// People act through the web alone, with the forms and tokens a browser would send.
import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, mkdirSync, writeFileSync, openSync, writeSync, closeSync, rmSync, readFileSync, readdirSync, existsSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { Client } from "./client.mjs";

export const root = resolve(new URL("../..", import.meta.url).pathname);
export const bin = resolve(root, process.env.BUILD ?? "build", "bin");
export const password = "corridor after rounds";
export const DAY = 86400000, HOUR = 3600000, MINUTE = 60000;

// Cheap passwords that wait for nobody, long sessions, and no limits of rate: a test is many people from one address.
const quick = {
  "password.memory_mib": 8, "password.passes": 1, "password.niceness": 0, "password.per_minute": 100000, "session.idle_minutes": 1440,
  "session.idle_minutes_staff": 1440, "session.hours": 168, "session.hours_staff": 168, "rate.read_per_minute": 0,
  "rate.post_per_minute": 0, "rate.vote_per_minute": 0, "rate.draft_per_minute": 0, "rate.sign_in_per_minute": 0, "search.per_minute": 0,
  "vote.per_day": 10000, "posting.per_day": 10000, "second.physician": 0, "second.staff": 0, "confirm.passkey_hours": 0, "money.two_admins": 0, "key.two_admins": 0, "rule.worlds": "", "rule.shadow_days": 0, "posting.hold_first": 0, "earmark.audience": 1,
};
const unlimited = { PAGE_RATE: "100000", PAGE_BURST: "100000", SIGN_IN_RATE: "100000", SIGN_IN_BURST: "10000", CONNECTIONS: "1000" };

// Whatever ends this process also ends the houses it raised.
const standing = new Set();
process.on("exit", () => {
  const gone = (pid) => { try { return / Z /.test(readFileSync(`/proc/${pid}/stat`, "utf8")); } catch { return true; } };
  for (const house of standing) house.process?.kill("SIGTERM");
  for (const { process: up, folder } of standing) {
    for (let i = 0; i < 100 && up && !gone(up.pid); i++) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 50);
    rmSync(folder, { recursive: true, force: true });
  }
});
for (const signal of ["SIGTERM", "SIGINT"]) process.on(signal, () => process.exit(130));

export async function freePort() {
  return new Promise((done, fail) => {
    const server = createServer();
    server.on("error", fail);
    server.listen(0, "127.0.0.1", () => { const { port } = server.address(); server.close(() => done(port)); });
  });
}

export const sleep = (ms) => new Promise((done) => setTimeout(done, ms));

export class House {
  // conf: settings; seed: makes randomness repeatable; clock: first instant (ms), or null for the real time;
  // env: more variables; state: a folder of the caller's to run on, which stays.
  static async start({ conf = {}, seed = null, clock = Date.UTC(2026, 2, 2, 9), env = {}, state = null } = {}) {
    const house = new House();
    house.folder = mkdtempSync(join(process.env.TEST_TMP ?? tmpdir(), "house-"));
    house.state = state ?? join(house.folder, "state");
    mkdirSync(house.state, { recursive: true });
    house.port = await freePort();
    // A confined worker cannot be looked through for leaks; unit tests are.
    const sanitizer = { ASAN_OPTIONS: "detect_leaks=0" };
    house.env = { ...sanitizer, ...process.env, ...unlimited, ...env, PORT: String(house.port), STATE: house.state };
    for (const name of ["CURBSIDE_SEED", "CURBSIDE_CLOCK"]) if (!(name in env)) delete house.env[name];
    const settings = { ...quick, ...conf };
    if (settings["site.url"] === "own") settings["site.url"] = `http://localhost:${house.port}`; // what passkeys are bound to
    writeFileSync(join(house.state, "curbside.conf"), Object.entries(settings).map(([k, v]) => `${k} = ${v}\n`).join(""));
    if (clock !== null) {
      house.clockFile = join(house.state, "clock");
      house.env.CURBSIDE_CLOCK = house.clockFile;
      house.setTime(clock);
    }
    if (seed !== null) house.env.CURBSIDE_SEED = seed;
    house.origin = `http://localhost:${house.port}`;
    await house.up();
    return house;
  }

  setTime(ms) {
    this.time = ms;
    const bytes = Buffer.alloc(8);
    bytes.writeBigInt64LE(BigInt(ms));
    const fd = openSync(this.clockFile, existsSync(this.clockFile) ? "r+" : "w+");
    writeSync(fd, bytes, 0, 8, 0);
    closeSync(fd);
  }
  advance(ms) { this.setTime(this.time + ms); }

  async up() {
    const log = openSync(join(this.folder, "up.log"), "a");
    this.process = spawn(join(bin, "curbside"), ["--state", this.state, "up"], { env: this.env, stdio: ["ignore", log, log], cwd: root });
    closeSync(log);
    standing.add(this);
    this.ended = new Promise((done) => this.process.once("exit", (code, signal) => done({ code, signal })));
    for (let i = 0; i < 300; i++) {
      if (this.process.exitCode !== null || this.process.signalCode !== null) break;
      const answer = await this.visitor().get("/healthz").catch(() => null);
      if (answer?.status === 200) return;
      await sleep(100);
    }
    const said = readFileSync(join(this.folder, "up.log"), "utf8").slice(-2000);
    await this.stop();
    throw new Error(`the house did not come up:\n${said}`);
  }

  async down() {
    if (this.process && this.process.exitCode === null && this.process.signalCode === null) this.process.kill("SIGTERM");
    if (this.process) await this.ended;
    standing.delete(this);
  }
  // As when the power goes: every process of the house at once, without a word.
  async crash() {
    const pids = readdirSync(join(this.state, "run")).filter((name) => name.endsWith(".pid")).map((name) => this.pid(name.slice(0, -4)));
    this.process.kill("SIGKILL");
    for (const pid of pids) try { process.kill(-pid, "SIGKILL"); } catch { /* it was not up just then */ }
    await this.ended;
    standing.delete(this);
  }
  // In a build with sanitizers a program that erred says so in its log, and is raised again: no test may pass over that.
  sanitizerFaults() {
    const folder = join(this.state, "log");
    return (existsSync(folder) ? readdirSync(folder) : [])
      .map((name) => readFileSync(join(folder, name), "utf8").match(/.*(?:Sanitizer|runtime error:)[^]{0,2000}/)?.[0])
      .filter(Boolean);
  }
  async stop() {
    await this.down();
    const faults = this.sanitizerFaults();
    rmSync(this.folder, { recursive: true, force: true });
    if (faults.length > 0) throw new Error(faults.join("\n"));
  }

  // A program of the house run to its end: { status, stdout, stderr }.
  run(program, args, { input = "", env = {}, seconds = 120 } = {}) {
    const done = spawnSync(join(bin, program), ["--state", this.state, ...args],
      { input, env: { ...this.env, ...env }, encoding: "utf8", maxBuffer: 64 << 20, cwd: root, timeout: seconds * 1000 });
    return { status: done.status, stdout: done.stdout, stderr: done.stderr };
  }
  must(program, args, options) {
    const done = this.run(program, args, options);
    if (done.status !== 0) throw new Error(`${program} ${args.join(" ")}: exit ${done.status}\n${done.stdout}\n${done.stderr}`);
    return done.stdout;
  }
  pid(program) { return Number(readFileSync(join(this.state, "run", `${program}.pid`), "utf8")); }

  visitor() { return new Client(this.origin); }

  staff(pseudonym, role, organisation = "") {
    this.must("curbside", ["staff", "add", pseudonym, role, ...(organisation ? ["--organisation", organisation] : [])], { input: password + "\n" });
  }
  async signIn(name, secret = password) {
    const client = this.visitor();
    await client.submit("/login", "/login", { name, password: secret }, { expect: 303 });
    client.name = name;
    return client;
  }
  // The same person after a session has ended.
  async renew(client) {
    client.cookies.clear();
    await client.submit("/login", "/login", { name: client.name, password }, { expect: 303 });
  }
  async apply(pseudonym, more = {}) {
    this.applied = (this.applied ?? 0) + 1;
    const client = this.visitor();
    await client.submit("/join", "/join", {
      pseudonym, password, email: `m${this.applied}@demo.example`, first_name: "Ada", last_name: `Example${this.applied}`,
      npi: npi(this.applied), licence: String(2010000000 + this.applied), state: "MO", specialty: "cardiology", show_specialty: "1", ...more,
    }, { expect: 303 });
  }
  async admin() {
    if (!this.adminClient) {
      this.staff("Gatekeeper", "admin");
      this.adminClient = await this.signIn("Gatekeeper");
    }
    return this.adminClient;
  }
  // A physician who has been let in, signed in.
  async physician(pseudonym, more = {}) {
    await this.apply(pseudonym, more);
    const admin = await this.admin();
    const waiting = (await admin.json("/admin/members")).applications.find((a) => a.pseudonym === pseudonym);
    await admin.submit("/admin/members", `/admin/member/${waiting.member}`, { accepted: "1", reason: "seen" }, { expect: 303 });
    const client = await this.signIn(pseudonym);
    client.member = waiting.member;
    return client;
  }
  // Wait until every fold has caught up with its log.
  async settle() {
    for (let i = 0; i < 200; i++) {
      const behind = [...this.run("curbside", ["status"]).stdout.matchAll(/(\d+) behind/g)].map((found) => Number(found[1]));
      if (behind.length > 0 && behind.every((count) => count === 0)) return;
      await sleep(50);
    }
    throw new Error("the folds did not catch up");
  }
}

// A National Provider Identifier with a right check digit (Luhn over 80840 and the first nine digits).
export function npi(number) {
  const nine = String(200000000 + number);
  const digits = ("80840" + nine).split("").map(Number).reverse();
  const sum = digits.reduce((all, d, i) => all + (i % 2 === 0 ? (d * 2 > 9 ? d * 2 - 9 : d * 2) : d), 0);
  return nine + String((10 - (sum % 10)) % 10);
}

// Ask a question, give the new posting's id.
export async function ask(client, title, body = "What do you do in practice?", more = {}) {
  const answer = await client.submit("/ask", "/ask", { kind: "1", title, body, topics: "cardiology", ...more }, { expect: 303 });
  return Number(answer.location.match(/\/q\/(\d+)/)[1]);
}
export async function answer(client, question, body) {
  const done = await client.submit(`/q/${question}`, `/q/${question}/answer`, { body }, { expect: 303 });
  return Number(done.location.match(/#p(\d+)/)[1]);
}
export async function vote(client, question, posting, stance, patients = 0) {
  return client.submit(`/q/${question}`, `/p/${posting}/vote`, { stance, patients });
}
