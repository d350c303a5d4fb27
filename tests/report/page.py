#!/usr/bin/env python3
"""What is sent on: the page needs nothing else and runs nothing, whatever the records are called; CSV and small numbers.

usage: page.py BUILD_DIR
"""
import csv
import html.parser
import io
import pathlib
import re
import sys
import unittest
import xml.etree.ElementTree

BUILD = sys.argv[1]

import funnel  # noqa: E402
from world import World, item, page  # noqa: E402

PAYLOADS = pathlib.Path(__file__).resolve().parents[3] / "shared/data/xss/Intruder/xss-payload-list.txt"
SVG = "{http://www.w3.org/2000/svg}"
ELEMENTS = {"html", "head", "meta", "title", "style", "body", "section", "header", "footer", "div", "h1", "h2", "p", "b", "i", "br",
            "span", "table", "thead", "tbody", "tr", "th", "td", "svg", "text", "rect"}
ATTRIBUTES = {"lang", "charset", "name", "content", "http-equiv", "class", "style", "xmlns", "viewbox", "width", "height", "role",
              "font-family", "font-size", "font-weight", "fill", "x", "y", "rx", "text-anchor"}


class Reader(html.parser.HTMLParser):
    def __init__(self):
        super().__init__()
        self.elements, self.attributes, self.styles, self.text = set(), set(), set(), ""

    def handle_starttag(self, tag, attributes):
        self.elements.add(tag)
        self.attributes |= {name for name, _ in attributes}
        self.styles |= {value for name, value in attributes if name == "style"}

    def handle_data(self, data):
        self.text += data


def read(text):
    reader = Reader()
    reader.feed(text)
    reader.close()
    return reader


class Page(unittest.TestCase):
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        cls.world = World(BUILD, funnel.PARTNERS)
        cls.world.play(funnel.lines())
        cls.config = cls.world.config.read_text()

    @classmethod
    def tearDownClass(cls):
        cls.world.close()

    def harmless(self, reader):
        self.assertEqual(reader.elements - ELEMENTS, set())
        self.assertEqual(reader.attributes - ATTRIBUTES, set())
        self.assertEqual({re.sub(r"0\.\d\d$", "", style) for style in reader.styles}, {"text-align:left", "--zoom:"})

    def test_it_needs_nothing_and_runs_nothing(self):
        text = self.world.html().read_text()
        self.harmless(read(text))
        self.assertNotRegex(text.replace("http://www.w3.org/2000/svg", ""), r"https?:|url\(|@import|src=|href=|<script")
        self.assertIn("default-src 'none'", text)

    def test_languages(self):
        both, nl, en = (self.world.html(*words).read_text() for words in ((), ("--language", "nl"), ("--language", "en")))
        self.assertIn("Wat het netwerk deed", nl)
        self.assertNotIn("What the network did", nl)
        self.assertNotIn("Wat het netwerk deed", en)
        self.assertEqual(both.count("<section"), 2)
        status, _, err = self.world.run("report", "--out", "x.html", "--language", "fr")
        self.assertEqual((status, err.count("nl, en or both")), (2, 1))

    def test_its_figures(self):
        text = read(self.world.html("--language", "en", "--as-of", "2024-12-31").read_text()).text
        for figure in ("as known at the end of 2024-12-31", "50.0%", "8.1 d", "20.1 d"):
            self.assertIn(figure, text)

    def test_names_run_nothing(self):
        """Partners that are called what attackers would like a browser to run."""
        if not PAYLOADS.exists():
            self.skipTest("no list of payloads")
        payloads = [line for line in PAYLOADS.read_text(errors="replace").splitlines() if line.strip()]
        for payload in payloads[::40]:
            name = "".join(c if c.isprintable() and c not in "\\'" and ord(c) < 0xfffd else " " for c in payload).strip()[:200]
            if not name:
                continue
            self.world.config.write_text(self.config + "partners:\n  - partner: unizo\n    enabled: false\n    types: [organization]\n"
                                         f"    label: '{name}'\n    endpoint: {{ adapter: dir, path: /nowhere }}\n")
            self.harmless(read(self.world.html().read_text()))
            status, out, err = self.world.run("matrix", "--svg", str(self.world.folder / "m.svg"))
            self.assertEqual(status, 0, err)
            tree = xml.etree.ElementTree.parse(self.world.folder / "m.svg")
            self.assertEqual({x.tag for x in tree.iter()} - {SVG + t for t in ("svg", "title", "text", "rect")}, set())
        self.world.config.write_text(self.config)

    def test_titles_run_nothing(self):
        """The same as titles of activities, in a picture of their own and in a spreadsheet."""
        if not PAYLOADS.exists():
            self.skipTest("no list of payloads")
        payloads = [line.strip() for line in PAYLOADS.read_text(errors="replace").splitlines() if line.strip()]
        world = World(BUILD, ["unizo"])
        try:
            titles = payloads[::110] + ["=1+1", "+x", "-x", "@x", 'a "b", c']
            world.play([page("2026-01-01T00:00:00Z", "unizo", "participation", [
                item(f"p{n}", activity_id=f"A{n}", activity_kind="webinar", activity_title=title[:300], held_on="2025-05-05")
                for n, title in enumerate(titles)])])
            status, _, err = world.run("kpi", "--by", "title", "--svg", str(world.folder / "k.svg"))
            self.assertEqual(status, 0, err)
            tree = xml.etree.ElementTree.parse(world.folder / "k.svg")
            self.assertEqual({x.tag for x in tree.iter()}, {SVG + t for t in ("svg", "title", "text", "rect")})
            status, out, err = world.run("kpi", "--by", "title", "--csv")
            self.assertEqual(status, 0, err)
            rows = list(csv.reader(io.StringIO(out, newline="")))
            self.assertEqual({len(row) for row in rows}, {len(rows[0])})
            self.assertEqual([row[0] for row in rows if re.match(r"[=+\-@]", row[0])], [])
            self.assertIn('a "b", c', [row[0] for row in rows])
        finally:
            world.close()

    def test_csv(self):
        status, out, _ = self.world.run("funnel", "--by", "to", "--csv")
        self.assertEqual(status, 0)
        rows = list(csv.DictReader(io.StringIO(out)))
        total = [row for row in rows if not row["to"]]
        self.assertEqual([row["stage"] for row in total], [stage[0] for stage in funnel.TABLE[None]])
        self.assertEqual([row["companies"] for row in total], [str(stage[1]) for stage in funnel.TABLE[None]])
        self.assertEqual([row["median_ms"] for row in total], [str(s[6]) if s[6] is not None else "" for s in funnel.TABLE[None]])
        self.assertEqual(len(rows), 36)

    def test_small_numbers(self):
        """Nothing below 5 is left, and no column of a table has a single hidden cell among its groups and its total."""
        answer = self.world.ask("funnel", "--by", "to", "--small-cells", "5")
        self.assertGreater(answer["hidden"], 0)
        figures = [*answer["groups"], answer["total"]]
        for stage in range(6):
            for name in ("companies", "referrals", "came", "of", "left", "waiting"):
                column = [f["stages"][stage][name] for f in figures]
                self.assertEqual([n for n in column if n is not None and 0 < n < 5], [], (stage, name))
            if stage >= 2:
                self.assertNotEqual([f["stages"][stage]["referrals"] for f in figures].count(None), 1)
            for f in figures:
                self.assertTrue(f["stages"][stage]["median_ms"] is None or f["stages"][stage]["left"] >= 5)
        for f in figures:
            hidden = [n for n in [f["stages"][2]["referrals"], *f["ends"].values()] if n is None]
            self.assertNotEqual(len(hidden), 1)
        matrix = self.world.ask("matrix", "--small-cells", "5")
        for cell in matrix["cells"]:
            self.assertEqual([n for n in (cell[k] for k in ("made", "sent", "accepted", "waiting")) if n is not None and 0 < n < 5], [])
        self.assertEqual(self.world.ask("funnel")["hidden"], 0)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
