// Direction-blind: turn every vote on earmarked postings round, and no voter is paid a cent more or less for it.
// test-seconds: 120
import assert from "node:assert/strict";
import { test, after } from "node:test";
import { House, MINUTE, ask, answer, vote } from "../support/house.mjs";
import { campaign, earmark, tick, closeMonth } from "../support/money.mjs";

const conf = { "ledger.close_alone": 0, "ledger.close_bucket": 64 };
const names = ["Alder", "Birch", "Cedar", "Dogwood", "Elm", "Fir"];
// voter, posting (0 first answer, 1 second), stance, patients; one changes his mind.
const votes = [
  ["Cedar", 0, 1, 2],
  ["Dogwood", 0, 2, 1],
  ["Elm", 0, 1, 0],
  ["Fir", 0, 3, 0],
  ["Cedar", 1, 2, 3],
  ["Elm", 1, 1, 1],
  ["Alder", 0, 2, 0],
  ["Elm", 0, 2, 0],
  ["Dogwood", 1, 1, 2],
  ["Alder", 1, 1, 1],
];

const houses = [];
after(() => Promise.all(houses.map((house) => house.stop())));

// What every member was paid, by kind of act and posting: "vote 0" -> cents as shown.
async function world(turn, skip = null) {
  const house = await House.start({ conf, seed: "flipped votes" });
  houses.push(house);
  const admin = await house.admin();
  house.staff("Halden", "sponsor", "Halden Bio");
  const sponsor = await house.signIn("Halden");
  const members = {};
  for (const name of names) members[name] = await house.physician(name);
  const pool = await campaign(house, sponsor, admin);
  const question = await ask(members.Alder, "Which anticoagulant on dialysis?");
  await earmark(house, sponsor, pool, question, 2, { amount: "90", cap: "400" });
  await tick(house);
  const postings = [
    await answer(members.Birch, question, "Apixaban, 2.5 mg twice a day."),
    await answer(members.Fir, question, "Warfarin, with weekly checks."),
  ];
  for (const posting of postings) await earmark(house, sponsor, pool, posting, 3, { amount: "20", cap: "400" });
  await tick(house);
  for (const [name, which, stance, patients] of votes) {
    if (skip !== null && skip[0] === name && skip[1] === which) continue;
    house.advance(MINUTE);
    await vote(members[name], question, postings[which], turn[stance], patients);
  }
  await tick(house);
  await closeMonth(house, admin);
  const paid = {};
  for (const name of names) await house.renew(members[name]);
  for (const name of names)
    for (const payment of (await members[name].json("/earnings")).statements.flatMap((s) => s.payments))
      for (const part of payment.parts) {
        const key = part.posting === question ? "question" : postings.indexOf(part.posting);
        paid[`${name} ${part.words.replace(/\d+/g, "#")} ${key}`] = part.amount;
      }
  await house.down();
  return paid;
}
const authors = ([who]) => /^(Birch|Fir) .*answer/i.test(who);
const ofVoters = (paid) => Object.fromEntries(Object.entries(paid).filter((line) => !authors(line)));
const ofAuthors = (paid) => Object.fromEntries(Object.entries(paid).filter(authors));

let straight;
test("no voter's pay changes when every vote is turned round; the authors' may", async () => {
  straight = await world([0, 1, 2, 3]);
  const turned = await world([0, 2, 1, 3]);
  console.log(`# ${JSON.stringify(straight)}`);
  assert.ok(Object.keys(ofVoters(straight)).length >= 7, "voters were paid");
  assert.deepEqual(ofVoters(turned), ofVoters(straight));
  assert.notDeepEqual(ofAuthors(turned), ofAuthors(straight), "the world did change: authors earn by corroboration");
});

test("a voter who did not vote is paid otherwise, and that is seen (control)", async () => {
  const other = await world([0, 1, 2, 3], ["Cedar", 0]);
  assert.notDeepEqual(ofVoters(other), ofVoters(straight));
});
