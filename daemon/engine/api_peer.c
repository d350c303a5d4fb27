/*
 * api_peer.c - sockets to listen on, and what a peer may do there.
 *
 * The control socket can be connected to by anybody who reaches it; the kernel says who that is (SO_PEERCRED, and
 * SO_PEERGROUPS for the supplementary groups). root, the daemon's own user and the operate groups may act, the read
 * groups may look, others get 403.
 */
#include "engine/api_parts.h"

#include <errno.h>
#include <grp.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/log.h"

#define BACKLOG 64

static void fd_close(int *fd)
{
	if (*fd >= 0)
		close(*fd);
}
#define FD_AUTO __attribute__((cleanup(fd_close)))

static int handed_on(int *fd)
{
	const int kept = *fd;

	*fd = -1;
	return kept;
}

int api_control_socket(const char *path, struct err *e)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	FD_AUTO int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	FD_AUTO int probe = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (strlen(path) >= sizeof(at.sun_path)) {
		err_set(e, ERR_BROKEN, "control socket: the path is longer than %zu bytes", sizeof(at.sun_path) - 1);
		return -1;
	}
	strcpy(at.sun_path, path);
	/* A socket that answers belongs to another daemon; one that does not was left behind. */
	if (probe >= 0 && connect(probe, (const struct sockaddr *)&at, sizeof(at)) == 0) {
		err_set(e, ERR_BROKEN, "control socket %.120s: another daemon listens there", path);
		return -1;
	}
	unlink(path);
	if (fd < 0 || bind(fd, (const struct sockaddr *)&at, sizeof(at)) || chmod(path, 0666) || listen(fd, BACKLOG)) {
		err_set(e, ERR_BROKEN, "control socket %.120s: %s", path, strerror(errno));
		return -1;
	}
	return handed_on(&fd);
}

int api_tcp_socket(const char *host_port, struct err *e)
{
	const struct addrinfo hints = { .ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE | AI_NUMERICSERV };
	const char *colon = strrchr(host_port, ':');
	char host[256];
	struct addrinfo *found = NULL;
	FD_AUTO int fd = -1;
	const int on = 1;
	int rc;

	snprintf(host, sizeof(host), "%.*s", (int)(colon - host_port), host_port);
	if (host[0] == '[') {
		memmove(host, host + 1, strlen(host));
		host[strcspn(host, "]")] = '\0';
	}
	rc = getaddrinfo(host, colon + 1, &hints, &found);
	if (rc) {
		err_set(e, ERR_BROKEN, "listen %.100s: %s", host_port, gai_strerror(rc));
		return -1;
	}
	fd = socket(found->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd >= 0)
		setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	rc = fd < 0 || bind(fd, found->ai_addr, found->ai_addrlen) || listen(fd, BACKLOG);
	freeaddrinfo(found);
	if (rc) {
		err_set(e, ERR_BROKEN, "listen %.100s: %s", host_port, strerror(errno));
		return -1;
	}
	return handed_on(&fd);
}

static size_t resolve(const struct option_list *names, gid_t *out)
{
	size_t n = 0;

	for (size_t i = 0; i < names->n && n < API_GROUPS_MAX; i++) {
		const struct group *g = getgrnam(names->item[i]);

		if (g)
			out[n++] = g->gr_gid;
		else
			log_event(LOG_LEVEL_WARN, "no_such_group", "group=%s", names->item[i]);
	}
	return n;
}

void api_groups(struct api *a)
{
	const struct config *c = engine_config(a->options.engine);

	a->nread = resolve(&c->read_group, a->read_group);
	a->noperate = resolve(&c->operate_group, a->operate_group);
}

static bool among(gid_t group, const gid_t *all, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (all[i] == group)
			return true;
	return false;
}

enum api_right api_rights(const struct api *a, int fd, char *by, size_t size)
{
	struct ucred peer;
	gid_t groups[NGROUPS_MAX < 1024 ? NGROUPS_MAX : 1024];
	socklen_t len = sizeof(peer);
	enum api_right right = API_NOTHING;
	size_t n;

	snprintf(by, size, "unknown");
	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &len) || len != sizeof(peer))
		return API_NOTHING;
	snprintf(by, size, "uid %u", (unsigned)peer.uid);
	if (peer.uid == 0 || peer.uid == geteuid())
		return API_OPERATE;
	len = sizeof(groups) - sizeof(gid_t);
	if (getsockopt(fd, SOL_SOCKET, SO_PEERGROUPS, groups, &len))
		len = 0;
	n = len / sizeof(gid_t);
	groups[n++] = peer.gid;
	for (size_t i = 0; i < n; i++) {
		if (among(groups[i], a->operate_group, a->noperate))
			return API_OPERATE;
		if (among(groups[i], a->read_group, a->nread))
			right = API_READ;
	}
	return right;
}
