// SPDX-License-Identifier: Apache-2.0
#include "libattest/sign/checksum.h"

#include <stdlib.h>

#include "libattest/base/limits.h"

#include "libattest/base/banned.h"

struct parser {
	const struct att_source *source;
	const struct att_checksum_options *options;
	struct att_arena *arena;
	struct att_checksums *out;
	struct att_err *err;
};

/* The line that is being read. Offsets count from the start of the source. */
struct line {
	struct att_str text; /* without its end */
	uint32_t at;
	bool escaped; /* began with a backslash, which text does not have any more */
};

/* A part without data is the end of the line. */
static struct att_span span_of(const struct line *line, struct att_str part)
{
	uint32_t begin =
		line->at + (uint32_t)(part.data ? (size_t)(part.data - line->text.data) : line->text.len);
	return (struct att_span){begin, begin + (uint32_t)part.len};
}

static int malformed(const struct parser *p, const struct line *line, struct att_str part, const char *expected,
		     const char *found)
{
	return att_source_err(p->source, p->err, ATT_ERR_MALFORMED, span_of(line, part),
			      "expected %s, found %s", expected, found);
}

/* --- which algorithm ----------------------------------------------------------------------------------- */

static const struct {
	const char *word;
	enum att_digest_kind kind;
} words[] = {
	{"sha256", ATT_SHA256},      {"sha384", ATT_SHA384},  {"sha512", ATT_SHA512},
	{"b2", ATT_BLAKE2B},         {"blake2", ATT_BLAKE2B}, {"blake2b", ATT_BLAKE2B},
	{"blake2b512", ATT_BLAKE2B}, {"sha1", ATT_SHA1},      {"md5", ATT_MD5},
};

/* "sha256", "SHA256SUM", "sha256sums" */
static enum att_digest_kind kind_of_word(struct att_str word)
{
	static const char *const endings[] = {"sums", "sum"};
	for (size_t i = 0; i < sizeof endings / sizeof endings[0]; i++) {
		size_t len = strlen(endings[i]);
		if (word.len > len && att_str_equal_nocase(att_str_from(word, word.len - len),
							   (struct att_str){endings[i], len})) {
			word.len -= len;
			break;
		}
	}
	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
		if (att_str_equal_nocase(word, att_str_of(words[i].word)))
			return words[i].kind;
	return ATT_DIGEST_NONE;
}

static struct att_str base_name(const struct att_source *source)
{
	size_t slash = att_str_find_last_byte(source->path, '/');
	return slash == ATT_STR_NONE ? source->path : att_str_from(source->path, slash + 1);
}

/* What the last word of the manifest's name that names an algorithm says. */
static enum att_digest_kind kind_of_name(struct att_str name)
{
	enum att_digest_kind kind = ATT_DIGEST_NONE;
	for (size_t begin = 0, end; begin < name.len; begin = end + 1) {
		end = begin;
		while (end < name.len && att_ascii_is_alnum(name.data[end]))
			end++;
		enum att_digest_kind found = kind_of_word((struct att_str){name.data + begin, end - begin});
		kind = found ? found : kind;
	}
	return kind;
}

static enum att_digest_kind kind_of_length(const struct parser *p, size_t digits)
{
	switch (digits) {
	case 32:
		return ATT_MD5;
	case 40:
		return ATT_SHA1;
	case 64:
		return ATT_SHA256;
	case 96:
		return ATT_SHA384;
	case 128:
		return kind_of_name(base_name(p->source)) == ATT_BLAKE2B ? ATT_BLAKE2B : ATT_SHA512;
	default:
		return ATT_DIGEST_NONE;
	}
}

static int check_weak(const struct parser *p, const struct line *line, struct att_str part,
		      enum att_digest_kind kind)
{
	bool taken = kind == ATT_MD5 ? p->options->insecure_md5 : p->options->insecure_sha1;
	if (!att_digest_is_weak(kind) || taken)
		return ATT_OK;
	p->out->problem = "weak-digest";
	att_source_err(p->source, p->err, ATT_ERR_REFUSED, span_of(line, part),
		       "expected SHA-256 or a stronger digest, found %s, which can be forged",
		       kind == ATT_MD5 ? "MD5" : "SHA-1");
	att_err_help(p->err, "ask for a manifest of SHA-256; --insecure-%s takes this one",
		     att_digest_name(kind));
	return ATT_ERR_REFUSED;
}

/* --- names --------------------------------------------------------------------------------------------- */

/* What is wrong with a name, or NULL. *bad is the part of it that is to blame; a "./" in front is cut off. */
static const char *check_name(struct att_str *name, bool escaped, struct att_str *bad)
{
	struct att_str rest, part;
	*bad = *name;
	if (name->len == 0)
		return "none";
	if (att_str_is(*name, "-"))
		return "\"-\", which names no file";
	for (size_t i = 0; i < name->len; i++) {
		unsigned char c = (unsigned char)name->data[i];
		if ((c < ' ' || c == 0x7f) && !(escaped && (c == '\n' || c == '\r'))) {
			*bad = (struct att_str){name->data + i, 1};
			return "a control character";
		}
	}
	if (name->data[0] == '/')
		return "an absolute path";
	if (att_str_starts(*name, ATT_STR("./")))
		*name = (struct att_str){name->data + 2, name->len - 2};
	for (rest = *name; att_str_split(&rest, '/', &part);) {
		*bad = part;
		if (part.len == 0)
			return "an empty part of a path";
		if (att_str_is(part, ".."))
			return "\"..\", which leads out of the folder";
		if (att_str_is(part, "."))
			return "\".\" as a part of a path";
	}
	return NULL;
}

/* Undoes \\, \n and \r. data is NULL when that failed. */
static struct att_str unescape(const struct parser *p, const struct line *line, struct att_str name)
{
	char *text = att_arena_alloc(p->arena, name.len + 1, 1);
	size_t len = 0;
	if (!text) {
		(void)att_err_memory(p->err);
		return (struct att_str){NULL, 0};
	}
	for (size_t i = 0; i < name.len; i++) {
		char c = name.data[i];
		if (c == '\\') {
			char next = i + 1 < name.len ? name.data[i + 1] : '\0';
			if (next != '\\' && next != 'n' && next != 'r') {
				(void)malformed(p, line, att_str_first(att_str_from(name, i), 2),
						"\\\\, \\n or \\r in an escaped name", "another escape");
				return (struct att_str){NULL, 0};
			}
			c = next == 'n' ? '\n' : next == 'r' ? '\r' : '\\';
			i++;
		} else if (c == '\n' || c == '\r') {
			(void)malformed(p, line, att_str_first(att_str_from(name, i), 1), "a name",
					"a control character");
			return (struct att_str){NULL, 0};
		}
		text[len++] = c;
	}
	return (struct att_str){text, len};
}

/* --- lines --------------------------------------------------------------------------------------------- */

static int add_entry(const struct parser *p, const struct line *line, enum att_digest_kind kind,
		     struct att_str hex, struct att_str name)
{
	struct att_str plain = name, bad;
	int status = check_weak(p, line, hex, kind);
	if (status != ATT_OK)
		return status;
	if (line->escaped) {
		plain = unescape(p, line, name);
		if (!plain.data)
			return p->err ? p->err->code : ATT_ERR_MALFORMED;
	}
	const char *wrong = check_name(&plain, line->escaped, &bad);
	if (wrong)
		/* Of what was unescaped there is no place in the source. */
		return malformed(p, line, line->escaped ? name : bad, "the name of a file below this folder",
				 wrong);
	if (p->out->count >= ATT_MAX_STEPS)
		return att_source_err(p->source, p->err, ATT_ERR_LIMIT, span_of(line, line->text),
				      "expected at most %zu lines, found more", ATT_MAX_STEPS);
	void *items = p->out->items;
	struct att_checksum *entry =
		att_arena_push(p->arena, &items, &p->out->count, &p->out->capacity, sizeof *entry);
	if (!entry)
		return att_err_memory(p->err);
	p->out->items = items;
	*entry = (struct att_checksum){.digest.kind = kind,
				       .name = plain,
				       .span = span_of(line, line->text),
				       .name_at = span_of(line, name)};
	for (size_t i = 0; i < hex.len / 2; i++)
		entry->digest.bytes[i] =
			(uint8_t)(att_ascii_hex(hex.data[2 * i]) * 16 + att_ascii_hex(hex.data[2 * i + 1]));
	return ATT_OK;
}

/* The hexadecimal digits at the start. */
static struct att_str digits_of(struct att_str text)
{
	size_t len = 0;
	while (len < text.len && att_ascii_hex(text.data[len]) >= 0)
		len++;
	return att_str_first(text, len);
}

/* "X.sha256" is about X, when it holds nothing but a digest. */
static int parse_bare(const struct parser *p, const struct line *line, struct att_str hex)
{
	struct att_str name = base_name(p->source), bad;
	size_t dot = att_str_find_last_byte(name, '.');
	enum att_digest_kind kind =
		dot == ATT_STR_NONE ? ATT_DIGEST_NONE : kind_of_word(att_str_from(name, dot + 1));
	name.len = kind ? dot : 0;
	if (p->out->count > 0 || !kind || line->escaped || check_name(&name, false, &bad)) {
		(void)malformed(p, line, att_str_from(line->text, hex.len), "two spaces and a name",
				"the end of the line");
		att_err_help(p->err, "only a file X.sha256 or the like may hold a digest and no name");
		return ATT_ERR_MALFORMED;
	}
	if (hex.len != 2 * att_digest_size(kind))
		return att_source_err(p->source, p->err, ATT_ERR_MALFORMED, span_of(line, hex),
				      "expected %zu hexadecimal digits, found %zu", 2 * att_digest_size(kind),
				      hex.len);
	int status = add_entry(p, line, kind, hex, hex);
	if (status == ATT_OK)
		p->out->items[p->out->count - 1].name = name;
	return status;
}

/* "HEX  NAME" or "HEX *NAME" */
static int parse_untagged(const struct parser *p, const struct line *line)
{
	struct att_str hex = digits_of(line->text), rest = att_str_from(line->text, hex.len);
	enum att_digest_kind kind = kind_of_length(p, hex.len);
	if (hex.len == 0)
		return malformed(p, line, att_str_first(line->text, 1), "a digest",
				 line->text.len ? "another character" : "an empty line");
	if (!kind)
		return att_source_err(p->source, p->err, ATT_ERR_MALFORMED, span_of(line, hex),
				      "expected a digest of 64, 96 or 128 hexadecimal digits, found %zu",
				      hex.len);
	if (rest.len == 0)
		return parse_bare(p, line, hex);
	if (rest.len < 2 || rest.data[0] != ' ' || (rest.data[1] != ' ' && rest.data[1] != '*'))
		return malformed(p, line, att_str_first(rest, 2),
				 "two spaces, or a space and \"*\", and a name", "something else");
	/* Not att_str_from: the end of the line is a place as well. */
	return add_entry(p, line, kind, hex, (struct att_str){rest.data + 2, rest.len - 2});
}

/* "SHA256 (NAME) = HEX". Names may hold ") = ", digests do not. */
static int parse_tagged(const struct parser *p, const struct line *line, size_t word_len)
{
	struct att_str word = att_str_first(line->text, word_len);
	struct att_str rest = {line->text.data + word_len + 2, line->text.len - word_len - 2};
	enum att_digest_kind kind = att_digest_by_name(word);
	if (!kind)
		return att_source_err(p->source, p->err, ATT_ERR_UNSUPPORTED, span_of(line, word),
				      "expected SHA256, SHA384, SHA512 or BLAKE2b, found %.*s",
				      ATT_STR_ARG(att_str_first(word, 40)));
	size_t close = att_str_find_last_byte(rest, ')');
	struct att_str after = close == ATT_STR_NONE ? rest : att_str_from(rest, close);
	if (close == ATT_STR_NONE || !att_str_starts(after, ATT_STR(") = ")))
		return malformed(p, line, after.len ? after : word, "\") = \" and a digest behind the name",
				 "something else");
	struct att_str hex = {after.data + 4, after.len - 4};
	if (digits_of(hex).len != hex.len || hex.len != 2 * att_digest_size(kind))
		return att_source_err(p->source, p->err, ATT_ERR_MALFORMED, span_of(line, hex),
				      "expected %zu hexadecimal digits, found %s", 2 * att_digest_size(kind),
				      digits_of(hex).len != hex.len         ? "another character"
				      : hex.len < 2 * att_digest_size(kind) ? "fewer"
									    : "more");
	return add_entry(p, line, kind, hex, att_str_first(rest, close));
}

/* The length of a tag: a word before " (". */
static size_t tag_of(struct att_str text)
{
	size_t len = 0;
	while (len < text.len && (att_ascii_is_alnum(text.data[len]) || text.data[len] == '-' ||
				  text.data[len] == '/' || text.data[len] == '_'))
		len++;
	return att_str_starts(att_str_from(text, len), ATT_STR(" (")) ? len : 0;
}

static int parse_line(const struct parser *p, struct line *line)
{
	if (att_str_starts(line->text, ATT_STR("#")))
		return ATT_OK;
	if (att_str_starts(line->text, ATT_STR("-----BEGIN PGP SIGNED MESSAGE-----"))) {
		(void)malformed(p, line, line->text, "a digest", "a text signed with PGP");
		att_err_help(p->err, "use the manifest without the signature around it");
		return ATT_ERR_MALFORMED;
	}
	if (att_str_starts(line->text, ATT_STR("\xef\xbb\xbf")))
		return malformed(p, line, att_str_first(line->text, 3), "a digest", "a byte order mark");
	if (att_str_starts(line->text, ATT_STR("\\"))) {
		line->escaped = true;
		line->text = (struct att_str){line->text.data + 1, line->text.len - 1};
		line->at++;
	}
	size_t tag = tag_of(line->text);
	return tag ? parse_tagged(p, line, tag) : parse_untagged(p, line);
}

/* --- the whole ----------------------------------------------------------------------------------------- */

static int parse_lines(const struct parser *p)
{
	struct att_str rest = p->source->text;
	int ends = -1; /* 1 when lines end in \r\n */
	size_t nul = att_str_find_byte(rest, '\0');
	if (nul != ATT_STR_NONE)
		return att_source_err(p->source, p->err, ATT_ERR_MALFORMED,
				      ((struct att_span){(uint32_t)nul, (uint32_t)nul + 1}),
				      "expected text, found a NUL byte");
	while (rest.len > 0) {
		size_t end = att_str_find_byte(rest, '\n');
		struct line line = {att_str_first(rest, end), (uint32_t)(rest.data - p->source->text.data),
				    false};
		bool ended = end != ATT_STR_NONE;
		if (ended) {
			bool crlf = att_str_ends(line.text, ATT_STR("\r"));
			line.text.len -= crlf;
			if (ends >= 0 && crlf != (ends == 1))
				return malformed(p, &line, (struct att_str){line.text.data + line.text.len, 1},
						 "lines that end alike",
						 crlf ? "\\r\\n after \\n" : "\\n after \\r\\n");
			ends = crlf;
		}
		int status = parse_line(p, &line);
		if (status != ATT_OK)
			return status;
		rest = ended ? att_str_from(rest, end + 1) : (struct att_str){NULL, 0};
	}
	/* The name of a bare digest stands where the line begins. */
	const struct att_checksum *items = p->out->items;
	if (p->out->count > 1 && items[0].name_at.begin == items[0].span.begin)
		return att_source_err(p->source, p->err, ATT_ERR_MALFORMED, items[1].span,
				      "expected the end behind a digest without a name, found another line");
	if (p->out->count == 0)
		return att_source_err(p->source, p->err, ATT_ERR_MALFORMED, ((struct att_span){0, 0}),
				      "expected a digest and a name, found no line with one");
	return ATT_OK;
}

/* By name and kind, lines that are alike in both in their order. */
static int by_name(const void *a, const void *b, void *context)
{
	const struct att_checksum *items = context;
	uint32_t i = *(const uint32_t *)a, k = *(const uint32_t *)b;
	const struct att_checksum *x = &items[i], *y = &items[k];
	int order = att_str_compare(x->name, y->name);
	if (order == 0 && x->digest.kind != y->digest.kind)
		order = x->digest.kind < y->digest.kind ? -1 : 1;
	return order ? order : (i > k) - (i < k);
}

static int refuse_duplicates(const struct parser *p)
{
	const struct att_checksums *list = p->out;
	size_t first = SIZE_MAX, earlier = 0;
	for (size_t i = 1; i < list->count; i++) {
		const struct att_checksum *a = &list->items[list->by_name[i - 1]];
		const struct att_checksum *b = &list->items[list->by_name[i]];
		if (a->digest.kind == b->digest.kind && att_str_equal(a->name, b->name) &&
		    list->by_name[i] < first) {
			first = list->by_name[i];
			earlier = list->by_name[i - 1];
		}
	}
	if (first == SIZE_MAX)
		return ATT_OK;
	p->out->problem = "duplicate-entry";
	return att_source_err(p->source, p->err, ATT_ERR_MALFORMED, list->items[first].name_at,
			      "expected each name once, found one that line %u has as well",
			      att_source_line(p->source, list->items[earlier].span.begin));
}

int att_checksum_parse(const struct att_source *source, const struct att_checksum_options *options,
		       struct att_arena *arena, struct att_checksums *out, struct att_err *err)
{
	struct att_err own;
	const struct parser p = {source, options, arena, out, err ? err : &own};
	*out = (struct att_checksums){0};
	int status = parse_lines(&p);
	if (status == ATT_OK) {
		out->by_name = att_arena_alloc(arena, out->count, sizeof *out->by_name);
		if (!out->by_name)
			status = att_err_memory(p.err);
	}
	if (status == ATT_OK) {
		for (size_t i = 0; i < out->count; i++)
			out->by_name[i] = (uint32_t)i;
		qsort_r(out->by_name, out->count, sizeof *out->by_name, by_name, out->items);
		status = refuse_duplicates(&p);
	}
	if (status != ATT_OK)
		*out = (struct att_checksums){.problem = out->problem};
	return status;
}

size_t att_checksum_find(const struct att_checksums *list, struct att_str name, size_t *count)
{
	size_t low = 0, high = list->count;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (att_str_compare(list->items[list->by_name[middle]].name, name) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	*count = 0;
	while (low + *count < list->count && att_str_equal(list->items[list->by_name[low + *count]].name, name))
		++*count;
	return low;
}

/* --- writing ------------------------------------------------------------------------------------------- */

static void add_escaped(struct att_buf *out, struct att_str name)
{
	for (size_t i = 0; i < name.len; i++) {
		char c = name.data[i];
		if (c == '\\' || c == '\n' || c == '\r') {
			att_buf_add_byte(out, '\\');
			c = c == '\n' ? 'n' : c == '\r' ? 'r' : '\\';
		}
		att_buf_add_byte(out, c);
	}
}

static const char *tag_name(enum att_digest_kind kind)
{
	static const char *const names[] = {
		[ATT_DIGEST_NONE] = "",  [ATT_SHA256] = "SHA256",   [ATT_SHA384] = "SHA384",
		[ATT_SHA512] = "SHA512", [ATT_BLAKE2B] = "BLAKE2b", [ATT_SHA1] = "SHA1",
		[ATT_MD5] = "MD5"};
	return names[kind];
}

int att_checksum_write(const struct att_digest *digest, struct att_str name, bool tag, struct att_buf *out,
		       struct att_err *err)
{
	char hex[ATT_DIGEST_TEXT + 1];
	struct att_str checked = name, bad;
	const char *wrong = att_str_is(name, "-") ? NULL : check_name(&checked, true, &bad);
	if (wrong) {
		att_err_set(err, ATT_ERR_REFUSED,
			    "expected the name of a file below the folder, found %s: %.*s", wrong,
			    ATT_STR_ARG(att_str_first(name, 200)));
		att_err_help(err, "a manifest that names it would be refused: rename the file");
		return ATT_ERR_REFUSED;
	}
	att_digest_hex(digest, hex);
	if (att_str_find_byte(name, '\\') != ATT_STR_NONE || att_str_find_byte(name, '\n') != ATT_STR_NONE ||
	    att_str_find_byte(name, '\r') != ATT_STR_NONE)
		att_buf_add_byte(out, '\\');
	if (tag)
		att_buf_printf(out, "%s (", tag_name(digest->kind));
	else
		att_buf_printf(out, "%s  ", hex);
	add_escaped(out, name);
	if (tag)
		att_buf_printf(out, ") = %s", hex);
	att_buf_add_byte(out, '\n');
	return att_buf_ok(out) ? ATT_OK : att_err_memory(err);
}
