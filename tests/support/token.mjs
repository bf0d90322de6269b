// Personal tokens: made as a person makes them, shown as a program shows them.
import { password } from "./house.mjs";

// A token of this member's: { text, id }.
export async function makeToken(client, scopes = ["read"], more = {}) {
  const fields = { name: `for ${scopes.join(" ")}`.slice(0, 40).trim(), password, days: 30, ...Object.fromEntries(scopes.map((scope) => [scope, 1])), ...more };
  const got = await client.submit("/account/tokens", "/account/tokens", fields, { expect: 200 });
  const text = got.text.match(/cbs_[A-Za-z0-9_-]{43}/)?.[0];
  if (!text) throw new Error(`no token in the page: ${got.text.slice(0, 400)}`);
  return { text, id: (await client.json("/account/tokens")).tokens[0].id };
}

// What a program does: no cookies, no form, JSON.
export class Program {
  constructor(house, token) {
    this.client = house.visitor();
    this.headers = { authorization: `Bearer ${token.text ?? token}`, accept: "*/*" };
  }
  get(path, headers = {}) { return this.client.get(path, { headers: { ...this.headers, ...headers } }).then(parsed); }
  post(path, body, headers = {}) {
    const all = { "sec-fetch-site": null, origin: null, "content-type": "application/json", ...this.headers, ...headers };
    return this.client.request("POST", path, { body: typeof body === "string" || Buffer.isBuffer(body) ? body : JSON.stringify(body), headers: all }).then(parsed);
  }
}
function parsed(got) {
  if (/json/.test(got.headers["content-type"] ?? "")) got.json = JSON.parse(got.text);
  return got;
}
