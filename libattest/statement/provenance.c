// SPDX-License-Identifier: Apache-2.0
/* https://slsa.dev/spec/v1.0/provenance and https://slsa.dev/spec/v0.2/provenance, around an in-toto Statement
 * (in-toto/attestation, spec/v1/statement.md). */
#include "libattest/statement/provenance.h"

#include "libattest/base/limits.h"
#include "libattest/statement/write_internal.h"

#include "libattest/base/banned.h"

/* ---- facts ---- */

static unsigned depth_of(const struct att_fact *fact)
{
	unsigned depth = 0;
	while (depth < ATT_FACT_DEPTH && fact->keys[depth].len > 0)
		depth++;
	return depth;
}

/* How many outer keys two neighbours share. */
static unsigned shared_depth(const struct att_fact *a, const struct att_fact *b)
{
	unsigned shared = 0;
	while (shared + 1 < depth_of(a) && shared + 1 < depth_of(b) &&
	       att_str_equal(a->keys[shared], b->keys[shared]))
		shared++;
	return shared;
}

static int write_facts(struct att_json_writer *w, const char *name, const struct att_facts *facts,
		       struct att_arena *arena, struct att_err *err)
{
	unsigned open = 0;
	int status = ATT_OK;
	att_json_key(w, name);
	att_json_object(w);
	for (size_t i = 0; status == ATT_OK && i < facts->count; i++) {
		const struct att_fact *fact = &facts->items[i];
		unsigned keep = i > 0 ? shared_depth(&facts->items[i - 1], fact) : 0, last = depth_of(fact) - 1;
		for (; open > keep; open--)
			att_json_object_end(w);
		for (; status == ATT_OK && open < last; open++) {
			status = att_statement_write_key(w, fact->keys[open], arena, err);
			att_json_object(w);
		}
		if (status == ATT_OK)
			status = att_statement_write_key(w, fact->keys[last], arena, err);
		if (status == ATT_OK)
			att_json_string(w, fact->value);
	}
	if (status != ATT_OK)
		return status;
	for (; open > 0; open--)
		att_json_object_end(w);
	att_json_object_end(w);
	return ATT_OK;
}

/* The source, which is the only dependency that every build type knows. */
static void write_source(struct att_json_writer *w, const struct att_build *build, const char *digest)
{
	att_json_member(w, "uri", build->source_uri);
	att_json_key(w, "digest");
	att_json_object(w);
	att_json_member(w, digest, build->source_commit);
	att_json_object_end(w);
}

/* ---- version 1 ---- */

static void write_dependencies(struct att_json_writer *w, const struct att_provenance *p)
{
	att_json_key(w, "resolvedDependencies");
	att_json_array(w);
	att_json_object(w);
	write_source(w, p->build, "gitCommit");
	if (p->build->source_dirty) {
		att_json_key(w, "annotations");
		att_json_object(w);
		att_json_key(w, "dirty");
		att_json_bool(w, true);
		att_json_object_end(w);
	}
	att_json_object_end(w);
	for (size_t i = 0; i < p->tool_count; i++) {
		att_json_object(w);
		att_json_member(w, "name", p->tools[i].name);
		att_statement_write_digests(w, p->tools[i].digests, p->tools[i].digest_count);
		att_json_object_end(w);
	}
	att_dependencies_write(w, p->dependencies, p->dependency_count, true);
	att_json_array_end(w);
}

static int write_run(struct att_json_writer *w, const struct att_provenance *p, struct att_arena *arena,
		     struct att_err *err)
{
	const struct att_build *build = p->build;
	att_json_key(w, "runDetails");
	att_json_object(w);
	att_json_key(w, "builder");
	att_json_object(w);
	att_json_member(w, "id", build->builder_id);
	if (build->tool.len > 0) {
		att_json_key(w, "version");
		att_json_object(w);
		int status = att_statement_write_key(w, build->tool, arena, err);
		if (status != ATT_OK)
			return status;
		att_json_string(w, build->tool_version);
		att_json_object_end(w);
	}
	att_json_object_end(w);
	if (build->invocation_id.len > 0 || build->has_times) {
		att_json_key(w, "metadata");
		att_json_object(w);
		att_json_member_if(w, "invocationId", build->invocation_id);
		if (build->has_times) {
			att_statement_write_time(w, "startedOn", build->started);
			att_statement_write_time(w, "finishedOn", build->finished);
		}
		att_json_object_end(w);
	}
	if (p->byproduct_count > 0)
		att_statement_write_named(w, "byproducts", p->byproducts, p->byproduct_count);
	att_json_object_end(w);
	return ATT_OK;
}

static int write_v1(struct att_json_writer *w, const struct att_provenance *p, struct att_arena *arena,
		    struct att_err *err)
{
	att_json_key(w, "buildDefinition");
	att_json_object(w);
	att_json_member(w, "buildType", p->build->build_type);
	int status = write_facts(w, "externalParameters", &p->build->external, arena, err);
	if (status == ATT_OK && p->build->internal.count > 0)
		status = write_facts(w, "internalParameters", &p->build->internal, arena, err);
	if (status != ATT_OK)
		return status;
	write_dependencies(w, p);
	att_json_object_end(w);
	return write_run(w, p, arena, err);
}

/* ---- version 0.2 ---- */

static void write_metadata_v02(struct att_json_writer *w, const struct att_build *build)
{
	static const char *const completeness[] = {"parameters", "environment", "materials"};
	att_json_key(w, "metadata");
	att_json_object(w);
	att_json_member_if(w, "buildInvocationId", build->invocation_id);
	if (build->has_times) {
		att_statement_write_time(w, "buildStartedOn", build->started);
		att_statement_write_time(w, "buildFinishedOn", build->finished);
	}
	att_json_key(w, "completeness");
	att_json_object(w);
	for (size_t i = 0; i < 3; i++) {
		att_json_key(w, completeness[i]);
		att_json_bool(w, i == 0 && !build->source_dirty);
	}
	att_json_object_end(w);
	att_json_key(w, "reproducible");
	att_json_bool(w, false);
	att_json_object_end(w);
}

static int write_v02(struct att_json_writer *w, const struct att_provenance *p, struct att_arena *arena,
		     struct att_err *err)
{
	const struct att_build *build = p->build;
	const char *digest = build->source_commit.len == 40 ? "sha1" : "sha256";
	att_json_key(w, "builder");
	att_json_object(w);
	att_json_member(w, "id", build->builder_id);
	att_json_object_end(w);
	att_json_member(w, "buildType", build->build_type);
	att_json_key(w, "invocation");
	att_json_object(w);
	att_json_key(w, "configSource");
	att_json_object(w);
	write_source(w, build, digest);
	att_json_member_if(w, "entryPoint", build->entry_point);
	att_json_object_end(w);
	int status = write_facts(w, "parameters", &build->external, arena, err);
	if (status == ATT_OK)
		status = write_facts(w, "environment", &build->internal, arena, err);
	if (status != ATT_OK)
		return status;
	att_json_object_end(w);
	write_metadata_v02(w, build);
	att_json_key(w, "materials");
	att_json_array(w);
	att_json_object(w);
	write_source(w, build, digest);
	att_json_object_end(w);
	for (size_t i = 0; i < p->tool_count; i++) {
		att_json_object(w);
		/* A material has a URI and no name. */
		struct att_str uri = ATT_ARENA_JOIN(arena, ATT_STR("file:"), p->tools[i].name);
		att_json_member(w, "uri", uri);
		att_statement_write_digests(w, p->tools[i].digests, p->tools[i].digest_count);
		att_json_object_end(w);
	}
	att_dependencies_write(w, p->dependencies, p->dependency_count, false);
	att_json_array_end(w);
	return ATT_OK;
}

/* ---- the statement ---- */

static int check(const struct att_provenance *p, struct att_err *err)
{
	if (p->subject_count == 0)
		return att_err_set(err, ATT_ERR_USAGE,
				   "expected an artifact to state the build of, found none");
	if (p->subject_count > ATT_MAX_SUBJECTS)
		return att_err_set(err, ATT_ERR_LIMIT, "expected at most %d artifacts, found %zu",
				   ATT_MAX_SUBJECTS, p->subject_count);
	if (p->v02 && p->byproduct_count > 0)
		return att_err_set(err, ATT_ERR_USAGE,
				   "expected no byproducts, which version 0.2 has no place for");
	if (p->v02 && p->build->source_dirty)
		return att_err_set(err, ATT_ERR_USAGE,
				   "expected a clean working tree, since version 0.2 has no place to say that "
				   "it is not");
	return ATT_OK;
}

int att_provenance_write(const struct att_provenance *provenance, struct att_arena *arena, struct att_buf *out,
			 struct att_err *err)
{
	struct att_provenance p = *provenance;
	struct att_subject *subjects, *tools, *byproducts;
	struct att_dependency *dependencies;
	struct att_json_writer w;
	int status = check(&p, err);
	if (status == ATT_OK)
		status = att_statement_sort(p.subjects, p.subject_count, "artifact", arena, &subjects, err);
	if (status == ATT_OK)
		status = att_statement_sort(p.tools, p.tool_count, "tool", arena, &tools, err);
	if (status == ATT_OK)
		status = att_statement_sort(p.byproducts, p.byproduct_count, "byproduct", arena, &byproducts,
					    err);
	if (status == ATT_OK)
		status = att_dependencies_sort(p.dependencies, &p.dependency_count, arena, &dependencies, err);
	if (status != ATT_OK)
		return status;
	p.tools = tools;
	p.dependencies = dependencies;
	p.byproducts = byproducts;
	att_json_begin(&w, out, p.compact);
	att_json_object(&w);
	att_json_member(&w, "_type",
			p.v02 ? ATT_STR("https://in-toto.io/Statement/v0.1")
			      : ATT_STR("https://in-toto.io/Statement/v1"));
	att_statement_write_named(&w, "subject", subjects, p.subject_count);
	att_json_member(&w, "predicateType", p.v02 ? ATT_STR(ATT_PROVENANCE_V02) : ATT_STR(ATT_PROVENANCE_V1));
	att_json_key(&w, "predicate");
	att_json_object(&w);
	status = p.v02 ? write_v02(&w, &p, arena, err) : write_v1(&w, &p, arena, err);
	if (status != ATT_OK)
		return status;
	att_json_object_end(&w);
	att_json_object_end(&w);
	return att_statement_written(out, arena, err);
}
