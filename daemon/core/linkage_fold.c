/* Values of any source, folded by their kind. */
#include <string.h>

#include "core/linkage_parts.h"
#include "core/normalise.h"

static const char *fold_host(struct arena *arena, const char *url)
{
	const char *host = strstr(url, "://");

	host = host ? host + 3 : url;
	if (strrchr(host, '@'))
		host = strrchr(host, '@') + 1;
	if (!strncmp(host, "www.", 4))
		host += 4;
	return fold_email(arena, arena_strndup(arena, host, strcspn(host, "/:?#")));
}

static const char *fold_phone(struct arena *arena, const char *text)
{
	bool valid;
	const char *canonical = phone_canonical(arena, text, "BE", &valid);

	return fold_text(arena, valid ? canonical : text);
}

const char *linkage_fold(struct arena *arena, enum linkage_kind kind, const char *text)
{
	switch (kind) {
	case LINKAGE_COMPANY:
		return fold_company_name(arena, text, NULL);
	case LINKAGE_EMAIL:
		return fold_email(arena, text);
	case LINKAGE_PHONE:
		return fold_phone(arena, text);
	case LINKAGE_DOMAIN:
		return fold_host(arena, text);
	case LINKAGE_NUMBER:
	case LINKAGE_NAME:
	case LINKAGE_DATE:
	case LINKAGE_STREET:
	case LINKAGE_HOUSE_NUMBER:
	case LINKAGE_PLACE:
	case LINKAGE_POSTAL:
	case LINKAGE_CODE:
	case LINKAGE_KEY:
	case LINKAGE_IDENTIFIER:
		return fold_text(arena, text);
	case LINKAGE_ADDRESS:
	case LINKAGE_KINDS:
		break;
	}
	return "";
}

const char *linkage_mistyped(struct arena *arena, const char *identifier)
{
	return *identifier ? arena_printf(arena, "%c%s", LINKAGE_MISTYPED, identifier) : "";
}
