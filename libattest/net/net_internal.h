// SPDX-License-Identifier: Apache-2.0
/* What http.c and fetch.c share: which addresses may be asked, and how curl is told to be strict. Internal to
 * libattest/net. */
#ifndef ATT_NET_NET_INTERNAL_H
#define ATT_NET_NET_INTERNAL_H

#include <curl/curl.h>

#include "libattest/base/buf.h"
#include "libattest/base/err.h"
#include "libattest/base/str.h"

#define ATT_NET_AGENT "attest/" ATT_VERSION

enum { ATT_NET_MAX_REDIRECTS = 5, ATT_NET_CONNECT_SECONDS = 30, ATT_NET_MAX_HOST = 255 };

/* See att_http_check_url; `max` is how long a URL may be. */
int att_net_check_url(const char *url, size_t max, bool insecure_http, struct att_err *err) ATT_MUST_USE;

/* Is a host of a URL this machine: "localhost", "127.x.x.x", "[::1]"? */
bool att_net_is_loopback(const char *host);

/* May `from` redirect to `to`: a URL that is good by itself, and that does not leave TLS? Errors:
 * ATT_ERR_REFUSED.
 */
int att_net_check_redirect(const char *from, const char *to, size_t max, bool insecure_http,
			   struct att_err *err) ATT_MUST_USE;

bool att_net_is_redirect(long code);

/* Scheme, host in lower case and port of a URL that was checked, as "https://example.org:443". Errors:
 * ATT_ERR_USAGE, ATT_ERR_MEMORY. */
struct att_net_origin {
	char text[ATT_NET_MAX_HOST + 24];
	size_t host; /* where in it the host begins */
};
int att_net_origin(const char *url, struct att_net_origin *out, struct att_err *err) ATT_MUST_USE;

/* Appends the URL without user, password and fragment, and without the query parameters whose names say that
 * they carry a secret; without any query when `bare` is set. What is no URL gives nothing. */
void att_net_redact(struct att_str url, bool bare, struct att_buf *out);

/* "NAME: VALUE" of that name: its value, without space around it. */
bool att_net_field(struct att_str line, const char *name, struct att_str *value);

/* Verified TLS of at least 1.2, HTTP only, redirects left to us, no signals. CURLE_OK, or a sum of what failed.
 */
CURLcode att_net_prepare(CURL *curl, const char *url, const char *ca_file) ATT_MUST_USE;

#endif
