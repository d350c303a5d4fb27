"""What the four servers share: the store, the control API under /_demo/, faults on demand.

The control API is how a person at the partner edits, and how tests look; it needs no credentials. Types are given by
the API's own name or by organization, contact, referral, participation; field names are native, dots go into objects
(`address.zip`, `phones.0.number`).

    GET  /_demo/types                     {"partner":..., "types": {"organization": "accounts", ...}, "ver": n}
    GET  /_demo/state                     every live row: {"partner":..., "ver": n, "rows": {"organization": [ROW]...}}
    GET  /_demo/list?type=T               [ROW, ...]
    GET  /_demo/find?name=N[&type=T]      rows whose name contains N, letter case aside
    GET  /_demo/history?since=SEQ&who=W   writes after SEQ: [{"seq", "us", "who", "op", "type", "key",
                                          "changed": {field: [old, new]}}, ...]
    POST /_demo/edit   {"type", "key" | "where": {field: value}, "set": {field: value}}   -> ROW
    POST /_demo/create {"type", "set"}                                                    -> ROW, 201
    POST /_demo/delete {"type", "key" | "where"}                                          -> ROW
    POST /_demo/fault  {"match": "POST /v1", "status": 503, "count": 2, "effect": false, "headers": {...}}
         the next `count` API requests whose "METHOD target" contains `match` are answered with `status` (0: the
         connection is cut); with effect, after having done what they asked
    POST /_demo/delay  {"seconds": 0.2}   every API answer comes that late

    ROW: {"type", "key", "ver", "external_id", "created_by", "fields": {...native...}}
`who` in the history is `api` for the daemon's writes and `local` for edits made here. `where` must fit exactly one row.
"""
import copy

from .web import Abort, Response

KINDS = ("organization", "contact", "referral", "participation")


def fail(status, message, **more):
    raise Abort(Response(status, {"error": message, **more}))


def step_into(value, name, path):
    if isinstance(value, list):
        if not name.isdigit() or int(name) > len(value):
            fail(400, f"{path}: no such element")
        return int(name)
    if not isinstance(value, dict):
        fail(400, f"{path}: not inside an object")
    return name


def set_path(fields, path, value):
    names = path.split(".")
    for name in names[:-1]:
        at = step_into(fields, name, path)
        if isinstance(fields, list) and at == len(fields):
            fields.append({})
        elif isinstance(fields, dict) and not isinstance(fields.get(at), (dict, list)):
            fields[at] = {}
        fields = fields[at]
    at = step_into(fields, names[-1], path)
    if isinstance(fields, list) and at == len(fields):
        fields.append(value)
    else:
        fields[at] = value


def get_path(fields, path):
    for name in path.split("."):
        if isinstance(fields, list):
            fields = fields[int(name)] if name.isdigit() and int(name) < len(fields) else None
        else:
            fields = fields.get(name) if isinstance(fields, dict) else None
    return fields


class Partner:
    """A subclass sets name and kinds, and has api(request), blank(kind), new_key(table), check(table, fields, row) and
    title(kind, fields).

    kinds: kind -> (table name, predicate on fields or None)
    fields in a store row are what the partner keeps; base (e.g. "attributes") is where edits start.
    """
    name, kinds, base = "", {}, None

    def __init__(self, store):
        self.store, self.creators, self.faults, self.server = store, {}, [], None
        store.listeners.append(self.on_write)

    def on_write(self, table, row, op):
        pass

    def __call__(self, request):
        if request.path.startswith("/_demo/"):
            return self.control(request)
        for fault in self.faults:
            if fault["match"] in f"{request.method} {request.target}":
                return self.fault(fault, request)
        return self.api(request)

    def fault(self, fault, request):
        fault["count"] -= 1
        if fault["count"] <= 0:
            self.faults.remove(fault)
        if fault["effect"]:
            try:
                self.api(request)
            except Abort:
                pass
        response = Response(fault["status"] or 500, {"error": "fault on demand"}, fault["headers"])
        response.drop = not fault["status"]
        return response

    # -- rows of a kind

    def table(self, kind):
        return self.store.tables[self.kinds[kind][0]]

    def is_kind(self, kind, fields):
        fits = self.kinds[kind][1]
        return fits is None or fits(fields)

    def kind_of(self, table, fields):
        return next(k for k in self.kinds if self.kinds[k][0] == table.name and self.is_kind(k, fields))

    def rows(self, kind):
        return sorted((row for row in self.table(kind).live() if self.is_kind(kind, row.fields)), key=lambda r: r.key)

    def show(self, kind, row):
        table = self.table(kind)
        return {"type": kind, "key": row.key, "ver": row.ver, "external_id": row.fields.get(table.external),
                "created_by": self.created_by(table, row), "fields": row.fields}

    def created_by(self, table, row):
        """seed, local or api; worked out from the history, a piece at a time."""
        for entry in self.store.history[self.creators.setdefault("read", 0):]:
            if entry["op"] == "create":
                self.creators[entry["type"], entry["key"]] = entry["who"]
        self.creators["read"] = len(self.store.history)
        return self.creators.get((table.name, row.key), "seed")

    # -- writes

    def settled(self, table, fields):
        """Values as this server keeps them."""
        return fields

    def create(self, kind, fields, who):
        table = self.table(kind)
        return self.store.write(table, self.new_key(table), fields, "create", who)

    def update(self, table, row, fields, who):
        """No row moves to a new version for a write that changes nothing."""
        return row if fields == row.fields else self.store.write(table, row.key, fields, "update", who)

    def delete(self, table, row, who):
        return self.store.write(table, row.key, {}, "delete", who)

    # -- control

    def control(self, request):
        name = request.path.removeprefix("/_demo/")
        handlers = {("GET", "types"): self.on_types, ("GET", "state"): self.on_state, ("GET", "list"): self.on_list,
                    ("GET", "find"): self.on_find, ("GET", "history"): self.on_history, ("POST", "edit"): self.on_edit,
                    ("POST", "create"): self.on_create, ("POST", "delete"): self.on_delete,
                    ("POST", "fault"): self.on_fault, ("POST", "delay"): self.on_delay}
        handler = handlers.get((request.method, name))
        if not handler:
            fail(404, f"no such control request: {request.method} {name}")
        return handler(request)

    def kind(self, word):
        for kind, (table, _) in self.kinds.items():
            if word in (kind, kind + "s", table):
                return kind
        fail(400, f"unknown type {word!r}; known: {', '.join(self.kinds)}")

    def pick(self, ask):
        kind = self.kind(ask.get("type", "organization"))
        if "key" in ask:
            rows = [row for row in self.rows(kind) if str(row.key) == str(ask["key"])]
        elif isinstance(ask.get("where"), dict) and ask["where"]:
            rows = [row for row in self.rows(kind)
                    if all(get_path(self.based(row.fields), f) == v for f, v in ask["where"].items())]
        else:
            fail(400, "key or where is needed")
        if len(rows) != 1:
            fail(404 if not rows else 409, f"{len(rows)} rows fit", keys=[row.key for row in rows[:20]])
        return kind, rows[0]

    def based(self, fields):
        return fields[self.base] if self.base else fields

    def edited(self, fields, changes):
        if not isinstance(changes, dict) or not changes:
            fail(400, "set is needed")
        fields = copy.deepcopy(fields)
        for path, value in changes.items():
            set_path(self.based(fields), path, value)
        return fields

    def on_types(self, request):
        return Response(200, {"partner": self.name, "types": {k: t for k, (t, _) in self.kinds.items()},
                              "ver": self.store.ver})

    def on_state(self, request):
        rows = {kind: [self.show(kind, row) for row in self.rows(kind)] for kind in self.kinds}
        return Response(200, {"partner": self.name, "ver": self.store.ver, "rows": rows})

    def on_list(self, request):
        kind = self.kind(request.args().get("type", "organization"))
        return Response(200, [self.show(kind, row) for row in self.rows(kind)])

    def on_find(self, request):
        args = request.args()
        kinds = [self.kind(args["type"])] if "type" in args else ["organization", "contact"]
        want = args.get("name", "").casefold()
        return Response(200, [self.show(kind, row) for kind in kinds for row in self.rows(kind)
                              if want in self.title(kind, row.fields).casefold()])

    def on_history(self, request):
        args = request.args()
        since = int(args.get("since", 0))
        return Response(200, [e for e in self.store.history
                              if e["seq"] > since and e["who"] == args.get("who", e["who"])])

    def on_edit(self, request):
        ask = request.object()
        kind, row = self.pick(ask)
        table = self.table(kind)
        fields = self.settled(table, self.edited(row.fields, ask.get("set")))
        self.check(table, fields, row)
        return Response(200, self.show(kind, self.update(table, row, fields, "local")))

    def on_create(self, request):
        ask = request.object()
        kind = self.kind(ask.get("type", "organization"))
        fields = self.settled(self.table(kind), self.edited(self.blank(kind), ask.get("set")))
        self.check(self.table(kind), fields, None)
        return Response(201, self.show(kind, self.create(kind, fields, "local")))

    def on_delete(self, request):
        kind, row = self.pick(request.object())
        shown = self.show(kind, row)
        self.delete(self.table(kind), row, "local")
        return Response(200, shown)

    def on_fault(self, request):
        ask = request.object()
        self.faults.append({"match": ask.get("match", ""), "status": ask.get("status", 503),
                            "count": ask.get("count", 1),
                            "effect": bool(ask.get("effect")), "headers": ask.get("headers", {})})
        return Response(204)

    def on_delay(self, request):
        self.server.delay_s = float(request.object()["seconds"])
        return Response(204)
