// What moves money, or lets a key in, takes two people, as a house that leaves the settings alone has it: in the browser and at the machine.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { randomBytes } from "node:crypto";
import { House, sleep } from "../support/house.mjs";
import { Passkey } from "../support/second.mjs";
import { campaign } from "../support/money.mjs";

let house, gate, latch, halden, key, own;

before(async () => {
  house = await House.start({ clock: Date.UTC(2026, 2, 31, 23, 30), conf: { "ledger.close_alone": 0, "money.two_admins": 1, "key.two_admins": 1, "site.url": "own" } });
  for (const [name, role, organisation] of [["Gate", "admin", ""], ["Latch", "admin", ""], ["Halden", "sponsor", "Halden Bio"]]) house.staff(name, role, organisation);
  [gate, latch, halden] = [await house.signIn("Gate"), await house.signIn("Latch"), await house.signIn("Halden")];
  [key, own] = [new Passkey(house.origin), new Passkey(house.origin)];
  await key.add(latch);
  await own.add(gate);
});
after(() => house?.stop());

const operations = async (client) => (await client.json("/admin/operations")).operations;
const becomes = async (number, state) => {
  for (let i = 0; i < 100; i++) {
    if ((await operations(latch)).find((one) => one.number === number).state === state) return;
    await sleep(50);
  }
  assert.fail(`operation ${number} is ${(await operations(latch)).find((one) => one.number === number).state}`);
};
const booked = async () => (await gate.json("/admin/ledger")).campaigns[0].deposit;
let id;

test("a deposit is proposed by one admin and booked when another's passkey has confirmed these words", async () => {
  id = await campaign(house, halden, gate);
  assert.equal(await booked(), "$0.00");
  const [waits] = await operations(latch);
  assert.match(waits.words, /^Book a deposit of 5,000\.00 USD in the campaign [0-9a-f]{8} “Anticoagulation”$/);
  assert.equal((await latch.json("/admin/ledger")).waiting, 1);
  assert.equal((await gate.json("/admin/ledger")).waiting, 0, "who proposed it has nothing to confirm");
  assert.ok(!(await gate.get("/admin/operations")).text.includes("Confirm exactly this"));
  await assert.rejects(own.confirm(gate, "/admin/operations", "/admin/confirm"));
  assert.equal((await key.confirm(latch, "/admin/operations", "/admin/confirm", { broken: true })).status, 422);
  assert.equal(await booked(), "$0.00");
  await key.confirm(latch, "/admin/operations", "/admin/confirm");
  await becomes(waits.number, "done");
  assert.equal(await booked(), "$5,000.00");
});

test("what the operator asks for at the machine waits too, and may be turned down", async () => {
  assert.match(house.must("curbside", ["ledger", "deposit", id, "1000"]), /^proposed as operation 2: an admin confirms it at \/admin\/operations$/m);
  assert.notEqual(house.run("curbside", ["ledger", "deposit", id, "12.50"]).status, 0);
  assert.equal(await booked(), "$5,000.00");
  assert.equal((await operations(latch))[0].by, "at the machine");
  await latch.submit("/admin/operations", "/admin/operation/2/withdraw", {}, { expect: 303 });
  await becomes(2, "withdrawn, or replaced");
  assert.equal(await booked(), "$5,000.00");
});

test("a sponsor's new key signs only when an admin has let it in", async () => {
  const public_key = randomBytes(32).toString("hex"), page = `/sponsor/campaign/${id}`, send = () =>
    halden.submit(page, `${page}/earmark`, { public_key, envelope: "A".repeat(100) }, { expect: 422 });
  assert.match((await send()).text, /an admin lets it in first/);
  assert.match((await send()).text, /an admin lets it in first/);
  const waits = (await operations(latch)).filter((one) => one.waits);
  assert.equal(waits.length, 1, "asked twice, it is one proposal");
  assert.ok(waits[0].words.includes(public_key) && waits[0].words.includes("“Halden” (Halden Bio)"));
  assert.deepEqual((await halden.json(page)).keys, []);
  await key.confirm(latch, "/admin/operations", "/admin/confirm");
  await becomes(waits[0].number, "done");
  assert.equal((await halden.json(page)).keys[0].public_key, public_key);
  assert.doesNotMatch((await send()).text, /an admin lets it in first/); // control: now the envelope is what is wrong
});

test("a month closed by hand waits for the second admin, and then closes by itself", async () => {
  house.must("curbside", ["ledger", "verify"]);
  const { number } = (await operations(latch))[0];
  house.setTime(Date.UTC(2026, 3, 1, 0, 10));
  await gate.submit("/admin/ledger", "/admin/period", { period: "2026-03" }, { expect: 303 });
  const [waits] = await operations(latch);
  assert.ok(waits.number > number);
  assert.match(waits.words, /^Close the month 2026-03/);
  assert.ok((await gate.json("/admin/ledger")).periods.every((one) => !one.closed));
  await key.confirm(latch, "/admin/operations", "/admin/confirm");
  await becomes(waits.number, "done");
  assert.ok((await gate.json("/admin/ledger")).periods.some((one) => one.name === "2026-03" && one.closed));
});
