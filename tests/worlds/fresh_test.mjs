// What was acknowledged can be read at once, by everybody, whichever worker answers: no cache stands between.
// test-seconds: 60
import assert from "node:assert/strict";
import { test, after, before } from "node:test";
import { House, ask, answer, vote } from "../support/house.mjs";

let house, alder, birch;
before(async () => {
  house = await House.start({ conf: { "web.workers_member": 2 } });
  alder = await house.physician("Alder");
  birch = await house.physician("Birch");
});
after(() => house?.stop());

// Both workers are asked: connections go to whichever is free.
const everywhere = async (client, path, see) => {
  const got = await Promise.all(Array.from({ length: 12 }, () => client.json(path)));
  return got.every(see);
};

test("a word nobody used before is found as soon as somebody uses it, though it was looked for in vain", async () => {
  for (const path of ["/search?q=teprotumumab", "/similar?q=Teprotumumab+in"])
    assert.ok(await everywhere(birch, path, ({ rows }) => rows.length === 0));
  const question = await ask(alder, "Teprotumumab in thyroid eye disease", "Has anybody given it?");
  assert.ok(
    await everywhere(birch, "/search?q=teprotumumab", ({ rows }) => rows.some(({ id }) => id === question)),
    "by searching",
  );
  assert.ok(
    await everywhere(birch, "/similar?q=Teprotumumab+in", ({ rows }) => rows.some(({ id }) => id === question)),
    "while typing",
  );
  assert.ok(
    await everywhere(birch, "/search?q=zoledronate", ({ rows }) => rows.length === 0),
    "another word finds nothing (control)",
  );
});

test("question, answer, vote, topic and notice stand in every page as soon as they are acknowledged", async () => {
  for (let round = 0; round < 10; round++) {
    const question = await ask(alder, `Does round ${round} show at once?`, "It should.", {
      topics: `round-${"abcdefghij"[round]}`,
    });
    assert.ok(await everywhere(birch, "/", ({ rows }) => rows[0].id === question), "first of the new");
    assert.ok(
      await everywhere(
        birch,
        `/t/round-${"abcdefghij"[round]}`,
        ({ rows }) => rows.length === 1 && rows[0].id === question,
      ),
      "under its topic",
    );
    const posting = await answer(birch, question, `Yes, in round ${round}.`);
    assert.ok(
      await everywhere(alder, `/q/${question}`, ({ answers }) => answers.length === 1 && answers[0].id === posting),
      "the answer",
    );
    assert.ok(await everywhere(alder, "/notices", ({ notices }) => notices[0].question === question), "the notice");
    await vote(alder, question, posting, 1 + (round % 3), 2);
    assert.ok(
      await everywhere(
        alder,
        `/q/${question}`,
        ({ own }) => own.find((o) => o.posting === posting).stance === 1 + (round % 3),
      ),
      "the vote",
    );
    const html = await Promise.all(
      Array.from({ length: 6 }, () =>
        birch.get(`/q/${question}`, { headers: { "accept-encoding": round % 2 ? "gzip" : "identity" } }),
      ),
    );
    assert.ok(html.every(({ status }) => status === 200));
  }
});

test("one member's kept page never shows another's place: own votes, tokens, names", async () => {
  const question = await ask(alder, "Whose place is this in the kept page?"),
    posting = await answer(birch, question, "Yours.");
  await vote(alder, question, posting, 2, 1);
  const pages = await Promise.all(Array.from({ length: 40 }, (_, i) => (i % 2 ? alder : birch).get(`/q/${question}`)));
  const tokens = (text) => new Set([...text.matchAll(/name="form" value="([^"]+)"/g)].map(([, token]) => token));
  const [mine, theirs] = [tokens(pages[1].text), tokens(pages[0].text)];
  for (const [i, { text }] of pages.entries()) {
    assert.equal(/You <span class="against">dispute<\/span>/.test(text), i % 2 === 1, "own vote");
    for (const token of tokens(text)) assert.ok((i % 2 ? mine : theirs).has(token), "own tokens");
  }
  assert.ok(mine.size > 1 && [...mine].every((token) => !theirs.has(token)), "tokens differ (control)");
});
