// Nobody learns at the door who is a member: an unknown name and a wrong password give the same bytes, headers and time.
// test-seconds: 110
// test-alone: it measures time. SAMPLES=N takes more of each.
import assert from "node:assert/strict";
import { test, after, before } from "node:test";
import { House, password, sleep } from "../support/house.mjs";
import { hiddenFields } from "../support/client.mjs";
import { seen, tell, measure } from "../support/timing.mjs";

const samples = Number(process.env.SAMPLES ?? 200), limit = 4.5;
const tries = 4; // after five in a row a name has to wait
let house, visitor, hidden;

// Known and unknown names of one length and shape.
const known = (i) => `Heron ${String(i).padStart(3, "0")}`, unknown = (i) => `Egret ${String(i).padStart(3, "0")}`;

before(async () => {
  house = await House.start();
  await house.apply("Limpkin 00");
  for (let i = 0; i <= Math.ceil(samples / tries); i++) await house.apply(known(i));
  visitor = house.visitor(); // one cookie before sign-in, so that the form's token is the same each time
  hidden = hiddenFields((await visitor.get("/login")).text, "/login");
});
after(() => house?.stop());

const knock = (name, secret, options) => visitor.post("/login", { ...hidden, name, password: secret }, options);

test("an unknown name and a wrong password are answered alike, byte for byte, as a page and as JSON", async () => {
  for (const headers of [{}, { accept: "application/json" }, { "accept-encoding": "gzip" }]) {
    const one = await knock("Heron 000", `${password}!`, { headers }), other = await knock("Egret 000", `${password}!`, { headers });
    assert.equal(one.status, 422);
    assert.equal(seen(one, "Heron 000"), seen(other, "Egret 000"));
  }
});

test("one who was turned away and one nobody knows are answered alike, even with the right password", async () => {
  const admin = await house.admin();
  const { member } = (await admin.json("/admin/members")).applications.find(({ pseudonym }) => pseudonym === "Limpkin 00");
  await admin.submit("/admin/members", `/admin/member/${member}`, { accepted: "0", reason: "not on the lists" }, { expect: 303 });
  const one = await knock("Limpkin 00", password), other = await knock("Jabiru 000", password);
  assert.equal(one.status, 422);
  assert.equal(seen(one, "Limpkin 00"), seen(other, "Jabiru 000"));
});

test("one who failed too often has to wait, known or not, and is told so alike", async () => {
  await house.apply("Bittern 00");
  let one, other;
  for (let i = 0; i < 7; i++) {
    one = await knock("Bittern 00", `${password}!`);
    other = await knock("Avocet 000", `${password}!`);
    assert.equal(seen(one, "Bittern 00"), seen(other, "Avocet 000"), `try ${i}`);
  }
  assert.equal(one.status, 429);
});

test("the right password is answered otherwise, so the comparison can fail (control)", async () => {
  const right = await knock("Heron 000", password), wrong = await knock("Egret 000", password);
  assert.equal(right.status, 303);
  assert.notEqual(seen(right, "Heron 000"), seen(wrong, "Egret 000"));
  visitor.cookies.delete("__Host-s");
});

test(`time does not tell an unknown name from a wrong password: |t| < ${limit} of ${samples} each`, async () => {
  const times = await measure(
    (i) => knock(known(1 + Math.floor(i / tries)), `${password}?`),
    (i) => knock(unknown(1 + Math.floor(i / tries)), `${password}?`), samples);
  const t = tell(...times), mean = times[0].reduce((a, b) => a + b, 0) / times[0].length;
  console.log(`# t = ${t.toFixed(2)}, mean ${mean.toFixed(2)} ms`);
  assert.ok(Math.abs(t) < limit, `t = ${t}`);
  // The same times, as if looking up a known name took a fifth longer.
  const planted = tell(times[0].map((ms) => ms + mean / 5), times[1]);
  console.log(`# with a planted difference of ${(mean / 5).toFixed(2)} ms: t = ${planted.toFixed(2)} (control)`);
  assert.ok(planted > limit, `a planted difference would not be seen: t = ${planted}`);
});

test("a door that answers before it hashes is told apart (control)", async () => {
  await sleep(100);
  const times = await measure((i) => knock(`Stork ${i}`, `${password}?`), () => knock("Crane", ""), 40);
  const t = tell(...times);
  console.log(`# t = ${t.toFixed(2)}`);
  assert.ok(t > limit, `t = ${t}`);
});
