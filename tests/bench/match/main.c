/* bench-match: how well and how fast records are matched. tests/bench/match/run builds and calls it. */
#include "bench/match/match.h"
#include "core/linkage.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

double now_s(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static bool with_numbers(const struct options *o)
{
	return match_companies(o, true);
}

static bool without_numbers(const struct options *o)
{
	return match_companies(o, false);
}

static const struct part {
	const char *name, *help;
	bool (*run)(const struct options *);
} parts[] = {
	{ "companies", "the corpus through the engine, with enterprise numbers", with_numbers },
	{ "no-numbers", "the same without any", without_numbers },
	{ "contacts", "the people of those companies through the engine", match_contacts },
	{ "people", "labelled files of people, trained on without their labels", match_people },
	{ "train", "the built-in model on standard output: --companies 40000 --seed 1000 train", match_train_built_in },
	{ "curve", "records matched per second, from 1,000 records in the index on", match_curve },
};

static void help(void)
{
	printf("usage: bench-match [OPTION]... PART...\n\n");
	for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
		printf("  %-12s %s\n", parts[i].name, parts[i].help);
	printf("\n  --companies N  how many (100000)\n  --seed N       (1)\n  --worst N      print so many wrong links and misses (0)\n"
	       "  --precision P  fail below, pairwise\n  --recall R     fail below, pairwise\n  --review S     fail above that share of records\n"
	       "  --most N       of the curve: records in the index (1000000)\n  --work DIR     where stores are made (.)\n  --data DIR     public labelled sets (../shared/data)\n"
	       "  --model FILE   instead of the built-in one\n"
	       "  --wrong S      train: share of links that the model may expect to be wrong (1/300)\n"
	       "  --ask S        train: share of records that may be asked about (1/150)\n"
	       "  --csv FILE     people: this file instead, as often as there are files\n"
	       "  --columns SPEC people: COLUMN=KIND[~TWIN],...\n  --truth SPEC   people: COLUMN[:CUT,...] that says which rows are the same\n\n"
	       "kinds:");
	for (enum linkage_kind k = 0; k < LINKAGE_KINDS; k++)
		printf(" %s", linkage_kind_name(k));
	printf("\n");
}

int main(int argc, char **argv)
{
	static const struct option switches[] = { { "companies", required_argument, NULL, 'c' }, { "seed", required_argument, NULL, 's' },
		{ "worst", required_argument, NULL, 'w' }, { "precision", required_argument, NULL, 'p' },
		{ "recall", required_argument, NULL, 'r' }, { "review", required_argument, NULL, 'v' },
		{ "work", required_argument, NULL, 'd' }, { "most", required_argument, NULL, 'm' }, { "data", required_argument, NULL, 'D' },
		{ "wrong", required_argument, NULL, 'W' }, { "ask", required_argument, NULL, 'A' }, { "csv", required_argument, NULL, 'f' }, { "columns", required_argument, NULL, 'C' },
		{ "model", required_argument, NULL, 'M' }, { "truth", required_argument, NULL, 't' }, { "help", no_argument, NULL, 'h' }, { 0 } };
	struct options o = { .seed = 1, .companies = 100000, .most = 1000000, .review = 1, .work = ".", .data = "../shared/data",
		.wrong_max = 1.0 / 300, .ask_max = 1.0 / 150 };
	bool ok = true;

	for (int c; (c = getopt_long(argc, argv, "", switches, NULL)) != -1;)
		switch (c) {
		case 'c':
			o.companies = strtoull(optarg, NULL, 10);
			break;
		case 's':
			o.seed = strtoull(optarg, NULL, 10);
			break;
		case 'w':
			o.worst = strtoull(optarg, NULL, 10);
			break;
		case 'p':
			o.precision = strtod(optarg, NULL);
			break;
		case 'r':
			o.recall = strtod(optarg, NULL);
			break;
		case 'v':
			o.review = strtod(optarg, NULL);
			break;
		case 'm':
			o.most = strtoull(optarg, NULL, 10);
			break;
		case 'd':
			o.work = optarg;
			break;
		case 'W':
			o.wrong_max = strtod(optarg, NULL);
			break;
		case 'A':
			o.ask_max = strtod(optarg, NULL);
			break;
		case 'D':
			o.data = optarg;
			break;
		case 'f':
			if (o.ncsv < sizeof o.csv / sizeof *o.csv)
				o.csv[o.ncsv++] = optarg;
			break;
		case 'C':
			o.columns = optarg;
			break;
		case 't':
			o.truth = optarg;
			break;
		case 'M':
			o.model = optarg;
			break;
		case 'h':
			help();
			return 0;
		default:
			return 2;
		}
	if (optind == argc || !o.companies) {
		help();
		return 2;
	}
	for (; optind < argc; optind++) {
		const struct part *found = NULL;

		for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
			if (!strcmp(parts[i].name, argv[optind]))
				found = &parts[i];
		if (!found) {
			fprintf(stderr, "bench-match: no part is called %s; see --help\n", argv[optind]);
			return 2;
		}
		ok &= found->run(&o);
	}
	return ok ? 0 : 1;
}
