#!/usr/bin/env python3
"""The conformance suite against live endpoints: each adapter that is built in passes it, and nothing else is touched.

usage: live.py BUILD_DIR

rest with the demo's four manifests against the demo's partners, exec with adapters/example.py, dir with a folder. Then:
a check that was killed leaves records that the next one finds and removes; nothing is written without consent, nor
where the daemon is at work; a limit is kept.
"""
import json
import pathlib
import re
import subprocess
import sys
import tempfile
import time
import unittest

SOURCE = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(SOURCE / "tests/system"))
from demo import PARTNERS, QUIET, Demo  # noqa: E402

BUILD = pathlib.Path(sys.argv.pop(1)).resolve()
WRITE = ("--write", "--yes")
KINDS = ("organization", "contact", "referral", "participation")
# What need not be tried, for want of records there or of two changes in one second; and besides: companies refer to nothing and take any text, referrals
# have no field that may be emptied.
READING = {"limits", "since-inclusive", "find-known", "items", "single-get", "no-such-record", "map-laws"}
OPEN = {"organization": {"refusal"}, "contact": set(), "referral": {"empties"}, "participation": {"empties"}}
MISTAKES = (
    ("voka", "pages", "mode: replace, ", "", "update"),
    ("voka", "pages", "kind: since+keyset, overlap: 2min", "kind: since+page, overlap: 0s", "pages-under-writes"),
    ("voka", "pages", 'include_deleted: "1"', 'include_gone: "1"', "delete-told"),
    ("voka", "pages", "query: { external_ref:", "query: { extern_ref:", "find-nothing"),
    ("voka", "pages", "updated_since: ", "changed_since: ", "incremental"),
    ("voka", "pages", "update: { path: \"/${var.list}/${key}\", method: PUT", "update: { path: \"/${var.list}\", method: PUT", "update"),
    ("unizo", "odata", 'headers: { If-Match: "${version|*}", Prefer: return=representation }',
     "headers: { Prefer: return=representation }", "gone"),
    ("unizo", "odata", 'is: ["0x80060882", "0x80060892"], kind: conflict', 'is: ["0x80060882"], kind: item', "stale-update"),
    ("unizo", "odata", "version: /@odata.etag", "version: /modifiedon", "versions-change"),
    ("flandersdc", "cursors", 'delete: { path: "/${var.list}/${key}", headers: { If-Match: "\\"${version}\\"" } }',
     'delete: { path: "/${var.list}/${key}" }', "stale-delete"),
    ("innovatiecentrum", "odoo", "is: [odoo.exceptions.AccessDenied, ", "is: [", "credentials"),
    ("innovatiecentrum", "odoo", 'is: [odoo.exceptions.MissingError], kind: gone', 'is: [odoo.exceptions.MissingError], kind: item',
     "gone"),
)
CLASS = {"unizo": "A", "voka": "B", "flandersdc": "A", "innovatiecentrum": "B"}


def run(config, *words, env=QUIET, **more):
    return subprocess.run([BUILD / "doorstroom", "--config", config, "--json", "adapter", "check", *words],
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=env, timeout=120, **more)


class Live(unittest.TestCase):
    maxDiff = None

    def check(self, config, *words, status=0):
        done = run(config, *words)
        self.assertEqual(done.returncode, status, done.stderr + done.stdout)
        return json.loads(done.stdout)

    def outcomes(self, answer, outcome):
        return {c["check"] for c in answer["checks"] if c["outcome"] == outcome}

    def rows(self, demo, partner):
        return demo.ask(partner, "state")["rows"]

    def test_the_four_manifests(self):
        with Demo(BUILD) as demo:
            config = demo.folder / "doorstroom.yaml"
            for partner in PARTNERS:
                with self.subTest(partner):
                    before = self.rows(demo, partner)
                    answer = self.check(config, partner)
                    self.assertEqual(self.outcomes(answer, "failed"), set())
                    self.assertEqual((answer["class"], answer.get("seen_class", "A")), (CLASS[partner], CLASS[partner]))
                    self.assertEqual(demo.ask(partner, "history?since=0"), [])
                    for kind in KINDS:
                        answer = self.check(config, partner, *WRITE, "--type", kind)
                        self.assertEqual(self.outcomes(answer, "failed"), set())
                        self.assertLessEqual(self.outcomes(answer, "not tried") - READING, OPEN[kind])
                        self.assertIn("create", self.outcomes(answer, "passed"))
                        self.assertIn("tidy", self.outcomes(answer, "passed"))
                        self.assertEqual(answer["seen_class"], CLASS[partner])
                    self.assertEqual(self.rows(demo, partner), before)
                    history = demo.ask(partner, "history?since=0")
                    made = {(e["type"], e["key"]) for e in history if e["op"] == "create"}
                    self.assertGreater(len(made), 20)
                    self.assertEqual({(e["type"], e["key"]) for e in history} - made, set())

    def test_wrong_manifests(self):
        """One mistake each in what is shipped, and the check that must see it on the live endpoint."""
        with Demo(BUILD) as demo:
            config = demo.folder / "doorstroom.yaml"
            config.write_text(re.sub(r"(?m)^manifest_path:.*", f"manifest_path: {demo.folder}/manifests", config.read_text()))
            (demo.folder / "manifests").mkdir()
            for partner, manifest, right, wrong, check in MISTAKES:
                with self.subTest(check=check, wrong=wrong):
                    for path in (SOURCE / "adapters/manifests").iterdir():
                        text = path.read_text()
                        if path.stem == manifest:
                            self.assertIn(right, text)
                            text = text.replace(right, wrong)
                        (demo.folder / "manifests" / path.name).write_text(text)
                    answer = json.loads(run(config, partner, *WRITE, "--type", "organization").stdout)
                    self.assertIn(check, self.outcomes(answer, "failed"), answer["checks"])
                    failed = next(c for c in answer["checks"] if c["check"] == check)
                    self.assertTrue(failed["change"])

    def test_a_killed_check_is_cleaned_up_by_the_next(self):
        with Demo(BUILD) as demo:
            config, partner = demo.folder / "doorstroom.yaml", "voka"
            before = self.rows(demo, partner)
            demo.ask(partner, "delay", {"seconds": 0.01})
            process = subprocess.Popen([BUILD / "doorstroom", "--config", config, "adapter", "check", partner, *WRITE],
                                       stdout=subprocess.DEVNULL, env=QUIET)
            demo.wait(lambda: len(demo.ask(partner, "history?since=0")) > 5, 60, "the check writes nothing")
            process.kill()
            process.wait()
            demo.ask(partner, "delay", {"seconds": 0})
            self.assertNotEqual(self.rows(demo, partner), before)
            self.assertEqual(self.outcomes(self.check(config, partner, status=1), "failed"), {"left-over"})
            self.check(config, partner, *WRITE)
            self.assertEqual(self.rows(demo, partner), before)

    def test_consent(self):
        with Demo(BUILD) as demo:
            config = demo.folder / "doorstroom.yaml"
            done = run(config, "voka", "--write", stdin=subprocess.DEVNULL)
            self.assertEqual(done.returncode, 2)
            self.assertIn("say --yes as well", done.stderr)
            self.assertEqual(demo.ask("voka", "history?since=0"), [])

    def test_where_the_daemon_is_at_work(self):
        with Demo(BUILD, companies=30, people=30, referrals=5) as demo:
            demo.start()
            demo.settle()
            config = demo.folder / "doorstroom.yaml"
            through = {k: v for k, v in QUIET.items()} | {"DOORSTROOM_CONFIG": str(config)}
            ask = [BUILD / "doorstroom", "--json", "adapter", "check", "voka", *WRITE]
            before = self.rows(demo, "voka")
            for words, env in ((ask, through), (ask[:1] + ["--config", config] + ask[1:], QUIET)):
                done = subprocess.run(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=env, timeout=60)
                self.assertEqual(done.returncode, 1)
                self.assertIn("doorstroom pause voka", done.stderr)
            self.assertEqual(self.rows(demo, "voka"), before)
            demo.cli("pause", "voka")
            done = subprocess.run(ask, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=through, timeout=60)
            self.assertEqual(done.returncode, 0, done.stderr + done.stdout)
            self.assertEqual(self.rows(demo, "voka"), before)
            demo.cli("resume", "voka")
            demo.settle()
            self.assertNotIn("Doorstroom check", json.dumps([self.rows(demo, p) for p in PARTNERS]))
            self.assertEqual(demo.stop(), 0)

    def test_what_a_person_reads(self):
        with Demo(BUILD) as demo:
            said = demo.cli("adapter", "check", "unizo").stdout
            self.assertIn("class A as declared; --write tries", said)
            self.assertRegex(said, r"(?m)^create-external-id and \d+ more +organization +not tried +it writes there: with --write")
            said = demo.cli("adapter", "check", "unizo", *WRITE, "--type", "organization").stdout
            self.assertRegex(said, r"(?m)^stale-update +organization +passed +a change with a version")
            self.assertRegex(said, r"(?m)^class A\nin order$")
            demo.ask("unizo", "fault", {"match": "GET /api", "status": 400, "count": 99, "effect": False, "headers": {}})
            said = demo.cli("adapter", "check", "unizo", "--type", "contact", ok=False).stdout
            self.assertRegex(said, r"(?ms)^list contact: .*HTTP 400.*^  it was to prove: .*^  to change: .*^faulty$")

    def test_a_limit_is_kept(self):
        with Demo(BUILD) as demo:
            config = demo.folder / "doorstroom.yaml"
            demo.ask("voka", "fault", {"match": "GET /v1/companies", "status": 429, "count": 1, "effect": False,
                                       "headers": {"Retry-After": "1"}})
            began = time.monotonic()
            answer = self.check(config, "voka", "--type", "organization")
            self.assertIn("limits", self.outcomes(answer, "passed"))
            self.assertGreater(time.monotonic() - began, 1)

    def test_no_answer_is_nobodys_failure(self):
        with Demo(BUILD) as demo:
            config = demo.folder / "doorstroom.yaml"
            demo.ask("voka", "fault", {"match": "GET /v1/persons?", "status": 404, "count": 99, "effect": False, "headers": {}})
            answer = self.check(config, "voka", "--type", "contact", status=1)
            self.assertIn("list", self.outcomes(answer, "failed"))

    # -- the other adapters

    def alone(self, folder, endpoint):
        (folder / "partner.yaml").write_text(f"partner: alone\nendpoint: {endpoint}\n")
        config = folder / "doorstroom.yaml"
        config.write_text(f"state_dir: {folder}/state\ninclude: partner.yaml\n")
        return config

    def test_exec_with_the_example(self):
        with tempfile.TemporaryDirectory() as name:
            config = self.alone(pathlib.Path(name),
                                f'{{ adapter: exec, command: [{SOURCE}/adapters/example.py], types: [organization] }}')
            answer = self.check(config, "alone", *WRITE, "--leave")
            self.assertEqual(self.outcomes(answer, "failed"), set())
            self.assertLessEqual({"create", "create-token", "create-external-id", "update", "versions-change", "stale-update"},
                                 self.outcomes(answer, "passed"))
            self.assertEqual(answer["seen_class"], "A")
            answer = self.check(config, "alone", *WRITE)
            self.assertIn("create", self.outcomes(answer, "not tried"))

    def test_dir(self):
        with tempfile.TemporaryDirectory() as name:
            folder = pathlib.Path(name)
            for kind in KINDS:
                (folder / "records" / kind).mkdir(parents=True)
            for word in ("acme", "ander", "bakkerij"):
                (folder / f"records/organization/{word}.json").write_text(json.dumps({"legal_name": word, "language": "nl"}))
            before = {p.name: p.read_text() for p in (folder / "records/organization").iterdir()}
            config = self.alone(folder, f"{{ adapter: dir, path: {folder}/records }}")
            for kind in KINDS:
                answer = self.check(config, "alone", *WRITE, "--type", kind)
                self.assertEqual(self.outcomes(answer, "failed"), set())
                self.assertIn("keeps-the-rest", self.outcomes(answer, "passed"))
            self.assertEqual({p.name: p.read_text() for p in (folder / "records/organization").iterdir()}, before)


if __name__ == "__main__":
    unittest.main()
