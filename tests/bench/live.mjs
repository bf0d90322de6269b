// A live discussion watched by WATCHERS readers: each asks every four seconds as live.js does, fetches the page when there is more, and must see
// an answer soon. The figures: what one poll takes, how long until an answer has reached all, and how much of a core it costs.
import { House, ask, answer, sleep } from "../support/house.mjs";

const watchers = Number(process.env.WATCHERS ?? 1000);
const EVERY_MS = 4000, RUN_MS = 20000;
const say = (name, value, unit) => console.log(`${name} ${Number(Number(value).toPrecision(4))} ${unit}`);
const at = (sorted, part) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))];
const now = () => performance.now();

const house = await House.start({
  clock: null,
  conf: { "rate.read_per_minute": 0 }, // twenty accounts stand for a thousand
});
try {
  const members = [];
  for (let i = 0; i < 20; i++) {
    await house.physician(`Watcher ${i}`);
    members.push(await house.signIn(`Watcher ${i}`));
  }
  const question = await ask(members[0], "Which dose after dialysis, tonight?", "A patient on the ward.");
  await members[0].submit(`/q/${question}`, `/q/${question}/round`, { minutes: 60 }, { expect: 303 });
  const polls = [], seen = [];
  let answered = 0, count = 0, errors = 0, over = false;
  const watch = async (member) => {
    let known = 0;
    await sleep(Math.random() * EVERY_MS);
    while (!over) {
      const from = now();
      const got = await member.get(`/q/${question}/live`, { headers: { accept: "application/json" } }).catch(() => null);
      polls.push(now() - from);
      if (!got || got.status !== 200) errors += 1;
      else if (JSON.parse(got.text).answers > known) {
        known = JSON.parse(got.text).answers;
        const page = await member.get(`/q/${question}`).catch(() => null);
        if (!page || page.status !== 200 || !page.text.includes(`number ${known} of them`)) errors += 1;
        if (known === count) seen.push(now() - answered);
      }
      await sleep(EVERY_MS * (0.75 + Math.random() / 2));
    }
  };
  const all = Array.from({ length: watchers }, (_, i) => watch(members[i % members.length]));
  for (const begun = now(); now() - begun < RUN_MS;) {
    await sleep(6000);
    count += 1;
    answered = now();
    await answer(members[1], question, `What I have seen, number ${count} of them.`);
  }
  await sleep(6000);
  over = true;
  await Promise.all(all);
  polls.sort((a, b) => a - b);
  seen.sort((a, b) => a - b);
  if (errors > 0) throw new Error(`${errors} of ${polls.length} polls failed`);
  say("live_watchers", watchers, "readers");
  say("live_poll_p50_ms", at(polls, 0.5), "ms");
  say("live_poll_p99_ms", at(polls, 0.99), "ms");
  say("live_seen_p50_ms", at(seen, 0.5), "ms");
  say("live_seen_p99_ms", at(seen, 0.99), "ms");
} finally {
  await house.stop();
}
