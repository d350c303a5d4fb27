/* send.h - between send.c, which claims rows, and settle.c, which settles what became of them. */
#pragma once
#include "engine/reconcile.h"

/* Everything a claim works with. */
struct desk {
	struct hub *hub;
	struct claim *claim;
	struct arena *arena;
	const struct hub_partner *partner;
	struct outbox *row;
	struct entity *entity;
	struct shadow *shadow;         /* live or pending at the partner, or NULL */
};

/* Fills in the desk; row, entity or partner is NULL if there is none any more. */
bool send_look_up(struct hub *, struct claim *, struct desk *, struct err *);
/* Something was sent and not confirmed. */
bool send_attempted(const struct shadow *);
