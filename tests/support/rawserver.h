/*
 * rawserver.h - an HTTP server on loopback and in the test's own loop that can misbehave: for every request a
 * function says which bytes go out, and what becomes of the connection.
 */
#pragma once
#include <stdbool.h>
#include <uv.h>

#include "base/buf.h"
#include "base/list.h"

struct rawconn {
	struct rawserver *server;
	uv_tcp_t tcp;
	struct buf in;
	unsigned requests; /* on this connection, this one included */
	bool closing;
	struct rawconn *next;
};

struct rawserver {
	uv_tcp_t tcp;
	int port;
	/* One complete request is there: head, blank line, and the body that Content-Length announced. */
	void (*serve)(struct rawconn *, const char *request, void *ctx);
	void *ctx;
	unsigned connections, requests;
	struct rawconn *all;
};

void rawserver_open(struct rawserver *, uv_loop_t *);
void rawserver_close(struct rawserver *); /* then run uv until it is empty */

void rawserver_send(struct rawconn *, const char *bytes, size_t n);
void rawserver_hang_up(struct rawconn *); /* after what was sent */
/* A whole answer with Content-Length, and the connection kept. */
void rawserver_answer(struct rawconn *, const char *status, const char *headers, const char *body);
