"""flandersdc: REST with opaque cursors, OAuth2 client credentials, idempotency keys and webhooks.

    POST   /oauth/token      grant_type=client_credentials, client in the form or as Basic
                             -> {"access_token", "token_type": "Bearer", "expires_in": 300}; a token that expired: 401
    GET    /api/LIST?cursor=OPAQUE&limit=N     LIST: organisations, people, referrals, attendances; limit at most 500
           -> {"items": [ITEM, ...], "next_cursor": "...", "has_more": bool}, in the order of change. The last cursor
           stays valid: asked for again, it tells what changed since. Without cursor: all live ones, then changes;
           deletions after the beginning appear as deleted: true. A cursor that makes no sense: 400 invalid_cursor.
    GET    /api/LIST?external_id=E             the same form, at most one item
    GET    /api/LIST/{id}    ITEM; 404 unknown, 410 deleted
    POST   /api/LIST         {"external_id", "attributes", "tags"} with Idempotency-Key -> 201 ITEM; the same key with
                             the same body: the same answer again; with another body: 422; external_id taken: 409
    PATCH  /api/LIST/{id}    merge patch (RFC 7396) of {"external_id", "attributes", "tags"}; If-Match: "VERSION" -> 412
    DELETE /api/LIST/{id}    204
    POST   /api/batch        {"requests": [{"id", "method", "path", "headers", "body"}]}, at most 50 of the writes above
           -> {"responses": [{"id", "status", "body"}]}, each as if it had come by itself, in no particular order
    ITEM: {"id": "org_...", "version": 7, "updated": EPOCH_MS, "deleted": false, "external_id", "attributes", "tags"}
Webhooks in Standard Webhooks form, {"type": "organisation.updated", "timestamp", "data": {"id"}}, signed, tried four
times.
Errors: {"error": "code", "message": "..."}.
"""
import base64
import copy
import hashlib
import hmac
import json
import re
import secrets
import time
from urllib.parse import parse_qs

from .partner import Partner, fail
from .table import Table, by_version
from .web import Abort, Request, Response

PAGE_MAX = 500
BATCH_MAX = 50
STAMPS = ("created_at", "sent_at", "received_at", "accepted_at", "declined_at", "in_progress_at", "closed_at",
          "expired_at", "withdrawn_at")
# table -> (id prefix, word in webhooks); a tuple of a type and a table is a reference
LISTS = {"organisations": ("org", "organisation"), "people": ("per", "person"), "referrals": ("ref", "referral"),
         "attendances": ("att", "attendance")}
SHAPES = {
    "organisations": {
        "title": str, "legal_title": str, "kbo": str, "juridical_form": str,
        "address": {"street": str, "number": str, "bus": str, "zip": str, "town": str, "country": str},
        "contact": {"mails": [str], "phones": [str], "web": [str]}, "lang": str, "nace": [str]},
    "people": {
        "given": str, "family": str, "honorific": str, "mails": [str], "phones": [str], "org": "organisations",
        "role": str,
        "lang": str, "consents": {"newsletter": str, "invitations": str, "sharing": str}},
    "referrals": {
        "organization": "organisations", "contact": "people", "from_partner": str, "to_partner": str, "service": str,
        "reason": str, "handler": str, "state": str, "outcome": str, **dict.fromkeys(STAMPS, str)},
    "attendances": {
        "contact": "people", "organization": "organisations", "activity_id": str, "activity_kind": str,
        "activity_title": str, "held_on": str, "attended": bool},
}
# one of these must be there
REQUIRED = {"organisations": ("legal_title", "title"), "people": ("family",), "referrals": ("organization",),
            "attendances": ("contact",)}


def refuse(status, code, message):
    raise Abort(Response(status, {"error": code, "message": message}))


def merge(target, patch):
    """RFC 7396."""
    if not isinstance(patch, dict):
        return patch
    target = dict(target) if isinstance(target, dict) else {}
    for name, value in patch.items():
        if value is None:
            target.pop(name, None)
        else:
            target[name] = merge(target.get(name), value)
    return target


class FlandersDC(Partner):
    name, base = "flandersdc", "attributes"
    kinds = {"organization": ("organisations", None), "contact": ("people", None), "referral": ("referrals", None),
             "participation": ("attendances", None)}

    def __init__(self, store, client="doorstroom", secret="demo-flandersdc", token_s=300, hooks=None):
        super().__init__(store)
        self.client, self.secret, self.token_s, self.hooks, self.tokens = client, secret, token_s, hooks, {}

    @staticmethod
    def tables():
        return [Table(name, by_version, "external_id") for name in LISTS]

    def new_key(self, table):
        return f"{LISTS[table.name][0]}_{secrets.token_hex(8)}"

    def blank(self, kind):
        shape = SHAPES[self.kinds[kind][0]]
        return {"external_id": None, "attributes": {n: {} for n, s in shape.items() if isinstance(s, dict)}, "tags": []}

    def title(self, kind, fields):
        a = fields["attributes"]
        return " ".join(a[name] for name in ("title", "legal_title", "given", "family") if a.get(name))

    def check(self, table, fields, row):
        old = row.fields.get("attributes", {}) if row else {}
        for name in fields:
            if name not in ("external_id", "attributes", "tags"):
                refuse(422, "unknown_member", name)
        if not isinstance(fields["attributes"], dict) or not isinstance(fields["tags"], list):
            refuse(422, "invalid_value", "attributes or tags")
        if not isinstance(fields["external_id"], (str, type(None))):
            refuse(422, "invalid_value", "external_id")
        self.check_shape(SHAPES[table.name], fields["attributes"], old, "")
        if not any(fields["attributes"].get(name) for name in REQUIRED[table.name]):
            refuse(422, "missing_value", " or ".join(REQUIRED[table.name]))
        held = table.find(fields["external_id"])
        if held and held is not row:
            raise Abort(Response(409, {"error": "duplicate_external_id", "message": "taken", "id": held.key}))

    def check_shape(self, shape, value, old, path):
        for name, part in value.items():
            wanted, where = shape.get(name), path + name
            if wanted is None:
                refuse(422, "unknown_member", where)
            if part is None:
                continue
            if isinstance(wanted, dict):
                if not isinstance(part, dict):
                    refuse(422, "invalid_value", where)
                self.check_shape(wanted, part, {}, where + ".")
            elif isinstance(wanted, list):
                if not isinstance(part, list) or any(not isinstance(item, str) for item in part):
                    refuse(422, "invalid_value", where)
            elif isinstance(wanted, str):
                if not isinstance(part, str) or part != old.get(name) and not self.store.tables[wanted].get(part):
                    refuse(422, "unknown_reference", where)
            elif not isinstance(part, wanted):
                refuse(422, "invalid_value", where)

    def on_write(self, table, row, op):
        if self.hooks:
            self.hooks.send({"type": f"{LISTS[table.name][1]}.{op}d", "data": {"id": row.key}})

    # -- API

    def api(self, request):
        if request.path == "/oauth/token":
            return self.token(request)
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or self.tokens.get(token, 0) < time.monotonic():
            self.tokens.pop(token, None)
            raise Abort(Response(401, {"error": "invalid_token", "message": "unknown or expired"},
                                 {"WWW-Authenticate": 'Bearer error="invalid_token"'}))
        if request.path == "/api/batch":
            return self.batch(request)
        return self.resource(request)

    def resource(self, request):
        match = re.fullmatch(r"/api/(organisations|people|referrals|attendances)(?:/(\w{1,40}))?", request.path)
        if not match:
            refuse(404, "not_found", "no such resource")
        table = self.store.tables[match.group(1)]
        if match.group(2) is None:
            if request.method == "GET":
                return self.listing(request, table)
            if request.method == "POST":
                return self.post(request, table)
            refuse(405, "bad_method", "GET or POST")
        row = table.rows.get(match.group(2))
        if row is None:
            refuse(404, "not_found", "no such record")
        if row.deleted:
            refuse(410, "gone", "deleted")
        if request.method == "GET":
            return self.one(row, 200)
        if request.method == "PATCH":
            return self.patch(request, table, row)
        if request.method == "DELETE":
            self.match(request, row)
            self.delete(table, row, "api")
            return Response(204)
        refuse(405, "bad_method", "GET, PATCH or DELETE")

    def token(self, request):
        form = {name: values[-1] for name, values in parse_qs(request.body.decode("latin-1")).items()}
        client, secret = form.get("client_id", ""), form.get("client_secret", "")
        scheme, _, basic = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() == "basic":
            client, _, secret = base64.b64decode(basic + "==").decode("latin-1").partition(":")
        if request.method != "POST" or form.get("grant_type") != "client_credentials":
            refuse(400, "unsupported_grant_type", "client_credentials")
        if client != self.client or not hmac.compare_digest(secret.encode(), self.secret.encode()):
            refuse(401, "invalid_client", "unknown client or wrong secret")
        now = time.monotonic()
        self.tokens = {t: end for t, end in self.tokens.items() if end > now}
        token = secrets.token_urlsafe(24)
        self.tokens[token] = now + self.token_s
        return Response(200, {"access_token": token, "token_type": "Bearer", "expires_in": self.token_s},
                        {"Cache-Control": "no-store"})

    def shown(self, row):
        head = {"id": row.key, "version": row.rev, "updated": row.mtime_us // 1000, "deleted": row.deleted}
        return head | (row.fields if not row.deleted else {"external_id": None, "attributes": {}, "tags": []})

    def one(self, row, status):
        return Response(status, self.shown(row), {"ETag": f'"{row.rev}"'})

    def cursor(self, table, after, begun):
        text = f"{table.name}:{after}:{begun}"
        mark = hashlib.sha256(text.encode()).hexdigest()[:6]
        return base64.urlsafe_b64encode(f"{text}:{mark}".encode()).decode()

    def listing(self, request, table):
        args = request.args()
        if "external_id" in args:
            row = table.find(args["external_id"])
            return Response(200, {"items": [self.shown(row)] if row else [], "next_cursor": None, "has_more": False})
        limit = args.get("limit", "100")
        if not limit.isdigit() or not int(limit):
            refuse(400, "invalid_limit", "a number from 1")
        limit, after, begun = min(int(limit), PAGE_MAX), 0, self.store.ver
        if args.get("cursor"):
            try:
                name, after, begun, _ = base64.urlsafe_b64decode(args["cursor"].encode()).decode().split(":")
                after, begun = int(after), int(begun)
                good = self.cursor(table, after, begun) == args["cursor"] and after <= self.store.ver
            except ValueError:
                good = False
            if not good:
                refuse(400, "invalid_cursor", "not a cursor of this list")
        rows = (r for r in table.page((after,)) if not (r.deleted and r.ver <= begun))
        taken = [row for row, _ in zip(rows, range(limit + 1))]
        more, taken = len(taken) > limit, taken[:limit]
        after = taken[-1].ver if taken else after
        return Response(200, {"items": [self.shown(row) for row in taken],
                              "next_cursor": self.cursor(table, after, begun), "has_more": more})

    def body(self, request):
        body = request.object()
        for name in ("id", "version", "updated", "deleted"):
            body.pop(name, None)
        return body

    def post(self, request, table):
        key = request.headers.get("idempotency-key")
        token = f"{table.name} {key}"
        digest = hashlib.sha256(json.dumps(request.json(), sort_keys=True).encode()).hexdigest()
        if key and token in self.store.answers:
            known, answer = self.store.answers[token]
            if known != digest:
                refuse(422, "idempotency_key_reused", "the key was used with another body")
            return Response(201, answer, {"Idempotency-Replayed": "true"})
        kind = next(k for k, (t, _) in self.kinds.items() if t == table.name)
        fields = self.blank(kind) | self.body(request)
        self.check(table, fields, None)
        row = self.create(kind, fields, "api")
        if key:
            self.store.answered(token, digest, self.shown(row))
        return self.one(row, 201)

    def batch(self, request):
        if request.method != "POST":
            refuse(405, "bad_method", "POST")
        parts = request.object().get("requests")
        if not isinstance(parts, list) or not 0 < len(parts) <= BATCH_MAX:
            refuse(400, "invalid_batch", f"1 to {BATCH_MAX} requests")
        # Nothing is done before all of them are known to make sense.
        responses = [self.respond(part["id"], one) for part, one in [(part, self.part(part)) for part in parts]]
        return Response(200, {"responses": responses[::-1]})

    def respond(self, name, request):
        try:
            answer = self.resource(request)
        except Abort as abort:
            answer = abort.response
        return {"id": name, "status": answer.status} | ({"body": json.loads(answer.body)} if answer.body else {})

    @staticmethod
    def part(part):
        part = part if isinstance(part, dict) else {}
        method, path, headers = part.get("method"), part.get("path"), part.get("headers", {})
        if method not in ("POST", "PATCH", "DELETE") or not isinstance(path, str) or not isinstance(part.get("id"), str) \
                or not isinstance(headers, dict):
            refuse(400, "invalid_batch", "a request needs id, method and path")
        request = Request(method, path, {name.lower(): str(value) for name, value in headers.items()})
        request.body = json.dumps(part.get("body")).encode()
        return request

    def match(self, request, row):
        wanted = request.headers.get("if-match", "*")
        if wanted not in ("*", f'"{row.rev}"'):
            raise Abort(Response(412, {"error": "stale", "message": "version", "version": row.rev}))

    def patch(self, request, table, row):
        self.match(request, row)
        kind = next(k for k, (t, _) in self.kinds.items() if t == table.name)
        fields = self.blank(kind) | merge(copy.deepcopy(row.fields), self.body(request))
        self.check(table, fields, row)
        return self.one(self.update(table, row, fields, "api"), 200)


def webhook_signature(secret, message_id, timestamp, body):
    """Standard Webhooks: v1,base64(HMAC-SHA256(key, id.timestamp.body)); the secret is whsec_ and base64."""
    key = base64.b64decode(secret.removeprefix("whsec_"))
    signed = f"{message_id}.{timestamp}.".encode() + body
    return "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()


def webhook_request(secret, event):
    """(headers, body) of one delivery."""
    body = json.dumps({"type": event["type"], "timestamp": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
                       "data": event["data"]}, separators=(",", ":")).encode()
    stamp = str(int(time.time()))
    return {"webhook-id": event["id"], "webhook-timestamp": stamp,
            "webhook-signature": webhook_signature(secret, event["id"], stamp, body)}, body
