/* check_table.c - the table of trials, in the order they are made. */
#include "engine/check_parts.h"

#define CAN(cap) ADAPTER_CAN_##cap

const struct trial trials[] = {
	{ "list", "everything can be listed, page by page, to an end", 0, TRIAL_READS, check_list },
	{ "list-again", "pages of another size show the same records", CAN(COMPLETE), TRIAL_READS, check_list_again },
	{ "items", "every record has a key, and nearly all are usable", 0, TRIAL_READS, check_items },
	{ "times", "the times of change are times, and past", 0, TRIAL_READS, check_times },
	{ "versions", "every record has a version, and another one after a change", CAN(VERSIONS), TRIAL_READS, check_versions },
	{ "single-get", "a record read singly says what the list says", CAN(GET), TRIAL_READS, check_single_get },
	{ "no-such-record", "what is not there is not found, and no other fault", CAN(GET), TRIAL_READS, check_no_such_record },
	{ "find-known", "an external id finds its record", CAN(FIND), TRIAL_READS, check_find_known },
	{ "find-nothing", "an external id that nothing has finds nothing", CAN(FIND), TRIAL_READS, check_find_nothing },
	{ "map-laws", "live values, written back, would be the same", 0, TRIAL_READS, check_map_laws },
	{ "incremental", "the next reading tells what has changed, and no more", CAN(INCREMENTAL), TRIAL_READS, check_incremental },
	{ "left-over", "no record of an earlier check is there", 0, TRIAL_READS, check_left_over },

	{ "create", "a record can be made, and says what was written", CAN(CREATE), TRIAL_WRITES, check_create },
	{ "create-token", "a create repeated under its token makes nothing twice", CAN(CREATE) | CAN(IDEMPOTENT), TRIAL_WRITES,
		check_create_token },
	{ "create-external-id", "a record just made is found by its external id, before it is made twice",
		CAN(CREATE) | CAN(FIND), TRIAL_WRITES, check_create_external_id },
	{ "refusal", "a value the partner does not take is a fault of that record only", CAN(CREATE), TRIAL_WRITES, check_refusal },
	{ "update", "a change arrives, and changes nothing else", CAN(CREATE) | CAN(UPDATE), TRIAL_WRITES, check_update },
	{ "versions-change", "the version changes with every change", CAN(CREATE) | CAN(UPDATE) | CAN(VERSIONS), TRIAL_WRITES,
		check_versions_change },
	{ "keeps-the-rest", "a change leaves alone what it does not know", CAN(CREATE) | CAN(UPDATE), TRIAL_WRITES,
		check_keeps_the_rest },
	{ "empties", "a field can be emptied", CAN(CREATE) | CAN(UPDATE), TRIAL_WRITES, check_empties },
	{ "stale-update", "a change is refused if the record has changed since it was read",
		CAN(CREATE) | CAN(UPDATE) | CAN(CONDITIONAL), TRIAL_WRITES, check_stale_update },
	{ "edit-told", "a change is told by the next incremental reading", CAN(CREATE) | CAN(UPDATE) | CAN(INCREMENTAL),
		TRIAL_WRITES, check_edit_told },
	{ "since-inclusive", "a change in the same instant as the last one read is told",
		CAN(CREATE) | CAN(UPDATE) | CAN(INCREMENTAL), TRIAL_WRITES, check_since_inclusive },
	{ "pages-under-writes", "nothing is missed when records move while pages are read", CAN(CREATE) | CAN(UPDATE),
		TRIAL_WRITES, check_pages_under_writes },
	{ "stale-delete", "a removal is refused if the record has changed since it was read",
		CAN(CREATE) | CAN(UPDATE) | CAN(DELETE) | CAN(CONDITIONAL), TRIAL_WRITES, check_stale_delete },
	{ "delete", "a record can be removed", CAN(CREATE) | CAN(DELETE), TRIAL_WRITES, check_delete },
	{ "delete-told", "a deletion is told, or declared not to be", CAN(CREATE) | CAN(DELETE), TRIAL_WRITES, check_delete_told },
	{ "gone", "a record that was removed is known to be gone, and not made again by a change",
		CAN(CREATE) | CAN(UPDATE) | CAN(DELETE), TRIAL_WRITES, check_gone },

	{ "tidy", "what was made is removed again", 0, TRIAL_ONCE, check_tidy },
	{ "credentials", "wrong credentials are refused, and not answered with an empty list", 0, TRIAL_ONCE, check_credentials },
	{ "limits", "waiting as long as the partner asks for is enough", 0, TRIAL_ONCE, check_limits },
	{ 0 },
};

static bool flag(const json_t *args, const char *name)
{
	return json_is_true(json_object_get(args, name));
}

bool check_asked(struct check *check, const json_t *args, struct err *e)
{
	const char *name = json_string_value(json_object_get(args, "type"));
	enum record_type type;

	if (name && !record_type_parse(name, &type))
		return err_set(e, ERR_ITEM, "no record type is called %.40s", name);
	check->types = name ? 1u << type : 0;
	check->offline = flag(args, "offline");
	check->write = flag(args, "write");
	check->leave = flag(args, "leave");
	if (check->write && !flag(args, "yes"))
		return err_set(e, ERR_ITEM,
			"--write makes, changes and removes records named \"Doorstroom check ...\" at %.40s: say --yes as well",
			check->partner->id);
	return true;
}

bool check_left_alone(const char *partner, const char *state, struct err *e)
{
	if (!strcmp(state, "paused") || !strcmp(state, "disabled") || !strcmp(state, "removed"))
		return true;
	return err_set(e, ERR_CONFLICT,
		"the daemon synchronises %.40s (%s) and would read what a check makes there: `doorstroom pause %.40s` first", partner,
		state, partner);
}
