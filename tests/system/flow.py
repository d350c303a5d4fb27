#!/usr/bin/env python3
"""The demo's story, as conf/demo/flow plays it: webinars at one partner, referred by another, accepted by the centre of the
province, applied; and nobody but the two partners hears of the referral.

usage: flow.py BUILD_DIR
"""
import json
import pathlib
import re
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from demo import DEMO, PARTNERS, QUIET, Demo  # noqa: E402

REASON = "wil een slim weefgetouw"


def told(demo, *words):
    return json.loads(demo.cli(*words, "--json").stdout)


def play(demo):
    done = subprocess.run(["python3", DEMO / "flow", "--dir", demo.folder, "--bin", demo.build], stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, env=QUIET | {"NO_COLOR": "1"}, timeout=400)
    assert done.returncode == 0, f"{done.stdout}\n{demo.tail()}"
    print(done.stdout)
    referral = re.search(r"(?m)^the referral is (\S+);", done.stdout).group(1)
    return done.stdout, referral


def steps_are_told(demo, story, referral):
    golden = told(demo, "show", referral)["record"]["golden"]
    assert golden["to_partner"] == "innovatiecentrum-oost-vlaanderen", golden
    assert golden["from_partner"] == "unizo" and golden["service"] == "begeleiding", golden
    assert (golden["state"], golden["outcome"], golden["handler"]) == ("closed", "application_submitted", "K. Maes"), golden
    events = told(demo, "log", "--record", referral, "--limit", "500")["events"]
    whats = [event["data"].get("what") for event in events if event["kind"] == "referral"]
    assert whats == ["routed", "made"] or whats == ["made", "routed"], whats
    for word in ("innovatiecentra", "accepted", "in_progress", "closed", "innovatiecentrum"):
        assert word in story, word
    ended = told(demo, "referrals", "innovatiecentrum", "--all")["referrals"]
    mine = [row for row in ended if row["id"] == referral]
    assert mine and mine[0]["outcome"] == "application_submitted" and mine[0]["company"], ended
    assert referral not in demo.cli("referrals", "innovatiecentra").stdout, "a closed referral is not open"


def counted(demo):
    """Companies by stage of the funnel, with sessions and people."""
    stages = {stage["stage"]: stage["companies"] for stage in told(demo, "funnel")["total"]["stages"]}
    total = told(demo, "kpi")["total"]
    return stages | {"participants": total["participants"], "people": total["people"]}


def every_step_is_counted(before, after):
    rise = {name: after[name] - before[name] for name in after}
    assert rise == dict.fromkeys(rise, 1) | {"participants": 3}, rise


def nobody_else_hears(demo):
    for partner in PARTNERS:
        rows = demo.ask(partner, "list?type=referral")
        mine = [row for row in rows if REASON in json.dumps(row)]
        assert len(mine) == (1 if partner in ("unizo", "innovatiecentrum") else 0), f"{partner}: {mine}"
    voka = json.dumps([demo.ask("voka", f"list?type={kind}") for kind in ("organization", "contact", "referral", "participation")])
    assert "Weverij Voorbeeld" not in voka and "Voorbeeldmans" not in voka, "Voka was told of a company it has nothing to do with"
    for partner in PARTNERS:
        rows = demo.ask(partner, "list?type=participation")
        assert ("flow-webinar" in json.dumps(rows)) == (partner == "flandersdc"), f"{partner}: participations are given to nobody"


def refused(demo, *words):
    done = demo.cli(*words, ok=False)
    assert done.returncode, f"{words}: {done.stdout}"
    return done.stderr + done.stdout


def admins_are_told_why_not(demo):
    assert "no such service" in refused(demo, "refer", "0999999922", "--from", "unizo", "--to", "innovatiecentra", "--service", "thee")
    assert "no partner, desk or group" in refused(demo, "refer", "0999.999.922", "--from", "unizo", "--to", "nobody", "--service", "scan")
    assert "one partner" in refused(demo, "refer", "0999999922", "--from", "unizo", "--to", "unizo", "--service", "scan")
    assert "say who refers it" in refused(demo, "refer", "0999999922", "--to", "voka", "--service", "scan")
    assert "hub id" in refused(demo, "withdraw", "00000000-0000-7000-8000-000000000000")


def twice_is_once(demo):
    words = ("refer", "0999999922", "--from", "unizo", "--to", "voka", "--service", "audit")
    first, second = told(demo, *words), told(demo, *words)
    assert first["record"] == second["record"] and not first["already"] and second["already"], (first, second)
    demo.settle()
    rows = [row for row in demo.ask("voka", "list?type=referral") if row["external_id"] == first["record"]]
    assert len(rows) == 1, rows
    demo.cli("withdraw", first["record"][:13], "--reason", "een vergissing")
    demo.settle()
    rows = [row for row in demo.ask("voka", "list?type=referral") if row["external_id"] == first["record"]]
    assert len(rows) == 1 and "withdrawn" in json.dumps(rows[0]["fields"]), rows


def partners_as_organisations(demo):
    known = {row["id"]: row for row in told(demo, "partners", "--history")["registry"]}
    desk = known["innovatiecentrum-oost-vlaanderen"]
    assert desk["endpoint"] == "innovatiecentrum" and desk["provinces"] == ["BE-VOV"] and desk["group"] == "innovatiecentra", desk
    assert "Innovatiecentrum Limburg" in demo.cli("partners", "--history").stdout


def main():
    with Demo(sys.argv[1], companies=60, people=80, referrals=10) as demo:
        demo.start()
        demo.settle()
        before = counted(demo)
        story, referral = play(demo)
        every_step_is_counted(before, counted(demo))
        steps_are_told(demo, story, referral)
        nobody_else_hears(demo)
        admins_are_told_why_not(demo)
        twice_is_once(demo)
        partners_as_organisations(demo)
        assert 'doorstroom_referrals_open{partner="innovatiecentrum' in demo.http("/metrics")
        assert demo.stop() == 0


if __name__ == "__main__":
    main()
