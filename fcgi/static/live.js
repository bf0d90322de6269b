/* A live discussion: while it lasts, answers others write appear without reloading, behind those that are there. Asks every few seconds, not while
 * the page is out of sight, each reader at a moment of its own, so that a thousand who watch do not come at once. */
"use strict";

(() => {
  const box = document.querySelector("[data-live]");
  const local = new Intl.DateTimeFormat("en", { hour: "2-digit", minute: "2-digit", hour12: false });
  for (const time of document.querySelectorAll("time[data-clock]")) {
    const at = Date.parse(time.dateTime);
    if (Number.isFinite(at)) time.textContent = local.format(at);
  }
  if (!box) return;

  const EVERY_MS = 4000;
  const words = box.querySelector("[data-live-words]");
  const list = document.querySelector("ol.answers");
  let seen = Number(box.dataset.answers);
  let over = false;

  /* The page as the server makes it, parsed by the browser: no markup is put together here. */
  const page = () => new Promise((done, fail) => {
    const asked = new XMLHttpRequest();
    asked.open("GET", location.pathname);
    asked.responseType = "document";
    asked.setRequestHeader("Accept", "text/html");
    asked.onload = () => (asked.status === 200 && asked.response ? done(asked.response) : fail(new Error("no page")));
    asked.onerror = fail;
    asked.send();
  });
  const answers_add = async (count) => {
    const fresh = await page();
    let more = 0;
    for (const answer of fresh.querySelectorAll("ol.answers > li[id]")) {
      if (document.getElementById(answer.id)) continue;
      const put = document.importNode(answer, true);
      put.classList.add("fresh");
      list.append(put);
      more += 1;
    }
    for (const place of ["#answers", "main article .facts .state"]) {
      const then = fresh.querySelector(place), here = document.querySelector(place);
      if (then && here) here.textContent = then.textContent;
    }
    seen = count;
    if (more > 0) words.textContent = more === 1 ? "A new answer has come." : `${more} new answers have come.`;
  };
  const look = async () => {
    if (!document.hidden) {
      try {
        const answer = await fetch(box.dataset.live, { headers: { Accept: "application/json" } });
        if (answer.ok) {
          const now = await answer.json();
          if (now.answers !== seen) await answers_add(now.answers);
          over = !now.open;
        }
      } catch { /* not there: asked again */ }
    }
    if (over) {
      box.classList.add("over");
      words.textContent = "The live discussion has ended. Everything written stays.";
      return;
    }
    setTimeout(look, EVERY_MS * (0.75 + Math.random() / 2));
  };
  words.textContent = "Colleagues are discussing this now. New answers appear by themselves.";
  setTimeout(look, EVERY_MS * Math.random());
})();
