// test-seconds: 90
// References get their titles from PubMed files the operator imports, while the house runs; without them they stand as numbers.
import test, { before, after } from "node:test";
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { join } from "node:path";
import { House, ask, answer, sleep } from "../support/house.mjs";

let house, alder, birch;
const medline = `PMID- 31535829\nTI  - Dapagliflozin in heart\n      failure.\nTA  - N Engl J Med\nDP  - 2019 Nov 21\nLID - 10.1056/NEJMoa1911303 [doi]\n
PMID- 77\nTI  - Too good to be true.\nJT  - Journal of things\nDP  - 2001\nPT  - Retracted Publication\n`;
const file = (name, bytes) => {
  const path = join(house.folder, name);
  writeFileSync(path, bytes);
  return path;
};
const cites = async (question) => (await alder.json(`/q/${question}`)).answers[0].texts.cites;

before(async () => {
  house = await House.start();
  alder = await house.physician("Alder");
  birch = await house.physician("Birch");
});
after(() => house?.stop());

test("before anything was imported a reference stands as its number", async () => {
  const question = await ask(alder, "Does dapagliflozin help in heart failure?");
  await answer(birch, question, "It does: PMID 31535829.");
  assert.deepEqual((await cites(question)).map((c) => [c.label, c.title]), [["PMID 31535829", ""]]);
});

test("after an import, by gzip too, workers that were up show titles, journals and what was retracted", async () => {
  const said = house.must("curbside", ["pubmed", "import", file("a.nbib.gz", gzipSync(medline))]);
  assert.match(said, /2 new, 0 changed/);
  const question = await ask(alder, "And what speaks against it, if anything?");
  await answer(birch, question, "Nothing: doi:10.1056/NEJMoa1911303; but PMID 77 and PMID 78 say so.");
  await answer(alder, question, "See PMID 77 as well.");
  let seen = [];
  for (let i = 0; i < 50; i++) {
    seen = await cites(question);
    if (seen[0].title !== "") break;
    await sleep(100);
  }
  const both = (await alder.json(`/q/${question}`)).answers.find((a) => a.texts.cites.length === 3).texts.cites;
  assert.deepEqual(both.map((c) => [c.number, c.title, c.where, c.retracted, c.cited]), [
    [1, "Dapagliflozin in heart failure.", "N Engl J Med 2019", false, 1],
    [2, "Too good to be true.", "Journal of things 2001", true, 2],
    [3, "", "", false, 1],
  ]);
  const page = await alder.get(`/q/${question}`);
  assert.match(page.text, /<strong class="retracted">Retracted\.<\/strong>/);
  assert.match(page.text, /href="\/cited\?source=PMID%2077"[^>]*>cited in 2 answers/);
  const cited = await alder.json("/cited?source=PMID+77");
  assert.equal(cited.rows.length, 2);
  assert.equal(cited.source.title, "Too good to be true.");
});

test("a file that is none of PubMed's is refused with its line, and nothing of it is taken", async () => {
  const done = house.run("curbside", ["pubmed", "import", file("bad.nbib", "PMID- 5\nTI  - Fine.\n\nbroken here\n"), file("good.nbib", "PMID- 6\nTI  - Good.\n")]);
  assert.equal(done.status, 1);
  assert.match(done.stderr, /bad\.nbib: line 4: no line of a MEDLINE file; nothing of it was taken/);
  assert.match(done.stdout, /good\.nbib: 1 new[^]*3 articles are known/);
});
