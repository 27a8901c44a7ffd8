// SPDX-License-Identifier: Apache-2.0
/* The classic yarn.lock. Its syntax is its own: blocks of two and four spaces, words or JSON strings.
 *
 *   "@scope/a@^1.0.0", b@~2:
 *     version "1.0.0"
 *     resolved "https://...#SHA-1"
 *     dependencies:
 *       c "^3.0.0"
 */
#include "sbom/cataloger_yarn.h"

#include "libattest/base/utf8.h"
#include "sbom/npm.h"

#include "libattest/base/banned.h"

struct reader {
	struct yarn *yarn;
	struct att_str line; /* what is left of it */
	bool in_entry, in_block;
	uint32_t scope; /* of the needs in this block; 0: it holds something else */
};

static uint32_t offset_of(const struct reader *r, const char *at)
{
	return (uint32_t)(at - r->yarn->input->source.text.data);
}

static int expected(struct reader *r, const char *what)
{
	uint32_t at = offset_of(r, r->line.data);
	return att_source_err(&r->yarn->input->source, r->yarn->err, ATT_ERR_MALFORMED,
			      ((struct att_span){at, at + (uint32_t)r->line.len}),
			      "expected %s, found \"%.*s\"", what, ATT_STR_ARG(att_str_first(r->line, 60)));
}

static void skip(struct reader *r, size_t count)
{
	r->line.data += count;
	r->line.len -= count;
}

/* --- words --------------------------------------------------------------------------------------------- */

/* Four hexadecimal digits at `at`, or -1. */
static long hex4(struct att_str s, size_t at)
{
	long value = 0;
	for (size_t i = at; i < at + 4; i++) {
		int digit = i < s.len ? att_ascii_hex(s.data[i]) : -1;
		if (digit < 0)
			return -1;
		value = value * 16 + digit;
	}
	return value;
}

/* One escape of a JSON string, after the backslash; 0 when it is none. Returns how much of `s` it takes. */
static size_t unescape(struct att_str s, char *out, size_t *len)
{
	static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
	const char *simple = s.len > 0 && s.data[0] ? strchr(from, s.data[0]) : NULL;
	if (simple) {
		out[(*len)++] = to[simple - from];
		return 1;
	}
	long code = s.len > 0 && s.data[0] == 'u' ? hex4(s, 1) : -1;
	size_t used = 5;
	if (code >= 0xd800 && code < 0xdc00 && s.len > 6 && s.data[5] == '\\' && s.data[6] == 'u') {
		long low = hex4(s, 7);
		code = low >= 0xdc00 && low < 0xe000 ? 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00) : -1;
		used = 11;
	}
	if (code <= 0 || (code >= 0xd800 && code < 0xe000))
		return 0;
	*len += att_utf8_encode((uint32_t)code, out + *len);
	return used;
}

static int read_string(struct reader *r, struct att_str *word)
{
	size_t end = 1, len = 0;
	bool escaped = false;
	while (end < r->line.len && r->line.data[end] != '"') {
		escaped |= r->line.data[end] == '\\';
		end += r->line.data[end] == '\\' ? 2 : 1;
	}
	if (end >= r->line.len)
		return expected(r, "a closing quote on this line");
	struct att_str raw = {r->line.data + 1, end - 1};
	*word = raw;
	if (escaped) {
		/* What an escape stands for is never longer than the escape. */
		char *out = att_arena_alloc(&r->yarn->catalog->arena, raw.len, 1);
		if (!out)
			return att_err_memory(r->yarn->err);
		for (size_t i = 0; i < raw.len;) {
			if (raw.data[i] != '\\') {
				out[len++] = raw.data[i++];
				continue;
			}
			size_t used = unescape(att_str_from(raw, i + 1), out, &len);
			if (used == 0) {
				skip(r, i + 1);
				return expected(r, "an escape as JSON has them");
			}
			i += 1 + used;
		}
		*word = (struct att_str){out, len};
	}
	skip(r, end + 1);
	return ATT_OK;
}

/* A word ends at a space; a key's also at ":" and ",". */
static int read_word(struct reader *r, bool key, struct att_str *word)
{
	size_t len = 0;
	if (r->line.len > 0 && r->line.data[0] == '"')
		return read_string(r, word);
	while (len < r->line.len && r->line.data[len] != ' ' && r->line.data[len] != '"' &&
	       !(key && (r->line.data[len] == ':' || r->line.data[len] == ',')))
		len++;
	if (len == 0)
		return expected(r, key ? "a name" : "a value");
	*word = att_str_first(r->line, len);
	skip(r, len);
	return ATT_OK;
}

static int end_line(struct reader *r)
{
	while (r->line.len > 0 && r->line.data[0] == ' ')
		skip(r, 1);
	return r->line.len == 0 || r->line.data[0] == '#' ? ATT_OK : expected(r, "the end of the line");
}

/* --- lines --------------------------------------------------------------------------------------------- */

static struct yarn_entry *current(const struct reader *r)
{
	return &r->yarn->entries[r->yarn->count - 1];
}

/* An entry that ends without a version is of no use. */
static int finish_entry(struct reader *r)
{
	struct yarn *yarn = r->yarn;
	if (!r->in_entry || current(r)->version.len > 0)
		return ATT_OK;
	return att_source_err(&yarn->input->source, yarn->err, ATT_ERR_MALFORMED,
			      ((struct att_span){current(r)->offset, current(r)->offset + 1}),
			      "expected a version of %.*s, found none",
			      ATT_STR_ARG(att_str_first(current(r)->name, 200)));
}

static int read_header(struct reader *r)
{
	struct yarn *yarn = r->yarn;
	struct yarn_entry *entry;
	struct att_str pattern = {NULL, 0}, name, range;
	uint32_t number = (uint32_t)yarn->count;
	int status = finish_entry(r);
	if (status == ATT_OK)
		status = sbom_yarn_add_entry(yarn, &entry);
	if (status != ATT_OK)
		return status;
	r->in_entry = r->in_block = false;
	entry->offset = offset_of(r, r->line.data);
	for (bool first = true; status == ATT_OK; first = false) {
		uint32_t at = offset_of(r, r->line.data);
		status = read_word(r, true, &pattern);
		if (status != ATT_OK)
			return status;
		if (!sbom_npm_split_spec(pattern, &name, &range)) {
			name = pattern;
			range = (struct att_str){NULL, 0};
		}
		if (first) {
			entry->name = name;
			entry->range = range;
		}
		status = sbom_yarn_add_pattern(yarn, number, pattern,
					       (struct att_span){at, offset_of(r, r->line.data)});
		if (status == ATT_OK)
			status = sbom_yarn_add_name(yarn, number, name);
		if (!att_str_starts(r->line, ATT_STR(",")))
			break;
		do
			skip(r, 1);
		while (r->line.len > 0 && r->line.data[0] == ' ');
	}
	if (status == ATT_OK && !att_str_starts(r->line, ATT_STR(":")))
		return expected(r, "\":\" after the patterns");
	if (status == ATT_OK)
		skip(r, 1);
	r->in_entry = true;
	return status == ATT_OK ? end_line(r) : status;
}

static int set_once(struct reader *r, struct att_str *field, struct att_str value, uint32_t at)
{
	if (field->len > 0)
		return att_source_err(&r->yarn->input->source, r->yarn->err, ATT_ERR_MALFORMED,
				      ((struct att_span){at, at + 1}), "expected this once, found it twice");
	*field = value;
	return ATT_OK;
}

static int read_field(struct reader *r)
{
	struct yarn_entry *entry = current(r);
	struct att_str key, value;
	uint32_t at = offset_of(r, r->line.data);
	int status = read_word(r, true, &key);
	if (status != ATT_OK)
		return status;
	r->in_block = att_str_starts(r->line, ATT_STR(":"));
	if (r->in_block) {
		r->scope = att_str_is(key, "dependencies")           ? SBOM_RUNTIME
			   : att_str_is(key, "optionalDependencies") ? SBOM_OPTIONAL
								     : 0;
		skip(r, 1);
		return end_line(r);
	}
	if (!att_str_starts(r->line, ATT_STR(" ")))
		return expected(r, "\":\" or a value");
	skip(r, 1);
	uint32_t value_at = offset_of(r, r->line.data);
	status = read_word(r, false, &value);
	if (status != ATT_OK)
		return status;
	if (att_str_is(key, "version"))
		status = set_once(r, &entry->version, value, at);
	else if (att_str_is(key, "resolved"))
		status = set_once(r, &entry->resolved, value, at);
	else if (att_str_is(key, "name"))
		status = set_once(r, &entry->real_name, value, at);
	else if (att_str_is(key, "integrity")) {
		status = set_once(r, &entry->integrity, value, at);
		entry->integrity_offset = value_at;
	}
	return status == ATT_OK ? end_line(r) : status;
}

static int read_need(struct reader *r)
{
	struct att_str name = {NULL, 0}, range = {NULL, 0};
	uint32_t at = offset_of(r, r->line.data);
	int status = read_word(r, true, &name);
	if (status == ATT_OK && !att_str_starts(r->line, ATT_STR(" ")))
		return expected(r, "a value");
	if (status == ATT_OK) {
		skip(r, 1);
		status = read_word(r, false, &range);
	}
	if (status == ATT_OK && r->scope)
		status = sbom_yarn_add_need(r->yarn, current(r), name, range, r->scope, at);
	return status == ATT_OK ? end_line(r) : status;
}

static int read_comment(struct reader *r)
{
	struct att_str head = ATT_STR("# yarn lockfile v");
	if (!att_str_starts(r->line, head) || att_str_is(att_str_from(r->line, head.len), "1"))
		return ATT_OK;
	uint32_t at = offset_of(r, r->line.data);
	att_source_err(&r->yarn->input->source, r->yarn->err, ATT_ERR_UNSUPPORTED,
		       ((struct att_span){at, at + (uint32_t)r->line.len}),
		       "expected yarn lockfile v1, or a lock with __metadata, found v%.*s",
		       ATT_STR_ARG(att_str_first(att_str_from(r->line, head.len), 40)));
	att_err_help(r->yarn->err, "a newer attest may know it");
	return ATT_ERR_UNSUPPORTED;
}

static int read_line(struct reader *r)
{
	size_t indent = 0;
	while (indent < r->line.len && r->line.data[indent] == ' ')
		indent++;
	if (att_str_starts(r->line, ATT_STR("<<<<<<<")) || att_str_starts(r->line, ATT_STR("=======")) ||
	    att_str_starts(r->line, ATT_STR(">>>>>>>"))) {
		expected(r, "a lock without merge conflicts");
		att_err_help(r->yarn->err, "run yarn install, which solves them");
		return ATT_ERR_MALFORMED;
	}
	skip(r, indent);
	if (r->line.len == 0)
		return ATT_OK;
	if (r->line.data[0] == '#')
		return read_comment(r);
	if (r->line.data[0] == '\t')
		return expected(r, "spaces before this");
	if (indent == 0)
		return read_header(r);
	if (indent == 2 && r->in_entry)
		return read_field(r);
	if (indent == 4 && r->in_entry && r->in_block)
		return read_need(r);
	return expected(r, "no, two or four spaces before what belongs above");
}

/* --- the file ------------------------------------------------------------------------------------------ */

static int read_lines(struct yarn *yarn)
{
	struct reader r = {.yarn = yarn};
	struct att_str rest = yarn->input->source.text, line;
	size_t valid = att_utf8_valid_prefix(rest);
	const char *nul = rest.len ? memchr(rest.data, 0, rest.len) : NULL;
	if (nul && (size_t)(nul - rest.data) < valid)
		valid = (size_t)(nul - rest.data);
	if (valid < rest.len)
		return att_source_err(&yarn->input->source, yarn->err, ATT_ERR_MALFORMED,
				      ((struct att_span){(uint32_t)valid, (uint32_t)valid + 1}),
				      "expected UTF-8 text, found byte 0x%02x",
				      (unsigned)(unsigned char)rest.data[valid]);
	if (att_str_starts(rest, ATT_STR("\xef\xbb\xbf")))
		rest = att_str_from(rest, 3);
	int status = ATT_OK;
	while (status == ATT_OK && att_str_split(&rest, '\n', &line)) {
		r.line = att_str_ends(line, ATT_STR("\r")) ? att_str_first(line, line.len - 1) : line;
		status = read_line(&r);
	}
	return status == ATT_OK ? finish_entry(&r) : status;
}

/* Members of the workspace stand in no classic lock, but what they need does. */
static int add_member(struct yarn *yarn, struct att_str folder, const struct att_value *manifest,
		      bool workspace)
{
	struct yarn_entry *entry;
	uint32_t number = (uint32_t)yarn->count;
	size_t slash = att_str_find_last_byte(folder, '/');
	int status = sbom_yarn_add_entry(yarn, &entry);
	if (status != ATT_OK)
		return status;
	entry->folder = folder;
	entry->manifest = manifest;
	entry->workspace = workspace;
	entry->name = att_value_text(att_value_get(manifest, "name"));
	if (entry->name.len == 0)
		entry->name = att_str_from(folder, slash == ATT_STR_NONE ? 0 : slash + 1);
	/* What the lock holds of that name is found by its patterns, which are tried first. */
	if (workspace && att_map_set(&yarn->by_name, entry->name, number) != ATT_OK)
		return att_err_memory(yarn->err);
	return sbom_yarn_add_manifest_needs(yarn, entry);
}

static int read_members(struct yarn *yarn)
{
	struct sbom_npm_workspaces workspaces;
	struct att_str *paths;
	size_t count;
	int status = sbom_npm_workspaces_read(yarn->manifest, &yarn->catalog->arena, &workspaces, yarn->err);
	if (status == ATT_OK && yarn->manifest)
		status = add_member(yarn, (struct att_str){NULL, 0}, yarn->manifest, false);
	if (status != ATT_OK || workspaces.count == 0)
		return status;
	status = sbom_input_manifests(yarn->input, yarn->catalog, "package.json", &paths, &count, yarn->err);
	for (size_t i = 0; status == ATT_OK && i < count; i++) {
		const struct att_value *manifest = NULL;
		bool member = false;
		size_t slash = att_str_find_last_byte(paths[i], '/');
		struct att_str folder = att_str_first(paths[i], slash == ATT_STR_NONE ? 0 : slash);
		if (folder.len > 0)
			status = sbom_npm_workspaces_match(&workspaces, folder, &member, yarn->err);
		if (status == ATT_OK && member)
			status = sbom_npm_load_manifest(yarn->input, yarn->catalog, folder, &manifest,
							yarn->err);
		if (status == ATT_OK && manifest)
			status = add_member(yarn, folder, manifest, true);
	}
	return status;
}

int sbom_yarn_read_classic(struct yarn *yarn)
{
	int status = read_lines(yarn);
	return status == ATT_OK ? read_members(yarn) : status;
}
