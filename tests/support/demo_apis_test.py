#!/usr/bin/env python3
"""The demo's partner network: its four APIs."""
import base64
import unittest
from collections import Counter
from email.utils import parsedate_to_datetime
from urllib.parse import quote, unquote

from demo_running import Api

from demonet.innovatiecentrum import format_phone


class UnizoTest(Api):
    partner, root = "unizo", "/api/data/v9.2/"
    auth = {"Authorization": "Basic " + base64.b64encode(b"doorstroom:demo-unizo").decode()}

    def ask(self, method, target, body=None, **headers):
        target = target if target.startswith("/") else self.root + target
        names = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.net.ask("unizo", method, target, body, self.auth | names)

    def follow(self, link):
        """The path and query of an absolute link, byte for byte."""
        head = f"http://127.0.0.1:{self.net.ports['unizo']}"
        self.assertTrue(link.startswith(head), link)
        return link[len(head):]

    def read(self, target, size=50):
        """(rows, delta link, pages)"""
        rows, pages = [], 0
        while True:
            status, headers, body = self.ask("GET", target, Prefer=f"odata.track-changes,odata.maxpagesize={size}")
            self.assertEqual(status, 200, body)
            self.assertIn("odata.track-changes", headers["Preference-Applied"])
            rows, pages = rows + body["value"], pages + 1
            if "@odata.deltaLink" in body:
                return rows, self.follow(body["@odata.deltaLink"]), pages
            target = self.follow(body["@odata.nextLink"])

    def some(self, name):
        return self.control("POST", "create", {"type": "organization", "set": {"name": name}})["key"]

    def test_credentials(self):
        status, headers, _ = self.net.ask("unizo", "GET", self.root + "accounts")
        self.assertEqual((status, headers["WWW-Authenticate"]), (401, 'Basic realm="unizo"'))

    def test_all_pages_then_changes(self):
        self.some("Vóór BV")
        gone = self.some("Weg NV")
        rows, delta, pages = self.read("accounts")
        live = [row["key"] for row in self.control("GET", "list?type=accounts")]
        self.assertEqual(sorted(row["accountid"] for row in rows), sorted(live))
        self.assertEqual(pages, -(-len(rows) // 50))
        self.assertEqual(self.read(delta)[0], [])
        self.control("POST", "delete", {"type": "accounts", "key": gone})
        new = self.some("Na BV")
        changed, later, _ = self.read(delta, size=1)
        self.assertEqual([row.get("accountid") or row["id"] for row in changed], [new, gone])
        self.assertTrue(changed[1]["@odata.context"].endswith("$metadata#accounts/$deletedEntity"))
        self.assertEqual(changed[1]["reason"], "deleted")
        self.assertEqual(self.read(later)[0], [])
        self.assertEqual(len(self.read(delta)[0]), 2, "a delta link may be asked for twice")
        self.assertNotIn(gone, [row.get("id") for row in self.read("accounts")[0]])

    def test_edit_between_pages_is_not_lost(self):
        _, _, body = self.ask("GET", "accounts", Prefer="odata.track-changes,odata.maxpagesize=50")
        first = body["value"][-1]["accountid"]
        live = {row["key"] for row in self.control("GET", "list?type=accounts")}
        unread = live - {row["accountid"] for row in body["value"]}
        self.control("POST", "edit", {"type": "accounts", "key": min(unread), "set": {"name": "Ondertussen"}})
        rows, delta, _ = self.read(self.follow(body["@odata.nextLink"]))
        self.assertNotIn(first, [row["accountid"] for row in rows])
        self.assertEqual([row["accountid"] for row in self.read(delta)[0]], [min(unread)])

    def test_token_is_verbatim(self):
        _, delta, _ = self.read("accounts")
        self.assertRegex(delta, r"\$deltatoken=\d+%21\d\d%2f\d\d%2f\d{4}%20\d\d%3a\d\d%3a\d\d$")
        for other in (unquote(delta).replace(" ", "%20"), delta.replace("%2f", "%2F")):
            status, _, body = self.ask("GET", other)
            self.assertEqual(status, 400)
            self.assertIn("as it was given", body["error"]["message"])
        self.assertEqual(self.ask("GET", "accounts?$deltatoken=99999999%2101%2f01%2f2024%2000%3a00%3a00")[0], 400)

    def test_what_change_tracking_refuses(self):
        status, _, body = self.ask("GET", "accounts?$filter=name%20eq%20'x'", Prefer="odata.track-changes")
        self.assertEqual(status, 400)
        self.assertIn("isn't supported when Change Tracking is enabled", body["error"]["message"])

    def test_create_conditional_update_delete(self):
        status, _, row = self.ask("POST", "accounts",
                                  {"name": "Nieuw NV", "hubid": "hub-1", "accountnumber": "0403.449.823"})
        self.assertEqual((status, row["name"], row["statecode"]), (201, "Nieuw NV", 0))
        self.assertEqual(self.ask("POST", "accounts", {"name": "Nog eens", "hubid": "hub-1"})[0], 412)
        self.assertEqual(self.ask("GET", "accounts(hubid='hub-1')")[2]["accountid"], row["accountid"])
        self.assertEqual(self.ask("GET", "accounts(hubid='hub-2')")[0], 404)
        one = f"accounts({row['accountid']})"
        status, _, new = self.ask("PATCH", one, {"name": "Nieuwer NV"}, If_Match=row["@odata.etag"],
                                  Prefer="return=representation")
        self.assertEqual((status, new["name"], new["accountnumber"]), (200, "Nieuwer NV", "0403.449.823"))
        self.assertNotEqual(new["@odata.etag"], row["@odata.etag"])
        self.assertEqual(self.ask("PATCH", one, {"name": "Te laat"}, If_Match=row["@odata.etag"])[0], 412)
        self.assertEqual(self.ask("DELETE", one, If_Match=row["@odata.etag"])[0], 412)
        self.assertEqual(self.ask("PATCH", one, {"language": "nl"}, If_Match="*")[0], 204)
        self.assertEqual(self.ask("GET", one, If_None_Match=new["@odata.etag"])[0], 200)
        self.assertEqual(self.ask("DELETE", one)[0], 204)
        self.assertEqual(self.ask("GET", one)[0], 404)
        self.assertEqual(self.ask("PATCH", one, {"name": "Terug"}, If_Match="*")[0], 404)
        self.assertEqual(self.ask("PATCH", one, {"name": "Terug"})[0], 204, "without If-Match, what is gone comes back")
        self.assertEqual(self.ask("GET", one)[2]["name"], "Terug")

    def test_bad_values(self):
        for body in ({"name": ""}, {"name": "x", "colour": "red"}, {"name": 5}, {"name": "x" * 161},
                     {"name": "x", "statecode": "0"}):
            self.assertEqual(self.ask("POST", "accounts", body)[0], 400, body)
        self.assertEqual(self.ask("POST", "contacts",
                                  {"lastname": "X", "parentcustomerid": "00000000-0000-4000-8000-000000000000"})[0],
                                  400)

    def test_deleting_an_account_clears_what_refers_to_it(self):
        key = self.some("Moeder BV")
        child = self.control("POST", "create",
                             {"type": "contact", "set": {"lastname": "Kind", "parentcustomerid": key}})["key"]
        self.assertEqual(self.ask("DELETE", f"accounts({key})")[0], 204)
        self.assertIsNone(self.ask("GET", f"contacts({child})")[2]["parentcustomerid"])

    def test_history_tells_who(self):
        since, key = self.seq(), self.some("Wie BV")
        self.ask("PATCH", f"accounts({key})", {"name": "Wie NV"}, If_Match="*")
        self.ask("PATCH", f"accounts({key})", {"name": "Wie NV"}, If_Match="*")
        self.assertEqual([(e["who"], e["op"], e["changed"].get("name")) for e in self.history(since)],
                         [("local", "create", [None, "Wie BV"]), ("api", "update", ["Wie BV", "Wie NV"])])


class VokaTest(Api):
    partner = "voka"

    def ask(self, method, target, body=None, key="demo-voka"):
        return self.net.ask("voka", method, "/v1/" + target, body, {"X-Api-Key": key})

    def pages(self, query):
        rows, page = [], 1
        while True:
            status, _, body = self.ask("GET", f"companies?{query}&page={page}")
            self.assertEqual(status, 200, body)
            rows += body["data"]
            if page >= body["pages"]:
                self.assertEqual(len(rows), body["total"])
                return rows
            page += 1

    def test_key(self):
        self.assertEqual(self.ask("GET", "companies", key="other")[0], 401)

    def test_pages_in_order(self):
        rows = self.pages("per_page=7")
        self.assertEqual(len(rows), len(self.control("GET", "list")))
        order = [(row["updated_at"], row["id"]) for row in rows]
        self.assertEqual(order, sorted(order))
        self.assertGreater(max(Counter(stamp for stamp, _ in order).values()), 1, "many share a second")
        self.assertEqual(self.ask("GET", "companies?page=999")[2]["data"], [])

    def test_since_is_inclusive_and_deleted_on_demand(self):
        rows = self.pages("per_page=500")
        middle = rows[len(rows) // 2]
        since = self.pages("per_page=500&updated_since=" + quote(middle["updated_at"]))
        self.assertEqual([r["id"] for r in since], [r["id"] for r in rows if r["updated_at"] >= middle["updated_at"]])
        self.assertEqual(self.ask("GET", "companies?updated_since=yesterday")[0], 400)
        self.assertEqual(self.ask("DELETE", f"companies/{middle['id']}")[0], 204)
        self.assertNotIn(middle["id"], [r["id"] for r in self.pages("per_page=500")])
        shown = {row["id"]: row for row in self.pages("per_page=500&include_deleted=1")}[middle["id"]]
        self.assertEqual((shown["deleted"], len(shown)), (True, 3))
        self.assertGreater(shown["updated_at"], middle["updated_at"])
        for method in ("GET", "PUT", "DELETE"):
            self.assertEqual(self.ask(method, f"companies/{middle['id']}", {})[0], 404)

    def test_create_and_find(self):
        status, _, row = self.ask("POST", "companies", {"name": "Nieuw", "external_ref": "hub-9"})
        self.assertEqual((status, row["deleted"], row["active"]), (201, False, "Y"))
        self.assertEqual(self.ask("POST", "companies", {"name": "Nieuw", "external_ref": "hub-9"})[0], 409)
        self.assertEqual([r["id"] for r in self.ask("GET", "companies?external_ref=hub-9")[2]["data"]], [row["id"]])
        self.assertEqual(self.ask("GET", "companies?external_ref=none")[2]["data"], [])

    def test_put_replaces_everything(self):
        made = self.control("POST", "create",
                            {"set": {"name": "Voor", "notes": "bewaren", "phones": [{"type": "work", "number": "1"}]}})
        _, _, row = self.ask("GET", f"companies/{made['key']}")
        _, _, new = self.ask("PUT", f"companies/{made['key']}", row | {"name": "Na"})
        self.assertEqual((new["name"], new["notes"], new["phones"]), ("Na", "bewaren", row["phones"]))
        _, _, new = self.ask("PUT", f"companies/{made['key']}", {"name": "Kaal"})
        self.assertEqual((new["notes"], new["phones"], new["active"]), (None, [], "Y"))

    def test_bad_values(self):
        for body in ({}, {"name": "x", "colour": 1}, {"name": 4}, {"name": "x", "active": "yes"},
                     {"name": "x", "phones": ["1"]}):
            self.assertEqual(self.ask("POST", "companies", body)[0], 422, body)
        self.assertEqual(self.ask("POST", "persons", {"last_name": "x", "company_id": 999999})[0], 422)
        self.assertEqual(self.ask("POST", "companies", b"{nope")[0], 400)

    def test_edit_inside_lists(self):
        made = self.control("POST", "create", {"set": {"name": "Lijst", "phones": [{"type": "work", "number": "1"}]}})
        shown = self.control("POST", "edit",
                             {"where": {"name": "Lijst"}, "set": {"phones.0.number": "2", "emails.0": "a@b.example"}})
        self.assertEqual((shown["key"], shown["fields"]["phones"][0]["number"], shown["fields"]["emails"]),
                         (made["key"], "2", ["a@b.example"]))
        self.control("POST", "edit", {"where": {"name": "Lijst"}, "set": {"phones.5.number": "2"}}, expect=400)
        self.control("POST", "edit", {"where": {"name": "Nergens"}, "set": {"zip": "9000"}}, expect=404)
        self.control("POST", "edit", {"where": {"country": "BE"}, "set": {"zip": "9000"}}, expect=409)


class VokaLimitTest(Api):
    partner, options = "voka", {"voka_limit": 3}

    def test_retry_after_in_both_forms(self):
        forms = set()
        for _ in range(40):
            status, headers, _ = self.net.ask("voka", "GET", "/v1/companies?per_page=1", None,
                                              {"X-Api-Key": "demo-voka"})
            self.assertIn(status, (200, 429))
            if status == 429:
                value = headers["Retry-After"]
                forms.add("seconds" if value.isdigit() else "date")
                self.assertTrue(value.isdigit() or parsedate_to_datetime(value))
                self.assertEqual(headers["X-RateLimit-Remaining"], "0")
        self.assertEqual(forms, {"seconds", "date"})


class FlandersDCTest(Api):
    partner = "flandersdc"

    def setUp(self):
        form = b"grant_type=client_credentials&client_id=doorstroom&client_secret=demo-flandersdc"
        status, _, body = self.net.ask("flandersdc", "POST", "/oauth/token", form)
        self.assertEqual((status, body["token_type"], body["expires_in"]), (200, "Bearer", 300))
        self.token = body["access_token"]

    def ask(self, method, target, body=None, **headers):
        names = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.net.ask("flandersdc", method, "/api/" + target, body,
                            {"Authorization": "Bearer " + self.token} | names)

    def read(self, cursor=None, limit=30):
        items = []
        while True:
            status, _, body = self.ask("GET",
                                       f"organisations?limit={limit}" + (f"&cursor={quote(cursor)}" if cursor else ""))
            self.assertEqual(status, 200, body)
            items, cursor = items + body["items"], body["next_cursor"]
            if not body["has_more"]:
                return items, cursor

    def test_token(self):
        for form in (b"grant_type=password", b"grant_type=client_credentials&client_id=doorstroom&client_secret=no"):
            self.assertIn(self.net.ask("flandersdc", "POST", "/oauth/token", form)[0], (400, 401))
        basic = "Basic " + base64.b64encode(b"doorstroom:demo-flandersdc").decode()
        self.assertEqual(self.net.ask("flandersdc", "POST", "/oauth/token", b"grant_type=client_credentials",
                                      {"Authorization": basic})[0], 200)
        self.assertEqual(self.net.ask("flandersdc", "GET", "/api/people", None, {"Authorization": "Bearer x"})[0], 401)
        self.net.call(self.net.network.partners["flandersdc"].tokens.clear)
        status, headers, _ = self.ask("GET", "people")
        self.assertEqual(status, 401)
        self.assertIn("invalid_token", headers["WWW-Authenticate"])

    def test_cursor_goes_on_as_change_feed(self):
        items, cursor = self.read()
        self.assertEqual(sorted(i["id"] for i in items), sorted(r["key"] for r in self.control("GET", "list")))
        self.assertFalse(any(i["deleted"] for i in items))
        self.assertEqual(self.read(cursor), ([], cursor))
        new = self.control("POST", "create", {"set": {"title": "Later", "legal_title": "Later BV"}})["key"]
        gone = items[0]["id"]
        self.control("POST", "delete", {"key": gone})
        changed, cursor = self.read(cursor, limit=1)
        self.assertEqual([(i["id"], i["deleted"]) for i in changed], [(new, False), (gone, True)])
        self.assertNotIn(gone, [i["id"] for i in self.read()[0]])
        self.assertEqual(self.ask("GET", f"organisations/{gone}")[0], 410)
        self.assertEqual(self.ask("GET", "organisations/org_none")[0], 404)
        for bad in ("x", base64.urlsafe_b64encode(b"people:1:1:abcdef").decode()):
            status, _, body = self.ask("GET", f"organisations?cursor={bad}")
            self.assertEqual((status, body["error"]), (400, "invalid_cursor"))

    def test_idempotent_create(self):
        body = {"external_id": "hub-3", "attributes": {"title": "Eens", "address": {"zip": "9000"}}}
        status, headers, item = self.ask("POST", "organisations", body, Idempotency_Key="k1")
        self.assertEqual((status, item["version"], item["external_id"], headers["Idempotency-Replayed"]),
                         (201, 1, "hub-3", None))
        status, headers, again = self.ask("POST", "organisations", body, Idempotency_Key="k1")
        self.assertEqual((status, again, headers["Idempotency-Replayed"]), (201, item, "true"))
        self.assertEqual(self.ask("POST", "organisations", {"attributes": {"title": "Anders"}},
                                  Idempotency_Key="k1")[0], 422)
        self.assertEqual(self.ask("POST", "organisations", body, Idempotency_Key="k2")[0], 409)
        self.assertEqual([i["id"] for i in self.ask("GET", "organisations?external_id=hub-3")[2]["items"]],
                         [item["id"]])

    def test_batch(self):
        _, _, item = self.ask("POST", "organisations", {"external_id": "hub-b0", "attributes": {"title": "A"}})
        one = f"/api/organisations/{item['id']}"

        def part(name, method, path, body=None, **headers):
            return {"id": name, "method": method, "path": path, "body": body,
                    "headers": {key.replace("_", "-"): value for key, value in headers.items()}}
        make = part("make", "POST", "/api/organisations", {"external_id": "hub-b1", "attributes": {"title": "B"}},
                    Idempotency_Key="b1")
        for _ in range(2):
            status, _, body = self.ask("POST", "batch", {"requests": [
                make, part("stale", "PATCH", one, {"attributes": {"title": "C"}}, If_Match='"7"'),
                part("bad", "PATCH", one, {"attributes": {"title": 7}}), part("lost", "DELETE", "/api/people/per_0")]})
            self.assertEqual(status, 200)
            answer = {row.pop("id"): row for row in body["responses"]}
            self.assertEqual({name: row["status"] for name, row in answer.items()},
                             {"make": 201, "stale": 412, "bad": 422, "lost": 404})
            self.assertEqual(answer["make"]["body"]["external_id"], "hub-b1")
        self.assertEqual(self.ask("POST", "organisations", make["body"], Idempotency_Key="b1")[2], answer["make"]["body"])
        # Refused as a whole, nothing is done.
        for wrong in ([], [part("x", "PATCH", one, {"attributes": {"title": "D"}}), {"id": "y"}], "z"):
            self.assertEqual(self.ask("POST", "batch", {"requests": wrong})[0], 400)
        self.assertEqual(self.ask("GET", one.removeprefix("/api/"))[2]["version"], 1)

    def test_merge_patch(self):
        _, _, item = self.ask("POST", "organisations",
                              {"attributes": {"title": "A", "kbo": "0403449823",
                                              "address": {"zip": "9000", "town": "Gent"}},
                                                        "tags": ["pers"]})
        one = f"organisations/{item['id']}"
        status, headers, new = self.ask("PATCH", one, {"attributes": {"kbo": None, "address": {"zip": "9070"}}},
                                        If_Match='"1"')
        self.assertEqual((status, new["version"], headers["ETag"], new["tags"]), (200, 2, '"2"', ["pers"]))
        self.assertEqual(new["attributes"], {"title": "A", "address": {"zip": "9070", "town": "Gent"}})
        self.assertEqual(self.ask("PATCH", one, {"attributes": {"title": "B"}}, If_Match='"1"')[0], 412)
        self.assertEqual(self.ask("PATCH", one, {"attributes": {"colour": "red"}})[0], 422)
        self.assertEqual(self.ask("PATCH", one, {"attributes": {"title": None}})[0], 422)
        self.assertEqual(self.ask("POST", "organisations", {"attributes": {"legal_title": "B BV"}})[0], 201)
        self.assertEqual(self.ask("DELETE", one, If_Match='"1"')[0], 412)
        self.assertEqual(self.ask("DELETE", one, If_Match='"2"')[0], 204)

    def test_references(self):
        self.assertEqual(self.ask("POST", "people", {"attributes": {"family": "X", "org": "org_none"}})[0], 422)


class InnovatieCentrumTest(Api):
    partner = "innovatiecentrum"

    def rpc(self, model, method, args, key="demo-innovatiecentrum", **kw):
        call = {"jsonrpc": "2.0", "method": "call", "id": 5, "params": {"service": "object", "method": "execute_kw",
                                                                       "args": ["ic", 7, key, model, method, args, kw]}}
        status, _, body = self.net.ask("innovatiecentrum", "POST", "/jsonrpc", call)
        self.assertEqual((status, body["id"]), (200, 5))
        return body["result"] if "result" in body else body["error"]["data"]["name"]

    def test_login(self):
        for key, uid in (("demo-innovatiecentrum", 7), ("no", False)):
            call = {"jsonrpc": "2.0", "method": "call", "id": 1,
                    "params": {"service": "common", "method": "authenticate",
                                                                           "args": ["ic", "doorstroom", key, {}]}}
            self.assertEqual(self.net.ask("innovatiecentrum", "POST", "/jsonrpc", call)[2]["result"], uid)
        self.assertEqual(self.rpc("res.partner", "search", [[]], key="no"), "odoo.exceptions.AccessDenied")

    def test_errors_are_200(self):
        status, _, body = self.net.ask("innovatiecentrum", "POST", "/jsonrpc", b"{nope")
        self.assertEqual((status, body["error"]["code"], body["error"]["message"]), (200, 200, "Odoo Server Error"))
        self.assertEqual(self.rpc("res.partner", "write", [[999999], {"name": "x"}]), "odoo.exceptions.MissingError")
        self.assertEqual(self.rpc("res.partner", "create", [{"is_company": True}]), "odoo.exceptions.ValidationError")
        self.assertEqual(self.rpc("res.partner", "create", [{"name": "x", "colour": 1}]), "builtins.ValueError")
        self.assertEqual(self.rpc("no.model", "search", [[]]), "builtins.KeyError")

    def all(self, domain, **kw):
        rows, kw = [], {"order": "write_date,id", "limit": 13, "context": {"active_test": False}} | kw
        while True:
            part = self.rpc("res.partner", "search_read", [domain], offset=len(rows), **kw)
            rows += part
            if len(part) < kw["limit"]:
                return rows

    def test_reading(self):
        rows = self.all([["is_company", "=", True]], fields=["name", "write_date", "ref", "parent_id"])
        self.assertEqual(len(rows), len(self.control("GET", "list")))
        self.assertEqual([r["write_date"] for r in rows], sorted(r["write_date"] for r in rows))
        self.assertEqual(set(rows[0]), {"id", "name", "write_date", "ref", "parent_id"})
        self.assertEqual((rows[0]["ref"], rows[0]["parent_id"]), (False, False))
        self.assertRegex(rows[0]["write_date"], r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$")
        person = self.all([["is_company", "=", False]])[0]
        company = self.rpc("res.partner", "read", [[person["parent_id"][0]], ["name"]])
        self.assertEqual(person["parent_id"], [company[0]["id"], company[0]["name"]])

    def test_write_date_hides_its_microseconds(self):
        key = self.rpc("res.partner", "create", [{"name": "Micro", "is_company": True}])
        printed = self.rpc("res.partner", "read", [[key], ["write_date"]])[0]["write_date"]
        found = {op: self.rpc("res.partner", "search", [[["write_date", op, printed], ["id", "=", key]]])
                 for op in (">", ">=", "=")}
        self.assertEqual(found, {">": [key], ">=": [key], "=": []})

    def test_archived_are_hidden(self):
        key = self.rpc("res.partner", "create", [{"name": "Archief", "is_company": True, "active": False}])
        self.assertEqual(self.rpc("res.partner", "search", [[["id", "=", key]]]), [])
        self.assertEqual(self.rpc("res.partner", "search", [[["id", "=", key]]], context={"active_test": False}), [key])

    def test_unlinked_is_gone_without_trace(self):
        key = self.rpc("res.partner", "create", [{"name": "Weg", "is_company": True, "ref": "hub-7"}])
        child = self.rpc("res.partner", "create",
                         [{"firstname": "Jo", "lastname": "D'Hulkel", "name": "x", "parent_id": key}])
        self.assertEqual(self.rpc("res.partner", "read", [[child], ["name", "parent_id"]]),
                         [{"id": child, "name": "Jo D'Hulkel", "parent_id": [key, "Weg"]}])
        self.assertEqual(self.rpc("res.partner", "search", [[["ref", "in", ["hub-7"]]]]), [key])
        self.assertIs(self.rpc("res.partner", "unlink", [[key]]), True)
        self.assertEqual(self.rpc("res.partner", "read", [[key]]), [])
        self.assertEqual(self.rpc("res.partner", "search", [[["ref", "=", "hub-7"]]]), [])
        self.assertEqual(self.rpc("res.partner", "read", [[child], ["parent_id"]]), [{"id": child, "parent_id": False}])
        self.assertEqual(self.rpc("res.partner", "write", [[child], {"parent_id": key}]),
                         "odoo.exceptions.MissingError")

    def test_domains(self):
        keys = self.rpc("res.partner", "create",
                        [[{"name": f"Domein {i}", "is_company": True, "city": "Boom"} for i in range(3)]])
        mine = ["id", "in", keys]
        self.assertEqual(self.rpc("res.partner", "search",
                                  [["|", ["name", "=", "Domein 0"], ["name", "=", "Domein 2"], mine]]),
                                  [keys[0], keys[2]])
        self.assertEqual(self.rpc("res.partner", "search", [["!", ["name", "ilike", "DOMEIN 1"], mine]],
                                  order="id desc"), [keys[2], keys[0]])
        self.assertEqual(self.rpc("res.partner", "search_count", [[mine, ["city", "!=", False]]]), 3)

    def test_phones_are_kept_its_way(self):
        for given, kept in (("09/276.15.00", "+32 9 276 15 00"), ("089323950", "+32 89 32 39 50"),
                            ("+32 (0)470 12.34.56", "+32 470 12 34 56"),
                            ("02 315 13 51 toestel 12", "02 315 13 51 toestel 12"), ("112", "112")):
            self.assertEqual(format_phone(given), kept)
        key = self.rpc("res.partner", "create", [{"name": "Bel", "is_company": True, "phone": "+3292761500"}])
        self.assertEqual(self.rpc("res.partner", "read", [[key], ["phone"]])[0]["phone"], "+32 9 276 15 00")


if __name__ == "__main__":
    unittest.main()
