// SPDX-License-Identifier: Apache-2.0
#include "libattest/package/purl.h"

#include "libattest/base/limits.h"
#include "libattest/base/utf8.h"
#include "libattest/package/purl_types.h"

#include "libattest/base/banned.h"

/* Collects a draft, out of text (percent-encoded) or out of parts (decoded). */
struct reader {
	struct att_purl_draft draft;
	struct att_arena *arena;
	struct att_err *err;
	char *next;     /* where the next decoded byte goes; there is room for the whole input */
	bool encoded;   /* percent-encoded input */
	bool fold_keys; /* keys that the type defines may come in capitals, too */
};

static int malformed(struct reader *r, const char *part, const char *expected, struct att_str found)
{
	if (found.len == 0)
		return att_err_set(r->err, ATT_ERR_MALFORMED, "purl %s: expected %s, found nothing", part,
				   expected);
	return att_err_set(r->err, ATT_ERR_MALFORMED, "purl %s: expected %s, found \"%.*s\"", part, expected,
			   ATT_STR_ARG(att_purl_clip(found)));
}

static int limit(struct att_err *err)
{
	return att_err_set(err, ATT_ERR_LIMIT, "purl text: expected at most %zu bytes", ATT_MAX_PURL);
}

/* Appends `in`, decoded when the input is encoded, to `out`, which ends where the reader writes. */
static int take(struct reader *r, const char *part, struct att_str in, struct att_purl_text *out)
{
	char *start = r->next;
	for (size_t i = 0; i < in.len; i++) {
		char c = in.data[i];
		if (c == '%' && r->encoded) {
			int high = i + 1 < in.len ? att_ascii_hex(in.data[i + 1]) : -1;
			int low = i + 2 < in.len ? att_ascii_hex(in.data[i + 2]) : -1;
			if (high < 0 || low < 0) {
				int code = malformed(r, part, "two hexadecimal digits after '%'",
						     att_str_first(att_str_from(in, i), 3));
				att_err_help(r->err, "write a '%%' itself as %%25");
				return code;
			}
			c = (char)(high << 4 | low);
			i += 2;
		}
		*r->next++ = c;
	}
	struct att_str added = {start, (size_t)(r->next - start)};
	if (!out->data)
		out->data = start;
	out->len = (size_t)(r->next - out->data);
	size_t valid = att_utf8_valid_prefix(added);
	if (valid < added.len)
		return att_err_set(r->err, ATT_ERR_MALFORMED, "purl %s: expected UTF-8, found the byte 0x%02x",
				   part, (unsigned)(unsigned char)added.data[valid]);
	return 0;
}

/* Segments joined by single '/': empty ones are dropped, and "." and ".." where they could only lead
 * astray. */
static int take_path(struct reader *r, const char *part, struct att_str in, bool drop_dots,
		     struct att_purl_text *out)
{
	struct att_str segment;
	while (att_str_split(&in, '/', &segment)) {
		if (segment.len == 0)
			continue;
		char *before = r->next;
		if (out->len > 0)
			*r->next++ = '/';
		struct att_purl_text added = {NULL, 0};
		int code = take(r, part, segment, &added);
		if (code)
			return code;
		if (att_str_find_byte(att_purl_str(added), '/') != ATT_STR_NONE)
			return malformed(r, part, "segments without a '/' of their own", segment);
		if (drop_dots &&
		    (att_str_is(att_purl_str(added), ".") || att_str_is(att_purl_str(added), "..")))
			r->next = before;
		if (!out->data)
			out->data = before;
		out->len = (size_t)(r->next - out->data);
	}
	return 0;
}

static int take_type(struct reader *r, struct att_str type)
{
	struct att_purl_draft *draft = &r->draft;
	bool good = type.len > 0 && att_ascii_is_alpha(type.data[0]);
	for (size_t i = 0; good && i < type.len; i++)
		good = att_ascii_is_alnum(type.data[i]) || type.data[i] == '.' || type.data[i] == '-';
	if (!good)
		return malformed(r, "type", "a letter, then letters, digits, '.' and '-'", type);
	draft->type = (struct att_purl_text){r->next, type.len};
	memcpy(r->next, type.data, type.len);
	r->next += type.len;
	att_purl_fold(&draft->type, ATT_PURL_LOWER);
	draft->rules = att_purl_type_find(att_purl_str(draft->type));
	return 0;
}

/* Copies a key in lower case. A key that the type's definition names is part of that definition and is
 * spelled as it stands there; the reader decides whether to insist. */
static int take_key(struct reader *r, struct att_str key, struct att_purl_text *out)
{
	bool good = key.len > 0 && att_ascii_is_alpha(key.data[0]);
	for (size_t i = 0; good && i < key.len; i++)
		good = att_ascii_is_alnum(key.data[i]) || att_purl_is_one_of(key.data[i], ".-_");
	if (!good)
		return malformed(r, "qualifiers", "a key of a letter, then letters, digits, '.', '-' and '_'",
				 key);
	*out = (struct att_purl_text){r->next, key.len};
	memcpy(r->next, key.data, key.len);
	r->next += key.len;
	att_purl_fold(out, ATT_PURL_LOWER);
	if (r->fold_keys || att_str_equal(att_purl_str(*out), key))
		return 0;
	for (size_t i = 0; r->draft.rules->keys[i]; i++)
		if (att_str_is(att_purl_str(*out), r->draft.rules->keys[i])) {
			int code = malformed(r, "qualifiers", "a key in lower case", key);
			att_err_help(r->err, "write %s", r->draft.rules->keys[i]);
			return code;
		}
	return 0;
}

static int take_qualifier(struct reader *r, struct att_str key, struct att_str value)
{
	struct att_purl_draft *draft = &r->draft;
	struct att_purl_text k = {NULL, 0}, v = {NULL, 0};
	int code = take_key(r, key, &k);
	if (!code)
		code = take(r, "qualifiers", value, &v);
	if (code || v.len == 0)
		return code;
	size_t at = draft->qualifier_count;
	int order = 1;
	while (at > 0) {
		order = att_str_compare(att_purl_str(k), att_purl_str(draft->qualifiers[at - 1].key));
		if (order >= 0)
			break;
		at--;
	}
	if (at > 0 && order == 0)
		return malformed(r, "qualifiers", "every key once", key);
	if (draft->qualifier_count == ATT_PURL_MAX_QUALIFIERS)
		return att_err_set(r->err, ATT_ERR_LIMIT, "purl qualifiers: expected at most %d",
				   ATT_PURL_MAX_QUALIFIERS);
	memmove(&draft->qualifiers[at + 1], &draft->qualifiers[at],
		(draft->qualifier_count - at) * sizeof draft->qualifiers[0]);
	draft->qualifiers[at].key = k;
	draft->qualifiers[at].value = v;
	draft->qualifier_count++;
	return 0;
}

static int take_qualifiers(struct reader *r, struct att_str in)
{
	struct att_str pair;
	int code = 0;
	if (in.len == 0)
		return 0;
	while (!code && att_str_split(&in, '&', &pair)) {
		size_t equals = att_str_find_byte(pair, '=');
		if (equals == ATT_STR_NONE)
			return malformed(r, "qualifiers", "key=value between '?' and '&'", pair);
		code = take_qualifier(r, att_str_first(pair, equals), att_str_from(pair, equals + 1));
	}
	return code;
}

/* A list of "algorithm:digest", in lower case. */
static int finish_checksum(struct reader *r)
{
	struct att_purl_text *value = att_purl_draft_value(&r->draft, "checksum");
	if (!value)
		return 0;
	att_purl_fold(value, ATT_PURL_LOWER);
	struct att_str rest = att_purl_str(*value), item;
	while (att_str_split(&rest, ',', &item)) {
		size_t colon = att_str_find_byte(item, ':');
		bool good = colon != ATT_STR_NONE && colon > 0 && colon + 1 < item.len;
		for (size_t i = 0; good && i < item.len; i++)
			good = i < colon ? att_ascii_is_alnum(item.data[i]) ||
						   att_purl_is_one_of(item.data[i], "-_/")
			       : i == colon ? true
					    : att_ascii_hex(item.data[i]) >= 0;
		if (!good)
			return malformed(r, "qualifiers", "checksum to list algorithm:hexadecimal", item);
	}
	return 0;
}

static int check_namespace(struct reader *r)
{
	const struct att_purl_type *rules = r->draft.rules;
	if (rules->namespace == ATT_PURL_PROHIBITED && r->draft.namespace.len > 0) {
		int code = att_err_set(r->err, ATT_ERR_MALFORMED,
				       "purl namespace: expected none in type %s, found \"%.*s\"", rules->name,
				       ATT_STR_ARG(att_purl_clip(att_purl_str(r->draft.namespace))));
		att_err_help(r->err, "write a '/' that is part of the name as %%2F");
		return code;
	}
	if (rules->namespace == ATT_PURL_REQUIRED && r->draft.namespace.len == 0)
		return att_err_set(r->err, ATT_ERR_MALFORMED,
				   "purl namespace: expected %s before the name in type %s, found nothing",
				   rules->namespace_is, rules->name);
	return 0;
}

/* The rules that hold for text and parts alike, once everything is decoded. */
static int finish(struct reader *r)
{
	struct att_purl_draft *draft = &r->draft;
	const struct att_purl_type *rules = draft->rules;
	while (draft->name.len > 0 && draft->name.data[0] == '/') {
		draft->name.data++;
		draft->name.len--;
	}
	while (draft->name.len > 0 && draft->name.data[draft->name.len - 1] == '/')
		draft->name.len--;
	if (draft->name.len == 0)
		return malformed(r, "name", "a name", ATT_STR(""));
	int code = check_namespace(r);
	if (code)
		return code;
	att_purl_fold(&draft->namespace, rules->namespace_case);
	att_purl_fold(&draft->name, rules->name_case);
	att_purl_fold(&draft->version, rules->version_case);
	att_purl_fold(&draft->subpath, rules->subpath_case);
	if (rules->finish && (code = rules->finish(draft, r->arena, r->err)))
		return code;
	if (rules->required_key && !att_purl_draft_value(draft, rules->required_key))
		return att_err_set(r->err, ATT_ERR_MALFORMED,
				   "purl qualifiers: expected %s in type %s, found none", rules->required_key,
				   rules->name);
	if (draft->version.len > 0 && att_purl_draft_value(draft, "vers"))
		return att_err_set(r->err, ATT_ERR_MALFORMED,
				   "purl qualifiers: expected a version or vers, found both");
	return finish_checksum(r);
}

/* Where the version starts: after the last '@'. The '@' of a scope that was not encoded is none. */
static size_t find_version(const struct att_purl_type *rules, struct att_str path)
{
	size_t from = 0;
	if (rules->scoped && path.len > 0 && path.data[0] == '@') {
		size_t slash = att_str_find_byte(path, '/');
		from = slash == ATT_STR_NONE ? 0 : slash;
	}
	size_t at = att_str_find_last_byte(att_str_from(path, from), '@');
	return at == ATT_STR_NONE ? at : from + at;
}

static int take_names(struct reader *r, struct att_str path)
{
	size_t at = find_version(r->draft.rules, path);
	struct att_str version = {NULL, 0}, name = path, namespace = {NULL, 0};
	if (at != ATT_STR_NONE) {
		version = att_str_from(path, at + 1);
		name = att_str_first(path, at);
	} else {
		while (name.len > 0 && name.data[name.len - 1] == '/')
			name.len--;
	}
	size_t slash = att_str_find_last_byte(name, '/');
	if (slash != ATT_STR_NONE) {
		namespace = att_str_first(name, slash);
		name = att_str_from(name, slash + 1);
	}
	int code = take_path(r, "namespace", namespace, false, &r->draft.namespace);
	if (!code)
		code = take(r, "name", name, &r->draft.name);
	if (!code)
		code = take(r, "version", version, &r->draft.version);
	return code;
}

/* White space and controls that nobody encoded come from a cut gone wrong, not from a name. */
static int check_text(struct reader *r, struct att_str text)
{
	for (size_t i = 0; i < text.len; i++) {
		unsigned char c = (unsigned char)text.data[i];
		if (c <= ' ' || c == 0x7f)
			return att_err_set(r->err, ATT_ERR_MALFORMED,
					   "purl text: expected white space and control characters to be "
					   "percent-encoded, found the byte 0x%02x",
					   (unsigned)c);
	}
	return 0;
}

/* A separator that comes twice could be read in two ways, so it is refused rather than guessed at. */
static int split_once(struct reader *r, char separator, struct att_str *left, struct att_str *right,
		      const char *part, const char *expected)
{
	size_t at = att_str_find_byte(*left, separator);
	if (at == ATT_STR_NONE)
		return 0;
	*right = att_str_from(*left, at + 1);
	*left = att_str_first(*left, at);
	size_t again = att_str_find_byte(*right, separator);
	if (again == ATT_STR_NONE)
		return 0;
	return malformed(r, part, expected, att_str_from(*right, again));
}

static int read_text(struct reader *r, struct att_str text)
{
	struct att_str rest, type, subpath = {NULL, 0}, qualifiers = {NULL, 0};
	r->next = att_arena_alloc(r->arena, text.len, 1);
	if (!r->next)
		return att_err_memory(r->err);
	size_t colon = att_str_find_byte(text, ':');
	if (colon == ATT_STR_NONE || !att_str_equal_nocase(att_str_first(text, colon), ATT_STR("pkg")))
		return malformed(r, "scheme", "\"pkg:\" first", text);
	rest = att_str_from(text, colon + 1);
	while (rest.len > 0 && rest.data[0] == '/')
		rest = att_str_from(rest, 1);
	int code = check_text(r, text);
	if (!code)
		code = split_once(r, '#', &rest, &subpath, "subpath", "one '#' (another is written %23)");
	if (!code)
		code = split_once(r, '?', &rest, &qualifiers, "qualifiers", "one '?' (another is written %3F)");
	if (code)
		return code;
	type = att_str_first(rest, att_str_find_byte(rest, '/'));
	code = take_type(r, type);
	if (!code)
		code = take_names(r, att_str_from(rest, type.len + 1));
	if (!code)
		code = take_qualifiers(r, qualifiers);
	if (!code)
		code = take_path(r, "subpath", subpath, true, &r->draft.subpath);
	return code ? code : finish(r);
}

static int read_parts(struct reader *r, const struct att_purl *parts)
{
	size_t room = parts->type.len + parts->namespace.len + parts->name.len + parts->version.len +
		      parts->subpath.len;
	if (parts->qualifier_count > ATT_PURL_MAX_QUALIFIERS)
		return att_err_set(r->err, ATT_ERR_USAGE, "purl qualifiers: more than there is room for");
	for (size_t i = 0; i < parts->qualifier_count; i++)
		room += parts->qualifiers[i].key.len + parts->qualifiers[i].value.len;
	if (room > ATT_MAX_PURL)
		return limit(r->err);
	r->next = att_arena_alloc(r->arena, room, 1);
	if (!r->next)
		return att_err_memory(r->err);
	int code = take_type(r, parts->type);
	if (!code)
		code = take_path(r, "namespace", parts->namespace, false, &r->draft.namespace);
	if (!code)
		code = take(r, "name", parts->name, &r->draft.name);
	if (!code)
		code = take(r, "version", parts->version, &r->draft.version);
	for (size_t i = 0; !code && i < parts->qualifier_count; i++)
		code = take_qualifier(r, parts->qualifiers[i].key, parts->qualifiers[i].value);
	if (!code)
		code = take_path(r, "subpath", parts->subpath, true, &r->draft.subpath);
	return code ? code : finish(r);
}

static void reader_init(struct reader *r, struct att_arena *arena, struct att_err *err)
{
	struct att_purl_text none = {NULL, 0};
	struct att_purl_draft *draft = &r->draft;
	/* Field by field: the room for qualifiers is a kilobyte that most purls never touch. */
	draft->rules = NULL;
	draft->type = draft->namespace = draft->name = draft->version = draft->subpath = none;
	draft->qualifier_count = 0;
	r->arena = arena;
	r->err = err;
	r->next = NULL;
	r->encoded = r->fold_keys = false;
}

/* Writes to `to`, or only counts when it is NULL. */
static size_t put(char *to, size_t at, char c)
{
	if (to)
		to[at] = c;
	return at + 1;
}

static size_t put_text(char *to, size_t at, struct att_purl_text text, bool path)
{
	static const char digits[] = "0123456789ABCDEF";
	for (size_t i = 0; i < text.len; i++) {
		unsigned char c = (unsigned char)text.data[i];
		if (att_ascii_is_alnum((char)c) || c == '.' || c == '-' || c == '_' || c == '~' || c == ':' ||
		    (path && c == '/')) {
			at = put(to, at, (char)c);
			continue;
		}
		at = put(to, at, '%');
		at = put(to, at, digits[c >> 4]);
		at = put(to, at, digits[c & 15]);
	}
	return at;
}

static size_t put_draft(char *to, const struct att_purl_draft *draft)
{
	size_t at = 0;
	for (const char *scheme = "pkg:"; *scheme; scheme++)
		at = put(to, at, *scheme);
	at = put_text(to, at, draft->type, false);
	at = put(to, at, '/');
	if (draft->namespace.len > 0) {
		at = put_text(to, at, draft->namespace, true);
		at = put(to, at, '/');
	}
	at = put_text(to, at, draft->name, draft->rules->name_is_path);
	if (draft->version.len > 0) {
		at = put(to, at, '@');
		at = put_text(to, at, draft->version, false);
	}
	for (size_t i = 0; i < draft->qualifier_count; i++) {
		at = put(to, at, i == 0 ? '?' : '&');
		at = put_text(to, at, draft->qualifiers[i].key, false);
		at = put(to, at, '=');
		at = put_text(to, at, draft->qualifiers[i].value, false);
	}
	if (draft->subpath.len > 0) {
		at = put(to, at, '#');
		at = put_text(to, at, draft->subpath, true);
	}
	return at;
}

static int write_draft(struct reader *r, struct att_str *out)
{
	size_t len = put_draft(NULL, &r->draft);
	if (len > ATT_MAX_PURL)
		return limit(r->err);
	char *to = att_arena_alloc(r->arena, len + 1, 1);
	if (!to)
		return att_err_memory(r->err);
	put_draft(to, &r->draft);
	*out = (struct att_str){to, len};
	return 0;
}

int att_purl_parse(struct att_str text, struct att_arena *arena, struct att_purl *out, struct att_err *err)
{
	struct reader r;
	if (text.len > ATT_MAX_PURL)
		return limit(err);
	reader_init(&r, arena, err);
	r.encoded = true;
	int code = read_text(&r, text);
	if (code)
		return code;
	memset(out, 0, sizeof *out);
	out->type = att_purl_str(r.draft.type);
	out->namespace = att_purl_str(r.draft.namespace);
	out->name = att_purl_str(r.draft.name);
	out->version = att_purl_str(r.draft.version);
	out->subpath = att_purl_str(r.draft.subpath);
	for (size_t i = 0; i < r.draft.qualifier_count; i++) {
		out->qualifiers[i].key = att_purl_str(r.draft.qualifiers[i].key);
		out->qualifiers[i].value = att_purl_str(r.draft.qualifiers[i].value);
	}
	out->qualifier_count = r.draft.qualifier_count;
	return 0;
}

int att_purl_build(const struct att_purl *parts, struct att_arena *arena, struct att_str *out,
		   struct att_err *err)
{
	struct reader r;
	reader_init(&r, arena, err);
	r.fold_keys = true;
	int code = read_parts(&r, parts);
	return code ? code : write_draft(&r, out);
}

int att_purl_normalise(struct att_str text, struct att_arena *arena, struct att_str *out, struct att_err *err)
{
	struct reader r;
	if (text.len > ATT_MAX_PURL)
		return limit(err);
	reader_init(&r, arena, err);
	r.encoded = r.fold_keys = true;
	int code = read_text(&r, text);
	return code ? code : write_draft(&r, out);
}

bool att_purl_qualify(struct att_purl *purl, const char *key, struct att_str value)
{
	if (value.len == 0)
		return true;
	if (purl->qualifier_count >= ATT_PURL_MAX_QUALIFIERS)
		return false;
	purl->qualifiers[purl->qualifier_count++] = (struct att_purl_qualifier){att_str_of(key), value};
	return true;
}
