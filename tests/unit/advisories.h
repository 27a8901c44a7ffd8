// SPDX-License-Identifier: Apache-2.0
/* For tests of the advisories check: a small database, and a run over a document. */
#ifndef TESTS_UNIT_ADVISORIES_H
#define TESTS_UNIT_ADVISORIES_H

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

static inline void add_record(struct policy_build *build, uint32_t source, const char *text)
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

static inline int make_database(void **state)
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

static inline int remove_database(void **state)
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

static inline const struct att_source *source_of(struct world *w, int i, const char *name, struct att_str text)
{
	assert_int_equal(att_source_init(&w->sources[i], &w->arena, att_str_of(name), text, NULL), ATT_OK);
	return &w->sources[i];
}

static inline void begin(struct world *w, const struct input *input)
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

static inline void end(struct world *w)
{
	policy_trails_clear(&w->trails);
	sbom_graph_clear(&w->graph);
	att_arena_clear(&w->arena);
}

/* "error[CODE] MESSAGE | HELP" lines; places in the policy as "LINE: " before. */
static inline void check(const struct input *input, enum att_outcome outcome, const char *expected)
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

#endif
