#!/usr/bin/env python3
"""Each check of histories.py finds the breach it is there for, and nothing in a history without."""
import copy
import pathlib
import sys
import types
import unittest

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "system")]
from crowd import number  # noqa: E402
from histories import Histories  # noqa: E402

HUB_ID = "01890000-0000-7000-8000-000000000001"
KEY = "00000000-0000-4000-8000-000000000001"


def entry(seq, who, op, key, kind="accounts", **changed):
    return {"seq": seq, "us": seq * 1_000_000, "who": who, "op": op, "type": kind, "key": key, "changed": changed}


def row(key, made="seed", external=None, **fields):
    return {"type": "organization", "key": key, "ver": 1, "external_id": external, "created_by": made,
            "fields": {"accountnumber": number(1), "address1_city": "Gent"} | fields}


def quiet():
    """One company at unizo and voka; a person moves it at unizo, the daemon at voka."""
    history = {
        "unizo": [entry(1, "local", "update", KEY, address1_city=["Gent", "Dorp 1 x"])],
        "voka": [entry(1, "api", "update", 5, "companies", city=["Gent", "Dorp 1 x"])],
    }
    rows = {("unizo", KEY): row(KEY, address1_city="Dorp 1 x"), ("voka", "5"): row(5, city="Dorp 1 x")}
    crowd = types.SimpleNamespace(edits={("unizo", "organization", KEY, "address1_city"): ["Dorp 1 x"]}, deleted=[], counts={"edit": 1})
    hub = types.SimpleNamespace(told={("unizo", KEY): '"Dorp 1 x"', ("voka", "5"): ""},
                                read_as_edit=[("unizo", KEY, "municipality", "Dorp 1 x")],
                                acknowledged={("unizo", HUB_ID.replace("-", "")): 0},
                                entities={1: [("unizo", 0, KEY), ("voka", 0, "5")]})
    return Histories(copy.deepcopy(history), rows, crowd, hub)


class Found(unittest.TestCase):
    def breached(self, h):
        return {line.split(":")[0] for line in h.breaches()}

    def test_nothing(self):
        h = quiet()
        self.assertEqual(list(h.breaches()), [])
        self.assertEqual(h.happened(), {"edit": 1, "daemon update": 1, "daemon create": 0})

    def test_made_twice(self):
        h = quiet()
        for key in ("a", "b"):
            h.history["unizo"].append(entry(5, "api", "create", key, hubid=[None, HUB_ID]))
        self.assertEqual(self.breached(h), {"made_once"})

    def test_revived(self):
        h = quiet()
        h.crowd.deleted.append(("unizo", row("gone"), 4_000_000))
        h.history["unizo"].append(entry(5, "api", "create", "new", hubid=[None, HUB_ID]))
        h.rows["unizo", "new"] = row("new", made="api", external=HUB_ID)
        self.assertEqual(self.breached(h), {"not_revived"})

    def test_revived_before_the_hub_knew(self):
        h = quiet()
        h.crowd.deleted.append(("unizo", row("gone", made="api", external=HUB_ID), 4_000_000))
        h.history["unizo"].append(entry(5, "api", "create", "new", hubid=[None, HUB_ID]))
        h.rows["unizo", "new"] = row("new", made="api", external=HUB_ID)
        self.assertEqual(self.breached(h), {"not_revived"})
        h.hub.acknowledged["unizo", HUB_ID.replace("-", "")] = 4_500
        self.assertEqual(self.breached(h), set())
        self.assertEqual(len(h.notes), 1)

    def test_lost(self):
        h = quiet()
        h.hub.told["unizo", KEY] = ""
        h.hub.read_as_edit.clear()
        self.assertEqual(self.breached(h), {"no_edit_lost"})   # still there, never read
        h.history["unizo"].append(entry(2, "api", "update", KEY, address1_city=["Dorp 1 x", "Brugge"]))
        self.assertEqual(self.breached(h), {"no_edit_lost"})
        h.history["unizo"][-1]["who"] = "local"                # the person's own next edit
        self.assertEqual(self.breached(h), set())

    def test_lost_in_the_window(self):
        h = quiet()
        h.crowd.edits["voka", "organization", "5", "city"] = ["Dorp 2 x"]
        h.history["voka"] = [entry(1, "local", "update", 5, "companies", city=["Gent", "Dorp 2 x"]),
                             entry(2, "api", "update", 5, "companies", city=["Dorp 2 x", "Dorp 1 x"])]
        self.assertEqual(self.breached(h), set())
        self.assertEqual(len(h.notes), 1)

    def test_echo(self):
        h = quiet()
        h.hub.read_as_edit.append(("voka", "5", "municipality", "Dorp 1 x"))
        self.assertEqual(self.breached(h), {"no_echo"})

    def test_written_again(self):
        h = quiet()
        h.crowd.edits["voka", "organization", "5", "city"] = []
        h.history["voka"] += [entry(2, "api", "update", 5, "companies", city=["Dorp 1 x", "Gent"]),
                              entry(3, "api", "update", 5, "companies", city=["Gent", "Dorp 1 x"])]
        self.assertEqual(self.breached(h), {"not_written_again"})

    def test_not_converged(self):
        h = quiet()
        h.rows["voka", "5"]["fields"]["city"] = "Gent"
        self.assertEqual(self.breached(h), {"converged"})


if __name__ == "__main__":
    unittest.main()
