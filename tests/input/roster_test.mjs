// Public lists: a broken file gives the line, the reason and no partial state; a killed import goes on; a second one says what changed.
// test-seconds: 300
import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, truncateSync, writeFileSync, writeSync, closeSync, existsSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test, after } from "node:test";
import { House, bin, npi, root, sleep } from "../support/house.mjs";
import { header, line, row } from "../support/nppes.mjs";

const folder = mkdtempSync(join(process.env.TEST_TMP ?? tmpdir(), "roster-"));
after(() => rmSync(folder, { recursive: true, force: true }));
const file = (name, content) => { const path = join(folder, name); writeFileSync(path, content); return path; };
const env = { ...process.env };
for (const name of ["CURBSIDE_SEED", "CURBSIDE_CLOCK", "STATE"]) delete env[name];
let states = 0;
const newState = () => join(folder, `state${++states}`);
function run(state, ...args) {
  return spawnSync(join(bin, "curbside"), ["--state", state, "roster", ...args], { encoding: "utf8", env, cwd: root, maxBuffer: 64 << 20 });
}
function imported(state, ...args) {
  const done = run(state, "import", ...args);
  assert.equal(done.status, 0, done.stderr);
  return done.stdout;
}
// How one application stands, as the lists are now.
function matched(state, fields, day = "2026-01-15") {
  const path = file(`one${states}.tsv`, ["application\tfirst_name\tlast_name\tnpi\tlicence_number\tlicence_state", ["A1", ...fields].join("\t"), ""].join("\n"));
  const done = run(state, "match", "--today", day, path);
  return done.status === 0 ? done.stdout.trim().split("\t").slice(1).join(" ") : done.stderr.trim();
}

const boardHead = ["lic_exp_date", "prc_last_name", "lic_number", "prc_first_name", "lic_profession", "lst_description", "discipline"].join("\t");
const licence = (n, more = {}) => {
  const r = { expires: "2026-12-31", last: `Listed${n}`, number: 5000 + n, first: "Ada", profession: "MED", status: "Active", discipline: "N", ...more };
  return [r.expires, r.last, r.number, r.first, r.profession, r.status, r.discipline].join("\t");
};
const board = (...rows) => [boardHead, ...rows, ""].join("\n");
const person = (n, more = {}) => line({ NPI: npi(n), "Entity Type Code": 1, "Provider Last Name (Legal Name)": `LISTED${n}`, "Provider First Name": "ADA",
  "Healthcare Provider Taxonomy Code_1": "207R00000X", "Provider License Number_1": 5000 + n, "Provider License Number State Code_1": "MO",
  "Healthcare Provider Primary Taxonomy Switch_1": "Y", ...more });
const nppes = (...rows) => [header, ...rows, ""].join("\n");

// ---- broken files ----
const many = Array.from({ length: 400 }, (_, n) => row(n));
const cut = gzipSync(nppes(...many)).subarray(0, -2000);
const damaged = Buffer.from(gzipSync(nppes(...many)));
damaged[damaged.length - 6] ^= 0x55; // its check sum
const broken = {
  "another list's columns": [file("other.csv", "name,number\nA,1\n"), /line 1: the first line lacks the column "NPI"/],
  "a column that was renamed": [file("renamed.csv", nppes(person(1)).replace('"NPI Deactivation Date"', '"NPI Ended"')), /line 1: .*NPI Deactivation Date/],
  "an empty file": [file("empty.csv", ""), /line 0: the file is empty/],
  "a file without rows": [file("bare.csv", `${header}\n`), /has 0 rows/],
  "a picture": [file("picture.csv", Buffer.concat([Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]), Buffer.alloc(5000)])), /line 1: not UTF-8 text/],
  "bytes that are no text": [file("bytes.csv", Buffer.concat([Buffer.from(nppes(person(1), person(2))), Buffer.from([0x22, 0x00, 0xff, 0x0a])])), /line 4: not UTF-8 text/],
  "a line with other fields": [file("fields.csv", nppes(person(1), '"1","2","3"', person(2))), /line 3: 3 fields, but the first line has 330/],
  "an open quote": [file("quote.csv", nppes(person(1), person(2).replace(/"$/, ""))), /line 3: a quote is open at the end of the line/],
  "a gzip file cut short": [file("cut.csv.gz", cut), /line \d+: the file broke off here/],
  "a gzip file with a wrong sum": [file("sum.csv.gz", damaged), /line 401: the file broke off here/],
  "a plain file cut short": [file("short.csv", nppes(...many).slice(0, -700)), /line 401: /],
  "half of the list": [file("half.csv", nppes(...many.slice(0, 200))), /has 200 rows, the list had 400/],
  "an older list": [file("nppes-2020-01-01.csv", nppes(...many)), /speaks of 2020-01-01, older than/],
};
const before = newState();
test("a broken file gives the line and the reason, and leaves the list as it was", () => {
  const whole = file("npidata_pfile_20050523-20260110.csv", nppes(...many));
  assert.match(imported(before, "nppes", whole), /^nppes as of 2026-01-10: 400 rows; 400 new/);
  // All but which file had a row last: a note that only the next import of a whole file reads.
  const columns = "npi, since, until, gone, content, kind, deactivated, first_name, last_name, line_1, city, state, zip, taxonomies, as_of";
  const dump = () => spawnSync("sqlite3", [join(before, "roster/roster.db"),
    `SELECT ${columns} FROM provider ORDER BY npi, since; SELECT name, generation, clean, rows, source, as_of FROM list; SELECT count(*) FROM progress;`],
  { encoding: "utf8", maxBuffer: 64 << 20 }).stdout;
  const untouched = dump();
  assert.ok(untouched.length > 10000);
  for (const [what, [path, reason]] of Object.entries(broken)) {
    const done = run(before, "import", "nppes", path, ...(what === "an older list" ? [] : ["--as-of", "2026-01-11"]));
    assert.equal(done.status, 1, `${what}: ${done.stdout}${done.stderr}`);
    assert.match(done.stderr, reason, what);
    assert.equal(done.stdout, "", what);
    assert.ok(dump() === untouched, what);
  }
  // The control: the same list with one more row shows, so the comparison can see a change.
  assert.match(imported(before, "nppes", file("more.csv", nppes(...many, person(1))), "--as-of", "2026-01-11"), /401 rows; 1 new, 0 changed, 400 unchanged/);
  assert.ok(dump() !== untouched);
});
test("a broken first import leaves no list", () => {
  const state = newState();
  assert.equal(run(state, "import", "nppes", broken["a line with other fields"][0]).status, 1);
  assert.match(matched(state, ["Ada", "Listed1", npi(1), "5001", "MO"]), /no_list|no list/);
});
test("a line of a hundred megabytes is refused in little memory", () => {
  const path = join(folder, "long.csv"), fd = openSync(path, "w"), part = Buffer.alloc(1 << 20, "x");
  writeSync(fd, `${header}\n${person(1)}\n"`);
  for (let i = 0; i < 100; i++) writeSync(fd, part);
  closeSync(fd);
  const done = spawnSync("/usr/bin/env", ["bash", "-c", `${process.env.SANITIZED ? "" : "ulimit -v 400000; "}exec "$@"`, "-", join(bin, "curbside"), "--state", newState(), "roster", "import", "nppes", path],
    { encoding: "utf8", env, cwd: root });
  assert.equal(done.status, 1, done.stderr);
  assert.match(done.stderr, /line 3: longer than 1 MiB/);
  truncateSync(path, 0);
});

// ---- rows ----
test("a bad row is counted and named, the others are imported", () => {
  const state = newState(), wrong = `${npi(2).slice(0, 9)}${(Number(npi(2)[9]) + 1) % 10}`;
  const done = run(state, "import", "nppes", file("rows.csv", nppes(person(1), person(2, { NPI: wrong }), person(3, { NPI: "12" }), person(4), person(4))), "--as-of", "2026-01-10");
  assert.equal(done.status, 0);
  assert.match(done.stdout, /2 rows; 2 new, 0 changed, 0 unchanged, 0 no longer listed; 2 refused, 1 repeated/);
  assert.match(done.stderr, /line 3: the NPI's check digit is wrong/);
  assert.match(done.stderr, /line 4: the NPI has not ten digits/);
  const listed = run(state, "import", "board:MO", file("rows.tsv", board(licence(1), licence(2, { number: "" }), licence(3, { expires: "soon" }),
    licence(4), licence(5, { status: "Puzzled" }))), "--as-of", "2026-01-10");
  assert.match(listed.stdout, /3 rows; .* 2 refused/);
  assert.match(listed.stdout, /1 rows have a status that the list's map does not know/);
  assert.match(listed.stderr, /line 3: no licence number/);
  assert.match(listed.stderr, /line 4: the day it expires cannot be read/);
  assert.equal(matched(state, ["Ada", "Listed4", npi(4), "5004", "MO"]), "accept ok");
});
test("columns are found by name: reordered, renamed, added, with a byte order mark, CRLF, gzip without the ending", () => {
  const state = newState();
  const names = ["New Column", "Provider First Name", "Provider Gender Code", "NPI", "NPI Deactivation Date", "Healthcare Provider Taxonomy Code_1",
    "Healthcare Provider Primary Taxonomy Switch_1", "Entity Type Code", "provider last name (legal name)", "Provider License Number_1",
    "Provider License Number State Code_1"];
  const values = ["a, \"\"b\"\"", "ADA", "F", npi(7), "", "207R00000X", "Y", "1", "LISTED7", "5007", "MO"];
  const quoted = (list) => `"${list.join('","')}"`;
  const path = file("list.data", gzipSync(`\ufeff${quoted(names)}\r\n${quoted(values)}\r\n`));
  assert.match(imported(state, "nppes", path, "--as-of", "2026-01-10"), /1 rows; 1 new/);
  imported(state, "board:MO", file("seven.tsv", board(licence(7))), "--as-of", "2026-01-10");
  assert.equal(matched(state, ["Ada", "Listed7", npi(7), "5007", "MO"]), "accept ok");
});

// ---- again ----
test("a second import says what is new, changed, unchanged and no longer listed, and readers see all of it", () => {
  const state = newState(), at = (day) => ["--as-of", day];
  imported(state, "nppes", file("n1.csv", nppes(person(1), person(2), person(3))), ...at("2026-01-01"));
  imported(state, "board:MO", file("b1.tsv", board(licence(1), licence(2), licence(3))), ...at("2026-01-01"));
  const stands = (n) => matched(state, ["Ada", `Listed${n}`, npi(n), String(5000 + n), "MO"]);
  assert.equal(stands(2), "accept ok");
  assert.match(imported(state, "board:MO", file("b2.tsv", board(licence(1), licence(2, { status: "Suspended" }), licence(4))), ...at("2026-02-01")),
    /3 rows; 1 new, 1 changed, 1 unchanged, 1 no longer listed/);
  assert.equal(stands(1), "accept ok");
  assert.equal(stands(2), "reject suspended");
  assert.equal(stands(3), "review unlisted");
  assert.match(imported(state, "board:MO", file("b3.tsv", board(licence(1), licence(2), licence(3), licence(4))), ...at("2026-03-01")),
    /4 rows; 0 new, 2 changed, 2 unchanged, 0 no longer listed/);
  assert.equal(stands(2), "accept ok");
  assert.equal(stands(3), "accept ok");
  const rows = spawnSync("sqlite3", [join(state, "roster/roster.db"), "SELECT count(*), sum(until > 0) FROM licence"], { encoding: "utf8" }).stdout.trim();
  assert.equal(rows, "4|0"); // nothing is kept of what was replaced
});
test("an update leaves alone what it does not name", () => {
  const state = newState();
  imported(state, "nppes", file("u1.csv", nppes(person(1), person(2))), "--as-of", "2026-01-01");
  assert.match(imported(state, "nppes", file("u2.csv", nppes(person(2, { "Provider Last Name (Legal Name)": "MARRIED" }), person(3))), "--as-of", "2026-01-08", "--scope", "update"),
    /3 rows; 1 new, 1 changed, 0 unchanged, 0 no longer listed/);
  imported(state, "board:MO", file("u.tsv", board(licence(1))), "--as-of", "2026-01-01");
  assert.equal(matched(state, ["Ada", "Listed1", npi(1), "5001", "MO"]), "accept ok");
});
test("a killed import shows nothing, and the next one goes on behind the line it reached", async () => {
  const state = newState(), path = join(folder, "large.csv"), fd = openSync(path, "w"), rows = 900000;
  const short = "NPI,Entity Type Code,Provider Last Name (Legal Name),Provider First Name,Healthcare Provider Taxonomy Code_1,NPI Deactivation Date";
  let part = [short];
  for (let n = 0; n < rows; n++) {
    part.push(`${npi(n)},1,LISTED,ADA,${n % 8 ? "163W00000X" : "207R00000X"},`);
    if (part.length === 50000 || n === rows - 1) { writeSync(fd, `${part.join("\n")}\n`); part = []; }
  }
  closeSync(fd);
  let resumed = 0, done = null, kills = 0, reached = 0;
  const line_in_store = () => Number(spawnSync("sqlite3", ["-readonly", join(state, "roster/roster.db"), "SELECT line FROM progress"], { encoding: "utf8" }).stdout.trim() || 0);
  while (done === null) {
    const child = spawn(join(bin, "curbside-clerk"), ["--state", state, "roster", "import", "nppes", path, "--as-of", "2026-01-10"], { env, cwd: root });
    let said = "", out = "", code = "running";
    child.stderr.on("data", (d) => { said += d; });
    child.stdout.on("data", (d) => { out += d; });
    const ended = new Promise((end) => child.once("exit", (status) => { code = status; end(status); }));
    // Killed once while nothing is in the store, then right behind the first batch.
    if (kills === 0) await sleep(300);
    while (kills === 1 && code === "running" && (reached = line_in_store()) === 0) await sleep(20);
    if (kills < 2) child.kill("SIGKILL");
    await ended;
    resumed += said.includes(`going on behind line ${reached}\n`) && reached > 1000;
    if (code === 0) done = out;
    else {
      kills++;
      assert.match(matched(state, ["Ada", "Listed", npi(8), "1", "MO"]), /no_list|no list/);
    }
    assert.ok(kills < 3);
  }
  assert.ok(resumed >= 1, "no import went on");
  assert.match(done, new RegExp(`${rows} rows; ${rows} new, 0 changed, 0 unchanged, 0 no longer listed; 0 refused, 0 repeated`));
  assert.match(imported(state, "nppes", path, "--as-of", "2026-01-11"), new RegExp(`0 new, 0 changed, ${rows} unchanged`));
  truncateSync(path, 0);
});
test("two imports do not run at once", async () => {
  const state = newState(), pipe = join(folder, "pipe.csv");
  spawnSync("mkfifo", [pipe]);
  const child = spawn(join(bin, "curbside"), ["--state", state, "roster", "import", "nppes", pipe], { env, cwd: root, stdio: "ignore" });
  for (let i = 0; i < 200 && !existsSync(join(state, "roster/import.lock")); i++) await sleep(20);
  await sleep(100);
  const second = run(state, "import", "nppes", file("small.csv", nppes(person(1))));
  assert.equal(second.status, 1);
  assert.match(second.stderr, /another import is at work/);
  child.kill("SIGKILL");
  await new Promise((end) => child.once("exit", end));
  assert.match(imported(state, "nppes", file("small.csv", nppes(person(1)))), /1 rows/);
});

// ---- other lists ----
test("Washington's words and days are understood", () => {
  const state = newState(), head = "CredentialNumber,LastName,FirstName,MiddleName,CredentialType,Status,BirthYear,CEDueDate,FirstIssueDate,LastIssueDate,ExpirationDate,ActionTaken";
  const rows = ["MD60000001,Listed1,Ada,,Physician And Surgeon License,ACTIVE,1970,,20050301,20250301,20270301,No",
    "MD60000002,Listed2,Ada,,Physician And Surgeon License,REVOKED,1970,,20050301,20250301,20270301,Yes",
    "RN60000003,Listed3,Ada,,Registered Nurse License,ACTIVE,1970,,20050301,20250301,20270301,No",
    "OP60000004,Listed4,Ada,,Osteopathic Physician And Surgeon License,ACTIVE,1970,,20050301,20250301,20270301,Yes"];
  assert.match(imported(state, "board:WA", file("wa.csv", [head, ...rows, ""].join("\n")), "--as-of", "2026-01-10"), /4 rows/);
  const at = (n, number) => person(n, { "Provider License Number State Code_1": "WA", "Provider License Number_1": number });
  imported(state, "nppes", file("wan.csv", nppes(at(1, "MD60000001"), at(2, "MD 60000002"), at(3, "RN60000003"), at(4, "OP60000004"))), "--as-of", "2026-01-10");
  const stands = (n, number) => matched(state, ["Ada", `Listed${n}`, npi(n), number, "WA"]);
  assert.equal(stands(1, "md-60000001"), "accept ok");
  assert.equal(stands(2, "MD60000002"), "reject revoked");
  assert.equal(stands(3, "RN60000003"), "reject not_physician");
  assert.equal(stands(4, "OP60000004"), "review disciplined");
});
test("a new state is one new file", () => {
  const state = newState(), list = file("zz.txt", "No;Surname;Given;State of licence;Ends\n1;Listed1;Ada;ok;31.12.2026\n2;Listed2;Ada;over;31.12.2026\n");
  const unknown = run(state, "import", "board:ZZ", list);
  assert.equal(unknown.status, 1);
  assert.match(unknown.stderr, /there is no map of this list \(scripts\/roster\/zz\.lua\)/);
  mkdirSync(join(state, "scripts/roster"), { recursive: true });
  const map = join(state, "scripts/roster/zz.lua");
  writeFileSync(map, `return { separators = { ";" }, dates = { "DD.MM.YYYY" }, needed = { "number" }, physicians_only = true,
    columns = { number = { "No" }, last_name = { "Surname" }, first_name = { "Given" }, status = { "State of licence" }, expires = { "Ends" } },
    status = { active = { "ok" }, revoked = { "over" } } }`);
  assert.match(imported(state, "board:ZZ", list, "--as-of", "2026-01-10"), /2 rows/);
  imported(state, "nppes", file("zzn.csv", nppes(person(1, { "Provider License Number State Code_1": "ZZ", "Provider License Number_1": "1" }))), "--as-of", "2026-01-10");
  assert.equal(matched(state, ["Ada", "Listed1", npi(1), "1", "ZZ"]), "accept ok");
  for (const [script, reason] of [["return 1", /does not return a table/], ["while true do end", /too many steps/], ["return os.getenv('HOME')", /line 1: .*os/],
    ["return { a = function() end }", /a is neither text nor number/], ["return {", /line 1/], ["local t = {} for i = 1, 1e9 do t[i] = 'x' .. i end return t", /steps|memory/]]) {
    writeFileSync(map, script);
    const done = run(state, "import", "board:ZZ", list);
    assert.equal(done.status, 1, script);
    assert.match(done.stderr, reason, script);
  }
});
test("an exclusion by NPI rejects, by name it asks a person", () => {
  const state = newState(), head = "LASTNAME,FIRSTNAME,MIDNAME,BUSNAME,GENERAL,SPECIALTY,UPIN,NPI,DOB,ADDRESS,CITY,STATE,ZIP,EXCLTYPE,EXCLDATE,REINDATE,WAIVERDATE,WVRSTATE";
  const entry = (last, number, reinstated = "00000000") => `${last},ADA,,,PHYSICIAN,INTERNAL MEDICINE,,${number},19700131,1 EXAMPLE ST,JOPLIN,MO,64801,1128a1,20200101,${reinstated},00000000,`;
  imported(state, "nppes", file("ln.csv", nppes(person(1), person(2), person(3))), "--as-of", "2026-01-10");
  imported(state, "board:MO", file("lb.tsv", board(licence(1), licence(2), licence(3))), "--as-of", "2026-01-10");
  imported(state, "leie", file("leie.csv", [head, entry("LISTED1", npi(1)), entry("LISTED2", "0000000000"), entry("LISTED3", npi(3), "20230101"), ""].join("\n")), "--as-of", "2026-01-10");
  const stands = (n) => matched(state, ["Ada", `Listed${n}`, npi(n), String(5000 + n), "MO"]);
  assert.equal(stands(1), "reject excluded");
  assert.equal(stands(2), "review excluded_name");
  assert.equal(stands(3), "accept ok"); // reinstated
});

// ---- the recheck, through the running house ----
test("the recheck lowers, says why, restores, and needs no restart", async () => {
  const house = await House.start();
  try {
    const alder = await house.physician("Alder"), birch = await house.physician("Birch"), lists = (status, day, more = []) => {
      const last = (n) => `Example${n}`, number = (n) => 2010000000 + n;
      house.must("curbside", ["roster", "import", "board:MO", file("hb.tsv", board(licence(0, { last: last(1), number: number(1), status }), licence(0, { last: last(2), number: number(2) }))), "--as-of", day]);
      house.must("curbside", ["roster", "import", "nppes", file("hn.csv", nppes(...[1, 2].map((n) => person(n, { "Provider Last Name (Legal Name)": last(n), "Provider License Number_1": number(n) })))), "--as-of", day]);
      house.must("curbside", ["roster", "import", "leie", file("hl.csv", ["LASTNAME,FIRSTNAME,MIDNAME,NPI,DOB,STATE,EXCLTYPE,EXCLDATE,REINDATE", "NOBODY,NOEL,,0000000000,19700131,MO,1128a1,20200101,00000000", ...more, ""].join("\n")), "--as-of", day]);
    };
    assert.match(house.run("curbside", ["roster", "recheck"]).stderr, /no list has been imported/);
    lists("Active", "2026-03-01");
    assert.match(house.must("curbside", ["roster", "recheck"]), /0 lowered, 0 restored, 0 queued by name/);
    assert.equal((await alder.get("/ask")).status, 200);
    lists("Revoked", "2026-03-02");
    assert.match(house.must("curbside", ["roster", "recheck"]), /1 lowered, 0 restored/);
    assert.notEqual((await alder.get("/ask")).status, 200);
    assert.equal((await birch.get("/ask")).status, 200);
    lists("Active", "2026-03-03", ["EXAMPLE2,ADA,,0000000000,19700131,MO,1128a1,20200101,00000000"]);
    assert.match(house.must("curbside", ["roster", "recheck"]), /0 lowered, 1 restored, 1 queued by name/);
    assert.equal((await alder.get("/ask")).status, 200);
    const [member, entry, name] = house.must("curbside", ["roster", "suspicions"]).trim().split("\t");
    assert.equal(Number(member), birch.member);
    assert.equal(name, "Birch");
    assert.equal((await birch.get("/ask")).status, 200);
    house.must("curbside", ["roster", "decide", member, entry, "excluded"]);
    assert.notEqual((await birch.get("/ask")).status, 200);
    assert.equal(house.must("curbside", ["roster", "suspicions"]), "");
    assert.equal(house.run("curbside", ["roster", "decide", member, entry.replace(/./g, "0"), "another"]).status, 1);
    const journal = house.must("curbside", ["journal", "show"]);
    assert.ok(journal.includes("member_level_set") && !/EXAMPLE2|Example1|2010000001/.test(journal)); // no identity in it
    assert.equal(readFileSync(join(house.state, "identity/identity.db")).includes("EXAMPLE2"), false);
  } finally { await house.stop(); }
});
