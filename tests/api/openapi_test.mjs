// The description of what programs may ask against the house itself: every operation it names is asked, and every answer is held against
// the schema it promises, by a validator that knows nothing of this project.
// test-seconds: 150
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { test, after, before } from "node:test";
import Ajv from "ajv/dist/2020.js";
import { House, ask, answer } from "../support/house.mjs";
import { Program, makeToken } from "../support/token.mjs";

let house, document, program, other, values;
before(async () => {
  house = await House.start();
  const alder = await house.physician("Alder"), birch = await house.physician("Birch");
  const question = await ask(alder, "Who has seen hyperkalaemia on this dose of spironolactone?");
  const posting = await answer(birch, question, "Twice, and it went away.");
  program = new Program(house, await makeToken(alder, ["read", "ask", "answer", "vote", "notices"]));
  other = new Program(house, await makeToken(birch, ["read"]));
  document = (await house.visitor().get("/openapi.json").then((got) => JSON.parse(got.text)));
  values = { alder: alder.member, question, posting };
  await house.settle();
});
after(() => house?.stop());

// What stands for a variable part of a path, and what is sent; by path, else by the schema alone.
const ids = () => ({
  "/q/{id}": values.question, "/q/{id}/answer": values.question, "/q/{id}/solved": values.question, "/m/{id}": values.alder,
  "/p/{id}/vote": values.posting, "/why/posting/{id}": values.posting, "/why/member/{id}": values.alder,
});
const known = ["/", "/q/{id}", "/ask", "/similar", "/search", "/t/{name}", "/m/{id}", "/why/posting/{id}", "/why/member/{id}", "/notices", "/decisions", "/about/{name}"];
const acts = ["/ask", "/preview", "/q/{id}/answer", "/p/{id}/vote", "/q/{id}/solved", "/topic/{name}/follow", "/notices/seen"];
const names = { "/about/{name}": "ledger", "/t/{name}": "cardiology", "/topic/{name}/follow": "cardiology" };
const bodies = {
  "/ask": { kind: 1, title: "What do you do when potassium rises on it?", body: "We halve the dose.", topics: "cardiology" },
  "/preview": { title: "A title of some length", body: "Some *words*." },
  "/q/{id}/answer": { body: "We halve the dose." },
  "/notices/seen": { upto: 1 },
};
function sample(schema, name) {
  if (schema.type === "integer") return Math.max(schema.minimum ?? 1, 1);
  if (schema.type === "boolean") return true;
  return name === "q" ? "hyperkalaemia on spironolactone" : "words".padEnd(schema.minLength ?? 0, " more").slice(0, schema.maxLength);
}
const pathOf = (path) => path.replace("{id}", ids()[path] ?? values.question).replace("{name}", names[path] ?? "cardiology");
function queryOf(operation) {
  const asked = operation.parameters.filter((one) => one.in === "query" && (one.required || one.name === "q"));
  return asked.length ? "?" + new URLSearchParams(asked.map((one) => [one.name, sample(one.schema, one.name)])) : "";
}
function bodyOf(path, operation) {
  const schema = operation.requestBody.content["application/json"].schema;
  const needed = Object.fromEntries(schema.required.map((name) => [name, sample(schema.properties[name], name)]));
  return { ...needed, ...bodies[path], request: randomBytes(16).toString("hex") };
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
    if (!content) return `${got.status} comes as ${type}`;
    const check = ajv.compile(at(content.schema));
    return check(got.json) ? null : `${got.status}: ${ajv.errorsText(check.errors)}`;
  };
}

test("the program prints the same description as the house gives, and it is one of OpenAPI 3.1", () => {
  assert.deepEqual(JSON.parse(house.must("curbside", ["web", "openapi"])), document);
  assert.equal(document.openapi, "3.1.0");
  assert.ok(operations().length >= 18, String(operations().length));
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
  const shape = (operation) => operation.responses["200"].content["application/json"]?.schema.$ref.split("/").pop();
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
    const done = reads ? await program.get(way + queryOf(operation)) : await program.post(way, bodyOf(path, operation));
    // Of a page this test does not know, it cannot know what there is.
    const sure = reads ? known.includes(path) : acts.includes(path);
    if (done.status > 201 && (sure || ![403, 404, 409, 422].includes(done.status))) faults.push(`${what}: ${done.status} ${done.text.slice(0, 300)}`);
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
