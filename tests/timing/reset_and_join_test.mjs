// Nobody learns from asking for a new password who is a member, nor from applying whose licence is known: the same bytes, headers and time.
// test-seconds: 150
// test-alone: it measures time. SAMPLES=N takes more of each.
import assert from "node:assert/strict";
import { test, after, before } from "node:test";
import { House, npi, password } from "../support/house.mjs";
import { hiddenFields } from "../support/client.mjs";
import { seen, tell, measure } from "../support/timing.mjs";

const samples = Number(process.env.SAMPLES ?? 200), limit = 4.5;
const tries = 4; // after five a name has to wait
let house, visitor, reset, join;
const three = (i) => String(i).padStart(3, "0");
const known = (i) => `Heron ${three(i)}`, unknown = (i) => `Egret ${three(i)}`;

before(async () => {
  house = await House.start();
  await house.apply("Limpkin 00"); // first: the desk shows so many
  for (let i = 0; i <= Math.ceil(samples / tries) + 2; i++) await house.apply(known(i));
  visitor = house.visitor(); // one cookie, so that the forms' tokens are the same each time
  reset = hiddenFields((await visitor.get("/reset")).text, "/reset");
  join = hiddenFields((await visitor.get("/join")).text, "/join");
});
after(() => house?.stop());

const ask = (name, options) => visitor.post("/reset", { ...reset, name }, options);
// The first of those who applied above, applying again under another name; or somebody new.
const apply = (pseudonym, person) => visitor.post("/join", {
  ...join, request: "", pseudonym, password, email: `${pseudonym.replace(/\W/g, "")}@demo.example`, first_name: "Ada", last_name: "Example",
  npi: npi(person), licence: String(2010000000 + person), state: "MO", specialty: "cardiology",
});
const stands = (t) => assert.ok(Math.abs(t) < limit, `t = ${t}`);
function planted(times, share) {
  const mean = times[0].reduce((a, b) => a + b, 0) / times[0].length, t = tell(times[0].map((ms) => ms + mean * share), times[1]);
  console.log(`# with a planted difference of ${(mean * share).toFixed(2)} ms of ${mean.toFixed(2)}: t = ${t.toFixed(2)} (control)`);
  assert.ok(t > limit, `a planted difference would not be seen: t = ${t}`);
}

test("asking for a new password is answered alike for a member, for nobody, and for one turned away", async () => {
  const admin = await house.admin();
  const { member } = (await admin.json("/admin/members")).applications.find(({ pseudonym }) => pseudonym === "Limpkin 00");
  await admin.submit("/admin/members", `/admin/member/${member}`, { accepted: "0", reason: "not on the lists" }, { expect: 303 });
  for (const headers of [{}, { accept: "application/json" }, { "accept-encoding": "gzip" }]) {
    const one = seen(await ask("Heron 000", { headers }), "Heron 000");
    assert.match(one, /\/reset\/new\?sent=1/);
    assert.equal(one, seen(await ask("Egret 000", { headers }), "Egret 000"));
    assert.equal(one, seen(await ask("Limpkin 00", { headers }), "Limpkin 00"));
  }
});

test("who asks too often has to wait, known or not, and is told so alike", async () => {
  await house.apply("Bittern 00");
  let one, other;
  for (let i = 0; i < 7; i++) {
    one = await ask("Bittern 00");
    other = await ask("Avocet 000");
    assert.equal(seen(one, "Bittern 00"), seen(other, "Avocet 000"), `try ${i}`);
  }
  assert.equal(one.status, 429);
});

test("a wrong code is answered alike whether one was asked for or not", async () => {
  const set = (code) => visitor.submit("/reset/new", "/reset/new", { code, password: "seven quiet corridors" });
  const strip = (got) => got.text.replace(/name="request" value="[^"]*"/, "").replaceAll(/AAAA|BBBB/g, "CODE");
  assert.equal(strip(await set("AAAAAAAAAAAAAAAAAAAAAA")), strip(await set("BBBBAAAAAAAAAAAAAAAAAA")));
});

test("applying is answered alike for a licence that is known and one that is not", async () => {
  const one = await apply("Jabiru 000", 2), other = await apply("Jabiru 001", 900001);
  assert.equal(one.status, 303);
  assert.equal(seen(one, "Jabiru 000"), seen(other, "Jabiru 001"));
});

test(`time does not tell a member from nobody who asks for a new password: |t| < ${limit} of ${samples} each`, async () => {
  const times = await measure((i) => ask(known(1 + Math.floor(i / tries))), (i) => ask(unknown(1 + Math.floor(i / tries))), samples);
  const t = tell(...times);
  console.log(`# t = ${t.toFixed(2)}`);
  stands(t);
  planted(times, 1 / 3);
});

test(`time does not tell a known licence from a new one when applying: |t| < ${limit} of ${samples} each`, async () => {
  // Names that lie next to one another: an index takes those behind all others faster than those between.
  const times = await measure((i) => apply(`Stork ${three(i)}k`, 2 + (i % 40)), (i) => apply(`Stork ${three(i)}n`, 800000 + i), samples);
  const t = tell(...times);
  console.log(`# t = ${t.toFixed(2)}`);
  stands(t);
  planted(times, 1 / 5);
});
