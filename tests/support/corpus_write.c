/* What partners have of a company: their habits, and the errors of their people. */
#include "support/corpus_parts.h"

#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "core/normalise.h"

const char *const corpus_partner[CORPUS_PARTNERS] = {"unizo", "voka", "flandersdc", "innovatiecentrum"};

const char *const corpus_quirk_help[CORPUS_QUIRK_COUNT] = {
#define X(name, a, b, c, d, help) help,
	CORPUS_QUIRKS(X)
#undef X
};

const unsigned short corpus_quirk_rate[CORPUS_QUIRK_COUNT][CORPUS_PARTNERS] = {
#define X(name, a, b, c, d, help) {a, b, c, d},
	CORPUS_QUIRKS(X)
#undef X
};

enum { UNIZO, VOKA, FLANDERSDC, INNOVATIECENTRUM };

/* One record being written. */
struct writing {
	const struct corpus *corpus;
	struct arena *arena;
	struct dice dice;
	const struct corpus_company *company;
	struct corpus_record *out;
};

/* Noted in the record's quirks if the partner has that habit here. */
static bool quirk(struct writing *w, enum corpus_quirk q)
{
	if (!dice_chance(&w->dice, corpus_quirk_rate[q][w->out->partner]))
		return false;
	w->out->quirks |= CORPUS_BIT(q);
	return true;
}

static bool shows(const struct writing *w, enum corpus_quirk q)
{
	return w->out->quirks & CORPUS_BIT(q);
}

/* --- numbers ------------------------------------------------------------------------------------------------------ */

static const char *written_number(struct writing *w, const char *n)
{
	switch (w->out->partner) {
	case UNIZO:
		return arena_printf(w->arena, "%.4s.%.3s.%.3s", n, n + 4, n + 7);
	case VOKA:
		return arena_printf(w->arena, "BE%s", n);
	case FLANDERSDC:
		return dice_chance(&w->dice, 300) ? arena_printf(w->arena, "BTW BE %.4s %.3s %.3s", n, n + 4, n + 7)
						  : n;
	default:
		return *n == '0' && dice_chance(&w->dice, 300) ? n + 1 : n;
	}
}

static const char *sibling_number(struct writing *w)
{
	struct corpus_company other;
	const uint64_t leader = w->company->leader;

	corpus_company(w->corpus, w->arena, w->company->id == leader ? leader + 1 : leader, &other);
	return arena_strdup(w->arena, other.number);
}

static void write_number(struct writing *w)
{
	const struct corpus_company *c = w->company;
	const char *number = c->number;

	if (w->corpus->no_numbers || quirk(w, CORPUS_NO_NUMBER)) {
		w->out->quirks |= CORPUS_BIT(CORPUS_NO_NUMBER);
		return;
	}
	if (*c->group_number && quirk(w, CORPUS_GROUP_NUMBER))
		number = c->group_number;
	else if (c->kind != CORPUS_UNRELATED && quirk(w, CORPUS_SIBLING_NUMBER))
		number = sibling_number(w);
	if (quirk(w, CORPUS_BAD_NUMBER))
		number = typo_in_digits(&w->dice, w->arena, number);
	w->out->text[ORGANIZATION_ENTERPRISE_NUMBER] = written_number(w, number);
	if (*c->establishments && dice_chance(&w->dice, 200))
		w->out->text[ORGANIZATION_ESTABLISHMENT_NUMBERS] = c->establishments;
}

/* --- names -------------------------------------------------------------------------------------------------------- */

static const char *abbreviated(struct writing *w, const char *name)
{
	for (size_t i = 0; i < corpus_abbreviations.n; i++) {
		const struct corpus_word *a = &corpus_abbreviations.word[i];
		const char *found = strstr(name, a->nl);

		if (found && quirk(w, CORPUS_ABBREVIATED))
			return arena_printf(
				w->arena, "%.*s%s%s", (int)(found - name), name, a->fr, found + strlen(a->nl));
		if (found)
			return name;
	}
	return name;
}

static const char *with_more(struct writing *w, const char *name)
{
	const struct corpus_company *c = w->company;

	switch (dice_below(&w->dice, 3)) {
	case 0:
		return arena_printf(
			w->arena, "%s %s", name, corpus_places[c->address.region].place[c->address.place].nl);
	case 1:
		return arena_printf(w->arena, "%s - %s %s", name, c->given, c->family);
	default:
		return arena_printf(w->arena, "%s (oud-lid)", name);
	}
}

static unsigned form_written(struct writing *w)
{
	const struct corpus_company *c = w->company;

	if (quirk(w, CORPUS_FORM_WRONG))
		return (unsigned)dice_below(&w->dice, 6);
	if (c->former != c->form && quirk(w, CORPUS_FORM_FORMER))
		return c->former;
	return c->form;
}

static const char *with_form(struct writing *w, const char *name, unsigned form, unsigned language)
{
	const struct legal_form *f = &legal_forms[form];
	const char *label;

	if (!*f->label[0] || quirk(w, CORPUS_FORM_NONE))
		return name;
	label = quirk(w, CORPUS_FORM_DOTS) ? f->dotted[language] : f->label[language];
	if (language < 2 && f->full[language] && dice_chance(&w->dice, 15))
		label = f->full[language];
	if (quirk(w, CORPUS_FORM_BEFORE))
		return arena_printf(w->arena, "%s %s", label, name);
	return arena_printf(w->arena, dice_chance(&w->dice, 50) ? "%s, %s" : "%s %s", name, label);
}

static void write_names(struct writing *w)
{
	const struct corpus_company *c = w->company;
	struct corpus_record *out = w->out;
	const unsigned form = form_written(w);
	unsigned language = c->language;
	const char *name = c->name;

	if (c->other && quirk(w, CORPUS_OTHER_LANGUAGE)) {
		name = c->other;
		language = language == 1 ? 0 : 1;
	}
	/* In Brussels the form is written in either language. */
	if (c->address.region == CORPUS_BRUSSELS && dice_chance(&w->dice, 150))
		language = language == 1 ? 0 : 1;
	if (c->acronym && quirk(w, CORPUS_ACRONYM))
		name = c->acronym;
	else if (c->trading && quirk(w, CORPUS_TRADING_NAME))
		name = c->trading;
	else if (c->acronym && quirk(w, CORPUS_ACRONYM_TOO))
		name = arena_printf(w->arena, dice_chance(&w->dice, 500) ? "%s - %s" : "%s (%s)", c->acronym, name);
	else
		name = abbreviated(w, name);
	if (quirk(w, CORPUS_NAME_TYPO))
		name = typo_in_words(&w->dice, w->arena, name);
	if (quirk(w, CORPUS_NAME_MORE))
		name = with_more(w, name);
	if (c->trading && !shows(w, CORPUS_TRADING_NAME) && quirk(w, CORPUS_TRADING_TOO))
		out->text[ORGANIZATION_ALTERNATIVE_NAMES] = c->trading;
	name = with_form(w, name, form, language);
	if (quirk(w, CORPUS_UPPER))
		name = plain_capitals(w->arena, name);
	out->text[out->partner == FLANDERSDC ? ORGANIZATION_PREFERRED_NAME : ORGANIZATION_LEGAL_NAME] = name;
	if (out->partner == VOKA && *legal_forms[form].code)
		out->text[ORGANIZATION_LEGAL_FORM] = legal_forms[form].code;
	out->text[ORGANIZATION_LANGUAGE] = language == 1 ? "fr" : language == 2 ? "de" : "nl";
}

/* --- addresses ---------------------------------------------------------------------------------------------------- */

static const char *street_line(
	struct writing *w, const char *street, unsigned house, const char *letter, const char *box)
{
	static const char *const notations[] = {" bus %s", " bte %s", "/%s", " box %s", " b %s", ", bus %s"};
	const char *line =
		arena_printf(w->arena, dice_chance(&w->dice, 80) ? "%s, %u%s" : "%s %u%s", street, house, letter);

	if (!*box)
		return line;
	return arena_printf(w->arena, "%s%s", line, arena_printf(w->arena, notations[dice_below(&w->dice, 6)], box));
}

static unsigned local_language(struct writing *w, const struct corpus_address *a)
{
	static const unsigned of[CORPUS_REGIONS] = {[CORPUS_FLANDERS] = 0, [CORPUS_WALLONIA] = 1, [CORPUS_EAST] = 2};
	const unsigned l = a->region == CORPUS_BRUSSELS ? (w->company->language == 1) : of[a->region];

	return quirk(w, CORPUS_PLACE_OTHER_LANGUAGE) ? (l == 1 ? 0 : 1) : l;
}

static void write_address(struct writing *w)
{
	const struct corpus_company *c = w->company;
	struct corpus_record *out = w->out;
	const struct corpus_address *a = c->moved && quirk(w, CORPUS_OLD_ADDRESS) ? &c->before : &c->address;
	const struct corpus_place *p = &corpus_places[a->region].place[a->place];
	const unsigned language = local_language(w, a);
	const bool local = a->region != CORPUS_FLANDERS || language == 0;
	const char *street = street_name(w->arena, a->street, local ? language : 0), *box = a->box;
	const char *place = language == 1 && p->fr ? p->fr : p->nl;
	unsigned house = a->house;

	if (dice_chance(&w->dice, 100))
		out->text[ORGANIZATION_COUNTRY] = "Belgi\xc3\xab";
	if (quirk(w, CORPUS_NO_ADDRESS)) {
		if (dice_chance(&w->dice, 600))
			out->text[ORGANIZATION_MUNICIPALITY] = place;
		return;
	}
	if (quirk(w, CORPUS_ADDRESS_TYPO))
		street = typo_in_words(&w->dice, w->arena, street);
	if (quirk(w, CORPUS_NUMBER_TYPO))
		house = house > 9 ? house / 10 : house + 1;
	if (*box && quirk(w, CORPUS_NO_BOX))
		box = "";
	if (shows(w, CORPUS_UPPER)) {
		street = plain_capitals(w->arena, street);
		place = plain_capitals(w->arena, place);
	}
	out->text[ORGANIZATION_POSTAL_CODE] = out->partner == VOKA && dice_chance(&w->dice, 100)
						      ? arena_printf(w->arena, "B-%s", p->postal_code)
						      : p->postal_code;
	out->text[ORGANIZATION_MUNICIPALITY] = place;
	if (out->partner == VOKA || out->partner == FLANDERSDC) {
		out->text[ORGANIZATION_ADDRESS_RAW] = street_line(w, street, house, a->letter, box);
		return;
	}
	out->text[ORGANIZATION_STREET] = street;
	out->text[ORGANIZATION_HOUSE_NUMBER] = arena_printf(w->arena, "%u%s", house, a->letter);
	if (*box)
		out->text[ORGANIZATION_BOX] = box;
}

/* --- how to reach it ---------------------------------------------------------------------------------------------- */

/* "031234567" in groups. */
static const char *written_phone(struct writing *w, const char *n)
{
	static const char *const slash[] = {"%s %s %s %s", "%s/%s.%s.%s", "+32 %s %s %s %s", "+32 (0)%s %s%s%s",
		"0032 %s %s%s%s", "%s%s%s%s", "%s-%s %s %s", "+32%s%s%s%s", "tel. %s/%s %s %s"};
	static const unsigned habit[CORPUS_PARTNERS][4] = {{0, 0, 1, 8}, {2, 2, 7, 7}, {5, 1, 3, 6}, {4, 4, 0, 1}};
	const unsigned form = habit[w->out->partner][dice_below(&w->dice, 4)];
	const size_t len = strlen(n), zone = len == 10							? 4
					     : n[1] == '2' || n[1] == '3' || n[1] == '4' || n[1] == '9' ? 2
													: 3;
	const size_t rest = len - zone, head = rest == 7 ? 3 : 2;
	const bool abroad = strchr(slash[form], '+') || !strncmp(slash[form], "00", 2);
	const char *z = arena_strndup(w->arena, n + abroad, zone - abroad),
		   *a = arena_strndup(w->arena, n + zone, head);
	const char *b = arena_strndup(w->arena, n + zone + head, 2);

	return arena_printf(w->arena, slash[form], z, a, b, n + zone + head + 2);
}

/* Somebody's who works there. Who has no domain has another mailbox of his own. */
static const char *persons_email(struct writing *w)
{
	const struct corpus_company *c = w->company;
	const char *given = dice_chance(&w->dice, 600) ? c->given : dice_common(&w->dice, &corpus_given[c->language]);
	const unsigned long long id = (unsigned long long)c->id;

	if (*c->domain)
		return arena_printf(w->arena, "%s.%llu@%s", given, id % 89, c->domain);
	return arena_printf(w->arena, "%s@mailbox%llu-%c.example", given, id, given[0]);
}

static void write_reach(struct writing *w)
{
	const struct corpus_company *c = w->company;
	struct corpus_record *out = w->out;

	if (!quirk(w, CORPUS_NO_PHONE)) {
		const bool person = quirk(w, CORPUS_MOBILE);
		const char *phone = person ? c->mobile : shows(w, CORPUS_OLD_ADDRESS) ? c->old_phone : c->phone;

		if (quirk(w, CORPUS_PHONE_TYPO))
			phone = typo_in_digits(&w->dice, w->arena, phone);
		phone = written_phone(w, phone);
		if (!person && dice_chance(&w->dice, 100))
			phone = arena_printf(w->arena, "%s\n%s", phone, written_phone(w, c->mobile));
		out->text[ORGANIZATION_PHONES] = phone;
	}
	if (*c->email && !quirk(w, CORPUS_NO_EMAIL)) {
		const char *email = c->email;

		if (quirk(w, CORPUS_OTHER_EMAIL))
			email = persons_email(w);
		out->text[ORGANIZATION_EMAILS] = plain_capitals(w->arena, email);
		if (!shows(w, CORPUS_UPPER) || dice_chance(&w->dice, 800)) {
			char *lower = arena_strdup(w->arena, out->text[ORGANIZATION_EMAILS]);

			for (char *l = lower; *l; l++)
				*l = (char)(*l >= 'A' && *l <= 'Z' ? *l | 0x20 : *l);
			out->text[ORGANIZATION_EMAILS] = lower;
		}
	}
	if (*c->domain && !quirk(w, CORPUS_NO_WEBSITE))
		out->text[ORGANIZATION_WEBSITES] = arena_printf(w->arena,
			dice_chance(&w->dice, 500)   ? "https://www.%s/"
			: dice_chance(&w->dice, 500) ? "www.%s"
						     : "http://%s",
			c->domain);
}

/* --- records ------------------------------------------------------------------------------------------------------ */

static void write_record(struct writing *w)
{
	write_number(w);
	write_names(w);
	write_address(w);
	write_reach(w);
}

/* Which partners have it, as bits; the first is the likeliest to be UNIZO, and the innovation centre. */
static unsigned partners_of(struct dice *d)
{
	static const unsigned weight[CORPUS_PARTNERS] = {35, 20, 20, 25};
	const uint64_t at = dice_below(d, 100);
	unsigned n = at < 55 ? 1 : at < 82 ? 2 : at < 95 ? 3 : 4, set = 0;

	while (n) {
		uint64_t draw = dice_below(d, 100);
		unsigned p = 0;

		while (draw >= weight[p])
			draw -= weight[p++];
		if (set & 1u << p)
			continue;
		set |= 1u << p;
		n--;
	}
	return set;
}

size_t corpus_records(
	const struct corpus *c, struct arena *arena, uint64_t id, struct corpus_record out[CORPUS_RECORDS_MAX])
{
	struct corpus_company *company = arena_new_of(arena, struct corpus_company);
	struct dice d = dice_of(c->seed, "records", id);
	const unsigned set = partners_of(&d);
	size_t n = 0;

	corpus_company(c, arena, id, company);
	for (unsigned p = 0; p < CORPUS_PARTNERS; p++)
		for (unsigned copy = 0; set & 1u << p && copy < 2; copy++) {
			struct writing w = {.corpus = c,
				.arena = arena,
				.company = company,
				.out = &out[n],
				.dice = dice_of(c->seed, "record", (id * CORPUS_PARTNERS + p) * 2 + copy)};

			out[n] = (struct corpus_record){.partner = p, .company = id};
			if (copy && !quirk(&w, CORPUS_DUPLICATE))
				break;
			snprintf(out[n].key, sizeof out[n].key, "c%llu%s", (unsigned long long)id, copy ? "b" : "");
			write_record(&w);
			n++;
		}
	return n;
}

uint64_t corpus_order(const struct corpus *c, unsigned partner, uint64_t at)
{
	/* A step prime to the number of companies, so that each comes once: a prime above it, reduced, would not be
	 * enough. */
	static const uint64_t steps[CORPUS_PARTNERS] = {654188429, 633910099, 715225739, 776531401};
	uint64_t step = steps[partner] % c->companies;

	for (;; step++) {
		uint64_t a = c->companies, b = step;

		while (b) {
			const uint64_t rest = a % b;

			a = b;
			b = rest;
		}
		if (a == 1)
			return (uint64_t)((unsigned __int128)at * step % c->companies);
	}
}

static const char *each_read(struct arena *arena, const struct field *field, const char *text, struct err *err)
{
	const char *element[8], *one;
	size_t n = 0;

	for (const char *end; text && n < 8; text = end ? end + 1 : NULL) {
		end = strchr(text, '\n');
		one = normalise(
			arena, field->kind, end ? arena_strndup(arena, text, (size_t)(end - text)) : text, NULL, err);
		if (!one)
			return NULL;
		if (*one)
			element[n++] = one;
	}
	return set_make(arena, element, n);
}

struct record *corpus_read(struct arena *arena, const struct corpus_record *in, struct err *err)
{
	struct record *r = record_new(arena, RECORD_ORGANIZATION);

	for (unsigned f = 0; f < ORGANIZATION_FIELD_COUNT; f++) {
		const struct field *field = field_at(RECORD_ORGANIZATION, f);

		if (!in->text[f])
			continue;
		r->v[f] = field->set ? each_read(arena, field, in->text[f], err)
				     : normalise(arena, field->kind, in->text[f], NULL, err);
		if (!r->v[f])
			return NULL;
	}
	if (r->v[ORGANIZATION_ADDRESS_RAW]) {
		const struct address_line line = split_address_line(arena, r->v[ORGANIZATION_ADDRESS_RAW]);

		r->v[ORGANIZATION_STREET] = line.street;
		r->v[ORGANIZATION_HOUSE_NUMBER] = line.house_number;
		r->v[ORGANIZATION_BOX] = line.box;
		r->v[ORGANIZATION_ADDRESS_RAW] = NULL;
	}
	return r;
}
