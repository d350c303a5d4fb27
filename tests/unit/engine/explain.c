#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "engine/explain.h"

/* Voka corrects a name that unizo had brought; flandersdc writes it in capitals; a fourth partner cannot be reached. */
static const char history_text[] =
	"{'record':{'id':'0193aaaa-0000-7000-8000-000000000001','type':'organization','name':'Brouwerij "
	"Voorbeeld','state':'live',"
	"'golden':{'legal_name':'Brouwerij Voorbeeld','emails':['info@voorbeeld.example','verkoop@voorbeeld.example']},"
	"'held':[],'pins':null},"
	"'shadows':["
	"{'partner':'flandersdc','key':'f1','state':'live','fields':{'legal_name':{'shows':'BROUWERIJ VOORBEELD'}}},"
	"{'partner':'unizo','key':'u1','state':'live','fields':{"
	"'legal_name':{'shows':'Brouwerij Voorbeeld','says':'Brouwerij Vorbeeld','seq':10},"
	"'emails':{'shows':['info@voorbeeld.example','oud@voorbeeld.example'],"
	"'says':[{'element':'info@voorbeeld.example','add':true,'seq':10},{'element':'oud@voorbeeld.example','add':"
	"true,'seq':10}],'seq':10}}},"
	"{'partner':'voka','key':'v1','state':'live','fields':{"
	"'legal_name':{'shows':'Brouwerij Voorbeeld','says':'Brouwerij Voorbeeld','seq':20},"
	"'emails':{'shows':['verkoop@voorbeeld.example'],'says':[{'element':'verkoop@voorbeeld.example','add':true,'"
	"seq':12},"
	"{'element':'oud@voorbeeld.example','add':false,'seq':22}],'seq':22}}}],"
	"'outbox':[{'partner':'ic','kind':'create','state':'ready','attempts':3,'error':'HTTP "
	"503','since':1764000005000,'plan':null}],"
	"'suppressed':[],'labels':{},"
	"'events':["
	"{'seq':10,'at':1764000000000,'kind':'seen','partner':'unizo','key':'u1','data':{'values':{'legal_name':'"
	"Brouwerij Vorbeeld',"
	"'emails':['info@voorbeeld.example','oud@voorbeeld.example']}}},"
	"{'seq':11,'at':1764000000000,'kind':'link','partner':'unizo','key':'u1','data':{'how':'created'}},"
	"{'seq':12,'at':1764000001000,'kind':'seen','partner':'voka','key':'v1','data':{'values':{'legal_name':'"
	"Brouwerij Vorbeeld',"
	"'emails':['verkoop@voorbeeld.example']}}},"
	"{'seq':13,'at':1764000001000,'kind':'link','partner':'voka','key':'v1','data':{'how':'key','evidence':["
	"{'field':'enterprise_number','level':'same','weight':12}]}},"
	"{'seq':20,'at':1764000002000,'kind':'edit','partner':'voka','key':'v1','data':{'fields':{'legal_name':{'from':"
	"'Brouwerij Vorbeeld',"
	"'to':'Brouwerij Voorbeeld'}}}},"
	"{'seq':21,'at':1764000002000,'kind':'decide','partner':'voka','key':null,'data':{'cause':'voka','fields':{'"
	"legal_name':{"
	"'from':'Brouwerij Vorbeeld','to':'Brouwerij "
	"Voorbeeld','policy':'latest','by':'voka','losers':[{'partner':'unizo','value':"
	"'Brouwerij Vorbeeld','seq':10}]}}}},"
	"{'seq':30,'at':1764000003000,'kind':'intent','partner':'unizo','key':'u1','data':{'kind':'update','fields':{'"
	"legal_name':'Brouwerij Voorbeeld'}}},"
	"{'seq':31,'at':1764000003000,'kind':'sent','partner':'unizo','key':'u1','data':{'kind':'update','why':'linked'"
	",'intent':30,'fields':{"
	"'legal_name':'Brouwerij Voorbeeld'}}},"
	"{'seq':32,'at':1764000004000,'kind':'confirm','partner':'unizo','key':'u1','data':{'fields':{'legal_name':'"
	"Brouwerij Voorbeeld'}}},"
	"{'seq':40,'at':1764000003000,'kind':'intent','partner':'flandersdc','key':'f1','data':{'kind':'create','"
	"fields':{'legal_name':'Brouwerij Voorbeeld'}}},"
	"{'seq':41,'at':1764000003000,'kind':'sent','partner':'flandersdc','key':'f1','data':{'kind':'create','why':'"
	"referred','intent':40,'fields':{"
	"'legal_name':'Brouwerij Voorbeeld'}}},"
	"{'seq':42,'at':1764000004000,'kind':'learned','partner':'flandersdc','key':'f1','data':{'field':'legal_name','"
	"sent':'Brouwerij Voorbeeld',"
	"'got':'BROUWERIJ VOORBEELD'}}"
	"]}";

static json_t *read_history(const char *from)
{
	char *text = strdup(from);
	json_t *h;
	struct err e;

	for (char *p = text; *p; p++)
		if (*p == '\'')
			*p = '"';
	h = json_parse(text, strlen(text), &e);
	free(text);
	assert_non_null(h);
	return h;
}

static json_t *history(void)
{
	return read_history(history_text);
}

static const json_t *row(const json_t *rows, const char *partner)
{
	const json_t *r;
	size_t i;

	json_array_foreach(rows, i, r) {
		if (!strcmp(json_string_value(json_object_get(r, "partner")), partner))
			return r;
	}
	return NULL;
}

static const char *state_at(const json_t *field, const char *partner)
{
	const json_t *r = row(json_object_get(field, "receivers"), partner);

	return r ? json_string_value(json_object_get(r, "state")) : "absent";
}

static int64_t at(const json_t *o, const char *pointer)
{
	return json_integer_value(json_at((json_t *)o, pointer));
}

static void test_chain(void **state)
{
	AUTO(json_drop) json_t *h = history();
	struct err e = { 0 };
	AUTO(json_drop) json_t *x = explain(h, NULL, NULL, &e);
	const json_t *name, *emails;

	(void)state;
	assert_non_null(x);
	name = json_at(x, "/fields/0");
	assert_string_equal(json_string_value(json_object_get(name, "field")), "legal_name");
	/* Whose word: voka's edit, not its first sight, nor the hub's own echo at unizo. */
	assert_int_equal(json_array_size(json_object_get(name, "because")), 1);
	assert_int_equal(at(name, "/because/0/seq"), 20);
	assert_string_equal(json_string_value(json_at((json_t *)name, "/because/0/from")), "Brouwerij Vorbeeld");
	assert_int_equal(at(name, "/decision/seq"), 21);
	assert_int_equal(json_array_size(json_object_get(name, "others")), 1);
	assert_int_equal(at(name, "/others/0/seq"), 10);
	assert_string_equal(state_at(name, "unizo"), "confirmed");
	assert_string_equal(state_at(name, "flandersdc"), "renders");
	assert_string_equal(state_at(name, "ic"), "waiting");
	/* Who said it is not among those who were told. */
	assert_string_equal(state_at(name, "voka"), "absent");
	emails = json_at(x, "/fields/1");
	assert_int_equal(json_array_size(json_object_get(emails, "because")), 2);
	assert_int_equal(at(emails, "/because/0/seq"), 10);
	assert_int_equal(at(emails, "/because/1/seq"), 12);
	/* unizo still lists what voka removed. */
	assert_int_equal(json_array_size(json_object_get(emails, "others")), 1);
	assert_string_equal(
		json_string_value(json_at((json_t *)emails, "/others/0/lines/0/element")), "oud@voorbeeld.example");
}

static void test_one_field(void **state)
{
	AUTO(json_drop) json_t *h = history();
	struct err e = { 0 };
	AUTO(json_drop) json_t *x = explain(h, NULL, "legal_name", &e), *none = NULL;

	(void)state;
	assert_int_equal(json_array_size(json_object_get(x, "fields")), 1);
	assert_int_equal(json_array_size(json_at(x, "/fields/0/earlier")), 1);
	/* An empty field can be asked about too. */
	none = explain(h, NULL, "street", &e);
	assert_true(json_is_null(json_at(none, "/fields/0/value")));
	assert_null(explain(h, NULL, "legal_nam", &e));
	assert_int_equal(e.kind, ERR_ITEM);
	assert_non_null(strstr(e.text, "did you mean legal_name?"));
}

/* Who said it first keeps the word; of a set's element the newest addition counts; sent and shown has arrived; what was
 * refused and is waited for no more still says why. */
static void test_finer(void **state)
{
	static const char finer[] =
		"{'record':{'id':'0193aaaa-0000-7000-8000-000000000001','type':'organization','state':'live','golden':{"
		"'street':'Dorp','emails':['a@voorbeeld.example']}},"
		"'shadows':["
		"{'partner':'kulak','key':'k','state':'live','fields':{'street':{'shows':'Dorp'}}},"
		"{'partner':'syntra','key':'s','state':'live','fields':{'street':{'shows':'Kerk'}}},"
		"{'partner':'unizo','key':'u','state':'live','fields':{'emails':{'says':["
		"{'element':'a@voorbeeld.example','add':true,'seq':15}],'seq':15}}},"
		"{'partner':'voka','key':'v','state':'live','fields':{'emails':{'says':["
		"{'element':'a@voorbeeld.example','add':true,'seq':12}],'seq':12}}}],"
		"'outbox':[],'suppressed':[],'labels':{},'events':["
		"{'seq':10,'at':1000,'kind':'seen','partner':'unizo','key':'u','data':{'values':{'street':'Dorp'}}},"
		"{'seq':12,'at':2000,'kind':'seen','partner':'voka','key':'v','data':{'values':{'street':'Dorp'}}},"
		"{'seq':20,'at':3000,'kind':'intent','partner':'kulak','key':'k','data':{'fields':{'street':'Dorp'}}},"
		"{'seq':21,'at':3000,'kind':'sent','partner':'kulak','key':'k','data':{'why':'all','fields':{'street':'"
		"Dorp'}}},"
		"{'seq':30,'at':3000,'kind':'intent','partner':'syntra','key':'s','data':{'fields':{'street':'Dorp'}}},"
		"{'seq':31,'at':3000,'kind':'refused','partner':'syntra','key':'s','data':{'intent':30,'error':'street "
		"is too short'}}"
		"]}";
	AUTO(json_drop) json_t *h = read_history(finer);
	struct err e = { 0 };
	AUTO(json_drop) json_t *x = explain(h, NULL, NULL, &e);
	const json_t *street = json_at(x, "/fields/0"), *emails = json_at(x, "/fields/1");

	(void)state;
	assert_string_equal(json_string_value(json_object_get(street, "field")), "street");
	assert_int_equal(at(street, "/because/0/seq"), 10);
	assert_string_equal(state_at(street, "kulak"), "confirmed");
	assert_string_equal(
		json_string_value(json_object_get(row(json_object_get(street, "receivers"), "syntra"), "error")),
		"street is too short");
	assert_int_equal(at(emails, "/because/0/seq"), 15);
	assert_string_equal(json_string_value(json_at((json_t *)emails, "/because/0/partner")), "unizo");
}

/* What the configuration withholds is said to be withheld. */
static void test_not_shared(void **state)
{
	AUTO(json_drop) json_t *h = history(), *shared = NULL, *x = NULL, *y = NULL;
	struct err e = { 0 };

	(void)state;
	shared = json_pack("{s{s[ss]},s{s[s]}}", "flandersdc", "organization", "legal_name", "emails", "unizo",
		"organization", "legal_name");
	x = explain(h, shared, "emails", &e);
	assert_string_equal(state_at(json_at(x, "/fields/0"), "unizo"), "not shared");
	y = explain(h, NULL, "emails", &e);
	assert_string_equal(state_at(json_at(y, "/fields/0"), "unizo"), "not given");
}

static void test_text(void **state)
{
	static const char want[] =
		"organization 0193aaaa-0000-7000-8000-000000000001  Brouwerij Voorbeeld\n"
		"  linked       flandersdc f1\n"
		"               unizo u1, the first to have it (2025-11-24 16:00:00, #11)\n"
		"               voka v1, by a strong key: enterprise_number same (+12.0) (2025-11-24 16:00:01, #13)\n"
		"\n"
		"legal_name: Brouwerij Voorbeeld\n"
		"  because      voka changed it from Brouwerij Vorbeeld (2025-11-24 16:00:02, #20)\n"
		"  decided      2025-11-24 16:00:02, #21 for voka, by policy latest: the last edit in the hub's order "
		"wins\n"
		"  instead of   unizo, which says Brouwerij Vorbeeld (2025-11-24 16:00:00, #10)\n"
		"  received by  unizo, 2025-11-24 16:00:03, #31, since it has the record; read back 2025-11-24 "
		"16:00:04, #32\n"
		"               flandersdc, 2025-11-24 16:00:03, #41, since a referral brings it there; it writes it "
		"its own way: "
		"BROUWERIJ VOORBEELD, 2025-11-24 16:00:04, #42\n"
		"  waiting      ic, since 2025-11-24 16:00:05, 3 attempts: HTTP 503\n"
		"  before that  Brouwerij Vorbeeld, until 2025-11-24 16:00:02, #21; unizo said Brouwerij Vorbeeld\n";
	const struct explain_style style = { 0 };
	AUTO(json_drop) json_t *h = history();
	struct err e = { 0 };
	AUTO(json_drop) json_t *x = explain(h, NULL, "legal_name", &e);
	BUF_AUTO struct buf b = { 0 };

	(void)state;
	setenv("TZ", "UTC", 1);
	tzset();
	explain_print(&b, x, &style);
	assert_string_equal(b.data, want);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_chain),
		cmocka_unit_test(test_one_field),
		cmocka_unit_test(test_finer),
		cmocka_unit_test(test_not_shared),
		cmocka_unit_test(test_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
