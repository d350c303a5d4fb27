/* How well two names of companies agree: by words that count by how rare they are. */
#include "base/hash.h"
#include "core/linkage_sides.h"

/* Of words that are in no table, rarity is LINKAGE_RAREST: bounds are relative to that. UNIQUE_NAME: of all words together. */
enum { UNIQUE_NAME = LINKAGE_RAREST * 5 / 4, RARE_NAME = LINKAGE_RAREST, UNCOMMON_NAME = LINKAGE_RAREST * 19 / 30,
	RARE_WORD = LINKAGE_RAREST * 12 / 15, UNRATED = LINKAGE_RAREST * 3 / 5 };

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

/* How rare they are: all together, and the two rarest. */
struct words {
	unsigned all, rarest, second;
};

struct shared_words {
	struct words shared, x, y;
	bool exact, number_differs;
};

static void add_word(unsigned rarity, struct words *of)
{
	of->all += rarity;
	if (rarity > of->rarest) {
		of->second = of->rarest;
		of->rarest = rarity;
	} else if (rarity > of->second) {
		of->second = rarity;
	}
}

/* Of what is y a form of, as far as it is not used yet. */
static unsigned best_word(const struct sides *s, const struct linkage_word *x, const struct linkage_word *y, uint32_t used, size_t *at)
{
	unsigned best = WORD_OTHER;

	for (size_t k = 0; k < s->y->words && best != WORD_SAME; k++) {
		unsigned same;

		if (used >> k & 1)
			continue;
		same = compare_words(text_of(s->a) + x->at, x->len, text_of(s->b) + y[k].at, y[k].len);
		if (same > best) {
			best = same;
			*at = k;
		}
	}
	return best;
}

static void share_words(const struct sides *s, struct shared_words *out)
{
	const struct linkage_word *x = words_of(s->a) + s->x->first_word, *y = words_of(s->b) + s->y->first_word;
	bool number_x = false, number_y = false;
	uint32_t used = 0;

	*out = (struct shared_words){.exact = true};
	for (size_t i = 0; i < s->x->words; i++) {
		size_t at = 0;
		const unsigned best = best_word(s, &x[i], y, used, &at);

		if (best == WORD_OTHER) {
			number_x = number_x || has_digit(text_of(s->a) + x[i].at, x[i].len);
			add_word(rarity_of(&x[i]), &out->x);
			continue;
		}
		/* What is mistyped or cut is rare in that form, and no rarer than what it stands for. */
		const unsigned rarity = rarity_of(&x[i]) < rarity_of(&y[at]) ? rarity_of(&x[i]) : rarity_of(&y[at]);

		used |= UINT32_C(1) << at;
		out->exact = out->exact && best == WORD_SAME;
		add_word(rarity, &out->shared);
		add_word(rarity, &out->x);
		add_word(rarity, &out->y);
	}
	for (size_t k = 0; k < s->y->words; k++)
		if (!(used >> k & 1)) {
			number_y = number_y || has_digit(text_of(s->b) + y[k].at, y[k].len);
			add_word(rarity_of(&y[k]), &out->y);
		}
	out->number_differs = number_x && number_y;
}

/* How few have a name: by its rarest word, and half of what the next one adds. Those of a phrase go together. */
static unsigned rarity_of_name(const struct words *w)
{
	return w->rarest + w->second / 2;
}

static unsigned level_of_same(const struct shared_words *w, unsigned rarity)
{
	if (w->x.rarest >= RARE_NAME && w->y.rarest >= RARE_NAME)
		return w->x.all >= UNIQUE_NAME && w->y.all >= UNIQUE_NAME ? LINKAGE_COMPANY_SAME_UNIQUE : LINKAGE_COMPANY_SAME_RAREST;
	return rarity >= RARE_NAME       ? LINKAGE_COMPANY_SAME_RARE
	       : rarity >= UNCOMMON_NAME ? LINKAGE_COMPANY_SAME_UNCOMMON
					 : LINKAGE_COMPANY_SAME;
}

unsigned linkage_level_of_company(const struct sides *s)
{
	struct shared_words w;
	unsigned info, less, rarity_x, rarity_y, rarity;

	share_words(s, &w);
	info = w.shared.all;
	less = w.x.all < w.y.all ? w.x.all : w.y.all;
	rarity_x = rarity_of_name(&w.x);
	rarity_y = rarity_of_name(&w.y);
	rarity = rarity_x < rarity_y ? rarity_x : rarity_y;
	if (equal(s) || (info == w.x.all && info == w.y.all && w.exact))
		return level_of_same(&w, rarity);
	if (w.number_differs)
		return LINKAGE_COMPANY_DIFFERENT;
	if ((5 * info >= 4 * w.x.all && 5 * info >= 4 * w.y.all) ||
		(s->shorter >= 6 && !has_digit(s->xs, s->x->len) && !has_digit(s->ys, s->y->len) && edits(s, 2) <= 2))
		return rarity >= UNCOMMON_NAME ? LINKAGE_COMPANY_CLOSE_RARE : LINKAGE_COMPANY_CLOSE;
	if (5 * info >= 4 * less)
		return w.shared.rarest >= RARE_WORD ? LINKAGE_COMPANY_PART_RARE : LINKAGE_COMPANY_PART;
	if (is_acronym(s->a, s->x, s->ys, s->y->len) || is_acronym(s->b, s->y, s->xs, s->x->len))
		return LINKAGE_COMPANY_ACRONYM;
	return w.shared.rarest >= RARE_WORD ? LINKAGE_COMPANY_RARE_WORD : info ? LINKAGE_COMPANY_WORD : LINKAGE_COMPANY_DIFFERENT;
}

/* --- names with a place in them ------------------------------------------------------------------------------------------ */

/* The place that both are in; NULL: none. */
static const struct linkage_value *common_place(const struct linkage_features *a, const struct linkage_features *b, unsigned field)
{
	for (size_t i = a->first[field]; i < a->first[field + 1]; i++)
		for (size_t k = b->first[field]; k < b->first[field + 1]; k++) {
			const struct sides s = sides_of(a, b, &a->value[i], &b->value[k]);

			if (equal(&s))
				return &a->value[i];
		}
	return NULL;
}

/* "Peeters Design Gent" without "Gent"; false if it does not end so. */
static bool leave_out(const struct linkage_features *f, const struct linkage_value *name, const char *place, size_t n,
	struct linkage_value *out)
{
	const struct linkage_word *w = words_of(f) + name->first_word;
	const size_t end = (size_t)name->at + name->len;

	*out = *name;
	if (name->len <= n || memcmp(text_of(f) + end - n, place, n) != 0)
		return false;
	while (out->words > 1 && w[out->words - 1].at >= end - n)
		out->words--;
	if (out->words == name->words || w[out->words].at != end - n)
		return false;
	out->len = (uint8_t)(name->len - n);
	out->hash = (uint32_t)hash_bytes(text_of(f) + out->at, out->len, 0);
	return true;
}

static bool any_ends_with(const struct linkage_features *f, unsigned field, const char *place, size_t n)
{
	struct linkage_value rest;

	for (size_t i = f->first[field]; i < f->first[field + 1]; i++)
		if (leave_out(f, &f->value[i], place, n, &rest))
			return true;
	return false;
}

/*
 * Of two in one place, what they have of it in their names says no more than their address: if one has it, the other need not,
 * and a name that both have is as rare as it is without.
 */
static unsigned level_of_names_in_place(const struct linkage_features *a, const struct linkage_features *b,
	const struct linkage_value *x, const struct linkage_value *y, const char *place, size_t n)
{
	struct linkage_value in_x, in_y;
	const bool of_x = leave_out(a, x, place, n, &in_x), of_y = leave_out(b, y, place, n, &in_y);
	const struct sides whole = sides_of(a, b, x, y), rest = sides_of(a, b, &in_x, &in_y);
	const unsigned level = linkage_level_of_company(&whole), less = of_x || of_y ? linkage_level_of_company(&rest) : level;

	if (of_x && of_y)
		return level <= LINKAGE_COMPANY_SAME ? less : level;
	return less < level ? less : level;
}

struct linkage_agreement linkage_names_in_place(struct linkage_agreement best, const struct linkage_field *f,
	const struct linkage_features *a, const struct linkage_features *b, unsigned field)
{
	const struct linkage_value *place;

	if (best.level == LINKAGE_UNKNOWN || !(place = common_place(a, b, f->place)) ||
		(!any_ends_with(a, field, text_of(a) + place->at, place->len) && !any_ends_with(b, field, text_of(a) + place->at, place->len)))
		return best;
	best.level = LINKAGE_COMPANY_DIFFERENT;
	for (size_t i = a->first[field]; i < a->first[field + 1]; i++)
		for (size_t k = b->first[field]; k < b->first[field + 1]; k++) {
			const unsigned level = level_of_names_in_place(
				a, b, &a->value[i], &b->value[k], text_of(a) + place->at, place->len);

			best.level = level < best.level ? (uint8_t)level : best.level;
		}
	return best;
}
