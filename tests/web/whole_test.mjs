// A house that is said to be up answers: a pool without one of the stores it reads, since that store's writer has not made it yet, is not up.
// test-seconds: 90
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { rmSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { test, after } from "node:test";
import { House, sleep } from "../support/house.mjs";

let house, holder;
after(() => { holder?.kill(); return house?.stop(); });

// A store's writer is kept from making it: SQLite's own program holds the lock of the empty file until it is let go.
async function held(name) {
  for (const file of readdirSync(join(house.state, name))) if (file.startsWith(`${name}.db`)) rmSync(join(house.state, name, file));
  holder = spawn("sqlite3", [join(house.state, name, `${name}.db`)], { stdio: ["pipe", "pipe", "inherit"] });
  const ended = new Promise((done) => holder.once("exit", done));
  const said = new Promise((done) => holder.stdout.once("data", done));
  holder.stdin.write("BEGIN EXCLUSIVE;\n.print held\n");
  await said;
  return async () => { holder.stdin.end(".quit\n"); await ended; };
}

test("a house is up once every pool has its stores, and then it answers at once", async () => {
  house = await House.start();
  const admin = await house.admin();
  assert.equal((await admin.get("/admin/members")).status, 200);
  await house.down();
  const letGo = await held("rank");
  let up = false;
  const rising = house.up().then(() => { up = true; });
  await sleep(5000); // longer than a worker waits for its stores
  assert.equal(up, false, "not while its ranker cannot make one");
  await letGo();
  await rising;
  for (let i = 0; i < 10; i++) {
    assert.equal((await admin.get("/admin/members")).status, 200);
    assert.equal((await house.visitor().get("/")).status, 303, "to the door");
  }
});
