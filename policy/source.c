// SPDX-License-Identifier: Apache-2.0
#include "policy/source.h"

#include "libattest/package/purl.h"

#include "libattest/base/banned.h"

enum { COMMIT = 40 };

/* The names under which one registry goes come one after another; the first is shown. */
static const struct {
	const char *type, *url;
} registries[] = {
	{"cargo", "https://github.com/rust-lang/crates.io-index"},
	{"cargo", "https://index.crates.io"},
	{"npm", "https://registry.npmjs.org"},
	{"npm", "https://registry.yarnpkg.com"},
	{"npm", "https://npm.jsr.io"}, /* where Deno takes its packages from */
	{"pypi", "https://pypi.org/simple"},
	{"gem", "https://rubygems.org"},
	{"maven", "https://repo.maven.apache.org/maven2"},
	{"maven", "https://repo1.maven.org/maven2"},
	{"composer", "https://repo.packagist.org"},
	{"composer", "https://packagist.org"},
	{"golang", "https://proxy.golang.org"},
	{"nuget", "https://api.nuget.org/v3/index.json"},
	{"hex", "https://repo.hex.pm"},
	{"pub", "https://pub.dev"},
};
enum { REGISTRIES = sizeof registries / sizeof registries[0] };

struct att_str policy_source_default(struct att_str type)
{
	for (size_t i = 0; i < REGISTRIES; i++)
		if (att_str_is(type, registries[i].type))
			return att_str_of(registries[i].url);
	return (struct att_str){NULL, 0};
}

static bool is_default(struct att_str type, struct att_str url)
{
	for (size_t i = 0; i < REGISTRIES; i++)
		if (att_str_is(type, registries[i].type) &&
		    policy_source_equal(url, att_str_of(registries[i].url)))
			return true;
	return false;
}

struct att_str policy_source_public(struct att_str url)
{
	for (size_t i = 0; i < REGISTRIES; i++)
		if (policy_source_equal(url, att_str_of(registries[i].url)))
			return att_str_of(registries[i].type);
	return (struct att_str){NULL, 0};
}

/* --- addresses ----------------------------------------------------------------------------------------- */

static struct att_str without_tool(struct att_str url)
{
	static const char *const tools[] = {"git+", "sparse+", "registry+"};
	for (size_t i = 0; i < sizeof tools / sizeof tools[0]; i++)
		if (att_str_starts(url, att_str_of(tools[i])))
			return att_str_from(url, strlen(tools[i]));
	return url;
}

static struct att_str without_end(struct att_str url)
{
	while (url.len && url.data[url.len - 1] == '/')
		url.len--;
	if (att_str_ends(url, ATT_STR(".git")))
		url.len -= 4;
	return url;
}

/* The scheme and host: up to the third "/". */
static size_t host_end(struct att_str url)
{
	size_t at = att_str_find(url, ATT_STR("://"));
	if (at == ATT_STR_NONE)
		return 0;
	size_t slash = att_str_find_byte(att_str_from(url, at + 3), '/');
	return slash == ATT_STR_NONE ? url.len : at + 3 + slash;
}

bool policy_source_equal(struct att_str a, struct att_str b)
{
	a = without_end(without_tool(a));
	b = without_end(without_tool(b));
	size_t end = host_end(a);
	return end == host_end(b) && att_str_equal_nocase(att_str_first(a, end), att_str_first(b, end)) &&
	       att_str_equal(att_str_from(a, end), att_str_from(b, end));
}

/* The next byte as servers understand it; the rest is not empty. */
static char take_byte(struct att_str *rest)
{
	int high = -1, low = -1;
	char byte = rest->data[0];
	if (byte == '%' && rest->len > 2) {
		high = att_ascii_hex(rest->data[1]);
		low = att_ascii_hex(rest->data[2]);
	}
	bool escaped = high >= 0 && low >= 0;
	*rest = att_str_from(*rest, escaped ? 3 : 1);
	return escaped ? (char)(high * 16 + low) : byte;
}

bool policy_source_is_straight(struct att_str url)
{
	url = without_tool(url);
	size_t end = host_end(url);
	struct att_str rest = att_str_from(url, end);
	size_t length = 0, dots = 0;
	for (size_t i = 0; i < end; i++)
		if ((unsigned char)url.data[i] <= ' ' || strchr("?#\\%", url.data[i]))
			return false;
	for (bool more = true; more;) {
		more = rest.len > 0;
		char byte = more ? take_byte(&rest) : '/';
		bool ends = byte == '/' || byte == '\\';
		if (ends && dots > 0 && dots <= 2 && dots == length)
			return false;
		length = ends ? 0 : length + 1;
		dots = ends ? 0 : dots + (byte == '.');
	}
	return end > 0;
}

bool policy_source_within(struct att_str url, struct att_str prefix)
{
	url = without_tool(url);
	prefix = without_tool(prefix);
	size_t end = host_end(prefix);
	if (!policy_source_is_straight(url))
		return false;
	if (prefix.len == 0 || end == 0 || url.len < prefix.len ||
	    !att_str_equal_nocase(att_str_first(url, end), att_str_first(prefix, end)) ||
	    !att_str_starts(att_str_from(url, end), att_str_from(prefix, end)))
		return false;
	return url.len == prefix.len || prefix.data[prefix.len - 1] == '/' || url.data[prefix.len] == '/';
}

const struct policy_mirror *policy_source_mirror(const struct policy_sources_config *sources,
						 struct att_str type, struct att_str url)
{
	for (size_t i = 0; i < sources->mirror_count; i++)
		if (att_str_equal(sources->mirrors[i].of, type) &&
		    policy_source_within(url, sources->mirrors[i].url.text))
			return &sources->mirrors[i];
	return NULL;
}

/* --- components ---------------------------------------------------------------------------------------- */

static bool is_commit(struct att_str revision)
{
	for (size_t i = 0; i < revision.len; i++)
		if (att_ascii_hex(revision.data[i]) < 0)
			return false;
	return revision.len == COMMIT || revision.len == 64;
}

/* Cargo.lock says what the manifest asked for, the other locks only what came of it. */
static enum policy_git_spec reference_of(const struct sbom_component *component, bool is_crate,
					 struct att_str revision)
{
	for (size_t i = 0; i < component->property_count; i++) {
		const struct sbom_property *p = &component->properties[i];
		if (!att_str_is(p->name, "attest:cargo:reference"))
			continue;
		return att_str_starts(p->value, ATT_STR("rev="))      ? POLICY_GIT_REV
		       : att_str_starts(p->value, ATT_STR("tag="))    ? POLICY_GIT_TAG
		       : att_str_starts(p->value, ATT_STR("branch=")) ? POLICY_GIT_BRANCH
								      : POLICY_GIT_ANY;
	}
	if (is_crate)
		return POLICY_GIT_ANY;
	return is_commit(revision) ? POLICY_GIT_REV : revision.len ? POLICY_GIT_BRANCH : POLICY_GIT_ANY;
}

static struct att_str qualifier(const struct att_purl *purl, const char *key)
{
	for (size_t i = 0; i < purl->qualifier_count; i++)
		if (att_str_is(purl->qualifiers[i].key, key))
			return purl->qualifiers[i].value;
	return (struct att_str){NULL, 0};
}

/* "git+https://host/path@REVISION#FOLDER"; a "@" before the host's end is a user. */
static void split_vcs(struct att_str vcs, struct att_str *url, struct att_str *revision)
{
	vcs = without_tool(att_str_first(vcs, att_str_find_byte(vcs, '#')));
	size_t end = host_end(vcs), at = att_str_find_last_byte(vcs, '@');
	bool has = at != ATT_STR_NONE && at > end;
	*url = has ? att_str_first(vcs, at) : vcs;
	*revision = has ? att_str_from(vcs, at + 1) : (struct att_str){NULL, 0};
}

int policy_source_of(const struct sbom_component *component, struct att_arena *arena, struct policy_source *out,
		     struct att_err *err)
{
	struct att_purl purl;
	*out = (struct policy_source){0};
	if (component->origin == SBOM_ORIGIN_LOCAL || component->purl.len == 0)
		return ATT_OK;
	int status = att_purl_parse(component->purl, arena, &purl, err);
	if (status != ATT_OK)
		return status == ATT_ERR_MEMORY ? status : ATT_OK;
	struct att_str vcs = qualifier(&purl, "vcs_url"), registry = qualifier(&purl, "repository_url");
	struct att_str archive = qualifier(&purl, "download_url"), revision;
	if (vcs.len) {
		out->kind = POLICY_SOURCE_GIT;
		split_vcs(vcs, &out->url, &revision);
		out->reference = reference_of(component, att_str_is(purl.type, "cargo"), revision);
	} else if (archive.len) {
		out->kind = POLICY_SOURCE_ARCHIVE;
		out->url = archive;
	} else {
		out->url = registry.len ? registry : policy_source_default(purl.type);
		out->kind = out->url.len ? POLICY_SOURCE_REGISTRY : POLICY_SOURCE_NONE;
		out->is_default = out->kind == POLICY_SOURCE_REGISTRY && is_default(purl.type, out->url);
	}
	return ATT_OK;
}
