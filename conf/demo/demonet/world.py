"""What is true in the demo's Flanders: companies, people, referrals, participations, from a seed."""
import random
import unicodedata
from dataclasses import dataclass, field

from . import names

PARTNERS = ("unizo", "voka", "flandersdc", "innovatiecentrum")
DAY_S = 86_400
BEGIN_S = 1_672_617_600   # 2023-01-02: the first row
END_S = 1_735_516_800     # 2024-12-30: the last one
PRESENCE = ((1, 54), (2, 28), (3, 13), (4, 5))                       # at how many partners a company is known, in %
SHARE = {"unizo": 34, "voka": 28, "flandersdc": 22, "innovatiecentrum": 16}


@dataclass
class Company:
    id: str
    name: str
    trade_name: str | None
    form: str
    number: str | None
    street: str
    house: str
    box: str | None
    town: tuple
    phone: str
    mobile: str | None
    domain: str
    mailbox: str
    lang: str
    nace: str
    stopped: bool
    site: tuple | None          # street, house, town of a second address
    partners: list = field(default_factory=list)
    people: list = field(default_factory=list)


@dataclass
class Person:
    id: str
    company: Company
    given: str
    family: str
    woman: bool
    role: str
    decider: bool
    mail: str
    phone: str | None
    mobile: str | None
    lang: str
    partners: list = field(default_factory=list)


@dataclass
class Referral:
    id: str
    keeper: str                 # the partner whose CRM has it: the sender's
    sender: str                 # a partner, or a desk of the innovation centres
    receiver: str
    company: Company
    person: Person | None
    service: str
    reason: str
    handler: str | None
    state: str
    outcome: str | None
    times: dict


@dataclass
class Participation:
    id: str
    partner: str
    person: Person
    activity: dict
    attended: bool


@dataclass
class World:
    companies: list
    people: list
    referrals: list
    participations: list


def fold(text):
    """Letters and digits only, in ASCII and lower case: for domains and mailboxes."""
    plain = unicodedata.normalize("NFKD", text)
    return "".join(c for c in plain.lower() if c.isascii() and c.isalnum())


def check_digits(first8):
    return f"{first8:08d}{97 - first8 % 97:02d}"


def valid_number(text):
    return len(text) == 10 and text.isdigit() and text[0] in "01" and (int(text[:8]) + int(text[8:])) % 97 == 0


def pick(rng, weighted):
    values, weights = zip(*weighted)
    return rng.choices(values, weights)[0]


def landline(rng, area):
    second = rng.choice("234") if area == "9" else rng.choice("2345678")
    rest = second + f"{rng.randrange(10**6):06d}" if len(area) == 1 else f"{rng.randrange(10**6):06d}"
    return area + rest


def mobile(rng):
    return f"4{rng.choice('6789')}{rng.randrange(10**7):07d}"


def some_partners(rng, count):
    pool, chosen = dict(SHARE), []
    while len(chosen) < count:
        one = rng.choices(list(pool), list(pool.values()))[0]
        chosen.append(one)
        del pool[one]
    return [partner for partner in PARTNERS if partner in chosen]


def make_companies(rng, count):
    companies, taken, numbers = [], set(), set()
    while len(companies) < count:
        core = rng.choice(names.CORE_HEAD) + rng.choice(names.CORE_MIDDLE) + rng.choice(names.CORE_TAIL)
        sector, nace = rng.choice(names.SECTORS)
        name = f"{sector} {core}" if sector in ("Gebroeders", "Bakkerij") and rng.random() < 0.8 else f"{core} {sector}"
        same_name = companies and rng.random() < 0.005   # two companies of one name, in different towns
        if same_name:
            name = rng.choice(companies).name
        domain = fold(name) + ("" if not same_name else str(len(companies)))
        number = check_digits(rng.randrange(2_000_000, 10_100_000) if rng.random() < 0.97
                              else rng.randrange(10_000_000, 10_200_000))
        if domain in taken or number in numbers or not valid_number(number):
            continue
        taken.add(domain)
        numbers.add(number)
        town = rng.choices(names.TOWNS, [3 if t[2] else 1 for t in names.TOWNS])[0]
        form = rng.choices(list(names.FORMS), names.FORM_WEIGHTS)[0]
        street = rng.choice(names.STREET_HEAD) + rng.choice(names.STREET_TAIL)
        house = str(rng.randrange(1, 260)) + rng.choice(("", "", "", "", "", "A", "B"))
        site = None
        if rng.random() < 0.03:
            site = (rng.choice(names.STREET_HEAD) + rng.choice(names.STREET_TAIL), str(rng.randrange(1, 99)),
                    rng.choice(names.TOWNS))
        french = not town[2] and rng.random() < 0.5
        companies.append(Company(
            id=f"c{len(companies) + 1:05d}", name=name, trade_name=core if rng.random() < 0.15 else None, form=form,
            number=None if rng.random() < 0.02 else number, street=street, house=house,
            box=str(rng.randrange(1, 30)) if rng.random() < 0.2 else None, town=town, phone=landline(rng, town[3]),
            mobile=mobile(rng) if rng.random() < 0.3 else None, domain=domain + ".example",
            mailbox=rng.choice(names.MAILBOXES), lang="fr" if french else "nl", nace=nace, stopped=rng.random() < 0.03,
            site=site, partners=some_partners(rng, pick(rng, PRESENCE))))
    return companies


def make_people(rng, companies, count):
    people, taken = [], set()
    while len(people) < count:
        company = companies[len(people)] if len(people) < len(companies) * 0.9 else rng.choice(companies)
        given = rng.choice(names.GIVEN[0]) + rng.choice(names.GIVEN[1])
        family = rng.choice(names.PARTICLES) + rng.choice(names.FAMILY_HEAD) + rng.choice(names.FAMILY_TAIL)
        style = rng.choices(("{g}.{f}@{d}", "{i}.{f}@{d}", "{g}@{d}", "{g}.{f}@{free}"), (60, 12, 16, 12))[0]
        mail = style.format(g=fold(given), f=fold(family), i=fold(given)[0], d=company.domain,
                            free=rng.choice(names.FREE_MAIL))
        if mail in taken:
            continue
        taken.add(mail)
        role = rng.choice(names.ROLES)
        partners = [partner for partner in company.partners if rng.random() < 0.7] or [rng.choice(company.partners)]
        person = Person(
            id=f"p{len(people) + 1:05d}", company=company, given=given, family=family, woman=rng.random() < 0.45,
            role=role,
            decider=role in names.DECIDERS, mail=mail, phone=company.phone if rng.random() < 0.5 else None,
            mobile=mobile(rng) if rng.random() < 0.6 else None, lang=company.lang, partners=partners)
        company.people.append(person)
        people.append(person)
    return people


STEPS = ("created", "sent", "received", "accepted", "in_progress", "closed")
STATES = (("created", 15), ("sent", 45), ("received", 10), ("accepted", 10), ("in_progress", 8), ("closed", 7),
          ("declined", 5))
RECEIVERS = (("innovatiecentrum", 78), ("flandersdc", 14), ("unizo", 4), ("voka", 4))
OUTCOMES = ("guidance", "application_submitted", "no_follow_up")


def desk(partner, company):
    return f"{partner}-{company.town[2]}" if partner == "innovatiecentrum" else partner


def make_referrals(rng, companies, count):
    """Known only to their sender: that nobody else knew is what the hub is for."""
    referrals, taken = [], set()
    while len(referrals) < count:
        sender = pick(rng, (("unizo", 45), ("voka", 38), ("flandersdc", 12), ("innovatiecentrum", 5)))
        receiver = pick(rng, [(partner, weight) for partner, weight in RECEIVERS if partner != sender])
        company = rng.choice(companies)
        service = pick(rng, (("begeleiding", 60), ("subsidie", 15), ("audit", 10), ("scan", 10), ("academie", 5)))
        same = (sender, receiver, company.id, service)
        no_desk = "innovatiecentrum" in (sender, receiver) and not company.town[2]
        if sender not in company.partners or company.stopped or no_desk or same in taken:
            continue
        taken.add(same)
        state = pick(rng, STATES)
        reached = STEPS[:4 - 1] + ("declined",) if state == "declined" else STEPS[:STEPS.index(state) + 1]
        moment, times = rng.randrange(BEGIN_S, END_S - 90 * DAY_S), {}
        for step in reached:
            times[step] = moment
            moment += rng.randrange(600, 14 * DAY_S)
        known = [person for person in company.people if sender in person.partners]
        handler = (rng.choice(names.GIVEN[0]) + rng.choice(names.GIVEN[1]) + " "
                   + rng.choice(names.FAMILY_HEAD) + rng.choice(names.FAMILY_TAIL))
        referrals.append(Referral(
            id=f"r{len(referrals) + 1:04d}", keeper=sender, sender=desk(sender, company),
            receiver=desk(receiver, company),
            company=company,
            person=rng.choice(known) if known and rng.random() < 0.9 else None, service=service,
            reason=rng.choice(names.REASONS), handler=handler if len(reached) > 2 else None, state=state,
            outcome=rng.choice(OUTCOMES) if state == "closed" else None, times=times))
    return referrals


def make_participations(rng, people, count):
    activities = []
    for number in range(40):
        day = BEGIN_S // DAY_S + rng.randrange(20, 700)
        kind = rng.choice(names.KINDS)
        activities.append({"id": f"act-{number + 1:03d}", "kind": kind,
                           "title": f"{kind.capitalize()}: {rng.choice(names.TOPICS)}",
                           "day": day, "partner": rng.choices(PARTNERS, (20, 15, 55, 10))[0]})
    rows, taken = [], set()
    keen = rng.sample(people, max(1, len(people) // 200))    # who comes to everything, and earns a certificate
    while len(rows) < count:
        activity = rng.choice(activities)
        person = rng.choice(keen) if rng.random() < 0.35 else rng.choice(people)
        if activity["partner"] not in person.partners or (activity["id"], person.id) in taken:
            continue
        taken.add((activity["id"], person.id))
        rows.append(Participation(f"d{len(rows) + 1:04d}", activity["partner"], person, activity, rng.random() < 0.85))
    return rows


def make_world(seed, companies=2000, people=5000, referrals=300, participations=600):
    rng = random.Random(f"doorstroom demo {seed}")
    all_companies = make_companies(rng, companies)
    all_people = make_people(rng, all_companies, people)
    return World(all_companies, all_people, make_referrals(rng, all_companies, referrals),
                 make_participations(rng, all_people, participations))
