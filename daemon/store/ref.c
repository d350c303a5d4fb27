/* ref.c - what a reference stands for: outside the hub a partner's key, inside a hub id. */
#include "store/sql.h"

/* Aliases of aliases; more is damage. */
#define ALIASES_MAX 64

/* The shadow a key stands for and the entity behind it: both may have become another one. 0: none. */
static int64_t entity_of_key(struct store *s, struct arena *arena, int partner, enum record_type type, const char *key)
{
	struct shadow_glance g;
	struct err kept;

	if (!store_shadow_glance(s, arena, partner, type, key, &g, &kept))
		return 0;
	for (int hops = 0; g.state == SHADOW_ALIAS && hops < ALIASES_MAX; hops++) {
		struct sql q = sql(s, SQL_SHADOW_GLANCE);

		sql_int(&q, g.alias_of);
		if (!sql_row(&q)) {
			sql_end(&q, &kept);
			return 0;
		}
		q.at = 5;
		g.state = (enum shadow_state)sql_get_small(&q);
		g.alias_of = sql_get_int(&q);
		g.entity = sql_get_int(&q);
		sql_end(&q, &kept);
	}
	return g.entity;
}

const char *store_ref_in(struct store *s, struct arena *arena, int partner, enum record_type type, const char *key)
{
	const int64_t id = entity_of_key(s, arena, partner, type, key);
	struct uuid hub_id;
	char text[UUID_TEXT_MAX];

	return id && entity_survivor(s, id, &hub_id) ? arena_strdup(arena, uuid_format(&hub_id, text)) : NULL;
}

const char *store_ref_out(struct store *s, struct arena *arena, int partner, const char *hub_id)
{
	const char *key = NULL;
	struct uuid parsed;
	struct err kept;
	struct sql q;
	int64_t id;

	if (!uuid_parse(hub_id, &parsed))
		return NULL;
	id = entity_id(s, &parsed);
	if (id)
		id = entity_survivor(s, id, &parsed);
	if (!id)
		return NULL;
	q = sql(s, SQL_SHADOW_KEY_OF);
	sql_int(&q, id);
	sql_int(&q, partner);
	if (sql_row(&q))
		key = sql_get_text(&q, arena);
	sql_end(&q, &kept);
	return key;
}

const char *store_ref_follow(struct store *s, struct arena *arena, const char *hub_id)
{
	char text[UUID_TEXT_MAX];
	struct uuid parsed;
	int64_t id, survivor;

	id = uuid_parse(hub_id, &parsed) ? entity_id(s, &parsed) : 0;
	survivor = id ? entity_survivor(s, id, &parsed) : 0;
	return !survivor || survivor == id ? hub_id : arena_strdup(arena, uuid_format(&parsed, text));
}
