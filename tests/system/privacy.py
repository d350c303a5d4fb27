#!/usr/bin/env python3
"""No name, mail address, telephone or secret of the demo's data stands in any log line, metric or error text.

usage: privacy.py BUILD_DIR

The daemon runs at level debug, through partner faults, refusals, odd records, a reload, an edit; then
every text of the partners' records that could be somebody's is looked for in what it wrote.
"""
import json
import pathlib
import re
import signal
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from demo import PARTNERS, WEBHOOK_SECRET, Demo  # noqa: E402

# Members whose values say who somebody is, whatever the partner calls them.
PERSONAL = re.compile(r"(name|given|family|first|last|mail|phone|mobile|telephone|street|line1|title|web|note|reason|handler)",
                      re.I)
# Words of the data that are also words of the program or of anybody's Dutch.
ORDINARY = {"info", "contact", "name", "mail", "phone", "true", "false", "none", "example"}
CANARY = "Kanarievogel"


def leaves(value, name=""):
    if isinstance(value, dict):
        for key, part in value.items():
            yield from leaves(part, key)
    elif isinstance(value, list):
        for part in value:
            yield from leaves(part, name)
    elif isinstance(value, str):
        yield name, value


def canaries(demo):
    """Texts to look for, as written there; and numbers by their digits."""
    texts, numbers = set(), set()
    for partner in PARTNERS:
        for rows in demo.ask(partner, "state")["rows"].values():
            for row in rows:
                for name, value in leaves(row["fields"]):
                    if not PERSONAL.search(name) or len(value) < 5 or value.lower() in ORDINARY:
                        continue
                    texts.add(value)
                    digits = re.sub(r"\D", "", value)
                    if len(digits) >= 8 and re.fullmatch(r"[-+()./\d\s]+", value):
                        numbers.add(digits[-8:])
    return texts, numbers


def found_in(output, texts, numbers):
    words = {text for text in texts if text in output}
    # A number must stand alone: ids and times are full of digits.
    digits = {run for run in re.findall(r"(?<![\w.:-])\+?\d{8,12}(?![\w.:-])", output)}
    return words, {run for run in digits if run[-8:] in numbers and not re.fullmatch(r"1[67]\d{8,11}", run)}


def disturb(demo):
    """What makes a daemon talk: faults of every kind, odd records, a reload, edits."""
    for status in (500, 429, 403, 0):
        for partner in PARTNERS:
            demo.ask(partner, "fault", {"match": "/", "status": status, "count": 1, "effect": True, "headers": {}})
        demo.cli("sync", "voka", ok=False)
        time.sleep(0.5)
    demo.ask("unizo", "create", {"type": "organization", "set": {"name": f"{CANARY} NV", "accountnumber": "BE 1234"}})
    demo.ask("unizo", "create", {"type": "contact", "set": {"firstname": CANARY, "lastname": "Pietvanderkooi",
                                                            "emailaddress1": "kanarie@pietvanderkooi.example"}})
    row = demo.ask("voka", "list?type=organization")[0]
    demo.ask("voka", "edit", {"type": "organization", "key": row["key"], "set": {"name": f"{CANARY}kooi BV"}})
    demo.daemon.send_signal(signal.SIGHUP)
    demo.cli("search", CANARY, ok=False)
    demo.cli("show", CANARY, ok=False)
    demo.cli("explain", f"{CANARY}kooi", ok=False)


def main():
    with Demo(sys.argv[1], companies=120, people=240, log_level="debug") as demo:
        demo.start()
        demo.settle()
        disturb(demo)
        time.sleep(3)
        texts, numbers = canaries(demo)
        assert len(texts) > 500 and CANARY + "kooi BV" in texts, len(texts)
        outputs = {"log": None, "/metrics": demo.http("/metrics"), "/healthz": demo.http("/healthz"),
                   "status": demo.cli("status", "--json").stdout}
        demo.stop()
        outputs["log"] = demo.log.read_text(errors="replace")
        assert outputs["log"].count("\n") >= 20 and all(f"partner={p}" in outputs["log"] for p in PARTNERS), outputs["log"]
        texts |= {WEBHOOK_SECRET, CANARY} | {f"test-{partner}-secret" for partner in PARTNERS}
        # The check itself must be able to fail.
        probe = outputs["log"] + "\nname=" + sorted(texts)[0]
        assert found_in(probe, texts, numbers)[0], "the search finds nothing even where something is"
        bad = []
        for name, output in outputs.items():
            words, digits = found_in(output, texts, numbers)
            for word in sorted(words | digits)[:20]:
                line = next((text for text in output.splitlines() if word in text), "")
                bad.append(f"{name}: {word!r} in: {line[:240]}")
        if bad:
            raise AssertionError("personal data:\n" + "\n".join(bad))
        print(f"{len(texts)} texts and {len(numbers)} numbers looked for in {sum(map(len, outputs.values()))} bytes; none found")


if __name__ == "__main__":
    try:
        main()
    except AssertionError as failure:
        sys.exit(str(failure))
