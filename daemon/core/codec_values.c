/* Codecs for the kinds of values that partners write in forms of their own. */
#include "core/codec_parts.h"

#include "base/time.h"

#include <string.h>

/* Which of the words arg is, the first for ""; -1 if none. */
static int variant_of(const char *arg, const char *const *words)
{
	for (int i = 0; words[i]; i++)
		if (!strcmp(arg, words[i]) || (!*arg && !i))
			return i;
	return -1;
}

static bool refuse_argument(const struct codec_use *use, struct err *e)
{
	return err_set(e, ERR_BROKEN, "%s:%.40s makes no sense; it takes %s", use->codec->name, use->arg,
		use->codec->arg_help);
}

/* EspoCRM's eraser leaves this where an address or number was. */
static bool is_erased(const char *raw)
{
	return !strncmp(raw, "ERASED:", 7);
}

/* --- numbers of the KBO ------------------------------------------------------------------------------------- */

enum number_form { NUMBER_PLAIN, NUMBER_DOTS, NUMBER_VAT, NUMBER_VAT_DOTS };

bool codec_enterprise_prepare(struct codec_use *use, struct arena *arena, struct err *e)
{
	static const char *const forms[] = {"plain", "dots", "vat", "vat-dots", NULL};

	(void)arena;
	use->canonical = use->kind == VALUE_ENTERPRISE;
	use->variant = variant_of(use->arg, forms);
	return use->variant >= 0 || refuse_argument(use, e);
}

bool codec_establishment_prepare(struct codec_use *use, struct arena *arena, struct err *e)
{
	static const char *const forms[] = {"plain", "dots", NULL};

	(void)arena;
	use->canonical = use->kind == VALUE_ESTABLISHMENT;
	use->variant = variant_of(use->arg, forms);
	return use->variant >= 0 || refuse_argument(use, e);
}

const char *codec_enterprise_in(const struct codec_use *use, struct arena *arena, const char *raw, struct err *e)
{
	(void)use;
	return normalise(arena, VALUE_ENTERPRISE, raw, NULL, e);
}

const char *codec_establishment_in(const struct codec_use *use, struct arena *arena, const char *raw, struct err *e)
{
	(void)use;
	return normalise(arena, VALUE_ESTABLISHMENT, raw, NULL, e);
}

const char *codec_number_form_out(const struct codec_use *use, struct arena *arena, const char *value, struct err *e)
{
	(void)e;
	if (!enterprise_number_valid(value) && !establishment_number_valid(value))
		return value;
	switch ((enum number_form)use->variant) {
	case NUMBER_PLAIN:
		return value;
	case NUMBER_DOTS:
		if (value[0] > '1')
			return arena_printf(arena, "%.1s.%.3s.%.3s.%.3s", value, value + 1, value + 4, value + 7);
		return arena_printf(arena, "%.4s.%.3s.%.3s", value, value + 4, value + 7);
	case NUMBER_VAT:
		return arena_printf(arena, "BE%s", value);
	case NUMBER_VAT_DOTS:
		return arena_printf(arena, "BE %.4s.%.3s.%.3s", value, value + 4, value + 7);
	}
	return value;
}

/* --- codes -------------------------------------------------------------------------------------------------- */

bool codec_legal_form_prepare(struct codec_use *use, struct arena *arena, struct err *e)
{
	static const char *const forms[] = {"code", "label", NULL};

	(void)arena;
	use->variant = variant_of(use->arg, forms);
	return use->variant >= 0 || refuse_argument(use, e);
}

const char *codec_legal_form_in(const struct codec_use *use, struct arena *arena, const char *raw, struct err *e)
{
	const char *code = legal_form_by_name(raw);

	(void)use;
	(void)arena;
	(void)e;
	return code ? code : raw;
}

const char *codec_legal_form_out(const struct codec_use *use, struct arena *arena, const char *value, struct err *e)
{
	const char *label = use->variant ? legal_form_label(value) : NULL;

	(void)arena;
	(void)e;
	return label ? label : value;
}

bool codec_nace_prepare(struct codec_use *use, struct arena *arena, struct err *e)
{
	size_t n = strcspn(use->arg, ":");

	if (!*use->arg)
		return true;
	use->text[0] = arena_strndup(arena, use->arg, n);
	use->variant = !strcmp(use->arg + n, ":dots");
	use->loss |= LOSS_FORMAT;
	if (use->arg[n] && !use->variant)
		return refuse_argument(use, e);
	return !strcmp(use->text[0], "2003") || !strcmp(use->text[0], "2008") || !strcmp(use->text[0], "2025") ||
	       refuse_argument(use, e);
}

const char *codec_nace_in(const struct codec_use *use, struct arena *arena, const char *raw, struct err *e)
{
	(void)e;
	return !use->text[0] || strchr(raw, ':') ? raw : arena_printf(arena, "%s:%s", use->text[0], raw);
}

const char *codec_nace_out(const struct codec_use *use, struct arena *arena, const char *value, struct err *e)
{
	size_t n = use->text[0] ? strlen(use->text[0]) : 0;

	(void)e;
	if (!n)
		return value;
	if (strncmp(value, use->text[0], n) || value[n] != ':')
		return "";
	value += n + 1;
	return use->variant && strlen(value) > 2 ? arena_printf(arena, "%.2s.%s", value, value + 2) : value;
}

bool codec_country_prepare(struct codec_use *use, struct arena *arena, struct err *e)
{
	static const char *const forms[] = {"code", "nl", "fr", "de", "en", NULL};

	(void)arena;
	use->canonical = use->kind == VALUE_COUNTRY;
	use->variant = variant_of(use->arg, forms);
	return use->variant >= 0 || refuse_argument(use, e);
}

const char *codec_country_in(const struct codec_use *use, struct arena *arena, const char *raw, struct err *e)
{
	(void)use;
	return normalise(arena, VALUE_COUNTRY, raw, NULL, e);
}

const char *codec_country_out(const struct codec_use *use, struct arena *arena, const char *value, struct err *e)
{
	(void)e;
	return use->variant ? country_name(arena, value, use->arg) : value;
}

bool codec_language_prepare(struct codec_use *use, struct arena *arena, struct err *e)
{
	use->canonical = use->kind == VALUE_LANGUAGE;
	return codec_split_form(use, arena, e);
}

const char *codec_language_in(const struct codec_use *use, struct arena *arena, const char *raw, struct err *e)
{
	(void)use;
	return normalise(arena, VALUE_LANGUAGE, raw, NULL, e);
}

/* --- contact points ----------------------------------------------------------------------------------------- */

bool codec_phone_prepare(struct codec_use *use, struct arena *arena, struct err *e)
{
	size_t n = strcspn(use->arg, ":");

	use->canonical = use->kind == VALUE_PHONE;
	use->text[0] = arena_strndup(arena, use->arg, n);
	use->variant = !strcmp(use->arg + n, ":national");
	if (!phone_country_known(use->text[0]))
		return err_set(e, ERR_BROKEN, "phone needs a country whose numbers it knows: phone:BE");
	return !use->arg[n] || use->variant || refuse_argument(use, e);
}

const char *codec_phone_in(const struct codec_use *use, struct arena *arena, const char *raw, struct err *e)
{
	const char *text;
	bool valid;

	if (is_erased(raw))
		return "";
	if (!strcmp(use->text[0], "BE"))
		return normalise(arena, VALUE_PHONE, raw, NULL, e);
	text = normalise(arena, VALUE_TEXT, raw, NULL, e);
	return text ? phone_canonical(arena, text, use->text[0], &valid) : NULL;
}

const char *codec_phone_out(const struct codec_use *use, struct arena *arena, const char *value, struct err *e)
{
	(void)e;
	return use->variant ? phone_national(arena, value) : value;
}

const char *codec_email_in(const struct codec_use *use, struct arena *arena, const char *raw, struct err *e)
{
	(void)use;
	return is_erased(raw) ? "" : normalise(arena, VALUE_EMAIL, raw, NULL, e);
}

const char *codec_url_in(const struct codec_use *use, struct arena *arena, const char *raw, struct err *e)
{
	(void)use;
	return is_erased(raw) ? "" : normalise(arena, VALUE_URL, raw, NULL, e);
}

const char *codec_postal_in(const struct codec_use *use, struct arena *arena, const char *raw, struct err *e)
{
	(void)use;
	return is_erased(raw) ? "" : normalise(arena, VALUE_POSTAL, raw, NULL, e);
}

/* --- days and moments --------------------------------------------------------------------------------------- */

bool codec_time_prepare(struct codec_use *use, struct arena *arena, struct err *e)
{
	const bool day = use->codec->in == codec_date_in;
	const int64_t sample = day ? 1699920000000 : 1700000000123;
	char text[256];
	int64_t back;

	(void)arena;
	if (!*use->arg)
		return true;
	use->text[0] = use->arg;
	if (!strcmp(use->arg, "epoch-s") || !strcmp(use->arg, "epoch-ms")) {
		use->text[0] = use->arg[6] == 's' ? "%s" : "%Q";
		use->json = CODEC_NUMBER;
	}
	if (!time_format_as(use->text[0], sample, text, sizeof(text)) || !time_parse_as(use->text[0], text, &back) ||
		(back != sample && (day || sample - back > 86400000)))
		return err_set(e, ERR_BROKEN,
			"%s: not a format of %%Y %%m %%d %%H %%M %%S %%L %%s %%Q that says which day",
			use->codec->name);
	if (back != sample)
		use->loss |= LOSS_FORMAT;
	return true;
}

/* ms of a raw text; false with "" or NULL in *out for none or error. */
static bool moment_in(
	const struct codec_use *use, struct arena *arena, const char *raw, int64_t *ms, const char **out, struct err *e)
{
	const char *text = normalise(arena, VALUE_TEXT, raw, NULL, e);

	*out = text;
	if (!text || !*text ||
		(*text && !text[strspn(text, "0 -:./T")] && strncmp(use->text[0], "%s", 2) &&
			strncmp(use->text[0], "%Q", 2))) {
		*out = text ? "" : NULL;
		return false;
	}
	if (time_parse_as(use->text[0], text, ms))
		return true;
	err_set(e, ERR_ITEM, "not a time in the form declared");
	*out = NULL;
	return false;
}

const char *codec_date_in(const struct codec_use *use, struct arena *arena, const char *raw, struct err *e)
{
	char text[TIME_TEXT_MAX];
	const char *out;
	int64_t ms;

	if (!use->text[0])
		return raw;
	if (!moment_in(use, arena, raw, &ms, &out, e))
		return out;
	return arena_strndup(arena, time_format(ms, text), 10);
}

const char *codec_time_in(const struct codec_use *use, struct arena *arena, const char *raw, struct err *e)
{
	char text[TIME_TEXT_MAX];
	const char *out;
	int64_t ms;

	if (!use->text[0])
		return raw;
	if (!moment_in(use, arena, raw, &ms, &out, e))
		return out;
	return arena_strdup(arena, time_format(ms, text));
}

static const char *moment_out(const struct codec_use *use, struct arena *arena, int64_t ms, struct err *e)
{
	char text[256];

	if (time_format_as(use->text[0], ms, text, sizeof(text)))
		return arena_strdup(arena, text);
	err_set(e, ERR_ITEM, "a time that its form cannot say");
	return NULL;
}

static const char *no_moment(struct err *e)
{
	err_set(e, ERR_ITEM, "not a time, so it cannot be written in the form declared");
	return NULL;
}

const char *codec_date_out(const struct codec_use *use, struct arena *arena, const char *value, struct err *e)
{
	int64_t ms;

	if (!use->text[0])
		return value;
	return time_parse_date(value, &ms) ? moment_out(use, arena, ms, e) : no_moment(e);
}

const char *codec_time_out(const struct codec_use *use, struct arena *arena, const char *value, struct err *e)
{
	int64_t ms;

	if (!use->text[0])
		return value;
	return time_parse(value, &ms) ? moment_out(use, arena, ms, e) : no_moment(e);
}
