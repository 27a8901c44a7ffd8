// SPDX-License-Identifier: Apache-2.0
#include "libattest/verify/attestation.h"

#include <inttypes.h>
#include <stdlib.h>
#include <unistd.h>

#include "libattest/base/file.h"
#include "libattest/base/limits.h"
#include "libattest/format/json.h"
#include "libattest/sign/signature.h"
#include "libattest/statement/predicate.h"
#include "libattest/statement/provenance.h"

#include "libattest/base/banned.h"

struct att_attested {
	uint32_t item, subject;
	uint32_t next; /* with the same digest, before this one; NONE: no more */
};

enum { NONE = UINT32_MAX };

/* What the steps of one file share. */
struct loading {
	struct att_attestations *set;
	const struct att_attestation_file *file;
	const struct att_keyring *keys;
	int64_t now;
	struct att_err *err;
};

void att_attestations_init(struct att_attestations *set)
{
	memset(set, 0, sizeof *set);
	att_map_init(&set->by_digest);
}

void att_attestations_clear(struct att_attestations *set)
{
	for (size_t i = 0; i < set->text_count; i++)
		att_buf_clear(&set->texts[i]);
	att_map_clear(&set->by_digest);
	att_arena_clear(&set->arena);
	att_attestations_init(set);
}

static void refuse(struct att_attestation *item, enum att_outcome outcome, const char *code,
		   struct att_str sentence)
{
	item->outcome = outcome;
	item->code = code;
	item->sentence = sentence;
}

/* An attestation about which nothing can be told, for the reason that an error gives. */
static void refuse_with_error(const struct loading *l, struct att_attestation *item, const struct att_err *why)
{
	struct att_str sentence = att_str_of(why->message);
	struct att_arena *arena = &l->set->arena;
	sentence = why->place.line ? att_arena_printf(arena, "%s (line %u, column %u)", why->message,
						      why->place.line, why->place.column)
				   : att_arena_copy(arena, sentence);
	refuse(item, ATT_CANNOT_TELL, "unreadable-attestation", sentence);
	l->set->broken++;
}

static int push(const struct loading *l, struct att_str name, struct att_attestation **out)
{
	struct att_attestations *set = l->set;
	void *items = set->items;
	if (set->count == ATT_MAX_ATTESTATIONS)
		return att_err_set(l->err, ATT_ERR_LIMIT, "expected at most %d attestations, found more",
				   ATT_MAX_ATTESTATIONS);
	*out = att_arena_push(&set->arena, &items, &set->count, &set->capacity, sizeof **out);
	set->items = items ? items : set->items;
	if (!*out)
		return att_err_memory(l->err);
	(*out)->name = name;
	return ATT_OK;
}

/* --- by whom it is signed ------------------------------------------------------------------------------ */

/* Envelopes with large payloads and many keys must not keep us busy for hours. */
static int count_message(const struct loading *l, const struct att_signature *signature)
{
	const uint64_t most = (uint64_t)ATT_MAX_PAYLOAD * ATT_MAX_DIGEST_JOBS;
	l->set->message_bytes += signature->message.len;
	if (l->set->message_bytes <= most)
		return ATT_OK;
	return att_err_set(l->err, ATT_ERR_LIMIT,
			   "expected at most %" PRIu64 " bytes of signed statements for all keys, found more",
			   most);
}

static int try_key(const struct loading *l, struct att_attestation *item, const struct att_signature *signature,
		   uint32_t key)
{
	static const struct att_digest none;
	const struct att_trusted_key *trusted = &l->keys->keys[key];
	struct att_err why = {0};
	struct att_str sentence;
	for (size_t i = 0; i < item->signer_count; i++)
		if (item->signers[i] == key)
			return ATT_OK;
	if (!trusted->key || !att_signature_fits(signature, trusted->key))
		return ATT_OK;
	int status = count_message(l, signature);
	if (status != ATT_OK)
		return status;
	enum att_outcome outcome = att_signature_verify(signature, trusted->key, &none, &why);
	if (outcome == ATT_REFUTED)
		return ATT_OK;
	/* Whatever kept it from being looked at: it must not read as somebody else's. */
	if (outcome != ATT_HOLDS)
		return att_err_set(l->err, why.code ? why.code : ATT_ERR_MEMORY, "%s", why.message);
	if (att_trusted_key_counts(trusted, l->now, &l->set->arena, &sentence))
		item->signers[item->signer_count++] = key;
	else if (item->signer_count == 0)
		refuse(item, ATT_REFUTED, "signature-not-counted", sentence);
	return ATT_OK;
}

static int find_signers(const struct loading *l, struct att_attestation *item,
			const struct att_signature *signatures, size_t count)
{
	int status = ATT_OK;
	item->signers = att_arena_alloc(&l->set->arena, l->keys->count, sizeof *item->signers);
	if (!item->signers)
		return att_err_memory(l->err);
	refuse(item, ATT_REFUTED, "other-key", ATT_STR("signed by none of the believed keys"));
	for (size_t i = 0; i < count; i++)
		for (uint32_t key = 0; status == ATT_OK && key < l->keys->count; key++)
			status = try_key(l, item, &signatures[i], key);
	return status;
}

/* --- what it says -------------------------------------------------------------------------------------- */

/* Only what somebody believed has signed is parsed. */
static int read_statement(const struct loading *l, struct att_attestation *item,
			  const struct att_signature *signature, struct att_err *why)
{
	struct att_arena *arena = &l->set->arena;
	struct att_value *document = att_arena_alloc(arena, 1, sizeof *document);
	bool known;
	if (!document)
		return att_err_memory(why);
	int status = att_source_init(&item->source, arena, item->name, signature->payload, why);
	if (status == ATT_OK)
		status = att_json_parse(&item->source, arena, document, why);
	if (status == ATT_OK)
		status = att_statement_parse(&item->source, document, arena, &item->statement, why);
	return status == ATT_OK ? att_predicate_check(&item->source, &item->statement, &known, why) : status;
}

static int index_subject(const struct loading *l, uint32_t item, uint32_t subject,
			 const struct att_digest *digest)
{
	struct att_attestations *set = l->set;
	uint32_t previous = NONE;
	void *items = set->attested;
	struct att_attested *entry = att_arena_push(&set->arena, &items, &set->attested_count,
						    &set->attested_capacity, sizeof *entry);
	set->attested = items ? items : set->attested;
	if (!entry)
		return att_err_memory(l->err);
	(void)att_map_find(&set->by_digest, att_digest_str(digest), &previous);
	*entry = (struct att_attested){item, subject, previous};
	if (att_map_set(&set->by_digest, att_digest_str(digest), (uint32_t)set->attested_count - 1) != ATT_OK)
		return att_err_memory(l->err);
	set->kinds |= 1u << digest->kind;
	return ATT_OK;
}

/* By its SHA-256; a subject without one by the first digest that counts. */
static int index_statement(const struct loading *l, uint32_t position)
{
	const struct att_statement *statement = &l->set->items[position].statement;
	int status = ATT_OK;
	for (uint32_t i = 0; status == ATT_OK && i < statement->subject_count; i++) {
		const struct att_subject *subject = &statement->subjects[i];
		const struct att_digest *best = NULL;
		for (size_t j = 0; j < subject->digest_count; j++) {
			const struct att_digest *digest = &subject->digests[j];
			if (!att_digest_is_weak(digest->kind) && (!best || digest->kind == ATT_SHA256))
				best = digest;
		}
		if (best)
			status = index_subject(l, position, i, best);
	}
	return status;
}

/* --- envelopes and files ------------------------------------------------------------------------------- */

static bool is_statement(const struct att_signature *signature)
{
	return signature->payload.data && att_str_is(signature->payload_type, ATT_STATEMENT_MEDIA_TYPE);
}

/* Signatures of one envelope share its payload. */
static int add_envelope(const struct loading *l, struct att_str name, struct att_str text,
			const struct att_signature *signatures, size_t count)
{
	struct att_attestation *item;
	struct att_err why = {0};
	int status = push(l, name, &item);
	if (status != ATT_OK)
		return status;
	if (!is_statement(&signatures[0])) {
		struct att_str type = att_str_first(signatures[0].payload_type, 200);
		if (signatures[0].payload.data)
			att_err_set(&why, ATT_ERR_REFUSED,
				    "expected a payload of type " ATT_STATEMENT_MEDIA_TYPE ", found %.*s",
				    ATT_STR_ARG(type));
		else
			att_err_set(&why, ATT_ERR_REFUSED, "expected an attestation, found a %s signature",
				    signatures[0].format->name);
		refuse_with_error(l, item, &why);
		return ATT_OK;
	}
	status = att_digest_bytes(ATT_SHA256, text, &item->envelope, l->err);
	if (status == ATT_OK)
		status = find_signers(l, item, signatures, count);
	if (status != ATT_OK || item->signer_count == 0)
		return status;
	status = read_statement(l, item, &signatures[0], &why);
	if (status == ATT_ERR_MEMORY)
		return att_err_memory(l->err);
	if (status != ATT_OK) {
		refuse_with_error(l, item, &why);
		return ATT_OK;
	}
	item->outcome = ATT_HOLDS;
	item->code = NULL;
	item->sentence = item->statement.predicate_type;
	return index_statement(l, (uint32_t)l->set->count - 1);
}

static bool is_lines(const struct att_attestation_file *file)
{
	return att_str_ends(att_str_of(file->path), ATT_STR(".jsonl"));
}

static int add_text(const struct loading *l, struct att_str name, struct att_str text)
{
	struct att_arena *arena = &l->set->arena;
	struct att_signature found[ATT_MAX_SIGNATURES_IN_FILE];
	struct att_attestation *item;
	struct att_source source;
	struct att_err why = {0};
	size_t count = 0;
	int status = att_source_init(&source, arena, name, text, &why);
	if (status == ATT_OK)
		status = att_signature_parse(&source, arena, found, &count, &why);
	if (status == ATT_ERR_MEMORY)
		return att_err_memory(l->err);
	/* Where other signatures may lie, only what was to be an envelope is missed: an object, a line of many.
	 */
	if (status != ATT_OK && l->file->may_be_other && !att_str_starts(att_str_trim(text), ATT_STR("{")) &&
	    !is_lines(l->file))
		return ATT_OK;
	if (status != ATT_OK) {
		status = push(l, name, &item);
		if (status == ATT_OK)
			refuse_with_error(l, item, &why);
		return status;
	}
	for (size_t first = 0, end; status == ATT_OK && first < count; first = end) {
		for (end = first + 1; end < count && found[first].payload.data &&
				      found[end].payload.data == found[first].payload.data;)
			end++;
		if (!l->file->may_be_other || is_statement(&found[first]))
			status = add_envelope(l, name, text, &found[first], end - first);
	}
	return status;
}

static int add_lines(const struct loading *l, struct att_str name, struct att_str text)
{
	struct att_str line;
	int status = ATT_OK;
	for (unsigned number = 1; status == ATT_OK && att_str_split(&text, '\n', &line); number++) {
		if (att_str_trim(line).len == 0)
			continue;
		struct att_str place = att_arena_printf(&l->set->arena, "%.*s:%u", ATT_STR_ARG(name), number);
		status = place.data ? add_text(l, place, line) : att_err_memory(l->err);
	}
	return status;
}

static int read_file(const struct loading *l, struct att_str *text, struct att_err *why)
{
	struct att_attestations *set = l->set;
	uint64_t size;
	int fd;
	void *items = set->texts;
	struct att_buf *buf =
		att_arena_push(&set->arena, &items, &set->text_count, &set->text_capacity, sizeof *buf);
	set->texts = items ? items : set->texts;
	if (!buf)
		return att_err_memory(why);
	att_buf_init(buf, ATT_MAX_SIGNATURE_FILE);
	int status = att_artifact_open(l->file->path, &fd, &size, why);
	if (status != ATT_OK)
		return status;
	status = att_file_read_fd(fd, l->file->path, buf, why);
	close(fd);
	*text = att_buf_str(buf);
	return status;
}

int att_attestations_add(struct att_attestations *set, const struct att_attestation_file *file,
			 const struct att_keyring *keys, int64_t now, struct att_err *err)
{
	const struct loading l = {set, file, keys, now, err};
	struct att_str name = att_str_of(file->path), text = file->bytes;
	struct att_attestation *item;
	struct att_err why = {0};
	int status = text.data ? ATT_OK : read_file(&l, &text, &why);
	if (status == ATT_ERR_MEMORY)
		return att_err_memory(err);
	if (status != ATT_OK) {
		status = push(&l, name, &item);
		if (status == ATT_OK)
			refuse_with_error(&l, item, &why);
		return status;
	}
	/* A file of nothing but empty lines is as wrong as any other empty file. */
	bool lines = is_lines(file) && att_str_trim(text).len > 0;
	return lines ? add_lines(&l, name, text) : add_text(&l, name, text);
}

enum att_outcome att_attestations_report(const struct att_attestations *set, struct att_str artifact,
					 struct att_steps *steps, struct att_findings *findings)
{
	enum att_outcome worst = ATT_HOLDS;
	for (size_t i = 0; i < set->count; i++) {
		const struct att_attestation *item = &set->items[i];
		if (item->outcome == ATT_HOLDS)
			continue;
		bool broken = item->outcome == ATT_CANNOT_TELL;
		const struct att_step step = {
			.name = "attestation",
			.outcome = broken ? ATT_CANNOT_TELL : ATT_NOT_CHECKED,
			.artifact = artifact,
			.expected = ATT_STR("a statement signed by a believed key"),
			.found = item->sentence,
		};
		const struct att_finding finding = {
			.code = item->code,
			.severity = broken ? ATT_ERROR : ATT_WARNING,
			.message = item->sentence,
			.file = item->name,
			.artifact = artifact,
		};
		att_steps_add(steps, &step);
		att_findings_add(findings, &finding);
		worst = broken ? ATT_CANNOT_TELL : worst;
	}
	return worst;
}

/* --- about what ---------------------------------------------------------------------------------------- */

static int by_position(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
	return x < y ? -1 : x > y;
}

int att_attestations_about(const struct att_attestations *set, const struct att_digest *digests,
			   size_t digest_count, struct att_arena *arena, const struct att_attestation ***out,
			   size_t *count, struct att_err *err)
{
	size_t found = 0, room = 0;
	*count = 0;
	for (size_t i = 0; i < digest_count; i++) {
		uint32_t at = NONE;
		(void)att_map_find(&set->by_digest, att_digest_str(&digests[i]), &at);
		for (; at != NONE; at = set->attested[at].next)
			room++;
	}
	uint32_t *positions = att_arena_alloc(arena, room, sizeof *positions);
	*out = att_arena_alloc(arena, room, sizeof **out);
	if (!positions || !*out)
		return att_err_memory(err);
	for (size_t i = 0; i < digest_count; i++) {
		uint32_t at = NONE;
		(void)att_map_find(&set->by_digest, att_digest_str(&digests[i]), &at);
		for (; at != NONE; at = set->attested[at].next) {
			const struct att_attested *entry = &set->attested[at];
			const struct att_subject *subject =
				&set->items[entry->item].statement.subjects[entry->subject];
			if (att_subject_matches(subject, digests, digest_count))
				positions[found++] = entry->item;
		}
	}
	qsort(positions, found, sizeof *positions, by_position);
	for (size_t i = 0; i < found; i++)
		if (i == 0 || positions[i] != positions[i - 1])
			(*out)[(*count)++] = &set->items[positions[i]];
	return ATT_OK;
}
