// SPDX-License-Identifier: Apache-2.0
/* A folder of exchanges with servers, so that an answer can be looked at again without them. Internal to
 * libattest/net.
 *
 * Each exchange is a file NAME-N.json, and NAME-N.body beside it where there are bytes. NAME is the host and a
 * hash of method, URL, headers without the secret ones, and ETag; N counts the exchanges of that name from 1. A
 * body is there before the file that tells of it. Secrets are never written: of secret headers the names, of
 * URLs what att_net_redact leaves, and no answer of a token service. */
#ifndef ATT_NET_RECORD_H
#define ATT_NET_RECORD_H

#include "libattest/base/source.h"
#include "libattest/net/fetch.h"

/* ---- how one is written down ---- */

struct att_exchange {
	struct att_str method, url, etag;
	struct att_fetch_header *headers; /* secret ones without their values */
	size_t header_count, header_capacity;
	bool no_redirects;
	/* The answer: an error, or what stands in `answer`, whose body has `body` bytes in a file of its own.
	 */
	struct att_err error; /* code ATT_OK: none */
	struct att_fetch_answer answer;
	uint64_t body;
};

/* Texts live in the arena or the source's text. Errors, with their place: ATT_ERR_MALFORMED,
 * ATT_ERR_UNSUPPORTED for another version. */
int att_exchange_parse(const struct att_source *source, struct att_arena *arena, struct att_exchange *out,
		       struct att_err *err) ATT_MUST_USE;
void att_exchange_write(const struct att_exchange *exchange, struct att_buf *out);

/* Is the value of a header of that name secret, whoever says what? */
bool att_record_is_secret(struct att_str name);

/* ---- the folder ---- */

struct att_recorder;

/* To record in, or to replay from. */
int att_recorder_open(const char *folder, bool replays, struct att_recorder **out,
		      struct att_err *err) ATT_MUST_USE;
void att_recorder_close(struct att_recorder *recorder);

/* Bytes that go to a sink on their way into a file; zeroed memory is none. */
struct att_recording {
	int fd;
	char *temporary;
	uint64_t length;
};

/* Between these two come the bytes of the body, in order, unless the answer keeps them. */
int att_record_begin(struct att_recorder *recorder, const struct att_fetch_request *request,
		     struct att_recording *recording, struct att_err *err) ATT_MUST_USE;
int att_record_body(struct att_recording *recording, struct att_str bytes, struct att_err *err) ATT_MUST_USE;

/* Ends in the exchange's files, whole or not at all; `status` and `why` are what att_fetch is about to return.
 * Errors: ATT_ERR_IO, ATT_ERR_MEMORY. */
int att_record_end(struct att_recorder *recorder, const struct att_fetch_request *request,
		   struct att_recording *recording, const struct att_fetch_answer *answer, int status,
		   const struct att_err *why, struct att_err *err) ATT_MUST_USE;

/* As att_fetch. */
int att_record_replay(struct att_recorder *recorder, const struct att_fetch_request *request,
		      struct att_fetch_answer *answer, struct att_err *err) ATT_MUST_USE;

#endif
