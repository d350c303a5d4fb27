"""Rows of one partner, in memory, with an append-only journal file from which they come back.

Every write gets the next `ver`, a number that never repeats at this partner, and a modification time in microseconds
that never goes back. A table keeps its rows sorted by what its API pages by. A deleted row stays, empty, as long as the
server needs to tell of it.
"""
import json
import os
import time
from bisect import bisect_left, bisect_right, insort


class Row:
    __slots__ = ("key", "ver", "rev", "mtime_us", "ctime_us", "deleted", "fields")

    def __init__(self, key):
        self.key, self.fields, self.deleted = key, {}, False
        self.ver = self.rev = self.mtime_us = self.ctime_us = 0


def by_version(row):
    return (row.ver,)


def by_second(row):
    return (row.mtime_us // 1_000_000, row.key)


def by_microsecond(row):
    return (row.mtime_us, row.key)


class Table:
    """order: Row -> sort key, unique. external: the field that holds an outside system's id, or None."""

    def __init__(self, name, order, external=None):
        self.name, self.order, self.external = name, order, external
        self.rows, self.sorted, self.by_external = {}, [], {}

    def get(self, key):
        """The live row, or None."""
        row = self.rows.get(key)
        return None if row is None or row.deleted else row

    def find(self, external):
        return self.get(self.by_external.get(external)) if external else None

    def live(self):
        return [row for _, row in self.sorted if not row.deleted]

    def page(self, after, upto=None):
        """Rows in order whose sort key is above `after` and not above `upto`; both may be prefixes."""
        first = bisect_right(self.sorted, after, key=lambda e: e[0])
        last = len(self.sorted) if upto is None else bisect_right(self.sorted, upto, key=lambda e: e[0])
        return (self.sorted[i][1] for i in range(first, last))

    def since(self, key):
        """Rows whose sort key is `key` or above, as a list."""
        return [row for _, row in self.sorted[bisect_left(self.sorted, key, key=lambda e: e[0]):]]

    def remove(self, row):
        at = bisect_left(self.sorted, self.order(row), key=lambda e: e[0])
        if at < len(self.sorted) and self.sorted[at][1] is row:
            del self.sorted[at]
        held = row.fields.get(self.external) if self.external else None
        if held and self.by_external.get(held) == row.key:
            del self.by_external[held]

    def insert(self, row):
        self.rows[row.key] = row
        insort(self.sorted, (self.order(row), row), key=lambda e: e[0])
        held = row.fields.get(self.external) if self.external else None
        if held and not row.deleted:
            self.by_external[held] = row.key


class Store:
    """The tables of one partner. path: its journal, or None. listeners are called with (table, row, op) per write."""

    def __init__(self, partner, tables, path=None):
        self.partner, self.tables = partner, {table.name: table for table in tables}
        self.path, self.file, self.ver, self.mtime_us, self.next_id = path, None, 0, 0, 1
        self.history, self.listeners, self.answers = [], [], {}

    def open(self):
        """Read the journal and go on writing it. False if there was none: then the caller fills the tables."""
        if not self.path:
            return False
        known = os.path.exists(self.path) and os.path.getsize(self.path) > 0
        if known:
            good = 0
            with open(self.path, "rb") as file:
                for line in file:
                    if not line.endswith(b"\n"):  # the process died while it wrote this one
                        break
                    self.replay(json.loads(line))
                    good += len(line)
            os.truncate(self.path, good)
        self.file = open(self.path, "a", buffering=1, encoding="utf-8")  # a line is out before its answer is
        return known

    def replay(self, entry):
        if "table" not in entry:
            self.answers[entry["token"]] = (entry["hash"], entry["answer"])
            return
        self.apply(self.tables[entry["table"]], entry["key"], entry["fields"], entry["op"], entry["who"],
                   entry["ver"], entry["us"])

    def now_us(self):
        return max(self.mtime_us + 1, time.time_ns() // 1000)

    def apply(self, table, key, fields, op, who, ver, us):
        row = table.rows.get(key)
        before = {} if row is None or row.deleted else row.fields
        if row is None:
            row = Row(key)
            row.ctime_us = us
        else:
            table.remove(row)
        row.fields, row.deleted, row.ver, row.mtime_us = fields, op == "delete", ver, us
        row.rev += 1
        table.insert(row)
        self.ver, self.mtime_us = max(self.ver, ver), max(self.mtime_us, us)
        if isinstance(key, int):
            self.next_id = max(self.next_id, key + 1)
        if who != "seed":
            names = sorted(set(before) | set(fields))
            changed = {n: [before.get(n), fields.get(n)] for n in names if before.get(n) != fields.get(n)}
            self.history.append({"seq": ver, "us": us, "who": who, "op": op, "type": table.name, "key": key,
                                 "changed": changed})
        return row

    def write(self, table, key, fields, op, who, us=None):
        """Make one change: op create, update or delete (fields {} then). us: the time of seeded rows only."""
        us = self.now_us() if us is None else us
        row = self.apply(table, key, fields, op, who, self.ver + 1, us)
        self.record({"table": table.name, "key": key, "op": op, "who": who, "ver": row.ver, "us": us, "fields": fields})
        for listener in self.listeners:
            listener(table, row, op)
        return row

    def answered(self, token, body_hash, answer):
        """Remember what a request with an idempotency key was answered."""
        self.answers[token] = (body_hash, answer)
        self.record({"token": token, "hash": body_hash, "answer": answer})

    def record(self, entry):
        if self.file:
            self.file.write(json.dumps(entry, ensure_ascii=False, separators=(",", ":")) + "\n")

    def close(self):
        if self.file:
            self.file.close()
            self.file = None
