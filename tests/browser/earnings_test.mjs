// A member's earnings: how many of today's votes can earn, and years of payments page by page. SHOTS=DIR keeps pictures.
// test-seconds: 240
import assert from "node:assert/strict";
import { join } from "node:path";
import { test, after, before } from "node:test";
import { House, DAY, password, ask, answer, vote } from "../support/house.mjs";
import { launch, open, signIn, sound } from "../support/browser.mjs";
import { sql } from "../support/stores.mjs";

let house, browser, birch;
const answers = [];
const today = async (client) => (await client.json("/earnings")).today;
const statement = (text) => sql(join(house.state, "statement/statement.db"), text);

before(async () => {
  house = await House.start({ conf: { "ledger.close_alone": 0 } });
  browser = await launch();
  house.staff("Gatekeeper", "admin");
  house.adminClient = await house.signIn("Gatekeeper");
  for (const name of ["Alder", "Birch", "Cedar"]) await house.physician(name);
  const alder = await house.signIn("Alder");
  birch = await house.signIn("Birch");
  const question = await ask(alder, "Anticoagulation on dialysis: which, and how much?");
  answers.push(question);
  for (let i = 0; i < 22; i++) answers.push(await answer(alder, question, `Answer ${i} from practice.`));
  answers.cast = (of, stance = 1) => vote(birch, question, of, stance, 1);
});
after(async () => {
  await browser?.close();
  await house?.stop();
});

test("a member sees how many of today's votes can earn: first ones alone, whatever they say, and nobody else's", async () => {
  assert.deepEqual(await today(birch), { most: 20, known: true, used: 0, beyond: 0, width: 0 });
  for (const [i, of] of answers.slice(1, 4).entries()) await answers.cast(of, i + 1);
  await answers.cast(answers[1], 2);
  assert.deepEqual(await today(birch), { most: 20, known: true, used: 3, beyond: 0, width: 15 }, "a changed vote is not counted again");
  assert.equal((await today(await house.signIn("Cedar"))).used, 0);
  for (const of of answers.slice(4)) await answers.cast(of);
  assert.deepEqual(await today(birch), { most: 20, known: true, used: 20, beyond: 2, width: 100 });
  for (const [width, dark, script] of [[360, false, false], [1280, true, true]]) {
    const page = await open(browser, house.origin, { width, dark, script });
    await signIn(page, "Birch", password);
    await page.goto("/earnings");
    assert.match(await page.textContent("main"), /20 of 20 votes that count for pay today.*until midnight UTC, and 2 more counted for your colleagues alone/s);
    if (script) await sound(page, `earnings-today-${width}`);
  }
  house.advance(DAY);
  assert.equal((await today(await house.signIn("Birch"))).used, 0, "the next day (UTC) is another");
});

test("earnings are read while the clerk stands still: the limit is told, and no number made up", async () => {
  birch = await house.signIn("Birch");
  const clerk = house.pid("clerk");
  process.kill(clerk, "SIGSTOP");
  try {
    const page = await birch.get("/earnings");
    assert.equal(page.status, 200);
    assert.match(page.text, /your first 20 votes on postings can earn/);
    assert.doesNotMatch(page.text, /votes that count for pay today/);
  } finally {
    process.kill(clerk, "SIGCONT");
  }
  assert.equal((await today(birch)).known, true);
});

// Years of money as the paymaster would have written it; statement.db is a fold, which this house throws away.
const MONTHS = 60, PAYMENTS = 130, PARTS = 250, PAYOUTS = 120;
function years(member) {
  const numbers = (most) => `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${most})`;
  const month = `printf('%04d-%02d', 2020 + (i - 1) / 12, (i - 1) % 12 + 1)`;
  statement(`BEGIN;
    ${numbers(MONTHS)} INSERT INTO statement SELECT ${member}, ${month}, iif(i = ${MONTHS}, ${PAYMENTS}, 1) * 100, iif(i = ${MONTHS}, ${PAYMENTS}, 1),
      ${Date.UTC(2020, 0, 1)} + i * 31 * ${DAY} FROM n;
    ${numbers(MONTHS - 1)} INSERT INTO payment (id, member, period, campaign, product, cents, receipt, at_ms)
      SELECT i, ${member}, ${month}, 'Fund ' || i, 'No product', 100, 'receipt', ${Date.UTC(2020, 0, 1)} + i * 31 * ${DAY} FROM n;
    ${numbers(PAYMENTS)} INSERT INTO payment (id, member, period, campaign, product, cents, receipt, at_ms)
      SELECT 1000 + i, ${member}, '2024-12', 'Campaign ' || i, 'No product', 100, 'receipt', ${Date.UTC(2025, 0, 1)} FROM n;
    ${numbers(PARTS)} INSERT INTO part SELECT 1001, i, 3, ${answers[1]}, 1, i, zeroblob(544), 'proof ' || i FROM n;
    ${numbers(PAYOUTS)} INSERT INTO outgoing (transfer, member, cents, state, since_ms, at_ms, reason)
      SELECT cast(printf('%016d', i) AS BLOB), ${member}, 100, 2, ${Date.UTC(2020, 1, 1)} + i * ${DAY}, ${Date.UTC(2020, 1, 2)} + i * ${DAY}, '' FROM n;
    COMMIT;`);
}
const link = (html, words) => html.match(new RegExp(`<a[^>]*href="([^"]*)"[^>]*>${words}`))?.[1].replaceAll("&amp;", "&");

test("years of payments, months with a hundred of them and payments of hundreds of parts are read whole, page by page", async () => {
  const cedar = await house.signIn("Cedar"), alder = await house.signIn("Alder");
  years(sql(join(house.state, "board/board.db"), "SELECT id FROM member WHERE pseudonym = 'Cedar'").trim());
  // Every page from `path` on, by the link that says `words`.
  async function walk(path, words) {
    const pages = [];
    for (; path; path = link(pages.at(-1).html, words)) {
      const html = (await cedar.get(path)).text;
      pages.push({ html, json: await cedar.json(path) });
      assert.ok(pages.length < 20 && html.length < 200000);
    }
    return pages;
  }
  const months = (await walk("/earnings", "Earlier months")).flatMap(({ json }) => json.statements);
  assert.equal(new Set(months.map((m) => m.period)).size, MONTHS);
  assert.equal(months.length, MONTHS);
  const first = await cedar.get("/earnings");
  assert.equal(months[0].payments.length, 10);
  const rest = await walk(link(first.text, `All ${PAYMENTS} payments of December 2024`), "More of December 2024");
  const payments = rest.flatMap(({ json }) => json.statements[0].payments);
  assert.deepEqual(payments.map((p) => p.id), Array.from({ length: PAYMENTS }, (_, i) => 1001 + i));
  const parts = (await walk(link(rest[0].html, `All ${PARTS} parts`), "Later parts")).flatMap(({ json }) => json.payment[0].parts);
  assert.deepEqual(parts.map((p) => p.number), Array.from({ length: PARTS }, (_, i) => i + 1));
  assert.equal((await cedar.get(`/earnings/1001/receipt?part=${PARTS}`)).text, `proof ${PARTS}`);
  assert.equal((await cedar.get(`/earnings/1001/receipt?part=${PARTS + 1}`)).status, 404, "control");
  const payouts = (await walk("/earnings", "Earlier payouts")).flatMap(({ json }) => json.outgoings);
  assert.deepEqual(payouts.map((o) => o.at).length, PAYOUTS);
  assert.equal(new Set(payouts.map((o) => o.at)).size, PAYOUTS);
  // 12,000 cents are out: they carry the oldest payments, the last of which begins at that sum.
  const paid = [...months.slice(1).flatMap((m) => m.payments), ...payments].filter((p) => p.state === "paid");
  assert.equal(paid.length, PAYOUTS, "each reward is in one state, on whichever page it is read");
  for (const path of ["/earnings/1001", "/earnings/1001/receipt?part=3", "/earnings?month=2024-12"])
    assert.equal((await alder.get(path)).status, 404, "nobody reads another's");
  const page = await open(browser, house.origin, { width: 360 });
  await signIn(page, "Cedar", password);
  for (const path of ["/earnings", "/earnings?before=2022-01", "/earnings?month=2024-12", "/earnings/1001?after=100", "/earnings?sent=1590000000000"]) {
    await page.goto(path);
    await sound(page, `earnings-many-${path.replace(/\W+/g, "-")}`);
  }
});
