// SPDX-License-Identifier: Apache-2.0
/* Headers of answers that are lists with parameters: where a list goes on (Link, RFC 8288), and how a server
 * wants to be asked (WWW-Authenticate, RFC 9110 section 11.6.1). */
#ifndef ATT_NET_HEADER_H
#define ATT_NET_HEADER_H

#include "libattest/base/arena.h"
#include "libattest/base/err.h"

/* What a challenge of one scheme says; "" for what it does not. Texts live in the arena. */
struct att_challenge {
	struct att_str realm, service, scope;
};

/* The first challenge of the scheme ("Bearer", "Basic") in a header's value; *found is false when there is
 * none. Errors: ATT_ERR_MALFORMED for what is no such list, or says a parameter twice; ATT_ERR_MEMORY. */
int att_header_challenge(struct att_str value, const char *scheme, struct att_arena *arena, bool *found,
			 struct att_challenge *out, struct att_err *err) ATT_MUST_USE;

/* The target of the first link whose relation is `relation` ("next"), as it is written; "" when there is none.
 * It is a view of `value`. Errors: ATT_ERR_MALFORMED, ATT_ERR_MEMORY. */
int att_header_link(struct att_str value, const char *relation, struct att_arena *arena, struct att_str *target,
		    struct att_err *err) ATT_MUST_USE;

/* The same, resolved against the URL that was asked, and refused where it leads to another scheme, host or
 * port, since what goes along with the next request is meant for this one. *url lives in the arena. Errors: as
 * before; ATT_ERR_REFUSED. */
int att_header_next(struct att_str value, struct att_str asked, struct att_arena *arena, struct att_str *url,
		    struct att_err *err) ATT_MUST_USE;

/* Have two URLs the same scheme, host and port? False for what is no URL. */
bool att_header_same_origin(struct att_str a, struct att_str b);

#endif
