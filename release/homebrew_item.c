// SPDX-License-Identifier: Apache-2.0
/* What one run found on one platform, joined with what the others found. */
#include <stdlib.h>

#include "release/homebrew_internal.h"

#include "libattest/base/banned.h"

/* One thing, and where it holds. */
struct group {
	enum homebrew_part_kind kind;
	struct att_str name, version, url, digest, unknown;
	bool has_digest;
	struct att_span version_span, url_span, digest_span, span;
	uint32_t macos[2]; /* bits of versions, by architecture */
	bool linux[2];
	size_t order;
};

struct homebrew_items {
	struct att_arena *arena;
	struct att_map by_text; /* of all its texts: index */
	struct group *groups;
	size_t count, capacity;
};

struct homebrew_items *release_homebrew_items_new(struct att_arena *arena)
{
	struct homebrew_items *items = att_arena_alloc(arena, 1, sizeof *items);
	if (items) {
		items->arena = arena;
		att_map_init(&items->by_text);
	}
	return items;
}

void release_homebrew_items_clear(struct homebrew_items *items)
{
	if (items)
		att_map_clear(&items->by_text);
}

static uint32_t all_versions(enum homebrew_arch arch)
{
	uint32_t all = ((uint32_t)1 << release_homebrew_macos_count()) - 1;
	return all & ~(((uint32_t)1 << release_homebrew_macos_first(arch)) - 1);
}

/* ---- one part on one platform ---- */

static void doubt(struct homebrew_run *run, struct group *g, struct att_str why)
{
	if (!why.len || att_str_find(g->unknown, why) != ATT_STR_NONE)
		return;
	g->unknown = g->unknown.len ? ATT_ARENA_JOIN(run->arena, g->unknown, ATT_STR("; "), why) : why;
	if (!g->unknown.data)
		run->rc = att_err_memory(run->err);
}

static void set_version(struct homebrew_run *run, struct group *g, const struct homebrew_part *part)
{
	const struct homebrew_value *version = &part->version.value;
	if (part->version.said.end) {
		if (version->kind == HOMEBREW_UNKNOWN)
			doubt(run, g, version->text);
		else if (version->text.len == 0)
			doubt(run, g, ATT_STR("the version is empty"));
		g->version = version->kind == HOMEBREW_UNKNOWN ? ATT_STR("") : version->text;
		g->version_span = version->literal;
		return;
	}
	if (part->kind == HOMEBREW_PATCH)
		return;
	bool is_tag = part->tag.said.end && part->tag.value.kind == HOMEBREW_STRING;
	g->version = release_homebrew_url_version(is_tag ? part->tag.value.text : g->url, is_tag);
	if (!g->version.len && part->kind == HOMEBREW_MAIN && g->url.len)
		doubt(run, g, ATT_STR("no version is said, and the URL has none of a plain form"));
}

static void set_checkout(struct homebrew_run *run, struct group *g, const struct homebrew_part *part)
{
	const struct homebrew_value *revision = &part->revision.value;
	struct att_str why = ATT_STR("a checkout without a revision: nothing is checked");
	if (part->revision.said.end && revision->kind == HOMEBREW_STRING)
		why = att_arena_printf(run->arena, "a checkout of revision %.*s: no digest of bytes",
				       ATT_STR_ARG(att_str_first(revision->text, 80)));
	else if (part->revision.said.end)
		why = revision->text;
	doubt(run, g, why);
}

static void set_digest(struct homebrew_run *run, struct group *g, const struct homebrew_part *part)
{
	const struct homebrew_value *digest = &part->digest.value;
	if (part->is_checkout) {
		set_checkout(run, g, part);
	} else if (!part->digest.said.end) {
		doubt(run, g, ATT_STR("no sha256 is said: nothing is checked"));
	} else if (digest->kind == HOMEBREW_UNKNOWN) {
		doubt(run, g, digest->text);
	} else {
		g->digest = digest->text;
		g->has_digest = true;
		g->digest_span = digest->literal;
	}
}

/* Is there such a part on this platform? */
static bool make_group(struct homebrew_run *run, const struct homebrew_part *part, struct group *g)
{
	const struct homebrew_value *url = &part->url.value;
	*g = (struct group){.kind = part->kind, .name = part->name, .span = part->url.said};
	if (!part->url.said.end)
		return false;
	if (part->digest.said.end && part->digest.value.kind == HOMEBREW_NIL && !run->poison.len)
		return false; /* sha256 with a digest for others only: Homebrew refuses it here */
	doubt(run, g, run->poison);
	doubt(run, g, part->unknown);
	if (url->kind == HOMEBREW_UNKNOWN)
		doubt(run, g, url->text);
	else if (url->text.len == 0)
		doubt(run, g, ATT_STR("the url is empty"));
	g->url = url->kind == HOMEBREW_UNKNOWN ? ATT_STR("") : url->text;
	g->url_span = url->literal;
	set_version(run, g, part);
	set_digest(run, g, part);
	return true;
}

/* ---- bottles ---- */

/* Is a bottle's tag ("arm64_sequoia", "x86_64_linux", "all") for the platform of this run? */
static bool is_tag_for(const struct homebrew_env *env, struct att_str tag)
{
	bool on_arm = att_str_starts(tag, ATT_STR("arm64_"));
	bool on_linux = att_str_ends(tag, ATT_STR("linux"));
	if (att_str_is(tag, "all"))
		return true;
	return on_arm == (env->arch == HOMEBREW_ARM) && on_linux == (env->os == HOMEBREW_LINUX);
}

static void add_encoded(struct att_buf *out, struct att_str text)
{
	for (size_t i = 0; i < text.len; i++) {
		if (att_ascii_is_alnum(text.data[i]) || strchr("-_.~", text.data[i]))
			att_buf_add_byte(out, text.data[i]);
		else
			att_buf_printf(out, "%%%02X", (unsigned char)text.data[i]);
	}
}

/* Homebrew's own packages are blobs by digest, in a folder of the package's name. */
static void blob_url(struct att_buf *out, struct att_str root, struct att_str name, struct att_str digest)
{
	att_buf_add(out, root);
	att_buf_add_byte(out, '/');
	for (size_t i = 0; i < name.len; i++)
		att_buf_add_byte(out, name.data[i] == '@' ? '/' : name.data[i] == '+' ? 'x' : name.data[i]);
	att_buf_printf(out, "/blobs/sha256:%.*s", ATT_STR_ARG(digest));
}

static bool is_packages(struct att_str root)
{
	return att_str_starts(root, ATT_STR("https://ghcr.io/")) || att_str_starts(root, ATT_STR("ghcr.io/"));
}

static void bottle_url(struct homebrew_run *run, struct group *g, struct att_str root, int64_t revision)
{
	int64_t rebuild = run->rebuild.said.end ? run->rebuild.value.number : 0;
	struct att_buf out;
	att_buf_init(&out, HOMEBREW_MAX_STRING);
	if (is_packages(root)) {
		blob_url(&out, root, run->token, g->digest);
	} else {
		att_buf_add(&out, root);
		att_buf_add_byte(&out, '/');
		add_encoded(&out, run->token);
		att_buf_add_byte(&out, '-');
		add_encoded(&out, g->version);
		if (revision)
			att_buf_printf(&out, "_%lld", (long long)revision);
		att_buf_add_byte(&out, '.');
		add_encoded(&out, g->name);
		att_buf_add(&out, ATT_STR(".bottle."));
		if (rebuild)
			att_buf_printf(&out, "%lld.", (long long)rebuild);
		att_buf_add(&out, ATT_STR("tar.gz"));
	}
	g->url = att_buf_ok(&out) ? att_arena_copy(run->arena, att_buf_str(&out)) : ATT_STR("");
	if (!g->url.len)
		doubt(run, g, ATT_STR("the url is too long"));
	att_buf_clear(&out);
}

static bool make_bottle(struct homebrew_run *run, const struct homebrew_part *part, struct group *g)
{
	struct group main;
	const struct homebrew_value *revision = &run->formula_revision.value, *root = &run->root_url.value;
	const struct homebrew_value *rebuild = &run->rebuild.value;
	bool has_revision = run->formula_revision.said.end, has_root = run->root_url.said.end;
	bool has_rebuild = run->rebuild.said.end;
	if (!is_tag_for(&run->env, part->name))
		return false;
	*g = (struct group){.kind = part->kind, .name = part->name, .span = part->span};
	doubt(run, g, run->poison);
	doubt(run, g, part->unknown);
	(void)make_group(run, &run->parts[0], &main);
	if (!main.version.len)
		set_version(run, &main, &run->parts[0]);
	g->version = main.version;
	if (!g->version.len)
		doubt(run, g, ATT_STR("the version of the bottle cannot be told"));
	set_digest(run, g, part);
	if ((has_revision && revision->kind != HOMEBREW_NUMBER) ||
	    (has_rebuild && rebuild->kind != HOMEBREW_NUMBER) || (has_root && root->kind != HOMEBREW_STRING))
		doubt(run, g, ATT_STR("the address of the bottle cannot be told"));
	else if (g->version.len && g->has_digest)
		bottle_url(run, g, has_root ? root->text : ATT_STR("https://ghcr.io/v2/homebrew/core"),
			   has_revision ? revision->number : 0);
	return true;
}

/* ---- joining ---- */

static struct att_str keep(struct homebrew_items *items, struct homebrew_run *run, struct att_str text)
{
	struct att_str copy = att_arena_copy(items->arena, text);
	if (!copy.data)
		run->rc = att_err_memory(run->err);
	return copy;
}

static void join(struct homebrew_items *items, struct homebrew_run *run, const struct group *found)
{
	const struct homebrew_env *env = &run->env;
	struct att_str separator = {"", 1};
	const char mark[] = {(char)('0' + (int)found->kind), found->has_digest ? 'd' : '-'};
	struct att_str key = ATT_ARENA_JOIN(items->arena, ((struct att_str){mark, 2}), found->name, separator,
					    found->version, separator, found->url, separator, found->digest,
					    separator, found->unknown);
	uint32_t stored;
	bool known;
	if (!key.data || att_map_put(&items->by_text, key, (uint32_t)items->count, &known, &stored) != ATT_OK) {
		run->rc = att_err_memory(run->err);
		return;
	}
	struct group *g = known ? &items->groups[stored]
				: att_arena_push(items->arena, (void **)&items->groups, &items->count,
						 &items->capacity, sizeof *g);
	if (!g) {
		run->rc = att_err_memory(run->err);
		return;
	}
	if (!known) {
		*g = *found;
		g->name = keep(items, run, found->name);
		g->version = keep(items, run, found->version);
		g->url = keep(items, run, found->url);
		g->digest = keep(items, run, found->digest);
		g->unknown = keep(items, run, found->unknown);
		g->order = items->count;
	}
	if (env->os == HOMEBREW_LINUX)
		g->linux[env->arch] = true;
	else
		g->macos[env->arch] |= env->macos < 0 ? all_versions(env->arch) : (uint32_t)1 << env->macos;
}

int release_homebrew_items_collect(struct homebrew_items *items, struct homebrew_run *run)
{
	struct group found;
	for (size_t i = 0; i < run->part_count && run->rc == ATT_OK; i++) {
		const struct homebrew_part *part = &run->parts[i];
		bool is = part->kind == HOMEBREW_BOTTLE ? make_bottle(run, part, &found)
							: make_group(run, part, &found);
		if (is && run->rc == ATT_OK)
			join(items, run, &found);
	}
	return run->rc;
}

/* ---- items ---- */

static int by_place(const void *left, const void *right)
{
	const struct group *a = left, *b = right;
	if (a->span.begin != b->span.begin)
		return a->span.begin < b->span.begin ? -1 : 1;
	return a->order < b->order ? -1 : a->order > b->order;
}

static void put(struct release_manifest *out, const struct group *g, const char *platform, struct att_str range)
{
	struct release_item *item = release_manifest_add(out);
	if (!item)
		return;
	struct att_str name =
		g->kind == HOMEBREW_BOTTLE ? ATT_ARENA_JOIN(&out->arena, ATT_STR("bottle "), g->name) : g->name;
	if (range.len)
		name = name.len ? ATT_ARENA_JOIN(&out->arena, name, ATT_STR(" ("), range, ATT_STR(")")) : range;
	item->name = name;
	item->role = g->kind == HOMEBREW_MAIN     ? RELEASE_ROLE_MAIN
		     : g->kind == HOMEBREW_BOTTLE ? RELEASE_ROLE_BOTTLE
						  : RELEASE_ROLE_PART;
	item->version = g->version;
	item->url = g->url;
	item->platform = att_str_of(platform);
	item->span = g->span;
	item->version_span = g->version_span;
	item->url_span = g->url_span;
	if (g->unknown.len)
		release_item_doubt(out, item, g->unknown);
	item->is_skipped = att_str_find(g->unknown, ATT_STR("nothing is checked")) != ATT_STR_NONE;
	if (g->has_digest)
		release_item_set_digest(out, item, ATT_SHA256, g->digest, g->digest_span);
}

/* The versions of macOS from `first` to `last`, said as Homebrew does. */
static struct att_str range_name(struct release_manifest *out, enum homebrew_arch arch, int first, int last)
{
	const char *from = release_homebrew_macos_name(first), *to = release_homebrew_macos_name(last);
	if (first == release_homebrew_macos_first(arch))
		return att_arena_printf(&out->arena, "on_%s :or_older", to);
	if (last == release_homebrew_macos_count() - 1)
		return att_arena_printf(&out->arena, "on_%s :or_newer", from);
	if (first == last)
		return att_arena_printf(&out->arena, "on_%s", from);
	return att_arena_printf(&out->arena, "on_%s to on_%s", from, to);
}

/* An item for every stretch of versions of macOS. */
static void put_ranges(struct release_manifest *out, const struct group *g, enum homebrew_arch arch, bool both)
{
	static const char *const platforms[] = {"macos-aarch64", "macos-x86_64"};
	uint32_t bits = g->macos[arch];
	for (int first = 0; first < release_homebrew_macos_count(); first++) {
		int last = first;
		if (!(bits >> first & 1))
			continue;
		while (last + 1 < release_homebrew_macos_count() && (bits >> (last + 1) & 1))
			last++;
		put(out, g, both ? "macos" : platforms[arch], range_name(out, arch, first, last));
		first = last;
	}
}

static void put_macos(struct release_manifest *out, const struct group *g)
{
	static const char *const platforms[] = {"macos-aarch64", "macos-x86_64"};
	bool full[2];
	for (int arch = 0; arch < 2; arch++)
		full[arch] = g->macos[arch] == all_versions((enum homebrew_arch)arch);
	if (full[0] && full[1]) {
		put(out, g, "macos", ATT_STR(""));
		return;
	}
	/* Alike on both: ARM begins with Big Sur, "or older" ends in it there. */
	bool both = g->macos[0] && !full[0] && !full[1] &&
		    g->macos[0] == (g->macos[1] & all_versions(HOMEBREW_ARM)) &&
		    (g->macos[0] == g->macos[1] || (g->macos[1] & 1));
	uint32_t older = all_versions(HOMEBREW_INTEL) & ~all_versions(HOMEBREW_ARM);
	both = both && (g->macos[0] == g->macos[1] || (g->macos[1] & older) == older);
	if (both) {
		put_ranges(out, g, HOMEBREW_INTEL, true);
		return;
	}
	for (int arch = 0; arch < 2; arch++) {
		if (full[arch])
			put(out, g, platforms[arch], ATT_STR(""));
		else
			put_ranges(out, g, (enum homebrew_arch)arch, false);
	}
}

int release_homebrew_items_put(struct homebrew_items *items, struct release_manifest *out, struct att_err *err)
{
	if (items->count)
		qsort(items->groups, items->count, sizeof *items->groups, by_place);
	for (size_t i = 0; i < items->count; i++) {
		const struct group *g = &items->groups[i];
		bool everywhere = g->linux[0] && g->linux[1];
		for (int arch = 0; arch < 2; arch++)
			everywhere = everywhere && g->macos[arch] == all_versions((enum homebrew_arch)arch);
		if (everywhere) {
			put(out, g, "", ATT_STR(""));
			continue;
		}
		put_macos(out, g);
		if (g->linux[0] && g->linux[1])
			put(out, g, "linux", ATT_STR(""));
		else if (g->linux[0] || g->linux[1])
			put(out, g, g->linux[0] ? "linux-aarch64" : "linux-x86_64", ATT_STR(""));
	}
	return out->arena.failed ? att_err_memory(err) : ATT_OK;
}
