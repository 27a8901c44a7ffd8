// SPDX-License-Identifier: Apache-2.0
#include "policy/database_codec.h"

#include "libattest/base/utf8.h"

#include "libattest/base/banned.h"

enum { WITHDRAWN = 1, BY_REQUIREMENT = 1 };

/* ---- writing ---- */

static void put_number(struct att_buf *out, uint64_t number)
{
	for (; number >= 0x80; number >>= 7)
		att_buf_add_byte(out, (char)(number | 0x80));
	att_buf_add_byte(out, (char)number);
}

static void put_text(struct att_buf *out, struct att_str text)
{
	put_number(out, text.len);
	att_buf_add(out, text);
}

void policy_encode_strings(const struct policy_strings *strings, struct att_buf *out)
{
	put_number(out, strings->count);
	for (size_t i = 0; i < strings->count; i++)
		put_text(out, strings->items[i]);
}

void policy_encode_advisory(const struct policy_advisory *advisory, struct att_buf *out)
{
	put_text(out, advisory->id);
	put_number(out, advisory->kind);
	put_number(out, advisory->withdrawn ? WITHDRAWN : 0);
	put_number(out, (uint64_t)advisory->withdrawn_at);
	put_number(out, (uint64_t)advisory->published);
	put_number(out, (uint64_t)advisory->modified);
	put_text(out, advisory->title);
	put_text(out, advisory->url);
	put_text(out, advisory->severity_word);
	policy_encode_strings(&advisory->aliases, out);
	put_number(out, advisory->severity_count);
	for (size_t i = 0; i < advisory->severity_count; i++) {
		put_text(out, advisory->severities[i].type);
		put_text(out, advisory->severities[i].score);
	}
}

static void put_osv(struct att_buf *out, const struct att_version_affected *osv)
{
	put_number(out, osv->range_count);
	for (size_t i = 0; i < osv->range_count; i++) {
		const struct att_version_range *range = &osv->ranges[i];
		put_number(out, range->type);
		put_number(out, range->count);
		for (size_t j = 0; j < range->count; j++) {
			put_number(out, range->events[j].kind);
			put_text(out, range->events[j].version);
		}
	}
	policy_encode_strings(&(struct policy_strings){osv->versions, osv->version_count}, out);
}

void policy_encode_affected(const struct policy_affected *affected, struct att_str key, struct att_buf *out)
{
	put_number(out, affected->by_requirement ? BY_REQUIREMENT : 0);
	put_text(out, att_str_equal(affected->name, key) ? (struct att_str){NULL, 0} : affected->name);
	if (affected->by_requirement) {
		const struct att_version_rustsec *r = &affected->rustsec;
		policy_encode_strings(&(struct policy_strings){r->patched, r->patched_count}, out);
		policy_encode_strings(&(struct policy_strings){r->unaffected, r->unaffected_count}, out);
	} else {
		put_osv(out, &affected->osv);
		put_osv(out, &affected->custom);
	}
	policy_encode_strings(&affected->architectures, out);
	policy_encode_strings(&affected->systems, out);
	policy_encode_strings(&affected->functions, out);
}

/* ---- reading ---- */

struct reader {
	struct att_str rest;
	struct att_arena *arena;
	bool damaged, starved;
};

static uint64_t damage(struct reader *r)
{
	r->damaged = true;
	r->rest = (struct att_str){NULL, 0};
	return 0;
}

/* At most `max`, in as few bytes as it takes. */
static uint64_t take_number(struct reader *r, uint64_t max)
{
	uint64_t number = 0;
	for (unsigned i = 0; i < 10 && i < r->rest.len; i++) {
		unsigned char byte = (unsigned char)r->rest.data[i];
		if (i == 9 && byte > 1)
			break;
		number |= (uint64_t)(byte & 0x7f) << (7 * i);
		if (byte & 0x80)
			continue;
		if (number > max || (byte == 0 && i > 0))
			break;
		r->rest = att_str_from(r->rest, i + 1);
		return number;
	}
	return damage(r);
}

static struct att_str take_text(struct reader *r)
{
	size_t len = (size_t)take_number(r, r->rest.len);
	if (len > r->rest.len)
		damage(r);
	struct att_str text = att_str_first(r->rest, len);
	r->rest = att_str_from(r->rest, len);
	if (att_utf8_valid_prefix(text) != text.len || att_str_find_byte(text, '\0') != ATT_STR_NONE)
		damage(r);
	return r->damaged ? (struct att_str){NULL, 0} : text;
}

/* Room for as many elements as stand next. Each takes `least` bytes, so that no number asks for more room than
 * a small multiple of the bytes that are there. */
static void *take_room(struct reader *r, size_t least, size_t size, size_t *count)
{
	*count = (size_t)take_number(r, r->rest.len / least);
	if (*count == 0)
		return NULL;
	void *room = att_arena_alloc(r->arena, *count, size);
	if (!room) {
		r->starved = true;
		damage(r);
		*count = 0;
	}
	return room;
}

static struct policy_strings take_strings(struct reader *r)
{
	size_t count;
	struct att_str *items = take_room(r, 1, sizeof *items, &count);
	for (size_t i = 0; i < count; i++)
		items[i] = take_text(r);
	return (struct policy_strings){items, count};
}

static int64_t take_time(struct reader *r)
{
	return (int64_t)take_number(r, INT64_MAX);
}

/* Everything was read, and nothing was wrong. */
static int finish(const struct reader *r, struct att_err *err)
{
	if (r->starved)
		return att_err_memory(err);
	if (!r->damaged && r->rest.len == 0)
		return ATT_OK;
	return att_err_set(err, ATT_ERR_MALFORMED, "the advisory database is damaged: a record cannot be read");
}

int policy_decode_strings(struct att_str bytes, struct att_arena *arena, struct policy_strings *out,
			  struct att_err *err)
{
	struct reader r = {bytes, arena, false, false};
	*out = take_strings(&r);
	int status = finish(&r, err);
	if (status != ATT_OK)
		*out = (struct policy_strings){NULL, 0};
	return status;
}

int policy_decode_advisory(struct att_str bytes, struct att_arena *arena, struct policy_advisory *out,
			   struct att_err *err)
{
	struct reader r = {bytes, arena, false, false};
	struct policy_advisory advisory = {.id = take_text(&r)};
	if (!policy_advisory_id_valid(advisory.id))
		damage(&r);
	advisory.kind = (enum policy_advisory_kind)take_number(&r, POLICY_ADVISORY_KINDS - 1);
	advisory.withdrawn = take_number(&r, WITHDRAWN) == WITHDRAWN;
	advisory.withdrawn_at = take_time(&r);
	advisory.published = take_time(&r);
	advisory.modified = take_time(&r);
	advisory.title = take_text(&r);
	advisory.url = take_text(&r);
	advisory.severity_word = take_text(&r);
	advisory.aliases = take_strings(&r);
	struct policy_severity *severities = take_room(&r, 2, sizeof *severities, &advisory.severity_count);
	for (size_t i = 0; i < advisory.severity_count; i++) {
		severities[i].type = take_text(&r);
		severities[i].score = take_text(&r);
	}
	advisory.severities = severities;
	int status = finish(&r, err);
	*out = status == ATT_OK ? advisory : (struct policy_advisory){.kind = POLICY_VULNERABILITY};
	return status;
}

static struct att_version_affected take_osv(struct reader *r)
{
	struct att_version_affected osv = {.ranges = NULL};
	struct att_version_range *ranges = take_room(r, 2, sizeof *ranges, &osv.range_count);
	for (size_t i = 0; i < osv.range_count; i++) {
		ranges[i].type = (enum att_version_range_type)take_number(r, ATT_VERSION_RANGE_GIT);
		struct att_version_event *events = take_room(r, 2, sizeof *events, &ranges[i].count);
		for (size_t j = 0; j < ranges[i].count; j++) {
			events[j].kind = (enum att_version_event_kind)take_number(r, ATT_VERSION_LIMIT);
			events[j].version = take_text(r);
		}
		ranges[i].events = events;
	}
	osv.ranges = ranges;
	struct policy_strings versions = take_strings(r);
	osv.versions = versions.items;
	osv.version_count = versions.count;
	return osv;
}

static struct policy_affected take_affected(struct reader *r, struct att_str key)
{
	struct policy_affected affected = {.by_requirement = take_number(r, BY_REQUIREMENT) == BY_REQUIREMENT};
	affected.name = take_text(r);
	if (affected.name.len == 0)
		affected.name = key;
	if (affected.by_requirement) {
		struct policy_strings patched = take_strings(r), unaffected = take_strings(r);
		affected.rustsec = (struct att_version_rustsec){patched.items, unaffected.items, patched.count,
								unaffected.count};
	} else {
		affected.osv = take_osv(r);
		affected.custom = take_osv(r);
	}
	affected.architectures = take_strings(r);
	affected.systems = take_strings(r);
	affected.functions = take_strings(r);
	return affected;
}

int policy_decode_affected(struct att_str bytes, struct att_str ecosystem, struct att_str key,
			   struct att_arena *arena, struct policy_affected **out, size_t *count,
			   struct att_err *err)
{
	struct reader r = {bytes, arena, bytes.len == 0, false};
	struct policy_affected *items = NULL;
	size_t capacity = 0;
	*out = NULL;
	*count = 0;
	while (r.rest.len > 0 && !r.damaged) {
		struct policy_affected *to =
			att_arena_push(arena, (void **)&items, count, &capacity, sizeof *to);
		if (!to)
			return att_err_memory(err);
		*to = take_affected(&r, key);
		to->ecosystem = ecosystem;
	}
	int status = finish(&r, err);
	if (status == ATT_OK)
		*out = items;
	else
		*count = 0;
	return status;
}
