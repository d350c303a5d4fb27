/*
 * report.h - what the files of reports share: figures and periods in words. A figure that is hidden is "x" everywhere.
 */
#pragma once
#include "cli/cli.h"

/* X(name, Dutch, English) */
#define LANGUAGE_LIST(X) X(NL, "nl") X(EN, "en")
enum language {
#define X(language, name) LANGUAGE_##language,
	LANGUAGE_LIST(X)
#undef X
	LANGUAGES
};

#define REPORT_HIDDEN "x"

/* A count as a text: "224", REPORT_HIDDEN, or "" where there is no such figure. */
const char *report_count(struct arena *, const json_t *figures, const char *key);
/* All counts of an object of them, by type. */
int64_t report_sum(const json_t *counts);
/* n of m as "40.0%"; REPORT_HIDDEN or "" as above, "" too where m is 0. */
const char *report_share(struct arena *, const json_t *figures, const char *n, const char *of, enum language);
/* A length of time in the unit that suits it: "3.5 d", "7 h". */
const char *report_span(struct arena *, const json_t *figures, const char *key, enum language);
/* "2025-01-01 to 2025-12-31", "everything", ... */
const char *report_period(struct arena *, const json_t *answer, enum language);
/* "as known on 2025-12-31", "as known now" */
const char *report_known(struct arena *, const json_t *answer, enum language);
/* The stage of a funnel, of a group or of all (NULL), without figures that its groups cannot tell: a new reference. */
json_t *report_stage(const json_t *answer, const json_t *group, size_t stage);
/* What a value of a dimension is called: provinces by name, services in words, partners by their names. */
const char *report_label(const json_t *answer, const char *dimension, const json_t *value, enum language);
/* What several together are called that are not told apart: "14 others". */
const char *report_others(struct arena *, size_t n, enum language);
/* All values of a group's key, with ", " between; "total" for none. */
const char *report_group(struct arena *, const json_t *answer, const json_t *group, enum language);
const char *report_partner(const json_t *answer, const char *id, enum language);
const char *report_heading(const char *dimension, enum language);
/* Who was added up under whom, as a sentence; nothing where that was not asked. */
void report_successors(struct buf *, const json_t *answer, enum language);

/* A matrix in which no more than so many partners (at least 1) stand on each side, the last of them all others: a new reference. */
json_t *report_fold(struct arena *, const json_t *matrix, size_t most);

/* So many groups of a table, and partners on a side of the matrix, have room on the page. */
#define REPORT_PAGE_GROUPS 12
#define REPORT_PAGE_PARTNERS 8

/* Whole documents. */
void report_csv(struct buf *, const struct command *, const json_t *answer);
void report_svg(struct buf *, const struct command *, const json_t *answer);   /* a file of its own */
void report_html(struct buf *, const json_t *answer, const bool languages[LANGUAGES]);

/* Parts of pictures and pages. */
void report_escape(struct buf *, const char *text);                            /* for HTML, XML and their attributes */
void report_funnel_svg(struct buf *, struct arena *, const json_t *funnel, enum language);
void report_matrix_svg(struct buf *, struct arena *, const json_t *matrix, enum language);
void report_bars_svg(struct buf *, struct arena *, const json_t *kpi, enum language);
