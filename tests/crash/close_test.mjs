// A month is closed while the paymaster is killed again and again: everybody is paid exactly what a calm house pays, and once.
// test-seconds: 120
// SEED=N repeats the moments.
import assert from "node:assert/strict";
import { test, after } from "node:test";
import { House, MINUTE, ask, answer, vote, sleep } from "../support/house.mjs";
import { campaign, earmark, tick, ledgerSize } from "../support/money.mjs";
import { sql } from "../support/stores.mjs";
import { join } from "node:path";

const conf = { "ledger.close_alone": 0, "ledger.close_bucket": 4096 };
const houses = [];
after(() => Promise.all(houses.map((house) => house.stop())));
let state = Number(process.env.SEED ?? 1);
console.log(`# SEED=${state}`);
const random = () => (state = (state * 48271) % 2147483647) / 2147483647;

// A month with pay for three voters and two authors, ended and not closed.
async function month() {
  const house = await House.start({ conf, seed: "close" });
  houses.push(house);
  const admin = await house.admin();
  house.staff("Halden", "sponsor", "Halden Bio");
  const sponsor = await house.signIn("Halden");
  const members = [];
  for (const name of ["Alder", "Birch", "Cedar", "Dogwood", "Elm"]) members.push(await house.physician(name));
  const [alder, birch, cedar, dogwood, elm] = members;
  const pool = await campaign(house, sponsor, admin);
  const question = await ask(alder, "Which anticoagulant on dialysis?");
  await earmark(house, sponsor, pool, question, 1, { amount: "60", cap: "60" });
  await earmark(house, sponsor, pool, question, 2, { amount: "90", cap: "400" });
  await tick(house);
  const posting = await answer(birch, question, "Apixaban.");
  await earmark(house, sponsor, pool, posting, 3, { amount: "20", cap: "400" });
  await tick(house);
  for (const [client, stance] of [
    [cedar, 1],
    [dogwood, 1],
    [elm, 2],
  ]) {
    house.advance(MINUTE);
    await vote(client, question, posting, stance, 1);
  }
  await tick(house);
  await house.settle();
  house.setTime(Date.UTC(2026, 3, 1, 6));
  for (const client of [admin, ...members]) await house.renew(client);
  return { house, admin, members };
}

// Ask for the close until it is done; `disturb` runs after each asking.
async function close({ house, admin }, disturb) {
  for (let i = 0; i < 200; i++) {
    const asked = admin
      .submit("/admin/ledger", "/admin/period", { period: "2026-03" })
      .then(({ status }) => status)
      .catch(() => 0);
    await disturb?.(i);
    await asked;
    const seen = await admin.json("/admin/ledger").catch(() => ({ periods: [] }));
    if (seen.periods.some((p) => p.name === "2026-03" && p.closed)) return;
    await sleep(30);
  }
  throw new Error(`not closed; the ledger has ${ledgerSize(house)} entries`);
}

async function paid({ members }) {
  const list = [];
  for (const client of members)
    for (const { period, amount, payments } of (await client.json("/earnings")).statements)
      list.push(
        `${client.name} ${period} ${amount}: ${payments.map((p) => `${p.amount} (${p.parts.map((part) => part.amount)})`)}`,
      );
  return list;
}
const transfers = ({ house }) =>
  sql(join(house.state, "book/book.db"), "SELECT count(*), total(amount) FROM transfer WHERE flags = 0");

let calm, wanted;
test("a calm house pays", async () => {
  calm = await month();
  await close(calm);
  wanted = await paid(calm);
  console.log(`# ${wanted.join("; ")}`);
  assert.ok(wanted.filter((line) => !line.includes("$0.00:")).length >= 5);
});

test("a house whose paymaster is killed over and over while it closes the month pays the same, once", async () => {
  const torn = await month();
  let kills = 0;
  const pid = () => {
    try {
      return torn.house.pid("paymaster");
    } catch {
      return 0;
    }
  };
  // Four times: in the middle of the close, and of taking it up again.
  await close(torn, async (i) => {
    for (; i === 0 && kills < 4; kills++) {
      await sleep(random() * 40);
      const now = pid();
      process.kill(now, "SIGKILL");
      while (pid() === 0 || pid() === now) await sleep(2);
    }
    for (let j = 0; j < 100 && (await torn.admin.get("/admin/ledger")).status !== 200; j++) await sleep(20);
  });
  console.log(`# ${kills} kills`);
  assert.equal(kills, 4);
  assert.deepEqual(await paid(torn), wanted);
  assert.equal(transfers(torn), transfers(calm), "as many transfers of as much money");
  await torn.house.down();
  for (const args of [
    ["ledger", "verify"],
    ["ledger", "replay"],
    ["rebuild", "--check"],
  ]) {
    const done = torn.house.run("curbside", args);
    assert.equal(done.status, 0, `${args}: ${done.stdout}${done.stderr}`);
  }
});

test("closing it again changes nothing; a payment more would be seen (control)", async () => {
  const before = transfers(calm);
  await calm.admin.submit("/admin/ledger", "/admin/fund", {
    campaign: (await calm.admin.json("/admin/ledger")).campaigns[0].id,
    amount: "1000",
  });
  assert.notEqual(transfers(calm), before, "a transfer more is seen");
  assert.equal(calm.house.run("curbside", ["ledger", "close", "2026-03"]).status, 0, "closing what is closed is no fault");
  assert.deepEqual(await paid(calm), wanted);
});
