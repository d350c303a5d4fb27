/*
 * registry.h - the partners as organisations: from when until when each exists, who came after it, how it is called,
 * which provinces it serves, and the groups it belongs to. How one is reached (its endpoint) is another matter: several
 * may be reached by one, and who has retired by none.
 *
 * Days are texts, YYYY-MM-DD, so that their order is strcmp()'s. Nothing here is ever forgotten: who was renamed, merged,
 * split or retired keeps its row, and what happened before is told by the id of that time.
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"

#define REGISTRY_LANGUAGE_LIST(X) X(NL, "nl") X(EN, "en")
enum registry_language {
#define X(language, name) REGISTRY_##language,
	REGISTRY_LANGUAGE_LIST(X)
#undef X
	REGISTRY_LANGUAGES
};

/* What became of one after its last day. */
#define REGISTRY_FATE_LIST(X)                                                        \
	X(RETIRED, "retired", "nobody came after it")                                \
	X(SUCCEEDED, "succeeded_by", "another took its place")                       \
	X(MERGED, "merged_into", "it became part of another")                        \
	X(SPLIT, "split_into", "several took its place, each for its provinces")
enum registry_fate {
#define X(fate, name, meaning) REGISTRY_##fate,
	REGISTRY_FATE_LIST(X)
#undef X
	REGISTRY_FATES
};
extern const char *const registry_fate_names[REGISTRY_FATES];

struct registry_list {
	const char *const *item;
	size_t n;
};

struct registry_partner {
	const char *id;
	const char *endpoint;                      /* id of the partner whose endpoint reaches it; NULL: none */
	const char *name[REGISTRY_LANGUAGES];      /* none NULL */
	const char *from, *until;                  /* first and last day; NULL: open */
	enum registry_fate fate;
	struct registry_list successor;
	struct registry_list province;             /* ISO 3166-2 */
	const void *where;                         /* whoever made it: for faults */
};

struct registry_group {
	const char *id;
	const char *name[REGISTRY_LANGUAGES];
	struct registry_list member;               /* ids of partners */
	const void *where;
};

struct registry {
	struct registry_partner *partner;          /* sorted by id */
	size_t n;
	struct registry_group *group;              /* sorted by id */
	size_t ngroups;
};

/* Sorts what was filled in. */
void registry_sort(struct registry *);

/* Everything that is wrong, one call a fault; where is the partner's or the group's, key what of it is at fault:
 * "valid_until", a fate's name, "members", or NULL. */
typedef void registry_fault_fn(void *ctx, const void *where, const char *key, const char *what);
void registry_check(const struct registry *, registry_fault_fn *, void *ctx);

const struct registry_partner *registry_find(const struct registry *, const char *id);          /* NULL: unknown */
const struct registry_group *registry_group_find(const struct registry *, const char *id);
/* The group that a partner is a member of, the first by id if of several; NULL: none. */
const struct registry_group *registry_group_of(const struct registry *, const char *partner);
/* What to call a partner or a group; the id itself of one that is not in the registry. */
const char *registry_name(const struct registry *, const char *id, enum registry_language);

/* NULL for the day: always. */
bool registry_valid(const struct registry_partner *, const char *day);
bool registry_ended(const struct registry_partner *, const char *day);   /* its last day is before that one */
bool registry_serves(const struct registry_partner *, const char *province);

/* Who stands for it on that day: itself, as long as it goes on, else who came after it, of several the one that serves
 * the province (NULL: not known). NULL if it is unknown, has retired, or several could be meant. */
const struct registry_partner *registry_on(const struct registry *, const char *id, const char *day, const char *province);
/* The same, each step of the way: id itself, then who came after it, up to max. How many there are. */
size_t registry_chain(const struct registry *, const char *id, const char *day, const char *province,
	const struct registry_partner **out, size_t max);
/* Under whose id what it did is added up on that day: the last of that way, wherever the company is. Who was split or has
 * retired keeps its own, and so does one that is unknown. */
const char *registry_successor(const struct registry *, const char *id, const char *day);

/* The member of a group that serves the province on that day; NULL: none does, or the province is not known. A member
 * that ended is stood for by its successor. */
const struct registry_partner *registry_route(const struct registry *, const struct registry_group *, const char *province,
	const char *day);
