// What stands above every answer, and what never comes out of the house: headers on every route and error, nothing from disk but what is
// public, no encoding and no size that gets a page to misbehave. (nginx alone, with a single pool: tests/web/nginx_test.mjs.)
// test-seconds: 90
import assert from "node:assert/strict";
import net from "node:net";
import { test, after, before } from "node:test";
import { writeFileSync, symlinkSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { House, ask, answer, password } from "../support/house.mjs";
import { hiddenFields, words } from "../support/client.mjs";
import { formToken } from "../support/form.mjs";
import { tick } from "../support/money.mjs";

const policy = {
  "default-src": "'none'",
  "script-src": "'self'",
  "style-src": "'self'",
  "img-src": "'self'",
  "font-src": "'self'",
  "connect-src": "'self'",
  "form-action": "'self'",
  "base-uri": "'none'",
  "frame-ancestors": "'none'",
  "require-trusted-types-for": "'script'",
};
const exact = {
  "x-content-type-options": "nosniff",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "referrer-policy": "no-referrer",
  "strict-transport-security": "max-age=31536000; includeSubDomains",
};
let house, alder, sponsor, admin, question;

before(async () => {
  house = await House.start();
  admin = await house.admin();
  house.staff("Halden", "sponsor", "Halden Bio");
  sponsor = await house.signIn("Halden");
  alder = await house.physician("Alder");
  question = await ask(alder, "What stands above an answer?");
  await answer(await house.physician("Birch"), question, "Headers.");
  await tick(house);
  mkdirSync(join(house.state, "public", "drafts"), { recursive: true });
  writeFileSync(join(house.state, "public", "drafts", "secret"), "not for the public");
  writeFileSync(join(house.state, "public", "tile", "entries"), "not for the public");
  symlinkSync(join(house.state, "journal"), join(house.state, "public", "tile", "journal"));
});
after(() => house?.stop());

// What is missing or wrong above this answer.
function headerFaults(what, got, { file = false } = {}) {
  const faults = [],
    { headers } = got;
  const said = Object.fromEntries(
    (headers["content-security-policy"] ?? "")
      .split("; ")
      .map((part) => [part.split(" ")[0], part.slice(part.indexOf(" ") + 1)]),
  );
  for (const [name, value] of Object.entries(policy))
    if (said[name] !== value) faults.push(`${what}: policy ${name} is ${said[name]}`);
  for (const name of Object.keys(said)) if (!(name in policy)) faults.push(`${what}: policy has ${name}`);
  for (const [name, value] of Object.entries(exact))
    if (headers[name] !== value) faults.push(`${what}: ${name} is ${headers[name]}`);
  if (!/camera=\(\)/.test(headers["permissions-policy"] ?? "")) faults.push(`${what}: no permissions policy`);
  if (!file && headers["cache-control"] !== "no-store")
    faults.push(`${what}: cache-control is ${headers["cache-control"]}`);
  if (!/^[a-z]+\/[a-z+-]+(; charset=utf-8)?$/.test(headers["content-type"] ?? ""))
    faults.push(`${what}: content-type is ${headers["content-type"]}`);
  if (/\d/.test(headers.server ?? "") || "x-powered-by" in headers) faults.push(`${what}: tells its version`);
  for (const cookie of headers["set-cookie"] ?? [])
    if (!/^__Host-[sf]=[\w-]*; Path=\/; Secure; HttpOnly; SameSite=(Lax|Strict)(; Max-Age=0)?$/.test(cookie))
      faults.push(`${what}: cookie ${cookie.replace(/=[\w-]+/, "=...")}`);
  // Tags without what stands between quotation marks: that is text.
  const tags = (got.text.match(/<[a-z](?:[^>"]|"[^"]*")*>/gi) ?? []).map((tag) =>
    /^<script/i.test(tag) && / src="\//.test(tag) ? "" : tag.replace(/(?<!href=)"[^"]*"/g, ""),
  );
  if (
    /html/.test(headers["content-type"]) &&
    tags.some((tag) => /^<(script|style)|\son[a-z]+=|\sstyle=|javascript:/i.test(tag))
  )
    faults.push(`${what}: script or style inside the page`);
  return faults;
}

test("the whole set stands above every route for whoever asks, in HTML, JSON and for HEAD", async () => {
  const faults = [],
    lines = house
      .must("curbside", ["web", "routes"])
      .trim()
      .split("\n")
      .map((line) => line.split("\t"));
  assert.ok(lines.length > 40);
  const fill = { ":id": question, ":name": "cardiology", ":key": "0".repeat(32) };
  for (const [method, pattern] of lines) {
    const path = pattern.replace(/:\w+/, (part) => fill[part]);
    for (const [who, client] of [
      ["visitor", house.visitor()],
      ["member", alder],
      ["sponsor", sponsor],
      ["admin", admin],
    ]) {
      if (method === "GET") {
        faults.push(...headerFaults(`GET ${path} as ${who}`, await client.get(path)));
        faults.push(
          ...headerFaults(
            `GET ${path} as ${who}, JSON`,
            await client.get(path, { headers: { accept: "application/json" } }),
          ),
        );
        const head = await client.request("HEAD", path);
        faults.push(...headerFaults(`HEAD ${path} as ${who}`, head));
        if (head.bytes.length > 0) faults.push(`HEAD ${path} has a body`);
      } else if (pattern !== "/logout") {
        faults.push(...headerFaults(`POST ${path} as ${who}`, await client.post(path, { x: 1 })));
      }
    }
  }
  assert.deepEqual(faults, []);
});

test("and above every error: 303, 400, 403, 404, 405, 409, 413, 422, 503", async () => {
  const faults = [],
    seen = new Set(),
    big = "x".repeat(300 * 1024);
  const forged = { form: formToken(alder, "/ask"), request: "0".repeat(32) };
  for (const [what, got] of [
    ["303", await house.visitor().get("/")],
    ["404 page", await alder.get("/nowhere")],
    ["404 file", await alder.get("/static/none.css")],
    ["404 tile", await alder.get("/tile/9/999")],
    ["405", await alder.request("PUT", "/ask")],
    ["405 by route", await alder.get("/notices/seen")],
    ["403", await alder.get("/admin/status")],
    ["403 origin", await alder.post("/ask", forged, { headers: { "sec-fetch-site": "cross-site" } })],
    ["409", await alder.post("/ask", { title: "Ten letters or more", body: "y" })],
    ["413 nginx", await alder.post("/ask", { ...forged, body: big })],
    ["413 form", await alder.post("/ask", { ...forged, title: "Ten letters or more", body: "x".repeat(20000) })],
    ["422", await alder.post("/ask", { ...forged, title: "short", body: "y" })],
    ["400 address", await alder.get(`/${"a".repeat(9000)}`)],
    ["long query", await alder.get(`/search?q=${"a".repeat(6000)}`)],
  ]) {
    seen.add(got.status);
    faults.push(...headerFaults(what, got));
    if (got.status >= 400 && !/<h1>/.test(got.text)) faults.push(`${what}: no words for a person`);
  }
  process.kill(house.pid("clerk"), "SIGSTOP");
  try {
    const got = await alder.post("/ask", { ...forged, title: "Ten letters or more", body: "y" });
    seen.add(got.status);
    faults.push(...headerFaults("503", got));
  } finally {
    process.kill(house.pid("clerk"), "SIGCONT");
  }
  assert.deepEqual(faults, []);
  for (const status of [303, 403, 404, 405, 409, 413, 422, 503])
    assert.ok(seen.has(status), `${status} was seen (${[...seen]})`);
});

test("what the header check must find, it finds (control)", () => {
  const good = {
    status: 200,
    text: "<p>",
    headers: {
      ...exact,
      "content-type": "text/html; charset=utf-8",
      "cache-control": "no-store",
      "permissions-policy": "camera=()",
      "content-security-policy": Object.entries(policy)
        .map((pair) => pair.join(" "))
        .join("; "),
    },
  };
  assert.deepEqual(headerFaults("x", good), []);
  for (const name of Object.keys(good.headers))
    assert.ok(headerFaults("x", { ...good, headers: { ...good.headers, [name]: undefined } }).length > 0, name);
  const loose = good.headers["content-security-policy"].replace(
    "script-src 'self'",
    "script-src 'self' 'unsafe-inline'",
  );
  assert.equal(
    headerFaults("x", { ...good, headers: { ...good.headers, "content-security-policy": loose } }).length,
    1,
  );
  for (const text of [
    "<script>1</script>",
    "<a onclick=x>",
    "<p style=x>",
    "<style>",
    '<a href="javascript:x">',
    '<p title="x" onclick="y">',
  ])
    assert.equal(headerFaults("x", { ...good, text }).length, 1, text);
  assert.equal(
    headerFaults("x", { ...good, headers: { ...good.headers, "set-cookie": ["__Host-s=abc; Path=/; HttpOnly"] } })
      .length,
    1,
  );
});

// A request as typed, byte for byte.
function raw(text) {
  return new Promise((done, fail) => {
    const socket = net.connect(house.port, "127.0.0.1", () => socket.write(text)),
      parts = [];
    socket.setTimeout(8000, () => socket.destroy());
    socket.on("data", (part) => parts.push(part));
    socket.on("error", (error) => (error.code === "ECONNRESET" ? done("") : fail(error)));
    socket.on("close", () => done(Buffer.concat(parts).toString("latin1")));
  });
}
const typed = (path, more = "") => raw(`GET ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n${more}\r\n`);

test("nothing of the disk is served but static files, full and partial tiles and the checkpoint", async () => {
  for (const path of ["/static/site.css", "/static/site.js", "/static/icon.svg", "/checkpoint"]) {
    const got = await house.visitor().get(path);
    assert.equal(got.status, 200, path);
    assert.deepEqual(headerFaults(path, got, { file: true }), []);
  }
  const found = [];
  const up = ["../", "..%2f", "%2e%2e/", "%2e%2e%2f", "..%5c", "....//", "..;/", "%c0%ae%c0%ae/", "%252e%252e/"];
  const targets = [
    "journal/journal.db",
    "curbside.conf",
    "keys/clerk/box",
    "log/clerk.log",
    "nginx/nginx.conf",
    "vault/vault.db",
  ];
  for (const start of ["/static/", "/tile/", "/tile/0/", "/checkpoint/", "/"])
    for (const turn of up)
      for (const target of targets)
        for (const times of [1, 2, 4]) {
          const got = await typed(start + turn.repeat(times) + target);
          if (/^HTTP\/1.1 200/.test(got)) found.push(start + turn.repeat(times) + target);
        }
  for (const path of [
    "/drafts/secret",
    "/public/drafts/secret",
    "/tile/entries",
    "/tile/journal/journal.db",
    "/tile/0/../entries",
    "/state/curbside.conf",
    "/curbside.conf",
    "/static/",
    "/static",
    "/tile/",
    "/tile/0/",
    "/.git/config",
    "/static/../fcgi.conf",
    "/nginx.conf",
    "/favicon.ico/x",
    "/static/site.css/",
    "/static/site.css%00.js",
    "/checkpoint/",
  ]) {
    const got = await typed(path);
    if (/^HTTP\/1.1 200/.test(got) || /not for the public/.test(got)) found.push(path);
  }
  for (const path of [`file://${house.state}/curbside.conf`, "http://evil.example/", "//evil.example/"])
    assert.ok(!/^HTTP\/1.1 200/.test(await typed(path)), path);
  assert.deepEqual(found, []);
});

test("a redirect never leads off this site, whatever is asked for", async () => {
  for (const next of [
    "//evil.example",
    "https://evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "/%2fevil.example",
    "javascript:alert(1)",
    "/x\r\nSet-Cookie: a=b",
    "@evil.example",
  ]) {
    const client = house.visitor();
    const page = await client.get(`/login?next=${encodeURIComponent(next)}`);
    const hidden = hiddenFields(page.text, "/login");
    const got = await client.post("/login", { ...hidden, next, name: "Alder", password });
    if (got.status !== 303) {
      assert.ok(got.status >= 400 && got.status < 500, `${next}: ${got.status}`);
      continue;
    }
    assert.match(got.location, /^\/(?![/\\])[\w\-./?=&]*$/, next);
    assert.ok(!(got.headers["set-cookie"] ?? []).some((cookie) => cookie.startsWith("a=")));
  }
  assert.match((await house.visitor().get("/q/5")).location, /^\/login\?next=\/q\/5$/);
});

test("bad encodings are refused or shown harmlessly, never a 500, and never break out of the page", async () => {
  const faults = [];
  for (const q of [
    "%ff%fe",
    "%c0%af",
    "%ed%a0%80",
    "%00",
    "%",
    "%zz",
    "a%0d%0aX: y",
    "%3Cscript%3Ealert(1)%3C/script%3E",
    "%22%3E%3Cimg src=x onerror=1%3E".replace(/ /g, "+"),
    "NEAR(a b)",
    '"',
    "*",
    "a AND (",
    "col:x",
    "^",
    "-",
    "a".repeat(3000),
    "%F0%9F%A9%BA",
    "' OR 1=1--",
    "{{7*7}}",
    "../../etc/passwd",
  ].map((text) => text.replace(/ /g, "+").replace(/"/g, "%22"))) {
    for (const path of [
      `/search?q=${q}`,
      `/similar?q=${q}`,
      `/?tab=${q}`,
      `/ask?title=${q}`,
      `/login?next=${q}`,
      `/admin/rules?name=${q}`,
      `/q/${question}?x=${q}`,
    ]) {
      const got = await (path.startsWith("/admin") ? admin : alder).get(path);
      if (got.status >= 500) faults.push(`${path}: ${got.status}`);
      faults.push(...headerFaults(path, got));
      if (got.headers.x) faults.push(`${path}: a header was smuggled in`);
    }
  }
  assert.deepEqual(faults, []);
});

test("forms that are no forms are refused without harm: types, duplicates, floods, truncation", async () => {
  const token = formToken(alder, "/ask"),
    request = "0123456789abcdef".repeat(2),
    good = `form=${token}&request=${request}&kind=1&title=Which+dose+on+dialysis%3F&body=Text`;
  const before = (await alder.json("/")).rows.length;
  const refused = async (what, body, headers = {}) => {
    const got = await alder.request("POST", "/ask", { body, headers });
    assert.ok(got.status >= 400 && got.status < 500, `${what}: ${got.status} ${words(got.text)}`);
  };
  await refused(
    "as JSON, without the form's token",
    JSON.stringify({ request, kind: 1, title: "Which dose on dialysis?", body: "Text" }),
    { "content-type": "application/json" },
  );
  await refused("as plain text", good, { "content-type": "text/plain" });
  await refused("as multipart", good, { "content-type": "multipart/form-data; boundary=x" });
  await refused("nothing at all", "");
  await refused("only signs", "&=&=&%&;;;&&&====");
  await refused("a thousand fields", `${"a=1&".repeat(1000)}${good.replace(/form=[^&]*/, "form=x")}`);
  await refused("not UTF-8", `${good}%ff%fe`);
  await refused("a NUL", `${good}%00`);
  await refused("control characters", `${good}%1b%5b31m`);
  await refused("a kind that is none", good.replace("kind=1", "kind=99999999999999999999"));
  await refused("the token twice, a wrong one first", `form=x&${good}`);
  assert.equal((await alder.json("/")).rows.length, before, "and nothing was posted");
  const cut = (size) =>
    raw(
      `POST /ask HTTP/1.1\r\nHost: localhost\r\nContent-Length: ${size}\r\nContent-Type: application/x-www-form-urlencoded\r\n\r\nform=x`,
    );
  for (const got of await Promise.all([cut(500), cut(4000000), cut(-1), cut("9".repeat(30))]))
    assert.ok(!/^HTTP\/1.1 (2|3|5)/.test(got), got.slice(0, 200));
  assert.ok(
    !/^HTTP\/1.1 (200|5)/.test(
      await raw(
        `POST /ask HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n0\r\n\r\n`,
      ),
    ),
  );
  assert.ok(!/^HTTP\/1.1 (200|5)/.test(await typed("/", `Cookie: ${"a=b; ".repeat(4000)}\r\n`)));
  for (const cookie of [
    "__Host-s=",
    "__Host-s=..",
    `__Host-s=${"A".repeat(43)}`,
    `__Host-s=${"A".repeat(5000)}`,
    "__Host-s=\x01",
    "=;=;=",
  ])
    assert.match(await typed("/", `Cookie: ${cookie}\r\n`), /^HTTP\/1.1 (303|4\d\d)/, "no session");
  assert.equal((await alder.get("/")).status, 200, "the house goes on");
});
