// Sponsors, earmarks and months, through the web as everything else.
import { createHash, randomBytes } from "node:crypto";
import { createRequire } from "node:module";
import { readFileSync, readdirSync, statSync, existsSync } from "node:fs";
import { join } from "node:path";
import { DAY, MINUTE, sleep } from "./house.mjs";
import { sql } from "./stores.mjs";

const sodium = createRequire(import.meta.url)("../../fcgi/sodium/node_modules/libsodium-wrappers");
const date = (ms) => new Date(ms).toISOString().slice(0, 10);

// How many leaves the signed checkpoint counts; 0 before the first.
export function ledgerSize(house) {
  const path = join(house.state, "public/checkpoint");
  return existsSync(path) ? Number(readFileSync(path, "utf8").split("\n")[1]) : 0;
}

// Open a campaign as `sponsor`, book its deposit as `admin`; gives its id.
export async function campaign(house, sponsor, admin, { name = "Anticoagulation", dollars = "5000" } = {}) {
  await sponsor.submit(
    "/sponsor/campaigns",
    "/sponsor/campaigns",
    {
      name,
      product: "Oral anticoagulants",
      products: "Eliquis; drug; Cardiology; 00003-0893-21\nGuardian valve; device; Surgery; 00812345678906",
      starts: date(house.time),
      ends: date(house.time + 120 * DAY),
      deposit: dollars,
    },
    { expect: 303 },
  );
  const { id } = (await sponsor.json("/sponsor/campaigns")).campaigns.find((c) => c.name === name);
  await admin.submit("/admin/ledger", "/admin/fund", { campaign: id, amount: dollars }, { expect: 303 });
  return id;
}

const seed = Buffer.alloc(32, 7); // of the sponsors' signing key, which no program of the house has

// What a sponsor's browser sends: as fcgi/static/seal.js makes it, over the same layouts (ledger/earmark/earmark.h, ledger/earmark/envelope.h).
// kind: 1 its author, 2 answers to it, 3 votes on it. `terms`: the campaign's page as JSON.
export async function sealed(house, terms, id, target, kind, { amount = 80, cap = 400, payees = 40, days = 60, seed: own = seed } = {}) {
  await sodium.ready;
  const key = sodium.crypto_sign_seed_keypair(own);
  const until = Math.floor(house.time / 1000) + days * 86400;
  const selector = `${["", "author of posting", "answers to posting", "votes on posting"][kind]} ${target}`;
  const plain = Buffer.alloc(512);
  plain.write("EMK1");
  plain[4] = kind;
  plain.write(id, 8, "hex");
  plain.writeBigUInt64BE(BigInt(target), 32);
  plain.writeBigUInt64BE(BigInt(amount * 100), 40);
  plain.writeBigUInt64BE(BigInt(cap * 100), 48);
  plain.writeUInt32BE(kind === 1 ? 1 : payees, 56);
  plain.write("USD\x02", 60);
  plain.writeBigUInt64BE(BigInt(terms.now_s), 64);
  plain.writeBigUInt64BE(BigInt(Math.min(until, terms.month_s)), 72);
  plain.write(terms.rules.split(" ")[kind - 1], 80, "hex");
  createHash("sha256").update(selector).digest().copy(plain, 112);
  plain.set(key.publicKey, 144);
  plain.write(selector, 240);
  plain.set(sodium.crypto_sign_detached(Buffer.concat([Buffer.from("ldg/earmark/v1 sponsor\n"), plain.subarray(0, 176)]), key.privateKey), 176);
  const all = Buffer.alloc(16 * 552);
  for (let i = 0; i < 16; i++) {
    randomBytes(32).copy(all, i * 552 + 8);
    if (i > 0) all.write("EMK1", i * 552 + 40);
  }
  all.writeBigUInt64BE(BigInt(until));
  plain.copy(all, 40);
  const envelope = Buffer.from(sodium.crypto_box_seal(all, Buffer.from(terms.box, "hex"))).toString("base64");
  return { envelope, public_key: Buffer.from(key.publicKey).toString("hex") };
}

export async function earmark(house, sponsor, id, target, kind, options = {}) {
  const page = `/sponsor/campaign/${id}`;
  const fields = await sealed(house, await sponsor.json(page), id, target, kind, options);
  return sponsor.submit(page, `${page}/earmark`, fields, { expect: 303 });
}

// Move the clock past the next batch of commitments and wait until a checkpoint holds it. That the tree grows is not enough: the checkpoint of
// a deposit may come as late. A batch begins with an anchor (leaf kind 9), and four commitments follow.
export async function tick(house) {
  const anchor = () =>
    Number(sql(join(house.state, "ledger/ledger.db"), "SELECT ifnull(max(seq), 0) FROM entry WHERE substr(body, 5, 1) = x'09'"));
  const before = anchor();
  house.advance(11 * MINUTE);
  for (let i = 0; i < 200; i++) {
    const now = anchor();
    if (now > before && ledgerSize(house) >= now + 4) return;
    await sleep(50);
  }
  throw new Error("no batch of commitments was written");
}

// Move the clock past the month's end and close it. Sessions have ended then: `admin` is signed in again, others by house.renew.
export async function closeMonth(house, admin, name = "2026-03") {
  const [year, month] = name.split("-").map(Number);
  house.setTime(Date.UTC(year, month, 1, 6));
  await house.renew(admin);
  await admin.submit("/admin/ledger", "/admin/period", { period: name }, { expect: 303 });
  for (let i = 0; i < 300; i++) {
    const { periods } = await admin.json("/admin/ledger");
    if (periods.some((p) => p.name === name && p.closed)) return;
    await sleep(50);
  }
  throw new Error(`${name} was not closed`);
}

// Every public file with its size: what anyone may watch grow.
export function publicSizes(house) {
  const folder = join(house.state, "public");
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((file) => file.isFile())
    .map((file) => join(file.parentPath ?? file.path, file.name))
    .map((path) => `${path.slice(folder.length + 1)} ${statSync(path).size}`)
    .sort();
}
