// Stores as they lie on disk, looked at by SQLite's own program: independent of ours.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";

export function storeFiles(house) {
  return readdirSync(house.state)
    .map((name) => join(house.state, name, `${name}.db`))
    .filter((path) => existsSync(path));
}

export function sql(path, text) {
  const done = spawnSync("sqlite3", ["-cmd", ".timeout 5000", path], { input: text, encoding: "utf8", maxBuffer: 1 << 28 });
  if (done.status !== 0 || done.stderr) throw new Error(`sqlite3 ${path}: ${done.stderr}`);
  return done.stdout.trim();
}

// One line a store: its name and a digest of all that is in it. What must not change is compared by this. A store whose files nobody wrote to
// since it was last read through is not read again.
const seen = new Map();
const stamp = (path) => [path, `${path}-wal`].map((file) => {
  const { size = 0, mtimeNs = 0 } = statSync(file, { bigint: true, throwIfNoEntry: false }) ?? {};
  return `${size} ${mtimeNs}`;
}).join();
export function digests(house) {
  return storeFiles(house).map((path) => {
    const now = stamp(path), last = seen.get(path);
    if (last?.now === now) return last.line;
    const line = digest(path);
    if (stamp(path) === now) seen.set(path, { now, line }); // else it was written to meanwhile
    return line;
  });
}
function digest(path) {
  const done = spawnSync("sqlite3", ["-cmd", ".timeout 5000", path, ".dump"], { maxBuffer: 256 << 20 });
  if (done.status !== 0) throw new Error(`${path}: ${done.stderr}`);
  // How an index lies in its pages is left out: the clerk joins its pieces and packs them when nobody asks.
  const lines = done.stdout.toString("latin1").split("\n").filter((line) => !/^INSERT INTO '?(\w+_(data|idx)|packed_\w+)'? VALUES/.test(line));
  return `${path.split("/").at(-2)} ${createHash("sha256").update(lines.join("\n")).digest("hex").slice(0, 24)}`;
}

// Every file below a folder, sockets left out. (Node 18's own recursive reading stumbles over sockets.)
export function filesBelow(folder) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    return entry.isDirectory() ? filesBelow(path) : entry.isFile() ? [path] : [];
  });
}
export const bytesOf = (path) => {
  try {
    return readFileSync(path);
  } catch {
    return Buffer.alloc(0);
  }
};

// What the house has counted on a posting, to the vote: pages show it in steps.
export function exactTotals(house, posting) {
  const row = sql(
    join(house.state, "board", "board.db"),
    `SELECT corroborate, dispute, cannot_say FROM tally WHERE posting = ${Number(posting)};`,
  );
  const [corroborate = 0, dispute = 0, cannot_say = 0] = row === "" ? [] : row.split("|").map(Number);
  return { corroborate, dispute, cannot_say };
}
