// The description of what programs may ask against the house itself: every operation it names is asked, and every answer is held against
// the schema it promises, by a validator that knows nothing of this project.
// test-seconds: 150
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { test, after, before } from "node:test";
import Ajv from "ajv/dist/2020.js";
import { House, ask, answer } from "../support/house.mjs";
import { multipart, png } from "../support/picture.mjs";
import { Program, makeToken } from "../support/token.mjs";
import { moderationWorld } from "../routes/moderation_rows.mjs";

const scopes = ["read", "ask", "answer", "vote", "notices", "comment", "edit", "drafts", "flag"];
let house, document, program, other, without, values;
before(async () => {
  house = await House.start();
  const alder = await house.physician("Alder"), birch = await house.physician("Birch"), gate = await house.admin();
  const question = await ask(alder, "Who has seen hyperkalaemia on this dose of spironolactone?");
  const posting = await answer(birch, question, "Twice, and it went away.");
  const poll = await ask(birch, "Which dose would you give?", "In steps.", { kind: 2, options: "Half\nFull", topics: "cardiology" });
  await answer(alder, poll, "Half of it.");
  const sought = await ask(birch, "Who has seen this rhythm before?", "Asking those who know.", { seek: "1", topics: "cardiology" });
  const world = await moderationWorld({ gate, alder, birch }, question, "Amiodarone");
  const token = (client, list) => makeToken(client, list).then((one) => new Program(house, one));
  program = await token(alder, scopes);
  other = await token(birch, ["read"]);
  without = {};
  for (const scope of scopes) without[scope] = await token(alder, scopes.filter((one) => one !== scope));
  document = (await house.visitor().get("/openapi.json").then((got) => JSON.parse(got.text)));
  const comment = (await program.post(`/p/${posting}/comment`, { body: "And in which dose?" })).json.id;
  await program.post("/search/save", { q: "amiloride syncope" });
  const saved = (await program.get("/notices/settings")).json.searches[0].search;
  const { body, type } = multipart({ place: "ask", alt: "A rash on a forearm", clean: "1" }, png(30, 20));
  const image = (await program.post("/image", body, { "content-type": type })).json.id;
  values = { alder: alder.member, question, posting, poll, sought, comment, saved, image, picture: { body, type }, ...world };
  await house.settle();
});
after(() => house?.stop());

// What stands for a variable part of a path, and what is sent; by path, else by the schema alone.
const ids = () => ({
  "/m/{id}": values.alder, "/why/member/{id}": values.alder, "/p/{id}/edit": values.question, "/comment/{id}/remove": values.comment,
  "/saved/{id}/drop": values.saved, "/q/{id}/poll": values.poll, "/q/{id}/rate": values.poll, "/q/{id}/decline": values.sought, "/q/{id}/follow": values.poll,
  "/p/{id}/withheld": values.withheld, "/p/{id}/appeal": values.withheld,
});
const known = ["/", "/q/{id}", "/ask", "/similar", "/search", "/t/{name}", "/m/{id}", "/why/posting/{id}", "/why/member/{id}", "/notices", "/decisions",
  "/about/{name}", "/notices/settings", "/drafts", "/q/{id}/answer", "/p/{id}/edit", "/p/{id}/comment", "/p/{id}/mark", "/q/{id}/summary",
  "/p/{id}/flag", "/p/{id}/withheld", "/image/{name}", "/image/{name}/small"];
const names = () => ({ "/about/{name}": "ledger", "/image/{name}": values.image, "/image/{name}/small": values.image });
const bodies = () => ({
  "/ask": { kind: 1, title: "What do you do when potassium rises on it?", body: "We halve the dose.", topics: "cardiology" },
  "/preview": { title: "A title of some length", body: "Some *words*." },
  "/q/{id}/answer": { body: "We halve the dose." },
  "/q/{id}/round": { minutes: 30 },
  "/q/{id}/duplicate": { target: values.old, linked: false },
  "/notices/seen": { upto: 1 },
  "/notices/settings": { kind: 6, how: 2 },
  "/search/save": { q: "syncope torasemide" },
  "/p/{id}/edit": { title: "Who has seen hyperkalaemia on spironolactone?", body: "On 50 mg." },
  "/p/{id}/mark": { what: 1, source: "PMID 31535829", body: "A newer trial says otherwise." },
  "/p/{id}/mark/withdraw": { what: 1 },
  "/p/{id}/choose": { chosen: true },
  "/q/{id}/summary": { base: 0, body: `It went away. [${values.posting}]` },
  "/q/{id}/poll": { choice: 2 },
  "/q/{id}/rate": { relevance: 4 },
  "/p/{id}/flag": { reason: 3, words: "It is about horses." },
  "/p/{id}/flag/withdraw": { reason: 3 },
  "/draft": { place: "ask", title: "Half a title", body: "Half a sentence" },
  "/draft/remove": { place: "ask" },
});
function sample(schema, name) {
  if (schema.type === "integer") return Math.max(schema.minimum ?? 1, 1);
  if (schema.type === "boolean") return true;
  return name === "q" ? "hyperkalaemia on spironolactone" : "words".padEnd(schema.minLength ?? 0, " more").slice(0, schema.maxLength);
}
const pathOf = (path) => path.replace("{id}", ids()[path] ?? (path.startsWith("/p/") || path.startsWith("/why/") ? values.posting : values.question)).replace("{name}", names()[path] ?? "cardiology");
function queryOf(operation) {
  const asked = operation.parameters.filter((one) => one.in === "query" && (one.required || one.name === "q"));
  return asked.length ? "?" + new URLSearchParams(asked.map((one) => [one.name, sample(one.schema, one.name)])) : "";
}
function bodyOf(path, operation) {
  const { schema } = operation.requestBody.content["application/json"] ?? operation.requestBody.content["multipart/form-data"];
  const needed = Object.fromEntries(schema.required.map((name) => [name, sample(schema.properties[name], name)]));
  return { ...needed, ...bodies()[path], request: randomBytes(16).toString("hex") };
}
const operations = () =>
  Object.entries(document.paths).flatMap(([path, methods]) => Object.entries(methods).map(([method, operation]) => ({ path, method, operation })));

// A validator of this document: what is wrong with an answer, in words; null: nothing.
function judgeOf(doc) {
  const ajv = new Ajv({ strict: false, allErrors: true });
  ajv.addSchema({ $id: "doc", components: doc.components });
  const at = (schema) => JSON.parse(JSON.stringify(schema).replaceAll('"#/components', '"doc#/components'));
  return (operation, got) => {
    let answer = operation.responses[String(got.status)];
    if (!answer) return `${got.status} is not described: ${got.text.slice(0, 200)}`;
    if (answer.$ref) answer = doc.components.responses[answer.$ref.split("/").pop()];
    const type = got.headers["content-type"].split(";")[0], content = answer.content?.[type];
    if (!content && type.startsWith("image/") && answer.content?.["image/*"]) return null;
    if (!content) return `${got.status} comes as ${type}`;
    const check = ajv.compile(at(content.schema));
    return check(got.json) ? null : `${got.status}: ${ajv.errorsText(check.errors)}`;
  };
}

test("the program prints the same description as the house gives, and it is one of OpenAPI 3.1", () => {
  assert.deepEqual(JSON.parse(house.must("curbside", ["web", "openapi"])), document);
  assert.equal(document.openapi, "3.1.0");
  assert.ok(operations().length >= 60, String(operations().length));
  const named = operations().map(({ operation }) => operation.operationId);
  assert.equal(new Set(named).size, named.length);
});

test("it tells of every route that a token opens, and of none of an account, an admin or a sponsor", async () => {
  const routes = house.must("curbside", ["web", "routes"]).trim().split("\n").map((line) => line.split("\t"));
  const told = new Set(operations().map(({ path, method }) => `${method.toUpperCase()} ${path.replace(/{(\w+)}/g, ":$1")}`));
  for (const [method, pattern, pool, who] of routes) {
    if (/^\/(account|admin|sponsor|earnings|vouch|waiting|login|reset)/.test(pattern)) assert.ok(!told.has(`${method} ${pattern}`), pattern);
    if (method === "GET" && pool === "member" && who === "member") assert.ok(told.has(`GET ${pattern}`), pattern);
  }
});

test("the pages that there were first have their shapes described, and those that have none yet are named", (t) => {
  const shape = (operation) => operation.responses["200"].content["application/json"]?.schema.$ref?.split("/").pop();
  const bare = operations().filter(({ method, operation }) => method === "get" && shape(operation) === "page").map(({ path }) => path);
  if (bare.length) t.diagnostic(`a row in fcgi/openapi_pages.c is missing for ${bare.join(" ")}`);
  for (const path of known) assert.ok(document.paths[path] && !bare.includes(path), path);
});

test("every answer of every operation is as described: done, refused, mistaken, not there", async () => {
  const judge = judgeOf(document), faults = [], seen = new Set();
  const hold = (what, operation, got) => {
    seen.add(`${what.split(" ")[0]} ${got.status}`);
    const fault = judge(operation, got);
    if (fault) faults.push(`${what}: ${fault}`);
  };
  for (const { path, method, operation } of operations()) {
    const what = `${method} ${path}`, way = pathOf(path), reads = method === "get";
    const post = (who) => (operation.requestBody.content["multipart/form-data"]
      ? who.post(way, values.picture.body, { "content-type": values.picture.type })
      : who.post(way, bodyOf(path, operation)));
    const needs = operation.security.flatMap((one) => one.token);
    if (needs.length === 1) {
      const got = reads ? await without[needs[0]].get(way + queryOf(operation)) : await post(without[needs[0]]);
      if (got.status !== 403) faults.push(`${what} without ${needs}: ${got.status}`);
      hold(`${what} without its scope`, operation, got);
    }
    const done = reads ? await program.get(way + queryOf(operation)) : await post(program);
    // Of a page that is read and that this test does not know, it cannot know what there is.
    if (done.status > 201 && (!reads || known.includes(path) || ![403, 404, 409, 422].includes(done.status)))
      faults.push(`${what}: ${done.status} ${done.text.slice(0, 300)}`);
    hold(what, operation, done);
    const nobody = new Program(house, "cbs_none");
    hold(`${what} without a token`, operation, reads ? await nobody.get(way) : await nobody.post(way, bodyOf(path, operation)));
    if (!reads) {
      hold(`${what} with another scope`, operation, await other.post(way, bodyOf(path, operation)));
      hold(`${what} with a broken body`, operation, await program.post(way, "{"));
      hold(`${what} of a wrong type`, operation, await program.post(way, Object.fromEntries(Object.keys(bodyOf(path, operation)).map((k) => [k, "x".repeat(40)]))));
    }
    if (path.includes("{id}")) hold(`${what} of nothing`, operation, reads ? await program.get(path.replace("{id}", 999999)) : await program.post(path.replace("{id}", 999999), bodyOf(path, operation)));
    if (reads && operation.parameters.some((one) => one.name === "before")) hold(`${what} mistaken`, operation, await program.get(`${way}?before=x`));
  }
  assert.deepEqual(faults, []);
  for (const one of ["get 200", "get 401", "get 404", "get 422", "post 200", "post 201", "post 403", "post 422", "post 404"])
    assert.ok(seen.has(one), `${one} was never seen: ${[...seen]}`);
});

test("a description that says otherwise than the house turns red (control)", async () => {
  const page = await program.get(`/q/${values.question}`), operation = document.paths["/q/{id}"].get;
  assert.equal(judgeOf(document)(operation, page), null);
  const changed = (change) => {
    const copy = structuredClone(document);
    change(copy.components.schemas);
    return judgeOf(copy)(copy.paths["/q/{id}"].get, page);
  };
  assert.match(changed((s) => { delete s.posting.properties.title; }), /additional/);
  assert.match(changed((s) => { s.posting.required.push("colour"); }), /required/);
  assert.match(changed((s) => { s.evidence.properties.corroborate.type = "string"; }), /string/);
  assert.match(judgeOf(document)({ responses: {} }, page), /not described/);
});
