#!/usr/bin/env python3
"""A partner that is not read to the end for longer than `alarm:` is told of once, and shown as overdue.

usage: alarm.py BUILD_DIR
"""
import json
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from demo import Demo  # noqa: E402


def state(demo, partner):
    done = demo.cli("status", "--json", ok=False)
    rows = json.loads(done.stdout)["partners"] if done.returncode == 0 else []
    return next((row["state"] for row in rows if row["id"] == partner), None)


def main():
    with Demo(sys.argv[1], companies=30, people=30, referrals=5,
              edit=lambda text: text.replace("complete: 1h", "complete: 500ms\n  alarm: 4s")) as demo:
        demo.start()
        demo.wait(lambda: state(demo, "voka") == "active", 60, "voka was not read")
        demo.ask("voka", "fault", {"match": "/", "status": 503, "count": 1000000, "effect": False, "headers": {}})
        demo.wait(lambda: state(demo, "voka") == "overdue", 60, "nobody noticed that voka is not read any more")
        assert state(demo, "unizo") == "active", "another partner's trouble is unizo's"
        assert "overdue partner=voka" in demo.log.read_text()
        assert demo.log.read_text().count("overdue partner=voka") == 1, demo.tail()


if __name__ == "__main__":
    try:
        main()
    except AssertionError as failure:
        sys.exit(str(failure))
