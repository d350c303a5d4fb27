#!/usr/bin/env python3
"""The demo with a daemon that is killed at any moment: it must converge all the same, with nothing twice anywhere.

usage: kill.py BUILD_DIR       DOORSTROOM_KILLS, DOORSTROOM_SEED: how often (10), and where the moments come from

People at the partners go on editing while it happens. Afterwards, with the daemon left alone: the partners agree
(conf/demo/verify.py, which looks at them only), every edit made meanwhile is at the partner where it was made, a second
complete reading writes nothing, and the store is sound.
"""
import os
import pathlib
import random
import sqlite3
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from demo import Demo  # noqa: E402

KILLS = int(os.environ.get("DOORSTROOM_KILLS", "10"))
SEED = int(os.environ.get("DOORSTROOM_SEED", str(random.randrange(1 << 30))))


def edit(demo, chance, count):
    """A person at the partner that decides about addresses moves a company; what must then be there."""
    partner, field, value = "innovatiecentrum", "city", f"Testdorp-{count}"
    row = chance.choice(demo.ask(partner, "list?type=organization"))
    demo.ask(partner, "edit", {"type": "organization", "key": row["key"], "set": {field: value}})
    return (partner, row["key"], field), value


def main():
    chance = random.Random(SEED)
    print(f"{KILLS} kills, seed {SEED}", flush=True)
    edits, moments = {}, []
    with Demo(sys.argv[1]) as demo:
        for kill in range(KILLS):
            demo.start()
            # Early ones hit the start and the first reading, later ones the sending.
            moments.append(chance.choice((0.05, 0.3, 1, 3)) * chance.uniform(0.3, 1.7))
            time.sleep(moments[-1])
            if kill >= KILLS // 3:
                place, value = edit(demo, chance, kill)
                edits[place] = value
            if demo.daemon.poll() is not None:
                raise AssertionError(f"the daemon ended by itself after kill {kill}\n{demo.tail()}")
            demo.kill()
        print("killed after", " ".join(f"{m:.2f}" for m in moments), "s;", demo.written(), "writes so far", flush=True)
        demo.start()
        demo.settle(240)
        wrong = demo.verify()
        if wrong:
            raise AssertionError(wrong)
        for (partner, key, field), value in edits.items():
            row = next((r for r in demo.ask(partner, "list?type=organization") if r["key"] == key), None)
            if not row or row["fields"][field] != value:
                raise AssertionError(f"{partner} {key}: the edit of {field} is lost: {value!r}\n"
                                     + demo.cli("explain", f"{partner}:{key}", "municipality").stdout
                                     + "\n".join(map(str, (e for e in demo.ask(partner, "history?since=0") if e["key"] == key))))
        before = demo.written()
        for partner in demo.ports:
            demo.cli("sync", partner, "--full")
        demo.settle()
        if demo.written() != before:
            raise AssertionError(f"{demo.written() - before} writes although nothing had changed\n{demo.tail()}")
        print(before, "writes by the daemon,", len(edits), "edits kept")
        status = demo.stop()
        if status:
            raise AssertionError(f"exit status {status}\n{demo.tail()}")
        store = next((demo.folder / "state").glob("*.db"))
        with sqlite3.connect(store) as db:
            assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)


if __name__ == "__main__":
    try:
        main()
    except AssertionError as failure:
        sys.exit(f"seed {SEED}: {failure}")
