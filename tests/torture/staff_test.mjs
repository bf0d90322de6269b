// An evil worker again, now with the sessions of a sponsor, of both admins and of a physician at once: whatever it sends to clerk, paymaster and
// ranker, no cent moves, no promise is made or read and no rule comes into force, since each of these takes a passkey or a key that no worker has.
// FUZZ=N sends so many to each socket; SEED=N repeats a run.
// test-seconds: 120
// test-alone: it keeps every program busy.
import assert from "node:assert/strict";
import { chmodSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { House, MINUTE, answer, ask, sleep } from "../support/house.mjs";
import { actions, operators, readRecords, records, sample } from "../support/commands.mjs";
import { hiddenFields } from "../support/client.mjs";
import { earmark, ledgerSize, sealed, tick } from "../support/money.mjs";
import { Passkey, challengeOf } from "../support/second.mjs";
import { digests, sql } from "../support/stores.mjs";
import { asRoot, asks, commandPackets, differences, noProgramErred, programs, secrets, send, told } from "./sender.mjs";

const many = Number(process.env.FUZZ ?? 4000), seed = Number(process.env.SEED ?? 1);
const script = "function reward(facts)\n  return { cents = 100 }\nend\n";
let house, gate, latch, halden, alder, key, it, pids;

const store = (name) => join(house.state, name, `${name}.db`);
const operations = async () => (await latch.json("/admin/operations")).operations;
const waiting = () => {
  const [number, digest] = sql(store("vault"), "SELECT number, lower(hex(digest)) FROM operation WHERE state = 1;").split("|");
  return { number: Number(number), digest };
};
// What Latch's device says to the operation that waits, and the form it goes into; not sent.
async function latchSigns() {
  const shown = await latch.get("/admin/operations"), form = hiddenFields(shown.text, "/admin/confirm");
  return { form, proof: { ticket: form.ticket, ...key.get(challengeOf(shown.text)) } };
}
async function confirmAll() {
  let signed;
  for (let one; (one = (await operations()).find(({ waits }) => waits)) !== undefined;) {
    signed = await latchSigns();
    assert.equal((await latch.post("/admin/confirm", { ...signed.form, ...signed.proof })).status, 303);
    for (let i = 0; i < 100 && (await operations()).find(({ number }) => number === one.number).state !== "done"; i++) await sleep(50);
  }
  return signed.proof;
}
async function renew() {
  for (const client of [gate, halden, alder]) await house.renew(client);
  latch.cookies.clear();
  assert.equal((await key.signIn(latch)).status, 303);
}

// To a stranger, whom the settings let call.
function open() {
  if (!asRoot) return;
  chmodSync(join(house.state, "run"), 0o711);
  for (const name of ["clerk", "paymaster", "ranker"]) chmodSync(join(house.state, "run", `${name}.sock`), 0o666);
}

before(async () => {
  console.log(`# SEED=${seed} FUZZ=${many}`);
  house = await House.start({ conf: { "socket.peer_users": "nobody", "password.per_minute": 300, "ledger.close_alone": 1, "money.two_admins": 1,
    "key.two_admins": 1, "rule.shadow_days": 0, "site.url": "own", "confirm.passkey_hours": 24 } });
  gate = await house.admin();
  house.staff("Latch", "admin");
  house.staff("Halden", "sponsor", "Halden Bio");
  [latch, halden] = [await house.signIn("Latch"), await house.signIn("Halden")];
  key = new Passkey(house.origin);
  await key.add(latch);
  alder = await house.physician("Alder");
  house.advance(25 * 60 * MINUTE);
  await renew();
  await halden.submit("/sponsor/campaigns", "/sponsor/campaigns", { name: "Anticoagulation", product: "Oral anticoagulants", starts: "2026-03-03",
    ends: "2026-06-30", deposit: "5000" }, { expect: 303 });
  const campaign = (await halden.json("/sponsor/campaigns")).campaigns[0].id, page = `/sponsor/campaign/${campaign}`;
  await gate.submit("/admin/ledger", "/admin/fund", { campaign, amount: "5000" }, { expect: 303 });
  await confirmAll();
  const question = await ask(alder, "Which anticoagulant on dialysis?"), first = await sealed(house, await halden.json(page), campaign, question, 1);
  await halden.submit(page, `${page}/earmark`, first, { expect: 422 }); // the key waits
  const used = await confirmAll();
  await halden.submit(page, `${page}/earmark`, first, { expect: 303 });
  await tick(house);
  const posting = await answer(alder, question, "Apixaban.");
  await earmark(house, halden, campaign, posting, 1);
  await tick(house);
  it = { campaign, question, posting, first, operation: "0".repeat(64), number: 3, proposal: 1, member: alder.member, period: "2026-03", leaf: ledgerSize(house) - 1, topic: "cardiology" };
  // A confirmation of Latch's that was used, and one that was never sent, of what was withdrawn then.
  const fund = (amount) => gate.submit("/admin/ledger", "/admin/fund", { campaign, amount }, { expect: 303 });
  await fund("1000");
  const { proof: unused } = await latchSigns(), withdrawn = waiting();
  await latch.submit("/admin/operations", `/admin/operation/${withdrawn.number}/withdraw`, {}, { expect: 303 });
  await fund("2000");
  Object.assign(it, { proofs: [used, unused], withdrawn, waits: waiting() });
  await house.settle();
  open();
  pids = programs(house);
});
after(() => house?.stop());

// What of money, keys and rules there is. Kinds of leaves that batches of commitments hold anyway, and accounts, are left out: what is between them is not.
function treasure() {
  const vault = store("vault"), tables = ["fund", "sponsor_key", "own_key", "period", "item", "payout", "tranche", "rail_batch", "rail_item",
    "reversal", "unblinding", "trip", "payee"];
  const rows = {
    leaves: sql(store("ledger"), "SELECT hex(body) FROM entry WHERE substr(body, 5, 1) IN (x'02', x'04', x'05', x'06', x'07', x'08') ORDER BY seq;"),
    promises: sql(vault, "SELECT hex(commitment), hex(sealed), until_s, period FROM earmark ORDER BY id;"),
    operations: sql(vault, "SELECT number, name, confirmed_by, state FROM operation WHERE state IN (2, 3) ORDER BY number;"),
    campaigns: sql(vault, `SELECT hex(id), deposit_cents, reserved_cents, settled_cents FROM campaign WHERE hex(id) = upper('${it.campaign}');`),
    rewardRules: sql(vault, "SELECT id, name, hex(sha256), approved_by, active_seq FROM rule WHERE state = 2 OR approved_by <> 0 ORDER BY id;"),
    rules: sql(store("desk"), "SELECT proposal, name, state FROM rule WHERE state = 2 ORDER BY proposal;"),
    roles: sql(store("desk"), "SELECT id, role FROM member WHERE role <> 1 ORDER BY id;"),
    secrets: sql(store("desk"), "SELECT id, hex(credential) FROM member ORDER BY id;").split("\n").slice(0, 4).join("\n"),
    sealed: sql(store("identity"), "SELECT member, hex(sealed) FROM payee UNION ALL SELECT member, hex(sealed) FROM tax_form ORDER BY 1, 2;"),
  };
  for (const table of tables) rows[table] = sql(vault, `SELECT * FROM ${table} ORDER BY 1;`);
  for (const line of digests(house)) if (/^(roster|release) /.test(line)) rows[line.split(" ")[0]] = line;
  return rows;
}

const ends = new Set(["sign_out", "sessions_end", "session_end", "leave"]);
function packets(names) {
  const who = (name, action) => ends.has(name) ? [["A".repeat(43), ""]] : [gate, latch, halden, alder].map((client) => asks(client, action));
  const { proofs, waits, withdrawn } = it, confirmed = (of, about, proof) => ({ name: "campaign/fund", about: about.number, operation: of.digest, proof });
  const given = {
    operation_confirm: proofs.flatMap((proof) => [confirmed(waits, waits, proof), confirmed(withdrawn, waits, proof), confirmed(withdrawn, withdrawn, proof)]),
    rule_approve: proofs.map((proof) => ({ proposal: 1, proof })),
    rule_rollback: proofs.map((proof) => ({ name: "reward/author", proposal: 0, reason: "forged", proof })),
    rule_propose: [{ name: "posting", script, reason: "forged" }, { name: "reward/author", script, reason: "forged" }],
    earmark_seal: [{ campaign: it.campaign, envelope: it.first.envelope }, { campaign: it.campaign, envelope: it.forged.envelope }],
    sponsor_key_add: [{ public_key: it.forged.public_key }],
    campaign_fund: [{ campaign: it.campaign, amount_cents: 100000 }], period_close: [{ period: "2026-03" }, { period: "2026-02" }],
    campaign_open: [{ name: "Forged", product: "Forged", starts_ms: house.time, ends_ms: house.time + 1e9, deposit_cents: 100000, products: "" }],
  };
  const known = { ...it, name: "forged", topic: "cardiology", kind: 1, password: "not hers", old: "not hers", rail: 1, cents: 100, amount_cents: 100000 };
  return commandPackets(who, known, given, names.filter((name) => asRoot || !operators.has(name)));
}
const fuzz = (socket, count, names = [...records.command.keys()]) => send(house, { kind: "packet", socket, templates: packets(names), count, seed,
  needles: secrets(house, [`author of posting ${it.posting}`]), say: many >= 100000 });

for (const [socket, share] of [["clerk", 1], ["paymaster", 1], ["ranker", 0.1]])
  test(`${Math.ceil(many * share)} fuzzed commands at the ${socket} with everybody's sessions: nothing moves that takes a key`, async () => {
    it.forged ??= await sealed(house, await halden.json(`/sponsor/campaign/${it.campaign}`), it.campaign, it.posting, 2, { seed: Buffer.alloc(32, 9) });
    const was = treasure(), counts = await fuzz(socket, Math.ceil(many * share));
    if (socket !== "ranker") for (const name of ["ok", "invalid", "refused", "stale"]) assert.ok(counts[name] > 0, `${name} was among the answers`);
    assert.equal(counts["(silent)"] ?? 0, 0);
    assert.equal(counts.broken ?? 0, 0);
    assert.equal(counts[told] ?? 0, 0);
    noProgramErred(house, pids);
    await house.settle();
    assert.deepEqual(differences(was, treasure()), []);
  });

test("every command was among them, and one that is added would be (control)", () => {
  const sent = new Set(packets([...records.command.keys()]).map(([[, text]]) => JSON.parse(text).do));
  assert.deepEqual([...records.command.keys()].filter((name) => !sent.has(name) && (asRoot || !operators.has(name))), []);
  const more = readRecords(`${readFileSync("schema/command.rec", "utf8")}\ncommand vault_open { key: text 64, of: list record_proof 3 }\n`);
  assert.equal(more.command.size, records.command.size + 1);
  assert.deepEqual(sample("text 64", "key", {}, more), "forged");
  assert.throws(() => readRecords("command x { y }\n"), /no field/);
  assert.throws(() => sample("quaternion", "q", {}), /nothing is known/);
});

test("what a page's form changes is bound to that form where it is done too", () => {
  const posts = [...readFileSync("fcgi/route.c", "utf8").matchAll(/POST(?:_\w+)?\("([^"]+)"/g)].map(([, pattern]) => pattern), bound = new Set(actions.values());
  assert.ok(posts.length > 80);
  // Where there is no session yet, and what changes nothing.
  const free = new Set(["/login", "/login/second", "/login/passkey", "/join", "/reset", "/reset/new", "/mail/stop/:token", "/preview"]);
  assert.deepEqual(posts.filter((pattern) => !bound.has(pattern) && !free.has(pattern)), []);
});

// The first thing whoever holds a worker would do with the session of an admin who has just signed in.
let own;
async function ownPasskeysConfirm() {
  const answers = [];
  for (const [i, client] of [gate, latch].entries()) {
    const shown = await client.get("/admin/operations"), hidden = hiddenFields(shown.text, "/admin/confirm");
    if (hidden !== null) answers.push(await client.post("/admin/confirm", { ...hidden, ...own[i].get(challengeOf(shown.text)) }));
  }
  await sleep(500);
  return answers;
}
async function restart(...changes) {
  const file = join(house.state, "curbside.conf");
  await house.down();
  let text = readFileSync(file, "utf8");
  for (const [from, to] of changes) { assert.ok(text.includes(from)); text = text.replace(from, to); }
  writeFileSync(file, text);
  await house.up();
  open();
}

test("passkeys that the worker adds to both admins' accounts confirm nothing before their owners have read of them", async () => {
  await renew();
  own = [new Passkey(house.origin), new Passkey(house.origin)];
  for (const [i, client] of [gate, latch].entries()) assert.ok((await own[i].add(client)).status < 400);
  // What the fuzz proposed makes room: so many may wait at once.
  for (const { number } of (await operations()).filter(({ waits }) => waits))
    await latch.submit("/admin/operations", `/admin/operation/${number}/withdraw`, {}, { expect: 303 });
  await gate.submit("/admin/ledger", "/admin/fund", { campaign: it.campaign, amount: "3000" }, { expect: 303 });
  const was = treasure(), answers = await ownPasskeysConfirm();
  assert.ok(answers.length > 0);
  for (const { status, text } of answers) assert.ok(status === 422 && text.includes("added less than 24 hours ago"), `${status}`);
  assert.deepEqual(differences(was, treasure()), []);
});

test("they do where the house does not wait, and that is seen (control)", async () => {
  await restart(["confirm.passkey_hours = 24", "confirm.passkey_hours = 0"]);
  const was = treasure();
  assert.ok((await ownPasskeysConfirm()).some(({ status }) => status === 303));
  const found = differences(was, treasure());
  for (const name of ["leaves", "fund", "campaigns", "operations"]) assert.ok(found.includes(name), `${name} of ${found}`);
});

test("where one admin is enough the same commands do move money, and that is seen (control)", async () => {
  await restart(["money.two_admins = 1", "money.two_admins = 0"], ["key.two_admins = 1", "key.two_admins = 0"]);
  const was = treasure();
  await fuzz("paymaster", 400, ["campaign_fund", "sponsor_key_add", "campaign_open"]);
  await tick(house);
  const found = differences(was, treasure());
  for (const name of ["leaves", "fund", "own_key", "campaigns"]) assert.ok(found.includes(name), `${name} of ${found}`);
});

test("afterwards journal and ledger are sound", async () => {
  await house.settle();
  await house.down();
  for (const args of [["journal", "verify"], ["ledger", "verify"]]) {
    const done = house.run("curbside", args);
    assert.equal(done.status, 0, `${args}: ${done.stdout}${done.stderr}`);
  }
});
