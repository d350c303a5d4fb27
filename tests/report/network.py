"""The network's own figures as deliveries of three partners, with everything invented but the numbers.

From the government's account (answer to written question 782 of the Flemish Parliament, 2020): 4 series of inspiration
sessions of 3 parts each, which reached 224 people from about 200 different companies; 530 completed scans in 3 versions; 12
recruitment sessions in care; 35 webinars. The academy is made up: 40 people, of whom 26 came to 5 evenings or more.

The partners know the same people and companies by other spellings, some of them without the enterprise number.
"""
import collections
import datetime
import itertools

from world import enterprise_number, item, page

PARTNERS = ["unizo", "voka", "flandersdc"]
COMPANIES, PEOPLE = 200, 224
SCANS = {"algemeen": 310, "zorg": 130, "bouw": 90}
RECRUITMENTS, WEBINARS = 12, 35
EVENINGS, COHORT, CERTIFIED = 8, 40, 26
PROVINCES = {"2000": "BE-VAN", "3500": "BE-VLI", "9000": "BE-VOV", "3000": "BE-VBR", "8000": "BE-VWV"}

FIRST = ["Wout", "Marleen", "Joris", "Anke", "Lieven", "Griet", "Stijn", "Hilde", "Bram", "Veerle", "Pieter", "Katrien", "Seppe",
         "Liesbet", "Dries", "Nele"]
LAST = ["Van Zandwijck", "De Molenare", "Hofkens", "Terbrugge", "Vanderkerselaar", "Boomputte", "Dewaterlinck", "Van den Ouweland",
        "Steenkeuze", "Ronsevelt", "Klaverdonck", "Zilverberghe", "Van Loockeren", "Duinslaeger", "Peerdekamp", "Wolfsbosch"]
TRADES = ["Bakkerij", "Drukkerij", "Garage", "Schrijnwerkerij", "Brouwerij", "Weverij", "Kwekerij", "Smederij"]
PLACES = ["Zonnedauw", "Blauwbeek", "Kraaiennest", "Molenwiek", "Hazelgrond", "Torenvalk", "Rietveen", "Ganzenpoel", "Lindelaer",
          "Spoelkant", "Vuurtoren", "Steenuil", "Zeshoek", "Koekoekspad", "Waterpas", "Elzenbroek", "Nachtegael", "Paardenstal",
          "Roodborst", "Zandloper", "Kasseiweg", "Windhoek", "Hopstaak", "Meidoorn", "Kwartelslag"]


def company_name(n):
    return f"{TRADES[n % len(TRADES)]} {PLACES[n // len(TRADES) % len(PLACES)]}"


def company(n, partner):
    """As that partner writes it."""
    name, number, code = company_name(n), enterprise_number(n), list(PROVINCES)[n % len(PROVINCES)]
    phone = f"+3248{n:07d}"
    mail = f"info@c{n}.example"
    if partner == "unizo":
        return item(f"u{n}", legal_name=f"{name} BV", enterprise_number=number, postal_code=code, phones=[phone], emails=[mail],
                    legal_form="610", employees_class=str(n % 4))
    if partner == "voka":
        return item(f"v{n}", legal_name=f"{name.upper()} BVBA", enterprise_number=f"BE {number[:4]}.{number[4:7]}.{number[7:]}",
                    postal_code=code, emails=[mail.upper()])
    # Flanders DC asks for no number of every tenth.
    return item(f"f{n}", legal_name=name, enterprise_number=None if n % 10 == 3 else number, postal_code=code, phones=[phone],
                emails=[mail])


def company_of(person):
    return person if person < COMPANIES else person - COMPANIES


def person(n, partner):
    first, last = FIRST[n % len(FIRST)], LAST[n // len(FIRST) % len(LAST)]
    mail, key = f"{first}.{n}@c{company_of(n)}.example".lower(), f"{partner[0]}p{n}"
    of = f"{partner[0]}{company_of(n)}"
    if partner == "voka":
        return item(key, given_name=first.upper(), family_name=last.upper(), emails=[mail], organization=of)
    if partner == "flandersdc":
        return item(key, given_name=first[0] + ".", family_name=last.replace(" ", ""), emails=[mail.replace("c", "C", 1)], organization=of)
    return item(key, given_name=first, family_name=last, emails=[mail], organization=of)


class Deliveries:
    def __init__(self):
        self.companies = collections.defaultdict(dict)
        self.people = collections.defaultdict(dict)
        self.participations = collections.defaultdict(list)
        self.number = itertools.count()

    def take_part(self, partner, kind, activity, title, day, who=None, company_only=None, attended=True):
        n = company_of(who) if who is not None else company_only
        self.companies[partner][n] = company(n, partner)
        if who is not None:
            self.people[partner][who] = person(who, partner)
        self.participations[partner].append(
            item(f"{partner[0]}x{next(self.number)}", contact=f"{partner[0]}p{who}" if who is not None else None,
                 organization=f"{partner[0]}{n}", activity_id=activity, activity_kind=kind, activity_title=title,
                 held_on=day.isoformat(), attended=attended))


def inspiration(d):
    """Series 1 to 3 are of one partner each, the fourth of all three, who registered it under one number."""
    for n in range(PEOPLE):
        series = n % 4
        partner = PARTNERS[series] if series < 3 else PARTNERS[n // 4 % 3]
        for part in range(3):
            if part == n % 3 or n % 2:
                attend_series(d, partner, series, part, n)
        # Every fifth person also came to a part of another series, at a partner that writes them otherwise.
        if n % 5 == 0:
            attend_series(d, PARTNERS[(series + 1) % 3], (series + 1) % 3, n % 3, n)
    # A part of the joint series that two partners registered for the same person is one attendance.
    for n in range(3, PEOPLE, 28):
        attend_series(d, PARTNERS[(n // 4 + 1) % 3], 3, n % 3, n)
    # Registered for a part of the second series, and did not come.
    for n in range(4, 44, 8):
        attend_series(d, "voka", 1, 2 if n % 3 == 0 else 0, n, attended=False)


def attend_series(d, partner, series, part, who, attended=True):
    day = datetime.date(2014, 3, 4) + datetime.timedelta(days=70 * series + 14 * part)
    d.take_part(partner, "inspiratiesessie", f"IS{series + 1}-{part + 1}", f"Inspiratie reeks {series + 1}", day, who, attended=attended)


def scans(d):
    n = 0
    for version, count in SCANS.items():
        for i in range(count):
            d.take_part("flandersdc", "scan", f"scan-{version}", f"Innovatiescan {version}",
                        datetime.date(2014, 1, 6) + datetime.timedelta(days=n % 700), company_only=n % COMPANIES)
            n += 1


def recruitments(d):
    for s in range(RECRUITMENTS):
        for i in range(6):
            d.take_part("flandersdc", "wervingssessie", f"WS{s + 1}", "Werven in de zorg",
                        datetime.date(2015, 2, 3) + datetime.timedelta(days=7 * s), (s * 6 + i) % PEOPLE)


def webinars(d):
    for s in range(WEBINARS):
        for i in range(9):
            d.take_part("unizo", "webinar", str(s + 1), f"Webinar {s + 1}", datetime.date(2014, 9, 2) + datetime.timedelta(days=11 * s),
                        (s * 5 + i) % PEOPLE)
    # Voka numbers its webinars from 1 as well; those three are others.
    for s in range(3):
        d.take_part("voka", "webinar", str(s + 1), f"Voka webinar {s + 1}", datetime.date(2016, 5, 3) + datetime.timedelta(days=7 * s), 8)


def evenings_of(i):
    """How many different evenings the ith of the cohort came to."""
    return 5 + i % 4 if i < CERTIFIED else 1 + i % 4


def academy(d):
    """Two partners hold it together: of one in three, each registered a part, one evening of it twice."""
    for i in range(COHORT):
        for evening in range(evenings_of(i)):
            partners = ["unizo"]
            if i % 3 == 0:
                partners = ["unizo", "voka"] if evening == 1 else ["unizo" if evening < 1 else "voka"]
            for partner in partners:
                d.take_part(partner, "academie", "AC15", "Academie innovatie",
                            datetime.date(2015, 9, 1) + datetime.timedelta(days=7 * evening), 4 * i)


def lines(at=datetime.datetime(2016, 6, 1, 8)):
    d = Deliveries()
    for build in (inspiration, scans, recruitments, webinars, academy):
        build(d)
    out = []
    for kind, records in (("organization", d.companies), ("contact", d.people)):
        for partner in PARTNERS:
            at += datetime.timedelta(minutes=1)
            out.append(page(at.isoformat() + "Z", partner, kind, list(records[partner].values())))
    for partner in PARTNERS:
        at += datetime.timedelta(minutes=1)
        out.append(page(at.isoformat() + "Z", partner, "participation", d.participations[partner]))
    return out
