#!/usr/bin/env python3
"""Every system call that the daemon makes in the demo is one that its unit allows.

usage: syscalls.py BUILD_DIR

A call that the filter refuses shows on a partner's machine only, at the worst moment; here it shows as a failed test.
Exit status 77: strace cannot trace here.
"""
import os
import pathlib
import re
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from demo import SOURCE, Demo  # noqa: E402

# A daemon built with AddressSanitizer also makes these, when its leak checker runs at the end.
SANITIZER = {"ptrace", "process_vm_readv", "personality"}
# SQLite makes this one only as root, which the service is not.
ROOT = {"fchown"} if os.geteuid() == 0 else set()


def groups():
    """@set -> its calls, nested sets resolved."""
    listing = subprocess.run(["systemd-analyze", "syscall-filter", "--no-pager"], stdout=subprocess.PIPE, text=True, check=True).stdout
    sets, name = {}, None
    for line in listing.splitlines():
        word = line.strip().split("#")[0].strip()
        if line.startswith("@"):
            name = word
            sets[name] = set()
        elif name and re.fullmatch(r"@?[a-z0-9_-]+", word):
            sets[name].add(word)

    def resolve(word):
        return {word} if not word.startswith("@") else set().union(*(resolve(w) for w in sets[word]))
    return {name: resolve(name) for name in sets}


def allowed(unit, sets):
    calls = set()
    for value in re.findall(r"(?m)^SystemCallFilter=(.*)", unit):
        words = value.lstrip("~").split()
        expanded = set().union(*(sets[w] if w.startswith("@") else {w} for w in words))
        calls = calls - expanded if value.startswith("~") else calls | expanded
    return calls


def main():
    sets = groups()
    permitted = allowed((SOURCE / "systemd/doorstroom.service.in").read_text(), sets)
    assert {"execve", "read", "fork", "epoll_wait", "fsync"} <= permitted and "io_uring_setup" not in permitted
    if subprocess.run(["strace", "-o", "/dev/null", "true"], stderr=subprocess.DEVNULL).returncode:
        return 77
    with Demo(sys.argv[1], companies=60, people=120, referrals=20) as demo:
        trace = demo.folder / "trace"
        wrapper = demo.folder / "bin"
        wrapper.mkdir()
        (wrapper / "doorstroomd").write_text(
            f'#!/bin/sh\nexec strace -f -qq -o {trace} -e signal=none -- {demo.build}/doorstroomd "$@"\n')
        (wrapper / "doorstroomd").chmod(0o755)
        (wrapper / "doorstroom").symlink_to(demo.build / "doorstroom")
        demo.build = wrapper
        demo.start(ASAN_OPTIONS="detect_leaks=0", UV_USE_IO_URING="0")
        demo.settle()
        demo.cli("backup", str(demo.folder / "copy.db"))
        demo.stop()
        made = set(re.findall(r"(?m)^\d+ +(?:\.\.\. )?([a-z0-9_]+)[ (]", trace.read_text(errors="replace"))) - SANITIZER - ROOT
    assert len(made) > 30, made
    refused = sorted(made - permitted)
    if refused:
        sys.exit("the unit's filter refuses: " + " ".join(refused))
    print(f"{len(made)} different system calls, all allowed")
    return 0


if __name__ == "__main__":
    sys.exit(main())
