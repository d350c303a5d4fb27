"""unizo: an OData v4 API in the manner of Dataverse. HTTP basic auth.

    GET    /api/data/v9.2/SET                 SET: accounts, contacts, referrals, participations
           Prefer: odata.track-changes,odata.maxpagesize=N   -> value[], then @odata.nextLink or @odata.deltaLink
           Links are absolute and must be asked for byte for byte: the tokens hold percent escapes in lower case.
           A delta gives changed rows first, then {"@odata.context": ".../$metadata#SET/$deletedEntity", "id",
           "reason"}; the first listing never tells of deletions. $select is honoured; $filter, $orderby, $expand and
           $top are refused.
    GET    SET(guid), SET(hubid='...')        row or 404; If-None-Match -> 304
    POST   SET                                201 and the row; 412 if the hubid is taken
    PATCH  SET(guid)                          204, or 200 and the row with Prefer: return=representation
           If-Match: W/"n" -> 412 when stale, 404 when gone; If-Match: * -> only update;
           without If-Match a record that is gone comes back: 201 (that is what the product does)
    PATCH  SET(hubid='...')                   the same by alternate key: without If-Match, creates what is not there
    DELETE SET(guid)                          204; If-Match honoured; 404
Errors: {"error": {"code": "0x...", "message": "..."}}; 400 for texts too long for their column, unknown columns and
wrong types.
"""
import base64
import hmac
import re
import time
import uuid
from urllib.parse import unquote

from .partner import Partner
from .table import Table, by_version
from .web import Abort, Response

ROOT = "/api/data/v9.2/"
PAGE_MAX = 5000
TEXT, BOOL, INT, REF = "text", "bool", "int", "ref"
CHANGE_TOKEN = re.compile(r"^(\d+)%21(\d\d)%2f(\d\d)%2f(\d{4})%20(\d\d)%3a(\d\d)%3a(\d\d)$")
SKIP_TOKEN = re.compile(r"^(\d+)%21(\d+)%21(\d+)%21([ud])$")
KEY = re.compile(r"^(\w+)\((?:([0-9a-fA-F-]{36})|hubid='((?:[^']|'')*)')\)$")

# column -> (type, longest text or the table referred to)
STAMPS = ("created_at", "sent_at", "received_at", "accepted_at", "declined_at", "in_progress_at", "closed_at")
COLUMNS = {
    "accounts": {
        "name": (TEXT, 160), "accountnumber": (TEXT, 20), "emailaddress1": (TEXT, 100), "emailaddress2": (TEXT, 100),
        "telephone1": (TEXT, 50), "telephone2": (TEXT, 50), "websiteurl": (TEXT, 200), "address1_line1": (TEXT, 250),
        "address1_postalcode": (TEXT, 20), "address1_city": (TEXT, 80), "address1_country": (TEXT, 80),
        "legalform": (TEXT, 20), "statecode": (INT, 1), "language": (TEXT, 5)},
    "contacts": {
        "firstname": (TEXT, 50), "lastname": (TEXT, 50), "salutation": (TEXT, 100), "jobtitle": (TEXT, 100),
        "emailaddress1": (TEXT, 100), "telephone1": (TEXT, 50), "mobilephone": (TEXT, 50),
        "parentcustomerid": (REF, "accounts"), "decisionmaker": (BOOL, 0), "donotbulkemail": (BOOL, 0),
        "language": (TEXT, 5)},
    "referrals": {
        "from": (TEXT, 50), "to": (TEXT, 50), "accountid": (REF, "accounts"), "contactid": (REF, "contacts"),
        "service": (TEXT, 50), "reason": (TEXT, 2000), "state": (TEXT, 20), "outcome": (TEXT, 40),
        "handler": (TEXT, 100),
        **{name: (TEXT, 30) for name in STAMPS}},
    "participations": {
        "contactid": (REF, "contacts"), "accountid": (REF, "accounts"), "activityid": (TEXT, 50), "kind": (TEXT, 50),
        "title": (TEXT, 200), "heldon": (TEXT, 10), "attended": (BOOL, 0)},
}
REQUIRED = {"accounts": "name", "contacts": "lastname", "referrals": "accountid", "participations": "contactid"}
ID = {"accounts": "accountid", "contacts": "contactid", "referrals": "referralid", "participations": "participationid"}
DEFAULTS = {"accounts": {"statecode": 0}, "contacts": {"decisionmaker": False, "donotbulkemail": False}}


def refuse(status, code, message):
    raise Abort(Response(status, {"error": {"code": code, "message": message}}))


def iso(us):
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(us // 1_000_000))


class Unizo(Partner):
    name = "unizo"
    kinds = {"organization": ("accounts", None), "contact": ("contacts", None), "referral": ("referrals", None),
             "participation": ("participations", None)}

    def __init__(self, store, user="doorstroom", password="demo-unizo"):
        super().__init__(store)
        self.authorization = "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()

    @staticmethod
    def tables():
        return [Table(name, by_version, "hubid") for name in COLUMNS]

    def new_key(self, table):
        return str(uuid.uuid4())

    def blank(self, kind):
        table = self.kinds[kind][0]
        return {"hubid": None} | dict.fromkeys(COLUMNS[table]) | DEFAULTS.get(table, {})

    def title(self, kind, fields):
        return fields.get("name") or f"{fields.get('firstname') or ''} {fields.get('lastname') or ''}"

    def check(self, table, fields, row):
        columns = COLUMNS[table.name]
        for name, value in fields.items():
            kind, size = (TEXT, 100) if name == "hubid" else columns.get(name, (None, 0))
            if kind is None:
                refuse(400, "0x80048d19", f"An undeclared property '{name}' was found in the payload.")
            if value is None:
                continue
            good = {TEXT: str, BOOL: bool, INT: int, REF: str}[kind]
            if not isinstance(value, good) or kind == INT and (isinstance(value, bool) or not 0 <= value <= size):
                refuse(400, "0x80048d19", f"Cannot convert the value of property '{name}'.")
            if kind == TEXT and len(value) > size:
                refuse(400, "0x80044331", f"A validation error occurred. The length of the '{name}' attribute exceeded "
                       f"the maximum allowed length of '{size}'.")
            if kind == REF and not self.store.tables[size].get(value):
                refuse(400, "0x80040217", f"Entity '{size}' With Id of property '{name}' Does Not Exist.")
        if not fields.get(REQUIRED[table.name]):
            refuse(400, "0x80040203", f"Property '{REQUIRED[table.name]}' is required.")
        held = table.find(fields.get("hubid"))
        if held and held is not row:
            refuse(412, "0x80060892", "A record with matching key values already exists.")

    def delete(self, table, row, who):
        """What refers to it is cleared first, as the product does."""
        for name, columns in COLUMNS.items():
            for column, (kind, target) in columns.items():
                if kind == REF and target == table.name:
                    for other in self.store.tables[name].live():
                        if other.fields[column] == row.key:
                            self.update(self.store.tables[name], other, other.fields | {column: None}, who)
        return super().delete(table, row, who)

    # -- API

    def api(self, request):
        given = request.headers.get("authorization", "")
        if not hmac.compare_digest(given.encode(), self.authorization.encode()):
            return Response(401, None, {"WWW-Authenticate": 'Basic realm="unizo"'})
        if not request.path.startswith(ROOT):
            refuse(404, "0x8006088a", "Resource not found for the segment.")
        rest = request.path[len(ROOT):]
        if rest in COLUMNS:
            table = self.store.tables[rest]
            if request.method == "GET":
                return self.listing(request, table)
            if request.method == "POST":
                return self.post(request, table)
            refuse(405, "0x8006088b", "The request method is not supported.")
        match = KEY.match(rest)
        if not match or match.group(1) not in COLUMNS:
            refuse(404, "0x8006088a", f"Resource not found for the segment '{rest.partition('(')[0][:40]}'.")
        table = self.store.tables[match.group(1)]
        hubid = match.group(3).replace("''", "'") if match.group(3) is not None else None
        row = table.find(hubid) if hubid is not None else table.get(match.group(2).lower())
        if request.method == "PATCH":
            return self.patch(request, table, row, hubid, match.group(2))
        if request.method not in ("GET", "DELETE"):
            refuse(405, "0x8006088b", "The request method is not supported.")
        if row is None:
            refuse(404, "0x80040217", f"Entity '{table.name}' With Id Does Not Exist.")
        if request.method == "GET":
            if request.headers.get("if-none-match") == self.etag(row):
                return Response(304)
            return self.one(request, table, row, 200)
        self.match(request, row)
        self.delete(table, row, "api")
        return Response(204)

    def etag(self, row):
        return f'W/"{row.ver}"'

    def shown(self, table, row, select=None):
        fields = row.fields if select is None else {n: v for n, v in row.fields.items() if n in select}
        return {"@odata.etag": self.etag(row), ID[table.name]: row.key, **fields, "modifiedon": iso(row.mtime_us)}

    def one(self, request, table, row, status):
        body = {"@odata.context": f"{self.base_url(request)}$metadata#{table.name}/$entity", **self.shown(table, row)}
        return Response(status, body, {"OData-Version": "4.0", "ETag": self.etag(row),
                                       "OData-EntityId": f"{self.base_url(request)}{table.name}({row.key})"})

    def base_url(self, request):
        return f"http://{request.headers.get('host', '127.0.0.1')}{ROOT}"

    def match(self, request, row):
        wanted = request.headers.get("if-match", "*")
        if wanted not in ("*", self.etag(row)):
            refuse(412, "0x80060882",
                   "The version of the existing record doesn't match the RowVersion property provided.")

    def payload(self, request, table):
        body = request.object()
        for name in [n for n in body if n.startswith("@odata.") or n in (ID[table.name], "modifiedon")]:
            del body[name]
        return body

    def post(self, request, table):
        kind = next(k for k, (t, _) in self.kinds.items() if t == table.name)
        fields = self.blank(kind) | self.payload(request, table)
        self.check(table, fields, None)
        return self.one(request, table, self.create(kind, fields, "api"), 201)

    def patch(self, request, table, row, hubid, guid):
        if row is not None and request.headers.get("if-none-match") == "*":
            refuse(412, "0x80060892", "A record with matching key values already exists.")
        changes = self.payload(request, table)
        if row is None:
            if "if-match" in request.headers:
                refuse(404, "0x80040217", f"Entity '{table.name}' With Id Does Not Exist.")
            kind = next(k for k, (t, _) in self.kinds.items() if t == table.name)
            fields = self.blank(kind) | ({"hubid": hubid} if hubid is not None else {}) | changes
            self.check(table, fields, None)
            key = guid.lower() if guid else self.new_key(table)
            row, status = self.store.write(table, key, fields, "create", "api"), 201
        else:
            self.match(request, row)
            fields = row.fields | changes
            self.check(table, fields, row)
            row, status = self.update(table, row, fields, "api"), 200
        if "return=representation" in request.headers.get("prefer", ""):
            return self.one(request, table, row, status)
        return Response(204, None, {"ETag": self.etag(row)})

    def listing(self, request, table):
        prefer = request.headers.get("prefer", "").replace(" ", "")
        size = re.search(r"odata\.maxpagesize=(\d+)", prefer)
        size = min(PAGE_MAX, int(size.group(1))) if size and int(size.group(1)) else PAGE_MAX
        skip, delta = request.raw_arg("$skiptoken"), request.raw_arg("$deltatoken")
        track = "odata.track-changes" in prefer or delta is not None or (skip or "").endswith(("u", "d"))
        for word in ("filter", "orderby", "expand", "top"):
            if request.raw_arg("$" + word) is not None:
                refuse(400, "0x80060888",
                       f'The "${word}" query parameter isn\'t supported when Change Tracking is enabled.')
        after, upto, since, phase = self.position(skip, delta)
        rows, more = self.page(table, after, upto, since, phase, size)
        select = request.args().get("$select")
        context = f"{self.base_url(request)}$metadata#{table.name}"
        if phase == "d":
            value = [{"@odata.context": f"{context}/$deletedEntity", "id": row.key, "reason": "deleted"}
                     for row in rows]
        else:
            value = [self.shown(table, row, select.split(",") if select else None) for row in rows]
        body = {"@odata.context": context + ("/$delta" if since or delta else ""), "value": value}
        if more:
            token = f"$skiptoken={rows[-1].ver}%21{upto}%21{since}%21{phase}"
        elif phase == "u" and since and next(self.deleted(table, since, upto), None):
            token = f"$skiptoken={since}%21{upto}%21{since}%21d"
        else:
            token = f"$deltatoken={upto}%21" + time.strftime("%m%%2f%d%%2f%Y%%20%H%%3a%M%%3a%S", time.gmtime())
        if track or "skiptoken" in token:
            link = "@odata.nextLink" if "skiptoken" in token else "@odata.deltaLink"
            keep = f"$select={select}&" if select else ""
            body[link] = f"{self.base_url(request)}{table.name}?{keep}{token}"
        applied = {"Preference-Applied": "odata.track-changes"} if track else {}
        return Response(200, body, {"OData-Version": "4.0"} | applied)

    def position(self, skip, delta):
        """(after, upto, since, phase): versions; since 0: the first listing, which tells of no deletions."""
        if skip is not None:
            match = SKIP_TOKEN.match(skip)
            if not match:
                self.bad_token(skip, SKIP_TOKEN)
            return int(match.group(1)), int(match.group(2)), int(match.group(3)), match.group(4)
        if delta is not None:
            match = CHANGE_TOKEN.match(delta)
            if not match or int(match.group(1)) > self.store.ver:
                self.bad_token(delta, CHANGE_TOKEN)
            return int(match.group(1)), self.store.ver, max(1, int(match.group(1))), "u"
        return 0, self.store.ver, 0, "u"

    def bad_token(self, token, pattern):
        decoded = unquote(token)
        again = re.sub(r"[!/: ]", lambda m: f"%{ord(m.group()):02x}", decoded)
        if pattern.match(again) and again != token:
            refuse(400, "0x80060889", "Malformed token: the link was not asked for as it was given.")
        refuse(400, "0x8006088c", "The token is malformed or has expired.")

    def page(self, table, after, upto, since, phase, size):
        rows = (row for row in table.page((after,), (upto,)) if row.deleted == (phase == "d"))
        taken = [row for row, _ in zip(rows, range(size + 1))]
        return taken[:size], len(taken) > size

    def deleted(self, table, after, upto):
        return (row for row in table.page((after,), (upto,)) if row.deleted)
