#include "store/fact.h"

#include <string.h>

#include "base/hash.h"
#include "base/time.h"
#include "core/referral.h"
#include "store/sql.h"

#define DAY_MS INT64_C(86400000)

static const unsigned organization_fields[] = {
#define X(field, column) ORGANIZATION_##field,
	ORGANIZATION_FACTS(X)
#undef X
};
static const unsigned contact_fields[] = {
#define X(field, column) CONTACT_##field,
	CONTACT_FACTS(X)
#undef X
};
static const unsigned referral_fields[] = {
#define X(field, column) REFERRAL_##field,
	REFERRAL_FACTS(X)
#undef X
};
static const unsigned participation_fields[] = {
#define X(field, column) PARTICIPATION_##field,
	PARTICIPATION_FACTS(X)
#undef X
};

#define TABLE(type, fields)                                                                       \
	[RECORD_##type] = { fields, sizeof fields / sizeof *fields, SQL_FACT_##type##_LATEST,     \
		SQL_FACT_##type##_ADD, SQL_FACT_##type##_END, SQL_FACT_##type##_DROP }
static const struct table {
	const unsigned *field;
	size_t n;
	enum sql_statement latest, add, end, drop;
} tables[RECORD_TYPES] = {
	TABLE(ORGANIZATION, organization_fields),
	TABLE(CONTACT, contact_fields),
	TABLE(REFERRAL, referral_fields),
	TABLE(PARTICIPATION, participation_fields),
};
_Static_assert(sizeof referral_fields / sizeof *referral_fields <= FACT_COLUMNS_MAX, "FACT_COLUMNS_MAX");

/* --- a golden record as numbers --------------------------------------------------------------------------- */

static bool find_word(struct store *s, const char *text, int64_t *id, struct err *e)
{
	struct sql q = sql(s, SQL_WORD);

	sql_text(&q, text);
	*id = sql_row(&q) ? sql_get_int(&q) : 0;
	if (!sql_end(&q, e) || *id)
		return *id != 0;
	q = sql(s, SQL_WORD_ADD);
	sql_text(&q, text);
	if (!sql_run(&q, e))
		return false;
	*id = sqlite3_last_insert_rowid(s->db);
	return true;
}

static bool word(struct store *s, const char *text, int64_t *id, struct err *e)
{
	struct word *w = &s->word[hash_text(text, 0) % WORDS_LATELY];
	const size_t len = strlen(text);

	if (w->id && !strcmp(w->text, text)) {
		*id = w->id;
		return true;
	}
	if (!find_word(s, text, id, e))
		return false;
	if (len < sizeof w->text) {
		memcpy(w->text, text, len + 1);
		w->id = *id;
	}
	return true;
}

void fact_forget_words(struct store *s)
{
	memset(s->word, 0, sizeof s->word);
}

static bool number(struct store *s, const struct field *field, const char *value, int64_t *out, struct err *e)
{
	enum referral_state state;
	struct uuid hub_id;
	int64_t n;

	*out = FACT_NONE;
	if (!value || !*value)
		return true;
	switch (field->kind) {
	case VALUE_REF:
		n = uuid_parse(value, &hub_id) ? entity_id(s, &hub_id) : 0;
		*out = n ? n : FACT_NONE;
		return true;
	case VALUE_DATE:
		if (time_parse_date(value, &n))
			*out = n / DAY_MS - (n % DAY_MS < 0);
		return true;
	case VALUE_TIME:
		if (time_parse(value, &n))
			*out = n;
		return true;
	case VALUE_BOOL:
		*out = !strcmp(value, "true");
		return true;
	case VALUE_STATE:
		if (referral_state_parse(value, &state))
			*out = state;
		return true;
	case VALUE_TEXT:
	case VALUE_NOTE:
	case VALUE_ENTERPRISE:
	case VALUE_ESTABLISHMENT:
	case VALUE_CODE:
	case VALUE_NACE:
	case VALUE_LANGUAGE:
	case VALUE_COUNTRY:
	case VALUE_POSTAL:
	case VALUE_PROVINCE:
	case VALUE_EMAIL:
	case VALUE_PHONE:
	case VALUE_URL:
	case VALUE_SERVICE:
	case VALUE_OUTCOME:
	case VALUE_CONSENT:
	case VALUE_PARTNER:
	case VALUE_KINDS:
		break;
	}
	return word(s, value, out, e);
}

/* A deleted company or person is still the one that took part; a deleted participation or referral was none. */
static bool counts(const struct entity *x)
{
	switch (x->type) {
	case RECORD_ORGANIZATION:
	case RECORD_CONTACT:
		return x->state != ENTITY_MERGED;
	case RECORD_REFERRAL:
	case RECORD_PARTICIPATION:
	case RECORD_TYPES:
		break;
	}
	return x->state == ENTITY_LIVE;
}

bool fact_of(struct store *s, const struct entity *x, struct fact *out, bool *counted, struct err *e)
{
	const struct table *t = &tables[x->type];

	*counted = false;
	if (!counts(x))
		return true;
	for (size_t i = 0; i < t->n; i++) {
		if (!number(s, field_at(x->type, t->field[i]), x->golden->v[t->field[i]], &out->v[i], e))
			return false;
		*counted |= out->v[i] != FACT_NONE;
	}
	out->partner = x->origin;
	return true;
}

/* --- rows ------------------------------------------------------------------------------------------------- */

static void bind(struct sql *q, int64_t value)
{
	if (value == FACT_NONE)
		sqlite3_bind_null(q->statement, ++q->at);
	else
		sql_int(q, value);
}

static int64_t column(struct sql *q)
{
	const bool none = sqlite3_column_type(q->statement, q->at) == SQLITE_NULL;
	const int64_t value = sql_get_int(q);

	return none ? FACT_NONE : value;
}

static bool latest(struct store *s, const struct entity *x, struct fact *out, bool *there, struct err *e)
{
	const struct table *t = &tables[x->type];
	struct sql q = sql(s, t->latest);

	sql_int(&q, x->id);
	*there = sql_row(&q);
	if (*there) {
		out->since = sql_get_int(&q);
		out->until = column(&q);
		out->partner = sql_get_small(&q);
		for (size_t i = 0; i < t->n; i++)
			out->v[i] = column(&q);
	}
	return sql_end(&q, e);
}

static bool add(struct store *s, const struct entity *x, const struct fact *f, struct err *e)
{
	const struct table *t = &tables[x->type];
	struct sql q = sql(s, t->add);

	sql_int(&q, x->id);
	sql_int(&q, f->since);
	sql_id(&q, f->partner);
	for (size_t i = 0; i < t->n; i++)
		bind(&q, f->v[i]);
	return sql_run(&q, e);
}

/* From that event on it holds no longer: what began with the same event never did. */
static bool end(struct store *s, const struct entity *x, const struct fact *f, int64_t at, struct err *e)
{
	const bool never = f->since == at;
	struct sql q = sql(s, never ? tables[x->type].drop : tables[x->type].end);

	sql_int(&q, x->id);
	sql_int(&q, f->since);
	if (!never)
		sql_int(&q, at);
	return sql_run(&q, e);
}

/* It became part of another, of yet another, or of none: its merge was undone. */
static bool merged(struct store *s, const struct entity *x, int64_t was_into, int64_t into, int64_t since, struct err *e)
{
	struct sql q;

	if (was_into) {
		q = sql(s, SQL_FACT_MERGED_END);
		sql_int(&q, x->id);
		sql_int(&q, since);
		if (!sql_run(&q, e))
			return false;
	}
	if (!into)
		return true;
	q = sql(s, SQL_FACT_MERGED_ADD);
	sql_int(&q, x->id);
	sql_int(&q, since);
	sql_int(&q, into);
	return sql_run(&q, e);
}

/* Of a record of which nothing was counted until now: the partner of its first link. */
static bool birth_of(struct store *s, const struct entity *x, int *partner, struct err *e)
{
	struct sql q = sql(s, SQL_FACT_BIRTH_OF);

	sql_int(&q, x->id);
	*partner = sql_row(&q) ? sql_get_small(&q) : 0;
	return sql_end(&q, e);
}

bool fact_save(struct store *s, const struct entity *x, int64_t was_into, bool fresh, int64_t since, struct err *e)
{
	const int64_t into = x->state == ENTITY_MERGED ? x->into : 0;
	const struct table *t = &tables[x->type];
	struct fact now = { 0 }, before;
	bool counted, there = false, open;

	if (!fact_of(s, x, &now, &counted, e) || (!fresh && !latest(s, x, &before, &there, e)))
		return false;
	if (into != was_into && !merged(s, x, was_into, into, since, e))
		return false;
	open = there && before.until == FACT_NONE;
	if (open && counted && !memcmp(now.v, before.v, t->n * sizeof *now.v))
		return true;
	if (open && !end(s, x, &before, since, e))
		return false;
	now.since = since;
	if (there)
		now.partner = before.partner;
	else if (!now.partner && !birth_of(s, x, &now.partner, e))
		return false;
	return !counted || add(s, x, &now, e);
}
