#include "base/hash.h"
#include "store/sql.h"

static void bind_field(struct sql *q, int partner, enum record_type type, unsigned field)
{
	sql_int(q, partner);
	sql_int(q, type);
	sql_int(q, field);
}

bool store_image_save(struct store *s, int partner, enum record_type type, unsigned field, const char *value,
	const char *image, struct err *e)
{
	struct sql q = sql(s, SQL_IMAGE_SAVE);

	bind_field(&q, partner, type, field);
	sql_hash(&q, hash_text(value, 0));
	sql_text(&q, value);
	sql_text(&q, image);
	if (!sql_run(&q, e))
		return false;
	feed_state(s, partner, type)->images |= FIELD_BIT(field);
	feed_state(s, partner, type)->images_asked |= FIELD_BIT(field);
	return true;
}

/* Asked for every field of every record, and most partners render most fields as they are: so that is asked once. After
 * a rollback a field may be thought to have images and have none, which only costs a look. */
static bool any_images(struct store *s, int partner, enum record_type type, unsigned field)
{
	struct feed_state *f = feed_state(s, partner, type);

	if (!(f->images_asked & FIELD_BIT(field))) {
		struct sql q = sql(s, SQL_IMAGE_ANY);
		struct err kept;

		bind_field(&q, partner, type, field);
		if (sql_row(&q))
			f->images |= FIELD_BIT(field);
		if (sql_end(&q, &kept))
			f->images_asked |= FIELD_BIT(field);
	}
	return f->images & FIELD_BIT(field);
}

const char *store_image(
	struct store *s, struct arena *arena, int partner, enum record_type type, unsigned field, const char *value)
{
	const char *image = NULL;
	struct err kept;
	struct sql q;

	if (!any_images(s, partner, type, field))
		return NULL;
	q = sql(s, SQL_IMAGE);
	bind_field(&q, partner, type, field);
	sql_hash(&q, hash_text(value, 0));
	sql_text(&q, value);
	if (sql_row(&q))
		image = sql_get_text(&q, arena);
	sql_end(&q, &kept);
	return image;
}
