/* What companies are called: words put together as their founders do. */
#include "support/corpus_parts.h"

#include <string.h>

/* Two to four parts: a few of a hundred thousand are alike, as founders' ideas are. */
const char *coined(struct dice *d, struct arena *arena)
{
	const char *middle = dice_chance(d, 600) ? dice_word(d, &corpus_syllables) : "";
	char *out = arena_printf(arena, "%s%s%s%s", dice_word(d, &corpus_syllables), middle,
		dice_word(d, &corpus_syllables),
		dice_chance(d, 500) ? dice_word(d, &corpus_endings) : dice_word(d, &corpus_syllables));

	out[0] = (char)(out[0] - 'a' + 'A');
	return out;
}

static void name_of_trade(struct dice *d, struct arena *arena, struct corpus_company *out, bool both)
{
	static const char *const sons[] = {"& Zonen", "et Fils", "& S\xc3\xb6hne"};
	static const char *const brothers[] = {"Gebroeders %s", "%s Fr\xc3\xa8res",
		("Gebr\xc3\xbc"
		 "der %s")};
	const unsigned l = out->language, o = l == 1 ? 0 : 1;
	const struct corpus_word *trade = dice_words(d, &corpus_trades);
	const char *with, *surname = out->family;

	out->stem = surname;
	with = dice_chance(d, 150)  ? arena_printf(arena, "%s %s", out->given, surname)
	       : dice_chance(d, 80) ? arena_printf(arena, "%s-%s", surname, dice_common(d, &corpus_surnames[l]))
				    : surname;
	switch (dice_below(d, 10)) {
	case 0:
	case 1:
		out->name = arena_printf(arena, "%s %s", with, word_in(trade, l));
		break;
	case 2:
		out->name = arena_printf(arena, "%s %s %s", word_in(trade, l), with, sons[l]);
		break;
	case 3:
		out->name = arena_printf(arena, "%s %s", word_in(trade, l), arena_printf(arena, brothers[l], surname));
		break;
	case 4:
		out->name = arena_printf(arena, l == 1 ? "\xc3\x89tablissements %s" : "%s & Co", with);
		return;
	default:
		out->name = arena_printf(arena, "%s %s", word_in(trade, l), with);
		out->other = both ? arena_printf(arena, "%s %s", word_in(trade, o), with) : NULL;
	}
}

static const char *initials(struct arena *arena, const char *name)
{
	char *out = arena_alloc(arena, strlen(name) + 1);
	size_t n = 0;

	for (const char *c = name; *c; c++)
		if (*c >= 'A' && *c <= 'Z')
			out[n++] = *c;
		else if ((unsigned char)*c == 0xc3 &&
			 ((unsigned char)c[1] & 0xe0) == 0x80) /* a capital with an accent */
			out[n++] = 'E';
	out[n] = '\0';
	return n > 1 ? out : NULL;
}

static void name_descriptive(struct dice *d, struct arena *arena, struct corpus_company *out)
{
	const unsigned l = out->language == 1 ? 1 : 0;
	const char *adjective = dice_word(d, &corpus_adjectives[l]), *field = dice_word(d, &corpus_fields[l]);
	const char *kind = dice_word(d, &corpus_kinds[l]);

	out->name = l ? arena_printf(arena, "%s %s de %s", kind, adjective, field)
		      : arena_printf(arena, "%s %s %s", adjective, field, kind);
	if (dice_chance(d, 200))
		out->name = arena_printf(arena, "%s %s", out->name,
			word_in(&(struct corpus_word){corpus_places[out->address.region].place[out->address.place].nl,
					corpus_places[out->address.region].place[out->address.place].fr, NULL},
				l));
	if (dice_chance(d, 500))
		out->acronym = initials(arena, out->name);
	out->stem = out->acronym ? out->acronym : field;
}

static void name_of_institution(struct dice *d, struct arena *arena, struct corpus_company *out, bool both)
{
	const struct corpus_word *what = dice_words(d, &corpus_institutions), *theme = dice_words(d, &corpus_themes);
	const struct corpus_place *p = &corpus_places[out->address.region].place[out->address.place];
	const struct corpus_word where = {p->nl, p->fr, NULL};
	const unsigned l = out->language, o = l == 1 ? 0 : 1;

	out->name = arena_printf(arena, "%s %s %s", word_in(what, l), word_in(theme, l), word_in(&where, l));
	if (both)
		out->other = arena_printf(arena, "%s %s %s", word_in(what, o), word_in(theme, o), word_in(&where, o));
	if (dice_chance(d, 500))
		out->acronym = initials(arena, out->name);
	out->stem = word_in(theme, l);
}

void corpus_name(struct dice *d, struct arena *arena, struct corpus_company *out, bool both)
{
	const uint64_t kind = dice_below(d, 1000);

	if (!strcmp(legal_forms[out->form].code, "017") || kind < 40) {
		name_of_institution(d, arena, out, both);
	} else if (kind < 460) {
		name_of_trade(d, arena, out, both);
	} else if (kind < 610) {
		name_descriptive(d, arena, out);
	} else if (kind < 950) {
		out->stem = coined(d, arena);
		out->name = dice_chance(d, 400)
				    ? arena_printf(arena, "%s %s", out->stem, dice_word(d, &corpus_activities))
				    : out->stem;
	} else {
		out->stem = out->family;
		out->name = arena_printf(arena, "%s %s", out->given, out->family);
	}
	if (dice_chance(d, 150))
		out->trading = dice_chance(d, 600) ? arena_printf(arena, "%s %s", dice_word(d, &corpus_prefixes),
							     dice_word(d, &corpus_signs))
						   : coined(d, arena);
}
