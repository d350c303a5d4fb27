/* hooks.c - webhooks of the simulated partners: late, lost, doubled and out of order. */
#include "sim.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/hook.h"

static uint64_t draw(struct place *p, uint64_t from, uint64_t to)
{
	return from + simloop_draw(&p->w->sim) % (to - from + 1);
}

struct hook {
	struct timer timer;
	struct place *place;
	char id[24];
	const char *body; /* lives as long as the world */
};

static void on_hook(struct timer *t)
{
	struct hook *h = container_of(t, struct hook, timer);
	const struct http_header header = {.name = "webhook-id", .value = h->id};
	const struct http_exchange call = {.body = h->body, .body_len = strlen(h->body), .header = &header, .nheader = 1};
	struct world *w = h->place->w;
	unsigned status;
	struct err e;

	if (w->engine && !world_dying(w) && !w->closing && !w->over &&
		engine_webhook(w->engine, h->place->is->name, &call, &status, &e)) {
		w->out->deeds[DEED_HOOK]++;
		oracle_reason(h->place, REASON_HOOK);
	}
	free(h);
}

static void send_hook(struct place *p, const struct rec *r, uint64_t id)
{
	struct hook *h = calloc(1, sizeof *h);

	if (!h)
		abort();
	h->timer.fire = on_hook;
	h->place = p;
	h->body = hook_body(p->w->arena, r->type, r->key);
	snprintf(h->id, sizeof h->id, "%llu", (unsigned long long)id);
	timer_arm(&p->w->sim.loop, &h->timer, draw(p, 100, world_now(p->w) < p->hooks_twice_until_ms ? 60000 : 2000));
}

void remote_hook(struct place *p, const struct rec *r)
{
	if (!(p->is->caps & ADAPTER_CAN_WEBHOOKS) || world_now(p->w) < p->hooks_lost_until_ms)
		return;
	send_hook(p, r, p->feed);
	if (world_now(p->w) < p->hooks_twice_until_ms)
		send_hook(p, r, draw(p, 0, 1) ? p->feed : p->feed << 32);
}
