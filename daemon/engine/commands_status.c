/*
 * commands_status.c - where partners stand, and what makes them go or stop.
 */
#include "engine/commands_parts.h"

#include <string.h>

#include "base/time.h"
#include "engine/levels.h"

static json_t *when(int64_t ms)
{
	return ms ? json_integer(ms) : json_null();
}

static json_t *status_json(const struct partner_status *s)
{
	const char class[2] = { s->class_letter, '\0' };
	json_t *row = json_pack("{ss,ss,ss*,ss,ss,ss*,ss*,sb,sb}", "id", s->id, "label", s->label, "adapter",
		s->adapter, "class", class, "state", s->state, "reason", s->reason, "phase", s->phase, "running",
		s->running, "settled", s->settled);

	json_object_set_new(row, "last_ok", when(s->last_ok_ms));
	json_object_set_new(row, "last_complete", when(s->last_complete_ms));
	json_object_set_new(row, "next_run", when(s->next_run_ms));
	json_object_set_new(row, "records_in", json_integer((json_int_t)s->records_in));
	json_object_set_new(row, "records_out", json_integer((json_int_t)s->records_out));
	json_object_set_new(row, "requests", json_integer((json_int_t)s->requests));
	json_object_set_new(row, "failures", json_integer((json_int_t)s->failures));
	json_object_set_new(row, "failures_in_a_row", json_integer(s->breaker));
	json_object_set_new(row, "scanned", json_integer(s->scanned));
	json_object_set_new(row, "total", s->total >= 0 ? json_integer(s->total) : json_null());
	return row;
}

bool command_status_before(struct command_call *call, struct err *e)
{
	const char *only = call_text(call, "partner");
	json_t *rows = json_array();
	struct partner_status s;

	bool settled = engine_settled(call->engine);

	for (size_t i = 0; i < engine_partners(call->engine); i++) {
		engine_status(call->engine, i, &s);
		if (only && strcmp(only, s.id))
			continue;
		json_array_append_new(rows, status_json(&s));
		settled = only ? s.settled : settled;
	}
	call->scratch = json_pack("{so,sb,sb,sI}", "partners", rows, "settled", settled, "ready", engine_ready(call->engine), "queue",
		(json_int_t)engine_lane_depth(call->engine));
	if (only && !json_array_size(rows))
		return err_set(e, ERR_GONE, "no such partner: %.60s", only);
	return command_status_take(call, engine_config(call->engine), e);
}

static json_t *row_of(json_t *rows, const char *id)
{
	json_t *row;
	size_t i;

	json_array_foreach(rows, i, row) {
		if (!strcmp(json_string_value(json_object_get(row, "id")), id))
			return row;
	}
	return NULL;
}

/* What the daemon knows over what the store knows; a partner of the store that is configured no more is shown too. */
bool command_status(struct command_call *call, struct err *e)
{
	const struct query_status wanted = {
		.partner = call_text(call, "partner"), .names = json_object_get(call->taken, "meant"),
		.levels = levels_in(json_object_get(call->taken, "levels")), .now_ms = call->now_ms,
	};
	AUTO(json_drop) json_t *stored = query_status(call->query, &wanted, e);
	json_t *live = json_object_get(call->scratch, "partners"), *row, *mine;
	json_t *out;
	size_t i;

	if (!stored)
		return false;
	out = call->scratch ? json_copy(call->scratch) : json_pack("{so}", "partners", json_array());
	if (wanted.partner)
		json_object_set_new(out, "partner", json_string(wanted.partner));
	json_object_set_new(out, "daemon", json_string(call->scratch ? "running" : "down"));
	json_object_set_new(out, "version", json_string(DOORSTROOM_VERSION));
	json_object_set(out, "reviews", json_object_get(stored, "reviews"));
	json_object_set(out, "seq", json_object_get(stored, "seq"));
	json_object_set(out, "referrals", json_object_get(stored, "referrals"));
	json_array_foreach(json_object_get(stored, "partners"), i, row) {
		mine = row_of(live, json_string_value(json_object_get(row, "id")));
		if (mine)
			json_object_update_missing(mine, row);
		else if (!call->scratch)
			json_array_append(json_object_get(out, "partners"), row);
		else {
			json_object_set_new(row, "state", json_string("removed"));
			json_object_set_new(row, "reason", json_string("not in the configuration any more"));
			json_array_append(json_object_get(out, "partners"), row);
		}
	}
	return answer(call, out);
}

static json_t *share_json(const struct partner_config *p)
{
	json_t *all = json_object();

	for (unsigned t = 0; t < RECORD_TYPES; t++) {
		const enum record_type type = (enum record_type)t;
		json_t *scope, *fields;

		if (!(p->types & 1u << t))
			continue;
		scope = json_array();
		fields = json_array();
#define X(bit, name, meaning)                                                                                          \
	if (p->share[t].scopes & SCOPE_##bit)                                                                          \
		json_array_append_new(scope, json_string(name));
		SCOPE_LIST(X)
#undef X
		for (unsigned f = 0; f < field_count(type); f++)
			if (p->share[t].fields & FIELD_BIT(f))
				json_array_append_new(fields, json_string(field_at(type, f)->name));
		json_object_set_new(
			all, record_type_name(type), json_pack("{so,so}", "scope", scope, "fields", fields));
	}
	return all;
}

static json_t *texts(const struct registry_list *list)
{
	json_t *all = json_array();

	for (size_t i = 0; i < list->n; i++)
		json_array_append_new(all, json_string(list->item[i]));
	return all;
}

/* Every partner, desk and group that the configuration knows, whether it is still there or not. */
static json_t *registry_json(const struct registry *r)
{
	json_t *partners = json_array(), *groups = json_array();

	for (size_t i = 0; i < r->n; i++) {
		const struct registry_partner *p = &r->partner[i];
		const struct registry_group *group = registry_group_of(r, p->id);

		json_array_append_new(partners, json_pack("{ss,s{ss,ss},ss*,ss*,ss*,ss,so,so,ss*}", "id", p->id, "names", "nl",
			p->name[REGISTRY_NL], "en", p->name[REGISTRY_EN], "endpoint", p->endpoint, "valid_from", p->from,
			"valid_until", p->until, "fate", p->until ? registry_fate_names[p->fate] : "", "successors",
			texts(&p->successor), "provinces", texts(&p->province), "group", group ? group->id : NULL));
	}
	for (size_t i = 0; i < r->ngroups; i++) {
		const struct registry_group *g = &r->group[i];

		json_array_append_new(groups, json_pack("{ss,s{ss,ss},so}", "id", g->id, "names", "nl", g->name[REGISTRY_NL], "en",
			g->name[REGISTRY_EN], "members", texts(&g->member)));
	}
	return json_pack("{so,so}", "registry", partners, "groups", groups);
}

bool command_partners(struct command_call *call, struct err *e)
{
	if (call_flag(call, "history"))
		return answer(call, registry_json(&engine_config(call->engine)->registry));

	json_t *rows = json_array();
	struct partner_status s;

	(void)e;
	for (size_t i = 0; i < engine_partners(call->engine); i++) {
		const struct partner_config *p;
		json_t *row, *caps = json_array(), *types = json_array();
		const char class[2] = { (engine_status(call->engine, i, &s), s.class_letter), '\0' };

#define X(cap, name, meaning)                                                                                          \
	if (s.caps & ADAPTER_CAN_##cap)                                                                                \
		json_array_append_new(caps, json_string(name));
		ADAPTER_CAPS(X)
#undef X
		for (unsigned t = 0; t < RECORD_TYPES; t++)
			if (s.types & 1u << t)
				json_array_append_new(types, json_string(record_type_name((enum record_type)t)));
		row = json_pack("{ss,ss,ss*,ss,so,so,ss}", "id", s.id, "label", s.label, "adapter", s.adapter, "class",
			class, "can", caps, "types", types, "state", s.state);
		p = config_partner(engine_config(call->engine), s.id);
		if (p) {
			char poll[TIME_TEXT_MAX], complete[TIME_TEXT_MAX];

			json_object_set_new(row, "poll", json_string(time_format_span(p->poll_ms, poll)));
			json_object_set_new(row, "complete", json_string(time_format_span(p->complete_ms, complete)));
			json_object_set_new(row, "file", json_string(p->file));
			json_object_set_new(row, "share", share_json(p));
		}
		json_array_append_new(rows, row);
	}
	return answer(call, json_pack("{so}", "partners", rows));
}

static bool done(struct command_call *call, bool ok, const char *did)
{
	return ok && answer(call, json_pack("{ss,ss}", "partner", call_text(call, "partner"), "done", did));
}

bool command_sync(struct command_call *call, struct err *e)
{
	const bool full = call_flag(call, "full");

	return done(call, engine_sync(call->engine, call_text(call, "partner"), full, call_flag(call, "approve"), e),
		full ? "complete reading asked for" : "reading asked for");
}

bool command_pause(struct command_call *call, struct err *e)
{
	return done(call, engine_pause(call->engine, call_text(call, "partner"), call->by, e), "paused");
}

bool command_resume(struct command_call *call, struct err *e)
{
	return done(call, engine_resume(call->engine, call_text(call, "partner"), call->by, e), "resumed");
}
