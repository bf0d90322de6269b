// Mails about new reports, through the running house: told by the analyst, mailed to a sponsor's people who asked for it, once, whatever is
// killed; ended with one click. And what kinds of sponsors read what an author's postings stood in.
// test-seconds: 120
import assert from "node:assert/strict";
import { join } from "node:path";
import { test, after, before } from "node:test";
import { House, DAY, ask, password, sleep } from "../support/house.mjs";
import { openRelay } from "../support/relay.mjs";
import { sql } from "../support/stores.mjs";

let house, relay, alder, halden, ostrand, admin;
const board = (query) => sql(join(house.state, "board", "board.db"), query);
const header = (mail, name) => mail.text.match(new RegExp(`^${name}: (.*)$`, "mi"))?.[1];
const mails = (to) => relay.mails.filter((mail) => mail.to.includes(to) && /\/sponsor\/report/.test(mail.text));
async function until(condition, what, seconds = 30) {
  for (const end = Date.now() + seconds * 1000; Date.now() < end; await sleep(50)) if (await condition()) return;
  assert.fail(`in vain: ${what}`);
}
// So many days later somebody does something, which ends the periods in between.
async function pass(days) {
  house.advance(days * DAY);
  for (const client of [alder, halden, ostrand, admin]) await house.renew(client);
  await ask(alder, `Syncope under flecainide, ${house.time}`);
  await house.settle();
}
const told = () => until(() => board("SELECT max(report) FROM released;") === sql(join(house.state, "release", "release.db"), "SELECT max(id) FROM report;"), "the clerk knows all reports");

before(async () => {
  relay = await openRelay();
  house = await House.start({ clock: Date.UTC(2026, 2, 26, 9), conf: { ...relay.conf, "smtp.retry_seconds": 1, "site.url": "own", "smtp.per_day": 0 } });
  for (const name of ["Halden", "Ostrand"])
    house.must("curbside", ["staff", "add", name, "sponsor", "--organisation", `${name} Bio`, "--email", `${name.toLowerCase()}@sponsor.example`], { input: `${password}\n` });
  [halden, ostrand] = [await house.signIn("Halden"), await house.signIn("Ostrand")];
  alder = await house.physician("Alder");
  admin = await house.admin();
  await ask(alder, "Syncope under flecainide: who has seen it?");
});
after(async () => {
  await house?.stop();
  relay?.close();
});

test("a new report is mailed at once to who chose so: its address and no figure, once", async () => {
  const none = { results: 0, trends: 0, rising: 0, words: 0, members: 0 };
  await halden.submit("/sponsor/feed", "/sponsor/mail", { ...none, members: 1, words: 3 }, { expect: 303 });
  await pass(7); // the first quarter ends
  await until(() => mails("halden@sponsor.example").length > 0, "the mail");
  const [mail] = mails("halden@sponsor.example");
  assert.match(mail.text, /Who the members are\n {2}2026-Q1\n/);
  const key = mail.text.match(/\/sponsor\/report\/sha256\/([0-9a-f]{32})\n/)[1];
  assert.equal((await halden.json(`/sponsor/report/sha256/${key}`)).kind, "membership");
  assert.ok(!/fewer than|rounded|\d+ (members|physicians)/.test(mail.text));
  assert.equal(header(mail, "List-Unsubscribe-Post"), "List-Unsubscribe=One-Click");
  await sleep(2500);
  assert.equal(mails("halden@sponsor.example").length, 1);
  assert.equal(mails("ostrand@sponsor.example").length, 0, "who did not ask is not told");
});

test("clerk, analyst and postman killed meanwhile: the week's mail comes, under one Message-ID, and each report is in one", async () => {
  const before = mails("halden@sponsor.example").length;
  await pass(11); // two weeks end; words count from the first whole one on
  await told();
  house.advance(7 * DAY);
  for (let i = 0; i < 9; i++) {
    await sleep(120 + 70 * i);
    for (const program of [["postman"], ["clerk"], ["analyst", "clerk"]][i % 3]) try { process.kill(house.pid(program), "SIGKILL"); } catch { /* between two lives */ }
  }
  for (const client of [alder, halden, ostrand, admin]) await until(() => house.renew(client).then(() => true, () => false), "signing in");
  await ask(alder, "Syncope once more");
  await told();
  await until(() => mails("halden@sponsor.example").length > before, "the week's mail");
  await sleep(3000);
  const news = mails("halden@sponsor.example").slice(before), ids = new Map();
  for (const mail of news) ids.set(header(mail, "Message-ID"), mail);
  const addresses = [...ids.values()].flatMap((mail) => mail.text.match(/sha256\/[0-9a-f]{32}/g));
  assert.equal(new Set(addresses).size, addresses.length, "no report is told twice");
  for (const mail of news) assert.match(mail.text, /Words in the week\n {2}2026-W1\d\n/);
});

test("an author sees what kind of sponsor read, when the week is over; one click ends the mails", async () => {
  const { rows } = await admin.json("/admin/sponsors");
  await admin.submit("/admin/sponsors", `/admin/sponsor/${rows.find((row) => row.name === "Halden").id}`, { kind: 1 }, { expect: 303 });
  const words = (await halden.json("/sponsor/reports?kind=words")).rows[0].id;
  for (let i = 0; i < 3; i++) assert.equal((await halden.get(`/sponsor/report/${words}`)).status, 200);
  await until(() => board(`SELECT count(*) FROM reading WHERE report = ${words};`) === "1", "the reading");
  assert.equal((await alder.json("/readers")).rows.length, 0, "not while the week lasts");
  const address = new URL(header(mails("halden@sponsor.example")[0], "List-Unsubscribe").slice(1, -1)).pathname;
  assert.equal((await house.visitor().post(address, { "List-Unsubscribe": "One-Click" }, { headers: { "sec-fetch-site": null, origin: null } })).status, 200);
  assert.ok((await halden.json("/sponsor/feed")).mails.every(({ how }) => how === 0));
  await pass(8);
  const read = (await alder.json("/readers")).rows;
  assert.deepEqual(read.map(({ what, kinds }) => [what, kinds]), [["Words in the week", "a company"]]);
  for (const secret of ["Halden", "Ostrand"]) assert.ok(!(await alder.get("/readers")).text.includes(secret), secret);
  await house.settle();
  await house.down();
  const done = house.run("curbside", ["rebuild", "--check"]);
  assert.equal(done.status, 0, done.stdout + done.stderr);
});
