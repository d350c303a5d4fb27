#include "base/yaml.h"

#include <string.h>

#define WORD_MOST 64

static size_t least(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* Insertions, deletions, replacements and swaps of neighbours (optimal string alignment). */
static size_t distance(const char *a, size_t na, const char *b, size_t nb)
{
	size_t rows[3][WORD_MOST + 1];

	for (size_t j = 0; j <= nb; j++)
		rows[0][j] = j;
	for (size_t i = 1; i <= na; i++) {
		size_t *row = rows[i % 3], *above = rows[(i - 1) % 3], *above2 = rows[(i + 1) % 3];

		row[0] = i;
		for (size_t j = 1; j <= nb; j++) {
			row[j] = least(least(above[j], row[j - 1]) + 1, above[j - 1] + (a[i - 1] != b[j - 1]));
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
				row[j] = least(row[j], above2[j - 2] + 1);
		}
	}
	return rows[na % 3][nb];
}

const char *nearest_word(const char *word, const char *const *candidates, size_t n)
{
	size_t len = strlen(word), best = len / 3 + 2;
	const char *found = NULL;

	for (size_t i = 0; i < n; i++) {
		size_t other = strlen(candidates[i]), d;

		if (len > WORD_MOST || other > WORD_MOST)
			continue;
		d = distance(word, len, candidates[i], other);
		/* As many changes as letters is no likeness. */
		if (d < best && d < other) {
			best = d;
			found = candidates[i];
		}
	}
	return found;
}
