/*
 * config.h - the configuration files as structs. Everything lives in the config's own arena and is read-only once
 * loaded; a reload builds another one. All faults of all files are reported at once, as file:line:column: path: what.
 */
#pragma once
#include "base/options.h"
#include "core/guard.h"
#include "core/match.h"
#include "core/record.h"
#include "core/registry.h"

/* Which records a partner may be given that it does not have. */
#define SCOPE_LIST(X)                                                          \
	X(LINKED, "linked", "records it already has")                          \
	X(REFERRED, "referred", "what a referral from or to it brings")        \
	X(ALL, "all", "every record")

enum scope_bit {
#define X(scope, name, meaning) SCOPE_BIT_##scope,
	SCOPE_LIST(X)
#undef X
};
enum scope {
#define X(scope, name, meaning) SCOPE_##scope = 1 << SCOPE_BIT_##scope,
	SCOPE_LIST(X)
#undef X
};

struct share {
	unsigned scopes;              /* SCOPE_*; default linked + referred */
	uint64_t fields;              /* what may be sent there; default none */
};

/* How long a partner may take to answer a referral for that service; service NULL: for any other. */
struct service_level {
	const char *service;
	uint64_t ms;
};

enum deletion { DELETION_UNLINK, DELETION_ARCHIVE, DELETION_PROPAGATE };
enum onboarding { ONBOARDING_REVIEW, ONBOARDING_APPLY };

struct partner_config {
	const char *id;               /* [a-z][a-z0-9-]*, at most 40 */
	const char *label;            /* for people */
	const char *file;
	bool enabled;
	const struct yaml *endpoint;  /* the adapter's to read; NULL: none, it is known and never contacted */
	const char *until;            /* its last day, YYYY-MM-DD, or NULL: after it, nothing is read or written there */
	uint64_t poll_ms, complete_ms, stale_ms;   /* stale_ms: how long after a push lists may lag; alarm see alarm_ms */
	uint64_t alarm_ms;            /* no complete epoch for that long: unhealthy */
	enum onboarding onboarding;
	unsigned types;               /* 1 << RECORD_* */
	struct share share[RECORD_TYPES];
	enum deletion deletion[RECORD_TYPES];
	unsigned rank[RECORD_TYPES][RECORD_FIELDS_MAX];   /* authority; lower wins; UINT_MAX: none */
	struct guard_limit guard[GUARDS];
	int64_t sends;                /* pushes in flight at once */
	struct registry_list desks;   /* names that referrals use for this endpoint, besides its id */
	struct service_level *level;
	size_t nlevels;
	uint64_t expiry_ms;           /* how long an unanswered referral to it stays open; 0: as long as it takes */
};

struct config {
	struct arena *arena;
	const char *file;             /* the main one */
	const char *dir;              /* where relative paths start */
	const char *state_dir, *control_socket, *listen;   /* listen NULL: no TCP at all */
	const char *store_path;       /* state_dir/doorstroom.db */
	const char *log_level;
	const char *manifest_path;
	const char *model_path;       /* NULL: the model that is built in */
	struct option_list read_group, operate_group;      /* who may use the control socket, besides root and the daemon's user */
	uint64_t watchdog_ms;
	enum policy policy[RECORD_TYPES][RECORD_FIELDS_MAX];
	struct partner_config **partner;                    /* by id */
	size_t n;
	struct registry registry;                           /* partners, their desks, and groups, as organisations */
};

/* NULL if anything is wrong; diags has it all. path: the main file; its `include:` globs are read in C-locale order. */
struct config *config_load(const char *path, struct diags *);
/* The same from a text; name stands for the file in diagnoses, relative paths start at dir. */
struct config *config_parse(const char *name, const char *dir, const char *text, size_t n, struct diags *);
void config_free(struct config *);
AUTO_DEFINE(struct config, config_free)

/* The model that `model:` names, the caller's; NULL: the built-in one. False: the file is no model, or not there any more. */
bool config_model(const struct config *, struct match_model **out, struct err *);

/* The effective configuration as YAML: every value with where it came from; secrets as their source only. */
void config_print(struct buf *, const struct config *);
/* Options that differ and that only a restart can change, "state_dir, listen"; "" if there are none. */
const char *config_restart(struct arena *, const struct config *before, const struct config *after);
/* The commented sample, equal to conf/doorstroom.yaml (a test holds it so). */
void config_print_sample(struct buf *);

/* All that a command line needs to find the daemon or its store; texts in the arena. Reads the main file alone and
 * takes no offence at anything in it; what it cannot read has its default. */
struct config_place {
	const char *state_dir, *store_path, *control_socket;
};
void config_place(struct arena *, const char *path, struct config_place *);

/* $CREDENTIALS_DIRECTORY/name or a file (refused if group- or world-readable); as adapter_env.secret. */
const char *config_secret(struct arena *, const struct yaml *ref, struct err *);

const struct partner_config *config_partner(const struct config *, const char *id);   /* or NULL */
/* The partner that a referral's from_partner or to_partner means: by id or by desk; NULL: none here. */
const struct partner_config *config_desk(const struct config *, const char *name);
/* Whether its last day is over, in Belgium (core/period.h). */
bool config_ended(const struct partner_config *, int64_t ms);
/* How long whoever a referral is addressed to may take to answer it; 0: nothing was agreed. */
uint64_t config_service_level(const struct config *, const char *to, const char *service);
