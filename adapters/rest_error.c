/* rest_error.c - what an answer means: the manifest's rules first, then what the status says by itself. */
#include <string.h>
#include <strings.h>

#include "adapters/rest.h"

static bool rule_fits(const struct error_rule *rule, const struct answer *a, struct arena *arena)
{
	const json_t *there;
	const char *text;

	if (rule->status_from && (a->status < rule->status_from || a->status > rule->status_to))
		return false;
	if (!rule->at.from)
		return true;
	there = locate_json(&rule->at, a, a->doc);
	text = locate_text(&rule->at, a, a->doc, arena);
	if (rule->at.from == LOCATE_POINTER ? !there || json_is_null(there) || (json_is_false(there) && !rule->nis)
					    : !text)
		return false;
	if (rule->has && (!text || !strcasestr(text, rule->has)))
		return false;
	for (size_t i = 0; i < rule->nis; i++)
		if (text && !strcmp(text, rule->is[i]))
			return true;
	return !rule->nis;
}

static bool writes(enum request_kind kind)
{
	return kind == REQUEST_CREATE || kind == REQUEST_UPDATE || kind == REQUEST_DELETE;
}

static bool lists(enum request_kind kind)
{
	return kind == REQUEST_LIST || kind == REQUEST_DELETIONS;
}

static enum verdict status_verdict(enum request_kind kind, unsigned status)
{
	const bool write = writes(kind);

	if (status >= 200 && status < 300)
		return VERDICT_OK;
	switch (status) {
	case 400:
	case 413:
	case 414:
	case 422:
		return write ? VERDICT_ITEM : VERDICT_BROKEN;
	case 401:
	case 403:
		return VERDICT_DENIED;
	case 404:
		return lists(kind) ? VERDICT_BROKEN : VERDICT_GONE;
	case 410:
		return lists(kind) ? VERDICT_EXPIRED : VERDICT_GONE;
	case 409:
	case 412:
		return write ? VERDICT_CONFLICT : VERDICT_BROKEN;
	case 408:
	case 425:
	case 429:
		return VERDICT_AGAIN;
	}
	return status >= 500 && status != 501 && status != 505 ? VERDICT_AGAIN : VERDICT_BROKEN;
}

/* A code may be shown only if it can be nothing but a code. */
static const char *shown_code(const struct locate *at, const struct answer *a, struct arena *arena)
{
	static const char allowed[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.-:/#";
	const char *code = locate_text(at, a, a->doc, arena);

	return code && *code && strlen(code) <= 64 && strspn(code, allowed) == strlen(code) ? code : NULL;
}

static enum err_kind verdict_kind(enum verdict v)
{
	switch (v) {
	case VERDICT_OK:
	case VERDICT_EMPTY:
		return ERR_NONE;
	case VERDICT_EXPIRED:
	case VERDICT_GONE:
		return ERR_GONE;
	case VERDICT_ITEM:
		return ERR_ITEM;
	case VERDICT_CONFLICT:
		return ERR_CONFLICT;
	case VERDICT_AGAIN:
		return ERR_AGAIN;
	case VERDICT_DENIED:
		return ERR_DENIED;
	case VERDICT_BROKEN:
		break;
	}
	return ERR_BROKEN;
}

static bool needs_json(const struct rest *rest, const struct request *q, const struct answer *a)
{
	switch (q->kind) {
	case REQUEST_LIST:
	case REQUEST_DELETIONS:
	case REQUEST_GET:
	case REQUEST_FIND:
		return true;
	case REQUEST_CREATE:
	case REQUEST_UPDATE:
	case REQUEST_DELETE:
		break;
	}
	return (rest->request_id.from == LOCATE_POINTER && !a->part) ||
	       (a->len && (q->key.from == LOCATE_POINTER || q->item.from == LOCATE_POINTER));
}

enum verdict answer_judge(const struct rest *rest, const struct rest_type *t, const struct request *q, struct answer *a,
	const char *request_id, struct err *e)
{
	AUTO(arena_free) struct arena *arena = arena_new();
	struct err why = {0};
	enum verdict v;
	const char *code = NULL, *told;
	size_t i = 0;

	if (a->len && !a->doc)
		a->doc = json_parse(a->body, a->len, &why);
	while (i < rest->nrules && !rule_fits(&rest->rule[i], a, arena))
		i++;
	v = i < rest->nrules ? rest->rule[i].verdict : status_verdict(q->kind, a->status);
	if (v == VERDICT_EMPTY && writes(q->kind))
		v = VERDICT_GONE;
	/* Nothing of ours can be refused where nothing was sent. */
	if ((v == VERDICT_ITEM || v == VERDICT_CONFLICT) && !writes(q->kind))
		v = VERDICT_BROKEN;
	if (v == VERDICT_OK && !a->doc && needs_json(rest, q, a)) {
		err_set(e, ERR_BROKEN, "%s %s: HTTP %u with %zu bytes that are no answer: %s", request_names[q->kind],
			t->name, a->status, a->len, a->len ? why.text : "empty");
		return VERDICT_BROKEN;
	}
	if (v == VERDICT_OK && rest->request_id.from && !a->part) {
		told = locate_text(&rest->request_id, a, a->doc, arena);
		if (!told || strcmp(told, request_id)) {
			err_set(e, ERR_BROKEN, "%s %s: the answer belongs to another request", request_names[q->kind],
				t->name);
			return VERDICT_BROKEN;
		}
	}
	if (v == VERDICT_OK || v == VERDICT_EMPTY)
		return v;
	if (a->part)
		code = shown_code(&q->batch->error_code, a, arena);
	if (!code)
		code = shown_code(&rest->error_code, a, arena);
	err_set(e, verdict_kind(v), "%s %s%s: %s%s%s%s", request_names[q->kind], t->name, a->part ? " in a batch" : "",
		a->part && !q->batch->status ? "refused" : arena_printf(arena, "HTTP %u", a->status),
		v == VERDICT_EXPIRED		      ? ", the cursor has expired"
		: a->status >= 300 && a->status < 400 ? ", moved: correct the url"
						      : "",
		code ? ", code " : "", code ? code : "");
	return v;
}

/* Seconds from now, an epoch in seconds or milliseconds, or a time. */
static uint64_t reset_ms(const char *text, int64_t wall_ms)
{
	char *end;
	const double number = strtod(text, &end);
	int64_t at_ms;

	if (end != text && !*end) {
		if (number < 0)
			return 0;
		if (number < 1e7)
			return (uint64_t)(number * 1000);
		at_ms = (int64_t)(number < 1e11 ? number * 1000 : number);
	} else if (!time_of(NULL, text, &at_ms)) {
		return 0;
	}
	return at_ms > wall_ms ? (uint64_t)(at_ms - wall_ms) : 0;
}

uint64_t answer_pause_ms(const struct rest *rest, const struct http_exchange *x, int64_t wall_ms)
{
	const bool told = x->status == 429 || x->status == 503;
	const struct answer a = {.status = x->status, .header = x->answer, .nheader = x->nanswer};
	uint64_t ms = told ? http_retry_after_ms(x, wall_ms) : 0;
	const char *remaining = locate_text(&rest->rate_remaining, &a, NULL, x->arena);
	const char *reset = locate_text(&rest->rate_reset, &a, NULL, x->arena);

	if (!ms && (told || (remaining && !strcmp(remaining, "0"))) && reset)
		ms = reset_ms(reset, wall_ms);
	if (!ms && !told && remaining && !strcmp(remaining, "0"))
		ms = 1000;
	return ms < 86400000 ? ms : 86400000;
}
