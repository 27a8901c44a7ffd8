// SPDX-License-Identifier: Apache-2.0
/* The registered purl types: one row each, after the type definitions that are published with the
 * specification. A row says only where a type differs from the general rules. */
#include "libattest/package/purl_types.h"

#include "libattest/base/utf8.h"

#include "libattest/base/banned.h"

static void replace_bytes(struct att_purl_text *text, const char *from, char to)
{
	for (size_t i = 0; i < text->len; i++)
		if (att_purl_is_one_of(text->data[i], from))
			text->data[i] = to;
}

/* An extension's id is 128 bits with the letters a to p for the hexadecimal digits; its version is one to
 * four numbers. */
static int finish_chrome_extension(struct att_purl_draft *draft, struct att_arena *arena, struct att_err *err)
{
	(void)arena;
	struct att_str name = att_purl_str(draft->name), version = att_purl_str(draft->version), number;
	bool good = name.len == 32;
	for (size_t i = 0; good && i < name.len; i++)
		good = name.data[i] >= 'a' && name.data[i] <= 'p';
	if (!good)
		return att_err_set(err, ATT_ERR_MALFORMED,
				   "purl name: expected 32 letters from a to p, as a chrome-extension id has, "
				   "found \"%.*s\"",
				   ATT_STR_ARG(att_purl_clip(name)));
	if (version.len == 0)
		return 0;
	struct att_str rest = version;
	size_t numbers = 0;
	while (good && att_str_split(&rest, '.', &number)) {
		good = ++numbers <= 4 && number.len > 0;
		for (size_t i = 0; good && i < number.len; i++)
			good = att_ascii_is_digit(number.data[i]);
	}
	if (!good)
		return att_err_set(err, ATT_ERR_MALFORMED,
				   "purl version: expected one to four numbers separated by '.', as a "
				   "chrome-extension has, found \"%.*s\"",
				   ATT_STR_ARG(att_purl_clip(version)));
	return 0;
}

static int finish_cocoapods(struct att_purl_draft *draft, struct att_arena *arena, struct att_err *err)
{
	(void)arena;
	struct att_str name = att_purl_str(draft->name);
	bool good = name.data[0] != '.';
	for (size_t i = 0; good && i < name.len; i++)
		good = !att_ascii_is_space(name.data[i]) && name.data[i] != '+';
	if (good)
		return 0;
	return att_err_set(err, ATT_ERR_MALFORMED,
			   "purl name: expected a pod name without white space and '+' that does not start "
			   "with '.', found \"%.*s\"",
			   ATT_STR_ARG(att_purl_clip(name)));
}

/* "A::B" names a module; what CPAN distributes, and a purl names, is the distribution "A-B". */
static int finish_cpan(struct att_purl_draft *draft, struct att_arena *arena, struct att_err *err)
{
	(void)arena;
	struct att_str name = att_purl_str(draft->name);
	if (att_str_find(name, ATT_STR("::")) == ATT_STR_NONE)
		return 0;
	int code = att_err_set(err, ATT_ERR_MALFORMED,
			       "purl name: expected a CPAN distribution, found the module \"%.*s\"",
			       ATT_STR_ARG(att_purl_clip(name)));
	att_err_help(err, "name the distribution; it usually has '-' where the module has '::'");
	return code;
}

/* The namespace is the host alone, and the whole path on it is the name, however the two came apart.
 * Paths keep their case except on the hosts whose own purl type says that case does not matter there. */
static int finish_git(struct att_purl_draft *draft, struct att_arena *arena, struct att_err *err)
{
	static const char *const any_case[] = {"github", "github.com", "bitbucket", "bitbucket.org"};
	struct att_str rest =
		ATT_ARENA_JOIN(arena, att_purl_str(draft->namespace), ATT_STR("/"), att_purl_str(draft->name));
	struct att_str part;
	char *to = rest.data ? att_arena_alloc(arena, rest.len, 1) : NULL;
	if (!to)
		return att_err_memory(err);
	bool host = true;
	draft->name = (struct att_purl_text){NULL, 0};
	while (att_str_split(&rest, '/', &part)) {
		if (part.len == 0)
			continue;
		if (host) {
			draft->namespace = (struct att_purl_text){to, part.len};
			draft->name.data = to + part.len;
			host = false;
		} else {
			if (draft->name.len > 0)
				draft->name.data[draft->name.len++] = '/';
			to = draft->name.data + draft->name.len;
			draft->name.len += part.len;
		}
		memcpy(to, part.data, part.len);
	}
	for (size_t i = 0; i < sizeof any_case / sizeof *any_case; i++)
		if (att_str_equal_nocase(att_purl_str(draft->namespace), att_str_of(any_case[i]))) {
			att_purl_fold(&draft->namespace, ATT_PURL_LOWER);
			att_purl_fold(&draft->name, ATT_PURL_LOWER);
		}
	return 0;
}

/* Hackage knows words joined by '-' only ("kebab-case"); capitals are part of the name. */
static int finish_hackage(struct att_purl_draft *draft, struct att_arena *arena, struct att_err *err)
{
	(void)arena, (void)err;
	replace_bytes(&draft->name, "_ ", '-');
	return 0;
}

/* Whether case matters in a model's name depends on the server: Databricks folds it, others keep it. */
static int finish_mlflow(struct att_purl_draft *draft, struct att_arena *arena, struct att_err *err)
{
	(void)arena, (void)err;
	static const char *const folding[] = {".azuredatabricks.net", ".databricks.com"};
	const struct att_purl_text *url = att_purl_draft_value(draft, "repository_url");
	if (!url)
		return 0;
	struct att_str host = att_purl_str(*url);
	size_t scheme = att_str_find(host, ATT_STR("://"));
	if (scheme != ATT_STR_NONE)
		host = att_str_from(host, scheme + 3);
	for (size_t i = 0; i < host.len; i++)
		if (att_purl_is_one_of(host.data[i], "/:?#"))
			host.len = i;
	for (size_t i = 0; i < sizeof folding / sizeof *folding; i++) {
		struct att_str suffix = att_str_of(folding[i]);
		if (host.len > suffix.len &&
		    att_str_equal_nocase(att_str_from(host, host.len - suffix.len), suffix))
			att_purl_fold(&draft->name, ATT_PURL_LOWER);
	}
	return 0;
}

/* Every character other than a-z and 0-9 becomes one '_'. */
static int finish_pub(struct att_purl_draft *draft, struct att_arena *arena, struct att_err *err)
{
	(void)arena, (void)err;
	size_t len = 0;
	for (size_t at = 0; at < draft->name.len;) {
		uint32_t c;
		at += att_utf8_decode(att_str_from(att_purl_str(draft->name), at), &c);
		draft->name.data[len++] = c < 0x80 && att_ascii_is_alnum((char)c) ? (char)c : '_';
	}
	draft->name.len = len;
	return 0;
}

/* The definition folds '_' only. Dots stay: its rule about them is for the names of wheel and sdist files. */
static int finish_pypi(struct att_purl_draft *draft, struct att_arena *arena, struct att_err *err)
{
	(void)arena, (void)err;
	replace_bytes(&draft->name, "_", '-');
	return 0;
}

static bool is_guid(struct att_str s)
{
	bool good = s.len == 36;
	for (size_t i = 0; good && i < s.len; i++)
		good = i == 8 || i == 13 || i == 18 || i == 23 ? s.data[i] == '-'
							       : att_ascii_hex(s.data[i]) >= 0;
	return good;
}

/* The namespace is the creator's name, then its regid; a tag_id that is a GUID is in lower case. */
static int finish_swid(struct att_purl_draft *draft, struct att_arena *arena, struct att_err *err)
{
	(void)arena;
	struct att_str rest = att_purl_str(draft->namespace), part;
	size_t segments = 0;
	while (att_str_split(&rest, '/', &part))
		segments++;
	if (draft->namespace.len > 0 && segments > 2)
		return att_err_set(err, ATT_ERR_MALFORMED,
				   "purl namespace: expected the software creator's name and at most its regid "
				   "after it, found %zu segments",
				   segments);
	struct att_purl_text *tag_id = att_purl_draft_value(draft, "tag_id");
	if (tag_id && is_guid(att_purl_str(*tag_id)))
		att_purl_fold(tag_id, ATT_PURL_LOWER);
	return 0;
}

/* Short for the table only. REQUIRED says what the type's users call the namespace. */
#define REQUIRED(what) .namespace_is = (what), .namespace = ATT_PURL_REQUIRED
#define NO_NAMESPACE   .namespace = ATT_PURL_PROHIBITED
#define LOWER(part)    .part##_case = ATT_PURL_LOWER
#define UPPER(part)    .part##_case = ATT_PURL_UPPER

/* Ordered by name: searched by halving. */
static const struct att_purl_type types[] = {
	{.name = "alpm", REQUIRED("the vendor"), LOWER(namespace), LOWER(name), .keys = {"arch"}},
	{.name = "apk", REQUIRED("the vendor"), LOWER(namespace), LOWER(name), .keys = {"arch"}},
	{.name = "bazel", NO_NAMESPACE, .keys = {"repository_url"}},
	{.name = "bitbucket", REQUIRED("the user or organization"), LOWER(namespace), LOWER(name)},
	{.name = "bitnami", NO_NAMESPACE, LOWER(name), .keys = {"arch", "distro"}},
	{.name = "brew", LOWER(namespace), LOWER(name), .keys = {"repository_url"}},
	{.name = "cargo", NO_NAMESPACE},
	{.name = "chrome-extension", NO_NAMESPACE, LOWER(name), .finish = finish_chrome_extension},
	{.name = "cocoapods", NO_NAMESPACE, .finish = finish_cocoapods},
	{.name = "composer", REQUIRED("the vendor"), LOWER(namespace), LOWER(name)},
	{.name = "conan", .keys = {"channel", "prev", "rrev", "user"}},
	{.name = "conda", NO_NAMESPACE, .keys = {"build", "channel", "subdir", "type"}},
	/* The namespace is an author's id, which CPAN writes in capitals. */
	{.name = "cpan",
	 UPPER(namespace),
	 .finish = finish_cpan,
	 .keys = {"author", "distpath", "download_url", "ext", "repository_url", "vcs_url"}},
	{.name = "cran", NO_NAMESPACE},
	{.name = "deb", REQUIRED("the vendor"), LOWER(namespace), LOWER(name), .keys = {"arch"}},
	{.name = "docker"},
	{.name = "gem", NO_NAMESPACE, .keys = {"platform"}},
	{.name = "generic", .keys = {"checksum", "download_url"}},
	{.name = "git", REQUIRED("the git host"), .name_is_path = true, .finish = finish_git},
	{.name = "github", REQUIRED("the user or organization"), LOWER(namespace), LOWER(name)},
	/* Its definition says "case_sensitive" and, in a note older than modules, "lowercased". Module paths
	 * that differ in case are different modules, so case stays. It also requires a namespace, which modules
	 * like go.opencensus.io do not have: the path up to its last '/', if it has one. */
	{.name = "golang"},
	{.name = "hackage", NO_NAMESPACE, .finish = finish_hackage},
	{.name = "hex", LOWER(namespace), LOWER(name)},
	/* The version is a commit. */
	{.name = "huggingface", REQUIRED("the user or organization"), LOWER(version)},
	/* Packages of different registries may share a name: the UUID tells them apart. */
	{.name = "julia", NO_NAMESPACE, .keys = {"uuid"}, .required_key = "uuid"},
	{.name = "luarocks", LOWER(namespace), LOWER(name), .keys = {"repository_url"}},
	{.name = "maven", REQUIRED("the groupId"), .keys = {"classifier", "type"}},
	{.name = "mlflow", NO_NAMESPACE, .keys = {"model_uuid", "run_id"}, .finish = finish_mlflow},
	/* Case stays: packages older than the rule against capitals have them. */
	{.name = "npm", .scoped = true},
	{.name = "nuget", NO_NAMESPACE},
	/* The version is a digest. */
	{.name = "oci", NO_NAMESPACE, LOWER(name), LOWER(version), .keys = {"arch", "repository_url", "tag"}},
	{.name = "opam", NO_NAMESPACE},
	{.name = "otp",
	 NO_NAMESPACE,
	 LOWER(name),
	 LOWER(subpath),
	 .keys = {"arch", "platform", "repository_url"}},
	{.name = "pub", NO_NAMESPACE, LOWER(name), .finish = finish_pub},
	/* PEP 440 versions have no case. */
	{.name = "pypi",
	 NO_NAMESPACE,
	 LOWER(name),
	 LOWER(version),
	 .keys = {"file_name"},
	 .finish = finish_pypi},
	{.name = "qpkg", REQUIRED("the vendor"), LOWER(namespace)},
	{.name = "rpm", REQUIRED("the vendor"), LOWER(namespace), .keys = {"arch", "epoch"}},
	{.name = "swid",
	 .required_key = "tag_id",
	 .finish = finish_swid,
	 .keys = {"patch", "tag_creator_name", "tag_creator_regid", "tag_id", "tag_version"}},
	{.name = "swift", REQUIRED("the source host and its user or organization")},
	{.name = "vcpkg", NO_NAMESPACE, .keys = {"port_version", "repository_revision", "triplet"}},
	{.name = "vscode-extension",
	 REQUIRED("the publisher"),
	 LOWER(namespace),
	 LOWER(name),
	 LOWER(version),
	 .keys = {"platform"}},
	{.name = "yocto", LOWER(namespace), .keys = {"layer_version", "repository_url"}},
};

static const struct att_purl_type general = {.name = NULL};

const struct att_purl_type *att_purl_type_find(struct att_str type)
{
	size_t low = 0, high = sizeof types / sizeof *types;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = att_str_compare(type, att_str_of(types[middle].name));
		if (order == 0)
			return &types[middle];
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return &general;
}

struct att_purl_text *att_purl_draft_value(struct att_purl_draft *draft, const char *key)
{
	for (size_t i = 0; i < draft->qualifier_count; i++)
		if (att_str_is(att_purl_str(draft->qualifiers[i].key), key))
			return &draft->qualifiers[i].value;
	return NULL;
}

/* ASCII only. The specification asks for Unicode's full mapping, but no registry of a type that folds case
 * has names beyond ASCII, and a mapping that changes with Unicode's version is no stable identity. */
void att_purl_fold(struct att_purl_text *text, enum att_purl_case to)
{
	for (size_t i = 0; to != ATT_PURL_KEEP && i < text->len; i++) {
		char c = text->data[i];
		if (to == ATT_PURL_LOWER)
			text->data[i] = att_ascii_lower(c);
		else if (c >= 'a' && c <= 'z')
			text->data[i] = (char)(c - 'a' + 'A');
	}
}

struct att_str att_purl_clip(struct att_str s)
{
	s = att_str_first(s, 80);
	return att_str_first(s, att_utf8_valid_prefix(s));
}
