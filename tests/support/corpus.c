/* What is true of the companies: who they are, whom they are near, where they sit. corpus_write.c says what partners
 * have. */
#include "support/corpus_parts.h"

#include <stdio.h>
#include <string.h>

#include "base/hash.h"

const struct legal_form legal_forms[] = {
	{620, "610", {"BV", "SRL", "GmbH"}, {"B.V.", "S.R.L.", "G.m.b.H."}, 0, {"Besloten Vennootschap", NULL}},
	{120, "014", {"NV", "SA", "AG"}, {"N.V.", "S.A.", "A.G."}, 1,
		{"Naamloze Vennootschap", "Soci\xc3\xa9t\xc3\xa9 Anonyme"}},
	{30, "706", {"CV", "SC", "Gen."}, {"C.V.", "S.C.", "Gen."}, 2, {"Co\xc3\xb6peratieve Vennootschap", NULL}},
	{60, "017", {"VZW", "ASBL", "VoG"}, {"v.z.w.", "a.s.b.l.", "V.o.G."}, 3,
		{"vereniging zonder winstoogmerk", NULL}},
	{40, "612", {"Comm.V", "SComm", "KG"}, {"Comm. V.", "S.Comm.", "K.G."}, 4,
		{"Commanditaire Vennootschap", NULL}},
	{30, "011", {"VOF", "SNC", "OHG"}, {"V.O.F.", "S.N.C.", "O.H.G."}, 5, {"Vennootschap onder Firma", NULL}},
	{100, "", {"", "", ""}, {"", "", ""}, 6, {NULL, NULL}}, /* a person in business for himself */
	{0, "015", {"BVBA", "SPRL", "PGmbH"}, {"B.V.B.A.", "S.P.R.L.", "P.G.m.b.H."}, 0, {NULL, NULL}},
	{0, "008", {"CVBA", "SCRL", "GenmbH"}, {"C.V.B.A.", "S.C.R.L.", "GenmbH"}, 2, {NULL, NULL}},
	{0, "012", {"GCV", "SCS", "KG"}, {"G.C.V.", "S.C.S.", "K.G."}, 4, {NULL, NULL}},
};
const unsigned legal_form_count = sizeof legal_forms / sizeof *legal_forms;
enum { FORM_BV, FORM_NV, FORM_CV, FORM_VZW, FORM_COMMV, FORM_VOF, FORM_PERSON, FORM_BVBA, FORM_CVBA, FORM_GCV };

const char *const corpus_relation_help[CORPUS_RELATION_COUNT] = {
#define X(name, help) help,
	CORPUS_RELATIONS(X)
#undef X
};

/* --- chance ------------------------------------------------------------------------------------------------------- */

struct dice dice_of(uint64_t seed, const char *what, uint64_t id)
{
	return (struct dice){hash_text(what, seed) ^ ((id + 1) * UINT64_C(0x9E3779B97F4A7C15))};
}

/* splitmix64 (Steele, Lea, Flood 2014). */
uint64_t dice_roll(struct dice *d)
{
	uint64_t z = d->state += UINT64_C(0x9E3779B97F4A7C15);

	z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
	return z ^ (z >> 31);
}

uint64_t dice_below(struct dice *d, uint64_t n)
{
	return (uint64_t)(((unsigned __int128)dice_roll(d) * n) >> 64);
}

bool dice_chance(struct dice *d, unsigned per_mille)
{
	return dice_below(d, 1000) < per_mille;
}

const char *dice_word(struct dice *d, const struct corpus_list *list)
{
	return list->word[dice_below(d, list->n)];
}

const char *dice_common(struct dice *d, const struct corpus_list *list)
{
	const uint64_t a = dice_below(d, list->n), b = dice_below(d, list->n);

	return list->word[a < b ? a : b];
}

const struct corpus_word *dice_words(struct dice *d, const struct corpus_words *words)
{
	const uint64_t a = dice_below(d, words->n), b = dice_below(d, words->n);

	return &words->word[a < b ? a : b];
}

const char *word_in(const struct corpus_word *w, unsigned language)
{
	return language == 1 && w->fr ? w->fr : language == 2 && w->de ? w->de : w->nl;
}

/* --- numbers ------------------------------------------------------------------------------------------------------ */

static void with_check_digits(char out[11], unsigned long eight)
{
	snprintf(out, 11, "%08lu%02lu", eight % 100000000, 97 - eight % 97);
}

/* Each company one of its own: both moduli are primes above the number of companies. */
static void numbers_of(const struct corpus *c, struct arena *arena, struct dice *d, struct corpus_company *out)
{
	const uint64_t offset = hash_text("numbers", c->seed) % 15485863;
	char first[11], second[11];
	const uint64_t sites = dice_below(d, 10);

	with_check_digits(out->number, (unsigned long)(2000000 + (out->id * 48271 + offset) % 15485863));
	out->establishments = "";
	with_check_digits(first, (unsigned long)(20000000 + (out->id * 2 * 48271 + offset) % 59999999));
	with_check_digits(second, (unsigned long)(20000000 + ((out->id * 2 + 1) * 48271 + offset) % 59999999));
	if (sites < 3)
		out->establishments = arena_printf(arena, "%s%s%s", first, sites ? "" : "\n", sites ? "" : second);
}

static const char *digits(struct dice *d, struct arena *arena, const char *front, int n)
{
	char tail[16];

	for (int i = 0; i < n; i++)
		tail[i] = (char)('0' + (int)dice_below(d, 10));
	if (tail[0] == '0')
		tail[0] = '3';
	tail[n] = '\0';
	return arena_printf(arena, "%s%s", front, tail);
}

static const char *landline(struct dice *d, struct arena *arena, const struct corpus_address *a)
{
	const char *zone = corpus_places[a->region].place[a->place].zone;

	return digits(d, arena, zone, strlen(zone) == 2 ? 7 : 6);
}

static const char *mobile(struct dice *d, struct arena *arena)
{
	static const char *const fronts[] = {"047", "048", "049", "0468"};
	const char *front = fronts[dice_below(d, 4)];

	return digits(d, arena, front, 10 - (int)strlen(front));
}

/* --- addresses ---------------------------------------------------------------------------------------------------- */

static unsigned place_in(struct dice *d, unsigned region)
{
	const uint64_t n = corpus_places[region].n, a = dice_below(d, n), b = dice_below(d, n);

	return (unsigned)(a < b ? a : b);
}

static struct corpus_address address_in(struct dice *d, struct arena *arena, unsigned region, unsigned place)
{
	struct corpus_address a = {.region = region, .place = place, .letter = "", .box = ""};

	/* Streets that every town has, and streets named after people. */
	a.street = (unsigned)dice_below(d, corpus_streets.n);
	if (dice_chance(d, 500))
		a.street = (unsigned)(corpus_streets.n + dice_below(d, corpus_given[0].n * corpus_surnames[0].n));
	a.house = 1 + (unsigned)dice_below(d, dice_chance(d, 700) ? 80 : 400);
	if (dice_chance(d, 60))
		a.letter = arena_printf(arena, "%c", (char)('A' + (int)dice_below(d, 4)));
	if (dice_chance(d, 120))
		a.box = arena_printf(arena, "%u", 1 + (unsigned)dice_below(d, 40));
	return a;
}

const char *street_name(struct arena *arena, unsigned street, unsigned language)
{
	static const char *const after[] = {"%s %sstraat", "Rue %s %s", ("%s-%s-Stra\xc3\x9f"
									 "e")};
	const size_t person = street - corpus_streets.n;

	if (street < corpus_streets.n)
		return word_in(&corpus_streets.word[street], language);
	return arena_printf(arena, after[language], corpus_given[0].word[person % corpus_given[0].n],
		corpus_surnames[0].word[person / corpus_given[0].n]);
}

static unsigned region_of(struct dice *d)
{
	const uint64_t at = dice_below(d, 100);

	return at < 80 ? CORPUS_FLANDERS : at < 92 ? CORPUS_BRUSSELS : at < 98 ? CORPUS_WALLONIA : CORPUS_EAST;
}

static void move(struct dice *d, struct arena *arena, struct corpus_company *out)
{
	const char *zone = corpus_places[out->address.region].place[out->address.place].zone;

	out->before = out->address;
	out->moved = dice_chance(d, 120);
	if (!out->moved)
		return;
	out->before.place = place_in(d, out->address.region);
	for (int i = 0; i < 40 && dice_chance(d, 950); i++) {
		out->before.place = place_in(d, out->address.region);
		if (!strcmp(corpus_places[out->before.region].place[out->before.place].zone, zone))
			break;
	}
	out->before = address_in(d, arena, out->address.region, out->before.place);
}

/* --- what it is ----------------------------------------------------------------------------------------------------
 */

static unsigned form_of(struct dice *d)
{
	uint64_t at = dice_below(d, 1000);
	unsigned form = 0;

	while (at >= legal_forms[form].weight)
		at -= legal_forms[form++].weight;
	return form;
}

static unsigned former_form(struct dice *d, unsigned form)
{
	const unsigned before = form == FORM_BV	     ? FORM_BVBA
				: form == FORM_CV    ? FORM_CVBA
				: form == FORM_COMMV ? FORM_GCV
						     : form;

	return dice_chance(d, 600) ? before : form;
}

/* --- what makes companies alike ----------------------------------------------------------------------------------- */

/* Group sizes and shares; the first is alone. A neighbourhood of 64 companies is laid out anew whenever one is asked
 * for. */
enum { NEIGHBOURHOOD = 64 };

static const struct {
	enum corpus_relation kind;
	unsigned per_mille, least, most;
} groups[] = {{CORPUS_SUBSIDIARY, 60, 2, 3}, {CORPUS_HOLDING, 50, 2, 2}, {CORPUS_VAT_GROUP, 20, 2, 4},
	{CORPUS_SUCCESSOR, 2, 2, 2}};

static void group_of(const struct corpus *c, uint64_t id, struct corpus_company *out)
{
	const uint64_t start = id - id % NEIGHBOURHOOD;
	struct dice d = dice_of(c->seed, "groups", start);
	uint64_t at = start;

	for (;;) {
		uint64_t draw = dice_below(&d, 1000000), size = 1;
		enum corpus_relation kind = CORPUS_UNRELATED;

		for (size_t i = 0; i < sizeof groups / sizeof *groups; i++) {
			/* So many groups that its companies are that share; a group is not begun where it would not
			 * fit, which is made up for by the last factor. */
			const uint64_t share =
				(uint64_t)groups[i].per_mille * 2000 / (groups[i].least + groups[i].most) * 108 / 100;

			if (draw < share) {
				kind = groups[i].kind;
				size = groups[i].least + dice_below(&d, groups[i].most - groups[i].least + 1);
				break;
			}
			draw -= share;
		}
		if (at + size > start + NEIGHBOURHOOD || at + size > c->companies) {
			size = 1;
			kind = CORPUS_UNRELATED;
		}
		if (id < at + size) {
			out->leader = at;
			out->kind = kind;
			return;
		}
		at += size;
	}
}

/* Its plain letters and digits, at most 24. */
static const char *slug(struct arena *arena, const char *name)
{
	char *out = arena_alloc(arena, 25);
	size_t n = 0;

	for (const char *c = plain_capitals(arena, name); *c && n < 24; c++)
		if ((*c >= 'A' && *c <= 'Z') || (*c >= '0' && *c <= '9'))
			out[n++] = (char)(*c | 0x20);
	return out;
}

/* Names recur, domains do not. */
static const char *domain_of(struct arena *arena, const char *name, uint64_t id)
{
	return arena_printf(arena, "%s%llu.example", slug(arena, name), (unsigned long long)id);
}

static void reach(const struct corpus *c, struct dice *d, struct arena *arena, struct corpus_company *out)
{
	static const char *const boxes[] = {"info", "info", "info", "contact", "mail", "office", "admin", "hallo"};
	const uint64_t seats = c->companies / 400 + 1;
	struct dice at;

	out->phone = landline(d, arena, &out->address);
	out->old_phone = out->moved && dice_chance(d, 400) ? landline(d, arena, &out->before) : out->phone;
	out->mobile = mobile(d, arena);
	out->domain = out->email = "";
	if (dice_chance(d, 650)) {
		out->domain = domain_of(arena,
			out->trading   ? out->trading
			: out->acronym ? out->acronym
				       : out->name,
			out->id);
		out->email = arena_printf(arena, "%s@%s", boxes[dice_below(d, 8)], out->domain);
	} else if (dice_chance(d, 571)) {
		out->email = arena_printf(
			arena, "%s@mailbox%llu.example", slug(arena, out->stem), (unsigned long long)out->id);
	} else if (dice_chance(d, 100)) {
		out->email = arena_printf(arena, "%s%llu@post%u.example", slug(arena, out->stem),
			(unsigned long long)(out->id % 97), (unsigned)dice_below(d, 4));
	}
	if (dice_chance(d, 30)) {
		out->seat = 1 + 2 * dice_below(d, seats);
		at = dice_of(c->seed, "accountant", out->seat);
		out->address = address_in(&at, arena, CORPUS_FLANDERS, place_in(&at, CORPUS_FLANDERS));
		if (dice_chance(d, 700)) {
			out->phone = landline(&at, arena, &out->address);
			out->shared_phone = true;
		}
		if (dice_chance(d, 300))
			out->email = arena_printf(arena, "dossiers@kantoor%llu.example", (unsigned long long)out->seat);
	} else if (dice_chance(d, 41)) {
		out->seat = 2 + 2 * dice_below(d, seats / 3 + 1);
		at = dice_of(c->seed, "centre", out->seat);
		out->address = address_in(&at, arena, CORPUS_FLANDERS, place_in(&at, CORPUS_FLANDERS));
		out->address.box = arena_printf(arena, "%u", 1 + (unsigned)dice_below(d, 120));
		if (dice_chance(d, 300)) {
			out->phone = landline(&at, arena, &out->address);
			out->shared_phone = true;
		}
	}
	if (out->kind == CORPUS_UNRELATED && dice_chance(d, 24)) {
		out->brand = 1 + dice_below(d, c->companies / 1500 + 1);
		at = dice_of(c->seed, "brand", out->brand);
		out->trading = coined(&at, arena);
		out->domain = domain_of(arena, out->trading, 0);
		if (dice_chance(d, 400))
			out->trading = arena_printf(arena, "%s %s", out->trading,
				corpus_places[out->address.region].place[out->address.place].nl);
		out->email = arena_printf(
			arena, "%s%llu@%s", slug(arena, out->stem), (unsigned long long)(out->id % 97), out->domain);
	}
}

static void on_its_own(const struct corpus *c, struct arena *arena, struct corpus_company *out)
{
	struct dice d = dice_of(c->seed, "company", out->id);
	const unsigned region = region_of(&d);
	const bool both = region == CORPUS_BRUSSELS && dice_chance(&d, 500);

	out->language = region == CORPUS_WALLONIA || (region == CORPUS_BRUSSELS && dice_chance(&d, 500)) ? 1
			: region == CORPUS_EAST								 ? 2
													 : 0;
	out->given = dice_common(&d, &corpus_given[out->language]);
	out->family = dice_common(&d, &corpus_surnames[out->language]);
	out->address = address_in(&d, arena, region, place_in(&d, region));
	out->form = form_of(&d);
	out->former = former_form(&d, out->form);
	corpus_name(&d, arena, out, both);
	move(&d, arena, out);
	reach(c, &d, arena, out);
	numbers_of(c, arena, &d, out);
}

struct shares {
	unsigned address, phone, domain; /* per mille */
};

static void take_from(struct dice *d, struct corpus_company *out, const struct corpus_company *leader, struct shares s)
{
	if (dice_chance(d, s.address)) {
		out->address = leader->address;
		out->before = leader->before;
		out->moved = leader->moved;
		out->seat = leader->seat;
	}
	if (dice_chance(d, s.phone)) {
		out->phone = leader->phone;
		out->old_phone = leader->old_phone;
		out->shared_phone = true;
	}
	if (dice_chance(d, s.domain)) {
		out->domain = leader->domain;
		out->email = leader->email;
	}
}

static void subsidiary(
	struct dice *d, struct arena *arena, struct corpus_company *out, const struct corpus_company *leader)
{
	const struct corpus_place *p = &corpus_places[out->address.region].place[out->address.place];

	/* An activity each, so that sisters are told apart by something. */
	out->name = arena_printf(arena, "%s %s", leader->stem,
		dice_chance(d, 600)
			? corpus_activities.word[(leader->id + (out->id - leader->id) * 7) % corpus_activities.n]
			: p->nl);
}

static void join(const struct corpus *c, struct arena *arena, struct corpus_company *out)
{
	static const char *const again[] = {"Nieuwe %s", "%s & Partners", "%s 2.0", "New %s", "%s Group"};
	struct dice d = dice_of(c->seed, "joined", out->id);
	struct corpus_company leader = {.id = out->leader, .leader = out->leader, .kind = out->kind};

	on_its_own(c, arena, &leader);
	if (out->kind == CORPUS_VAT_GROUP)
		with_check_digits(out->group_number, (unsigned long)(17600000 + out->leader % 2300000));
	if (out->id == out->leader)
		return;
	if (out->kind != CORPUS_VAT_GROUP || dice_chance(&d, 700)) {
		out->stem = leader.stem;
		out->other = out->acronym = out->trading = NULL;
		out->brand = 0;
		out->language = leader.language;
	}
	switch (out->kind) {
	case CORPUS_SUBSIDIARY:
		subsidiary(&d, arena, out, &leader);
		take_from(&d, out, &leader, (struct shares){600, 500, 700});
		break;
	case CORPUS_HOLDING:
		out->name = arena_printf(arena, "%s %s", leader.stem, dice_word(&d, &corpus_holdings));
		out->given = leader.given;
		out->family = leader.family;
		take_from(&d, out, &leader, (struct shares){900, 600, 500});
		break;
	case CORPUS_VAT_GROUP:
		if (out->stem == leader.stem)
			subsidiary(&d, arena, out, &leader);
		take_from(&d, out, &leader, (struct shares){800, 500, 600});
		break;
	case CORPUS_SUCCESSOR:
		out->name =
			dice_chance(&d, 500) ? leader.name : arena_printf(arena, again[dice_below(&d, 5)], leader.name);
		if (dice_chance(&d, 700))
			out->form = out->former = leader.form;
		take_from(&d, out, &leader, (struct shares){600, 500, 600});
		break;
	case CORPUS_UNRELATED:
	case CORPUS_BRANCH:
	case CORPUS_SEAT:
	case CORPUS_NAMESAKE:
	case CORPUS_RELATION_COUNT:
		break;
	}
}

void corpus_company(const struct corpus *c, struct arena *arena, uint64_t id, struct corpus_company *out)
{
	*out = (struct corpus_company){.id = id};
	group_of(c, id, out);
	on_its_own(c, arena, out);
	if (out->kind != CORPUS_UNRELATED)
		join(c, arena, out);
}

enum corpus_relation corpus_relation(const struct corpus_company *a, const struct corpus_company *b)
{
	if (a->leader == b->leader)
		return a->kind;
	if (a->brand && a->brand == b->brand)
		return CORPUS_BRANCH;
	if (a->seat && a->seat == b->seat)
		return CORPUS_SEAT;
	return !strcmp(a->name, b->name) || !strcmp(a->stem, b->stem) ? CORPUS_NAMESAKE : CORPUS_UNRELATED;
}
