// Sends mutated messages to a house's sockets with tests/torture/fuzz.c, two senders at once, and counts what comes back.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { bin } from "../support/house.mjs";
import { actions, commandFields, records } from "../support/commands.mjs";
import { formToken } from "../support/form.mjs";
import { sql } from "../support/stores.mjs";

export const told = "(told a secret)";
export const asRoot = process.getuid() === 0;
const nobody = 65534;

// What no answer may hold: the paymaster's keys, the sealed promises, their terms in words; as bytes, in hex and in base64.
export function secrets(house, words) {
  const vault = join(house.state, "vault/vault.db"), keys = join(house.state, "keys/paymaster");
  const raw = [...["id", "box"].map((name) => readFileSync(join(keys, name))),
    ...sql(vault, "SELECT hex(sealed) FROM earmark; SELECT hex(content) FROM earmark;").trim().split("\n").map((hex) => Buffer.from(hex, "hex"))];
  assert.ok(raw.length >= 4 && raw.every((bytes) => bytes.length >= 16), "there are secrets to look for");
  const list = [...words, "EMK1"].map((word) => Buffer.from(word));
  for (const bytes of raw) {
    const some = bytes.subarray(0, 24);
    list.push(some, Buffer.from(some.toString("hex")), Buffer.from(some.toString("hex").toUpperCase()), Buffer.from(some.toString("base64").slice(0, 30)));
  }
  return list;
}

// Messages of every command, from each of `who(command, action)` -> [[token, form token]]. given: the fields of some commands, where they
// matter; of the others, what `known` has by their names, once without and once with those that may be left out.
export function commandPackets(who, known, given = {}, names = [...records.command.keys()]) {
  const variants = (name) => given[name] ?? [false, true].map((all) => commandFields(name, known, all));
  return names.flatMap((name) => who(name, actions.get(name)).flatMap(([token, form]) => [variants(name)].flat().map((fields) =>
    [[0, JSON.stringify({ do: name, token, form, request: "@".repeat(32), ...fields })]])));
}
export const asks = (client, action) => [client.cookies.get("__Host-s"), action ? formToken(client, action) : ""];

export function programs(house) {
  const folder = join(house.state, "run"), found = {};
  for (const name of readdirSync(folder)) if (/\.pid$/.test(name)) found[name] = readFileSync(join(folder, name), "utf8").trim();
  return found;
}
export function noProgramErred(house, pids) {
  assert.deepEqual(programs(house), pids, "no program ended");
  const folder = join(house.state, "log");
  for (const name of readdirSync(folder))
    assert.doesNotMatch(readFileSync(join(folder, name), "utf8"), /killed by signal|Sanitizer|runtime error|Assertion/, name);
}
export const differences = (was, is) => Object.keys({ ...was, ...is }).filter((name) => was[name] !== is[name]);

let runs = 0;
// Outcomes by kind.
export async function send(house, { kind, socket, templates, count, needles, seed, say = false }) {
  const path = join(house.folder, `templates-${socket}`), hidden = join(house.folder, "needles"), parts = [];
  const u32 = (n) => { const out = Buffer.alloc(4); out.writeUInt32LE(n); return out; };
  writeFileSync(hidden, Buffer.concat(needles.flatMap((needle) => [u32(needle.length), needle])));
  for (const template of templates) {
    parts.push(u32(template.length));
    for (const [type, data] of template) parts.push(Buffer.from([type]), u32(Buffer.byteLength(data)), Buffer.from(data));
  }
  writeFileSync(path, Buffer.concat(parts));
  const one = (part) => new Promise((done, fail) => {
    const stranger = kind === "packet" && asRoot ? [String(nobody)] : [];
    const args = [kind, join(house.state, "run"), `${socket}.sock`, String(Math.ceil(count / 2)), String(seed * 100 + part), path, hidden, ...stranger];
    const child = spawn(join(bin, "..", "tests", "torture", "fuzz"), args, { stdio: ["ignore", "pipe", "pipe"] });
    let out = "", said = "";
    child.stdout.on("data", (data) => (out += data));
    child.stderr.on("data", (data) => { said += data; if (say) console.log(`# ${String(data).trim()}`); });
    child.once("exit", (code) => (code === 0 ? done(out) : fail(new Error(`fuzz ${args.join(" ")}: ${code} ${said}`))));
  });
  const counts = {};
  for (const out of await Promise.all([one(runs++), one(runs++)]))
    for (const line of out.trim().split("\n")) { const [name, n] = line.split("\t"); counts[name] = (counts[name] ?? 0) + Number(n); }
  console.log(`# ${socket}: ${JSON.stringify(counts)}`);
  return counts;
}
