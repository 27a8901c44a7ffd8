// SPDX-License-Identifier: Apache-2.0
/* A Go module: what the proxy serves, the checksums of it, of the tree in git, and in the checksum database.
 *
 * A proxy remembers for a while that it did not find a version, and so does the database: the version is asked
 * for only where it may be there. Before a release that is where the proxy's list has it, and the database is
 * asked only when the proxy has the version. */
#include "release/go_look.h"

#include <errno.h>
#include <unistd.h>

#include "libattest/base/limits.h"
#include "libattest/format/json.h"

#include "libattest/base/banned.h"

#define NOTHING ((struct att_str){NULL, 0})

/* A list has some thousand versions, .info some hundred bytes. */
enum { MAX_LIST = 4 << 20, MAX_INFO = 1 << 20 };

static void add(const struct release_go_look *g, struct att_str item, enum release_verdict verdict,
		struct att_str expected, struct att_str found, const char *reason)
{
	release_look_add(g->look, item, verdict, expected, found, att_str_of(reason));
}

static struct att_str item_of(const struct release_go_look *g, const char *ending)
{
	return ATT_ARENA_JOIN(&g->look->verdicts->arena, g->version, att_str_of(ending));
}

/* --- .info ----------------------------------------------------------------------------------------------- */

static int read_info(const struct release_go_look *g, struct att_str text, struct att_arena *arena,
		     struct att_str *version, struct att_str *commit, struct att_err *err)
{
	struct att_source source;
	struct att_value root;
	const struct att_value *value = NULL, *origin = NULL, *hash = NULL;
	int status = att_source_init(&source, arena, item_of(g, ".info"), text, err);
	if (status == ATT_OK)
		status = att_json_parse(&source, arena, &root, err);
	if (status == ATT_OK)
		status = att_value_want(&source, &root, "Version", ATT_STRING, true, &value, err);
	if (status == ATT_OK)
		status = att_value_want(&source, &root, "Origin", ATT_OBJECT, false, &origin, err);
	if (status == ATT_OK && origin)
		status = att_value_want(&source, origin, "Hash", ATT_STRING, false, &hash, err);
	*version = att_value_text(value);
	*commit = att_value_text(hash);
	return status;
}

static void judge_info(const struct release_go_look *g, struct att_str text)
{
	struct att_arena arena = {0};
	struct att_err err = {0};
	struct att_str version, commit, ours = g->look->variables.commit;
	int status = read_info(g, text, &arena, &version, &commit, &err);
	if (status != ATT_OK)
		release_look_fail(g->look, g->version, &err);
	else if (!att_str_equal(version, g->version))
		add(g, g->version, RELEASE_CONFLICT, g->version, version,
		    "the proxy has another version for it");
	else if (ours.len > 0 && commit.len > 0 && !att_str_equal(ours, commit))
		add(g, g->version, RELEASE_CONFLICT, ours, commit, "the proxy took it from another commit");
	else
		add(g, g->version, RELEASE_MATCH, g->version, version, "");
	att_arena_clear(&arena);
}

/* True when the proxy has the version, whatever else it says. */
static bool look_at_info(const struct release_go_look *g)
{
	struct att_fetch_answer answer = {0};
	struct att_err err = {0};
	int status = release_look_fetch(g->look, release_go_proxy_url(g, g->file, ".info"), NULL, false,
					MAX_INFO, &answer, &err);
	bool is_there = status == ATT_OK && answer.status == 200;
	if (status != ATT_OK)
		release_look_fail(g->look, g->version, &err);
	else if (!is_there)
		release_look_status(g->look, g->version, &answer);
	else
		judge_info(g, att_buf_str(&answer.body));
	att_fetch_answer_clear(&answer);
	return is_there;
}

/* --- what is downloaded ---------------------------------------------------------------------------------- */

static void judge_h1(const struct release_go_look *g, struct att_str item, struct att_str ours,
		     const char *served)
{
	struct att_str theirs = att_str_of(served);
	if (ours.len == 0)
		add(g, item, RELEASE_UNKNOWN, NOTHING, theirs, "nothing was built to compare with");
	else if (!att_str_equal(ours, theirs))
		add(g, item, RELEASE_CONFLICT, ours, theirs, "the proxy serves other files than git has");
	else
		add(g, item, RELEASE_MATCH, ours, theirs, "");
}

static void look_at_mod(struct release_go_look *g)
{
	struct att_str item = item_of(g, ".mod");
	struct att_fetch_answer answer = {0};
	struct att_err err = {0};
	int status = release_look_fetch(g->look, release_go_proxy_url(g, g->file, ".mod"), NULL, false,
					RELEASE_GO_MAX_MOD, &answer, &err);
	if (status == ATT_OK && answer.status != 200) {
		release_look_status(g->look, item, &answer);
	} else {
		if (status == ATT_OK)
			status = release_go_hash_mod(att_buf_str(&answer.body), g->served.mod, &err);
		if (status == ATT_OK)
			judge_h1(g, item, g->look->go_mod_h1, g->served.mod);
		else
			release_look_fail(g->look, item, &err);
	}
	att_fetch_answer_clear(&answer);
}

static int keep(void *context, struct att_str bytes, struct att_err *err)
{
	const int *fd = context;
	while (bytes.len > 0) {
		ssize_t put = write(*fd, bytes.data, bytes.len);
		if (put < 0 && errno == EINTR)
			continue;
		if (put < 0)
			return att_err_set_errno(err, errno, "cannot write a temporary file");
		bytes = att_str_from(bytes, (size_t)put);
	}
	return ATT_OK;
}

static void judge_zip(struct release_go_look *g, struct att_str item, int fd)
{
	struct att_err err = {0};
	int status = release_go_hash_zip(fd, g->module, g->version, g->served.zip, &err);
	if (status == ATT_OK) {
		judge_h1(g, item, g->look->go_zip_h1, g->served.zip);
		return;
	}
	g->served.zip[0] = '\0';
	if (status == ATT_ERR_MALFORMED)
		add(g, item, RELEASE_CONFLICT, NOTHING, NOTHING, err.message);
	else
		release_look_fail(g->look, item, &err);
}

static void download_zip(struct release_go_look *g, struct att_str item, int fd)
{
	struct att_err err = {0};
	struct release_download download = {.sink = keep, .context = &fd};
	if (ftruncate(fd, 0) != 0 || lseek(fd, 0, SEEK_SET) != 0) {
		att_err_set_errno(&err, errno, "cannot write a temporary file");
		release_look_fail(g->look, item, &err);
		return;
	}
	if (release_look_download(g->look, item, release_go_proxy_url(g, g->file, ".zip"), false,
				  RELEASE_GO_MAX_ZIP, &download))
		judge_zip(g, item, fd);
	/* Gives the space back; nobody reads it. */
	if (ftruncate(fd, 0) != 0)
		return;
}

/* It can be as large as Go lets it: it goes to the disk, and not into memory. */
static void look_at_zip(struct release_go_look *g)
{
	struct release_scratch *scratch = g->look->scratch;
	struct att_str item = item_of(g, ".zip");
	if (!scratch || scratch->fd < 0) {
		add(g, item, RELEASE_UNKNOWN, NOTHING, NOTHING, "there is no temporary file to download it to");
		return;
	}
	pthread_mutex_lock(&scratch->lock);
	download_zip(g, item, scratch->fd);
	pthread_mutex_unlock(&scratch->lock);
}

/* --- the list -------------------------------------------------------------------------------------------- */

static bool lists(struct att_str text, struct att_str version)
{
	struct att_str line;
	while (att_str_split(&text, '\n', &line))
		if (att_str_equal(line, version))
			return true;
	return false;
}

/* Whether the version is in it; false with `*is_known` false when that could not be told. A module that the
 * proxy does not know has no list. The answer is the caller's. */
static bool read_list(const struct release_go_look *g, struct att_fetch_answer *answer, bool *is_known)
{
	struct att_err err = {0};
	int status = release_look_fetch(g->look, release_go_proxy_url(g, ATT_STR("list"), ""), NULL, false,
					MAX_LIST, answer, &err);
	*is_known =
		status == ATT_OK && (answer->status == 200 || answer->status == 404 || answer->status == 410);
	if (status != ATT_OK)
		release_look_fail(g->look, ATT_STR("list"), &err);
	else if (!*is_known)
		release_look_status(g->look, ATT_STR("list"), answer);
	return *is_known && answer->status == 200 && lists(att_buf_str(&answer->body), g->version);
}

static void look_at_list(const struct release_go_look *g)
{
	struct att_fetch_answer answer = {0};
	bool is_known, found = read_list(g, &answer, &is_known);
	if (is_known) {
		add(g, ATT_STR("list"), found ? RELEASE_MATCH : RELEASE_STALE, g->version,
		    found ? g->version : ATT_STR("none"),
		    found ? "" : "the proxy does not list the version yet");
		release_go_look_at_retractions(g,
					       answer.status == 200 ? att_buf_str(&answer.body) : ATT_STR(""));
	}
	att_fetch_answer_clear(&answer);
}

/* Is there something to look at? */
static bool look_before(const struct release_go_look *g)
{
	struct att_fetch_answer answer = {0};
	bool is_known, found = read_list(g, &answer, &is_known);
	if (is_known && !found)
		add(g, g->version, RELEASE_ABSENT, NOTHING, NOTHING, "the proxy does not list the version");
	att_fetch_answer_clear(&answer);
	return found;
}

/* --- all of it ------------------------------------------------------------------------------------------- */

static void look_at(const struct release_look *look)
{
	struct release_go_look g = {
		.look = look, .module = look->channel->package, .version = release_look_name(look, "version")};
	g.path = release_go_escape(&look->verdicts->arena, g.module);
	g.file = release_go_escape(&look->verdicts->arena, g.version);
	if (g.version.len == 0) {
		add(&g, ATT_STR("version"), RELEASE_UNKNOWN, NOTHING, NOTHING,
		    "what the release is called here is not known");
		return;
	}
	if (!g.path.data || !g.file.data || att_str_find_byte(g.version, '/') != ATT_STR_NONE) {
		add(&g, g.version, RELEASE_UNKNOWN, ATT_STR("the path of a module"), g.module,
		    "package is no path of a Go module");
		return;
	}
	if ((look->is_before && !look_before(&g)) || !look_at_info(&g))
		return;
	look_at_mod(&g);
	look_at_zip(&g);
	if (!look->is_before)
		look_at_list(&g);
	release_go_look_at_sumdb(&g);
}

const struct release_looker release_channel_go = {.kind = "go", .look = look_at};
