// A house filled by an earlier version of the programs goes on with these: past/DATE.tar.xz is a state folder as the programs of that day left
// it, with members (password: support/house.mjs), a question, answers, votes, an earmark and a settled month.
import assert from "node:assert/strict";
import { test } from "node:test";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { House, DAY, ask, answer, vote } from "../support/house.mjs";
import { sql, storeFiles } from "../support/stores.mjs";

const closed = Date.UTC(2026, 3, 1, 6), question = 14, posting = 15, other = 16;
const migrations = (house) => storeFiles(house).reduce((all, path) => all + Number(sql(path, "SELECT count(*) FROM migration")), 0);

for (const date of ["2026-11-23", "2026-11-27"])
  test(`a house of ${date} goes on: what was said, voted and promised is there, more is added, and the logs still give it all`, async () => {
    const folder = mkdtempSync(join(process.env.TEST_TMP, "past-"));
    assert.equal(spawnSync("tar", ["-xJf", `tests/worlds/past/${date}.tar.xz`, "-C", folder]).status, 0);
    const had = migrations({ state: join(folder, date) });
    const house = await House.start({ state: join(folder, date), clock: closed, conf: { "ledger.close_alone": 0, "ledger.close_bucket": 64 } });
    try {
      if (date === "2026-11-23") assert.ok(migrations(house) > had + 20, "it is an older house (control)");
      const settings = house.must("curbside", ["settings"]);
      assert.match(settings, /^socket\.analyst_user = curbside-analyst$/m, "what an older house's settings lack is as a new one has it");
      assert.match(settings, /^socket\.ranker_user = curbside-ranker$/m);
      const [alder, birch, cedar, admin, sponsor] = await Promise.all(["Alder", "Birch", "Cedar", "Gatekeeper", "Halden"].map((name) => house.signIn(name)));
      const thread = await alder.json(`/q/${question}`);
      assert.deepEqual(thread.answers.map(({ id, body }) => [id, body.replace(/<[^>]*>|\n/g, "")]), [[posting, "2.5 mg apixaban twice a day."], [other, "None at all."]]);
      assert.deepEqual(thread.own.filter(({ stance }) => stance).map(({ posting, stance, patients }) => [posting, stance, patients]), [[posting, 1, 2], [other, 2, 0]]);
      const earned = (await cedar.json("/earnings")).statements;
      assert.deepEqual(earned.map(({ period, zero }) => [period, zero]), [["2026-03", false]]);
      assert.ok((await alder.json("/notices")).notices.length > 0);
      assert.equal((await alder.json("/search?q=apixaban")).rows[0].id, question);
      for (const [client, paths] of [
        [birch, ["/", `/q/${question}`, "/drafts", "/account", "/t/nephrology", `/why/posting/${posting}`]],
        [admin, ["/admin/members", "/admin/rules", "/admin/ledger", "/admin/status", "/admin/desk"]],
        [sponsor, ["/sponsor/campaigns", "/sponsor/reports"]],
      ])
        for (const path of paths) assert.equal((await client.get(path)).status, 200, path);
      await answer(alder, question, "And watch the haemoglobin.");
      await vote(birch, question, other, 1, 1);
      await ask(cedar, "Does a loading dose still have a place?");
      house.advance(DAY);
      await house.settle();
      assert.match(house.must("curbside", ["ledger", "verify"]), /^sound: /);
      await house.down();
      const rebuilt = house.run("curbside", ["rebuild", "--check"]);
      assert.equal(rebuilt.status, 0, rebuilt.stdout + rebuilt.stderr);
    } finally {
      await house.stop();
      rmSync(folder, { recursive: true });
    }
  });
