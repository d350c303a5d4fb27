#!/usr/bin/env python3
"""A wrong automatic link made in the demo is seen, explained, split and never made again; questions are answered together.

Voka's people enter the company of a son with the name, address and enterprise number of his father's, which only UNIZO has. The
daemon takes the two for one and writes values of the one to the other. An admin finds out, splits them, and both have back what
they had. Nothing links them again: not complete readings, not a restart, not the record entered anew.

usage: wrong_link.py BUILD_DIR
"""
import json
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from demo import PARTNERS, Demo  # noqa: E402

OWN = {"phones": [{"type": "work", "number": "+3290001122"}], "emails": ["zoon@voorbeeld-en-zoon.example"], "lang": "fr"}


def told(demo, *words):
    return json.loads(demo.cli(*words, "--json").stdout)


def only_at_unizo(demo):
    """A company with a number and an address that no other partner has: its key at UNIZO and its values."""
    cursor = []
    while True:
        page = told(demo, "records", "--type", "organization", "--limit", "500", *cursor)
        for row in page["records"]:
            if [link["partner"] for link in row["links"]] == ["unizo"]:
                golden = told(demo, "show", row["id"])["record"]["golden"]
                if all(golden.get(name) for name in ("enterprise_number", "legal_name", "street", "postal_code")):
                    return row["links"][0]["key"], golden
        cursor = ["--after", page["next"]]


def son_of(father):
    names = {"name": "legal_name", "street": "street", "number": "house_number", "zip": "postal_code", "city": "municipality"}
    return OWN | {to: father[name] for to, name in names.items() if father.get(name)} | {"vat": f"BE{father['enterprise_number']}"}


def record_of(demo, name):
    return told(demo, "show", name)["record"]["id"]


def values_at(demo, partner, key):
    return next(row["fields"] for row in demo.ask(partner, "list?type=organization") if str(row["key"]) == key)


def said(text, *words):
    missing = [word for word in words if word not in text]
    assert not missing, f"{missing} not in:\n{text}"


def arrives(demo, name):
    demo.cli("sync", name.split(":")[0])
    demo.wait(lambda: demo.cli("show", name, ok=False).returncode == 0, 60, f"{name} was not read")
    demo.settle()


def read_again(demo, partners=("unizo", "voka")):
    for partner in partners:
        demo.cli("sync", partner, "--full")
    demo.settle()


def answer_all_like_one(demo):
    """What accepting a question would change is shown, and every one like it is answered at once, after it was counted."""
    # Counting says what would be written now: what was written before is read back first, as a partner may keep less of it.
    read_again(demo, PARTNERS)
    rows = told(demo, "review", "list")["reviews"]
    assert rows, "the demo asks nothing"
    one = str(next(row["id"] for row in rows if row["kind"] == "match"))
    shown = told(demo, "review", "show", one)
    assert len(shown["plan"]["records"]) >= 2, shown
    said(demo.cli("review", "show", one).stdout, "total", "if accepted", "becomes another name")
    counted = told(demo, "review", "accept", one, "--all-like-this")
    assert counted["dry_run"] and counted["like"] == counted["settled"] + len(counted["skipped"]) and counted["settled"], counted
    assert told(demo, "review", "list")["total"] == len(rows), "counting has answered"
    done = told(demo, "review", "accept", one, "--all-like-this", "--yes")
    assert done["writes"] == counted["writes"] and done["settled"] == counted["settled"], (counted, done)
    demo.settle()
    assert told(demo, "review", "list")["total"] == len(rows) - done["settled"]
    again = demo.cli("review", "accept", one, ok=False)
    assert again.returncode == 1 and "accepted already" in again.stderr, again


def main():
    with Demo(sys.argv[1], companies=40, people=40, referrals=5) as demo:
        demo.start()
        demo.settle()
        answer_all_like_one(demo)
        theirs, father = only_at_unizo(demo)
        before = values_at(demo, "unizo", theirs)
        ours = str(demo.ask("voka", "create", {"type": "organization", "set": son_of(father)})["key"])
        entered = values_at(demo, "voka", ours)
        arrives(demo, f"voka:{ours}")
        a, b = f"unizo:{theirs}", f"voka:{ours}"
        assert record_of(demo, a) == record_of(demo, b), "they were not linked: there is nothing to undo"
        assert len(values_at(demo, "voka", ours)["emails"]) > 1, "nothing was written because of the link"

        # Seen and explained.
        said(demo.cli("explain", b).stdout, "enterprise_number", ours, theirs)
        why = demo.cli("match", "explain", a, b).stdout
        said(why, "they are one", "enterprise_number", "same", OWN["emails"][0])

        # What a split would change, and then the split; both have back what they had.
        plan = told(demo, "review", "split", b, "--dry-run")
        assert plan["dry_run"] and len(plan["plan"]["records"]) == 2, plan
        assert record_of(demo, a) == record_of(demo, b), "a dry run has split them"
        done = told(demo, "review", "split", b)
        # A dry run makes ids that are thrown away.
        assert [c["fields"] for c in done["plan"]["changes"]] == [c["fields"] for c in plan["plan"]["changes"]], (done, plan)
        demo.settle()
        assert record_of(demo, a) != record_of(demo, b)
        back = values_at(demo, "voka", ours)
        assert [back[name] for name in OWN] == [entered[name] for name in OWN], back
        after = values_at(demo, "unizo", theirs)
        assert {k: v for k, v in after.items() if "modified" not in k} == {k: v for k, v in before.items() if "modified" not in k}
        said(demo.cli("match", "explain", a, b).stdout, "they are two", "it was decided")

        # And never again.
        read_again(demo)
        assert record_of(demo, a) != record_of(demo, b), "a complete reading linked them again"
        assert demo.stop() == 0
        demo.start()
        demo.settle()
        assert record_of(demo, a) != record_of(demo, b), "a restart linked them again"
        demo.ask("voka", "delete", {"type": "organization", "key": ours})
        anew = str(demo.ask("voka", "create", {"type": "organization", "set": son_of(father)})["key"])
        arrives(demo, f"voka:{anew}")
        read_again(demo)
        assert anew != ours
        assert record_of(demo, a) != record_of(demo, f"voka:{anew}"), "entered anew, it was linked again"
        assert values_at(demo, "unizo", theirs).get("emailaddress1") == before.get("emailaddress1")

        # A merge by hand, and undone by the id that became another name: both ids are there again.
        ids = record_of(demo, a), record_of(demo, f"voka:{anew}")
        demo.cli("review", "merge", *ids)
        demo.settle()
        assert record_of(demo, ids[0]) == record_of(demo, ids[1]) == record_of(demo, a)
        told(demo, "explain", ids[1])
        gone = next(i for i in ids if i != record_of(demo, i))
        demo.cli("review", "split", gone[:23])
        demo.settle()
        assert (record_of(demo, a), record_of(demo, f"voka:{anew}")) == ids
        assert values_at(demo, "unizo", theirs).get("emailaddress1") == before.get("emailaddress1")


if __name__ == "__main__":
    try:
        main()
    except AssertionError as failure:
        sys.exit(str(failure))
