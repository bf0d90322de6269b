// Rows of the matrix for rules, and for what a second admin's passkey confirms: as matrix_test.mjs describes them.
import { randomBytes } from "node:crypto";
import { sleep } from "../support/house.mjs";
import { formToken } from "../support/form.mjs";
import { challengeOf } from "../support/second.mjs";

export const ruleGets = (it) => ({
  "/admin/rules": { who: "admin" },
  "/admin/guardrails": { who: "admin" },
  "/admin/held": { who: "admin" },
  "/admin/rule/:id": { who: "admin", path: () => `/admin/rule/${it().proposal}` },
});

export const rulePosts = (it) => ({
  "/admin/rules": {
    who: "admin",
    page: "/admin/rules",
    fields: () => ({ name: "rank/policy", reason: "Another try.", script: it().script.replace("P = {", "P = {\n") }),
    actor: "latch",
    ended: async () => { // its trial, which the ranker writes of
      const { latch } = it().them;
      for (const { proposal } of (await latch.json("/admin/rules")).rows)
        while (["waiting", "running"].includes((await latch.json(`/admin/rule/${proposal}`)).trial_state)) await sleep(50);
    },
  },
  "/admin/rules/check": {
    who: "admin",
    hidden: async () => ({ form: formToken(it().them.latch, "/admin/rules/check") }),
    fields: () => ({ name: "rank/policy", script: "function (" }),
    actor: "latch",
    status: 200,
    unchanged: true,
  },
  "/admin/rules/draft": {
    who: "admin",
    hidden: async () => ({ form: formToken(it().them.latch, "/admin/rules/draft") }),
    fields: () => ({ name: "reward/vote", script: "P = {}" }),
    actor: "latch",
  },
  "/admin/rule/:id/approve": {
    who: "admin",
    page: () => `/admin/rule/${it().proposal}`,
    path: () => `/admin/rule/${it().proposal}/approve`,
    fields: (html) => (html ? it().latchKey.get(challengeOf(html)) : {}),
    actor: "latch",
    others: { gate: 422 },
  },
  // Without days in the shadow asked for, it is refused to everybody; unit/confirm_test.c has it allowed.
  "/admin/rule/:id/shadow": {
    who: "admin",
    path: () => `/admin/rule/${it().proposal}/shadow`,
    hidden: async () => ({ form: formToken(it().them.latch, "/admin/rule/:id/shadow") }),
    fields: () => ({}),
    actor: "latch",
    status: 422,
    unchanged: true,
  },
  "/admin/rule/:id/rollback": {
    who: "admin",
    page: () => `/admin/rule/${it().proposal}`,
    path: () => `/admin/rule/${it().proposal}/rollback`,
    fields: (html) => ({ reason: "It was better before.", first: 1, ...(html ? it().latchKey.get(challengeOf(html)) : {}) }),
    actor: "latch",
    late: true,
  },
  // Nothing has tripped, so it changes nothing; what two admins let go on is tried in browser/guardrail_test.mjs.
  "/admin/guardrails": {
    who: "admin",
    hidden: () => ({ form: formToken(it().them.gate, "/admin/guardrails"), request: randomBytes(16).toString("base64url") }),
    fields: () => ({ reason: "We have looked." }),
    actor: "gate",
    unchanged: true,
  },
  // Nobody has objected; that two admins grant it is tried in browser/held_test.mjs.
  "/admin/held": {
    who: "admin",
    hidden: () => ({ form: formToken(it().them.gate, "/admin/held"), request: randomBytes(16).toString("base64url") }),
    fields: () => ({ member: 1, period: "2026-03", granted: 1, reason: "One field." }),
    actor: "gate",
    status: 404,
    unchanged: true,
  },
  "/admin/audit/:id": {
    who: "admin",
    hidden: () => ({ form: formToken(it().them.gate, "/admin/audit/:id"), request: randomBytes(16).toString("base64url") }),
    path: () => `/admin/audit/${it().question}`,
    fields: () => ({ outcome: "1" }),
    actor: "gate",
  },
  "/admin/confirm": {
    who: "admin",
    hidden: async () => {
      const { them, second, latchKey } = it();
      const { confirm } = await them.latch.json(`/admin/rule/${second}`);
      return { form: formToken(them.latch, "/admin/confirm"), request: confirm.request, ticket: confirm.ticket,
        operation: confirm.operation, ...latchKey.get(confirm.challenge) };
    },
    fields: (html) => ({ name: "payout/release", about: 1, back: "/admin/ledger", ...(html === undefined ? { operation: "0".repeat(64) } : {}) }),
    actor: "latch",
  },
  "/admin/rule/:id/withdraw": {
    who: "admin",
    page: () => `/admin/rule/${it().second}`,
    path: () => `/admin/rule/${it().second}/withdraw`,
    fields: () => ({ reason: "Not now." }),
    actor: "gate",
  },
});
