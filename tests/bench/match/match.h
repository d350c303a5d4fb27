/* match.h - what the parts of bench-match share. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct options {
	uint64_t seed, companies;
	size_t worst;			      /* so many wrong links and so many misses are printed */
	double precision, recall;	      /* pairwise: less is a failure; 0: nothing is asked */
	double review;			      /* share of records asked about: more is a failure; 1: nothing is asked */
	uint64_t most;			      /* records in the curve's last index */
	const char *work;		      /* folder for stores */
	const char *data;		      /* folder of public labelled sets */
	const char *csv[8], *columns, *truth; /* people: files of the caller's; see people.c */
	size_t ncsv;
	const char *model;                    /* a model file; NULL: the built-in one */
	double wrong_max, ask_max; /* train: shares of links expected to be wrong, and of records asked about */
};

/* Each prints its tables and returns whether what was asked for was reached. */
bool match_companies(const struct options *, bool numbers);
bool match_contacts(const struct options *);
bool match_curve(const struct options *);
bool match_people(const struct options *);
bool match_train_built_in(const struct options *);

double now_s(void); /* wall clock of this process, for rates */
