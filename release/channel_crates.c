// SPDX-License-Identifier: Apache-2.0
/* crates.io, and other registries with a sparse index: what the index says of the version, the .crate, and the
 * commit that Cargo wrote into it. */
#include "libattest/base/source.h"
#include "libattest/format/json.h"
#include "release/crates_index.h"
#include "release/package.h"

#include "libattest/base/banned.h"

#define CRATES_IO "https://index.crates.io/"

struct crates {
	const struct release_look *look;
	struct att_arena *arena; /* of the verdicts */
	struct att_str name, version, base;
	struct att_str index_item, file; /* "index 1.2.0", "plasmite-1.2.0.crate" */
	const struct release_built *built;
	struct release_crate crate;
	bool is_mirror; /* of crates.io */
};

static void add(const struct crates *c, struct att_str item, enum release_verdict verdict,
		struct att_str expected, struct att_str found, const char *reason)
{
	release_look_add(c->look, item, verdict, expected, found, att_str_of(reason));
}

/* --- the index ------------------------------------------------------------------------------------------- */

static struct att_str join(const struct crates *c, struct att_str a, struct att_str b, struct att_str d)
{
	struct att_str out = ATT_ARENA_JOIN(c->arena, a, b, d);
	c->look->verdicts->failed |= !out.data;
	return out.data ? out : ATT_STR("");
}

/* BASE/PREFIX/NAME, in lower case. */
static struct att_str index_address(const struct crates *c)
{
	struct att_str path = join(c, release_crates_prefix(c->name, c->arena), ATT_STR("/"), c->name);
	char *lower = att_arena_alloc(c->arena, path.len + 1, 1);
	c->look->verdicts->failed |= !lower;
	for (size_t i = 0; lower && i < path.len; i++)
		lower[i] = att_ascii_lower(path.data[i]);
	return lower ? join(c, c->base, ATT_STR("/"), (struct att_str){lower, path.len}) : ATT_STR("");
}

/* Fills c->crate. True when the index has the version once; otherwise the verdict was added. */
static bool find_version(struct crates *c)
{
	struct att_fetch_answer answer = {0};
	struct att_err err = {0};
	int status = ATT_OK;
	bool is_there = release_look_document(c->look, c->index_item, index_address(c), NULL, false, &answer);
	if (is_there)
		status = release_crates_find(att_buf_str(&answer.body), c->name, c->version, c->arena,
					     &c->crate, &err);
	att_fetch_answer_clear(&answer);
	if (is_there && status != ATT_OK)
		release_look_fail(c->look, c->index_item, &err);
	if (!is_there || status != ATT_OK)
		return false;
	if (c->crate.other.len > 0)
		add(c, c->index_item, RELEASE_CONFLICT, c->name, c->crate.other,
		    "the index has another crate in this one's place");
	else if (c->crate.versions == 0)
		add(c, c->index_item, RELEASE_UNKNOWN, c->version, ATT_STR("an empty file"),
		    "the index answers, and says nothing at all");
	else if (c->crate.matches == 0)
		add(c, c->index_item, RELEASE_ABSENT, c->version, ATT_STR("other versions"),
		    "the index does not have the version, or not yet");
	else if (c->crate.matches > 1)
		add(c, c->index_item, RELEASE_CONFLICT, ATT_STR("one line"),
		    att_arena_printf(c->arena, "%zu", c->crate.matches),
		    "the index has the version more than once");
	return c->crate.other.len == 0 && c->crate.matches == 1;
}

static void judge_index(const struct crates *c)
{
	struct att_str checksum = release_look_digest(c->look, &c->crate.checksum);
	if (!att_str_equal(c->crate.version, c->version))
		add(c, c->index_item, RELEASE_CONFLICT, c->version, c->crate.version,
		    "the number is taken by a version with other build metadata");
	else if (c->crate.is_yanked)
		add(c, c->index_item, RELEASE_CONFLICT, ATT_STR(""), ATT_STR("yanked"),
		    "the version is yanked");
	else if (!c->built)
		add(c, c->index_item, RELEASE_UNKNOWN, ATT_STR(""), checksum,
		    "no built artifact is there to compare it with");
	else
		release_package_same(c->look, c->index_item, release_look_digest(c->look, &c->built->sha256),
				     checksum, "the index says another checksum than that of what was built");
}

/* --- the crate ------------------------------------------------------------------------------------------- */

/* The address of the .crate; "" after a verdict. */
static struct att_str file_address(struct crates *c)
{
	static const struct att_str item = {"config.json", 11};
	struct att_fetch_answer answer = {0};
	struct att_str url = {NULL, 0};
	struct att_err err = {0};
	if (release_look_document(c->look, item, join(c, c->base, ATT_STR("/"), item), NULL, false, &answer)) {
		c->is_mirror = release_crates_is_mirror(att_buf_str(&answer.body));
		if (release_crates_address(att_buf_str(&answer.body), c->name, c->crate.version,
					   &c->crate.checksum, c->arena, &url, &err) != ATT_OK)
			release_look_fail(c->look, item, &err);
	}
	att_fetch_answer_clear(&answer);
	return url;
}

/* What Cargo wrote when it packed the crate. */
static void judge_commit(const struct crates *c, const struct release_packed *packed)
{
	static const struct att_str item = {"commit", 6};
	struct att_str ours = c->look->variables.commit;
	struct att_arena scratch = {0};
	struct att_source source;
	struct att_value root = {.kind = ATT_NULL};
	struct att_err err = {0};
	if (!packed->has_beside) {
		add(c, item, RELEASE_UNKNOWN, ours, ATT_STR(""),
		    "the crate has no .cargo_vcs_info.json: it was packed outside of a repository");
		return;
	}
	int status = att_source_init(&source, &scratch, item, att_buf_str(&packed->beside), &err);
	if (status == ATT_OK)
		status = att_json_parse(&source, &scratch, &root, &err);
	const struct att_value *git = att_value_get(&root, "git");
	if (status != ATT_OK)
		release_look_fail(c->look, item, &err);
	else if (att_value_is_true(att_value_get(git, "dirty")))
		add(c, item, RELEASE_CONFLICT, ours, ATT_STR("files that are in no commit"),
		    "the crate was packed from a tree with changes");
	else
		release_package_same(c->look, item, ours, att_value_text(att_value_get(git, "sha1")),
				     "the crate was packed from another commit");
	att_arena_clear(&scratch);
}

/* Cargo decides by the index alone what else it downloads. */
static void judge_manifest(const struct crates *c, const struct release_packed *packed)
{
	static const struct att_str item = {"manifest", 8};
	struct att_arena scratch = {0};
	struct release_crate_difference found;
	struct att_err err = {0};
	struct att_str own = c->is_mirror ? ATT_STR("crates.io") : release_crates_registry(c->base);
	if (release_crates_compare(c->crate.line, &packed->metadata, own, &scratch, &found, &err) != ATT_OK)
		release_look_fail(c->look, item, &err);
	else if (found.same)
		add(c, item, RELEASE_MATCH, ATT_STR(""), ATT_STR(""), "");
	else
		add(c, item, RELEASE_CONFLICT, found.packed.len ? found.packed : ATT_STR("no such line"),
		    found.said.len ? found.said : ATT_STR("no such line"),
		    "the index, by which Cargo chooses dependencies, says something else than the Cargo.toml "
		    "that was packed");
	att_arena_clear(&scratch);
}

static void judge_inside(const struct crates *c, struct att_str url)
{
	static const struct att_str item = {"Cargo.toml", 10};
	struct release_packed packed;
	struct att_err err = {0};
	struct att_str folder = c->file;
	folder.len -= strlen(".crate");
	int status = release_package_read(c->look, c->built, url, &packed, &err);
	if (status != ATT_OK)
		release_look_fail(c->look, item, &err);
	else if (!att_str_equal(packed.folder, folder))
		add(c, item, RELEASE_CONFLICT, folder, packed.folder, "Cargo unpacks no such folder");
	else
		release_package_judge(c->look, item, c->name, c->version, &packed);
	if (status == ATT_OK) {
		judge_manifest(c, &packed);
		judge_commit(c, &packed);
	}
	release_packed_clear(&packed);
}

static void judge_file(struct crates *c)
{
	struct release_download download = {.size = 0};
	struct att_str url = file_address(c);
	if (url.len == 0)
		return;
	if (release_package_fetch(c->look, c->built, c->file, url, ATT_STR(""), &download))
		judge_inside(c, url);
	/* A registry that contradicts itself. */
	if (!c->built && download.sha256.kind != ATT_DIGEST_NONE &&
	    !att_digest_equal(&download.sha256, &c->crate.checksum))
		add(c, ATT_STR("checksum"), RELEASE_CONFLICT, release_look_digest(c->look, &c->crate.checksum),
		    release_look_digest(c->look, &download.sha256),
		    "the channel serves other bytes than its index says");
}

/* --- all of it ------------------------------------------------------------------------------------------- */

/* A token goes to where the project says, or to crates.io; never to where an index leads. */
static struct att_str login_address(const struct crates *c)
{
	bool is_ours = att_value_get(c->look->channel->table, "registry") == NULL;
	struct att_str api = release_channel_text(c->look->channel, "api", is_ours ? "https://crates.io" : "");
	static const struct att_str parts[] = {{"api", 3}, {"v1", 2}, {"me", 2}};
	return api.len > 0 ? release_look_url(c->look, api, parts, 3) : api;
}

static bool is_version(struct att_str version)
{
	for (size_t i = 0; i < version.len; i++)
		if (!att_ascii_is_alnum(version.data[i]) && !memchr(".-+", version.data[i], 3))
			return false;
	return version.len > 0;
}

static void look_crates(const struct release_look *look)
{
	static const struct att_str sparse = {"sparse+", 7};
	struct crates c = {
		.look = look,
		.arena = &look->verdicts->arena,
		.name = look->channel->package,
		.version = release_look_name(look, "version"),
		.base = release_channel_text(look->channel, "registry", CRATES_IO),
	};
	if (!release_crates_is_name(c.name) || !is_version(c.version)) {
		add(&c, ATT_STR("version"), RELEASE_UNKNOWN, ATT_STR("the name and version of a crate"),
		    join(&c, c.name, ATT_STR(" "), c.version), "there is no such crate to look for");
		return;
	}
	if (att_str_starts(c.base, sparse))
		c.base = att_str_from(c.base, sparse.len);
	while (att_str_ends(c.base, ATT_STR("/")))
		c.base.len--;
	c.index_item = join(&c, ATT_STR("index "), c.version, ATT_STR(""));
	c.file = join(&c, join(&c, c.name, ATT_STR("-"), c.version), ATT_STR(".crate"), ATT_STR(""));
	if (c.file.len == 0)
		return;
	c.built = release_package_built(look, c.file);
	release_package_login(look, login_address(&c), "", NULL);
	if (!find_version(&c))
		return;
	size_t from = look->verdicts->count;
	judge_index(&c);
	judge_file(&c);
	release_package_demand(look, from);
}

const struct release_looker release_channel_crates = {.kind = "crates", .look = look_crates};
