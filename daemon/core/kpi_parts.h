/* kpi_parts.h - what the kpi*.c files share; nobody else includes it. */
#pragma once
#include <assert.h>

#include "core/idmap.h"
#include "core/joins.h"
#include "core/kpi.h"

/* People who may be one, in one group. */
struct cluster {
	uint32_t group;
	uint32_t members, certified;     /* as they are */
	uint32_t sessions;               /* different ones, of all of them */
};

struct group {
	struct kpi_figures f;
	uint32_t company_members, company_clusters;
};

/* Whose sessions are being counted in a group. */
struct mark {
	uint32_t who;                    /* NOBODY: nobody's yet */
	uint32_t latest, sessions;       /* of theirs */
};
#define NOBODY UINT32_MAX

/* One way of grouping. */
struct set {
	struct group *group;
	size_t n, cap;
	struct mark *mark;               /* by group */
	uint32_t *touched;               /* groups of the one that is being counted */
	size_t ntouched;
	struct idmap cluster_session, cluster_at;    /* (root and group, session); (group, root) to its cluster */
	struct cluster *cluster;
	size_t clusters, clusters_cap;
	struct idmap company_cluster;                /* (group, root) */
	bool *folded;                                /* by group; NULL: none */
	uint32_t others;                             /* the group that stands for those */
};

/* A row, kept until all are known. */
struct kept {
	uint32_t person, company, session;
	uint32_t mix;                    /* the groups it is in, as one number */
};

#define MIX_BITS 16
_Static_assert(KPI_GROUPS_MAX < 1 << MIX_BITS && KPI_SETS_MAX * MIX_BITS <= 64, "MIX_BITS");

struct kpi {
	unsigned certificate;
	struct idmap activity;                       /* (kind, id) to its number */
	struct idmap session;                        /* (activity, day) to its number */
	struct joins nodes;                          /* (activity, partner), joined by sessions held together */
	uint32_t *node_of;                           /* by session: one that held it */
	size_t sessions_cap;
	struct joins people, companies;              /* that may be the same */
	struct idmap two_people, two_companies;      /* that may be more: to by how many */
	struct idmap mix;                            /* of groups, MIX_BITS for each set but the total, to its number */
	uint64_t *mix_of;                            /* and back */
	size_t mixes_cap;
	struct kept *row;
	size_t rows, rows_cap;
	struct set set[KPI_SETS_MAX + 1];            /* the total first */
	size_t nsets;
	bool finished;
};

static inline uint64_t pair(uint64_t high, uint64_t low)
{
	assert(high <= UINT32_MAX - 1 && low <= UINT32_MAX);
	return high << 32 | low;
}

static inline uint32_t group_of(uint64_t groups, size_t set)
{
	return set ? (uint32_t)(groups >> ((set - 1) * MIX_BITS) & ((1u << MIX_BITS) - 1)) : 0;
}

/* Counts all rows into the figures of all groups, once. */
void kpi_count(struct kpi *);
