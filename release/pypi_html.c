// SPDX-License-Identifier: Apache-2.0
/* The simple index as HTML (PEP 503), without an HTML library: what counts on the page is the start tags of
 * anchors, one <meta>, and that there is no <base>. Everything is read once, from front to back. */
#include "release/pypi_index.h"

#include "libattest/base/utf8.h"

#include "libattest/base/banned.h"

/* Attributes of a tag: an index writes five. */
enum { MAX_ATTRIBUTES = 64 };

struct attribute {
	struct att_str name, value; /* the value as it is written */
};

struct tag {
	struct att_str name;
	struct attribute attributes[MAX_ATTRIBUTES];
	size_t count;
	struct att_span span;
};

struct page {
	const struct att_source *source;
	struct release_pypi_index *index;
	struct att_arena arena;
	size_t at;
	bool is_index; /* it has links, or says that it is one */
	struct att_err *err;
};

static struct att_str rest_of(const struct page *p)
{
	return att_str_from(p->source->text, p->at);
}

static int fail(const struct page *p, size_t at, const char *what)
{
	return att_source_err(p->source, p->err, ATT_ERR_MALFORMED,
			      ((struct att_span){(uint32_t)at, (uint32_t)p->at}), "%s", what);
}

static char peek(const struct page *p)
{
	return p->at < p->source->text.len ? p->source->text.data[p->at] : '\0';
}

static void pass_space(struct page *p)
{
	while (att_ascii_is_space(peek(p)))
		p->at++;
}

/* Up to one of the bytes, or the end. */
static struct att_str take_until(struct page *p, const char *ends)
{
	struct att_str rest = rest_of(p);
	size_t len = 0;
	while (len < rest.len && rest.data[len] != '\0' && !strchr(ends, rest.data[len]))
		len++;
	p->at += len;
	return att_str_first(rest, len);
}

/* Behind the next `end`; false when there is none. */
static bool pass_to(struct page *p, struct att_str end)
{
	size_t at = att_str_find(rest_of(p), end);
	if (at == ATT_STR_NONE)
		return false;
	p->at += at + end.len;
	return true;
}

/* --- entities -------------------------------------------------------------------------------------------- */

static bool read_number(struct att_str text, uint32_t *code)
{
	bool is_hex = text.len > 0 && (text.data[0] == 'x' || text.data[0] == 'X');
	*code = 0;
	text = att_str_from(text, is_hex ? 1 : 0);
	if (text.len == 0 || text.len > 7)
		return false;
	for (size_t i = 0; i < text.len; i++) {
		int digit = att_ascii_hex(text.data[i]);
		if (digit < 0 || (!is_hex && digit > 9))
			return false;
		*code = *code * (is_hex ? 16 : 10) + (uint32_t)digit;
	}
	return *code > 0 && *code <= 0x10ffff && (*code < 0xd800 || *code > 0xdfff);
}

static bool read_entity(struct att_str name, uint32_t *code)
{
	static const struct {
		const char *name;
		char is;
	} known[] = {{"amp", '&'}, {"lt", '<'}, {"gt", '>'}, {"quot", '"'}, {"apos", '\''}};
	if (name.len > 0 && name.data[0] == '#')
		return read_number(att_str_from(name, 1), code);
	for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
		if (att_str_is(name, known[i].name)) {
			*code = (unsigned char)known[i].is;
			return true;
		}
	return false;
}

static bool is_entity_name(struct att_str name)
{
	for (size_t i = 0; i < name.len; i++)
		if (!att_ascii_is_alnum(name.data[i]) && !(i == 0 && name.data[0] == '#'))
			return false;
	return name.len > 0 && name.len <= 32;
}

/* "&" and what is no name after it stand for themselves; a name that we do not know is refused, since it stands
 * for something. */
static int decode(struct page *p, struct att_str value, size_t at, struct att_str *out)
{
	char *text = att_arena_alloc(&p->arena, value.len + 1, 1);
	size_t len = 0;
	if (!text)
		return att_err_memory(p->err);
	for (size_t i = 0; i < value.len; i++) {
		struct att_str name = att_str_first(att_str_from(value, i + 1), 34);
		size_t end = value.data[i] == '&' ? att_str_find_byte(name, ';') : ATT_STR_NONE;
		uint32_t code;
		name = att_str_first(name, end);
		if (end == ATT_STR_NONE || !is_entity_name(name)) {
			text[len++] = value.data[i];
			continue;
		}
		if (!read_entity(name, &code))
			return fail(p, at,
				    "expected one of HTML's five plain entities or a number after \"&\"");
		/* Never longer than its name: "&#1;" has four bytes, and each further digit brings at most one.
		 */
		len += att_utf8_encode(code, text + len);
		i += end + 1;
	}
	*out = (struct att_str){text, len};
	return ATT_OK;
}

/* --- tags ------------------------------------------------------------------------------------------------ */

static int read_value(struct page *p, struct att_str *value)
{
	size_t begin = p->at;
	char quote = peek(p);
	if (quote != '"' && quote != '\'') {
		*value = take_until(p, " \t\r\n\f\v>\"'=<`");
		return value->len > 0 && (peek(p) == '>' || att_ascii_is_space(peek(p)))
			       ? ATT_OK
			       : fail(p, begin, "expected the value of an attribute");
	}
	p->at++;
	*value = take_until(p, quote == '"' ? "\"" : "'");
	if (peek(p) != quote)
		return fail(p, begin, "expected the end of a quoted attribute");
	p->at++;
	return att_ascii_is_space(peek(p)) || peek(p) == '>' || peek(p) == '/'
		       ? ATT_OK
		       : fail(p, begin, "expected space after a quoted attribute");
}

static int read_attribute(struct page *p, struct tag *tag)
{
	size_t begin = p->at;
	struct attribute attribute = {take_until(p, " \t\r\n\f\v>/=\"'<"), {NULL, 0}};
	int status = ATT_OK;
	if (attribute.name.len == 0 || tag->count >= MAX_ATTRIBUTES)
		return fail(p, begin, "expected a tag with at most 64 attributes");
	for (size_t i = 0; i < tag->count; i++)
		if (att_str_equal_nocase(tag->attributes[i].name, attribute.name))
			return fail(p, begin, "expected each attribute once");
	pass_space(p);
	if (peek(p) == '=') {
		p->at++;
		pass_space(p);
		status = read_value(p, &attribute.value);
	}
	tag->attributes[tag->count++] = attribute;
	return status;
}

static int read_tag(struct page *p, struct tag *tag)
{
	size_t begin = p->at;
	int status = ATT_OK;
	tag->count = 0;
	tag->name = take_until(p, " \t\r\n\f\v>/");
	pass_space(p);
	while (status == ATT_OK && peek(p) != '>') {
		if (p->at >= p->source->text.len || peek(p) == '\0')
			return fail(p, begin, "expected the end of a tag");
		if (peek(p) == '/')
			p->at++;
		else
			status = read_attribute(p, tag);
		pass_space(p);
	}
	if (status == ATT_OK)
		p->at++;
	tag->span = (struct att_span){(uint32_t)begin, (uint32_t)p->at};
	return status;
}

static const struct attribute *attribute_of(const struct tag *tag, const char *name)
{
	for (size_t i = 0; i < tag->count; i++)
		if (att_str_equal_nocase(tag->attributes[i].name, att_str_of(name)))
			return &tag->attributes[i];
	return NULL;
}

/* --- what tags say --------------------------------------------------------------------------------------- */

static struct att_str sha256_of(struct att_str url)
{
	size_t at = att_str_find_byte(url, '#');
	struct att_str rest = att_str_from(url, at == ATT_STR_NONE ? url.len : at + 1), part;
	while (att_str_split(&rest, '&', &part))
		if (att_str_starts(part, ATT_STR("sha256=")))
			return att_str_from(part, 7);
	return (struct att_str){NULL, 0};
}

static int read_claims(struct page *p, const struct tag *tag, struct release_pypi_file *file)
{
	static const char *const names[] = {"data-core-metadata", "data-dist-info-metadata"};
	const struct attribute *python = attribute_of(tag, "data-requires-python");
	const struct attribute *provenance = attribute_of(tag, "data-provenance");
	int status = ATT_OK;
	for (size_t i = 0; status == ATT_OK && i < 2; i++) {
		const struct attribute *said = attribute_of(tag, names[i]);
		bool is_digest = said && att_str_starts(said->value, ATT_STR("sha256="));
		if (said && !att_str_is(said->value, "false"))
			status = release_pypi_take_metadata(
				p->source, file, is_digest ? att_str_from(said->value, 7) : ATT_STR(""),
				tag->span, p->err);
	}
	if (status == ATT_OK && python)
		status = decode(p, att_str_trim(python->value), tag->span.begin, &file->python);
	if (status == ATT_OK && provenance)
		status = decode(p, att_str_trim(provenance->value), tag->span.begin, &file->provenance);
	return status;
}

static int read_anchor(struct page *p, const struct tag *tag)
{
	const struct attribute *href = attribute_of(tag, "href");
	struct release_pypi_file file = {.is_yanked = attribute_of(tag, "data-yanked") != NULL};
	if (!href)
		return ATT_OK;
	p->is_index = true;
	char text[2 * ATT_FETCH_MAX_URL];
	bool is_of = false;
	att_arena_clear(&p->arena);
	/* The link's name counts, whatever its text says. */
	int status = decode(p, att_str_trim(href->value), tag->span.begin, &file.url);
	if (status == ATT_OK)
		status = release_pypi_take_link(p->source, p->index, &file, text, tag->span, &is_of, p->err);
	if (status != ATT_OK || !is_of)
		return status;
	file.sha256 = sha256_of(file.url);
	status = read_claims(p, tag, &file);
	if (status != ATT_OK)
		return status;
	return release_pypi_keep(p->source, p->index, &file, tag->span, p->err);
}

static int read_meta(struct page *p, const struct tag *tag)
{
	const struct attribute *name = attribute_of(tag, "name"), *content = attribute_of(tag, "content");
	p->is_index |= name && att_str_is(name->value, "pypi:repository-version");
	if (!name || !att_str_is(name->value, "pypi:repository-version") ||
	    (content && att_str_starts(content->value, ATT_STR("1."))))
		return ATT_OK;
	return att_source_err(p->source, p->err, ATT_ERR_UNSUPPORTED, tag->span,
			      "expected version 1 of the simple API, found \"%.*s\"",
			      ATT_STR_ARG(att_str_first(content ? content->value : ATT_STR(""), 40)));
}

static int read_start_tag(struct page *p)
{
	struct tag tag;
	int status = read_tag(p, &tag);
	if (status != ATT_OK)
		return status;
	if (att_str_equal_nocase(tag.name, ATT_STR("a")))
		return read_anchor(p, &tag);
	if (att_str_equal_nocase(tag.name, ATT_STR("meta")))
		return read_meta(p, &tag);
	/* Some take tags in it for text. */
	if (att_str_equal_nocase(tag.name, ATT_STR("title")) &&
	    !att_str_starts(att_str_from(rest_of(p), att_str_find_byte(rest_of(p), '<')), ATT_STR("</")))
		return fail(p, tag.span.begin, "expected a title without tags");
	/* What changes how the rest of the page is read; and pages that ask for a login, which are no index. */
	static const char *const strange[] = {
		"base", "script",    "style", "textarea", "template", "iframe", "noembed", "noframes",
		"xmp",  "plaintext", "svg",   "math",     "noscript", "form",   "input",   "button"};
	for (size_t i = 0; i < sizeof strange / sizeof strange[0]; i++)
		if (att_str_equal_nocase(tag.name, att_str_of(strange[i])))
			return att_source_err(p->source, p->err, ATT_ERR_UNSUPPORTED, tag.span,
					      "expected a plain list of links, found <%s>", strange[i]);
	return ATT_OK;
}

/* Programs do not agree on where a comment with "--" in it ends. */
static int pass_comment(struct page *p, size_t begin)
{
	p->at += 4;
	if (peek(p) == '>' || att_str_starts(rest_of(p), ATT_STR("->")) || !pass_to(p, ATT_STR("--")) ||
	    peek(p) != '>')
		return fail(p, begin, "expected a comment that ends at its first \"--\"");
	p->at++;
	return ATT_OK;
}

static int read_markup(struct page *p)
{
	size_t begin = p->at;
	struct att_str rest = rest_of(p);
	if (att_str_starts(rest, ATT_STR("<!--")))
		return pass_comment(p, begin);
	if (att_str_equal_nocase(att_str_first(rest, 9), ATT_STR("<!doctype")) ||
	    att_str_starts(rest, ATT_STR("</")))
		return pass_to(p, ATT_STR(">")) ? ATT_OK : fail(p, begin, "expected the end of a tag");
	p->at++;
	if (att_ascii_is_alpha(peek(p)))
		return read_start_tag(p);
	return peek(p) == '!' || peek(p) == '?' ? fail(p, begin, "expected a plain list of links") : ATT_OK;
}

int release_pypi_read_html(const struct att_source *source, struct release_pypi_index *index,
			   struct att_err *err)
{
	struct page p = {.source = source, .index = index, .err = err};
	size_t bad = att_utf8_valid_prefix(source->text);
	int status = ATT_OK;
	size_t nul = att_str_find_byte(source->text, '\0');
	bad = nul < bad ? nul : bad;
	if (bad < source->text.len)
		status = att_source_err(source, err, ATT_ERR_MALFORMED,
					((struct att_span){(uint32_t)bad, (uint32_t)bad}),
					"expected HTML in UTF-8, found other bytes");
	/* An error page, or nothing at all, is no empty list. */
	if (status == ATT_OK && att_str_find_byte(source->text, '<') == ATT_STR_NONE)
		status = att_source_err(source, err, ATT_ERR_MALFORMED, ((struct att_span){0, 0}),
					"expected a page of links, found no HTML");
	while (status == ATT_OK && p.at < source->text.len) {
		size_t at = att_str_find_byte(rest_of(&p), '<');
		if (at == ATT_STR_NONE)
			break;
		p.at += at;
		status = read_markup(&p);
	}
	/* Whoever lists nothing says so: other pages are empty, too. */
	if (status == ATT_OK && !p.is_index)
		status = att_source_err(source, err, ATT_ERR_MALFORMED, ((struct att_span){0, 0}),
					"expected a page of links, found one without any");
	att_arena_clear(&p.arena);
	return status;
}
