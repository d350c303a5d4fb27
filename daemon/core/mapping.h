/*
 * mapping.h - one two-way field map per partner and record type: rows of JSON Pointer, record field, codec.
 *
 * In YAML (the `fields:` of a manifest's record type), shortest form first:
 *
 *   fields:
 *     legal_name: /name                                   # pointer; codec text; writable
 *     enterprise_number: { at: /vat, as: "enterprise-number:vat" }
 *     phones:  { at: [/telephone1, /mobile], as: "phone:BE" }        # several scalars are one set
 *     emails:  { at: /emails, each: /email, as: email, with: { type: primary } }   # array of objects
 *     nace: { at: /activities, each: "" }                            # array of scalars
 *     status:  { at: /statecode, as: enum, words: { "0": AC, "1": ST } }
 *     decision_maker: { at: /dm, as: bool, words: [ "Y", "N" ] }
 *     consent.newsletter: { at: /optout, as: enum, words: { "true": withdrawn, "false": granted } }
 *     created_at: { at: /created, as: "time:%Y-%m-%d %H:%M:%S" }
 *     organization: { at: /company/0, writeto: /company, as: [number, ref] }   # many2one pair: [id, "name"]
 *     box: { at: /street2, write: no }                               # read only
 *     street: { at: /line1, as: address-street }                     # parts of one line: street, number, box
 *     language: { at: /lang, as: "language:{}_BE", empty: false }    # what "no value" looks like there
 *     x.voka.segment: /segment
 *     to_partner: { value: innovatiecentrum }                        # constant, in only
 *     defaults: { empty: false }                                     # empty and absent for all rows without
 *
 *   at      pointer, or list of pointers for a set spread over scalars. A set is written to them in its order, as far as
 *           they reach, but a scalar that holds an element of it already (in the body given) keeps it. For a field that
 *           is no set a list, with write: no, is read up to the first value
 *   each    at is an array; each gives the element's pointer in it ("" = the element). A field that is no set has its
 *           value in the first element that counts. An array may be missing, and is then made
 *   with    members every element object gets on writing, besides `each`; on reading only those elements count. A list
 *           of values: any of them counts, the first is written. A member is a name or a pointer
 *   as      codec; see codec.h for the list; several are chained: [trim, upper]. Without: bool for fields that are true
 *           or false, consent for consents, enum if there are words, else text
 *   words   enum, bool and consent tables
 *   write   no: never written (default yes, except constants)
 *   writeto pointer in the write body where it differs from `at`
 *   absent  what a missing member means: absent (default) or empty. A null, or what `empty` is, on the way says "none"
 *   empty   the JSON value that says "none": null (default, and always understood), false, "", 0, or missing: the member is
 *           taken out. Where the codec has a word spelt like it, that comes first
 *   loss    declared loss on writing, with blanks between: upper, lower, truncate:N, ascii (applied to what is written),
 *           format (comes back in another form; nothing is applied)
 *
 * Values are canonicalised on reading by the kind of their field. Two rows may not write the same member; but address
 * parts at one pointer are one line, and what the record does not say of it is taken from the body.
 *
 * Laws, checked on samples: in(out(v)) = v up to the declared loss, and out(in(raw)) in = in(raw).
 */
#pragma once
#include "base/yaml.h"
#include "core/record.h"

struct mapping;

/* NULL, with diagnoses, if any row is wrong. The yaml tree must live as long as the mapping. */
struct mapping *mapping_compile(struct arena *, enum record_type, const struct yaml *fields, struct diags *);

enum record_type mapping_type(const struct mapping *);
uint64_t mapping_readable(const struct mapping *);
uint64_t mapping_writable(const struct mapping *);
uint64_t mapping_hash(const struct mapping *);     /* changes when a row does */

/* Thread-safe. A record, every value canonical; NULL and ERR_ITEM with err->field if one is unusable. */
struct record *mapping_in(const struct mapping *, struct arena *, json_t *item, struct err *);

/* Sets the members for those fields in body: values of record, or what means "none" there for "". body may hold the
 * partner's current object (full replace): other members stay, and so do the elements of arrays that no row counts.
 * Fields not writable and values absent from the record are skipped. A partner that replaces arrays whole needs the
 * current ones in body; rows that share an array are written together. */
bool mapping_out(const struct mapping *, const struct record *, uint64_t fields, json_t *body, struct err *);

/* The value as it will come back: out then in, for one field; NULL if it cannot be written. Of a set only what has
 * room; of an address part, as if the line's other parts were plain. */
const char *mapping_image(const struct mapping *, struct arena *, unsigned field, const char *value);

/* Checks the laws on built-in samples of each row's kind; diagnoses name the row. True if all hold. */
bool mapping_check(const struct mapping *, struct diags *);
/* The same on one real item: "" if they hold, else a sentence naming the field (no values). */
const char *mapping_check_item(const struct mapping *, struct arena *, json_t *item);

/* For explain and `doorstroom fields`: "/phones/0 via phone:BE". */
const char *mapping_describe(const struct mapping *, struct arena *, unsigned field);
