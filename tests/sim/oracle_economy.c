/*
 * oracle_economy.c - what the hub may ask of a partner.
 *
 * Not sooner than the partner said (Retry-After). A poll out of turn needs a reason, and each reason is good for so many
 * polls and no more. Everything else - single reads, searches, writes - needs something that happened:
 *
 *   a change by people, anywhere     EACH requests here: the read before the write, the write, and the read that confirms
 *                                    what a lagging list says of it
 *   an answer of the admin           as much: it may change the record
 *   a webhook                        the read that it asks for
 *   a request that failed            EACH: whether it had an effect is looked up, and it is made again
 *   a start of the hub's process     EACH for whatever was under way
 *   an unusable record               a look every five minutes, for who has something to write there
 *
 * While a partner is down, what waits for it (at most every record, and the poll) asks again and again, with growing
 * pauses: of the pauses between tries the longest is 600 s and the mean half of that, so that after the first 32, in
 * which they grow, a try every 150 s is more than chance can explain.
 */
#include "sim.h"

#include <string.h>

#include "base/hash.h"

enum { EACH = 3, LOOKS = 3, UNDER_WAY = 8, UNUSABLE_MS = 300000 };
enum { KNOCKS_GROWING = 32, KNOCK_MS = 150000 };

/* --- in turn ------------------------------------------------------------------------------------------------------ */

/* A pause is the configured one, a tenth more or less. */
static void begins_run(struct world *w, struct place *p)
{
	struct economy *x = &p->economy;
	const uint64_t due_ms = x->listed_ms + p->is->poll_s * 900;

	if (!x->listed_ms || world_now(w) >= due_ms || w->refused_until_ms)
		return;
	if (x->reasons)
		x->reasons--;
	else
		world_violated(w, "economy", "%s is polled %.1f s too early, and nothing asked for it", p->is->name,
			(double)(due_ms - world_now(w)) / 1000);
}

static void polls(struct world *w, struct place *p, const struct pull *pull)
{
	struct economy *x = &p->economy;

	if (world_now(w) < x->not_before_ms)
		world_violated(w, "economy", "%s is polled %.1f s before the time it asked for", p->is->name,
			(double)(x->not_before_ms - world_now(w)) / 1000);
	if (pull->type == 0 && !x->more)
		begins_run(w, p);
	x->more = false;
}

/* --- as often as something happened --------------------------------------------------------------------------------- */

static uint64_t happened(const struct world *w)
{
	const uint64_t *deed = w->out->deeds;

	return w->out->changes + deed[DEED_ACCEPTED] + deed[DEED_REJECTED] + deed[DEED_RETRIED];
}

static uint64_t allowed(const struct world *w, const struct place *p)
{
	return EACH * (happened(w) + p->economy.failed + UNDER_WAY * w->out->deeds[DEED_RESTART]) + p->economy.hooks +
		w->out->acts[ACT_SPOIL] * (1 + world_now(w) / UNUSABLE_MS);
}

void oracle_request(struct world *w, struct place *p, enum sim_op op, const struct pull *pull)
{
	struct economy *x = &p->economy;

	if (op == SIM_PULL)
		polls(w, p, pull);
	else if (++x->asked > allowed(w, p))
		world_violated(w, "economy", "%s was asked %llu times, polls apart, for %llu changes, %llu failures and %llu webhooks",
			p->is->name, (unsigned long long)x->asked, (unsigned long long)happened(w), (unsigned long long)x->failed,
			(unsigned long long)x->hooks);
}

void oracle_answered(struct world *w, struct place *p, enum sim_op op, const struct err *e, const struct pull *pull)
{
	struct economy *x = &p->economy;

	if (op == SIM_PULL) {
		x->listed_ms = world_now(w);
		x->more = !e->kind && pull->more;
	}
	if (world_now(w) >= p->down_until_ms)
		x->knocks = 0;
	if (!e->kind)
		return;
	x->failed++;
	/* A run that fails is begun again; a create without an answer is looked for by reading. */
	x->reasons += op == SIM_PUSH ? LOOKS : 1;
}

/* It takes a moment until a request is where nobody is. */
void oracle_knock(struct world *w, struct place *p)
{
	struct economy *x = &p->economy;
	const uint64_t waiting = w->things + 1;

	if (!x->knocks++)
		x->down_ms = world_now(w);
	if (x->knocks > waiting * (KNOCKS_GROWING + (world_now(w) - x->down_ms) / KNOCK_MS))
		world_violated(w, "economy", "%s is down, and was asked %llu times in %.0f s for at most %llu records", p->is->name,
			(unsigned long long)x->knocks, (double)(world_now(w) - x->down_ms) / 1000, (unsigned long long)waiting);
}

void oracle_reason(struct place *p, enum reason reason)
{
	p->economy.hooks += reason == REASON_HOOK;
	p->economy.reasons++;
}

/* --- when the partner has said so ----------------------------------------------------------------------------------- */

void oracle_busy(struct world *w, struct place *p, const struct push *push, uint64_t wait_ms)
{
	struct economy *x = &p->economy;

	if (push)
		x->busy[x->nbusy++ % 8] = (struct busy){hash_text(push->hub_id, push->kind), world_now(w) + wait_ms};
	else
		x->not_before_ms = world_now(w) + wait_ms;
}

void oracle_send(struct world *w, struct place *p, const struct push *push)
{
	const struct busy *busy = p->economy.busy;
	const uint64_t hub_id = hash_text(push->hub_id, push->kind);

	for (unsigned i = 0; i < 8; i++)
		if (busy[i].hub_id == hub_id && world_now(w) < busy[i].until_ms)
			world_violated(w, "economy", "%s is sent %s again %.1f s before the time it asked for", p->is->name,
				record_type_name(push->type), (double)(busy[i].until_ms - world_now(w)) / 1000);
}

/* What a process kept in memory is gone; the next one looks for what was under way. */
void oracle_restart(struct place *p)
{
	struct economy *x = &p->economy;

	p->lately.nrefused = 0;
	memset(p->lately.refused, 0, sizeof p->lately.refused);
	x->not_before_ms = x->listed_ms = 0;
	x->more = false;
	x->reasons += LOOKS * p->is->sends;
	memset(x->busy, 0, sizeof x->busy);
}
