"""How each partner's CRM holds what is true: its own spelling, gaps, errors and age."""
import random
import re
import time
import unicodedata
import uuid

from . import names
from .world import BEGIN_S, DAY_S, END_S, fold, make_world

KINDS = ("organization", "contact", "referral", "participation")


def chance(rng, percent):
    return rng.random() * 100 < percent


def iso(second):
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(second))


def plain_time(second):
    return time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(second))


def day(number):
    return time.strftime("%Y-%m-%d", time.gmtime(number * DAY_S))


def phone(rng, number):
    """A national number (without the 0) as somebody typed it."""
    area = 3 if number[0] == "4" and len(number) == 9 else 1 if number[0] in "2349" else 2
    head, rest = number[:area], number[area:]
    pairs = [rest[i:i + 2] for i in range(0, len(rest), 2)] if len(rest) % 2 == 0 else [rest[:3], rest[3:5], rest[5:]]
    style = rng.randrange(7)
    if style == 0:
        return f"+32 {head} {' '.join(pairs)}"
    if style == 1:
        return f"0{head}/{'.'.join(pairs)}"
    if style == 2:
        return f"0{head} {' '.join(pairs)}"
    if style == 3:
        return f"0032 {head} {' '.join(pairs)}"
    if style == 4:
        return f"+32 (0){head} {'.'.join(pairs)}"
    if style == 5:
        return f"+32{number}"
    return f"0{number}"


def dotted(number):
    return f"{number[:4]}.{number[4:7]}.{number[7:]}"


def spoilt(rng, number):
    """One digit mistyped: never valid, since 97 is prime."""
    at = rng.randrange(1, 10)
    return number[:at] + str((int(number[at]) + rng.randrange(1, 10)) % 10) + number[at + 1:]


def respelt(rng, name):
    """The small differences between two people who type the same name."""
    if chance(rng, 30):
        name = name.replace(" & ", " en ") if chance(rng, 60) else name.replace(" & ", " + ")
    if chance(rng, 25):
        name = name.replace("Gebroeders", "Gebr.")
    if chance(rng, 30):
        name = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    if chance(rng, 2) and len(name) > 6:
        at = rng.randrange(1, len(name) - 2)
        name = name[:at] + name[at + 1] + name[at] + name[at + 2:] if " " not in name[at:at + 2] else name
    return name


def with_form(rng, name, form):
    if not form:
        return name
    word = rng.choice((form, form, form.lower(), ".".join(form) + "." if form.isupper() and len(form) == 2 else form))
    return f"{name} {word}" if chance(rng, 85) else f"{word} {name}"


def form_here(rng, company, old):
    """(form, KBO code) as this partner has it; old: how many in a hundred never heard of the reform."""
    code, before, code_before = names.FORMS[company.form]
    return (before, code_before) if chance(rng, old) else (company.form, code)


def address_here(rng, company, at_site, stale):
    """(street, house, box, town)"""
    if company.site and at_site:
        return company.site[0], company.site[1], None, company.site[2]
    if chance(rng, stale):
        street = rng.choice(names.STREET_HEAD) + rng.choice(names.STREET_TAIL)
        return street, str(rng.randrange(1, 90)), None, company.town
    return company.street, company.house, company.box if chance(rng, 90) else None, company.town


def line(street, house, box):
    return f"{street} {house}" + (f" bus {box}" if box else "")


def mails_here(rng, company):
    mails = [f"{company.mailbox}@{company.domain}"] if chance(rng, 80) else []
    if chance(rng, 12):
        mails.append(f"{rng.choice([m for m in names.MAILBOXES if m != company.mailbox])}@{company.domain}")
    return mails


class View:
    """Rows of one partner. Its rng is its own, so that a change for one partner changes nothing at another."""
    partner = ""

    def __init__(self, seed, world):
        self.world, self.rng = world, random.Random(f"doorstroom demo {seed} {self.partner}")
        self.keys, self.rows, self.next_id = {}, [], 1001
        self.bulk = sorted(self.rng.randrange(BEGIN_S, END_S) for _ in range(40))

    def moment_us(self):
        """Most rows came by a few imports, and share their second; the others were typed in."""
        if chance(self.rng, 60):
            return self.rng.choice(self.bulk) * 1_000_000 + 123_456
        return self.rng.randrange(BEGIN_S * 1_000_000, END_S * 1_000_000)

    def key(self, table):
        self.next_id += 1
        return self.next_id

    def add(self, table, truth_id, fields):
        key = self.keys[truth_id] = self.key(table)
        self.rows.append((self.moment_us(), len(self.rows), table, key, fields))

    def find(self, thing):
        return self.keys.get(thing.id) if thing else None

    def build(self):
        for company in self.world.companies:
            if self.partner in company.partners:
                self.company(company)
        for person in self.world.people:
            if self.partner in person.partners:
                self.person(person)
        for referral in self.world.referrals:
            if referral.keeper == self.partner:
                self.referral(referral)
        for row in self.world.participations:
            if row.partner == self.partner:
                self.participation(row)
        return sorted(self.rows, key=lambda row: row[:2])

    def number(self, company, missing, wrong):
        if not company.number or chance(self.rng, missing):
            return None
        return spoilt(self.rng, company.number) if chance(self.rng, wrong) else company.number

    def mail(self, person):
        """Their own mailbox, or in some hundredths the company's."""
        if chance(self.rng, 7):
            return None
        return f"{person.company.mailbox}@{person.company.domain}" if chance(self.rng, 5) else person.mail

    def given(self, person):
        return person.given[0] + "." if chance(self.rng, 4) else person.given


class UnizoView(View):
    partner = "unizo"

    def key(self, table):
        return str(uuid.UUID(int=self.rng.getrandbits(128), version=4))

    def company(self, c):
        rng = self.rng
        form, _ = form_here(rng, c, 15)
        street, house, box, town = address_here(rng, c, False, 5)
        number, mails = self.number(c, 8, 2), mails_here(rng, c) + [None, None]
        written = number and (number if chance(rng, 10) else "BE " + dotted(number) if chance(rng, 5)
                              else dotted(number))
        name = respelt(rng, c.name)
        self.add("accounts", c.id, {
            "hubid": None, "name": with_form(rng, name, form) if chance(rng, 15) else name, "accountnumber": written,
            "emailaddress1": mails[0], "emailaddress2": mails[1],
            "telephone1": phone(rng, c.phone) if chance(rng, 85) else None,
            "telephone2": phone(rng, c.mobile) if c.mobile and chance(rng, 60) else None,
            "websiteurl": rng.choice(("https://www.", "http://", "www.")) + c.domain if chance(rng, 70) else None,
            "address1_line1": line(street, house, box), "address1_postalcode": town[0], "address1_city": town[1],
            "address1_country": "BE" if chance(rng, 90) else None,
            "legalform": form if form and chance(rng, 80) else None,
            "statecode": 1 if c.stopped and chance(rng, 70) else 0, "language": c.lang if chance(rng, 90) else None})

    def person(self, p):
        rng = self.rng
        self.add("contacts", p.id, {
            "hubid": None, "firstname": self.given(p), "lastname": p.family,
            "salutation": "Mevrouw" if p.woman else "Meneer",
            "jobtitle": p.role if chance(rng, 75) else None, "emailaddress1": self.mail(p),
            "telephone1": phone(rng, p.phone) if p.phone and chance(rng, 60) else None,
            "mobilephone": phone(rng, p.mobile) if p.mobile and chance(rng, 70) else None,
            "parentcustomerid": self.find(p.company), "decisionmaker": p.decider, "donotbulkemail": chance(rng, 12),
            "language": p.lang if chance(rng, 90) else None})

    def referral(self, r):
        stamps = {f"{step}_at": None for step in STEPS if step not in ("expired", "withdrawn")}
        self.add("referrals", r.id, {
            "hubid": None, "from": r.sender, "to": r.receiver, "accountid": self.find(r.company),
            "contactid": self.find(r.person),
            "service": r.service, "reason": r.reason, "state": r.state, "outcome": r.outcome, "handler": r.handler,
            **stamps, **{f"{step}_at": iso(at) for step, at in r.times.items()}})

    def participation(self, d):
        self.add("participations", d.id, {
            "hubid": None, "contactid": self.find(d.person), "accountid": self.find(d.person.company),
            "activityid": d.activity["id"], "kind": d.activity["kind"], "title": d.activity["title"],
            "heldon": day(d.activity["day"]), "attended": d.attended})


class VokaView(View):
    partner = "voka"

    def company(self, c):
        rng = self.rng
        form, _ = form_here(rng, c, 55)
        street, house, box, town = address_here(rng, c, True, 6)
        number, name = self.number(c, 10, 2), respelt(rng, c.name)
        phones = [{"type": "work", "number": phone(rng, c.phone)}] if chance(rng, 85) else []
        if c.mobile and chance(rng, 50):
            phones.append({"type": "mobile", "number": phone(rng, c.mobile)})
        if chance(rng, 8):
            phones.append({"type": "fax", "number": phone(rng, c.phone[:-1] + str((int(c.phone[-1]) + 1) % 10))})
        self.add("companies", c.id, {
            "name": name.upper() if chance(rng, 10) else name, "vat": number and "BE" + number,
            "form": form.lower() or None,
            "street": street, "number": house, "box": box, "zip": town[0],
            "city": town[1].upper() if chance(rng, 5) else town[1],
            "country": "BE", "phones": phones, "emails": mails_here(rng, c),
            "website": f"https://www.{c.domain}" if chance(rng, 60) else None, "lang": c.lang.upper(),
            "active": "N" if c.stopped and chance(rng, 60) else "Y",
            "account_manager": f"am-{rng.randrange(1, 13):02d}",
            "segment": rng.choice(("kmo", "kmo", "groei", "starter", None)),
            "notes": rng.choice((None, None, "Belt liefst voormiddag.", "Lid sinds de fusie van de kamers.")),
            "external_ref": None})

    def person(self, p):
        rng = self.rng
        first, last = self.given(p), p.family
        if chance(rng, 1):
            first, last = last, first
        self.add("persons", p.id, {
            "first_name": first, "last_name": last.upper() if chance(rng, 8) else last,
            "title": "Mevr." if p.woman else "Dhr.", "function": p.role if chance(rng, 70) else None,
            "company_id": self.find(p.company), "email": self.mail(p),
            "phone": phone(rng, p.phone) if p.phone and chance(rng, 60) else None,
            "mobile": phone(rng, p.mobile) if p.mobile and chance(rng, 70) else None,
            "optin": rng.choices(("granted", "withdrawn", "unknown"), (45, 10, 45))[0], "is_decider": int(p.decider),
            "lang": p.lang.upper(), "notes": None, "external_ref": None})

    def referral(self, r):
        self.add("referrals", r.id, {
            "company_id": self.find(r.company), "person_id": self.find(r.person), "from_partner": r.sender,
            "to_partner": r.receiver, "service": r.service, "reason": r.reason, "handler": r.handler, "state": r.state,
            "outcome": r.outcome, **stamps_of(r, plain_time, None), "external_ref": None})

    def participation(self, d):
        self.add("participations", d.id, {
            "company_id": self.find(d.person.company), "person_id": self.find(d.person),
            "activity_id": d.activity["id"],
            "activity_kind": d.activity["kind"], "activity_title": d.activity["title"],
            "held_on": day(d.activity["day"]),
            "attended": int(d.attended), "external_ref": None})


STEPS = ("created", "sent", "received", "accepted", "declined", "in_progress", "closed", "expired", "withdrawn")


def stamps_of(referral, form, none):
    return {f"{step}_at": form(referral.times[step]) if step in referral.times else none for step in STEPS}


class FlandersDCView(View):
    partner = "flandersdc"
    prefixes = {"organisations": "org", "people": "per", "referrals": "ref", "attendances": "att"}

    def key(self, table):
        return f"{self.prefixes[table]}_{self.rng.getrandbits(64):016x}"

    def item(self, table, truth_id, attributes, tags=()):
        kept = {name: value for name, value in attributes.items() if value is not None}
        self.add(table, truth_id, {"external_id": None, "attributes": kept, "tags": list(tags)})

    def company(self, c):
        rng = self.rng
        form, code = form_here(rng, c, 25)
        street, house, box, town = address_here(rng, c, False, 4)
        name = respelt(rng, c.name)
        address = {"street": street, "number": house, "bus": box, "zip": town[0], "town": town[1], "country": "BE"}
        self.item("organisations", c.id, {
            "title": c.trade_name or name, "legal_title": with_form(rng, name, form) if chance(rng, 60) else name,
            "kbo": self.number(c, 5, 1), "juridical_form": code if chance(rng, 85) else None,
            "address": {n: v for n, v in address.items() if v is not None} if chance(rng, 92) else {},
            "contact": {"mails": mails_here(rng, c), "phones": [phone(rng, c.phone)] if chance(rng, 70) else [],
                        "web": [f"https://{c.domain}"] if chance(rng, 80) else []},
            "lang": c.lang, "nace": [f"2025:{c.nace}"] if chance(rng, 75) else []},
            rng.sample(("academie", "scan", "creatief", "pers"), rng.randrange(3)))

    def person(self, p):
        rng, mail = self.rng, self.mail(p)
        words = ("granted", "withdrawn", "unknown")
        self.item("people", p.id, {
            "given": self.given(p), "family": p.family,
            "honorific": None if chance(rng, 40) else "mevrouw" if p.woman else "de heer",
            "mails": [mail] if mail else [], "phones": [phone(rng, p.mobile)] if p.mobile and chance(rng, 60) else [],
            "org": self.find(p.company), "role": p.role if chance(rng, 60) else None, "lang": p.lang,
            "consents": {"newsletter": rng.choices(words, (40, 12, 48))[0],
                         "invitations": rng.choices(words, (55, 8, 37))[0],
                         "sharing": rng.choices(words, (50, 10, 40))[0]}})

    def referral(self, r):
        self.item("referrals", r.id, {
            "organization": self.find(r.company), "contact": self.find(r.person), "from_partner": r.sender,
            "to_partner": r.receiver, "service": r.service, "reason": r.reason, "handler": r.handler, "state": r.state,
            "outcome": r.outcome, **stamps_of(r, iso, None)})

    def participation(self, d):
        self.item("attendances", d.id, {
            "contact": self.find(d.person), "organization": self.find(d.person.company),
            "activity_id": d.activity["id"],
            "activity_kind": d.activity["kind"], "activity_title": d.activity["title"],
            "held_on": day(d.activity["day"]),
            "attended": d.attended})


class InnovatieCentrumView(View):
    partner = "innovatiecentrum"

    def partner_row(self, fields):
        blank = dict.fromkeys(("name", "parent_id", "vat", "street", "zip", "city", "country_code", "email", "phone",
                               "website",
                               "lang", "x_legal_form", "firstname", "lastname", "title", "function",
                               "x_consent_newsletter",
                               "x_desk", "ref"), False)
        return blank | {"is_company": False, "active": True} | {name: value or False for name, value in fields.items()}

    def company(self, c):
        rng = self.rng
        form, _ = form_here(rng, c, 10)
        street, house, box, town = address_here(rng, c, True, 3)
        number, mails, name = self.number(c, 6, 1), mails_here(rng, c), respelt(rng, c.name)
        vat = "BE" + number if number else "/" if chance(rng, 70) else False
        self.add("res.partner", c.id, self.partner_row({
            "name": with_form(rng, name, form) if chance(rng, 70) else name, "is_company": True, "vat": vat,
            "street": line(street, house, box), "zip": town[0], "city": town[1], "country_code": "BE",
            "email": mails[0] if mails else False, "phone": pretty(c.phone) if chance(rng, 80) else False,
            "website": f"http://www.{c.domain}" if chance(rng, 50) else False, "lang": f"{c.lang}_BE",
            "x_legal_form": form if chance(rng, 50) else False, "x_desk": town[2] or "vlaams-brabant",
            "active": not (c.stopped and chance(rng, 50))}))

    def person(self, p):
        rng = self.rng
        given = self.given(p)
        self.add("res.partner", p.id, self.partner_row({
            "name": f"{given} {p.family}", "firstname": given, "lastname": p.family, "parent_id": self.find(p.company),
            "title": "Mevrouw" if p.woman else "Meneer", "function": p.role if chance(rng, 80) else False,
            "email": self.mail(p), "phone": pretty(p.mobile or p.phone) if p.mobile or p.phone else False,
            "lang": f"{p.lang}_BE",
            "x_consent_newsletter": rng.choices(("granted", "withdrawn", "unknown", False), (30, 8, 22, 40))[0],
            "x_desk": p.company.town[2] or "vlaams-brabant"}))

    def referral(self, r):
        self.add("crm.referral", r.id, {
            "partner_id": self.find(r.company) or False, "contact_id": self.find(r.person) or False,
            "from_partner": r.sender,
            "to_partner": r.receiver, "service": r.service, "reason": r.reason, "handler": r.handler or False,
            "state": r.state,
            "outcome": r.outcome or False, **stamps_of(r, plain_time, False), "ref": False})

    def participation(self, d):
        self.add("event.registration", d.id, {
            "partner_id": self.find(d.person) or False, "company_id": self.find(d.person.company) or False,
            "activity_id": d.activity["id"], "activity_kind": d.activity["kind"], "activity_title": d.activity["title"],
            "held_on": day(d.activity["day"]), "attended": d.attended, "ref": False})


def pretty(number):
    """As the server writes every number (innovatiecentrum.format_phone)."""
    from .innovatiecentrum import format_phone
    return format_phone("+32" + number)


VIEWS = (UnizoView, VokaView, FlandersDCView, InnovatieCentrumView)


def truth(world, views):
    """Which rows are the same thing: {"organization": [{"id", "number", "rows": {partner: key}}, ...], ...}"""
    out = {kind: [] for kind in KINDS}
    for kind, things in zip(KINDS, (world.companies, world.people, world.referrals, world.participations)):
        for thing in things:
            rows = {view.partner: view.keys[thing.id] for view in views if thing.id in view.keys}
            more = {"number": thing.number} if kind == "organization" else {}
            out[kind].append({"id": thing.id, **more, "rows": rows})
    return out


def generate(seed, **sizes):
    """({partner: [(us, _, table, key, fields), ...] in order of time}, truth)"""
    world = make_world(seed, **sizes)
    views = [view(seed, world) for view in VIEWS]
    rows = {view.partner: view.build() for view in views}
    return rows, {"seed": seed, **truth(world, views)}
