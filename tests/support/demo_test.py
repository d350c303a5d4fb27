#!/usr/bin/env python3
"""The demo's partner network: its data, what its APIs have in common, its memory."""
import http.client
import json
import os
import shutil
import tempfile
import threading
import unittest
from collections import Counter
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.parse import quote

from demo_running import SMALL, Api, Running

from demonet.flandersdc import webhook_signature
from demonet.views import generate
from demonet.world import valid_number
from network import DEMO_HOOK_SECRET


class Data(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.rows, cls.truth = generate(1)

    def tables(self):
        tables = {}
        for partner, rows in self.rows.items():
            for _, _, table, key, fields in rows:
                tables.setdefault((partner, table), {})[key] = fields
        return tables

    def test_same_seed_same_data(self):
        again, truth = generate(1)
        self.assertEqual(json.dumps(again), json.dumps(self.rows))
        self.assertEqual(truth, self.truth)
        self.assertNotEqual(json.dumps(generate(2)[0]), json.dumps(self.rows))

    def test_sizes_and_overlap(self):
        self.assertEqual([len(self.truth[k]) for k in ("organization", "contact", "referral", "participation")],
                         [2000, 5000, 300, 600])
        spread = Counter(len(entry["rows"]) for entry in self.truth["organization"])
        for partners, least in ((1, 800), (2, 400), (3, 150), (4, 50)):
            self.assertGreater(spread[partners], least)
        self.assertTrue(all(len(entry["rows"]) == 1 for entry in self.truth["referral"]))

    def numbers(self):
        """{(partner, key): enterprise number as ten digits, or None if missing}"""
        found = {}
        for (partner, table), rows in self.tables().items():
            for key, f in rows.items():
                if table in ("accounts", "companies", "organisations") or table == "res.partner" and f["is_company"]:
                    raw = f.get("accountnumber") or f.get("vat") or f.get("attributes", {}).get("kbo")
                    digits = "".join(c for c in str(raw) if c.isdigit())
                    found[partner, key] = digits or None
        return found

    def test_a_valid_number_belongs_to_one_company(self):
        numbers, owner, kinds = self.numbers(), {}, Counter()
        for entry in self.truth["organization"]:
            for partner, key in entry["rows"].items():
                number = numbers[partner, key]
                kinds["missing" if not number else "valid" if valid_number(number) else "invalid"] += 1
                if number and valid_number(number):
                    self.assertEqual(owner.setdefault(number, entry["id"]), entry["id"])
        self.assertGreater(kinds["valid"], 2500)
        self.assertGreater(kinds["missing"], 150)
        self.assertGreater(kinds["invalid"], 20)

    def test_known_numbers(self):
        for number in ("0403449823", "0407562029", "0566988259", "0314595348", "1000000021", "0999999922",
                       "0000009797"):
            self.assertTrue(valid_number(number), number)
        for number in ("0123456789", "2403449823", "0403449824", "403449823"):
            self.assertFalse(valid_number(number), number)

    def test_domains_are_examples(self):
        text = json.dumps(self.rows, ensure_ascii=False)
        hosts = [word for word in text.replace('"', " ").split() if "@" in word or "://" in word
                 or word.startswith("www.")]
        self.assertGreater(len(hosts), 5000)
        self.assertEqual([h for h in hosts if not h.rstrip(",]}").endswith(".example")], [])

    def test_overlaps_differ_as_real_ones_do(self):
        tables, seen = self.tables(), Counter()
        for entry in self.truth["organization"]:
            r = entry["rows"]
            if "unizo" in r and "voka" in r:
                u, v = tables["unizo", "accounts"][r["unizo"]], tables["voka", "companies"][r["voka"]]
                seen["name"] += u["name"] != v["name"]
                seen["upper"] += v["name"].isupper()
                seen["form"] += bool(u["legalform"]) and (u["legalform"] or "").lower() != v["form"]
                seen["phone"] += bool(u["telephone1"] and v["phones"]) and u["telephone1"] != v["phones"][0]["number"]
                seen["address"] += u["address1_postalcode"] != v["zip"]
                seen["gone"] += (u["statecode"] == 1) != (v["active"] == "N")
        for difference in ("name", "upper", "form", "phone", "address", "gone"):
            self.assertGreater(seen[difference], 0, difference)
        mails = [f["emailaddress1"] for f in tables["unizo", "contacts"].values() if f["emailaddress1"]]
        self.assertGreater(sum(m.split("@")[0] in ("info", "sales", "contact") for m in mails), 20)
        self.assertGreater(max(Counter(mails).values()), 1)

    def test_somebody_attended_often(self):
        rows = self.tables()["flandersdc", "attendances"].values()
        often = Counter(f["attributes"]["contact"] for f in rows if f["attributes"]["attended"])
        self.assertGreaterEqual(max(often.values()), 5)


class WebhookTest(unittest.TestCase):
    def test_delivered_signed_and_tried_again(self):
        calls, taken = [], threading.Event()

        class Hook(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                calls.append((dict(self.headers), body))
                self.send_response(503 if len(calls) == 1 else 204)
                self.end_headers()
                if len(calls) == 2:
                    taken.set()

            def log_message(self, *args):
                pass

        server = HTTPServer(("127.0.0.1", 0), Hook)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        net = Running(hook_url=f"http://127.0.0.1:{server.server_port}/hook/x",
                      sizes=SMALL | {"companies": 20, "people": 20, "referrals": 2, "participations": 0})
        try:
            _, _, made = net.ask("flandersdc", "POST", "/_demo/create", {"type": "contact", "set": {"family": "Wijns"}})
            self.assertTrue(taken.wait(10))
            self.assertEqual(calls[0][0]["webhook-id"], calls[1][0]["webhook-id"])
            headers, body = calls[1]
            event = json.loads(body)
            self.assertEqual((event["type"], event["data"]), ("person.created", {"id": made["key"]}))
            self.assertEqual(headers["webhook-signature"],
                             webhook_signature(DEMO_HOOK_SECRET, headers["webhook-id"], headers["webhook-timestamp"],
                                               body))
        finally:
            net.stop()
            server.shutdown()
            server.server_close()

    def test_signature_vector(self):
        self.assertEqual(webhook_signature("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "msg_p5jXN8AQM9LWM0D4loKWxJek",
                                           "1614265330",
                                           b'{"test": 2432232314}'), "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=")


class CommonTest(Api):
    partner = "voka"

    def test_gzip_only_where_asked_for(self):
        headers = {"X-Api-Key": "demo-voka"}
        _, plain, body = self.net.ask("voka", "GET", "/v1/persons?per_page=50", None, headers)
        _, packed, same = self.net.ask("voka", "GET", "/v1/persons?per_page=50", None,
                                       headers | {"Accept-Encoding": "gzip, deflate"})
        self.assertEqual((plain["Content-Encoding"], packed["Content-Encoding"], body == same), (None, "gzip", True))
        self.assertLess(int(packed["Content-Length"]), int(plain["Content-Length"]))

    def test_faults_before_and_after_the_effect(self):
        headers = {"X-Api-Key": "demo-voka"}
        self.control("POST", "fault", {"match": "POST /v1/companies", "status": 503, "count": 1,
                                       "headers": {"Retry-After": "1"}}, expect=204)
        status, answer, _ = self.net.ask("voka", "POST", "/v1/companies", {"name": "x", "external_ref": "f1"}, headers)
        self.assertEqual((status, answer["Retry-After"]), (503, "1"))
        self.assertEqual(self.net.ask("voka", "GET", "/v1/companies?external_ref=f1", None, headers)[2]["total"], 0)
        self.control("POST", "fault", {"match": "POST /v1/companies", "status": 0, "effect": True}, expect=204)
        with self.assertRaises((http.client.HTTPException, OSError)):
            self.net.ask("voka", "POST", "/v1/companies", {"name": "x", "external_ref": "f1"}, headers)
        self.net.connections["voka"].close()
        self.assertEqual(self.net.ask("voka", "GET", "/v1/companies?external_ref=f1", None, headers)[2]["total"], 1)

    def test_chunked_and_pipelined_requests(self):
        connection = http.client.HTTPConnection("127.0.0.1", self.net.ports["voka"], timeout=10)
        connection.request("POST", "/v1/companies", iter([b'{"name":', b'"brok"}']), {"X-Api-Key": "demo-voka"},
                           encode_chunked=True)
        self.assertEqual(connection.getresponse().status, 201)
        connection.close()
        connection.connect()
        connection.sock.sendall(b"GET /_demo/types HTTP/1.1\r\nHost: x\r\n\r\n"
                                b"GET /_demo/none HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        text = b""
        while part := connection.sock.recv(65536):
            text += part
        self.assertEqual(text.count(b"HTTP/1.1 200 OK"), 1)
        self.assertEqual(text.count(b"HTTP/1.1 404 Not Found"), 1)
        connection.close()

    def test_state_is_complete(self):
        state = self.control("GET", "state")
        self.assertEqual({kind: len(rows) for kind, rows in state["rows"].items()},
                         {kind: len(self.control("GET", "list?type=" + kind)) for kind in state["rows"]})

    def test_find(self):
        self.control("POST", "create", {"set": {"name": "Vindbaar Émile"}})
        self.assertEqual([row["fields"]["name"] for row in self.control("GET", "find?name=" + quote("bAAR éM"))],
                         ["Vindbaar Émile"])


class Restart(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp()

    def tearDown(self):
        shutil.rmtree(self.folder)

    def test_everything_comes_back(self):
        net = Running(state=self.folder)
        headers = {"X-Api-Key": "demo-voka"}
        _, _, made = net.ask("voka", "POST", "/v1/companies", {"name": "Blijft", "external_ref": "hub-1"}, headers)
        gone = net.ask("voka", "GET", "/_demo/list")[2][0]["key"]
        net.ask("voka", "DELETE", f"/v1/companies/{gone}", None, headers)
        before = {partner: net.ask(partner, "GET", "/_demo/state")[2] for partner in net.ports}
        history = net.ask("voka", "GET", "/_demo/history")[2]
        net.stop()
        with open(os.path.join(self.folder, "voka.jsonl"), "ab") as file:
            file.write(b'{"table":"compan')    # died while writing
        net = Running(state=self.folder)
        self.assertEqual({partner: net.ask(partner, "GET", "/_demo/state")[2] for partner in net.ports}, before)
        self.assertEqual(net.ask("voka", "GET", "/_demo/history")[2], history)
        self.assertEqual(net.ask("voka", "POST", "/v1/companies", {"name": "x", "external_ref": "hub-1"}, headers)[0],
                         409)
        _, _, other = net.ask("voka", "POST", "/v1/companies", {"name": "Nieuw"}, headers)
        self.assertGreater(other["id"], made["id"])
        self.assertGreater(other["updated_at"], "2025")
        net.stop()

    def test_idempotency_keys_come_back(self):
        form = b"grant_type=client_credentials&client_id=doorstroom&client_secret=demo-flandersdc"
        answers = []
        for _ in range(2):
            net = Running(state=self.folder)
            token = net.ask("flandersdc", "POST", "/oauth/token", form)[2]["access_token"]
            headers = {"Authorization": "Bearer " + token, "Idempotency-Key": "k"}
            answers.append(net.ask("flandersdc", "POST", "/api/organisations", {"attributes": {"title": "Eens"}},
                                   headers)[2])
            net.stop()
        self.assertEqual(answers[0], answers[1])

    def test_truth_file(self):
        net = Running(state=self.folder)
        net.stop()
        with open(os.path.join(self.folder, "truth.json"), encoding="utf-8") as file:
            truth = json.load(file)
        self.assertEqual([len(truth[kind]) for kind in ("organization", "contact", "referral", "participation")],
                         list(SMALL.values()))


if __name__ == "__main__":
    unittest.main()
