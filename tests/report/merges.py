#!/usr/bin/env python3
"""Companies become one, also of companies that had become one, and are split again wherever: as of every day there are as many
as there were then, and the facts are those that the events tell.

usage: merges.py BUILD_DIR
"""
import datetime
import random
import sys
import unittest

from world import World, enterprise_number, item, page

BUILD = sys.argv.pop(1)

PARTNERS = [f"p{n}" for n in range(7)]
FIRST = datetime.date(2024, 1, 1)


def record(partner):
    return f"{partner}:organization:c"


class Play:
    """A company at each partner, each of which held a webinar that its company came to; then an act a day."""

    def __init__(self, **postal_codes):
        self.lines, self.blocks, self.day = [], [{p} for p in PARTNERS], FIRST
        for n, partner in enumerate(PARTNERS):
            # Only people join these: nothing of them is alike.
            self.lines.append(page(f"{FIRST}T08:{2 * n:02d}:00Z", partner, "organization", [
                item("c", legal_name=f"{'Bakkerij Drukker Garage Hotel Kapper Molen Slager'.split()[n]} NV",
                     enterprise_number=enterprise_number(700 + n), postal_code=postal_codes.get(partner))]))
            self.lines.append(page(f"{FIRST}T08:{2 * n + 1:02d}:00Z", partner, "participation", [
                item("v", organization="c", activity_id=f"W{n}", activity_kind="webinar", held_on="2023-11-14")]))
        self.known = {str(FIRST): len(self.blocks)}

    def act(self, **what):
        self.day += datetime.timedelta(days=1)
        self.lines.append({"at": f"{self.day}T08:00:00Z", **what})
        self.known[str(self.day)] = len(self.blocks)

    def block(self, partner):
        return next(b for b in self.blocks if partner in b)

    def merge(self, a, b):
        x, y = self.block(a), self.block(b)
        self.blocks = [c for c in self.blocks if c not in (x, y)] + [x | y]
        self.act(merge=[record(a), record(b)])

    def split(self, *leaving):
        x, y = self.block(leaving[0]), set(leaving)
        self.blocks = [c for c in self.blocks if c != x] + [x - y, y]
        self.act(split=[record(p) for p in leaving])


class Merges(unittest.TestCase):
    maxDiff = None

    def plays(self, play, by_province={}):
        world = World(BUILD, PARTNERS)
        try:
            world.play(play.lines)
            self.assertEqual({day: world.ask("kpi", "--as-of", day)["total"]["unique_companies"] for day in play.known}, play.known)
            for day, figures in by_province.items():
                groups = world.ask("kpi", "--as-of", day, "--by", "province")["groups"]
                self.assertEqual({g["key"]["province"]: (g["companies"], g["unique_companies"]) for g in groups}, figures, day)
            self.assertTrue(world.facts_are_told_by_the_events())
        finally:
            world.close()

    def test_at_random(self):
        for seed in (10, 11):
            chance, play = random.Random(seed), Play()
            for _ in range(25):
                large = [b for b in play.blocks if len(b) > 1]
                if len(play.blocks) == 1 or (large and chance.random() < 0.45):
                    whole = sorted(chance.choice(large))
                    play.split(*chance.sample(whole, chance.randrange(1, len(whole))))
                else:
                    x, y = chance.sample(play.blocks, 2)
                    play.merge(chance.choice(sorted(x)), chance.choice(sorted(y)))
            with self.subTest(seed=seed):
                self.plays(play)

    def test_worked_out_by_hand(self):
        """p0 is of East Flanders, p1 of Antwerp, nobody knows where the other five are; what became part of p0 is where p0 is."""
        play = Play(p0="9000", p1="2000")
        play.merge("p1", "p2")          # 2 January
        play.merge("p0", "p1")          # 3
        play.split("p1", "p2")          # 4: the inner one leaves as it was
        play.merge("p0", "p1")          # 5
        play.split("p1")                # 6: what it was called leaves, what had become part of it stays
        play.merge("p0", "p1")          # 7
        play.split("p2")                # 8: who had come with it leaves, it stays
        def figures(east, antwerp, unknown):
            all_three = {"BE-VOV": (east, 1), "BE-VAN": (antwerp, 1), None: (unknown, unknown)}
            return {province: counts for province, counts in all_three.items() if counts[0]}
        self.plays(play, {
            "2024-01-01": figures(1, 1, 5),
            "2024-01-02": figures(1, 2, 4),
            "2024-01-03": figures(3, 0, 4),
            "2024-01-04": figures(1, 2, 4),
            "2024-01-05": figures(3, 0, 4),
            "2024-01-06": figures(2, 1, 4),
            "2024-01-07": figures(3, 0, 4),
            "2024-01-08": figures(2, 0, 5)})


if __name__ == "__main__":
    unittest.main()
