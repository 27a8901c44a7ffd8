// SPDX-License-Identifier: Apache-2.0
/* Asking servers by HTTP(S) (RFC 9110), strictly, from many threads at once: a fetcher has one network thread
 * that shares connections (keep-alive, HTTP/2) among all who ask, and keeps their number down. Nothing but GET
 * and HEAD exists, so that nobody can change anything through it. Every exchange can be recorded in a folder,
 * and replayed from there without a socket.
 *
 * An answer is what the server said, whatever the status; an error is what is no answer. Errors of att_fetch:
 * ATT_ERR_REFUSED for what must not be asked (a method, a URL, a redirect that leaves TLS or goes in a circle),
 * ATT_ERR_USAGE for a request that makes no sense, ATT_ERR_LIMIT for a body above `max` and nothing else,
 * ATT_ERR_MALFORMED for what breaks the protocol and for headers without end, ATT_ERR_NOT_FOUND for what was
 * not recorded, ATT_ERR_IO for all that may be otherwise when asked again: no connection, TLS, time, an answer
 * that ended early. Messages name hosts, and no more of a URL. */
#ifndef ATT_NET_FETCH_H
#define ATT_NET_FETCH_H

#include "libattest/base/arena.h"
#include "libattest/base/buf.h"
#include "libattest/base/err.h"
#include "libattest/base/str.h"

enum {
	ATT_FETCH_CONNECTIONS = 16, /* what 0 means in the options */
	ATT_FETCH_PER_HOST = 8,
	ATT_FETCH_SECONDS = 600,
	ATT_FETCH_IDLE_SECONDS = 30,
	ATT_FETCH_REDIRECTS = 5,
	ATT_FETCH_MAX_URL = 8192,               /* addresses that are signed have some 2,000 characters */
	ATT_FETCH_MAX_FIELDS = 64 << 10,        /* bytes of all headers of one answer */
	ATT_FETCH_MAX_ERROR_BODY = 64 << 10,    /* what is kept of the body of a status other than 2xx */
	ATT_FETCH_LONGEST_RETRY = 24 * 60 * 60, /* seconds */
};

/* All of it has to live as long as the fetcher. */
struct att_fetch_options {
	const char *ca_file;  /* PEM: certificates that are trusted instead of the system's; NULL: those */
	const char *project;  /* whom a server's people can ask about our requests: a URL for the User-Agent; or
				 NULL */
	unsigned connections; /* at most so many exchanges at a time; 0: ATT_FETCH_CONNECTIONS */
	unsigned per_host;    /* of them with one host and port; 0: ATT_FETCH_PER_HOST */
	bool insecure_http;   /* plain HTTP to other machines, too */
	int64_t now;          /* seconds since 1970, for servers that do not say; 0: not known */
	const char *record;   /* a folder that is made, or is empty; NULL: nothing is recorded */
	const char *replay;   /* a folder that was recorded: answers come from there; NULL: from servers */
};

struct att_fetcher;

/* The fetcher is the caller's, for att_fetcher_close, which may be called with NULL, and when no att_fetch is
 * under way any more. Errors: ATT_ERR_REFUSED for a folder to record in that holds something, ATT_ERR_NOT_FOUND
 * for one to replay from that is not there, ATT_ERR_USAGE for both, ATT_ERR_IO, ATT_ERR_MEMORY. */
int att_fetcher_open(const struct att_fetch_options *options, struct att_fetcher **out,
		     struct att_err *err) ATT_MUST_USE;
void att_fetcher_close(struct att_fetcher *fetcher);

/* A secret value goes to the origin (scheme, host, port) of the URL, and nowhere else: not to where a redirect
 * leads, not by plain HTTP to another machine, not into records, not into messages. Values of Authorization,
 * Cookie and the like are secret whatever stands here. */
struct att_fetch_header {
	struct att_str name, value;
	bool is_secret;
};

struct att_fetch_request {
	const char *method; /* "GET", "HEAD"; NULL: GET */
	struct att_str url;
	const struct att_fetch_header *headers;
	size_t header_count;
	struct att_str etag;   /* not empty: the answer may be 304 when the server's state is still this one */
	uint64_t max;          /* bytes of the body; a longer one is an error as soon as that shows */
	unsigned seconds;      /* for all of it, redirects included; 0: ATT_FETCH_SECONDS */
	unsigned idle_seconds; /* without a byte; 0: ATT_FETCH_IDLE_SECONDS */
	/* Gets the body of a 2xx answer, piece by piece, on another thread, which carries everybody's bytes: it
	 * must be quick. What it returns other than ATT_OK ends the exchange. NULL: the answer keeps the body.
	 */
	int (*sink)(void *context, struct att_str bytes, struct att_err *err);
	void *context;
	bool no_redirects;      /* 3xx is an answer like others */
	bool has_secret_answer; /* as of a token service: a record holds {"token":"not recorded"} as its body */
};

/* Texts live in the arena, and are empty where the server says nothing. */
struct att_fetch_answer {
	int status;
	struct att_buf body;  /* of 2xx without a sink; else the beginning of what an error page says */
	uint64_t length;      /* bytes of the body; for HEAD what the server says a GET would have */
	unsigned retry_after; /* seconds from now that Retry-After or an exhausted X-RateLimit asks for; 0: none
			       */
	int64_t date;         /* of the server, seconds since 1970; 0: not said */
	struct att_str etag, content_type, link, docker_digest, www_authenticate;
	struct att_str location; /* of a redirect, whole; secret parameters are still in it */
	struct att_str url;      /* the one that answered, without secret parameters */
	struct att_arena arena;
};

/* Asks, and waits for the answer; any thread may. *answer is overwritten and is the caller's, for
 * att_fetch_answer_clear, also after an error, when it holds nothing. */
int att_fetch(struct att_fetcher *fetcher, const struct att_fetch_request *request,
	      struct att_fetch_answer *answer, struct att_err *err) ATT_MUST_USE;
void att_fetch_answer_clear(struct att_fetch_answer *answer);

/* What a link on the page at `base` leads to (RFC 3986 section 5), without a fragment. *url lives in the arena.
 * Errors: ATT_ERR_MALFORMED for what is no link, ATT_ERR_MEMORY. */
int att_fetch_resolve(struct att_str base, struct att_str link, struct att_arena *arena, struct att_str *url,
		      struct att_err *err) ATT_MUST_USE;

#endif
