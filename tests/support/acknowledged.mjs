// What the house said "done" to, and whether it is so. A vote is a state: the last one said counts. An answer stands once.
export class Acknowledged {
  constructor() {
    this.votes = new Map(); // "member posting" -> { done: [stance, patients] | null, open: [stance, patients] | null }
    this.answers = new Map(); // mark -> { question, posting | null (sent, never acknowledged) }
  }
  vote(member, posting, stance, patients, done) {
    const key = `${member} ${posting}`,
      was = this.votes.get(key) ?? { done: null, open: null };
    this.votes.set(key, done ? { done: [stance, patients], open: null } : { ...was, open: [stance, patients] });
  }
  answer(question, mark, posting = null) {
    this.answers.set(mark, { question, posting });
  }

  // own: Map "member posting" -> [stance, patients] as that member reads it; pages: Map question -> the page's JSON.
  // Gives what does not hold, one line each.
  faults(own, pages) {
    const faults = [];
    const same = (a, b) => a !== null && b !== undefined && a[0] === b[0] && a[1] === b[1];
    for (const [key, { done, open }] of this.votes) {
      const now = own.get(key);
      if (done === null && now === undefined) continue;
      if (!same(done, now) && !same(open, now)) faults.push(`vote ${key}: acknowledged ${done}, stands ${now}`);
    }
    const tally = new Map();
    for (const [key, [stance]] of own) {
      const posting = Number(key.split(" ")[1]),
        row = tally.get(posting) ?? [0, 0, 0];
      row[stance - 1]++;
      tally.set(posting, row);
    }
    const seen = new Map();
    for (const [question, page] of pages) {
      for (const posting of [page.thread, ...page.answers]) {
        const { corroborate, dispute, cannot_say } = posting.evidence,
          want = tally.get(posting.id) ?? [0, 0, 0];
        if (corroborate !== want[0] || dispute !== want[1] || cannot_say !== want[2])
          faults.push(`posting ${posting.id}: counts ${[corroborate, dispute, cannot_say]}, its voters say ${want}`);
      }
      for (const { id, body } of page.answers) {
        const mark = body.match(/mark-[a-z0-9-]+/)?.[0];
        if (mark === undefined) continue;
        if (seen.has(mark)) faults.push(`answer ${mark} stands twice: ${seen.get(mark).id} and ${id}`);
        seen.set(mark, { id, question });
        if (!this.answers.has(mark)) faults.push(`answer ${mark} was never sent`);
      }
    }
    for (const [mark, { question, posting }] of this.answers) {
      const now = seen.get(mark);
      if (posting !== null && (now === undefined || now.id !== posting || now.question !== question))
        faults.push(
          `answer ${mark}: acknowledged as ${posting} in ${question}, stands as ${now?.id} in ${now?.question}`,
        );
    }
    return faults;
  }
}
