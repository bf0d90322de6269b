// Somebody outside who knows every public fact of a physician: all that the rosters hold. He passes the quiz and the lists accept him, for
// they ask for what anybody can look up. There it ends: at level 2 no route, search, feed, mail or reply of a program shows a byte that a
// member wrote, and nothing that he knows brings him further. The control: at level 3 the same walk finds what members wrote.
// test-seconds: 120
import assert from "node:assert/strict";
import net from "node:net";
import { test, after, before } from "node:test";
import { randomBytes } from "node:crypto";
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { House, ask, answer, vote, sleep, HOUR } from "../support/house.mjs";
import { formToken } from "../support/form.mjs";
import { importLists, importReferences, known, listed, passQuiz } from "../support/lists.mjs";
import { campaign, earmark, tick } from "../support/money.mjs";

let house,
  relay,
  gate,
  outsider,
  member,
  mails = [],
  ids = {};
// What members wrote or chose: bodies, titles, topics, pseudonyms.
const canaries = ["Zebra-striped warfarin", "quokka dosing", "heliotrope-topic", "Marmalade Sky", "Larkspur Nine"];
const found = (bytes) => canaries.filter((word) => bytes.toLowerCase().includes(word.toLowerCase()));

function relayStart() {
  const server = net.createServer((socket) => {
    let data = false,
      text = "",
      to = "";
    socket.write("220 relay\r\n");
    socket.on("error", () => {});
    socket.on("data", (bytes) => {
      for (const line of bytes.toString("utf8").split("\r\n")) {
        if (data) {
          text += line + "\n";
          if (line === ".") {
            mails.push({ to, text });
            data = false;
            socket.write("250 taken\r\n");
          }
        } else if (/^DATA/i.test(line)) {
          data = true;
          text = "";
          socket.write("354 go on\r\n");
        } else if (/^QUIT/i.test(line)) {
          socket.end("221 bye\r\n");
        } else if (line !== "") {
          if (/^RCPT/i.test(line)) to = line;
          socket.write("250 fine\r\n");
        }
      }
    });
  });
  return new Promise((done) => server.listen(0, "127.0.0.1", () => done(server)));
}

before(async () => {
  relay = await relayStart();
  house = await House.start({
    conf: { "smtp.host": "127.0.0.1", "smtp.port": relay.address().port, "smtp.from": "house@demo.example", "quiz.tries_network": 100 },
  });
  gate = await house.admin();
  house.staff("Latch", "admin");
  house.staff("Halden", "sponsor", "Halden Bio");
  const halden = await house.signIn("Halden");
  const alder = await house.physician("Marmalade Sky"),
    birch = await house.physician("Larkspur Nine");
  ids.question = await ask(alder, "Zebra-striped warfarin on dialysis?", "Zebra-striped warfarin, asked in earnest.", {
    topics: "heliotrope-topic cardiology",
  });
  ids.posting = await answer(birch, ids.question, "quokka dosing helped twice.");
  await vote(alder, ids.question, ids.posting, 1, 1);
  ids.member = alder.member;
  ids.campaign = await campaign(house, halden, gate);
  await earmark(house, halden, ids.campaign, ids.posting, 3);
  await tick(house);
  importLists(house);
  importReferences(house, ["What is syncope?", "What is warfarin?"]);
  await gate.submit("/admin/vouches", "/admin/pioneers", { pseudonym: "Marmalade Sky", reason: "Known.", pioneer: 1 }, { expect: 303 });
  await gate.submit("/admin/domains", "/admin/domains", { domain: "hospital.example", reason: "Staff.", listed: 1 }, { expect: 303 });
  outsider = await known(house, "Outsider");
  member = birch;
  await house.settle();
});
after(async () => {
  await house?.stop();
  relay?.close();
});

const routes = () =>
  house
    .must("curbside", ["web", "routes"])
    .trim()
    .split("\n")
    .map((line) => line.split("\t"));

// A path for each pattern, with what really is there.
function paths(pattern) {
  if (pattern === "/healthz" || pattern === "/logout") return [];
  if (pattern.startsWith("/t/") || pattern.startsWith("/topic/")) return [pattern.replace(":name", "heliotrope-topic")];
  if (pattern.startsWith("/about/")) return ["ranking", "sponsors", "ledger", "privacy", "receipt"].map((name) => `/about/${name}`);
  if (pattern.includes(":key")) return [pattern.replace(":key", ids.campaign)];
  if (pattern.startsWith("/m/") || pattern.includes("member/:id")) return [pattern.replace(":id", ids.member)];
  if (pattern.includes(":id")) return [ids.question, ids.posting, ids.reference ?? 1].map((id) => pattern.replace(":id", id));
  if (pattern === "/search" || pattern === "/similar")
    return ["warfarin", "quokka dosing", "zebra striped"].map((words) => `${pattern}?q=${encodeURIComponent(words)}`);
  return [pattern];
}

// Every route, read and written, as a page and as data; gives what was seen of the canaries, by cell.
async function walk(client) {
  const seen = [];
  const look = (cell, got) => {
    const text = got.text + JSON.stringify(got.headers);
    for (const word of found(text)) seen.push(`${cell}: ${word}`);
    return got;
  };
  for (const [method, pattern] of routes()) {
    for (const path of paths(pattern)) {
      if (method === "GET") {
        for (const accept of ["text/html", "application/json", "application/atom+xml, */*"])
          look(`GET ${path} as ${accept}`, await client.get(path, { headers: { accept } }));
        continue;
      }
      if (pattern === "/join" || pattern === "/login") continue;
      const form = formToken(client, pattern),
        request = randomBytes(16).toString("hex");
      const fields = { form, request, body: "x", title: "Warfarin, or what is it?", kind: 1, stance: 1, patients: 0, solved: 1, follows: 1 };
      look(`POST ${path}`, await client.post(path, { ...fields, vouched: 1, voucher: "Marmalade Sky", show_name: 1, reason: "x" }));
      look(`POST ${path}, JSON`, await client.post(path, fields, { headers: { accept: "application/json" } }));
    }
  }
  for (const path of ["/feed", "/rss", "/atom.xml", "/api", "/sitemap.xml", "/static/site.js", "/checkpoint", "/robots.txt"])
    look(`GET ${path}`, await client.get(path));
  return seen;
}

test("he passes the quiz and the lists, and is at level 2", async () => {
  const waiting = await outsider.json("/waiting");
  assert.equal(waiting.level, 2);
  assert.equal(waiting.proof, true);
  assert.ok(waiting.place.includes(listed(outsider.n).zip), "even his address is shown: it is public");
});

test("at level 2 no route shows a byte that a member wrote", async () => {
  ids.reference = (await outsider.json("/waiting/read")).rows[0].id;
  assert.deepEqual(await walk(outsider), []);
});

test("references are there to read, and show nothing that members made of them", async () => {
  assert.equal((await outsider.json("/waiting/read")).rows.length, 2);
  const before = (await outsider.get(`/waiting/read/${ids.reference}`)).text;
  await vote(member, ids.reference, ids.reference, 1, 3);
  await answer(member, ids.reference, "quokka dosing, as a remark on a reference.").catch(() => null);
  const now = (await outsider.get(`/waiting/read/${ids.reference}`)).text;
  const still = (html) => html.replace(/name="(form|request)" value="[^"]*"/g, "");
  assert.equal(still(now), still(before));
  assert.equal((await outsider.get(`/waiting/read/${ids.question}`)).status, 404);
  assert.equal((await outsider.get(`/waiting/read/${ids.posting}`)).status, 404);
});

test("no mail to him holds a byte that a member wrote", async () => {
  await outsider.submit("/waiting", "/waiting/mail", { address: "any@hospital.example" }, { expect: 303 });
  for (let i = 0; i < 100 && !mails.some((mail) => mail.to.includes("any@hospital.example")); i++) await sleep(100);
  const his = mails.filter((mail) => mail.to.includes("any@hospital.example") || /m\d+@demo/.test(mail.to));
  assert.ok(his.some((mail) => /code is/.test(mail.text)), "the code went out, to the institution");
  assert.deepEqual(his.flatMap((mail) => found(mail.text)), []);
});

test("nothing that the lists hold proves that it is he", async () => {
  const p = listed(outsider.n);
  for (const code of [p.npi, p.licence, p.zip, "ABCDE-FGHJK"]) {
    const got = await outsider.submit("/waiting", "/waiting/code", { kind: 2, code });
    assert.equal(got.status, 422);
  }
  const outside = await outsider.submit("/waiting", "/waiting/mail", { address: "him@evilhospital.example" });
  assert.equal(outside.status, 422);
  assert.match((await outsider.json("/waiting")).letter_words, /asked for/, "a letter is his to ask for, and not his to get");
  const early = await outsider.submit("/waiting", "/waiting/mail", { address: "x@y.example" });
  assert.equal(early.status, 422);
  assert.equal((await outsider.json("/waiting")).level, 2);
  assert.equal((await outsider.get("/")).location, "/waiting");
});

test("the letter goes to the practice, not to him, and its code stands in no page and no store", async () => {
  const folder = house.folder;
  const said = house.must("curbside", ["letters", "batch", folder]);
  assert.match(said, /^1 letters/);
  const csv = readFileSync(join(folder, readdirSync(folder).find((name) => /^letters.*\.csv$/.test(name))), "utf8");
  const pdf = readFileSync(join(folder, readdirSync(folder).find((name) => /^letters.*\.pdf$/.test(name))));
  assert.equal(pdf.subarray(0, 5).toString(), "%PDF-");
  const code = csv.match(/"([0-9A-Z]{5}-[0-9A-Z]{5})"/)[1];
  assert.ok(csv.includes(listed(outsider.n).street));
  assert.ok(!(await outsider.get("/waiting")).text.includes(code));
  for (const store of ["journal", "board", "desk", "identity"])
    for (const name of readdirSync(join(house.state, store)))
      assert.ok(!readFileSync(join(house.state, store, name)).includes(code), `${store}/${name}`);
  assert.equal(house.must("curbside", ["letters", "batch", folder]).trim(), "0 letters");
  ids.code = code;
});

test("with the code from the letter the door opens, and the same walk finds what members wrote (control)", async () => {
  house.advance(HOUR);
  await house.renew(outsider);
  const got = await outsider.submit("/waiting", "/waiting/code", { kind: 1, code: ids.code.toLowerCase() }, { expect: 303 });
  assert.equal(got.location, "/");
  const seen = await walk(outsider);
  for (const word of canaries) assert.ok(seen.some((cell) => cell.endsWith(word)), `${word} is seen once he is in`);
});

test("a guess at somebody else's quiz is no way in either, and three are all there are", async () => {
  await house.apply("Guesser");
  const n = house.applied,
    client = await house.signIn("Guesser");
  for (let i = 0; i < 3; i++) {
    const got = await client.submit(
      "/waiting/quiz",
      "/waiting/quiz",
      { school: i, graduation: i, licence: i, practice: i },
      { expect: 303 },
    );
    assert.equal(got.location, "/waiting?done=4");
  }
  assert.equal((await client.get("/waiting/quiz")).status, 303);
  assert.equal((await client.json("/waiting")).level, 0);
  await assert.rejects(passQuiz(client, n), "even with the right answers now");
});
