/*
 * explain.c - the chain of each field, out of one record's history in the hub's order.
 */
#include "engine/explain.h"

#include <string.h>

#include "base/yaml.h"
#include "core/record.h"
#include "engine/origin.h"

struct story {
	const json_t *record, *golden, *shadows, *outbox, *suppressed, *events, *shared;
	enum record_type type;
};

static const char *text(const json_t *o, const char *key)
{
	const char *t = json_string_value(json_object_get(o, key));

	return t ? t : "";
}

static int64_t number(const json_t *o, const char *key)
{
	return json_integer_value(json_object_get(o, key));
}

static bool is(const json_t *o, const char *key, const char *value)
{
	return !strcmp(text(o, key), value);
}

/* Nothing said and said to be nothing look alike to people. */
static bool nothing(const json_t *v)
{
	return !v || json_is_null(v) || (json_is_array(v) && !json_array_size(v));
}

static bool same(const json_t *a, const json_t *b)
{
	return nothing(a) || nothing(b) ? nothing(a) && nothing(b) : json_equal(a, b) != 0;
}

static bool set_holds(const json_t *set, const char *element)
{
	const json_t *one;
	size_t i;

	json_array_foreach(set, i, one) {
		if (!strcmp(json_string_value(one) ? json_string_value(one) : "", element))
			return true;
	}
	return false;
}

static json_t *or_null(json_t *v)
{
	return v ? json_incref(v) : json_null();
}

/* The event with that number, or NULL. */
static const json_t *event_at(const struct story *s, int64_t seq)
{
	const json_t *e;
	size_t i;

	json_array_foreach(s->events, i, e) {
		if (number(e, "seq") == seq)
			return e;
	}
	return NULL;
}

static json_t *moment(const json_t *event)
{
	return json_pack("{sO,sO}", "seq", json_object_get(event, "seq"), "at", json_object_get(event, "at"));
}

/* --- whose word it was --------------------------------------------------------------------------------------- */

/* What an event says that a partner's people wrote into a field; NULL: nothing. *from: what stood there before. */
static json_t *written(const json_t *event, const char *field, json_t **from)
{
	const json_t *data = json_object_get(event, "data");
	const json_t *edit;

	*from = NULL;
	if (is(event, "kind", "seen"))
		return json_object_get(json_object_get(data, "values"), field);
	if (!is(event, "kind", "edit"))
		return NULL;
	edit = json_object_get(json_object_get(data, "fields"), field);
	*from = json_object_get(edit, "from");
	return json_object_get(edit, "to");
}

static json_t *word(const json_t *event, json_t *from, json_t *to)
{
	json_t *w = moment(event);

	json_object_set(w, "partner", json_object_get(event, "partner"));
	json_object_set(w, "key", json_object_get(event, "key"));
	json_object_set(w, "kind", json_object_get(event, "kind"));
	json_object_set_new(w, "from", or_null(from));
	json_object_set_new(w, "to", or_null(to));
	return w;
}

/* The latest edit, or first sight, up to an event, that put the value there. by NULL: at any partner. */
static json_t *origin(const struct story *s, const char *field, const json_t *value, const char *by, int64_t upto)
{
	const json_t *found = NULL;
	json_t *from = NULL, *to, *before;
	size_t i;
	const json_t *e;

	json_array_foreach(s->events, i, e) {
		if (upto && number(e, "seq") > upto)
			break;
		to = written(e, field, &before);
		/* A value that is repeated keeps its first author, until it was something else in between. */
		if (!to || !same(to, value) || (by && !is(e, "partner", by)))
			continue;
		if (found && !before)
			continue;
		found = e;
		from = before;
	}
	return found ? word(found, from, (json_t *)value) : NULL;
}

/* For each element of the set, the newest line that added it. */
static void set_origins(const struct story *s, const char *field, const json_t *value, json_t *because)
{
	const json_t *element, *shadow, *line;
	size_t i, k, n;

	json_array_foreach(value, i, element) {
		const char *name = json_string_value(element) ? json_string_value(element) : "";
		const json_t *best = NULL, *at = NULL;
		json_t *w;

		json_array_foreach(s->shadows, k, shadow) {
			const json_t *cell = json_object_get(json_object_get(shadow, "fields"), field);

			json_array_foreach(json_object_get(cell, "says"), n, line) {
				if (!is(line, "element", name) || !json_is_true(json_object_get(line, "add")) ||
					(best && number(line, "seq") <= number(best, "seq")))
					continue;
				best = line;
				at = shadow;
			}
		}
		if (!best)
			continue;
		const json_t *event = event_at(s, number(best, "seq"));

		w = json_pack("{ss,sO,sO,sO}", "kind", event ? text(event, "kind") : "edit", "element", element,
			"partner", json_object_get(at, "partner"), "seq", json_object_get(best, "seq"));
		json_object_set_new(w, "at", or_null(json_object_get(event, "at")));
		json_array_append_new(because, w);
	}
}

/* --- what lost ----------------------------------------------------------------------------------------------- */

static json_t *set_removals(const json_t *says, const json_t *value)
{
	json_t *gone = json_array();
	const json_t *line;
	size_t i;

	json_array_foreach(says, i, line) {
		const bool add = json_is_true(json_object_get(line, "add"));

		if (add != set_holds(value, text(line, "element")))
			json_array_append(gone, (json_t *)line);
	}
	return gone;
}

/* What partners say that is not what the record says. */
static json_t *losers(const struct story *s, const struct field *field, const json_t *value)
{
	json_t *out = json_array();
	const json_t *shadow;
	size_t i;

	json_array_foreach(s->shadows, i, shadow) {
		const json_t *cell = json_object_get(json_object_get(shadow, "fields"), field->name);
		json_t *says = json_object_get(cell, "says"), *shown;

		if (!says || !is(shadow, "state", "live"))
			continue;
		if (!field->set && same(says, value))
			continue;
		shown = field->set ? set_removals(says, value) : json_incref(says);
		if (!field->set || json_array_size(shown)) {
			json_t *row = json_pack("{sO,sO,sO*}", "partner", json_object_get(shadow, "partner"),
				field->set ? "lines" : "value", shown, "seq", json_object_get(cell, "seq"));

			json_object_set_new(
				row, "at", or_null(json_object_get(event_at(s, number(cell, "seq")), "at")));
			json_array_append_new(out, row);
		}
		json_decref(shown);
	}
	return out;
}

/* --- who received it ----------------------------------------------------------------------------------------- */

/* What happened to a field at one partner, up to now. */
struct delivery {
	const json_t *intent, *sent, *confirm, *learned, *trouble;
};

static void follow(const struct story *s, const char *partner, const char *field, struct delivery *d)
{
	const json_t *e;
	size_t i;

	json_array_foreach(s->events, i, e) {
		const json_t *data = json_object_get(e, "data");
		const bool carries = json_object_get(json_object_get(data, "fields"), field) != NULL;

		if (!is(e, "partner", partner))
			continue;
		if (is(e, "kind", "intent") && carries)
			*d = (struct delivery){ .intent = e, .sent = d->sent };
		else if (is(e, "kind", "sent") && carries)
			*d = (struct delivery){ .intent = d->intent, .sent = e };
		else if (is(e, "kind", "confirm") && carries)
			d->confirm = e;
		else if (is(e, "kind", "learned") && is(data, "field", field))
			d->learned = e;
		else if ((is(e, "kind", "refused") || is(e, "kind", "retry")) && d->intent &&
			 number(data, "intent") == number(d->intent, "seq"))
			d->trouble = e;
		else if (is(e, "kind", "edit") && carries)
			*d = (struct delivery){ 0 };
	}
}

static const json_t *row_for(const json_t *rows, const char *partner)
{
	const json_t *row;
	size_t i;

	json_array_foreach(rows, i, row) {
		if (is(row, "partner", partner))
			return row;
	}
	return NULL;
}

static const char *delivery_state(const struct delivery *d, const json_t *row, bool shows_it)
{
	if (row && is(row, "state", "dead"))
		return "refused";
	if (row && is(row, "state", "held"))
		return "held";
	if (d->confirm || (d->sent && shows_it))
		return "confirmed";
	if (d->learned)
		return "renders";
	if (d->sent)
		return "sent";
	if (shows_it)
		return "has it";
	return row ? "waiting" : "not given";
}

/* Whether the configuration lets the partner have that field; true if it is not known. */
static bool shared_with(const struct story *s, const char *partner, const char *field)
{
	const json_t *types = json_object_get(s->shared, partner);

	return !types || set_holds(json_object_get(types, text(s->record, "type")), field);
}

static json_t *receiver(const struct story *s, const char *partner, const json_t *shadow, const struct field *field,
	const json_t *value)
{
	const json_t *shows = json_object_get(json_object_get(json_object_get(shadow, "fields"), field->name), "shows");
	const json_t *row = row_for(s->outbox, partner), *held_back = row_for(s->suppressed, partner);
	const bool shows_it = shows && same(shows, value);
	struct delivery d = { 0 };
	const char *state;
	json_t *out;

	follow(s, partner, field->name, &d);
	if (nothing(value) && !d.sent && !shows)
		return NULL;
	/* A row that was made for other fields says nothing of a value that has arrived. */
	state = delivery_state(&d, shows_it && !is(row, "state", "dead") ? NULL : row, shows_it);
	if (held_back && !d.sent)
		state = "kept away";
	if (!strcmp(state, "not given") && !shared_with(s, partner, field->name))
		state = "not shared";
	out = json_pack("{ss,ss}", "partner", partner, "state", state);
	if (shadow)
		json_object_set(out, "key", json_object_get(shadow, "key"));
	if (shows && !shows_it)
		json_object_set(out, "shows", (json_t *)shows);
	if (d.sent) {
		json_t *sent = moment(d.sent);

		json_object_set(sent, "why", json_object_get(json_object_get(d.sent, "data"), "why"));
		json_object_set_new(out, "sent", sent);
	}
	if (d.confirm || d.learned)
		json_object_set_new(out, "confirmed", moment(d.confirm ? d.confirm : d.learned));
	if (row && strcmp(state, "confirmed") && strcmp(state, "has it")) {
		json_object_set(out, "since", json_object_get(row, "since"));
		json_object_set(out, "attempts", json_object_get(row, "attempts"));
		json_object_set(out, "error", json_object_get(row, "error"));
		if (*text(row, "plan"))
			json_object_set(out, "plan", json_object_get(row, "plan"));
	} else if (d.trouble && !d.sent && !d.confirm && !d.learned) {
		json_object_set(out, "error", json_object_get(json_object_get(d.trouble, "data"), "error"));
	}
	if (held_back)
		json_object_set(out, "reason", json_object_get(held_back, "reason"));
	return out;
}

static json_t *receivers(const struct story *s, const struct field *field, const json_t *value, const json_t *because)
{
	json_t *out = json_array(), *one;
	const json_t *row;
	size_t i;

	json_array_foreach(s->shadows, i, row) {
		/* The hub's own word is kept like a partner's, but nothing is written to it. */
		if (is(row, "partner", ORIGIN_NAME) || (!is(row, "state", "live") && !is(row, "state", "pending")))
			continue;
		/* Who said it need not be told. */
		one = receiver(s, text(row, "partner"), row, field, value);
		if (one && (strcmp(text(one, "state"), "has it") || !row_for(because, text(row, "partner"))))
			json_array_append(out, one);
		json_decref(one);
	}
	json_array_foreach(s->outbox, i, row) {
		if (row_for(out, text(row, "partner")) || row_for(s->shadows, text(row, "partner")))
			continue;
		one = receiver(s, text(row, "partner"), NULL, field, value);
		if (one)
			json_array_append_new(out, one);
	}
	json_array_foreach(s->suppressed, i, row) {
		if (row_for(out, text(row, "partner")) || nothing(value))
			continue;
		one = receiver(s, text(row, "partner"), NULL, field, value);
		if (one)
			json_array_append_new(out, one);
	}
	return out;
}

/* --- the chain ----------------------------------------------------------------------------------------------- */

/* The decisions on a field, oldest first; the last one is the one in force. */
static json_t *decisions(const struct story *s, const char *field)
{
	json_t *out = json_array();
	const json_t *e;
	size_t i;

	json_array_foreach(s->events, i, e) {
		const json_t *data = json_object_get(e, "data");
		json_t *d = json_object_get(json_object_get(data, "fields"), field), *row;

		/* What was decided for a record before it became part of this one was decided about another value. */
		if (!d || !is(e, "kind", "decide") || (*text(e, "record") && !is(e, "record", text(s->record, "id"))))
			continue;
		row = json_deep_copy(d);
		json_object_update_new(row, moment(e));
		if (json_object_get(data, "cause"))
			json_object_set(row, "cause", json_object_get(data, "cause"));
		json_array_append_new(out, row);
	}
	return out;
}

static json_t *field_story(const struct story *s, const struct field *field, bool whole)
{
	json_t *value = json_object_get(s->golden, field->name), *because = json_array(), *w;
	AUTO(json_drop) json_t *decided = decisions(s, field->name);
	const size_t n = json_array_size(decided);
	json_t *last = n ? json_array_get(decided, n - 1) : NULL;
	json_t *out = json_pack("{ss}", "field", field->name);
	bool held = false;
	const json_t *name;
	size_t i;

	json_array_foreach(json_object_get(s->record, "held"), i, name)
		held |= !strcmp(json_string_value(name), field->name);
	if (field->set) {
		set_origins(s, field->name, value, because);
	} else {
		w = origin(s, field->name, value, last && *text(last, "by") ? text(last, "by") : NULL,
			last ? number(last, "seq") : 0);
		if (w)
			json_array_append_new(because, w);
	}
	json_object_set_new(out, "value", or_null(value));
	json_object_set_new(out, "held", json_boolean(held));
	json_object_set_new(
		out, "pinned", json_boolean(json_object_get(json_object_get(s->record, "pins"), field->name) != NULL));
	json_object_set_new(out, "because", because);
	json_object_set_new(out, "decision", or_null(last));
	json_object_set_new(out, "others", losers(s, field, value));
	json_object_set_new(out, "receivers", receivers(s, field, value, because));
	if (whole)
		json_object_set(out, "earlier", decided);
	return out;
}

/* How each partner's record came to belong here: its latest link. */
static json_t *links(const struct story *s)
{
	json_t *out = json_array();
	const json_t *shadow, *e;
	size_t i, k;

	json_array_foreach(s->shadows, i, shadow) {
		const json_t *link = NULL;
		json_t *row;

		json_array_foreach(s->events, k, e) {
			if (is(e, "kind", "link") && is(e, "partner", text(shadow, "partner")) &&
				is(e, "key", text(shadow, "key")))
				link = e;
		}
		row = link && json_is_object(json_object_get(link, "data")) ? json_copy(json_object_get(link, "data"))
									    : json_object();
		if (link)
			json_object_update_new(row, moment(link));
		json_object_set(row, "partner", json_object_get(shadow, "partner"));
		json_object_set(row, "key", json_object_get(shadow, "key"));
		json_object_set(row, "state", json_object_get(shadow, "state"));
		json_array_append_new(out, row);
	}
	return out;
}

json_t *explain(const json_t *history, const json_t *shared, const char *only, struct err *e)
{
	struct story s = {
		.record = json_object_get(history, "record"),
		.shadows = json_object_get(history, "shadows"),
		.outbox = json_object_get(history, "outbox"),
		.suppressed = json_object_get(history, "suppressed"),
		.events = json_object_get(history, "events"),
		.shared = shared,
	};
	json_t *fields;
	int wanted = -1;

	s.golden = json_object_get(s.record, "golden");
	if (!record_type_parse(text(s.record, "type"), &s.type)) {
		err_set(e, ERR_BROKEN, "the record has no type");
		return NULL;
	}
	if (only && (wanted = field_find(s.type, only)) < 0) {
		const char *near = field_nearest(s.type, only);

		err_set(e, ERR_ITEM, "%s has no field \"%.40s\"%s%s%s", text(s.record, "type"), only,
			near ? " (did you mean " : "", near ? near : "", near ? "?)" : "");
		return NULL;
	}
	fields = json_array();
	for (unsigned f = 0; f < field_count(s.type); f++)
		if (only ? (int)f == wanted : !nothing(json_object_get(s.golden, field_at(s.type, f)->name)))
			json_array_append_new(fields, field_story(&s, field_at(s.type, f), only != NULL));
	return json_pack("{s{sO,sO,sO*,sO*},so,so,sO*}", "record", "id", json_object_get(s.record, "id"), "type",
		json_object_get(s.record, "type"), "name", json_object_get(s.record, "name"), "state",
		json_object_get(s.record, "state"), "links", links(&s), "fields", fields, "labels",
		json_object_get(history, "labels"));
}
