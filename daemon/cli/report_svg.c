/*
 * report_svg.c - pictures of counts, as SVG: for files of their own, and as parts of the page. Colours are from Okabe and
 * Ito's palette, which people with any kind of colour vision can tell apart; no meaning hangs on colour alone.
 */
#include "cli/report.h"

#include <string.h>

#define BLUE "#0072b2"
#define ORANGE "#e69f00"
#define INK "#1b1b1b"
#define GREY "#5f6670"
#define RULE "#d5d9de"
#define PALE "#eef1f4"
#define ROWS_MAX 60

void report_escape(struct buf *b, const char *text)
{
	for (; *text; text++) {
		const unsigned char c = (unsigned char)*text;

		if (c == '<')
			buf_adds(b, "&lt;");
		else if (c == '>')
			buf_adds(b, "&gt;");
		else if (c == '&')
			buf_adds(b, "&amp;");
		else if (c == '"')
			buf_adds(b, "&quot;");
		else if (c == '\'')
			buf_adds(b, "&#39;");
		else if (c >= 0x20 && c != 0x7f)
			buf_addc(b, *text);
		else
			buf_addc(b, ' ');
	}
}

/* At most n characters, the last of them an ellipsis if it was longer. */
static void add_short(struct buf *b, struct arena *arena, const char *text, size_t n)
{
	size_t chars = 0, cut = 0, at = 0;

	for (; text[at]; at++)
		if (((unsigned char)text[at] & 0xc0) != 0x80) {
			chars++;
			if (chars == n)
				cut = at;
		}
	report_escape(b, chars > n ? arena_strndup(arena, text, cut) : text);
	if (chars > n)
		buf_adds(b, "…");
}

static void open_svg(struct buf *b, int width, int height, const char *label)
{
	buf_addf(b, "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" width=\"%d\" height=\"%d\" role=\"img\" "
		    "font-family=\"'Source Sans 3','Helvetica Neue',Arial,'Liberation Sans',sans-serif\" font-size=\"13\" fill=\"" INK
		    "\"><title>", width, height, width, height);
	report_escape(b, label);
	buf_adds(b, "</title>\n");
}

enum anchor { START, MIDDLE, END };

static void add_text(struct buf *b, struct arena *arena, double x, double y, enum anchor anchor, const char *more,
	const char *text, size_t n)
{
	static const char *const anchors[] = { "start", "middle", "end" };

	buf_addf(b, "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\"%s%s>", x, y, anchors[anchor], *more ? " " : "", more);
	add_short(b, arena, text, n);
	buf_adds(b, "</text>\n");
}

static void add_bar(struct buf *b, double x, double y, double width, double height, const char *fill)
{
	buf_addf(b, "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" rx=\"2\" fill=\"%s\"/>\n", x, y, width, height, fill);
}

/* A count that is hidden has no length. */
static double scaled(const json_t *figures, const char *key, int64_t most, double length)
{
	const int64_t n = json_integer_value(json_object_get(figures, key));

	return most > 0 ? length * (double)n / (double)most : 0;
}

/* --- the funnel ----------------------------------------------------------------------------------------------- */

static const struct {
	const char *stage;
	const char *in[LANGUAGES];
} stages[] = {
	{ "reached", { "bereikt", "reached" } },
	{ "participated", { "deelgenomen", "participated" } },
	{ "referred", { "doorverwezen", "referred" } },
	{ "accepted", { "aanvaard", "accepted" } },
	{ "in_progress", { "in begeleiding", "in progress" } },
	{ "application_submitted", { "aanvraag ingediend", "application submitted" } },
};

void report_funnel_svg(struct buf *b, struct arena *arena, const json_t *funnel, enum language l)
{
	static const char *const label[] = { "Trechter: van bereikt tot aanvraag", "Funnel: from reached to application" };
	static const char *const headings[][LANGUAGES] = { { "bedrijven", "companies" }, { "verwijzingen", "referrals" },
		{ "uit de vorige stap", "from the step before" }, { "mediane duur", "median time" } };
	const json_t *list = json_object_get(json_object_get(funnel, "total"), "stages"), *stage;
	const int row = 26, top = 20, bar_x = 172, bar_width = 230;
	int64_t most = 1;
	size_t i;

	json_array_foreach(list, i, stage)
		if (words_number(stage, "companies") > most)
			most = words_number(stage, "companies");
	open_svg(b, 720, top + row * (int)json_array_size(list) + 4, label[l]);
	add_text(b, arena, bar_x, 12, START, "font-size=\"11\" fill=\"" GREY "\"", headings[0][l], 40);
	for (i = 1; i < 4; i++)
		add_text(b, arena, (double[]){ 0, 488, 610, 716 }[i], 12, END, "font-size=\"11\" fill=\"" GREY "\"", headings[i][l], 40);
	json_array_foreach(list, i, stage) {
		const double y = top + row * (double)i, width = scaled(stage, "companies", most, bar_width);
		const char *companies = report_count(arena, stage, "companies");

		add_text(b, arena, bar_x - 10, y + 15.5, END, "font-weight=\"600\"", i < 6 ? stages[i].in[l] : "", 24);
		add_bar(b, bar_x, y, bar_width, row - 5, PALE);
		add_bar(b, bar_x, y, width > 0 ? width : 1, row - 5, BLUE);
		if (width > 60)
			add_text(b, arena, bar_x + width - 8, y + 15.5, END, "font-weight=\"700\" font-size=\"14\" fill=\"#ffffff\"", companies, 20);
		else
			add_text(b, arena, bar_x + width + 8, y + 15.5, START, "font-weight=\"700\" font-size=\"14\"", companies, 20);
		if (i >= 2)
			add_text(b, arena, 488, y + 15.5, END, "", report_count(arena, stage, "referrals"), 20);
		if (i >= 1)
			add_text(b, arena, 610, y + 15.5, END, "", report_share(arena, stage, "came", "of", l), 20);
		add_text(b, arena, 716, y + 15.5, END, "", report_span(arena, stage, "median_ms", l), 20);
	}
	buf_adds(b, "</svg>\n");
}

/* --- the matrix ----------------------------------------------------------------------------------------------- */

static const json_t *cell_of(const json_t *matrix, const char *from, const char *to)
{
	const json_t *cell;
	size_t i;

	json_array_foreach(json_object_get(matrix, "cells"), i, cell)
		if (!strcmp(words_text(cell, "from"), from) && !strcmp(words_text(cell, "to"), to))
			return cell;
	return NULL;
}

/* From a pale blue to BLUE. */
static const char *shade(struct arena *arena, double part)
{
	const int pale[] = { 0xe3, 0xef, 0xf7 }, deep[] = { 0x00, 0x72, 0xb2 };
	int c[3];

	for (int i = 0; i < 3; i++)
		c[i] = pale[i] + (int)((deep[i] - pale[i]) * part);
	return arena_printf(arena, "#%02x%02x%02x", (unsigned)c[0], (unsigned)c[1], (unsigned)c[2]);
}

#define CELL 31           /* high */
#define HEAD 44           /* of it, lines of column names */
#define LINE 12
#define LEFT 150          /* names of rows */
#define NARROWEST 48.0    /* a column */
#define SMALL "font-size=\"11\""

static void matrix_cell(struct buf *b, struct arena *arena, const json_t *cell, double x, double y, double width, int64_t most)
{
	const double part = scaled(cell, "sent", most, 1);
	const char *ink = part > 0.55 ? "fill=\"#ffffff\"" : "", *overdue = report_count(arena, cell, "overdue");
	const double badge = 13 + 6.2 * (double)strlen(overdue);

	add_bar(b, x + 1, y + 1, width - 2, CELL - 2, cell ? shade(arena, part) : PALE);
	if (!cell)
		return;
	add_text(b, arena, x + width / 2, y + 14, MIDDLE, arena_printf(arena, "font-weight=\"700\" font-size=\"14\" %s", ink),
		report_count(arena, cell, "sent"), 12);
	add_text(b, arena, x + 5, y + 26, START, arena_printf(arena, SMALL " %s", ink),
		arena_printf(arena, width < 60 ? "✓%s" : "✓ %s", report_count(arena, cell, "accepted")), 12);
	if (words_number(cell, "overdue") || json_is_null(json_object_get(cell, "overdue"))) {
		buf_addf(b, "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"13\" rx=\"3\" fill=\"" ORANGE "\"/>\n",
			x + width - badge - 4, y + 15.5, badge);
		add_text(b, arena, x + width - 4 - badge / 2, y + 26, MIDDLE, SMALL " font-weight=\"700\"",
			arena_printf(arena, "!%s", overdue), 12);
	}
}

/* Where the first line of a name ends that has room for so many letters: after a word that fits, else after the first. */
static size_t line_end(const char *name, size_t room)
{
	const size_t len = strlen(name);
	size_t end = 0;

	for (size_t i = 1; len > room && i < len; i++)
		if ((name[i - 1] == ' ' || name[i - 1] == '-') && (!end || i - (name[i - 1] == ' ') <= room))
			end = i;
	return end ? end : len;
}

#define LINES_MAX 3
/* A name on at most n lines, above each other, the last of them at y, or around it where `around`; what does not fit is cut. */
static void add_lines(struct buf *b, struct arena *arena, double x, double y, enum anchor anchor, const char *style,
	const char *name, size_t room, size_t n, double around)
{
	const char *line[LINES_MAX];
	size_t lines = 0;

	while (*name) {
		const size_t end = lines + 1 < n ? line_end(name, room) : strlen(name);

		line[lines++] = arena_strndup(arena, name, end);
		name += end;
	}
	for (size_t i = 0; i < lines; i++)
		add_text(b, arena, x, y - LINE * ((double)(lines - 1) * around - (double)i), anchor, style, line[i], room);
}

/* How much the names share from the beginning, up to a blank. */
static size_t shared(const char *a, const char *b)
{
	size_t n = 0;

	for (size_t i = 0; a[i] && a[i] == b[i]; i++)
		if (a[i] == ' ')
			n = i + 1;
	return n;
}

/* The names of columns; what neighbours share stands once, above them all. */
static void column_names(struct buf *b, struct arena *arena, const char *const *name, size_t n, double width)
{
	const size_t room = (size_t)(width / 5.6);
	const char *style = SMALL " fill=\"" GREY "\"";

	for (size_t i = 0, next; i < n; i = next) {
		size_t common = 0;

		for (next = i + 1; next < n && shared(name[i], name[next]); next++)
			common = !common || shared(name[i], name[next]) < common ? shared(name[i], name[next]) : common;
		if (common) {
			const double x = LEFT + width * (double)i, across = width * (double)(next - i);

			add_text(b, arena, x + across / 2, HEAD - 6 - 2 * LINE, MIDDLE, style, arena_strndup(arena, name[i], common),
				(size_t)(across / 5.6));
			add_bar(b, x + 4, HEAD - 3 - 2 * LINE, across - 8, 1, RULE);
		}
		for (size_t k = i; k < next; k++)
			add_lines(b, arena, LEFT + width * ((double)k + 0.5), HEAD - 5, MIDDLE, style, name[k] + common, room,
				common ? 2 : 3, 1);
	}
}

/* Names of the partners of one side; n of them. */
static const char **names_of(struct arena *arena, const json_t *matrix, const char *side, enum language l, const char ***ids, size_t *n)
{
	json_t *of = json_object_get(json_object_get(matrix, "sums"), side), *sums;
	const char **name = arena_array(arena, const char *, json_object_size(of) + 1), *id;

	*ids = arena_array(arena, const char *, json_object_size(of) + 1);
	*n = 0;
	json_object_foreach(of, id, sums) {
		(*ids)[*n] = id;
		name[(*n)++] = report_partner(matrix, id, l);
	}
	return name;
}

void report_matrix_svg(struct buf *b, struct arena *arena, const json_t *matrix, enum language l)
{
	static const char *const label[] = { "Doorverwijzingen van partner naar partner", "Referrals from partner to partner" };
	static const char *const legend[] = { "rij: wie doorverwees, kolom: naar wie · getal: verstuurd · ✓ aanvaard · ! antwoord te laat",
		"row: who referred, column: to whom · number: sent · ✓ accepted · ! answer overdue" };
	static const char *const none[] = { "geen doorverwijzingen", "no referrals" };
	const char **from, **to;
	size_t nfrom, nto, i;
	const char **row = names_of(arena, matrix, "from", l, &from, &nfrom), **column = names_of(arena, matrix, "to", l, &to, &nto);
	const double room = nto ? 570.0 / (double)nto : 0, width = room > 130 ? 130 : room < NARROWEST ? NARROWEST : room;
	const int whole = LEFT + (int)(width * (double)nto);
	const json_t *cell;
	int64_t most = 1;

	json_array_foreach(json_object_get(matrix, "cells"), i, cell)
		if (words_number(cell, "sent") > most)
			most = words_number(cell, "sent");
	open_svg(b, whole > 720 ? whole : 720, (int)(HEAD + CELL * nfrom) + 18, label[l]);
	column_names(b, arena, column, nto, width);
	for (size_t y = 0; y < nfrom; y++) {
		add_lines(b, arena, LEFT - 8, HEAD + CELL * (double)y + 19.5, END, "font-size=\"12\" font-weight=\"600\"", row[y], 21, 2, 0.5);
		for (size_t x = 0; x < nto; x++)
			matrix_cell(b, arena, cell_of(matrix, from[y], to[x]), LEFT + width * (double)x, HEAD + CELL * (double)y, width, most);
	}
	add_text(b, arena, nfrom ? LEFT : 0, HEAD + CELL * (double)nfrom + 13, START, SMALL " fill=\"" GREY "\"",
		nfrom ? legend[l] : none[l], 100);
	buf_adds(b, "</svg>\n");
}

/* --- groups --------------------------------------------------------------------------------------------------- */

/* People and companies of every group, as two bars. */
void report_bars_svg(struct buf *b, struct arena *arena, const json_t *kpi, enum language l)
{
	static const char *const label[] = { "Unieke deelnemers en bedrijven", "Unique participants and companies" };
	static const char *const people[] = { "unieke deelnemers", "unique participants" },
			  *const companies[] = { "unieke bedrijven", "unique companies" };
	AUTO(json_drop) json_t *whole = json_pack("[O]", json_object_get(kpi, "total"));
	const json_t *groups = json_array_size(json_object_get(kpi, "by")) ? json_object_get(kpi, "groups") : whole, *group;
	const size_t n = json_array_size(groups) < ROWS_MAX ? json_array_size(groups) : ROWS_MAX;
	const double left = 190, width = 440, top = 26;
	int64_t most = 1;
	size_t i;

	json_array_foreach(groups, i, group) {
		if (words_number(group, "people") > most)
			most = words_number(group, "people");
		if (words_number(group, "unique_companies") > most)
			most = words_number(group, "unique_companies");
	}
	open_svg(b, 720, (int)top + 36 * (int)n + 4, label[l]);
	add_bar(b, left, 4, 12, 12, BLUE);
	add_text(b, arena, left + 18, 14, START, "font-size=\"11\" fill=\"" GREY "\"", people[l], 40);
	add_bar(b, left + 150, 4, 12, 12, ORANGE);
	add_text(b, arena, left + 168, 14, START, "font-size=\"11\" fill=\"" GREY "\"", companies[l], 40);
	for (i = 0; i < n; i++) {
		const double y = top + 36 * (double)i;
		double length;

		group = json_array_get(groups, i);
		add_text(b, arena, left - 10, y + 20, END, "font-weight=\"600\"", report_group(arena, kpi, group, l), 28);
		length = scaled(group, "people", most, width);
		add_bar(b, left, y + 1, length > 0 ? length : 1, 14, BLUE);
		add_text(b, arena, left + length + 6, y + 12, START, "font-size=\"11\"", report_count(arena, group, "people"), 20);
		length = scaled(group, "unique_companies", most, width);
		add_bar(b, left, y + 16, length > 0 ? length : 1, 14, ORANGE);
		add_text(b, arena, left + length + 6, y + 27, START, "font-size=\"11\"", report_count(arena, group, "unique_companies"), 20);
	}
	buf_adds(b, "</svg>\n");
}

void report_svg(struct buf *b, const struct command *c, const json_t *answer)
{
	AUTO(arena_free) struct arena *arena = arena_new();

	buf_adds(b, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
	if (!strcmp(c->name, "kpi"))
		report_bars_svg(b, arena, answer, LANGUAGE_EN);
	else if (!strcmp(c->name, "funnel"))
		report_funnel_svg(b, arena, answer, LANGUAGE_EN);
	else
		report_matrix_svg(b, arena, answer, LANGUAGE_EN);
}
