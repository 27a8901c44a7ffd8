// SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>
#include <unistd.h>

#include "libattest/format/json.h"
#include "policy/check.h"
#include "policy/database_build.h"
#include "policy/triage.h"
#include "sbom/document.h"
#include "tests/unit/document.h"

extern const struct policy_check policy_check_advisories;

enum { DAY = 24 * 3600 };
#define BUILT 1000000000 /* 2001-09-09 */

/* --- a small database ------------------------------------------------------------------------------------ */

#define PACKAGE(ecosystem, name) "\"package\":{\"ecosystem\":\"" ecosystem "\",\"name\":\"" name "\"}"
#define EVENTS(events)           "\"ranges\":[{\"type\":\"ECOSYSTEM\",\"events\":[" events "]}]"
#define RECORD(id, more, affected)                                                                             \
	"{\"id\":\"" id "\",\"modified\":\"2001-01-01T00:00:00Z\",\"summary\":\"About " id "\"," more          \
	"\"affected\":[{" affected "}]}"

static const char *const records[] = {
	RECORD("RUSTSEC-1", "\"aliases\":[\"CVE-1\"],",
	       PACKAGE("crates.io", "left") "," EVENTS("{\"introduced\":\"0\"},{\"fixed\":\"1.2.0\"}")),
	RECORD("GHSA-1", "\"aliases\":[\"CVE-1\"],",
	       PACKAGE("crates.io", "left") "," EVENTS("{\"introduced\":\"1.0.0\"},{\"fixed\":\"1.3.0\"}")),
	RECORD("RUSTSEC-2", "\"database_specific\":{\"severity\":\"HIGH\"},",
	       PACKAGE("crates.io", "left") "," EVENTS("{\"introduced\":\"0\"},{\"fixed\":\"2.0.0\"}")),
	RECORD("RUSTSEC-3", "\"withdrawn\":\"2001-02-01T00:00:00Z\",",
	       PACKAGE("crates.io", "left") "," EVENTS("{\"introduced\":\"0\"}")),
	RECORD("RUSTSEC-4", "",
	       PACKAGE("crates.io", "old") ",\"database_specific\":{\"informational\":\"unmaintained\"}"
					   "," EVENTS("{\"introduced\":\"0\"}")),
	RECORD("RUSTSEC-5", "",
	       PACKAGE("crates.io", "deep") ",\"database_specific\":{\"informational\":\"unsound\"}," EVENTS(
		       "{\"introduced\":\"0\"}")),
	RECORD("MAL-1", "", PACKAGE("npm", "@evil/pad") "," EVENTS("{\"introduced\":\"0\"}")),
	RECORD("GHSA-2", "",
	       PACKAGE("Debian:12", "zlib") "," EVENTS("{\"introduced\":\"0\"},{\"fixed\":\"1:1.2-2\"}")),
	RECORD("GHSA-3",
	       "\"severity\":[{\"type\":\"CVSS_V3\",\"score\":\"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/"
	       "A:H\"}],",
	       PACKAGE("PyPI", "Foo_Bar") "," EVENTS("{\"introduced\":\"1.0\"},{\"fixed\":\"2\"}")),
	RECORD("GHSA-4", "",
	       PACKAGE("Go", "example.org/Mod") ",\"ecosystem_specific\":{\"custom_ranges\":[{\"type\":"
						"\"ECOSYSTEM\",\"events\":[{\"introduced\":\"2.1.0\"},"
						"{\"fixed\":\"2.1.5\"}]}]}," EVENTS("{\"introduced\":\"0\"}")),
	/* Go's zero time is none, and a day that has not come yet is not that of today. */
	RECORD("Z-1", "\"withdrawn\":\"0001-01-01T00:00:00Z\",",
	       PACKAGE("crates.io", "zero") "," EVENTS("{\"introduced\":\"0\"}")),
	RECORD("Z-2", "\"withdrawn\":\"2001-09-10T00:00:00Z\",",
	       PACKAGE("crates.io", "tomorrow") "," EVENTS("{\"introduced\":\"0\"}")),
	RECORD("U-1", "", PACKAGE("Ubuntu:22.04", "curl") "," EVENTS("{\"introduced\":\"0\"}")),
	RECORD("U-2", "", PACKAGE("Ubuntu:22.04:LTS", "curl") "," EVENTS("{\"introduced\":\"0\"}")),
	RECORD("U-3", "", PACKAGE("Ubuntu:Pro:22.04:LTS", "curl") "," EVENTS("{\"introduced\":\"0\"}")),
	RECORD("U-4", "", PACKAGE("Ubuntu:Pro:FIPS:22.04:LTS", "curl") "," EVENTS("{\"introduced\":\"0\"}")),
	RECORD("U-5", "", PACKAGE("Ubuntu:2", "curl") "," EVENTS("{\"introduced\":\"0\"}")),
	RECORD("D-1", "",
	       PACKAGE("Packagist:https://packages.drupal.org/8",
		       "drupal/form") "," EVENTS("{\"introduced\":\"0\"}")),
	RECORD("S-1", "", PACKAGE("openSUSE:Leap 15.6", "foo") "," EVENTS("{\"introduced\":\"0\"}")),
	RECORD("A-1", "", PACKAGE("AlmaLinux:9", "foo") "," EVENTS("{\"introduced\":\"0\"}")),
	/* About two ecosystems: no sign that those of the second were gathered. */
	RECORD("P-1", "",
	       PACKAGE("PyPI", "both") "," EVENTS("{\"introduced\":\"0\"}") "},{" PACKAGE(
		       "NuGet", "Both") "," EVENTS("{\"introduced\":\"0\"}")),
};

static char folder[] = "/tmp/attest-advisories-XXXXXX", path[64];
static struct policy_database *database;

static void add_record(struct policy_build *build, uint32_t source, const char *text)
{
	struct att_source from;
	struct att_arena arena = {0};
	struct policy_advisory advisory;
	struct att_err err = {0};
	struct att_str whole = att_str_of(text);
	assert_int_equal(att_source_init(&from, &arena, ATT_STR("record"), whole, &err), ATT_OK);
	if (policy_osv_parse(&from, &arena, &advisory, &err) != ATT_OK)
		fail_msg("%s: %s", text, err.message);
	assert_int_equal(policy_build_add(build, source, &advisory, &err), ATT_OK);
	att_arena_clear(&arena);
}

static int make_database(void **state)
{
	struct policy_build *build;
	struct att_buf out;
	uint32_t source;
	(void)state;
	snprintf(path, sizeof path, "%s/a.db", mkdtemp(folder) ? folder : "");
	assert_int_equal(policy_build_new(&build, NULL), ATT_OK);
	assert_int_equal(policy_build_source(build, ATT_STR("a"), ATT_STR(""), BUILT, &source, NULL), ATT_OK);
	for (size_t i = 0; i < sizeof records / sizeof records[0]; i++)
		add_record(build, source, records[i]);
	att_buf_init(&out, POLICY_MAX_DATABASE);
	assert_int_equal(policy_build_finish(build, BUILT, &out, NULL), ATT_OK);
	policy_build_free(build);
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, out.data, out.len), (ssize_t)out.len);
	close(fd);
	att_buf_clear(&out);
	assert_int_equal(policy_database_open(path, &database, NULL), ATT_OK);
	return 0;
}

static int remove_database(void **state)
{
	(void)state;
	policy_database_close(database);
	unlink(path);
	return rmdir(folder);
}

/* --- a run ------------------------------------------------------------------------------------------------ */

struct input {
	const char *components; /* of the CycloneDX document, and its "dependencies" */
	const char *policy, *vex;
	int64_t now; /* 0: when the database was made */
	bool no_database, replay;
};

struct world {
	struct att_arena arena;
	struct sbom_graph graph;
	struct policy_config config;
	struct policy_trails trails;
	struct policy_vex vex;
	struct att_source sources[3];
	struct policy_run run;
};

static const struct att_source *source_of(struct world *w, int i, const char *name, struct att_str text)
{
	assert_int_equal(att_source_init(&w->sources[i], &w->arena, att_str_of(name), text, NULL), ATT_OK);
	return &w->sources[i];
}

static void begin(struct world *w, const struct input *input)
{
	struct att_findings findings;
	struct att_err err = {0};
	memset(w, 0, sizeof *w);
	struct att_str document =
		ATT_ARENA_JOIN(&w->arena,
			       ATT_STR("{\"bomFormat\":\"CycloneDX\",\"specVersion\":\"1.6\",\"metadata\":"
				       "{\"component\":{\"type\":\"application\",\"bom-ref\":\"root\",\"name\":"
				       "\"app\",\"version\":\"1\"}},"),
			       att_str_of(input->components), ATT_STR("}"));
	if (sbom_document_parse(source_of(w, 0, "bom.json", document), &w->graph, &err) != ATT_OK ||
	    sbom_graph_find_reach(&w->graph, &err) != ATT_OK)
		fail_msg("%s", err.message);
	policy_config_init(&w->config);
	att_findings_init(&findings);
	if (input->policy && policy_config_parse(source_of(w, 1, "deny.toml", att_str_of(input->policy)),
						 &w->arena, &w->config, &findings, &err) != ATT_OK)
		fail_msg("%s", err.message);
	att_findings_clear(&findings);
	if (input->vex && policy_vex_parse(source_of(w, 2, "a.vex", att_str_of(input->vex)), &w->arena, &w->vex,
					   &err) != ATT_OK)
		fail_msg("%u:%u %s", err.place.line, err.place.column, err.message);
	assert_int_equal(policy_trails_init(&w->trails, &w->graph, &err), ATT_OK);
	w->run = (struct policy_run){
		.graph = &w->graph,
		.config = &w->config,
		.database = input->no_database ? NULL : database,
		.vex = input->vex ? &w->vex : NULL,
		.folder = -1,
		.now = input->now ? input->now : BUILT,
		.replay = input->replay,
		.trails = &w->trails,
	};
}

static void end(struct world *w)
{
	policy_trails_clear(&w->trails);
	sbom_graph_clear(&w->graph);
	att_arena_clear(&w->arena);
}

/* "error[CODE] MESSAGE | HELP" lines; places in the policy as "LINE: " before. */
static void check(const struct input *input, enum att_outcome outcome, const char *expected)
{
	static const char *const severities[] = {"note", "warning", "error"};
	struct world w;
	struct att_findings findings;
	struct att_buf found;
	struct att_err err = {0};
	enum att_outcome told = ATT_NOT_CHECKED;
	begin(&w, input);
	att_findings_init(&findings);
	att_buf_init(&found, 1 << 20);
	assert_int_equal(policy_check_advisories.run(&w.run, &findings, &told, &err), ATT_OK);
	for (size_t i = 0; i < findings.count; i++) {
		const struct att_finding *f = &findings.items[i];
		if (att_str_is(f->file, "deny.toml"))
			att_buf_printf(&found, "%u: ", f->place.line);
		att_buf_printf(&found, "%s[%s] %.*s%s%.*s\n", severities[f->severity], f->code,
			       ATT_STR_ARG(f->message), f->help.len ? " | " : "", ATT_STR_ARG(f->help));
	}
	att_buf_add_byte(&found, '\0');
	assert_string_equal(found.data, expected);
	assert_int_equal(told, outcome);
	att_buf_clear(&found);
	att_findings_clear(&findings);
	end(&w);
}

#define LIBRARY(ref, name, version, purl)                                                                      \
	"{\"type\":\"library\",\"bom-ref\":\"" ref "\",\"name\":\"" name "\",\"version\":\"" version           \
	"\",\"purl\":\"" purl "\"}"
#define ONE(name, version, purl) "\"components\":[" LIBRARY("a", name, version, purl) "]"
#define LEFT(version)            ONE("left", version, "pkg:cargo/left@" version)

#define LEFT_1                                                                                                 \
	"error[vulnerability] left 1.1.0, a direct dependency, is affected by RUSTSEC-1 (CVE-1, GHSA-1): "     \
	"About RUSTSEC-1 | left 1.3.0 fixes it, and 2.0.0 all that is known of it"
#define LEFT_2                                                                                                 \
	"error[vulnerability] left 1.1.0, a direct dependency, is affected by RUSTSEC-2, severity high: "      \
	"About RUSTSEC-2 | upgrade left to 2.0.0"

static void test_groups(void **state)
{
	(void)state;
	/* One finding per group; the lowest version that no record of the group affects; withdrawn ones do not
	 * count. */
	check(&(struct input){.components = LEFT("1.1.0")}, ATT_REFUTED, LEFT_1 "\n" LEFT_2 "\n");
	/* Not RUSTSEC-1, but its alias says so. */
	check(&(struct input){.components = LEFT("1.2.5")}, ATT_REFUTED,
	      "error[vulnerability] left 1.2.5, a direct dependency, is affected by GHSA-1 (CVE-1): About "
	      "GHSA-1 "
	      "| left 1.3.0 fixes it, and 2.0.0 all that is known of it\n"
	      "error[vulnerability] left 1.2.5, a direct dependency, is affected by RUSTSEC-2, severity high: "
	      "About RUSTSEC-2 | upgrade left to 2.0.0\n");
	check(&(struct input){.components = LEFT("2.0.0")}, ATT_HOLDS, "");
	check(&(struct input){.components = "\"components\":[]"}, ATT_NOT_CHECKED, "");
}

static void test_ecosystems(void **state)
{
	(void)state;
	check(&(struct input){.components = ONE("@evil/pad", "1.0.0", "pkg:npm/%40evil/pad@1.0.0")},
	      ATT_REFUTED,
	      "error[malicious] @evil/pad 1.0.0, a direct dependency, is malicious, says MAL-1: About MAL-1 | "
	      "remove it, and treat every machine that it ran on as taken over\n");
	check(&(struct input){.components = ONE("foo-bar", "1.5", "pkg:pypi/foo-bar@1.5")}, ATT_REFUTED,
	      "error[vulnerability] foo-bar 1.5, a direct dependency, is affected by GHSA-3, severity high "
	      "(CVSS 3.1: 7.5): About GHSA-3 | "
	      "upgrade foo-bar to 2\n");
	/* Distributions count by the source package and its version. */
	check(&(struct input){.components = ONE("zlib1g", "1:1.2-1+b1",
						"pkg:deb/debian/zlib1g@1:1.2-1%2Bb1?distro=debian-12&"
						"upstream=zlib%401:1.2-1")},
	      ATT_REFUTED,
	      "error[vulnerability] zlib1g 1:1.2-1+b1, a direct dependency, is affected by GHSA-2: About "
	      "GHSA-2 "
	      "| upgrade zlib1g to 1:1.2-2\n");
	check(&(struct input){.components =
				      ONE("zlib", "1:1.2-1", "pkg:deb/debian/zlib@1:1.2-1?distro=bookworm")},
	      ATT_REFUTED,
	      "error[vulnerability] zlib 1:1.2-1, a direct dependency, is affected by GHSA-2: About GHSA-2 "
	      "| upgrade zlib to 1:1.2-2\n");
	check(&(struct input){.components = ONE("zlib", "1:1.2-2", "pkg:deb/debian/zlib@1:1.2-2?distro=12")},
	      ATT_HOLDS, "");
}

#define NO_FIX(name, id)                                                                                       \
	"error[vulnerability] " name ", a direct dependency, is affected by " id ": About " id                 \
	" | no version is known that fixes it\n"

/* An ecosystem has more names in the database than one, and each of them counts. */
static void test_ecosystem_names(void **state)
{
	(void)state;
	check(&(struct input){.components = ONE("curl", "1", "pkg:deb/ubuntu/curl@1?distro=ubuntu-22.04")},
	      ATT_REFUTED, NO_FIX("curl 1", "U-1") NO_FIX("curl 1", "U-2") NO_FIX("curl 1", "U-3"));
	check(&(struct input){.components = ONE("drupal/form", "1.0.0",
						"pkg:composer/drupal/form@1.0.0?"
						"repository_url=https://packages.drupal.org/8/downloads")},
	      ATT_REFUTED, NO_FIX("drupal/form 1.0.0", "D-1"));
	/* Whoever wrote the document did not say where from; and one registry's advisories are not those of
	 * all. */
	check(&(struct input){.components = ONE("drupal/form", "1.0.0", "pkg:composer/drupal/form@1.0.0")},
	      ATT_REFUTED,
	      "error[not-covered] 1 component of Packagist is not judged: the database has no advisories on "
	      "that | \"attest advisories import\" adds the ecosystem's advisories to the database\n" NO_FIX(
		      "drupal/form 1.0.0", "D-1"));
	/* What advisories are on, source packages or what is made of them, the distribution decides. */
	check(&(struct input){.components = ONE("libfoo1", "1-1",
						"pkg:rpm/opensuse/libfoo1@1-1?distro="
						"opensuse-leap-15.6&upstream=foo-1-1.src.rpm")},
	      ATT_REFUTED, NO_FIX("libfoo1 1-1", "S-1"));
	check(&(struct input){.components = ONE("libfoo1", "1-1",
						"pkg:rpm/almalinux/libfoo1@1-1?distro="
						"almalinux-9.3&upstream=foo-1-1.src.rpm")},
	      ATT_HOLDS, "");
	/* Module names in the small letters that some write. */
	check(&(struct input){.components =
				      ONE("example.org/mod", "v2.1.1", "pkg:golang/example.org/mod@v2.1.1")},
	      ATT_REFUTED,
	      "error[vulnerability] example.org/mod v2.1.1, a direct dependency, is affected by GHSA-4: About "
	      "GHSA-4 | upgrade example.org/mod to 2.1.5\n");
}

static void test_withdrawn(void **state)
{
	(void)state;
	check(&(struct input){.components = ONE("zero", "1.0.0", "pkg:cargo/zero@1.0.0")}, ATT_REFUTED,
	      NO_FIX("zero 1.0.0", "Z-1"));
	check(&(struct input){.components = ONE("tomorrow", "1.0.0", "pkg:cargo/tomorrow@1.0.0")}, ATT_REFUTED,
	      NO_FIX("tomorrow 1.0.0", "Z-2"));
	check(&(struct input){.components = ONE("tomorrow", "1.0.0", "pkg:cargo/tomorrow@1.0.0"),
			      .now = BUILT + DAY},
	      ATT_HOLDS, "");
}

static void test_go(void **state)
{
	(void)state;
	check(&(struct input){.components =
				      ONE("example.org/Mod", "v2.1.1", "pkg:golang/example.org/Mod@v2.1.1")},
	      ATT_REFUTED,
	      "error[vulnerability] example.org/Mod v2.1.1, a direct dependency, is affected by GHSA-4: About "
	      "GHSA-4 | upgrade example.org/Mod to 2.1.5\n");
	/* The range that Go's own schema can say is wider than what is known. */
	check(&(struct input){.components =
				      ONE("example.org/Mod", "v2.1.5", "pkg:golang/example.org/Mod@v2.1.5")},
	      ATT_HOLDS, "");
	check(&(struct input){.components = ONE("example.org/Mod", "v0.0.0-20200101000000-abcdefabcdef",
						"pkg:golang/example.org/"
						"Mod@v0.0.0-20200101000000-abcdefabcdef")},
	      ATT_CANNOT_TELL,
	      "error[undetermined] whether example.org/Mod v0.0.0-20200101000000-abcdefabcdef is affected by "
	      "GHSA-4 could not be told: the advisory counts in releases, of which the version "
	      "v0.0.0-20200101000000-abcdefabcdef says nothing\n");
}

static void test_undetermined(void **state)
{
	(void)state;
	/* No version: only what affects every version, or nothing, is certain. */
	check(&(struct input){.components = "\"components\":[{\"type\":\"library\",\"bom-ref\":\"a\",\"name\":"
					    "\"foo-bar\",\"purl\":\"pkg:pypi/foo-bar\"}]"},
	      ATT_CANNOT_TELL,
	      "error[undetermined] whether foo-bar is affected by GHSA-3 could not be told: its version is not "
	      "known\n");
	check(&(struct input){.components = "\"components\":[{\"type\":\"library\",\"bom-ref\":\"a\",\"name\":"
					    "\"other\",\"purl\":\"pkg:pypi/other\"}]"},
	      ATT_HOLDS, "");
	check(&(struct input){.components = ONE("foo-bar", "what-version", "pkg:pypi/foo-bar@what-version")},
	      ATT_CANNOT_TELL,
	      "error[undetermined] whether foo-bar what-version is affected by GHSA-3 could not be told: "
	      "version: expected "
	      "[EPOCH!]RELEASE[{a|b|rc}N][.postN][.devN][+LOCAL] (PEP 440), found \"what-version\"\n");
	/* What comes from a repository may have the fix, whatever version it says it is. */
	check(&(struct input){.components = ONE("left", "1.9.0",
						"pkg:cargo/left@1.9.0?vcs_url=git%2Bhttps://a.example/left")},
	      ATT_CANNOT_TELL,
	      "error[undetermined] whether left 1.9.0 is affected by RUSTSEC-2 could not be told: it does not "
	      "come from a registry, and may differ from what is published as this version\n");
}

static void test_not_covered(void **state)
{
	(void)state;
	check(&(struct input){.components = ONE("a", "1", "pkg:gem/a@1")}, ATT_CANNOT_TELL,
	      "error[not-covered] 1 component of RubyGems is not judged: the database has no advisories on "
	      "that | "
	      "\"attest advisories import\" adds the ecosystem's advisories to the database\n");
	/* Named beside another ecosystem: what is known is told, and is not all. */
	check(&(struct input){.components = ONE("Both", "1.0.0", "pkg:nuget/Both@1.0.0")}, ATT_REFUTED,
	      "error[not-covered] 1 component of NuGet is not judged: the database has no advisories on "
	      "that | \"attest advisories import\" adds the ecosystem's advisories to the database\n" NO_FIX(
		      "Both 1.0.0", "P-1"));
	check(&(struct input){.components = ONE("Other", "1.0.0", "pkg:nuget/Other@1.0.0")}, ATT_CANNOT_TELL,
	      "error[not-covered] 1 component of NuGet is not judged: the database has no advisories on "
	      "that | \"attest advisories import\" adds the ecosystem's advisories to the database\n");
	/* What was judged beside it changes nothing. */
	check(
		&(struct input){
			.components = "\"components\":[" LIBRARY("a", "a", "1", "pkg:gem/a@1") "," LIBRARY(
				"b", "b", "1", "pkg:gem/b@1") "," LIBRARY("c", "left", "2.0.0",
									  "pkg:cargo/left@2.0.0") "]"},
		ATT_CANNOT_TELL,
		"error[not-covered] 2 components of RubyGems are not judged: the database has no advisories on "
		"that | \"attest advisories import\" adds the ecosystem's advisories to the database\n");
	check(
		&(struct input){
			.components =
				"\"components\":[{\"type\":\"library\",\"bom-ref\":\"a\",\"name\":\"a\"}]"},
		ATT_CANNOT_TELL,
		"error[not-covered] 1 component is not judged: without a package URL there is nothing to look "
		"up\n");
	check(&(struct input){.components = ONE("a", "1", "pkg:generic/a@1")}, ATT_CANNOT_TELL,
	      "error[not-covered] 1 component (generic) is not judged: no advisories are known by that name\n");
	/* Of some types nobody could import any: beside what was judged it is a warning. */
	check(&(struct input){.components =
				      "\"components\":[" LIBRARY("a", "a", "1", "pkg:generic/a@1") "," LIBRARY(
					      "c", "left", "2.0.0", "pkg:cargo/left@2.0.0") "]"},
	      ATT_HOLDS,
	      "warning[not-covered] 1 component (generic) is not judged: no advisories are known by that "
	      "name\n");
	/* Which release it is decides which advisories there are. */
	check(&(struct input){.components = ONE("zlib", "1", "pkg:deb/debian/zlib@1")}, ATT_CANNOT_TELL,
	      "error[not-covered] 1 component (debian) is not judged: no advisories are known by that name\n");
}

static void test_private(void **state)
{
	(void)state;
#define PRIVATE ONE("left", "1.1.0", "pkg:cargo/left@1.1.0?repository_url=https://registry.example/index")
	check(&(struct input){.components = PRIVATE}, ATT_CANNOT_TELL,
	      "error[not-covered] 1 component from https://registry.example/index is not looked up: public "
	      "advisories are not about them | add the registry to sources.private when it is your own\n");
	check(&(struct input){.components = PRIVATE,
			      .policy = "[sources]\nprivate = [\"https://registry.example/\"]\n"},
	      ATT_NOT_CHECKED,
	      "note[not-covered] 1 component from https://registry.example/index is not looked up: public "
	      "advisories are not about them\n");
	/* The prefix ends with a part. */
	check(&(struct input){.components = PRIVATE,
			      .policy = "[sources]\nprivate = [\"https://registry.exam\"]\n"},
	      ATT_CANNOT_TELL,
	      "error[not-covered] 1 component from https://registry.example/index is not looked up: public "
	      "advisories are not about them | add the registry to sources.private when it is your own\n");
	/* The public registry by its name is no other one. */
	check(&(struct input){.components =
				      ONE("left", "2.0.0",
					  "pkg:cargo/left@2.0.0?repository_url=https://index.crates.io/")},
	      ATT_HOLDS, "");
	/* A host that only begins like it is. */
	check(&(struct input){.components = ONE(
				      "left", "2.0.0",
				      "pkg:cargo/left@2.0.0?repository_url=https://index.crates.io.example")},
	      ATT_CANNOT_TELL,
	      "error[not-covered] 1 component from https://index.crates.io.example is not looked up: public "
	      "advisories are not about them | add the registry to sources.private when it is your own\n");
}

#define TREE                                                                                                   \
	"\"components\":[" LIBRARY("l", "lib", "1.0.0", "pkg:cargo/lib@1.0.0") "," LIBRARY(                    \
		"o", "old", "1.0.0",                                                                           \
		"pkg:cargo/old@1.0.0") "," LIBRARY("d", "deep", "1.0.0",                                       \
						   "pkg:cargo/deep@1.0.0") "],"                                \
									   "\"dependencies\":[{\"ref\":"       \
									   "\"root\",\"dependsOn\":[\"l\","    \
									   "\"o\"]},{\"ref\":\"l\","           \
									   "\"dependsOn\":[\"d\"]}]"
#define OLD_4                                                                                                  \
	"error[unmaintained] old 1.0.0, a direct dependency, is not maintained, says RUSTSEC-4: About "        \
	"RUSTSEC-4 | replace it with something that is maintained\n"
#define DEEP_5                                                                                                 \
	"error[unsound] deep 1.0.0, a transitive dependency, is unsound, says RUSTSEC-5: About RUSTSEC-5 | "   \
	"no version is known that fixes it\n"

static void test_reach(void **state)
{
	(void)state;
	check(&(struct input){.components = TREE}, ATT_REFUTED, OLD_4);
	check(&(struct input){.components = TREE, .policy = "[advisories]\nunsound = \"all\"\n"}, ATT_REFUTED,
	      DEEP_5 OLD_4);
	check(
		&(struct input){
			.components = TREE,
			.policy = "[advisories]\nunsound = \"transitive\"\nunmaintained = \"transitive\"\n"},
		ATT_REFUTED, DEEP_5);
	check(&(struct input){.components = TREE, .policy = "[advisories]\nunmaintained = \"none\"\n"},
	      ATT_HOLDS, "");
	check(&(struct input){.components = TREE, .policy = "[severity]\nunmaintained = \"warn\"\n"}, ATT_HOLDS,
	      "warning[unmaintained] old 1.0.0, a direct dependency, is not maintained, says RUSTSEC-4: About "
	      "RUSTSEC-4 | replace it with something that is maintained\n");
}

static void test_yanked(void **state)
{
#define DEPRECATED                                                                                             \
	"\"components\":[{\"type\":\"library\",\"bom-ref\":\"a\",\"name\":\"a\",\"version\":\"1.0.0\","        \
	"\"purl\":\"pkg:npm/a@1.0.0\",\"properties\":[{\"name\":\"attest:deprecated\",\"value\":\"use b\"}]}]"
#define YANKED                                                                                                 \
	"[yanked] a 1.0.0, a direct dependency, was taken back by its registry, or is not meant to be used "   \
	"any more: use b\n"
	(void)state;
	check(&(struct input){.components = DEPRECATED}, ATT_HOLDS, "warning" YANKED);
	check(&(struct input){.components = DEPRECATED, .policy = "[advisories]\nyanked = \"deny\"\n"},
	      ATT_REFUTED, "error" YANKED);
	check(&(struct input){.components = DEPRECATED,
			      .policy = "[advisories]\ndisable-yank-checking = true\n"},
	      ATT_HOLDS, "");
	check(
		&(struct input){
			.components = DEPRECATED,
			.policy = "[advisories]\nignore = [{ purl = \"pkg:npm/a@1.0.0\", reason = \"r\" }]\n"},
		ATT_HOLDS, "");
}

static void test_database_age(void **state)
{
	(void)state;
	check(&(struct input){.components = LEFT("1.1.0"), .no_database = true}, ATT_CANNOT_TELL,
	      "error[no-database] there is no advisory database to look components up in | \"attest advisories "
	      "update\" or \"import\" makes one\n");
	check(&(struct input){.components = LEFT("2.0.0"), .now = BUILT + 7 * DAY}, ATT_HOLDS, "");
#define STALE                                                                                                  \
	"[stale-database] the advisory database was last up to date 8 days ago, and the policy accepts 7 | "   \
	"\"attest advisories update\" brings it up to date; advisories.maximum-db-staleness says how old it "  \
	"may be\n"
	check(&(struct input){.components = LEFT("1.1.0"), .now = BUILT + 8 * DAY}, ATT_CANNOT_TELL,
	      "error" STALE);
	/* Clocks differ, but not by hours: what is of the future would never get old. A replay is of the past.
	 */
	check(&(struct input){.components = LEFT("2.0.0"), .now = BUILT - 3600}, ATT_HOLDS, "");
	check(&(struct input){.components = LEFT("1.1.0"), .now = BUILT - 3601}, ATT_CANNOT_TELL,
	      "error[stale-database] the advisory database says that it was up to date at a time that has not "
	      "come yet: how old it is cannot be told | \"attest advisories update\" brings it up to date; "
	      "advisories.maximum-db-staleness says how old it may be\n");
	check(&(struct input){.components = LEFT("2.0.0"), .now = BUILT - DAY, .replay = true}, ATT_HOLDS, "");
	/* A severity does not make the data newer. */
	check(&(struct input){.components = LEFT("1.1.0"),
			      .policy = "[severity]\nstale-database = \"warn\"\n",
			      .now = BUILT + 8 * DAY},
	      ATT_CANNOT_TELL, "warning" STALE);
	check(&(struct input){.components = LEFT("2.0.0"),
			      .policy = "[advisories]\nmaximum-db-staleness = \"P30D\"\n",
			      .now = BUILT + 8 * DAY},
	      ATT_HOLDS, "");
}

/* --- ignores ---------------------------------------------------------------------------------------------- */

#define IGNORE(entries) "[advisories]\nignore = [\n" entries "]\n"

static void test_ignores(void **state)
{
	(void)state;
	/* By an alias of another record of the group. */
	check(&(struct input){.components = LEFT("1.1.0"),
			      .policy = IGNORE("{ id = \"GHSA-1\", reason = \"r\" },\n"
					       "{ id = \"RUSTSEC-2\", reason = \"r\" },\n")},
	      ATT_HOLDS,
	      "3: note[fix-available] RUSTSEC-1 is ignored, and fixed in left 1.3.0 | upgrade, and remove the "
	      "entry\n"
	      "4: note[fix-available] RUSTSEC-2 is ignored, and fixed in left 2.0.0 | upgrade, and remove the "
	      "entry\n");
	check(&(struct input){.components = LEFT("1.1.0"),
			      .policy = IGNORE(
				      "{ crate = \"left@1.1.0\", reason = \"r\" },\n") "[severity]\n"
										       "fix-available = "
										       "\"allow\"\nadvisory-"
										       "ignored = \"warn\"\n"},
	      ATT_HOLDS,
	      "note[advisory-ignored] RUSTSEC-1 is ignored for left 1.1.0: r\n"
	      "note[advisory-ignored] RUSTSEC-2 is ignored for left 1.1.0: r\n");
	/* Another version of it is not meant. */
	check(&(struct input){.components = LEFT("1.1.0"),
			      .policy =
				      IGNORE("{ id = \"CVE-1\", crate = \"left@1.1.1\", reason = \"r\" },\n")},
	      ATT_REFUTED,
	      LEFT_1 "\n" LEFT_2 "\n3: warning[advisory-not-detected] the entry for CVE-1 concerns nothing in "
		     "here | remove it\n");
}

static void test_hygiene(void **state)
{
	(void)state;
	check(&(struct input){.components = TREE, .policy = IGNORE("\"RUSTSEC-4\",\n")}, ATT_REFUTED,
	      "3: error[ignore-without-reason] the entry for RUSTSEC-4 does not say why | write { id = "
	      "\"...\", "
	      "reason = \"...\" }: whoever reads it later has to know whether it still holds\n");
	check(&(struct input){.components = TREE,
			      .policy = IGNORE("{ id = \"RUSTSEC-4\", reason = \"r\" },\n"
					       "{ id = \"RUSTSEC-4\", reason = \"again\" },\n"
					       "{ id = \"RUSTSEC-9\", reason = \"r\" },\n"
					       "{ id = \"CVE-1\", reason = \"r\" },\n")},
	      ATT_HOLDS,
	      "4: warning[ignore-duplicate] the entry for RUSTSEC-4 says the same as an earlier one, for "
	      "RUSTSEC-4 | remove one of them\n"
	      "5: warning[unknown-advisory] the database has no advisory that is called RUSTSEC-9 | correct "
	      "the "
	      "name, or remove the entry\n"
	      "6: warning[advisory-not-detected] the entry for CVE-1 concerns nothing in here | remove it\n");
	check(&(struct input){.components = TREE, .policy = IGNORE("{ crate = \"old\", reason = \"r\" },\n")},
	      ATT_HOLDS,
	      "3: warning[ignore-too-broad] the entry for old takes in every advisory of every version, also "
	      "those to come | name the advisory, or the versions\n");
}

static void test_expiry(void **state)
{
	/* The database was made on 2001-09-09, at 01:46:40. */
	(void)state;
	check(&(struct input){.components = TREE,
			      .policy = IGNORE("{ id = \"RUSTSEC-4\", reason = \"r\", "
					       "expires = \"2001-09-09T01:46:40Z\" },\n")},
	      ATT_REFUTED,
	      OLD_4
	      "3: error[ignore-expired] the entry for RUSTSEC-4 has not held since 2001-09-09 | fix what it "
	      "was for and remove it, or decide anew and set another day\n");
	check(&(struct input){.components = TREE,
			      .policy = IGNORE("{ id = \"RUSTSEC-4\", reason = \"r\", "
					       "expires = \"2001-09-09T01:46:41Z\" },\n")},
	      ATT_HOLDS,
	      "3: warning[ignore-expiring] the entry for RUSTSEC-4 holds only until 2001-09-09 | fix what it "
	      "is "
	      "for before that day\n");
	check(&(struct input){.components = TREE,
			      .policy = IGNORE(
				      "{ id = \"RUSTSEC-4\", reason = \"r\", expires = 2002-01-01 },\n")},
	      ATT_HOLDS, "");
}

static void test_scope(void **state)
{
#define DEEP_POLICY(scope)                                                                                     \
	"[advisories]\nunsound = \"all\"\nunmaintained = \"none\"\nunused-ignored-advisory = \"allow\"\n"      \
	"ignore = [{ id = \"RUSTSEC-5\", reason = \"r\", " scope " }]\n"
#define TWO_WAYS                                                                                               \
	"\"components\":[" LIBRARY("l", "lib", "1.0.0", "pkg:cargo/lib@1.0.0") "," LIBRARY(                    \
		"o", "old", "1.0.0",                                                                           \
		"pkg:cargo/old@1.0.0") "," LIBRARY("d", "deep", "1.0.0",                                       \
						   "pkg:cargo/deep@1.0.0") "],"                                \
									   "\"dependencies\":[{\"ref\":"       \
									   "\"root\",\"dependsOn\":[\"l\","    \
									   "\"o\"]},{\"ref\":\"l\","           \
									   "\"dependsOn\":"                    \
									   "[\"d\"]},{\"ref\":\"o\","          \
									   "\"dependsOn\":[\"d\"]}]"
	(void)state;
	check(&(struct input){.components = TREE, .policy = DEEP_POLICY("components = [\"lib\"]")}, ATT_HOLDS,
	      "");
	check(&(struct input){.components = TREE, .policy = DEEP_POLICY("components = [\"old\"]")}, ATT_REFUTED,
	      DEEP_5);
	/* A second way to it is one that nobody decided on. */
	check(&(struct input){.components = TWO_WAYS, .policy = DEEP_POLICY("components = [\"lib\"]")},
	      ATT_REFUTED, DEEP_5);
	check(&(struct input){.components = TWO_WAYS, .policy = DEEP_POLICY("components = [\"lib\", \"old\"]")},
	      ATT_HOLDS, "");
	check(&(struct input){.components = TREE, .policy = DEEP_POLICY("targets = [\"runtime\"]")}, ATT_HOLDS,
	      "");
	check(&(struct input){.components = TREE, .policy = DEEP_POLICY("targets = [\"dev\"]")}, ATT_REFUTED,
	      DEEP_5);
	/* No file of the tree names it. */
	check(&(struct input){.components = TREE, .policy = DEEP_POLICY("paths = [\"**\"]")}, ATT_REFUTED,
	      DEEP_5);
}

/* --- VEX ----------------------------------------------------------------------------------------------------
 */

#define VEX(statements)                                                                                        \
	"{\"@context\":\"https://openvex.dev/ns/v0.2.0\",\"@id\":\"https://a.example/1\",\"author\":\"a\","    \
	"\"timestamp\":\"2001-01-01T00:00:00Z\",\"version\":1,\"statements\":[" statements "]}"
#define STATEMENT(name, product, more)                                                                         \
	"{\"vulnerability\":{\"name\":\"" name "\"},\"products\":[{\"@id\":\"" product "\"" more "}"
#define NOT_AFFECTED "\"status\":\"not_affected\",\"justification\":\"vulnerable_code_not_present\""
#define AFFECTED     "\"status\":\"affected\",\"action_statement\":\"upgrade\""
#define PARTS(purl)  ",\"subcomponents\":[{\"@id\":\"" purl "\"}]"

static void test_vex(void **state)
{
	(void)state;
	/* By an alias, for every version. */
	check(&(struct input){.components = LEFT("1.1.0"),
			      .vex = VEX(STATEMENT("CVE-1", "pkg:cargo/left", "") "]," NOT_AFFECTED "}")},
	      ATT_REFUTED, LEFT_2 "\n");
	check(&(struct input){.components = LEFT("1.1.0"),
			      .vex = VEX(STATEMENT("CVE-1", "pkg:cargo/left@1.1.1", "") "]," NOT_AFFECTED "}")},
	      ATT_REFUTED, LEFT_1 "\n" LEFT_2 "\n");
	/* A part of this product, of another one, and the whole product. */
	check(&(struct input){.components = LEFT("1.1.0"),
			      .vex = VEX(STATEMENT("RUSTSEC-1", "pkg:generic/app@1",
						   PARTS("pkg:cargo/left@1.1.0")) "]," NOT_AFFECTED "}")},
	      ATT_REFUTED, LEFT_2 "\n");
	check(&(struct input){.components = LEFT("1.1.0"),
			      .vex = VEX(STATEMENT("RUSTSEC-1", "pkg:generic/other@1",
						   PARTS("pkg:cargo/left@1.1.0")) "]," NOT_AFFECTED "}")},
	      ATT_REFUTED, LEFT_1 "\n" LEFT_2 "\n");
	check(&(struct input){.components = LEFT("1.1.0"),
			      .vex = VEX(STATEMENT("RUSTSEC-1", "pkg:generic/app", "") "]," NOT_AFFECTED "}")},
	      ATT_REFUTED, LEFT_2 "\n");
}

static void test_vex_order(void **state)
{
#define CVE_1 STATEMENT("CVE-1", "pkg:cargo/left", "") "],"
	(void)state;
	/* The later one counts, in whatever order they stand. */
	check(&(struct input){.components = LEFT("1.1.0"),
			      .vex = VEX(CVE_1 NOT_AFFECTED "}," CVE_1 AFFECTED
							    ",\"timestamp\":\"2001-01-01T00:00:01Z\"}")},
	      ATT_REFUTED, LEFT_1 "\n" LEFT_2 "\n");
	check(&(struct input){.components = LEFT("1.1.0"),
			      .vex = VEX(CVE_1
					 "\"status\":\"fixed\",\"timestamp\":\"2001-01-01T00:00:01Z\"}," CVE_1
						 AFFECTED "}")},
	      ATT_REFUTED, LEFT_2 "\n");
	/* At one time the one that stands later. */
	check(&(struct input){.components = LEFT("1.1.0"),
			      .vex = VEX(CVE_1 AFFECTED "}," CVE_1 NOT_AFFECTED "}")},
	      ATT_REFUTED, LEFT_2 "\n");
	check(&(struct input){.components = LEFT("1.1.0"),
			      .vex = VEX(CVE_1 NOT_AFFECTED "}," CVE_1 "\"status\":\"under_investigation\"}")},
	      ATT_REFUTED, LEFT_1 "\n" LEFT_2 "\n");
}

/* What is written about `input` says, read again, nothing else than was decided. */
static void test_vex_written(void **state)
{
	struct input input = {
		.components = LEFT("1.1.0"),
		.policy = IGNORE("{ id = \"RUSTSEC-2\", reason = \"never called\", expires = 2002-01-01 },\n"),
		.vex = VEX(STATEMENT("CVE-1", "pkg:cargo/left", "") "]," NOT_AFFECTED "}")};
	const struct policy_vex_options options = {.author = ATT_STR("me@a.example"), .time = BUILT};
	struct policy_concerns concerns;
	struct policy_triage triage;
	struct att_buf out;
	struct att_err err = {0};
	struct world w;
	(void)state;
	begin(&w, &input);
	att_buf_init(&out, 1 << 20);
	assert_int_equal(policy_advisories_judge(&w.run, &concerns, &triage, &err), ATT_OK);
	assert_int_equal(policy_vex_write(&w.run, &concerns, &options, &out, &err), ATT_OK);
	policy_concerns_clear(&concerns);
	policy_triage_clear(&triage);
	end(&w);
	att_buf_add_byte(&out, '\0');
	static const char accepted[] =
		"\"action_statement\": \"The risk is accepted until 2002-01-01: never called\"";
	assert_non_null(strstr(out.data, accepted));
	assert_non_null(strstr(out.data, "\"@id\": \"pkg:generic/app@1\""));
	assert_non_null(strstr(out.data, "\"timestamp\": \"2001-09-09T01:46:40Z\""));
	input.policy = NULL;
	input.vex = out.data;
	check(&input, ATT_REFUTED, LEFT_2 "\n");
	att_buf_clear(&out);
	/* There is no document without a statement. */
	input = (struct input){.components = LEFT("2.0.0")};
	begin(&w, &input);
	assert_int_equal(policy_advisories_judge(&w.run, &concerns, &triage, &err), ATT_OK);
	assert_int_equal(policy_vex_write(&w.run, &concerns, &options, &out, &err), ATT_ERR_NOT_FOUND);
	policy_concerns_clear(&concerns);
	policy_triage_clear(&triage);
	end(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_groups),
		cmocka_unit_test(test_ecosystems),
		cmocka_unit_test(test_ecosystem_names),
		cmocka_unit_test(test_withdrawn),
		cmocka_unit_test(test_go),
		cmocka_unit_test(test_undetermined),
		cmocka_unit_test(test_not_covered),
		cmocka_unit_test(test_private),
		cmocka_unit_test(test_reach),
		cmocka_unit_test(test_yanked),
		cmocka_unit_test(test_database_age),
		cmocka_unit_test(test_ignores),
		cmocka_unit_test(test_hygiene),
		cmocka_unit_test(test_expiry),
		cmocka_unit_test(test_scope),
		cmocka_unit_test(test_vex),
		cmocka_unit_test(test_vex_order),
		cmocka_unit_test(test_vex_written),
	};
	return cmocka_run_group_tests(tests, make_database, remove_database);
}
