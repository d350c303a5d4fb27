"""voka: plain REST, updated-since and page numbers. Header X-Api-Key.

    GET    /v1/LIST?updated_since=T&page=1&per_page=100[&include_deleted=1][&external_ref=E]
           LIST: companies, persons, referrals, participations -> {"data": [...], "page", "pages", "total"}
           sorted by (updated_at, id); T inclusive, "YYYY-MM-DD HH:MM:SS" in UTC; per_page at most 500
    GET    /v1/LIST/{id}     the object; 404 also when deleted
    POST   /v1/LIST          201 and the object; 409 when external_ref is taken
    PUT    /v1/LIST/{id}     FULL REPLACE: members not sent are lost; 200 and the object; id, updated_at and deleted are
                             ignored
    DELETE /v1/LIST/{id}     204; 404
Rows carry id (int), updated_at ("YYYY-MM-DD HH:MM:SS", 1 s), deleted; a deleted row is just these three. There is no
conditional write. Every answer tells X-RateLimit-Limit, -Remaining; beyond it 429 with Retry-After, in seconds and as a
date by turns. Errors: {"error": "..."}; 422 for unknown or wrongly typed members.
"""
import hmac
import math
import re
import time
from calendar import timegm
from email.utils import formatdate

from .partner import Partner, fail
from .table import Table, by_second
from .web import Response

PAGE_MAX = 500
WINDOW_S = 1.0
TEXT, INT, LIST, REF = "text", "int", "list", "ref"
STAMPS = ("created_at", "sent_at", "received_at", "accepted_at", "declined_at", "in_progress_at", "closed_at",
          "expired_at", "withdrawn_at")
MEMBERS = {
    "companies": {
        "name": TEXT, "vat": TEXT, "form": TEXT, "street": TEXT, "number": TEXT, "box": TEXT, "zip": TEXT, "city": TEXT,
        "country": TEXT, "phones": LIST, "emails": LIST, "website": TEXT, "lang": TEXT, "active": TEXT,
        "account_manager": TEXT, "segment": TEXT, "notes": TEXT, "external_ref": TEXT},
    "persons": {
        "first_name": TEXT, "last_name": TEXT, "title": TEXT, "function": TEXT, "company_id": REF, "email": TEXT,
        "phone": TEXT, "mobile": TEXT, "optin": TEXT, "is_decider": INT, "lang": TEXT, "notes": TEXT,
        "external_ref": TEXT},
    "referrals": {
        "company_id": REF, "person_id": REF, "from_partner": TEXT, "to_partner": TEXT, "service": TEXT, "reason": TEXT,
        "handler": TEXT, "state": TEXT, "outcome": TEXT, **dict.fromkeys(STAMPS, TEXT), "external_ref": TEXT},
    "participations": {
        "company_id": REF, "person_id": REF, "activity_id": TEXT, "activity_kind": TEXT, "activity_title": TEXT,
        "held_on": TEXT, "attended": INT, "external_ref": TEXT},
}
REFERRED = {"company_id": "companies", "person_id": "persons"}
REQUIRED = {"companies": "name", "persons": "last_name", "referrals": "company_id", "participations": "person_id"}
DEFAULTS = {"companies": {"phones": [], "emails": [], "active": "Y"}, "persons": {"optin": "unknown", "is_decider": 0}}
WORDS = {"active": ("Y", "N"), "optin": ("granted", "withdrawn", "unknown"), "is_decider": (0, 1), "attended": (0, 1)}


def stamp(us):
    return time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(us // 1_000_000))


def seconds(text):
    match = re.fullmatch(r"(\d{4})-(\d\d)-(\d\d)[ T](\d\d):(\d\d):(\d\d)Z?", text)
    if not match:
        fail(400, "updated_since: YYYY-MM-DD HH:MM:SS is wanted")
    return timegm(tuple(int(part) for part in match.groups()))


class Voka(Partner):
    name = "voka"
    kinds = {"organization": ("companies", None), "contact": ("persons", None), "referral": ("referrals", None),
             "participation": ("participations", None)}

    def __init__(self, store, key="demo-voka", limit=600):
        super().__init__(store)
        self.key, self.limit, self.window, self.used, self.refusals = key, limit, 0.0, 0, 0

    @staticmethod
    def tables():
        return [Table(name, by_second, "external_ref") for name in MEMBERS]

    def new_key(self, table):
        return self.store.next_id

    def blank(self, kind):
        table = self.kinds[kind][0]
        return dict.fromkeys(MEMBERS[table]) | DEFAULTS.get(table, {})

    def title(self, kind, fields):
        return fields.get("name") or f"{fields.get('first_name') or ''} {fields.get('last_name') or ''}"

    def check(self, table, fields, row):
        members = MEMBERS[table.name]
        for name, value in fields.items():
            if name not in members:
                fail(422, f"{name}: unknown member")
            if value is None:
                continue
            kind = members[name]
            if not isinstance(value, {TEXT: str, INT: int, LIST: list, REF: int}[kind]) or isinstance(value, bool):
                fail(422, f"{name}: {kind} is wanted")
            if name in WORDS and value not in WORDS[name]:
                fail(422, f"{name}: one of {', '.join(map(str, WORDS[name]))} is wanted")
            same = row is not None and row.fields.get(name) == value  # what was referred to may have gone since
            if kind == REF and not same and not self.store.tables[REFERRED[name]].get(value):
                fail(422, f"{name}: no such record")
        if any(not isinstance(mail, str) for mail in fields.get("emails") or []):
            fail(422, "emails: texts are wanted")
        if any(not isinstance(p, dict) or not isinstance(p.get("number"), str) for p in fields.get("phones") or []):
            fail(422, 'phones: objects like {"type": "work", "number": "..."} are wanted')
        if not fields.get(REQUIRED[table.name]):
            fail(422, f"{REQUIRED[table.name]}: is required")
        held = table.find(fields.get("external_ref"))
        if held and held is not row:
            fail(409, "external_ref is taken", id=held.key)

    # -- API

    def api(self, request):
        if not hmac.compare_digest(request.headers.get("x-api-key", "").encode(), self.key.encode()):
            fail(401, "X-Api-Key is missing or wrong")
        refused = self.over_limit()
        response = refused or self.routed(request)
        response.headers |= {"X-RateLimit-Limit": str(self.limit),
                             "X-RateLimit-Remaining": str(max(0, self.limit - self.used))}
        return response

    def over_limit(self):
        now = time.time()
        if now - self.window >= WINDOW_S or now < self.window:
            self.window, self.used = now, 0
        self.used += 1
        if self.used <= self.limit:
            return None
        self.refusals += 1
        wait = math.ceil(self.window + WINDOW_S - now)
        after = str(wait) if self.refusals % 2 else formatdate(math.ceil(now) + wait, usegmt=True)
        return Response(429, {"error": "too many requests"}, {"Retry-After": after})

    def routed(self, request):
        match = re.fullmatch(r"/v1/(companies|persons|referrals|participations)(?:/(\d{1,15}))?", request.path)
        if not match:
            fail(404, "no such resource")
        table = self.store.tables[match.group(1)]
        kind = next(k for k, (t, _) in self.kinds.items() if t == table.name)
        if match.group(2) is None:
            if request.method == "GET":
                return self.listing(request, table)
            if request.method == "POST":
                fields = self.sent(request, kind)
                self.check(table, fields, None)
                return Response(201, self.shown(self.create(kind, fields, "api")))
            fail(405, "GET or POST")
        row = table.get(int(match.group(2)))
        if row is None:
            fail(404, "no such record")
        if request.method == "GET":
            return Response(200, self.shown(row))
        if request.method == "PUT":
            fields = self.sent(request, kind)
            self.check(table, fields, row)
            return Response(200, self.shown(self.update(table, row, fields, "api")))
        if request.method == "DELETE":
            self.delete(table, row, "api")
            return Response(204)
        fail(405, "GET, PUT or DELETE")

    def sent(self, request, kind):
        body = request.object()
        for name in ("id", "updated_at", "deleted"):
            body.pop(name, None)
        return self.blank(kind) | body

    def shown(self, row):
        return {"id": row.key, "updated_at": stamp(row.mtime_us), "deleted": row.deleted, **row.fields}

    def number(self, args, name, default, most):
        text = args.get(name, str(default))
        if not text.isdigit() or not int(text):
            fail(400, f"{name}: a number from 1 is wanted")
        return min(int(text), most)

    def listing(self, request, table):
        args = request.args()
        page, size = self.number(args, "page", 1, 10**9), self.number(args, "per_page", 100, PAGE_MAX)
        rows = table.since((seconds(args["updated_since"]),)) if args.get("updated_since") else table.since(())
        if args.get("include_deleted") not in ("1", "true"):
            rows = [row for row in rows if not row.deleted]
        if "external_ref" in args:
            rows = [row for row in rows if row.fields.get("external_ref") == args["external_ref"]]
        part = rows[(page - 1) * size:page * size]
        return Response(200, {"data": [self.shown(row) for row in part], "page": page,
                              "pages": max(1, -(-len(rows) // size)), "total": len(rows)})
