// Judges a receipt with @sigstore/verify alone: an implementation that shares nothing with ours.
// Usage: node sigstore_verify.mjs PUBLIC_FOLDER RECEIPT
import { createPublicKey } from "node:crypto";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const require = createRequire(import.meta.url);
const inside = (file) => require(require.resolve("@sigstore/verify").replace(/index\.js$/, `timestamp/${file}.js`));
const { verifyCheckpoint } = inside("checkpoint");
const { verifyMerkleInclusion } = inside("merkle");

const [folder, receipt] = process.argv.slice(2);
const [name, id, key] = readFileSync(`${folder}/vkey`, "utf8").trim().split(/\+(?=[0-9a-f]{8}\+)|(?<=\+[0-9a-f]{8})\+/);
// An Ed25519 key as SubjectPublicKeyInfo (RFC 8410): a fixed head, then the 32 bytes behind the type byte.
const spki = Buffer.concat([Buffer.from("302a300506032b6570032100", "hex"), Buffer.from(key, "base64").subarray(1)]);
const log = {
  logID: Buffer.from(id, "hex"),
  baseURL: name,
  publicKey: createPublicKey({ key: spki, format: "der", type: "spki" }),
  validFor: { start: new Date(0), end: new Date(8.64e15) },
};

const text = readFileSync(receipt, "utf8");
const split = text.indexOf("\n\n");
const [, extra, index, ...hashes] = text.slice(0, split).split("\n");
const [, size, root] = text.slice(split + 2).split("\n");
const entry = {
  integratedTime: "1",
  canonicalizedBody: Buffer.from(extra.replace(/^extra /, ""), "base64"),
  inclusionProof: {
    logIndex: index.replace(/^index /, ""),
    hashes: hashes.map((hash) => Buffer.from(hash, "base64")),
    treeSize: size,
    rootHash: Buffer.from(root, "base64"), // verifyCheckpoint compares it with the signed one
    checkpoint: { envelope: text.slice(split + 2) },
  },
};
verifyCheckpoint(entry, [log]);
verifyMerkleInclusion(entry);
