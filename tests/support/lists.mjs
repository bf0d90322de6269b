// Public lists for tests: Missouri's board and NPPES with the people that house.apply() invents (the nth is Ada Example-n), and the way
// through the quiz for somebody who has read them.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { npi } from "./house.mjs";

export const LISTED = 300;

// What the lists say of the nth.
export const listed = (n) => ({
  first: "Ada",
  last: `Example${n}`,
  npi: npi(n),
  licence: String(2010000000 + n),
  school: `${["Northern", "Southern", "Eastern", "Western"][n % 4]} School of Medicine ${10 + ((n * 13) % 11)}`,
  year: 1981 + ((n * 31) % 34),
  zip: String(63100 + ((n * 17) % 67)),
  city: `Town ${(n * 17) % 67}`,
  street: `${n} Elm Street`,
});

// change: (person, n) -> person or null, to leave somebody out or list him otherwise.
export function importLists(house, { count = LISTED, change = (person) => person } = {}) {
  const board = [
    "lic_profession,lic_number,prc_first_name,prc_last_name,lst_description,lic_orig_issue_date,lic_exp_date,discipline,school_name," +
      "graduation_year",
  ];
  const nppes = [
    "NPI,Entity Type Code,Provider Last Name (Legal Name),Provider First Name,Healthcare Provider Taxonomy Code_1," +
      "Healthcare Provider Primary Taxonomy Switch_1,Provider License Number_1,Provider License Number State Code_1," +
      "NPI Deactivation Date,Provider First Line Business Practice Location Address," +
      "Provider Business Practice Location Address City Name,Provider Business Practice Location Address State Name," +
      "Provider Business Practice Location Address Postal Code",
  ];
  for (let n = 1; n <= count; n++) {
    const p = change(listed(n), n);
    if (p === null) continue;
    board.push(
      ["MED", p.licence, p.first, p.last, "Active", "2010-07-01", "2031-01-31", p.discipline ?? "N", p.school, p.year].join(","),
    );
    nppes.push([p.npi, "1", p.last, p.first, "207R00000X", "Y", p.licence, "MO", "", p.street, p.city, "MO", p.zip].join(","));
  }
  for (const [list, name, lines] of [
    ["board:MO", "board.csv", board],
    ["nppes", "nppes.csv", nppes],
  ]) {
    const file = join(house.folder, name);
    writeFileSync(file, lines.join("\n") + "\n");
    house.must("curbside", ["roster", "import", list, file]);
  }
}

// The answers as numbers of the options, by the names of the fields.
export function answers(quiz, n) {
  const p = listed(n);
  const right = { school: p.school, graduation: String(p.year), licence: p.licence, practice: `${p.zip} ${p.city}` };
  return Object.fromEntries(
    quiz.questions.map((q) => [q.name, q.options.find((option) => option.words === right[q.name])?.number ?? 0]),
  );
}

// As the nth, through the quiz: level 2 when the lists accept.
export async function passQuiz(client, n) {
  const quiz = await client.json("/waiting/quiz");
  return client.submit("/waiting/quiz", "/waiting/quiz", answers(quiz, n), { expect: 303 });
}

// Applied and through quiz and lists, signed in.
export async function known(house, pseudonym, more = {}) {
  await house.apply(pseudonym, more);
  const n = house.applied,
    client = await house.signIn(pseudonym);
  await passQuiz(client, n);
  client.n = n;
  return client;
}

// References as `import medquad` takes them.
export function importReferences(house, titles) {
  const file = join(house.folder, "references.jsonl");
  const rows = titles.map((title, i) =>
    JSON.stringify({
      id: `000${i + 1}-1`,
      source: "Test source",
      url: "https://reference.example/",
      question: title,
      answer: `${title}: what a public source says.`,
    }),
  );
  writeFileSync(file, rows.join("\n") + "\n");
  house.must("curbside", ["import", "medquad", file]);
}
