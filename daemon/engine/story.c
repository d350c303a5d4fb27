#include "engine/story.h"

#include <string.h>

void story_value(struct buf *b, const struct field *field, const char *value)
{
	const char *element;
	char open = '[';
	size_t len;

	if (!value || (!*value && !field->set)) {
		buf_adds(b, "null");
	} else if (field->kind == VALUE_BOOL) {
		buf_adds(b, value);
	} else if (!field->set) {
		buf_add_json(b, value);
	} else if (!*value) {
		buf_adds(b, "[]");
	} else {
		while ((element = set_next(&value, &len))) {
			char text[VALUE_MAX + 1];

			len = len < VALUE_MAX ? len : VALUE_MAX;
			memcpy(text, element, len);
			text[len] = '\0';
			buf_addc(b, open);
			open = ',';
			buf_add_json(b, text);
		}
		buf_addc(b, ']');
	}
}

static void add_name(struct buf *b, char *open, const char *name)
{
	buf_addc(b, *open);
	*open = ',';
	buf_addc(b, '"');
	buf_adds(b, name);
	buf_adds(b, "\":");
}

static void close_object(struct buf *b, char open)
{
	buf_adds(b, open == '{' ? "{}" : "}");
}

void story_fields(struct buf *b, const struct record *r, uint64_t fields)
{
	unsigned n = field_count(r->type);
	char open = '{';

	for (unsigned f = 0; f < n; f++)
		if (fields & FIELD_BIT(f) && r->v[f]) {
			add_name(b, &open, field_at(r->type, f)->name);
			story_value(b, field_at(r->type, f), r->v[f]);
		}
	close_object(b, open);
}

void story_edits(struct buf *b, enum record_type type, const struct observation *o)
{
	char open = '{';

	buf_adds(b, "{\"fields\":");
	for (unsigned i = 0; i < o->n; i++) {
		const struct field *field = field_at(type, o->finding[i].field);

		if (o->finding[i].kind != FINDING_EDIT)
			continue;
		add_name(b, &open, field->name);
		buf_adds(b, "{\"from\":");
		story_value(b, field, o->finding[i].before);
		buf_adds(b, ",\"to\":");
		story_value(b, field, o->finding[i].value);
		buf_addc(b, '}');
	}
	close_object(b, open);
	buf_addc(b, '}');
}

void story_confirms(struct buf *b, enum record_type type, const struct observation *o)
{
	char open = '{';

	buf_adds(b, "{\"fields\":");
	for (unsigned i = 0; i < o->n; i++)
		if (o->finding[i].kind == FINDING_CONFIRM) {
			const struct field *field = field_at(type, o->finding[i].field);

			add_name(b, &open, field->name);
			story_value(b, field, o->finding[i].value);
		}
	close_object(b, open);
	buf_addc(b, '}');
}

void story_learned(struct buf *b, enum record_type type, const struct finding *f)
{
	const struct field *field = field_at(type, f->field);

	buf_addf(b, "{\"field\":\"%s\",\"sent\":", field->name);
	story_value(b, field, f->sent);
	buf_adds(b, ",\"got\":");
	story_value(b, field, f->value);
	buf_addc(b, '}');
}

void story_link(struct buf *b, const char *how, const struct match_model *model, const struct match_result *r)
{
	buf_addf(b, "{\"how\":\"%s\"", how);
	if (r) {
		buf_adds(b, ",\"model\":");
		buf_add_json(b, match_model_version(model));
		buf_addf(b, ",\"prior\":%.2f,\"score\":%.2f,\"link_at\":%.2f,\"review_at\":%.2f,\"why\":", r->prior, r->score,
			r->link_at, r->review_at);
		buf_add_json(b, r->why ? r->why : "");
		buf_adds(b, ",\"evidence\":[");
		for (size_t i = 0; i < r->n; i++)
			buf_addf(b, "%s{\"field\":\"%s\",\"level\":\"%s\",\"weight\":%.2f}", i ? "," : "",
				r->evidence[i].field, r->evidence[i].level, r->evidence[i].weight);
		buf_addc(b, ']');
	}
	buf_addc(b, '}');
}
