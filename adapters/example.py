#!/usr/bin/env python3
"""A helper for the exec adapter: companies in memory. Copy it, and put your CRM where the dictionary is."""
import json
import sys

rows, versions, by_token = {}, {}, {}


def show(key):
    return {"key": key, "version": str(versions[key]), "hub_id": rows[key]["hub_id"], "record": rows[key]["record"]}


def pull(q):
    return {"items": [show(key) for key in sorted(rows)], "next": None, "more": False, "total": len(rows)}


def get(q):
    found = [key for key in rows if key == q.get("key") or q.get("hub_id") and rows[key]["hub_id"] == q["hub_id"]]
    return {"item": show(found[0]) if found else None}


def create(q):
    key = by_token.setdefault(q["token"], f"c{len(by_token) + 1}")
    rows.setdefault(key, {"hub_id": q.get("hub_id"), "record": q["record"]})
    versions.setdefault(key, 1)
    return {"key": key, "item": show(key)}


def update(q):
    if q["key"] not in rows:
        raise LookupError("gone", "no such record")
    if q.get("version", str(versions[q["key"]])) != str(versions[q["key"]]):
        raise LookupError("conflict", "another version")
    rows[q["key"]]["record"] |= q["record"]
    versions[q["key"]] += 1
    return {"item": show(q["key"])}


print("config and secrets come with hello; what is written here goes to the daemon's log", file=sys.stderr, flush=True)
for line in sys.stdin:
    q = json.loads(line)
    if "hello" in q:
        answer = {"ready": {"protocol": 1, "types": {"organization": {"read": ["legal_name"], "write": ["legal_name"]}},
                            "capabilities": ["complete", "get", "find", "create", "update", "conditional", "idempotent",
                                             "answers", "versions"]}}
    elif "cancel" in q:
        continue
    else:
        try:
            answer = {"id": q["id"], "done": {"pull": pull, "get": get, "create": create, "update": update}[q["op"]](q)}
        except LookupError as e:
            answer = {"id": q["id"], "fail": {"kind": e.args[0], "text": e.args[-1]}}
    print(json.dumps(answer), flush=True)
