// SPDX-License-Identifier: Apache-2.0
#include "release/proof.h"

#include "libattest/format/json.h"
#include "libattest/net/registry.h"
#include "release/github.h"
#include "release/pypi_index.h"

#include "libattest/base/banned.h"

enum { MAX_ANSWER = 1 << 20 };

struct proof {
	const struct release_look *look;
	struct att_arena *arena;
	struct att_str asked; /* the last address, and what became of it */
	struct att_str found;
};

/* Asks, and says whether the status is one that proves something. */
static bool ask(struct proof *p, struct att_str url, const char *method, const char *accept,
		struct att_fetch_answer *answer)
{
	struct att_fetch_header headers[RELEASE_LOOK_HEADERS];
	const struct att_fetch_request request = {
		.method = method,
		.url = url,
		.headers = headers,
		.header_count = release_look_headers(p->look, url, accept, false, headers),
		.max = MAX_ANSWER,
	};
	struct att_err err = {0};
	p->asked = url;
	if (url.len == 0)
		return false;
	int status = att_fetch(p->look->fetcher, &request, answer, &err);
	p->found = status == ATT_OK ? att_arena_printf(p->arena, "status %d", answer->status)
				    : att_arena_copy(p->arena, att_str_of(err.message));
	return status == ATT_OK && answer->status == 200;
}

/* A document with the member, or any object when that is "". */
static bool is_object(const struct att_fetch_answer *answer, const char *member)
{
	struct att_arena scratch = {0};
	struct att_source source;
	struct att_value root = {.kind = ATT_NULL};
	bool is = att_source_init(&source, &scratch, ATT_STR("answer"), att_buf_str(&answer->body), NULL) ==
			  ATT_OK &&
		  att_json_parse(&source, &scratch, &root, NULL) == ATT_OK && root.kind == ATT_OBJECT &&
		  (!*member || att_value_get(&root, member));
	att_arena_clear(&scratch);
	return is;
}

static bool has_object(struct proof *p, struct att_str url, const char *member)
{
	struct att_fetch_answer answer = {0};
	bool has = ask(p, url, NULL, "application/json", &answer) && is_object(&answer, member);
	att_fetch_answer_clear(&answer);
	return has;
}

static struct att_str below(const struct proof *p, struct att_str base, const char *path)
{
	while (att_str_ends(base, ATT_STR("/")))
		base.len--;
	return ATT_ARENA_JOIN(p->arena, base, att_str_of(path));
}

/* --- kinds ----------------------------------------------------------------------------------------------- */

static bool prove_crates(struct proof *p)
{
	static const struct att_str sparse = {"sparse+", 7};
	struct att_str base = release_channel_text(p->look->channel, "registry", "https://index.crates.io/");
	if (att_str_starts(base, sparse))
		base = att_str_from(base, sparse.len);
	return has_object(p, below(p, base, "/config.json"), "dl");
}

/* Not every registry of npm has the first two; all have packages, once there is one. */
static bool prove_npm(struct proof *p)
{
	struct att_str base = release_npm_registry(p->look->channel);
	return has_object(p, below(p, base, "/-/ping"), "") || has_object(p, below(p, base, "/"), "") ||
	       has_object(p, release_look_url(p->look, base, &p->look->channel->package, 1), "versions");
}

/* The page of the project, or the list of all, which is long. */
static bool has_index(struct proof *p, struct att_str url)
{
	static const char types[] =
		"application/vnd.pypi.simple.v1+json, application/vnd.pypi.simple.v1+html;q=0.2, "
		"text/html;q=0.1";
	struct att_fetch_answer answer = {0};
	bool is_there = ask(p, url, "HEAD", types, &answer);
	bool is_index = att_str_starts(answer.content_type, ATT_STR("application/vnd.pypi.simple.")) ||
			att_str_starts(answer.content_type, ATT_STR("text/html"));
	att_fetch_answer_clear(&answer);
	return is_there && is_index;
}

static bool prove_pypi(struct proof *p)
{
	const struct release_channel *channel = p->look->channel;
	struct att_str base = release_channel_text(channel, "simple", "");
	const struct att_str parts[] = {release_pypi_normalise(p->arena, channel->package), ATT_STR("")};
	if (base.len == 0)
		base = below(p, release_channel_text(channel, "registry", "https://pypi.org"), "/simple");
	return has_index(p, release_look_url(p->look, base, parts, 2)) || has_index(p, below(p, base, "/"));
}

/* OCI Distribution Specification 1.1, "Determining Support". */
static bool prove_oci(struct proof *p)
{
	struct att_registry registry = {.arena = p->arena};
	struct att_fetch_answer answer = {0};
	if (att_registry_name(&registry, release_channel_text(p->look->channel, "repository", ""), NULL) !=
	    ATT_OK)
		return false;
	bool is = ask(p, below(p, registry.base, "/v2/"), NULL, "application/json", &answer)
			  ? answer.body.len == 0 || is_object(&answer, "")
			  : answer.status == 401 && answer.www_authenticate.len > 0;
	att_fetch_answer_clear(&answer);
	return is;
}

static void add_note(struct proof *p, const char *reason)
{
	release_verdicts_add(p->look->verdicts, &(struct release_item_verdict){
							.channel = p->look->channel,
							.item = ATT_STR("proxy"),
							.verdict = RELEASE_UNKNOWN,
							.reason = att_str_of(reason),
							.is_waived = true,
						});
}

static bool prove_go(struct proof *p)
{
	struct att_fetch_answer answer = {0};
	if (att_value_get(p->look->channel->table, "proxy")) {
		add_note(p, "nothing tells a proxy that does not have the module from a server that is none");
		return true;
	}
	bool is = ask(p, ATT_STR("https://proxy.golang.org/golang.org/x/mod/@v/list"), NULL, "text/plain",
		      &answer) &&
		  att_str_starts(att_buf_str(&answer.body), ATT_STR("v"));
	att_fetch_answer_clear(&answer);
	return is;
}

static bool prove_github(struct proof *p)
{
	struct release_github g = {
		.look = p->look,
		.arena = p->arena,
		.api = release_channel_text(p->look->channel, "api", "https://api.github.com"),
	};
	struct att_fetch_answer answer = {0};
	struct att_err err = {0};
	if (!release_github_repository(p->look, &g))
		return false;
	const struct att_str parts[] = {ATT_STR("repos"), g.owner, g.name};
	p->asked = release_look_url(p->look, g.api, parts, 3);
	int status = release_look_fetch(p->look, p->asked, "application/vnd.github+json", true, MAX_ANSWER,
					&answer, &err);
	p->found = status == ATT_OK ? att_arena_printf(p->arena, "status %d", answer.status)
				    : att_arena_copy(p->arena, att_str_of(err.message));
	bool is = status == ATT_OK && answer.status == 200 && is_object(&answer, "permissions");
	is |= status == ATT_OK && answer.status == 200 && is_object(&answer, "full_name");
	att_fetch_answer_clear(&answer);
	return is;
}

static const struct {
	const char *kind;
	bool (*prove)(struct proof *p);
} kinds[] = {
	{"crates", prove_crates}, {"npm", prove_npm}, {"pypi", prove_pypi},
	{"oci", prove_oci},       {"go", prove_go},   {"github", prove_github},
};

/* --- all of it ------------------------------------------------------------------------------------------- */

/* Is something not there, and nothing else? */
static bool is_in_doubt(const struct release_verdicts *verdicts)
{
	bool is_absent = false;
	for (size_t i = 0; i < verdicts->count; i++) {
		enum release_verdict verdict = verdicts->items[i].verdict;
		if (verdict == RELEASE_MATCH || verdict == RELEASE_STALE)
			return false;
		is_absent |= verdict == RELEASE_ABSENT;
	}
	return is_absent;
}

static void doubt(struct proof *p)
{
	struct release_verdicts *verdicts = p->look->verdicts;
	struct att_str reason = ATT_ARENA_JOIN(
		p->arena, ATT_STR("it is not there, but nothing shows that the server is what it should be: "),
		p->asked, ATT_STR(" gives "), p->found);
	verdicts->failed |= !reason.data;
	for (size_t i = 0; i < verdicts->count; i++) {
		if (verdicts->items[i].verdict != RELEASE_ABSENT)
			continue;
		verdicts->items[i].verdict = RELEASE_UNKNOWN;
		verdicts->items[i].reason = reason;
	}
}

void release_proof(const struct release_look *look)
{
	struct proof p = {.look = look, .arena = &look->verdicts->arena};
	if (!look->is_before || !is_in_doubt(look->verdicts))
		return;
	for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
		if (strcmp(look->channel->kind->name, kinds[i].kind) == 0 && !kinds[i].prove(&p))
			doubt(&p);
}
