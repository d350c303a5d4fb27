/* commands_parts.h - the handlers behind the table in commands_table.c, by the file they are in. */
#pragma once
#include "engine/commands.h"

typedef bool command_part(struct command_call *, struct err *);

/* commands_status.c */
command_part command_status_before, command_status, command_partners, command_sync, command_pause, command_resume;
/* commands_record.c */
command_part command_log, command_records, command_search, command_show, command_explain_before,
	command_explain, command_disclosures,
	command_fields;
/* commands_desk.c */
command_part command_plan_list, command_plan_show, command_plan_approve, command_plan_reject, command_quarantine_list,
	command_quarantine_show, command_quarantine_retry, command_quarantine_retried, command_quarantine_drop, command_kick;
/* commands_review.c */
command_part command_review_list, command_review_show, command_review_accept, command_review_reject,
	command_review_merge, command_review_split;
/* commands_match.c */
command_part command_match_explain, command_match_replaced, command_match_replay;
/* What takes long and only reads: the command line does it itself, beside the daemon, which says so if it is asked. */
command_part command_beside;
/* commands_refused.c */
command_part command_refused_list, command_refused_show, command_refused_retry, command_refused_drop;
/* commands_refer.c */
command_part command_refer, command_withdraw, command_referrals_before, command_referrals, command_review_answer;
/* commands_report.c */
command_part command_report_before, command_kpi, command_funnel, command_matrix, command_report;

/* Puts into the call what run() needs of the configuration: the one in force, or that of the files while the daemon is down.
 * Each has {"levels": as in levels.h}; reports also {"names":{partner:{language:name}},"successors":{partner: the one it is
 * added up under}}, what is about one partner {"meant": its names in referrals}. ERR_GONE: no such partner. */
typedef bool command_take(struct command_call *, const struct config *, struct err *);
command_take command_status_take, command_referrals_take, command_report_take;
/* commands_setup.c */
command_part command_config_check, command_config_show, command_adapter_check, command_backup;

/* The answer, or false if there is none. */
static inline bool answer(struct command_call *call, json_t *out)
{
	call->out = out;
	return out != NULL;
}
