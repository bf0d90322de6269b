// Pictures for tests, made from numbers: PNG by hand, and forms with a file as a browser sends them.
import { deflateSync, crc32 as nodeCrc } from "node:zlib";
import { randomBytes } from "node:crypto";

const table = Array.from({ length: 256 }, (_, n) => {
  for (let k = 0; k < 8; k++) n = n & 1 ? 0xedb88320 ^ (n >>> 1) : n >>> 1;
  return n >>> 0;
});
const crc = nodeCrc ?? ((bytes) => (bytes.reduce((sum, byte) => table[(sum ^ byte) & 255] ^ (sum >>> 8), 0xffffffff) ^ 0xffffffff) >>> 0);

function chunk(type, data) {
  const body = Buffer.concat([Buffer.from(type, "latin1"), data]);
  const whole = Buffer.alloc(body.length + 8);
  whole.writeUInt32BE(data.length, 0);
  body.copy(whole, 4);
  whole.writeUInt32BE(crc(body), body.length + 4);
  return whole;
}

// RGB, each pixel by colour(x, y) -> [r, g, b]. claim: a size the header says instead. extra: chunks before the picture.
export function png(width, height, colour = () => [200, 30, 30], { claim = [width, height], extra = [] } = {}) {
  const head = Buffer.from([0, 0, 0, 0, 0, 0, 0, 0, 8, 2, 0, 0, 0]);
  head.writeUInt32BE(claim[0], 0);
  head.writeUInt32BE(claim[1], 4);
  const rows = Buffer.alloc((width * 3 + 1) * height);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) rows.set(colour(x, y), y * (width * 3 + 1) + 1 + x * 3);
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    chunk("IHDR", head),
    ...extra.map(([type, data]) => chunk(type, Buffer.from(data))),
    chunk("IDAT", deflateSync(rows)),
    chunk("IEND", Buffer.alloc(0)),
  ]);
}

// A JPEG's APP1 with a camera's notes: how it was held, and words that must not be kept.
export function withExif(jpeg, orientation, words) {
  const text = Buffer.from(`${words}\0`);
  const tiff = Buffer.alloc(8 + 2 + 24 + 4);
  tiff.write("II*\0", 0, "latin1");
  tiff.writeUInt32LE(8, 4);
  tiff.writeUInt16LE(2, 8);
  tiff.writeUInt16LE(0x0112, 10), tiff.writeUInt16LE(3, 12), tiff.writeUInt32LE(1, 14), tiff.writeUInt16LE(orientation, 18);
  tiff.writeUInt16LE(0x010e, 22), tiff.writeUInt16LE(2, 24), tiff.writeUInt32LE(text.length, 26), tiff.writeUInt32LE(tiff.length, 30);
  const body = Buffer.concat([Buffer.from("Exif\0\0", "latin1"), tiff, text]);
  const head = Buffer.from([0xff, 0xe1, 0, 0]);
  head.writeUInt16BE(body.length + 2, 2);
  return Buffer.concat([jpeg.subarray(0, 2), head, body, jpeg.subarray(2)]);
}

// Width and height a JPEG says it has.
export function jpegSize(jpeg) {
  for (let at = 2; at + 9 < jpeg.length; at += 2 + jpeg.readUInt16BE(at + 2))
    if (jpeg[at] === 0xff && [0xc0, 0xc1, 0xc2].includes(jpeg[at + 1])) return [jpeg.readUInt16BE(at + 7), jpeg.readUInt16BE(at + 5)];
  return null;
}

export function multipart(fields, file = null) {
  const mark = `----${randomBytes(12).toString("hex")}`;
  const parts = Object.entries(fields).map(([name, value]) =>
    Buffer.from(`--${mark}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`),
  );
  if (file)
    parts.push(
      Buffer.from(`--${mark}\r\nContent-Disposition: form-data; name="picture"; filename="his name.jpg"\r\nContent-Type: image/jpeg\r\n\r\n`),
      file,
      Buffer.from("\r\n"),
    );
  return { body: Buffer.concat([...parts, Buffer.from(`--${mark}--\r\n`)]), type: `multipart/form-data; boundary=${mark}` };
}

const tokenOf = async (client) => (await client.get("/ask")).text.match(/value="([^"]+)" formaction="\/image"/)[1];

// Send a picture with the form of `place`; what is typed there goes along. json: as site.js does.
export async function upload(client, file, { json = true, fields = {}, place = "ask", token = null } = {}) {
  const { body, type } = multipart(
    { form: token ?? (await tokenOf(client)), place, alt: "A rash on a forearm", clean: "1", ...fields },
    file,
  );
  const headers = { "content-type": type, "content-length": body.length };
  if (json) headers.accept = "application/json";
  return client.request("POST", "/image", { body, headers });
}
