// SPDX-License-Identifier: Apache-2.0
#include "libattest/net/registry.h"

#include "libattest/format/base64.h"
#include "libattest/format/json.h"
#include "libattest/net/header.h"
#include "libattest/net/net_internal.h"

#include "libattest/base/banned.h"

enum { MAX_TAG = 128, MAX_REPOSITORY = 255, MAX_REFERENCE = 512 };

static const char manifest_types[] =
	"application/vnd.oci.image.index.v1+json, application/vnd.oci.image.manifest.v1+json, "
	"application/vnd.docker.distribution.manifest.list.v2+json, "
	"application/vnd.docker.distribution.manifest.v2+json";

/* ---- names ---- */

static bool is_tag_byte(char c)
{
	return att_ascii_is_alnum(c) || c == '_' || c == '-' || c == '.';
}

bool att_registry_is_tag(struct att_str text)
{
	if (text.len == 0 || text.len > MAX_TAG || text.data[0] == '.' || text.data[0] == '-')
		return false;
	for (size_t i = 0; i < text.len; i++)
		if (!is_tag_byte(text.data[i]))
			return false;
	return true;
}

/* Lower-case words joined by ".", "_", "__" or dashes; words by slashes. */
static bool is_repository(struct att_str text)
{
	struct att_str part;
	if (text.len == 0 || text.len > MAX_REPOSITORY)
		return false;
	while (att_str_split(&text, '/', &part)) {
		for (size_t i = 0; i < part.len; i++) {
			char c = part.data[i];
			bool is_sign = c == '.' || c == '_' || c == '-';
			if (!is_sign && !att_ascii_is_digit(c) && (c < 'a' || c > 'z'))
				return false;
			if (is_sign && (i == 0 || i + 1 == part.len))
				return false;
		}
		if (part.len == 0 || att_str_find(part, ATT_STR("..")) != ATT_STR_NONE)
			return false;
	}
	return true;
}

static bool is_host(struct att_str host)
{
	for (size_t i = 0; i < host.len; i++)
		if (!att_ascii_is_alnum(host.data[i]) && !strchr(".-:[]", host.data[i]))
			return false;
	return host.len > 0;
}

/* Without its port. */
static bool is_here(struct att_str host)
{
	char text[ATT_NET_MAX_HOST + 1];
	struct att_str name = host;
	size_t colon = att_str_find_last_byte(host, ':');
	if (colon != ATT_STR_NONE && !att_str_ends(host, ATT_STR("]")))
		name = att_str_first(host, colon);
	if (name.len > ATT_NET_MAX_HOST)
		return false;
	memcpy(text, name.data, name.len);
	text[name.len] = '\0';
	return att_net_is_loopback(text);
}

int att_registry_name(struct att_registry *registry, struct att_str reference, struct att_err *err)
{
	size_t slash = att_str_find_byte(reference, '/');
	struct att_str host = att_str_first(reference, slash);
	struct att_str path = att_str_from(reference, slash == ATT_STR_NONE ? reference.len : slash + 1);
	bool has_host = att_str_find_byte(host, '.') != ATT_STR_NONE ||
			att_str_find_byte(host, ':') != ATT_STR_NONE || att_str_is(host, "localhost");
	if (reference.len > MAX_REFERENCE || !has_host || !is_host(host) || !is_repository(path))
		return att_err_set(err, ATT_ERR_MALFORMED,
				   "expected an image as \"registry.example/path/name\", found \"%.*s\"",
				   ATT_STR_ARG(att_str_first(reference, 100)));
	/* The name that everybody writes is not that of the server. */
	bool is_docker = att_str_is(host, "docker.io") || att_str_is(host, "index.docker.io");
	if (is_docker)
		host = ATT_STR("registry-1.docker.io");
	registry->base =
		ATT_ARENA_JOIN(registry->arena, is_here(host) ? ATT_STR("http://") : ATT_STR("https://"), host);
	/* Nor is that of an image without an owner, which is Docker's own. */
	bool is_bare = is_docker && att_str_find_byte(path, '/') == ATT_STR_NONE;
	registry->repository = is_bare ? ATT_ARENA_JOIN(registry->arena, ATT_STR("library/"), path) : path;
	return registry->base.data && registry->repository.data ? ATT_OK : att_err_memory(err);
}

/* ---- who asks ---- */

static void add_parameter(struct att_buf *url, const char *name, struct att_str value)
{
	static const char digits[] = "0123456789ABCDEF";
	bool has_query = att_str_find_byte(att_buf_str(url), '?') != ATT_STR_NONE;
	if (value.len == 0)
		return;
	att_buf_add_byte(url, has_query ? '&' : '?');
	att_buf_add(url, att_str_of(name));
	att_buf_add_byte(url, '=');
	for (size_t i = 0; i < value.len; i++) {
		unsigned char c = (unsigned char)value.data[i];
		if (is_tag_byte(value.data[i])) {
			att_buf_add_byte(url, value.data[i]);
			continue;
		}
		att_buf_add_byte(url, '%');
		att_buf_add_byte(url, digits[c >> 4]);
		att_buf_add_byte(url, digits[c & 15]);
	}
}

/* "Basic BASE64", or "" for nobody. */
static int make_basic(const struct att_registry *registry, struct att_str *out, struct att_err *err)
{
	struct att_buf pair, text;
	*out = ATT_STR("");
	if (registry->password.len == 0)
		return ATT_OK;
	att_buf_init(&pair, ATT_REGISTRY_MAX_TOKEN);
	att_buf_init(&text, (size_t)2 * ATT_REGISTRY_MAX_TOKEN);
	/* Where the password alone says who it is, any name will do, but an empty one. */
	att_buf_add(&pair, registry->user.len > 0 ? registry->user : ATT_STR("attest"));
	att_buf_add_byte(&pair, ':');
	att_buf_add(&pair, registry->password);
	att_buf_add(&text, ATT_STR("Basic "));
	att_base64_encode(att_buf_str(&pair), &text);
	if (att_buf_ok(&pair) && att_buf_ok(&text))
		*out = att_arena_copy(registry->arena, att_buf_str(&text));
	bool done = out->len > 0;
	att_buf_wipe(&pair);
	att_buf_wipe(&text);
	return done ? ATT_OK : att_err_memory(err);
}

static bool is_token(struct att_str text)
{
	for (size_t i = 0; i < text.len; i++)
		if (text.data[i] <= ' ' || text.data[i] > '~')
			return false;
	return text.len > 0;
}

/* {"token": ...}, or as OAuth calls it {"access_token": ...}. */
static int read_token(struct att_registry *registry, const struct att_fetch_answer *answer, struct att_err *err)
{
	struct att_arena arena = {0};
	struct att_source source;
	struct att_value root;
	int status = att_source_init(&source, &arena, ATT_STR("token"), att_buf_str(&answer->body), err);
	/* What stands there is secret, and an error about it might quote it. */
	if (status == ATT_OK && att_json_parse(&source, &arena, &root, NULL) != ATT_OK)
		status = att_err_set(
			err, ATT_ERR_MALFORMED,
			"expected the token service to answer with an object, found something else");
	if (status == ATT_OK) {
		struct att_str token = att_value_text(att_value_get(&root, "token"));
		if (token.len == 0)
			token = att_value_text(att_value_get(&root, "access_token"));
		registry->authorization = ATT_ARENA_JOIN(registry->arena, ATT_STR("Bearer "), token);
		if (!registry->authorization.data)
			status = att_err_memory(err);
		else if (!is_token(token))
			status = att_err_set(err, ATT_ERR_MALFORMED,
					     "expected a token from the token service, found none");
	}
	if (status != ATT_OK)
		registry->authorization = ATT_STR("");
	att_arena_clear(&arena);
	return status;
}

/* Asks the token service for leave. *code is the status that it answers with. */
static int get_token(struct att_registry *registry, const struct att_challenge *challenge, const char *actions,
		     int *code, struct att_err *err)
{
	struct att_fetch_answer answer = {0};
	struct att_buf url;
	struct att_str scope, basic;
	/* A registry elsewhere sends nobody to what listens on this machine. */
	if (!att_str_starts(challenge->realm, ATT_STR("https://")) &&
	    !att_str_starts(registry->base, ATT_STR("http://")))
		return att_err_set(
			err, ATT_ERR_REFUSED,
			"expected the registry's token service by https, found it by something else");
	int status = make_basic(registry, &basic, err);
	if (status != ATT_OK)
		return status;
	/* Asked for is what is needed here, whatever the challenge would have. */
	scope = ATT_ARENA_JOIN(registry->arena, ATT_STR("repository:"), registry->repository, ATT_STR(":"),
			       att_str_of(actions));
	att_buf_init(&url, ATT_FETCH_MAX_URL);
	att_buf_add(&url, challenge->realm);
	add_parameter(&url, "service", challenge->service);
	add_parameter(&url, "scope", scope);
	const struct att_fetch_header headers[] = {{ATT_STR("Authorization"), basic, true}};
	const struct att_fetch_request request = {
		.url = att_buf_str(&url),
		.headers = headers,
		.header_count = basic.len > 0,
		.max = ATT_REGISTRY_MAX_TOKEN,
		.has_secret_answer = true,
	};
	status = att_buf_ok(&url) && scope.data ? att_fetch(registry->fetcher, &request, &answer, err)
						: att_err_memory(err);
	*code = answer.status;
	if (status == ATT_OK && answer.status == 200)
		status = read_token(registry, &answer, err);
	att_buf_wipe(&answer.body);
	att_fetch_answer_clear(&answer);
	att_buf_clear(&url);
	return status;
}

/* What the registry's 401 asks for. *code is 200 when asking again may help, else what was said instead. */
static int authorize(struct att_registry *registry, const struct att_fetch_answer *answer, const char *actions,
		     int *code, struct att_err *err)
{
	struct att_challenge bearer, basic;
	bool wants_bearer = false, wants_basic = false;
	*code = answer->status;
	registry->authorization = ATT_STR("");
	/* Who stands behind a redirect has no say in where the password goes. */
	if (answer->www_authenticate.len == 0 || !att_header_same_origin(answer->url, registry->base))
		return ATT_OK;
	int status = att_header_challenge(answer->www_authenticate, "Bearer", registry->arena, &wants_bearer,
					  &bearer, err);
	if (status == ATT_OK)
		status = att_header_challenge(answer->www_authenticate, "Basic", registry->arena, &wants_basic,
					      &basic, err);
	if (status != ATT_OK)
		return status;
	if (wants_bearer)
		return get_token(registry, &bearer, actions, code, err);
	if (wants_basic && registry->password.len > 0) {
		status = make_basic(registry, &registry->authorization, err);
		*code = 200;
	}
	return status;
}

/* ---- asking ---- */

static int ask_once(const struct att_registry *registry, struct att_str url,
		    const struct att_registry_request *wanted, struct att_fetch_answer *answer,
		    struct att_err *err)
{
	struct att_fetch_header headers[2];
	size_t count = 0;
	if (wanted->accept)
		headers[count++] =
			(struct att_fetch_header){ATT_STR("Accept"), att_str_of(wanted->accept), false};
	if (registry->authorization.len > 0)
		headers[count++] =
			(struct att_fetch_header){ATT_STR("Authorization"), registry->authorization, true};
	const struct att_fetch_request request = {
		.url = url,
		.headers = headers,
		.header_count = count,
		.max = wanted->max,
		.sink = wanted->sink,
		.context = wanted->context,
		.no_redirects = wanted->no_redirects,
	};
	return att_fetch(registry->fetcher, &request, answer, err);
}

int att_registry_ask_url(struct att_registry *registry, struct att_str url,
			 const struct att_registry_request *request, struct att_fetch_answer *answer,
			 struct att_err *err)
{
	int code;
	memset(answer, 0, sizeof *answer);
	if (!att_header_same_origin(url, registry->base))
		return att_err_set(err, ATT_ERR_REFUSED, "expected an address of the registry, found another");
	int status = ask_once(registry, url, request, answer, err);
	if (status != ATT_OK || answer->status != 401)
		return status;
	status = authorize(registry, answer, "pull", &code, err);
	if (status == ATT_OK && code != 200)
		return ATT_OK;
	att_fetch_answer_clear(answer);
	return status == ATT_OK ? ask_once(registry, url, request, answer, err) : status;
}

int att_registry_ask(struct att_registry *registry, const struct att_registry_request *request,
		     struct att_fetch_answer *answer, struct att_err *err)
{
	struct att_str url = ATT_ARENA_JOIN(registry->arena, registry->base, ATT_STR("/v2/"),
					    registry->repository, request->path);
	memset(answer, 0, sizeof *answer);
	return url.data ? att_registry_ask_url(registry, url, request, answer, err) : att_err_memory(err);
}

int att_registry_login(struct att_registry *registry, int *status, struct att_err *err)
{
	struct att_registry_request request = {.max = ATT_REGISTRY_MAX_MANIFEST};
	struct att_fetch_answer answer;
	struct att_str url = ATT_ARENA_JOIN(registry->arena, registry->base, ATT_STR("/v2/"));
	registry->authorization = ATT_STR("");
	int result = url.data ? ask_once(registry, url, &request, &answer, err) : att_err_memory(err);
	if (!url.data)
		return result;
	*status = answer.status;
	if (result == ATT_OK && answer.status == 401)
		result = authorize(registry, &answer, "pull,push", status, err);
	att_fetch_answer_clear(&answer);
	if (result != ATT_OK || *status != 200 || registry->authorization.len == 0)
		return result;
	result = ask_once(registry, url, &request, &answer, err);
	*status = answer.status;
	att_fetch_answer_clear(&answer);
	/* With this one more could be asked than pulling needs. */
	registry->authorization = ATT_STR("");
	return result;
}

int att_registry_manifest(struct att_registry *registry, struct att_str reference,
			  struct att_fetch_answer *answer, struct att_err *err)
{
	const struct att_registry_request request = {
		.path = ATT_ARENA_JOIN(registry->arena, ATT_STR("/manifests/"), reference),
		.accept = manifest_types,
		.max = ATT_REGISTRY_MAX_MANIFEST,
	};
	memset(answer, 0, sizeof *answer);
	return request.path.data ? att_registry_ask(registry, &request, answer, err) : att_err_memory(err);
}
