#!/usr/bin/python3
"""A real mail relay (aiosmtpd) for postman_test.mjs: says on stdout, a JSON line each, who connected and what mail it took, and is told on
stdin, a word a line, how to behave:
  plain    take every mail
  hold     take and keep it, but do not say so until another word comes
  refuse   answer 451 (come again later) to every mail
  away     accept connections and close them at once
  slow     wait a moment before and after keeping a mail, so that a kill may fall anywhere
Usage: relay.py PORT"""
import asyncio
import email
import email.policy
import json
import random
import sys

from aiosmtpd.smtp import SMTP

behaviour = "plain"
changed = None


def say(**what):
    print(json.dumps(what), flush=True)


class Keeper:
    async def handle_DATA(self, server, session, envelope):
        if behaviour == "refuse":
            say(refused=True)
            return "451 4.3.0 come again later"
        if behaviour == "slow":
            await asyncio.sleep(random.random() * 0.03)
        mail = email.message_from_bytes(envelope.content, policy=email.policy.default)
        say(mail=mail["Message-ID"], sender=envelope.mail_from, to=envelope.rcpt_tos, subject=mail["Subject"],
            headers=[[name.lower(), str(value)] for name, value in mail.items()], type=mail.get_content_type(),
            defects=[str(defect) for defect in mail.defects], body=mail.get_content(), raw=envelope.content.decode("latin-1"))
        if behaviour == "slow":
            await asyncio.sleep(random.random() * 0.03)
        while behaviour == "hold":
            await changed.wait()
        return "250 2.0.0 kept"


class Relay(SMTP):
    def connection_made(self, transport):
        say(connected=asyncio.get_running_loop().time())
        if behaviour == "away":
            transport.abort()
        else:
            super().connection_made(transport)

    def connection_lost(self, error):
        if self.transport is not None:
            super().connection_lost(error)


async def main():
    global behaviour, changed
    loop = asyncio.get_running_loop()
    changed = asyncio.Event()
    await loop.create_server(lambda: Relay(Keeper(), hostname="relay.example", enable_SMTPUTF8=False), "127.0.0.1", int(sys.argv[1]))
    words = asyncio.StreamReader()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(words), sys.stdin)
    say(ready=True)
    while line := await words.readline():
        behaviour = line.decode().strip()
        changed.set()
        changed = asyncio.Event()
        say(behaviour=behaviour)


asyncio.run(main())
