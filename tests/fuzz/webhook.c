/* Any bytes as a webhook call: header lines, a blank line, a body; for each way of signing. */
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "adapters/rest.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *const word[] = {"company", "person"};
static enum record_type means[] = {RECORD_ORGANIZATION, RECORD_CONTACT};

static const struct webhook scheme[] = {
	{.scheme = WEBHOOK_STANDARD,
		.prefix = "",
		.events = "",
		.type = "/type",
		.key = "/data/id",
		.secret = {"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "bm90aGluZw=="}},
	{.scheme = WEBHOOK_HMAC,
		.prefix = "sha256=",
		.header = "x-signature",
		.events = "",
		.key = "/id",
		.secret = {"s", NULL}},
	{.scheme = WEBHOOK_HMAC,
		.prefix = "",
		.wrapped = true,
		.header = "signature",
		.events = "",
		.secret = {"s", NULL},
		.timestamp_header = "x-time",
		.timestamp_in_ms = true,
		.form = DIGEST_BASE64},
	{.scheme = WEBHOOK_PATH, .prefix = "", .events = "/events", .type = "/type", .key = "/id", .path = "secret"},
	{.scheme = WEBHOOK_PATH, .prefix = "", .events = "", .type = "/type", .key = "/id", .path = "secret"},
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO(arena_free) struct arena *arena = arena_new();
	struct http_header header[16];
	struct http_exchange call = {.method = "POST", .url = "/hooks/p/secret?x", .header = header};
	char *at = arena_strndup(arena, (const char *)data, size), *line;

	while (call.nheader < 16 && (line = strsep(&at, "\n")) && *line) {
		char *value = strchr(line, ':');

		if (value)
			*value++ = '\0';
		header[call.nheader++] = (struct http_header){line, value ? value + strspn(value, " ") : ""};
	}
	call.body = at;
	call.body_len = at ? strlen(at) : 0;
	for (size_t i = 0; i < sizeof scheme / sizeof *scheme; i++) {
		struct webhook w = scheme[i];
		struct err e = {0};
		struct hint *hint;
		size_t n;

		w.word = (const char **)(uintptr_t)word;
		w.means = means;
		w.nwords = i % 2 ? 0 : 2;
		if (!webhook_read(&w, 1u << RECORD_CONTACT, &call, 1614265330000, arena, &hint, &n, &e) && !e.kind)
			abort();
	}
	return 0;
}
