"""A small HTTP/1.1 server on asyncio: keep-alive, pipelining, chunked requests, gzip answers.

An app is a function Request -> Response that does not block. It may raise Abort(response).
"""
import asyncio
import json
import re
import time
import traceback
import zlib
from email.utils import formatdate
from http import HTTPStatus
from urllib.parse import parse_qsl, unquote, urlsplit

HEAD_MAX = 64 << 10
BODY_MAX = 16 << 20
GZIP_MIN = 4 << 10
CHUNK = re.compile(rb"([0-9A-Fa-f]{1,8})[^\r\n]*\r\n")


class Request:
    __slots__ = ("method", "target", "path", "query", "headers", "body")

    def __init__(self, method, target, headers):
        self.method, self.target, self.headers, self.body = method, target, headers, b""
        parts = urlsplit(target) if not target.startswith("//") else urlsplit("/")
        self.path, self.query = unquote(parts.path), parts.query

    def args(self):
        """Query arguments, decoded; the last of repeated ones."""
        return dict(parse_qsl(self.query, keep_blank_values=True))

    def raw_arg(self, name):
        """A query argument exactly as it was sent, or None: for tokens that must come back byte for byte."""
        for part in self.query.split("&"):
            key, _, value = part.partition("=")
            if unquote(key) == name:
                return value
        return None

    def json(self):
        try:
            return json.loads(self.body)
        except ValueError:
            raise Abort(Response(400, {"error": "body is not JSON"})) from None

    def object(self):
        value = self.json()
        if not isinstance(value, dict):
            raise Abort(Response(400, {"error": "body is not a JSON object"}))
        return value


class Response:
    __slots__ = ("status", "body", "headers", "drop")

    def __init__(self, status=200, body=None, headers=None):
        self.status, self.headers, self.drop = status, dict(headers or {}), False
        if body is None:
            self.body = b""
        elif isinstance(body, bytes):
            self.body = body
        else:
            self.body = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
            self.headers.setdefault("Content-Type", "application/json; charset=utf-8")


class Abort(Exception):
    def __init__(self, response):
        super().__init__(response.status)
        self.response = response


class Connection(asyncio.Protocol):
    def __init__(self, server):
        self.server, self.buffer, self.request, self.length = server, bytearray(), None, 0
        self.chunked, self.transport, self.waiting = False, None, False

    def connection_made(self, transport):
        self.transport = transport
        self.server.connections.add(self)

    def connection_lost(self, exc):
        self.server.connections.discard(self)

    def data_received(self, data):
        self.buffer += data
        self.work()

    def work(self):
        try:
            while not self.waiting and not self.transport.is_closing() and self.step():
                pass
        except Abort as stop:
            self.answer(stop.response, close=True)

    def step(self):
        """Take one thing off the buffer; False when more bytes are needed."""
        if not self.request and not self.take_head():
            return False
        body = self.take_chunks() if self.chunked else self.take_length()
        if body is None:
            return False
        request, self.request = self.request, None
        request.body = body
        self.handle(request)
        return True

    def take_head(self):
        end = self.buffer.find(b"\r\n\r\n")
        if end < 0:
            if len(self.buffer) > HEAD_MAX:
                raise Abort(Response(431))
            return False
        lines = bytes(self.buffer[:end]).decode("latin-1").split("\r\n")
        del self.buffer[:end + 4]
        words = lines[0].split(" ")
        if len(words) != 3 or not words[2].startswith("HTTP/1."):
            raise Abort(Response(400))
        headers = {}
        for line in lines[1:]:
            name, colon, value = line.partition(":")
            if not colon:
                raise Abort(Response(400))
            headers[name.strip().lower()] = value.strip()
        self.request = Request(words[0], words[1], headers)
        self.chunked = headers.get("transfer-encoding", "").lower() == "chunked"
        length = headers.get("content-length", "0")
        if not length.isdigit() or int(length) > BODY_MAX:
            raise Abort(Response(413 if length.isdigit() else 400))
        self.length = int(length)
        if headers.get("expect", "").lower() == "100-continue":
            self.transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        return True

    def take_length(self):
        if len(self.buffer) < self.length:
            return None
        body = bytes(self.buffer[:self.length])
        del self.buffer[:self.length]
        return body

    def take_chunks(self):
        at, parts = 0, []
        while True:
            head = CHUNK.match(self.buffer, at)
            if not head:
                return None
            size, at = int(head.group(1), 16), head.end()
            if at + size > BODY_MAX:
                raise Abort(Response(413))
            if len(self.buffer) < at + size + 2:
                return None
            if not size:
                del self.buffer[:at + 2]
                return b"".join(parts)
            parts.append(bytes(self.buffer[at:at + size]))
            at += size + 2

    def handle(self, request):
        try:
            response = self.server.app(request)
        except Abort as stop:
            response = stop.response
        except Exception:  # a fault of this server: shown to whoever runs it, and to the caller as any CRM would
            traceback.print_exc()
            response = Response(500, {"error": "internal error"})
        close = request.headers.get("connection", "").lower() == "close"
        delay = self.server.delay_s
        if not delay or request.path.startswith("/_demo/"):
            self.answer(response, close, request)
            return
        self.waiting = True
        asyncio.get_running_loop().call_later(delay, self.late, response, close, request)

    def late(self, response, close, request):
        self.waiting = False
        if not self.transport.is_closing():
            self.answer(response, close, request)
            self.work()

    def answer(self, response, close=False, request=None):
        if response.drop:
            self.transport.abort()
            return
        body, headers = response.body, response.headers
        if request and len(body) >= GZIP_MIN and "gzip" in request.headers.get("accept-encoding", ""):
            packer = zlib.compressobj(1, wbits=31)
            body = packer.compress(body) + packer.flush()
            headers["Content-Encoding"] = "gzip"
        reason = HTTPStatus(response.status).phrase
        head = [f"HTTP/1.1 {response.status} {reason}", f"Date: {formatdate(time.time(), usegmt=True)}"]
        if response.status != 204:
            head.append(f"Content-Length: {len(body)}")
        head += [f"{name}: {value}" for name, value in headers.items()]
        if close:
            head.append("Connection: close")
        self.transport.write("\r\n".join(head + ["", ""]).encode("latin-1") + body)
        if close:
            self.transport.close()


class Server:
    """One port. app: Request -> Response. delay_s makes every API answer late, to look at slow partners."""

    def __init__(self, app):
        self.app, self.delay_s, self.connections, self.listener, self.port = app, 0.0, set(), None, 0

    async def start(self, port):
        loop = asyncio.get_running_loop()
        self.listener = await loop.create_server(lambda: Connection(self), "127.0.0.1", port)
        self.port = self.listener.sockets[0].getsockname()[1]

    def stop(self):
        self.listener.close()
        for connection in list(self.connections):
            connection.transport.abort()
