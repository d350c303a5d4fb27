#include "base/err.h"

#include <stdio.h>
#include <string.h>

#include "base/utf8.h"

/* The text was longer than fits: what is left of a character at its end goes too. */
static void end_between_characters(struct err *e)
{
	const size_t n = strlen(e->text);
	size_t last = n;

	while (last && n - last < 3 && (e->text[last - 1] & 0xc0) == 0x80)
		last--;
	if (last && !utf8_step(e->text + last - 1, n - last + 1))
		e->text[last - 1] = '\0';
}

bool err_set(struct err *e, enum err_kind kind, const char *fmt, ...)
{
	va_list ap;

	*e = (struct err){.kind = kind};
	va_start(ap, fmt);
	if ((size_t)vsnprintf(e->text, sizeof e->text, fmt, ap) >= sizeof e->text)
		end_between_characters(e);
	va_end(ap);
	return false;
}

bool err_prefix(struct err *e, const char *fmt, ...)
{
	char old[sizeof e->text];
	va_list ap;
	size_t n;

	memcpy(old, e->text, sizeof old);
	va_start(ap, fmt);
	vsnprintf(e->text, sizeof e->text, fmt, ap);
	va_end(ap);
	n = strlen(e->text);
	if ((size_t)snprintf(e->text + n, sizeof e->text - n, ": %s", old) >= sizeof e->text - n)
		end_between_characters(e);
	return false;
}

const char *err_kind_name(enum err_kind kind)
{
	static const char *const names[] = {
#define X(kind, name, reaction) [ERR_##kind] = name,
		ERR_KINDS(X)
#undef X
	};
	return names[kind];
}
