/*
 * explain.h - "why does it say this?" and "who received this?", from a record's history.
 *
 * The chain of a value: somebody's edit at a partner, the policy's decision with those that lost, what was sent to
 * whom and why, and what was read back there.
 */
#pragma once
#include "base/buf.h"
#include "base/err.h"
#include "base/json.h"

/*
 * history: as query_history() answers. shared: {partner:{type:[field,..]}}, or NULL if it is not known. field NULL: every field that has a value; else that field with all earlier
 * values. ERR_ITEM: no such field. The answer, a new reference:
 *   {"record":{"id","type","name","state"}, "fields":[{
 *      "field", "value", "held", "pinned",
 *      "because": [{"partner","seq","at","kind":"edit"|"seen","from","to"}],      whose word it was; sets: several
 *      "decision": {"seq","at","by","policy","from","to"} or null,
 *      "others": [{"partner","value","seq","at"}],                                what lost
 *      "receivers": [{"partner","state":"confirmed"|"renders"|"sent"|"waiting"|"refused"|"held"|"has it"|"kept away"|
 *                                "not shared"|"not given",
 *                     "sent":{"seq","at","why"}, "confirmed":{"seq","at"}, "shows", "error","attempts","since"}],
 *      "earlier": [{"seq","at","by","policy","from","to","cause"}]                with field only
 *   }]}
 */
json_t *explain(const json_t *history, const json_t *shared, const char *field, struct err *);

/* The same for people. Times are local. */
struct explain_style {
	bool colour;
};
void explain_print(struct buf *, const json_t *explained, const struct explain_style *);
