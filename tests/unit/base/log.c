#include "base/log.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

static char last[4096];

static void keep(void *ctx, enum log_level level, const char *line)
{
	*(enum log_level *)ctx = level;
	snprintf(last, sizeof last, "%s", line);
}

static void fields_and_quoting(void **state)
{
	enum log_level level = LOG_LEVEL_DEBUG;
	const char *volatile none = NULL;

	(void)state;
	log_capture(keep, &level);
	log_event(LOG_LEVEL_NOTICE, "pull_done", "partner=%s records=%zu ratio=%d/%d share=%.1f%%", "unizo", (size_t)5,
		1, 2, 12.34);
	assert_string_equal(last, "pull_done partner=unizo records=5 ratio=1/2 share=12.3%");
	assert_int_equal(level, LOG_LEVEL_NOTICE);
	log_event(LOG_LEVEL_INFO, "x", "a=%s b=%s c=%s d=%s", "two words", "q\"\\", "", none);
	assert_string_equal(last, "x a=\"two words\" b=\"q\\\"\\\\\" c=\"\" d=-");
	log_event(LOG_LEVEL_INFO, "x", "a=%s", "one\nlevel=error b=2\x1b[2J\x7f\xc2\x9b\xff\t");
	assert_string_equal(last, "x a=\"one\\nlevel=error b=2\\x1b[2J\\x7f\\xc2\\x9b\\xff\\t\"");
	log_event(LOG_LEVEL_INFO, "x", "a=%s", "caf\xc3\xa9");
	assert_string_equal(last, "x a=caf\xc3\xa9");
	log_event(LOG_LEVEL_INFO, "x", "a=%-3d| b=%.*s c=%lld d=%lu e=%c f=%x", 7, 2, "abc", -5LL, 6UL, 0x79, 255U);
	assert_string_equal(last, "x a=\"7  |\" b=ab c=-5 d=6 e=y f=ff");
	/* A value cannot pose as a field. */
	log_event(LOG_LEVEL_INFO, "x", "a=%s b=%d", "1 b=9", 2);
	assert_string_equal(last, "x a=\"1 b=9\" b=2");
	log_event(LOG_LEVEL_INFO, "only", " ");
	assert_string_equal(last, "only");
	log_capture(NULL, NULL);
}

static void levels(void **state)
{
	enum log_level level;

	(void)state;
	log_capture(keep, &level);
	last[0] = 0;
	log_set_level(LOG_LEVEL_WARN);
	log_event(LOG_LEVEL_NOTICE, "quiet", "a=%d", 1);
	assert_string_equal(last, "");
	log_event(LOG_LEVEL_WARN, "loud", "a=%d", 1);
	assert_string_equal(last, "loud a=1");
	log_set_level(LOG_LEVEL_INFO);
	log_capture(NULL, NULL);
	assert_true(log_level_parse("debug", &level));
	assert_int_equal(level, LOG_LEVEL_DEBUG);
	assert_false(log_level_parse("loud", &level));
}

/* Runs say() with stderr on fd. */
static void with_stderr(int fd, void (*say)(void))
{
	int saved = dup(STDERR_FILENO);

	dup2(fd, STDERR_FILENO);
	say();
	dup2(saved, STDERR_FILENO);
	close(saved);
}

static void say_one(void)
{
	log_open("doorstroomd", LOG_LEVEL_INFO);
	log_event(LOG_LEVEL_ERROR, "broken", "partner=%s", "voka");
}

static void lines_on_stderr_carry_the_priority(void **state)
{
	char text[100] = "";
	int fd[2];

	(void)state;
	unsetenv("JOURNAL_STREAM");
	assert_int_equal(pipe(fd), 0);
	with_stderr(fd[1], say_one);
	assert_true(read(fd[0], text, sizeof text - 1) > 0);
	assert_string_equal(text, "<3>broken partner=voka\n");
	close(fd[0]);
	close(fd[1]);
}

static void say_much(void)
{
	log_open("doorstroomd", LOG_LEVEL_INFO);
	for (int i = 0; i < 20000; i++)
		log_event(LOG_LEVEL_INFO, "flood", "i=%d", i);
}

static void a_full_pipe_never_blocks(void **state)
{
	uint64_t before = log_dropped();
	int fd[2];

	(void)state;
	assert_int_equal(pipe(fd), 0);
	with_stderr(fd[1], say_much);
	assert_true(log_dropped() > before);
	close(fd[0]);
	close(fd[1]);
}

static char journal_path[100];

static void say_to_journal(void)
{
	log_open_at("doorstroomd", LOG_LEVEL_INFO, journal_path);
	log_event(LOG_LEVEL_NOTICE, "halt", "partner=%s why=%s", "voka", "two\nlines");
}

static void flood_journal(void)
{
	log_open_at("doorstroomd", LOG_LEVEL_INFO, journal_path);
	for (int i = 0; i < 2000; i++)
		log_event(LOG_LEVEL_NOTICE, "flood", "i=%d", i);
}

static void the_journal_gets_native_fields(void **state)
{
	static const char want[] =
		"DOORSTROOM_PARTNER=voka\nDOORSTROOM_WHY\n\x09\0\0\0\0\0\0\0two\nlines\n"
		"MESSAGE=halt partner=voka "
		"why=\"two\\nlines\"\nPRIORITY=5\nSYSLOG_IDENTIFIER=doorstroomd\nDOORSTROOM_EVENT=halt\n";
	char dir[] = "logXXXXXX", stream[64], got[1000];
	struct sockaddr_un at = {.sun_family = AF_UNIX};
	uint64_t before = log_dropped();
	int server = socket(AF_UNIX, SOCK_DGRAM, 0), fd[2];
	struct stat st;
	ssize_t n;

	(void)state;
	assert_non_null(mkdtemp(dir));
	snprintf(journal_path, sizeof journal_path, "%s/socket", dir);
	snprintf(at.sun_path, sizeof at.sun_path, "%s", journal_path);
	assert_int_equal(bind(server, (struct sockaddr *)&at, sizeof at), 0);
	assert_int_equal(pipe(fd), 0);
	fstat(fd[1], &st);
	snprintf(stream, sizeof stream, "%llu:%llu", (unsigned long long)st.st_dev, (unsigned long long)st.st_ino);
	setenv("JOURNAL_STREAM", stream, 1);
	with_stderr(fd[1], say_to_journal);
	n = recv(server, got, sizeof got, MSG_DONTWAIT);
	assert_int_equal(n, sizeof want - 1);
	assert_memory_equal(got, want, sizeof want - 1);
	assert_int_equal(log_dropped(), before);
	/* Nobody reads: counted, not waited for. */
	with_stderr(fd[1], flood_journal);
	assert_true(log_dropped() > before);
	unsetenv("JOURNAL_STREAM");
	log_open("doorstroomd", LOG_LEVEL_INFO);
	close(server);
	close(fd[0]);
	close(fd[1]);
	unlink(journal_path);
	rmdir(dir);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fields_and_quoting),
		cmocka_unit_test(levels),
		cmocka_unit_test(lines_on_stderr_carry_the_priority),
		cmocka_unit_test(a_full_pipe_never_blocks),
		cmocka_unit_test(the_journal_gets_native_fields),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
