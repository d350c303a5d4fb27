#include "core/mapping.h"
#include "core/normalise.h"

#include <string.h>

#include "mapping_fixture.h"

static struct record *read_item(const struct mapping *m, const char *text)
{
	AUTO(json_drop) json_t *item = json_of(text);
	struct err e = {0};
	struct record *r = mapping_in(m, arena, item, &e);

	if (!r)
		fail_msg("%s: %s", e.field, e.text);
	return r;
}

static void is_written(
	const struct mapping *m, const struct record *r, uint64_t fields, const char *before, const char *after)
{
	AUTO(json_drop) json_t *body = json_of(before);
	AUTO(json_drop) json_t *want = json_of(after);
	struct err e = {0};

	if (!mapping_out(m, r, fields, body, &e))
		fail_msg("%s: %s", e.field, e.text);
	if (!json_equal(body, want)) {
		AUTO(free) char *got = json_canonical(body);

		fail_msg("wrote %s", got);
	}
}

#define WRITE(m, r, fields, after) is_written(m, r, fields, "{}", after)

static void reading(void **state)
{
	struct mapping *m = compile(RECORD_ORGANIZATION, simple);
	struct record *r =
		read_item(m, "{\"name\":\" Acme  NV \",\"vat\":\"BE 0403.449.823\",\"telephone1\":\"02 315 13 51\","
			     "\"mobile\":\"0470123456\",\"mails\":[\"b@acme.example\",null,\"a@acme.example\"],"
			     "\"tags\":\" x "
			     ";y;;x\",\"state\":{\"code\":1},\"zip\":9000,\"lang\":\"nl_BE\",\"line\":\"Kerkstraat 1\","
			     "\"segment\":7}");

	(void)state;
	is_value(r->v[ORGANIZATION_LEGAL_NAME], "Acme NV");
	is_value(r->v[ORGANIZATION_ENTERPRISE_NUMBER], "0403449823");
	is_value(r->v[ORGANIZATION_PHONES], "+3223151351\n+32470123456");
	is_value(r->v[ORGANIZATION_EMAILS], "a@acme.example\nb@acme.example");
	is_value(r->v[ORGANIZATION_ALTERNATIVE_NAMES], "x\ny");
	is_value(r->v[ORGANIZATION_STATUS], "ST");
	is_value(r->v[ORGANIZATION_POSTAL_CODE], "9000");
	is_value(r->v[ORGANIZATION_LANGUAGE], "nl");
	is_value(r->v[ORGANIZATION_MUNICIPALITY], "");
	is_value(r->v[ORGANIZATION_ADDRESS_RAW], "Kerkstraat 1");
	is_value(r->v[ORGANIZATION_COUNTRY], "BE");
	is_value(r->v[field_find(RECORD_ORGANIZATION, "x.voka.segment")], "7");
	is_value(r->v[ORGANIZATION_STREET], NULL);
}

static void absent_empty_and_value_are_three_things(void **state)
{
	struct mapping *m = compile(RECORD_ORGANIZATION, simple);
	struct record *r = read_item(m, "{}");

	(void)state;
	is_value(r->v[ORGANIZATION_LEGAL_NAME], NULL);
	is_value(r->v[ORGANIZATION_PHONES], NULL);
	is_value(r->v[ORGANIZATION_STATUS], NULL);
	is_value(r->v[ORGANIZATION_MUNICIPALITY], "");
	r = read_item(m, "{\"name\":null,\"vat\":\"\",\"mobile\":null,\"mails\":[],\"tags\":\";\",\"state\":null,"
			 "\"lang\":false}");
	is_value(r->v[ORGANIZATION_LEGAL_NAME], "");
	is_value(r->v[ORGANIZATION_ENTERPRISE_NUMBER], "");
	is_value(r->v[ORGANIZATION_PHONES], "");
	is_value(r->v[ORGANIZATION_EMAILS], "");
	is_value(r->v[ORGANIZATION_ALTERNATIVE_NAMES], "");
	is_value(r->v[ORGANIZATION_STATUS], "");
	is_value(r->v[ORGANIZATION_LANGUAGE], "");
}

static void writing(void **state)
{
	struct mapping *m = compile(RECORD_ORGANIZATION, simple);
	struct record *r = record_new(arena, RECORD_ORGANIZATION);

	(void)state;
	assert_false(mapping_writable(m) & FIELD_BIT(ORGANIZATION_ADDRESS_RAW));
	assert_false(mapping_writable(m) & FIELD_BIT(ORGANIZATION_COUNTRY));
	assert_true(mapping_readable(m) & FIELD_BIT(ORGANIZATION_COUNTRY));
	r->v[ORGANIZATION_LEGAL_NAME] = "Acme NV";
	r->v[ORGANIZATION_ENTERPRISE_NUMBER] = "0403449823";
	r->v[ORGANIZATION_PHONES] = "+3223151351";
	r->v[ORGANIZATION_EMAILS] = "a@acme.example\nb@acme.example";
	r->v[ORGANIZATION_ALTERNATIVE_NAMES] = "x\ny";
	r->v[ORGANIZATION_STATUS] = "AC";
	r->v[ORGANIZATION_POSTAL_CODE] = "9000";
	r->v[ORGANIZATION_LANGUAGE] = "";
	r->v[ORGANIZATION_MUNICIPALITY] = "";
	r->v[ORGANIZATION_ADDRESS_RAW] = "never written";
	is_written(m, r, UINT64_MAX, "{\"kept\":1,\"city\":\"Gent\"}",
		"{\"kept\":1,\"name\":\"Acme "
		"NV\",\"vat\":\"BE0403449823\",\"telephone1\":\"+3223151351\",\"mobile\":null,"
		"\"mails\":[\"a@acme.example\",\"b@acme.example\"],\"tags\":\"x;y\",\"state\":{\"code\":0},\"zip\":"
		"9000,"
		"\"lang\":false}");
	WRITE(m, r, FIELD_BIT(ORGANIZATION_LEGAL_NAME), "{\"name\":\"Acme NV\"}");
	WRITE(m, r, FIELD_BIT(ORGANIZATION_BOX), "{}");
	r->v[ORGANIZATION_EMAILS] = "";
	WRITE(m, r, FIELD_BIT(ORGANIZATION_EMAILS), "{\"mails\":[]}");
}

static void scalars_of_a_set_keep_their_places(void **state)
{
	struct mapping *m = compile(RECORD_ORGANIZATION, simple);
	struct record *r = record_new(arena, RECORD_ORGANIZATION);
	const uint64_t phones = FIELD_BIT(ORGANIZATION_PHONES);

	(void)state;
	r->v[ORGANIZATION_PHONES] = "+3223151351\n+32470123456";
	WRITE(m, r, phones, "{\"telephone1\":\"+3223151351\",\"mobile\":\"+32470123456\"}");
	is_written(m, r, phones, "{\"telephone1\":\"0470 12 34 56\",\"mobile\":null}",
		"{\"telephone1\":\"+32470123456\",\"mobile\":\"+3223151351\"}");
	r->v[ORGANIZATION_PHONES] = "+3223151351\n+32470123456\n+32479999999";
	WRITE(m, r, phones, "{\"telephone1\":\"+3223151351\",\"mobile\":\"+32470123456\"}");
	is_value(mapping_image(m, arena, ORGANIZATION_PHONES, r->v[ORGANIZATION_PHONES]), "+3223151351\n+32470123456");
	r->v[ORGANIZATION_PHONES] = "";
	WRITE(m, r, phones, "{\"telephone1\":null,\"mobile\":null}");
}

static void arrays_of_objects(void **state)
{
	struct mapping *m = compile(RECORD_ORGANIZATION,
		"emails: { at: /emails, each: /email, as: email, with: { type: primary } }\n"
		"phones: { at: /telephones, each: /number, as: 'phone:BE', with: { type: [phone, mobile] } }\n"
		"street: { at: /addresses, each: /address/line_1, with: { type: primary }, as: address-street }\n"
		"house_number: { at: /addresses, each: /address/line_1, with: { type: primary }, as: address-number }\n"
		"box: { at: /addresses, each: /address/line_1, with: { type: primary }, as: address-box }\n"
		"postal_code: { at: /addresses, each: /address/postal_code, with: { type: primary } }\n"
		"nace: { at: /nace, each: '' }\n");
	const char *item =
		"{\"emails\":[{\"type\":\"invoicing\",\"email\":\"x@acme.example\"},{\"type\":\"primary\",\"email\":"
		"\"a@acme.example\",\"id\":3}],\"telephones\":[{\"type\":\"fax\",\"number\":\"02 315 13 52\"},"
		"{\"type\":\"mobile\",\"number\":\"0470 12 34 56\"}],\"addresses\":[{\"type\":\"primary\",\"address\":"
		"{\"line_1\":\"Kerkstraat 5 bus "
		"2\",\"postal_code\":\"9000\",\"city\":\"Gent\"}}],\"nace\":[\"2025:62100\"]}";
	struct record *r = read_item(m, item);

	(void)state;
	is_value(r->v[ORGANIZATION_EMAILS], "a@acme.example");
	is_value(r->v[ORGANIZATION_PHONES], "+32470123456");
	is_value(r->v[ORGANIZATION_STREET], "Kerkstraat");
	is_value(r->v[ORGANIZATION_HOUSE_NUMBER], "5");
	is_value(r->v[ORGANIZATION_BOX], "2");
	is_value(r->v[ORGANIZATION_POSTAL_CODE], "9000");
	is_value(r->v[ORGANIZATION_NACE], "2025:62100");

	r->v[ORGANIZATION_EMAILS] = "a@acme.example\nb@acme.example";
	r->v[ORGANIZATION_PHONES] = "";
	r->v[ORGANIZATION_BOX] = "";
	r->v[ORGANIZATION_NACE] = "2008:62010\n2025:62100";
	is_written(m, r, UINT64_MAX, item,
		"{\"emails\":[{\"type\":\"invoicing\",\"email\":\"x@acme.example\"},{\"type\":\"primary\",\"email\":"
		"\"a@acme.example\",\"id\":3},{\"type\":\"primary\",\"email\":\"b@acme.example\"}],\"telephones\":[{"
		"\"type\":"
		"\"fax\",\"number\":\"02 315 13 52\"}],\"addresses\":[{\"type\":\"primary\",\"address\":{\"line_1\":"
		"\"Kerkstraat "
		"5\",\"postal_code\":\"9000\",\"city\":\"Gent\"}}],\"nace\":[\"2025:62100\",\"2008:62010\"]}");
	/* Rows of one array come together, lest the partner take what is left out for gone. */
	WRITE(m, r, FIELD_BIT(ORGANIZATION_POSTAL_CODE),
		"{\"addresses\":[{\"type\":\"primary\",\"address\":{\"line_1\":\"Kerkstraat "
		"5\",\"postal_code\":\"9000\"}}]}");
}

static void address_lines_are_whole(void **state)
{
	struct mapping *m = compile(RECORD_ORGANIZATION, "street: { at: /line1, as: address-street }\n"
							 "house_number: { at: /line1, as: address-number }\n"
							 "box: { at: /line1, as: address-box }\n"
							 "address_raw: { at: /line1, write: no }\n");
	struct record *r = read_item(m, "{\"line1\":\"Dok Noord 3A 101\"}");

	(void)state;
	is_value(r->v[ORGANIZATION_STREET], "Dok Noord");
	is_value(r->v[ORGANIZATION_HOUSE_NUMBER], "3A");
	is_value(r->v[ORGANIZATION_BOX], "101");
	is_value(r->v[ORGANIZATION_ADDRESS_RAW], "Dok Noord 3A 101");
	WRITE(m, r, FIELD_BIT(ORGANIZATION_BOX), "{\"line1\":\"Dok Noord 3A bus 101\"}");
	r->v[ORGANIZATION_STREET] = NULL;
	r->v[ORGANIZATION_BOX] = "";
	is_written(m, r, FIELD_BIT(ORGANIZATION_BOX), "{\"line1\":\"Kerkstraat 1 bus 9\"}",
		"{\"line1\":\"Kerkstraat 3A\"}");
	r->v[ORGANIZATION_STREET] = r->v[ORGANIZATION_HOUSE_NUMBER] = "";
	WRITE(m, r, FIELD_BIT(ORGANIZATION_STREET), "{\"line1\":null}");
	is_value(mapping_image(m, arena, ORGANIZATION_HOUSE_NUMBER, "3 A"), "3A");
	is_value(mapping_image(m, arena, ORGANIZATION_STREET, "Laan van 11 november"), "Laan van 11 november");
}

static void odoo_says_false(void **state)
{
	struct mapping *m = compile(RECORD_CONTACT,
		"given_name: /firstname\n"
		"decision_maker: { at: /decider }\n"
		"organization: { at: /parent_id/0, writeto: /parent_id, as: [number, ref] }\n"
		"consent.newsletter: /x_consent\n"
		"consent.invitations: { at: /optout, words: { 'true': withdrawn, 'false': granted } }\n"
		"defaults: { empty: false, absent: empty }\n");
	struct record *r =
		read_item(m, "{\"firstname\":false,\"decider\":false,\"parent_id\":[17,\"Acme\"],\"x_consent\":false,"
			     "\"optout\":false}");

	(void)state;
	is_value(r->v[CONTACT_GIVEN_NAME], "");
	is_value(r->v[CONTACT_DECISION_MAKER], "false");
	is_value(r->v[CONTACT_ORGANIZATION], "17");
	is_value(r->v[CONTACT_CONSENT_NEWSLETTER], "");
	is_value(r->v[CONTACT_CONSENT_INVITATIONS], "granted");
	r->v[CONTACT_CONSENT_INVITATIONS] = "withdrawn 2024-01-01T00:00:00Z phone";
	WRITE(m, r, UINT64_MAX,
		"{\"firstname\":false,\"decider\":false,\"parent_id\":17,\"x_consent\":false,\"optout\":true}");
	r = read_item(m, "{\"parent_id\":false}");
	is_value(r->v[CONTACT_ORGANIZATION], "");
	is_value(r->v[CONTACT_GIVEN_NAME], "");
	WRITE(m, r, FIELD_BIT(CONTACT_ORGANIZATION), "{\"parent_id\":false}");
}

static void references_are_bound(void **state)
{
	struct mapping *m =
		compile(RECORD_CONTACT, "organization: { at: /_parentcustomerid_value, as: 'ref:/accounts({})', "
					"writeto: '/parentcustomerid_account@odata.bind' }\n");
	struct record *r = read_item(m, "{\"_parentcustomerid_value\":\"a-b-c\"}");

	(void)state;
	is_value(r->v[CONTACT_ORGANIZATION], "a-b-c");
	WRITE(m, r, UINT64_MAX, "{\"parentcustomerid_account@odata.bind\":\"/accounts(a-b-c)\"}");
}

static void times_words_and_losses(void **state)
{
	struct mapping *m =
		compile(RECORD_REFERRAL, "created_at: { at: /created, as: 'time:%Y-%m-%d %H:%M:%S' }\n"
					 "sent_at: { at: /sent, as: 'time:epoch-ms' }\n"
					 "reason: { at: /reason, loss: 'ascii truncate:10' }\n"
					 "handler: { at: /handler, loss: upper }\n"
					 "state: { at: /state, words: { a: created, b: sent, '*': '*' } }\n");
	struct record *r =
		read_item(m, "{\"created\":\"2024-02-29 10:20:30\",\"sent\":1709202030250,\"reason\":\"x\",\"state\":"
			     "\"received\"}");

	(void)state;
	is_value(r->v[REFERRAL_CREATED_AT], "2024-02-29T10:20:30Z");
	is_value(r->v[REFERRAL_SENT_AT], "2024-02-29T10:20:30.250Z");
	is_value(r->v[REFERRAL_STATE], "received");
	r->v[REFERRAL_REASON] = "Caf\xc3\xa9 en een lange zin";
	r->v[REFERRAL_HANDLER] = "An Peeters";
	WRITE(m, r, UINT64_MAX,
		"{\"created\":\"2024-02-29 10:20:30\",\"sent\":1709202030250,\"reason\":\"Cafe en ee\",\"handler\":"
		"\"AN PEETERS\",\"state\":\"received\"}");
	is_value(mapping_image(m, arena, REFERRAL_CREATED_AT, "2024-02-29T10:20:30.250Z"), "2024-02-29T10:20:30Z");
	is_value(mapping_image(m, arena, REFERRAL_HANDLER, "An"), "AN");
	is_value(mapping_image(m, arena, REFERRAL_CREATED_AT, "soon"), NULL);
	is_value(mapping_image(m, arena, REFERRAL_OUTCOME, "guidance"), NULL);
	is_value(mapping_image(m, arena, REFERRAL_HANDLER, ""), "");
	assert_string_equal(mapping_describe(m, arena, REFERRAL_CREATED_AT), "/created via time:%Y-%m-%d %H:%M:%S");
	assert_string_equal(mapping_describe(m, arena, REFERRAL_REASON), "/reason");
	assert_string_equal(mapping_describe(m, arena, REFERRAL_OUTCOME), "");
}

static void unusable_items_name_the_field_and_no_value(void **state)
{
	static const char *const items[][2] = {
		{"{\"name\":{\"secretvalue\":1}}", "legal_name"},
		{"{\"name\":[\"secretvalue\"]}", "legal_name"},
		{"{\"state\":{\"code\":\"secretvalue\"}}", "status"},
		{"{\"mails\":[[\"secretvalue\"]]}", "emails"},
		{"{\"mails\":\"secretvalue\"}", "emails"},
		{"{\"mobile\":[\"secretvalue\"]}", "phones"},
		{"[\"secretvalue\"]", ""},
	};
	struct mapping *m = compile(RECORD_ORGANIZATION, simple);

	(void)state;
	for (size_t i = 0; i < sizeof(items) / sizeof(items[0]); i++) {
		AUTO(json_drop) json_t *item = json_of(items[i][0]);
		struct err e = {0};

		assert_null(mapping_in(m, arena, item, &e));
		assert_int_equal(e.kind, ERR_ITEM);
		assert_string_equal(e.field, items[i][1]);
		assert_null(strstr(e.text, "secretvalue"));
		assert_non_null(strstr(mapping_check_item(m, arena, item), "cannot be read"));
	}

	char *big = arena_alloc(arena, VALUE_MAX + 40);
	struct err e = {0};

	strcpy(big, "{\"name\":\"");
	memset(big + 9, 'a', VALUE_MAX + 1);
	strcpy(big + VALUE_MAX + 10, "\"}");

	AUTO(json_drop) json_t *item = json_of(big);

	assert_null(mapping_in(m, arena, item, &e));
	assert_string_equal(e.field, "legal_name");
}

static void values_without_a_word_are_not_written(void **state)
{
	struct mapping *m = compile(RECORD_ORGANIZATION, simple);
	struct record *r = record_new(arena, RECORD_ORGANIZATION);
	AUTO(json_drop) json_t *body = json_object();
	struct err e = {0};

	(void)state;
	r->v[ORGANIZATION_STATUS] = "XX";
	assert_false(mapping_out(m, r, FIELD_BIT(ORGANIZATION_STATUS), body, &e));
	assert_int_equal(e.kind, ERR_ITEM);
	assert_string_equal(e.field, "status");
	r->v[ORGANIZATION_POSTAL_CODE] = "1012 AB";
	assert_false(mapping_out(m, r, FIELD_BIT(ORGANIZATION_POSTAL_CODE), body, &e));
	r->v[ORGANIZATION_ALTERNATIVE_NAMES] = "a;b";
	assert_false(mapping_out(m, r, FIELD_BIT(ORGANIZATION_ALTERNATIVE_NAMES), body, &e));
	is_value(mapping_image(m, arena, ORGANIZATION_ALTERNATIVE_NAMES, "a;b"), NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reading),
		cmocka_unit_test(absent_empty_and_value_are_three_things),
		cmocka_unit_test(writing),
		cmocka_unit_test(scalars_of_a_set_keep_their_places),
		cmocka_unit_test(arrays_of_objects),
		cmocka_unit_test(address_lines_are_whole),
		cmocka_unit_test(odoo_says_false),
		cmocka_unit_test(references_are_bound),
		cmocka_unit_test(times_words_and_losses),
		cmocka_unit_test(unusable_items_name_the_field_and_no_value),
		cmocka_unit_test(values_without_a_word_are_not_written),
	};

	return cmocka_run_group_tests(tests, fresh_arena, drop_arena);
}
