/*
 * companies.c - the corpus through the hub's lane, page by page, partners in turn as in a first synchronisation; then
 * the people of its companies.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/match/quality.h"
#include "support/corpus_people.h"

/* --- companies ---------------------------------------------------------------------------------------------------- */

/* In the arena: its texts may lie within it. */
static const struct corpus_record *the_record(const struct quality *q, struct arena *arena, size_t i)
{
	struct corpus_record *of = arena_array(arena, struct corpus_record, CORPUS_RECORDS_MAX);

	corpus_records(q->corpus, arena, q->seen[i].company, of);
	return &of[q->seen[i].copy];
}

static const char *company_key(const struct quality *q, struct arena *arena, size_t i)
{
	return the_record(q, arena, i)->key;
}

static const struct record *company_record(const struct quality *q, struct arena *arena, size_t i)
{
	struct err e;
	const struct record *record = corpus_read(arena, the_record(q, arena, i), &e);

	if (!record)
		die(&e);
	return record;
}

static unsigned company_relation(const struct quality *q, struct arena *arena, size_t a, size_t b)
{
	struct corpus_company x, y;

	(void)arena;
	corpus_company(q->corpus, arena, q->item[a].truth, &x);
	corpus_company(q->corpus, arena, q->item[b].truth, &y);
	return corpus_relation(&x, &y);
}

static const struct quality_kind companies = {RECORD_ORGANIZATION, "company", "companies", corpus_quirk_help,
	corpus_relation_help, CORPUS_QUIRK_COUNT, CORPUS_RELATION_COUNT, company_key, company_record, company_relation};

/* What the partner has of that company becomes items; returns how many. */
static size_t company_items(struct quality *q, struct arena *arena, unsigned partner, uint64_t id, struct item *item)
{
	struct corpus_record *of = arena_array(arena, struct corpus_record, CORPUS_RECORDS_MAX);
	const size_t n = corpus_records(q->corpus, arena, id, of);
	size_t made = 0;

	for (size_t i = 0; i < n; i++) {
		const double began = now_s();
		struct err e;

		if (of[i].partner != partner)
			continue;
		quality_add(q, id, partner, &(struct quality_seen){of[i].quirks, 0, id, i});
		item[made] = (struct item){.type = RECORD_ORGANIZATION,
			.state = ITEM_LIVE,
			.key = of[i].key,
			.record = corpus_read(arena, &of[i], &e)};
		if (!item[made++].record)
			die(&e);
		q->seconds += now_s() - began;
	}
	return made;
}

/* --- people ------------------------------------------------------------------------------------------------------- */

static const struct corpus_contact *the_contact(const struct quality *q, struct arena *arena, size_t i)
{
	struct corpus_contact *of = arena_array(arena, struct corpus_contact, CORPUS_CONTACTS_MAX);

	corpus_contacts(q->corpus, arena, q->seen[i].company, of);
	return &of[q->seen[i].copy];
}

static const char *contact_key(const struct quality *q, struct arena *arena, size_t i)
{
	return the_contact(q, arena, i)->key;
}

static const struct record *contact_record(const struct quality *q, struct arena *arena, size_t i)
{
	struct err e;
	const struct record *record = corpus_read_contact(arena, the_contact(q, arena, i), &e);

	if (!record)
		die(&e);
	return record;
}

static unsigned contact_relation(const struct quality *q, struct arena *arena, size_t a, size_t b)
{
	return corpus_acquaintance(the_contact(q, arena, a), the_contact(q, arena, b));
}

static const struct quality_kind people = {RECORD_CONTACT, "person", "people", corpus_habit_help,
	corpus_acquaintance_help, CORPUS_HABIT_COUNT, CORPUS_ACQUAINTANCE_COUNT, contact_key, contact_record,
	contact_relation};

static size_t contact_items(struct quality *q, struct arena *arena, unsigned partner, uint64_t id, struct item *item)
{
	struct corpus_contact *of = arena_array(arena, struct corpus_contact, CORPUS_CONTACTS_MAX);
	const size_t n = corpus_contacts(q->corpus, arena, id, of);
	size_t made = 0;

	for (size_t i = 0; i < n; i++) {
		const double began = now_s();
		struct err e;

		if (of[i].partner != partner)
			continue;
		quality_add(q, of[i].person, partner, &(struct quality_seen){of[i].habits, 0, id, i});
		item[made] = (struct item){.type = RECORD_CONTACT,
			.state = ITEM_LIVE,
			.key = of[i].key,
			.record = corpus_read_contact(arena, &of[i], &e)};
		if (!item[made++].record)
			die(&e);
		q->seconds += now_s() - began;
	}
	return made;
}

/* --- through the hub ---------------------------------------------------------------------------------------------- */

typedef size_t items_of(struct quality *, struct arena *, unsigned partner, uint64_t id, struct item *);

static void read_all(struct quality *q, items_of *items)
{
	AUTO(arena_free) struct arena *arena = arena_new();
	struct item *page = calloc(WORLD_PAGE, sizeof *page);
	uint64_t at[CORPUS_PARTNERS] = {0};

	for (bool more = true; more;) {
		more = false;
		for (unsigned p = 0; p < CORPUS_PARTNERS; p++, arena_reset(arena)) {
			size_t n = 0;
			double began;

			while (n + CORPUS_CONTACTS_MAX <= WORLD_PAGE && at[p] < q->corpus->companies)
				n += items(q, arena, p, corpus_order(q->corpus, p, at[p]++), page + n);
			more |= at[p] < q->corpus->companies;
			began = now_s();
			if (n)
				world_page(q->world, p, arena, page, n);
			q->seconds += now_s() - began;
		}
	}
	free(page);
}

static void title(const struct options *o, const char *what, bool numbers)
{
	printf("\n%s of %llu companies at up to four partners, seed %llu, %s enterprise numbers\n", what,
		(unsigned long long)o->companies, (unsigned long long)o->seed, numbers ? "with" : "without");
}

bool match_companies(const struct options *options, bool numbers)
{
	const struct corpus corpus = {.seed = options->seed, .companies = options->companies, .no_numbers = !numbers};
	struct world world;
	struct quality q = {.kind = &companies, .options = options, .corpus = &corpus, .world = &world};
	bool ok;

	title(options, "records", numbers);
	world_init(&world, options->work, options->model);
	printf("  model        %s\n", match_model_version(store_model(world.hub.store)));
	read_all(&q, company_items);
	ok = quality_report(&q);
	world_fini(&world);
	quality_fini(&q);
	return ok;
}

/* The companies come first, and are not reported; people refer to them as they were linked. */
bool match_contacts(const struct options *options)
{
	const struct corpus corpus = {.seed = options->seed, .companies = options->companies};
	struct world world;
	struct quality before = {.kind = &companies, .options = options, .corpus = &corpus, .world = &world};
	struct quality q = {.kind = &people, .options = options, .corpus = &corpus, .world = &world};
	bool ok;

	title(options, "people", true);
	world_init(&world, options->work, options->model);
	printf("  model        %s\n", match_model_version(store_model(world.hub.store)));
	read_all(&before, company_items);
	read_all(&q, contact_items);
	ok = quality_report(&q);
	world_fini(&world);
	quality_fini(&before);
	quality_fini(&q);
	return ok;
}
