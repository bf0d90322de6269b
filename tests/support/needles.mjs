// Which of many byte strings are in some bytes, in one pass over them (Wu and Manber 1994, with blocks of two bytes): a house's stores are
// looked through for hundreds of forms of what must not be there.
// list: [name, Buffer] of at least three bytes each. Returns (bytes) => the names of those that are in them, each once.
export function needles(list) {
  const least = Math.min(...list.map(([, form]) => form.length)), step = least - 1;
  if (!(step >= 2)) throw new Error("a string of under three bytes is everywhere");
  const shift = new Uint8Array(65536).fill(Math.min(step, 255)), ending = new Map();
  for (const one of list)
    for (let at = 1; at < least; at++) {
      const block = (one[1][at - 1] << 8) | one[1][at], left = step - at;
      if (left < shift[block]) shift[block] = left;
      if (left === 0) ending.set(block, [...(ending.get(block) ?? []), one]);
    }
  return (bytes) => {
    const found = new Set();
    for (let at = step; at < bytes.length; ) {
      const block = (bytes[at - 1] << 8) | bytes[at], skip = shift[block];
      if (skip > 0) { at += skip; continue; }
      const from = at - step;
      for (const [name, form] of ending.get(block))
        if (!found.has(name) && bytes.compare(form, 0, form.length, from, Math.min(from + form.length, bytes.length)) === 0) found.add(name);
      at++;
    }
    return [...found];
  };
}
