// Sponsors, earmarks and months, through the web as everything else.
import { readFileSync, readdirSync, statSync, existsSync } from "node:fs";
import { join } from "node:path";
import { DAY, MINUTE, sleep } from "./house.mjs";

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

// kind: 1 its author, 2 answers to it, 3 votes on it.
export async function earmark(house, sponsor, id, target, kind, { amount = "80", cap = "400", payees = 40 } = {}) {
  return sponsor.submit(
    `/sponsor/campaign/${id}`,
    `/sponsor/campaign/${id}/earmark`,
    { target, kind, amount, cap, payees_max: payees, valid_to: date(house.time + 60 * DAY) },
    { expect: 303 },
  );
}

// Move the clock past the next batch of commitments and wait until its checkpoint is published.
export async function tick(house) {
  const before = ledgerSize(house);
  house.advance(11 * MINUTE);
  for (let i = 0; i < 200; i++) {
    if (ledgerSize(house) > before) return;
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
