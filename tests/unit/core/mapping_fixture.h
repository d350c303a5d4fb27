/* mapping_fixture.h - mappings from text. */
#pragma once
#include "core/mapping.h"
#include "fixture.h"

static inline struct mapping *try_compile(enum record_type type, const char *yaml, struct diags *diags)
{
	struct yaml *y;

	*diags = (struct diags){.arena = arena};
	y = yaml_parse(arena, "map.yaml", yaml, strlen(yaml), diags);
	assert_non_null(y);
	return mapping_compile(arena, type, y, diags);
}

static inline struct mapping *compile(enum record_type type, const char *yaml)
{
	struct diags diags;
	struct mapping *m = try_compile(type, yaml, &diags);

	if (!m)
		fail_msg("%s", diags.line[0]);
	if (!mapping_check(m, &diags))
		fail_msg("%s", diags.line[0]);
	return m;
}

/* One row of each kind. */
static const char simple[] = "legal_name: /name\n"
			     "enterprise_number: { at: /vat, as: 'enterprise-number:vat' }\n"
			     "phones: { at: [/telephone1, /mobile], as: 'phone:BE' }\n"
			     "emails: { at: /mails, each: '' }\n"
			     "alternative_names: { at: /tags, as: 'split:;' }\n"
			     "status: { at: /state/code, as: enum, words: { '0': AC, '1': ST } }\n"
			     "postal_code: { at: /zip, as: number }\n"
			     "language: { at: /lang, as: 'language:{}_BE', empty: false }\n"
			     "municipality: { at: /city, absent: empty, empty: missing }\n"
			     "address_raw: { at: /line, write: no }\n"
			     "country: { value: be }\n"
			     "x.voka.segment: /segment\n";
