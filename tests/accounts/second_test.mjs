// The second step of signing in: codes of an app, recovery codes and passkeys work once, for their owner, in time; and where one is required
// nothing but the own account is open without it.
// test-seconds: 240
import assert from "node:assert/strict";
import { test, after, before } from "node:test";
import { House, MINUTE, ask, password } from "../support/house.mjs";
import { hiddenFields, words } from "../support/client.mjs";
import { Passkey, addApp, challengeOf, secondStep, totp } from "../support/second.mjs";

let house;
before(async () => {
  house = await House.start({ conf: { "site.url": "own" } });
});
after(() => house?.stop());
const later = () => house.advance(MINUTE);
const isIn = async (client) => (await client.get("/account")).status === 200;
async function whoHasApp(name) {
  const client = await house.physician(name);
  const app = await addApp(house, client);
  later();
  return { client, ...app };
}

test("a right password alone no longer opens an account with an app; the code does, once", async () => {
  const { secret } = await whoHasApp("Alder"), client = house.visitor();
  const { shown, send } = await secondStep(client, "Alder", password);
  assert.match(shown.text, /One more step/);
  assert.ok(!client.cookies.has("__Host-s"), "no session yet");
  const code = totp(secret, house.time);
  assert.equal((await send({ code: code === "000000" ? "000001" : "000000" })).status, 422);
  const done = await send({ code });
  assert.equal(done.status, 303);
  assert.ok(await isIn(client));
  const again = await secondStep(house.visitor(), "Alder", password);
  const replay = await again.send({ code });
  assert.equal(replay.status, 422, "the same code again");
  assert.match(words(replay.text), /used before/);
  later();
  assert.equal((await again.send({ code: totp(secret, house.time) })).status, 303, "the next code (control)");
});

test("a ticket opens nothing twice, nothing after five minutes and nothing for another member", async () => {
  const { secret } = await whoHasApp("Birch"), other = await whoHasApp("Cedar");
  const first = await secondStep(house.visitor(), "Birch", password);
  assert.equal((await first.send({ code: totp(other.secret, house.time) })).status, 422, "another member's code");
  assert.equal((await first.send({ code: totp(secret, house.time) })).status, 303);
  later();
  const thief = await secondStep(house.visitor(), "Birch", password);
  const twice = await thief.send({ ticket: first.hidden.ticket, code: totp(secret, house.time) });
  assert.equal(twice.location, "/login?late=1", "the same ticket again");
  const slow = await secondStep(house.visitor(), "Birch", password);
  house.advance(5 * MINUTE);
  assert.equal((await slow.send({ code: totp(secret, house.time) })).location, "/login?late=1", "too late");
  const forged = await secondStep(house.visitor(), "Birch", password);
  const ticket = forged.hidden.ticket.replace(/^./, (c) => (c === "A" ? "B" : "A"));
  assert.equal((await forged.send({ ticket, code: totp(secret, house.time) })).location, "/login?late=1", "a changed ticket");
  assert.equal((await forged.send({ code: totp(secret, house.time) })).status, 303, "the ticket as it was (control)");
});

test("each recovery code works once, typed as one likes; new ones make the old ones void", async () => {
  const { codes, client } = await whoHasApp("Dogwood");
  assert.equal(codes.length, 10);
  const step = () => secondStep(house.visitor(), "Dogwood", password);
  assert.equal((await (await step()).send({ code: codes[0].toUpperCase().replaceAll("-", " ") })).status, 303);
  assert.equal((await (await step()).send({ code: codes[0] })).status, 422, "used");
  assert.equal((await client.json("/account")).codes_left, 9);
  const renewed = await client.submit("/account", "/account/codes", {}, { expect: 200 });
  const fresh = renewed.text.match(/<span class="mono">([^<]+)/)[1];
  assert.equal((await (await step()).send({ code: codes[1] })).status, 422, "void");
  assert.equal((await (await step()).send({ code: fresh })).status, 303);
});

test("whoever guesses codes has to wait, and a right code does not help then", async () => {
  const { secret } = await whoHasApp("Elder");
  const step = await secondStep(house.visitor(), "Elder", password);
  const wrong = totp(secret, house.time - 10 * MINUTE);
  const seen = [];
  for (let i = 0; i < 6; i++) seen.push((await step.send({ code: wrong })).status);
  assert.deepEqual(seen, [422, 422, 422, 422, 422, 429]);
  assert.equal((await step.send({ code: totp(secret, house.time) })).status, 429);
});

for (const algorithm of ["ES256", "EdDSA"])
  test(`a passkey (${algorithm}) is added, signs in after a password, and alone`, async () => {
    const name = `Fir ${algorithm}`, client = await house.physician(name), key = new Passkey(house.origin, algorithm);
    const added = await key.add(client, "blue key");
    assert.equal(added.status, 200, words(added.text));
    assert.equal(added.codes.length, 10, "the first factor brings recovery codes");
    const [factor] = (await client.json("/account")).factors;
    assert.equal(factor.label, "blue key");
    const visitor = house.visitor(), step = await secondStep(visitor, name, password);
    assert.match(step.shown.text, new RegExp(key.id.toString("base64url")), "the browser is told which passkeys will do");
    assert.equal((await step.send(key.get(challengeOf(step.shown.text), { flags: 1 }))).status, 303);
    assert.ok(await isIn(visitor));
    const alone = house.visitor();
    assert.equal((await key.signIn(alone)).status, 303);
    assert.ok(await isIn(alone));
  });

test("a passkey's answer counts only if it is for this site, this challenge, this act, this key, and new", async () => {
  const client = await house.physician("Ginkgo"), key = new Passkey(house.origin), other = new Passkey(house.origin);
  const create = [
    ["another site", { host: "evil.example" }], ["another origin", { client: { origin: "https://evil.example" } }],
    ["another challenge", { challenge: Buffer.alloc(32).toString("base64url") }], ["a signature instead", { type: "webauthn.get" }],
    ["nobody there", { flags: 0x44 }], ["from inside of another page", { client: { crossOrigin: true } }],
  ];
  for (const [what, lie] of create) assert.equal((await key.add(client, "", lie)).status, 422, `adding: ${what}`);
  assert.equal((await key.add(client)).status, 200, "as it should be (control)");
  assert.equal((await key.add(await house.physician("Hazel"))).status, 422, "a passkey that somebody has");
  const lies = [
    ["another site", { host: "evil.example" }], ["another origin", { client: { origin: "https://evil.example" } }],
    ["another challenge", { challenge: Buffer.alloc(32).toString("base64url") }], ["a registration instead", { type: "webauthn.create" }],
    ["nobody there", { flags: 0 }], ["a device that does not know who holds it", { flags: 1 }], ["a broken signature", { broken: true }],
  ];
  for (const [what, lie] of lies) assert.equal((await key.signIn(house.visitor(), lie)).status, 422, what);
  assert.equal((await other.signIn(house.visitor())).status, 422, "a passkey nobody added");
  assert.equal((await key.signIn(house.visitor())).status, 303, "as it should be (control)");
  key.counter -= 5;
  assert.equal((await key.signIn(house.visitor())).status, 422, "a counter that went back");
  key.counter += 9;
  const visitor = house.visitor(), shown = await visitor.get("/login/passkey"), hidden = hiddenFields(shown.text, "/login/passkey");
  const fields = { ...hidden, ...key.get(challengeOf(shown.text)) };
  assert.equal((await visitor.post("/login/passkey", fields)).status, 303);
  const thief = house.visitor(), form = hiddenFields((await thief.get("/login/passkey")).text, "/login/passkey").form;
  assert.equal((await thief.post("/login/passkey", { ...fields, form })).location, "/login?late=1", "the same answer again");
});

test("what opens an account is changed only shortly after signing in", async () => {
  const { client } = await whoHasApp("Juniper");
  house.advance(16 * MINUTE);
  const factors = async () => JSON.stringify((await client.json("/account")).factors);
  const before = await factors();
  assert.match(words((await client.get("/account/totp")).text), /sign out and in again/);
  assert.match(words((await client.get("/account/passkey")).text), /sign out and in again/);
  const codes = await client.submit("/account", "/account/codes", {});
  assert.equal(codes.status, 422);
  assert.match(words(codes.text), /sign out and in again/);
  assert.equal(await factors(), before);
});

test("the first factor ends the sessions that were opened with less", async () => {
  const client = await house.physician("Katsura"), older = await house.signIn("Katsura");
  assert.ok(await isIn(older));
  await addApp(house, client);
  assert.ok(!await isIn(older));
  assert.ok(await isIn(client));
});

test("an operator can take the factors of somebody away who has lost them all", async () => {
  const { client } = await whoHasApp("Larch");
  house.must("curbside", ["member", "unlock", String(client.member)]);
  assert.ok(!await isIn(client), "his sessions end");
  assert.ok(await isIn(await house.signIn("Larch")));
  assert.notEqual(house.run("curbside", ["member", "unlock", String(client.member)]).status, 0, "there is none left");
});

test("where it is required, all but the own account is closed until one is added", async () => {
  const strict = await House.start({ conf: { "site.url": "own", "second.physician": 1, "second.staff": 1 } });
  try {
    strict.staff("Gatekeeper", "admin");
    const admin = await strict.signIn("Gatekeeper");
    assert.equal((await admin.get("/admin/members")).location, "/account?needed=1");
    assert.match(words((await admin.get("/account?needed=1")).text), /Add a passkey to go on/);
    await addApp(strict, admin);
    assert.equal((await admin.get("/admin/members")).location, "/account?needed=1", "an app is not enough for the staff");
    assert.equal((await new Passkey(strict.origin).add(admin)).status, 303, "with codes there already, back to the account");
    assert.equal((await admin.get("/admin/members")).status, 200);
    strict.adminClient = admin;
    const alder = await strict.physician("Alder");
    for (const path of ["/", "/ask", "/notices"]) assert.equal((await alder.get(path)).location, "/account?needed=1", path);
    assert.equal((await alder.get("/", { headers: { accept: "application/json" } })).status, 403);
    const { codes } = await addApp(strict, alder);
    assert.equal(codes.length, 10);
    assert.ok(await ask(alder, "What do you do about a strict door?") > 0, "and then everything is open");
    const { factors } = await alder.json("/account");
    const last = await alder.submit("/account", `/account/factor/${factors[0].id}/remove`, {});
    assert.equal(last.status, 422);
    assert.match(words(last.text), /the last one/);
    strict.staff("Halden", "sponsor", "Halden Bio");
    const sponsor = await strict.signIn("Halden");
    assert.equal((await sponsor.get("/sponsor/campaigns")).location, "/account?needed=1");
    await new Passkey(strict.origin).add(sponsor);
    await strict.settle();
    assert.equal((await sponsor.get("/sponsor/campaigns")).status, 200, "the paymaster knows of it, too");
  } finally {
    await strict.stop();
  }
});
