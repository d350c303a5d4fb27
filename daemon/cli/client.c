#include "cli/cli.h"

#include <curl/curl.h>
#include <errno.h>
#include <string.h>

#define ANSWER_MAX (64 * 1024 * 1024)

static size_t on_data(char *data, size_t one, size_t n, void *to)
{
	struct buf *b = to;

	if (b->len + one * n > ANSWER_MAX)
		return 0;
	buf_add(b, data, one * n);
	return one * n;
}

enum cli_exit client_exit(const struct err *e)
{
	switch (e->kind) {
	case ERR_NONE:
		return CLI_OK;
	case ERR_ITEM:
		return CLI_USAGE;
	case ERR_GONE:
		return CLI_NOT_FOUND;
	case ERR_DENIED:
		return CLI_DENIED;
	case ERR_CONFLICT:
	case ERR_AGAIN:
	case ERR_BROKEN:
	case ERR_CANCELED:
		break;
	}
	return CLI_FAILED;
}

/* What the daemon says went wrong, with the kind it had there. */
static enum cli_exit refused(const json_t *answer, long status, struct err *e)
{
	static const enum err_kind kinds[] = { ERR_ITEM, ERR_GONE, ERR_DENIED, ERR_CONFLICT, ERR_AGAIN };
	const json_t *error = json_object_get(answer, "error");
	const char *text = words_text(error, "text"), *kind = words_text(error, "kind");
	enum err_kind found = ERR_BROKEN;

	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++)
		if (!strcmp(err_kind_name(kinds[i]), kind))
			found = kinds[i];
	if (*text)
		err_set(e, found, "%s", text);
	else
		err_set(e, ERR_BROKEN, "the daemon answered with status %ld", status);
	return client_exit(e);
}

/* The socket is there but may not be entered: that is no daemon that is down. */
static enum cli_exit not_reached(const struct cli *cli, CURLcode rc, long os_errno, struct err *e)
{
	if (rc == CURLE_COULDNT_CONNECT && os_errno != EACCES) {
		err_set(e, ERR_AGAIN, "the daemon is not running: nothing answers at %.120s",
			cli->place.control_socket);
		return CLI_UNREACHABLE;
	}
	if (rc == CURLE_COULDNT_CONNECT)
		err_set(e, ERR_DENIED, "%.120s: you may not connect", cli->place.control_socket);
	else
		err_set(e, ERR_BROKEN, "the daemon gave no whole answer: %s", curl_easy_strerror(rc));
	return client_exit(e);
}

enum cli_exit client_ask(
	struct cli *cli, const struct command *command, const json_t *args, json_t **out, struct err *e)
{
	BUF_AUTO struct buf answer = { 0 };
	AUTO(free) char *body = json_dumps(args, JSON_COMPACT);
	char *url = arena_printf(cli->arena, "http://localhost/v1/%s", command->name);
	CURL *curl = curl_easy_init();
	struct curl_slist *headers = curl_slist_append(NULL, "Content-Type: application/json");
	long status = 0, os_errno = 0;
	CURLcode rc;

	for (char *p = url; *p; p++)
		if (*p == ' ')
			*p = '/';
	curl_easy_setopt(curl, CURLOPT_UNIX_SOCKET_PATH, cli->place.control_socket);
	curl_easy_setopt(curl, CURLOPT_URL, url);
	curl_easy_setopt(curl, CURLOPT_POSTFIELDS, body);
	curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
	curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(curl, CURLOPT_PROXY, "");
	curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, on_data);
	curl_easy_setopt(curl, CURLOPT_WRITEDATA, &answer);
	rc = curl_easy_perform(curl);
	curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
	curl_easy_getinfo(curl, CURLINFO_OS_ERRNO, &os_errno);
	curl_slist_free_all(headers);
	curl_easy_cleanup(curl);
	if (rc != CURLE_OK)
		return not_reached(cli, rc, os_errno, e);
	*out = answer.len ? json_parse(answer.data, answer.len, e) : NULL;
	if (status == 200 && *out)
		return CLI_OK;
	const enum cli_exit code = refused(*out, status, e);

	json_decref(*out);
	*out = NULL;
	return code;
}
