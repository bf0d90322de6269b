/* Judges receipts (c2sp.org/tlog-proof@v1) in the browser: signature, way up the tree, what the entry says, and that a promise was what its
   commitment holds. Layouts: ledger/log/leaf.h, ledger/log/receipt.h, ledger/earmark/earmark.h. */
"use strict";

(() => {
  const form = document.querySelector("form[data-verify]"), found = document.querySelector("[data-verify-found]");
  if (!form || !window.crypto?.subtle) return;
  const keys = form.querySelector("#verify-keys"), files = form.querySelector("#verify-receipt");
  const words = new TextEncoder();
  const TREE_LEAF = 0, TREE_NODE = 1, KEY_LOG = 1, KEY_WITNESS = 4, KINDS = ["padding", "account", "transfer", "commitment"];
  const CODES = { 1: "deposit", 2: "reward", 3: "refund", 4: "payout", 5: "correction", 6: "expiry" };

  const bytes = (...parts) => {
    const all = new Uint8Array(parts.reduce((size, part) => size + part.length, 0));
    parts.reduce((at, part) => (all.set(part, at), at + part.length), 0);
    return all;
  };
  const sha256 = async (...parts) => new Uint8Array(await crypto.subtle.digest("SHA-256", bytes(...parts)));
  const base64 = (text) => Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
  const hex = (data) => [...data].map((b) => b.toString(16).padStart(2, "0")).join("");
  const same = (a, b) => a.length === b.length && a.every((byte, i) => byte === b[i]);
  const number = (data, at) => Number(new DataView(data.buffer, data.byteOffset).getBigUint64(at));
  const money = (cents) => `$${Math.floor(cents / 100).toLocaleString("en-US")}.${String(cents % 100).padStart(2, "0")}`;
  const day = (seconds) => new Date(seconds * 1000).toISOString().replace("T", " ").slice(0, 16) + " UTC";
  class Wrong extends Error {}
  const must = (good, why) => {
    if (!good) throw new Wrong(why);
  };

  /* Browsers that do not know Ed25519 yet take libsodium's. */
  const sodium = () => window.sodium?.ready.then(() => window.sodium) ?? new Promise((done, fail) => {
    const script = document.createElement("script");
    script.src = "/static/sodium.js";
    script.addEventListener("load", () => window.sodium.ready.then(() => done(window.sodium)));
    script.addEventListener("error", fail);
    document.head.append(script);
  });
  const signed = async (key, message, signature) => {
    try {
      const known = await crypto.subtle.importKey("raw", key, { name: "Ed25519" }, false, ["verify"]);
      return await crypto.subtle.verify({ name: "Ed25519" }, known, signature, message);
    } catch {
      return (await sodium()).crypto_sign_verify_detached(signature, message, key);
    }
  };

  /* name+hash+base64(type || key): the hash binds name, type and key (C2SP signed-note). */
  const keyRead = async (line) => {
    const [, name, id, rest] = /^(.+)\+([0-9a-f]{8})\+([A-Za-z0-9+/=]+)$/.exec(line.trim()) ?? [];
    must(name !== undefined, `“${line.trim().slice(0, 40)}” is no key.`);
    const data = base64(rest);
    must(data.length === 33 && (data[0] === KEY_LOG || data[0] === KEY_WITNESS), `The key of ${name} is of a kind this page does not know.`);
    must(hex((await sha256(words.encode(`${name}\n`), data)).subarray(0, 4)) === id, `The key of ${name} is damaged.`);
    return { name, id, type: data[0], key: data.subarray(1) };
  };

  /* Whose signatures under the head hold: the log's must, witnesses' are told. */
  const headRead = async (note, known) => {
    const end = note.lastIndexOf("\n\n");
    must(end > 0, "There is no signed head in it.");
    const text = note.slice(0, end + 1), [origin, size, root] = text.split("\n");
    const head = { origin, size: Number(size), root: base64(root), log: false, witnesses: [] };
    must(/^[1-9][0-9]*$/.test(size) && head.root.length === 32, "The signed head is damaged.");
    for (const line of note.slice(end + 2).split("\n").filter((one) => one !== "")) {
      const [, name, rest] = /^— (\S+) (\S+)$/.exec(line) ?? [];
      must(name !== undefined, "A signature line is damaged.");
      const data = base64(rest), id = hex(data.subarray(0, 4));
      const key = known.find((one) => one.name === name && one.id === id);
      if (data.length === 68 && key?.type === KEY_LOG && name === origin) head.log ||= await signed(key.key, words.encode(text), data.subarray(4));
      if (data.length === 76) {
        const at = number(data, 4);
        const holds = key?.type === KEY_WITNESS && await signed(key.key, words.encode(`cosignature/v1\ntime ${at}\n${text}`), data.subarray(12));
        must(key === undefined || holds, `The signature of ${name} does not hold.`);
        head.witnesses.push({ name, at, holds });
      }
    }
    must(head.log, "The head is not signed by any of these keys.");
    return head;
  };

  /* RFC 9162, 2.1.3.2: from the leaf up to the root. Numbers stay below 2^53. */
  const rootOf = async (hash, index, size, way) => {
    let at = index, last = size - 1, root = hash;
    for (const step of way) {
      must(last > 0, "The way up the tree is too long.");
      if (at % 2 === 1 || at === last) {
        root = await sha256([TREE_NODE], step, root);
        while (at % 2 === 0 && at > 0) [at, last] = [at / 2, Math.floor(last / 2)];
      } else root = await sha256([TREE_NODE], root, step);
      [at, last] = [Math.floor(at / 2), Math.floor(last / 2)];
    }
    must(last === 0, "The way up the tree is too short.");
    return root;
  };

  const leafRead = (leaf) => {
    must(leaf.length >= 72 && hex(leaf.subarray(0, 4)) === "4c444731", "The entry is of no layout this page knows.");
    const kind = KINDS[leaf[4]] ?? "other", says = { kind, seq: number(leaf, 8), at: number(leaf, 16) };
    if (kind === "transfer") {
      must(leaf.length === 208, "The entry is damaged.");
      says.cents = number(leaf, 120);
      says.code = CODES[new DataView(leaf.buffer).getUint32(132)] ?? "transfer";
    }
    if (kind === "commitment") says.commitment = leaf.subarray(72, 104);
    return says;
  };

  const receiptRead = async (text, known) => {
    const split = text.indexOf("\n\n"), lines = text.slice(0, split).split("\n");
    must(lines[0] === "c2sp.org/tlog-proof@v1" && lines[1]?.startsWith("extra ") && lines[2]?.startsWith("index "), "That is no receipt.");
    const leaf = base64(lines[1].slice(6)), index = Number(lines[2].slice(6)), way = lines.slice(3).map(base64);
    const head = await headRead(text.slice(split + 2), known);
    must(Number.isSafeInteger(index) && index < head.size && way.every((hash) => hash.length === 32), "The receipt is damaged.");
    const root = await rootOf(await sha256([TREE_LEAF], leaf), index, head.size, way);
    must(same(root, head.root), "The entry is not in the tree that was signed.");
    const says = leafRead(leaf);
    must(says.seq === index, "The entry stands at another place than it says.");
    return { ...says, head };
  };

  /* The selector text says what it is on: a posting, or a script's hash and values. */
  const onWhat = (plain) => new TextDecoder().decode(plain.subarray(240)).replace(/\0+$/, "") || "nothing";
  const openingRead = async (text) => {
    const pairs = text.trim();
    must(/^(?:[0-9a-f]{2}){544}$/.test(pairs), "That is neither a receipt nor an opening.");
    const opening = Uint8Array.from(pairs.match(/../g), (pair) => parseInt(pair, 16)), plain = opening.slice(32);
    return {
      commitment: await sha256(words.encode("ldg/earmark/v1\n"), opening),
      promise: `${money(number(plain, 40))} each for ${onWhat(plain)}, ${money(number(plain, 48))} in all, by the rule with the SHA-256 ${hex(plain.subarray(80, 112))}`,
    };
  };

  /* --- what is told --- */

  const tell = (good, title, lines) => {
    const box = document.createElement("div"), head = document.createElement("p"), list = document.createElement("ul");
    box.className = good ? "notice good" : "notice bad";
    head.append(Object.assign(document.createElement("strong"), { textContent: title }));
    list.append(...lines.map((line) => Object.assign(document.createElement("li"), { textContent: line })));
    box.append(head);
    if (lines.length > 0) box.append(list);
    found.append(box);
  };
  const tellReceipt = (name, r) => {
    const what = r.kind === "transfer" ? `a ${r.code} of ${money(r.cents)}` : r.kind === "commitment" ? `the commitment ${hex(r.commitment).slice(0, 16)}…` : `an entry (${r.kind})`;
    tell(true, `${name}: ${what} stands in the ledger.`, [
      `Entry ${r.seq.toLocaleString("en-US")} of ${r.head.size.toLocaleString("en-US")} in ${r.head.origin}, written ${day(r.at)}.`,
      "The head of the tree is signed with the ledger’s key.",
      ...r.head.witnesses.map((w) => `${w.name} saw this head ${day(w.at)}${w.holds ? ", and its signature holds" : " (put its key above to check its signature)"}.`),
    ]);
  };

  const judge = async (list) => {
    found.replaceChildren();
    let known = [];
    try {
      known = await Promise.all(keys.value.split("\n").filter((line) => line.trim() !== "").map(keyRead));
      must(known.length > 0, "There is no key to judge by.");
    } catch (error) {
      tell(false, error instanceof Wrong ? error.message : "A key cannot be read.", []);
      return;
    }
    const receipts = [], openings = [];
    for (const { name, text } of list) {
      try {
        if (text.startsWith("c2sp.org/")) {
          const receipt = await receiptRead(text, known);
          receipts.push(receipt);
          tellReceipt(name, receipt);
        } else openings.push({ name, ...await openingRead(text) });
      } catch (error) {
        tell(false, `${name}: this proves nothing. ${error instanceof Wrong ? error.message : "It is damaged."}`, []);
      }
    }
    for (const { name, commitment, promise } of openings) {
      const at = receipts.find((r) => r.kind === "commitment" && same(r.commitment, commitment));
      if (at) tell(true, `${name}: this was promised.`, [promise + ".", `It stands in entry ${at.seq.toLocaleString("en-US")}, written ${day(at.at)}: nothing of it was chosen afterwards.`]);
      else tell(false, `${name}: no receipt here holds its commitment.`, [promise + "."]);
    }
  };

  const fetched = async (path, name) => {
    const answer = await fetch(path, { credentials: "same-origin" });
    return answer.ok ? { name, text: await answer.text() } : null;
  };
  /* Come from a payment (#12): its own files are fetched, all of them, and judged as they are. */
  const start = async () => {
    const key = await fetched("/vkey", "vkey");
    if (key !== null) keys.value = key.text.trim();
    const [, id] = /^#([0-9]{1,15})$/.exec(location.hash) ?? [];
    if (id === undefined) return;
    const list = [await fetched(`/earnings/${id}/receipt`, "Receipt")];
    for (let part = 1; part <= 50; part++) {
      const proof = await fetched(`/earnings/${id}/receipt?part=${part}`, `Part ${part}, commitment`);
      if (proof === null) break;
      list.push(proof, await fetched(`/earnings/${id}/receipt?part=${part}&opening=1`, `Part ${part}, promise`));
    }
    if (list[0] !== null) await judge(list.filter((one) => one !== null));
  };

  form.hidden = false;
  document.querySelector("[data-verify-without]").hidden = true;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    await judge(await Promise.all([...files.files].map(async (file) => ({ name: file.name, text: await file.text() }))));
  });
  start().catch(() => {});
})();
