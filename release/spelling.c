// SPDX-License-Identifier: Apache-2.0
#include "release/spelling.h"

#include "libattest/base/buf.h"
#include "libattest/base/limits.h"
#include "libattest/package/pep440.h"

#include "libattest/base/banned.h"

enum { MAX_OCI_TAG = 128 };

struct semver {
	struct att_str numbers, pre, build; /* "1.2.3"; the others without '-' and '+' */
};

/* --- SemVer 2.0.0 -------------------------------------------------------------------------------------- */

static bool is_number(struct att_str s)
{
	for (size_t i = 0; i < s.len; i++)
		if (!att_ascii_is_digit(s.data[i]))
			return false;
	return s.len > 0;
}

/* Identifiers between dots; those of the core and numbers of a pre-release have no leading zeros. */
static bool are_identifiers(struct att_str s, bool only_numbers, bool zeros, size_t *count)
{
	struct att_str part;
	for (*count = 0; att_str_split(&s, '.', &part); ++*count) {
		for (size_t i = 0; i < part.len; i++)
			if (!att_ascii_is_alnum(part.data[i]) && part.data[i] != '-')
				return false;
		bool number = is_number(part);
		if (part.len == 0 || (only_numbers && !number))
			return false;
		if (number && !zeros && part.len > 1 && part.data[0] == '0')
			return false;
	}
	return *count > 0;
}

static bool read_semver(struct att_str text, struct semver *out)
{
	size_t plus = att_str_find_byte(text, '+'), count;
	struct att_str rest = att_str_first(text, plus);
	size_t minus = att_str_find_byte(rest, '-');
	out->build = plus == ATT_STR_NONE ? (struct att_str){NULL, 0} : att_str_from(text, plus + 1);
	out->pre = minus == ATT_STR_NONE ? (struct att_str){NULL, 0} : att_str_from(rest, minus + 1);
	out->numbers = att_str_first(rest, minus);
	if (text.len > ATT_MAX_VERSION || !are_identifiers(out->numbers, true, false, &count) || count != 3)
		return false;
	if (minus != ATT_STR_NONE && !are_identifiers(out->pre, false, false, &count))
		return false;
	return plus == ATT_STR_NONE || are_identifiers(out->build, false, true, &count);
}

/* --- PEP 440 ------------------------------------------------------------------------------------------- */

static bool read_pep440(struct att_str text, struct att_pep440 *out)
{
	return text.len <= ATT_MAX_VERSION && att_pep440_read(text, out);
}

/* "rc.1", "rc1", "rc": a word that PEP 440 knows and a number. Nothing else of SemVer's pre-releases sorts the
 * same there: "1.2.0-1" would be a post-release. */
static bool read_pre(struct att_str pre, struct att_pep440 *out)
{
	static const struct {
		const char *word;
		char kind; /* 'd': dev */
	} words[] = {{"alpha", 'a'}, {"a", 'a'},   {"beta", 'b'},    {"b", 'b'},  {"rc", 'r'},
		     {"c", 'r'},     {"pre", 'r'}, {"preview", 'r'}, {"dev", 'd'}};
	size_t len = 0;
	while (len < pre.len && att_ascii_is_alpha(pre.data[len]))
		len++;
	struct att_str word = att_str_first(pre, len), number = att_str_from(pre, len);
	if (number.len > 1 && number.data[0] == '.')
		number = att_str_from(number, 1);
	if (number.len > 0 && !is_number(number))
		return false;
	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
		if (!att_str_equal_nocase(word, att_str_of(words[i].word)))
			continue;
		out->is_dev = words[i].kind == 'd';
		out->is_pre = !out->is_dev;
		out->pre_kind = words[i].kind;
		*(out->is_dev ? &out->dev : &out->pre) = number;
		return true;
	}
	return false;
}

static bool pep440_of_semver(const struct semver *version, struct att_pep440 *out)
{
	*out = (struct att_pep440){.release = version->numbers};
	return version->pre.len == 0 || read_pre(version->pre, out);
}

/* --- writing ------------------------------------------------------------------------------------------- */

static void add_number(struct att_buf *out, struct att_str digits)
{
	while (digits.len > 1 && digits.data[0] == '0')
		digits = att_str_from(digits, 1);
	att_buf_add(out, digits.len ? digits : ATT_STR("0"));
}

/* Each number of a release; those that are missing up to `least` are 0. Returns how many there are. */
static size_t add_release(struct att_buf *out, struct att_str release, size_t least)
{
	struct att_str part;
	size_t count = 0;
	for (; att_str_split(&release, '.', &part); count++) {
		if (count)
			att_buf_add_byte(out, '.');
		add_number(out, part);
	}
	for (; count < least; count++)
		att_buf_add(out, ATT_STR(".0"));
	return count;
}

static const char *write_pep440(const struct att_pep440 *v, struct att_buf *out)
{
	if (v->local.len > 0)
		return "no package index takes a local version (\"+...\")";
	if (v->epoch.len > 0) {
		add_number(out, v->epoch);
		att_buf_add_byte(out, '!');
	}
	add_release(out, v->release, 0);
	if (v->is_pre) {
		att_buf_add(out, v->pre_kind == 'r'   ? ATT_STR("rc")
				 : v->pre_kind == 'a' ? ATT_STR("a")
						      : ATT_STR("b"));
		add_number(out, v->pre);
	}
	if (v->is_post) {
		att_buf_add(out, ATT_STR(".post"));
		add_number(out, v->post);
	}
	if (v->is_dev) {
		att_buf_add(out, ATT_STR(".dev"));
		add_number(out, v->dev);
	}
	return NULL;
}

static const char *write_semver(const struct att_pep440 *v, struct att_buf *out)
{
	if (v->epoch.len > 0)
		return "SemVer has no epochs";
	if (v->is_post)
		return "SemVer has nothing that comes after a release and before the next patch";
	if (v->is_pre && v->is_dev)
		return "SemVer has no development releases of pre-releases that come before them";
	if (add_release(out, v->release, 3) != 3)
		return "SemVer has three numbers";
	if (v->is_pre || v->is_dev) {
		att_buf_add(out, v->is_dev            ? ATT_STR("-dev.")
				 : v->pre_kind == 'r' ? ATT_STR("-rc.")
				 : v->pre_kind == 'a' ? ATT_STR("-alpha.")
						      : ATT_STR("-beta."));
		add_number(out, v->is_dev ? v->dev : v->pre);
	}
	if (v->local.len > 0) {
		att_buf_add_byte(out, '+');
		for (size_t i = 0; i < v->local.len; i++)
			att_buf_add_byte(out,
					 v->local.data[i] == '_' ? '.' : att_ascii_lower(v->local.data[i]));
	}
	return NULL;
}

/* --- the mapping --------------------------------------------------------------------------------------- */

const char *release_scheme_name(enum release_scheme scheme)
{
	static const char *const names[] = {[RELEASE_ANY] = "SemVer or PEP 440",
					    [RELEASE_SEMVER] = "SemVer",
					    [RELEASE_CARGO] = "Cargo",
					    [RELEASE_NPM] = "npm",
					    [RELEASE_GO] = "Go",
					    [RELEASE_OCI] = "OCI tags",
					    [RELEASE_PEP440] = "PEP 440"};
	return names[scheme];
}

/* What the scheme itself adds to SemVer; NULL when nothing speaks against it. */
static const char *objection(enum release_scheme scheme, struct att_str version)
{
	bool has_build = att_str_find_byte(version, '+') != ATT_STR_NONE;
	if (scheme == RELEASE_NPM && has_build)
		return "npm drops what follows \"+\", and two builds would collide";
	if (scheme == RELEASE_GO && has_build)
		return "Go takes no build metadata";
	if (scheme == RELEASE_OCI && has_build)
		return "a tag of an image takes no \"+\"";
	if (scheme == RELEASE_OCI && version.len > MAX_OCI_TAG)
		return "a tag of an image takes 128 characters";
	return NULL;
}

bool release_spelling_reads(enum release_scheme scheme, struct att_str version)
{
	struct semver semver;
	struct att_pep440 pep440;
	if (scheme == RELEASE_PEP440)
		return read_pep440(version, &pep440);
	if (scheme == RELEASE_ANY)
		return read_semver(version, &semver) || read_pep440(version, &pep440);
	if (scheme == RELEASE_GO) {
		if (version.len == 0 || version.data[0] != 'v')
			return false;
		version = att_str_from(version, 1);
	}
	return read_semver(version, &semver) && !objection(scheme, version);
}

static int refuse(enum release_scheme scheme, struct att_str version, const char *why, struct att_err *err)
{
	struct att_str shown = att_str_first(version, 100);
	return att_err_set(err, ATT_ERR_UNSUPPORTED, "%s has no spelling for the version %.*s: %s",
			   release_scheme_name(scheme), ATT_STR_ARG(shown), why);
}

static const char *write(enum release_scheme scheme, bool is_semver, const struct semver *semver,
			 struct att_pep440 *pep440, struct att_buf *out, struct att_str version)
{
	if (scheme == RELEASE_PEP440) {
		if (is_semver && semver->build.len > 0)
			return "no package index takes a local version (\"+...\")";
		if (is_semver && !pep440_of_semver(semver, pep440))
			return "it knows alpha, beta, rc and dev, each with one number";
		return write_pep440(pep440, out);
	}
	if (scheme == RELEASE_GO)
		att_buf_add_byte(out, 'v');
	if (is_semver) {
		att_buf_add(out, version);
		return objection(scheme, version);
	}
	const char *why = write_semver(pep440, out);
	return why ? why : objection(scheme, att_buf_str(out));
}

int release_spelling_of(enum release_scheme scheme, struct att_str version, struct att_arena *arena,
			struct att_str *out, struct att_err *err)
{
	struct semver semver = {0};
	struct att_pep440 pep440 = {0};
	struct att_buf text;
	struct att_str shown = att_str_first(version, 100);
	*out = (struct att_str){NULL, 0};
	if (version.len > ATT_MAX_VERSION)
		return att_err_set(err, ATT_ERR_LIMIT, "expected a version of at most %zu bytes, found %zu",
				   ATT_MAX_VERSION, version.len);
	bool is_semver = read_semver(version, &semver);
	if (!is_semver && !read_pep440(version, &pep440))
		return att_err_set(err, ATT_ERR_MALFORMED,
				   "expected a version as MAJOR.MINOR.PATCH[-PRERELEASE], found \"%.*s\"",
				   ATT_STR_ARG(shown));
	if (scheme == RELEASE_ANY) {
		*out = version;
		return ATT_OK;
	}
	att_buf_init(&text, 2 * ATT_MAX_VERSION);
	const char *why = write(scheme, is_semver, &semver, &pep440, &text, version);
	int status = why ? refuse(scheme, version, why, err) : ATT_OK;
	if (status == ATT_OK) {
		*out = att_arena_copy(arena, att_buf_str(&text));
		if (!att_buf_ok(&text) || !out->data)
			status = att_err_memory(err);
	}
	att_buf_clear(&text);
	return status;
}

bool release_spelling_is_placeholder(struct att_str version)
{
	struct semver semver;
	struct att_pep440 pep440 = {0};
	struct att_str part, numbers;
	if (read_semver(version, &semver))
		numbers = semver.numbers;
	else if (read_pep440(version, &pep440) && pep440.epoch.len == 0)
		numbers = pep440.release;
	else
		return false;
	while (att_str_split(&numbers, '.', &part))
		for (size_t i = 0; i < part.len; i++)
			if (part.data[i] != '0')
				return false;
	return true;
}

/* Read in the scheme, and as what it is in PEP 440, if anything. */
struct reading {
	bool is_semver, reads;
	struct semver semver;
	struct att_pep440 pep440;
};

static struct reading read_either(enum release_scheme scheme, struct att_str text)
{
	struct reading r = {.is_semver = false};
	r.is_semver = scheme != RELEASE_PEP440 && read_semver(text, &r.semver);
	if (r.is_semver)
		r.reads = pep440_of_semver(&r.semver, &r.pep440);
	else
		r.reads = (scheme == RELEASE_PEP440 || scheme == RELEASE_ANY) && read_pep440(text, &r.pep440);
	return r;
}

bool release_spelling_same(enum release_scheme a_scheme, struct att_str a, enum release_scheme b_scheme,
			   struct att_str b)
{
	struct reading x = read_either(a_scheme, a), y = read_either(b_scheme, b);
	if (x.is_semver && y.is_semver)
		return att_str_equal(a, b);
	/* Where PEP 440 says something of the kind, too. */
	if (x.is_semver && y.pep440.local.len > 0)
		x.pep440.local = x.semver.build;
	if (y.is_semver && x.pep440.local.len > 0)
		y.pep440.local = y.semver.build;
	return x.reads && y.reads && att_pep440_compare(&x.pep440, &y.pep440) == 0;
}
