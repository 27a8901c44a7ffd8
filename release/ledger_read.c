// SPDX-License-Identifier: Apache-2.0
#include "libattest/base/map.h"
#include "libattest/format/base64.h"
#include "libattest/format/json.h"
#include "libattest/format/shape.h"
#include "libattest/package/version.h"
#include "release/ledger_internal.h"

#include "libattest/base/banned.h"

enum {
	MAX_RELEASES = 10000, /* ten years of three a day */
	MAX_ARTIFACTS = 10000,
	MAX_CHANNELS = 1000,
	MAX_NAME = 255,
};

static const char *const tiers[] = {[RELEASE_OFFICIAL] = "official", [RELEASE_PREVIEW] = "preview"};

struct att_str release_ledger_tier_name(enum release_tier tier)
{
	return att_str_of(tiers[tier]);
}

/* --- one entry ------------------------------------------------------------------------------------------- */

/* Names go to servers, to git and to tables. */
static bool is_name(struct att_str text)
{
	for (size_t i = 0; i < text.len; i++)
		if ((unsigned char)text.data[i] <= ' ' || text.data[i] == 127)
			return false;
	return text.len > 0 && text.len <= MAX_NAME && text.data[0] != '-';
}

/* A file name that no template takes for one with places in it. */
static bool is_file_name(struct att_str text)
{
	return is_name(text) && att_str_find_byte(text, '/') == ATT_STR_NONE &&
	       att_str_find_byte(text, '{') == ATT_STR_NONE && att_str_find_byte(text, '}') == ATT_STR_NONE &&
	       !att_str_is(text, ".") && !att_str_is(text, "..");
}

static bool is_hash(struct att_str text)
{
	for (size_t i = 0; i < text.len; i++)
		if (!att_ascii_is_digit(text.data[i]) && (text.data[i] < 'a' || text.data[i] > 'f'))
			return false;
	return text.len == 40 || text.len == 64;
}

static bool is_digest(struct att_str text)
{
	size_t colon = att_str_find_byte(text, ':');
	struct att_str kind = att_str_first(text, colon);
	bool is_long = att_str_is(kind, "sha512");
	if (colon == ATT_STR_NONE || (!is_long && !att_str_is(kind, "sha256")))
		return false;
	for (size_t i = colon + 1; i < text.len; i++)
		if (!att_ascii_is_digit(text.data[i]) && (text.data[i] < 'a' || text.data[i] > 'f'))
			return false;
	return text.len - colon - 1 == (is_long ? 128 : 64);
}

static const char *judge_entry(const struct release_ledger_entry *entry)
{
	const struct att_version_scheme *semver = att_version_scheme_find(ATT_STR("semver"));
	int order;
	if (!is_name(entry->version) ||
	    att_version_compare(semver, entry->version, entry->version, &order, NULL) != ATT_OK)
		return "a version";
	if (!is_name(entry->tag))
		return "a tag of at most 255 bytes without space";
	if (!is_hash(entry->commit))
		return "a commit of 40 or 64 hexadecimal digits in lower case";
	if (entry->tag_object.len > 0 && !is_hash(entry->tag_object))
		return "a tag_object of 40 or 64 hexadecimal digits in lower case";
	if (entry->artifact_count == 0 || entry->artifact_count > MAX_ARTIFACTS)
		return "1 to 10000 artifacts";
	if (entry->channel_count == 0 || entry->channel_count > MAX_CHANNELS)
		return "1 to 1000 channels";
	for (size_t i = 1; i < entry->artifact_count; i++)
		if (att_str_compare(entry->artifacts[i - 1].name, entry->artifacts[i].name) >= 0)
			return "artifacts in the order of their names, each once";
	for (size_t i = 1; i < entry->channel_count; i++)
		if (att_str_compare(entry->channels[i - 1], entry->channels[i]) >= 0)
			return "channels in their order, each once";
	if (entry->image_count > MAX_CHANNELS)
		return "at most 1000 images";
	for (size_t i = 0; i < entry->image_count; i++) {
		if (i > 0 && att_str_compare(entry->images[i - 1].channel, entry->images[i].channel) >= 0)
			return "images in the order of their channels, each once";
		if (!is_digest(entry->images[i].digest) || entry->images[i].channel.len == 0 ||
		    entry->images[i].channel.len > MAX_NAME)
			return "images by a channel and the digest of a manifest, sha256:HEX";
	}
	for (size_t i = 0; i < entry->artifact_count; i++)
		if (!is_file_name(entry->artifacts[i].name))
			return "names of artifacts that are file names without space and braces";
	for (size_t i = 0; i < entry->channel_count; i++)
		if (entry->channels[i].len == 0 || entry->channels[i].len > MAX_NAME)
			return "labels of channels of at most 255 bytes";
	return NULL;
}

int release_ledger_check(const struct release_ledger_entry *entry, struct att_err *err)
{
	const char *expected = judge_entry(entry);
	return expected ? att_err_set(err, ATT_ERR_MALFORMED,
				      "expected %s for the ledger, found something else", expected)
			: ATT_OK;
}

/* --- reading --------------------------------------------------------------------------------------------- */

struct reading {
	const struct att_source *source;
	struct release_ledger *out;
	struct att_err *err;
};

static int complain(const struct reading *r, const struct att_value *at, const char *expected)
{
	return att_source_err(r->source, r->err, ATT_ERR_MALFORMED, at->span,
			      "expected %s, found something else", expected);
}

static int read_text(const struct reading *r, const struct att_value *object, const char *key, bool required,
		     struct att_str *out)
{
	const struct att_value *value;
	int status = att_value_want(r->source, object, key, ATT_STRING, required, &value, r->err);
	*out = ATT_STR("");
	if (status != ATT_OK || !value)
		return status;
	if (value->string.len == 0)
		return complain(r, value, "a text that is not empty");
	*out = att_arena_copy(&r->out->arena, value->string);
	return out->data ? ATT_OK : att_err_memory(r->err);
}

static int read_time(const struct reading *r, const struct att_value *object, const char *key, int64_t *out)
{
	bool given = false;
	int status = att_shape_time(r->source, object, key, &given, out, r->err);
	return status == ATT_OK && !given ? complain(r, object, "times in \"date\" and \"verified\"") : status;
}

static int read_digest(const struct reading *r, const struct att_value *object, const char *key,
		       enum att_digest_kind kind, struct att_digest *out)
{
	const struct att_value *value;
	struct att_err why = {0};
	int status = att_value_want(r->source, object, key, ATT_STRING, true, &value, r->err);
	out->kind = kind;
	if (status == ATT_OK && att_hex_decode_exact(value->string, "the digest", out->bytes,
						     att_digest_size(kind), &why) != ATT_OK)
		return att_source_err(r->source, r->err, ATT_ERR_MALFORMED, value->span, "%s", why.message);
	for (size_t i = 0; status == ATT_OK && i < value->string.len; i++)
		if (value->string.data[i] >= 'A' && value->string.data[i] <= 'F')
			return complain(r, value, "a digest in lower case");
	return status;
}

static int read_tier(const struct reading *r, const struct att_value *object, enum release_tier *out)
{
	const struct att_value *tier;
	int status = att_value_want(r->source, object, "tier", ATT_STRING, true, &tier, r->err);
	if (status != ATT_OK)
		return status;
	*out = att_str_is(tier->string, tiers[RELEASE_PREVIEW]) ? RELEASE_PREVIEW : RELEASE_OFFICIAL;
	return att_str_is(tier->string, tiers[*out]) ? ATT_OK
						     : complain(r, tier, "\"official\" or \"preview\"");
}

static int read_artifact(const struct reading *r, const struct att_value *value,
			 struct release_ledger_entry *entry)
{
	static const char *const known[] = {"name", "size", "sha256", "sha512", "platform", "tier", NULL};
	const struct att_value *size = NULL;
	struct release_ledger_artifact *out =
		att_arena_push(&r->out->arena, (void **)&entry->artifacts, &entry->artifact_count,
			       &entry->artifact_capacity, sizeof *out);
	if (!out)
		return att_err_memory(r->err);
	int status = att_shape_only(r->source, value, known, "an artifact", r->err);
	if (status == ATT_OK)
		status = read_text(r, value, "name", true, &out->name);
	if (status == ATT_OK)
		status = att_value_want(r->source, value, "size", ATT_INTEGER, true, &size, r->err);
	if (status == ATT_OK && (size->integer.negative || size->integer.magnitude > INT64_MAX))
		status = complain(r, size, "a size of at most 2^63-1 bytes");
	if (status == ATT_OK)
		out->size = size->integer.magnitude;
	if (status == ATT_OK)
		status = read_digest(r, value, "sha256", ATT_SHA256, &out->sha256);
	if (status == ATT_OK)
		status = read_digest(r, value, "sha512", ATT_SHA512, &out->sha512);
	if (status == ATT_OK)
		status = read_text(r, value, "platform", false, &out->platform);
	return status == ATT_OK ? read_tier(r, value, &out->tier) : status;
}

static int read_channels(const struct reading *r, const struct att_value *value,
			 struct release_ledger_entry *entry)
{
	const struct att_value *channels;
	int status = att_value_want(r->source, value, "channels", ATT_ARRAY, true, &channels, r->err);
	for (uint32_t i = 0; status == ATT_OK && i < channels->count; i++) {
		const struct att_value *channel = &channels->items[i];
		struct att_str *out =
			att_arena_push(&r->out->arena, (void **)&entry->channels, &entry->channel_count,
				       &entry->channel_capacity, sizeof *out);
		if (channel->kind != ATT_STRING)
			return complain(r, channel, "the label of a channel");
		if (out)
			*out = att_arena_copy(&r->out->arena, channel->string);
		status = out && out->data ? ATT_OK : att_err_memory(r->err);
	}
	return status;
}

static int read_images(const struct reading *r, const struct att_value *value,
		       struct release_ledger_entry *entry)
{
	static const char *const known[] = {"channel", "digest", NULL};
	const struct att_value *images = NULL;
	int status = att_shape_tables(r->source, value, "images", &images, r->err);
	for (uint32_t i = 0; status == ATT_OK && images && i < images->count; i++) {
		struct release_ledger_image *out =
			att_arena_push(&r->out->arena, (void **)&entry->images, &entry->image_count,
				       &entry->image_capacity, sizeof *out);
		if (!out)
			return att_err_memory(r->err);
		status = att_shape_only(r->source, &images->items[i], known, "an image", r->err);
		if (status == ATT_OK)
			status = read_text(r, &images->items[i], "channel", true, &out->channel);
		if (status == ATT_OK)
			status = read_text(r, &images->items[i], "digest", true, &out->digest);
	}
	return status;
}

static int read_lists(const struct reading *r, const struct att_value *value,
		      struct release_ledger_entry *entry)
{
	const struct att_value *artifacts = NULL;
	int status = att_shape_tables(r->source, value, "artifacts", &artifacts, r->err);
	if (status != ATT_OK)
		return status;
	if (!artifacts)
		return complain(r, value, "\"artifacts\"");
	for (uint32_t i = 0; status == ATT_OK && i < artifacts->count; i++)
		status = read_artifact(r, &artifacts->items[i], entry);
	if (status == ATT_OK)
		status = read_channels(r, value, entry);
	return status == ATT_OK ? read_images(r, value, entry) : status;
}

static int read_entry(const struct reading *r, const struct att_value *value)
{
	static const char *const known[] = {"version",   "tag",      "commit", "tag_object", "date",
					    "artifacts", "channels", "images", "verified",   NULL};
	struct release_ledger *ledger = r->out;
	struct release_ledger_entry entry = {.date = 0};
	int status = att_shape_only(r->source, value, known, "a release", r->err);
	if (status == ATT_OK)
		status = read_text(r, value, "version", true, &entry.version);
	if (status == ATT_OK)
		status = read_text(r, value, "tag", true, &entry.tag);
	if (status == ATT_OK)
		status = read_text(r, value, "commit", true, &entry.commit);
	if (status == ATT_OK)
		status = read_text(r, value, "tag_object", false, &entry.tag_object);
	if (status == ATT_OK)
		status = read_time(r, value, "date", &entry.date);
	if (status == ATT_OK)
		status = read_time(r, value, "verified", &entry.verified);
	if (status == ATT_OK)
		status = read_lists(r, value, &entry);
	const char *expected = status == ATT_OK ? judge_entry(&entry) : NULL;
	if (expected)
		status = complain(r, value, expected);
	if (status == ATT_OK && ledger->count > 0 &&
	    release_ledger_compare(&ledger->items[ledger->count - 1], &entry) >= 0)
		status = complain(r, value, "releases in the order of their versions, each once");
	if (status != ATT_OK)
		return status;
	struct release_ledger_entry *added = att_arena_push(&ledger->arena, (void **)&ledger->items,
							    &ledger->count, &ledger->capacity, sizeof *added);
	if (!added)
		return att_err_memory(r->err);
	*added = entry;
	return ATT_OK;
}

/* Two versions of one tag would be one release too many. */
static int check_tags(const struct reading *r, const struct att_value *list)
{
	struct att_map tags;
	int status = ATT_OK;
	att_map_init(&tags);
	for (size_t i = 0; status == ATT_OK && i < r->out->count; i++) {
		uint32_t other;
		if (att_map_find(&tags, r->out->items[i].tag, &other))
			status = complain(r, &list->items[i], "each tag once");
		else if (att_map_set(&tags, r->out->items[i].tag, (uint32_t)i) != ATT_OK)
			status = att_err_memory(r->err);
	}
	att_map_clear(&tags);
	return status;
}

static int read_root(const struct reading *r, const struct att_value *root)
{
	static const char *const known[] = {"version", "releases", NULL};
	const struct att_value *version, *list = NULL;
	int status = root->kind == ATT_OBJECT ? ATT_OK : complain(r, root, "an object");
	if (status == ATT_OK)
		status = att_value_want(r->source, root, "version", ATT_INTEGER, true, &version, r->err);
	if (status == ATT_OK &&
	    (version->integer.negative || version->integer.magnitude != RELEASE_LEDGER_VERSION))
		status = att_source_err(r->source, r->err, ATT_ERR_UNSUPPORTED, version->span,
					"expected version %d of a ledger of releases, found another",
					(int)RELEASE_LEDGER_VERSION);
	if (status == ATT_OK)
		status = att_shape_only(r->source, root, known, "a ledger of releases", r->err);
	if (status == ATT_OK)
		status = att_shape_tables(r->source, root, "releases", &list, r->err);
	if (status != ATT_OK)
		return status;
	if (!list)
		return complain(r, root, "\"releases\"");
	if (list->count > MAX_RELEASES)
		return complain(r, list, "fewer releases");
	for (uint32_t i = 0; status == ATT_OK && i < list->count; i++)
		status = read_entry(r, &list->items[i]);
	return status == ATT_OK ? check_tags(r, list) : status;
}

int release_ledger_parse(const struct att_source *source, struct release_ledger *ledger, struct att_err *err)
{
	const struct reading r = {source, ledger, err};
	struct att_value root = {.kind = ATT_NULL};
	struct att_arena scratch = {0};
	*ledger = (struct release_ledger){.items = NULL};
	int status = att_json_parse(source, &scratch, &root, err);
	if (status == ATT_OK)
		status = read_root(&r, &root);
	att_arena_clear(&scratch);
	return status;
}
