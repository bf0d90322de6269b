// Pictures: made anew without what a camera notes, refused in words, shown small among text, and no stranger's picture at all.
// test-seconds: 200
import assert from "node:assert/strict";
import { test, after, before } from "node:test";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { House, ask, answer, password } from "../support/house.mjs";
import { axe, launch, open, shot, signIn } from "../support/browser.mjs";
import { png, withExif, jpegSize, upload } from "../support/picture.mjs";
import { filesBelow, bytesOf } from "../support/stores.mjs";
import { hiddenFields, words } from "../support/client.mjs";

let house, browser, heron, wren, question, page;

before(async () => {
  house = await House.start({ clock: null, conf: { "sandbox.kill": 1 } });
  heron = await house.physician("Heron");
  wren = await house.physician("Wren");
  question = await ask(heron, "A rash after the second dose", "What is it?");
  browser = await launch();
  page = await open(browser, house.origin);
});
after(async () => {
  await browser?.close();
  await house?.stop();
});

// A picture that says where its parts are: left half red, right half blue, drawn by the browser in any of its formats.
async function drawn(width, height, type, quality = 0.9) {
  const url = await page.evaluate(
    ([w, h, t, q]) => {
      const canvas = document.createElement("canvas");
      [canvas.width, canvas.height] = [w, h];
      const pen = canvas.getContext("2d");
      pen.fillStyle = "#d01010";
      pen.fillRect(0, 0, w / 2, h);
      pen.fillStyle = "#1010d0";
      pen.fillRect(w / 2, 0, w / 2, h);
      return canvas.toDataURL(t, q);
    },
    [width, height, type, quality],
  );
  return Buffer.from(url.split(",")[1], "base64");
}
// The colour of one place of a picture, as the browser sees it: red or blue.
async function colourAt(jpeg, x, y) {
  return page.evaluate(
    async ([data, fx, fy]) => {
      const bitmap = await createImageBitmap(new Blob([Uint8Array.from(atob(data), (c) => c.charCodeAt(0))], { type: "image/jpeg" }));
      const canvas = document.createElement("canvas");
      [canvas.width, canvas.height] = [bitmap.width, bitmap.height];
      const pen = canvas.getContext("2d");
      pen.drawImage(bitmap, 0, 0);
      const [r, , b] = pen.getImageData(Math.floor(bitmap.width * fx), Math.floor(bitmap.height * fy), 1, 1).data;
      return r > 150 && b < 100 ? "red" : b > 150 && r < 100 ? "blue" : `${r} ${b}`;
    },
    [jpeg.toString("base64"), x, y],
  );
}
async function added(file, options) {
  const got = await upload(heron, file, options);
  assert.equal(got.status, 200, words(got.text));
  return JSON.parse(got.text);
}

test("JPEG, PNG and WebP are taken, made no larger than 1600 pixels, with a small one beside", async () => {
  for (const type of ["image/jpeg", "image/png", "image/webp"]) {
    const made = await added(await drawn(3000, 1500, type));
    assert.deepEqual([made.width, made.height], [1600, 800], type);
    const large = await heron.get(`/image/${made.id}`),
      small = await heron.get(`/image/${made.id}/small`);
    assert.equal(large.headers["content-type"], "image/jpeg");
    assert.equal(large.headers["x-content-type-options"], "nosniff");
    assert.match(large.headers["cache-control"], /^private/);
    assert.deepEqual(jpegSize(large.bytes), [1600, 800]);
    assert.deepEqual(jpegSize(small.bytes), [640, 320]);
    assert.equal(await colourAt(large.bytes, 0.2, 0.5), "red");
    assert.equal(await colourAt(small.bytes, 0.8, 0.5), "blue");
  }
});

test("what the camera noted is gone, and the picture stands as it was held", async () => {
  const jpeg = await drawn(800, 400, "image/jpeg");
  const secret = "Ward 7, bed 3, Mr Featherstonehaugh";
  // Where red is afterwards, for each way to hold a camera (EXIF's 1 to 8): left, right, top or bottom.
  const where = ["left", "right", "right", "left", "top", "top", "bottom", "bottom"];
  const at = { left: [0.2, 0.5], right: [0.8, 0.5], top: [0.5, 0.2], bottom: [0.5, 0.8] };
  for (let held = 1; held <= 8; held++) {
    const file = withExif(jpeg, held, secret);
    assert.ok(file.includes(secret));
    const made = await added(file);
    assert.deepEqual([made.width, made.height], held <= 4 ? [800, 400] : [400, 800]);
    const { bytes } = await heron.get(`/image/${made.id}`);
    assert.ok(!bytes.includes("Exif") && !bytes.includes("Feather"), "no notes");
    assert.equal(await colourAt(bytes, ...at[where[held - 1]]), "red", `held ${held}`);
  }
  await added(png(60, 40, undefined, { extra: [["tEXt", `Comment\0${secret}`]] }));
  const kept = filesBelow(house.state).filter((path) => bytesOf(path).includes("Featherstonehaugh"));
  assert.deepEqual(kept, []);
  writeFileSync(join(house.state, "log", "planted"), secret);
  assert.equal(filesBelow(house.state).filter((path) => bytesOf(path).includes("Featherstonehaugh")).length, 1, "the control");
});

test("bombs, other files, damaged, moving and oversized ones are refused in words, and the house goes on", async () => {
  const refused = async (file, status, said) => {
    const got = await upload(heron, file);
    assert.equal(got.status, status, words(got.text));
    assert.match(got.text, said);
  };
  await refused(png(8, 8, undefined, { claim: [50000, 50000] }), 422, /50000 × 50000 pixels/);
  await refused(png(8, 8, undefined, { claim: [16000, 16000] }), 422, /16000 × 16000 pixels/);
  await refused(Buffer.from("%PDF-1.7 not a picture"), 422, /no picture that can be taken/);
  await refused(Buffer.from("<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>"), 422, /no picture/);
  await refused(png(60, 60).subarray(0, 90), 422, /damaged/);
  const jpeg = await drawn(500, 500, "image/jpeg");
  const huge = Buffer.from(jpeg);
  for (let at = 2; ; at += 2 + huge.readUInt16BE(at + 2))
    if (huge[at + 1] === 0xc0) {
      huge.writeUInt16BE(65000, at + 5);
      huge.writeUInt16BE(65000, at + 7);
      break;
    }
  await refused(huge, 422, /65000 × 65000 pixels/);
  await refused(jpeg.subarray(0, 40), 422, /damaged/);
  await refused(Buffer.concat([Buffer.from("RIFF\x40\0\0\0WEBPVP8X\x0a\0\0\0\x02\0\0\0\x10\0\0\x10\0\0", "latin1"), Buffer.alloc(60)]), 422, /Moving|damaged/);
  await refused(Buffer.concat([jpeg, Buffer.alloc(5.1 * 1024 * 1024)]), 413, /at most 5 MB/);
  await refused(Buffer.concat([jpeg, Buffer.alloc(5.6 * 1024 * 1024)]), 413, /over the limit/);
  // Random damage to good files: taken or refused, never an error of the house.
  for (let i = 0; i < 40; i++) {
    const file = Buffer.from(i % 2 ? jpeg : png(90, 70, (x, y) => [x * 2, y * 3, 9]));
    for (let k = 0; k < 1 + (i % 8); k++) file[20 + ((i * 7919 + k * 104729) % (file.length - 20))] ^= 1 << (k + i) % 8;
    const got = await upload(heron, file);
    assert.ok([200, 422].includes(got.status), `${got.status} ${words(got.text)}`);
  }
  await added(jpeg);
});

test("it is not taken without words for it, nor without saying that it shows nobody", async () => {
  const file = png(30, 30);
  for (const [fields, field] of [[{ alt: " " }, "alt"], [{ clean: "0" }, "clean"], [{ alt: "Call 314-555-0142" }, "alt"]]) {
    const got = await upload(heron, file, { fields });
    assert.equal(got.status, 422);
    assert.deepEqual(JSON.parse(got.text).problems.map((problem) => problem.field), [field]);
  }
  const none = await upload(heron, null);
  assert.match(none.text, /Choose a picture first/);
  const stale = await upload(heron, file, { token: "A".repeat(22) });
  assert.equal(stale.status, 409);
});

test("four stand in one posting, only ours, each with words; others stay links", async () => {
  const made = [];
  for (let i = 0; i < 5; i++) made.push(await added(png(40 + i, 30, () => [i * 40, 80, 90])));
  const all = made.map(({ markdown }) => markdown);
  await answer(heron, question, all.slice(0, 4).join("\n\n"));
  await answer(heron, question, all[4]); /* whom they are shown, may show them */
  const send = (body) => wren.submit(`/q/${question}`, `/q/${question}/answer`, { body });
  assert.match((await send(all.join("\n\n"))).text, /5 pictures are too many/);
  assert.match((await send(all[0].replace(/\[.*?\]/, "[]"))).text, /Say in words what each picture shows/);
  assert.match((await send(`![a rash](image:90x90-${"a".repeat(30)})`)).text, /no longer here/);
  assert.match((await send("![a rash](image:../../etc/passwd)")).text, /not one of ours/);
  const id = await answer(wren, question, `${all.slice(0, 4).join("\n\n")}\n\n![beacon](https://evil.example/1.gif)`);
  const thread = await wren.json(`/q/${question}`);
  const { body } = thread.answers.find((one) => one.id === id);
  assert.equal([...body.matchAll(/<img /g)].length, 4);
  assert.ok(body.includes(`<img src="/image/${made[0].id}/small" width="40" height="30" alt="A rash on a forearm" loading="lazy">`));
  assert.ok(body.includes('<a href="https://evil.example/1.gif"'));
  assert.ok(!/<img[^>]*evil/.test(body));
});

test("who may not read gets no picture", async () => {
  const made = await added(png(50, 50, () => [1, 2, 3]));
  house.staff("Halden", "sponsor", "Halden Bio");
  const sponsor = await house.signIn("Halden");
  assert.equal((await sponsor.get(`/image/${made.id}`)).status, 403);
  assert.equal((await house.visitor().get(`/image/${made.id}/small`)).status, 303);
  assert.equal((await wren.get(`/image/50x50-${"b".repeat(30)}`)).status, 404);
  assert.equal((await wren.get(`/image/${made.id}`)).status, 404, "no posting shows it yet");
  assert.equal((await heron.get(`/image/${made.id}`)).status, 200, "it is her own");
  await answer(heron, question, made.markdown);
  assert.equal((await wren.get(`/image/${made.id}`)).status, 200);
});

test("with script a picture is put where one writes, and the draft has it", async () => {
  const at = await open(browser, house.origin, { width: 360 });
  await signIn(at, "Heron", password);
  await at.goto("/ask");
  await at.fill("#title", "What is this rash on the forearm?");
  await at.fill("#body", "Since Monday.");
  await at.click("text=Add a picture");
  await at.click("button:has-text('Add picture')");
  await at.waitForSelector("text=Choose a picture first");
  await at.setInputFiles("#picture", { name: "a.png", mimeType: "image/png", buffer: png(900, 600, (x, y) => [x % 256, y % 256, 120]) });
  await at.fill("#alt", "Red [raised] patches");
  await at.check("input[name=clean]");
  await shot(at, "image-form-360");
  assert.deepEqual(await axe(at), []);
  await at.click("button:has-text('Add picture')");
  await at.waitForSelector("text=The picture is in the text");
  assert.match(await at.inputValue("#body"), /^Since Monday\.\n\n!\[Red \\\[raised\\\] patches\]\(image:900x600-[a-p]{30}\)/);
  await at.waitForSelector(".preview img");
  await at.waitForSelector("text=Draft saved");
  await at.fill("#topics", "dermatology");
  await at.click("button:has-text('Post')");
  await at.waitForURL(/\/q\/\d+$/);
  const shown = at.locator(".prose img");
  assert.equal(await shown.getAttribute("alt"), "Red [raised] patches");
  await shown.scrollIntoViewIfNeeded();
  await at.waitForFunction(() => document.querySelector(".prose img").complete && document.querySelector(".prose img").naturalWidth === 640);
  assert.ok(await at.evaluate(() => document.documentElement.scrollWidth <= innerWidth));
  await shot(at, "image-question-360");
  assert.deepEqual(await axe(at), []);
  assert.deepEqual(at.faults, []);
});

test("without script it is added to the draft's end, and one that was chosen and not added is not lost in silence", async () => {
  const at = await open(browser, house.origin, { script: false });
  await signIn(at, "Wren", password);
  await at.goto(`/q/${question}`);
  await at.fill("#answer-body", "I have seen this:");
  await at.click("text=Add a picture");
  await at.setInputFiles("#picture", { name: "b.png", mimeType: "image/png", buffer: png(120, 80) });
  await at.click("text=Post answer");
  await at.waitForSelector("text=not in the text yet");
  await at.setInputFiles("#picture", { name: "b.png", mimeType: "image/png", buffer: png(120, 80) });
  await at.fill("#alt", "A forearm");
  await at.click("button:has-text('Add picture')");
  await at.waitForSelector("text=say that it shows no face");
  assert.equal(await at.inputValue("#answer-body"), "I have seen this:");
  assert.equal(await at.inputValue("#alt"), "A forearm");
  await shot(at, "image-fault-1280");
  await at.setInputFiles("#picture", { name: "b.png", mimeType: "image/png", buffer: png(120, 80) });
  await at.check("input[name=clean]");
  await at.click("button:has-text('Add picture')");
  await at.waitForURL(/\/answer$/);
  assert.match(await at.inputValue("#answer-body"), /^I have seen this:\n\n!\[A forearm\]\(image:120x80-[a-p]{30}\)/);
  await at.click("text=Post answer");
  await at.waitForURL(/#p\d+$/);
  assert.equal(await at.locator(".answer .prose img[alt='A forearm']").count(), 1);
});

test("a picture of what is withheld is its author's and the admins' alone, and nobody brings it back by its name", async () => {
  const gate = await house.admin();
  const seen = async (id) => {
    const got = [];
    for (const client of [wren, heron, gate]) for (const size of ["", "/small"]) got.push((await client.get(`/image/${id}${size}`)).status);
    return got.join(" ");
  };
  const made = await added(png(80, 60, () => [80, 60, 9]));
  const id = await answer(heron, question, made.markdown);
  const decide = (outcome) => gate.submit(`/admin/desk?posting=${id}`, `/admin/desk/${id}`, { outcome, reason: 2 }, { expect: 303 });
  assert.equal(await seen(made.id), "200 200 200 200 200 200", "the control");
  await decide(2);
  assert.equal(await seen(made.id), "404 404 200 200 200 200");
  const again = await wren.submit(`/q/${question}`, `/q/${question}/answer`, { body: made.markdown });
  assert.match(again.text, /no longer here/);
  await decide(1);
  assert.equal(await seen(made.id), "200 200 200 200 200 200");
  await heron.submit(`/p/${id}/edit`, `/p/${id}/edit`, { body: "Without the picture." }, { expect: 303 });
  assert.equal(await seen(made.id), "404 404 200 200 200 200", "taken out by an edit");
  await heron.submit(`/p/${id}/edit`, `/p/${id}/edit`, { body: made.markdown }, { expect: 303 });
  assert.equal(await seen(made.id), "200 200 200 200 200 200");
  await decide(4);
  assert.equal(await seen(made.id), "404 404 404 404 404 404", "its text was removed");
});

test("a picture is added to an edit and taken out of it, with script and without, after the same word", async () => {
  const id = await answer(heron, question, "It looked like this.");
  const file = { name: "c.png", mimeType: "image/png", buffer: png(300, 200, (x, y) => [x % 256, y, 20]) };
  const plain = await open(browser, house.origin, { script: false, width: 360 });
  await signIn(plain, "Heron", password);
  await plain.goto(`/p/${id}/edit`);
  await plain.click("text=Add a picture");
  await plain.setInputFiles("#picture", file);
  await plain.fill("#alt", "A knee");
  await plain.click("button:has-text('Add picture')");
  await plain.waitForSelector("text=say that it shows no face");
  await plain.setInputFiles("#picture", file);
  await plain.check("input[name=clean]");
  await plain.click("button:has-text('Add picture')");
  await plain.waitForURL(/\/edit$/);
  assert.match(await plain.inputValue("#body"), /^It looked like this\.\n\n!\[A knee\]\(image:300x200-/);
  await shot(plain, "image-edit-360");
  await plain.click("text=Take it out");
  assert.equal((await plain.inputValue("#body")).trim(), "It looked like this.");
  const at = await open(browser, house.origin, {});
  await signIn(at, "Heron", password);
  await at.goto(`/p/${id}/edit`);
  await at.waitForSelector(".images-in img[alt='A knee']");
  assert.deepEqual(await axe(at), []);
  await at.click("text=Take it out");
  assert.equal(await at.inputValue("#body"), "It looked like this.");
  assert.equal(await at.locator(".images-in img").count(), 0);
  await at.click("text=Add a picture");
  await at.setInputFiles("#picture", file);
  await at.fill("#alt", "A knee [left]");
  await at.check("input[name=clean]");
  await at.click("button:has-text('Add picture')");
  await at.waitForSelector(".images-in img[alt='A knee [left]']");
  await at.click("button:has-text('Save the edit')");
  await at.waitForURL(/#p\d+$/);
  assert.equal(await at.locator(`#p${id} .prose img[alt='A knee [left]']`).count(), 1);
  assert.deepEqual(at.faults, []);
});

test("a text that is blanked takes its picture along", async () => {
  const made = await added(png(70, 70, () => [70, 70, 70]));
  const id = await answer(heron, question, made.markdown);
  assert.equal((await wren.get(`/image/${made.id}`)).status, 200);
  house.must("curbside-clerk", ["text", "blank", String(id), "1"]);
  assert.equal((await wren.get(`/image/${made.id}`)).status, 404);
});
