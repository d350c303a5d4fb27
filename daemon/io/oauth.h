/*
 * oauth.h - OAuth 2.0 access tokens (RFC 6749): client credentials, and refresh tokens that rotate.
 *
 * One refresh at a time per source, however many wait for it; renewed at 80 % of expires_in. A rotated refresh
 * token is written to state_file (mode 0600: written beside, synchronised, renamed) before the access token that
 * came with it is used, because the old one is void from then on. A refusal (invalid_grant, invalid_client) is
 * ERR_DENIED and names no token.
 *
 * What is in state_file counts only for the grant (first token, token_url, client_id) that it came of, and is read
 * by the first oauth_start(): two sources may share it one after the other, as across a reload.
 */
#pragma once
#include "io/http.h"

enum oauth_grant { OAUTH_CLIENT_CREDENTIALS, OAUTH_REFRESH_TOKEN };

struct oauth_options {
	enum oauth_grant grant;
	const char *token_url, *client_id, *client_secret, *scope;   /* scope may be NULL */
	bool basic;                    /* client id and secret as Basic authorization, else in the form */
	const char *refresh_token;     /* the first one; what state_file has of this grant wins */
	const char *state_file;        /* OAUTH_REFRESH_TOKEN only */
};

struct oauth;

struct oauth_get {
	struct op op;
	char *token;                   /* out: valid until the next oauth call of any kind; copy it */
};

struct oauth *oauth_new(struct loop *, struct http_peer *, const struct oauth_options *);   /* copies the options */
void oauth_free(struct oauth *);                                                            /* nothing in flight */
void oauth_start(struct oauth *, struct oauth_get *);
/* The server refused this token: the next oauth_start() fetches a new one, unless that was done already. */
void oauth_refused(struct oauth *, const char *token);
