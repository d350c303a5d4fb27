"""innovatiecentrum: JSON-RPC in the manner of Odoo. One endpoint; every province's desk marks its rows in x_desk.

    POST /jsonrpc {"jsonrpc": "2.0", "method": "call", "id": n, "params": {"service", "method", "args"}}
        common.version [] ; common.login [db, user, key] and common.authenticate [db, user, key, {}] -> uid or false
        object.execute_kw [db, uid, key, model, method, args, kw]
    models: res.partner (companies is_company true, contacts false with parent_id), crm.referral, event.registration
    methods: search [domain] -> ids; search_read [domain] -> rows; search_count; read [ids]; create [values] -> id;
             write [ids, values] -> true; unlink [ids] -> true; fields_get
    kw: domain, fields, order ("write_date,id", each asc or desc), limit, offset, context {active_test: false}
    domain: leaves [field, op, value] with = != > >= < <= in, "not in", like, ilike; prefix "&", "|", "!"
Always HTTP 200; errors are {"jsonrpc": "2.0", "id": n, "error": {"code": 200, "message": "Odoo Server Error",
"data": {"name": "odoo.exceptions.MissingError", "message", "debug"}}}. Empty is false. A reference reads [id, "name"]
and is written as id. write_date is stored with microseconds, compared with them, and printed without. Archived rows
(active false) are hidden unless context says active_test false. What is unlinked is gone without a trace: read gives
[]. Phone numbers are kept as the server likes to write them. Nothing keeps two rows from having the same ref.
"""
import hmac
import json
import re
import time
from calendar import timegm

from .partner import Partner
from .table import Table, by_microsecond
from .web import Response

CHAR, BOOL, TIME, DATE, RO = "char", "boolean", "datetime", "date", "readonly"
STAMPS = ("created_at", "sent_at", "received_at", "accepted_at", "declined_at", "in_progress_at", "closed_at",
          "expired_at", "withdrawn_at")
MODELS = {
    "res.partner": {
        "name": CHAR, "is_company": BOOL, "parent_id": "res.partner", "vat": CHAR, "street": CHAR, "zip": CHAR,
        "city": CHAR, "country_code": CHAR, "email": CHAR, "phone": CHAR, "website": CHAR, "lang": CHAR,
        "x_legal_form": CHAR, "firstname": CHAR, "lastname": CHAR, "title": CHAR, "function": CHAR,
        "x_consent_newsletter": CHAR, "x_desk": CHAR, "active": BOOL, "ref": CHAR},
    "crm.referral": {
        "partner_id": "res.partner", "contact_id": "res.partner", "from_partner": CHAR, "to_partner": CHAR,
        "service": CHAR, "reason": CHAR, "handler": CHAR, "state": CHAR, "outcome": CHAR,
        **dict.fromkeys(STAMPS, TIME), "ref": CHAR},
    "event.registration": {
        "partner_id": "res.partner", "company_id": "res.partner", "activity_id": CHAR, "activity_kind": CHAR,
        "activity_title": CHAR, "held_on": DATE, "attended": BOOL, "ref": CHAR},
}
DEFAULTS = {"res.partner": {"active": True}}
REQUIRED = {"res.partner": "name", "crm.referral": "partner_id", "event.registration": "partner_id"}
CONSENTS = ("granted", "withdrawn", "unknown", False)
ZONES = ("2", "3", "4", "9")  # area codes of one digit


class Fault(Exception):
    """An exception inside Odoo: name as in odoo.exceptions."""

    def __init__(self, name, message):
        super().__init__(message)
        self.name = name if "." in name else "odoo.exceptions." + name


def stamp(us):
    return time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(us // 1_000_000))


def microseconds(text):
    match = re.fullmatch(r"(\d{4})-(\d\d)-(\d\d)(?:[ T](\d\d):(\d\d):(\d\d)(?:\.(\d{1,6}))?)?", text or "")
    if not match:
        raise Fault("builtins.ValueError", f"time data {text!r} does not match format '%Y-%m-%d %H:%M:%S'")
    parts = [int(part or 0) for part in match.groups()[:6]]
    return timegm(tuple(parts)) * 1_000_000 + int((match.group(7) or "0").ljust(6, "0"))


def format_phone(text):
    """Belgian numbers as "+32 9 276 15 00"; whatever else as it came."""
    digits = re.sub(r"[^\d+]", "", text.replace("(0)", ""))
    if digits.startswith("00"):
        digits = "+" + digits[2:]
    elif digits.startswith("0"):
        digits = "+32" + digits[1:]
    rest = digits[3:]
    if not digits.startswith("+32") or not rest.isdigit() or re.search(r"[A-Za-z]", text):
        return text
    if len(rest) == 9 and rest[0] == "4":
        return f"+32 {rest[:3]} {rest[3:5]} {rest[5:7]} {rest[7:]}"
    if len(rest) != 8:
        return text
    if rest[0] in ZONES:
        return f"+32 {rest[0]} {rest[1:4]} {rest[4:6]} {rest[6:]}"
    return f"+32 {rest[:2]} {rest[2:4]} {rest[4:6]} {rest[6:]}"


OPS = {"=": lambda a, b: a == b, "!=": lambda a, b: a != b,
       ">": lambda a, b: a is not False and a > b, ">=": lambda a, b: a is not False and a >= b,
       "<": lambda a, b: a is not False and a < b, "<=": lambda a, b: a is not False and a <= b,
       "in": lambda a, b: a in b, "not in": lambda a, b: a not in b,
       "like": lambda a, b: b in (a or ""), "ilike": lambda a, b: b.casefold() in (a or "").casefold()}


class InnovatieCentrum(Partner):
    name = "innovatiecentrum"
    kinds = {"organization": ("res.partner", lambda f: f["is_company"]),
             "contact": ("res.partner", lambda f: not f["is_company"]),
             "referral": ("crm.referral", None), "participation": ("event.registration", None)}

    def __init__(self, store, user="doorstroom", key="demo-innovatiecentrum", db="ic", uid=7):
        super().__init__(store)
        self.user, self.key, self.db, self.uid = user, key, db, uid

    @staticmethod
    def tables():
        return [Table(name, by_microsecond, "ref") for name in MODELS]

    def new_key(self, table):
        return self.store.next_id

    def blank(self, kind):
        model = self.kinds[kind][0]
        fields = dict.fromkeys(MODELS[model], False) | DEFAULTS.get(model, {})
        return fields | ({"is_company": kind == "organization"} if model == "res.partner" else {})

    def title(self, kind, fields):
        return fields.get("name") or ""

    def check(self, table, fields, row):
        model = MODELS[table.name]
        for name, value in fields.items():
            kind = model.get(name)
            if kind is None:
                raise Fault("builtins.ValueError", f"Invalid field '{name}' on model '{table.name}'")
            if kind == BOOL and not isinstance(value, bool):
                raise Fault("ValidationError", f"{name}: true or false")
            if value is False or kind == BOOL:
                continue
            if kind in MODELS:
                if isinstance(value, bool) or not isinstance(value, int) or not self.store.tables[kind].get(value):
                    raise Fault("MissingError", f"{name}: Record does not exist or has been deleted.")
            elif not isinstance(value, str):
                raise Fault("ValidationError", f"{name}: text or false")
            elif kind == TIME and not re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", value) \
                    or kind == DATE and not re.fullmatch(r"\d{4}-\d\d-\d\d", value):
                raise Fault("builtins.ValueError", f"time data {value!r} does not match the field {name}")
        if fields.get("x_consent_newsletter", False) not in CONSENTS:
            raise Fault("builtins.ValueError", "Wrong value for res.partner.x_consent_newsletter")
        if not fields.get(REQUIRED[table.name]):
            raise Fault("ValidationError", f"{REQUIRED[table.name]} is required")

    def settled(self, table, fields):
        """null and "" become false, phones are re-formatted, persons get their name."""
        fields = {name: False if value in (None, "") else value for name, value in fields.items()}
        if table.name == "res.partner":
            if isinstance(fields.get("phone"), str):
                fields["phone"] = format_phone(fields["phone"])
            if not fields["is_company"] and (fields["firstname"] or fields["lastname"]):
                fields["name"] = " ".join(part for part in (fields["firstname"], fields["lastname"]) if part)
        return fields

    def delete(self, table, row, who):
        """What refers to it is emptied, as ondelete='set null' does."""
        for name, model in MODELS.items():
            for field, target in model.items():
                if target == table.name:
                    for other in self.store.tables[name].live():
                        if other.fields[field] == row.key:
                            self.update(self.store.tables[name], other, other.fields | {field: False}, who)
        return super().delete(table, row, who)

    def control(self, request):
        try:
            return super().control(request)
        except Fault as fault:
            return Response(422, {"error": str(fault)})

    # -- API

    def api(self, request):
        if request.path != "/jsonrpc" or request.method != "POST":
            return Response(404, b"<!doctype html><title>404 Not Found</title>", {"Content-Type": "text/html"})
        call_id = None
        try:
            try:
                call = json.loads(request.body)
                call_id, params = call.get("id"), call["params"]
                service, method, args = params["service"], params["method"], params["args"]
            except (ValueError, KeyError, TypeError, AttributeError):
                raise Fault("werkzeug.exceptions.BadRequest", "Invalid JSON-RPC data") from None
            result = self.service(service, method, args)
        except Fault as fault:
            error = {"code": 200, "message": "Odoo Server Error",
                     "data": {"name": fault.name, "message": str(fault),
                              "debug": "Traceback (most recent call last): ...",
                              "arguments": [str(fault)], "context": {}}}
            return Response(200, {"jsonrpc": "2.0", "id": call_id, "error": error})
        return Response(200, {"jsonrpc": "2.0", "id": call_id, "result": result})

    def service(self, service, method, args):
        if service == "common" and method == "version":
            return {"server_version": "16.0", "server_version_info": [16, 0, 0, "final", 0, ""], "protocol_version": 1}
        if service == "common" and method in ("login", "authenticate") and len(args) >= 3:
            return self.uid if self.allowed(args[0], args[1] == self.user, args[2]) else False
        if service != "object" or method not in ("execute_kw", "execute") or len(args) < 5:
            raise Fault("builtins.NotImplementedError", f"Method not available {service}.{method}")
        if not self.allowed(args[0], args[1] == self.uid, args[2]):
            raise Fault("AccessDenied", "Access Denied")
        if method == "execute":
            return self.execute(args[3], args[4], args[5:], {})
        return self.execute(args[3], args[4], args[5] if len(args) > 5 else [], args[6] if len(args) > 6 else {})

    def allowed(self, db, user, key):
        return db == self.db and user and isinstance(key, str) and hmac.compare_digest(key.encode(), self.key.encode())

    def execute(self, model, method, args, kw):
        if model not in MODELS:
            raise Fault("builtins.KeyError", model)
        handler = getattr(self, "do_" + method, None)
        if not handler or not isinstance(args, list) or not isinstance(kw, dict):
            raise Fault("builtins.AttributeError", f"The method '{model}.{method}' does not exist")
        return handler(self.store.tables[model], args, kw)

    def do_fields_get(self, table, args, kw):
        return {name: {"type": "many2one" if kind in MODELS else kind, "relation": kind if kind in MODELS else False}
                for name, kind in MODELS[table.name].items()}

    def do_search_count(self, table, args, kw):
        return len(self.search(table, args, kw))

    def do_search(self, table, args, kw):
        return [row.key for row in self.search(table, args, kw)]

    def do_search_read(self, table, args, kw):
        fields = kw.get("fields") or (args[1] if len(args) > 1 else None)
        return [self.shown(table, row, fields) for row in self.search(table, args, kw)]

    def do_read(self, table, args, kw):
        fields = kw.get("fields") or (args[1] if len(args) > 1 else None)
        return [self.shown(table, row, fields) for row in map(table.get, self.ids(args)) if row]

    def do_create(self, table, args, kw):
        many = args and isinstance(args[0], list)
        made = []
        for values in args[0] if many else args[:1]:
            if not isinstance(values, dict):
                raise Fault("builtins.TypeError", "values are an object")
            kind = "organization" if values.get("is_company") or table.name != "res.partner" else "contact"
            kind = kind if table.name == "res.partner" else self.kind(table.name)
            fields = self.settled(table, self.blank(kind) | values)
            self.check(table, fields, None)
            made.append((kind, fields))
        # One transaction: all of them or none.
        keys = [self.create(kind, fields, "api").key for kind, fields in made]
        return keys if many else keys[0]

    def do_write(self, table, args, kw):
        if len(args) < 2 or not isinstance(args[1], dict):
            raise Fault("builtins.TypeError", "write: ids and values")
        rows = [table.get(key) for key in self.ids(args)]
        if None in rows:
            raise Fault("MissingError", "Record does not exist or has been deleted.")
        changed = [(row, self.settled(table, row.fields | args[1])) for row in rows]
        for row, fields in changed:
            self.check(table, fields, row)
        for row, fields in changed:
            self.update(table, row, fields, "api")
        return True

    def do_unlink(self, table, args, kw):
        for row in [table.get(key) for key in self.ids(args)]:
            if row:
                self.delete(table, row, "api")
        return True

    def ids(self, args):
        ids = args[0] if args else None
        ids = [ids] if isinstance(ids, int) and not isinstance(ids, bool) else ids
        if not isinstance(ids, list) or any(not isinstance(key, int) or isinstance(key, bool) for key in ids):
            raise Fault("builtins.TypeError", "a list of ids is wanted")
        return ids

    def shown(self, table, row, names):
        out = {"id": row.key}
        for name in names or (*MODELS[table.name], "create_date", "write_date"):
            if name in ("write_date", "create_date"):
                out[name] = stamp(row.mtime_us if name == "write_date" else row.ctime_us)
            elif name == "display_name":
                out[name] = row.fields.get("name", "")
            elif name != "id":
                if name not in MODELS[table.name]:
                    raise Fault("builtins.ValueError", f"Invalid field '{name}' on model '{table.name}'")
                out[name] = self.pair(MODELS[table.name][name], row.fields[name])
        return out

    def pair(self, kind, value):
        if kind not in MODELS or value is False:
            return value
        row = self.store.tables[kind].get(value)
        return [value, row.fields["name"]] if row else False

    # -- searching

    def search(self, table, args, kw):
        domain = kw.get("domain") if "domain" in kw else args[0] if args else []
        if not isinstance(domain, list):
            raise Fault("builtins.ValueError", "Invalid domain")
        test, bound = self.compile(table, domain)
        order = [part.strip().lower().split() for part in (kw.get("order") or "id").split(",")]
        rows = table.since((bound,))
        context = kw.get("context") or {}
        named = any(isinstance(leaf, list) and leaf and leaf[0] == "active" for leaf in domain)
        if "active" in MODELS[table.name] and not named and context.get("active_test", True):
            rows = [row for row in rows if not row.deleted and row.fields["active"] and test(row)]
        else:
            rows = [row for row in rows if not row.deleted and test(row)]
        if order != [["write_date"], ["id"]]:
            for name, *way in reversed(order):
                rows.sort(key=lambda row, n=name: (self.value(row, n) is not False, self.value(row, n)),
                          reverse=way == ["desc"])
        first = kw.get("offset") or 0
        return rows[first:first + kw["limit"]] if kw.get("limit") else rows[first:]

    def value(self, row, name):
        if name == "id":
            return row.key
        if name == "write_date":
            return row.mtime_us
        if name == "create_date":
            return row.ctime_us
        return row.fields[name]

    def compile(self, table, domain):
        """(test on a row, lower bound on write_date in microseconds)."""
        bound, stack = 0, []
        for item in reversed(domain):
            if item in ("&", "|"):
                if len(stack) < 2:
                    raise Fault("builtins.ValueError", "Invalid domain")
                a, b = stack.pop(), stack.pop()
                stack.append((lambda r, a=a, b=b: a(r) and b(r)) if item == "&" else (lambda r, a=a, b=b: a(r) or b(r)))
            elif item == "!":
                a = stack.pop()
                stack.append(lambda r, a=a: not a(r))
            else:
                stack.append(self.leaf(table, item))
        if not any(item in ("|", "!") for item in domain if isinstance(item, str)):
            starts = [microseconds(i[2]) for i in domain if isinstance(i, list) and i[0] == "write_date"
                      and i[1] in (">", ">=")]
            bound = max(starts, default=0)
        return (lambda row: all(test(row) for test in stack)), bound

    def leaf(self, table, item):
        if not isinstance(item, list) or len(item) != 3 or item[1] not in OPS:
            raise Fault("builtins.ValueError", f"Invalid leaf {json.dumps(item)}")
        name, op, wanted = item
        if name not in ("id", "write_date", "create_date") and name not in MODELS[table.name]:
            raise Fault("builtins.ValueError", f"Invalid field '{name}' on model '{table.name}'")
        if name in ("write_date", "create_date"):
            wanted = microseconds(wanted)
        compare = OPS[op]
        return lambda row: compare(self.value(row, name), wanted)
