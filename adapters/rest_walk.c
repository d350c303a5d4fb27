/*
 * rest_walk.c - a pull that walks two lists: what there is, and then what was deleted.
 *
 * Its state is JSON text, around two texts of cursor_print():
 *   {"list":"...","gone":"..."}                          at rest
 *   {"list":"...","gone":"...","began":ms}               within the list
 *   {"list":"...","gone":"...","began":ms,"in":"gone"}   within the deletions
 * The text of a manifest that had no deletions yet is the list's.
 */
#include <string.h>

#include "adapters/rest.h"

bool walk_read(struct arena *arena, const char *text, int64_t wall_ms, struct walk *w, struct err *e)
{
	AUTO(json_drop) json_t *doc = NULL;
	const json_t *began;

	*w = (struct walk){.began_ms = wall_ms};
	if (!text)
		return true;
	doc = json_parse(text, strlen(text), e);
	if (!json_is_object(doc))
		return err_set(e, ERR_GONE, "the cursor kept for this partner is not one of this adapter");
	if (!json_object_get(doc, "list") && !json_object_get(doc, "gone") && !json_object_get(doc, "began")) {
		w->list = arena_strdup(arena, text);
		return true;
	}
	w->list = json_text(arena, json_object_get(doc, "list"));
	w->gone = json_text(arena, json_object_get(doc, "gone"));
	began = json_object_get(doc, "began");
	if (json_is_integer(began))
		w->began_ms = json_integer_value(began);
	w->deletions = json_object_get(doc, "in") != NULL;
	return true;
}

const char *walk_print(struct arena *arena, const struct walk *w, bool more)
{
	AUTO(json_drop) json_t *doc = json_object();
	AUTO(free) char *text = NULL;

	if (w->list)
		json_object_set_new(doc, "list", json_string(w->list));
	if (w->gone)
		json_object_set_new(doc, "gone", json_string(w->gone));
	if (more)
		json_object_set_new(doc, "began", json_integer(w->began_ms));
	if (more && w->deletions)
		json_object_set_new(doc, "in", json_string("gone"));
	text = json_canonical(doc);
	return arena_strdup(arena, text);
}
