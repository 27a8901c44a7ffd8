// SPDX-License-Identifier: Apache-2.0
#include "release/ledger.h"

#include <stdlib.h>

#include "libattest/base/time.h"
#include "libattest/format/json.h"
#include "libattest/package/version.h"
#include "release/ledger_internal.h"

#include "libattest/base/banned.h"

void release_ledger_clear(struct release_ledger *ledger)
{
	att_arena_clear(&ledger->arena);
	*ledger = (struct release_ledger){.items = NULL};
}

/* --- order ----------------------------------------------------------------------------------------------- */

int release_ledger_compare(const struct release_ledger_entry *a, const struct release_ledger_entry *b)
{
	const struct att_version_scheme *scheme = att_version_scheme_find(ATT_STR("semver"));
	int order = 0;
	if (att_version_compare(scheme, a->version, b->version, &order, NULL) != ATT_OK || order == 0)
		order = att_str_compare(a->version, b->version);
	return order != 0 ? order : att_str_compare(a->tag, b->tag);
}

static int by_name(const void *a, const void *b)
{
	const struct release_ledger_artifact *one = a, *other = b;
	return att_str_compare(one->name, other->name);
}

static int by_text(const void *a, const void *b)
{
	const struct att_str *one = a, *other = b;
	return att_str_compare(*one, *other);
}

static int by_channel(const void *a, const void *b)
{
	const struct release_ledger_image *one = a, *other = b;
	return att_str_compare(one->channel, other->channel);
}

void release_ledger_sort(struct release_ledger_entry *entry)
{
	if (entry->artifact_count > 0)
		qsort(entry->artifacts, entry->artifact_count, sizeof *entry->artifacts, by_name);
	if (entry->channel_count > 0)
		qsort(entry->channels, entry->channel_count, sizeof *entry->channels, by_text);
	if (entry->image_count > 0)
		qsort(entry->images, entry->image_count, sizeof *entry->images, by_channel);
}

struct att_str release_ledger_image(const struct release_ledger_entry *entry, struct att_str channel)
{
	const struct release_ledger_image wanted = {.channel = channel}, *found = NULL;
	if (entry->image_count > 0)
		found = bsearch(&wanted, entry->images, entry->image_count, sizeof wanted, by_channel);
	return found ? found->digest : ATT_STR("");
}

const struct release_ledger_entry *release_ledger_find(const struct release_ledger *ledger, struct att_str tag)
{
	for (size_t i = 0; i < ledger->count; i++)
		if (att_str_equal(ledger->items[i].tag, tag))
			return &ledger->items[i];
	return NULL;
}

bool release_ledger_is_past(const struct release_ledger *ledger, const struct release_ledger_entry *entry)
{
	const struct att_version_scheme *scheme = att_version_scheme_find(ATT_STR("semver"));
	bool is_first = att_version_is_prerelease(scheme, entry->version);
	for (size_t i = ledger->count; i-- > 0;) {
		const struct release_ledger_entry *other = &ledger->items[i];
		int order = 0;
		if (att_version_compare(scheme, other->version, entry->version, &order, NULL) != ATT_OK)
			continue;
		if (order <= 0)
			return false;
		if (is_first || !att_version_is_prerelease(scheme, other->version))
			return true;
	}
	return false;
}

/* --- differences ----------------------------------------------------------------------------------------- */

static struct att_str describe(const struct release_ledger_artifact *artifact, struct att_arena *arena)
{
	char hex[ATT_DIGEST_TEXT + 1];
	if (!artifact)
		return ATT_STR("none");
	att_digest_hex(&artifact->sha256, hex);
	return att_arena_printf(arena, "%.*s sha256:%s", ATT_STR_ARG(artifact->name), hex);
}

static bool is_same(const struct release_ledger_artifact *a, const struct release_ledger_artifact *b)
{
	return att_str_equal(a->name, b->name) && a->size == b->size &&
	       att_digest_equal(&a->sha256, &b->sha256) && att_digest_equal(&a->sha512, &b->sha512);
}

static const struct release_ledger_artifact *find_artifact(const struct release_ledger_entry *entry,
							   struct att_str name)
{
	const struct release_ledger_artifact wanted = {.name = name};
	return entry->artifact_count == 0
		       ? NULL
		       : bsearch(&wanted, entry->artifacts, entry->artifact_count, sizeof wanted, by_name);
}

bool release_ledger_differs(const struct release_ledger_entry *a, const struct release_ledger_entry *b,
			    struct att_arena *arena, struct att_str *one, struct att_str *other)
{
	*one = a->commit;
	*other = b->commit;
	if (!att_str_equal(a->commit, b->commit))
		return true;
	*one = a->tag_object;
	*other = b->tag_object;
	if (!att_str_equal(a->tag_object, b->tag_object))
		return true;
	for (size_t i = 0; i < a->artifact_count; i++) {
		const struct release_ledger_artifact *mine = &a->artifacts[i],
						     *theirs = find_artifact(b, mine->name);
		*one = describe(mine, arena);
		*other = describe(theirs, arena);
		if (!theirs || !is_same(mine, theirs))
			return true;
	}
	for (size_t i = 0; i < a->image_count; i++) {
		*one = a->images[i].digest;
		*other = release_ledger_image(b, a->images[i].channel);
		if (other->len > 0 && !att_str_equal(*one, *other))
			return true;
	}
	*one = ATT_STR("none");
	for (size_t i = 0; i < b->artifact_count; i++) {
		*other = describe(&b->artifacts[i], arena);
		if (!find_artifact(a, b->artifacts[i].name))
			return true;
	}
	return false;
}

/* --- adding ---------------------------------------------------------------------------------------------- */

static struct att_str copy(struct release_ledger *ledger, struct att_str text, bool *whole)
{
	struct att_str out = att_arena_copy(&ledger->arena, text);
	*whole = *whole && out.data;
	return out;
}

/* Those of the new entry, and of the old one where the new one has none. */
static bool copy_images(struct release_ledger *ledger, const struct release_ledger_entry *from,
			const struct release_ledger_entry *old, struct release_ledger_entry *to)
{
	bool whole = true;
	size_t most = from->image_count + (old ? old->image_count : 0);
	to->images = att_arena_alloc(&ledger->arena, most, sizeof *to->images);
	to->image_count = 0;
	for (size_t i = 0; to->images && i < from->image_count; i++)
		to->images[to->image_count++] = (struct release_ledger_image){
			copy(ledger, from->images[i].channel, &whole),
			copy(ledger, from->images[i].digest, &whole),
		};
	for (size_t i = 0; to->images && old && i < old->image_count; i++)
		if (release_ledger_image(from, old->images[i].channel).len == 0)
			to->images[to->image_count++] = old->images[i];
	return to->images && whole;
}

static int copy_entry(struct release_ledger *ledger, const struct release_ledger_entry *from,
		      const struct release_ledger_entry *old, struct release_ledger_entry *to,
		      struct att_err *err)
{
	bool whole = true;
	*to = *from;
	/* A clock that was set back makes nothing older. */
	if (old && old->verified > to->verified)
		to->verified = old->verified;
	to->version = copy(ledger, from->version, &whole);
	to->tag = copy(ledger, from->tag, &whole);
	to->commit = copy(ledger, from->commit, &whole);
	to->tag_object = copy(ledger, from->tag_object, &whole);
	to->artifacts = att_arena_alloc(&ledger->arena, from->artifact_count, sizeof *to->artifacts);
	size_t channels = from->channel_count + (old ? old->channel_count : 0);
	to->channels = att_arena_alloc(&ledger->arena, channels, sizeof *to->channels);
	if (!whole || !to->artifacts || !to->channels)
		return att_err_memory(err);
	for (size_t i = 0; i < from->artifact_count; i++) {
		to->artifacts[i] = from->artifacts[i];
		to->artifacts[i].name = copy(ledger, from->artifacts[i].name, &whole);
		to->artifacts[i].platform = copy(ledger, from->artifacts[i].platform, &whole);
	}
	for (size_t i = 0; i < from->channel_count; i++)
		to->channels[i] = copy(ledger, from->channels[i], &whole);
	for (size_t i = from->channel_count; i < channels; i++)
		to->channels[i] = old->channels[i - from->channel_count];
	if (!copy_images(ledger, from, old, to) || !whole)
		return att_err_memory(err);
	to->channel_count = channels;
	release_ledger_sort(to);
	to->channel_count = 0;
	for (size_t i = 0; i < channels; i++)
		if (to->channel_count == 0 ||
		    !att_str_equal(to->channels[to->channel_count - 1], to->channels[i]))
			to->channels[to->channel_count++] = to->channels[i];
	return ATT_OK;
}

int release_ledger_add(struct release_ledger *ledger, const struct release_ledger_entry *entry,
		       struct att_err *err)
{
	const struct release_ledger_entry *old = release_ledger_find(ledger, entry->tag);
	struct release_ledger_entry new;
	int status = copy_entry(ledger, entry, old, &new, err);
	if (status == ATT_OK)
		status = release_ledger_check(&new, err);
	if (status != ATT_OK)
		return status;
	if (old && release_ledger_compare(old, &new) == 0) {
		ledger->items[old - ledger->items] = new;
		return ATT_OK;
	}
	if (old)
		return att_err_set(err, ATT_ERR_MALFORMED,
				   "expected version %.*s of the tag %.*s, as the ledger has it, found %.*s",
				   ATT_STR_ARG(old->version), ATT_STR_ARG(old->tag), ATT_STR_ARG(new.version));
	if (!att_arena_push(&ledger->arena, (void **)&ledger->items, &ledger->count, &ledger->capacity,
			    sizeof *ledger->items))
		return att_err_memory(err);
	size_t at = ledger->count - 1;
	for (; at > 0 && release_ledger_compare(&ledger->items[at - 1], &new) > 0; at--)
		ledger->items[at] = ledger->items[at - 1];
	ledger->items[at] = new;
	return ATT_OK;
}

/* --- writing --------------------------------------------------------------------------------------------- */

static void write_time(struct att_json_writer *w, const char *key, int64_t seconds)
{
	char text[ATT_TIME_TEXT + 1];
	att_time_format(seconds, text);
	att_json_member(w, key, att_str_of(text));
}

static void write_digest(struct att_json_writer *w, const char *key, const struct att_digest *digest)
{
	char hex[ATT_DIGEST_TEXT + 1];
	att_digest_hex(digest, hex);
	att_json_member(w, key, att_str_of(hex));
}

static void write_artifact(struct att_json_writer *w, const struct release_ledger_artifact *artifact)
{
	att_json_object(w);
	att_json_member(w, "name", artifact->name);
	att_json_key(w, "size");
	att_json_uint(w, artifact->size);
	write_digest(w, "sha256", &artifact->sha256);
	write_digest(w, "sha512", &artifact->sha512);
	att_json_member_if(w, "platform", artifact->platform);
	att_json_member(w, "tier", release_ledger_tier_name(artifact->tier));
	att_json_object_end(w);
}

static void write_images(struct att_json_writer *w, const struct release_ledger_entry *entry)
{
	if (entry->image_count == 0)
		return;
	att_json_key(w, "images");
	att_json_array(w);
	for (size_t i = 0; i < entry->image_count; i++) {
		att_json_object(w);
		att_json_member(w, "channel", entry->images[i].channel);
		att_json_member(w, "digest", entry->images[i].digest);
		att_json_object_end(w);
	}
	att_json_array_end(w);
}

static void write_entry(struct att_json_writer *w, const struct release_ledger_entry *entry)
{
	att_json_object(w);
	att_json_member(w, "version", entry->version);
	att_json_member(w, "tag", entry->tag);
	att_json_member(w, "commit", entry->commit);
	att_json_member_if(w, "tag_object", entry->tag_object);
	write_time(w, "date", entry->date);
	att_json_key(w, "artifacts");
	att_json_array(w);
	for (size_t i = 0; i < entry->artifact_count; i++)
		write_artifact(w, &entry->artifacts[i]);
	att_json_array_end(w);
	att_json_key(w, "channels");
	att_json_array(w);
	for (size_t i = 0; i < entry->channel_count; i++)
		att_json_string(w, entry->channels[i]);
	att_json_array_end(w);
	write_images(w, entry);
	write_time(w, "verified", entry->verified);
	att_json_object_end(w);
}

void release_ledger_write(const struct release_ledger *ledger, struct att_buf *out)
{
	struct att_json_writer w;
	att_json_begin(&w, out, false);
	att_json_object(&w);
	att_json_key(&w, "version");
	att_json_uint(&w, RELEASE_LEDGER_VERSION);
	att_json_key(&w, "releases");
	att_json_array(&w);
	for (size_t i = 0; i < ledger->count; i++)
		write_entry(&w, &ledger->items[i]);
	att_json_array_end(&w);
	att_json_object_end(&w);
}
