// Import of an invented NPPES file of ROWS rows x 330 columns: rows/s, peak memory, and the time as a multiple of what `wc -l` and `cut` take on
// the same file in the same run. The second import finds nothing changed: what an ordinary month mostly costs.
import { spawn, spawnSync } from "node:child_process";
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { write } from "../support/nppes.mjs";

const root = resolve(new URL("../..", import.meta.url).pathname);
const clerk = join(root, process.env.BUILD ?? "build", "bin/curbside-clerk");
const rows = Number(process.env.ROWS ?? 1000000);
const folder = mkdtempSync(join(process.env.TEST_TMP ?? tmpdir(), "bench-roster-"));
const file = join(folder, "npidata_pfile.csv");
const env = { ...process.env, LC_ALL: "C" };
for (const name of ["CURBSIDE_SEED", "CURBSIDE_CLOCK", "STATE"]) delete env[name];
const say = (name, value, unit) => console.log(`${name} ${Number(Number(value).toPrecision(4))} ${unit}`);
const note = (words) => process.stderr.write(`  ${words}\n`);

function seconds(command, args) {
  const begun = process.hrtime.bigint();
  const done = spawnSync(command, args, { env, stdio: ["ignore", "ignore", "inherit"] });
  if (done.status !== 0) throw new Error(`${command}: exit ${done.status}`);
  return Number(process.hrtime.bigint() - begun) / 1e9;
}

// The kernel's own mark of the highest resident size, looked at until the end.
async function imported(state) {
  const begun = process.hrtime.bigint();
  const child = spawn(clerk, ["--state", state, "roster", "import", "nppes", file, "--as-of", "2026-01-10"], { env, cwd: root, stdio: ["ignore", "pipe", "pipe"] });
  let peak = 0, said = "", faults = "";
  child.stdout.on("data", (d) => { said += d; });
  child.stderr.on("data", (d) => { faults += d; });
  const timer = setInterval(() => {
    try {
      peak = Math.max(peak, Number(readFileSync(`/proc/${child.pid}/status`, "utf8").match(/^VmHWM:\s+(\d+)/m)[1]) / 1024);
    } catch { /* ended meanwhile */ }
  }, 10);
  const code = await new Promise((end) => child.once("close", end));
  clearInterval(timer);
  if (code !== 0) throw new Error(faults);
  if (!said.includes(`: ${rows} rows;`)) throw new Error(said);
  return { seconds: Number(process.hrtime.bigint() - begun) / 1e9, peak };
}

try {
  note(`writing ${rows} rows of 330 columns ...`);
  const fd = openSync(file, "w");
  write(fd, rows);
  closeSync(fd);
  note(`${Math.round(statSync(file).size / 1048576)} MiB; wc and cut ...`);
  seconds("wc", ["-l", file]); // into the page cache
  const plain = () => seconds("wc", ["-l", file]) + seconds("cut", ["-d,", "-f1,2,6,7", file]);
  const before = plain();
  note("importing ...");
  const first = await imported(join(folder, "state"));
  const again = await imported(join(folder, "state"));
  const bare = (before + plain()) / 2;
  say("roster_import_rows_per_s", rows / first.seconds, "1/s");
  say("roster_import_peak_mib", Math.max(first.peak, again.peak), "MiB");
  say("roster_import_ratio", first.seconds / bare, "x");
  say("roster_again_rows_per_s", rows / again.seconds, "1/s");
  say("roster_store_mib", statSync(join(folder, "state/roster/roster.db")).size / 1048576, "MiB");
} finally {
  rmSync(folder, { recursive: true, force: true });
}
