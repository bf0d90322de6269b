// The commands as schema/command.rec has them, so that what tries all of them forgets none that is new; and the forms they belong to, as
// core/session.c has them.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "./house.mjs";

// kind ("command", "record") -> name -> [{ name, type }] in order.
export function readRecords(text) {
  const found = { command: new Map(), record: new Map(), reply: new Map() };
  const plain = text.replace(/#.*$/gm, "");
  for (const [, kind, name, inside] of plain.matchAll(/^(command|record|reply) (\w+)\s*\{([^}]*)\}/gm)) {
    const fields = inside.split(/[,\n]/).map((field) => field.trim()).filter(Boolean).map((field) => {
      const [, own, type, maybe] = field.match(/^(\w+):\s*(.+?)(\?)?$/) ?? [];
      if (own === undefined) throw new Error(`${kind} ${name}: "${field}" is no field`);
      return { name: own, type, maybe: maybe !== undefined };
    });
    found[kind].set(name, fields);
  }
  return found;
}
const read = (file) => readFileSync(join(root, file), "utf8");
export const records = readRecords(read("schema/command.rec"));

// A value such a field may have. known: values by a field's name, which go first where they are of its kind.
export function sample(type, name, known, from = records) {
  const fits = known[name], number = typeof fits === "number";
  const range = type.match(/^(\d+)\.\.(\d+)$/), list = type.match(/^list (\w+) \d+$/), text = type.match(/^text (\d+)$/);
  if (type === "int") return number ? fits : 1;
  if (range) return number && fits >= Number(range[1]) && fits <= Number(range[2]) ? fits : Number(range[1]);
  if (type === "bool") return typeof fits === "boolean" ? fits : true;
  if (type === "real") return 0.5;
  if (type === "digest") return typeof fits === "string" ? fits : "0".repeat(64);
  if (text) return typeof fits === "string" ? fits : "forged".slice(0, Number(text[1]));
  if (list) return [sample(list[1], name, known, from)];
  if (type.startsWith("record_")) {
    const given = typeof fits === "object" ? fits : {};
    return Object.fromEntries(from.record.get(type.slice(7)).map((one) => [one.name, given[one.name] ?? sample(one.type, one.name, known, from)]));
  }
  throw new Error(`${name}: nothing is known of "${type}"`);
}
// all: those that may be left out too.
export const commandFields = (command, known, all = true, from = records) =>
  Object.fromEntries(from.command.get(command).filter(({ maybe }) => all || !maybe).map(({ name, type }) => [name, sample(type, name, known, from)]));

// The route pattern whose form token a command carries; none for what no form sends.
export const actions = new Map();
for (const [, cases, action] of read("core/session.c").matchAll(/((?:case COMMAND_\w+:\s*)+)return "([^"]+)";/g))
  for (const [, name] of cases.matchAll(/COMMAND_(\w+)/g)) actions.set(name.toLowerCase(), action);

// What only the programs' own user may ask for, at the clerk by its table; at the paymaster it may whatever admins may.
export const operators = new Set(["ledger_tick", "payout_close", "payout_export", "payout_answer", "reward_reverse", "payment_unblind", "withheld_remit",
  "period_close", "campaign_fund", "breaker_reset", "operation_withdraw", "operation_retry", "campaign_refund", "period_preview_start"]);
for (const [, name] of read("board/clerk/command.c").matchAll(/COMMAND_(\w+), BY_(?:OPERATOR|ANALYST|RANKER)/g)) operators.add(name.toLowerCase());
