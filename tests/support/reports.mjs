// A house whose journal is an invented community's (tests/privacy/world): every kind of report, and figures in all of them. The public words are
// older than its first week, so all of them count; the distributions it is weighted to are invented as well.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { House, bin, root } from "./house.mjs";

function must(program, args, env) {
  const done = spawnSync(program, args, { env: { ...process.env, ...env }, encoding: "utf8", cwd: root });
  assert.equal(done.status, 0, `${program} ${args.join(" ")}\n${done.stdout}\n${done.stderr}`);
}

const figures = [
  "region\tsource\tInvented for a test", "region\tNortheast\t20", "region\tMidwest\t21", "region\tSouth\t36", "region\tWest\t23",
  "years\tsource\tInvented too", "years\tFewer than 10 years\t25", "years\t10 to 19 years\t25", "years\t20 to 29 years\t25", "years\t30 years or more\t25",
];

function past(state, members, months, seed) {
  const clock = join(state, "then"), population = join(state, "population.txt"), then = Buffer.alloc(8);
  then.writeBigInt64LE(BigInt(Date.UTC(2024, 0, 1)));
  writeFileSync(clock, then);
  writeFileSync(population, figures.map((line) => `${line}\n`).join(""));
  must(join(bin, "..", "tests", "privacy", "world"), [state, members, months, seed].map(String));
  for (const [verb, file] of [["vocabulary", "scripts/insight/words.txt"], ["population", population]])
    must(join(bin, "curbside-analyst"), ["--state", state, verb, file], { CURBSIDE_CLOCK: clock });
}

// { house, sponsor (signed in), reports: the id of one of each kind, of results the one with most figures }.
export async function reportsHouse({ members = 1500, months = 4, seed = 7 } = {}) {
  const state = mkdtempSync(join(process.env.TEST_TMP ?? tmpdir(), "world-"));
  past(state, members, months, seed);
  const house = await House.start({ state, clock: Date.UTC(2026, 3, 2, 12) });
  house.staff("Halden", "sponsor", "Halden Bio");
  const sponsor = await house.signIn("Halden");
  await house.admin();
  await house.settle();
  const rows = async (kind) => (await sponsor.json(`/sponsor/reports?kind=${kind}`)).rows;
  const reports = {};
  for (const kind of ["trends", "words", "rising", "members"]) reports[kind] = (await rows(kind))[0].id;
  const results = await Promise.all((await rows("results")).map(({ id }) => sponsor.json(`/sponsor/report/${id}`)));
  const figuresOf = ({ bars, parts }) => bars.length + parts.length * 4;
  reports.results = results.reduce((most, one) => (figuresOf(one) > figuresOf(most) ? one : most)).id;
  return { house, sponsor, reports, state };
}
