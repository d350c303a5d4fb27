/*
 * codec.h - how partners write values: a table of named two-way translations between a text as the partner has it
 * and a value of the common record. Pure; thread-safe once prepared.
 *
 * A JSON scalar is a text first: a string is itself, a number its digits, a boolean true or false. Codecs are
 * chained; the first stands next to the JSON and decides what type is written there. In reads leniently whatever
 * the type; "" says that there is no value.
 *
 *   text                     as it is; writes a string (so [text, enum] writes "0" where enum writes 0)
 *   trim                     takes blanks off on reading
 *   upper, lower             changes the case both ways
 *   title                    "JAN PEETERS" is read as "Jan Peeters"; text with a lower-case letter stays
 *   number                   writes a JSON number
 *   prefix:TEXT              TEXT is taken off on reading if there, and put on on writing
 *   enum                     by the table `words`: raw to value. The type written follows the raw words: all true or
 *                            false: booleans; all whole numbers: numbers; else strings. Of several raw words for one
 *                            value the first is written. "*" as raw word: any other word is read so, or, as its own
 *                            value "*", left as it is; raw: "*" is written for any value that has no word. A word
 *                            without all that makes the record unusable.
 *   bool                     words: [ word for true, word for false ], by default JSON booleans; then all that means
 *                            yes or no in the languages of the country is read
 *   consent                  granted, withdrawn, unknown, or by `words` as enum; time, source and evidence are not written
 *   phone:CC[:national]      national notation of country CC is understood; written as E.164, or as 02 315 13 51
 *   enterprise-number[:FORM] plain (default), dots 0403.449.823, vat BE0403449823, vat-dots BE 0403.449.823
 *   establishment-number[:FORM]  plain, dots
 *   legal-form[:label]       name or abbreviation (NL, FR, DE) or KBO code; written as code, or as BV, NV, ...
 *   nace[:VERSION[:dots]]    codes without version are of VERSION, and only those are written, without it
 *   email, url, postal       as core/normalise has them; EspoCRM's "ERASED:<id>" counts as none
 *   country[:nl|fr|de|en]    name or code; written as ISO 3166-1 code, or by name
 *   language[:FORM]          written as FORM with {} replaced: "{}_BE"; the code alone by default
 *   date[:FORMAT], time[:FORMAT]   epoch-s, epoch-ms (JSON numbers) or strftime-like (time_parse_as); MySQL's
 *                            0000-00-00 counts as none. Another text makes the record unusable; without FORMAT
 *                            anything that normalise() understands is read, and its canonical form written
 *   ref[:FORM]               a key; written as FORM with {} replaced: "/accounts({})"; read with or without it
 *   split:SEP                one text with SEP between the elements of a set; stands first
 *   address-street, address-number, address-box   parts of one line; all rows on one pointer are written as one line
 */
#pragma once
#include "base/arena.h"
#include "base/err.h"
#include "core/normalise.h"

enum codec_json { CODEC_STRING, CODEC_NUMBER, CODEC_BOOL };

/* What writing may cost: in(out(v)) is v but for this. */
enum loss_bit {
	LOSS_UPPER = 1,
	LOSS_LOWER = 2,
	LOSS_TRUNCATE = 4,
	LOSS_ASCII = 8,
	LOSS_FORMAT = 16,   /* comes back in another form, and then stays */
};

enum address_part { ADDRESS_NO_PART, ADDRESS_STREET, ADDRESS_NUMBER, ADDRESS_BOX };

struct codec_word {
	const char *raw, *value;
};

/* One codec in one row of a mapping. */
struct codec_use {
	const struct codec *codec;
	const char *arg;                /* after the first colon; "" if none */
	enum value_kind kind;           /* of the field */
	const struct codec_word *word;  /* without those of "*" */
	size_t words;
	const char *any_value;          /* raw word "*" is read as this; "*" itself: as it is; NULL: refused */
	const char *any_raw;            /* values without a word are written as this; NULL: refused */
	enum codec_json json;
	unsigned loss;
	bool canonical;                 /* in() gives what normalise() of the field's kind would */
	int variant;                    /* the codec's own */
	const char *text[2];            /* the codec's own */
};

struct codec {
	const char *name, *arg_help, *help;
	/* Checks arg and words, fills in what in() and out() need; false and ERR_BROKEN if they make no sense. */
	bool (*prepare)(struct codec_use *, struct arena *, struct err *);
	/* NULL for "as it is". Both give NULL and ERR_ITEM for what cannot be translated, "" for none. */
	const char *(*in)(const struct codec_use *, struct arena *, const char *raw, struct err *);
	const char *(*out)(const struct codec_use *, struct arena *, const char *value, struct err *);
	unsigned loss;
	bool takes_words, splits;
	enum address_part part;
};

extern const struct codec codecs[];   /* ended by a row without name */

/* "name:arg" with its words (of the manifest; may be NULL); ERR_BROKEN, with the nearest name, if it makes no sense. */
bool codec_prepare(struct codec_use *, struct arena *, const char *text, enum value_kind, const struct codec_word *,
	size_t words, struct err *);
const char *codec_in(const struct codec_use *, struct arena *, const char *raw, struct err *);
const char *codec_out(const struct codec_use *, struct arena *, const char *value, struct err *);

/* What the partner makes of a text by the declared loss; most: code points, for LOSS_TRUNCATE. */
const char *loss_apply(struct arena *, unsigned loss, size_t most, const char *text);
/* Whether after may be what became of before by that loss. */
bool loss_explains(struct arena *, unsigned loss, const char *before, const char *after);
