#!/usr/bin/env python3
"""How soon the daemon is ready again after SIGKILL, with many records in its store.

usage: ready.py BUILD_DIR [--records N] [--kills N] [--limit SECONDS]

Ready: /readyz says so, which is when the store is open and every partner has been tried. Kills fall while the changes of
the first synchronisation are sent. Exit status 0: each time within the limit (2 s).
"""
import argparse
import json
import pathlib
import random
import sys
import time
import urllib.error
import urllib.request

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "system"))
from demo import Demo  # noqa: E402

# What the demo makes of its sizes: about five records at the partners for each company, person, referral together.
RECORDS_PER_COMPANY = 5.15


def ready(demo):
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{demo.port}/readyz", timeout=10) as answer:
            return answer.status == 200
    except (urllib.error.URLError, OSError):
        return False


def all_read(demo):
    time.sleep(1)
    done = demo.cli("status", "--json", ok=False)
    return not done.returncode and all(p["last_complete"] for p in json.loads(done.stdout)["partners"])


def in_store(demo):
    return sum(sum(p["live"].values()) for p in json.loads(demo.cli("status", "--json").stdout)["partners"])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("build")
    parser.add_argument("--records", type=int, default=100_000)
    parser.add_argument("--kills", type=int, default=10)
    parser.add_argument("--limit", type=float, default=2.0)
    args = parser.parse_args()
    companies = int(args.records / RECORDS_PER_COMPANY)
    with Demo(args.build, companies=companies, people=companies * 5 // 2, referrals=companies // 7) as demo:
        began = time.monotonic()
        demo.start()
        demo.wait(lambda: all_read(demo), 540, "the first reading of everything does not end")
        records = in_store(demo)
        print(f"{records} records in the store after {time.monotonic() - began:.0f} s; changes are being sent", flush=True)
        times = []
        for _ in range(args.kills):
            demo.kill()
            began = time.monotonic()
            demo.start()
            while not ready(demo):
                if demo.daemon.poll() is not None or time.monotonic() - began > 120:
                    raise AssertionError(f"not ready after {time.monotonic() - began:.0f} s\n{demo.tail()}")
                time.sleep(0.005)
            times.append(time.monotonic() - began)
            time.sleep(random.uniform(0, 3))
        status = demo.stop()
        if status:
            raise AssertionError(f"exit status {status}\n{demo.tail()}")
    times.sort()
    print(f"ready again after {times[0]:.2f} to {times[-1]:.2f} s, median {times[len(times) // 2]:.2f} s, {args.kills} kills")
    return 0 if records >= args.records * 0.95 and times[-1] <= args.limit else 1


if __name__ == "__main__":
    try:
        sys.exit(main())
    except AssertionError as failure:
        sys.exit(str(failure))
