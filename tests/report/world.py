"""A store into which partners deliver, and the questions asked of it: through the program, on the closed store."""
import json
import pathlib
import shutil
import sqlite3
import subprocess
import tempfile


class World:
    def __init__(self, build, partners):
        self.build = pathlib.Path(build)
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="report-"))
        self.partners = partners
        self.config = self.folder / "doorstroom.yaml"
        self.config.write_text(f"state_dir: {self.folder}\ncontrol: {self.folder}/control\n")

    def close(self):
        shutil.rmtree(self.folder)

    def play(self, lines):
        """Lines as report-drive has them, without the first."""
        text = "".join(json.dumps(line) + "\n" for line in [{"partners": self.partners}, *lines])
        done = subprocess.run([self.build / "tests/report-drive", self.folder], input=text, text=True, stderr=subprocess.PIPE)
        assert done.returncode == 0, done.stderr[-4000:]

    def run(self, *words):
        done = subprocess.run([self.build / "doorstroom", "--config", self.config, *words], stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE)
        return done.returncode, done.stdout.decode(), done.stderr.decode()

    def ask(self, *words):
        status, out, err = self.run(*words, "--json")
        assert status == 0, err
        return json.loads(out)

    def html(self, *words):
        """The file that a page was written to."""
        out = self.folder / "report.html"
        status, _, err = self.run("report", "--out", str(out), *words)
        assert status == 0, err
        return out

    def facts(self):
        with sqlite3.connect(self.folder / "doorstroom.db") as db:
            return [sorted(db.execute(f"SELECT * FROM fact_{name}"), key=str)
                    for name in ("organization", "contact", "referral", "participation", "merged")]

    def facts_are_told_by_the_events(self):
        """Made again from the events alone, they are what they were."""
        kept = self.facts()
        with sqlite3.connect(self.folder / "doorstroom.db") as db:
            db.execute("DELETE FROM keyed WHERE name = 'fact'")
            db.execute("DELETE FROM fact_participation")
        self.play([])
        return self.facts() == kept


def page(at, partner, kind, items):
    return {"at": at, "partner": partner, "type": kind, "items": items}


def item(key, **fields):
    return {"key": key, "fields": {name: value for name, value in fields.items() if value is not None}}


def gone(key):
    return {"key": key, "gone": True}


def enterprise_number(n):
    """The nth of a made-up range, with its check digits (modulo 97)."""
    base = 9_990_000 + n
    return f"0{base:07d}{97 - base % 97:02d}"
