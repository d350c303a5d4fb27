#!/usr/bin/env python3
"""The figures of the network come out, though no partner has them: matched across partners, and never twice.

usage: figures.py BUILD_DIR
"""
import sys
import unittest

import network
from world import World, item, page

BUILD = sys.argv.pop(1)


class Figures(unittest.TestCase):
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        cls.world = World(BUILD, network.PARTNERS)
        cls.world.play(network.lines())
        answer = cls.world.ask("kpi", "--by", "kind")
        cls.kinds = {group["key"]["kind"]: group for group in answer["groups"]}
        cls.total = answer["total"]

    @classmethod
    def tearDownClass(cls):
        cls.world.close()

    def test_inspiration_sessions(self):
        f = self.kinds["inspiratiesessie"]
        self.assertEqual((f["people"], f["unique_companies"], f["sessions"]), (224, 200, 12))

    def test_they_are_known_more_than_once(self):
        """Otherwise there would have been nothing to match."""
        known = sum(len(line["items"]) for line in network.lines() if line["type"] == "contact")
        self.assertGreater(known, 300)
        by_partner = self.world.ask("kpi", "--by", "partner")
        self.assertGreater(sum(g["people"] for g in by_partner["groups"]), by_partner["total"]["people"])

    def test_registered(self):
        """Records: also of the 5 who did not come, and both of the 8 whom two partners registered for a part of the joint series."""
        f = self.kinds["inspiratiesessie"]
        self.assertEqual(f["registered"] - f["participants"], 5 + 8)

    def test_series(self):
        answer = self.world.ask("kpi", "--by", "kind,title")
        series = [g for g in answer["groups"] if g["key"]["kind"] == "inspiratiesessie"]
        self.assertEqual([g["sessions"] for g in series], [3, 3, 3, 3])

    def test_scans(self):
        f = self.kinds["scan"]
        self.assertEqual((f["participants"], f["activities"]), (530, 3))
        versions = {g["key"]["title"]: g["participants"] for g in self.world.ask("kpi", "--by", "kind,title")["groups"]
                    if g["key"]["kind"] == "scan"}
        self.assertEqual(versions, {"Innovatiescan algemeen": 310, "Innovatiescan zorg": 130, "Innovatiescan bouw": 90})

    def test_recruitment_sessions(self):
        self.assertEqual(self.kinds["wervingssessie"]["activities"], 12)

    def test_webinars(self):
        """One partner's webinar 1 is not another's."""
        answer = self.world.ask("kpi", "--by", "kind,partner")
        by = {(g["key"]["kind"], g["key"]["partner"]): g["activities"] for g in answer["groups"]}
        self.assertEqual((by["webinar", "unizo"], by["webinar", "voka"]), (35, 3))
        self.assertEqual(self.kinds["webinar"]["activities"], 38)

    def test_certificates(self):
        f = self.kinds["academie"]
        self.assertEqual((f["activities"], f["sessions"], f["people"], f["certified"]), (1, 8, 40, 26))
        status, out, _ = self.world.run("kpi", "--by", "kind")
        self.assertEqual(status, 0)
        self.assertRegex(out, r"(?m)^academy .* 26 +65\.0%")

    def test_facts_are_told_by_the_events(self):
        self.assertTrue(self.world.facts_are_told_by_the_events())

    def test_nobody_waits_for_a_human(self):
        waiting = self.world.ask("kpi")["waiting"]
        self.assertEqual(waiting, {"questions": {}, "unreadable": {}})
        self.assertEqual(self.total["people"], self.total["people_low"])

    def test_a_period(self):
        answer = self.world.ask("kpi", "--period", "2014-Q1", "--by", "kind")
        f = {g["key"]["kind"]: g for g in answer["groups"]}["inspiratiesessie"]
        # 4, 18 March of the first series; 1 April is the next quarter.
        self.assertEqual(f["sessions"], 2)
        self.assertEqual(answer["period"], {"from": "2014-01-01", "to": "2014-03-31"})

    def test_before_anybody_delivered(self):
        answer = self.world.ask("kpi", "--as-of", "2016-05-31")
        self.assertEqual((answer["total"]["people"], answer["seq"]), (0, 0))


class Doubt(unittest.TestCase):
    """Two companies that may be one: counted as two, and told how far that could move the count."""

    def setUp(self):
        self.world = World(BUILD, ["unizo", "voka"])

    def tearDown(self):
        self.world.close()

    def counts(self, *words):
        answer = self.world.ask("kpi", *words)
        total = answer["total"]
        return (total["unique_companies_low"], total["unique_companies"], total["unique_companies_high"],
                answer["waiting"]["questions"].get("organization", 0))

    def delivered(self):
        lines = []
        for n, partner in enumerate(("unizo", "voka")):
            lines.append(page(f"2026-01-0{n + 1}T08:00:00Z", partner, "organization", [
                item("c", legal_name="Touwslagerij Ankerlicht NV", preferred_name="Touwslagerij Ankerlicht NV", postal_code="2000")]))
            lines.append(page(f"2026-01-0{n + 1}T09:00:00Z", partner, "participation", [
                item("p", organization="c", activity_id=f"W{n}", activity_kind="webinar", held_on="2025-11-11")]))
        return lines

    def test_before_and_after_the_answer(self):
        self.world.play([*self.delivered(), {"at": "2026-01-10T08:00:00Z", "verdict": "accept"}])
        self.assertEqual(self.counts("--as-of", "2026-01-01"), (1, 1, 1, 0))
        self.assertEqual(self.counts("--as-of", "2026-01-09"), (1, 2, 2, 1))
        self.assertEqual(self.counts(), (1, 1, 1, 0))

    def test_not_the_same(self):
        self.world.play([*self.delivered(), {"at": "2026-01-10T08:00:00Z", "verdict": "reject"}])
        self.assertEqual(self.counts("--as-of", "2026-01-09"), (1, 2, 2, 1))
        self.assertEqual(self.counts(), (2, 2, 2, 0))

    def test_it_is_said(self):
        self.world.play(self.delivered())
        status, out, _ = self.world.run("kpi")
        self.assertEqual(status, 0)
        self.assertIn("1 question for a human waited (doorstroom review); depending on the answers:", out)
        self.assertIn("unique companies: 1 to 2", out)


if __name__ == "__main__":
    unittest.main()
