#include "engine/levels.h"

#include "core/normalise.h"

/* What config_service_level() says of every service. */
static json_t *of_partner(const struct config *c, const char *to)
{
	json_t *of = json_object();

	json_object_set_new(of, "", json_integer((json_int_t)config_service_level(c, to, NULL)));
	for (const char *const *service = value_words(VALUE_SERVICE); *service; service++)
		json_object_set_new(of, *service, json_integer((json_int_t)config_service_level(c, to, *service)));
	return of;
}

json_t *levels_of(const struct config *c)
{
	const struct registry *r = &c->registry;
	json_t *levels = json_object();

	for (size_t i = 0; i < r->n; i++) {
		const struct partner_config *p = config_desk(c, r->partner[i].id);

		if (p && p->nlevels)
			json_object_set_new(levels, r->partner[i].id, of_partner(c, r->partner[i].id));
	}
	return levels;
}

static uint64_t level(void *ctx, const char *to, const char *service)
{
	const json_t *of = json_object_get(ctx, to), *ms = json_object_get(of, service ? service : "");

	return (uint64_t)json_integer_value(ms ? ms : json_object_get(of, ""));
}

struct levels levels_in(json_t *levels)
{
	return (struct levels){ levels ? level : NULL, levels };
}
