// What leaves for the tax office and for transparency reports: the house lists numbers, the machine with the offline key puts names to them,
// and a payment whose maker does not know of whom it went to leaves in neither list nor file.
// test-seconds: 120
import assert from "node:assert/strict";
import { test, after, before } from "node:test";
import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { House, DAY, MINUTE, answer, ask, password, root, vote } from "../support/house.mjs";
import { campaign, closeMonth, earmark, tick } from "../support/money.mjs";

const names = { cedar: ["Quetzalina", "Wrzesniewska"], elm: ["Persephonia", "Achterberg"] };
const why = ["--reason", "the year's reports are due"];
let house, admin, keys, cedar, elm;

const ledger = (...words) => house.run("curbside", ["ledger", ...words]);
const rows = (text) => text.trim().split("\n").slice(2).map((line) => line.split("\t"));
const table = (text) => {
  const [head, ...lines] = text.trim().split("\r\n").map((line) => line.split(","));
  return lines.map((line) => Object.fromEntries(line.map((value, i) => [head[i], value])));
};

// A folder as the operator fills it on the other machine, and what the verb makes of it.
function report(list, map, facts) {
  const folder = join(keys, "report"), copy = join(keys, "identity.db");
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder);
  for (const end of ["", "-wal"]) copyFileSync(join(house.state, "identity", `identity.db${end}`), copy + end);
  writeFileSync(join(folder, "list"), list);
  writeFileSync(join(folder, "facts"), facts);
  copyFileSync(join(root, "scripts/tax", map), join(folder, "map"));
  const done = house.run("curbside", ["identity", "report", copy, folder, "--key", join(keys, "identity.secret"), ...why]);
  const path = join(folder, "1.csv");
  return { ...done, text: existsSync(path) ? readFileSync(path, "utf8") : null, mode: existsSync(path) ? statSync(path).mode & 0o777 : 0 };
}

const payer = "payer.tin = 12-3456789\npayer.name = Curbside House, Inc.\npayer.street = 1 Main St\npayer.place = St. Louis, MO 63110\npayer.phone = 314 555 0100\n";
const maker = (id) => `sponsor.${id}.name = Halden Bio\nsponsor.${id}.id = 100000000123\nsponsor.${id}.state = NJ\nsponsor.${id}.country = United States\n`;

before(async () => {
  house = await House.start({
    conf: { "ledger.close_alone": 0, "ledger.close_bucket": 64, "payout.two_admins": 0, "payout.threshold_cents": 100, "payout.hold_days": 0 },
  });
  keys = join(house.folder, "offline");
  mkdirSync(keys);
  house.must("curbside", ["identity", "keygen", keys]);
  await house.down();
  copyFileSync(join(keys, "identity.pub"), join(house.state, "keys", "offline", "identity.pub"));
  mkdirSync(join(house.state, "tax"), { recursive: true });
  // A month of a small house reaches these.
  writeFileSync(join(house.state, "tax/years.txt"),
    "nec.threshold_cents 2025 - 500\nwithhold.basis_points 2025 - 2400\nsmall.cents 2026 - 2\nsmall.year_cents 2026 - 2\n");
  await house.up();
  admin = await house.admin();
  house.staff("Halden", "sponsor", "Halden Bio");
  const sponsor = await house.signIn("Halden");
  const alder = await house.physician("Alder"), birch = await house.physician("Birch");
  const person = ([first_name, last_name]) => ({ first_name, last_name });
  cedar = await house.physician("Cedar", person(names.cedar));
  elm = await house.physician("Elm", person(names.elm));
  const question = await ask(alder, "Which anticoagulant on dialysis?"), posting = await answer(birch, question, "Apixaban.");
  await earmark(house, sponsor, await campaign(house, sponsor, admin), posting, 3);
  await tick(house);
  for (const client of [cedar, elm]) {
    await vote(client, question, posting, 1, 2);
    const [first, last] = client === cedar ? names.cedar : names.elm;
    const account = { holder: `${first} ${last}`, routing: "021000021", account: "12345678", payee_password: password };
    await client.submit("/account/payout", "/account/payout", account, { expect: 303 });
  }
  const form = { tax_name: names.cedar.join(" "), kind: "1", tin: "078-05-1121", street: "5 Oak St, Suite 2", place: "Springfield, MO 65801" };
  await cedar.submit("/account/payout", "/account/tax", { ...form, certified: "1", tax_password: password }, { expect: 303 });
  await closeMonth(house, admin);
  house.advance(MINUTE);
  await house.settle();
  for (const client of [cedar, elm]) await house.renew(client);
});
after(() => house?.stop());

const pain002 = (ids) => `<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.002.001.10"><CstmrPmtStsRpt><OrgnlPmtInfAndSts>${
  ids.map((id) => `<TxInfAndSts><OrgnlEndToEndId>${id}</OrgnlEndToEndId><TxSts>ACSC</TxSts></TxInfAndSts>`).join("")
}</OrgnlPmtInfAndSts></CstmrPmtStsRpt></Document>`;

test("who gave no tax form gets the rest, and reads what was withheld and why", async () => {
  const list = ledger("pay", "nacha").stdout.trim(), text = readFileSync(list, "utf8");
  const items = text.split("\n").filter((line) => /^[0-9a-f]{32} /.test(line)).map((line) => line.split(" "));
  const of = (client) => items.find(([, member]) => Number(member) === client.member);
  const whole = Number(of(cedar)[2]), part = Math.floor((whole * 24 + 50) / 100);
  assert.equal(items.length, 2);
  assert.equal(Number(of(elm)[2]), whole - part);
  const file = join(house.folder, `${text.match(/^batch (\w+)$/m)[1]}.ach`), answerFile = join(house.folder, "answer.xml");
  writeFileSync(file, "as a bank would take it\n");
  const reward = async (client) => (await client.json("/earnings")).statements[0].payments[0];
  for (const client of [cedar, elm]) {
    assert.equal((await reward(client)).state, "on its way");
    assert.match((await reward(client)).words, new RegExp(`^since .* with batch 1, reference ${of(client)[0].slice(0, 14)}\\.$`));
  }
  assert.equal(ledger("exported", file).status, 0);
  writeFileSync(answerFile, pain002(items.map(([id]) => id)));
  assert.equal(ledger("returns", answerFile).status, 0);
  assert.equal((await reward(cedar)).state, "paid");
  assert.match((await reward(elm)).words, /^on .* with batch 1, reference [0-9a-f]{14}\.$/);
  assert.doesNotMatch((await cedar.get("/earnings")).text, /class="state[^"]*">payable/);
  const page = await elm.get("/earnings"), other = await cedar.get("/earnings");
  const money = `${(part / 100).toFixed(2)}`;
  assert.match(page.text, new RegExp(`${money.replace(".", "\\.")}[^<]* besides were withheld for the tax office, since there was no valid tax form`));
  assert.match(page.text, /<dt>Withheld<\/dt>/);
  assert.doesNotMatch(other.text, /withheld/i);
  assert.equal(ledger("verify").status, 0);
});

test("the tax office's file has the number of who gave one, and an empty place for who did not", () => {
  const listed = ledger("tax", "2026");
  assert.equal(listed.status, 0, listed.stderr);
  assert.deepEqual(rows(listed.stdout).map(([, member]) => Number(member)).sort(), [cedar.member, elm.member].sort());
  for (const word of [...names.cedar, ...names.elm, "078"]) assert.ok(!listed.stdout.includes(word), `the house's list names ${word}`);
  const made = report(listed.stdout, "1099-nec.map", payer);
  assert.equal(made.status, 0, made.stderr);
  assert.equal(made.mode, 0o600);
  const lines = table(made.text.replace(/"([^"]*)"/g, (all, words) => words.replaceAll(",", ";")));
  const of = (client) => lines.find((line) => Number(line["Form Account Number"]) === client.member);
  assert.deepEqual(
    ["Recipient Taxpayer ID Number", "Recipient First Name", "Recipient Last Name (Surname)", "Recipient City/Town", "Recipient ZIP/Postal Code",
      "Recipient Address Line 1", "Box 4 - Federal Income Tax Withheld", "Payer Business or Entity Name Line 1"].map((name) => of(cedar)[name]),
    ["078051121", ...names.cedar, "Springfield", "65801", "5 Oak St; Suite 2", "0.00", "Curbside House; Inc."]);
  assert.deepEqual(["Recipient Taxpayer ID Number", "Recipient First Name", "Recipient Last Name (Surname)"].map((name) => of(elm)[name]), ["", ...names.elm]);
  assert.ok(Number(of(elm)["Box 4 - Federal Income Tax Withheld"]) > 0);
  assert.equal(of(elm)["Box 1 - Nonemployee Compensation"], of(cedar)["Box 1 - Nonemployee Compensation"]);
  assert.match(house.must("curbside", ["identity", "audit", join(keys, "identity.db")]), /entries, head/);
  assert.match(readFileSync(join(keys, "identity.db.audit"), "utf8"), /report curbside\/tax\/v1\tthe year's reports are due/);
});

const leafOf = (client) => ledger("payments", String(client.member)).stdout.trim().split("\n").slice(1).map((line) => line.split("\t"));

test("a blinded payment leaves in no list and no file; one whose payee the maker knows does", async () => {
  const [[leaf, , , sponsor, , , until, state]] = leafOf(cedar);
  assert.deepEqual([until, state], ["2027-06-30", "blinded"]);
  assert.match((await cedar.get("/earnings")).text, /does not know that it was you.*until 30 June 2027/);
  const receipt = join(house.folder, "receipt");
  writeFileSync(receipt, (await cedar.get(`/earnings/${leaf}/receipt`)).text);
  assert.match(ledger("check", receipt).stdout, /^it is blinded until 30 June 2027$/m);
  const blind = ledger("open-payments", "2026");
  assert.deepEqual(rows(blind.stdout), []);
  const none = report(blind.stdout, "open-payments.map", maker(sponsor));
  assert.equal(none.status, 0, none.stderr);
  assert.equal(none.text, null);
  assert.equal(ledger("unblind", leaf, "because").status, 2);
  assert.equal(ledger("unblind", leaf, "consent").status, 0);
  const listed = ledger("open-payments", "2026");
  assert.deepEqual(rows(listed.stdout).map(([, member]) => Number(member)), [cedar.member]);
  const made = report(listed.stdout, "open-payments.map", maker(sponsor));
  assert.equal(made.status, 0, made.stderr);
  for (const word of [...names.cedar, "Halden Bio", "04/01/2026", "Springfield"]) assert.ok(made.text.includes(word), word);
  for (const word of [...names.elm, "078"]) assert.ok(!made.text.includes(word), word);
  const [line] = table(made.text.replace(/"([^"]*)"/g, (all, words) => words.replaceAll(",", ";")));
  const product = (i) => ["Covered_or_Noncovered_Indicator", "Indicate_Drug_or_Biological_or_Device_or_Medical_Supply", "Product_Category_or_Therapeutic_Area",
    "Name_of_Drug_or_Biological_or_Device_or_Medical_Supply", "Associated_Drug_or_Biological_NDC", "Associated_Device_or_Medical_Supply_PDI"].map((name) => line[`${name}_${i}`]);
  assert.equal(line.Related_Product_Indicator, "Yes");
  assert.deepEqual(product(1), ["Covered", "Drug", "Cardiology", "Eliquis", "00003-0893-21", ""]);
  assert.deepEqual(product(2), ["Covered", "Device", "Surgery", "Guardian valve", "", "00812345678906"]);
  assert.deepEqual(product(3), ["", "", "", "", "", ""]);
  const other = ledger("open-payments", "2025");
  assert.equal(other.status, 1, "a year whose small payments nobody entered");
  assert.equal(other.stdout, "");
  assert.match(other.stderr, /does not say which payments of 2025 are too small/);
  assert.match((await cedar.get("/earnings")).text, /Its maker has known since 1 April 2026 that it was you: you agreed to be named/);
  assert.match((await elm.get("/earnings")).text, /does not know that it was you/);
});

test("a row that is not whole stops the file, and facts may fill it", () => {
  const [[leaf, , , sponsor]] = leafOf(elm);
  assert.equal(ledger("unblind", leaf, "disclosed").status, 0);
  const { stdout } = ledger("open-payments", "2026");
  const broken = report(stdout, "open-payments.map", maker(sponsor));
  assert.equal(broken.status, 1);
  assert.equal(broken.text, null);
  assert.match(broken.stderr, new RegExp(`member ${elm.member}: Recipient_City is missing`));
  const place = `member.${elm.member}.street = 9 Elm St\nmember.${elm.member}.place = Joplin, MO 64801\n`;
  const whole = report(stdout, "open-payments.map", maker(sponsor) + place), secret = readFileSync(join(keys, "identity.secret"));
  assert.equal(whole.status, 0, whole.stderr);
  assert.ok(whole.text.includes("Joplin") && whole.text.includes(names.elm[1]));
  assert.equal(report(stdout, "1099-nec.map", payer).status, 1, "a list of another kind");
  writeFileSync(join(keys, "identity.secret"), Buffer.alloc(32, 7));
  const wrong = report(stdout, "open-payments.map", maker(sponsor) + place);
  writeFileSync(join(keys, "identity.secret"), secret);
  assert.deepEqual([wrong.status, wrong.text], [1, null]);
  assert.match(wrong.stderr, /is not sealed to this key/);
  assert.match(report(ledger("tax", "2026").stdout, "1099-nec.map", "").stderr, /needs payer\.tin, which facts does not say/);
});

test("what was withheld goes to the tax office once, and is all in the books", async () => {
  const all = rows(ledger("tax", "2026").stdout).find(([, member]) => Number(member) === elm.member)[3];
  const amount = (Number(all) / 100).toFixed(2);
  assert.equal(ledger("remit", amount.replace(".", ","), "EFT 1").status, 2);
  assert.equal(ledger("remit", amount, "EFT 1").status, 0);
  assert.equal(ledger("remit", amount, "EFT 1").status, 0, "the same again");
  assert.equal(ledger("remit", amount, "EFT 2").status, 1, "more than was withheld");
  house.advance(DAY);
  assert.equal(ledger("verify").status, 0);
  const books = ledger("export", "hledger").stdout;
  assert.match(books, /remittance\n {2}Liabilities:Withheld:X[0-9A-F]+ {2}/);
  assert.match(books, /; blind_until: 2027-06-30\n/);
});
