#!/usr/bin/env python3
"""Watches the demo's first synchronisation until it has settled, and shows how far it is.

    settle.py [--time SECONDS] [--pid DAEMON] COMMAND...     COMMAND: the doorstroom program and how it finds the daemon

Shows one line with a bar on a terminal, and lines otherwise. Settled: the daemon says so twice in a row, with nothing
sent in between. Exit status: 0 settled, 1 not in time (the reason is printed), 3 the daemon is gone.
"""
import argparse
import json
import os
import shutil
import subprocess
import sys
import time

WIDTH = 24
STUCK = ("denied", "broken", "guarded", "paused", "quota")


def alive(pid):
    try:
        os.kill(pid, 0)
        with open(f"/proc/{pid}/stat", encoding="ascii", errors="replace") as file:
            return file.read().rpartition(")")[2].split()[0] != "Z"
    except (OSError, IndexError):
        return False


def status(command):
    """The daemon's status, or the reason why there is none."""
    try:
        done = subprocess.run([*command, "status", "--json"], capture_output=True, text=True, timeout=30)
    except (OSError, subprocess.TimeoutExpired) as error:
        return None, str(error)
    if done.returncode:
        return None, (done.stderr.strip() or f"exit status {done.returncode}").splitlines()[-1]
    try:
        return json.loads(done.stdout), None
    except ValueError:
        return None, "status printed no JSON"


def progress(partner):
    """How much of this partner is done, from 0 to 1: reading is the first half, sending the other."""
    if partner.get("settled"):
        return 1.0
    total, scanned = partner.get("total"), partner.get("scanned") or 0
    read = 0.5 if partner.get("last_ok") else min(0.45, 0.5 * scanned / total if total else scanned / 20_000)
    outbox, sent = partner.get("outbox") or {}, partner.get("records_out", 0)
    due = sum(n for state, n in outbox.items() if state not in ("dead", "waiting"))
    return read + (0.5 * sent / (sent + due) if sent + due else 0)


def summary(now):
    parts = []
    for partner in now["partners"]:
        done = "settled" if partner.get("settled") else partner.get("state", "?")
        read, sent = partner.get("records_in", 0), partner.get("records_out", 0)
        parts.append(f"{partner['id']} {done}, {read} in, {sent} out")
    return "; ".join(parts)


def counted(n, noun):
    return f"{n} {noun}" if n == 1 else f"{n} {noun}s"


def left_over(now):
    """What settling leaves for people to look at."""
    for partner in now["partners"]:
        refused, odd = (partner.get("outbox") or {}).get("dead", 0), partner.get("quarantine") or 0
        if refused:
            print(f"{partner['id']}: {counted(refused, 'change')} refused; see doorstroom refused")
        if odd:
            print(f"{partner['id']}: {counted(odd, 'record')} unusable; see doorstroom quarantine")


class Show:
    def __init__(self):
        self.terminal, self.last, self.told, self.begun = sys.stdout.isatty(), "", 0.0, time.monotonic()
        self.share = 0.0

    def step(self, now):
        partners = now["partners"]
        # How much there is to do grows while it is done; what was shown as done is.
        self.share = share = max(self.share, sum(map(progress, partners)) / max(1, len(partners)))
        rows = sum(p.get("records_in", 0) for p in partners)
        sent = sum(p.get("records_out", 0) for p in partners)
        spent = time.monotonic() - self.begun
        if self.terminal:
            full = round(share * WIDTH)
            bar = "#" * full + "." * (WIDTH - full)
            line = f"[{bar}] {share:4.0%}  {rows} records read, {sent} written, {spent:.0f} s"
            print("\r\033[K" + line[:shutil.get_terminal_size().columns - 1], end="", flush=True)
            return
        line = summary(now)
        if line != self.last and spent - self.told >= 2 or not self.last:
            print(f"{spent:5.0f} s  {share:4.0%}  {line}", flush=True)
            self.last, self.told = line, spent

    def end(self):
        if self.terminal:
            print("\r\033[K", end="", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--time", type=float, default=180)
    parser.add_argument("--pid", type=int)
    parser.add_argument("command", nargs=argparse.REMAINDER)
    args = parser.parse_args()
    show, before, why, now = Show(), None, "the daemon does not answer", None
    while time.monotonic() - show.begun < args.time:
        if args.pid and not alive(args.pid):
            show.end()
            print("the daemon has ended")
            return 3
        now, fault = status(args.command)
        if now is None:
            why = fault
        else:
            show.step(now)
            counts = [p.get("records_out") for p in now["partners"]]
            if now.get("settled") and before == counts:
                show.end()
                left_over(now)
                return 0
            before = counts if now.get("settled") else None
            stuck = [f"{p['id']} is {p['state']}: {p.get('reason') or 'no reason given'}"
                     for p in now["partners"] if p.get("state") in STUCK]
            why = "; ".join(stuck) or summary(now)
        time.sleep(0.25)
    show.end()
    print(f"not settled after {args.time:.0f} s: {why}")
    return 1


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
