// A mail relay on a free port of this machine that keeps what it is given: mails of { to, text }.
import net from "node:net";
import { sleep } from "./house.mjs";

export function openRelay() {
  const mails = [];
  return new Promise((done) => {
    const server = net.createServer((socket) => {
      let inside = false, mail = { to: [], text: "" }, rest = "";
      socket.write("220 relay.example ESMTP\r\n");
      socket.on("error", () => {});
      socket.on("data", (part) => {
        rest += part.toString("utf8");
        for (let at; (at = rest.indexOf("\r\n")) >= 0;) {
          const line = rest.slice(0, at);
          rest = rest.slice(at + 2);
          if (inside && line === ".") {
            inside = false;
            mails.push(mail);
            mail = { to: [], text: "" };
            socket.write("250 kept\r\n");
          } else if (inside) mail.text += `${line}\n`;
          else if (/^(EHLO|HELO)/i.test(line)) socket.write("250-relay.example\r\n250 8BITMIME\r\n");
          else if (/^DATA/i.test(line)) {
            inside = true;
            socket.write("354 go on\r\n");
          } else if (/^QUIT/i.test(line)) socket.end("221 bye\r\n");
          else {
            const to = line.match(/^RCPT TO:<(.*)>/i);
            if (to) mail.to.push(to[1]);
            socket.write("250 ok\r\n");
          }
        }
      });
    });
    server.listen(0, "127.0.0.1", () => done({
      mails,
      conf: { "smtp.host": "127.0.0.1", "smtp.port": server.address().port, "smtp.from": "house@demo.example" },
      close: () => server.close(),
      // The next mail to this address whose text has these words, waited for.
      async next(to, has) {
        for (let i = 0; i < 200; i++) {
          const at = mails.findIndex((mail) => mail.to.includes(to) && has.test(mail.text));
          if (at >= 0) return mails.splice(at, 1)[0];
          await sleep(50);
        }
        throw new Error(`no mail to ${to} with ${has} (there are: ${mails.map((mail) => mail.to)})`);
      },
    }));
  });
}
