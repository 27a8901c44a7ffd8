// SPDX-License-Identifier: Apache-2.0
#include "sbom/cataloger_pnpm.h"

#include "sbom/npm.h"

#include "libattest/base/banned.h"

bool sbom_pnpm_find_syntax(struct att_str version, enum pnpm_syntax *out)
{
	static const struct {
		const char *version;
		enum pnpm_syntax syntax;
	} known[] = {
		{"5", PNPM_5},   {"5.0", PNPM_5}, {"5.1", PNPM_5},
		{"5.2", PNPM_5}, {"5.3", PNPM_5}, {"5.4", PNPM_5},
		{"6.0", PNPM_6}, {"6.1", PNPM_6}, {"5.4-inlineSpecifiers", PNPM_5},
		{"9.0", PNPM_9},
	};
	for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
		if (att_str_is(version, known[i].version)) {
			*out = known[i].syntax;
			return true;
		}
	}
	return false;
}

/* Where "(peer@1.0.0)(other@2.0.0(nested@1.0.0))" begins at the end of `key`, or its length. */
static size_t parentheses(struct att_str key)
{
	size_t depth = 0, begin = key.len;
	for (size_t i = key.len; i-- > 0;) {
		if (key.data[i] == ')')
			depth++;
		else if (depth == 0)
			break;
		else if (key.data[i] == '(' && --depth == 0)
			begin = i;
	}
	return begin;
}

struct att_str sbom_pnpm_strip_suffix(enum pnpm_syntax syntax, struct att_str key)
{
	return syntax == PNPM_5 ? key : att_str_first(key, parentheses(key));
}

/* "@scope/name/rest" or "name/rest" into name and rest. */
static bool split_path(struct att_str path, struct att_str *name, struct att_str *rest)
{
	size_t slash = att_str_find_byte(path, '/');
	if (slash != ATT_STR_NONE && att_str_starts(path, ATT_STR("@"))) {
		size_t next = att_str_find_byte(att_str_from(path, slash + 1), '/');
		slash = next == ATT_STR_NONE ? ATT_STR_NONE : slash + 1 + next;
	}
	if (slash == ATT_STR_NONE)
		return false;
	*name = att_str_first(path, slash);
	*rest = att_str_from(path, slash + 1);
	return true;
}

static bool split(enum pnpm_syntax syntax, struct att_str path, struct pnpm_key *out)
{
	struct att_str group, base;
	if (!(syntax == PNPM_5 ? split_path(path, &out->name, &out->version)
			       : sbom_npm_split_spec(path, &out->name, &out->version)))
		return false;
	if (syntax == PNPM_5)
		out->version = att_str_first(out->version, att_str_find_byte(out->version, '_'));
	return sbom_npm_split_name(out->name, &group, &base);
}

void sbom_pnpm_parse_key(enum pnpm_syntax syntax, struct att_str key, struct pnpm_key *out)
{
	struct att_str id = sbom_pnpm_strip_suffix(syntax, key);
	*out = (struct pnpm_key){
		.patched = att_str_starts(att_str_from(key, id.len), ATT_STR("(patch_hash=")),
	};
	bool ok;
	if (syntax == PNPM_9 || att_str_starts(id, ATT_STR("/"))) {
		ok = split(syntax, syntax == PNPM_9 ? id : att_str_from(id, 1), out);
	} else {
		size_t slash = att_str_find_byte(id, '/');
		out->host = att_str_first(id, slash == ATT_STR_NONE ? 0 : slash);
		/* "file:folder/..." has no host. */
		ok = att_str_find_byte(out->host, ':') == ATT_STR_NONE &&
		     split(syntax, att_str_from(id, slash == ATT_STR_NONE ? id.len : slash + 1), out);
	}
	if (!ok)
		out->host = out->name = out->version = (struct att_str){NULL, 0};
}

/* Does a reference of format 9 name the package itself ("other@1.0.0": an alias)? An "@" in an address or
 * among the peers does not count. */
static bool names_package(struct att_str reference)
{
	size_t at = att_str_find_byte(reference, '@');
	size_t colon = att_str_find_byte(reference, ':');
	size_t bracket = att_str_find_byte(reference, '(');
	return at != ATT_STR_NONE && (at == 0 || (at < colon && at < bracket));
}

struct att_str sbom_pnpm_resolve(struct att_arena *arena, enum pnpm_syntax syntax, struct att_str name,
				 struct att_str reference)
{
	if (syntax == PNPM_9)
		return names_package(reference) ? reference
						: ATT_ARENA_JOIN(arena, name, ATT_STR("@"), reference);
	/* A bare version is one of the package `name`; everything else is a key already. */
	size_t slash = att_str_find_byte(reference, '/');
	bool is_version =
		slash == ATT_STR_NONE || (syntax == PNPM_6 && slash > att_str_find_byte(reference, '('));
	if (!is_version || att_str_starts(reference, ATT_STR("file:")))
		return reference;
	return ATT_ARENA_JOIN(arena, ATT_STR("/"), name, syntax == PNPM_5 ? ATT_STR("/") : ATT_STR("@"),
			      reference);
}
