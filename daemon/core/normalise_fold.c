/* Keys for matching: texts folded so far that only letters and digits of words are left. */
#include "core/normalise_parts.h"

#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

bool codepoint_is_word(int32_t c)
{
	if (c < 0x80)
		return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');

	utf8proc_category_t category = utf8proc_category(c);

	return (category >= UTF8PROC_CATEGORY_LU && category <= UTF8PROC_CATEGORY_LO) ||
	       (category >= UTF8PROC_CATEGORY_ND && category <= UTF8PROC_CATEGORY_NO);
}

const char *plain_letter(int32_t c)
{
	static const struct {
		int32_t letter;
		const char *plain;
	} table[] = {{0xe6, "ae"}, {0xf0, "d"}, {0xf8, "o"}, {0xfe, "th"}, {0x111, "d"}, {0x127, "h"}, {0x131, "i"},
		{0x138, "k"}, {0x142, "l"}, {0x14b, "ng"}, {0x153, "oe"}, {0x167, "t"}, {0x180, "b"}, {0x192, "f"},
		{0x19a, "l"}, {0x1b6, "z"}, {0x1e5, "g"}, {0x237, "j"}, {0x247, "e"}, {0x249, "j"}, {0x24d, "r"},
		{0x24f, "y"}, {0x259, "e"}, {0x268, "i"}, {0x289, "u"}};

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		if (table[i].letter == c)
			return table[i].plain;
	return NULL;
}

/*
 * A dot in an acronym joins its letters, every other one is a blank: "B.V.B.A." and "N.V.Desmet" give "bvba" and
 * "nv desmet", "J.Peeters" gives "j peeters". letters: how many stand since the last dot or blank.
 */
static bool dot_joins(const int32_t *point, size_t n, size_t i, size_t letters)
{
	return letters == 1 && i + 1 < n && codepoint_is_word(point[i + 1]) &&
	       (i + 2 >= n || !codepoint_is_word(point[i + 2]));
}

/* point holds n code points, decomposed, case-folded and without marks. */
static bool fold_points(const int32_t *point, size_t n, char *out, size_t size)
{
	size_t len = 0, letters = 0;
	bool gap = false;

	for (size_t i = 0; i < n; i++) {
		const char *plain;

		if (!codepoint_is_word(point[i])) {
			gap = gap || point[i] != '.' || !dot_joins(point, n, i, letters);
			letters = 0;
			continue;
		}
		if (len + 6 > size)
			return false;
		if (gap && len)
			out[len++] = ' ';
		gap = false;
		letters++;
		plain = point[i] < 0x80 ? NULL : plain_letter(point[i]);
		if (plain) {
			while (*plain)
				out[len++] = *plain++;
		} else if (point[i] < 0x80) {
			out[len++] = (char)(point[i] >= 'A' && point[i] <= 'Z' ? point[i] | 0x20 : point[i]);
		} else {
			len += (size_t)utf8proc_encode_char(point[i], (uint8_t *)out + len);
		}
	}
	if (!size)
		return false;
	out[len] = '\0';
	return true;
}

#define FOLD_OPTIONS                                                                                                   \
	(UTF8PROC_STABLE | UTF8PROC_DECOMPOSE | UTF8PROC_COMPAT | UTF8PROC_CASEFOLD | UTF8PROC_STRIPMARK |             \
		UTF8PROC_IGNORE)

/* Its code points in point, which holds cap; returns how many there are (more than cap: too few were given). */
static size_t unfold(const char *text, int32_t *point, size_t cap)
{
	size_t n = 0;
	utf8proc_ssize_t points;

	for (; text[n] && !(text[n] & 0x80); n++)
		if (n < cap)
			point[n] = text[n];
	if (!text[n])
		return n;
	n += strlen(text + n);
	points = utf8proc_decompose(
		(const uint8_t *)text, (utf8proc_ssize_t)n, point, (utf8proc_ssize_t)cap, FOLD_OPTIONS);
	return points < 0 ? 0 : (size_t)points;
}

bool fold_into(const char *text, char *out, size_t size)
{
	int32_t point[256];
	size_t n = unfold(text, point, 256);

	return n <= 256 && fold_points(point, n, out, size);
}

const char *fold_text(struct arena *arena, const char *text)
{
	int32_t stack[512], *point = stack;
	size_t n = unfold(text, point, 512);

	if (n > 512) {
		point = arena_array(arena, int32_t, n);
		n = unfold(text, point, n);
	}

	size_t size = n * 5 + 8;
	char *out = arena_alloc(arena, size);

	fold_points(point, n, out, size);
	return out;
}

/* Words before a Dutch or French family name, apart ("van den berghe") or with it ("vandenberghe"). */
static bool is_particle(const char *word, size_t n)
{
	static const char *const particles[] = {"van", "de", "den", "der", "het", "t", "s", "d", "ter", "ten", "te",
		"vande", "vanden", "vander", "vant", "op", "in", "le", "la", "les", "du", "des", "l", "von", "zu",
		"zum", "zur"};

	for (size_t i = 0; i < sizeof(particles) / sizeof(particles[0]); i++)
		if (strlen(particles[i]) == n && !memcmp(particles[i], word, n))
			return true;
	return false;
}

/* How much of a word is a particle written with it. At least three letters of the name itself must be left. */
static size_t joined_particle(const char *word, bool after_van)
{
	static const char *const joined[] = {"vanden", "vander", "vande", "vant", "van", "de"};

	if (!strncmp(word, "dh", 2) && strlen(word) > 4)
		return 1;
	if (after_van && (!strncmp(word, "den", 3) || !strncmp(word, "der", 3)) && strlen(word) >= 6)
		return 3;
	for (size_t i = 0; !after_van && i < sizeof(joined) / sizeof(joined[0]); i++) {
		size_t n = strlen(joined[i]);

		if (!strncmp(word, joined[i], n) && strcspn(word, " ") >= n + 3)
			return n;
	}
	return 0;
}

const char *fold_person_name(struct arena *arena, const char *name)
{
	char *text = arena_strdup(arena, fold_text(arena, name)), *last;
	bool dropped = false, after_van = false;

	for (size_t n; n = strcspn(text, " "), text[n] && is_particle(text, n); text += n + 1) {
		dropped = true;
		after_van = n == 3 && !strncmp(text, "van", 3);
	}
	while ((last = strrchr(text, ' ')) && is_particle(last + 1, strlen(last + 1))) {
		*last = '\0';
		dropped = true;
	}
	if (!dropped || after_van)
		text += joined_particle(text, after_van);
	return text;
}

/* Words for streets as people shorten them; end: also at the end of a longer word. */
static const struct {
	const char *shorter, *full;
	bool end;
} street_words[] = {{"str", "straat", true}, {"stw", "steenweg", true}, {"stwg", "steenweg", true}, {"ln", "laan", true},
	{"pl", "plein", true}, {"av", "avenue", false}, {"ave", "avenue", false}, {"bd", "boulevard", false},
	{"bld", "boulevard", false}, {"blvd", "boulevard", false}, {"boul", "boulevard", false},
	{"ch", "chaussee", false}, {"chee", "chaussee", false}, {"rte", "route", false}, {"r", "rue", false},
	{"sq", "square", false}, {"st", "sint", false}, {"ste", "sainte", false}, {"dr", "dokter", false},
	{"burg", "burgemeester", false}, {"pr", "prins", false}};

static const char *full_street_word(const char *word, size_t n, size_t *keep)
{
	for (size_t i = 0; i < sizeof(street_words) / sizeof(street_words[0]); i++) {
		size_t len = strlen(street_words[i].shorter);

		if ((n == len || (street_words[i].end && n >= len + 3)) &&
			!memcmp(word + n - len, street_words[i].shorter, len)) {
			*keep = n - len;
			return street_words[i].full;
		}
	}
	*keep = n;
	return "";
}

const char *fold_street(struct arena *arena, const char *street)
{
	const char *text = fold_text(arena, street);
	char *out = arena_alloc(arena, strlen(text) * 8 + 16), *o = out;

	for (size_t n; *text; text += n) {
		const char *full;
		size_t keep;

		n = strcspn(text, " ");
		full = full_street_word(text, n, &keep);
		o = mempcpy(o, text, keep);
		o = stpcpy(o, full);
		if (text[n]) {
			*o++ = ' ';
			n++;
		}
	}
	*o = '\0';
	return out;
}

const char *fold_email(struct arena *arena, const char *email)
{
	size_t n = strlen(email);
	char *out = arena_alloc(arena, n * 2 + 1), *o = out;

	for (const uint8_t *s = (const uint8_t *)email; *s;) {
		int32_t point;
		utf8proc_ssize_t used = *s < 0x80 ? 0 : utf8proc_iterate(s, -1, &point);

		if (used > 0) {
			o += utf8proc_encode_char(utf8proc_tolower(point), (uint8_t *)o);
			s += used;
		} else {
			*o++ = (char)(*s >= 'A' && *s <= 'Z' ? *s | 0x20 : *s);
			s++;
		}
	}
	*o = '\0';
	return out;
}

const char *email_domain(struct arena *arena, const char *email)
{
	static const char *const free_mail[] = {"aol.com", "belgacom.net", "belgacom.be", "dommel.be", "edpnet.be",
		"euphonynet.be", "fastmail.com", "fulladsl.be", "gmail.com", "gmx.com", "gmx.de", "gmx.net",
		"googlemail.com", "hotmail.be", "hotmail.com", "hotmail.fr", "hotmail.nl", "icloud.com", "laposte.net",
		"live.be", "live.com", "live.fr", "live.nl", "mac.com", "mail.com", "me.com", "msn.com", "mobistar.be",
		"numericable.be", "orange.be", "orange.fr", "outlook.be", "outlook.com", "outlook.fr", "pandora.be",
		"ping.be", "planet.nl", "proton.me", "protonmail.com", "proximus.be", "scarlet.be", "skynet.be",
		"swing.be", "telenet.be", "tele2.be", "tiscali.be", "tvcablenet.be", "versatel.be", "voo.be",
		"wanadoo.fr", "web.de", "yahoo.be", "yahoo.com", "yahoo.fr", "yahoo.nl", "ymail.com", "yucom.be",
		"zoho.com"};
	const char *at = strrchr(email, '@'), *domain;

	if (!at)
		return "";
	domain = fold_email(arena, at + 1);
	for (size_t i = 0; i < sizeof(free_mail) / sizeof(free_mail[0]); i++)
		if (!strcmp(domain, free_mail[i]))
			return "";
	return domain;
}

bool email_is_role(const char *email)
{
	static const char *const roles[] = {"aankoop", "abuse", "accountancy", "accounting", "accounts", "achats",
		"admin", "administratie", "administration", "administrator", "algemeen", "balie", "bestelling",
		"bestellingen", "bestuur", "boekhouding", "bureau", "business", "communicatie", "communication",
		"compta", "comptabilite", "contact", "crm", "customercare", "customerservice", "directie", "direction",
		"dpo", "email", "events", "export", "facturatie", "factuur", "facturen", "facturation", "finance",
		"financien", "gdpr", "general", "hallo", "hello", "help", "helpdesk", "hr", "info", "informatie",
		"information", "infos", "invoice", "invoices", "invoicing", "jobs", "kantoor", "klanten",
		"klantendienst", "legal", "lid", "leden", "mail", "mailbox", "management", "marketing", "media",
		"nieuwsbrief", "newsletter", "no-reply", "noreply", "office", "offerte", "offertes", "onthaal", "order",
		"orders", "payroll", "pers", "personeel", "planning", "post", "postmaster", "press", "privacy",
		"production", "productie", "purchase", "purchasing", "receptie", "reception", "rh", "sales",
		"secretariaat", "secretariat", "secretary", "security", "service", "shop", "studio", "support", "team",
		"technical", "vente", "ventes", "verkoop", "vzw", "webmaster", "webshop", "welcome", "welkom",
		"werkplaats", "winkel", "zaakvoerder"};
	char local[32];
	size_t n = strcspn(email, "@+");

	if (n >= sizeof(local))
		return false;
	for (size_t i = 0; i < n; i++)
		local[i] = (char)(email[i] >= 'A' && email[i] <= 'Z' ? email[i] | 0x20 : email[i]);
	local[n] = '\0';
	for (size_t i = 0; i < sizeof(roles) / sizeof(roles[0]); i++)
		if (!strcmp(local, roles[i]))
			return true;
	return false;
}
