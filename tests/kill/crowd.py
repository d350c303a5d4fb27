"""People at the demo's partners, at work while the daemon is killed: they edit, make and delete; each value is unique."""
import json
import threading
import time

DESK = "innovatiecentrum-antwerpen"
# partner: type: what a person changes there, what a new row needs ($ name, # enterprise number, @ mail, > company)
EDITED = {
    "unizo": {"organization": "address1_city", "contact": "jobtitle"},
    "voka": {"organization": "city", "contact": "function"},
    "flandersdc": {"organization": "address.town", "contact": "role"},
    "innovatiecentrum": {"organization": "city", "contact": "function"},
}
COMPANY = {
    "unizo": {"name": "$", "accountnumber": "#"},
    "voka": {"name": "$", "vat": "BE#"},
    "flandersdc": {"legal_title": "$", "kbo": "#"},
    "innovatiecentrum": {"name": "$", "vat": "BE#"},
}
PERSON = {
    "unizo": {"lastname": "$", "firstname": "Test", "emailaddress1": "@", "parentcustomerid": ">"},
    "voka": {"last_name": "$", "first_name": "Test", "email": "@", "company_id": ">"},
    "flandersdc": {"family": "$", "given": "Test", "mails": ["@"], "org": ">"},
    "innovatiecentrum": {"lastname": "$", "firstname": "Test", "email": "@", "parent_id": ">"},
}
REFERRAL = {
    "unizo": ("accountid", "contactid", "from", "to", "%Y-%m-%dT%H:%M:%SZ"),
    "voka": ("company_id", "person_id", "from_partner", "to_partner", "%Y-%m-%d %H:%M:%S"),
    "flandersdc": ("organization", "contact", "from_partner", "to_partner", "%Y-%m-%dT%H:%M:%SZ"),
    "innovatiecentrum": ("partner_id", "contact_id", "from_partner", "to_partner", "%Y-%m-%d %H:%M:%S"),
}
FIRST_REFERRAL_S = 1_780_000_000
CONTENDED = 8
AGE_MIN_US = 10_000_000   # before a person deletes what the daemon made: it has surely heard of it then


def number(n):
    """A valid enterprise number that no seeded company has."""
    base = 10_990_000 + n
    return f"{base:08d}{97 - base % 97:02d}"


def filled(form, **values):
    signs = {"$": "name", "#": "number", "@": "mail", ">": "company"}

    def one(value):
        if isinstance(value, list):
            return [one(v) for v in value]
        for sign, key in signs.items():
            if value == sign:
                return values[key]
            if value.endswith(sign) and isinstance(values.get(key), str):
                return value[:-1] + values[key]
        return value
    return {field: one(value) for field, value in form.items()}


class Crowd(threading.Thread):
    """edits: {(partner, type, key, field): [value, ...]}; deleted: [(partner, row as it was, time in us)]; bereft: rows of
    things that somebody else's people have deleted, of which many an edit is: it must not bring them back there."""

    def __init__(self, demo, chance, partners):
        super().__init__(daemon=True)
        self.demo, self.chance, self.partners = demo, chance, partners
        self.edits, self.deleted, self.counts = {}, [], {"edit": 0, "company": 0, "referral": 0, "delete": 0}
        self.serial, self.failure, self.stopping = 0, None, threading.Event()
        with open(demo.folder / "network/truth.json", encoding="utf-8") as file:
            self.truth = json.load(file)
        self.contended, self.bereft = self.same_things(), set()
        self.spared = self.referred()

    def same_things(self):
        """Rows of a few companies that most partners have: half of the edits meet there, and the daemon's writes."""
        things = sorted(self.truth["organization"], key=lambda thing: -len(thing["rows"]))
        return {(partner, str(key)) for thing in things[:CONTENDED] for partner, key in thing["rows"].items()}

    def referred(self):
        """Rows that a seeded referral is about, at every partner: it could not arrive if they went."""
        truth, about = self.truth, set()
        for partner in self.partners:
            company, person = REFERRAL[partner][:2]
            for row in self.demo.ask(partner, "list?type=referral"):
                fields = row["fields"].get("attributes", row["fields"])
                about |= {(partner, str(fields.get(company))), (partner, str(fields.get(person)))}
        spared = set(about)
        for kind in ("organization", "contact"):
            for thing in truth[kind]:
                rows = {(partner, str(key)) for partner, key in thing["rows"].items()}
                if rows & about:
                    spared |= rows
        return spared

    def run(self):
        acts = (self.edit,) * 14 + (self.make_company,) * 2 + (self.refer,) * 3 + (self.delete,) * 2
        try:
            while not self.stopping.wait(self.chance.uniform(0.02, 0.15)):
                self.chance.choice(acts)(self.chance.choice(self.partners))
        except Exception as failure:  # a fault of the test or of a partner: the main thread tells it
            self.failure = failure

    def stop(self):
        self.stopping.set()
        self.join()
        if self.failure:
            raise self.failure

    def next(self):
        self.serial += 1
        return self.serial

    def preferred(self, partner, rows):
        """Half of the edits meet on a few companies, one in four is of what others have deleted."""
        lot = self.chance.random()
        wanted = self.contended if lot < 0.5 else self.bereft if lot < 0.75 else ()
        return [row for row in rows if (partner, str(row["key"])) in wanted]

    def edit(self, partner):
        kind = self.chance.choice(("organization", "organization", "contact"))
        rows = self.demo.ask(partner, f"list?type={kind}")
        row = self.chance.choice(self.preferred(partner, rows) or rows)
        field, value = EDITED[partner][kind], f"Dorp {self.next()} x"
        try:
            self.demo.ask(partner, "edit", {"type": kind, "key": row["key"], "set": {field: value}})
        except AssertionError as failure:
            if "404" not in str(failure):  # the daemon took it away in between
                raise
            return
        self.edits.setdefault((partner, kind, str(row["key"]), field), []).append(value)
        self.counts["edit"] += 1

    def company(self, partner):
        n = self.next()
        form = filled(COMPANY[partner], name=f"Proefbedrijf {n}", number=number(n))
        return self.demo.ask(partner, "create", {"type": "organization", "set": form}), n

    def make_company(self, partner):
        self.company(partner)
        self.counts["company"] += 1

    def refer(self, partner):
        """A new company and a new person of it go to another partner, which has neither."""
        company, n = self.company(partner)
        person = filled(PERSON[partner], name=f"Proefpersoon{n}", mail=f"p{n}@proef.example", company=company["key"])
        person = self.demo.ask(partner, "create", {"type": "contact", "set": person})
        to = self.chance.choice([p for p in self.partners if p != partner])
        at_company, at_person, sender, receiver, form = REFERRAL[partner]
        moment = time.strftime(form, time.gmtime(FIRST_REFERRAL_S + n))
        desk = {"innovatiecentrum": DESK}
        self.demo.ask(partner, "create", {"type": "referral", "set": {
            at_company: company["key"], at_person: person["key"], sender: desk.get(partner, partner),
            receiver: desk.get(to, to), "service": "begeleiding", "reason": f"Proef {n}", "state": "sent",
            "created_at": moment, "sent_at": moment}})
        self.counts["referral"] += 1

    def delete(self, partner):
        """A seeded row that no referral is about, or a contact that the daemon made some time ago."""
        kind = self.chance.choice(("organization", "contact"))
        made = {}
        for entry in self.demo.ask(partner, "history?since=0&who=api"):
            if entry["op"] == "create":
                made[str(entry["key"])] = entry["us"]
        old = time.time_ns() // 1000 - AGE_MIN_US
        rows = [row for row in self.demo.ask(partner, f"list?type={kind}")
                if row["created_by"] == "seed" and (partner, str(row["key"])) not in self.spared
                or kind == "contact" and made.get(str(row["key"]), old) < old]
        if not rows:
            return
        row = self.chance.choice(rows)
        self.demo.ask(partner, "delete", {"type": kind, "key": row["key"]})
        self.deleted.append((partner, row, time.time_ns() // 1000))
        for thing in self.truth[kind]:
            if str(thing["rows"].get(partner)) == str(row["key"]):
                self.bereft |= {(other, str(key)) for other, key in thing["rows"].items() if other != partner}
        self.counts["delete"] += 1
