/*
 * scenario.h - a scenario is a text that a person from a partner can read; scene is one playing of it.
 *
 * A line is a statement: what a partner's people do, a synchronisation, what an admin does, or what must be true.
 * README.md has the words. Everything that must survive a killed process is in `struct stage` and in the world, which are
 * shared memory, and in the store's file.
 */
#pragma once
#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/json.h"
#include "engine/engine.h"
#include "support/mem.h"
#include "support/simloop.h"

#define WORDS_MAX 24

struct line {
	unsigned number;               /* in the file, from 1 */
	const char *text;
	const char *word[WORDS_MAX];   /* quotes taken off */
	size_t n;
};

struct script {
	const char *file;
	struct line *line;
	size_t n;
};

/* NULL and a message on stderr if it cannot be read. */
struct script *script_read(struct arena *, const char *path);

struct stage {
	size_t line;                   /* being played */
	bool interrupted;              /* that line was begun before, by a process that was killed */
	int64_t wall_ms;
	uint64_t commits, turns;       /* so far */
	uint64_t kill_at, cancel_at;   /* 0: never */
	uint64_t starts;               /* of the engine */
	int64_t review;                /* being answered by that line; 0: not looked up yet */
};

#define EXIT_KILLED 100

struct scene {
	const struct script *script;
	const struct line *line;       /* being played */
	struct stage *stage;
	struct mem_world *world;
	const char *dir;               /* of the store */
	const char *variant;           /* for messages */
	json_t *hub, *partners;        /* what `config` lines said; partners by name */
	bool stale_config;             /* the engine runs with another configuration */
	struct simloop sim;
	struct engine *engine;
	struct arena *arena;           /* of the line */
};

/* Plays from stage->line to the end, then checks that nothing more happens. */
bool scene_play(struct scene *);

/* Always false: says where, in which variant, and what. */
__attribute__((format(printf, 2, 3))) bool scene_fail(const struct scene *, const char *fmt, ...);

/* people.c: `unizo has acme ...`. False and *known = false if the second word is none of its own. */
bool people_play(struct scene *, struct mem_partner *, bool *known);

/* system.c: `unizo quirk upper legal_name`. */
bool system_play(struct scene *, struct mem_partner *, bool *known);

int people_field(enum record_type, const char *name);   /* short names too; -1: there is none */
typedef bool people_visit(struct scene *, struct mem_partner *, struct mem_record *, unsigned field, const char *value);
/* For every field=value of the record that the line names from that word on; value as it is held there. */
bool people_each(struct scene *, struct mem_partner *, size_t word, people_visit *);
bool people_record(struct scene *, struct mem_partner *, size_t word,
	bool (*visit)(struct scene *, struct mem_partner *, struct mem_record *));

/* trouble.c: what goes wrong once, and what the hub heard. partner: the first word, or NULL. */
bool trouble_play(struct scene *, struct mem_partner *partner, bool *known);

/* admin.c: what concerns the hub. partner: the first word, or NULL if that is not a partner. */
bool admin_play(struct scene *, struct mem_partner *partner, bool *known);
bool admin_quiet(struct scene *);
/* desk.c: decisions about links, and what must be so because of them. */
bool desk_play(struct scene *, bool *known);
/* overdue.c: every command that counts overdue answers comes to that number. */
bool overdue_agree(struct scene *, int64_t overdue);

/* drive.c: the engine in virtual time. Every function but drive_close() opens it if need be. */
bool drive_sync(struct scene *, struct mem_partner *only, bool approve);   /* only NULL: all that are up */
bool drive_wait(struct scene *, uint64_t ms);
bool drive_tell(struct scene *, const struct mem_partner *, const struct mem_record *);   /* by a webhook, that it has changed */
bool drive_transaction(struct scene *, bool (*work)(struct hub *, struct arena *, void *ctx, struct err *), void *ctx,
	struct err *);   /* on the store's lane; the work begins and commits */
void drive_close(struct scene *);
int64_t drive_query(struct scene *, const char *sql, const char *text);      /* one number out of the store; ?1 is text */
const char *drive_query_text(struct scene *, const char *sql, const char *text);   /* NULL: no row */
