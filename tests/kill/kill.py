#!/usr/bin/env python3
"""Kills the daemon with SIGKILL again and again, in real time, while people at the partners edit, make and delete.

usage: kill.py BUILD_DIR [--kills N] [--seed N] [--mutant NAME]

Between half of the kills one partner answers late, so that many a kill falls between the effect of a write and its answer. With --mutant that
mechanism of daemon/base/mutant.h is off, in a build that has it: then this must find a breach.

Afterwards, with the daemon left alone: the partners agree (conf/demo/verify.py, which looks at them only); in their whole
histories and the hub's nothing was made twice, lost, revived or echoed (histories.py); a second complete reading writes
nothing; the store is sound; every kind of operation happened. Exit status 0: all of that holds.
"""
import argparse
import pathlib
import random
import re
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "system"))
from crowd import Crowd  # noqa: E402
from demo import PARTNERS, Demo  # noqa: E402
from histories import Histories, Hub  # noqa: E402

SHOWN = 20
LATE_S = 0.3


def unguarded(text):
    """People delete more here than anybody would without being asked."""
    return re.sub(r"(?m)^  guards:$", "  guards:\n    vanished: { number: 5000, percent: 100% }", text)


def rampage(demo, chance, kills, environment):
    """Early kills hit the start and the first reading, later ones the sending."""
    crowd = Crowd(demo, random.Random(chance.random()), PARTNERS)
    moments = []
    for kill in range(kills):
        late = chance.choice(PARTNERS)
        demo.ask(late, "delay", {"seconds": chance.choice((0, LATE_S))})
        demo.start(**environment)
        moments.append(chance.choice((0.05, 0.3, 1, 3)) * chance.uniform(0.3, 1.7))
        time.sleep(moments[-1])
        if demo.daemon.poll() is not None:
            raise AssertionError(f"the daemon ended by itself after kill {kill}\n{demo.tail()}")
        demo.kill()
        demo.ask(late, "delay", {"seconds": 0})
        if kill == kills // 10:
            crowd.start()
    crowd.stop()
    moments.sort()
    print(f"{kills} kills after {moments[0]:.2f} to {moments[-1]:.2f} s, {demo.written()} writes by the daemon so far", flush=True)
    return crowd


def examine(demo, crowd):
    wrong = [demo.verify()]
    before = demo.written()
    for partner in PARTNERS:
        demo.cli("sync", partner, "--full")
    demo.settle(240)
    if demo.written() != before:
        wrong.append(f"{demo.written() - before} writes although nothing had changed")
    status = demo.stop()
    if status:
        wrong.append(f"exit status {status}\n{demo.tail()}")
    histories = Histories.of(demo, crowd, Hub(next((demo.folder / "state").glob("*.db"))))
    wrong += histories.breaches()
    counts = histories.happened()
    print(", ".join(f"{n} {word}" for word, n in counts.items()))
    wrong += [f"void: no {word} ever happened" for word, n in counts.items() if not n]
    for note in histories.notes[:SHOWN]:
        print("note:", note)
    return wrong


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("build")
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--seed", type=int, default=random.randrange(1 << 30))
    parser.add_argument("--mutant")
    args = parser.parse_args()
    print(f"{args.kills} kills, seed {args.seed}", flush=True)
    environment = {"DOORSTROOM_MUTANT": args.mutant} if args.mutant else {}
    began = time.monotonic()
    with Demo(args.build, edit=unguarded) as demo:
        crowd = rampage(demo, random.Random(args.seed), args.kills, environment)
        demo.start(**environment)
        demo.settle(300)
        wrong = [line for line in examine(demo, crowd) if line]
        if wrong:
            raise AssertionError("\n".join(wrong[:SHOWN]))
    print(f"no breach; {time.monotonic() - began:.0f} s")


if __name__ == "__main__":
    try:
        main()
    except AssertionError as failure:
        sys.exit(str(failure))
