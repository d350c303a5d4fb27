/*
 * setup.h - the partners of one configuration: opened, installed in the store and the hub, closed. Internal to the
 * engine; a reload opens the next setup while the present one still works.
 */
#pragma once
#include "engine/partner.h"

/* Takes the config; no I/O. False and diagnoses if an endpoint cannot be opened: the setup can only be closed then. */
bool setup_open(struct engine *, struct config *, struct diags *, struct setup **);
/* On the lane, or before the loop runs: rows, onboarding, feeds. */
bool setup_install(struct engine *, struct setup *, struct err *);
/* Closes the remotes, then calls setup_closed(), never from inside. */
void setup_close(struct engine *, struct setup *);
void setup_free(struct setup *);               /* remotes are closed, or never ran; NULL is fine */

void setup_closed(struct engine *, struct setup *);   /* engine.c */
