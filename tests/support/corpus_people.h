/*
 * corpus_people.h - the people of the corpus's companies, as the partners of each have them.
 *
 * One person at 50 % of the companies, two at 25 %, three at 15 %, four at 10 %; the first is the manager. A quarter of
 * the others bear the manager's family name. A partner that has the company has each of them with the chance below. The
 * manager of a holding is the manager of its operating company: one person, who has a record at each.
 *
 * Different people that are near each other: colleagues of one name (a father and his son), 4 per mille of the others;
 * colleagues who share a mailbox, 80 per mille of the others; namesakes elsewhere come by themselves, 50 given names
 * with 128 family names drawn unevenly.
 */
#pragma once
#include "support/corpus.h"

#define CORPUS_CONTACTS_MAX 24 /* of one company, at all partners */

/* Chance, per mille, that a partner has a person of a company that it has. */
#define CORPUS_KNOWS                                                                                                   \
	{                                                                                                              \
		600, 600, 700, 500                                                                                     \
	}

/*   X(name, unizo, voka, flandersdc, innovatiecentrum, help), per mille of the records that could show it */
#define CORPUS_HABITS(X)                                                                                               \
	X(NO_MAILBOX, 300, 250, 50, 400, "no mail address")                                                            \
	X(ROLE_MAILBOX, 150, 100, 100, 150, "the company's mail address")                                              \
	X(PRIVATE_MAILBOX, 50, 50, 200, 50, "a private mail address")                                                  \
	X(SHARED_MAILBOX, 0, 0, 0, 0, "a mail address shared with a colleague")                                        \
	X(NO_TELEPHONE, 400, 400, 600, 500, "no telephone")                                                            \
	X(COMPANY_TELEPHONE, 300, 300, 150, 400, "the company's telephone")                                            \
	X(NO_GIVEN_NAME, 20, 30, 5, 80, "no given name")                                                               \
	X(INITIAL, 30, 50, 20, 100, "the initial of the given name")                                                   \
	X(EXCHANGED, 5, 5, 20, 5, "given and family name exchanged")                                                   \
	X(PERSON_TYPO, 10, 10, 30, 15, "a typing error in a name")                                                     \
	X(PARTICLE, 100, 100, 150, 200, "a particle written otherwise")                                                \
	X(CAPITALS, 5, 10, 30, 900, "in capitals without accents")

enum corpus_habit {
#define X(name, ...) CORPUS_##name,
	CORPUS_HABITS(X)
#undef X
		CORPUS_HABIT_COUNT
};
extern const char *const corpus_habit_help[CORPUS_HABIT_COUNT];
extern const unsigned short corpus_habit_rate[CORPUS_HABIT_COUNT][CORPUS_PARTNERS];

#define CORPUS_ACQUAINTANCES(X)                                                                                        \
	X(STRANGER, "nothing in common by design")                                                                     \
	X(NAMESAKE_ELSEWHERE, "two of one name at different companies")                                                \
	X(SHARES_MAILBOX, "colleagues who share a mailbox")                                                            \
	X(COLLEAGUE_NAMESAKE, "colleagues of one name")                                                                \
	X(RELATIVE, "colleagues of one family name")                                                                   \
	X(COLLEAGUE, "colleagues")

enum corpus_acquaintance {
#define X(name, help) CORPUS_##name,
	CORPUS_ACQUAINTANCES(X)
#undef X
		CORPUS_ACQUAINTANCE_COUNT
};
extern const char *const corpus_acquaintance_help[CORPUS_ACQUAINTANCE_COUNT];

struct corpus_contact {
	unsigned partner;
	uint64_t company, person;      /* person: the truth */
	const char *given, *family;    /* true */
	bool shares;		       /* a colleague's mailbox */
	char key[24], company_key[24]; /* at that partner */
	uint64_t habits;
	const char *text[CONTACT_FIELD_COUNT]; /* as written; NULL: unsaid */
};

size_t corpus_contacts(
	const struct corpus *, struct arena *, uint64_t company, struct corpus_contact out[CORPUS_CONTACTS_MAX]);
enum corpus_acquaintance corpus_acquaintance(const struct corpus_contact *, const struct corpus_contact *);
struct record *corpus_read_contact(struct arena *, const struct corpus_contact *, struct err *);
