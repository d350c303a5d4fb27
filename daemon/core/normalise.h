/*
 * normalise.h - one canonical text per value, so that equality is strcmp().
 *
 * Every function is bounded (VALUE_MAX), idempotent (normalising twice changes nothing), and never refuses a record
 * for an odd value: what cannot be canonicalised is kept as cleaned text and marked by *valid = false, and is then
 * never a match key. Sources: ../design notes on KBO numbers, phones, postal codes (KBO cookbook; ITU-T E.164 and
 * the Belgian numbering plan; bpost ranges).
 */
#pragma once
#include "core/record.h"

/* Canonical text of one element of that kind, "" for blank input. valid may be NULL. ERR_ITEM if it is over
 * VALUE_MAX or not UTF-8: returns NULL. */
const char *normalise(struct arena *, enum value_kind, const char *text, bool *valid, struct err *);

/* --- keys for matching: folded further than the stored value; "" if nothing is left ------------------------ */

/* NFKD, marks stripped, case folded, letters that Unicode does not fold by table, punctuation to blanks. */
const char *fold_text(struct arena *, const char *text);
/* fold_text() without legal forms (NL and FR, anywhere at either end); *form gets the KBO code of the class found. */
const char *fold_company_name(struct arena *, const char *name, const char **form);
/* fold_text() with particles (van, de, van den, ...) joined and dropped from the front. */
const char *fold_person_name(struct arena *, const char *name);
const char *fold_email(struct arena *, const char *email);          /* whole address in lower case */
const char *email_domain(struct arena *, const char *email);        /* "" for free-mail domains */
bool email_is_role(const char *email);                              /* info@, sales@, boekhouding@, ... */
/* Legal forms of one class have the same code: BVBA (015) gives 610. NULL if unknown. */
const char *legal_form_class(const char *kbo_code);
const char *legal_form_by_name(const char *abbreviation);           /* "bvba", "B.V.", "sprl" give the KBO code, or NULL */
const char *legal_form_label(const char *kbo_code);                 /* "BV", or NULL */

bool enterprise_number_valid(const char *ten_digits);
bool establishment_number_valid(const char *ten_digits);
const char *province_of_postal_code(const char *postal_code);       /* ISO 3166-2, or NULL */

/* Best-effort split of "Koning Albert II laan 15 bus 224"; parts not found are "". */
struct address_line {
	const char *street, *house_number, *box;
};
struct address_line split_address_line(struct arena *, const char *line);
