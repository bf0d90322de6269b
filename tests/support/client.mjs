// What a browser does, without the pictures: a cookie jar, forms with their hidden fields, same-origin headers.
import http from "node:http";

const unescape = (text) => text.replace(/&lt;/g, "<").replace(/&gt;/g, ">").replace(/&quot;/g, '"').replace(/&#39;/g, "'").replace(/&amp;/g, "&");

export class Client {
  constructor(origin) {
    this.origin = new URL(origin);
    this.cookies = new Map();
  }

  request(method, path, { body = null, headers = {} } = {}) {
    const all = { host: this.origin.host, "user-agent": "curbside-test", accept: "text/html", ...headers };
    if (this.cookies.size) all.cookie = [...this.cookies].map(([k, v]) => `${k}=${v}`).join("; ");
    if (method === "POST") {
      const usual = { "sec-fetch-site": "same-origin", origin: this.origin.origin, "content-type": "application/x-www-form-urlencoded",
        "content-length": Buffer.byteLength(body ?? "") };
      for (const [name, value] of Object.entries(usual)) if (!(name in all)) all[name] = value; // null: not sent
    }
    for (const [name, value] of Object.entries(all)) if (value === null) delete all[name];
    return new Promise((done, fail) => {
      const sent = http.request({ host: "127.0.0.1", port: this.origin.port, method, path, headers: all, timeout: 20000 }, (got) => {
        const parts = [];
        got.on("data", (part) => parts.push(part));
        got.on("error", fail);
        got.on("end", () => {
          for (const line of got.headers["set-cookie"] ?? []) {
            const [, name, value] = line.match(/^([^=]+)=([^;]*)/);
            if (value === "" || /max-age=0/i.test(line)) this.cookies.delete(name);
            else this.cookies.set(name, value);
          }
          const bytes = Buffer.concat(parts);
          done({ status: got.statusCode, headers: got.headers, raw: got.rawHeaders, bytes, text: bytes.toString("utf8"), location: got.headers.location });
        });
      });
      sent.on("timeout", () => sent.destroy(new Error(`${method} ${path}: no answer`)));
      sent.on("error", fail);
      sent.end(body);
    });
  }

  get(path, options) { return this.request("GET", path, options); }
  post(path, fields, options = {}) { return this.request("POST", path, { body: new URLSearchParams(fields).toString(), ...options }); }
  async json(path) {
    const got = await this.get(path, { headers: { accept: "application/json" } });
    if (got.status !== 200) throw new Error(`GET ${path}: ${got.status} ${got.text.slice(0, 300)}`);
    return JSON.parse(got.text);
  }

  // Open `page`, find its form for `action`, send it with its hidden fields and `fields`.
  async submit(page, action, fields, { expect = null, headers = {} } = {}) {
    const shown = await this.get(page);
    const hidden = hiddenFields(shown.text, action);
    if (hidden === null) throw new Error(`${page} (${shown.status}) has no form for ${action}: ${words(shown.text)}`);
    const got = await this.post(action, { ...hidden, ...fields }, { headers });
    if (expect !== null && got.status !== expect) throw new Error(`POST ${action}: ${got.status}, not ${expect}: ${words(got.text)}`);
    return got;
  }
}

// The hidden fields of the form that posts to `action`; null when the page has no such form.
export function hiddenFields(html, action) {
  for (const [, attributes, inside] of html.matchAll(/<form([^>]*)>([\s\S]*?)<\/form>/g)) {
    const to = attributes.match(/action="([^"]*)"/);
    if (!to || unescape(to[1]) !== action || !/method="post"/.test(attributes)) continue;
    const fields = {};
    for (const [, input] of inside.matchAll(/<input([^>]*type="hidden"[^>]*)>/g)) {
      const name = input.match(/name="([^"]*)"/), value = input.match(/value="([^"]*)"/);
      if (name) fields[unescape(name[1])] = unescape(value?.[1] ?? "");
    }
    return fields;
  }
  return null;
}

// What stands in a page's main part, for messages.
export const words = (html) => unescape((html.match(/<main[\s\S]*?<\/main>/)?.[0] ?? html).replace(/<[^>]*>/g, " ")).replace(/\s+/g, " ").slice(0, 600);
