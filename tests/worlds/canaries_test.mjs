// Canaries: strings that name a person are planted in members, and looked for in every byte the house keeps or shows to others: stores, their
// write-ahead logs, traces, the public folder, pages of everybody else, mails. In plain, hex, base64 and UTF-16.
// test-seconds: 180
import assert from "node:assert/strict";
import { test, after, before } from "node:test";
import { spawnSync } from "node:child_process";
import { globalAgent } from "node:http";
import { mkdirSync, readFileSync, writeFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { House, ask, answer, vote, password, npi, sleep } from "../support/house.mjs";
import { campaign, earmark, tick, closeMonth } from "../support/money.mjs";
import { filesBelow, bytesOf, sql, storeFiles } from "../support/stores.mjs";
import { needles } from "../support/needles.mjs";
import { openRelay } from "../support/relay.mjs";
import { addApp, base32 } from "../support/second.mjs";

const person = {
  first_name: "Quetzalina",
  last_name: "Wrzesniewska-Oduya",
  npi: npi(7654321),
  licence: "LX90210-4477",
  email: "songbird.7731@canary-post.example",
  password: "nine lives of the canary",
};
let house,
  canary,
  others,
  relay,
  mails,
  tokens = [],
  account = {}; // what opens the canary's account, and his next address

// Every way a string may lie there. Base64 depends on what stands before it: three places, without the ends that mix with neighbours.
function disguises(value) {
  const bytes = Buffer.isBuffer(value) ? value : Buffer.from(value, "utf8"),
    list = { plain: bytes };
  list.hex = Buffer.from(bytes.toString("hex"));
  list["hex, capitals"] = Buffer.from(bytes.toString("hex").toUpperCase());
  for (const shift of [0, 1, 2]) {
    const all = Buffer.concat([Buffer.alloc(shift), bytes])
      .toString("base64")
      .replace(/=+$/, "");
    const inner = all.slice(shift === 0 ? 0 : shift + 1, bytes.length % 3 === (3 - shift) % 3 ? undefined : -1);
    list[`base64 at ${shift}`] = Buffer.from(inner);
    list[`base64url at ${shift}`] = Buffer.from(inner.replaceAll("+", "-").replaceAll("/", "_"));
  }
  if (!Buffer.isBuffer(value)) {
    list["UTF-16"] = Buffer.from(value, "utf16le");
    list["UTF-16, other end"] = Buffer.from(value, "utf16le").swap16();
    list["lower case"] = Buffer.from(value.toLowerCase());
    list["upper case"] = Buffer.from(value.toUpperCase());
  }
  return Object.entries(list);
}
// Gives what finds them in bytes: "licence, hex".
const finder = (wanted) =>
  needles(Object.entries(wanted).flatMap(([name, value]) => disguises(value).map(([form, bytes]) => [`${name}, ${form}`, bytes])));
const findings = (bytes, wanted) => finder(wanted)(bytes);
const secrets = () => ({
  ...person,
  ...Object.fromEntries(tokens.map((token, i) => [`token ${i}`, Buffer.from(token, "base64url")])),
});
// Nobody's page, mail or file may hold these; mail brings two of them to the canary himself.
const everything = () => ({ ...secrets(), ...account });
function scanFolder(folder, wanted) {
  const find = finder(wanted);
  return filesBelow(folder).flatMap((path) => find(bytesOf(path)).map((what) => `${path.slice(folder.length + 1)}: ${what}`));
}

before(async () => {
  relay = await openRelay();
  mails = relay.mails;
  house = await House.start({
    conf: {
      "ledger.close_alone": 0,
      "ledger.close_bucket": 64,
      ...relay.conf,
      "smtp.per_day": 100,
    },
  });
  const admin = await house.admin();
  house.staff("Halden", "sponsor", "Halden Bio");
  const sponsor = await house.signIn("Halden");
  const alder = await house.physician("Alder"),
    birch = await house.physician("Birch");
  // Two canaries: one let in, one turned away. A wrong password typed once, a session ended and one still open.
  await house.apply("Yellowbird", person);
  await assert.rejects(() => house.signIn("Yellowbird", `${person.password}s`));
  const first = await house.signIn("Yellowbird", person.password);
  tokens.push(first.cookies.get("__Host-s"));
  const waiting = (await admin.json("/admin/members")).applications[0];
  assert.ok(JSON.stringify(waiting).includes(person.last_name), "the admin who decides does see who it is");
  await admin.submit(
    "/admin/members",
    `/admin/member/${waiting.member}`,
    { accepted: "1", reason: "seen" },
    { expect: 303 },
  );
  await first.post("/logout", {
    form: (await first.get("/")).text.match(/action="\/logout".*?name="form" value="([^"]+)"/)[1],
  });
  canary = await house.signIn("Yellowbird", person.password);
  tokens.push(canary.cookies.get("__Host-s"));
  const app = await addApp(house, canary);
  tokens.push(canary.cookies.get("__Host-s"));
  account = { "app's secret": app.secret, "app's secret, raw": base32(app.secret), "next address": "robin.3319@canary-post.example" };
  app.codes.forEach((code, i) => Object.assign(account, { [`code ${i}`]: code, [`code ${i}, bare`]: code.replaceAll("-", "") }));
  await canary.submit(
    "/account",
    "/account/email",
    { email: account["next address"], email_password: person.password },
    { expect: 303 },
  );
  await house.visitor().submit("/reset", "/reset", { name: "Yellowbird" }, { expect: 303 });
  const mailed = async (to, form) => {
    for (let i = 0; i < 100; i++, await sleep(50))
      for (const mail of mails) if (mail.to.includes(to) && form.test(mail.text)) return mail.text.match(form)[1];
    throw new Error(`no mail to ${to}`);
  };
  account["code for the address"] = await mailed(account["next address"], /^ {4}(\d{8})$/m);
  account["code for a password"] = await mailed(person.email, /^ {4}([\w-]{22})$/m);
  const question = await ask(canary, "What does a canary know of carbon monoxide?");
  const posting = await answer(alder, question, "It stops singing.");
  await canary.submit("/t/cardiology", "/topic/cardiology/follow", { follows: "1" }, { expect: 303 });
  await ask(birch, "Another one in cardiology, for the notices");
  const id = await campaign(house, sponsor, admin);
  await earmark(house, sponsor, id, posting, 3);
  await earmark(house, sponsor, id, question, 1);
  await tick(house);
  await vote(canary, question, posting, 1, 2);
  await vote(birch, question, posting, 1, 1);
  await house.apply("Greybird", {
    first_name: "Persephonia",
    last_name: "Vandersloot-Achterberg",
    npi: npi(7654399),
    licence: "LX90210-5588",
    email: "finch.8842@canary-post.example",
  });
  const refused = (await admin.json("/admin/members")).applications[0];
  await admin.submit(
    "/admin/members",
    `/admin/member/${refused.member}`,
    { accepted: "0", reason: "not on the lists" },
    { expect: 303 },
  );
  for (let i = 0; i < 100 && mails.length < 2; i++) await sleep(50);
  await closeMonth(house, admin);
  for (const client of [alder, birch, sponsor]) await house.renew(client);
  await house.settle();
  others = {
    alder,
    birch,
    sponsor,
    admin,
    visitor: house.visitor(),
    question,
    posting,
    member: canary.member ?? waiting.member,
  };
});
after(async () => {
  await house?.stop();
  relay?.close();
});

test("no store, write-ahead log, trace, key or public file holds who a member is, in any disguise", () => {
  assert.ok(
    filesBelow(house.state).filter((path) => /-wal$/.test(path)).length > 3,
    "there are write-ahead logs to look into",
  );
  assert.deepEqual(scanFolder(house.state, everything()), []);
  const gone = {
    first_name: "Persephonia",
    last_name: "Vandersloot-Achterberg",
    npi: npi(7654399),
    licence: "LX90210-5588",
    email: "finch.8842@canary-post.example",
  };
  assert.deepEqual(scanFolder(house.state, gone), []);
});

test("no page of anybody else, as HTML or JSON, says who a member is", async () => {
  globalAgent.destroy(); // nginx has closed what stood idle while the stores were looked through
  const { question, posting, member } = others,
    faults = [];
  const pages = [
    "/",
    "/?tab=rising",
    "/notices",
    "/earnings",
    `/q/${question}`,
    `/m/${member}`,
    `/why/posting/${posting}`,
    `/why/member/${member}`,
    "/search?q=canary",
    "/search?q=Quetzalina",
    "/t/cardiology",
    "/sponsor/campaigns",
    "/sponsor/totals",
    "/sponsor/reports",
    "/admin/members",
    "/admin/rules",
    "/admin/ledger",
    "/admin/status",
    "/login",
    "/join",
    "/about/privacy",
    "/healthz",
    "/checkpoint",
  ];
  let read = 0;
  for (const [name, client] of Object.entries(others).filter(([, client]) => client.get))
    for (const path of pages)
      for (const accept of ["text/html", "application/json"]) {
        const got = await client.get(path, { headers: { accept } });
        read += Number(got.status === 200);
        // What was looked for is shown again to whoever typed it.
        const known = path.endsWith("q=Quetzalina") ? { ...everything(), first_name: "\0none" } : everything();
        faults.push(
          ...findings(Buffer.concat([got.bytes, Buffer.from(got.raw.join("\n"))]), known).map(
            (what) => `${name} GET ${path}: ${what}`,
          ),
        );
      }
  assert.ok(read > 80, `${read} pages were read`);
  assert.deepEqual(faults, []);
});

test("mail goes to the member's own address and holds nobody's name; another's mail holds nothing of him", () => {
  const own = mails.filter(({ to }) => to.includes(person.email));
  assert.ok(own.length > 0, `the canary got mail (of ${mails.length})`);
  for (const { to, text } of mails) {
    assert.equal(to.length, 1, "one address a mail");
    const own = [person.email, account["next address"]].includes(to[0]);
    const { email, ...rest } = own ? { ...secrets(), "app's secret": account["app's secret"] } : everything();
    assert.deepEqual(findings(Buffer.from(text), own ? rest : everything()), []);
  }
});

test("exports of the books and the operator's lists say nothing either", () => {
  for (const args of [
    ["ledger", "export", "hledger"],
    ["ledger", "export", "beancount"],
    ["ledger", "openings"],
    ["member", "list"],
    ["status"],
    ["journal", "show"],
    ["ranking", "digest"],
  ]) {
    const done = house.run("curbside", args);
    assert.notEqual(done.status, 2, `${args}: ${done.stderr}`);
    assert.deepEqual(findings(Buffer.from(done.stdout + done.stderr), everything()), [], args.join(" "));
  }
});

test("a backup of all stores, made while the house runs, holds no more than they do", () => {
  const backup = join(house.folder, "backup");
  mkdirSync(backup);
  for (const path of storeFiles(house)) {
    const done = spawnSync("sqlite3", ["-cmd", ".timeout 5000", path, `.backup ${join(backup, path.split("/").at(-1))}`]);
    assert.equal(done.status, 0, String(done.stderr));
  }
  assert.ok(filesBelow(backup).length > 6, "there is a copy of each");
  assert.deepEqual(scanFolder(backup, everything()), []);
  sql(join(backup, "desk.db"), `CREATE TABLE mistake (what TEXT); INSERT INTO mistake VALUES ('${account["app's secret"]}');`);
  assert.notDeepEqual(scanFolder(backup, everything()), [], "what is written into one by mistake is found (control)");
});

test("the clerk, whose memory has held it all, leaves no core file", async () => {
  const cores = (limits) => limits.match(/^Max core file size\s+(\S+)\s+(\S+)/m).slice(1);
  const pid = house.pid("clerk");
  assert.deepEqual(cores(readFileSync(`/proc/${pid}/limits`, "utf8")), ["0", "0"]);
  assert.notDeepEqual(cores("Max core file size        0                    unlimited            bytes"), ["0", "0"], "control");
  const before = filesBelow(house.folder).length;
  process.kill(pid, "SIGABRT");
  for (let i = 0; i < 100 && (await others.visitor.get("/login/passkey")).status !== 200; i++) await sleep(100);
  assert.notEqual(house.pid("clerk"), pid, "it died, and stands again");
  const made = filesBelow(house.folder).filter((path) => /core/.test(path.split("/").at(-1)));
  assert.deepEqual(made, [], `of ${before} files`);
  assert.deepEqual(scanFolder(house.state, everything()), [], "and what it wrote while it died tells nothing");
});

test("a planted file is found in every disguise (control)", () => {
  for (const name of ["last_name", "npi", "licence", "email", "password"])
    for (const [form, bytes] of disguises(person[name])) {
      const path = join(house.state, "log", "planted");
      writeFileSync(path, Buffer.concat([Buffer.from("before"), bytes, Buffer.from("behind")]));
      assert.ok(
        scanFolder(house.state, { [name]: person[name] }).some((line) => line.startsWith("log/planted")),
        `${name} in ${form}`,
      );
      rmSync(path);
    }
  const token = Buffer.from(tokens[0], "base64url");
  for (const planted of [
    tokens[0],
    token.toString("hex"),
    `x${tokens[0]}`,
    Buffer.concat([Buffer.from("y"), token]).toString("base64"),
  ])
    assert.notDeepEqual(findings(Buffer.from(planted), { token }), [], "a session token");
});

test("a name written into a store by mistake is found there (control)", () => {
  sql(
    join(house.state, "desk", "desk.db"),
    `CREATE TABLE mistake (who TEXT); INSERT INTO mistake VALUES ('Dr. ${person.last_name}');`,
  );
  assert.ok(scanFolder(house.state, secrets()).some((line) => /^desk\/desk.db(-wal)?: last_name, plain$/.test(line)));
});
