// Every route x role x whose object it is, and every way to forge a form: allowed or refused as the table below says, which is not made from
// the program's own; and no refusal, and no reading, changes anything in any store.
// test-seconds: 240
import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { join } from "node:path";
import { test, after, before } from "node:test";
import { House, DAY, ask, answer, vote, npi, password } from "../support/house.mjs";
import { hiddenFields, words } from "../support/client.mjs";
import { campaign, earmark, sealed, tick, closeMonth } from "../support/money.mjs";
import { formToken } from "../support/form.mjs";
import { answers, importLists, importReferences, known } from "../support/lists.mjs";
import { digests, sql } from "../support/stores.mjs";
import { Passkey, addApp } from "../support/second.mjs";
import { apiGets, apiPosts } from "./api_rows.mjs";
import { makeToken } from "../support/token.mjs";
import { accountGets, accountPosts } from "./account_rows.mjs";
import { moneyGets, moneyPosts } from "./money_rows.mjs";
import { textsGets, textsPosts } from "./texts_rows.mjs";
import { doorGets, doorPosts } from "./door_rows.mjs";
import { votesPosts } from "./votes_rows.mjs";
import { tellingGets, tellingPosts, tellingThings } from "./telling_rows.mjs";
import { roundGets, roundPosts } from "./round_rows.mjs";
import { kindsGets, kindsPosts } from "./kinds_rows.mjs";
import { png, upload } from "../support/picture.mjs";
import { ruleGets, rulePosts } from "./rule_rows.mjs";
import { draftGets, draftPosts } from "./draft_rows.mjs";
import { moderationGets, moderationPosts, moderationWorld } from "./moderation_rows.mjs";
import { sponsoredGets, sponsoredPosts, sponsoredWorld } from "./sponsored_rows.mjs";
import { reportsFeed, safetyGets, safetyPosts, safetyWorld } from "./safety_rows.mjs";

let house, them, it; // who there is, and what there is

const secret = "Zebra-striped warfarin"; // stands in what members wrote: no refused page may hold it
const may = {
  anyone: () => true,
  waiting: (role) => role !== "visitor",
  physician: (role) => role === "alder" || role === "birch",
  member: (role) => ["alder", "birch", "gate", "latch"].includes(role),
  sponsor: (role) => role === "halden" || role === "ostrand",
  admin: (role) => role === "gate" || role === "latch",
  account: (role) => role !== "visitor",
};
const roles = ["visitor", "willow", "alder", "birch", "halden", "ostrand", "gate", "latch"];
const day = (ms) => new Date(ms).toISOString().slice(0, 10);

// Members by specialty, which the end of a quarter gives: the analyst is not waited for by anybody else.
async function firstReport(sponsor) {
  for (let i = 0; i < 100; i++) {
    const { rows } = await sponsor.json("/sponsor/reports?kind=members");
    const report = rows.length > 0 && (await sponsor.json(`/sponsor/report/${rows[0].id}`));
    // Its first reading in a week is written down, once the clerk knows of it; later ones change nothing.
    if (report && sql(join(house.state, "board", "board.db"), "SELECT count(*) FROM reading;") !== "0") return report;
    await new Promise((done) => setTimeout(done, 100));
  }
  throw new Error("there is no report");
}

// paths: who gets which answer where. By default everyone who may gets 200 on the path. only: role -> status, for what belongs to somebody.
const gets = {
  "/healthz": { who: "anyone" },
  "/": { who: "member" },
  "/q/:id": { who: "member", path: () => `/q/${it.question}` },
  "/ask": { who: "physician" },
  "/similar": { who: "member", path: () => "/similar?q=warfarin" },
  "/search": { who: "member", path: () => "/search?q=warfarin" },
  "/t/:name": { who: "member", path: () => "/t/cardiology" },
  "/m/:id": { who: "member", path: () => `/m/${it.alder}` },
  "/why/posting/:id": { who: "member", path: () => `/why/posting/${it.posting}` },
  "/why/member/:id": { who: "member", path: () => `/why/member/${it.alder}` },
  "/earnings": { who: "physician" },
  "/earnings/held": { who: "physician", path: () => "/earnings/held?period=2026-03" },
  "/earnings/:id": { who: "physician", path: () => `/earnings/${it.payment}`, only: { alder: 404, birch: 200 } },
  "/earnings/:id/receipt": { who: "physician", path: () => `/earnings/${it.payment}/receipt`, only: { alder: 404, birch: 200 } },
  "/notices": { who: "physician" },
  "/login": { who: "anyone", open: true },
  "/join": { who: "anyone", open: true },
  "/waiting": { who: "waiting", open: true },
  "/about/:name": { who: "anyone", path: () => "/about/ledger" },
  "/sponsor": { who: "sponsor", open: true },
  "/sponsor/campaigns": { who: "sponsor" },
  "/sponsor/campaign/:key": {
    who: "sponsor",
    path: () => `/sponsor/campaign/${it.campaign}`,
    only: { halden: 200, ostrand: 404 },
  },
  "/sponsor/totals": { who: "sponsor" },
  "/sponsor/reports": { who: "sponsor" },
  "/sponsor/reports.atom": { who: "sponsor" },
  "/sponsor/report/:id": { who: "sponsor", path: () => `/sponsor/report/${it.report.id}` },
  "/sponsor/report/:id/json": { who: "sponsor", path: () => `/sponsor/report/${it.report.id}/json` },
  "/sponsor/report/:id/csv": { who: "sponsor", path: () => `/sponsor/report/${it.report.id}/csv` },
  "/sponsor/report/sha256/:key": { who: "sponsor", path: () => `/sponsor/report/sha256/${it.report.key}` },
  "/admin": { who: "admin", open: true },
  "/admin/members": { who: "admin" },
  ...ruleGets(() => it),
  "/admin/ledger": { who: "admin" },
  "/admin/status": { who: "admin" },
  "/admin/signals": { who: "admin" },
  "/admin/signal/:id": { who: "admin", path: () => "/admin/signal/1" },
  ...apiGets,
  ...doorGets(() => it),
  ...textsGets(() => it),
  ...roundGets(() => it),
  ...accountGets,
  ...moneyGets,
  ...tellingGets(() => it),
  ...kindsGets(() => it),
  ...draftGets(() => it),
  ...moderationGets(() => it),
  ...safetyGets(() => it), ...sponsoredGets(() => it),
};
// page: where its form stands. fields: what a rightful actor sends. actor: who sends it in the end, and the answer. others: who may use the
// route, but not on this object.
const posts = {
  "/ask": {
    who: "physician",
    page: "/ask",
    fields: () => ({ kind: 1, title: "Which dose on dialysis?", body: "Asking for a ward.", topics: "dialysis" }),
    actor: "alder",
  },
  "/preview": {
    who: "physician",
    page: "/ask",
    fields: () => ({ body: "**bold**" }),
    actor: "alder",
    status: 200,
    token: "preview",
  },
  "/q/:id/answer": {
    who: "physician",
    page: () => `/q/${it.question}`,
    path: () => `/q/${it.question}/answer`,
    fields: () => ({ body: "Seen it." }),
    actor: "birch",
  },
  "/p/:id/vote": {
    who: "physician",
    page: () => `/q/${it.question}`,
    path: () => `/p/${it.posting}/vote`,
    fields: () => ({ stance: 2, patients: 3 }),
    actor: "alder",
    others: { birch: 403 },
  },
  "/q/:id/solved": {
    who: "physician",
    page: () => `/q/${it.question}`,
    path: () => `/q/${it.question}/solved`,
    fields: () => ({ solved: 1 }),
    actor: "alder",
    others: { birch: 403 },
  },
  "/topic/:name/follow": {
    who: "physician",
    page: "/t/cardiology",
    path: () => "/topic/cardiology/follow",
    fields: () => ({ follows: 1 }),
    actor: "birch",
  },
  "/notices/seen": {
    who: "physician",
    page: "/notices",
    fields: () => ({}),
    forged: () => ({ upto: 1000000000 }),
    actor: "alder",
  },
  "/login": {
    who: "anyone",
    page: "/login",
    fields: () => ({ name: "Alder", password }),
    actor: "visitor",
    last: true,
  },
  "/logout": { who: "anyone", page: "/q/1", fields: () => ({}), actor: "birch", last: true },
  "/join": {
    who: "anyone",
    page: "/join",
    actor: "visitor",
    fields: () => ({
      pseudonym: "Newcomer",
      password,
      email: "new@demo.example",
      first_name: "Ada",
      last_name: "New",
      npi: npi(900),
      licence: "2017000900",
      state: "MO",
      specialty: "cardiology",
    }),
  },
  "/sponsor/campaigns": {
    who: "sponsor",
    page: "/sponsor/campaigns",
    actor: "halden",
    fields: () => ({
      name: "Another",
      product: "Something",
      starts: day(house.time),
      ends: day(house.time + 9 * DAY),
      deposit: "1000",
    }),
  },
  "/sponsor/campaign/:key/earmark": {
    who: "sponsor",
    page: () => `/sponsor/campaign/${it.campaign}`,
    path: () => `/sponsor/campaign/${it.campaign}/earmark`,
    fields: () => it.envelopes.pop(),
    actor: "halden",
    others: { ostrand: 404 },
  },
  "/admin/member/:id": {
    who: "admin",
    page: "/admin/members",
    path: () => `/admin/member/${it.willow}`,
    fields: () => ({ reason: "Seen.", accepted: 1 }),
    actor: "gate",
    last: true,
  },
  "/admin/fund": {
    who: "admin",
    page: "/admin/ledger",
    fields: () => ({ campaign: it.campaign, amount: "1000" }),
    actor: "gate",
  },
  "/admin/period": {
    who: "admin",
    page: "/admin/ledger",
    fields: () => ({ period: "2026-04" }),
    actor: "gate",
    last: true,
    prepare: async () => {
      house.setTime(Date.UTC(2026, 4, 1, 6));
      await house.renew(them.gate);
    },
  },
  ...doorPosts(() => it),
  ...votesPosts(() => it),
  ...textsPosts(() => ({ them, it })),
  ...roundPosts(() => it),
  ...apiPosts(() => it),
  ...accountPosts(() => ({ house, them, it })),
  ...tellingPosts(() => it),
  ...kindsPosts(() => it),
  ...moneyPosts(() => ({ them })),
  ...rulePosts(() => ({ ...it, them })),
  ...moderationPosts(() => it),
  ...safetyPosts(() => it), ...sponsoredPosts(),
  ...draftPosts(() => ({ them })),
};
const value = (what) => (typeof what === "function" ? what() : what);

before(async () => {
  house = await House.start({ conf: { "sponsor.questions_share": 1000, "ledger.close_alone": 0, "ledger.close_bucket": 64, "site.url": "own" } });
  const gate = await house.admin();
  them = { gate };
  house.staff("Latch", "admin");
  house.staff("Halden", "sponsor", "Halden Bio");
  house.staff("Ostrand", "sponsor", "Ostrand Pharma");
  for (const name of ["Latch", "Halden", "Ostrand"]) them[name.toLowerCase()] = await house.signIn(name);
  them.alder = await house.physician("Alder");
  them.birch = await house.physician("Birch");
  const question = await ask(them.alder, `${secret} on dialysis: who has seen it?`, `${secret}, asked in earnest.`);
  const poll = await ask(them.alder, `${secret}: which dose?`, `${secret}, in steps.`, { kind: 2, options: "Half\nFull" });
  const posting = await answer(them.birch, question, `${secret}, and it helped.`);
  const remark = await them.alder.submit(`/p/${posting}/comment`, `/p/${posting}/comment`, { body: "Since when?" }, { expect: 303 });
  const id = await campaign(house, them.halden, gate);
  await campaign(house, them.ostrand, gate, { name: "Theirs" });
  await earmark(house, them.halden, id, posting, 1);
  await tick(house);
  await vote(them.alder, question, posting, 1, 1);
  await closeMonth(house, gate);
  const larch = await house.physician("Larch");
  for (const name of ["latch", "halden", "ostrand", "alder", "birch"]) await house.renew(them[name]);
  const terms = await them.halden.json(`/sponsor/campaign/${id}`);
  const envelopes = [];
  for (let i = 0; i < 12; i++) envelopes.push(await sealed(house, terms, id, posting, 3, { amount: 1, cap: 5, payees: 9, days: 9 }));
  importLists(house);
  importReferences(house, ["What is syncope?"]);
  for (const pseudonym of ["Alder", "Larch"])
    await gate.submit("/admin/vouches", "/admin/pioneers", { pseudonym, reason: "Known.", pioneer: 1 }, { expect: 303 });
  for (const admin of [gate, them.latch])
    await admin.submit("/admin/vouches", `/admin/branch/${larch.member}`, { reason: "No doctor." }, { expect: 303 });
  await gate.submit("/admin/domains", "/admin/domains", { domain: "hospital.example", reason: "Staff.", listed: 1 }, { expect: 303 });
  them.willow = await known(house, "Willow");
  await them.willow.submit("/waiting", "/waiting/vouch", { voucher: "Alder", show_name: 1 }, { expect: 303 });
  await house.apply("Rowan");
  them.rowan = await house.signIn("Rowan");
  const cedar = await addApp(house, await house.physician("Cedar"));
  await house.signIn("Alder");
  const session = (await them.alder.json("/account")).sessions.find(({ here }) => !here).key;
  const { script } = await gate.json("/admin/rules");
  const changed = script.replace(/(vote_part\s*=\s*{\s*)[\d.]+/, "$10.07");
  assert.ok(changed !== script, "the constant stands in the script in force");
  const propose = async (client, reason) => {
    const done = await client.submit(
      "/admin/rules",
      "/admin/rules",
      { name: "rank/policy", script: changed, reason },
      { expect: 303 },
    );
    return Number(done.location.match(/\d+/)[0]);
  };
  it = { envelopes,
    ...(await moderationWorld(them, question, secret)),
    ...(await safetyWorld(them, question)),
    ...(await sponsoredWorld(them)),
    reportsFeed: await reportsFeed(them.halden),
    question,
    case: poll,
    posting,
    comment: Number(remark.location.match(/#c(\d+)/)[1]),
    campaign: id,
    script,
    cedar,
    session,
    key: new Passkey(house.origin),
    factor: 999999,
    alder: them.alder.member,
    willow: (await gate.json("/admin/members")).applications.find((a) => a.pseudonym === "Willow").member,
    larch: larch.member,
    token: (await makeToken(them.alder)).id,
    ask: (await them.alder.json("/vouch")).asks[0].ask,
    answers: answers(await them.rowan.json("/waiting/quiz"), house.applied),
    reference: (await them.rowan.json("/waiting/read")).rows[0].id,
    payment: (await them.birch.json("/earnings")).statements.flatMap((s) => s.payments)[0].id,
    report: await firstReport(them.halden),
    sponsor: (await gate.json("/admin/sponsors")).rows[0].id,
    proposal: await propose(gate, "Let a record weigh half as much."),
    second: await propose(gate, "The same again."),
    ...(await tellingThings(house, them)),
  };
  const picture = JSON.parse((await upload(them.alder, png(30, 20))).text);
  it.image = picture.id;
  await answer(them.alder, it.question, picture.markdown); // who may read it, may read its picture
  posts["/logout"].page = `/q/${question}`;
  for (let i = 0; i < 100 && (await gate.json(`/admin/rule/${it.second}`)).trial_state !== "passed"; i++)
    await new Promise((done) => setTimeout(done, 100));
  it.latchKey = new Passkey(house.origin);
  assert.equal((await it.latchKey.add(them.latch)).status, 200);
  them.visitor = house.visitor();
  them.stranger = house.visitor();
  await them.visitor.get("/login");
  await them.stranger.get("/login");
  await house.settle();
});
after(() => house?.stop());

// ---- the cells ----

// What a refusal looks like to this role, reading or writing; "/waiting" and the sign-in page are where reading is sent to.
function refusal(role, method) {
  if (role === "visitor") return method === "GET" ? { status: 303, location: /^\/login\?next=/ } : { status: 409 };
  return role === "willow" && method === "GET" ? { status: 303, location: /^\/waiting$/ } : { status: 403 };
}

// What is wrong with this cell, in words; null: nothing. knows: who is refused here may read members' words elsewhere.
function judge(cell, got, want, knows = false) {
  if (got.status !== want.status) return `${cell}: ${got.status} instead of ${want.status}`;
  if (want.location && !want.location.test(got.location ?? "")) return `${cell}: sent to ${got.location}`;
  if (!knows && got.status !== 200 && got.text.includes(secret)) return `${cell}: refused, and tells what is refused`;
  return null;
}

async function reading(pattern, row) {
  const path = value(row.path) ?? pattern,
    faults = [];
  for (const role of roles) {
    const allowed = may[row.who](role),
      cell = `GET ${path} as ${role}`;
    const got = await them[role].get(path),
      json = await them[role].get(path, { headers: { accept: "application/json" } });
    if (!allowed) {
      faults.push(
        judge(cell, got, refusal(role, "GET")),
        judge(`${cell}, JSON`, json, { status: role === "visitor" ? 409 : 403 }),
      );
    } else if (row.open) {
      if (got.status !== 200 && got.status !== 303) faults.push(`${cell}: ${got.status}`);
    } else {
      faults.push(
        judge(cell, got, { status: row.only?.[role] ?? 200 }),
        judge(`${cell}, JSON`, json, { status: row.only?.[role] ?? 200 }),
      );
    }
  }
  return faults.filter(Boolean);
}

const send = (client, path, fields, headers = {}) =>
  client.post(path, { request: randomBytes(16).toString("hex"), ...fields }, { headers });

// Where the address is the permission: another address is nobody's, and looking does nothing.
async function addressed(pattern, row) {
  const path = value(row.path), faults = [];
  for (const wrong of [path.slice(0, -1) + (path.endsWith("A") ? "B" : "A"), path.slice(0, -8), pattern.replace(":token", "A".repeat(34))])
    for (const role of roles)
      faults.push(judge(`POST ${wrong} as ${role}`, await send(them[role], wrong, row.fields()), { status: 404 }, true));
  return faults.filter(Boolean);
}

// All that must be refused on a route that writes.
async function forging(pattern, row) {
  if (row.address) return addressed(pattern, row);
  const path = value(row.path) ?? pattern,
    fields = { ...row.fields(), ...value(row.forged) },
    faults = [];
  const tell = async (cell, got, status, knows = true) =>
    faults.push(judge(`POST ${path} ${cell}`, await got, { status }, knows));
  for (const role of roles.filter((role) => !may[row.who](role)))
    await tell(
      `as ${role} with a right token`,
      send(them[role], path, { ...fields, form: formToken(them[role], pattern) }),
      refusal(role, "POST").status,
      may.member(role),
    );
  for (const [role, status] of Object.entries(row.others ?? {}))
    await tell(
      `as ${role}, not his own`,
      send(them[role], path, { ...fields, form: formToken(them[role], pattern) }),
      status,
    );
  const actor = them[row.actor],
    other =
      row.actor === "visitor"
        ? them.stranger
        : row.who === "physician"
          ? actor === them.alder
            ? them.birch
            : them.alder
          : row.who === "sponsor"
            ? them.ostrand
            : row.who === "waiting"
              ? actor === them.willow
                ? them.rowan
                : them.willow
              : actor === them.gate
                ? them.latch
                : them.gate;
  const good = { ...fields, form: formToken(actor, pattern) };
  await tell("without a token", send(actor, path, fields), 409);
  await tell("with an empty token", send(actor, path, { ...fields, form: "" }), 409);
  await tell("with another session's token", send(actor, path, { ...fields, form: formToken(other, pattern) }), 409);
  await tell(
    "with another action's token",
    send(actor, path, { ...fields, form: formToken(actor, pattern === "/ask" ? "/preview" : "/ask") }),
    409,
  );
  for (const from of ["cross-site", "same-site", "none"])
    await tell(`from ${from}`, send(actor, path, good, { "sec-fetch-site": from }), 403);
  await tell("saying nothing of where from", send(actor, path, good, { "sec-fetch-site": null, origin: null }), 403);
  await tell(
    "from another origin",
    send(actor, path, good, { "sec-fetch-site": null, origin: "https://evil.example" }),
    403,
  );
  const read = await actor.get(`${path}?${new URLSearchParams({ ...good, script: "" })}`);
  const long = JSON.stringify(fields).length > 8000; // longer than nginx takes an address
  if (pattern in gets ? read.status >= 400 : read.status !== (long ? 400 : 405)) faults.push(`GET ${path}: ${read.status}`);
  for (const method of ["PUT", "DELETE", "PATCH"])
    await tell(`by ${method}`, actor.request(method, path, { body: "", headers: { "content-length": 0 } }), 405);
  return faults.filter(Boolean);
}

const printed = () =>
  house
    .must("curbside", ["web", "routes"])
    .trim()
    .split("\n")
    .map((line) => line.split("\t"));
// Rows of the program that this table does not know or says otherwise, and rows it has lost.
function unknown(lines) {
  const known = new Map([
    ...Object.entries(gets).map(([p, row]) => [`GET ${p}`, row]),
    ...Object.entries(posts).map(([p, row]) => [`POST ${p}`, row]),
  ]);
  const faults = [];
  for (const [method, pattern, pool, who] of lines) {
    const row = known.get(`${method} ${pattern}`);
    if (row === undefined) faults.push(`${method} ${pattern} is in no table of this test`);
    else if (row.who !== who) faults.push(`${method} ${pattern} is for ${who}, not ${row.who}`);
    const home =
      /^\/(sponsor|admin)(\/|$)/.exec(pattern)?.[1] ??
      (/^\/(login|logout|join|healthz|reset|account)(\/|$)/.test(pattern) ? "login" : "member");
    if (pool !== home) faults.push(`${method} ${pattern} is in pool ${pool}, and nginx asks ${home}`);
    known.delete(`${method} ${pattern}`);
  }
  return [...faults, ...[...known.keys()].map((route) => `${route} is gone`)];
}

test("every sponsor gets the same bytes of a report, however often", async () => {
  const seen = new Set();
  for (let i = 0; i < 50; i++)
    for (const sponsor of [them.halden, them.ostrand])
      seen.add(createHash("sha256").update((await sponsor.get(`/sponsor/report/${it.report.id}/json`)).text).digest("hex"));
  assert.deepEqual([...seen], [it.report.sha256]);
});

test("the program's routes are those of this table, each for whom it says", () =>
  assert.deepEqual(unknown(printed()), []));

test("a route nobody thought of is found (control)", () => {
  assert.equal(unknown([...printed(), ["GET", "/new", "member", "anyone"]]).length, 1);
  assert.equal(
    unknown(printed().map((line) => (line[1] === "/admin/status" ? [line[0], line[1], line[2], "anyone"] : line)))
      .length,
    1,
  );
});

let untouched;
test("every role reads what it may, is refused the rest, and reading changes nothing", async () => {
  untouched = digests(house);
  const faults = [];
  for (const [pattern, row] of Object.entries(gets)) faults.push(...(await reading(pattern, row)));
  assert.deepEqual(faults, []);
  assert.deepEqual(digests(house), untouched);
});

test("every forged, foreign or forbidden form is refused, and no refusal changes anything", async () => {
  const faults = [];
  for (const [pattern, row] of Object.entries(posts)) {
    faults.push(...(await forging(pattern, row)));
    const now = digests(house);
    if (now.join() !== untouched.join()) {
      faults.push(
        `POST ${pattern}: a refusal changed ${now.filter((line) => !untouched.includes(line)).map((line) => line.split(" ")[0])}`,
      );
      untouched = now;
    }
  }
  assert.deepEqual(faults, []);
});

test("what is not there is not there for anybody, and nobody is told more", async () => {
  for (const path of [
    "/nowhere",
    "/q/999999",
    "/q/0",
    "/q/-1",
    "/q/1e3",
    "/q/99999999999999999999",
    "/admin/nowhere",
    "/sponsor/campaign/" + "0".repeat(32),
    "/sponsor/campaign/zz",
  ])
    for (const role of ["visitor", "alder", "halden", "gate"]) {
      const got = await them[role].get(path);
      assert.ok([303, 403, 404].includes(got.status), `${path} as ${role}: ${got.status}`);
      assert.ok(!got.text.includes(secret));
    }
});

// The right actor with the right form: allowed. Those that end a session or the waiting come last.
async function allowed(pattern, row) {
  await row.prepare?.();
  const path = value(row.path) ?? pattern,
    client = them[row.actor];
  const shown = row.page ? await client.get(value(row.page)) : { text: "" };
  const hidden = row.hidden
    ? await row.hidden()
    : row.token
      ? { form: shown.text.match(new RegExp(`data-${row.token}="([^"]+)"`))?.[1] }
      : hiddenFields(shown.text, path);
  if (row.address) {
    const got = await client.post(path, row.fields(), { headers: { "sec-fetch-site": null, origin: null } });
    assert.equal(got.status, row.status, `POST ${path}: ${words(got.text)}`);
    return;
  }
  assert.ok(hidden, `${value(row.page)} (${shown.status}) has a form for ${path}`);
  assert.equal(hidden.form, formToken(client, pattern), `${path}: its token is that of its route`);
  const got = await client.post(path, { ...hidden, ...row.fields(shown.text) });
  assert.equal(got.status, row.status ?? 303, `POST ${path} as ${row.actor}: ${words(got.text)}`);
}

test("every form does what it is for when its own actor sends it, and that is seen in the stores (control)", async () => {
  const rank = (row) => (row.last ? 2 : row.late ? 1 : 0);
  const rows = Object.entries(posts).sort(([, a], [, b]) => rank(a) - rank(b));
  for (const [pattern, row] of rows) {
    await allowed(pattern, row);
    await row.ended?.();
    await house.settle();
    const now = digests(house);
    if (pattern === "/preview" || row.unchanged) assert.deepEqual(now, untouched, `${pattern} changes nothing`);
    else assert.notDeepEqual(now, untouched, `${pattern} acts, and the digests see it`);
    untouched = now;
  }
});

test("a table that says too much or too little is found (control)", async () => {
  assert.ok((await reading("/admin/status", { who: "anyone" })).length > 0);
  assert.ok((await reading("/about/:name", { who: "admin", path: () => "/about/ledger" })).length > 0);
  assert.equal(
    judge("x", { status: 403, text: `not for you: ${secret}` }, { status: 403 }),
    "x: refused, and tells what is refused",
  );
});
