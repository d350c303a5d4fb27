/* No statement reads a whole table, or sorts, unless it is named here. */
#include "fixture.h"

#define NAMES(name, text) #name,
static const char *const names[] = { SQL_STATEMENTS(NAMES) };

static bool excused(const char *name, const char *plan)
{
	static const struct {
		const char *name, *plan;
	} rows[] = {
		{ "SEEN_ADD", "SCAN CONSTANT ROW" },
		{ "FEED_ALL", "SCAN feed" },
		{ "SEEN_COUNT_NOT", "SCAN seen" },		    /* narrow; once per complete scan */
		{ "PLAN_BY_HASH", "USE TEMP B-TREE FOR ORDER BY" }, /* the few that share a prefix */
		/* The record and the few that became part of it. */
		{ "REFERRING", "SCAN CONSTANT ROW" },
		{ "REFERRING", "SCAN same" },
		{ "REFERRING", "USE TEMP B-TREE FOR DISTINCT" },
		{ "OVERDUE_SETTLED", "SCAN overdue" },	    /* the few that wait too long for an answer */
		/* Reports count what there is. */
		{ "REPORT_PARTNER_WORDS", "SCAN partner USING COVERING INDEX sqlite_autoindex_partner_1" },
		{ "REPORT_MERGED", "SCAN fact_merged" },
		{ "REPORT_CONTACTS", "SCAN fact_contact" },
		{ "REPORT_ORGANIZATIONS", "SCAN fact_organization" },
		{ "REPORT_PARTICIPATIONS", "SCAN fact_participation" },
		{ "REPORT_REFERRALS", "SCAN r" },
		{ "REPORT_DOUBTS", "SCAN review" },
		{ "REPORT_QUESTIONS", "SCAN review" },
		{ "REPORT_QUESTIONS", "USE TEMP B-TREE FOR GROUP BY" }, /* of four */
		{ "REPORT_UNREADABLE", "SCAN quarantine" },
		{ "REPORT_UNREADABLE", "USE TEMP B-TREE FOR GROUP BY" },
		{ "SHADOW_KEY_CLEAR", "SCAN shadow_key" },
		{ "MATCH_KEY_CLEAR", "SCAN match_key" },
		{ "DECISION_ALL", "SCAN decision" },		    /* what people answered, for match report */
		{ "DECISION_ANY", "SCAN decision USING COVERING INDEX decision_other" },		    /* its first row */
		{ "DECIDED", "SCAN decision" },			    /* with another model */
		{ "DECIDED", "SCAN decision USING COVERING INDEX decision_other" },
		{ "DECIDED", "UNION USING TEMP B-TREE" },
		{ "DECISION_KEY_CLEAR", "SCAN decision_key" },
		{ "REPLACED", "SCAN replaced" },		    /* few, at the start */
		{ "REVIEWS_LIKE", "SCAN json_each VIRTUAL TABLE INDEX 3:" }, /* of one review */
		{ "MATCH_KEY_ALL", "SCAN match_key" },		    /* once, at the first look-up */
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		if (!strcmp(rows[i].name, name) && !strcmp(rows[i].plan, plan))
			return true;
	return false;
}

static void every_statement_uses_an_index(void **state)
{
	struct fixture *f = *state;
	int bad = 0;

	for (int n = 0; n < SQL_STATEMENT_COUNT; n++) {
		char *text = sqlite3_mprintf("EXPLAIN QUERY PLAN %s", sql_text_of((enum sql_statement)n));
		sqlite3_stmt *q = NULL;

		if (sqlite3_prepare_v2(f->store->db, text, -1, &q, NULL) != SQLITE_OK)
			fail_msg("%s: %s", names[n], sqlite3_errmsg(f->store->db));
		while (sqlite3_step(q) == SQLITE_ROW) {
			const char *plan = (const char *)sqlite3_column_text(q, 3);

			if ((!strncmp(plan, "SCAN ", 5) || strstr(plan, "TEMP B-TREE")) && !excused(names[n], plan)) {
				print_error("%s: %s\n", names[n], plan);
				bad++;
			}
		}
		sqlite3_finalize(q);
		sqlite3_free(text);
	}
	assert_int_equal(bad, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(every_statement_uses_an_index, fixture_setup_open, fixture_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
