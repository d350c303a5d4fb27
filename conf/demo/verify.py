#!/usr/bin/env python3
"""Looks at the demo's partners from outside, and says whether they agree and whether anything is there twice.

    verify.py DIR     the folder of a demo: ports.json tells where the partners are, network/truth.json what is the same
                      thing

Looked at, with the partners' own records and histories and nothing of the daemon's:
  1. No two live records of a partner have the same external id.
  2. Nothing the daemon made at a partner was there already: no other live record there has the same valid enterprise
     number, or the same own mail address and family name, or is the same referral.
  3. Every referral has arrived once at the partner it is addressed to, in the state its sender has, with its company.
     One whose company has no valid enterprise number may wait for somebody to say which company that is.
  4. Companies with the same valid enterprise number at two partners have the same postal code, town and street there.
Exit status: 0 if all of it holds, 1 if not (each breach is a line), 2 if the demo does not answer.
"""
import json
import os
import re
import sys
import unicodedata
import urllib.request
from collections import defaultdict

from demonet.world import PARTNERS, fold, valid_number

SHOWN = 20
DESK = "innovatiecentrum-"
ROLE_MAILBOX = re.compile(r"^(info|sales|boekhouding|contact|admin|hello)@")


def text(value):
    return value if isinstance(value, str) else ""


def digits(value):
    found = re.sub(r"\D", "", text(value))
    return "0" + found if len(found) == 9 else found


class Record:
    """What verify needs of one row, whatever the partner calls it. Subject: what it is the record of."""

    def __init__(self, partner, row):
        self.partner, self.key, self.type, self.external = partner, row["key"], row["type"], row["external_id"] or None
        self.made = row["created_by"] == "api"
        f = row["fields"].get("attributes", row["fields"])
        getattr(self, self.type)(f)

    def __str__(self):
        return f"{self.partner} {self.type} {self.key}"

    def organization(self, f):
        number = digits(f.get("accountnumber") or f.get("vat") or f.get("kbo"))
        self.number = number if valid_number(number) else None
        address = f.get("address", {})
        self.zip = text(f.get("address1_postalcode") or f.get("zip") or address.get("zip"))
        self.town = fold(text(f.get("address1_city") or f.get("city") or address.get("town")))
        line = text(f.get("address1_line1") or f.get("street") or address.get("street"))
        self.street = fold(re.match(r"\D*", unicodedata.normalize("NFC", line)).group())

    def contact(self, f):
        mails = f.get("mails") or [f.get("emailaddress1") or f.get("email")]
        self.mails = {m.lower() for m in mails if isinstance(m, str) and not ROLE_MAILBOX.match(m)}
        self.family = fold(text(f.get("lastname") or f.get("last_name") or f.get("family")))

    def referral(self, f):
        self.sender, self.receiver = f.get("from") or f.get("from_partner"), f.get("to") or f.get("to_partner")
        self.company = f.get("accountid") or f.get("company_id") or f.get("organization") or f.get("partner_id")
        self.state = f.get("state")
        self.subject = (self.sender, self.receiver, f.get("service"), digits(f.get("created_at")))

    def participation(self, f):
        pass


def keeper(partner):
    return "innovatiecentrum" if text(partner).startswith(DESK) else partner


def same_external_id(records):
    seen = defaultdict(list)
    for record in records:
        if record.external:
            seen[record.partner, record.type, record.external].append(record)
    return [f"the same external id twice: {', '.join(map(str, rows))}" for rows in seen.values() if len(rows) > 1]


def made_twice(records):
    """Made by the daemon although the partner had it, or made more than once."""
    marks = defaultdict(list)
    for record in records:
        if record.type == "organization" and record.number:
            marks[record.partner, "enterprise number", record.number].append(record)
        if record.type == "contact" and record.family:
            for mail in record.mails:
                marks[record.partner, "mail and family name", mail, record.family].append(record)
        if record.type == "referral":
            marks[record.partner, "referral", record.subject].append(record)
    return [f"made twice, by {mark[1]}: {', '.join(map(str, rows))}"
            for mark, rows in marks.items() if len(rows) > 1 and any(row.made for row in rows)]


def referrals_arrived(records):
    breaches, there = [], defaultdict(list)
    live = {(r.partner, r.key): r for r in records if r.type == "organization"}
    for record in records:
        if record.type == "referral":
            there[record.partner, record.subject].append(record)
    for (partner, subject), rows in list(there.items()):
        if partner != keeper(subject[0]):
            continue
        rows_there = there.get((keeper(subject[1]), subject), [])
        company = live.get((partner, rows[0].company))
        if not rows_there and company and not company.number:
            continue
        if len(rows_there) != 1:
            breaches.append(f"{rows[0]} to {subject[1]}: is there {len(rows_there)} times")
        elif rows_there[0].state != rows[0].state:
            breaches.append(f"{rows[0]} is {rows[0].state}, but {rows_there[0]} is {rows_there[0].state}")
        elif (rows_there[0].partner, rows_there[0].company) not in live:
            breaches.append(f"{rows_there[0]} has no company")
    return breaches


def companies_agree(records):
    by_number, breaches = defaultdict(list), []
    for record in records:
        if record.type == "organization" and record.number:
            by_number[record.number].append(record)
    for rows in by_number.values():
        for what in ("zip", "town", "street"):
            if len({getattr(row, what) for row in rows}) > 1:
                breaches.append(f"{what} differs: {', '.join(map(str, rows))}")
    return breaches


def held_before_unseen(records, truth):
    """Companies made where they were already, but known there under no number or a wrong one: nobody could tell."""
    owner = {entry["number"]: entry["rows"] for entry in truth["organization"] if entry["number"]}
    return sum(1 for record in records if record.type == "organization" and record.made and record.number
               and record.partner in owner.get(record.number, {}))


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    folder = sys.argv[1]
    try:
        with open(os.path.join(folder, "ports.json"), encoding="utf-8") as file:
            ports = json.load(file)
        with open(os.path.join(folder, "network", "truth.json"), encoding="utf-8") as file:
            truth = json.load(file)
        records = []
        for partner in PARTNERS:
            with urllib.request.urlopen(f"http://127.0.0.1:{ports[partner]}/_demo/state", timeout=30) as answer:
                state = json.load(answer)
            records += [Record(partner, row) for rows in state["rows"].values() for row in rows]
    except (OSError, ValueError) as error:
        print(f"verify: {error}", file=sys.stderr)
        return 2
    breaches = 0
    for check in (same_external_id, made_twice, referrals_arrived, companies_agree):
        lines = check(records)
        breaches += len(lines)
        for line in lines[:SHOWN]:
            print(line)
        if len(lines) > SHOWN:
            print(f"... and {len(lines) - SHOWN} more of this kind")
    made, unseen = sum(record.made for record in records), held_before_unseen(records, truth)
    kinds = defaultdict(int)
    for record in records:
        kinds[record.type] += 1
    print(f"{len(records)} records at {len(ports)} partners, {made} of them made by the daemon"
          + (f"; {unseen} companies were there before under no valid number" if unseen else "")
          + (f"; {breaches} breaches" if breaches else "; no breach"))
    return 1 if breaches else 0


if __name__ == "__main__":
    sys.exit(main())
