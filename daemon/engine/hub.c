#include "engine/hub.h"

#include <string.h>

struct hub_partner *hub_partner(struct hub *hub, int id)
{
	for (size_t i = 0; i < hub->n; i++)
		if (hub->partner[i].id == id)
			return &hub->partner[i];
	return NULL;
}

struct hub_partner *hub_partner_named(struct hub *hub, const char *name)
{
	for (size_t i = 0; i < hub->n; i++)
		if (!strcmp(hub->partner[i].config->id, name))
			return &hub->partner[i];
	return NULL;
}

/* splitmix64 (Steele, Lea, Flood 2014): ids need to be unlike, not secret. */
uint64_t hub_random(struct hub *hub)
{
	uint64_t z = hub->random += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return z ^ (z >> 31);
}

struct uuid hub_uuid(struct hub *hub)
{
	uint64_t r[2] = { hub_random(hub), hub_random(hub) };
	uint8_t bytes[10];

	memcpy(bytes, r, sizeof bytes);
	return uuid_v7(hub->now_ms, bytes);
}

void tally_add(struct tally *to, const struct tally *t)
{
	to->items += t->items;
	to->fresh += t->fresh;
	to->edited += t->edited;
	to->confirmed += t->confirmed;
	to->unchanged += t->unchanged;
	to->linked += t->linked;
	to->created += t->created;
	to->gone += t->gone;
	to->unusable += t->unusable;
	to->ignored += t->ignored;
	to->reviews += t->reviews;
	to->compared += t->compared;
	to->marked += t->marked;
	for (int type = 0; type < RECORD_TYPES; type++)
		for (unsigned f = 0; f < RECORD_FIELDS_MAX; f++) {
			to->changed[type][f] += t->changed[type][f];
			to->blanked[type][f] += t->blanked[type][f];
		}
}
