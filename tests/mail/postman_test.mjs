// The postman against a real SMTP server (Debian's aiosmtpd). The rule (board/postman.c): a mail that is due always arrives; a stop of the
// postman doubles at most the one mail on its way, and both copies bear the same Message-ID. SMTP itself leaves that gap: no more than that.
// test-seconds: 150
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { createServer } from "node:net";
import { join } from "node:path";
import { readFileSync, writeFileSync } from "node:fs";
import { test, after, before } from "node:test";
import { House, DAY, ask, answer, root, sleep } from "../support/house.mjs";
import { sql } from "../support/stores.mjs";

const secret = "Wolff-Chaikoff", rounds = Number(process.env.ROUNDS ?? 15);
let house, relay, port, alder, birch, question, answers = 0;

class Relay {
  static async start(port) {
    const relay = new Relay();
    relay.said = [];
    relay.process = spawn("/usr/bin/python3", [join(root, "tests/mail/relay.py"), String(port)], { stdio: ["pipe", "pipe", "inherit"] });
    let rest = "";
    relay.process.stdout.on("data", (part) => {
      const lines = (rest + part).split("\n");
      rest = lines.pop();
      relay.said.push(...lines.map((line) => JSON.parse(line)));
    });
    await waitFor(() => relay.said.some(({ ready }) => ready), "the relay listens");
    return relay;
  }
  async behave(word) {
    const from = this.said.length;
    this.process.stdin.write(`${word}\n`);
    await waitFor(() => this.said.slice(from).some(({ behaviour }) => behaviour === word), `the relay is ${word}`);
  }
  get mails() { return this.said.filter(({ mail }) => mail); }
  async stop() {
    const gone = new Promise((done) => this.process.once("exit", done));
    this.process.kill("SIGKILL");
    await gone;
  }
}
process.on("exit", () => relay?.process.kill("SIGKILL"));

async function waitFor(condition, what, seconds = 20) {
  for (const end = Date.now() + seconds * 1000; Date.now() < end; await sleep(20)) if (condition()) return;
  assert.fail(`in vain: ${what}`);
}
async function freePort() {
  return new Promise((done) => {
    const server = createServer();
    server.listen(0, "127.0.0.1", () => { const { port: free } = server.address(); server.close(() => done(free)); });
  });
}

const settings = (more) => ({ "smtp.host": "127.0.0.1", "smtp.port": port, "smtp.from": "house@demo.example", "smtp.retry_seconds": 1, "smtp.per_day": 0, ...more });
async function restart(more) {
  await house.down();
  const path = join(house.state, "curbside.conf");
  const lines = readFileSync(path, "utf8").split("\n").filter((line) => line && !line.startsWith("smtp."));
  writeFileSync(path, [...lines, ...Object.entries(settings(more)).map(([k, v]) => `${k} = ${v}`), ""].join("\n"));
  await house.up();
}
// What the clerk wants sent, by the number in its Message-ID; the store's own word.
const desk = (text) => sql(join(house.state, "desk", "desk.db"), text).split("\n").filter(Boolean).map(Number);
const wanted = () => desk("SELECT id FROM mail ORDER BY id;"), unsent = () => desk("SELECT id FROM mail WHERE sent = 0;").length;
async function allSent(seconds = 20) {
  await waitFor(() => unsent() === 0, "all are sent", seconds);
  await sleep(100); // sqlite3 was run in step: what the relay said is still to be read
}
const number = (mail) => Number(mail.match(/^<mail-(\d+)@/)[1]);
const replied = () => answer(birch, question, `The ${secret} effect, part ${++answers}.`);

// What does not hold, one line each: every mail that was wanted is there, and stops of the postman doubled one each at most.
function faults(due, arrived, stops) {
  const times = new Map(due.map((id) => [id, 0]));
  for (const id of arrived) times.set(id, (times.get(id) ?? 0) + 1);
  const lost = [...times].filter(([, count]) => count === 0).map(([id]) => `mail ${id} was lost`);
  const unasked = [...times].filter(([id]) => !due.includes(id)).map(([id]) => `mail ${id} was made up`);
  const doubled = [...times.values()].reduce((all, count) => all + Math.max(0, count - 1), 0);
  return [...lost, ...unasked, ...(doubled > stops ? [`${doubled} copies for ${stops} stops`] : [])];
}
const allFaults = (stops) => faults(wanted(), relay.mails.map(({ mail }) => number(mail)), stops);
async function killPostman() {
  const pid = house.pid("postman");
  process.kill(pid, "SIGKILL");
  const now = () => { try { return house.pid("postman"); } catch { return 0; } };
  await waitFor(() => now() !== 0 && now() !== pid, "the postman is back");
}

before(async () => {
  port = await freePort();
  relay = await Relay.start(port);
  house = await House.start({ conf: settings({ "smtp.host": "" }) });
  alder = await house.physician("Alder", { email: "alder@hospital.example" });
  birch = await house.physician("Birch", { email: "birch@hospital.example" });
  question = await ask(alder, `Who has seen ${secret} in practice?`, `A word on ${secret}, please.`);
  await replied();
});
after(async () => {
  await house?.stop();
  await relay?.stop();
});

test("without a relay in the settings nothing is sent and mail is kept", async () => {
  await sleep(2500);
  assert.deepEqual(relay.said.filter(({ connected }) => connected), []);
  assert.equal(wanted().length, 3, "two decided applications, one answer");
  assert.equal(unsent(), 3);
});

test("once there is one, what was kept arrives, once each", async () => {
  await restart();
  await allSent();
  assert.deepEqual(allFaults(0), []);
});

test("a mail is well formed, goes to its member alone, and says nothing that anybody wrote or who did", () => {
  const alders = relay.mails.filter(({ to }) => to.includes("alder@hospital.example"));
  assert.equal(alders.length, 2);
  for (const { mail, sender, to, subject, headers, type, defects, body, raw } of relay.mails) {
    assert.equal(to.length, 1);
    assert.equal(sender, "house@demo.example");
    assert.deepEqual(defects, []);
    assert.equal(type, "text/plain");
    assert.match(mail, /^<mail-\d+@localhost>$/);
    assert.match(subject, /^Curbside: (a new answer|your application)$/);
    const endable = subject.endsWith("a new answer") ? ["list-unsubscribe", "list-unsubscribe-post"] : [];
    assert.deepEqual(headers.map(([name]) => name).sort(), ["auto-submitted", "content-transfer-encoding", "content-type", "date", "from",
      ...endable, "message-id", "mime-version", "subject", "to"]);
    assert.match(body, /http:\/\/localhost/);
    for (const word of [secret, "Alder", "Birch", "Ada", "cardiology", "practice"]) assert.ok(!`${raw}\n${subject}\n${body}`.includes(word), word);
    assert.ok(raw.split("\r\n").every((line) => !/[\r\n]/.test(line) && line.length < 998));
  }
});

test("a relay that breaks off is asked again, after twice as long each time, and then the mail arrives once", async () => {
  await relay.behave("away");
  const from = relay.said.length, count = relay.mails.length;
  await replied();
  const connections = () => relay.said.slice(from).filter(({ connected }) => connected).map(({ connected }) => connected);
  await waitFor(() => connections().length >= 4, "four tries");
  const [a, b, c, d] = connections(), waits = [b - a, c - b, d - c];
  for (const [i, wait] of waits.entries()) assert.ok(wait >= 2 ** i && wait < 2 ** i + 3, `waits were ${waits}`);
  await relay.behave("plain");
  await allSent();
  assert.equal(relay.mails.length, count + 1);
  assert.deepEqual(allFaults(0), []);
});

test("a relay that is down costs no mail, and what waited arrives once it is up", async () => {
  await relay.stop();
  const said = relay.said;
  for (let i = 0; i < 3; i++) await replied();
  await sleep(1500);
  assert.equal(unsent(), 3);
  relay = await Relay.start(port);
  relay.said.unshift(...said);
  await allSent();
  assert.deepEqual(allFaults(0), []);
});

test("a mail the relay refuses for now is tried again and arrives once", async () => {
  await relay.behave("refuse");
  await replied();
  await waitFor(() => relay.said.filter(({ refused }) => refused).length >= 2, "two refusals");
  assert.equal(unsent(), 1);
  await relay.behave("plain");
  await allSent();
  assert.deepEqual(allFaults(0), []);
});

let stops = 0;
test("killed after the relay kept a mail and before it said so: that one comes twice under one Message-ID, no other, none is lost", async () => {
  await relay.behave("hold");
  const from = relay.mails.length;
  await replied();
  await replied();
  await waitFor(() => relay.mails.length > from, "one is kept");
  await killPostman();
  stops++;
  await relay.behave("plain");
  await allSent();
  const ids = relay.mails.slice(from).map(({ mail }) => mail);
  assert.equal(ids.length, 3);
  assert.equal(new Set(ids).size, 2);
  assert.deepEqual(allFaults(stops), []);
});

test("killed after the relay said so and before it was written down: at most that one comes twice, none is lost", async () => {
  await relay.behave("hold");
  const from = relay.mails.length;
  await replied();
  await replied();
  await waitFor(() => relay.mails.length > from, "one is kept");
  const clerk = house.pid("clerk");
  process.kill(clerk, "SIGSTOP");
  try {
    await relay.behave("plain");
    await sleep(300);
    await killPostman();
    stops++;
  } finally {
    process.kill(clerk, "SIGCONT");
  }
  await allSent();
  assert.ok(new Set(relay.mails.slice(from).map(({ mail }) => mail)).size === 2 && relay.mails.length <= from + 3);
  assert.deepEqual(allFaults(stops), []);
});

test("a clerk that does not answer for long doubles nothing: what was handed over is written down first", async () => {
  await relay.behave("hold");
  const from = relay.mails.length, clerk = house.pid("clerk");
  await replied();
  await waitFor(() => relay.mails.length > from, "it is kept");
  process.kill(clerk, "SIGSTOP");
  try {
    await relay.behave("plain");
    await sleep(7000); // longer than the postman waits for an answer
  } finally {
    process.kill(clerk, "SIGCONT");
  }
  await allSent();
  assert.equal(relay.mails.length, from + 1);
});

test(`killed ${rounds} times at random moments under load: nothing is lost, each stop doubles one at most`, async () => {
  await relay.behave("slow");
  let running = true;
  const load = (async () => { while (running) { await replied(); await sleep(Math.random() * 60); } })();
  try {
    for (let i = 0; i < rounds; i++) {
      await sleep(1050 + Math.random() * 250); // what ends within a second of its start is raised ever more slowly
      await killPostman();
      stops++;
    }
  } finally {
    running = false;
    await load;
  }
  await relay.behave("plain");
  await allSent(40);
  console.log(`# ${wanted().length} mails, ${relay.mails.length - wanted().length} copies for ${stops} stops`);
  assert.deepEqual(allFaults(stops), []);
});

test("a lost, a made-up and a doubled mail would be found (control)", () => {
  assert.deepEqual(faults([1, 2], [1, 2, 2], 1), []);
  assert.equal(faults([1, 2], [1], 0).length, 1);
  assert.equal(faults([1, 2], [1, 2, 3], 0).length, 1);
  assert.equal(faults([1, 2], [1, 2, 2], 0).length, 1);
  assert.equal(faults(wanted(), relay.mails.slice(1).filter(({ mail }) => mail !== relay.mails[0].mail).map(({ mail }) => number(mail)), stops)
    .filter((fault) => /lost/.test(fault)).length, 1);
});

test("a member gets so many mails in a day; what is more waits for the next day and then comes in one", async () => {
  house.advance(DAY);
  await restart({ "smtp.per_day": 2 });
  for (const client of [alder, birch]) await house.renew(client);
  const from = relay.mails.length, first = wanted().length;
  for (let i = 0; i < 5; i++) await replied();
  const other = await ask(birch, "Another member's mail does not wait for this one's");
  await answer(alder, other, "It does not.");
  const came = () => relay.mails.slice(from).map(({ mail }) => number(mail)), due = wanted().slice(first);
  assert.equal(due.length, 6);
  await waitFor(() => came().length >= 3, "those of the day");
  await sleep(2500);
  assert.deepEqual(came(), [due[0], due[1], due[5]]);
  house.advance(DAY);
  await waitFor(() => unsent() === 0 && came().length >= 4, "the rest, the next day");
  await sleep(2500);
  assert.equal(came().length, 4);
  const { mail, subject, body } = relay.mails.at(-1);
  assert.ok(number(mail) > due[5], "a mail of its own");
  assert.equal(subject, "Curbside: 1 thread for you");
  assert.ok(!body.includes("Alder") && !body.includes("Birch"));
  assert.equal(unsent(), 0);
});
