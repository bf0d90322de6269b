// What somebody outside can tell two things apart by: the bytes he sees, and the time they take.

// All that somebody at the door can see, but for the time of day and the name he typed himself.
export function seen(got, name) {
  const headers = [];
  for (let i = 0; i < got.raw.length; i += 2) if (got.raw[i].toLowerCase() !== "date") headers.push(`${got.raw[i]}: ${got.raw[i + 1]}`);
  return [got.status, ...headers, got.text.replaceAll(name, "NAME")].join("\n");
}

function welch(a, b) {
  const mean = (list) => list.reduce((sum, x) => sum + x, 0) / list.length;
  const variance = (list, m) => list.reduce((sum, x) => sum + (x - m) ** 2, 0) / (list.length - 1);
  const ma = mean(a), mb = mean(b);
  return (ma - mb) / Math.sqrt(variance(a, ma) / a.length + variance(b, mb) / b.length);
}
// What a busy machine adds comes at the top of both: the slowest tenth of all says nothing (as dudect crops).
export function tell(a, b) {
  const top = [...a, ...b].sort((x, y) => x - y)[Math.floor((a.length + b.length) * 0.9)];
  return welch(a.filter((x) => x <= top), b.filter((x) => x <= top));
}
// Times in ms of both, taken in random order, one at a time.
export async function measure(first, second, count) {
  const times = [[], []], left = [count, count];
  while (left[0] + left[1] > 0) {
    const which = Math.random() * (left[0] + left[1]) < left[0] ? 0 : 1, at = count - left[which]--;
    const from = process.hrtime.bigint();
    await [first, second][which](at);
    times[which].push(Number(process.hrtime.bigint() - from) / 1e6);
  }
  return times;
}

// Every byte and header of an answer but the date, and whether nginx ends the connection: that counts what the test's own client, with all who act in
// it, sent on it.
export function exact(got) {
  const headers = [];
  for (let i = 0; i < got.raw.length; i += 2) if (!/^(date|connection)$/i.test(got.raw[i])) headers.push(`${got.raw[i]}: ${got.raw[i + 1]}`);
  return [got.status, ...headers, "", got.bytes.toString("latin1")].join("\n");
}
// How well one number tells the second list from the first: the chance that one of the second is the larger (Mann-Whitney); 0.5 says nothing.
export function auc(first, second) {
  const all = [...first.map((x) => [x, 0]), ...second.map((x) => [x, 1])].sort((a, b) => a[0] - b[0]);
  let ranks = 0;
  for (let i = 0, j; i < all.length; i = j) {
    for (j = i; j < all.length && all[j][0] === all[i][0]; j++);
    for (let k = i; k < j; k++) if (all[k][1] === 1) ranks += (i + j + 1) / 2;
  }
  return (ranks - (second.length * (second.length + 1)) / 2) / (first.length * second.length);
}
