/*
 * corpus.h - Belgian companies as up to four partners have them, made from a seed.
 *
 * A company is a function of (seed, its number), so nothing is kept: a million of them need no more memory than one.
 * The truth is that number. What a partner has of a company is text as its people wrote it; corpus_record() reads it
 * into the common record as a mapping would. Everything is composed: see corpus_words.h.
 *
 * How many partners have a company: one 55 %, two 27 %, three 13 %, four 5 %; 1.68 records per company. A partner may
 * have it twice (DUPLICATE), each copy written on another occasion.
 *
 * Companies that are near others, as per mille of all companies. Two of them are never one, whatever they share:
 *
 *   SUBSIDIARY 60   2 or 3: one stem with an activity or a place; same address 60 %, domain 70 %, telephone 50 %
 *   HOLDING    50   an operating company and its holding or management company: address 90 %, telephone 60 %, domain 50
 * % VAT_GROUP  20   2 to 4 that share a VAT number beside their own; 70 % named like subsidiaries; same seat 80 %
 *   SUCCESSOR   2   started again after a bankruptcy: same or nearly the same name, another number; address 60 %,
 *                   telephone 50 %, domain 60 %
 *   BRANCH     20   of a franchise: brand and web site of some 30 others, an owner company and place of its own
 *   seats      30   at an accountant's, whose telephone is given by 70 % and whose mail by 30 %
 *   centres    40   in a business centre, its address but for the box; 30 % give its telephone
 *   mailers    15   mail at one of four providers that no list of free-mail domains has
 * Namesakes need no rate: 128 Dutch surnames with 48 trades, drawn unevenly, make them as a telephone book does.
 *
 * Companies by what their names are made of, per mille: surname and trade 420, descriptive 150, coined 340,
 * institutions 40 (associations), a person alone 50. Of all, 15 % have a trading name, half of the descriptive ones and
 * the institutions an acronym, 65 % have a domain. 20 % have a mailbox and no web site, under a domain of its own that
 * stands for a free-mail address: those domains have mailboxes of real people, and none is made up. The others have no
 * mail. 60 % of those with a form of before 2019 changed it; 12 % moved (80 % of them within ten kilometres: the same
 * zone). 80 % are in Flanders, 12 % in Brussels (half of them with names in both languages), 6 % in Wallonia, 2 % in
 * the German-speaking part.
 *
 * Habits of the partners, per mille of their records that could show it. A mistyped number has an edit of a digit, so
 * that mod 97 fails but for one in a hundred. What a record shows is in its quirks.
 */
#pragma once
#include "core/record.h"

#define CORPUS_PARTNERS 4
#define CORPUS_RECORDS_MAX 8 /* of one company */

/*   X(name, unizo, voka, flandersdc, innovatiecentrum, help) */
#define CORPUS_QUIRKS(X)                                                                                               \
	X(NO_NUMBER, 50, 100, 450, 100, "no enterprise number")                                                        \
	X(BAD_NUMBER, 8, 8, 20, 10, "a mistyped enterprise number")                                                    \
	X(GROUP_NUMBER, 50, 250, 100, 150, "the VAT group's number for its own")                                       \
	X(SIBLING_NUMBER, 2, 2, 2, 2, "the number of another company of its group")                                    \
	X(FORM_BEFORE, 50, 0, 50, 500, "legal form before the name")                                                   \
	X(FORM_NONE, 100, 1000, 500, 50, "no legal form in the name")                                                  \
	X(FORM_FORMER, 100, 50, 100, 600, "the legal form it had before")                                              \
	X(FORM_DOTS, 50, 0, 50, 100, "legal form with dots")                                                           \
	X(FORM_WRONG, 5, 5, 20, 10, "a wrong legal form")                                                              \
	X(ACRONYM, 150, 100, 300, 150, "its acronym alone")                                                            \
	X(ACRONYM_TOO, 100, 50, 50, 50, "acronym and name in one")                                                     \
	X(TRADING_NAME, 100, 100, 500, 50, "its trading name alone")                                                   \
	X(TRADING_TOO, 400, 300, 100, 50, "its trading name as well")                                                  \
	X(OTHER_LANGUAGE, 50, 250, 400, 100, "its name in the other language")                                         \
	X(ABBREVIATED, 100, 150, 50, 200, "an abbreviated word in the name")                                           \
	X(NAME_TYPO, 15, 15, 50, 25, "a typing error in the name")                                                     \
	X(NAME_MORE, 20, 20, 60, 10, "a place, a person or a remark in the name")                                      \
	X(UPPER, 10, 20, 50, 1000, "in capitals without accents")                                                      \
	X(OLD_ADDRESS, 200, 300, 100, 600, "the address it had before it moved")                                       \
	X(PLACE_OTHER_LANGUAGE, 20, 150, 250, 50, "street and municipality in the other language")                     \
	X(ADDRESS_TYPO, 15, 15, 40, 20, "a typing error in the street")                                                \
	X(NUMBER_TYPO, 5, 5, 10, 8, "another house number")                                                            \
	X(NO_BOX, 200, 100, 600, 300, "its box left out")                                                              \
	X(NO_ADDRESS, 20, 50, 350, 20, "no street, at most a municipality")                                            \
	X(NO_PHONE, 150, 100, 400, 300, "no telephone")                                                                \
	X(MOBILE, 150, 200, 600, 150, "a mobile telephone in place of the company's")                                  \
	X(PHONE_TYPO, 8, 8, 15, 10, "a mistyped telephone")                                                            \
	X(NO_EMAIL, 200, 150, 20, 450, "no mail address")                                                              \
	X(OTHER_EMAIL, 150, 150, 400, 150, "a person's mail address in place of the company's")                        \
	X(NO_WEBSITE, 500, 300, 400, 900, "no web site")                                                               \
	X(DUPLICATE, 10, 8, 15, 12, "a second record of that company")

enum corpus_quirk {
#define X(name, ...) CORPUS_##name,
	CORPUS_QUIRKS(X)
#undef X
		CORPUS_QUIRK_COUNT
};
#define CORPUS_BIT(quirk) (UINT64_C(1) << (quirk))

extern const char *const corpus_quirk_help[CORPUS_QUIRK_COUNT];
extern const unsigned short corpus_quirk_rate[CORPUS_QUIRK_COUNT][CORPUS_PARTNERS]; /* per mille */
extern const char *const corpus_partner[CORPUS_PARTNERS];

struct corpus {
	uint64_t seed, companies;
	bool no_numbers; /* no enterprise or establishment numbers in any record */
};

/* Why two companies are near each other. */
#define CORPUS_RELATIONS(X)                                                                                            \
	X(UNRELATED, "nothing in common by design")                                                                    \
	X(SUBSIDIARY, "subsidiaries of one stem")                                                                      \
	X(HOLDING, "an operating company and its holding")                                                             \
	X(VAT_GROUP, "members of a VAT group")                                                                         \
	X(SUCCESSOR, "a company started again after a bankruptcy")                                                     \
	X(BRANCH, "branches of a franchise")                                                                           \
	X(SEAT, "both at one accountant's or business centre")                                                         \
	X(NAMESAKE, "names of the same words")

enum corpus_relation {
#define X(name, help) CORPUS_##name,
	CORPUS_RELATIONS(X)
#undef X
		CORPUS_RELATION_COUNT
};
extern const char *const corpus_relation_help[CORPUS_RELATION_COUNT];

struct corpus_address {
	unsigned region, place, street, house;
	const char *letter, *box; /* "" for none */
};

/* What is true of a company. Texts live in the arena. */
struct corpus_company {
	uint64_t id, leader;		       /* leader: of its group; itself if it leads or has none */
	enum corpus_relation kind;	       /* of its group; UNRELATED: none */
	unsigned language;		       /* 0 nl, 1 fr, 2 de */
	unsigned form, former;		       /* into the table of forms; former: what it was before, or the same */
	const char *name, *other;	       /* without form; other: in the other language, or NULL */
	const char *stem;		       /* what its group's names have in common */
	const char *acronym, *trading;	       /* or NULL */
	const char *given, *family;	       /* its manager */
	char number[11], group_number[11];     /* "": no VAT group */
	const char *establishments;	       /* a set; "" */
	struct corpus_address address, before; /* before: where it moved from, or the same */
	bool moved, shared_phone;
	const char *phone, *old_phone, *mobile; /* national digits */
	const char *domain;			/* it publishes under, "" for none */
	const char *email;			/* "" for none */
	uint64_t brand, seat;			/* 0: none; the same number, the same brand or seat */
};

void corpus_company(const struct corpus *, struct arena *, uint64_t id, struct corpus_company *out);
enum corpus_relation corpus_relation(const struct corpus_company *, const struct corpus_company *);

/* What one partner has of it. */
struct corpus_record {
	unsigned partner;
	uint64_t company;
	char key[24];	 /* at that partner */
	uint64_t quirks; /* CORPUS_BIT */
	const char
		*text[ORGANIZATION_FIELD_COUNT]; /* as written; elements of a set on lines of their own; NULL: unsaid */
};

/* All records of a company, of all partners. */
size_t corpus_records(const struct corpus *, struct arena *, uint64_t id, struct corpus_record out[CORPUS_RECORDS_MAX]);
/* The company in the place `at` of a partner's list: each once, in an order of that partner's. */
uint64_t corpus_order(const struct corpus *, unsigned partner, uint64_t at);
/* The common record, every value normalised. NULL: a value cannot be (err). */
struct record *corpus_read(struct arena *, const struct corpus_record *, struct err *);
