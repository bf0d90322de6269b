// The preview of a text is, byte for byte, what stands in the page once it is posted.
// test-seconds: 120
import assert from "node:assert/strict";
import { test, after, before } from "node:test";
import { House, ask, answer } from "../support/house.mjs";
import { png, upload } from "../support/picture.mjs";

let house, member, question, token, image;

before(async () => {
  house = await House.start();
  member = await house.physician("Wren");
  question = await ask(member, "Which texts look alike before and after?", "All of them?");
  token = (await member.get("/ask")).text.match(/data-preview="([^"]+)"/)[1];
  image = JSON.parse((await upload(member, png(20, 10))).text).markdown;
});
after(() => house?.stop());

const pieces = ["**bold**", "*stress*", "`code`", "\n\n", "\r\n", "- one\n- two\n", "1. first\n2. second\n", "> quoted\n", "## Head\n", "<b>no tag</b>",
  "Na <normal and K >high", "[link](https://example.org/a?b=c&d)", "[bad](javascript:alert(1))", "![x](https://evil.example/x.png)", "&amp; &lt; &", "ü – 漢 ",
  "  \n", "\t", "***", "```\nblock\n```\n", "a|b", "\\*plain\\*", "[ref]\n\n[ref]: https://example.org\n", "“quoted”", "   "];
let state = Number(process.env.SEED ?? 7);
const random = (below) => {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
  return Math.floor((state / 4294967296) * below);
};
const text = () => `Seen. ${Array.from({ length: 1 + random(14) }, () => pieces[random(pieces.length)]).join(random(2) ? " " : "")}`;

const preview = async (body) =>
  JSON.parse((await member.post("/preview", { form: token, body }, { headers: { accept: "application/json" } })).text).body;

test("many texts look the same before and after", async () => {
  const sent = new Map();
  for (const body of [image, `a\n\n${image}\n`, ...Array.from({ length: 120 }, text)]) {
    const before = await preview(body);
    sent.set(await answer(member, question, body), [body, before]);
  }
  const { answers } = await member.json(`/q/${question}`);
  const page = (await member.get(`/q/${question}`)).text;
  let compared = 0;
  for (const { id, body } of answers) {
    const [typed, before] = sent.get(id);
    assert.equal(body, before, `as JSON: ${JSON.stringify(typed)}`);
    assert.ok(page.includes(`<div class="prose">${before}</div>`), `in the page: ${JSON.stringify(typed)}`);
    compared++;
  }
  assert.equal(compared, sent.size);
});

test("another rendering would be seen (control)", async () => {
  const { answers } = await member.json(`/q/${question}`);
  const bodies = new Set(answers.map(({ body }) => body));
  assert.ok(bodies.size > 60, "the texts differ");
  assert.ok(!bodies.has(await preview("Seen. A text nobody posted.")));
});
