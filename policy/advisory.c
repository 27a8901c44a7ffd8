// SPDX-License-Identifier: Apache-2.0
#include "policy/advisory.h"

#include "libattest/base/banned.h"

const char *policy_advisory_kind_name(enum policy_advisory_kind kind)
{
	switch (kind) {
	case POLICY_VULNERABILITY:
		return "vulnerability";
	case POLICY_NOTICE:
		return "notice";
	case POLICY_UNMAINTAINED:
		return "unmaintained";
	case POLICY_UNSOUND:
		return "unsound";
	case POLICY_MALICIOUS:
		return "malicious";
	case POLICY_ADVISORY_KINDS:
		break;
	}
	return "?";
}

bool policy_advisory_id_valid(struct att_str id)
{
	if (id.len == 0 || id.len > POLICY_MAX_ID)
		return false;
	for (size_t i = 0; i < id.len; i++)
		if (id.data[i] <= ' ' || id.data[i] > '~')
			return false;
	return true;
}

/* ---- names ---- */

static struct att_str lower(struct att_str name, struct att_arena *arena)
{
	size_t i = 0;
	while (i < name.len && att_ascii_lower(name.data[i]) == name.data[i])
		i++;
	if (i == name.len)
		return name.data ? name : ATT_STR("");
	struct att_str copy = {NULL, name.len};
	char *to = att_arena_alloc(arena, name.len, 1);
	if (!to)
		return (struct att_str){NULL, 0};
	for (i = 0; i < name.len; i++)
		to[i] = att_ascii_lower(name.data[i]);
	copy.data = to;
	return copy;
}

/* Without regard to case, and a run of "-", "_" and "." is one "-" (PEP 503). */
static struct att_str python(struct att_str name, struct att_arena *arena)
{
	char *to = att_arena_alloc(arena, name.len, 1);
	size_t len = 0;
	if (!to)
		return (struct att_str){NULL, 0};
	for (size_t i = 0; i < name.len; i++) {
		char c = att_ascii_lower(name.data[i]);
		bool separator = c == '-' || c == '_' || c == '.';
		if (!separator || len == 0 || to[len - 1] != '-')
			to[len++] = separator ? '-' : c;
	}
	return (struct att_str){to, len};
}

/* "https://github.com/vapor/vapor.git" is written as "github.com/vapor/vapor", too. */
static struct att_str repository(struct att_str name)
{
	size_t scheme = att_str_find(name, ATT_STR("://"));
	if (scheme != ATT_STR_NONE)
		name = att_str_from(name, scheme + 3);
	return att_str_ends(name, ATT_STR(".git")) ? att_str_first(name, name.len - 4) : name;
}

struct att_str policy_package_key(struct att_str ecosystem, struct att_str name, struct att_arena *arena)
{
	/* GitHub, NuGet, Packagist and Visual Studio's marketplace look names up without regard to case. Go
	 * does not, but many programs write its modules' names in small letters. crates.io does, too, but Cargo
	 * demands and writes the spelling that was published. */
	static const char *const caseless[] = {"GitHub Actions", "Go",     "NuGet", "Packagist",
					       "SwiftURL",       "VSCode", NULL};
	struct att_str base = att_str_first(ecosystem, att_str_find_byte(ecosystem, ':'));
	if (att_str_is(base, "PyPI"))
		return python(name, arena);
	if (att_str_is(base, "SwiftURL"))
		name = repository(name);
	for (size_t i = 0; caseless[i]; i++)
		if (att_str_is(base, caseless[i]))
			return lower(name, arena);
	return name.data ? name : ATT_STR("");
}
