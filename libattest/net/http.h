// SPDX-License-Identifier: Apache-2.0
/* Fetching a file by HTTP(S) (RFC 9110), strictly: TLS is verified, plain HTTP stays on this machine, redirects
 * are followed only to what might have been asked for, and everything has a bound. Proxies come from the
 * environment, as curl takes them. */
#ifndef ATT_NET_HTTP_H
#define ATT_NET_HTTP_H

#include "libattest/base/err.h"
#include "libattest/base/str.h"

enum { ATT_HTTP_MAX_ETAG = 256, ATT_HTTP_MAX_URL = 2048 };

struct att_http_request {
	const char *url;
	struct att_str etag; /* not empty: nothing is sent when the server's state is still this one */
	/* What was got before: the file holds `offset` bytes of the state that `part` names, and only the rest
	 * is asked for. 0: everything. */
	uint64_t offset;
	struct att_str part;
	/* Told, before the first byte is written, what the server calls the state that begins; may be NULL. */
	int (*begin)(void *context, const char *etag, struct att_err *err);
	void *context;
	const char *ca_file; /* PEM: certificates that are trusted instead of the system's; NULL: those */
	uint64_t max;        /* bytes of the whole file */
	unsigned seconds;    /* for all of it */
	bool insecure_http;  /* plain HTTP to other machines, too */
};

enum att_http_outcome {
	ATT_HTTP_FETCHED,      /* the file is whole */
	ATT_HTTP_NOT_MODIFIED, /* the state is the one that `etag` names */
	ATT_HTTP_LATER,        /* the server is busy: asked again after `retry_after` seconds, it may not be */
	ATT_HTTP_PARTIAL,      /* the connection ended early; what is there can be continued */
};

struct att_http_answer {
	enum att_http_outcome outcome;
	char etag[ATT_HTTP_MAX_ETAG + 1]; /* of the state that was sent, "" when the server names none */
	uint64_t length;                  /* bytes that the file holds now */
	unsigned retry_after;
};

/* May this be asked for: https, or http on this machine, without user and password? Errors: ATT_ERR_USAGE,
 * ATT_ERR_REFUSED, each naming what is wrong; the URL itself is not repeated. */
int att_http_check_url(const char *url, bool insecure_http, struct att_err *err) ATT_MUST_USE;

/* Writes what is fetched to the descriptor, which is at the end of what it holds; when the server begins again,
 * the file is cut to nothing first. Errors: as att_http_check_url, also for redirects; ATT_ERR_LIMIT above
 * `max`; ATT_ERR_NOT_FOUND (404, 410); ATT_ERR_MALFORMED for an answer that breaks the protocol; ATT_ERR_IO for
 * all else. */
int att_http_get(const struct att_http_request *request, int fd, struct att_http_answer *answer,
		 struct att_err *err) ATT_MUST_USE;

#endif
