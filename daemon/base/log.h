/*
 * log.h - one event word and key=value fields, to the journal (native fields) or stderr ("<N>" lines).
 *
 * Levels say who must act: ERROR a human; WARN nobody, it heals itself; NOTICE a state changed;
 * INFO one line per run; DEBUG every step. Values are ids, counts, field names and error texts that
 * hold no personal data: never a name, mail address, phone number, token or body.
 * Thread-safe. Never blocks: what the journal cannot take at once is counted and dropped.
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LOG_LEVELS(X) X(ERROR, "error", 3) X(WARN, "warn", 4) X(NOTICE, "notice", 5) X(INFO, "info", 6) X(DEBUG, "debug", 7)

enum log_level {
#define X(level, name, priority) LOG_LEVEL_##level,
	LOG_LEVELS(X)
#undef X
};

/* Chooses the journal when stderr is connected to it ($JOURNAL_STREAM), else stderr. Call once, early. */
void log_open(const char *program, enum log_level most);
void log_open_at(const char *program, enum log_level most, const char *journal_socket);   /* for tests */
void log_set_level(enum log_level most);
bool log_level_parse(const char *name, enum log_level *out);
uint64_t log_dropped(void);

/*
 * log_event(LOG_LEVEL_NOTICE, "pull_done", "partner=%s records=%zu", id, n);
 * The format is a list of key=%conversion words; a value is quoted on output if it holds blanks or
 * quotes, control characters are escaped. A key becomes the journal field DOORSTROOM_KEY.
 */
__attribute__((format(printf, 3, 4))) void log_event(enum log_level, const char *event, const char *fmt, ...);

/* Tests: receive each line instead of writing it; NULL restores. */
void log_capture(void (*sink)(void *ctx, enum log_level, const char *line), void *ctx);
