// SPDX-License-Identifier: Apache-2.0
/* The parts of a fetcher. Internal to libattest/net.
 *
 * fetch.c          one att_fetch: the request is checked, redirects are followed, the answer is judged
 * fetch_exchange.c one exchange of it: curl's callbacks, and what its codes mean
 * fetch_fields.c   the headers of an answer
 * fetch_loop.c     the network thread, which carries exchanges for all who wait
 * record.c         the folder of exchanges; record_text.c: how one is written down */
#ifndef ATT_NET_FETCH_INTERNAL_H
#define ATT_NET_FETCH_INTERNAL_H

#include <curl/curl.h>
#include <pthread.h>

#include "libattest/net/fetch.h"
#include "libattest/net/net_internal.h"
#include "libattest/net/record.h"

enum { ATT_FETCH_MAX_HEADER = 16 << 10 /* tokens of registries have some 4,000 characters */ };

/* ---- headers ---- */

/* What the final headers of an answer say. Texts live in the arena. */
struct att_fetch_fields {
	int status;
	bool has_length, is_chunked, is_encoded;
	uint64_t length;
	unsigned retry_after;
	int64_t date;
	struct att_str etag, content_type, link, docker_digest, www_authenticate, location;
};

/* Is a line, without its end, free of what may not stand in it (controls, a folded line, no name)? */
bool att_fetch_line_is_good(struct att_str line);

/* Reads a status line and the lines behind it, each good and ended by "\n". `now` helps where the server does
 * not say the time; 0 is not known. Errors: ATT_ERR_MALFORMED for no status, for a length that is none, or said
 * twice and differently, for codings that nobody asked for; ATT_ERR_MEMORY. */
int att_fetch_read_fields(struct att_str block, int64_t now, struct att_arena *arena,
			  struct att_fetch_fields *out, struct att_err *err) ATT_MUST_USE;

/* Seconds since 1970 of "Sun, 06 Nov 1994 08:49:37 GMT" (RFC 9110 5.6.7, the one form that servers send). */
bool att_fetch_parse_date(struct att_str text, int64_t *seconds);

/* ---- the network thread ---- */

struct att_fetch_job {
	CURL *curl; /* all set; its callbacks run on the network thread */
	const struct att_net_origin *origin;
	CURLcode result;
	bool is_done;
	pthread_cond_t done;
	struct att_fetch_job *next;
};

struct att_fetch_loop;

int att_fetch_loop_start(unsigned connections, unsigned per_host, struct att_fetch_loop **out,
			 struct att_err *err) ATT_MUST_USE;
void att_fetch_loop_stop(struct att_fetch_loop *loop);

/* Carries one exchange and returns when it ended; job->result says how. */
void att_fetch_loop_run(struct att_fetch_loop *loop, struct att_fetch_job *job);

/* ---- one exchange ---- */

struct att_fetcher {
	struct att_fetch_options options;
	char *agent;
	struct att_fetch_loop *loop;   /* NULL: everything is replayed */
	struct att_recorder *recorder; /* to record in, or to replay from */
	bool has_curl;
};

struct att_fetch_exchange {
	struct att_fetcher *fetcher;
	const struct att_fetch_request *request;
	struct att_fetch_answer *answer;
	struct att_recording recording;
	CURL *curl;
	char url[ATT_FETCH_MAX_URL + 1];
	char why[CURL_ERROR_SIZE];
	/* Of this hop: */
	struct att_buf block; /* a status line and headers */
	size_t header_bytes;
	struct att_fetch_fields fields;
	bool has_fields; /* the headers are over; what comes now is the body, and trailers */
	bool is_cut;     /* nobody needs the rest of an error page */
	uint64_t got;
	int failed;                                      /* in a callback */
	curl_off_t last_bytes, last_moved, spent_before; /* microseconds */
	struct att_err *err;
};

/* Asks for x->url and waits; the request is good. With ATT_OK x->fields and what is kept of the body are those
 * of an answer, which may be a redirect. Errors: as att_fetch. */
int att_fetch_ask(struct att_fetch_exchange *x, bool with_secrets) ATT_MUST_USE;

bool att_fetch_is_head(const struct att_fetch_exchange *x);

static inline unsigned att_fetch_or_else(unsigned number, unsigned otherwise)
{
	return number > 0 ? number : otherwise;
}

#endif
