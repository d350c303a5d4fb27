/*
 * match.c - verdicts: what the score says, within rules that no score may break.
 */
#include <assert.h>
#include <math.h>
#include <string.h>

#include "core/match_parts.h"

const struct match_features *match_with(struct arena *arena, const struct match_model *model, enum record_type type,
	const struct linkage_features *taken)
{
	struct match_features *out = arena_alloc(arena, sizeof *out + linkage_features_size(taken));

	*out = (struct match_features){type, model->mark};
	memcpy(out + 1, taken, linkage_features_size(taken));
	return out;
}

const struct match_features *match_prepare(struct arena *arena, const struct match_model *model, const struct record *record)
{
	struct linkage_values values;

	match_fill(arena, record, &values);
	return match_with(arena, model, record->type, linkage_features(arena, model->type[record->type], &values));
}

size_t match_features_size(const struct match_features *f)
{
	return sizeof *f + linkage_features_size(match_linkage(f));
}

enum record_type match_features_type(const struct match_features *f)
{
	return (enum record_type)f->type;
}

const struct match_features *match_features_at(const struct match_model *model, const void *bytes, size_t n)
{
	const struct match_features *f = bytes;

	if (n < sizeof *f || f->mark != model->mark || f->type >= RECORD_TYPES ||
		!linkage_features_at(&match_schema[f->type], f + 1, n - sizeof *f))
		return NULL;
	return f;
}

const struct match_features *match_held(struct arena *arena, const struct match_features *f, match_holders *holders, void *ctx)
{
	const struct linkage_schema *schema = &match_schema[f->type];
	struct match_features *out;

	if (!linkage_may_be_held(schema, match_linkage(f)))
		return f;
	out = arena_copy(arena, f, match_features_size(f));
	linkage_hold(schema, (struct linkage_features *)(out + 1), holders, ctx);
	return out;
}

size_t match_keys(const struct match_features *f, uint64_t key[MATCH_KEYS_MAX])
{
	struct linkage_key found[MATCH_KEYS_MAX];
	const size_t n = linkage_keys(&match_schema[f->type], match_linkage(f), found, MATCH_KEYS_MAX);
	size_t distinct = 0;

	for (size_t i = 0; i < n; i++) {
		size_t at = 0;

		while (at < distinct && key[at] != found[i].hash)
			at++;
		if (at == distinct)
			key[distinct++] = found[i].hash;
	}
	return distinct;
}

uint32_t match_decisive(const struct match_features *f)
{
	return linkage_decisive(&match_schema[f->type], match_linkage(f));
}

/* --- verdicts ---------------------------------------------------------------------------------------------------------- */

struct compared {
	const struct linkage_schema *schema;
	const struct match_thresholds *at;
	const struct linkage_features *a, *b;
	struct linkage_result r;
	struct match_result *out;
};

enum { SAME = 0 };

static unsigned worst_of(const struct compared *c, unsigned field)
{
	return (unsigned)linkage_level_count(c->schema->field[field].kind) - 1;
}

static bool same(const struct compared *c, unsigned field)
{
	return c->r.level[field] == SAME;
}

static bool differs(const struct compared *c, unsigned field)
{
	return c->r.level[field] == worst_of(c, field);
}

static bool agrees(const struct compared *c, unsigned field)
{
	return c->r.level[field] < worst_of(c, field);
}

/* The same, but for a typing error. */
static bool nearly_same(const struct compared *c, unsigned field)
{
	return c->r.level[field] <= 1;
}

static bool has(const struct linkage_features *f, unsigned field)
{
	size_t len;

	linkage_value(f, field, &len);
	return len > 0;
}

static void decide(const struct compared *c, enum match_verdict verdict, bool strong, const char *why)
{
	c->out->verdict = verdict;
	c->out->strong = strong;
	c->out->why = why;
}

static bool may_link(const struct compared *c)
{
	return c->out->score >= c->at->link;
}

static bool may_ask(const struct compared *c)
{
	return c->out->score >= c->at->review;
}

static bool at_one_address(const struct compared *c)
{
	const unsigned level = c->r.level[MATCH_ORG_ADDRESS];

	return level == LINKAGE_ADDRESS_SAME || level == LINKAGE_ADDRESS_SAME_STREET || level == LINKAGE_ADDRESS_ANOTHER_STREET;
}

static bool is_elsewhere(const struct compared *c)
{
	return c->r.level[MATCH_ORG_ADDRESS] != LINKAGE_UNKNOWN && c->r.level[MATCH_ORG_ADDRESS] >= LINKAGE_ADDRESS_ELSEWHERE;
}

static bool has_the_very_name(const struct compared *c)
{
	return c->r.level[MATCH_ORG_NAME] <= LINKAGE_COMPANY_SAME;
}

static bool known_by_number(const struct compared *c)
{
	return has(c->a, MATCH_ORG_NUMBER) || has(c->b, MATCH_ORG_NUMBER);
}

/*
 * One of the two has a number, and another company of that name would be known by a number of its own: of a name that nobody else
 * has, of one that few have in that place, where one has no street, or of any in that street.
 */
static bool is_the_known_one(const struct compared *c)
{
	const unsigned name = c->r.level[MATCH_ORG_NAME], address = c->r.level[MATCH_ORG_ADDRESS];
	const bool few = name <= LINKAGE_COMPANY_SAME_UNCOMMON && address == LINKAGE_ADDRESS_SAME_PLACE && !differs(c, MATCH_ORG_DOMAIN);
	const bool any = has_the_very_name(c) && address == LINKAGE_ADDRESS_ANOTHER_NUMBER;

	return (name == LINKAGE_COMPANY_SAME_UNIQUE || few || any) && known_by_number(c);
}

static bool shares_site_of_several(const struct compared *c)
{
	return c->r.level[MATCH_ORG_DOMAIN] == LINKAGE_DOMAIN_OF_SEVERAL;
}

/* A web site that several have is that of one at one place only: branches share a brand's. */
static bool is_of_that_site(const struct compared *c)
{
	return same(c, MATCH_ORG_DOMAIN) || (shares_site_of_several(c) && !is_elsewhere(c)) || agrees(c, MATCH_ORG_EMAIL);
}

/* Facts beside the name, a mistyped number among them. */
static unsigned facts(const struct compared *c)
{
	return (unsigned)(at_one_address(c) || is_the_known_one(c)) + is_of_that_site(c) + nearly_same(c, MATCH_ORG_PHONE) +
	       agrees(c, MATCH_ORG_SITES) + (c->r.level[MATCH_ORG_NUMBER] != LINKAGE_UNKNOWN && agrees(c, MATCH_ORG_NUMBER));
}

/* Members of a VAT group give its number, as well as their own, and share words of their names, a web site, or nothing. */
static bool may_be_of_one_group(const struct compared *c)
{
	const bool several = shares_site_of_several(c);
	const bool sisters = several || differs(c, MATCH_ORG_PHONE) || differs(c, MATCH_ORG_FORM) || differs(c, MATCH_ORG_DOMAIN);

	switch (c->r.level[MATCH_ORG_NAME]) {
	case LINKAGE_COMPANY_RARE_WORD:
		return true;
	case LINKAGE_COMPANY_PART_RARE:
	case LINKAGE_COMPANY_WORD:
		return sisters || !same(c, MATCH_ORG_DOMAIN);
	case LINKAGE_COMPANY_DIFFERENT:
		return differs(c, MATCH_ORG_FORM) || (several && is_elsewhere(c)) ||
		       (differs(c, MATCH_ORG_DOMAIN) && at_one_address(c) && !same(c, MATCH_ORG_PHONE));
	default:
		return false;
	}
}

/*
 * One name in two legal forms is two companies often enough, but for the very name at the very address; so are a name and a longer
 * one elsewhere.
 */
static bool may_be_two(const struct compared *c)
{
	return (differs(c, MATCH_ORG_FORM) && !(has_the_very_name(c) && at_one_address(c))) ||
	       (c->r.level[MATCH_ORG_NAME] == LINKAGE_COMPANY_PART && is_elsewhere(c));
}

/* All but what it is called: another company there would be known by a number of its own. */
static bool is_called_otherwise(const struct compared *c)
{
	return differs(c, MATCH_ORG_NAME) && c->r.level[MATCH_ORG_ADDRESS] <= LINKAGE_ADDRESS_SAME_PLACE && same(c, MATCH_ORG_DOMAIN) &&
	       same(c, MATCH_ORG_PHONE) && known_by_number(c);
}

static void decide_organization(const struct compared *c)
{
	const bool known_by_name = agrees(c, MATCH_ORG_NAME);
	const unsigned beside = facts(c);
	const bool elsewhere = differs(c, MATCH_ORG_ADDRESS) || differs(c, MATCH_ORG_DOMAIN) || differs(c, MATCH_ORG_PHONE);

	if (differs(c, MATCH_ORG_NUMBER))
		decide(c, MATCH_NEW, true, "two different valid enterprise numbers");
	else if (same(c, MATCH_ORG_NUMBER) && may_be_of_one_group(c))
		decide(c, MATCH_REVIEW, true, "the same valid enterprise number, but names as two companies of one group have");
	else if (same(c, MATCH_ORG_NUMBER) && (may_ask(c) || !elsewhere))
		decide(c, MATCH_LINK, true, "the same valid enterprise number");
	else if (same(c, MATCH_ORG_NUMBER))
		decide(c, MATCH_REVIEW, true, "the same valid enterprise number, but too much else differs");
	else if (may_link(c) && nearly_same(c, MATCH_ORG_NUMBER) && beside >= 2)
		decide(c, MATCH_LINK, false, "an enterprise number one typing error from the other's, and all fields taken together");
	else if (!beside && !agrees(c, MATCH_ORG_ADDRESS))
		decide(c, MATCH_NEW, false, known_by_name ? "the names agree and nothing else does" : "nothing agrees");
	else if (may_link(c) && known_by_name && beside >= 1 + (unsigned)may_be_two(c))
		decide(c, MATCH_LINK, false, "all fields taken together");
	else if (may_link(c) && is_called_otherwise(c))
		decide(c, MATCH_LINK, false, "all but the name, and one of the two is known by its number");
	else if (may_ask(c))
		decide(c, MATCH_REVIEW, false, known_by_name ? "much agrees, too little to be sure"
							     : "much agrees, but the names do not");
	else
		decide(c, MATCH_NEW, false, known_by_name ? "the names agree and too little else does"
							  : "the names do not agree");
}

/* Both have addresses of their own at one company, and not one in common: two people of the same name. */
static bool colleagues(const struct compared *c)
{
	return !same(c, MATCH_CONTACT_EMAIL) && linkage_shares(c->a, c->b, MATCH_CONTACT_DOMAIN);
}

static void decide_contact(const struct compared *c)
{
	const bool nameless = (!has(c->a, MATCH_CONTACT_FAMILY) && !has(c->a, MATCH_CONTACT_GIVEN)) ||
			      (!has(c->b, MATCH_CONTACT_FAMILY) && !has(c->b, MATCH_CONTACT_GIVEN));
	const bool whole = agrees(c, MATCH_CONTACT_FAMILY) && agrees(c, MATCH_CONTACT_GIVEN);
	const bool reachable = same(c, MATCH_CONTACT_EMAIL) || same(c, MATCH_CONTACT_PHONE);

	if (differs(c, MATCH_CONTACT_FAMILY) || differs(c, MATCH_CONTACT_GIVEN))
		decide(c, MATCH_NEW, false, "the names do not agree");
	else if (same(c, MATCH_CONTACT_EMAIL) && agrees(c, MATCH_CONTACT_FAMILY) && may_link(c))
		decide(c, MATCH_LINK, true, "the same personal mail address, and the names agree");
	else if (reachable && whole && may_link(c))
		decide(c, MATCH_LINK, false, "all fields taken together");
	else if (same(c, MATCH_CONTACT_EMAIL) && nameless)
		decide(c, MATCH_REVIEW, false, "the same personal mail address, and one of them has no name");
	else if (whole && !colleagues(c) && (reachable || same(c, MATCH_CONTACT_ORGANIZATION)) && may_ask(c))
		decide(c, MATCH_REVIEW, false, "much agrees, too little to be sure");
	else
		decide(c, MATCH_NEW, false, "a name alone identifies nobody");
}

static void decide_referral(const struct compared *c)
{
	if (same(c, MATCH_REFERRAL_FROM) && same(c, MATCH_REFERRAL_TO) && same(c, MATCH_REFERRAL_ORGANIZATION) &&
		same(c, MATCH_REFERRAL_SERVICE) && !differs(c, MATCH_REFERRAL_CONTACT) && !differs(c, MATCH_REFERRAL_DAY))
		decide(c, MATCH_LINK, true,
			"the same company referred between the same partners for the same service");
	else
		decide(c, MATCH_NEW, false, "another referral");
}

static void decide_participation(const struct compared *c)
{
	if (same(c, MATCH_PARTICIPATION_CONTACT) && same(c, MATCH_PARTICIPATION_ACTIVITY) &&
		!differs(c, MATCH_PARTICIPATION_KIND) && !differs(c, MATCH_PARTICIPATION_DAY))
		decide(c, MATCH_LINK, true, "the same person at the same activity");
	else
		decide(c, MATCH_NEW, false, "another participation");
}

#define EVIDENCE_LEAST 0.005   /* bits; less is not told */

static void tell(const struct linkage_schema *schema, const struct linkage_result *r, struct match_result *out)
{
	for (unsigned f = 0; f < schema->nfields; f++)
		if (r->level[f] != LINKAGE_UNKNOWN) {
			assert(out->n < MATCH_EVIDENCE_MAX);
			out->evidence[out->n++] = (struct match_evidence){
				schema->field[f].name, linkage_level_name(schema->field[f].kind, r->level[f]), r->weight[f]};
		}
	if (r->near < -EVIDENCE_LEAST)
		out->evidence[out->n++] = (struct match_evidence){"near", "others that are near each other look like this", r->near};
}

void match_compare_at(const struct match_model *model, const struct match_thresholds *at, const struct match_features *a,
	const struct match_features *b, struct match_result *out)
{
	const enum record_type type = (enum record_type)a->type;
	struct compared c = {.schema = &match_schema[type], .at = at, .a = match_linkage(a), .b = match_linkage(b), .out = out};

	assert(a->type == b->type);
	linkage_compare(model->type[type], c.a, c.b, &c.r);
	*out = (struct match_result){.prior = c.r.prior, .score = c.r.score, .link_at = at->link, .review_at = at->review};
	tell(&match_schema[type], &c.r, out);
	switch (type) {
	case RECORD_ORGANIZATION:
		decide_organization(&c);
		break;
	case RECORD_CONTACT:
		decide_contact(&c);
		break;
	case RECORD_REFERRAL:
		decide_referral(&c);
		break;
	case RECORD_PARTICIPATION:
		decide_participation(&c);
		break;
	case RECORD_TYPES:
		break;
	}
}

void match_compare(const struct match_model *model, const struct match_features *a, const struct match_features *b,
	struct match_result *out)
{
	const struct linkage_model *m = model->type[a->type];
	const struct match_thresholds at = {linkage_link_at(m), linkage_review_at(m)};

	match_compare_at(model, &at, a, b, out);
}

/* --- several of which it can be one ------------------------------------------------------------------------------------ */

#define TWICE 5   /* bits: a source has one and the same twice so much more rarely than two sources have it */

/* What the record and two others have is of several. */
static unsigned of_several(void *ctx, uint64_t key)
{
	(void)ctx;
	(void)key;
	return 2;
}

/* held: a's features, with that in mind. */
static bool are_apart(const struct match_model *model, const struct match_rival *a, const struct match_features *held,
	const struct match_rival *b)
{
	struct match_result r;

	match_compare(model, held, b->features, &r);
	if (a->sources & b->sources)
		return r.verdict != MATCH_LINK || r.score - TWICE < linkage_link_at(model->type[a->features->type]);
	return r.strong && r.verdict == MATCH_NEW;
}

static void lower(const struct match_model *model, enum record_type type, struct match_result *r, double odds)
{
	const double bits = -log2(1 + odds);

	if (bits > -EVIDENCE_LEAST)
		return;
	r->score += bits;
	if (r->n < MATCH_EVIDENCE_MAX)
		r->evidence[r->n++] = (struct match_evidence){"others", "others that are not the same agree as well", bits};
	if (r->score < linkage_review_at(model->type[type])) {
		r->verdict = MATCH_NEW;
		r->why = "others agree as well, so that none of them stands out";
	} else if (r->verdict == MATCH_LINK && r->score < linkage_link_at(model->type[type])) {
		r->verdict = MATCH_REVIEW;
		r->why = "others agree as well";
	}
}

void match_contest(const struct match_model *model, const struct match_rival *rival, size_t n)
{
	AUTO(arena_free) struct arena *arena = arena_new();
	double odds[n + 1];

	for (size_t i = 0; i < n; i++) {
		const struct match_features *held = i ? match_held(arena, rival[i].features, of_several, NULL) : NULL;

		odds[i] = 0;
		for (size_t k = 0; k < i; k++)
			if (rival[i].result->verdict != MATCH_NEW && rival[k].result->verdict != MATCH_NEW &&
				are_apart(model, &rival[i], held, &rival[k])) {
				odds[i] += exp2(rival[k].result->score);
				odds[k] += exp2(rival[i].result->score);
			}
	}
	for (size_t i = 0; i < n; i++)
		if (!rival[i].result->strong)
			lower(model, (enum record_type)rival[i].features->type, rival[i].result, odds[i]);
}
