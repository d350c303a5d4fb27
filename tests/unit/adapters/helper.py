"""A helper that misbehaves as its configuration says."""
import json
import os
import sys
import time

hello = json.loads(sys.stdin.readline())["hello"]
how = hello["config"]["how"]
ready = {"protocol": 1, "capabilities": ["complete", "get"], "types": {"organization": {}, "contact": {"write": []}}}


def say(value):
    print(json.dumps(value), flush=True)


if how == "dies at once":
    sys.exit(3)
if how == "says nothing":
    time.sleep(3600)
if how == "refuses":
    say({"fail": {"kind": "denied", "text": "the \u0007key\nis wrong"}})
if how == "other protocol":
    say({"ready": ready | {"protocol": 2}})
if how == "unknown field":
    say({"ready": ready | {"types": {"organization": {"read": ["shoe_size"]}}}})
if how == "fewer at first":
    if not os.path.exists(hello["config"]["mark"]):
        open(hello["config"]["mark"], "w").close()
        ready["types"].pop("contact")
if how == "secret":
    seen = hello["secrets"]["key"] == "hunter2" and "hunter2" not in "".join([*sys.argv, *os.environ.values()])
    say({"ready" if seen else "fail": ready})
else:
    say({"ready": ready})

late = []
for line in sys.stdin:
    q = json.loads(line)
    if "cancel" in q:
        say({"id": q["cancel"], "done": {"items": []}})
    elif how == "hangs" or how == "waits for cancel":
        pass
    elif how in ("dies", "fewer at first"):
        sys.exit(1)
    elif how == "nonsense":
        print("Traceback (most recent call last):", flush=True)
    elif how == "answers twice":
        say({"id": q["id"], "done": {"item": None}})
        say({"id": q["id"], "done": {"item": None}})
    elif how == "both":
        say({"id": q["id"], "done": {"item": None}, "fail": {"kind": "item"}})
    elif how == "bad item":
        say({"id": q["id"], "done": {"items": [
            {"key": "a", "record": {"legal_name": 7}}, {"key": "b", "record": {"legal_name": "B"}},
            {"key": "c", "gone": True}, {"key": "d", "merged_into": "b"}]}})
    elif how == "no key":
        say({"id": q["id"], "done": {"items": [{"record": {}}]}})
    elif how == "again":
        say({"id": q["id"], "fail": {"kind": "again", "text": "later", "wait_ms": 1234}})
    elif how == "large":
        say({"id": q["id"], "done": {"total": 3000, "next": "3000", "more": True, "items": [
            {"key": str(i), "version": i, "record": {"legal_name": f"Company {i}"}} for i in range(3000)]}})
    elif how == "reverses":
        late.insert(0, q["id"])
        if len(late) == 3:
            for id in late:
                say({"id": id, "done": {"item": {"key": str(id), "record": {}}}})
    else:
        say({"id": q["id"], "done": {"item": None}})
