/*
 * normalise.h - one canonical text per value, so that equality is strcmp().
 *
 * normalise() and fold_text() are bounded (VALUE_MAX) and idempotent, and no odd value makes a record unusable: what
 * cannot be canonicalised is kept as cleaned text and marked by *valid = false, and is then never a match key. A
 * number, address or code that holds no letter and no digit ("-", "/") is a placeholder and counts as blank.
 * Sources: KBO cookbook; ITU-T E.164 and the Belgian numbering plan; bpost ranges; each file names its own.
 */
#pragma once
#include "core/record.h"

/* Canonical text of one element of that kind, "" for blank input. valid may be NULL. ERR_ITEM if it is over
 * VALUE_MAX or not UTF-8: returns NULL. */
const char *normalise(struct arena *, enum value_kind, const char *text, bool *valid, struct err *);

/* The words a SERVICE, STATE or OUTCOME may be, or a CONSENT begins with, NULL-terminated; NULL for other kinds. */
const char *const *value_words(enum value_kind);

/* --- keys for matching: folded further than the stored value; "" if nothing is left ------------------------ */

/* NFKD, marks stripped, case folded, letters that Unicode does not fold by table, punctuation to blanks. */
const char *fold_text(struct arena *, const char *text);
/* The plain letters of a lower-case letter that Unicode neither decomposes nor folds to them, such as U+0142; or NULL. */
const char *plain_letter(int32_t point);
/* fold_text() without legal forms (NL, FR, DE, EN; any number at either end); *form, if asked for, gets the KBO code of
 * the class of the first one found, or NULL. */
const char *fold_company_name(struct arena *, const char *name, const char **form);
/* fold_text() without particles (van, de, van den, ...) at either end, written apart or with the name: all of "Van den
 * Berghe", "Vandenberghe" and "Berghe, Van den" give "berghe". */
const char *fold_person_name(struct arena *, const char *name);
/* What fold_company_name() and fold_text() made of the name of a company or a municipality, French or German words of it in Dutch:
 * those of trades, and municipalities, at the end of a name as well. The text itself if there are none. */
const char *dutch_name(struct arena *, const char *folded);
const char *dutch_place(const char *folded);
/* fold_text() with the words for streets as they are written in full: "Kerkstr." gives "kerkstraat". */
const char *fold_street(struct arena *, const char *street);
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

const char *country_name(struct arena *, const char *iso, const char *language);   /* nl, fr, de or en; the code if unknown */

/* E.164 as normalise() gives it, but for numbers in the national notation of a country other than Belgium. */
const char *phone_canonical(struct arena *, const char *text, const char *country, bool *valid);
bool phone_country_known(const char *country);
/* By the numbering plans of Belgium and its neighbours; E.164 with or without the plus sign. */
bool phone_is_mobile(const char *e164, size_t n);
/* "+32470123456" as "0470 12 34 56"; others as they are. */
const char *phone_national(struct arena *, const char *e164);

/* Best-effort split of "Koning Albert II laan 15 bus 224"; parts not found are "". Nothing but the word for "box" gets
 * lost: a remark in parentheses after the number goes to the street. */
struct address_line {
	const char *street, *house_number, *box;
};
struct address_line split_address_line(struct arena *, const char *line);
const char *join_address_line(struct arena *, const struct address_line *);
