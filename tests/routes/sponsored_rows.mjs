// Rows of the matrix for sponsors' questions to members: as matrix_test.mjs describes them.

// One of halden's that waits, one that stands; both in a topic an admin has described.
export async function sponsoredWorld({ gate, halden }) {
  const topic = "/admin/topic/cardiology", page = "/sponsor/questions";
  await gate.submit(topic, topic, { excerpt: "The heart.", body: "" }, { expect: 303 });
  const send = async (title) => {
    const sent = await halden.submit(page, page, { title, body: "Asked of all who have seen it.", topics: "cardiology" }, { expect: 303 });
    return Number(sent.location.match(/\d+/)[0]);
  };
  const stands = await send("How often is it stopped early?");
  await gate.submit("/admin/desk", `/admin/desk/${stands}`, { outcome: 1, reason: 0 }, { expect: 303 });
  return { asked: stands, waits: await send("Who switches, and when in a year?") };
}

export const sponsoredGets = (it) => ({
  "/sponsor/questions": { who: "sponsor" },
  "/sponsor/question/:id": { who: "sponsor", path: () => `/sponsor/question/${it().asked}`, only: { halden: 200, ostrand: 404 } },
});

export const sponsoredPosts = () => ({
  "/sponsor/questions": {
    who: "sponsor",
    page: "/sponsor/questions",
    fields: () => ({ title: "Which dose do you begin with?", body: "Asked of all who begin it.", topics: "cardiology" }),
    actor: "halden",
  },
});
