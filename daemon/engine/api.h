/*
 * api.h - HTTP for admins and machines: the command table, metrics, health, webhooks.
 *
 *   control socket (AF_UNIX), whoever its peer credentials allow:
 *     POST /v1/<command>          JSON object of arguments, at most 1 MiB
 *     GET  /v1/<command>?a=b      the same for commands that only look; "plan show" is /v1/plan/show
 *     GET  /v1                    the command table
 *   loopback TCP, where configured, without any rights:
 *     POST /hooks/<partner>[/<path>]
 *   both:
 *     GET  /metrics /healthz /readyz
 *
 * An answer is the command's JSON, or {"error":{"kind":..,"text":..}} with 400, 403, 404, 409, 500 or 503.
 * Nothing here blocks the loop: a connection is suspended while its command runs on a lane.
 */
#pragma once
#include <uv.h>

#include "engine/commands.h"

struct api;

struct api_options {
	struct commands *commands;
	struct engine *engine;
	uv_loop_t *uv;
	int control_fd;               /* inherited by socket activation, or -1: made at config->control_socket */
};

struct api *api_open(const struct api_options *, struct err *);
/* After a reload: groups. Listening sockets stay as they were at the start. */
void api_reload(struct api *);
/* Answers what is under way, then closes everything and frees the api. commands_close() comes first. */
void api_close(struct api *, struct op *);
