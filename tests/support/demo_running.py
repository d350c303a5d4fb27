"""The demo's partner network in this process, and a class of tests that speaks to it."""
import asyncio
import gzip
import http.client
import json
import os
import sys
import threading
import unittest

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(ROOT, "conf", "demo"))
sys.dont_write_bytecode = True

from network import Network  # noqa: E402

SMALL = {"companies": 120, "people": 260, "referrals": 40, "participations": 60}


class Running:
    """A network on free ports, its loop in a thread."""

    def __init__(self, **options):
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self.thread.start()
        self.network = self.call(self.make, options)
        self.ports = asyncio.run_coroutine_threadsafe(self.network.start(), self.loop).result(10)
        self.connections = {name: http.client.HTTPConnection("127.0.0.1", port, timeout=10)
                            for name, port in self.ports.items()}

    def call(self, function, *args):
        async def run():
            return function(*args)
        return asyncio.run_coroutine_threadsafe(run(), self.loop).result(30)

    def make(self, options):
        return Network(**{"sizes": SMALL, **options})

    def stop(self):
        for connection in self.connections.values():
            connection.close()
        asyncio.run_coroutine_threadsafe(self.network.stop(), self.loop).result(10)
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join()
        self.loop.close()

    def ask(self, partner, method, target, body=None, headers=None):
        """(status, headers, JSON or None) on a kept connection."""
        data = body if isinstance(body, (bytes, type(None))) else json.dumps(body).encode()
        connection = self.connections[partner]
        connection.request(method, target, data, headers or {})
        answer = connection.getresponse()
        text = answer.read()
        if answer.getheader("Content-Encoding") == "gzip":
            text = gzip.decompress(text)
        return answer.status, answer.headers, json.loads(text) if text else None


class Api(unittest.TestCase):
    """One network per class; tests take rows of their own."""
    partner, options = "", {}

    @classmethod
    def setUpClass(cls):
        cls.net = Running(**cls.options)

    @classmethod
    def tearDownClass(cls):
        cls.net.stop()

    def control(self, method, name, body=None, expect=None):
        status, _, answer = self.net.ask(self.partner, method, "/_demo/" + name, body)
        self.assertEqual(status, expect or (201 if name == "create" else 200), answer)
        return answer

    def history(self, since=0):
        return self.control("GET", f"history?since={since}")

    def seq(self):
        return self.control("GET", "types")["ver"]
