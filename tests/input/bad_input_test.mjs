// Bad input gets a clear error, and nothing is lost: long postings, stale forms, broken import lines, hostile rules, tampered logs, wrong words.
// test-seconds: 120
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test, after, before } from "node:test";
import { cpSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { House, ask, answer, vote, bin, sleep } from "../support/house.mjs";
import { hiddenFields, words } from "../support/client.mjs";
import { Passkey } from "../support/second.mjs";
import { campaign, earmark, tick } from "../support/money.mjs";
import { sql, digests } from "../support/stores.mjs";

let house, gate, latch, key, alder, birch, question, posting;

// The rule set that made the posting's score: of the score itself, for pages show it in steps.
function scored() {
  const hash = sql(join(house.state, "rank/rank.db"), `SELECT hex(hash) FROM posting_rank JOIN rule_set USING (active_seq) WHERE posting = ${posting}`);
  assert.match(hash, /^[0-9A-F]{64}$/);
  return hash;
}

before(async () => {
  house = await House.start({ conf: { "ledger.close_alone": 0, "ledger.close_bucket": 64, "site.url": "own" } });
  gate = await house.admin();
  house.staff("Latch", "admin");
  house.staff("Halden", "sponsor", "Halden Bio");
  latch = await house.signIn("Latch");
  key = new Passkey(house.origin);
  await key.add(latch);
  const sponsor = await house.signIn("Halden");
  alder = await house.physician("Alder");
  birch = await house.physician("Birch");
  question = await ask(alder, "What is kept when it cannot be taken?");
  posting = await answer(birch, question, "Everything that was typed.");
  const id = await campaign(house, sponsor, gate);
  await earmark(house, sponsor, id, posting, 3);
  await tick(house);
  await tick(house);
});
after(() => house?.stop());

const escaped = (text) =>
  text
    .replace(/&/g, "&amp;")
    .replace(/</g, "&lt;")
    .replace(/>/g, "&gt;")
    .replace(/"/g, "&quot;")
    .replace(/'/g, "&#39;");

test("a posting over 16 KiB is refused with its size and the limit, and the text stands in the form", async () => {
  const long = `Begins here. ${"Ein längerer Satz, <mit> Zeichen & Umlauten. ".repeat(400)} Ends here.`,
    size = Buffer.byteLength(long);
  assert.ok(size > 16384);
  for (const [page, action, more] of [
    ["/ask", "/ask", { kind: 1, title: "A question that is far too long" }],
    [`/q/${question}`, `/q/${question}/answer`, {}],
  ]) {
    const got = await alder.submit(page, action, { ...more, body: long });
    assert.equal(got.status, 413, action);
    const said = words(got.text.replace(/<textarea[\s\S]*?<\/textarea>/g, ""));
    for (const number of [size, 16384])
      assert.match(got.text.replace(/,/g, ""), new RegExp(`\\b${number}\\b`), `${action}: ${number} in: ${said}`);
    assert.ok(
      got.text.includes(escaped(long).slice(0, 2000)) && got.text.includes("Ends here."),
      "the whole text is there",
    );
    const hidden = hiddenFields(got.text, action);
    const sent = await alder.post(action, { ...hidden, ...more, body: `Shortened (${action}).` });
    assert.equal(sent.status, 303, "and can be sent from there, shortened");
  }
  const fits = await alder.submit("/ask", "/ask", {
    kind: 1,
    title: "A question of the longest size",
    body: "x".repeat(16384),
  });
  assert.equal(fits.status, 303, "16384 bytes fit (control)");
});

test("every field that cannot be taken is named, with what was typed", async () => {
  const got = await alder.submit("/ask", "/ask", {
    kind: 1,
    title: "short",
    body: "My SSN is 078-05-1120, so there.",
    topics: "one, two, three, four, five, six, seven",
  });
  assert.equal(got.status, 422);
  assert.match(got.text, /title/i);
  for (const typed of ["short", "078-05-1120, so there."]) assert.ok(got.text.includes(typed), typed);
  const patient = await alder.submit("/ask", "/ask", {
    kind: 1,
    title: "A long enough title",
    body: "Call 573-555-0142 for the patient MRN 99887766.",
  });
  assert.equal(patient.status, 422, "patient data is not posted");
  assert.ok(patient.text.includes("99887766"));
});

test("a stale form: the reason is said, the text kept, and sending it once more works", async () => {
  const text = "Written slowly, while the session ended in another window.";
  const shown = await alder.get(`/q/${question}`),
    old = hiddenFields(shown.text, `/q/${question}/answer`);
  await house.renew(alder);
  const got = await alder.post(`/q/${question}/answer`, { ...old, body: text });
  assert.equal(got.status, 409);
  assert.match(got.text, /session|no longer current/i);
  assert.ok(got.text.includes(text));
  const again = await alder.post(`/q/${question}/answer`, {
    ...hiddenFields(got.text, `/q/${question}/answer`),
    body: text,
  });
  assert.equal(again.status, 303, words(again.text));
});

test("a form sent after the session has ended altogether keeps the text too", async () => {
  const text = "Typed over lunch; the session ended meanwhile.",
    gone = await house.signIn("Alder");
  const old = hiddenFields((await gone.get(`/q/${question}`)).text, `/q/${question}/answer`);
  gone.cookies.clear();
  const got = await gone.post(`/q/${question}/answer`, { ...old, body: text });
  assert.equal(got.status, 409);
  assert.ok(got.text.includes(text), "the text is shown, though nobody is signed in");
  assert.ok(!got.text.includes("Everything that was typed."), "and nothing members wrote");
});

test("a form sent twice acts once; under the same number with other content it acts on its own", async () => {
  const hidden = hiddenFields((await alder.get(`/q/${question}`)).text, `/q/${question}/answer`);
  const first = await alder.post(`/q/${question}/answer`, { ...hidden, body: "Pressed twice." }),
    second = await alder.post(`/q/${question}/answer`, { ...hidden, body: "Pressed twice." });
  assert.deepEqual([first.status, second.status, second.location], [303, 303, first.location]);
  const count = async (text) =>
    (await alder.json(`/q/${question}`)).answers.filter(({ body }) => body.includes(text)).length;
  assert.equal(await count("Pressed twice."), 1);
});

test("broken import lines are named by number and reason, the rest is imported, and a summary says so", async () => {
  const line = (n, more = {}) =>
    JSON.stringify({
      id: `000${n}-1`,
      source: "Demo Institute",
      url: "https://demo.example/x",
      question: `What is disease number ${n} of the import?`,
      answer: `Disease ${n} is one of several.`,
      ...more,
    });
  const shape = readSample();
  const file = join(house.folder, "import.jsonl");
  const lines = shape
    ? [
        shape[0],
        '{"id": "cut off',
        shape[1],
        "[]",
        "",
        "not json",
        shape[2],
        "\xff\xfe{",
        `{"id":1${',"a":1'.repeat(50)}`,
      ]
    : [line(1), '{"id": "cut off', line(2), "[]", "", "not json", line(3)];
  writeFileSync(file, `${lines.join("\n")}\n`, "latin1");
  const done = house.run("curbside", ["import", "medquad", file]),
    said = done.stdout + done.stderr;
  for (const number of [2, 4, 6]) assert.match(said, new RegExp(`(line ${number}\\b|:${number}:)`), said);
  assert.match(said, /\b3\b[^\n]*import|import[^\n]*\b3\b/i, said);
  await house.settle();
  const again = house.run("curbside", ["import", "medquad", file]);
  assert.ok(
    !/\b[1-9]\d* imported/.test(again.stdout) || /already|known|before/.test(again.stdout),
    `a second time adds nothing: ${again.stdout}`,
  );
  assert.notEqual(house.run("curbside", ["import", "medquad", join(house.folder, "not-there")]).status, 0);
});
function readSample() {
  const path = process.env.SHARED && join(process.env.SHARED, "data/qa/medquad.jsonl.gz");
  if (!path) return null;
  const text = spawnSync("bash", ["-c", `zcat '${path}' | grep -m 3 '"answer": *"[^"]'`], {
    encoding: "utf8",
    maxBuffer: 64 << 20,
  }).stdout;
  return text
    .split("\n")
    .filter((line) => {
      try {
        return JSON.parse(line).answer;
      } catch {
        return false;
      }
    })
    .slice(0, 3);
}

test("a roster with a broken line is not imported, and one with broken rows names each of them", () => {
  const file = join(house.folder, "board.tsv"),
    head =
      "prc_first_name\tprc_last_name\tlic_profession\tlic_number\tlic_orig_issue_date\tlic_exp_date\tdiscipline\tlst_description\tba_state";
  const row = (n, number = `20160000${n}`) => `Ada\tRoster${n}\tMED\t${number}\t2010-07-01\t2031-01-31\tN\tActive\tMO`;
  writeFileSync(file, [head, row(1), "only\tthree\tfields", row(2), ""].join("\n"));
  const refused = house.run("curbside", ["roster", "import", "board:MO", file]);
  assert.equal(refused.status, 1);
  assert.match(refused.stderr, /line 3: 3 fields, but the first line has 9/);
  writeFileSync(file, [head, row(1), row(3, ""), row(2), ""].join("\n"));
  const done = house.run("curbside", ["roster", "import", "board:MO", file]);
  assert.equal(done.status, 0, done.stderr);
  assert.match(done.stderr, /line 3: no licence number/);
  assert.match(done.stdout, /2 rows; 2 new/);
});

// ---- rules ----
const trials = {
  "loops for ever": [
    (script) => script.replace(/function trust\(([^)]*)\)/, "function trust($1)\n  while true do end"),
    /step|long|time|budget/i,
  ],
  "loops and hides it": [
    (script) => script.replace(/function trust\(([^)]*)\)/, "function trust($1)\n  for i = 1, 1e9 do end"),
    /step|long|time|budget/i,
  ],
  "eats memory": [
    (script) =>
      script.replace(
        /function trust\(([^)]*)\)/,
        "function trust($1)\n  local t = {} for i = 1, 1e9 do t[i] = {i} end",
      ),
    /memory|step/i,
  ],
  "recurses for ever": [
    (script) =>
      script.replace(
        /function trust\(([^)]*)\)/,
        "function trust($1)\n  local function f() return 1 + f() end f()",
      ),
    /stack|step|memory|overflow/i,
  ],
  throws: [
    (script) =>
      script.replace(/function trust\(([^)]*)\)/, "function trust($1)\n  error('thrown on purpose')"),
    /thrown on purpose|error/i,
  ],
  "gives no number": [
    (script) => script.replace(/function trust\(([^)]*)\)/, "function trust($1)\n  do return 0/0 end"),
    /finite|number|nan/i,
  ],
  "is not Lua": [() => "this is not Lua at all (", /near|syntax|expected/i],
  "misses a function": [(script) => script.replace(/function trust\(/, "function trusts("), /trust/],
  "reaches for the system": [(script) => `os.execute("true")\n${script}`, /os|nil|global/i],
  "keeps a memory between calls": [
    (script) => script.replace(/function trust\(([^)]*)\)/, "function trust($1)\n  seen = (seen or 0) + 1"),
    /global|outlives/i,
  ],
  "breaks an example of its own": [
    (script) =>
      script.replace(
        'call = "trust", with = { 0, 0 }, gives = { 1 }',
        'call = "trust", with = { 0, 0 }, gives = { 0.9 }',
      ),
    /example/i,
  ],
  "leaves a constant's range": [(script) => script.replace(/k_member\s*=\s*{\s*8/, "k_member = { 700"), /k_member|range/i],
  "is binary": [() => "\x1bLuaR", /text|binary|control|cannot/i],
};
for (const [name, [spoil, reason]] of Object.entries(trials)) {
  test(`a rule that ${name} is named with its reason, cannot come into force, and the old one stays`, async () => {
    const { script } = await gate.json("/admin/rules"),
      spoilt = spoil(script);
    assert.notEqual(spoilt, script, "the sample fits the script in force");
    await house.settle();
    const before = scored();
    const got = await gate.submit("/admin/rules", "/admin/rules", {
      name: "rank/policy",
      script: spoilt,
      reason: `It ${name}.`,
    });
    if (got.status !== 303) {
      // refused at once: the script stays in the form
      assert.equal(got.status, 422, words(got.text));
      if (!spoilt.startsWith("\x1b")) assert.ok(got.text.includes(escaped(spoilt).slice(0, 20)), "the script is kept");
      return;
    }
    let page;
    for (let i = 0; i < 150; i++) {
      page = await latch.json(got.location);
      if (!["waiting", "running"].includes(page.trial_state)) break;
      await sleep(100);
    }
    assert.equal(page.trial_state, "failed", page.trial_words);
    assert.match(page.trial_words, reason);
    assert.equal(page.can_approve, false);
    // Approved all the same, by who knows how: it still does not come into force.
    const html = await latch.get(got.location),
      withdraw = hiddenFields(html.text, `${got.location}/withdraw`);
    const { formToken } = await import("../support/form.mjs");
    await latch.post(`${got.location}/approve`, {
      form: formToken(latch, "/admin/rule/:id/approve"),
      request: withdraw.request,
      ...key.get("AAAA"),
    });
    await vote(alder, question, posting, 1 + (Object.keys(trials).indexOf(name) % 2), 0);
    await house.settle();
    assert.equal(scored(), before, "the next vote is scored by the old rule set");
    assert.equal((await house.visitor().get("/healthz")).status, 200);
  });
}

test("a sound proposal passes its trial, another admin approves, and the next vote is scored by it (control)", async () => {
  const { script } = await gate.json("/admin/rules");
  const before = scored();
  const got = await gate.submit(
    "/admin/rules",
    "/admin/rules",
    { name: "rank/policy", script: script.replace("P = {", "P = {\n  -- looked at again"), reason: "A remark." },
    { expect: 303 },
  );
  let page;
  for (let i = 0; i < 150 && page?.trial_state !== "passed"; i++) {
    page = await latch.json(got.location);
    await sleep(100);
  }
  assert.equal(page.trial_state, "passed", page.trial_words);
  await latch.submit(got.location, `${got.location}/approve`, {}, { expect: 422 }); // without his passkey
  await key.confirm(latch, got.location, `${got.location}/approve`);
  await vote(alder, question, posting, 3, 1);
  await house.settle();
  assert.notEqual(scored(), before);
});

// ---- words on the command line ----
test("an unknown command or option: usage on standard error, nothing done, exit 2", () => {
  const before = digests(house),
    faults = [];
  for (const [program, args] of [
    ["curbside", []],
    ["curbside", ["nonsense"]],
    ["curbside", ["--nonsense"]],
    ["curbside", ["up", "--nonsense"]],
    ["curbside", ["rebuild", "--chek"]],
    ["curbside", ["status", "x"]],
    ["curbside", ["settings", "x"]],
    ["curbside", ["ledger"]],
    ["curbside", ["ledger", "nonsense"]],
    ["curbside", ["ledger", "verify", "--nonsense"]],
    ["curbside", ["ledger", "export"]],
    ["curbside", ["ledger", "export", "nonsense"]],
    ["curbside", ["roster", "nonsense"]],
    ["curbside", ["import"]],
    ["curbside", ["import", "nonsense", "file"]],
    ["curbside", ["member", "nonsense"]],
    ["curbside", ["staff", "add"]],
    ["curbside", ["journal", "nonsense"]],
    ["curbside", ["ranking", "nonsense"]],
    ["curbside", ["insight", "nonsense"]],
    ["curbside", ["web", "nonsense"]],
    ["curbside", ["mail", "nonsense"]],
    ["curbside", ["board", "nonsense"]],
    ["curbside", ["demo", "nonsense"]],
    ["curbside-clerk", ["nonsense"]],
    ["curbside-clerk", ["--nonsense"]],
    ["curbside-paymaster", ["nonsense"]],
    ["curbside-ranker", ["nonsense"]],
    ["curbside-analyst", ["nonsense"]],
    ["curbside-postman", ["nonsense"]],
    ["curbside-web", ["--pool", "nonsense", "serve"]],
    ["curbside-web", ["serve"]],
    ["curbside-demo", ["nonsense"]],
  ]) {
    const done = house.run(program, args);
    if (done.status !== 2 || !/usage/i.test(done.stderr) || done.stdout !== "")
      faults.push(
        `${program} ${args.join(" ")}: exit ${done.status}, ${JSON.stringify(done.stderr.slice(0, 80))}, ${JSON.stringify(done.stdout.slice(0, 40))}`,
      );
  }
  assert.deepEqual(faults, []);
  assert.deepEqual(digests(house), before);
  for (const program of readdirSync(bin))
    assert.equal(house.run(program, ["help"]).status, 0, `${program} help (control)`);
});

test("settings that are none stop the start with file, line and reason", () => {
  const folder = join(house.folder, "other");
  for (const [text, reason] of [
    ["nonsense = 1", /no setting is called/],
    ["http.port = 99999999", /whole number/],
    ["http.port", /name = value/],
    ["\0", /NUL/],
  ]) {
    spawnSync("mkdir", ["-p", folder]);
    writeFileSync(join(folder, "curbside.conf"), `# a remark\n${text}\n`);
    const done = spawnSync(join(bin, "curbside"), ["--state", folder, "settings"], { encoding: "utf8" });
    assert.notEqual(done.status, 0);
    assert.match(done.stderr, reason);
    assert.match(done.stderr, text === "\0" ? /curbside\.conf/ : /curbside\.conf:2/);
  }
});

// ---- tampered logs: on a copy of the house that is down ----
test("a tampered ledger or journal is named: which entry, which check, exit 1; a sound one exits 0", async () => {
  await house.settle();
  await house.down();
  const faults = [];
  const copy = join(house.folder, "copy");
  const verify = (log) =>
    spawnSync(join(bin, "curbside"), ["--state", copy, log, "verify"], { encoding: "utf8", env: house.env });
  const fresh = () => {
    spawnSync("rm", ["-rf", copy]);
    cpSync(house.state, copy, { recursive: true, filter: (path) => !/\/(run|nginx)$/.test(path) });
  };
  const trigger = (log, name) =>
    sql(join(copy, log, `${log}.db`), `SELECT sql FROM sqlite_schema WHERE name = '${name}'`);
  // As somebody would who knows the triggers: away with it, change, put it back.
  const change = (log, name, text) => {
    const was = trigger(log, name);
    sql(join(copy, log, `${log}.db`), `DROP TRIGGER ${name};\n${text};\n${was};`);
  };
  fresh();
  for (const log of ["ledger", "journal"]) {
    const done = verify(log);
    assert.equal(done.status, 0, `${log}, sound: ${done.stdout}${done.stderr}`);
  }
  const entry = "(SELECT max(seq) - 2 FROM entry)",
    seq = (log) => sql(join(copy, log, `${log}.db`), `SELECT max(seq) - 2 FROM entry`);
  const flip = (at) =>
    `UPDATE entry SET body = CAST(substr(body, 1, ${at}) || CAST(x'ff' AS BLOB) || substr(body, ${at + 2}) AS BLOB) WHERE seq = ${entry}`;
  for (const [what, log, spoil, named] of [
    ["a byte of an entry", "ledger", () => change("ledger", "entry_fixed", flip(60)), true],
    [
      "the digest of an entry",
      "ledger",
      () => change("ledger", "entry_fixed", `UPDATE entry SET digest = zeroblob(32) WHERE seq = ${entry}`),
      true,
    ],
    [
      "an entry cut out",
      "ledger",
      () => change("ledger", "entry_kept", `DELETE FROM entry WHERE seq = ${entry}`),
      true,
    ],
    [
      "the last entry cut off",
      "ledger",
      () => change("ledger", "entry_kept", "DELETE FROM entry WHERE seq = (SELECT max(seq) FROM entry)"),
      false,
    ],
    ["a trigger taken away", "ledger", () => sql(join(copy, "ledger/ledger.db"), "DROP TRIGGER entry_fixed"), false],
    [
      "another signature",
      "ledger",
      () => {
        const path = join(copy, "public/checkpoint"),
          text = readFileSync(path, "utf8");
        writeFileSync(
          path,
          text.replace(/([A-Za-z0-9+/]{20})([A-Za-z0-9+/])(=*\n)$/, (all, a, b, c) => a + (b === "A" ? "B" : "A") + c),
        );
      },
      false,
    ],
    [
      "a balance of the book",
      "ledger",
      () =>
        sql(
          join(copy, "book/book.db"),
          "UPDATE account SET credits_posted = credits_posted + 1 WHERE seq = (SELECT max(seq) FROM account)",
        ),
      false,
    ],
    ["a byte of an event", "journal", () => change("journal", "entry_fixed", flip(30)), true],
    [
      "a text beside an event",
      "journal",
      () =>
        change(
          "journal",
          "entry_text_fixed",
          "UPDATE entry_text SET body = body || '.' WHERE part = 1 AND seq = (SELECT max(seq) FROM entry_text WHERE part = 1)",
        ),
      false,
    ],
    [
      "an event cut out",
      "journal",
      () => change("journal", "entry_kept", `DELETE FROM entry WHERE seq = ${entry}`),
      true,
    ],
  ]) {
    fresh();
    const at = seq(log);
    spoil();
    const done = verify(log),
      said = done.stdout + done.stderr;
    if (done.status !== 1) faults.push(`${what} of the ${log}: exit ${done.status}: ${said.slice(-300)}`);
    else if (named && !said.includes(at) && !said.includes(String(Number(at) - 1)))
      faults.push(`${what} of the ${log}: does not name entry ${at}: ${said.slice(-300)}`);
    else if (said.replace(/^.*warn.*$/gm, "").trim().length < 15) faults.push(`${what} of the ${log}: says nothing`);
  }
  assert.deepEqual(faults, []);
});
