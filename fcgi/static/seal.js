/* Earmarks are signed and sealed here, by a key that never leaves this browser: what the server carries on to the paymaster it cannot
   open. The form's own fields have no names, so they are never sent. Layouts: ledger/earmark/earmark.h, ledger/earmark/envelope.h. */
"use strict";

(() => {
  const SLOTS = 16, PLAIN = 512, NONCE = 32, SELECTOR = 240, SIGNED = 176;
  const STORE = "curbside sponsor key", TYPED = "curbside earmark";
  const form = document.querySelector("form[data-seal]");
  const words = new TextEncoder();
  if (!form || !window.sodium) return;

  const part = (name) => form.querySelector(`[data-part="${name}"]`);
  const problem = form.querySelector("[data-seal-problem]");
  const number = (view, at, value) => view.setBigUint64(at, BigInt(value));

  const BY_HAND = ["", "author of posting", "answers to posting", "votes on posting"], BY_SCRIPT = ["", "authors by", "answers by", "votes by"];
  const plaintext = async (sodium, terms, key) => {
    const plain = new Uint8Array(PLAIN), view = new DataView(plain.buffer);
    const chosen = words.encode(terms.script === "" ? `${BY_HAND[terms.kind]} ${terms.target}` : [BY_SCRIPT[terms.kind], terms.script, ...terms.values].join(" "));
    plain.set(words.encode("EMK1"));
    plain[4] = terms.kind;
    plain.set(sodium.from_hex(terms.campaign), 8);
    number(view, 32, terms.target);
    number(view, 40, terms.amount);
    number(view, 48, terms.cap);
    view.setUint32(56, terms.payees);
    plain.set(words.encode("USD"), 60);
    plain[63] = 2;
    number(view, 64, terms.from);
    number(view, 72, terms.to);
    plain.set(sodium.from_hex(terms.rule), 80);
    plain.set(new Uint8Array(await crypto.subtle.digest("SHA-256", chosen)), 112);
    plain.set(key.publicKey, 144);
    plain.set(chosen, SELECTOR);
    const context = words.encode("ldg/earmark/v1 sponsor\n"), message = new Uint8Array(context.length + SIGNED);
    message.set(context);
    message.set(plain.subarray(0, SIGNED), context.length);
    plain.set(sodium.crypto_sign_detached(message, key.privateKey), SIGNED);
    return plain;
  };

  const envelope = async (sodium, list, key, box) => {
    const size = 8 + NONCE + PLAIN, all = new Uint8Array(SLOTS * size), view = new DataView(all.buffer);
    for (let i = 0; i < SLOTS; i++) {
      all.set(sodium.randombytes_buf(NONCE), i * size + 8);
      if (i >= list.length) {
        all.set(words.encode("EMK1"), i * size + 8 + NONCE);
        continue;
      }
      number(view, i * size, list[i].until);
      all.set(await plaintext(sodium, list[i], key), i * size + 8 + NONCE);
    }
    return sodium.to_base64(sodium.crypto_box_seal(all, sodium.from_hex(box)), sodium.base64_variants.ORIGINAL);
  };

  const cents = (text) => {
    const [, whole, rest = ""] = /^\$?([0-9,]{1,12})(?:\.([0-9]{1,2}))?$/.exec(text.trim()) ?? [];
    return whole === undefined ? NaN : Number(whole.replace(/,/g, "")) * 100 + Number(rest.padEnd(2, "0"));
  };
  const script = () => form.querySelector("[data-part=on]:checked").value; /* "": chosen by hand */
  const group = () => form.querySelector(`fieldset[data-on="${script()}"]`);
  const typed = () => ({
    script: script(),
    target: script() === "" ? Number(part("target").value) : 0,
    kind: Number(form.querySelector("[data-part=kind]:checked").value),
    amount: cents(part("amount").value),
    cap: cents(part("cap").value),
    payees: Number(part("payees").value),
    until: Date.parse(`${part("until").value}T23:59:59Z`) / 1000,
  });
  const fault = (t) => t.script === "" && (!Number.isSafeInteger(t.target) || t.target < 1) ? [part("target"), "The posting is a whole number."]
    : t.script !== "" && selector.fault(group(), t.kind) !== null ? selector.fault(group(), t.kind)
    : !(t.amount >= 1) ? [part("amount"), "The amount each is a sum like 80 or 12.50."]
    : !(t.cap >= t.amount) ? [part("cap"), "The most in all must be at least the amount each: nobody could earn it."]
    : !Number.isSafeInteger(t.payees) || t.payees < 1 || t.payees > 100000 ? [part("payees"), "So many members: a whole number."]
    : !(t.until >= Number(form.dataset.now)) ? [part("until"), "The last day has passed already."]
    : null;

  /* Fields of what it is on stand there when that is chosen; what it would cover is said beside them. */
  const choose = () => {
    for (const one of form.querySelectorAll("[data-on]")) one.hidden = one.dataset.on !== script();
    if (group()) group().querySelector("[data-reach]").textContent = selector.words(group(), typed().kind, form);
  };
  /* What is typed, by the ids of its fields; of choices, the one that was made. */
  const inputs = () => [...form.querySelectorAll("[data-seal-with] input:not([type=file]), [data-seal-with] select")];
  const kept_fields = () => inputs().filter((one) => one.type !== "radio" || one.checked)
    .map((one) => (one.type === "radio" ? { part: one.dataset.part, value: one.value } : { id: one.id, value: one.value }));
  const restore = (fields) => {
    for (const { part: name, id, value } of fields) {
      const one = inputs().find((input) => (name ? input.dataset.part === name && input.value === value : input.id === id));
      if (one && name) one.checked = true;
      else if (one) one.value = value;
    }
  };

  const kept = (sodium) => {
    const text = localStorage.getItem(STORE);
    return text === null ? null : sodium.crypto_sign_seed_keypair(sodium.from_hex(text));
  };
  const keep = (seed) => localStorage.setItem(STORE, seed);
  const say = (text) => {
    problem.textContent = text;
    problem.hidden = text === "";
  };

  const start = (sodium) => {
    const file = part("key-file"), save = part("key-save"), about = part("key-about");
    const show = () => {
      const key = kept(sodium);
      about.textContent = key === null ? "A signing key is made in this browser when you place the first earmark. Keep a copy: without it only this browser can sign."
        : `This browser signs with ${sodium.to_hex(key.publicKey).slice(0, 16)}…`;
      save.hidden = key === null;
    };
    form.querySelector("[data-seal-with]").hidden = false;
    form.querySelector("[data-seal-without]").open = false;
    show();
    file.addEventListener("change", async () => {
      const text = (await file.files[0].text()).trim();
      if (!/^[0-9a-f]{64}$/.test(text)) return say("That file is no signing key.");
      keep(text);
      say("");
      show();
    });
    save.addEventListener("click", () => {
      const link = document.createElement("a");
      link.href = URL.createObjectURL(new Blob([localStorage.getItem(STORE) + "\n"], { type: "text/plain" }));
      link.download = "curbside-signing-key";
      link.click();
      URL.revokeObjectURL(link.href);
    });

    /* What was typed and refused comes back from here: the server never had it. */
    const before = JSON.parse(sessionStorage.getItem(TYPED) ?? "null");
    sessionStorage.removeItem(TYPED);
    if (before !== null && before.campaign === form.dataset.campaign && document.querySelector(".problems"))
      restore(before.fields);
    form.addEventListener("input", choose);
    choose();

    form.addEventListener("submit", async (event) => {
      if (form.elements.envelope.value !== "") return; /* sealed elsewhere, or just now */
      event.preventDefault();
      const terms = typed(), wrong = fault(terms);
      if (wrong !== null) {
        say(wrong[1]);
        wrong[0].focus();
        return;
      }
      sessionStorage.setItem(TYPED, JSON.stringify({ campaign: form.dataset.campaign, fields: kept_fields() }));
      if (kept(sodium) === null) keep(sodium.to_hex(sodium.randombytes_buf(32)));
      const key = kept(sodium), rules = form.dataset.rules.split(" ");
      form.elements.public_key.value = sodium.to_hex(key.publicKey);
      form.elements.envelope.value = await envelope(sodium, [{
        ...terms,
        values: terms.script === "" ? [] : await selector.values(group()),
        payees: terms.kind === 1 && terms.script === "" ? 1 : terms.payees, /* a posting has one author */
        campaign: form.dataset.campaign,
        rule: rules[terms.kind - 1],
        from: Number(form.dataset.now),
        to: Math.min(terms.until, Number(form.dataset.month)),
      }], key, form.dataset.box);
      form.submit();
    });
  };
  window.sodium.ready.then(() => start(window.sodium));
})();
