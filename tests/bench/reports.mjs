// What a report's page costs: processor time of the worker that answers, and the time until the whole of it is there, by nginx and FastCGI;
// its size, plain and packed. And the week's job over a long journal: POSTINGS (1000000) words are counted in, from nothing to closed.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { bin, root } from "../support/house.mjs";
import { reportsHouse } from "../support/reports.mjs";

const say = (name, value, unit) => console.log(`${name} ${value} ${unit}`);
const PAGES = 1500, TICKS_A_SECOND = 100;

// Of every process of this house's web pool, in seconds.
function spent(house) {
  let ticks = 0;
  const parent = String(house.pid("web-sponsor"));
  for (const pid of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
    try {
      const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1].split(" ");
      if (pid === parent || fields[1] === parent) ticks += Number(fields[11]) + Number(fields[12]);
    } catch { /* gone meanwhile */ }
  }
  return ticks / TICKS_A_SECOND;
}

async function pages() {
  const { house, sponsor, reports, state } = await reportsHouse();
  for (const [kind, id] of Object.entries(reports)) {
    const path = `/sponsor/report/${id}`, times = [];
    for (let i = 0; i < 50; i++) await sponsor.get(path);
    const before = spent(house);
    let bytes;
    for (let i = 0; i < PAGES; i++) {
      const from = process.hrtime.bigint();
      ({ bytes } = await sponsor.get(path));
      times.push(Number(process.hrtime.bigint() - from) / 1e6);
    }
    say(`report_${kind}_cpu`, ((spent(house) - before) * 1000 / PAGES).toFixed(2), "ms");
    say(`report_${kind}_p50`, times.sort((a, b) => a - b)[PAGES / 2].toFixed(2), "ms");
    say(`report_${kind}_packed`, gzipSync(bytes).length, "bytes");
  }
  await house.stop();
  rmSync(state, { recursive: true, force: true });
}

function week() {
  const state = mkdtempSync(join(tmpdir(), "curbside-week-")), postings = Number(process.env.POSTINGS ?? 1000000);
  const members = 20000, months = Math.max(1, Math.round(postings / members / 4));
  const run = (program, args) => {
    const done = spawnSync("bash", ["-c", 'TIMEFORMAT="%R %U"; time "$@"', "bash", program, ...args], { encoding: "utf8", cwd: root, maxBuffer: 1 << 28 });
    const [seconds, user] = done.stderr.trim().split("\n").at(-1).split(" ").map(Number);
    if (done.status !== 0) throw new Error(done.stderr.slice(-2000));
    return { seconds, user, said: done.stderr };
  };
  run(join(bin, "..", "tests", "privacy", "world"), [state, String(members), String(months), "1", "1"]);
  run(join(bin, "curbside-analyst"), ["--state", state, "vocabulary", join(root, "scripts/insight/words.txt")]);
  const { seconds, user, said } = run(join(bin, "curbside-analyst"), ["--state", state, "close", "2026-Q1"]);
  say("week_postings", members * 4 * months, "postings");
  say("week_job", seconds, "s");
  say("week_job_cpu", user, "s");
  say("week_job_progress", (said.match(/events counted/g) ?? []).length, "lines");
  rmSync(state, { recursive: true, force: true });
}

await pages();
week();
