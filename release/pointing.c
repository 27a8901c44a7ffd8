// SPDX-License-Identifier: Apache-2.0
#include "release/pointing.h"

#include <string.h>

#include "libattest/package/version.h"
#include "release/manifest.h"
#include "release/packaging.h"

#include "libattest/base/banned.h"

struct pointing {
	const struct release_look *look;
	struct att_arena arena;
	struct att_source source;
	struct release_manifest manifest;
	const struct release_manifest_format *format;
	struct release_target *targets;
	struct att_str item; /* the path of the manifest */
	bool is_other;       /* of two files the second: the same files are not downloaded twice */
};

/* --- what should be pointed at --------------------------------------------------------------------------- */

/* The address that a file is served at: below "url" of the channel, or among the assets of a release on GitHub.
 * "" where neither is known; then its digest alone has to be right. */
static int find_url(struct pointing *p, struct att_str name, struct att_str *url, struct att_err *err)
{
	const struct release_look *look = p->look;
	struct att_str base = release_channel_text(look->channel, "url", ""),
		       repository = look->config->project.repository;
	*url = (struct att_str){NULL, 0};
	if (base.len == 0 && att_str_starts(repository, ATT_STR("https://github.com/"))) {
		if (att_str_ends(repository, ATT_STR(".git")))
			repository.len -= 4;
		while (repository.len > 0 && repository.data[repository.len - 1] == '/')
			repository.len--;
		base = ATT_ARENA_JOIN(&p->arena, repository, ATT_STR("/releases/download/{tag}"));
		if (!base.data)
			return att_err_memory(err);
	}
	if (base.len == 0)
		return ATT_OK;
	int status = release_template_expand(base, &look->variables, &p->arena, &base, err);
	if (status != ATT_OK)
		return status;
	while (base.len > 0 && base.data[base.len - 1] == '/')
		base.len--;
	*url = ATT_ARENA_JOIN(&p->arena, base, ATT_STR("/"), name);
	return url->data ? ATT_OK : att_err_memory(err);
}

static int fill_targets(struct pointing *p, struct att_err *err)
{
	const struct release_look *look = p->look;
	int status = ATT_OK;
	p->targets = att_arena_alloc(&p->arena, look->built_count, sizeof *p->targets);
	struct att_digest *digests = att_arena_alloc(&p->arena, look->built_count * 2, sizeof *digests);
	if (!p->targets || !digests)
		return att_err_memory(err);
	for (size_t i = 0; status == ATT_OK && i < look->built_count; i++) {
		const struct release_built *built = &look->built[i];
		digests[2 * i] = built->sha256;
		digests[2 * i + 1] = built->sha512;
		p->targets[i] = (struct release_target){
			.name = built->name,
			.platform = built->artifact->platform,
			.digests = &digests[2 * i],
			.digest_count = 2,
		};
		status = find_url(p, built->name, &p->targets[i].url, err);
	}
	return status;
}

/* --- verdicts -------------------------------------------------------------------------------------------- */

/* A pre-release as SemVer has it, of what AUR makes of one: "1.2.0rc.1", "1.2.0_rc.1" and "1.2.0.rc.1" are
 * 1.2.0-rc.1, for which AUR has no dash. */
static struct att_str with_dash(struct att_arena *arena, struct att_str version)
{
	size_t at = 0;
	while (at < version.len &&
	       (att_ascii_is_digit(version.data[at]) || version.data[at] == '.' || version.data[at] == '_'))
		at++;
	size_t end = at > 0 && !att_ascii_is_digit(version.data[at - 1]) ? at - 1 : at;
	char *out = att_arena_alloc(arena, version.len + 2, 1);
	if (at == version.len || !out)
		return version;
	memcpy(out, version.data, end);
	out[end] = '-';
	for (size_t i = at; i < version.len; i++)
		out[end + 1 + i - at] = version.data[i] == '_' ? '-' : version.data[i];
	return (struct att_str){out, end + 1 + version.len - at};
}

/* Manifests were not always of versions as SemVer wants them: "1.1" is older than 1.2.0, too. */
static bool is_older(const struct pointing *p)
{
	struct att_str ours = p->look->variables.version, theirs = p->manifest.version;
	struct att_arena arena = {NULL};
	int order = 0;
	if (strcmp(p->format->name, "homebrew-cask") == 0)
		theirs = att_str_first(theirs, att_str_find_byte(theirs, ','));
	if (att_str_starts(att_str_of(p->format->name), ATT_STR("aur-")))
		theirs = with_dash(&arena, theirs);
	int status =
		att_version_compare(att_version_scheme_find(ATT_STR("semver")), theirs, ours, &order, NULL);
	if (status != ATT_OK)
		status = att_version_compare(att_version_scheme_find(ATT_STR("rpm")), theirs, ours, &order,
					     NULL);
	att_arena_clear(&arena);
	return status == ATT_OK && order < 0;
}

/* A manifest of an older release waits for its update; one that lies here is published as it is. */
static enum release_verdict judge_version(const struct pointing *p)
{
	return p->look->checkout->commit.len > 0 && is_older(p) ? RELEASE_STALE : RELEASE_CONFLICT;
}

/* One verdict for each thing that is wrong. Of an older release all is wrong, and its version says it. */
static bool tell(const struct pointing *p, const struct att_findings *findings)
{
	const struct release_look *look = p->look;
	bool same = release_packaging_is_version(p->format, look->variables.version, p->manifest.version);
	if (!same && p->manifest.version.len > 0) {
		enum release_verdict verdict = judge_version(p);
		release_look_add(look, p->item, verdict, look->variables.version, p->manifest.version,
				 verdict == RELEASE_STALE ? ATT_STR("the manifest is that of an older release")
							  : ATT_STR("the manifest is that of another release; "
								    "\"attest align tap --write\" "
								    "updates one that lies here"));
		return false;
	}
	for (size_t i = 0; i < findings->count; i++) {
		const struct att_finding *f = &findings->items[i];
		struct att_str reason = f->place.line == 0
						? f->message
						: att_arena_printf(&look->verdicts->arena, "line %u: %.*s",
								   f->place.line, ATT_STR_ARG(f->message));
		release_look_add(look, p->item, f->cannot_tell ? RELEASE_UNKNOWN : RELEASE_CONFLICT,
				 f->expected, f->found, reason);
	}
	return findings->count == 0;
}

/* --- what people get ------------------------------------------------------------------------------------- */

struct downloads {
	struct pointing *p;
	struct att_map by_name, seen; /* artifacts; addresses that were asked */
	bool *reached;                /* by artifact */
	bool failed;
};

/* An alternative that is not the artifact's address was not held against it. */
static bool leads_to(const struct downloads *d, const struct release_item *item, uint32_t *built)
{
	struct att_str name = release_packaging_file_name(item->url, &d->p->arena);
	if (item->url.len == 0 || !att_map_find(&d->by_name, name, built))
		return false;
	struct att_str url = d->p->targets[*built].url;
	return !item->is_alternative || url.len == 0 || att_str_equal(url, item->url);
}

static void follow(struct downloads *d, const struct release_item *item)
{
	uint32_t built, at;
	if (!leads_to(d, item, &built))
		return;
	d->reached[built] = true;
	if (att_map_find(&d->seen, item->url, &at))
		return;
	d->failed |= att_map_set(&d->seen, item->url, built) != ATT_OK;
	release_look_artifact(d->p->look, &d->p->look->built[built], item->url, false);
}

/* What the manifest says is one thing, what people get of it another. Every address is asked, since a mirror
 * may serve something else; and an artifact that none was found for was not looked at. */
static void download(struct pointing *p)
{
	const struct release_look *look = p->look;
	struct downloads d = {.p = p};
	d.reached = att_arena_alloc(&p->arena, look->built_count, sizeof *d.reached);
	att_map_init(&d.by_name);
	att_map_init(&d.seen);
	d.failed = !d.reached;
	for (size_t i = 0; i < look->built_count; i++)
		d.failed |= att_map_set(&d.by_name, look->built[i].name, (uint32_t)i) != ATT_OK;
	for (size_t i = 0; !d.failed && i < p->manifest.count; i++)
		follow(&d, &p->manifest.items[i]);
	for (size_t i = 0; !d.failed && i < look->built_count; i++)
		if (!d.reached[i])
			release_look_add(look, look->built[i].name, RELEASE_UNKNOWN, ATT_STR(""), ATT_STR(""),
					 ATT_STR("the manifest gives no address that it could be had from"));
	look->verdicts->failed |= d.failed;
	att_map_clear(&d.by_name);
	att_map_clear(&d.seen);
}

static void compare(struct pointing *p)
{
	const struct release_look *look = p->look;
	struct att_findings findings;
	const struct release_packaging_file file = {&p->source, &p->manifest, p->format};
	const struct release_packaging packaging = {
		.channel = look->channel->label,
		.version = look->variables.version,
		.built = p->targets,
		.built_count = look->built_count,
		.files = &file,
		.file_count = 1,
	};
	att_findings_init(&findings);
	release_packaging_check(&packaging, &findings);
	if (findings.dropped > 0) {
		release_look_add(look, p->item, RELEASE_UNKNOWN, ATT_STR(""), ATT_STR(""),
				 ATT_STR("more is wrong with the manifest than can be told"));
	} else if (tell(p, &findings)) {
		release_look_add(look, p->item, RELEASE_MATCH, look->variables.version, p->manifest.version,
				 ATT_STR(""));
		if (!look->is_before && !p->is_other)
			download(p);
	}
	att_findings_clear(&findings);
}

static void look_at_file(const struct release_look *look, struct att_str path, struct att_str text,
			 bool is_other)
{
	struct pointing p = {.look = look, .item = path, .is_other = is_other};
	struct att_err err = {0};
	if (!text.data) {
		release_look_add(look, p.item, RELEASE_ABSENT, ATT_STR("a manifest"), ATT_STR("none"),
				 ATT_STR("the repository has no such file"));
		return;
	}
	int status = att_source_init(&p.source, &p.arena, p.item, text, &err);
	if (status == ATT_OK)
		status = release_manifest_parse_for(&p.source, att_value_get(look->channel->table, "targets"),
						    &p.manifest, &p.format, &err);
	if (status == ATT_OK)
		status = fill_targets(&p, &err);
	bool is_folder = look->checkout->part_count > 0;
	if (status == ATT_OK && is_folder && !att_str_equal(p.manifest.name, look->channel->package))
		release_look_add(look, p.item, RELEASE_CONFLICT, look->channel->package, p.manifest.name,
				 ATT_STR("the manifest is that of another package"));
	else if (status == ATT_OK)
		compare(&p);
	else
		release_look_fail(look, p.item, &err);
	release_manifest_clear(&p.manifest);
	att_arena_clear(&p.arena);
}

/* What else speaks of the version of a package has to agree; it points at nothing. */
static void look_at_part(const struct release_look *look, const struct release_checkout_part *part)
{
	struct pointing p = {.look = look, .item = part->path};
	struct att_err err = {0};
	struct att_findings none;
	if (!part->text.data) {
		release_look_add(look, p.item, RELEASE_ABSENT, ATT_STR("a manifest"), ATT_STR("none"),
				 ATT_STR("the repository has no such file"));
		return;
	}
	att_findings_init(&none);
	int status = att_source_init(&p.source, &p.arena, p.item, part->text, &err);
	if (status == ATT_OK)
		status = release_manifest_parse(&p.source, &p.manifest, &p.format, &err);
	if (status != ATT_OK)
		release_look_fail(look, p.item, &err);
	else if (!att_str_equal(p.manifest.name, look->channel->package))
		release_look_add(look, p.item, RELEASE_CONFLICT, look->channel->package, p.manifest.name,
				 ATT_STR("the manifest is that of another package"));
	else if (p.manifest.count > 0)
		release_look_add(look, p.item, RELEASE_CONFLICT, ATT_STR(""), p.manifest.items[0].url,
				 ATT_STR("a manifest beside that of the installers has installers, too"));
	else if (tell(&p, &none))
		release_look_add(look, p.item, RELEASE_MATCH, look->variables.version, p.manifest.version,
				 ATT_STR(""));
	att_findings_clear(&none);
	release_manifest_clear(&p.manifest);
	att_arena_clear(&p.arena);
}

/* Why nothing can be looked at; "" when it can. */
static struct att_str find_obstacle(const struct release_look *look)
{
	const struct release_channel *channel = look->channel;
	if (release_channel_text(channel, "formula", "").len > 0 &&
	    release_channel_text(channel, "cask", "").len > 0)
		return ATT_STR(
			"a formula and a cask are two channels, and of this one only the formula would be "
			"looked at");
	if (!look->checkout->is_there)
		return look->checkout->reason;
	return look->checkout->text.data && look->built_count == 0
		       ? ATT_STR("the channel carries no artifact that it could point at")
		       : ATT_STR("");
}

void release_look_pointing(const struct release_look *look)
{
	const struct release_checkout *checkout = look->checkout;
	struct att_str path = checkout->path.len ? checkout->path : ATT_STR("manifest");
	struct att_str obstacle = find_obstacle(look);
	release_pointing_login(look);
	if (obstacle.len > 0 || !checkout->is_there) {
		release_look_add(look, path, RELEASE_UNKNOWN, ATT_STR(""), ATT_STR(""), obstacle);
		return;
	}
	look_at_file(look, path, checkout->text, false);
	if (checkout->other_path.len > 0)
		look_at_file(look, checkout->other_path, checkout->other_text, true);
	for (size_t i = 0; i < checkout->part_count; i++)
		look_at_part(look, &checkout->parts[i]);
}
