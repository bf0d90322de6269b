// Identities: sealed the moment the decision falls, opened only with the offline key, on a copy, and never without a record of who and why.
import assert from "node:assert/strict";
import { test, after, before } from "node:test";
import { appendFileSync, chmodSync, copyFileSync, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { House, npi } from "../support/house.mjs";
import { sql } from "../support/stores.mjs";

const person = { first_name: "Quetzalina", last_name: "Wrzesniewska", npi: npi(4242), licence: "LX-4242" };
let house, keys, copy, member;
const why = ["--reason", "a court asked for it, file 12"];
const tool = (...args) => house.run("curbside", ["identity", ...args]);
const count = (table) => sql(join(house.state, "identity", "identity.db"), `SELECT count(*) FROM ${table};`);

before(async () => {
  house = await House.start();
  keys = join(house.folder, "offline");
  mkdirSync(keys);
  const made = tool("keygen", keys);
  assert.equal(made.status, 0, made.stderr);
  // The public half comes to the house before its first start; here a house that ran already gets it before its first member.
  await house.down();
  copyFileSync(join(keys, "identity.pub"), join(house.state, "keys", "offline", "identity.pub"));
  await house.up();
  await house.apply("Yellowbird", person);
  await house.admin();
});
after(() => house?.stop());

test("a key pair is made once, its secret half for its owner alone", () => {
  assert.equal(statSync(join(keys, "identity.secret")).mode & 0o777, 0o600);
  assert.equal(tool("keygen", keys).status, 1, "and never overwritten");
});

test("an identity is sealed in the very commit that decides, and the application goes with it", async () => {
  assert.deepEqual([count("application"), count("identity")], ["1", "0"]);
  const admin = await house.admin(), [waiting] = (await admin.json("/admin/members")).applications;
  member = waiting.member;
  await admin.submit("/admin/members", `/admin/member/${member}`, { accepted: "1", reason: "seen" }, { expect: 303 });
  assert.deepEqual([count("application"), count("identity")], ["0", "1"]);
  await house.physician("Redbird", { first_name: "Persephonia", last_name: "Achterberg", npi: npi(4243), licence: "LX-4243" });
  await house.down();
  copy = join(keys, "identity.db");
  copyFileSync(join(house.state, "identity", "identity.db"), copy);
  await house.up();
});

test("one who is in and was not sealed on the way is sealed at the next start", async () => {
  const store = join(house.state, "identity", "identity.db");
  await house.apply("Greenbird", { npi: npi(4244), licence: "LX-4244" });
  const admin = await house.admin(), waiting = (await admin.json("/admin/members")).applications.find(({ pseudonym }) => pseudonym === "Greenbird");
  await house.down();
  const box = sql(store, `SELECT hex(box) FROM application WHERE member = ${waiting.member};`);
  await house.up();
  await admin.submit("/admin/members", `/admin/member/${waiting.member}`, { accepted: "1", reason: "seen" }, { expect: 303 });
  await house.down();
  sql(store, `DELETE FROM identity WHERE member = ${waiting.member}; INSERT INTO application (member, box, at_ms) VALUES (${waiting.member}, x'${box}', 1);`);
  await house.up();
  assert.equal(sql(store, `SELECT count(*) FROM identity WHERE member = ${waiting.member};`), "1");
  assert.equal(count("application"), "0");
});

test("the key opens one, or all, and each opening is written down before anything is shown", () => {
  const one = tool("open", copy, "--key", join(keys, "identity.secret"), "--member", String(member), ...why);
  assert.equal(one.status, 0, one.stderr);
  assert.equal(one.stdout, `${member}\tQuetzalina\tWrzesniewska\t${person.npi}\tLX-4242\tMO\tcardiology\n`);
  const all = tool("open", copy, "--key", join(keys, "identity.secret"), "--member", "all", ...why);
  assert.equal(all.status, 0, all.stderr);
  assert.deepEqual(all.stdout.trim().split("\n").map((line) => line.split("\t")[2]), ["Wrzesniewska", "Achterberg"]);
  const record = readFileSync(`${copy}.audit`, "utf8").trim().split("\n").map((line) => line.split("\t"));
  assert.deepEqual(record.map(([, , whom]) => whom), [String(member), "all"]);
  assert.ok(record.every(([at, who, , reason, digest]) => /^\d{4}-/.test(at) && who.length > 0 && /court/.test(reason) && /^[0-9a-f]{64}$/.test(digest)));
  assert.ok(!readFileSync(`${copy}.audit`, "utf8").includes("Quetzalina"), "the record holds no names");
  assert.match(tool("audit", copy).stdout, /^2 entries, head [0-9a-f]{64}$/m);
});

test("without a reason, a sound key or a store nothing opens", () => {
  const secret = join(keys, "identity.secret"), other = join(keys, "other.secret"), lines = () => readFileSync(`${copy}.audit`, "utf8").split("\n").length;
  const before = lines();
  assert.equal(tool("open", copy, "--key", secret, "--member", "all").status, 2, "no reason");
  assert.equal(tool("open", copy, "--key", secret, "--member", "all", "--reason", "because").status, 2, "too short a reason");
  assert.equal(tool("open", copy, "--key", secret, "--member", "all", "--reason", "two lines\nof a reason").status, 2);
  assert.equal(tool("open", join(keys, "nothing.db"), "--key", secret, "--member", "all", ...why).status, 1);
  assert.ok(!existsSync(join(keys, "nothing.db")), "and none is made");
  assert.equal(lines(), before, "what was refused before is no entry");
  writeFileSync(other, Buffer.alloc(32, 7), { mode: 0o600 });
  const wrong = tool("open", copy, "--key", other, "--member", "all", ...why);
  assert.equal(wrong.status, 1);
  assert.match(wrong.stderr, /not sealed to this key/);
  assert.equal(wrong.stdout, "");
  assert.equal(lines(), before + 1, "a try with a wrong key is one");
  chmodSync(other, 0o644);
  assert.match(tool("open", copy, "--key", other, "--member", "all", ...why).stderr, /others may read this key/);
  assert.equal(tool("open", copy, "--key", secret, "--member", "999", ...why).status, 1, "a member without identity");
});

test("a record that was changed is found, and nothing is opened on it any more", () => {
  const path = `${copy}.audit`, good = readFileSync(path, "utf8");
  for (const bad of [good.replace("court", "count"), good.split("\n").slice(1).join("\n"), good.replace(/[0-9a-f]\n/, "\n"), `${good}someone\n`]) {
    writeFileSync(path, bad);
    assert.equal(tool("audit", copy).status, 1, bad);
    const done = tool("open", copy, "--key", join(keys, "identity.secret"), "--member", "all", ...why);
    assert.equal(done.status, 1);
    assert.equal(done.stdout, "");
  }
  writeFileSync(path, good);
  assert.equal(tool("audit", copy).status, 0, "as it was (control)");
  appendFileSync(path, "");
});
