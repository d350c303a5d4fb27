/*
 * report_html.c - everything on one page to be sent on: no script, nothing from elsewhere, one sheet of A4 a language.
 */
#include "cli/report.h"

#include <string.h>

#include "base/time.h"
#include "core/period.h"

struct sheet {
	struct buf *b;
	struct arena *arena;
	const json_t *answer;
	enum language l;
};

static const char style[] =
	"@page{size:A4;margin:9mm 14mm}"
	"*{box-sizing:border-box}"
	"body{margin:0;background:#e9ecef;color:#1b1b1b;font:13px/1.4 'Source Sans 3','Helvetica Neue',Arial,'Liberation Sans',sans-serif;"
	"-webkit-print-color-adjust:exact;print-color-adjust:exact}"
	"section{background:#fff;width:794px;margin:24px auto;padding:36px 37px;box-shadow:0 1px 4px #0003}"
	"header{display:flex;justify-content:space-between;align-items:flex-end;border-bottom:3px solid #0072b2;padding-bottom:6px}"
	"h1{font-size:23px;line-height:1.15;margin:0;letter-spacing:-.01em}"
	"h2{font-size:13.5px;margin:11px 0 3px;color:#0072b2}"
	"header p{margin:0;text-align:right;color:#5f6670;font-size:11.5px}"
	".sub{margin:2px 0 0;color:#5f6670}"
	".tiles{display:flex;gap:8px;margin:10px 0 2px}"
	".tile{flex:1;background:#eef1f4;border-left:3px solid #0072b2;padding:5px 9px}"
	".tile b{display:block;font-size:22px;line-height:1.05;font-variant-numeric:tabular-nums}"
	".tile span{display:block;font-size:11px;line-height:1.25;color:#3c434b;margin-top:1px}"
	".tile i{display:block;font-style:normal;font-size:10.5px;color:#5f6670;margin-top:1px}"
	"table{border-collapse:collapse;width:100%;font-size:12px;line-height:1.25;font-variant-numeric:tabular-nums}"
	"th{font-size:11px;font-weight:400;color:#5f6670;text-align:right;padding:0 0 2px 8px;vertical-align:bottom}"
	"td{border-top:1px solid #d5d9de;padding:1px 0 1px 8px;text-align:right}"
	"th:first-child,td:first-child{text-align:left;padding-left:0;white-space:nowrap}"
	".name{display:-webkit-box;-webkit-box-orient:vertical;-webkit-line-clamp:2;overflow:hidden;overflow-wrap:anywhere;white-space:normal}"
	"tr.total td{border-top:1.5px solid #1b1b1b;font-weight:600}"
	"svg{display:block;width:100%;max-width:782px;height:auto}"
	".columns{display:flex;gap:26px}.columns>div{flex:5;min-width:0}.columns>div+div{flex:4}"
	"footer{margin-top:10px;border-top:1px solid #d5d9de;padding-top:5px;font-size:10px;line-height:1.3;color:#3c434b}"
	"footer p{margin:0 0 2px}"
	"@media print{body{background:#fff}section{width:auto;margin:0;padding:0;box-shadow:none;break-after:page;zoom:var(--zoom)}"
	"section:last-child{break-after:auto}h2{break-after:avoid}svg,table,.tiles,.columns,footer{break-inside:avoid}}";

/* --- small things --------------------------------------------------------------------------------------------- */

static const char *in(const struct sheet *p, const char *nl, const char *en)
{
	return p->l == LANGUAGE_NL ? nl : en;
}

static void text(const struct sheet *p, const char *t)
{
	report_escape(p->b, t);
}

static const json_t *part(const struct sheet *p, const char *name)
{
	return json_object_get(p->answer, name);
}

static const json_t *total(const struct sheet *p, const char *name)
{
	return json_object_get(part(p, name), "total");
}

static void heading(const struct sheet *p, const char *t)
{
	buf_adds(p->b, "<h2>");
	text(p, t);
	buf_adds(p->b, "</h2>\n");
}

static void cell(const struct sheet *p, const char *tag, const char *t)
{
	buf_addf(p->b, "<%s>", tag);
	text(p, t);
	buf_addf(p->b, "</%s>", tag);
}

static void tile(const struct sheet *p, const char *n, const char *what, const char *more)
{
	buf_adds(p->b, "<div class=\"tile\"><b>");
	text(p, *n ? n : "0");
	buf_adds(p->b, "</b><span>");
	text(p, what);
	buf_adds(p->b, "</span><i>");
	text(p, more);
	buf_adds(p->b, "</i></div>\n");
}

/* "between 220 and 224", or nothing if it is certain. */
static const char *range(const struct sheet *p, const json_t *figures, const char *low, const char *high)
{
	const char *from = report_count(p->arena, figures, low), *to = report_count(p->arena, figures, high);

	if (!strcmp(from, to))
		return "";
	return arena_printf(p->arena, in(p, "tussen %s en %s", "between %s and %s"), from, to);
}

/* --- the parts ------------------------------------------------------------------------------------------------ */

static const char *made_on(const json_t *answer, char day[PERIOD_TEXT_MAX])
{
	int64_t ms = 0;

	time_parse(words_text(answer, "made_at"), &ms);
	return period_day_format(period_day_of(ms), day);
}

static void put_header(const struct sheet *p)
{
	const json_t *kinds = part(p, "kinds");
	char day[PERIOD_TEXT_MAX];

	buf_adds(p->b, "<header><div><h1>");
	text(p, in(p, "Wat het netwerk deed", "What the network did"));
	buf_adds(p->b, "</h1><p class=\"sub\" style=\"text-align:left\">");
	text(p, arena_printf(p->arena, "%s: %s", in(p, "Periode", "Period"), report_period(p->arena, kinds, p->l)));
	buf_adds(p->b, "</p></div><p>");
	text(p, report_known(p->arena, kinds, p->l));
	buf_adds(p->b, "<br>");
	text(p, arena_printf(p->arena, "%s %s", in(p, "gemaakt op", "made on"), made_on(kinds, day)));
	buf_adds(p->b, "</p></header>\n");
}

static const json_t *stage(const struct sheet *p, size_t n)
{
	return json_array_get(json_object_get(total(p, "funnel"), "stages"), n);
}

static void put_tiles(const struct sheet *p)
{
	const json_t *all = total(p, "kinds");
	const char *made = report_count(p->arena, stage(p, 2), "referrals"), *back = report_share(p->arena, stage(p, 3), "came", "of", p->l);

	buf_adds(p->b, "<div class=\"tiles\">\n");
	tile(p, report_count(p->arena, all, "activities"), in(p, "activiteiten", "activities"),
		arena_printf(p->arena, "%s %s", report_count(p->arena, all, "sessions"), in(p, "sessies", "sessions")));
	tile(p, report_count(p->arena, all, "people"), in(p, "unieke deelnemers", "unique participants"),
		*range(p, all, "people_low", "people_high")
			? range(p, all, "people_low", "people_high")
			: arena_printf(p->arena, "%s %s", report_count(p->arena, all, "participants"), in(p, "deelnames", "attendances")));
	tile(p, report_count(p->arena, all, "unique_companies"), in(p, "unieke bedrijven", "unique companies"),
		range(p, all, "unique_companies_low", "unique_companies_high"));
	tile(p, made, in(p, "doorverwijzingen", "referrals"),
		*back ? arena_printf(p->arena, "%s %s", back, in(p, "aanvaard", "accepted")) : "");
	tile(p, report_count(p->arena, stage(p, 5), "referrals"), in(p, "projectaanvragen", "project applications"), "");
	buf_adds(p->b, "</div>\n");
}

/* Certificates are of a kind: what somebody came to of every kind together is none. */
static void kind_row(const struct sheet *p, const char *name, const json_t *f, bool all)
{
	static const char *const counts[] = { "activities", "sessions", "participants", "people" };

	buf_adds(p->b, all ? "<tr class=\"total\">" : "<tr>");
	cell(p, "td", name);
	for (size_t i = 0; i < sizeof(counts) / sizeof(*counts); i++)
		cell(p, "td", report_count(p->arena, f, counts[i]));
	cell(p, "td", all ? "" : report_count(p->arena, f, "certified"));
	cell(p, "td", all ? "" : report_share(p->arena, f, "certified", "people", p->l));
	cell(p, "td", report_count(p->arena, f, "companies"));
	cell(p, "td", report_count(p->arena, f, "unique_companies"));
	buf_adds(p->b, "</tr>\n");
}

static void put_kinds(const struct sheet *p)
{
	const json_t *kinds = part(p, "kinds"), *group;
	const char *headings[] = { "", in(p, "activiteiten", "activities"), in(p, "sessies", "sessions"),
		in(p, "deelnames", "attendances"), in(p, "unieke deelnemers", "unique participants"),
		arena_printf(p->arena, in(p, "%lld of meer sessies", "%lld sessions or more"), (long long)words_number(kinds, "certificate")),
		in(p, "aandeel", "share"), in(p, "bedrijfsdeelnames", "company attendances"), in(p, "unieke bedrijven", "unique companies") };
	size_t i;

	heading(p, in(p, "Activiteiten", "Activities"));
	buf_adds(p->b, "<table><thead><tr>");
	for (i = 0; i < sizeof(headings) / sizeof(*headings); i++)
		cell(p, "th", headings[i]);
	buf_adds(p->b, "</tr></thead><tbody>\n");
	json_array_foreach(json_object_get(kinds, "groups"), i, group)
		kind_row(p, report_group(p->arena, kinds, group, p->l), group, false);
	kind_row(p, in(p, "totaal", "total"), json_object_get(kinds, "total"), true);
	buf_adds(p->b, "</tbody></table>\n");
}

/* The group of the same key, or NULL. */
static const json_t *same_group(const json_t *answer, const json_t *key)
{
	const json_t *group;
	size_t i;

	json_array_foreach(json_object_get(answer, "groups"), i, group)
		if (json_equal(json_object_get(group, "key"), key))
			return group;
	return NULL;
}

static void province_row(const struct sheet *p, const char *name, const json_t *kpi, const json_t *funnel, const char *class)
{
	const json_t *stages = json_object_get(funnel, "stages");
	static const char *const none = "";

	buf_addf(p->b, "<tr%s>", class);
	cell(p, "td", name);
	cell(p, "td", kpi ? report_count(p->arena, kpi, "people") : "0");
	cell(p, "td", kpi ? report_count(p->arena, kpi, "unique_companies") : "0");
	for (size_t i = 2; i < 6; i++)
		if (i != 4)
			cell(p, "td", stages ? report_count(p->arena, json_array_get(stages, i), "referrals") : none);
	buf_adds(p->b, "</tr>\n");
}

static void put_provinces(const struct sheet *p)
{
	const json_t *kpi = part(p, "provinces"), *funnel = part(p, "funnel"), *group;
	const char *headings[] = { "", in(p, "unieke deelnemers", "unique participants"), in(p, "unieke bedrijven", "unique companies"),
		in(p, "doorverwezen", "referred"), in(p, "aanvaard", "accepted"), in(p, "aanvraag", "application") };
	size_t i;

	heading(p, in(p, "Per provincie van het bedrijf", "By province of the company"));
	buf_adds(p->b, "<table><thead><tr>");
	for (i = 0; i < sizeof(headings) / sizeof(*headings); i++)
		cell(p, "th", headings[i]);
	buf_adds(p->b, "</tr></thead><tbody>\n");
	json_array_foreach(json_object_get(funnel, "groups"), i, group)
		province_row(p, report_group(p->arena, funnel, group, p->l), same_group(kpi, json_object_get(group, "key")), group, "");
	province_row(p, in(p, "totaal", "total"), json_object_get(kpi, "total"), json_object_get(funnel, "total"), " class=\"total\"");
	buf_adds(p->b, "</tbody></table>\n");
}

static void put_partners(const struct sheet *p)
{
	const json_t *partners = part(p, "partners"), *group;
	const char *headings[] = { "", in(p, "sessies", "sessions"), in(p, "unieke deelnemers", "unique participants"),
		in(p, "unieke bedrijven", "unique companies") };
	static const char *const counts[] = { "sessions", "people", "unique_companies" };
	size_t i;

	heading(p, in(p, "Per partner die ze aanbracht", "By the partner that brought them"));
	buf_adds(p->b, "<table><thead><tr>");
	for (i = 0; i < sizeof(headings) / sizeof(*headings); i++)
		cell(p, "th", headings[i]);
	buf_adds(p->b, "</tr></thead><tbody>\n");
	json_array_foreach(json_object_get(partners, "groups"), i, group) {
		buf_adds(p->b, "<tr>");
		buf_adds(p->b, "<td><span class=\"name\">");
		text(p, report_group(p->arena, partners, group, p->l));
		buf_adds(p->b, "</span></td>");
		for (size_t c = 0; c < sizeof(counts) / sizeof(*counts); c++)
			cell(p, "td", report_count(p->arena, group, counts[c]));
		buf_adds(p->b, "</tr>\n");
	}
	buf_adds(p->b, "</tbody></table>\n");
}

/* --- how it was counted --------------------------------------------------------------------------------------- */

static void note(const struct sheet *p, const char *t)
{
	buf_adds(p->b, "<p>");
	text(p, t);
	buf_adds(p->b, "</p>\n");
}

/* "396 to 398", or the one number. */
static const char *between(const struct sheet *p, const json_t *figures, const char *low, const char *high)
{
	const char *from = report_count(p->arena, figures, low), *to = report_count(p->arena, figures, high);

	return strcmp(from, to) ? arena_printf(p->arena, in(p, "%s tot %s", "%s to %s"), from, to) : from;
}

static void put_certainty(const struct sheet *p)
{
	const json_t *kinds = part(p, "kinds"), *waiting = json_object_get(kinds, "waiting"), *all = json_object_get(kinds, "total");
	const json_t *open = json_object_get(waiting, "questions");
	const int64_t questions = words_number(open, "contact") + words_number(open, "organization"), unreadable = report_sum(json_object_get(waiting, "unreadable")),
		      nameless = words_number(all, "without_person");

	if (questions)
		note(p, arena_printf(p->arena,
				in(p, "Zekerheid: %lld vragen over wie wie is, wachten op een mens. Afhankelijk van de antwoorden zijn er %s "
				      "unieke deelnemers en %s unieke bedrijven.",
					"Certainty: %lld questions about who is who wait for a human. Depending on the answers there are %s "
					"unique participants and %s unique companies."),
				(long long)questions, between(p, all, "people_low", "people_high"),
				between(p, all, "unique_companies_low", "unique_companies_high")));
	else
		note(p, in(p, "Zekerheid: geen enkele vraag over wie wie is, wacht op een mens.",
				"Certainty: no question about who is who waits for a human."));
	if (nameless)
		note(p, arena_printf(p->arena,
				in(p, "%lld deelnames noemen geen persoon, alleen een bedrijf of niets.",
					"%lld attendances name no person, but a company or nothing."),
				(long long)nameless));
	if (unreadable)
		note(p, arena_printf(p->arena,
				in(p, "%lld records zijn onleesbaar en niet geteld.", "%lld records cannot be read and are not counted."),
				(long long)unreadable));
}

static void put_notes(const struct sheet *p)
{
	const json_t *kinds = part(p, "kinds");
	const int64_t hidden = words_number(kinds, "hidden") + words_number(part(p, "partners"), "hidden") +
			       words_number(part(p, "provinces"), "hidden") + words_number(part(p, "funnel"), "hidden") +
			       words_number(part(p, "matrix"), "hidden");
	BUF_AUTO struct buf successors = { 0 };

	buf_adds(p->b, "<footer>");
	put_certainty(p);
	note(p, in(p, "Uniek betekent: na het samenbrengen van dezelfde personen en bedrijven over alle partners heen. Een sessie is één "
		      "activiteit op één dag; wie ingeschreven was en niet kwam, telt niet mee als deelnemer. Bereikt: bedrijven met "
		      "een inschrijving of een doorverwijzing.",
			"Unique means: after matching the same people and companies across all partners. A session is one activity on "
			"one day; who was registered and did not come is no participant. Reached: companies with a registration or a "
			"referral."));
	note(p, in(p, "De periode gaat over wanneer een sessie plaatsvond of een doorverwijzing werd gemaakt, wat er later ook van "
		      "werd. De duur in een stap is die van wie de stap verliet; te laat is zonder antwoord na de afgesproken "
		      "termijn: waar niets is afgesproken, is niets te laat.",
			"The period is about when a session was held or a referral was made, whatever became of it later. The time "
			"in a stage is that of those who left it; overdue is unanswered after the time agreed: where none was, nothing "
			"is overdue."));
	report_successors(&successors, part(p, "matrix"), p->l);
	if (successors.len)
		note(p, successors.data);
	if (hidden)
		note(p, arena_printf(p->arena,
				in(p, REPORT_HIDDEN ": verborgen, omdat een aantal kleiner is dan %lld of er een zou verraden.",
					REPORT_HIDDEN ": hidden, since a count is below %lld or would give one away."),
				(long long)words_number(kinds, "small_cells")));
	note(p, arena_printf(p->arena, "Doorstroom " DOORSTROOM_VERSION ", %s #%lld",
			in(p, "tot en met gebeurtenis", "up to and with event"), (long long)words_number(kinds, "seq")));
	buf_adds(p->b, "</footer>\n");
}

/* --- one sheet ------------------------------------------------------------------------------------------------ */

/* In pixels of the page as it is laid out, as Chromium does it: a row of a table and a second line in it, a row of the matrix,
 * a line of the footer and the letters on it; all that is always there; what the sheet has room for. */
#define ROW 18.0
#define MORE 15.0
#define MATRIX_ROW 33.7
#define FOOTER_LINE 13.5
#define FOOTER_LETTERS 150
#define NAME_LETTERS 34
#define FIXED 590.0
#define SHEET 1030.0
#define ZOOM_MAX 0.88

static double table_height(const struct sheet *p, const json_t *answer, bool total)
{
	double height = total ? ROW : 0;
	const json_t *group;
	size_t i;

	json_array_foreach(json_object_get(answer, "groups"), i, group)
		height += ROW + (strlen(report_group(p->arena, answer, group, p->l)) > NAME_LETTERS ? MORE : 0);
	return height;
}

static double footer_height(const char *footer)
{
	double height = 0;
	size_t letters = 0;

	for (; *footer; footer++) {
		letters++;
		if (*footer == '\n') {
			height += FOOTER_LINE * (double)(1 + letters / FOOTER_LETTERS);
			letters = 0;
		}
	}
	return height;
}

/* How much smaller everything is printed, so that all of it has room. */
static double zoom_of(const struct sheet *p, const json_t *matrix, const char *footer)
{
	const double left = table_height(p, part(p, "funnel"), true), right = table_height(p, part(p, "partners"), false);
	const double height = FIXED + table_height(p, part(p, "kinds"), true) + (left > right ? left : right) + footer_height(footer) +
		MATRIX_ROW * (double)json_object_size(json_object_get(json_object_get(matrix, "sums"), "from"));

	return SHEET / height < ZOOM_MAX ? SHEET / height : ZOOM_MAX;
}

static void put_page(const struct sheet *p)
{
	AUTO(json_drop) json_t *matrix = report_fold(p->arena, part(p, "matrix"), REPORT_PAGE_PARTNERS);
	BUF_AUTO struct buf footer = { 0 };
	struct buf *b = p->b;

	put_notes(&(struct sheet){ &footer, p->arena, p->answer, p->l });
	buf_addf(b, "<section lang=\"%s\" style=\"--zoom:%.2f\">\n", p->l == LANGUAGE_NL ? "nl" : "en", zoom_of(p, matrix, footer.data));
	put_header(p);
	put_tiles(p);
	heading(p, in(p, "Van bereikt tot aanvraag", "From reached to application"));
	report_funnel_svg(b, p->arena, part(p, "funnel"), p->l);
	put_kinds(p);
	heading(p, in(p, "Doorverwijzingen van partner naar partner", "Referrals from partner to partner"));
	report_matrix_svg(b, p->arena, matrix, p->l);
	buf_adds(b, "<div class=\"columns\"><div>\n");
	put_provinces(p);
	buf_adds(b, "</div><div>\n");
	put_partners(p);
	buf_adds(b, "</div></div>\n");
	buf_adds(b, footer.data);
	buf_adds(b, "</section>\n");
}

void report_html(struct buf *b, const json_t *answer, const bool languages[LANGUAGES])
{
	AUTO(arena_free) struct arena *arena = arena_new();

	buf_addf(b, "<!DOCTYPE html>\n<html lang=\"%s\">\n<head><meta charset=\"utf-8\"><meta name=\"viewport\" "
		    "content=\"width=device-width\"><meta name=\"robots\" content=\"noindex\">\n"
		    "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
		    "<title>Doorstroom</title>\n<style>%s</style></head>\n<body>\n",
		languages[LANGUAGE_NL] ? "nl" : "en", style);
	for (int l = 0; l < LANGUAGES; l++)
		if (languages[l])
			put_page(&(struct sheet){ b, arena, answer, (enum language)l });
	buf_adds(b, "</body></html>\n");
}
