// A form token as anyone can work it out who holds a session: what it protects is other people's sessions, never a role. So tests of roles
// send the right token and must still be refused. BLAKE2b (RFC 7693) by hand: node has none with a key.
const mask = (1n << 64n) - 1n;
const iv = [
  0x6a09e667f3bcc908n,
  0xbb67ae8584caa73bn,
  0x3c6ef372fe94f82bn,
  0xa54ff53a5f1d36f1n,
  0x510e527fade682d1n,
  0x9b05688c2b3e6c1fn,
  0x1f83d9abfb41bd6bn,
  0x5be0cd19137e2179n,
];
const sigma = [
  "0123456789abcdef",
  "ea489fd61c02b753",
  "b8c052fdae367194",
  "7931dcbe265a40f8",
  "905724afe1bc683d",
  "2c6a0b834d75fe19",
  "c51fed4a0763928b",
  "db7ec13950f4862a",
  "6fe9b308c2d714a5",
  "a2847615fb9e3cd0",
].map((row) => [...row].map((digit) => parseInt(digit, 16)));
const turn = (x, by) => ((x >> by) | (x << (64n - by))) & mask;

function compress(h, block, count, last) {
  const m = Array.from({ length: 16 }, (_, i) => block.readBigUInt64LE(8 * i)),
    v = [...h, ...iv];
  v[12] ^= BigInt(count);
  if (last) v[14] ^= mask;
  const mix = (a, b, c, d, x, y) => {
    v[a] = (v[a] + v[b] + x) & mask;
    v[d] = turn(v[d] ^ v[a], 32n);
    v[c] = (v[c] + v[d]) & mask;
    v[b] = turn(v[b] ^ v[c], 24n);
    v[a] = (v[a] + v[b] + y) & mask;
    v[d] = turn(v[d] ^ v[a], 16n);
    v[c] = (v[c] + v[d]) & mask;
    v[b] = turn(v[b] ^ v[c], 63n);
  };
  for (let round = 0; round < 12; round++) {
    const s = sigma[round % 10];
    for (let i = 0; i < 4; i++) mix(i, 4 + i, 8 + i, 12 + i, m[s[2 * i]], m[s[2 * i + 1]]);
    for (let i = 0; i < 4; i++)
      mix(i, 4 + ((i + 1) % 4), 8 + ((i + 2) % 4), 12 + ((i + 3) % 4), m[s[8 + 2 * i]], m[s[9 + 2 * i]]);
  }
  for (let i = 0; i < 8; i++) h[i] ^= v[i] ^ v[i + 8];
}

export function blake2b(size, key, data) {
  const h = [...iv],
    padded = Buffer.alloc(key.length > 0 ? 128 : 0);
  key.copy(padded);
  const all = Buffer.concat([padded, data]);
  h[0] ^= 0x01010000n ^ (BigInt(key.length) << 8n) ^ BigInt(size);
  for (let at = 0; at === 0 || at < all.length; at += 128) {
    const block = Buffer.alloc(128);
    all.copy(block, 0, at);
    compress(h, block, Math.min(at + 128, all.length), at + 128 >= all.length);
  }
  const out = Buffer.alloc(64);
  h.forEach((word, i) => out.writeBigUInt64LE(word, 8 * i));
  return out.subarray(0, size);
}

// The token for forms that post to this route pattern; bound to the session, or before there is one to the cookie __Host-f.
export function formToken(client, pattern) {
  const root = client.cookies.get("__Host-s") ?? client.cookies.get("__Host-f");
  if (root === undefined) return "";
  const parts = ["form", pattern].map((text) => {
    const size = Buffer.alloc(8);
    size.writeBigUInt64LE(BigInt(Buffer.byteLength(text)));
    return Buffer.concat([size, Buffer.from(text)]);
  });
  return blake2b(16, Buffer.from(root, "base64url"), Buffer.concat(parts)).toString("base64url");
}
