#!/usr/bin/env python3
"""Partners that others came after, each under its own name or all under the last: nobody is counted twice, and history stays.

usage: successors.py BUILD_DIR

Kempen merged into the chamber after 30 June 2024, the chamber was succeeded by the alliance after 31 December 2024. The twins
were split, and the guild retired, both after 31 March 2024: what they did stays theirs.

  webinar  of        its id  who came
  A        kempen    1       0 1 2
  B        chamber   1         1 2 3        (its own first webinar)
  C        alliance  9           2 3 4
  D        twins     5       0
  E        guild     6                 5

  referral  from      to        of  made        answered
  0         kempen    centre    0   2024-03-01  after 20 days
  1         chamber   centre    0   2024-09-01
  2         alliance  centre    4   2025-03-01
  3         centre    kempen    1   2024-03-02  after 20 days, of the 10 agreed with kempen; the alliance has 300
  4         kempen    chamber   2   2024-04-01
  5         chamber   twins     3   2024-02-15
"""
import csv
import datetime
import io
import sys
import unittest

from world import World, enterprise_number, item, page

BUILD = sys.argv.pop(1)

PARTNERS = ["kempen", "chamber", "alliance", "twins", "guild", "centre"]
CONFIG = """
partners:
- { partner: kempen, names: { nl: Kamer Kempen, en: Chamber of Kempen }, service_levels: { default: 10d },
    valid_until: 2024-06-30, merged_into: chamber }
- { partner: chamber, names: { nl: De kamer, en: The chamber }, valid_until: 2024-12-31, succeeded_by: alliance }
- { partner: alliance, names: { nl: De alliantie, en: The alliance }, service_levels: { default: 300d }, enabled: false,
    valid_from: 2025-01-01, types: [organization], endpoint: { adapter: dir, path: /nowhere } }
- { partner: twins, valid_until: 2024-03-31, split_into: [chamber, centre] }
- { partner: guild, valid_until: 2024-03-31 }
- { partner: centre, names: { nl: Het centrum, en: The centre }, enabled: false, types: [organization],
    endpoint: { adapter: dir, path: /nowhere } }
"""
WEBINARS = [("kempen", "1", "2024-02-01", (0, 1, 2)), ("chamber", "1", "2024-08-01", (1, 2, 3)),
            ("alliance", "9", "2025-02-01", (2, 3, 4)), ("twins", "5", "2024-02-02", (0,)), ("guild", "6", "2024-02-03", (5,))]
REFERRALS = [("kempen", "centre", 0, "2024-03-01", 20), ("chamber", "centre", 0, "2024-09-01", None),
             ("alliance", "centre", 4, "2025-03-01", None), ("centre", "kempen", 1, "2024-03-02", 20),
             ("kempen", "chamber", 2, "2024-04-01", None), ("chamber", "twins", 3, "2024-02-15", None)]


def lines():
    """Each is delivered on the evening after the last that is told of it."""
    known = []
    for partner, activity, day, came in WEBINARS:
        known.append((day, [page(None, partner, "organization", [company(partner, n) for n in came]),
                            page(None, partner, "contact", [person(partner, n) for n in came]),
                            page(None, partner, "participation", [
                                item(f"v{activity}-{n}", contact=f"p{n}", organization=f"c{n}", activity_id=activity,
                                     activity_kind="webinar", held_on=day) for n in came])]))
    for i, (sender, to, n, day, answered) in enumerate(REFERRALS):
        made = datetime.datetime.fromisoformat(f"{day}T09:00:00")
        then = made + datetime.timedelta(days=answered) if answered else None
        known.append((str((then or made).date()), [
            page(None, sender, "organization", [company(sender, n)]),
            page(None, sender, "referral", [
                item(f"r{i}", from_partner=sender, to_partner=to, organization=f"c{n}", service="scan", created_at=f"{made}Z",
                     sent_at=f"{made}Z", state="accepted" if then else "sent", accepted_at=f"{then}Z" if then else None)])]))
    out = []
    for day, pages in sorted(known, key=lambda one: one[0]):
        out += [{**one, "at": f"{day}T20:00:00Z"} for one in pages]
    return out


def company(partner, n):
    return item(f"c{n}", legal_name=f"Werkplaats Zonderling {n}", enterprise_number=enterprise_number(300 + n))


def person(partner, n):
    return item(f"p{n}", given_name="Noor", family_name=f"Voorbeeld{'abcdef'[n]}", emails=[f"noor{n}@werkplaats.example"],
                organization=f"c{n}")


class Successors(unittest.TestCase):
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        cls.world = World(BUILD, PARTNERS)
        cls.plain = cls.world.config.read_text()
        cls.world.config.write_text(cls.plain + CONFIG)
        cls.world.play(lines())

    @classmethod
    def tearDownClass(cls):
        cls.world.close()

    def partners(self, *words):
        answer = self.world.ask("kpi", "--by", "partner", *words)
        self.assertEqual(answer["total"]["unique_companies"], len({n for w in WEBINARS for n in w[3] if self.known(w, words)}))
        return answer["successors"], {g["key"]["partner"]: (g["activities"], g["participants"], g["people"], g["unique_companies"])
                                      for g in answer["groups"]}

    @staticmethod
    def known(webinar, words):
        return "--as-of" not in words or webinar[2] <= words[words.index("--as-of") + 1]

    def test_each_under_its_own_name(self):
        self.assertEqual(self.partners(), (None, {
            "kempen": (1, 3, 3, 3), "chamber": (1, 3, 3, 3), "alliance": (1, 3, 3, 3), "twins": (1, 1, 1, 1), "guild": (1, 1, 1, 1)}))

    def test_added_up(self):
        """Nine came, 0 to 4: five people of five companies; two first webinars are two activities."""
        self.assertEqual(self.partners("--successors"), ({"chamber": "alliance", "kempen": "alliance"}, {
            "alliance": (3, 9, 5, 5), "twins": (1, 1, 1, 1), "guild": (1, 1, 1, 1)}))

    def test_as_of_that_day(self):
        """Of its last day, each is still itself."""
        theirs = {"twins": (1, 1, 1, 1), "guild": (1, 1, 1, 1)}
        self.assertEqual(self.partners("--successors", "--as-of", "2024-06-30"), ({}, {"kempen": (1, 3, 3, 3), **theirs}))
        self.assertEqual(self.partners("--successors", "--as-of", "2024-07-01"),
                         ({"kempen": "chamber"}, {"chamber": (1, 3, 3, 3), **theirs}))
        self.assertEqual(self.partners("--successors", "--as-of", "2024-12-31"),
                         ({"kempen": "chamber"}, {"chamber": (2, 6, 4, 4), **theirs}))
        self.assertEqual(self.partners("--successors", "--as-of", "2025-01-01"),
                         ({"chamber": "alliance", "kempen": "alliance"}, {"alliance": (2, 6, 4, 4), **theirs}))

    def test_nothing_by_partner(self):
        self.assertIsNone(self.world.ask("kpi", "--by", "kind", "--successors")["successors"])

    def senders(self, *words):
        groups = self.world.ask("funnel", "--by", "from", *words)["groups"]
        return {g["key"]["from"]: tuple(g["stages"][stage]["companies"] for stage in (0, 1, 2)) + (g["stages"][2]["referrals"],)
                for g in groups}

    def test_funnel(self):
        """Company 0, referred by two that are one now, is one company with two referrals."""
        self.assertEqual(self.senders(), {"kempen": (3, 3, 2, 2), "chamber": (4, 3, 2, 2), "alliance": (3, 3, 1, 1),
                                          "twins": (1, 1, 0, 0), "guild": (1, 1, 0, 0), "centre": (1, 0, 1, 1)})
        self.assertEqual(self.senders("--successors"), {"alliance": (5, 5, 4, 5), "twins": (1, 1, 0, 0), "guild": (1, 1, 0, 0),
                                                        "centre": (1, 0, 1, 1)})

    def cells(self, *words):
        answer = self.world.ask("matrix", *words)
        self.assertEqual((answer["sums"]["total"]["sent"], answer["sums"]["total"]["late"]), (6, 1))
        return {(c["from"], c["to"]): (c["sent"], c["accepted"], c["late"], c["reciprocity"]) for c in answer["cells"]}

    def test_matrix(self):
        """What went from one to the other goes from the alliance to itself, and is no exchange; late is what was late then."""
        self.assertEqual(self.cells(), {
            ("kempen", "centre"): (1, 1, 0, 1.0), ("chamber", "centre"): (1, 0, 0, 0.0), ("alliance", "centre"): (1, 0, 0, 0.0),
            ("centre", "kempen"): (1, 1, 1, 1.0), ("kempen", "chamber"): (1, 0, 0, 0.0), ("chamber", "twins"): (1, 0, 0, 0.0)})
        self.assertEqual(self.cells("--successors"), {
            ("alliance", "centre"): (3, 1, 0, 1 / 3), ("centre", "alliance"): (1, 1, 1, 1 / 3),
            ("alliance", "alliance"): (1, 0, 0, None), ("alliance", "twins"): (1, 0, 0, 0.0)})

    def test_a_share_does_not_tell_what_is_hidden(self):
        answer = self.world.ask("matrix", "--successors", "--small-cells", "2")
        told = {(c["from"], c["to"]): (c["sent"], c["reciprocity"]) for c in answer["cells"]}
        self.assertEqual(told["centre", "alliance"], (None, None))
        self.assertEqual(told["alliance", "centre"], (3, None))

    def test_it_is_said(self):
        said = "Added up under its successor: The chamber under The alliance; Chamber of Kempen under The alliance."
        for words in (["kpi", "--by", "partner"], ["funnel", "--by", "from"], ["matrix"]):
            with self.subTest(words=words):
                _, out, _ = self.world.run(*words, "--successors")
                self.assertEqual(out.count(said), 1)
                _, out, _ = self.world.run(*words)
                self.assertNotIn("successor", out)
                _, out, err = self.world.run(*words, "--successors", "--csv")
                self.assertEqual((out.count("uccessor"), err.count(said)), (0, 1))
        _, out, _ = self.world.run("matrix", "--successors", "--as-of", "2024-05-01")
        self.assertEqual(out.count("Successors: none of these partners has one."), 1)

    def test_csv(self):
        _, out, _ = self.world.run("kpi", "--by", "partner", "--successors", "--csv")
        self.assertEqual([(row["partner"], row["people"]) for row in csv.DictReader(io.StringIO(out))],
                         [("alliance", "5"), ("guild", "1"), ("twins", "1"), ("", "6")])

    def test_page(self):
        page = self.world.folder / "report.html"
        status, _, err = self.world.run("report", "--successors", "--out", str(page))
        self.assertEqual(status, 0, err)
        text = page.read_text()
        self.assertEqual(text.count("Opgeteld bij de opvolger: De kamer bij De alliantie; Kamer Kempen bij De alliantie."), 1)
        self.assertEqual(text.count("Added up under its successor: The chamber under The alliance; "
                                    "Chamber of Kempen under The alliance."), 1)
        self.assertEqual(text.count(">The chamber<"), 0)

    def test_without_a_configuration(self):
        self.world.config.write_text(self.plain + CONFIG + "- { partner: 7 }\n")
        try:
            status, _, err = self.world.run("matrix", "--successors")
            self.assertNotEqual(status, 0)
            self.assertIn("only the configuration tells who came after whom", err)
            self.assertEqual(self.world.run("matrix")[0], 0)
        finally:
            self.world.config.write_text(self.plain + CONFIG)


if __name__ == "__main__":
    unittest.main()
