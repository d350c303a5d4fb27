/*
 * main.c - doorstroomd: a process around the engine. Arguments, signals, what the service manager wants to hear, and
 * the order in which things are opened and closed:
 *
 *   config > log > loop, curl > engine (store, remotes) > commands (reader) > api > READY
 *   TERM: commands, api > engine > commands freed > curl, handles > end. A second TERM ends at once, like a crash.
 */
#include <malloc.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <systemd/sd-daemon.h>
#include <time.h>
#include <unistd.h>
#include <uv.h>

#include "base/log.h"
#include "engine/api.h"
#include "engine/local.h"
#include "io/curl.h"
#include "io/uvloop.h"

#define CONFIG_DEFAULT DOORSTROOM_SYSCONFDIR "/doorstroom.yaml"
#define EXIT_CONFIG 78 /* EX_CONFIG: a restart will not help */
#define EXIT_USAGE 2
#define SIGNALS 3
#define STATUS_EVERY_MS 5000

struct daemon {
	const char *config_path;
	uv_loop_t uv;
	struct uvloop loop;
	struct http *http;
	struct engine *engine;
	struct commands *commands;
	struct api *api;
	uv_signal_t signal[SIGNALS];
	struct op op; /* closing, reloading: one at a time */
	struct diags reload_diags;
	bool watching, stopping, reloading, reload_again;

	/* Life signs: of the loop, since this timer runs; of the store's lane, by works that do nothing. */
	struct timer pulse;
	uint64_t pulse_ms;
	struct work probe;
	bool probing;
	uint64_t probed_ms;
};

static int usage(FILE *to, int status)
{
	fprintf(to, "usage: doorstroomd [--config FILE] [--check | --print-sample]\n\n"
		    "  --config FILE    main configuration file (" CONFIG_DEFAULT ")\n"
		    "  --check          check the configuration and every manifest, then end\n"
		    "  --print-sample   print a commented configuration file, then end\n"
		    "  --version        print the version, then end\n"
		    "  --help           print this, then end\n");
	return status;
}

/* --- what the service manager hears -------------------------------------------------------------------------- */

static void tell_status(const struct daemon *d)
{
	struct partner_status s;
	size_t settled = 0, wrong = 0, n = engine_partners(d->engine);

	for (size_t i = 0; i < n; i++) {
		engine_status(d->engine, i, &s);
		settled += s.settled;
		wrong += !strcmp(s.state, "denied") || !strcmp(s.state, "broken") || !strcmp(s.state, "guarded");
	}
	sd_notifyf(0, "STATUS=%zu partners, %zu settled, %zu need attention", n, settled, wrong);
}

static void probe_done(struct op *op)
{
	struct daemon *d = container_of(op, struct daemon, probe.op);

	d->probing = false;
}

static void probe_run(struct work *w)
{
	(void)w;
}

static void on_pulse(struct timer *t)
{
	struct daemon *d = container_of(t, struct daemon, pulse);
	const uint64_t now = loop_now(&d->loop.loop);

	if (d->stopping)
		return;
	if (!d->probing) {
		d->probing = true;
		d->probed_ms = now;
		d->probe = (struct work){ .op = { .loop = &d->loop.loop, .done = probe_done }, .run = probe_run };
		lane_start(engine_writer(d->engine), &d->probe);
	}
	/* A lane that has not come round to the probe for so long is stuck, and the daemon with it. */
	if (now - d->probed_ms <= engine_config(d->engine)->watchdog_ms)
		sd_notify(0, "WATCHDOG=1");
	else
		log_event(LOG_LEVEL_ERROR, "store_stuck", "waiting_ms=%llu", (unsigned long long)(now - d->probed_ms));
	tell_status(d);
	timer_arm(&d->loop.loop, &d->pulse, d->pulse_ms);
}

static void tell_reloading(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	sd_notifyf(0, "RELOADING=1\nMONOTONIC_USEC=%llu",
		(unsigned long long)now.tv_sec * 1000000 + (unsigned long long)now.tv_nsec / 1000);
}

/* --- reload -------------------------------------------------------------------------------------------------- */

static void log_faults(const struct diags *diags)
{
	for (size_t i = 0; i < diags->n; i++)
		log_event(LOG_LEVEL_ERROR, "config_fault", "at=%s", diags->line[i]);
}

static void reload(struct daemon *d);

static void reload_end(struct daemon *d, bool ok)
{
	enum log_level level;

	d->reloading = false;
	arena_free(d->reload_diags.arena);
	if (ok && log_level_parse(engine_config(d->engine)->log_level, &level))
		log_set_level(level);
	if (ok)
		api_reload(d->api);
	log_event(ok ? LOG_LEVEL_NOTICE : LOG_LEVEL_ERROR, ok ? "reloaded" : "reload_refused", "config=%s in_force=%s",
		d->config_path, ok ? "new" : "old");
	sd_notify(0, "READY=1");
	if (d->reload_again && !d->stopping)
		reload(d);
}

static void reload_done(struct op *op)
{
	struct daemon *d = container_of(op, struct daemon, op);
	const bool ok = op->err.kind == ERR_NONE && !d->reload_diags.n;

	log_faults(&d->reload_diags);
	if (op->err.kind != ERR_NONE)
		log_event(LOG_LEVEL_ERROR, "reload_failed", "error=%s", op->err.text);
	reload_end(d, ok);
}

static void reload(struct daemon *d)
{
	const char *fixed;
	struct config *config;

	d->reload_again = d->reloading;
	if (d->reloading)
		return;
	d->reloading = true;
	tell_reloading();
	d->reload_diags = (struct diags){ .arena = arena_new() };
	config = config_load(d->config_path, &d->reload_diags);
	if (!config) {
		log_faults(&d->reload_diags);
		reload_end(d, false);
		return;
	}
	fixed = config_restart(d->reload_diags.arena, engine_config(d->engine), config);
	if (*fixed)
		log_event(LOG_LEVEL_WARN, "needs_restart", "options=%s", fixed);
	d->op = (struct op){ .loop = &d->loop.loop, .done = reload_done };
	engine_reload(d->engine, config, &d->reload_diags, &d->op);
}

/* --- stop ---------------------------------------------------------------------------------------------------- */

static void http_closed(struct op *op)
{
	struct daemon *d = container_of(op, struct daemon, op);

	for (int i = 0; d->watching && i < SIGNALS; i++)
		uv_close((uv_handle_t *)&d->signal[i], NULL);
}

static void engine_closed(struct op *op)
{
	struct daemon *d = container_of(op, struct daemon, op);

	commands_free(d->commands);
	d->op = (struct op){ .loop = &d->loop.loop, .done = http_closed };
	curl_close(d->http, &d->op);
}

static void close_engine(struct daemon *d)
{
	d->op = (struct op){ .loop = &d->loop.loop, .done = engine_closed };
	engine_close(d->engine, &d->op);
}

static void api_closed(struct op *op)
{
	close_engine(container_of(op, struct daemon, op));
}

static void stop(struct daemon *d);

/* A reload uses d->op: the stop follows it. */
static void stop_later(struct timer *t)
{
	stop(container_of(t, struct daemon, pulse));
}

static void stop(struct daemon *d)
{
	d->stopping = true;
	timer_disarm(&d->loop.loop, &d->pulse);
	if (d->reloading || d->probing) {
		d->pulse.fire = stop_later;
		timer_arm(&d->loop.loop, &d->pulse, 10);
		return;
	}
	commands_close(d->commands);
	d->op = (struct op){ .loop = &d->loop.loop, .done = api_closed };
	api_close(d->api, &d->op);
}

static void on_signal(uv_signal_t *handle, int number)
{
	struct daemon *d = handle->data;

	if (number == SIGHUP) {
		if (!d->stopping)
			reload(d);
		return;
	}
	if (d->stopping) {
		log_event(LOG_LEVEL_WARN, "stop_at_once", "signal=%s", strsignal(number));
		_exit(EXIT_FAILURE);
	}
	log_event(LOG_LEVEL_NOTICE, "stopping", "signal=%s", strsignal(number));
	sd_notify(0, "STOPPING=1");
	stop(d);
}

/* --- start --------------------------------------------------------------------------------------------------- */

/* Secrets are in memory: no other process looks in, and no core is left behind. */
static void harden(void)
{
	const struct rlimit none = { 0, 0 };

	prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
	setrlimit(RLIMIT_CORE, &none);
	umask(077);
	signal(SIGPIPE, SIG_IGN);
}

static void signals_watch(struct daemon *d)
{
	static const int numbers[SIGNALS] = { SIGTERM, SIGINT, SIGHUP };

	d->watching = true;
	for (int i = 0; i < SIGNALS; i++) {
		uv_signal_init(&d->uv, &d->signal[i]);
		d->signal[i].data = d;
		uv_signal_start(&d->signal[i], on_signal, numbers[i]);
	}
}

static void pulse_start(struct daemon *d)
{
	uint64_t usec = 0;

	d->pulse_ms = STATUS_EVERY_MS;
	if (sd_watchdog_enabled(0, &usec) > 0 && usec / 2000 < d->pulse_ms)
		d->pulse_ms = usec / 2000 ? usec / 2000 : 1;
	d->pulse.fire = on_pulse;
	on_pulse(&d->pulse);
}

static int inherited_socket(void)
{
	const int n = sd_listen_fds(1);

	return n > 0 && sd_is_socket_unix(SD_LISTEN_FDS_START, SOCK_STREAM, 1, NULL, 0) > 0 ? SD_LISTEN_FDS_START : -1;
}

static bool open_all(struct daemon *d, struct config *config, struct diags *diags, struct err *e)
{
	const struct engine_options engine = { .loop = &d->loop.loop, .uv = &d->uv, .http = d->http };
	struct commands_options asked;
	struct api_options api;

	d->engine = engine_open(&engine, config, diags, e);
	if (e->kind != ERR_NONE)
		return false;
	asked = (struct commands_options){ .engine = d->engine, .uv = &d->uv, .http = d->http };
	d->commands = commands_open(&asked, e);
	if (!d->commands)
		return false;
	api = (struct api_options){
		.commands = d->commands, .engine = d->engine, .uv = &d->uv, .control_fd = inherited_socket()
	};
	d->api = api_open(&api, e);
	return d->api != NULL;
}

/* Runs until everything that keeps the loop alive has been closed, then closes the loop. */
static void close_loop(struct daemon *d)
{
	uv_run(&d->uv, UV_RUN_DEFAULT);
	uvloop_fini(&d->loop);
	uv_run(&d->uv, UV_RUN_DEFAULT);
	uv_loop_close(&d->uv);
}

static int run(struct daemon *d, struct config *config)
{
	AUTO(arena_free) struct arena *arena = arena_new();
	struct diags diags = { .arena = arena };
	struct err e = { 0 };

	uv_loop_init(&d->uv);
	uvloop_init(&d->loop, &d->uv);
	d->http = curl_open(&d->loop.loop, &d->uv);
	/* A migration or an integrity check may take longer than a start usually does. */
	sd_notify(0, "EXTEND_TIMEOUT_USEC=3600000000\nSTATUS=opening the store");
	if (!open_all(d, config, &diags, &e)) {
		log_faults(&diags);
		if (e.kind != ERR_NONE)
			log_event(LOG_LEVEL_ERROR, "start_failed", "error=%s", e.text);
		sd_notifyf(0, "STATUS=%s", diags.n ? diags.line[0] : e.text);
		if (d->commands)
			commands_close(d->commands);
		close_engine(d);
		close_loop(d);
		return diags.n ? EXIT_CONFIG : EXIT_FAILURE;
	}
	signals_watch(d);
	engine_start(d->engine);
	log_event(
		LOG_LEVEL_NOTICE, "started", "version=%s partners=%zu", DOORSTROOM_VERSION, engine_partners(d->engine));
	sd_notify(0, "READY=1");
	pulse_start(d);
	close_loop(d);
	log_event(LOG_LEVEL_NOTICE, "stopped", "version=%s", DOORSTROOM_VERSION);
	return EXIT_SUCCESS;
}

static int load_and_run(struct daemon *d, bool check_only)
{
	AUTO(arena_free) struct arena *arena = arena_new();
	struct diags diags = { .arena = arena };
	struct config *config = config_load(d->config_path, &diags);
	enum log_level level = LOG_LEVEL_INFO;

	if (check_only && config)
		local_check_config(config, &diags);
	if (!config || diags.n) {
		for (size_t i = 0; i < diags.n; i++)
			fprintf(stderr, "%s\n", diags.line[i]);
		config_free(config);
		return EXIT_CONFIG;
	}
	if (check_only) {
		printf("%s: in order, %zu partners\n", d->config_path, config->n);
		config_free(config);
		return EXIT_SUCCESS;
	}
	log_level_parse(config->log_level, &level);
	log_open("doorstroomd", level);
	return run(d, config);
}

int main(int argc, char **argv)
{
	static struct daemon daemon = { .config_path = CONFIG_DEFAULT };
	BUF_AUTO struct buf sample = { 0 };
	bool check = false, print = false;

	/* By hand: base/options.h and getopt.h both have a struct option. */
	for (int i = 1; i < argc; i++) {
		if (!strcmp(argv[i], "--config") && i + 1 < argc)
			daemon.config_path = argv[++i];
		else if (!strncmp(argv[i], "--config=", 9))
			daemon.config_path = argv[i] + 9;
		else if (!strcmp(argv[i], "--check"))
			check = true;
		else if (!strcmp(argv[i], "--print-sample"))
			print = true;
		else if (!strcmp(argv[i], "--help"))
			return usage(stdout, EXIT_SUCCESS);
		else if (!strcmp(argv[i], "--version"))
			return printf("doorstroomd " DOORSTROOM_VERSION "\n") < 0;
		else
			return usage(stderr, EXIT_USAGE);
	}
	if (print) {
		config_print_sample(&sample);
		return fputs(sample.data, stdout) < 0;
	}
	/* Every worker thread would keep an arena of its own, with what its largest page once needed. */
	mallopt(M_ARENA_MAX, 2);
	harden();
	return load_and_run(&daemon, check);
}
