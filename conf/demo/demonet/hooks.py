"""Delivers webhooks, one after another on one kept connection: tried four times, later ones wait."""
import asyncio
import secrets
from urllib.parse import urlsplit

from .flandersdc import webhook_request

WAITS_S = (0.2, 1.0, 3.0)
QUEUE_MAX = 10_000


class Hooks:
    def __init__(self, url, secret):
        self.url, self.secret, self.queue = urlsplit(url), secret, asyncio.Queue(QUEUE_MAX)
        self.reader = self.writer = self.task = None
        self.stopping = False

    def start(self):
        self.task = asyncio.get_running_loop().create_task(self.run())

    async def stop(self):
        self.stopping = True  # wait_for() loses a cancellation that meets its result
        self.task.cancel()
        await asyncio.wait([self.task])
        self.hang_up()

    def send(self, event):
        if not self.queue.full():
            self.queue.put_nowait(event | {"id": "msg_" + secrets.token_hex(8)})

    async def run(self):
        while not self.stopping:
            event = await self.queue.get()
            for wait in (*WAITS_S, None):
                if await self.deliver(event) or wait is None:
                    break
                await asyncio.sleep(wait)

    def hang_up(self):
        if self.writer:
            self.writer.close()
        self.reader = self.writer = None

    async def deliver(self, event):
        """True if it was taken. A kept connection that the other end closed meanwhile costs one try."""
        try:
            return 200 <= await asyncio.wait_for(self.post(event), 5) < 300
        except (OSError, EOFError, ValueError, asyncio.TimeoutError):
            self.hang_up()
            return False

    async def post(self, event):
        if not self.writer:
            self.reader, self.writer = await asyncio.open_connection(self.url.hostname, self.url.port or 80)
        headers, body = webhook_request(self.secret, event)
        headers |= {"Host": self.url.netloc, "Content-Type": "application/json", "Content-Length": str(len(body))}
        head = [f"POST {self.url.path or '/'} HTTP/1.1"] + [f"{name}: {value}" for name, value in headers.items()]
        self.writer.write("\r\n".join(head + ["", ""]).encode() + body)
        answer = (await self.reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        fields = {n.strip().lower(): v.strip() for n, _, v in (line.partition(":") for line in answer[1:])}
        if "content-length" in fields:
            await self.reader.readexactly(int(fields["content-length"]))
        unbounded = "content-length" not in fields and " 204" not in answer[0]
        if unbounded or fields.get("connection", "").lower() == "close":
            self.hang_up()
        return int(answer[0].split(" ")[1])
