// SPDX-License-Identifier: Apache-2.0
/* What has to accompany an artifact: its signature, its provenance, its SBOM. */
#include <string.h>
#include <unistd.h>

#include "libattest/base/beneath.h"
#include "libattest/base/file.h"
#include "libattest/base/limits.h"
#include "libattest/format/json.h"
#include "libattest/verify/verify.h"
#include "release/gate.h"

#include "libattest/base/banned.h"

static const char *const names[RELEASE_REQUIREMENTS] = {"sbom", "signature", "provenance"};

static void add_step(const struct release_gate *gate, enum release_requirement what,
		     const struct release_built *built, enum att_outcome outcome, struct att_str found)
{
	static const char *const expected[RELEASE_REQUIREMENTS] = {
		"a CycloneDX or SPDX document beside it", "a signature that [trust] believes",
		"provenance of this repository, commit and tag that [trust] believes"};
	att_steps_add(gate->steps, &(struct att_step){
					   .name = names[what],
					   .outcome = outcome,
					   .artifact = built->name,
					   .expected = att_str_of(expected[what]),
					   .found = found,
				   });
}

static void report_missing(const struct release_gate *gate, enum release_requirement what,
			   const struct release_built *built, struct att_str message)
{
	struct att_place place = att_source_place(gate->config->source, built->artifact->span);
	att_findings_add(gate->findings,
			 &(struct att_finding){
				 .code = "missing-companion",
				 .severity = built->artifact->tier == RELEASE_PREVIEW ? ATT_WARNING : ATT_ERROR,
				 .message = message,
				 .help = att_arena_printf(&gate->findings->arena, "make it: attest %s",
							  what == RELEASE_SBOM        ? "sbom"
							  : what == RELEASE_SIGNATURE ? "sign"
										      : "provenance"),
				 .file = gate->config->source->path,
				 .place = place,
				 .artifact = built->name,
			 });
}

/* --- SBOM ------------------------------------------------------------------------------------------------ */

/* Is it one, by what such documents say of themselves? */
static int read_sbom(const struct release_gate *gate, struct att_str path, struct att_arena *arena, bool *found,
		     struct att_err *err)
{
	struct att_buf text;
	struct att_source source;
	struct att_value document;
	int fd = -1;
	att_buf_init(&text, ATT_MAX_DOCUMENT);
	int status = att_open_beneath(gate->folder, path, 0, &fd, err);
	*found = status != ATT_ERR_NOT_FOUND;
	if (status == ATT_OK)
		status = att_file_read_fd(fd, path.data, &text, err);
	if (status == ATT_OK)
		status = att_source_init(&source, arena, path, att_buf_str(&text), err);
	if (status == ATT_OK)
		status = att_json_parse(&source, arena, &document, err);
	if (status == ATT_OK && !att_value_get(&document, "bomFormat") &&
	    !att_value_get(&document, "spdxVersion"))
		status = att_err_set(err, ATT_ERR_MALFORMED, "expected a CycloneDX or SPDX document at %.*s",
				     ATT_STR_ARG(path));
	if (fd >= 0)
		close(fd);
	att_buf_clear(&text);
	return status;
}

static void check_sbom(const struct release_gate *gate, const struct release_built *built)
{
	static const char *const endings[] = {".cdx.json", ".spdx.json", ".sbom.json"};
	struct att_arena arena = {0};
	for (size_t i = 0; i < sizeof endings / sizeof endings[0]; i++) {
		struct att_err err = {0};
		bool found = false;
		struct att_str path = ATT_ARENA_JOIN(&arena, built->path, att_str_of(endings[i]));
		int status = path.data ? read_sbom(gate, path, &arena, &found, &err) : att_err_memory(&err);
		if (!found && path.data)
			continue;
		add_step(gate, RELEASE_SBOM, built, status == ATT_OK ? ATT_HOLDS : ATT_CANNOT_TELL, path);
		if (status != ATT_OK)
			att_findings_add_err(gate->findings, path, NULL, &err);
		att_arena_clear(&arena);
		return;
	}
	add_step(gate, RELEASE_SBOM, built, ATT_REFUTED, ATT_STR("none"));
	report_missing(gate, RELEASE_SBOM, built, ATT_STR("no SBOM lies beside this artifact"));
	att_arena_clear(&arena);
}

/* --- signatures and provenance --------------------------------------------------------------------------- */

/* Without a repository any would do, and the step says that it is this one. */
static bool has_source(const struct release_gate *gate, const struct release_built *built)
{
	struct att_err err = {0};
	if (gate->config->project.repository.len > 0)
		return true;
	att_source_err(gate->config->source, &err, ATT_ERR_UNSUPPORTED, built->artifact->span,
		       "provenance is required, and [project] does not say of which repository");
	att_err_help(&err, "repository = \"https://...\" in [project], as the build states it");
	att_findings_add_err(gate->findings, gate->config->source->path, gate->config->source, &err);
	add_step(gate, RELEASE_PROVENANCE, built, ATT_CANNOT_TELL, ATT_STR("no repository is said"));
	return false;
}

static void verify(const struct release_gate *gate, const struct att_keyring *keys,
		   const struct release_built *built, enum release_requirement what, struct att_arena *arena)
{
	struct att_verify_options options = {.keys = keys, .now = gate->now};
	struct att_verdict verdict = {0};
	struct att_str path = ATT_ARENA_JOIN(arena, att_str_of(gate->folder_path), ATT_STR("/"), built->path);
	if (what == RELEASE_PROVENANCE) {
		options.provenance = true;
		options.build.source = gate->config->project.repository;
		options.build.commit = gate->variables->commit;
		options.build.ref = ATT_ARENA_JOIN(arena, ATT_STR("refs/tags/"), gate->variables->tag);
	}
	if (!path.data) {
		add_step(gate, what, built, ATT_CANNOT_TELL, ATT_STR("memory is out"));
		return;
	}
	att_verify_file(path.data, &options, &verdict);
	/* It was read again, and everything else is held against what was read first. */
	if (verdict.outcome == ATT_HOLDS && !att_digest_equal(&verdict.digest, &built->sha256)) {
		struct att_err err = {0};
		att_err_set(&err, ATT_ERR_IO, "the artifact was changed while it was looked at");
		att_err_help(&err, "look again, when nothing builds any more");
		att_findings_add_err(gate->findings, built->path, NULL, &err);
		add_step(gate, what, built, ATT_CANNOT_TELL, ATT_STR("the artifact was changed"));
		att_verdict_clear(&verdict);
		return;
	}
	add_step(gate, what, built, verdict.outcome, verdict.sentence);
	/* That each of the two files is not the other is no news: both were asked for. */
	for (size_t i = 0; i < verdict.findings.count; i++)
		if (strcmp(verdict.findings.items[i].code, "signature-not-counted") != 0)
			att_findings_add(gate->findings, &verdict.findings.items[i]);
	if (verdict.outcome != ATT_HOLDS && verdict.findings.errors == 0)
		report_missing(gate, what, built, verdict.sentence);
	att_verdict_clear(&verdict);
}

/* Nothing then says that it was built of the commit that is released. */
static void report_unbound(const struct release_gate *gate, const struct release_built *built)
{
	struct att_place place = att_source_place(gate->config->source, built->artifact->span);
	att_findings_add(
		gate->findings,
		&(struct att_finding){
			.code = "unbound-artifact",
			.severity = ATT_WARNING,
			.message = ATT_STR("no provenance is required that says which commit it was built of"),
			.help = ATT_STR("requires = [\"provenance\"] in its [[artifact]]"),
			.file = gate->config->source->path,
			.place = place,
			.artifact = built->name,
		});
}

static bool requires_trust(const struct release_artifact *artifact)
{
	return artifact->requires[RELEASE_SIGNATURE] || artifact->requires[RELEASE_PROVENANCE];
}

static int load_trust(const struct release_gate *gate, struct att_keyring *keys, struct att_err *err)
{
	static const struct att_key_options options;
	bool wanted = false;
	for (size_t i = 0; i < gate->build->count; i++)
		wanted |= requires_trust(gate->build->items[i].artifact);
	if (!wanted)
		return ATT_OK;
	int status = att_keyring_parse_policy(keys, gate->config->source, gate->folder_path, &options, err);
	if (status != ATT_OK && err->help[0] == '\0')
		att_err_help(err,
			     "signatures and provenance that artifacts require are believed by [trust] only");
	return status;
}

void release_gate_companions(const struct release_gate *gate)
{
	struct att_keyring keys;
	struct att_arena arena = {0};
	struct att_err err = {0};
	att_keyring_init(&keys);
	int status = load_trust(gate, &keys, &err);
	if (status != ATT_OK)
		att_findings_add_err(gate->findings, gate->config->source->path, gate->config->source, &err);
	for (size_t i = 0; i < gate->build->count; i++) {
		const struct release_built *built = &gate->build->items[i];
		if (built->artifact->requires[RELEASE_SBOM])
			check_sbom(gate, built);
		if (!built->artifact->requires[RELEASE_PROVENANCE] && built->artifact->tier == RELEASE_OFFICIAL)
			report_unbound(gate, built);
		for (enum release_requirement what = RELEASE_SIGNATURE; what <= RELEASE_PROVENANCE; what++) {
			if (!built->artifact->requires[what])
				continue;
			if (what == RELEASE_PROVENANCE && !has_source(gate, built))
				continue;
			if (status == ATT_OK)
				verify(gate, &keys, built, what, &arena);
			else
				add_step(gate, what, built, ATT_CANNOT_TELL,
					 ATT_STR("nothing says whom to believe"));
		}
	}
	att_keyring_clear(&keys);
	att_arena_clear(&arena);
}
