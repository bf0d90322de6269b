// What a person's devices do: an authenticator app (RFC 6238) and a passkey (WebAuthn), made with node's own cryptography and nothing of the
// program's. And the forms around them.
import { createHash, createHmac, createSign, generateKeyPairSync, randomBytes, sign } from "node:crypto";
import { hiddenFields } from "./client.mjs";

export function base32(text) {
  let bits = "";
  for (const c of text.replace(/[\s=]/g, "")) bits += "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".indexOf(c).toString(2).padStart(5, "0");
  return Buffer.from(bits.match(/.{8}/g).map((byte) => parseInt(byte, 2)));
}
export function totp(secret, ms) {
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(ms / 30000)));
  const mac = createHmac("sha1", base32(secret)).update(counter).digest();
  const at = mac[19] & 15;
  return String((mac.readUInt32BE(at) & 0x7fffffff) % 1000000).padStart(6, "0");
}
const recovery = (html) => [...html.matchAll(/<li><span class="mono">([^<]+)<\/span><\/li>/g)].map(([, code]) => code);

// Adds an authenticator app to a signed-in person's account: { secret, codes }.
export async function addApp(house, client) {
  const shown = await client.get("/account/totp"), hidden = hiddenFields(shown.text, "/account/totp");
  const done = await client.post("/account/totp", { ...hidden, code: totp(hidden.secret, house.time) });
  if (done.status !== 200 && done.status !== 303) throw new Error(`adding an app: ${done.status} ${done.text.slice(0, 2000)}`);
  return { secret: hidden.secret, codes: recovery(done.text) };
}

const sha256 = (data) => createHash("sha256").update(data).digest();
const attributes = (html) => Object.fromEntries([...(html.match(/<form[^>]*data-passkey=[^>]*>/)?.[0] ?? "")
  .matchAll(/data-([a-z]+)="([^"]*)"/g)].map(([, name, value]) => [name, value]));

// One passkey in software. lie: what it does otherwise than a good one would.
export class Passkey {
  constructor(origin, algorithm = "ES256") {
    this.origin = origin;
    this.host = new URL(origin).hostname;
    this.algorithm = algorithm;
    this.id = randomBytes(32);
    this.counter = 0;
    const pair = algorithm === "ES256" ? generateKeyPairSync("ec", { namedCurve: "P-256" }) : generateKeyPairSync("ed25519");
    this.secret = pair.privateKey;
    this.jwk = pair.publicKey.export({ format: "jwk" });
  }
  // The public key as COSE, by hand: maps of small numbers and byte strings.
  cose() {
    const x = Buffer.from(this.jwk.x, "base64url"), bytes = (data) => Buffer.concat([Buffer.from([0x58, data.length]), data]);
    if (this.algorithm === "ES256") {
      const y = Buffer.from(this.jwk.y, "base64url");
      return Buffer.concat([Buffer.from([0xa5, 1, 2, 3, 0x26, 0x20, 1, 0x21]), bytes(x), Buffer.from([0x22]), bytes(y)]);
    }
    return Buffer.concat([Buffer.from([0xa4, 1, 1, 3, 0x27, 0x20, 6, 0x21]), bytes(x)]);
  }
  client(type, challenge, { origin = this.origin, ...more } = {}) {
    return Buffer.from(JSON.stringify({ type, challenge, origin, crossOrigin: false, ...more }));
  }
  authenticator(flags, host = this.host) {
    const counter = Buffer.alloc(4);
    counter.writeUInt32BE(this.counter);
    return Buffer.concat([sha256(host), Buffer.from([flags]), counter]);
  }
  create(challenge, lie = {}) {
    const size = Buffer.alloc(2);
    size.writeUInt16BE(this.id.length);
    const authenticator = Buffer.concat([this.authenticator(lie.flags ?? 0x45, lie.host), Buffer.alloc(16), size, this.id, this.cose()]);
    return { client_data: this.client(lie.type ?? "webauthn.create", lie.challenge ?? challenge, lie.client).toString("base64url"),
      authenticator: authenticator.toString("base64url") };
  }
  get(challenge, lie = {}) {
    if (!lie.still) this.counter++;
    const client = this.client(lie.type ?? "webauthn.get", lie.challenge ?? challenge, lie.client);
    const authenticator = this.authenticator(lie.flags ?? 5, lie.host), signed = Buffer.concat([authenticator, sha256(client)]);
    const signature = this.algorithm === "ES256" ? createSign("SHA256").update(signed).sign(this.secret) : sign(null, signed, this.secret);
    if (lie.broken) signature[signature.length - 1] ^= 1;
    return { passkey: this.id.toString("base64url"), client_data: client.toString("base64url"),
      authenticator: authenticator.toString("base64url"), signature: signature.toString("base64url") };
  }
  // Adds itself to a signed-in person's account.
  async add(client, label = "key", lie = {}) {
    const shown = await client.get("/account/passkey"), hidden = hiddenFields(shown.text, "/account/passkey");
    const got = await client.post("/account/passkey", { ...hidden, label, ...this.create(attributes(shown.text).challenge, lie) });
    return { ...got, codes: recovery(got.text) };
  }
  // Confirms what a page shows: its form for `action`, with this passkey's word.
  async confirm(client, page, action, lie = {}) {
    const shown = await client.get(page), hidden = hiddenFields(shown.text, action);
    if (hidden === null) throw new Error(`${page} (${shown.status}) has no form for ${action}`);
    const got = await client.post(action, { ...hidden, ...this.get(challengeOf(shown.text), lie) });
    if (got.status !== 303 && Object.keys(lie).length === 0) throw new Error(`${action}: ${got.status} ${got.text.slice(0, 2000)}`);
    return got;
  }
  // Signs in without a password.
  async signIn(client, lie = {}) {
    const shown = await client.get("/login/passkey"), hidden = hiddenFields(shown.text, "/login/passkey");
    return client.post("/login/passkey", { ...hidden, ...this.get(attributes(shown.text).challenge, lie) });
  }
}
export const challengeOf = (html) => attributes(html).challenge;

// The second step's page behind a right password, and what is sent from it.
export async function secondStep(client, name, password) {
  const shown = await client.submit("/login", "/login", { name, password }, { expect: 200 });
  const hidden = hiddenFields(shown.text, "/login/second");
  return { shown, hidden, send: (fields) => client.post("/login/second", { ...hidden, ...fields }) };
}
