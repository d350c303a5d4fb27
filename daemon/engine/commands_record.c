/*
 * commands_record.c - questions about records and what happened to them.
 */
#include "engine/commands_parts.h"

#include <string.h>

#include "base/time.h"
#include "engine/explain.h"

/* "2h" is two hours ago; a time is itself, a date its midnight. */
static bool since_ms(const char *text, int64_t now_ms, int64_t *out, struct err *e)
{
	uint64_t span;

	if (!text)
		*out = 0;
	else if (time_parse_span(text, &span) && span <= (uint64_t)now_ms)
		*out = now_ms - (int64_t)span;
	else if (!time_parse(text, out) && !time_parse_date(text, out) && !time_parse_as("%Y-%m-%dT%H:%M", text, out) &&
		 !time_parse_as("%Y-%m-%d %H:%M", text, out))
		return err_set(e, ERR_ITEM, "since: a time (2026-11-23T14:00) or a span (90s, 2h, 3d) is wanted");
	return true;
}

bool command_log(struct command_call *call, struct err *e)
{
	struct query_log log = {
		.partner = call_text(call, "partner"),
		.record = call_text(call, "record"),
		.kind = call_text(call, "kind"),
		.after = call_number(call, "after", -1),
		.limit = call_number(call, "limit", 100),
	};

	if (!since_ms(call_text(call, "since"), call->now_ms, &log.since_ms, e))
		return false;
	call->out = query_log(call->query, &log, e);
	call->empty = call->out && log.after >= 0 && !json_array_size(json_object_get(call->out, "events"));
	return call->out != NULL;
}

bool command_records(struct command_call *call, struct err *e)
{
	return answer(call, query_records(call->query, call_text(call, "type"), call_text(call, "after"),
				    call_number(call, "limit", 100), e));
}

bool command_search(struct command_call *call, struct err *e)
{
	return answer(call, query_search(call->query, call_text(call, "text"), call_text(call, "type"),
				    call_number(call, "limit", 20), e));
}

bool command_show(struct command_call *call, struct err *e)
{
	return answer(call, query_show(call->query, call_text(call, "record"), e));
}

bool command_disclosures(struct command_call *call, struct err *e)
{
	return answer(call, query_disclosures(call->query, call_text(call, "record"), e));
}

/* What each partner may be given, as explain() wants it; the configuration may change while run() reads the store. */
bool command_explain_before(struct command_call *call, struct err *e)
{
	const struct config *c = engine_config(call->engine);

	(void)e;
	call->scratch = json_object();
	for (size_t i = 0; i < c->n; i++) {
		json_t *types = json_object();

		for (unsigned t = 0; t < RECORD_TYPES; t++) {
			const enum record_type type = (enum record_type)t;
			json_t *fields = json_array();

			for (unsigned f = 0; f < field_count(type); f++)
				if (c->partner[i]->share[t].fields & FIELD_BIT(f))
					json_array_append_new(fields, json_string(field_at(type, f)->name));
			json_object_set_new(types, record_type_name(type), fields);
		}
		json_object_set_new(call->scratch, c->partner[i]->id, types);
	}
	return true;
}

bool command_explain(struct command_call *call, struct err *e)
{
	AUTO(json_drop) json_t *history = query_history(call->query, call_text(call, "record"), e);

	return history && answer(call, explain(history, call->scratch, call_text(call, "field"), e));
}

/* --- the common record --------------------------------------------------------------------------------------- */

static const char *kind_name(enum value_kind kind)
{
	static const char *const names[] = {
#define X(kind, name, form) name,
		VALUE_KIND_LIST(X)
#undef X
	};

	return names[kind];
}

static const char *kind_form(enum value_kind kind)
{
	static const char *const forms[] = {
#define X(kind, name, form) form,
		VALUE_KIND_LIST(X)
#undef X
	};

	return forms[kind];
}

bool command_fields(struct command_call *call, struct err *e)
{
	const char *only = call_text(call, "type");
	json_t *rows = json_array();
	enum record_type wanted = RECORD_TYPES;

	if (only && !record_type_parse(only, &wanted)) {
		json_decref(rows);
		return err_set(e, ERR_ITEM, "no such record type: %.40s", only);
	}
	for (unsigned t = 0; t < RECORD_TYPES; t++) {
		const enum record_type type = (enum record_type)t;

		for (unsigned i = 0; (!only || type == wanted) && i < field_count(type); i++) {
			const struct field *f = field_at(type, i);
			const enum policy policy = call->engine ? engine_config(call->engine)->policy[t][i] : f->policy;

			json_array_append_new(
				rows, json_pack("{ss,ss,ss,sb,ss,ss,ss*,ss*}", "type", record_type_name(type), "field",
					      f->name, "kind", kind_name(f->kind), "set", f->set, "policy",
					      policy_name(policy), "form", kind_form(f->kind), "oslo", f->oslo, "help",
					      f->help));
		}
	}
	return answer(call, json_pack("{so}", "fields", rows));
}
