#!/usr/bin/env python3
"""A network of 25 partners with long names, of every province and with every kind of activity: still one sheet a language.

usage: sheet.py BUILD_DIR
"""
import datetime
import re
import shutil
import subprocess
import sys
import unittest

from world import World, enterprise_number, item, page

BUILD = sys.argv.pop(1)

PARTNERS = [f"p{n:02d}" for n in range(25)]
KINDS = ["academie", "inspiratiesessie", "toolkit", "webinar", "scan", "audit", "begeleiding", "subsidie", "wervingssessie"]
CODES = ["2000", "3500", "9000", "3000", "8000", "1000", "1300", "7000", "4000", "6700", "5000", None]
CONFIG = "partners:\n" + "".join(
    f"  - {{ partner: {p}, names: {{ nl: 'Vereniging voor ondernemende bedrijven van streek {n} en de streken daaromheen', "
    f"en: 'Association of enterprising companies of region {n} and the regions around it' }}, enabled: false, types: [organization], "
    "endpoint: { adapter: dir, path: /nowhere } }\n" for n, p in enumerate(PARTNERS))
COMPANIES = 60


def company(n):
    return item(f"c{n}", legal_name=f"Werkplaats Zonderling {n}", enterprise_number=enterprise_number(300 + n),
                postal_code=CODES[n % len(CODES)])


def lines():
    """Partner n held n + 1 sessions, each with 3 companies, some of them with its neighbour's; and referred to many others."""
    out = []
    for i, partner in enumerate(PARTNERS):
        out.append(page("2025-03-01T08:00:00Z", partner, "organization", [company(n) for n in range(COMPANIES)]))
        out.append(page("2025-03-01T08:00:00Z", partner, "participation", [
            item(f"x{s}-{k}", organization=f"c{(i + s + 7 * k) % COMPANIES}", activity_id=f"A{s}",
                 activity_kind=KINDS[(i + s) % len(KINDS)], held_on="2025-02-03") for s in range(i + 1) for k in range(3)]))
        out.append(page("2025-03-01T08:00:00Z", partner, "referral", [
            item(f"r{k}", from_partner=partner, to_partner=PARTNERS[(i + k + 1) % 25], organization=f"c{(i * k) % COMPANIES}",
                 service=KINDS[k % len(KINDS)], reason=f"{i} {k}", state="sent",
                 created_at=str(datetime.datetime(2025, 2, 1 + k, 9)).replace(" ", "T") + "Z") for k in range(i % 9)]))
    return out


class Sheet(unittest.TestCase):
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        cls.world = World(BUILD, PARTNERS)
        cls.world.config.write_text(cls.world.config.read_text() + CONFIG)
        cls.world.play(lines())

    @classmethod
    def tearDownClass(cls):
        cls.world.close()

    def test_the_others_are_counted_together(self):
        """Unique, and not added up: the 14 that hold the fewest sessions reached the same companies."""
        answer = self.world.ask("kpi", "--by", "partner", "--groups", "12")
        every = {g["key"]["partner"]: g for g in self.world.ask("kpi", "--by", "partner")["groups"]}
        self.assertEqual([g["key"]["partner"] for g in answer["groups"]], [*PARTNERS[14:], None])
        self.assertEqual([g for g in answer["groups"] if g["key"]["partner"]], [every[p] for p in PARTNERS[14:]])
        others = answer["groups"][-1]
        self.assertEqual(others["others"], 14)
        self.assertEqual(others["registered"], sum(every[p]["registered"] for p in PARTNERS[:14]))
        mine = {(i + s + 7 * k) % COMPANIES for i in range(14) for s in range(i + 1) for k in range(3)}
        self.assertEqual(others["unique_companies"], len(mine))
        self.assertLess(others["unique_companies"], sum(every[p]["unique_companies"] for p in PARTNERS[:14]))
        self.assertEqual(answer["total"], self.world.ask("kpi", "--by", "partner")["total"])
        _, table, _ = self.world.run("kpi", "--by", "partner", "--groups", "12")
        self.assertRegex(table, r"(?m)^14 others +\d+")
        _, text, _ = self.world.run("kpi", "--by", "kind,partner", "--groups", "3", "--csv")
        self.assertEqual([row.split(",")[:2] for row in text.split("\r\n")[3:5]], [["(others)", "(others)"], ["", ""]])

    def test_the_matrix_still_adds_up(self):
        matrix = self.world.ask("matrix")
        text = self.world.html("--language", "en").read_text()
        svg = text[text.index("Referrals from partner to partner</h2>"):]
        sent = [int(n) for n in re.findall(r'font-weight="700" font-size="14"[^>]*>(\d+)<', svg[:svg.index("</svg>")])]
        self.assertEqual(sum(sent), matrix["sums"]["total"]["sent"])
        self.assertLessEqual(len(sent), 64)
        self.assertGreater(len(matrix["cells"]), 64)
        self.assertIn("18 others", svg)
        # A picture of its own has all of them.
        status, _, err = self.world.run("matrix", "--svg", str(self.world.folder / "m.svg"))
        self.assertEqual(status, 0, err)
        self.assertNotIn("others", (self.world.folder / "m.svg").read_text())

    def test_one_sheet_a_language(self):
        chromium = shutil.which("chromium")
        if not chromium:
            self.skipTest("no chromium")
        for words, sheets in (((), 2), (("--language", "nl"), 1), (("--small-cells", "5", "--successors"), 2)):
            html, pdf = self.world.html(*words), self.world.folder / "report.pdf"
            subprocess.run([chromium, "--headless=new", "--no-sandbox", "--disable-gpu", "--no-pdf-header-footer",
                            f"--user-data-dir={self.world.folder}/chromium", f"--print-to-pdf={pdf}", html.as_uri()],
                           check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=120)
            self.assertEqual(len(re.findall(rb"/Type\s*/Page\b", pdf.read_bytes())), sheets, words)


if __name__ == "__main__":
    unittest.main()
