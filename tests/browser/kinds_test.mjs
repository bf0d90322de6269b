// What only one kind of thread has, as a physician meets it: a case's poll, an observation's facts, ratings, how something was solved, lists
// narrowed by kind and state, own specialties. By keyboard, without script, at three widths, in light and dark. SHOTS=DIR keeps pictures.
// test-seconds: 300
import assert from "node:assert/strict";
import { test, after, before } from "node:test";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { House, MINUTE, answer, ask, password } from "../support/house.mjs";
import { launch, open, signIn, sound, tabTo } from "../support/browser.mjs";

let house, browser, them, poll, observation, question, reply;

const as = async (name, how) => {
  const view = await open(browser, house.origin, how);
  await signIn(view, name, password);
  return view;
};
// The same page looked at by axe, which needs script where the visit itself has none.
const looked = async (who, path, name, first = async () => {}) => {
  const view = await as(who);
  await view.goto(path);
  await first(view);
  await sound(view, name);
  await view.context().close();
};
const choose = (client, choice) =>
  client.submit(`/q/${poll}`, `/q/${poll}/poll`, choice ? { choice } : { show: 1 }, { expect: 303 });
const rate = (client, on, relevance, importance) =>
  client.submit(`/q/${on}`, `/q/${on}/rate`, { relevance, importance }, { expect: 303 });

before(async () => {
  house = await House.start();
  await house.admin();
  them = {};
  for (const name of ["Alder", "Birch", "Cedar", "Dogwood", "Elm"]) them[name] = await house.physician(name);
  question = await ask(them.Alder, "Which anticoagulant on dialysis?", "What do *you* do?", { topics: "nephrology" });
  reply = await answer(them.Birch, question, "Apixaban, 2.5 mg twice a day.");
  observation = await ask(them.Birch, "Fewer falls after a change of doses", "Seen on one ward.", {
    kind: 3, setting: 4, seen: 2, from_month: "2025-03", to_month: "2025-08",
  });
  browser = await launch();
});
after(async () => {
  await browser?.close();
  await house?.stop();
});

test("by keyboard: a case is asked with its own answers to choose from", async () => {
  const view = await as("Alder");
  await view.goto("/ask");
  assert.ok(!(await view.locator("#options").isVisible()), "which a question does not have");
  await tabTo(view, "#title");
  await view.keyboard.type("Anticoagulate after one short run?");
  await tabTo(view, "input[name=kind]");
  await view.keyboard.press("ArrowDown");
  await tabTo(view, "#body");
  await view.keyboard.type("A patient in the eighties, one run of atrial fibrillation.");
  await tabTo(view, "#options");
  await view.keyboard.type("Start now");
  await sound(view, "ask-case");
  await view.getByRole("button", { name: "Post", exact: true }).click();
  await view.getByText("One answer option is no choice", { exact: false }).first().waitFor();
  assert.equal(await view.inputValue("#options"), "Start now", "what was typed is still there");
  await view.focus("#options");
  await view.keyboard.press("Control+End");
  await view.keyboard.type("\nWait for a second run\nAsk for a longer recording first");
  await view.getByRole("button", { name: "Post", exact: true }).click();
  await view.waitForURL(/\/q\/\d+/);
  poll = Number(view.url().match(/\/q\/(\d+)/)[1]);
  await view.getByText("What colleagues choose").waitFor();
  assert.deepEqual(view.faults, []);
});

test("bars are shown after an own choice, or after asking to see them, and never before", async () => {
  await choose(them.Birch, 1);
  const before_ = await them.Cedar.json(`/q/${poll}`);
  assert.equal(before_.poll.bars, false);
  assert.deepEqual(before_.poll.options.map((o) => [o.chosen, o.width]), [[0, 0], [0, 0], [0, 0]], "not even in the JSON");
  const view = await as("Cedar", { script: false, width: 360, height: 740 });
  await view.goto(`/q/${poll}`);
  assert.ok(!/chose it/.test(await view.locator("#poll").innerText()));
  await looked("Cedar", `/q/${poll}`, "poll-before");
  await view.getByLabel("Wait for a second run").check();
  await view.getByRole("button", { name: "Choose", exact: true }).click();
  await view.getByText("No counts yet: they are shown from three choices on").waitFor();
  assert.ok(await view.getByLabel("Wait for a second run").isChecked(), "the own choice stays marked");
  await choose(them.Dogwood, 0);
  assert.equal((await them.Dogwood.json(`/q/${poll}`)).poll.bars, true);
  await choose(them.Dogwood, 2);
  house.setTime(house.time + 15 * MINUTE);
  await view.reload();
  await view.getByText("3 chose, 1 of them after seeing the bars.").waitFor();
  await looked("Cedar", `/q/${poll}`, "poll-after");
  assert.equal((await them.Alder.json(`/q/${poll}`)).poll.bars, true, "who asked sees all at once");
  assert.equal((await them.Elm.json(`/q/${poll}`)).poll.bars, false, "control: who said nothing yet does not");
});

test("an observation says where, in how many and when", async () => {
  const view = await as("Cedar");
  await view.goto(`/q/${observation}`);
  for (const words of ["intensive care", "6 to 20", "March to August 2025"]) await view.getByText(words, { exact: true }).waitFor();
  await sound(view, "observation");
});

test("a rating is shown from the third on, and moves a list of its own", async () => {
  await rate(them.Birch, question, 5, 4);
  await rate(them.Cedar, question, 4, 4);
  assert.equal((await them.Elm.json(`/q/${question}`)).kind.rating.relevance, "");
  const view = await as("Dogwood");
  await view.goto(`/q/${question}`);
  await tabTo(view, "#rate summary");
  await view.keyboard.press("Enter");
  await tabTo(view, "#rate input[name=relevance]");
  await view.keyboard.press("ArrowRight");
  await tabTo(view, "#rate input[name=importance]");
  await view.keyboard.press("Space");
  await tabTo(view, "#rate button");
  await view.keyboard.press("Enter");
  await view.getByText("You rated this: relevance 2, importance 1").waitFor();
  await view.getByText("★ 3.7 relevance").first().waitFor();
  await sound(view, "rated");
  await view.goto("/?tab=rated");
  await view.getByRole("link", { name: "Which anticoagulant on dialysis?" }).waitFor();
  await sound(view, "front-rated");
});

test("who asked says how it was solved, by which answer, and colleagues read it above the answers", async () => {
  const view = await as("Alder", { script: false, width: 360, height: 740 });
  await view.goto(`/q/${question}`);
  await view.locator("#solve summary").click();
  await view.fill("#how", "Call her at 314-555-0134.");
  await view.getByRole("button", { name: "Mark as solved" }).click();
  await view.getByText(/telephone/i).first().waitFor();
  assert.equal(await view.inputValue("#how"), "Call her at 314-555-0134.", "what was typed is still there");
  await view.fill("#how", "Apixaban at the lower dose; **no bleed** in a year.");
  await view.selectOption("#solved-by", String(reply));
  await looked("Alder", `/q/${question}`, "solving", (page) => page.locator("#solve summary").click());
  await view.getByRole("button", { name: "Mark as solved" }).click();
  await view.getByRole("heading", { name: "How it was solved" }).waitFor();
  await looked("Birch", `/q/${question}`, "solved");
  await view.getByRole("link", { name: "By the answer of Birch" }).click();
  assert.match(view.url(), new RegExp(`#p${reply}$`));
});

test("lists are narrowed by kind and state", async () => {
  await them.Alder.submit(`/q/${poll}`, `/q/${poll}/solved`, { solved: 1, how: "Waited.", study: 1 }, { expect: 303 });
  const titles = async (query) => (await them.Elm.json(`/${query}`)).rows.map(({ id }) => id).sort((a, b) => a - b);
  assert.deepEqual(await titles("?tab=new&kind=case"), [poll]);
  assert.deepEqual(await titles("?tab=new&kind=observation"), [observation]);
  assert.deepEqual(await titles("?tab=new&state=solved"), [question, poll]);
  assert.deepEqual(await titles("?tab=new&state=study"), [poll]);
  assert.deepEqual(await titles("?tab=new&state=unsolved"), []);
  assert.deepEqual(await titles("?tab=solved"), [question, poll]);
  assert.deepEqual(await titles("?tab=rising&state=solved&kind=question"), [question]);
  assert.deepEqual(await titles("?tab=rated&kind=case"), []);
  assert.deepEqual(await titles("?tab=new"), [question, observation, poll], "control: all of them");
  const view = await as("Elm");
  await view.goto("/?tab=new");
  await sound(view, "front-new");
  await view.getByRole("link", { name: "Case studies" }).click();
  await view.getByText("case study", { exact: true }).waitFor();
  await view.getByRole("link", { name: "Observations" }).click();
  await view.getByText("Nothing fits that", { exact: false }).waitFor();
  await sound(view, "front-nothing");
});

test("specialties are own words until the operator loads a list", async () => {
  const view = await as("Elm");
  await view.goto("/account/specialties");
  await view.fill("#s1", "nephrology");
  await view.fill("#s2", "sports medicine");
  await view.getByRole("button", { name: "Save" }).click();
  await view.getByText("nephrology, sports medicine", { exact: false }).waitFor();
  const file = join(house.state, "taxonomy.csv");
  writeFileSync(file, "Code,Grouping,Classification,Specialization\n" +
    "207RN0300X,Allopathic & Osteopathic Physicians,Internal Medicine,Nephrology\n" +
    "208600000X,Allopathic & Osteopathic Physicians,Surgery,\n");
  assert.match(house.must("curbside", ["specialties", "load", file]), /^2 specialties/m);
  await view.goto("/account/specialties");
  await view.getByRole("button", { name: "Save" }).click();
  await view.getByText("Choose from the list", { exact: false }).first().waitFor();
  assert.equal(await view.inputValue("#s2"), "sports medicine", "what was typed is still there");
  await sound(view, "specialties");
  await view.fill("#s2", "surgery");
  await view.getByRole("button", { name: "Save" }).click();
  await view.getByText("Nephrology, Surgery", { exact: false }).waitFor();
  assert.deepEqual(view.faults, []);
});

test("what is told for reports: one question, no answer chosen before, given, changed and taken back", async () => {
  const view = await as("Elm", { script: false });
  await view.goto("/account");
  await view.getByRole("link", { name: "What you tell for reports" }).click();
  assert.equal(await view.locator("fieldset").count(), 1, "one of the two");
  assert.ok(await view.getByLabel("Rather not say").isChecked());
  await looked("Elm", "/account/background", "background");
  const answers = await view.locator("input[type=radio]").count();
  assert.ok(answers === 5 || answers === 6, "four bands, or four regions and elsewhere");
  await view.locator("input[value='2']").check();
  await view.getByRole("button", { name: "Save" }).click();
  await view.getByText("It counts from this month’s reports on.").waitFor();
  await view.goto("/account/background");
  assert.ok(await view.locator("input[value='2']").isChecked(), "what is told stands there");
  assert.match((await them.Elm.get("/account/export")).text, /"asked":"(region|years)","part":2/, "and among what we hold on her");
  await view.getByLabel("Rather not say").check();
  await view.getByRole("button", { name: "Save" }).click();
  await view.getByText("What you had told is erased", { exact: false }).waitFor();
  await view.goto("/account/background");
  assert.ok(await view.getByLabel("Rather not say").isChecked());
  assert.deepEqual(view.faults, []);
});
