/* api_parts.h - what the files of api share. */
#pragma once
#include <microhttpd.h>
#include <sys/types.h>

#include "engine/api.h"

#define API_BODY_MAX (1024 * 1024)
#define API_GROUPS_MAX 64

struct api_listener {
	struct api *api;
	struct MHD_Daemon *mhd;       /* NULL: not in use */
	uv_poll_t poll;
	uv_timer_t timer;
	bool local;                   /* the control socket */
	unsigned handles;             /* not closed yet */
};

struct api {
	struct api_options options;
	char *control_path;           /* to be removed at the end; NULL: not ours */
	struct loop *loop;
	struct api_listener control, tcp;
	gid_t read_group[API_GROUPS_MAX], operate_group[API_GROUPS_MAX];
	size_t nread, noperate;
	struct list requests;         /* whose command is under way */
	uint64_t answered[6];         /* by hundreds of the status */
	struct op *closing;
	struct timer closer;
};

/* One request, from its first line to its last byte out. */
struct api_request {
	struct api *api;
	struct api_listener *listener;
	struct MHD_Connection *connection;
	char *method, *path;
	struct buf body;
	bool too_large, started, suspended, ready;
	unsigned status;
	const char *content_type;
	bool open_metrics;            /* which of the two text formats was asked for */
	struct buf answer;
	struct arena *arena;
	struct command_call call;
	struct list in_api;
	char by[48];
};

/* --- api.c --------------------------------------------------------------------------------------------------- */

/* The answer is complete; wakes the connection if it sleeps. */
void api_answer(struct api_request *, unsigned status, const char *content_type);
void api_answer_err(struct api_request *, const struct err *);

/* --- api_route.c: what a complete request gets --------------------------------------------------------------- */

/* Answers now, or starts something that will. */
void api_route(struct api_request *);

/* --- api_peer.c: sockets and rights -------------------------------------------------------------------------- */

enum api_right { API_NOTHING, API_READ, API_OPERATE };
/* -1 and err on failure. */
int api_control_socket(const char *path, struct err *);
int api_tcp_socket(const char *host_port, struct err *);
void api_groups(struct api *);
/* by gets "uid 1000". */
enum api_right api_rights(const struct api *, int fd, char *by, size_t size);
