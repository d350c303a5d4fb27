/* system.c - what kind of system a partner has. */
#include "scenario/scenario.h"

#include <stdlib.h>
#include <string.h>

static unsigned cap_of(const char *word)
{
	static const struct {
		const char *word;
		unsigned cap;
	} caps[] = {
		{"incremental", ADAPTER_CAN_INCREMENTAL},
		{"tombstones", ADAPTER_CAN_TOMBSTONES},
		{"get", ADAPTER_CAN_GET},
		{"find", ADAPTER_CAN_FIND},
		{"create", ADAPTER_CAN_CREATE},
		{"update", ADAPTER_CAN_UPDATE},
		{"delete", ADAPTER_CAN_DELETE},
		{"conditional", ADAPTER_CAN_CONDITIONAL},
		{"idempotent", ADAPTER_CAN_IDEMPOTENT},
		{"answers", ADAPTER_CAN_ANSWERS},
		{"versions", ADAPTER_CAN_VERSIONS},
		{"ordered", ADAPTER_CAN_ORDERED},
	};

	for (size_t i = 0; i < sizeof caps / sizeof *caps; i++)
		if (!strcmp(caps[i].word, word))
			return caps[i].cap;
	return 0;
}

static bool switch_caps(struct scene *s, struct mem_partner *p, bool on)
{
	for (size_t i = 2; i < s->line->n; i++) {
		const unsigned cap = cap_of(s->line->word[i]);

		if (!cap)
			return scene_fail(s, "there is no capability %s", s->line->word[i]);
		p->caps = on ? p->caps | cap : p->caps & ~cap;
	}
	s->stale_config = true;
	return true;
}

static bool can(struct scene *s, struct mem_partner *p)
{
	return switch_caps(s, p, true);
}

static bool cannot(struct scene *s, struct mem_partner *p)
{
	return switch_caps(s, p, false);
}

/* legal_name, of a company; contact.role, of a person. */
static bool quirky_field(const char *name, enum record_type *type, int *field)
{
	const char *dot = strchr(name, '.');

	*type = RECORD_ORGANIZATION;
	for (unsigned t = 0; dot && t < RECORD_TYPES; t++)
		if (!strncmp(record_type_name((enum record_type)t), name, (size_t)(dot - name)))
			*type = (enum record_type)t;
	*field = people_field(*type, dot ? dot + 1 : name);
	return *field >= 0;
}

static bool quirk_of_field(struct scene *s, struct mem_partner *p)
{
	static const struct {
		const char *word;
		enum mem_quirk quirk;
		bool counts;
	} quirks[] = {
		{"upper", MEM_UPPER, false},
		{"truncate", MEM_TRUNCATE, true},
		{"nopunctuation", MEM_NO_PUNCTUATION, false},
		{"few", MEM_FEW, true},
	};
	const struct line *l = s->line;
	enum record_type type;
	int f;

	for (size_t i = 0; i < sizeof quirks / sizeof *quirks; i++) {
		if (l->n != 4u + quirks[i].counts || strcmp(quirks[i].word, l->word[2]) || !quirky_field(l->word[l->n - 1], &type, &f))
			continue;
		p->quirk[type][f].kind = quirks[i].quirk;
		p->quirk[type][f].length = quirks[i].counts ? strtoull(l->word[3], NULL, 10) : 0;
		return true;
	}
	return scene_fail(s, "upper, truncate <n>, nopunctuation or few <n> <field>; absent, foretold, slow <ms>, lag <ms>");
}

/* voka quirk upper legal_name | truncate 20 contact.role | few 2 phones | absent | foretold | slow 5000 | lag 5000 */
static bool quirk(struct scene *s, struct mem_partner *p)
{
	const struct line *l = s->line;
	const char *kind = l->n > 2 ? l->word[2] : "";

	if (!strcmp(kind, "absent")) {
		p->leaves_out_empty = true;
		return true;
	}
	if (!strcmp(kind, "foretold")) {
		p->foretold = true;
		return true;
	}
	if (!strcmp(kind, "slow") && l->n > 3) {
		p->slow_ms = strtoull(l->word[3], NULL, 10);
		return true;
	}
	if (!strcmp(kind, "lag") && l->n > 3) {
		p->lag_ms = strtoll(l->word[3], NULL, 10);
		p->caps |= ADAPTER_CAN_LAGS;
		s->stale_config = true;
		return true;
	}
	return quirk_of_field(s, p);
}

static bool field_switch(struct scene *s, struct mem_partner *p, bool refused)
{
	const int f = people_field(RECORD_ORGANIZATION, s->line->n > 2 ? s->line->word[2] : "");
	uint64_t *fields = &p->refused[RECORD_ORGANIZATION];

	if (f < 0)
		return scene_fail(s, "which field of a company?");
	*fields = refused ? *fields | FIELD_BIT((unsigned)f) : *fields & ~FIELD_BIT((unsigned)f);
	return true;
}

/* voka refuses email: a write with a value there is refused for good */
static bool refuses(struct scene *s, struct mem_partner *p)
{
	return field_switch(s, p, true);
}

static bool takes(struct scene *s, struct mem_partner *p)
{
	return field_switch(s, p, false);
}

static const struct {
	const char *word;
	bool (*play)(struct scene *, struct mem_partner *);
} verbs[] = {
	{"can", can},
	{"cannot", cannot},
	{"quirk", quirk},
	{"refuses", refuses},
	{"takes", takes},
};

bool system_play(struct scene *s, struct mem_partner *p, bool *known)
{
	*known = true;
	for (size_t i = 0; s->line->n > 1 && i < sizeof verbs / sizeof *verbs; i++)
		if (!strcmp(verbs[i].word, s->line->word[1]))
			return verbs[i].play(s, p);
	*known = false;
	return false;
}
