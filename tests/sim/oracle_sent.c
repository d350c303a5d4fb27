/*
 * oracle_sent.c - what the hub sends, beside what it sent to the same partner just before: not too many deletions without
 * asking (I6), a company before its people (dependencies), and no condition that was refused already.
 */
#include "sim.h"

#include "base/hash.h"

/* So long after it was told something is known; so close together are what one plan sends. */
enum { KNOWN_MS = 10000, TOGETHER_MS = 3000 };
/* What was approved may wait that long for a partner that is down. */
#define APPROVED_MS (4 * HOUR_MS)

/* --- deletions ---------------------------------------------------------------------------------------------------- */

/* As many as the guard lets pass in an hour, and once more as many that were late. */
void oracle_deletion(struct world *w, struct place *p, enum record_type type)
{
	struct lately *x = &p->lately;
	uint64_t *oldest = &x->deleted_ms[type][x->ndeleted[type] % SIM_DELETES];

	if (x->approved_ms && x->approved_ms + APPROVED_MS > world_now(w))
		return;
	if (x->ndeleted[type]++ >= SIM_DELETES && *oldest + HOUR_MS > world_now(w) && p->down_until_ms + HOUR_MS < world_now(w))
		world_violated(w, "I6 false delete", "%s: more than %d records of type %s are deleted in %.0f s, and nobody approved that",
			p->is->name, SIM_DELETES, record_type_name(type), (double)(world_now(w) - *oldest) / 1000);
	*oldest = world_now(w);
}

void oracle_approved(struct place *p)
{
	p->lately.approved_ms = world_now(p->w);
}

/* --- order -------------------------------------------------------------------------------------------------------- */

/* The company of that person, if all who say one say the same, and long enough that the hub knows; 0: none. */
static unsigned company_of(struct world *w, unsigned thing)
{
	unsigned company = 0;

	for (unsigned i = 0; i < SIM_PARTNERS; i++)
		for (size_t k = 0; k < w->place[i].n; k++) {
			const struct rec *r = w->place[i].rec[k], *c;

			if (r->thing != thing || r->hub_made || rec_now(r)->standing != STANDS || !*rec_now(r)->v[CONTACT_ORGANIZATION])
				continue;
			c = place_at(r->place, RECORD_ORGANIZATION, rec_now(r)->v[CONTACT_ORGANIZATION]);
			if (!c || !c->told_ms || c->told_ms + KNOWN_MS > world_now(w) || (company && company != world_root(w, c->thing)))
				return 0;
			company = world_root(w, c->thing);
		}
	return company;
}

/* Whoever is made while the company is on its way there waits for it. */
void oracle_order(struct world *w, struct place *p, const struct push *push, unsigned thing)
{
	struct lately *x = &p->lately;
	const unsigned company = push->type == RECORD_ORGANIZATION ? world_root(w, thing) : 0;
	const uint64_t now = world_now(w);

	if (push->type == RECORD_CONTACT && !(push->fields & FIELD_BIT(CONTACT_ORGANIZATION)))
		x->bare[x->nbare++ % SIM_LATELY] = (struct bare){company_of(w, thing), now};
	for (unsigned i = 0; company && i < SIM_LATELY; i++)
		if (x->bare[i].company == company && x->bare[i].at_ms + TOGETHER_MS > now)
			world_violated(w, "order", "%s: the hub makes %s #%u, and made who belongs to it without it %.3f s before",
				p->is->name, record_type_name(push->type), thing, (double)(now - x->bare[i].at_ms) / 1000);
}

/* --- conditions --------------------------------------------------------------------------------------------------- */

static uint64_t condition(const struct push *push)
{
	return hash_text(push->key, hash_text(push->version, push->type));
}

void oracle_refused(struct world *w, struct place *p, const struct push *push)
{
	if (push->version && !w->refused_until_ms)
		p->lately.refused[p->lately.nrefused++ % SIM_LATELY] = condition(push);
}

/* Whoever can read the record reads it before writing again. */
void oracle_version(struct world *w, struct place *p, const struct push *push)
{
	for (unsigned i = 0; push->version && i < SIM_LATELY; i++)
		if (p->is->caps & ADAPTER_CAN_GET && p->lately.refused[i] == condition(push))
			world_violated(w, "contract", "%s is sent %s %s again under a version that it has refused", p->is->name,
				record_type_name(push->type), push->key);
}
