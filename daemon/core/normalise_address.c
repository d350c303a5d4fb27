/* Languages, countries, postal codes, provinces, address lines. Sources: ISO 639-1, ISO 3166, bpost's ranges. */
#include "core/normalise_parts.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_alpha(char c)
{
	return (c | 0x20) >= 'a' && (c | 0x20) <= 'z';
}

/* A code and the folded names by which it is known, each between commas; written are names of use for writing. */
struct named {
	const char *code, *names;
};

static const struct named languages[] = {
	{"nl", ",nederlands,dutch,neerlandais,niederlandisch,vlaams,flemish,flamand,nld,dut,"},
	{"fr", ",frans,french,francais,franzosisch,fra,fre,"},
	{"de", ",duits,german,allemand,deutsch,deu,ger,"},
	{"en", ",engels,english,anglais,englisch,eng,"},
	{"es", ",spaans,spanish,espagnol,spanisch,espanol,spa,"},
	{"it", ",italiaans,italian,italien,italienisch,italiano,ita,"},
	{"pt", ",portugees,portuguese,portugais,portugiesisch,por,"},
	{"pl", ",pools,polish,polonais,polnisch,pol,"},
	{"tr", ",turks,turkish,turc,turkisch,tur,"},
	{"ar", ",arabisch,arabic,arabe,ara,"},
	{"ro", ",roemeens,romanian,roumain,rumanisch,ron,rum,"},
	{"bg", ",bulgaars,bulgarian,bulgare,bulgarisch,bul,"},
	{"ru", ",russisch,russian,russe,rus,"},
	{"uk", ",oekraiens,ukrainian,ukrainien,ukrainisch,ukr,"},
	{"zh", ",chinees,chinese,chinois,chinesisch,zho,chi,"},
	{NULL, NULL},
};

/* Names in English, Dutch, French, German, in that order; then others, with the ISO 3166-1 alpha-3 code. */
static const struct named countries[] = {
	{"BE", ",Belgium,Belgi\xc3\xab,Belgique,Belgien,bel,koninkrijk belgie,b,"},
	{"NL", ",Netherlands,Nederland,Pays-Bas,Niederlande,nld,the netherlands,holland,"},
	{"FR", ",France,Frankrijk,France,Frankreich,fra,"},
	{"DE", ",Germany,Duitsland,Allemagne,Deutschland,deu,"},
	{"LU", ",Luxembourg,Luxemburg,Luxembourg,Luxemburg,lux,groothertogdom luxemburg,"},
	{"GB", ",United Kingdom,Verenigd Koninkrijk,Royaume-Uni,Vereinigtes K\xc3\xb6nigreich,gbr,great britain,groot "
	       "brittannie,england,engeland,angleterre,"},
	{"IE", ",Ireland,Ierland,Irlande,Irland,irl,"},
	{"ES", ",Spain,Spanje,Espagne,Spanien,esp,"},
	{"PT", ",Portugal,Portugal,Portugal,Portugal,prt,"},
	{"IT", ",Italy,Itali\xc3\xab,Italie,Italien,ita,"},
	{"CH", ",Switzerland,Zwitserland,Suisse,Schweiz,che,"},
	{"AT", ",Austria,Oostenrijk,Autriche,\xc3\x96sterreich,aut,"},
	{"PL", ",Poland,Polen,Pologne,Polen,pol,"},
	{"CZ", ",Czechia,Tsjechi\xc3\xab,Tch\xc3\xa9quie,Tschechien,cze,czech republic,republique tcheque,"},
	{"SK", ",Slovakia,Slowakije,Slovaquie,Slowakei,svk,"},
	{"HU", ",Hungary,Hongarije,Hongrie,Ungarn,hun,"},
	{"RO", ",Romania,Roemeni\xc3\xab,Roumanie,Rum\xc3\xa4nien,rou,"},
	{"BG", ",Bulgaria,Bulgarije,Bulgarie,Bulgarien,bgr,"},
	{"GR", ",Greece,Griekenland,Gr\xc3\xa8"
	       "ce,Griechenland,grc,"},
	{"HR", ",Croatia,Kroati\xc3\xab,Croatie,Kroatien,hrv,"},
	{"SI", ",Slovenia,Sloveni\xc3\xab,Slov\xc3\xa9nie,Slowenien,svn,"},
	{"DK", ",Denmark,Denemarken,Danemark,D\xc3\xa4nemark,dnk,"},
	{"SE", ",Sweden,Zweden,Su\xc3\xa8"
	       "de,Schweden,swe,"},
	{"NO", ",Norway,Noorwegen,Norv\xc3\xa8ge,Norwegen,nor,"},
	{"FI", ",Finland,Finland,Finlande,Finnland,fin,"},
	{"EE", ",Estonia,Estland,Estonie,Estland,est,"},
	{"LV", ",Latvia,Letland,Lettonie,Lettland,lva,"},
	{"LT", ",Lithuania,Litouwen,Lituanie,Litauen,ltu,"},
	{"CY", ",Cyprus,Cyprus,Chypre,Zypern,cyp,"},
	{"MT", ",Malta,Malta,Malte,Malta,mlt,"},
	{"UA", ",Ukraine,Oekra\xc3\xafne,Ukraine,Ukraine,ukr,"},
	{"TR", ",Turkey,Turkije,Turquie,T\xc3\xbcrkei,tur,turkiye,"},
	{"MA", ",Morocco,Marokko,Maroc,Marokko,mar,"},
	{"US", ",United States,Verenigde Staten,\xc3\x89tats-Unis,Vereinigte Staaten,usa,united states of america,"},
	{"CA", ",Canada,Canada,Canada,Kanada,can,"},
	{"CN", ",China,China,Chine,China,chn,"},
	{"IN", ",India,India,Inde,Indien,ind,"},
	{"JP", ",Japan,Japan,Japon,Japan,jpn,"},
	{NULL, NULL},
};

static const char iso_countries[] = "AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM "
				    "BN BO BQ BR BS BT BV BW BY BZ CA "
				    "CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG "
				    "EH ER ES ET FI FJ FK FM FO FR GA "
				    "GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL "
				    "IM IN IO IQ IR IS IT JE JM JO JP "
				    "KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF "
				    "MG MH MK ML MM MN MO MP MQ MR MS "
				    "MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL "
				    "PM PN PR PS PT PW PY QA RE RO RS "
				    "RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG "
				    "TH TJ TK TL TM TN TO TR TT TV TW "
				    "TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW ";

/* The code of the row that text names: both folded. */
static const char *code_by_name(const struct named *row, const char *text)
{
	char want[80], name[80];

	if (!fold_into(text, want, sizeof(want)) || !*want)
		return NULL;
	for (; row->code; row++) {
		for (const char *s = row->names + 1; *s;) {
			size_t n = strcspn(s, ",");
			char one[80];

			memcpy(one, s, n);
			one[n] = '\0';
			if (fold_into(one, name, sizeof(name)) && !strcmp(name, want))
				return row->code;
			s += n + 1;
		}
	}
	return NULL;
}

/* "nl", "NL", "nl_BE", "nl-BE", "nl_BE.UTF-8", "Nederlands". */
const char *normalise_language(struct arena *arena, const char *text, bool *valid)
{
	const char *code;

	if (is_alpha(text[0]) && is_alpha(text[1]) && (!text[2] || text[2] == '_' || text[2] == '-')) {
		char *out = arena_strndup(arena, text, 2);

		out[0] |= 0x20;
		out[1] |= 0x20;
		return out;
	}
	code = code_by_name(languages, text);
	*valid = code;
	return code ? code : text;
}

const char *normalise_country(struct arena *arena, const char *text, bool *valid)
{
	const char *code;

	if (is_alpha(text[0]) && is_alpha(text[1]) && !text[2]) {
		char iso[4] = {(char)(text[0] & ~0x20), (char)(text[1] & ~0x20), ' ', '\0'};

		if (!strcmp(iso, "UK "))
			return "GB";
		if (!strcmp(iso, "EL "))
			return "GR";
		if (strstr(iso_countries, iso))
			return arena_strndup(arena, iso, 2);
	}
	code = code_by_name(countries, text);
	*valid = code;
	return code ? code : text;
}

const char *country_name(struct arena *arena, const char *code, const char *language)
{
	static const char *const order[] = {"en", "nl", "fr", "de"};

	for (const struct named *row = countries; row->code; row++) {
		const char *s = row->names + 1;

		if (strcmp(row->code, code))
			continue;
		for (size_t i = 0; i < 4; i++, s += strcspn(s, ",") + 1)
			if (!strcmp(order[i], language))
				return arena_strndup(arena, s, strcspn(s, ","));
	}
	return code;
}

/* Belgian codes lose "B-"; others are in upper case as they are written. */
const char *normalise_postal(struct arena *arena, const char *text, bool *valid)
{
	const char *s = text;
	char *out;

	if (text_says_nothing(text))
		return "";
	if (!strncasecmp(s, "BE", 2))
		s += 2;
	else if ((*s | 0x20) == 'b')
		s++;
	s += strspn(s, "- ");
	if (strspn(s, "0123456789") == 4 && !s[4])
		return arena_strdup(arena, s);
	out = arena_strdup(arena, text);
	*valid = strlen(out) <= 10 && strpbrk(out, "0123456789");
	for (char *c = out; *c; c++) {
		if (!is_digit(*c) && !is_alpha(*c) && *c != ' ' && *c != '-')
			*valid = false;
		if (*c >= 'a' && *c <= 'z')
			*c = (char)(*c - 'a' + 'A');
	}
	return *valid ? out : text;
}

static const struct named provinces[] = {
	{"BE-BRU", ",brussel,bruxelles,brussels,brussels hoofdstedelijk gewest,region de bruxelles capitale,"},
	{"BE-VAN", ",antwerpen,anvers,antwerp,provincie antwerpen,"},
	{"BE-VBR", ",vlaams brabant,brabant flamand,flemish brabant,"},
	{"BE-VLI", ",limburg,limbourg,"},
	{"BE-VOV", ",oost vlaanderen,flandre orientale,east flanders,"},
	{"BE-VWV", ",west vlaanderen,flandre occidentale,west flanders,"},
	{"BE-WBR", ",waals brabant,brabant wallon,walloon brabant,"},
	{"BE-WHT", ",henegouwen,hainaut,"},
	{"BE-WLG", ",luik,liege,"},
	{"BE-WLX", ",luxemburg,luxembourg,"},
	{"BE-WNA", ",namen,namur,"},
	{NULL, NULL},
};

const char *normalise_province(struct arena *arena, const char *text, bool *valid)
{
	const char *code;

	(void)arena;
	for (const struct named *row = provinces; row->code; row++)
		if (!strcasecmp(row->code, text) || !strcasecmp(row->code + 3, text))
			return row->code;
	code = code_by_name(provinces, text);
	*valid = code;
	return code ? code : text;
}

const char *province_of_postal_code(const char *postal_code)
{
	static const struct {
		int last;
		const char *province;
	} ranges[] = {{999, NULL}, {1299, "BE-BRU"}, {1499, "BE-WBR"}, {1999, "BE-VBR"}, {2999, "BE-VAN"},
		{3499, "BE-VBR"}, {3999, "BE-VLI"}, {4999, "BE-WLG"}, {5999, "BE-WNA"}, {6599, "BE-WHT"},
		{6999, "BE-WLX"}, {7999, "BE-WHT"}, {8999, "BE-VWV"}, {9999, "BE-VOV"}};
	int code = 0;

	for (int i = 0; i < 4; i++) {
		if (!is_digit(postal_code[i]))
			return NULL;
		code = code * 10 + postal_code[i] - '0';
	}
	for (size_t i = 0; !postal_code[4] && i < sizeof(ranges) / sizeof(ranges[0]); i++)
		if (code <= ranges[i].last)
			return ranges[i].province;
	return NULL;
}

/* --- address lines ------------------------------------------------------------------------------------------ */

#define WORDS_MAX 48

struct word {
	const char *s;
	size_t n;
};

/* Words at blanks, without commas at their ends. */
static size_t words_of(const char *line, struct word word[WORDS_MAX])
{
	size_t n = 0;

	for (const char *s = line + strspn(line, " ,"); *s; s += strspn(s, " ,")) {
		if (n == WORDS_MAX)
			return 0;
		word[n].s = s;
		word[n].n = strcspn(s, " ");
		s += word[n].n;
		while (word[n].n && word[n].s[word[n].n - 1] == ',')
			word[n].n--;
		n++;
	}
	return n;
}

/* How long the word for "box" is at the start of it, or 0. */
static size_t box_marker(const struct word *w)
{
	static const char *const markers[] = {"boite", "bo\xc3\xaete", "postbus", "bus", "bte", "box", "b"};

	for (size_t i = 0; i < sizeof(markers) / sizeof(markers[0]); i++) {
		size_t n = strlen(markers[i]);

		if (w->n >= n && !strncasecmp(w->s, markers[i], n) &&
			(w->n == n || w->s[n] == '.' || is_digit(w->s[n]))) {
			while (n < w->n && w->s[n] == '.')
				n++;
			return n;
		}
	}
	return 0;
}

/* "12", "12B", "12-14", "12/14A": one house number, without a box. */
static bool is_house_number(const struct word *w)
{
	size_t i = 0, letters = 0;

	if (!w->n || !is_digit(w->s[0]) || w->n > 12)
		return false;
	for (; i < w->n; i++) {
		if (is_digit(w->s[i])) {
			letters = 0;
			continue;
		}
		if (is_alpha(w->s[i]) ? ++letters > 2 : w->s[i] != '-' && w->s[i] != '+')
			return false;
	}
	return is_digit(w->s[i - 1]) || is_alpha(w->s[i - 1]);
}

static bool is_box(const struct word *w)
{
	bool digit = false;

	if (!w->n || w->n > 8)
		return false;
	for (size_t i = 0; i < w->n; i++) {
		if (!is_digit(w->s[i]) && !is_alpha(w->s[i]) && w->s[i] != '.' && w->s[i] != '-' && w->s[i] != '/')
			return false;
		digit = digit || is_digit(w->s[i]);
	}
	return digit || w->n == 1;
}

/* What follows the street: number [letter] [[marker] box] ["(remark)"], or number "/" box in one word. */
struct tail {
	struct word number, letter, box;
	size_t remark; /* index of the first word of a remark in parentheses; n: none */
};

static bool parse_box(const struct word *word, size_t *i, size_t n, struct word *box)
{
	size_t marker = *i < n ? box_marker(&word[*i]) : 0;

	if (marker && marker < word[*i].n) {
		*box = (struct word){word[*i].s + marker, word[*i].n - marker};
		(*i)++;
		return is_box(box);
	}
	if (marker && *i + 1 < n && word[*i + 1].n <= 8 && is_box(&word[*i + 1])) {
		*box = word[*i + 1];
		*i += 2;
		return true;
	}
	if (*i < n && is_box(&word[*i]) && is_digit(word[*i].s[0]))
		*box = word[(*i)++];
	return true;
}

static bool parse_tail(const struct word *word, size_t i, size_t n, struct tail *t)
{
	const char *slash = memchr(word[i].s, '/', word[i].n);

	*t = (struct tail){.number = word[i]};
	if (slash) {
		t->number.n = (size_t)(slash - word[i].s);
		t->box = (struct word){slash + 1, word[i].n - t->number.n - 1};
		if (!is_box(&t->box) || memchr(t->box.s, '/', t->box.n))
			return false;
	}
	if (!is_house_number(&t->number))
		return false;
	i++;
	if (!slash && i < n && word[i].n == 1 && is_alpha(word[i].s[0]) && (is_digit(t->number.s[t->number.n - 1])) &&
		!(box_marker(&word[i]) && i + 1 < n))
		t->letter = word[i++];
	if (!t->box.n && !parse_box(word, &i, n, &t->box))
		return false;
	t->remark = i;
	return i == n || (word[i].s[0] == '(' && word[n - 1].s[word[n - 1].n - 1] == ')');
}

static void add_words(struct buf *b, const struct word *word, size_t from, size_t to)
{
	for (size_t i = from; i < to; i++) {
		if (b->len)
			buf_addc(b, ' ');
		buf_add(b, word[i].s, word[i].n);
	}
}

static struct address_line make_address(
	struct arena *arena, const struct word *word, size_t from, size_t to, const struct tail *t, size_t n)
{
	const char letter[2] = {t->letter.n ? *t->letter.s : '\0', '\0'};
	BUF_AUTO struct buf street = {0};

	add_words(&street, word, from, to);
	add_words(&street, word, t->remark, n);
	return (struct address_line){
		.street = arena_strndup(arena, street.data, street.len),
		.house_number = text_concat(arena, t->number.s, t->number.n, letter, NULL),
		.box = arena_strndup(arena, t->box.n ? t->box.s : "", t->box.n),
	};
}

/* "12, Kerkstraat" and, as the French write it, "12 rue Neuve"; but not "1 Meistraat". */
static bool number_leads(const struct word *word)
{
	static const char *const types[] = {"rue", "avenue", "av.", "boulevard", "bd", "bld", "place", "quai", "chemin",
		"all\xc3\xa9"
		"e",
		"route", "impasse", "square",
		"chauss\xc3\xa9"
		"e",
		"clos", "dr\xc3\xa8ve"};

	if (strspn(word[0].s, "0123456789") < word[0].n)
		return false;
	if (word[0].s[word[0].n] == ',')
		return true;
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if (strlen(types[i]) == word[1].n && !strncasecmp(types[i], word[1].s, word[1].n))
			return true;
	return false;
}

static struct address_line split_once(struct arena *arena, const char *line)
{
	struct word word[WORDS_MAX];
	size_t n = words_of(line, word);
	struct tail tail;

	for (size_t i = 1; i < n; i++)
		if (is_digit(word[i].s[0]) && parse_tail(word, i, n, &tail))
			return make_address(arena, word, 0, i, &tail, n);
	if (n > 1 && number_leads(word) && parse_tail(word, 0, 1, &tail)) {
		tail.remark = n;
		return make_address(arena, word, 1, n, &tail, n);
	}
	return (struct address_line){line, "", ""};
}

struct address_line split_address_line(struct arena *arena, const char *line)
{
	struct address_line a = split_once(arena, line), b;

	/* A street with numbers in its name may be understood otherwise once it is written anew; then better not at
	 * all. */
	if (!strpbrk(a.street, "0123456789"))
		return a;
	b = split_once(arena, join_address_line(arena, &a));
	if (!strcmp(a.street, b.street) && !strcmp(a.house_number, b.house_number) && !strcmp(a.box, b.box))
		return a;
	return (struct address_line){line, "", ""};
}

const char *join_address_line(struct arena *arena, const struct address_line *a)
{
	const char *gap = *a->street && *a->house_number ? " " : "";

	if (!*a->box)
		return arena_printf(arena, "%s%s%s", a->street, gap, a->house_number);
	return arena_printf(arena, "%s%s%s%sbus %s", a->street, gap, a->house_number,
		*a->street || *a->house_number ? " " : "", a->box);
}
