#!/usr/bin/env python3
"""What a stranger types: each is refused with what is wrong and what is right, or does what it says.

usage: input.py BUILD_DIR
"""
import datetime
import pathlib
import sys
import unittest

from world import World, item, page

BUILD = sys.argv.pop(1)

KPI = "kind, partner, title, service, province, legal_form, size_class, year, quarter, month"
WRONG = [
    ("kpi --by provnce", '"provnce" here (did you mean province?)'),
    ("kpi --by to", f'"to" here, but by {KPI}'),
    ("kpi --by kind,,title", f'"" here, but by {KPI}'),
    ("kpi --by kind,kind", "kind twice"),
    ("kpi --perod 2025", "kpi has no option --perod (did you mean --period?)"),
    ("kpi unizo", "one argument too many: unizo"),
    ("kpi --period 2025-13", "a year, a quarter, a month or a day"),
    ("kpi --period 2025-02-29", "a year, a quarter, a month or a day"),
    ("kpi --period 2025 --from 2025-01-01", "give it, or from and to"),
    ("kpi --from 2025-01-02 --to 2025-01-01", "from: it is after to"),
    ("kpi --from 1/2/2025", "from: a day is wanted, such as 2025-12-31"),
    ("funnel --as-of today", "as-of: a day is wanted"),
    ("matrix --overdue 14", "overdue: a span of time is wanted, such as 14d"),
    ("matrix --overdue 0d", "overdue: a span of time is wanted"),
    ("kpi --small-cells -5", "small-cells must be a whole number"),
    ("kpi --sessions 0", "sessions: at least 1"),
    ("kpi --csv --json", "one of --json, --csv and --svg"),
    ("kpi --csv --svg x.svg", "one of --json, --csv and --svg"),
    ("report --json --out x.html", "--json or --out"),
    ("report --language nl", "only the page has one"),
    ("report --out x.html --language fr", "nl, en or both"),
]


class Input(unittest.TestCase):
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        cls.world = World(BUILD, ["unizo", "voka"])
        cls.world.play([
            page("2025-03-01T08:00:00Z", "unizo", "organization", [item("c", legal_name="Werkplaats Zonderling")]),
            page("2025-03-01T08:01:00Z", "unizo", "participation", [
                item("p", organization="c", activity_id="A", activity_kind="webinar", held_on="2025-02-03")]),
            page("2025-03-01T08:02:00Z", "unizo", "referral", [
                item("r", from_partner="unizo", to_partner="voka", organization="c", service="scan", state="sent",
                     created_at="2025-02-04T09:00:00Z")])])

    @classmethod
    def tearDownClass(cls):
        cls.world.close()

    def test_what_is_wrong_is_said(self):
        for words, said in WRONG:
            status, out, err = self.world.run(*words.split())
            self.assertEqual((status, out), (2, ""), words)
            self.assertIn(said, err)
        self.assertFalse(pathlib.Path("x.svg").exists() or pathlib.Path("x.html").exists())

    def test_a_day_to_come(self):
        day = datetime.date.today() + datetime.timedelta(days=2)
        for command in ("kpi", "funnel", "matrix", "report"):
            status, out, err = self.world.run(command, "--as-of", str(day))
            self.assertEqual((status, out), (2, ""), command)
            self.assertIn(f"as-of: {day} is still to come: nothing is known of it", err)

    def test_nothing_to_count(self):
        for command in ("kpi", "funnel", "matrix", "report"):
            for words in (("--period", "1999"), ("--as-of", "1980-01-01")):
                status, out, err = self.world.run(command, *words)
                self.assertEqual(status, 0, err)
                self.assertNotIn("nan", out)
                self.assertRegex(out, r"(?m)^total .* 0")
        self.world.run("report", "--period", "1999", "--out", str(self.world.folder / "r.html"))
        self.assertIn("no referrals", (self.world.folder / "r.html").read_text())

    def test_blanks_between_dimensions(self):
        status, out, _ = self.world.run("kpi", "--by", "kind, partner ,province", "--csv")
        self.assertEqual((status, out.split(",")[:3]), (0, ["kind", "partner", "province"]))

    def test_kpi_without_groups(self):
        answer = self.world.ask("kpi")
        self.assertEqual((answer["by"], answer["groups"], answer["total"]["participants"]), ([], [], 1))
        _, out, _ = self.world.run("kpi")
        self.assertEqual([line.split()[:4] for line in out.splitlines()[2:4]],
                         [["ACTIVITIES", "SESSIONS", "PARTICIPANTS", "PEOPLE"], ["total", "1", "1", "1"]])

    def test_columns_of_the_matrix(self):
        """Each figure stands under its name: in tables, CSV and the order in which they come."""
        _, out, _ = self.world.run("matrix", "--overdue", "1d")
        lines = out.splitlines()
        self.assertEqual(lines[2].split("  ")[0], "FROM")
        self.assertEqual(lines[2].split(), "FROM TO MADE SENT ACCEPTED DECLINED WAITING OVERDUE LATE ANSWER IN SENT BACK".split())
        self.assertEqual(lines[3].split(), "unizo voka 1 1 0 0 1 1 0 0.00".split())
        self.assertEqual(lines[4].split(), "total 1 1 0 0 1 1 0".split())
        _, out, _ = self.world.run("matrix", "--overdue", "1d", "--csv")
        rows = [row.split(",") for row in out.split("\r\n")]
        self.assertEqual(rows[0], "from to made sent accepted declined waiting overdue late answered answer_median_ms reciprocity".split())
        self.assertEqual(rows[1], ["unizo", "voka", "1", "1", "0", "0", "1", "1", "0", "0", "", "0.0000"])

    def test_where_it_is_written(self):
        there = self.world.folder / "there.html"
        there.write_text("before")
        self.assertEqual(self.world.run("report", "--out", str(there))[0], 0)
        self.assertIn("<!DOCTYPE html>", there.read_text())
        status, out, _ = self.world.run("report", "--out", "-")
        self.assertEqual((status, out[:15]), (0, "<!DOCTYPE html>"))
        for path, why in (("/nowhere/x.html", "No such file"), (str(self.world.folder), "Is a directory")):
            status, out, err = self.world.run("report", "--out", path)
            self.assertEqual((status, out), (1, ""))
            self.assertIn(why, err)
        full = self.world.folder / "full"
        full.symlink_to("/dev/full")
        status, _, err = self.world.run("kpi", "--svg", str(full))
        self.assertEqual(status, 1)
        self.assertIn("No space left", err)
        self.assertTrue(full.is_symlink(), "what is no file of ours is left alone")


if __name__ == "__main__":
    unittest.main()
