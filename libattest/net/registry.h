// SPDX-License-Identifier: Apache-2.0
/* Reading from a registry of images (OCI Distribution Specification 1.1): who may pull is settled with the
 * registry's token service, after which manifests and blobs are asked for like anything else. */
#ifndef ATT_NET_REGISTRY_H
#define ATT_NET_REGISTRY_H

#include "libattest/net/fetch.h"

enum {
	ATT_REGISTRY_MAX_MANIFEST = 4 << 20, /* what registries take */
	ATT_REGISTRY_MAX_TOKEN = 64 << 10,
};

/* For one thread. Texts live in the arena, or are the caller's and live as long. */
struct att_registry {
	struct att_fetcher *fetcher;
	struct att_arena *arena;
	struct att_str base;          /* "https://ghcr.io" */
	struct att_str repository;    /* "acme/tool" */
	struct att_str user;          /* whose the password is; may be "" */
	struct att_str password;      /* a token or password, secret; "" asks as nobody */
	struct att_str authorization; /* secret: what the registry wants to hear; "" before it said so */
};

/* Reads "HOST[:PORT]/PATH"; hosts of this machine are asked by plain HTTP, all others by HTTPS. Fills base and
 * repository. Errors: ATT_ERR_MALFORMED, ATT_ERR_MEMORY. */
int att_registry_name(struct att_registry *registry, struct att_str reference,
		      struct att_err *err) ATT_MUST_USE;

struct att_registry_request {
	struct att_str path; /* after the repository: "/manifests/1.2.0" */
	const char *accept;  /* media types; NULL: anything */
	uint64_t max;
	int (*sink)(void *context, struct att_str bytes, struct att_err *err);
	void *context;
	bool no_redirects;
};

/* As att_fetch. A 401 of the registry itself is answered, once, by what its challenge asks for: a token that
 * may pull from this repository, or the password. Where the password goes is a service that the registry names;
 * one that is asked by plain HTTP has to be on this machine. A token that is refused is an answer of status
 * 401. */
int att_registry_ask(struct att_registry *registry, const struct att_registry_request *request,
		     struct att_fetch_answer *answer, struct att_err *err) ATT_MUST_USE;

/* The same for the next part of a list, by what att_header_next found. */
int att_registry_ask_url(struct att_registry *registry, struct att_str url,
			 const struct att_registry_request *request, struct att_fetch_answer *answer,
			 struct att_err *err) ATT_MUST_USE;

/* Asks whether the registry takes the password: *status is 200 when it does, otherwise what it or its token
 * service said. */
int att_registry_login(struct att_registry *registry, int *status, struct att_err *err) ATT_MUST_USE;

/* A manifest by tag or digest, of an image or an index, as OCI or Docker have them, into the answer's body. */
int att_registry_manifest(struct att_registry *registry, struct att_str reference,
			  struct att_fetch_answer *answer, struct att_err *err) ATT_MUST_USE;

/* May a text be a tag (section "Pulling manifests")? */
bool att_registry_is_tag(struct att_str text);

#endif
