#include "partners.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CHANGED_MAX 100000

pthread_mutex_t partners_lock = PTHREAD_MUTEX_INITIALIZER;
pthread_cond_t partners_changed = PTHREAD_COND_INITIALIZER;

static struct partner *partners;
static size_t npartners;

struct partner *partners_find(const char *name, size_t len)
{
	size_t low = 0, high = npartners;

	while (low < high) {
		const size_t mid = (low + high) / 2;
		int c = strncmp(name, partners[mid].name, len);

		if (!c && partners[mid].name[len])
			c = -1;
		if (!c)
			return &partners[mid];
		if (c < 0)
			high = mid;
		else
			low = mid + 1;
	}
	return NULL;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct partner *)a)->name, ((const struct partner *)b)->name);
}

static void add(const char *name, size_t count, size_t first)
{
	struct partner *p;

	partners = realloc(partners, (npartners + 1) * sizeof(*partners));
	p = &partners[npartners++];
	*p = (struct partner){ .count = count, .first = first };
	snprintf(p->name, sizeof(p->name), "%s", name);
	p->company = calloc(count + 1, sizeof(*p->company));
	p->changed = calloc(CHANGED_MAX, sizeof(*p->changed));
}

bool partners_add(char *spec)
{
	char *equals = strchr(spec, '='), *times, name[48];
	size_t count;

	if (!equals)
		return false;
	*equals = '\0';
	count = strtoul(equals + 1, &times, 10);
	if (*times != '*') {
		add(spec, count, 0);
		return true;
	}
	for (unsigned k = 0, n = (unsigned)strtoul(times + 1, NULL, 10); k < n; k++) {
		snprintf(name, sizeof(name), "%.36s%u", spec, k);
		add(name, count, k * count);
	}
	return true;
}

void partners_sort(void)
{
	qsort(partners, npartners, sizeof(*partners), by_name);
}

/* --- what is generated ------------------------------------------------------------------------------------------ */

static const char *const syllables[] = { "ba", "do", "ker", "lin", "mos", "ter", "vel", "zan", "rho", "pim", "gus", "hel",
	"nor", "sta", "wij", "dra" };
static const char *const trades[] = { "Bouw", "Techniek", "Logistiek", "Zorg", "Drukwerk", "Advies", "Metaal", "Software" };
static const char *const forms[] = { "BV", "NV", "CV", "VOF" };
static const char *const towns[] = { "Testegem", "Voorbeelde", "Proefdijk", "Monsterhove" };

static void company_generate(struct buf *out, size_t key, size_t index)
{
	const uint64_t h = (index + 1) * UINT64_C(0x9E3779B97F4A7C15);
	const unsigned base = 10000000 + (unsigned)index, check = 97 - base % 97;
	char name[64];

	snprintf(name, sizeof(name), "%s%s%s%s%s", syllables[h >> 60], syllables[(h >> 56) & 15], syllables[(h >> 52) & 15],
		syllables[(h >> 48) & 15], syllables[(h >> 44) & 15]);
	name[0] = (char)(name[0] - 'a' + 'A');
	buf_addf(out,
		"{\"id\":\"c%zu\",\"version\":\"0\",\"name\":\"%s %s %s\",\"vat\":\"BE %04u.%03u.%03u\",\"form\":\"%s\","
		"\"street\":\"Proefstraat\",\"number\":\"%u\",\"zip\":\"%u\",\"city\":\"%s\",\"country\":\"BE\","
		"\"email\":\"info@%s%zu.example\",\"phone\":\"03 %03u %02u %02u\",\"website\":\"https://www.%s%zu.example/\","
		"\"language\":\"nl\",\"nace\":\"2008:62%03u\",\"employees\":\"%u\"}",
		key, name, trades[(h >> 40) & 7], forms[(h >> 36) & 3], base / 10000, base / 10 % 1000,
		base % 10 * 100 + check, forms[(h >> 36) & 3], (unsigned)(h >> 20) % 300 + 1, 2000 + (unsigned)(h >> 8) % 900,
		towns[h & 3], name, index, (unsigned)(h >> 30) % 1000, (unsigned)(h >> 12) % 100, (unsigned)h % 100, name,
		index, (unsigned)(h >> 16) % 1000, (unsigned)(h >> 24) % 6);
}

void partners_print(struct buf *out, const struct partner *p, size_t index)
{
	const struct company *c = &p->company[index];
	struct buf text = { 0 };
	json_t *whole;
	char *dump;

	if (!c->version) {
		company_generate(out, index, p->first + index);
		return;
	}
	company_generate(&text, index, p->first + index);
	whole = json_loadb(text.data, text.len, 0, NULL);
	json_object_update(whole, c->patch);
	dump = json_dumps(whole, JSON_COMPACT);
	buf_adds(out, dump);
	free(dump);
	json_decref(whole);
	buf_fini(&text);
}

void partners_change(struct partner *p, size_t index, json_t *patch)
{
	struct company *c = &p->company[index];
	char version[16];

	snprintf(version, sizeof(version), "%u", ++c->version);
	json_object_set_new(patch, "version", json_string(version));
	if (c->patch) {
		json_object_update(c->patch, patch);
		json_decref(patch);
	} else {
		c->patch = patch;
	}
	if (p->seq < CHANGED_MAX)
		p->changed[p->seq++] = (uint32_t)index;
	pthread_cond_broadcast(&partners_changed);
}
