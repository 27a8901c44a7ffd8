// SPDX-License-Identifier: Apache-2.0
#include "release/go_look.h"

#include "release/go_note.h"
#include "release/go_tlog.h"

#include "libattest/base/banned.h"

#define DEFAULT_KEY "sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8"
#define NOTHING     ((struct att_str){NULL, 0})

enum {
	MAX_TILES = 128, /* a proof takes one or two of each of eight heights */
	TILE_BYTES = RELEASE_GO_TILE_WIDTH * RELEASE_GO_HASH,
};

struct tile {
	unsigned level, width;
	uint64_t index;
	uint8_t *hashes;
};

struct sumdb {
	const struct release_go_look *g;
	struct att_str url;
	struct release_go_key key;
	struct att_arena arena;
	struct tile tiles[MAX_TILES];
	size_t count;
};

static void add(const struct sumdb *s, const char *item, enum release_verdict verdict, struct att_str expected,
		struct att_str found, const char *reason)
{
	release_look_add(s->g->look, att_str_of(item), verdict, expected, found, att_str_of(reason));
}

/* What is refuted conflicts; what could not be told is unknown. */
static void fail(const struct sumdb *s, const char *item, const struct att_err *err)
{
	if (err->code == ATT_ERR_REFUSED)
		add(s, item, RELEASE_CONFLICT, NOTHING, NOTHING, err->message);
	else
		release_look_fail(s->g->look, att_str_of(item), err);
}

/* --- tiles ----------------------------------------------------------------------------------------------- */

static int fetch_tile(const struct sumdb *s, unsigned level, uint64_t index, unsigned width, unsigned wanted,
		      struct tile *tile, int *http, struct att_err *err)
{
	char path[96];
	struct att_fetch_answer answer = {0};
	struct att_err why = {0};
	release_go_tile_path(level, index, width, path);
	int status = release_look_fetch(s->g->look, release_go_url(s->g, s->url, att_str_of(path)), NULL, false,
					TILE_BYTES, &answer, &why);
	*http = answer.status;
	if (status == ATT_ERR_MEMORY)
		status = att_err_memory(err);
	else if (status != ATT_OK)
		/* Whatever the reason, the proof is missing and not wrong. */
		status = att_err_set(err, ATT_ERR_IO, "%s: %s", path, why.message);
	else if (answer.status != 200 || answer.body.len != (size_t)width * RELEASE_GO_HASH)
		status = att_err_set(err, ATT_ERR_IO,
				     "%s: expected %u hashes of the tree, found status %d and %zu bytes", path,
				     width, answer.status, answer.body.len);
	if (status == ATT_OK)
		memcpy(tile->hashes, answer.body.data, (size_t)wanted * RELEASE_GO_HASH);
	att_fetch_answer_clear(&answer);
	return status;
}

/* What is not whole may be gone once the whole tile is there. */
static int get_tile(void *context, unsigned level, uint64_t index, unsigned width, const uint8_t **hashes,
		    struct att_err *err)
{
	struct sumdb *s = context;
	int http = 0;
	for (size_t i = 0; i < s->count; i++)
		if (s->tiles[i].level == level && s->tiles[i].index == index && s->tiles[i].width == width) {
			*hashes = s->tiles[i].hashes;
			return ATT_OK;
		}
	if (s->count == MAX_TILES)
		return att_err_set(err, ATT_ERR_LIMIT, "expected a proof of at most %d tiles", MAX_TILES);
	struct tile *tile = &s->tiles[s->count];
	*tile = (struct tile){level, width, index, att_arena_alloc(&s->arena, TILE_BYTES, 1)};
	if (!tile->hashes)
		return att_err_memory(err);
	int status = fetch_tile(s, level, index, width, width, tile, &http, err);
	if (status != ATT_OK && width < RELEASE_GO_TILE_WIDTH && (http == 404 || http == 410))
		status = fetch_tile(s, level, index, RELEASE_GO_TILE_WIDTH, width, tile, &http, err);
	s->count += status == ATT_OK;
	*hashes = tile->hashes;
	return status;
}

/* --- what it says ---------------------------------------------------------------------------------------- */

static int open_head(const struct sumdb *s, struct att_str note, struct release_go_head *head,
		     struct att_err *err)
{
	struct att_str text;
	int status = release_go_note_open(note, &s->key, &text, err);
	return status == ATT_OK ? release_go_head_parse(text, head, err) : status;
}

/* Does the record say what is served, and what git has? */
static void judge_sums(const struct sumdb *s, struct att_str zip, struct att_str mod)
{
	const struct release_go_look *g = s->g;
	const struct att_str known[][2] = {{att_str_of(g->served.zip), zip},
					   {att_str_of(g->served.mod), mod},
					   {g->look->go_zip_h1, zip},
					   {g->look->go_mod_h1, mod}};
	static const char *const reasons[] = {"it has another checksum than the zip that the proxy serves",
					      "it has another checksum than the go.mod that the proxy serves",
					      "it has another checksum than the files in git",
					      "it has another checksum than the go.mod in git"};
	for (size_t i = 0; i < 4; i++)
		if (known[i][0].len > 0 && !att_str_equal(known[i][0], known[i][1])) {
			add(s, "checksum database", RELEASE_CONFLICT, known[i][0], known[i][1], reasons[i]);
			return;
		}
	if (known[0][0].len == 0 || known[1][0].len == 0)
		add(s, "checksum database", RELEASE_UNKNOWN, NOTHING, zip,
		    "there is nothing that was downloaded to compare with");
	else
		add(s, "checksum database", RELEASE_MATCH, known[0][0], zip, "");
}

static int judge_record(struct sumdb *s, const struct release_go_tree *tree, const struct release_go_head *head,
			uint64_t id, struct att_str record, struct att_err *err)
{
	uint8_t leaf[RELEASE_GO_HASH];
	struct att_str zip, mod;
	int status = release_go_leaf(record, leaf, err);
	if (status == ATT_OK)
		status = release_go_prove_record(tree, head, id, leaf, err);
	if (status == ATT_OK)
		status = release_go_record_parse(record, s->g->module, s->g->version, &zip, &mod, err);
	if (status == ATT_OK)
		judge_sums(s, zip, mod);
	return status;
}

/* One of the two trees has to be the beginning of the other. */
static int judge_trees(const struct release_go_tree *tree, const struct release_go_head *a,
		       const struct release_go_head *b, struct att_err *err)
{
	return a->size <= b->size ? release_go_prove_prefix(tree, a, b, err)
				  : release_go_prove_prefix(tree, b, a, err);
}

/* Both documents at hand: their heads are compared first, so that a record is proven in a tree that is not only
 * ours. */
static void judge(struct sumdb *s, struct att_str lookup, struct att_str latest)
{
	struct release_go_head head, newest;
	struct release_go_tree tree = {.tile = get_tile, .context = s};
	struct att_str record = NOTHING, note = NOTHING;
	struct att_err err = {0};
	uint64_t id = 0;
	int status = release_go_lookup_parse(lookup, &id, &record, &note, &err);
	if (status == ATT_OK)
		status = open_head(s, note, &head, &err);
	if (status != ATT_OK) {
		fail(s, "checksum database", &err);
		return;
	}
	tree.size = head.size;
	int newest_status = latest.data ? open_head(s, latest, &newest, &err) : ATT_ERR_NOT_FOUND;
	if (newest_status == ATT_OK && newest.size > tree.size)
		tree.size = newest.size;
	if (newest_status == ATT_OK)
		newest_status = judge_trees(&tree, &head, &newest, &err);
	if (newest_status == ATT_OK)
		add(s, "checksum database latest", RELEASE_MATCH, NOTHING, NOTHING, "");
	else if (newest_status != ATT_ERR_NOT_FOUND)
		fail(s, "checksum database latest", &err);
	status = judge_record(s, &tree, &head, id, record, &err);
	if (status != ATT_OK)
		fail(s, "checksum database", &err);
}

static void look_at(struct sumdb *s)
{
	struct att_fetch_answer lookup = {0}, latest = {0};
	struct att_str path =
		ATT_ARENA_JOIN(&s->arena, ATT_STR("lookup/"), s->g->path, ATT_STR("@"), s->g->file);
	if (release_look_document(s->g->look, ATT_STR("checksum database"), release_go_url(s->g, s->url, path),
				  NULL, false, &lookup)) {
		bool has_latest = release_look_document(s->g->look, ATT_STR("checksum database latest"),
							release_go_url(s->g, s->url, ATT_STR("latest")), NULL,
							false, &latest);
		judge(s, att_buf_str(&lookup.body), has_latest ? att_buf_str(&latest.body) : NOTHING);
	}
	att_fetch_answer_clear(&lookup);
	att_fetch_answer_clear(&latest);
}

void release_go_look_at_sumdb(const struct release_go_look *g)
{
	struct att_str key = release_channel_text(g->look->channel, "sumdb", DEFAULT_KEY);
	struct sumdb s = {.g = g, .url = release_channel_text(g->look->channel, "sumdb-url", "")};
	struct att_err err = {0};
	if (att_str_is(key, "off")) {
		release_verdicts_add(g->look->verdicts,
				     &(struct release_item_verdict){
					     .channel = g->look->channel,
					     .item = ATT_STR("checksum database"),
					     .is_waived = true,
					     .reason = ATT_STR("it was not asked: sumdb = \"off\""),
				     });
		return;
	}
	if (release_go_key_parse(key, &s.key, &err) != ATT_OK) {
		fail(&s, "checksum database", &err);
		return;
	}
	if (s.url.len == 0)
		s.url = ATT_ARENA_JOIN(&g->look->verdicts->arena, ATT_STR("https://"), s.key.name);
	look_at(&s);
	att_arena_clear(&s.arena);
}
