/* Earmarks by a selector: its values out of the form, and what it would have covered in the last closed month. The count is worked out here, from
   figures that every sponsor's page holds whole: a request for one count would tell the server what is wanted. It is of single columns, so it
   says at most how much fits; that no column is crossed with another is on purpose (ledger/earmark/reach.h). Layout of the selector: ledger/earmark/earmark.h. */
"use strict";

const selector = (() => {
  const KINDS = ["questions", "cases", "observations", "answers"], ANSWERS = 4, MEMBERS_STEP = 50, POSTINGS_STEP = 10;
  const NUMBER_BYTES = 6; /* of the SHA-256 of a name: what a script compares (select_number) */
  const VOTES = 3;

  const named = (field) => field.dataset.unit === "topic" || field.dataset.unit === "specialty";
  const option = (field) => [...(field.list?.options ?? [])].find((one) => one.value === field.value.trim());
  const fields = (group) => [...group.querySelectorAll("[data-value]")];

  async function number(name) {
    const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(name)));
    return hash.slice(0, NUMBER_BYTES).reduce((sum, byte) => sum * 256 + byte, 0);
  }

  /* What is wrong with the first field that is, as [field, words]; null when nothing is. `pays`: 1 authors, 2 who answers, 3 who votes. */
  function fault(group, pays) {
    for (const field of fields(group)) {
      const text = field.value.trim(), { value, unit, low, high } = field.dataset;
      if (text === "" || named(field)) continue;
      if (!/^[0-9]{1,16}$/.test(text) || Number(text) < Number(low) || Number(text) > Number(high))
        return [field, `“${value}” is a whole number from ${low} to ${high}.`];
      if (unit === "kind" && pays === 2 && Number(text) !== 0 && Number(text) !== ANSWERS)
        return [field, "Who answers earns by answers alone: choose answers, or any kind."];
    }
    return null;
  }

  /* Numbers of its constants, in the order it declares them. */
  const values = (group) => Promise.all(fields(group).map((field) => {
    const text = field.value.trim();
    return text === "" ? Number(field.dataset.own) : named(field) ? number(text) : Number(text);
  }));

  const about = (count, step, what) => (count < step ? `fewer than ${step} ${what}` : `at least ${count} ${what}`);

  /* Postings that fit, by topic and kind alone; null when the figures do not say. */
  function postings(group, pays) {
    const of = (unit) => fields(group).find((field) => field.dataset.unit === unit && field.value.trim() !== "" && field.value !== "0");
    const topic = of("topic"), kind = pays === 2 ? ANSWERS : Number(of("kind")?.value ?? 0);
    if (!topic) return null;
    const counts = (option(topic)?.dataset.counts ?? "0 0 0 0").split(" ").map(Number);
    const sum = kind === 0 ? counts.reduce((a, b) => a + b, 0) : counts[kind - 1];
    return about(sum, POSTINGS_STEP, `${kind === 0 ? "postings" : KINDS[kind - 1]} in threads on ${topic.value.trim()}`);
  }

  /* Its audience: everybody active, or for pay to authors those who show the specialty. */
  function audience(group, pays, form) {
    const field = fields(group).find((one) => one.dataset.unit === "specialty" && one.value.trim() !== "");
    const narrow = field && pays !== VOTES;
    return { members: Number(narrow ? option(field)?.dataset.members ?? 0 : form.dataset.active), field: narrow ? field : null };
  }

  function words(group, pays, form) {
    const { counted } = form.dataset, least = Number(form.dataset.audience);
    if (counted === "") return "How much fits is counted when a month is settled; none is yet.";
    const fit = postings(group, pays), { members, field } = audience(group, pays, form);
    const who = about(members, MEMBERS_STEP, field ? `active members who show ${field.value.trim()}` : "active members");
    const enough = members >= least ? "enough" : members + MEMBERS_STEP <= least ? "too few, so it would pay nobody" : "perhaps too few: then it pays nobody";
    return `In ${counted}${fit === null ? "" : `, ${fit}; the other choices may narrow that`}. Audience: ${who}, of ${least} needed: ${enough}.`;
  }

  return { fault, values, words };
})();
