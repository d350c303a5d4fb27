#!/usr/bin/env python3
"""What stands around the demo's network: the person at a partner, the check from outside, the wait for convergence."""
import contextlib
import io
import json
import os
import shutil
import subprocess
import sys
import tempfile
import unittest

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
DEMO = os.path.join(ROOT, "conf", "demo")
sys.path[:0] = [DEMO, os.path.dirname(os.path.abspath(__file__))]
sys.dont_write_bytecode = True

import settle  # noqa: E402
import verify  # noqa: E402
from demo_running import SMALL, Running  # noqa: E402


class Folder(unittest.TestCase):
    """A network, in a folder as conf/demo/run makes it."""

    def setUp(self):
        self.folder = tempfile.mkdtemp()
        self.net = Running(state=os.path.join(self.folder, "network"), sizes=SMALL)
        with open(os.path.join(self.folder, "ports.json"), "w", encoding="utf-8") as file:
            json.dump(self.net.ports, file)

    def tearDown(self):
        self.net.stop()
        shutil.rmtree(self.folder)

    def ask(self, partner, method, name, body=None):
        return self.net.ask(partner, method, "/_demo/" + name, body)[2]


class PartnerTest(Folder):
    def partner(self, *words, status=0):
        command = [sys.executable, os.path.join(DEMO, "partner"), "--dir", self.folder, *words]
        done = subprocess.run(command, capture_output=True, text=True, timeout=30)
        self.assertEqual(done.returncode, status, done.stderr)
        return done.stderr if status else done.stdout

    def json(self, *words):
        return json.loads(self.partner("--json", *words))

    def test_create_set_show_delete(self):
        made = self.json("unizo", "create", "organization", "name=Zonnepit Kaas", "accountnumber=0403.449.823")
        self.assertEqual((made["fields"]["name"], made["created_by"]), ("Zonnepit Kaas", "local"))
        row = self.json("unizo", "set", "zonnepit kaas", "telephone1=09 123 45 67", "accountnumber=", "statecode=1")
        self.assertEqual([row["fields"][n] for n in ("telephone1", "accountnumber", "statecode")],
                         ["09 123 45 67", None, 1])
        self.assertIn("09 123 45 67", self.partner("unizo", "show", made["key"]))
        self.assertIn("Zonnepit", self.partner("unizo", "list", "NEPIT"))
        self.assertEqual(self.partner("unizo", "history").split()[1:3], ["local", "create"])
        self.partner("unizo", "delete", "Zonnepit")
        self.assertIn("no record", self.partner("unizo", "show", "Zonnepit", status=1))

    def test_values_as_the_partner_keeps_them(self):
        key = str(self.ask("innovatiecentrum", "GET", "list")[0]["key"])
        row = self.json("innovatiecentrum", "set", key, "active=false", "website=", "zip=9000")
        self.assertEqual([row["fields"][n] for n in ("active", "website", "zip")], [False, False, "9000"])
        key = self.ask("flandersdc", "GET", "list")[0]["key"]
        row = self.json("flandersdc", "set", key, "address.zip=9070", 'contact.mails:=["info@kaas.example"]')
        self.assertEqual(row["fields"]["attributes"]["address"]["zip"], "9070")
        self.assertEqual(row["fields"]["attributes"]["contact"]["mails"], ["info@kaas.example"])

    def test_what_is_wrong_is_said(self):
        self.assertIn("give a key", self.partner("voka", "show", "a", status=1))
        self.assertIn("unknown member", self.partner("voka", "create", "organization", "name=x", "colour=red",
                                                     status=1))
        self.assertIn("not field=value", self.partner("voka", "create", "organization", "name", status=1))
        self.assertIn("Does Not Exist", self.partner("unizo", "create", "contact", "lastname=x", "parentcustomerid=y",
                                                     status=1))
        self.assertIn("what?", self.partner("voka", "delete", status=2))


class VerifyTest(Folder):
    def verify(self):
        """(exit status, lines)"""
        out, argv = io.StringIO(), sys.argv
        sys.argv = ["verify.py", self.folder]
        try:
            with contextlib.redirect_stdout(out):
                return verify.main(), out.getvalue().splitlines()
        finally:
            sys.argv = argv

    def about(self, word):
        return [line for line in self.verify()[1][:-1] if word in line]

    def voka(self, method, target, body):
        status, _, answer = self.net.ask("voka", method, "/v1/" + target, body, {"X-Api-Key": "demo-voka"})
        self.assertIn(status, (200, 201), answer)
        return answer

    def test_apart_they_do_not_agree(self):
        status, lines = self.verify()
        self.assertEqual(status, 1)
        self.assertTrue(any("is there 0 times" in line for line in lines))
        self.assertTrue(any("street differs" in line for line in lines))
        self.assertEqual(self.about("made twice") + self.about("external id"), [])

    def test_what_was_made_twice(self):
        held = next(row["fields"] for row in self.ask("voka", "GET", "list") if verify.Record("voka", row).number)
        self.voka("POST", "companies", {"name": "Dubbel", "vat": held["vat"], "external_ref": "h1"})
        person = next(row["fields"] for row in self.ask("voka", "GET", "list?type=contact")
                      if verify.Record("voka", row).mails)
        self.voka("POST", "persons", {"last_name": person["last_name"], "email": person["email"], "external_ref": "h2"})
        self.assertEqual([line.split(":")[0] for line in self.about("made twice")],
                         ["made twice, by enterprise number", "made twice, by mail and family name"])

    def test_the_same_external_id_where_the_server_allows_it(self):
        for name in ("Een", "Twee"):
            self.ask("innovatiecentrum", "POST", "create", {"set": {"name": name, "ref": "h3"}})
        self.assertEqual(len(self.about("the same external id twice")), 1)

    def test_a_referral_that_arrived(self):
        row = next(row for row in self.ask("unizo", "GET", "list?type=referral")
                   if verify.keeper(row["fields"]["to"]) == "voka"
                   or verify.keeper(row["fields"]["to"]) == "innovatiecentrum")
        subject = verify.Record("unizo", row).subject
        self.assertEqual(len(self.about(str(row["key"]))), 1)
        company = self.ask("voka", "GET", "list")[0]["key"]
        target, field = ("voka", "company_id") if subject[1] == "voka" else ("innovatiecentrum", "partner_id")
        if target == "innovatiecentrum":
            company = self.ask(target, "GET", "list")[0]["key"]
        f = row["fields"]
        created = f["created_at"].replace("T", " ").rstrip("Z")
        made = self.ask(target, "POST", "create", {"type": "referral", "set": {
            field: company, "from_partner": f["from"], "to_partner": f["to"], "service": f["service"],
            "state": "declined",
            "created_at": created}})
        self.assertIn("is declined", "".join(self.about(str(row["key"]))))
        self.ask(target, "POST", "edit", {"type": "referral", "key": made["key"], "set": {"state": f["state"]}})
        self.assertEqual(self.about(str(row["key"])), [])

    def test_no_network(self):
        with open(os.path.join(self.folder, "ports.json"), "w", encoding="utf-8") as file:
            json.dump(dict.fromkeys(self.net.ports, 1), file)
        with contextlib.redirect_stderr(io.StringIO()):
            self.assertEqual(self.verify()[0], 2)


class SettleTest(unittest.TestCase):
    """A stand-in for the doorstroom program prints one status after another."""

    def setUp(self):
        self.folder = tempfile.mkdtemp()

    def tearDown(self):
        shutil.rmtree(self.folder)

    def settle(self, *answers, limit=20, pid=None):
        path = os.path.join(self.folder, "answers")
        with open(path, "w", encoding="utf-8") as file:
            file.writelines(json.dumps(answer) + "\n" for answer in answers)
        program = (f"p={path!r}; lines = open(p).read().splitlines(True); "
                   "open(p, 'w').write(''.join(lines[1:] or lines)); "
                   "print(lines[0]); raise SystemExit(lines[0] == 'null\\n')")
        command = [sys.executable, os.path.join(DEMO, "settle.py"), "--time", str(limit),
                   *(["--pid", str(pid)] if pid else []),
                   sys.executable, "-c", program]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60)
        return done.returncode, done.stdout

    def status(self, settled, read=0, sent=0, state="active", reason=None):
        return {"settled": settled, "partners": [{"id": "unizo", "settled": settled, "state": state,
                                                  "reason": reason,
                                                  "records_in": read, "records_out": sent}]}

    def test_settled_twice_with_nothing_in_between(self):
        status, out = self.settle(None, self.status(False, 5), self.status(True, 7), self.status(True, 9),
                                  self.status(True, 9))
        self.assertEqual(status, 0)
        self.assertIn("unizo active, 5 in, 0 out", out)

    def test_never_settled_says_why(self):
        status, out = self.settle(self.status(False, state="denied", reason="401"), limit=1)
        self.assertEqual(status, 1)
        self.assertIn("unizo is denied: 401", out)

    def test_a_moving_count_is_not_settled(self):
        self.assertEqual(self.settle(*(self.status(True, 5, n) for n in range(200)), limit=1)[0], 1)

    def test_the_daemon_ended(self):
        dead = subprocess.Popen([sys.executable, "-c", ""])
        dead.wait()
        self.assertEqual(self.settle(self.status(False), pid=dead.pid)[0], 3)

    def test_progress_is_between_nothing_and_all(self):
        steps = [settle.progress(p) for p in ({}, {"total": 100, "scanned": 50},
                                              {"last_ok": 1, "outbox": {"ready": 5}, "records_out": 5},
                                              {"settled": True})]
        self.assertEqual(steps, sorted(steps))
        self.assertEqual((steps[0], steps[-1]), (0, 1))


class RunTest(unittest.TestCase):
    """conf/demo/run with stand-ins for the two programs: nothing is synchronised, and it must say so."""

    def setUp(self):
        self.folder = tempfile.mkdtemp()
        for name in ("bin", "tmp"):
            os.mkdir(os.path.join(self.folder, name))

    def tearDown(self):
        shutil.rmtree(self.folder)

    def stub(self, name, text):
        path = os.path.join(self.folder, "bin", name)
        with open(path, "w", encoding="utf-8") as file:
            file.write(f"#!/bin/sh\n{text}\n")
        os.chmod(path, 0o755)

    def run_demo(self, *words, daemon="exec sleep 1000", settled="true"):
        self.stub("doorstroomd", daemon)
        self.stub("doorstroom", f"""echo '{{"settled":{settled},"partners":[]}}'""")
        command = [os.path.join(DEMO, "run"), "--bin", os.path.join(self.folder, "bin"), "--small", *words]
        tmp = os.path.join(self.folder, "tmp")
        done = subprocess.run(command, capture_output=True, text=True, timeout=120, cwd="/",
                              env=os.environ | {"TMPDIR": tmp, "XDG_RUNTIME_DIR": tmp})
        self.assertEqual(os.listdir(tmp), [], "nothing is left behind")
        return done.returncode, done.stdout, done.stderr

    def test_once_does_not_believe_the_daemon_alone(self):
        status, out, err = self.run_demo("--once")
        self.assertEqual((status, "the partners do not agree" in err), (1, True), err)
        self.assertIn("is there 0 times", out)
        self.assertNotIn("\nconverged", out)

    def test_once_gives_up_in_time(self):
        status, out, err = self.run_demo("--once", "--time", "1", settled="false")
        self.assertEqual((status, "has not converged" in err, "not settled after 1 s" in out), (1, True, True), err)

    def test_a_daemon_that_ends_is_noticed(self):
        status, out, err = self.run_demo("--once", daemon="echo no such thing; exit 1", settled="false")
        self.assertEqual((status, "the daemon has ended" in out, "no such thing" in err), (1, True, True), err)

    def test_kept_ports_and_secrets_stay(self):
        keep, seen = os.path.join(self.folder, "keep"), []
        for _ in range(2):
            self.run_demo("--once", "--keep", keep)
            texts = []
            for name in ("ports.json", "listen", "secrets/voka", "partners.d/voka.yaml", "doorstroom.yaml"):
                with open(os.path.join(keep, name), encoding="utf-8") as file:
                    texts.append(file.read())
            self.assertEqual(os.stat(os.path.join(keep, "secrets/voka")).st_mode & 0o077, 0)
            seen.append(texts)
        self.assertEqual(seen[0], seen[1])
        self.assertNotIn(":7102", seen[0][3])

    def test_usage(self):
        for words in (("--nonsense",), ("--seed", "x")):
            self.assertEqual(self.run_demo(*words)[0], 2)


if __name__ == "__main__":
    unittest.main()
