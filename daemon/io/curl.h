/* curl.h - struct http on curl_multi and libuv; the only files that see curl and uv together. */
#pragma once
#include <uv.h>

#include "io/http.h"

struct http *curl_open(struct loop *, uv_loop_t *);   /* aborts if libcurl cannot start */
/* No exchange may be in flight. Ends when its handles are closed. */
void curl_close(struct http *, struct op *);
