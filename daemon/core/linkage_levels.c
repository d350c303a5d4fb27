/* How well two records agree in one field. */
#include "core/linkage_sides.h"

#include "core/normalise.h"

static double alike(const struct sides *s)
{
	struct similar_text x, y;

	similar_decode(s->xs, s->x->len, &x);
	similar_decode(s->ys, s->y->len, &y);
	return similar_jaro_winkler(&x, &y);
}

static bool sounds_alike(const struct sides *s)
{
	char x[SIMILAR_SOUND_MAX], y[SIMILAR_SOUND_MAX];
	const size_t n = similar_sound(s->xs, s->x->len, x);

	return n > 1 && similar_sound(s->ys, s->y->len, y) == n && !memcmp(x, y, n);
}

static bool begins_alike(const struct sides *s, size_t least)
{
	return s->shorter >= least && !memcmp(s->xs, s->ys, s->shorter);
}

static bool ends_alike(const struct sides *s, size_t least)
{
	return s->shorter >= least &&
	       !memcmp(s->xs + s->x->len - s->shorter, s->ys + s->y->len - s->shorter, s->shorter);
}

/* --- kinds with one text: the positions in LINKAGE_KIND_LIST ------------------------------------------------------ */

static unsigned level_of_name(const struct sides *s)
{
	enum { SAME, TYPING, CLOSE, INITIAL, EXCHANGED, DIFFERENT };
	double similarity;
	unsigned changes;

	if (equal(s))
		return SAME;
	if (s->shorter == 1)
		return *s->xs == *s->ys ? INITIAL : DIFFERENT;
	changes = edits(s, 2);
	similarity = alike(s);
	if ((changes == 1 && s->shorter >= 4) || similarity >= 0.94)
		return TYPING;
	if (changes == 1 || (changes == 2 && s->shorter >= 6) || similarity >= 0.86 || begins_alike(s, 3) ||
		ends_alike(s, 4) || sounds_alike(s))
		return CLOSE;
	return DIFFERENT;
}

/* Streets and places. */
static unsigned level_of_words(const struct sides *s)
{
	enum { SAME, TYPING, CLOSE, EXCHANGED, DIFFERENT };
	double similarity;
	unsigned changes;

	if (equal(s))
		return SAME;
	changes = edits(s, s->shorter >= 12 ? 3 : 2);
	similarity = alike(s);
	if ((changes == 1 && s->shorter >= 4) || (changes == 2 && s->shorter >= 9) || similarity >= 0.96)
		return TYPING;
	if ((changes <= 3 && s->shorter >= 12) || (changes <= 2 && s->shorter >= 6) || similarity >= 0.90 ||
		begins_alike(s, 5) || ends_alike(s, 5))
		return CLOSE;
	return DIFFERENT;
}

static bool day_and_month_exchanged(const struct sides *s)
{
	return s->x->len == 8 && s->y->len == 8 && !memcmp(s->xs, s->ys, 4) && !memcmp(s->xs + 4, s->ys + 6, 2) &&
	       !memcmp(s->xs + 6, s->ys + 4, 2);
}

static unsigned level_of_date(const struct sides *s)
{
	enum { SAME, TYPING, NEAR, DIFFERENT };
	unsigned changes;

	if (equal(s))
		return SAME;
	changes = edits(s, 2);
	if (changes == 1 || day_and_month_exchanged(s))
		return TYPING;
	return changes == 2 || begins_alike(s, 6) ? NEAR : DIFFERENT;
}

static unsigned level_of_number(const struct sides *s)
{
	if (equal(s))
		return 0;
	return s->shorter < 4 ? 3 : edits(s, 2);
}

static unsigned level_of_house_number(const struct sides *s)
{
	enum { SAME, TYPING, DIFFERENT };
	size_t x = 0, y = 0;

	if (equal(s))
		return SAME;
	while (x < s->x->len && s->xs[x] >= '0' && s->xs[x] <= '9')
		x++;
	while (y < s->y->len && s->ys[y] >= '0' && s->ys[y] <= '9')
		y++;
	if (x && x == y && !memcmp(s->xs, s->ys, x)) /* "12" and "12a" */
		return TYPING;
	return s->shorter >= 2 && edits(s, 1) == 1 ? TYPING : DIFFERENT;
}

static unsigned level_of_postal(const struct sides *s)
{
	enum { SAME, TYPING, AREA, DIFFERENT };

	if (equal(s))
		return SAME;
	if (s->shorter >= 4 && edits(s, 1) == 1)
		return TYPING;
	return s->shorter >= 2 && !memcmp(s->xs, s->ys, 2) ? AREA : DIFFERENT;
}

static unsigned level_of_code(const struct sides *s)
{
	if (equal(s))
		return 0;
	return s->shorter >= 2 && edits(s, 1) == 1 ? 1 : 2;
}

/* Of a mistyped one, only what it may have been says something. */
static unsigned level_of_identifier(const struct sides *s)
{
	enum { SAME, TYPING, DIFFERENT };
	const size_t x = *s->xs == LINKAGE_MISTYPED, y = *s->ys == LINKAGE_MISTYPED;
	struct similar_text a, b;

	if (!x && !y)
		return equal(s) ? SAME : DIFFERENT;
	similar_decode(s->xs + x, s->x->len - x, &a);
	similar_decode(s->ys + y, s->y->len - y, &b);
	return similar_edits(&a, &b, 1) <= 1 ? TYPING : LINKAGE_UNKNOWN;
}

/* Who gives a mobile telephone here and a landline there has two: that they differ says nothing. */
static unsigned level_of_phone(const struct sides *s)
{
	enum { SAME, TYPING, ANOTHER_KIND, DIFFERENT };

	if (equal(s))
		return SAME;
	if (phone_is_mobile(s->xs, s->x->len) != phone_is_mobile(s->ys, s->y->len))
		return ANOTHER_KIND;
	return s->shorter >= 8 && edits(s, 1) == 1 ? TYPING : DIFFERENT;
}

static unsigned level_of_email(const struct sides *s)
{
	const unsigned longer = s->x->len > s->y->len ? s->x->len : s->y->len;

	if (equal(s))
		return 0;
	return s->shorter >= 8 && longer - s->shorter <= 2 && edits(s, 2) <= 2 ? 1 : 2;
}

static bool held_by_several(const struct sides *s)
{
	return s->x->holders > 1 || s->y->holders > 1;
}

/* "acme.be" and "acme.com" are close. */
static unsigned level_of_domain(const struct sides *s)
{
	const char *x, *y;

	if (equal(s))
		return held_by_several(s) ? LINKAGE_DOMAIN_OF_SEVERAL : LINKAGE_DOMAIN_SAME;
	x = memrchr(s->xs, '.', s->x->len);
	y = memrchr(s->ys, '.', s->y->len);
	if (x && y && x - s->xs == y - s->ys && x - s->xs >= 4 && !memcmp(s->xs, s->ys, (size_t)(x - s->xs)))
		return LINKAGE_DOMAIN_TYPING;
	return s->shorter >= 8 && edits(s, 1) == 1 ? LINKAGE_DOMAIN_TYPING : LINKAGE_DOMAIN_DIFFERENT;
}

/* --- fields --------------------------------------------------------------------------------------------------------- */

static unsigned level_of(enum linkage_kind kind, const struct sides *s)
{
	switch (kind) {
	case LINKAGE_NAME:
		return level_of_name(s);
	case LINKAGE_COMPANY:
		return linkage_level_of_company(s);
	case LINKAGE_DATE:
		return level_of_date(s);
	case LINKAGE_NUMBER:
		return level_of_number(s);
	case LINKAGE_STREET:
	case LINKAGE_PLACE:
		return level_of_words(s);
	case LINKAGE_HOUSE_NUMBER:
		return level_of_house_number(s);
	case LINKAGE_POSTAL:
		return level_of_postal(s);
	case LINKAGE_CODE:
		return level_of_code(s);
	case LINKAGE_KEY:
		return !equal(s);
	case LINKAGE_IDENTIFIER:
		return level_of_identifier(s);
	case LINKAGE_EMAIL:
		return level_of_email(s);
	case LINKAGE_PHONE:
		return level_of_phone(s);
	case LINKAGE_DOMAIN:
		return level_of_domain(s);
	case LINKAGE_ADDRESS:
	case LINKAGE_KINDS:
		break;
	}
	return 0;
}

/* The best of all pairs of values. */
static struct linkage_agreement best_of(enum linkage_kind kind, const struct linkage_features *a, unsigned field_a,
	const struct linkage_features *b, unsigned field_b)
{
	struct linkage_agreement best = {.level = LINKAGE_UNKNOWN};

	for (size_t i = a->first[field_a]; i < a->first[field_a + 1]; i++)
		for (size_t k = b->first[field_b]; k < b->first[field_b + 1]; k++) {
			const struct sides s = sides_of(a, b, &a->value[i], &b->value[k]);
			const unsigned level = level_of(kind, &s);

			if (level < best.level)
				best = (struct linkage_agreement){
					(uint8_t)level, (uint8_t)((a->value[i].rarity + b->value[k].rarity + 1) / 2)};
			if (!level)
				return best;
		}
	return best;
}

static unsigned last_level(enum linkage_kind kind)
{
	return (unsigned)linkage_level_count(kind) - 1;
}

/* --- addresses ------------------------------------------------------------------------------------------------------- */

enum tongue { DUTCH, FRENCH, GERMAN };

static bool ends_with(const char *street, size_t n, const char *word)
{
	const size_t len = strlen(word);

	return n > len && !memcmp(street + n - len, word, len);
}

/* By the word for what it is: at the end in Dutch and German, in front in French. */
static enum tongue tongue_of(const char *street, size_t n)
{
	static const char *const dutch[] = {"dreef", "kaai", "laan", "plein", "straat", "vest", "weg"};
	static const char *const german[] = {"allee", "gasse", "platz", "strasse"};
	static const char *const french[] = {"allee", "avenue", "boulevard", "chaussee", "chemin", "clos", "drevede", "drevedu",
		"esplanade", "grandplace", "grandrue", "impasse", "place", "quai", "route", "rue", "sentier", "square", "venelle"};

	for (size_t i = 0; i < sizeof dutch / sizeof *dutch; i++)
		if (ends_with(street, n, dutch[i]))
			return DUTCH;
	for (size_t i = 0; i < sizeof german / sizeof *german; i++)
		if (ends_with(street, n, german[i]))
			return GERMAN;
	for (size_t i = 0; i < sizeof french / sizeof *french; i++)
		if (n > strlen(french[i]) && !memcmp(street, french[i], strlen(french[i])))
			return FRENCH;
	return DUTCH;
}

/* Streets of which one may be the other in another language. */
static bool in_two_tongues(const struct linkage_features *a, const struct linkage_features *b, unsigned street)
{
	const struct linkage_value *x = &a->value[a->first[street]], *y = &b->value[b->first[street]];

	return tongue_of(text_of(a) + x->at, x->len) != tongue_of(text_of(b) + y->at, y->len);
}

static struct linkage_agreement address(const struct linkage_schema *schema, const struct linkage_field *f,
	const struct linkage_features *a, const struct linkage_features *b)
{
	const unsigned street = best_of(schema->field[f->street].kind, a, f->street, b, f->street).level;
	const unsigned number = best_of(schema->field[f->number].kind, a, f->number, b, f->number).level;
	const unsigned place = best_of(schema->field[f->place].kind, a, f->place, b, f->place).level;
	unsigned postal = best_of(schema->field[f->postal].kind, a, f->postal, b, f->postal).level;
	const bool streets_agree = street < 3;

	/* Places have names in several languages: only that they are the same says something. */
	if (postal == LINKAGE_UNKNOWN && place <= 1)
		postal = 0;
	if (street == LINKAGE_UNKNOWN && postal == LINKAGE_UNKNOWN)
		return (struct linkage_agreement){.level = LINKAGE_UNKNOWN};
	if (streets_agree && (postal <= 1 || postal == LINKAGE_UNKNOWN)) {
		if (number == LINKAGE_UNKNOWN)
			return (struct linkage_agreement){.level = LINKAGE_ADDRESS_SAME_STREET};
		return (struct linkage_agreement){.level = number <= 1 ? LINKAGE_ADDRESS_SAME : LINKAGE_ADDRESS_ANOTHER_NUMBER};
	}
	if (postal == 0)
		return (struct linkage_agreement){.level = street == LINKAGE_UNKNOWN ? LINKAGE_ADDRESS_SAME_PLACE
						      : number == 0 && in_two_tongues(a, b, f->street)
							      ? LINKAGE_ADDRESS_ANOTHER_STREET
							      : LINKAGE_ADDRESS_ELSEWHERE};
	if (postal <= 2)
		return (struct linkage_agreement){.level = LINKAGE_ADDRESS_NEARBY};
	return (struct linkage_agreement){.level = LINKAGE_ADDRESS_DIFFERENT};
}

struct linkage_agreement linkage_agree(const struct linkage_schema *schema, const struct linkage_features *a,
	const struct linkage_features *b, unsigned field)
{
	const struct linkage_field *f = &schema->field[field];
	struct linkage_agreement out, crossed;

	if (f->kind == LINKAGE_ADDRESS)
		return address(schema, f, a, b);
	if (f->kind == LINKAGE_COMPANY && f->place)
		return linkage_names_in_place(best_of(f->kind, a, field, b, field), f, a, b, field);
	out = best_of(f->kind, a, field, b, field);
	if (f->domain && out.level == last_level(f->kind) &&
		best_of(schema->field[f->domain].kind, a, f->domain, b, f->domain).level == last_level(schema->field[f->domain].kind))
		out.level = LINKAGE_UNKNOWN;
	if (f->twin < 0 || (out.level != LINKAGE_UNKNOWN && out.level != last_level(f->kind)))
		return out;
	crossed = best_of(f->kind, a, field, b, (unsigned)f->twin);
	if (crossed.level <= 1)
		return (struct linkage_agreement){(uint8_t)(last_level(f->kind) - 1), crossed.rarity};
	return out;
}
