// SPDX-License-Identifier: Apache-2.0
/* attest.toml: what is refused says why and where; what is read gives names to a release and to a commit
 * between releases, and those that nothing is said against are ones that their ecosystems take. */
#include <stdlib.h>

#include "release/derive.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool condition)
{
	if (!condition)
		abort();
}

static bool lies_in(const struct att_source *source, struct att_span span)
{
	return span.begin <= span.end && span.end <= source->text.len;
}

static void check_shape(const struct release_config *config)
{
	require(config->project.tag.len > 0 && config->project.remote.len > 0 &&
		config->project.branch.len > 0);
	for (size_t i = 0; i < config->place_count; i++) {
		const struct release_place *place = &config->places[i];
		require(place->file.len > 0 && place->file.data[0] != '/' && place->group.len > 0);
		require(!place->is_stamped || place->packed.len > 0);
		require(lies_in(config->source, place->span) && lies_in(config->source, place->file_span));
	}
	for (size_t i = 0; i < config->artifact_count; i++) {
		require(config->artifacts[i].name.len > 0 &&
			att_str_find_byte(config->artifacts[i].name, '/') == ATT_STR_NONE);
		for (size_t c = 0; c < config->channel_count; c++)
			(void)release_channel_carries(&config->channels[c], &config->artifacts[i]);
	}
	for (size_t i = 0; i < config->channel_count; i++) {
		require(config->channels[i].kind && config->channels[i].label.len > 0);
		for (size_t other = 0; other < i && other < 8; other++)
			require(!att_str_equal(config->channels[i].label, config->channels[other].label));
	}
}

static bool is_complained_of(const struct att_findings *findings, const struct release_name *name)
{
	for (size_t i = 0; i < findings->count; i++)
		if (att_str_equal(findings->items[i].channel, name->channel->label))
			return true;
	return findings->dropped > 0;
}

static void check_names(const struct release_config *config, const struct release_commit *commit)
{
	enum release_stream stream = release_classify(&config->project, commit->ref);
	struct release_names names;
	struct att_findings findings;
	struct att_err err = {0};
	att_findings_init(&findings);
	int status = release_derive(config, commit, stream, &names, &findings, &err);
	require(status == err.code);
	for (size_t i = 0; status == ATT_OK && i < names.count; i++) {
		const struct release_name *name = &names.items[i];
		require(name->channel >= config->channels &&
			name->channel < config->channels + config->channel_count);
		require(name->text.len <= 4096);
		if (is_complained_of(&findings, name))
			continue;
		/* What --format env gives to a shell. */
		for (size_t c = 0; c < name->text.len; c++)
			require(att_ascii_is_alnum(name->text.data[c]) || strchr("._-+/", name->text.data[c]));
		if (strcmp(name->use, "version") == 0)
			require(release_spelling_reads(name->scheme, name->text));
	}
	release_names_clear(&names);
	att_findings_clear(&findings);
}

/* A release whose tag is made by the project's template, and the head of its branch. */
static void derive(const struct release_config *config)
{
	struct att_arena arena = {0};
	struct release_variables variables = {.version = ATT_STR("1.3.0")};
	struct release_commit commit = {.id = ATT_STR("0123456789abcdef0123456789abcdef01234567"),
					.time = 1790000000,
					.has_time = true,
					.last = ATT_STR("1.2.9")};
	struct att_str tag;
	require(release_template_expand(config->project.tag, &variables, &arena, &tag, NULL) == ATT_OK);
	commit.ref = ATT_ARENA_JOIN(&arena, ATT_STR("refs/tags/"), tag);
	require(release_classify(&config->project, commit.ref) == RELEASE_RELEASE);
	check_names(config, &commit);
	commit.ref = ATT_ARENA_JOIN(&arena, ATT_STR("refs/heads/"), config->project.branch);
	require(release_classify(&config->project, commit.ref) == RELEASE_DEV);
	check_names(config, &commit);
	commit.last = ATT_STR("1.3.0-rc.1");
	commit.twin = ATT_STR("0123456789abffffffffffffffffffffffffffff");
	check_names(config, &commit);
	att_arena_clear(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct att_str text = {(const char *)data, size};
	struct att_arena arena = {0};
	struct att_source source;
	struct release_config config;
	struct att_err err = {0};
	struct att_findings findings;
	require(att_source_init(&source, &arena, ATT_STR("attest.toml"), text, NULL) == ATT_OK);
	int status = release_config_parse(&source, &config, &err);
	require(status == err.code && (status == ATT_OK) == (err.message[0] == 0));
	if (status == ATT_OK) {
		check_shape(&config);
		att_findings_init(&findings);
		release_config_check(&config, &findings);
		for (size_t i = 0; i < findings.count; i++)
			require(findings.items[i].place.line > 0 && findings.items[i].cannot_tell);
		att_findings_clear(&findings);
		derive(&config);
	}
	release_config_clear(&config);
	att_arena_clear(&arena);
	return 0;
}
