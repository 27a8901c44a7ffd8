// SPDX-License-Identifier: Apache-2.0
#include "release/built.h"

#include <sys/stat.h>
#include <unistd.h>

#include "libattest/base/beneath.h"
#include "libattest/base/map.h"
#include "libattest/base/pool.h"
#include "release/spelling.h"

#include "libattest/base/banned.h"

struct slot {
	struct release_built built;
	struct att_err err;
	int status;
};

struct reading {
	int folder;
	struct slot *slots;
};

static int hash(int fd, struct slot *slot)
{
	struct att_digest_job jobs[] = {{.kind = ATT_SHA256}, {.kind = ATT_SHA512}};
	struct stat st;
	if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode))
		return att_err_set(&slot->err, ATT_ERR_REFUSED, "expected a regular file at %.*s",
				   ATT_STR_ARG(slot->built.path));
	int status = att_digest_run(fd, slot->built.path.data, jobs, 2, NULL, &slot->built.size, &slot->err);
	slot->built.sha256 = jobs[0].digest;
	slot->built.sha512 = jobs[1].digest;
	return status;
}

static void read_slot(void *context, size_t i)
{
	const struct reading *reading = context;
	struct slot *slot = &reading->slots[i];
	int fd = -1;
	slot->status = att_open_beneath(reading->folder, slot->built.path, 0, &fd, &slot->err);
	if (slot->status == ATT_OK)
		slot->status = hash(fd, slot);
	if (fd >= 0)
		close(fd);
}

static bool is_python(const struct release_config *config, const struct release_artifact *artifact)
{
	if (att_str_ends(artifact->name, ATT_STR(".whl")))
		return true;
	for (size_t i = 0; i < config->channel_count; i++)
		if (strcmp(config->channels[i].kind->name, "pypi") == 0 &&
		    release_channel_carries(&config->channels[i], artifact))
			return true;
	return false;
}

int release_artifact_name(const struct release_config *config, const struct release_artifact *artifact,
			  const struct release_variables *variables, struct att_arena *arena,
			  struct att_str *name, struct att_err *err)
{
	struct release_variables spelled = *variables;
	int status = ATT_OK;
	if (spelled.version.len > 0 && is_python(config, artifact))
		status = release_spelling_of(RELEASE_PEP440, variables->version, arena, &spelled.version, err);
	return status == ATT_OK ? release_template_expand(artifact->name, &spelled, arena, name, err) : status;
}

static int expand(const struct release_config *config, const struct release_artifact *artifact,
		  const struct release_variables *variables, struct att_arena *arena, struct release_built *out,
		  struct att_err *err)
{
	struct att_str folder = {NULL, 0};
	out->artifact = artifact;
	int status = release_artifact_name(config, artifact, variables, arena, &out->name, err);
	if (status == ATT_OK)
		status = release_template_expand(artifact->path, variables, arena, &folder, err);
	if (status != ATT_OK)
		return status;
	out->path = ATT_ARENA_JOIN(arena, folder, att_str_of(folder.len ? "/" : ""), out->name);
	return out->path.data ? ATT_OK : att_err_memory(err);
}

/* Templates that differ may come out as one name, and then nobody could tell which of the two is served. */
static int check_names(const struct release_config *config, const struct slot *slots, struct att_err *err)
{
	struct att_map names;
	int status = ATT_OK;
	att_map_init(&names);
	for (size_t i = 0; status == ATT_OK && i < config->artifact_count; i++) {
		struct att_span span = config->artifacts[i].name_span;
		uint32_t other = (uint32_t)i;
		bool found = false;
		status = att_map_put(&names, slots[i].built.name, (uint32_t)i, &found, &other);
		if (status != ATT_OK)
			status = att_err_memory(err);
		else if (found)
			status = att_source_err(
				config->source, err, ATT_ERR_MALFORMED, span,
				"expected another name, found \"%.*s\", which is that of the [[artifact]] at "
				"line %u, too",
				ATT_STR_ARG(att_str_first(slots[i].built.name, 100)),
				att_source_place(config->source, config->artifacts[other].name_span).line);
	}
	att_map_clear(&names);
	return status;
}

static void report(const struct release_config *config, const struct slot *slot, struct att_findings *findings)
{
	const struct release_artifact *artifact = slot->built.artifact;
	if (slot->status != ATT_ERR_NOT_FOUND) {
		att_findings_add_err(findings, slot->built.path, NULL, &slot->err);
		return;
	}
	struct att_place place = att_source_place(config->source, artifact->name_span);
	att_findings_add(findings,
			 &(struct att_finding){
				 .code = "missing-artifact",
				 .severity = artifact->tier == RELEASE_PREVIEW ? ATT_WARNING : ATT_ERROR,
				 .message = ATT_STR("an artifact was not built"),
				 .help = ATT_STR("build it, or correct its name and path"),
				 .file = config->source->path,
				 .place = place,
				 .source_line = att_source_line_text(config->source, place.line),
				 .artifact = slot->built.name,
				 .expected = slot->built.path,
			 });
}

int release_build_read(const struct release_config *config, const struct release_variables *variables,
		       int folder, unsigned jobs, struct release_build *build, struct att_findings *findings,
		       struct att_err *err)
{
	*build = (struct release_build){0};
	struct slot *slots = att_arena_alloc(&build->arena, config->artifact_count, sizeof *slots);
	build->items = att_arena_alloc(&build->arena, config->artifact_count, sizeof *build->items);
	build->unread = att_arena_alloc(&build->arena, config->artifact_count, sizeof *build->unread);
	if (!slots || !build->items || !build->unread)
		return att_err_memory(err);
	struct reading reading = {folder, slots};
	int status = ATT_OK;
	for (size_t i = 0; status == ATT_OK && i < config->artifact_count; i++)
		status = expand(config, &config->artifacts[i], variables, &build->arena, &slots[i].built, err);
	if (status == ATT_OK)
		status = check_names(config, slots, err);
	if (status != ATT_OK)
		return status;
	att_pool_run(jobs, config->artifact_count, read_slot, &reading);
	for (size_t i = 0; i < config->artifact_count; i++) {
		if (slots[i].status == ATT_OK) {
			build->items[build->count++] = slots[i].built;
			continue;
		}
		build->unread[build->unread_count++] = slots[i].built;
		report(config, &slots[i], findings);
	}
	return ATT_OK;
}

void release_build_clear(struct release_build *build)
{
	att_arena_clear(&build->arena);
	*build = (struct release_build){0};
}
