#include "partners.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static uint64_t now_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000 + (uint64_t)t.tv_nsec / 1000;
}

static bool hook_call(const struct drive *d, size_t index)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_port = htons(d->port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	char body[64], request[512], reply[512];
	const int fd = socket(AF_INET, SOCK_STREAM, 0);
	ssize_t n;
	bool ok = false;

	snprintf(body, sizeof(body), "{\"type\":\"company\",\"id\":\"c%zu\"}", index);
	snprintf(request, sizeof(request),
		"POST /%s HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: %zu\r\n"
		"Connection: close\r\n\r\n%s",
		d->path, strlen(body), body);
	if (!connect(fd, (struct sockaddr *)&a, sizeof(a)) && write(fd, request, strlen(request)) > 0) {
		n = read(fd, reply, sizeof(reply) - 1);
		ok = n > 12 && !strncmp(reply + 8, " 2", 2);
		if (n > 0 && !ok) {
			reply[n] = '\0';
			fprintf(stderr, "webhook: %.60s\n", reply);
		}
	}
	close(fd);
	return ok;
}

static bool has_value(const struct partner *p, size_t index, const char *value)
{
	const char *there = json_string_value(json_object_get(p->company[index].patch, "employees"));

	return there && !strcmp(there, value);
}

static void *drive(void *arg)
{
	struct drive *d = arg;
	BUF_AUTO struct buf body = { 0 };
	BUF_AUTO struct buf out = { 0 };
	size_t lost = 0;

	buf_adds(&body, "{\"us\":[");
	for (size_t k = 0; k < d->changes; k++) {
		const size_t index = k % d->from->count;
		struct timespec until;
		uint64_t start;
		char value[16];
		int rc = 0;

		snprintf(value, sizeof(value), "%zu", 100 + k);
		pthread_mutex_lock(&partners_lock);
		start = now_us();
		partners_change(d->from, index, json_pack("{s:s}", "employees", value));
		pthread_mutex_unlock(&partners_lock);
		if (!hook_call(d, index)) {
			lost++;
			continue;
		}
		clock_gettime(CLOCK_REALTIME, &until);
		until.tv_sec += 5;
		pthread_mutex_lock(&partners_lock);
		while (!has_value(d->to, index, value) && !rc)
			rc = pthread_cond_timedwait(&partners_changed, &partners_lock, &until);
		pthread_mutex_unlock(&partners_lock);
		if (rc)
			lost++;
		else
			buf_addf(&body, "%s%llu", body.data[body.len - 1] == '[' ? "" : ",",
				(unsigned long long)(now_us() - start));
		usleep(20000); /* so that one change's later work is not measured with the next */
	}
	buf_addf(&body, "],\"lost\":%zu}", lost);
	buf_addf(&out, "HTTP/1.1 200 OK\r\nContent-Length: %zu\r\n\r\n%s", body.len, body.data);
	fcntl(d->fd, F_SETFL, 0);
	for (size_t n = 0; n < out.len;) {
		const ssize_t w = write(d->fd, out.data + n, out.len - n);

		if (w <= 0)
			break;
		n += (size_t)w;
	}
	close(d->fd);
	free(d);
	return NULL;
}

void drive_start(const struct drive *d)
{
	struct drive *own = malloc(sizeof(*own));
	pthread_t thread;

	*own = *d;
	pthread_create(&thread, NULL, drive, own);
	pthread_detach(thread);
}
