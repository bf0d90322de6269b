// One's own account: password, address, sessions, a lost password, the export, leaving. Mails go to a relay of this test.
// test-seconds: 150
import assert from "node:assert/strict";
import { test, after, before } from "node:test";
import { House, MINUTE, HOUR, ask, answer, vote, npi, password } from "../support/house.mjs";
import { words } from "../support/client.mjs";
import { openRelay } from "../support/relay.mjs";
import { Passkey, addApp } from "../support/second.mjs";
import { sql } from "../support/stores.mjs";
import { join } from "node:path";

let house, relay;
before(async () => {
  relay = await openRelay();
  house = await House.start({ conf: { "site.url": "own", ...relay.conf, "smtp.per_day": 1 } });
});
after(async () => {
  await house?.stop();
  relay?.close();
});
const isIn = async (client) => (await client.get("/account")).status === 200;
const person = (name, more = {}) => house.physician(name, { email: `${name.toLowerCase().replaceAll(" ", "")}@demo.example`, ...more });
const codeOf = (mail, form) => mail.text.match(form)[1];

test("a changed password is the only one that opens, and ends all other sessions", async () => {
  const alder = await person("Alder"), elsewhere = await house.signIn("Alder");
  const change = (fields) => alder.submit("/account", "/account/password", fields);
  assert.equal((await change({ old: "not this one", password: "seven quiet corridors" })).status, 422);
  assert.ok(await isIn(elsewhere));
  const common = [["password12345", /lists/], ["Curbside2026", /name that others know/], ["alder12345!", /Alder|name/], ["aaaaaaaaaaaa", /repeats/],
    ["abcdefghijkl", /counts|lists/], ["P@ssw0rd!!", /lists/]];
  for (const [word, why] of common) {
    const got = await change({ old: password, password: word });
    assert.equal(got.status, 422, word);
    assert.match(words(got.text), why, word);
  }
  assert.equal((await change({ old: password, password: "seven quiet corridors" })).status, 303);
  assert.ok(!await isIn(elsewhere));
  assert.ok(await isIn(alder));
  await assert.rejects(() => house.signIn("Alder"));
  await house.signIn("Alder", "seven quiet corridors");
  await relay.next("alder@demo.example", /Your password was changed/);
});

test("guessing the present password from inside has to wait, too", async () => {
  const client = await person("Avens"), seen = [];
  for (let i = 0; i < 6; i++) seen.push((await client.submit("/account", "/account/password", { old: `guess ${i}`, password: "seven quiet corridors" })).status);
  assert.deepEqual(seen, [422, 422, 422, 422, 422, 429]);
  await house.signIn("Avens"); // and locks nobody out at the door
});

test("sessions are listed without addresses, and end one by one or all but this one", async () => {
  const birch = await person("Birch");
  const phone = house.visitor();
  await phone.submit("/login", "/login", { name: "Birch", password }, { expect: 303, headers: { "user-agent": "Mozilla/5.0 (iPhone; CPU iPhone OS 17)" } });
  const third = await house.signIn("Birch");
  const { sessions } = await birch.json("/account");
  assert.deepEqual(sessions.map(({ here }) => here).filter(Boolean).length, 1);
  assert.ok(!JSON.stringify(sessions).includes("127.0.0.1"));
  const { key } = sessions.find(({ device }) => device === "iPhone");
  await birch.submit("/account", `/account/session/${key}/end`, {}, { expect: 303 });
  assert.ok(!await isIn(phone));
  assert.ok(await isIn(third));
  await birch.submit("/account", "/account/sessions/end", {}, { expect: 303 });
  assert.ok(!await isIn(third));
  assert.ok(await isIn(birch));
  const other = await person("Buckeye"), theirs = (await other.json("/account")).sessions[0].key;
  const hidden = (await birch.json("/account")).session_form;
  await birch.post(`/account/session/${theirs}/end`, { form: hidden });
  assert.ok(await isIn(other), "another's session is out of reach");
});

test("a new address counts once its code is typed; the old one is told at once, and again then", async () => {
  const cedar = await person("Cedar");
  const wrong = await cedar.submit("/account", "/account/email", { email: "new.cedar@demo.example", email_password: "not this" });
  assert.equal(wrong.status, 422);
  assert.match(wrong.text, /value="new.cedar@demo.example"/, "what was typed stays");
  await cedar.submit("/account", "/account/email", { email: "new.cedar@demo.example", email_password: password }, { expect: 303 });
  await relay.next("cedar@demo.example", /asked for its mail to go to another address/);
  const mail = await relay.next("new.cedar@demo.example", /type this code/);
  const code = codeOf(mail, /^ {4}(\d{8})$/m);
  assert.equal((await cedar.json("/account")).email, "cedar@demo.example");
  const bad = await cedar.submit("/account", "/account/email/confirm", { code: "12345678" });
  assert.equal(bad.status, 422);
  await cedar.submit("/account", "/account/email/confirm", { code }, { expect: 303 });
  const now = await cedar.json("/account");
  assert.equal(now.email, "new.cedar@demo.example");
  assert.equal(now.changing, "");
  await relay.next("cedar@demo.example", /goes to another address from now on/);
  assert.equal((await cedar.submit("/account", "/account/email", { email: "new.cedar@demo.example", email_password: password })).status, 422, "the same again");
});

test("a lost password is replaced by a mailed code, once and within half an hour, and keeps the second step", async () => {
  const dogwood = await person("Dogwood");
  await addApp(house, dogwood);
  const asked = (name) => house.visitor().submit("/reset", "/reset", { name }, { expect: 303 });
  const set = (code, secret) => house.visitor().submit("/reset/new", "/reset/new", { code, password: secret });
  const mailed = async () => codeOf(await relay.next("dogwood@demo.example", /asked for a new password/), /^ {4}([\w-]{22})$/m);
  await asked("Dogwood");
  const first = await mailed();
  assert.equal((await set(first, "password123456")).status, 422, "a common one");
  assert.equal((await set("nothing-of-the-kind-22", "nine corridors at dawn")).status, 422);
  house.advance(31 * MINUTE);
  assert.equal((await set(first, "nine corridors at dawn")).status, 422, "too late");
  await asked("Dogwood");
  const second = await mailed();
  assert.equal((await set(second, "nine corridors at dawn")).location, "/login?reset=1");
  assert.equal((await set(second, "ten corridors at dawn")).status, 422, "used");
  assert.ok(!await isIn(dogwood), "all sessions end");
  const step = await house.visitor().submit("/login", "/login", { name: "Dogwood", password: "nine corridors at dawn" });
  assert.match(step.text, /One more step/);
  await asked("Nobody Atall");
  await asked("Dogwood");
  await mailed();
  assert.ok(!relay.mails.some(({ to }) => to.some((address) => /nobody/i.test(address))));
});

test("mails about accounts wait for no daily limit, and name nobody", async () => {
  for (const { text } of relay.mails) assert.doesNotMatch(text, /Dogwood|Cedar|Alder/);
  await person("Elm");
  for (let i = 0; i < 3; i++) {
    await house.visitor().submit("/reset", "/reset", { name: "Elm" }, { expect: 303 });
    await relay.next("elm@demo.example", /asked for a new password/);
  }
});

test("a pseudonym is not one's own name, not another's for the eye, and not the house's", async () => {
  await person("Kestrel Nine");
  const seven = { first_name: "Zofia", last_name: "Wiśniewska" };
  const tries = [["Wisniewska", seven], ["Zofia Heron", seven], ["HeronWisniewska", seven], ["z.wisniewska", seven], ["KestreI Nine", {}],
    ["Kestrell-Nine", {}], ["kestre1 nine", {}], ["Adm1n", {}], ["Curbside Support", {}], ["The Moderator", {}]];
  for (const [pseudonym, more] of tries) {
    const got = await house.visitor().submit("/join", "/join", { pseudonym, password, email: "x@demo.example", first_name: "Ada", last_name: "Example",
      npi: npi(501), licence: "501", state: "MO", specialty: "cardiology", ...more });
    assert.ok([409, 422].includes(got.status), `${pseudonym}: ${got.status}`);
  }
  await house.apply("Kestrel Ten", seven); // control
});

test("hiding one's specialty takes it from all pages, and shows it again", async () => {
  const fir = await person("Fir"), elm = await house.signIn("Elm");
  const shown = async () => (await elm.get(`/m/${fir.member}`)).text.includes("cardiology");
  assert.ok(await shown());
  await fir.submit("/account", "/account/specialty", { shown: "0" }, { expect: 303 });
  assert.ok(!await shown());
  await fir.submit("/account", "/account/specialty", { shown: "1" }, { expect: 303 });
  assert.ok(await shown());
});

test("the export holds what the member did and what is held on him, and nothing of another", async () => {
  const ginkgo = await person("Ginkgo"), hazel = await person("Hazel");
  const question = await ask(ginkgo, "What does an export hold?", "Everything \"quoted\", I hope.");
  const reply = await answer(hazel, question, "Hazel says so.");
  await vote(ginkgo, question, reply, 1, 2);
  await ginkgo.submit("/t/cardiology", "/topic/cardiology/follow", { follows: "1" }, { expect: 303 });
  const got = await ginkgo.get("/account/export");
  assert.match(got.headers["content-disposition"], /attachment/);
  const all = JSON.parse(got.text);
  assert.equal(all.email, "ginkgo@demo.example");
  assert.deepEqual(all.postings.map(({ title, body }) => [title, body]), [["What does an export hold?", "Everything \"quoted\", I hope."]]);
  const kinds = all.events.map(({ kind }) => kind);
  for (const kind of ["member_applied", "member_decided", "session_opened", "posting_added", "vote_cast", "topic_followed"]) assert.ok(kinds.includes(kind), kind);
  assert.deepEqual(all.events.filter(({ kind }) => kind === "vote_cast").map(({ posting, stance }) => [posting, stance]), [[reply, 1]]);
  assert.match(all.identity, /sealed/);
  assert.doesNotMatch(got.text, /Hazel|hazel@|argon2/);
});

test("leaving asks for the password, takes the account, and leaves what was written without a name", async () => {
  const reader = await person("Ironwood"), leaver = await person("Juniper Tree", { npi: npi(777), licence: "J777" });
  await addApp(house, leaver);
  house.advance(MINUTE);
  const question = await ask(leaver, "What stays when one leaves?", "This stays.");
  const theirs = await ask(reader, "Who will answer this?");
  await vote(leaver, theirs, await answer(reader, theirs, "I do."), 1, 1);
  assert.match((await reader.get(`/q/${question}`)).text, /Juniper Tree/);
  assert.equal((await leaver.submit("/account/leave", "/account/leave", { password: "not this one" })).status, 422);
  assert.match((await leaver.get("/account/leave")).text, /cannot be undone/);
  const done = await leaver.submit("/account/leave", "/account/leave", { password }, { expect: 303 });
  assert.equal(done.location, "/login?left=1");
  assert.ok(!await isIn(leaver));
  await assert.rejects(() => house.signIn("Juniper Tree"));
  const page = (await reader.get(`/q/${question}`)).text;
  assert.match(page, /This stays/);
  assert.match(page, /former member/);
  for (const path of ["/", "/search?q=stays", `/q/${theirs}`]) assert.doesNotMatch((await reader.get(path)).text, /Juniper/, path);
  assert.equal((await reader.get(`/m/${leaver.member}`)).status, 404);
  const identity = join(house.state, "identity", "identity.db"), desk = join(house.state, "desk", "desk.db");
  assert.equal(sql(identity, `SELECT count(*) FROM member_key WHERE member = ${leaver.member};`), "0", "his key is gone");
  assert.notEqual(sql(identity, `SELECT count(*) FROM person WHERE member = ${leaver.member};`), "0", "his digests are not");
  assert.equal(sql(desk, `SELECT count(*) FROM factor WHERE member = ${leaver.member};`), "0");
  // Nobody takes his name; he himself comes back only past a person's eye.
  const again = await house.visitor().submit("/join", "/join", { pseudonym: "Juniper Tree", password, email: "x@demo.example", first_name: "Ada",
    last_name: "Example", npi: npi(502), licence: "502", state: "MO", specialty: "cardiology" });
  assert.equal(again.status, 422);
  await house.apply("Yellowwood", { npi: npi(777), licence: "J777" });
  const waiting = (await (await house.admin()).json("/admin/members")).applications.find(({ pseudonym }) => pseudonym === "Yellowwood");
  assert.match(JSON.stringify(waiting.findings), /Another application or member holds this NPI or licence/);
});

test("who wishes it has the texts blanked as well", async () => {
  const reader = await house.signIn("Ironwood"), leaver = await person("Katsura");
  const question = await ask(leaver, "What about a blanked question?", "Chamomile, mostly.");
  const other = await ask(reader, "Which tea, then?");
  const reply = await answer(leaver, other, "Chamomile again.");
  await leaver.submit("/account/leave", "/account/leave", { password, blank: "1" }, { expect: 303 });
  for (const path of [`/q/${question}`, `/q/${other}`, "/search?q=chamomile"]) assert.doesNotMatch((await reader.get(path)).text, /Chamomile (again|mostly)/i, path);
  assert.ok((await reader.get(`/q/${other}`)).text.includes(`p${reply}`), "its place stays");
});

test("the staff's accounts are not left but closed by an operator", async () => {
  const admin = await house.admin();
  assert.equal((await admin.get("/account/leave")).location, "/account");
});

test("all of it is folded anew to the same content, with keys gone and texts blanked", async () => {
  await house.settle();
  await house.down();
  const done = house.run("curbside", ["rebuild", "--check"]);
  await house.up();
  assert.equal(done.status, 0, done.stdout + done.stderr);
});

test("a key that came after the journal's last word is gone after a start", async () => {
  const larch = await person("Larch");
  await new Passkey(house.origin).add(larch);
  const identity = join(house.state, "identity", "identity.db");
  const row = sql(identity, `SELECT hex(box) FROM member_key WHERE member = ${larch.member};`);
  await larch.submit("/account/leave", "/account/leave", { password }, { expect: 303 });
  await house.down();
  sql(identity, `INSERT INTO member_key (member, box) VALUES (${larch.member}, x'${row}');`); // as if the power had gone in between
  await house.up();
  assert.equal(sql(identity, `SELECT count(*) FROM member_key WHERE member = ${larch.member};`), "0");
  house.advance(HOUR);
});
