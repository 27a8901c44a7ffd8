// SPDX-License-Identifier: Apache-2.0
#include "policy/package.h"

#include "libattest/base/base.h"
#include "policy/source.h"

#include "libattest/base/banned.h"

struct att_str policy_property(const struct sbom_component *component, const char *name)
{
	for (size_t i = 0; i < component->property_count; i++)
		if (att_str_is(component->properties[i].name, name))
			return component->properties[i].value;
	return (struct att_str){NULL, 0};
}

/* --- ecosystems that have one registry ----------------------------------------------------------------- */

struct ecosystem {
	const char *type, *name;
	char between;         /* namespace and name; '\0': the namespace is no part of the name */
	const char *hosts[4]; /* of the public registry, with what belongs to it of the path */
};

static const struct ecosystem ecosystems[] = {
	{"cargo", "crates.io", '\0', {"index.crates.io", "github.com/rust-lang/crates.io-index", "crates.io"}},
	{"npm", "npm", '/', {"registry.npmjs.org", "registry.yarnpkg.com"}},
	{"pypi", "PyPI", '\0', {"pypi.org", "pypi.python.org", "files.pythonhosted.org"}},
	{"golang", "Go", '/', {"proxy.golang.org"}},
	{"maven",
	 "Maven",
	 ':',
	 {"repo1.maven.org", "repo.maven.apache.org", "maven.google.com", "plugins.gradle.org"}},
	{"gem", "RubyGems", '\0', {"rubygems.org"}},
	{"nuget", "NuGet", '\0', {"api.nuget.org", "www.nuget.org"}},
	{"composer", "Packagist", '/', {"packagist.org", "repo.packagist.org"}},
	{"hex", "Hex", '/', {"repo.hex.pm", "hex.pm"}},
	{"pub", "Pub", '\0', {"pub.dev", "pub.dartlang.org"}},
	{"hackage", "Hackage", '\0', {"hackage.haskell.org"}},
	{"cran", "CRAN", '\0', {"cran.r-project.org"}},
	{"bioconductor", "Bioconductor", '\0', {"bioconductor.org"}},
	{"swift", "SwiftURL", '/', {NULL}},
	{"conan", "ConanCenter", '\0', {"center.conan.io", "center2.conan.io"}},
	{"bitnami", "Bitnami", '\0', {NULL}},
	{"julia", "Julia", '\0', {NULL}},
	{"githubactions", "GitHub Actions", '/', {"github.com"}},
	{"github", "GitHub Actions", '/', {"github.com"}},
};

/* "https://host/path" begins with the host, and goes on with another part or ends there. */
static bool is_at(struct att_str url, const char *host)
{
	size_t scheme = att_str_find(url, ATT_STR("://"));
	struct att_str rest = scheme == ATT_STR_NONE ? url : att_str_from(url, scheme + 3);
	size_t length = strlen(host);
	if (rest.len < length || !att_str_equal_nocase(att_str_first(rest, length), att_str_of(host)))
		return false;
	rest = att_str_from(rest, length);
	return rest.len == 0 || rest.data[0] == '/' || rest.data[0] == ':';
}

static bool is_public(const struct ecosystem *ecosystem, struct att_str url)
{
	for (size_t i = 0; i < sizeof ecosystem->hosts / sizeof ecosystem->hosts[0]; i++)
		if (ecosystem->hosts[i] && is_at(url, ecosystem->hosts[i]))
			return true;
	return false;
}

static struct att_str full_name(const struct sbom_component *component, const struct att_purl *purl,
				char between, struct att_arena *arena)
{
	if (purl->namespace.len == 0 || between == '\0')
		return purl->name;
	struct att_str name = ATT_ARENA_JOIN(arena, purl->namespace, (struct att_str){&between, 1}, purl->name);
	/* A purl writes Go's module paths in lower case, advisories as they are. */
	return att_str_equal_nocase(name, component->name) ? component->name : name;
}

/* --- distributions: OSV's name holds the release, versions are of the source package ------------------- */

static struct att_str qualifier(const struct att_purl *purl, const char *key)
{
	for (size_t i = 0; i < purl->qualifier_count; i++)
		if (att_str_is(purl->qualifiers[i].key, key))
			return purl->qualifiers[i].value;
	return (struct att_str){NULL, 0};
}

/* "debian-12.5" is 12.5, and so is "12.5". */
static struct att_str release_of(struct att_str distro)
{
	size_t dash = att_str_find_last_byte(distro, '-');
	return dash == ATT_STR_NONE ? distro : att_str_from(distro, dash + 1);
}

/* The first `parts` numbers of a release. */
static struct att_str first_parts(struct att_str release, size_t parts)
{
	for (size_t i = 0; i < release.len; i++)
		if (release.data[i] == '.' && --parts == 0)
			return att_str_first(release, i);
	return release;
}

static struct att_str debian_release(struct att_str release)
{
	static const struct {
		const char *name, *number;
	} names[] = {
		{"buster", "10"}, {"bullseye", "11"}, {"bookworm", "12"}, {"trixie", "13"}, {"forky", "14"},
	};
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		if (att_str_is(release, names[i].name))
			return att_str_of(names[i].number);
	return first_parts(release, 1);
}

struct distribution {
	const char *namespace, *name, *before; /* `before` stands before the release */
	size_t parts;                          /* of the release that count */
	bool by_source;                        /* advisories are on source packages */
};

static const struct distribution distributions[] = {
	{"debian", "Debian", ":", 1, false},          {"ubuntu", "Ubuntu", ":", 2, false},
	{"alpine", "Alpine", ":v", 2, false},         {"wolfi", "Wolfi", NULL, 0, false},
	{"chainguard", "Chainguard", NULL, 0, false}, {"almalinux", "AlmaLinux", ":", 1, false},
	{"rocky", "Rocky Linux", ":", 1, false},      {"rockylinux", "Rocky Linux", ":", 1, false},
	{"mageia", "Mageia", ":", 1, true},           {"opensuse", "openSUSE", ":Leap ", 2, true},
};

/* "name-version-release.src.rpm" is of "name". Some of RPM's distributions publish advisories on source
 * packages, some on those made of them. */
static struct att_str rpm_source(struct att_str file)
{
	for (int i = 0; i < 2; i++) {
		size_t dash = att_str_find_last_byte(file, '-');
		if (dash == ATT_STR_NONE)
			return (struct att_str){NULL, 0};
		file = att_str_first(file, dash);
	}
	return file;
}

/* "name version" (ours) or "name@version" (purl qualifier `upstream`) of the source package. */
static void take_source(const struct sbom_component *component, const struct att_purl *purl,
			struct policy_package *out)
{
	struct att_str source = policy_property(component, "attest:deb:source");
	char between = ' ';
	if (source.len == 0) {
		source = qualifier(purl, "upstream");
		between = '@';
	}
	if (source.len == 0)
		return;
	if (att_str_is(purl->type, "rpm")) {
		out->source = rpm_source(source);
		return;
	}
	size_t cut = att_str_find_byte(source, between);
	out->name = att_str_first(source, cut);
	if (cut != ATT_STR_NONE)
		out->version = att_str_from(source, cut + 1);
}

static void name_distribution(const struct att_purl *purl, struct att_arena *arena, struct policy_package *out)
{
	struct att_str release = release_of(qualifier(purl, "distro"));
	for (size_t i = 0; i < sizeof distributions / sizeof distributions[0]; i++) {
		const struct distribution *d = &distributions[i];
		struct att_str name = att_str_of(d->name);
		if (!att_str_is(purl->namespace, d->namespace))
			continue;
		if (!d->before) {
			out->ecosystems[0] = name;
			return;
		}
		if (release.len == 0)
			break;
		release = att_str_is(name, "Debian") ? debian_release(release) : first_parts(release, d->parts);
		out->ecosystems[0] = ATT_ARENA_JOIN(arena, name, att_str_of(d->before), release);
		/* What is fixed for subscribers alone is not fixed, and of old releases nothing else is told.
		 */
		if (att_str_is(name, "Ubuntu"))
			out->ecosystems[1] = ATT_ARENA_JOIN(arena, ATT_STR("Ubuntu:Pro:"), release);
		out->is_release = true;
		if (!d->by_source)
			out->source = (struct att_str){NULL, 0};
		return;
	}
	/* Which advisories hold depends on a release that is not stated. */
	out->kind = POLICY_PACKAGE_UNKNOWN;
	out->distribution = true;
	out->where = qualifier(purl, "distro").len ? qualifier(purl, "distro")
		     : purl->namespace.len         ? purl->namespace
						   : purl->type;
}

static void of_distribution(const struct sbom_component *component, const struct att_purl *purl,
			    struct att_arena *arena, struct policy_package *out)
{
	struct att_str epoch = qualifier(purl, "epoch");
	take_source(component, purl, out);
	if (att_str_is(purl->type, "rpm") && epoch.len > 0)
		out->version = ATT_ARENA_JOIN(arena, epoch, ATT_STR(":"), out->version);
	name_distribution(purl, arena, out);
}

/* --- where it comes from -------------------------------------------------------------------------------- */

bool policy_package_is_from(const struct policy_package *package, struct att_str registry)
{
	return package->kind == POLICY_PACKAGE_PRIVATE && policy_source_within(package->where, registry);
}

static bool is_private(const struct policy_entries *urls, struct att_str url)
{
	for (size_t i = 0; i < urls->count; i++)
		if (policy_source_within(url, urls->items[i].text))
			return true;
	return false;
}

static void judge_origin(const struct sbom_component *component, const struct att_purl *purl,
			 const struct ecosystem *ecosystem, const struct policy_sources_config *sources,
			 struct att_arena *arena, struct policy_package *out)
{
	const struct policy_entries *urls = &sources->private_urls;
	struct att_str registry = qualifier(purl, "repository_url");
	struct att_str module = {NULL, 0};
	/* A Go module's name is where it is fetched from. */
	if (ecosystem && att_str_is(purl->type, "golang") && urls->count > 0)
		module = ATT_ARENA_JOIN(arena, ATT_STR("https://"), out->name);
	out->declared = is_private(urls, registry) || is_private(urls, component->origin_url) ||
			is_private(urls, module);
	bool elsewhere = registry.len > 0 && ecosystem && !is_public(ecosystem, registry) &&
			 !policy_source_mirror(sources, purl->type, registry);
	if (out->declared || elsewhere) {
		out->kind = POLICY_PACKAGE_PRIVATE;
		out->where = registry.len                ? registry
			     : component->origin_url.len ? component->origin_url
							 : module;
	} else if (component->origin == SBOM_ORIGIN_GIT || component->origin == SBOM_ORIGIN_URL ||
		   (component->origin == SBOM_ORIGIN_UNKNOWN && qualifier(purl, "vcs_url").len > 0)) {
		out->kind = POLICY_PACKAGE_FORKED;
	} else {
		out->kind = POLICY_PACKAGE_PUBLIC;
	}
}

static const struct ecosystem *find_ecosystem(struct att_str type)
{
	for (size_t i = 0; i < sizeof ecosystems / sizeof ecosystems[0]; i++)
		if (att_str_is(type, ecosystems[i].type))
			return &ecosystems[i];
	return NULL;
}

int policy_package_of(const struct sbom_component *component, const struct policy_sources_config *sources,
		      struct att_arena *arena, struct policy_package *out, struct att_err *err)
{
	struct att_purl purl;
	struct att_err ignored;
	*out = (struct policy_package){.kind = POLICY_PACKAGE_OWN};
	if (component->origin == SBOM_ORIGIN_LOCAL || component->kind == SBOM_FILE ||
	    component->kind == SBOM_OPERATING_SYSTEM)
		return ATT_OK;
	out->kind = POLICY_PACKAGE_UNKNOWN;
	if (component->purl.len == 0)
		return ATT_OK;
	int status = att_purl_parse(component->purl, arena, &purl, &ignored);
	if (status == ATT_ERR_MEMORY)
		return att_err_memory(err);
	if (status != ATT_OK)
		return ATT_OK;
	const struct ecosystem *ecosystem = find_ecosystem(purl.type);
	bool distribution =
		att_str_is(purl.type, "deb") || att_str_is(purl.type, "rpm") || att_str_is(purl.type, "apk");
	out->version = component->version.len ? component->version : purl.version;
	out->where = purl.type;
	if (!ecosystem && !distribution)
		return ATT_OK;
	out->scheme = att_version_scheme_of_purl(purl.type);
	out->name = full_name(component, &purl, ecosystem ? ecosystem->between : '\0', arena);
	judge_origin(component, &purl, ecosystem, sources, arena, out);
	if (ecosystem) {
		out->ecosystems[0] = att_str_of(ecosystem->name);
		if (!out->scheme)
			out->scheme = att_version_scheme_of_ecosystem(out->ecosystems[0]);
	} else {
		of_distribution(component, &purl, arena, out);
	}
	return arena->failed || !out->name.data ? att_err_memory(err) : ATT_OK;
}
