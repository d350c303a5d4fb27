/* check_list.c - lists: complete, the same when read in other pages, and from where they ended before. */
#include "engine/check_parts.h"

#include "base/hash.h"
#include "base/room.h"

enum { FAULTS_MAX = 20, REQUESTS_MAX = 300, DAY_MS = 86400000, SECOND_MS = 1000 };

/* --- a walk ------------------------------------------------------------------------------------------------------ */

void walk_fini(struct walk *w)
{
	free(w->seen);
	free(w->cursor);
	*w = (struct walk){ 0 };
}

uint64_t key_hash(const char *key)
{
	return hash_text(key, 0);
}

static int by_key(const void *a, const void *b)
{
	const uint64_t x = ((const struct seen *)a)->key, y = ((const struct seen *)b)->key;

	return x < y ? -1 : x > y;
}

void walk_sort(struct walk *w)
{
	if (w->n)
		qsort(w->seen, w->n, sizeof(*w->seen), by_key);
}

const struct seen *walk_seen(const struct walk *w, uint64_t key)
{
	const struct seen wanted = { .key = key };

	return w->n ? bsearch(&wanted, w->seen, w->n, sizeof(*w->seen), by_key) : NULL;
}

static size_t walk_distinct(const struct walk *w)
{
	size_t n = 0;

	for (size_t i = 0; i < w->n; i++)
		n += !i || w->seen[i].key != w->seen[i - 1].key;
	return n;
}

struct record *record_keep(struct arena *arena, const struct record *r)
{
	struct record *kept = arena_copy(arena, r, sizeof(*r));

	for (unsigned f = 0; f < field_count(r->type); f++)
		kept->v[f] = arena_strdup(arena, r->v[f]);
	return kept;
}

/* --- what the first reading of everything leaves behind ---------------------------------------------------------- */

static void take_sample(struct checking *c, const struct item *item)
{
	size_t at = c->samples;
	uint64_t draw;

	loop_random(c->task.op.loop, &draw, sizeof(draw));
	if (at == SAMPLES_MAX)
		at = draw % ++c->sampled;
	else
		c->sampled = ++c->samples;
	if (at >= SAMPLES_MAX)
		return;
	c->sample[at] = (struct sample){ .key = arena_strdup(c->arena, item->key),
		.version = arena_strdup(c->arena, item->version),
		.hub_id = arena_strdup(c->arena, item->hub_id),
		.modified_ms = item->modified_ms,
		.record = record_keep(c->arena, item->record) };
}

static void take_usable(struct checking *c, const struct item *item)
{
	for (unsigned f = 0; f < field_count(c->type); f++)
		c->field_n[f] += item->record->v[f] != NULL;
	if (!check_made(item->record))
		take_sample(c, item);
	else if (c->nleft < LEFT_MAX)
		c->left[c->nleft++] = arena_strdup(c->arena, item->key);
}

static void take_unusable(struct checking *c, const struct item *item)
{
	if (!c->faults)
		c->faults = json_array();
	if (json_array_size(c->faults) < FAULTS_MAX)
		json_array_append_new(c->faults, json_pack("{ss*,ss*,ss}", "key", item->key, "field",
							 item->err.field[0] ? item->err.field : NULL, "reason", item->err.text));
}

static void take_wanted(struct checking *c, const struct item *item)
{
	c->found = true;
	c->item = *item;
	c->item.key = arena_strdup(c->arena, item->key);
	c->item.version = arena_strdup(c->arena, item->version);
	c->item.hub_id = arena_strdup(c->arena, item->hub_id);
	c->item.record = item->record ? record_keep(c->arena, item->record) : NULL;
}

static void walk_add(struct walk *w, const struct item *item)
{
	w->seen = room(w->seen, w->n, &w->cap, sizeof(*w->seen));
	w->seen[w->n++] = (struct seen){ .key = key_hash(item->key),
		.version = item->version ? hash_text(item->version, 1) : 0,
		.record = item->record ? record_hash(item->record) : 0,
		.modified_ms = item->modified_ms,
		.gone = item->state != ITEM_LIVE };
}

void walk_take(struct checking *c, struct walk *w, const struct pull *p)
{
	if (!w->pages++)
		w->total = p->total;
	for (size_t i = 0; i < p->n; i++) {
		const struct item *item = &p->item[i];

		if (!item->key || !*item->key) {
			w->unnamed++;
			continue;
		}
		walk_add(w, item);
		w->gone += item->state != ITEM_LIVE;
		if (c->wanted && !strcmp(item->key, c->wanted))
			take_wanted(c, item);
		if (item->state != ITEM_LIVE)
			continue;
		w->unusable += !item->record;
		if (w != &c->first)
			continue;
		if (item->record)
			take_usable(c, item);
		else
			take_unusable(c, item);
	}
	free(w->cursor);
	w->cursor = p->next ? strdup(p->next) : NULL;
	w->more = p->more;
}

bool walk_goes_round(struct walk *w)
{
	const uint64_t at = w->more && w->cursor ? hash_text(w->cursor, 2) : 0;
	const bool round = at && at == w->mark;

	if (w->pages >= w->power) {
		w->mark = at;
		w->power = 2 * w->pages;
	}
	return round;
}

json_t *type_json(const struct checking *c)
{
	const struct walk *w = &c->first;
	json_t *fields = json_object();

	for (unsigned f = 0; f < field_count(c->type); f++)
		if (c->field_n[f])
			json_object_set_new(fields, field_at(c->type, f)->name, json_integer(c->field_n[f]));
	return json_pack("{ss,sI,sI,sI,sI,sI,so,sO*}", "type", record_type_name(c->type), "items", (json_int_t)walk_distinct(w),
		"pages", (json_int_t)w->pages, "unusable", (json_int_t)w->unusable, "gone", (json_int_t)w->gone, "total",
		(json_int_t)w->total, "fields", fields, "faults", c->faults);
}

/* --- complete lists ---------------------------------------------------------------------------------------------- */

bool check_list(struct checking *c)
{
	if (!c->turn)
		return trial_walk(c, &c->first, NULL, 0, NULL);
	walk_sort(&c->first);
	if (c->err.kind)
		return trial_trouble(c, "the list ends after some pages");
	return trial_passed(c, NULL, "%zu records on %u page%s", walk_distinct(&c->first) - c->first.gone, c->first.pages,
		c->first.pages == 1 ? "" : "s");
}

/* Pages of another size, so that they end elsewhere, but not so small that there are too many. */
static size_t other_pages(const struct walk *w)
{
	const size_t page = w->n / (w->pages ? w->pages : 1), least = w->n / REQUESTS_MAX + 2;
	const size_t other = page * 2 / 3 | 1;

	return other > least ? other : least;
}

/* Those that stand in one walk and not in another, though a third says as the first does. */
static size_t lost(const struct walk *with, const struct walk *without, const struct walk *judge)
{
	size_t n = 0;

	for (size_t i = 0; i < with->n; i++) {
		const struct seen *s = &with->seen[i];

		if (i && s->key == s[-1].key)
			continue;
		n += !s->gone && !walk_seen(without, s->key) && walk_seen(judge, s->key);
	}
	return n;
}

/* Those in the second walk that neither the one before nor the one after it showed. */
static size_t found_between(const struct checking *c)
{
	size_t n = 0;

	for (size_t i = 0; i < c->second.n; i++) {
		const struct seen *s = &c->second.seen[i];

		if (i && s->key == s[-1].key)
			continue;
		n += !s->gone && !walk_seen(&c->first, s->key) && !walk_seen(&c->third, s->key);
	}
	return n;
}

static bool same_keys(const struct walk *a, const struct walk *b)
{
	return !lost(a, b, a) && !lost(b, a, b);
}

static bool list_passed(struct checking *c)
{
	const struct walk *a = &c->first, *b = &c->second;

	if (a->total > (int64_t)walk_distinct(a) && b->total > (int64_t)walk_distinct(b))
		return trial_failed(c, "list: the places of items and of the total, or a parameter that leaves nothing out",
			"it says that there are %lld, and lists %zu", (long long)b->total, walk_distinct(b));
	if (b->pages < 2)
		return trial_passed(c, NULL, "everything stands on one page");
	return trial_passed(c, NULL, "the same records on %u pages as on %u", b->pages, a->pages);
}

bool check_list_again(struct checking *c)
{
	static const char *const change = "cursor: the kind since+keyset, or a list sorted by what never changes; a page "
					  "must begin where the one before ended";
	size_t missed;

	if (c->turn == 0 && (!c->first.pages || c->first.more))
		return trial_not_tried(c, "there is no list that ends");
	if (c->turn == 0)
		return trial_walk(c, &c->second, NULL, other_pages(&c->first), NULL);
	if (c->err.kind)
		return trial_trouble(c, "read in other pages");
	if (c->turn == 1) {
		walk_sort(&c->second);
		if (same_keys(&c->first, &c->second))
			return list_passed(c);
		return trial_walk(c, &c->third, NULL, 0, NULL);
	}
	walk_sort(&c->third);
	missed = lost(&c->first, &c->second, &c->third) + found_between(c);
	if (missed)
		return trial_failed(c, change, "%zu records are listed or not depending on where a page ends", missed);
	return list_passed(c);
}

/* --- items ------------------------------------------------------------------------------------------------------- */

bool check_items(struct checking *c)
{
	const struct walk *w = &c->first;
	const char *change = "the fields and codecs named below, or the data there";

	if (w->unnamed)
		return trial_failed(c, "id: the place of the key", "%zu records without a key", w->unnamed);
	if (!w->n)
		return trial_not_tried(c, "there is no record");
	if (w->unusable * 20 > w->n)
		return trial_failed(c, change, "%zu of %zu records are unusable", w->unusable, w->n);
	return trial_passed(c, w->unusable ? change : NULL, "%zu of %zu records are unusable", w->unusable, w->n);
}

bool check_times(struct checking *c)
{
	const int64_t late_ms = loop_wall(c->task.op.loop) + DAY_MS;
	const struct walk *w = &c->first;
	size_t none = 0, later = 0;

	for (size_t i = 0; i < w->n; i++) {
		none += !w->seen[i].gone && !w->seen[i].modified_ms;
		later += w->seen[i].modified_ms > late_ms;
	}
	if (none + w->gone == w->n)
		return trial_not_applicable(c, "it tells no times of change");
	if (later)
		return trial_failed(c, "modified: its form, or the time zone",
			"%zu records say that they changed more than a day from now", later);
	if (none && c->remote->caps & ADAPTER_CAN_INCREMENTAL)
		return trial_failed(c, "modified, or a list that asks for the time of creation as well",
			"%zu of %zu records have no time of change", none, w->n);
	return trial_passed(c, NULL, "%zu times, none in the future", w->n - none);
}

bool check_versions(struct checking *c)
{
	const struct walk *w = &c->first;
	size_t none = 0, stuck = 0;

	if (!w->n)
		return trial_not_tried(c, "there is no record");
	for (size_t i = 0; i < w->n; i++) {
		const struct seen *s = &w->seen[i], *again = walk_seen(&c->second, s->key);

		none += !s->gone && !s->version;
		stuck += again && s->version && s->version == again->version && s->record != again->record;
	}
	if (none)
		return trial_failed(c, "version: its place, or leave it out", "%zu of %zu records have no version", none, w->n);
	if (stuck)
		return trial_failed(c, "version: another place, or leave it out",
			"%zu records changed and kept their version", stuck);
	return trial_passed(c, NULL, "%zu versions", w->n);
}

/* --- what changed since ------------------------------------------------------------------------------------------ */

static int64_t newest(const struct walk *w)
{
	int64_t ms = 0;

	for (size_t i = 0; i < w->n; i++)
		if (w->seen[i].modified_ms > ms)
			ms = w->seen[i].modified_ms;
	return ms;
}

/* Told although it did not change, and not for the sake of an overlap. */
static size_t told_for_nothing(const struct checking *c)
{
	const int64_t from_ms = newest(&c->first) - (int64_t)c->remote->overlap_ms - SECOND_MS;
	size_t n = 0;

	for (size_t i = 0; i < c->changes.n; i++) {
		const struct seen *s = &c->changes.seen[i], *before = walk_seen(&c->first, s->key);

		n += before && before->record == s->record && before->version == s->version &&
		     (!s->modified_ms || s->modified_ms < from_ms);
	}
	return n;
}

bool check_incremental(struct checking *c)
{
	size_t n;

	if (!c->turn && (!c->first.pages || c->first.more))
		return trial_not_tried(c, "there is no list that ends");
	if (!c->turn && !c->first.cursor)
		return trial_failed(c, "cursor and list: what the next reading begins from, or no incremental reading",
			"declared, but the list ends without a cursor");
	if (!c->turn)
		return trial_walk(c, &c->changes, c->first.cursor, 0, NULL);
	if (c->err.kind)
		return trial_trouble(c, "read on from the end of the list");
	n = told_for_nothing(c);
	if (n)
		return trial_failed(c, "list: the parameter that asks since when, or no incremental reading",
			"asked for what has changed, it told %zu records that had not", n);
	return trial_passed(c, NULL, "%zu records of %zu were told again", c->changes.n, c->first.n);
}
