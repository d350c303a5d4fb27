#!/usr/bin/env python3
"""A funnel worked out by hand: 60 referrals over two years, now and as it was known on three past days; the same after one
partner's records were all gone and came again under other keys, and after two companies became one and two again.

usage: funnel.py BUILD_DIR

Referral i (0 to 59) is made at 09:00 UTC on day 12 i, counted from 10 January 2024, for company i mod 50. What becomes of it
goes by i mod 6; k is i div 6 (0 to 9), and adds hours so that no two take equally long:

  i mod 6   answered                    in progress          closed
  0         accepted after 4 d + k h    10 d later           60 d + k h later, application submitted
  1         accepted after 8 d + k h    20 d + k h later     40 d + k h later, guidance
  2         declined after 6 d + k h
  3         accepted after 10 d + k h   30 d later           (goes on)
  4         (waits for an answer)
  5         (withdrawn 30 d + k h after it was made)

The hub learns of each at 20:00 UTC two days after the whole days of that plan. A step that lies d days after day 12 i is
therefore known at the end of day T if 12 i + d + 2 <= T, that is of (T - 2 - 12 (i mod 6) - d) div 72 + 1 values of k:

                    d        day 172       day 356       day 537       at last
                             30-06-2024    31-12-2024    30-06-2025
  i mod 6 = 0
    made            0        3             5             8             10
    accepted        4        3             5             8             10
    in progress     14       3             5             8             10
    applied         74       2             4             7             10
  i mod 6 = 1
    made            0        3             5             8             10
    accepted        8        3             5             8             10
    in progress     28       2             5             7             10
    guidance        68       2             4             7             10
  i mod 6 = 2
    made            0        3             5             8             10
    declined        6        2             5             8             10
  i mod 6 = 3
    made            0        2             5             7             10
    accepted        10       2             5             7             10
    in progress     40       2             4             7             10
  i mod 6 = 4
    made            0        2             5             7             10
  i mod 6 = 5
    made            0        2             5             7             10
    withdrawn       30       2             4             7             10

  referred          sum      15            30            45            60
  accepted          sum      8             15            23            30
  in progress       sum      7             14            22            30
  applied                    2             4             7             10

Time from made to answered or ended: 4, 6, 8, 10 and 30 days in groups of as many as are known, each with its k hours.
The middle is always among those of 8 days (i mod 6 = 1):

                    day 172       day 356       day 537       at last
  before 8 d        3 + 2         5 + 5         8 + 8         10 + 10
  of 8 d            3             5             8             10
  after             2 + 2         5 + 4         7 + 7         10 + 10
  all               12            24            38            50
  the middle        6th, 7th      12th, 13th    19th, 20th    25th, 26th
  k of these        0, 1          1, 2          2, 3          4, 5
  median            8 d 0.5 h     8 d 1.5 h     8 d 2.5 h     8 d 4.5 h

From accepted to in progress: 10 d, 20 d + k h, 30 d.

  10 d, 20 d, 30 d  3, 2, 2       5, 5, 4       8, 7, 7       10, 10, 10
  the middle        4th           7th, 8th      11th, 12th    15th, 16th
  k of these        0             1, 2          2, 3          4, 5
  median            20 d          20 d 1.5 h    20 d 2.5 h    20 d 4.5 h

From in progress to closed: 40 d + k h as often as 60 d + k h, so that the middle lies between the last of the former and the
first of the latter (60 d).

  of each           2             4             7             10
  40 d, k           1             3             6             9
  median            50 d 0.5 h    50 d 1.5 h    50 d 3 h      50 d 4.5 h

Companies 0 to 29 came to a webinar on 5 January 2024, 30 to 39 were registered and did not come, 50 to 60 came to it and are
never referred. Referrals 50 to 59 are of companies 0 to 9 again.

  referred          0 to 14       0 to 29       0 to 44       0 to 49
  came, of these    15            30            30            30
  took part         41            41            41            41          (30 + 11)
  reached           51            51            56            61          (51, and from 40 on those referred)

From the first session to the first referral: the webinar's day began on 4 January at 23:00 UTC, so 5 d 10 h + 12 i d.

  i                 0 to 14       0 to 29       0 to 29       0 to 29
  the middle        7             14, 15        14, 15        14, 15
  median            89 d 10 h     179 d 10 h    179 d 10 h    179 d 10 h

At last, companies 1 and 7 have two accepted referrals each (1 and 51, 7 and 57), both in progress: 28 companies.
"""
import datetime
import sys
import unittest

from world import World, enterprise_number, gone, item, page

BUILD = sys.argv.pop(1)

D, H = 86_400_000, 3_600_000
HALF = H // 2
#            stage: companies, referrals, came, of, left, median, waiting
TABLE = {
    "2024-06-30": [
        ("reached", 51, None, None, None, 0, None, None),
        ("participated", 41, None, 41, 51, 15, 89 * D + 10 * H, None),
        ("referred", 15, 15, 15, 41, 12, 8 * D + HALF, 3),
        ("accepted", 8, 8, 8, 15, 7, 20 * D, 1),
        ("in_progress", 7, 7, 7, 8, 4, 50 * D + HALF, 3),
        ("application_submitted", 2, 2, 2, 7, 0, None, None)],
    "2024-12-31": [
        ("reached", 51, None, None, None, 0, None, None),
        ("participated", 41, None, 41, 51, 30, 179 * D + 10 * H, None),
        ("referred", 30, 30, 30, 41, 24, 8 * D + H + HALF, 6),
        ("accepted", 15, 15, 15, 30, 14, 20 * D + H + HALF, 1),
        ("in_progress", 14, 14, 14, 15, 8, 50 * D + H + HALF, 6),
        ("application_submitted", 4, 4, 4, 14, 0, None, None)],
    "2025-06-30": [
        ("reached", 56, None, None, None, 0, None, None),
        ("participated", 41, None, 41, 56, 30, 179 * D + 10 * H, None),
        ("referred", 45, 45, 30, 41, 38, 8 * D + 2 * H + HALF, 7),
        ("accepted", 23, 23, 23, 45, 22, 20 * D + 2 * H + HALF, 1),
        ("in_progress", 22, 22, 22, 23, 14, 50 * D + 3 * H, 8),
        ("application_submitted", 7, 7, 7, 22, 0, None, None)],
    None: [
        ("reached", 61, None, None, None, 0, None, None),
        ("participated", 41, None, 41, 61, 30, 179 * D + 10 * H, None),
        ("referred", 50, 60, 30, 41, 50, 8 * D + 4 * H + HALF, 10),
        ("accepted", 28, 30, 30, 60, 30, 20 * D + 4 * H + HALF, 0),
        ("in_progress", 28, 30, 30, 30, 20, 50 * D + 4 * H + HALF, 10),
        ("application_submitted", 10, 10, 10, 30, 0, None, None)],
}
#            open, declined, withdrawn, guidance, application_submitted
ENDS = {"2024-06-30": (7, 2, 2, 2, 2), "2024-12-31": (13, 5, 4, 4, 4), "2025-06-30": (16, 8, 7, 7, 7), None: (20, 10, 10, 10, 10)}

PARTNERS = ["unizo", "voka", "innovatiecentrum", "flandersdc"]
DESKS = ["antwerpen", "limburg", "oost-vlaanderen", "vlaams-brabant", "west-vlaanderen"]
CODES = ["2000", "3500", "9000", "3000", "8000"]
BEGIN = datetime.datetime(2024, 1, 10)
KEYS = {"innovatiecentrum": "i", "unizo": "u", "voka": "v", "flandersdc": "f"}


def stamp(when):
    return when.isoformat() + "Z"


def sender(i):
    return "voka" if i % 3 == 0 else "unizo"


def steps(i):
    """(state, days of the plan, when) of referral i."""
    k, made = i // 6, BEGIN + datetime.timedelta(days=12 * i, hours=9)
    plans = {0: [("accepted", 4, 4 * 24 + k), ("in_progress", 10, 10 * 24), ("closed", 60, 60 * 24 + k)],
             1: [("accepted", 8, 8 * 24 + k), ("in_progress", 20, 20 * 24 + k), ("closed", 40, 40 * 24 + k)],
             2: [("declined", 6, 6 * 24 + k)],
             3: [("accepted", 10, 10 * 24 + k), ("in_progress", 30, 30 * 24)],
             4: [],
             5: [("withdrawn", 30, 30 * 24 + k)]}
    days, when, out = 0, made, [("sent", 0, made)]
    for state, planned, hours in plans[i % 6]:
        days, when = days + planned, when + datetime.timedelta(hours=hours)
        out.append((state, days, when))
    return out


def referral(i, partner, upto, prefix=""):
    """What that partner holds of it after so many steps."""
    at = {f"{state}_at": stamp(when) for state, _, when in steps(i)[:upto + 1]}
    state = steps(i)[upto][0]
    outcome = {0: "application_submitted", 1: "guidance"}[i % 6] if state == "closed" else None
    return item(f"{prefix}r{i}", from_partner=sender(i), to_partner=f"innovatiecentrum-{DESKS[i % 50 % 5]}",
                organization=f"{prefix}{KEYS[partner]}{i % 50}", service="subsidie" if i % 2 else "begeleiding", state=state,
                created_at=stamp(steps(i)[0][2]), outcome=outcome, **at)


def company(n, partner, prefix=""):
    # The last is company 0, by a name and without a number by which nobody could know it.
    name = "De Stille Kracht" if n == 60 else f"Werkplaats Noorderlicht {n}"
    return item(f"{prefix}{KEYS[partner]}{n}", legal_name=name, enterprise_number=None if n == 60 else enterprise_number(1000 + n),
                postal_code=CODES[n % 5])


def webinar(n, partner):
    return item(f"{KEYS[partner]}p{n}", organization=f"{KEYS[partner]}{n}", activity_id="W1", activity_kind="webinar",
                held_on="2024-01-05", attended=not 30 <= n < 40)


def lines():
    out = [page("2024-01-08T08:00:00Z", "unizo", "organization", [company(n, "unizo") for n in range(60)]),
           page("2024-01-08T08:00:01Z", "flandersdc", "organization", [company(60, "flandersdc")]),
           page("2024-01-08T08:01:00Z", "unizo", "participation", [webinar(n, "unizo") for n in [*range(40), *range(50, 60)]]),
           page("2024-01-08T08:01:01Z", "flandersdc", "participation", [webinar(60, "flandersdc")]),
           page("2024-01-08T08:02:00Z", "voka", "organization", [company(n, "voka") for n in range(50)])]
    deliveries = []
    for i in range(60):
        for n, (_, days, _) in enumerate(steps(i)):
            known = BEGIN + datetime.timedelta(days=12 * i + days + 2, hours=20)
            deliveries.append((known, i, n))
    for known, i, n in sorted(deliveries):
        if n == 0:
            out.append(page(stamp(known), sender(i), "referral", [referral(i, sender(i), 0)]))
            out.append(page(stamp(known), "innovatiecentrum", "organization", [company(i % 50, "innovatiecentrum")]))
        out.append(page(stamp(known), "innovatiecentrum", "referral", [referral(i, "innovatiecentrum", n)]))
    return out


def emptied_and_filled():
    """All the innovation centre has vanishes and is entered anew, under other keys."""
    last = [(i, len(steps(i)) - 1) for i in range(60)]
    return [page("2026-03-01T08:00:00Z", "innovatiecentrum", "referral", [gone(f"r{i}") for i, _ in last]),
            page("2026-03-01T08:01:00Z", "innovatiecentrum", "organization", [gone(f"i{n}") for n in range(50)]),
            page("2026-03-03T08:00:00Z", "innovatiecentrum", "organization", [company(n, "innovatiecentrum", "new-") for n in range(50)]),
            page("2026-03-03T08:01:00Z", "innovatiecentrum", "referral",
                 [referral(i, "innovatiecentrum", n, "new-") for i, n in last])]


def sender_emptied_and_filled():
    """The same at UNIZO, where most of it began."""
    mine = [i for i in range(60) if sender(i) == "unizo"]
    sessions = [*range(40), *range(50, 60)]
    return [page("2026-03-05T08:00:00Z", "unizo", "referral", [gone(f"r{i}") for i in mine]),
            page("2026-03-05T08:01:00Z", "unizo", "participation", [gone(f"up{n}") for n in sessions]),
            page("2026-03-05T08:02:00Z", "unizo", "organization", [gone(f"u{n}") for n in range(60)]),
            page("2026-03-06T08:00:00Z", "unizo", "organization", [company(n, "unizo", "again-") for n in range(60)]),
            page("2026-03-06T08:01:00Z", "unizo", "participation", [
                {"key": f"again-up{n}", "fields": {**webinar(n, "unizo")["fields"], "organization": f"again-u{n}"}} for n in sessions]),
            page("2026-03-06T08:02:00Z", "unizo", "referral", [referral(i, "unizo", 0, "again-") for i in mine])]


class Funnel(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        self.world = World(BUILD, PARTNERS)

    def tearDown(self):
        self.world.close()

    def stages(self, *words):
        total = self.world.ask("funnel", *words)["total"]
        return [tuple(stage[name] for name in ("stage", "companies", "referrals", "came", "of", "left", "median_ms", "waiting"))
                for stage in total["stages"]], total["ends"]

    def holds(self, day, table=None):
        stages, ends = self.stages(*(["--as-of", day] if day else []))
        self.assertEqual(stages, table or TABLE[day], day)
        names = ("open", "declined", "withdrawn", "guidance", "application_submitted")
        self.assertEqual(tuple(ends[name] for name in names), ENDS[day if day in ENDS else None])
        self.assertEqual((ends["expired"], ends["no_follow_up"], ends["closed"]), (0, 0, 0))

    def all_hold(self):
        self.assertTrue(self.world.facts_are_told_by_the_events())
        for day in TABLE:
            self.holds(day)

    def test_now_and_then(self):
        self.world.play(lines())
        self.all_hold()

    def test_one_partner_from_empty(self):
        self.world.play(lines() + emptied_and_filled())
        self.all_hold()
        self.holds("2026-03-02", TABLE[None])

    def test_the_sender_from_empty(self):
        self.world.play(lines() + sender_emptied_and_filled())
        self.all_hold()

    def test_a_merge_and_a_split(self):
        """Company 60 turns out to be company 0, and then not to be."""
        self.world.play(lines() + [
            {"at": "2026-03-01T08:00:00Z", "merge": ["unizo:organization:u0", "flandersdc:organization:f60"]},
            {"at": "2026-04-01T08:00:00Z", "split": ["flandersdc:organization:f60"]}])
        self.all_hold()
        one = list(TABLE[None])
        one[0] = ("reached", 60, *one[0][2:])
        one[1] = ("participated", 40, None, 40, 60, *one[1][5:])
        one[2] = ("referred", 50, 60, 30, 40, *one[2][5:])
        self.holds("2026-03-15", one)

    def test_by(self):
        """The same by where it goes: to each desk a fifth."""
        self.world.play(lines())
        for by in ("to", "province"):
            groups = self.world.ask("funnel", "--by", by)["groups"]
            self.assertEqual([g["stages"][2]["referrals"] for g in groups], [12] * 5, by)
        groups = self.world.ask("funnel", "--by", "from")["groups"]
        self.assertEqual({g["key"]["from"]: g["stages"][2]["referrals"] for g in groups}, {"unizo": 40, "voka": 20, "flandersdc": 0})
        groups = self.world.ask("funnel", "--by", "cohort", "--period", "2024")["groups"]
        # The quarters end on days 81, 172, 264 and 356: the last i of each is 6, 14, 22 and 29.
        self.assertEqual({g["key"]["cohort"]: g["stages"][2]["referrals"] for g in groups},
                         {"2024-Q1": 7, "2024-Q2": 8, "2024-Q3": 8, "2024-Q4": 7})

    def test_what_groups_cannot_tell(self):
        """Who takes part does so for no receiver and no service: there is nothing to say, which is not 0."""
        self.world.play(lines())
        figures = ("companies", "referrals", "came", "of", "left", "median_ms", "waiting")
        for by, groups in (("to", 5), ("service", 2), ("province,to", 5)):
            for small in ("0", "1", "13"):
                answer = self.world.ask("funnel", "--by", by, "--small-cells", small)
                self.assertEqual((len(answer["groups"]), answer["untold"]), (groups, ["reached", "participated"]))
                for group in answer["groups"]:
                    self.assertEqual({group["stages"][s][name] for s in (0, 1) for name in figures}, {None})
                    self.assertEqual((group["stages"][2]["came"], group["stages"][2]["of"]), (None, None))
                    if small != "13":
                        self.assertEqual(group["stages"][3]["of"], group["stages"][2]["referrals"])
                self.assertEqual([answer["total"]["stages"][s]["companies"] for s in (0, 1)], [61, 41])
                self.assertEqual(answer["hidden"] > 0, small == "13")
        self.assertEqual(self.world.ask("funnel", "--by", "from")["untold"], [])
        # A single group: what it cannot tell gives nothing of the whole away.
        answer = self.world.ask("funnel", "--by", "to", "--period", "2024-01", "--small-cells", "2")
        self.assertEqual(answer["total"]["stages"][1]["companies"], 41)
        _, out, _ = self.world.run("funnel", "--by", "service", "--csv")
        rows = [row.split(",") for row in out.split("\r\n")]
        self.assertEqual(rows[0][1:4], ["stage", "companies", "referrals"])
        self.assertEqual(rows[1], ["begeleiding", "reached", "", "", "", "", "", "", ""])
        self.assertEqual(rows[2], ["begeleiding", "participated", "", "", "", "", "", "", ""])
        self.assertEqual(rows[3][:6], ["begeleiding", "referred", "25", "30", "", ""])
        _, out, _ = self.world.run("funnel", "--by", "service")
        table = [line.split() for line in out.splitlines()]
        self.assertIn(["guidance", "participated"], table)
        self.assertIn(["total", "participated", "41", "67.2%", "179.4", "d"], table)

    def test_matrix(self):
        """UNIZO made 40, of which those of i mod 6 = 1, 2, 4, 5 are all; Voka those of 0 and 3. An answer takes 7 days."""
        self.world.play(lines())
        answer = self.world.ask("matrix", "--overdue", "7d")
        sums = answer["sums"]["from"]
        self.assertEqual({p: (s["sent"], s["accepted"], s["declined"], s["waiting"], s["overdue"], s["late"]) for p, s in sums.items()},
                         {"unizo": (40, 10, 10, 10, 10, 10), "voka": (20, 20, 0, 0, 0, 10)})
        self.assertEqual({c["reciprocity"] for c in answer["cells"]}, {0.0})


if __name__ == "__main__":
    unittest.main()
