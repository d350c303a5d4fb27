/*
 * rest_template.h - texts and JSON values with places to fill in: ${name}, ${name:form}, ${name|otherwise}.
 *
 *   ${key} ${version} ${hub_id} ${token}     of the record asked for or changed
 *   ${cursor} ${since} ${page} ${offset} ${limit}   of the page asked for
 *   ${now}                                   the wall clock
 *   ${record}                                JSON: the record's mapped object
 *   ${body} ${body/pointer}                  JSON, in an envelope or a batch: the request's body, or a part of it
 *   ${items} ${keys}                         in a batch: JSON, the list of changes; their keys with commas between
 *   ${index} ${headers}                      in each of them: its number from 0; JSON, what its own headers would be
 *   ${request_id}                            a number, new with every request
 *   ${user} ${secret}                        of `auth`; never in a URL
 *   ${method} ${path} ${url} ${signature} ${timestamp} ${id}   in signatures; the first three in each change of a batch
 *   ${var.name} ${var.name:int}              a variable; replaced when the manifest is read
 *
 * Forms: int (a JSON number), quote (single quotes doubled), text (a JSON string even for ${page}), and for times a
 * strftime form that begins with % (%s and %Q are epoch seconds and milliseconds; int:%Q is a JSON number); RFC 3339 if
 * none is given.
 * $${ stands for ${.
 *
 * How a value is written depends on where the place is: percent-encoded in a path or query, typed in JSON (a
 * scalar that is one place only becomes a number for page, offset, limit and request_id), verbatim elsewhere. A
 * place without a value and without otherwise: an object member, array element, header or query parameter that holds
 * it is left out; elsewhere it is an error.
 */
#pragma once
#include "base/arena.h"
#include "base/buf.h"
#include "base/json.h"
#include "base/yaml.h"

#define SLOT_LIST(X)                                                                                                   \
	X(KEY, "key")                                                                                                  \
	X(VERSION, "version")                                                                                          \
	X(HUB_ID, "hub_id")                                                                                            \
	X(TOKEN, "token")                                                                                              \
	X(CURSOR, "cursor")                                                                                            \
	X(SINCE, "since")                                                                                              \
	X(PAGE, "page")                                                                                                \
	X(OFFSET, "offset")                                                                                            \
	X(LIMIT, "limit")                                                                                              \
	X(NOW, "now")                                                                                                  \
	X(RECORD, "record")                                                                                            \
	X(BODY, "body")                                                                                                \
	X(REQUEST_ID, "request_id")                                                                                    \
	X(USER, "user")                                                                                                \
	X(SECRET, "secret")                                                                                            \
	X(METHOD, "method")                                                                                            \
	X(PATH, "path")                                                                                                \
	X(URL, "url")                                                                                                  \
	X(TIMESTAMP, "timestamp")                                                                                      \
	X(ID, "id")                                                                                                    \
	X(SIGNATURE, "signature")                                                                                      \
	X(ITEMS, "items")                                                                                              \
	X(KEYS, "keys")                                                                                                \
	X(INDEX, "index")                                                                                              \
	X(HEADERS, "headers")

enum slot {
#define X(slot, name) SLOT_##slot,
	SLOT_LIST(X)
#undef X
		SLOTS
};

#define SLOT_BIT(slot) (1u << SLOT_##slot)
#define SLOTS_AUTH (SLOT_BIT(USER) | SLOT_BIT(SECRET))

/* What the places are filled with; NULL or false: no value. */
struct fill {
	const char *text[SLOTS];
	bool has_since;
	int64_t since_ms, now_ms;
	json_t *record, *body, *items, *headers; /* borrowed */
};

struct template;      /* a text */
struct template_json; /* a JSON value */

/* Names that templates may use besides the slots. */
struct template_vars {
	const char **name, **value;
	size_t n;
};

/* allowed: the slots that can have a value here. NULL with a diagnosis on a fault. */
struct template *template_compile(
	struct arena *, const struct yaml *, unsigned allowed, const struct template_vars *, struct diags *);
struct template_json *template_json_compile(
	struct arena *, const struct yaml *, unsigned allowed, const struct template_vars *, struct diags *);

unsigned template_slots(const struct template *); /* those it mentions */
unsigned template_json_slots(const struct template_json *);

enum template_place { TEMPLATE_VERBATIM, TEMPLATE_PATH, TEMPLATE_QUERY };

/* Adds the text; false, with nothing added, if a place had no value. */
bool template_text(const struct template *, const struct fill *, enum template_place, struct buf *);
/* A new reference, or NULL: left out. */
json_t *template_json(const struct template_json *, const struct fill *);

/* Adds text as it may stand in a path or query: what the caller wrote keeps its punctuation. */
void template_escape(struct buf *, const char *text, enum template_place);
