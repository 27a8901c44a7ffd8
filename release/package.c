// SPDX-License-Identifier: Apache-2.0
#include "release/package.h"

#include <unistd.h>

#include "libattest/base/beneath.h"
#include "libattest/base/file.h"
#include "libattest/format/json.h"

#include "libattest/base/banned.h"

/* What nobody built here may still be compared with what the registry says of it. */
#define MAX_UNBUILT ((uint64_t)512 << 20)

/* What a user's name and address take. */
enum { MAX_LOGIN = 1 << 20 };

const struct release_built *release_package_built(const struct release_look *look, struct att_str name)
{
	const struct release_built *found = look->built_count == 1 ? &look->built[0] : NULL;
	for (size_t i = 0; i < look->built_count; i++)
		if (att_str_equal(look->built[i].name, name))
			found = &look->built[i];
	for (size_t i = 0; i < look->built_count; i++)
		if (&look->built[i] != found)
			release_look_add(look, look->built[i].name, RELEASE_UNKNOWN, name, ATT_STR(""),
					 ATT_STR("this registry serves one file for each version, and this is "
						 "not the one"));
	return found;
}

/* --- downloads ------------------------------------------------------------------------------------------- */

static bool compare(const struct release_look *look, const struct release_built *built, struct att_str item,
		    const struct release_download *download, struct att_str note)
{
	struct att_str found = release_look_digest(look, &download->sha256);
	if (!built) {
		release_look_add(look, item, RELEASE_UNKNOWN, ATT_STR(""), found,
				 ATT_STR("no built artifact is there to compare it with"));
		return false;
	}
	bool same = download->size == built->size && att_digest_equal(&download->sha256, &built->sha256) &&
		    att_digest_equal(&download->sha512, &built->sha512);
	release_look_add(look, item, same ? RELEASE_MATCH : RELEASE_CONFLICT,
			 release_look_digest(look, &built->sha256), found,
			 same ? note : ATT_STR("the channel serves other bytes than were built"));
	return same;
}

bool release_package_fetch(const struct release_look *look, const struct release_built *built,
			   struct att_str item, struct att_str url, struct att_str note,
			   struct release_download *download)
{
	download->wants_sha512 = true;
	return release_look_download(look, item, url, false, built ? built->size : MAX_UNBUILT, download) &&
	       compare(look, built, item, download, note);
}

struct copying {
	int fd;
	struct att_digest_stream *digest;
};

static int copy(void *context, struct att_str bytes, struct att_err *err)
{
	const struct copying *copying = context;
	int status = att_file_write_fd(copying->fd, "the copy of the package", bytes, err);
	return status == ATT_OK ? att_digest_stream_add(copying->digest, bytes, err) : status;
}

/* From the registry into the scratch file, whose lock is held. */
static int copy_package(const struct release_look *look, const struct release_built *built, struct att_str url,
			struct att_err *err)
{
	struct copying copying = {.fd = look->scratch->fd};
	struct att_fetch_header headers[RELEASE_LOOK_HEADERS];
	const struct att_fetch_request request = {
		.url = url,
		.headers = headers,
		.header_count = release_look_headers(look, url, NULL, false, headers),
		.max = built->size,
		.sink = copy,
		.context = &copying,
	};
	struct att_fetch_answer answer = {0};
	struct att_digest found = {.kind = ATT_DIGEST_NONE};
	int status = att_digest_stream_new(ATT_SHA256, &copying.digest, err);
	if (status == ATT_OK && (ftruncate(copying.fd, 0) != 0 || lseek(copying.fd, 0, SEEK_SET) != 0))
		status = att_err_set(err, ATT_ERR_IO, "cannot empty the copy of the package");
	if (status == ATT_OK)
		status = att_fetch(look->fetcher, &request, &answer, err);
	if (status == ATT_OK)
		status = att_digest_stream_end(copying.digest, &found, err);
	if (status == ATT_OK && (answer.status != 200 || !att_digest_equal(&found, &built->sha256)))
		status = att_err_set(err, ATT_ERR_REFUSED,
				     "expected the package once more, to look into it, found something else");
	if (status == ATT_OK && lseek(copying.fd, 0, SEEK_SET) != 0)
		status = att_err_set(err, ATT_ERR_IO, "cannot read the copy of the package");
	att_digest_stream_free(copying.digest);
	att_fetch_answer_clear(&answer);
	return status;
}

static int read_copy(const struct release_look *look, const struct release_built *built, struct att_str url,
		     struct release_packed *out, struct att_err *err)
{
	if (!look->scratch || look->scratch->fd < 0)
		return att_err_set(err, ATT_ERR_IO, "expected a place for a copy of the package, found none");
	pthread_mutex_lock(&look->scratch->lock);
	int status = copy_package(look, built, url, err);
	if (status == ATT_OK)
		status = release_packed_read(look->scratch->fd, built->name, ATT_STR(""), out, err);
	pthread_mutex_unlock(&look->scratch->lock);
	return status;
}

int release_package_read(const struct release_look *look, const struct release_built *built, struct att_str url,
			 struct release_packed *out, struct att_err *err)
{
	int fd = -1;
	*out = (struct release_packed){.kind = NULL};
	if (built->path.len == 0)
		return read_copy(look, built, url, out, err);
	int status = att_open_beneath(look->folder, built->path, 0, &fd, err);
	if (status == ATT_OK)
		status = release_packed_read(fd, built->path, ATT_STR(""), out, err);
	if (fd >= 0)
		close(fd);
	return status;
}

/* --- verdicts -------------------------------------------------------------------------------------------- */

void release_package_judge(const struct release_look *look, struct att_str item, struct att_str name,
			   struct att_str version, const struct release_packed *packed)
{
	struct att_str expected = ATT_ARENA_JOIN(&look->verdicts->arena, name, ATT_STR(" "), version);
	struct att_str found =
		ATT_ARENA_JOIN(&look->verdicts->arena, packed->name, ATT_STR(" "), packed->version);
	if (!expected.data || !found.data)
		look->verdicts->failed = true;
	else
		release_package_same(look, item, expected, found, "the package says that it is another one");
}

void release_package_same(const struct release_look *look, struct att_str item, struct att_str expected,
			  struct att_str found, const char *reason)
{
	bool same = att_str_equal(expected, found);
	enum release_verdict verdict = found.len == 0 || expected.len == 0 ? RELEASE_UNKNOWN
				       : same                              ? RELEASE_MATCH
									   : RELEASE_CONFLICT;
	release_look_add(look, item, verdict, expected, found,
			 verdict == RELEASE_MATCH     ? ATT_STR("")
			 : verdict == RELEASE_UNKNOWN ? ATT_STR("it is not said")
						      : att_str_of(reason));
}

void release_package_demand(const struct release_look *look, size_t from)
{
	for (size_t i = from; look->is_before && i < look->verdicts->count; i++)
		if (look->verdicts->items[i].verdict == RELEASE_ABSENT)
			look->verdicts->items[i].verdict = RELEASE_UNKNOWN;
}

bool release_package_is_demanding(const struct release_look *look)
{
	return att_value_is_true(att_value_get(look->channel->table, "provenance"));
}

void release_package_attested(const struct release_look *look, struct att_str item, const char *what)
{
	struct att_str level = release_channel_text(look->channel, "attestations",
						    release_package_is_demanding(look) ? "verified" : "listed");
	struct att_arena *arena = &look->verdicts->arena;
	if (att_str_is(level, "listed"))
		release_verdicts_add(
			look->verdicts,
			&(struct release_item_verdict){
				.channel = look->channel,
				.item = item,
				.verdict = RELEASE_UNKNOWN,
				.reason = att_arena_printf(
					arena, "%s agree; who signed it is not verified, and not relied on",
					what),
				.is_waived = true,
			});
	else if (att_str_is(level, "verified"))
		release_look_add(look, item, RELEASE_UNKNOWN, ATT_STR("a verified signature"), ATT_STR(""),
				 att_arena_printf(arena,
						  "%s agree, but nobody checked who signed it: certificates "
						  "cannot be verified yet; attestations = \"listed\" takes it "
						  "without",
						  what));
	else
		release_look_add(look, item, RELEASE_UNKNOWN, ATT_STR("\"listed\" or \"verified\""), level,
				 ATT_STR("what \"attestations\" of the channel means is not known"));
}

/* --- who publishes --------------------------------------------------------------------------------------- */

/* Some registries answer whoever asks, and name only whom they know. */
static bool names_somebody(const struct att_fetch_answer *answer, const char *member)
{
	struct att_arena scratch = {0};
	struct att_source source;
	struct att_value root = {.kind = ATT_NULL};
	bool does = att_source_init(&source, &scratch, ATT_STR("login"), att_buf_str(&answer->body), NULL) ==
			    ATT_OK &&
		    att_json_parse(&source, &scratch, &root, NULL) == ATT_OK &&
		    att_value_text(att_value_get(&root, member)).len > 0;
	att_arena_clear(&scratch);
	return does;
}

static void ask_login(const struct release_look *look, struct att_str url, const char *scheme,
		      const char *member)
{
	static const struct att_str item = {"login", 5};
	struct att_str value = ATT_ARENA_JOIN(&look->verdicts->arena, att_str_of(scheme), look->token);
	const struct att_fetch_header header = {ATT_STR("Authorization"), value, true};
	const struct att_fetch_request request = {
		.url = url,
		.headers = &header,
		.header_count = 1,
		.max = MAX_LOGIN,
		.no_redirects = true,
		.has_secret_answer = !member,
	};
	struct att_fetch_answer answer = {0};
	struct att_err err = {0};
	look->verdicts->failed |= !value.data;
	int status = value.data ? att_fetch(look->fetcher, &request, &answer, &err) : att_err_memory(&err);
	struct att_str found = att_arena_printf(&look->verdicts->arena, "status %d", answer.status);
	bool is_refused = answer.status == 401 || answer.status == 403 ||
			  (answer.status == 200 && member && !names_somebody(&answer, member));
	if (status != ATT_OK)
		release_look_fail(look, item, &err);
	else if (answer.status == 200 && !is_refused)
		release_look_add(look, item, RELEASE_MATCH, ATT_STR(""), ATT_STR(""), ATT_STR(""));
	else
		release_look_add(look, item, RELEASE_UNKNOWN, ATT_STR("a user"), found,
				 is_refused ? ATT_STR("the registry does not take the token")
					    : ATT_STR("the registry does not say whether it takes the token"));
	att_fetch_answer_clear(&answer);
}

void release_package_login(const struct release_look *look, struct att_str url, const char *scheme,
			   const char *member)
{
	if (!look->is_before || (look->token.len == 0 && look->channel->token.len == 0))
		return;
	if (look->token.len > 0 && url.len > 0) {
		ask_login(look, url, scheme, member);
		return;
	}
	release_look_add(look, ATT_STR("login"), RELEASE_UNKNOWN, ATT_STR("a token"),
			 look->token.len > 0 ? ATT_STR("no address to ask") : ATT_STR("none"),
			 look->token.len > 0
				 ? ATT_STR("set \"api\" to the address that the token may be sent to")
				 : ATT_ARENA_JOIN(&look->verdicts->arena, ATT_STR("the environment has no "),
						  look->channel->token));
}
