// SPDX-License-Identifier: Apache-2.0
#include "release/pypi_metadata.h"

#include "release/facts.h"
#include "release/package.h"

#include "libattest/base/banned.h"

/* What METADATA takes with its description; as in the file itself. */
enum { MAX_METADATA = 16 << 20 };

/* --- Requires-Python ------------------------------------------------------------------------------------- */

int release_pypi_read_python(const struct att_source *metadata, struct att_arena *arena, struct att_str *out,
			     struct att_err *err)
{
	static const struct att_str wanted = {"Requires-Python", 15};
	bool is_in = false, is_found = false;
	*out = ATT_STR("");
	for (uint32_t i = 1; i <= metadata->line_count; i++) {
		struct att_str line = att_source_line_text(metadata, i);
		size_t colon = att_str_find_byte(line, ':');
		if (att_str_trim(line).len == 0)
			break; /* the description follows */
		bool goes_on = line.data[0] == ' ' || line.data[0] == '\t';
		if (!goes_on)
			is_in = colon != ATT_STR_NONE &&
				att_str_equal_nocase(att_str_first(line, colon), wanted);
		if (!is_in)
			continue;
		if (!goes_on && is_found)
			return att_err_set(err, ATT_ERR_MALFORMED,
					   "expected one Requires-Python in the metadata, found two");
		is_found = true;
		*out = ATT_ARENA_JOIN(arena, *out, att_str_from(line, goes_on ? 0 : colon + 1));
		if (!out->data)
			return att_err_memory(err);
	}
	*out = att_str_trim(*out);
	return ATT_OK;
}

static void add_conditions(struct release_facts *facts, struct att_str text)
{
	char *plain = att_arena_alloc(facts->arena, text.len + 1, 1);
	struct att_str rest = {plain, 0}, part;
	for (size_t i = 0; plain && i < text.len; i++)
		if (!att_ascii_is_space(text.data[i]))
			plain[rest.len++] = text.data[i];
	while (plain && att_str_split(&rest, ',', &part))
		if (part.len > 0)
			RELEASE_FACT(facts, part);
}

bool release_pypi_is_python(struct att_str a, struct att_str b, struct att_arena *arena)
{
	struct release_facts ours = {.arena = arena}, theirs = {.arena = arena};
	struct att_str only_a, only_b;
	add_conditions(&ours, a);
	add_conditions(&theirs, b);
	return release_facts_same(&ours, &theirs, &only_a, &only_b);
}

/* --- verdicts -------------------------------------------------------------------------------------------- */

struct metadata {
	const struct release_look *look;
	const struct release_built *built;
	struct att_str item;
	struct att_str text; /* in the file */
	struct att_digest sha256;
	struct att_arena *scratch;
};

static bool conflict(const struct metadata *m, struct att_str expected, struct att_str found, const char *where,
		     const char *reason)
{
	release_look_add(m->look, m->item, RELEASE_CONFLICT, expected, found,
			 att_arena_printf(m->scratch, "%s %s", where, reason));
	return false;
}

static bool check_python(const struct metadata *m, struct att_str python,
			 const struct release_pypi_listing *listing)
{
	struct att_str said = listing->file->python;
	return said.len == 0 || release_pypi_is_python(python, said, m->scratch) ||
	       conflict(m, python.len ? python : ATT_STR("any Python"), said, listing->where,
			"says that it is for other versions of Python than the file does");
}

/* The metadata beside the file: whoever reads it does not look into the file. */
static bool check_served(const struct metadata *m, const struct release_pypi_listing *listing)
{
	struct att_fetch_answer answer = {0};
	struct att_err err = {0};
	struct att_digest found;
	struct att_str url = ATT_ARENA_JOIN(m->scratch, listing->file->url, ATT_STR(".metadata"));
	int status = url.data ? release_look_fetch(m->look, url, NULL, false, MAX_METADATA, &answer, &err)
			      : att_err_memory(&err);
	bool is_there = status == ATT_OK && answer.status == 200, is_good = false;
	if (is_there)
		status = att_digest_bytes(ATT_SHA256, att_buf_str(&answer.body), &found, &err);
	if (status != ATT_OK)
		release_look_fail(m->look, m->item, &err);
	else if (!is_there)
		release_look_status(m->look, m->item, &answer);
	else
		is_good = att_str_equal(att_buf_str(&answer.body), m->text) ||
			  conflict(m, release_look_digest(m->look, &m->sha256),
				   release_look_digest(m->look, &found), listing->where,
				   "serves other metadata than the file has inside");
	att_fetch_answer_clear(&answer);
	return is_good;
}

static bool check_listing(const struct metadata *m, struct att_str python,
			  const struct release_pypi_listing *listing)
{
	const struct release_pypi_file *file = listing->file;
	char hex[ATT_DIGEST_TEXT + 1];
	att_digest_hex(&m->sha256, hex);
	if (!check_python(m, python, listing))
		return false;
	if (file->metadata_sha256.len > 0 && !att_str_is(file->metadata_sha256, hex))
		return conflict(m, release_look_digest(m->look, &m->sha256),
				ATT_ARENA_JOIN(m->scratch, ATT_STR("sha256:"), file->metadata_sha256),
				listing->where,
				"gives another digest of the metadata than the file has inside");
	return !file->has_metadata || check_served(m, listing);
}

static void judge(struct metadata *m, const struct release_packed *packed,
		  const struct release_pypi_listing *listings, size_t count)
{
	struct att_err err = {0};
	struct att_str python;
	m->text = att_buf_str(&packed->bytes);
	int status = release_pypi_read_python(&packed->metadata, m->scratch, &python, &err);
	if (status == ATT_OK)
		status = att_digest_bytes(ATT_SHA256, m->text, &m->sha256, &err);
	if (status != ATT_OK) {
		release_look_fail(m->look, m->item, &err);
		return;
	}
	for (size_t i = 0; i < count; i++)
		if (!check_listing(m, python, &listings[i]))
			return;
	release_look_add(m->look, m->item, RELEASE_MATCH, ATT_STR(""), release_look_digest(m->look, &m->sha256),
			 ATT_STR(""));
}

void release_pypi_judge_metadata(const struct release_look *look, const struct release_built *built,
				 const struct release_pypi_listing *listings, size_t count)
{
	struct att_arena scratch = {0};
	struct release_packed packed;
	struct metadata m = {.look = look,
			     .built = built,
			     .item = ATT_ARENA_JOIN(&look->verdicts->arena, ATT_STR("metadata "), built->name),
			     .scratch = &scratch};
	struct att_err err = {0};
	bool says = false;
	for (size_t i = 0; i < count; i++)
		says |= listings[i].file->has_metadata || listings[i].file->python.len > 0;
	if (!says)
		return;
	if (release_package_read(look, built, listings[0].file->url, &packed, &err) == ATT_OK)
		judge(&m, &packed, listings, count);
	else
		release_look_fail(look, m.item, &err);
	look->verdicts->failed |= scratch.failed;
	release_packed_clear(&packed);
	att_arena_clear(&scratch);
}
