"""What must be true of the partners' whole histories, and of the hub's: nothing made twice, lost, revived or echoed."""
import json
import re
import sqlite3
import sys
from collections import Counter, defaultdict

from crowd import EDITED
from demo import DEMO, SOURCE

sys.path.insert(0, str(DEMO))
from demonet.world import fold  # noqa: E402
from verify import Record  # noqa: E402

EXTERNAL = {"unizo": "hubid", "voka": "external_ref", "flandersdc": "external_id", "innovatiecentrum": "ref"}
CONDITIONAL = ("unizo", "flandersdc")   # class A: strict
MARK = "Dorp "
# The store has the kinds of events as numbers, in the order of its list.
EVENT = {name: n for n, name in enumerate(re.findall(r"(?m)^\tX\(([A-Z]+), \"", (SOURCE / "daemon/store/store.h").read_text()
                                                     .split("EVENT_LIST(X)")[1].split("enum")[0]))}


class Hub:
    """The daemon's store, once it has ended."""

    def __init__(self, path):
        db = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
        assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        self.partners = dict(db.execute("SELECT id, name FROM partner"))
        self.shadows = {row[0]: row[1:] for row in db.execute("SELECT id, partner, type, key, state, entity FROM shadow")}
        self.told = defaultdict(str)     # (partner, key): all that was seen or read as a person's edit there
        self.read_as_edit = []           # (partner, key, field, value)
        hub_ids = {row[0]: row[1] for row in db.execute("SELECT id, hub_id FROM entity")}
        self.acknowledged = defaultdict(lambda: sys.maxsize)   # (partner, hub id as hex): when it was known to be there, ms
        for at, kind, partner, entity, shadow, data in db.execute(
                "SELECT at, kind, partner, entity, shadow, data FROM event ORDER BY seq"):
            name = self.partners.get(partner)
            place = (name, self.shadows[shadow][2]) if shadow in self.shadows else None
            if kind in (EVENT["SEEN"], EVENT["EDIT"]) and place:
                self.told[place] += data or ""
            if kind == EVENT["EDIT"] and place:
                for field, change in json.loads(data).get("fields", {}).items():
                    self.read_as_edit.append((*place, field, change.get("to")))
            if kind in (EVENT["SEEN"], EVENT["CONFIRM"], EVENT["SENT"]) and entity in hub_ids:
                known = (name, hub_ids[entity].hex())
                self.acknowledged[known] = min(self.acknowledged[known], at)
        self.entities = defaultdict(list)   # entity: [(partner, type, key)], live
        for partner, kind, key, state, entity in self.shadows.values():
            if state == 0 and entity:
                self.entities[entity].append((self.partners[partner], kind, key))
        db.close()


def value_at(fields, path):
    for name in path.split("."):
        fields = fields.get(name) if isinstance(fields, dict) else None
    return fields


def text(value):
    return value if isinstance(value, str) else ""


class Histories:
    """history: {partner: [entry, ...]}; rows: {(partner, key): row}, what is there now."""

    def __init__(self, history, rows, crowd, hub):
        self.history, self.rows, self.crowd, self.hub, self.notes = history, rows, crowd, hub, []

    @classmethod
    def of(cls, demo, crowd, hub):
        history = {p: demo.ask(p, "history?since=0") for p in demo.ports}
        rows = {(p, str(row["key"])): row for p in demo.ports for rows in demo.ask(p, "state")["rows"].values() for row in rows}
        return cls(history, rows, crowd, hub)

    def writes_of(self, partner, key, field):
        """[(who, value)] in order, of a native field; dots go into objects."""
        first = "attributes" if partner == "flandersdc" else field.split(".")[0]
        path = "attributes." + field if partner == "flandersdc" else field
        rest = path.split(".", 1)[1] if "." in path else None
        out = []
        for entry in self.history[partner]:
            if str(entry["key"]) != key or first not in entry["changed"]:
                continue
            old, new = entry["changed"][first]
            old, new = (value_at(old, rest), value_at(new, rest)) if rest else (old, new)
            if old != new:
                out.append((entry["who"], new))
        return out

    # -- I5: no duplicate create

    def made_once(self):
        for partner, history in self.history.items():
            made = Counter()
            for entry in history:
                if entry["op"] == "create" and entry["who"] == "api":
                    made[entry["type"], entry["changed"].get(EXTERNAL[partner], [None, None])[1]] += 1
            for (kind, external), times in made.items():
                if times > 1 and external:
                    yield f"{partner}: {kind} with the external id {external} was made {times} times"

    # -- I4: no resurrection

    def identity(self, partner, row):
        record = Record(partner, row)
        out = set()
        if row["external_id"]:
            out.add(("external id", row["external_id"]))
        if record.type == "organization" and record.number:
            out.add(("number", record.number))
        if record.type == "contact" and record.family:
            out |= {("mail", mail, record.family) for mail in record.mails}
        return out

    def not_revived(self):
        later = defaultdict(list)
        for (partner, key), row in self.rows.items():
            if row["created_by"] == "api":
                later[partner].append((key, row))
        made = {(p, str(e["key"])): e["us"] for p, history in self.history.items() for e in history
                if e["op"] == "create" and e["who"] == "api"}
        for partner, gone, us in self.crowd.deleted:
            external = (gone["external_id"] or "").replace("-", "")
            if gone["created_by"] == "api" and self.hub.acknowledged[partner, external] * 1000 > us:
                self.notes.append(f"{partner} {gone['key']} was deleted before the hub had heard that it was made")
                continue
            for key, row in later[partner]:
                if made[partner, key] > us and self.identity(partner, gone) & self.identity(partner, row):
                    yield f"{partner}: a person deleted {gone['key']}, the daemon made it again as {key}"

    # -- I3: no lost update

    def no_edit_lost(self):
        window = Counter()
        for (partner, kind, key, field), values in self.crowd.edits.items():
            writes = self.writes_of(partner, key, field)
            for value in values:
                if f'"{value}"' in self.hub.told[partner, key]:
                    continue
                at = next((i for i, (who, v) in enumerate(writes) if who == "local" and v == value), None)
                if at is None:
                    yield f"{partner} {key}: its own history does not know the edit {value!r}"
                elif at + 1 == len(writes):
                    if (partner, key) in self.rows:
                        yield f"{partner} {key}: the edit {value!r} is there, and the hub never read it"
                elif writes[at + 1][0] == "api" and writes[at + 1][1] is not None:
                    if partner in CONDITIONAL:
                        yield f"{partner} {key}: the edit {value!r} was overwritten unseen with {writes[at + 1][1]!r}"
                    window[partner] += 1
        for partner, n in window.items():
            self.notes.append(f"{n} edits at {partner} fell between the daemon's reading and its write (class B)")

    # -- I2: no echo

    def no_echo(self):
        """What the hub took for an edit was written there by a person."""
        by_people = defaultdict(str)
        for partner, history in self.history.items():
            for entry in history:
                if entry["who"] == "local":
                    by_people[partner, str(entry["key"])] += json.dumps(entry["changed"], ensure_ascii=False)
        for partner, key, field, value in self.hub.read_as_edit:
            if text(value).startswith(MARK) and f'"{value}"' not in by_people[partner, key]:
                yield f"{partner} {key}: the daemon's own {field} {value!r} was read as a person's edit"

    def not_written_again(self):
        """It writes a value once, and once more after each edit there that had to give way to it."""
        for partner, fields in self.touched().items():
            for key, field in fields:
                writes = self.writes_of(partner, key, field)
                edits = sum(who == "local" for who, _ in writes)
                again = Counter(v for who, v in writes if who == "api" and text(v).startswith(MARK))
                for value, times in again.items():
                    if times > 1 + edits:
                        yield f"{partner} {key}: {value!r} was written {times} times, with {edits} edits there"

    def touched(self):
        out = defaultdict(set)
        for partner, kind, key, field in self.crowd.edits:
            out[partner].add((key, field))
        return out

    # -- I1: convergence

    def converged(self):
        kinds = ("organization", "contact")
        for places in self.hub.entities.values():
            said = {}
            for partner, kind, key in places:
                row = self.rows.get((partner, key))
                if kind < len(kinds) and row:
                    fields = row["fields"].get("attributes", row["fields"])
                    said[partner, key] = fold(text(value_at(fields, EDITED[partner][kinds[kind]])))
            if len(set(said.values())) > 1 and any(v.startswith(fold(MARK)) for v in said.values()):
                yield "they differ: " + ", ".join(f"{p} {k} says {v!r}" for (p, k), v in said.items())

    def breaches(self):
        for check in (self.made_once, self.not_revived, self.no_edit_lost, self.no_echo, self.not_written_again, self.converged):
            for line in check():
                yield f"{check.__name__}: {line}"

    def happened(self):
        """How often each kind of operation succeeded; a run in which one never did proves nothing."""
        counts = dict(self.crowd.counts)
        for history in self.history.values():
            for entry in history:
                if entry["who"] == "api":
                    counts["daemon " + entry["op"]] = counts.get("daemon " + entry["op"], 0) + 1
        counts.setdefault("daemon create", 0)
        counts.setdefault("daemon update", 0)
        return counts
