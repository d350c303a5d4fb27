#!/usr/bin/env python3
"""The transcript in adapters/README.md (`>` to a helper, `<` from it), played from either side.

transcript.py README HELPER...   says the lines of the daemon to a helper and checks its answers
transcript.py README             is the helper: checks the daemon's lines and answers; exits 1 at the first difference
"""
import json
import subprocess
import sys


def lines(path):
    inside = False
    for line in open(path, encoding="utf-8"):
        if line.startswith("```"):
            inside = line.strip() == "```transcript"
        elif inside:
            yield line[0], json.loads(line[2:])


def check(wanted, got):
    if wanted != json.loads(got or "null"):
        sys.exit(f"wanted {json.dumps(wanted)}\ngot    {got}")


def main(readme, *helper):
    if not helper:
        for mark, value in lines(readme):
            if mark == ">":
                check(value, sys.stdin.readline())
            else:
                print(json.dumps(value), flush=True)
        return
    with subprocess.Popen(helper, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as child:
        for mark, value in lines(readme):
            if mark == ">":
                print(json.dumps(value), file=child.stdin, flush=True)
            else:
                check(value, child.stdout.readline())
        rest, _ = child.communicate()
    if rest or child.returncode:
        sys.exit(f"at the end: {rest!r}, status {child.returncode}")


main(*sys.argv[1:])
