/* How well two records agree in one field. */
#include "core/linkage_parts.h"

#include <string.h>

#include "core/normalise.h"
#include "core/similar.h"

/* One value of each side. */
struct sides {
	const struct linkage_features *a, *b;
	const struct linkage_value *x, *y;
	const char *xs, *ys;
	size_t shorter;
};

static struct sides sides_of(const struct linkage_features *a, const struct linkage_features *b,
	const struct linkage_value *x, const struct linkage_value *y)
{
	return (struct sides){a, b, x, y, text_of(a) + x->at, text_of(b) + y->at, x->len < y->len ? x->len : y->len};
}

static bool equal(const struct sides *s)
{
	return s->x->hash == s->y->hash && s->x->len == s->y->len && !memcmp(s->xs, s->ys, s->x->len);
}

static unsigned edits(const struct sides *s, unsigned max)
{
	struct similar_text x, y;

	if ((unsigned)(s->x->len > s->y->len ? s->x->len - s->y->len : s->y->len - s->x->len) > 4 * max)
		return max + 1;
	similar_decode(s->xs, s->x->len, &x);
	similar_decode(s->ys, s->y->len, &y);
	return similar_edits(&x, &y, max);
}

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

/* "acme.be" and "acme.com" are close. */
static unsigned level_of_domain(const struct sides *s)
{
	const char *x, *y;

	if (equal(s))
		return 0;
	x = memrchr(s->xs, '.', s->x->len);
	y = memrchr(s->ys, '.', s->y->len);
	if (x && y && x - s->xs == y - s->ys && x - s->xs >= 4 && !memcmp(s->xs, s->ys, (size_t)(x - s->xs)))
		return 1;
	return s->shorter >= 8 && edits(s, 1) == 1 ? 1 : 2;
}

/* --- company names: words that count by how rare they are ------------------------------------------------------------ */

/* Of words that are in no table, rarity is LINKAGE_RAREST: bounds are relative to that. */
enum { RARE_NAME = LINKAGE_RAREST, UNCOMMON_NAME = LINKAGE_RAREST * 11 / 15, RARE_WORD = LINKAGE_RAREST * 12 / 15,
	UNRATED = LINKAGE_RAREST * 2 / 3 };

static unsigned rarity_of(const struct linkage_word *w)
{
	return w->rarity ? w->rarity : UNRATED;
}

static bool has_digit(const char *text, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (text[i] >= '0' && text[i] <= '9')
			return true;
	return false;
}

/* "zn" of "zonen", "mgmt" of "management": its first and last letter, and some between them in their order. */
static bool is_contraction(const char *x, size_t nx, const char *y, size_t ny)
{
	size_t at = 0;

	if (nx < 2 || nx > 4 || ny < 2 * nx || *x != *y || x[nx - 1] != y[ny - 1])
		return false;
	for (size_t i = 0; i < ny && at < nx; i++)
		at += y[i] == x[at];
	return at == nx;
}

enum { WORD_OTHER, WORD_CLOSE, WORD_SAME };

static unsigned compare_words(const char *x, size_t nx, const char *y, size_t ny)
{
	struct similar_text a, b;
	const size_t shorter = nx < ny ? nx : ny;

	if (nx == ny && !memcmp(x, y, nx))
		return WORD_SAME;
	/* "garage 2" is not "garage 3". */
	if (shorter >= 3 && !memcmp(x, y, shorter) && !has_digit(x, nx) && !has_digit(y, ny))
		return WORD_CLOSE;   /* an abbreviation */
	if (is_contraction(x, nx, y, ny) || is_contraction(y, ny, x, nx))
		return WORD_CLOSE;
	if (shorter < 4 || (*x != *y && x[1] != y[1] && x[0] != y[1]) || has_digit(x, nx) || has_digit(y, ny))
		return WORD_OTHER;
	similar_decode(x, nx, &a);
	similar_decode(y, ny, &b);
	if (similar_edits(&a, &b, shorter >= 8 ? 2 : 1) <= (shorter >= 8 ? 2 : 1) || similar_jaro_winkler(&a, &b) >= 0.94)
		return WORD_CLOSE;
	return WORD_OTHER;
}

/* The words of "Centrum voor Onderzoek" that an acronym may leave out: those that stand for nothing by themselves. */
static bool is_small_word(const char *word, size_t n)
{
	static const char *const small[] = {"a", "and", "au", "aux", "d", "das", "de", "den", "der", "des", "die", "du", "e",
		"en", "et", "for", "fur", "het", "in", "l", "la", "le", "les", "of", "op", "pour", "s", "t", "te", "the", "um",
		"und", "van", "voor", "zu"};

	for (size_t i = 0; i < sizeof small / sizeof *small; i++)
		if (strlen(small[i]) == n && !memcmp(small[i], word, n))
			return true;
	return false;
}

/* Initials in their order; small words may be left out, each for itself. */
static bool is_acronym(const struct linkage_features *f, const struct linkage_value *of, const char *short_name, size_t n)
{
	const struct linkage_word *w = words_of(f) + of->first_word;
	uint32_t reached = 1;   /* bit i: the words so far give the first i letters */

	if (n < 3 || n > 12 || of->words < n)
		return false;
	for (size_t i = 0; i < of->words && reached; i++) {
		const char *word = text_of(f) + w[i].at;
		uint32_t next = is_small_word(word, w[i].len) ? reached : 0;

		for (size_t at = 0; at < n; at++)
			if (reached >> at & 1 && *word == short_name[at])
				next |= UINT32_C(2) << at;
		reached = next;
	}
	return reached >> n & 1;
}

struct shared_words {
	unsigned info, all_x, all_y;    /* rarity of what is shared, and of all words of each side */
	unsigned rarest;                /* of what is shared */
	unsigned rarest_x, rarest_y;    /* of all words of each side */
	bool exact, number_differs;
};

static void share_words(const struct sides *s, struct shared_words *out)
{
	const struct linkage_word *x = words_of(s->a) + s->x->first_word, *y = words_of(s->b) + s->y->first_word;
	bool number_x = false, number_y = false;
	uint32_t used = 0;

	*out = (struct shared_words){.exact = true};
	for (size_t k = 0; k < s->y->words; k++) {
		out->all_y += rarity_of(&y[k]);
		out->rarest_y = rarity_of(&y[k]) > out->rarest_y ? rarity_of(&y[k]) : out->rarest_y;
	}
	for (size_t i = 0; i < s->x->words; i++) {
		const char *text = text_of(s->a) + x[i].at;
		unsigned best = WORD_OTHER;
		size_t at = 0;

		out->all_x += rarity_of(&x[i]);
		out->rarest_x = rarity_of(&x[i]) > out->rarest_x ? rarity_of(&x[i]) : out->rarest_x;
		for (size_t k = 0; k < s->y->words && best != WORD_SAME; k++) {
			unsigned same;

			if (used >> k & 1)
				continue;
			same = compare_words(text, x[i].len, text_of(s->b) + y[k].at, y[k].len);
			if (same > best) {
				best = same;
				at = k;
			}
		}
		if (best == WORD_OTHER) {
			number_x = number_x || has_digit(text, x[i].len);
			continue;
		}
		used |= UINT32_C(1) << at;
		out->exact = out->exact && best == WORD_SAME;

		const unsigned rarity = (rarity_of(&x[i]) + rarity_of(&y[at])) / 2;

		out->info += rarity;
		if (rarity > out->rarest)
			out->rarest = rarity;
	}
	for (size_t k = 0; k < s->y->words; k++)
		if (!(used >> k & 1))
			number_y = number_y || has_digit(text_of(s->b) + y[k].at, y[k].len);
	out->number_differs = number_x && number_y;
}

/* How few have a name: by its rarest word, and half of what the others add, since words of names go together. */
static unsigned rarity_of_name(unsigned rarest, unsigned all)
{
	return rarest + (all - rarest) / 2;
}

static unsigned level_of_company(const struct sides *s)
{
	struct shared_words w;
	unsigned less, rarity_x, rarity_y, rarity;

	share_words(s, &w);
	less = w.all_x < w.all_y ? w.all_x : w.all_y;
	rarity_x = rarity_of_name(w.rarest_x, w.all_x);
	rarity_y = rarity_of_name(w.rarest_y, w.all_y);
	rarity = rarity_x < rarity_y ? rarity_x : rarity_y;
	if (equal(s) || (w.info == w.all_x && w.info == w.all_y && w.exact))
		return w.rarest_x >= RARE_NAME && w.rarest_y >= RARE_NAME ? LINKAGE_COMPANY_SAME_RAREST
		       : rarity >= RARE_NAME                              ? LINKAGE_COMPANY_SAME_RARE
		       : rarity >= UNCOMMON_NAME                          ? LINKAGE_COMPANY_SAME_UNCOMMON
									  : LINKAGE_COMPANY_SAME;
	if (w.number_differs)
		return LINKAGE_COMPANY_DIFFERENT;
	if ((5 * w.info >= 4 * w.all_x && 5 * w.info >= 4 * w.all_y) ||
		(s->shorter >= 6 && !has_digit(s->xs, s->x->len) && !has_digit(s->ys, s->y->len) && edits(s, 2) <= 2))
		return rarity >= UNCOMMON_NAME ? LINKAGE_COMPANY_CLOSE_RARE : LINKAGE_COMPANY_CLOSE;
	if (5 * w.info >= 4 * less)
		return w.rarest >= RARE_WORD ? LINKAGE_COMPANY_PART_RARE : LINKAGE_COMPANY_PART;
	if (is_acronym(s->a, s->x, s->ys, s->y->len) || is_acronym(s->b, s->y, s->xs, s->x->len))
		return LINKAGE_COMPANY_ACRONYM;
	return w.rarest >= RARE_WORD ? LINKAGE_COMPANY_RARE_WORD : w.info ? LINKAGE_COMPANY_WORD : LINKAGE_COMPANY_DIFFERENT;
}

/* --- fields --------------------------------------------------------------------------------------------------------- */

static unsigned level_of(enum linkage_kind kind, const struct sides *s)
{
	switch (kind) {
	case LINKAGE_NAME:
		return level_of_name(s);
	case LINKAGE_COMPANY:
		return level_of_company(s);
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
		return (struct linkage_agreement){.level = number == 0 ? LINKAGE_ADDRESS_ANOTHER_STREET : LINKAGE_ADDRESS_SAME_PLACE};
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
	out = best_of(f->kind, a, field, b, field);
	if (f->twin < 0 || (out.level != LINKAGE_UNKNOWN && out.level != last_level(f->kind)))
		return out;
	crossed = best_of(f->kind, a, field, b, (unsigned)f->twin);
	if (crossed.level <= 1)
		return (struct linkage_agreement){(uint8_t)(last_level(f->kind) - 1), crossed.rarity};
	return out;
}
