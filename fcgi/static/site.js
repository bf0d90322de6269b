/* What script adds: nothing here is needed to use a page. Similar questions while a title is typed, a preview beside the text,
 * 
 * drafts saved while they are written, times in words, keys. No markup is made from strings but the server's own preview. */
"use strict";

(() => {
  const wait = (ms, call) => {
    let timer = 0;
    return (...given) => {
      clearTimeout(timer);
      timer = setTimeout(call, ms, ...given);
    };
  };
  const all = (selector, from = document) => Array.from(from.querySelectorAll(selector));
  /* make("p", { class: "small" }, "words", node, ...) */
  const make = (name, attributes, ...inside) => {
    const node = document.createElement(name);
    for (const [key, value] of Object.entries(attributes || {})) node.setAttribute(key, value);
    node.append(...inside);
    return node;
  };
  /* Storage may be switched off; then nothing is kept, and nothing else changes. */
  const kept = (store, key, value) => {
    try {
      if (value === undefined) return window[store].getItem(key);
      if (value === null) window[store].removeItem(key);
      else window[store].setItem(key, value);
    } catch { /* as if there were none */ }
    return null;
  };

  /* ---- times: the page says the day, here it becomes "5 min ago" ---- */
  const ago = (ms) => {
    const minutes = Math.floor(ms / 60000);
    if (minutes < 1) return "just now";
    if (minutes < 60) return `${minutes} min ago`;
    if (minutes < 24 * 60) return `${Math.floor(minutes / 60)} h ago`;
    const days = Math.floor(minutes / (24 * 60));
    return days === 1 ? "yesterday" : days < 30 ? `${days} days ago` : "";
  };
  const exact = new Intl.DateTimeFormat("en", { dateStyle: "long", timeStyle: "short" });
  const tell_times = () => {
    for (const time of all("time[datetime]")) {
      const at = Date.parse(time.dateTime);
      if (!Number.isFinite(at)) continue;
      time.title = exact.format(at);
      const words = ago(Date.now() - at);
      if (words && Date.now() >= at && /\d{4}$/.test(time.textContent)) time.textContent = words;
    }
  };

  /* ---- similar questions under a title ---- */
  const similar_row = (row) => {
    const facts = make("p", { class: "facts" });
    const state = { solved: "state solved", "case study": "state solved", reference: "state reference" }[row.state] || "state";
    facts.append(make("span", { class: state }, row.state),
      make("span", {}, row.source || `${row.answers} ${row.answers === 1 ? "answer" : "answers"}`));
    if (row.corroborations > 0)
      facts.append(make("span", {}, `${row.corroborations} ${row.corroborations === 1 ? "corroboration" : "corroborations"}`));
    return make("li", {}, make("h3", {}, make("a", { href: `/q/${Number(row.id)}` }, row.title)), facts);
  };
  const similar_start = (input) => {
    const place = document.getElementById(input.dataset.similar);
    const status = make("p", { class: "hidden", role: "status" });
    let running = null;
    place.before(status);
    place.removeAttribute("aria-live");
    const look = wait(150, async () => {
      if (running) running.abort();
      const title = input.value.trim();
      if ([...title].length < 10) {
        place.replaceChildren();
        status.textContent = "";
        return;
      }
      running = new AbortController();
      try {
        const answer = await fetch(`/similar?q=${encodeURIComponent(title)}`,
          { headers: { Accept: "application/json" }, signal: running.signal });
        if (!answer.ok) return;
        const { rows } = await answer.json();
        status.textContent = rows.length ? `${rows.length} similar questions` : "No similar question";
        place.replaceChildren();
        if (rows.length)
          place.append(make("h2", {}, "Asked before?"), make("ul", { class: "threads" }, ...rows.map(similar_row)));
      } catch { /* typed on, or not there: the form works without */ }
    });
    input.addEventListener("input", look);
  };

  /* ---- preview and marks beside a text ---- */
  const policy = window.trustedTypes
    ? window.trustedTypes.createPolicy("preview", { createHTML: (markup) => markup })
    : { createHTML: (markup) => markup };
  const markup_nodes = (markup) => {
    const holder = document.createElement("template");
    holder.innerHTML = policy.createHTML(markup); /* the server's own rendering, as it will stand in the page */
    return holder.content;
  };
  const severity_words = { block: "It cannot be posted with this.", warn: "Please look at this.", hint: "Only a hint." };
  const span_row = (span) => {
    const row = make("li", { class: span.severity },
      make("p", { class: "what" }, make("span", { class: "category" }, span.category), " ",
        make("strong", {}, severity_words[span.severity] || "")),
      make("q", {}, span.before, make("mark", {}, span.text), span.after), make("p", {}, span.words));
    if (span.change)
      row.append(make("p", {}, make("button", { name: "change", value: span.change, formnovalidate: "" }, `Write “${span.instead}” instead`)));
    return row;
  };
  const preview_start = (form) => {
    const text = form.querySelector("textarea");
    const title = form.querySelector("input[name=title]");
    const shown = make("section", { class: "preview", "aria-label": "Preview" });
    const marks = make("div", { role: "status" });
    const body = make("div", { class: "card prose" });
    let running = null;
    for (const old of all("[data-preview-static], button[name=preview]", form)) old.hidden = true;
    shown.append(make("h2", {}, "Preview"), body);
    shown.hidden = true;
    form.append(shown);
    text.closest(".field").append(marks);
    const show = wait(400, async () => {
      if (running) running.abort();
      if (text.value.trim() === "") {
        shown.hidden = true;
        marks.replaceChildren();
        return;
      }
      running = new AbortController();
      try {
        const answer = await fetch("/preview", {
          method: "POST", signal: running.signal, headers: { Accept: "application/json" },
          body: new URLSearchParams({ form: form.dataset.preview, title: title ? title.value : "", body: text.value }),
        });
        if (!answer.ok) return;
        const made = await answer.json();
        body.replaceChildren(markup_nodes(made.body));
        shown.hidden = false;
        for (const old of all(".guard", form)) if (!marks.contains(old)) old.remove();
        marks.replaceChildren();
        if (made.spans.length)
          marks.append(make("div", { class: "notice bad guard" },
            make("p", {}, make("strong", {}, "Could this point to a patient?")),
            make("ul", { class: "spans" }, ...made.spans.map(span_row))));
      } catch { /* typed on, or not there */ }
    });
    text.addEventListener("input", show);
    if (title) title.addEventListener("input", show);
    if (text.value !== "") show();
  };

  /* ---- drafts: kept by the house within five seconds; by this tab while the house cannot be reached ---- */
  const draft_values = (form) => {
    const values = {};
    for (const field of all("textarea[name], select[name], input[type=text][name], input[type=month][name], input[type=radio][name]:checked, input[data-kept]", form))
      if (field.type !== "checkbox" || field.checked) values[field.name] ??= field.value;
    return values;
  };
  const draft_fill = (form, values) => {
    for (const [name, value] of Object.entries(values))
      for (const field of all("textarea, select, input[type=text], input[type=month], input[type=radio], input[data-kept]", form)) {
        if (field.name !== name) continue;
        if (field.type === "radio" || field.type === "checkbox") field.checked = field.value === value;
        else field.value = value;
        field.dispatchEvent(new Event("input"));
      }
  };
  const draft_empty = (form) => all("textarea", form).every((field) => field.value === "");
  const hour = (iso) => new Date(iso).toTimeString().slice(0, 5);
  const draft_start = (form) => {
    const place = form.dataset.keep;
    const key = `draft:${place}`;
    const bar = form.querySelector("[data-draft]");
    const said = bar ? bar.querySelector("[role=status]") : make("span", { class: "quiet small", role: "status" });
    if (!bar) form.querySelector(".buttons button.primary")?.after(said);
    let soon = 0, latest = 0, running = null, again = false, dirty = false, over = false;
    const offer_delete = () => {
      if (!bar.querySelector("button[formaction='/draft/remove']"))
        said.after(make("button", { class: "link", name: "button_form", value: bar.dataset.remove,
          formaction: "/draft/remove", formnovalidate: "" }, "Delete this draft"));
    };
    const unsaved = (words) => {
      kept("sessionStorage", key, JSON.stringify(draft_values(form)));
      said.textContent = words;
    };
    const stop = () => {
      clearTimeout(soon);
      clearTimeout(latest);
      soon = latest = 0;
    };
    const save = async (leaving) => {
      stop();
      if (over || !dirty) return;
      if (!bar) { /* a form that has no place in the house's drafts */
        dirty = false;
        unsaved(draft_empty(form) ? "" : "Kept in this tab.");
        return;
      }
      if (running && !leaving) {
        again = true;
        return;
      }
      dirty = again = false;
      running = new AbortController();
      try {
        const answer = await fetch("/draft", {
          method: "POST", signal: running.signal, keepalive: leaving === true, headers: { Accept: "application/json" },
          body: new URLSearchParams({ ...draft_values(form), place, request: form.elements.request.value, button_form: bar.dataset.draft }),
        });
        if (answer.ok) {
          const made = await answer.json();
          kept("sessionStorage", key, null);
          said.textContent = made.saved ? `Draft saved ${hour(made.iso)}. ${made.words}`.trim() : "";
          if (made.saved) offer_delete();
        } else if (answer.status === 409 || answer.status === 403) {
          unsaved("Not saved: you are signed out. This tab keeps what you typed until you are back.");
        } else {
          dirty = true;
          unsaved("Not saved yet. This tab keeps what you typed, and it is tried again.");
        }
      } catch {
        if (!over) {
          dirty = true;
          unsaved("Not saved yet. This tab keeps what you typed, and it is tried again.");
        }
      }
      running = null;
      if (again || dirty) soon = setTimeout(save, again ? 1000 : 5000);
    };
    form.addEventListener("input", () => {
      dirty = true;
      clearTimeout(soon);
      soon = setTimeout(save, 1000);
      latest ||= setTimeout(save, 3500);
    });
    document.addEventListener("visibilitychange", () => document.visibilityState === "hidden" && save(true));
    form.addEventListener("submit", () => {
      over = true;
      stop();
      if (running) running.abort();
      kept("sessionStorage", key, null);
    });
    window.addEventListener("pageshow", (event) => { if (event.persisted) over = false; });
    if (document.getElementById("problems")) return;
    const mine = JSON.parse(kept("sessionStorage", key) || "null");
    if (mine) {
      draft_fill(form, mine);
      dirty = true;
      said.textContent = "Your draft is back, from this tab.";
      save();
    } else if (bar && place.startsWith("answer-") && draft_empty(form)) { /* other pages come with their draft in them */
      const look = new IntersectionObserver(async (seen) => {
        if (!seen.some((one) => one.isIntersecting)) return;
        look.disconnect();
        try {
          const answer = await fetch(`/drafts?place=${encodeURIComponent(place)}`, { headers: { Accept: "application/json" } });
          const [row] = answer.ok ? (await answer.json()).rows : [];
          if (!row || !draft_empty(form)) return;
          draft_fill(form, Object.fromEntries(row.fields.map((field) => [field.name, field.value])));
          said.textContent = `Your draft is back, saved ${row.saved}. ${row.left_out}`.trim();
          offer_delete();
        } catch { /* the form serves without */ }
      }, { rootMargin: "300px" });
      look.observe(form);
    }
  };

  /* ---- pictures: put where one is writing ---- */
  const image_start = (box) => {
    const form = box.closest("form");
    const text = form.querySelector("textarea[name=body]");
    const said = box.querySelector("[role=status]");
    const [file, alt, clean] = ["picture", "alt", "clean"].map((name) => box.querySelector(`input[name=${name}]`));
    const button = box.querySelector("button[formaction]");
    const missing = () => {
      if (file.files.length === 0) return [file, "Choose a picture first."];
      if (file.files[0].size > 5 * 1024 * 1024) return [file, "The picture is over 5 MB: make it smaller, or cut out what matters."];
      if (alt.value.trim() === "") return [alt, "Say in words what the picture shows."];
      return clean.checked ? null : [clean, "Look at the picture once more, and tick that it shows no face, no label and no name."];
    };
    /* The pictures of the text, each with a button that takes it out: the server's list, kept in step while one types. */
    const picture = /!\[((?:\\.|[^\]\\])*)\]\(image:(\d+x\d+-[a-p]{30})\)/g;
    const list = form.querySelector(".images-in") || make("ul", { class: "images-in", "aria-label": "Pictures in the text" });
    box.before(list);
    const list_show = () => {
      const there = [...text.value.matchAll(picture)].map(([whole, words, id]) => ({ whole, id, words: words.replace(/\\(.)/g, "$1") }));
      const key = JSON.stringify(there);
      if (list.dataset.shown === key) return;
      list.dataset.shown = key;
      list.hidden = there.length === 0;
      list.replaceChildren(...there.map(({ whole, id, words }) => {
        const out = make("button", { type: "button" }, "Take it out", make("span", { class: "hidden" }, `: ${words}`));
        out.addEventListener("click", () => {
          text.value = text.value.replace(`${whole}\n\n`, "").replace(whole, "").trimEnd();
          text.dispatchEvent(new Event("input", { bubbles: true }));
          said.textContent = "The picture is out of the text.";
          text.focus();
        });
        return make("li", {}, make("img", { src: `/image/${id}/small`, alt: words }), out);
      }));
    };
    text.addEventListener("input", list_show);
    list_show();
    const put = (markdown) => {
      const [from, to] = [text.selectionStart, text.selectionEnd];
      const before = text.value.slice(0, from), after = text.value.slice(to);
      const gap = before === "" || before.endsWith("\n\n") ? "" : before.endsWith("\n") ? "\n" : "\n\n";
      text.setRangeText(`${gap}${markdown}${after.startsWith("\n") ? "\n" : "\n\n"}`, from, to, "end");
      text.dispatchEvent(new Event("input", { bubbles: true }));
      text.focus();
    };
    button.addEventListener("click", async (event) => {
      event.preventDefault();
      const lack = missing();
      if (lack) {
        said.textContent = lack[1];
        lack[0].focus();
        return;
      }
      const body = new FormData();
      for (const [name, value] of [["button_form", button.value], ["place", form.elements.place.value], ["alt", alt.value],
        ["clean", "1"], ["picture", file.files[0]]]) body.append(name, value);
      button.disabled = true;
      said.textContent = "The picture is on its way.";
      try {
        const answer = await fetch("/image", { method: "POST", headers: { Accept: "application/json" }, body });
        const made = await answer.json();
        if (answer.ok) {
          put(made.markdown);
          file.value = alt.value = "";
          clean.checked = false;
          said.textContent = "The picture is in the text.";
        } else {
          said.textContent = made.faults?.map((fault) => fault.words).join(" ") || made.words;
        }
      } catch {
        said.textContent = "The picture did not arrive. Try again in a moment.";
      }
      button.disabled = false;
    });
  };

  /* ---- own vote: chosen again in its form ---- */
  const vote_start = (mine) => {
    const form = mine.closest("form");
    const stance = form.querySelector(`input[name=stance][value="${Number(mine.dataset.stance)}"]`);
    if (stance) stance.checked = true;
    form.querySelector("select[name=patients]").value = String(Number(mine.dataset.patients));
  };

  /* ---- kinds: the ask form shows only what belongs to the kind chosen ---- */
  const kinds_start = (place) => {
    const groups = all("[data-kind]", place.form || place.closest("form"));
    const show = () => {
      const chosen = place.querySelector("input:checked")?.value;
      for (const group of groups) {
        const filled = all("textarea, select, input", group).some((field) => field.value !== "" && field.value !== "0");
        group.hidden = group.dataset.kind !== chosen && !filled; /* what was typed is never hidden */
      }
    };
    place.addEventListener("change", show);
    place.closest("form").addEventListener("input", show);
    show();
  };

  /* ---- keys ---- */
  const keys = [
    ["/", "Search"], ["j", "Next in the list, or next answer"], ["k", "The one before"], ["o", "Open it"],
    ["c", "Corroborate the answer you are at"], ["d", "Dispute it"], ["s", "Cannot say"],
    ["a", "Write an answer, or ask"], ["e", "Edit what you are at, if it is yours"], ["?", "These keys"],
    ...(document.querySelector(".application") ? [["1 – 8", "At the door and the desk: that decision on what you are at, and then its reason"]] : []),
  ];
  const keys_on = () => kept("localStorage", "keys") !== "off";
  const stops = () => all("main .threads > li, main article[id], main .answer");
  let at = null;
  const move = (step) => {
    const list = stops();
    if (list.length === 0) return;
    const now = list.indexOf(at);
    at = list[Math.max(0, Math.min(list.length - 1, now < 0 ? 0 : now + step))];
    const link = at.matches(".answer, article") ? null : at.querySelector("a");
    if (!link) at.tabIndex = -1;
    (link || at).focus({ preventScroll: true });
    at.scrollIntoView({ block: "nearest" });
  };
  const vote = (stance) => {
    const place = at && at.matches(".answer, article") ? at : document.querySelector(".answer");
    const choice = place && place.querySelector(`input[name=stance][value="${stance}"]`);
    if (!choice || choice.offsetParent === null) return;
    choice.checked = true;
    choice.form.querySelector(stance === 3 ? "button" : "select").focus();
  };
  const help = () => {
    const sheet = make("dialog", { "aria-labelledby": "keys-title" });
    const tick = make("input", { type: "checkbox", id: "keys-on" });
    tick.checked = keys_on();
    tick.addEventListener("change", () => kept("localStorage", "keys", tick.checked ? null : "off"));
    sheet.append(make("h2", { id: "keys-title" }, "Keys"),
      make("dl", { class: "keys" }, ...keys.flatMap(([key, words]) => [make("dt", {}, make("kbd", {}, key)), make("dd", {}, words)])),
      make("p", {}, make("label", { class: "inline", for: "keys-on" }, tick, "Use these keys on this device")),
      make("form", { method: "dialog", class: "buttons" }, make("button", { class: "primary" }, "Close")));
    sheet.addEventListener("close", () => sheet.remove());
    document.body.append(sheet);
    sheet.showModal();
  };
  const press = {
    "/": () => document.getElementById("q")?.focus(),
    j: () => move(1), k: () => move(-1),
    o: () => at?.querySelector("a")?.click(),
    c: () => vote(1), d: () => vote(2), s: () => vote(3),
    a: () => {
      const body = document.getElementById("answer-body");
      if (body) body.focus();
      else document.querySelector("a[href='/ask']")?.click();
    },
    e: () => {
      const place = at && at.matches(".answer, article") ? at : document.querySelector("main article[id]");
      place?.querySelector("a[href^='/p/'][href$='/edit']")?.click();
    },
    "?": help,
  };
  /* At the door a digit is the decision that shows it, for the application one is at and no other. */
  const decide = (key) => {
    const place = document.activeElement?.closest(".application") || (at && at.matches(".application") ? at : null);
    return place ? place.querySelector(`button[data-key="${Number(key)}"]`) : null;
  };
  /* At the desk a decision against a posting has a reason, by one more key; what cannot be undone asks for it even where one is proposed. */
  const decide_because = (button) => {
    const reason = button.form.elements.reason;
    if (!reason || reason.tagName !== "SELECT" || button.value === "1" || (reason.value !== "0" && !button.matches(".danger"))) {
      button.click();
      return;
    }
    const sheet = make("dialog", { "aria-labelledby": "because-title" });
    const choose = (value) => {
      reason.value = value;
      sheet.close();
      const words = button.form.elements.words;
      if (words.value !== "" || (button.value !== "3" && value !== "7")) {
        button.click();
        return;
      }
      words.focus(); /* needed as well; Enter there is this decision, and not the form's first button */
      words.addEventListener("keydown", (event) => {
        if (event.key !== "Enter") return;
        event.preventDefault();
        button.click();
      });
    };
    const reasons = Array.from(reason.options).filter(({ value }) => value !== "0").map(({ value, text }) => {
      const one = make("button", { type: "button" }, make("kbd", {}, value), ` ${text}`);
      one.addEventListener("click", () => choose(value));
      return make("li", {}, one);
    });
    sheet.append(make("h2", { id: "because-title" }, `${button.dataset.words}: why?`), make("ul", { class: "because" }, ...reasons),
      make("form", { method: "dialog", class: "buttons" }, make("button", {}, "Not now")));
    sheet.addEventListener("keydown", (event) => {
      const one = reasons[Number(event.key) - 1];
      if (one && /^[1-9]$/.test(event.key)) one.firstChild.click();
    });
    sheet.addEventListener("close", () => sheet.remove());
    document.body.append(sheet);
    sheet.showModal();
  };
  const keys_start = () => {
    document.addEventListener("keydown", (event) => {
      const typing = event.target.closest("input:not([type=radio]):not([type=checkbox]), textarea, select, dialog");
      if (typing || event.ctrlKey || event.metaKey || event.altKey || event.isComposing || !keys_on()) return;
      const button = /^[1-8]$/.test(event.key) ? decide(event.key) : null;
      const act = button ? () => decide_because(button) : Object.hasOwn(press, event.key) ? press[event.key] : null;
      if (!act) return;
      event.preventDefault();
      act();
    });
    const foot = document.querySelector(".foot-inner");
    const open = make("button", { class: "link", type: "button" }, "Keys");
    open.addEventListener("click", help);
    if (foot && window.matchMedia("(hover: hover)").matches) foot.append(open);
  };

  tell_times();
  for (const mine of all(".mine[data-stance]")) vote_start(mine);
  for (const input of all("input[data-similar]")) similar_start(input);
  for (const form of all("form[data-preview]")) preview_start(form);
  for (const form of all("form[data-keep]")) draft_start(form);
  for (const place of all("[data-kinds]")) kinds_start(place);
  for (const box of all("details.add-image")) image_start(box);
  keys_start();
})();
