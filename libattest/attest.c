// SPDX-License-Identifier: Apache-2.0
/* The public face of libattest/verify: opaque objects, C strings, and failures that stay. */
#include "libattest/attest.h"

#include <openssl/crypto.h>
#include <stdlib.h>

#include "libattest/base/limits.h"
#include "libattest/base/utf8.h"
#include "libattest/verify/verify.h"

#include "libattest/base/banned.h"

_Static_assert((int)ATT_STATUS_OK == ATT_OK && (int)ATT_STATUS_MEMORY == ATT_ERR_MEMORY &&
		       (int)ATT_STATUS_MALFORMED == ATT_ERR_MALFORMED &&
		       (int)ATT_STATUS_UNSUPPORTED == ATT_ERR_UNSUPPORTED &&
		       (int)ATT_STATUS_LIMIT == ATT_ERR_LIMIT && (int)ATT_STATUS_IO == ATT_ERR_IO &&
		       (int)ATT_STATUS_NOT_FOUND == ATT_ERR_NOT_FOUND &&
		       (int)ATT_STATUS_USAGE == ATT_ERR_USAGE && (int)ATT_STATUS_REFUSED == ATT_ERR_REFUSED,
	       "both number errors alike");
_Static_assert((int)ATT_RESULT_NOT_CHECKED == ATT_NOT_CHECKED && (int)ATT_RESULT_HOLDS == ATT_HOLDS &&
		       (int)ATT_RESULT_REFUTED == ATT_REFUTED && (int)ATT_RESULT_CANNOT_TELL == ATT_CANNOT_TELL,
	       "both number outcomes alike");

struct att_verifier {
	struct att_keyring keys;
	bool has_policy, want_digest;
	uint32_t threshold;
	struct att_arena arena; /* of namespace and type */
	struct att_str name_space, predicate_type;
	struct att_arena signature_arena; /* apart, so that a verifier may serve for ever */
	struct att_signature_file *signatures;
	size_t signature_count, signature_capacity;
	struct att_err failure; /* of the last call that failed; none takes it back */
};

struct att_result {
	struct att_arena arena;
	enum att_result_outcome outcome;
	const char *sentence;
	struct att_result_step *steps;
	size_t step_count;
	bool has_sha256;
	uint8_t sha256[32];
};

const char *att_version(void)
{
	return ATT_VERSION;
}

/* --- setting up ---------------------------------------------------------------------------------------- */

struct att_verifier *att_verifier_new(void)
{
	/* OpenSSL 3.0 crashes later where its context could not be made; every other part of its start is the
	 * caller's to choose. */
	if (OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG, NULL) != 1 || !OSSL_LIB_CTX_get0_global_default())
		return NULL;
	return calloc(1, sizeof(struct att_verifier));
}

void att_verifier_free(struct att_verifier *verifier)
{
	if (!verifier)
		return;
	att_keyring_clear(&verifier->keys);
	att_arena_clear(&verifier->arena);
	att_arena_clear(&verifier->signature_arena);
	free(verifier);
}

const char *att_verifier_error(const struct att_verifier *verifier)
{
	return verifier ? verifier->failure.message : "no verifier was given";
}

const char *att_verifier_error_help(const struct att_verifier *verifier)
{
	return verifier ? verifier->failure.help : "";
}

/* Keeps what went wrong with the file or text `name`; ATT_STATUS_OK where nothing did. */
static enum att_status settle(struct att_verifier *verifier, int status, const char *name,
			      const struct att_err *err)
{
	if (status == ATT_OK)
		return ATT_STATUS_OK;
	if (err->place.line) {
		att_err_set(&verifier->failure, status, "%.200s:%u:%u: %s", name, err->place.line,
			    err->place.column, err->message);
		att_err_help(&verifier->failure, "%s", err->help);
	} else {
		verifier->failure = *err;
		verifier->failure.code = status;
	}
	return (enum att_status)status;
}

/* A call that makes no sense; `verifier` may be what it lacks. */
static enum att_status misused(struct att_verifier *verifier, const char *why)
{
	if (verifier)
		att_err_set(&verifier->failure, ATT_ERR_USAGE, "%s", why);
	return ATT_STATUS_USAGE;
}

static enum att_status add_key(struct att_verifier *verifier, const char *name, const struct att_str *bytes)
{
	static const struct att_key_options options;
	struct att_err err = {0};
	if (verifier->has_policy)
		return misused(verifier, "expected keys or a policy, found both");
	int status = bytes ? att_keyring_add_bytes(&verifier->keys, *bytes, att_str_of(name), &options, &err)
			   : att_keyring_add_file(&verifier->keys, name, &options, &err);
	return settle(verifier, status, name, &err);
}

enum att_status att_verifier_add_key_file(struct att_verifier *verifier, const char *path)
{
	if (!verifier || !path)
		return misused(verifier, "expected the path of a key, found none");
	return add_key(verifier, path, NULL);
}

enum att_status att_verifier_add_key(struct att_verifier *verifier, const char *name, const void *bytes,
				     size_t size)
{
	const struct att_str text = {bytes, size};
	if (!verifier || !name || !bytes)
		return misused(verifier, "expected a key and its name, found none");
	return add_key(verifier, name, &text);
}

enum att_status att_verifier_set_policy_file(struct att_verifier *verifier, const char *path)
{
	static const struct att_key_options options;
	struct att_err err = {0};
	if (!verifier || !path)
		return misused(verifier, "expected the path of a policy, found none");
	if (verifier->has_policy || verifier->keys.count > 0)
		return misused(verifier, "expected keys or one policy, found both or two");
	verifier->has_policy = true;
	int status = att_keyring_load_policy(&verifier->keys, path, &options, &err);
	return settle(verifier, status, path, &err);
}

enum att_status att_verifier_set_threshold(struct att_verifier *verifier, uint32_t threshold)
{
	if (!verifier || threshold == 0)
		return misused(verifier, "expected a threshold of at least 1, found 0");
	verifier->threshold = threshold;
	return ATT_STATUS_OK;
}

/* `bytes` may be NULL: a file to be read. */
static enum att_status add_signature(struct att_verifier *verifier, const char *name,
				     const struct att_str *bytes)
{
	struct att_err err = {0};
	struct att_arena *arena = &verifier->signature_arena;
	void *items = verifier->signatures;
	struct att_str path = att_arena_copy(arena, att_str_of(name)), copy = {NULL, 0};
	if (bytes)
		copy = att_arena_copy(arena, *bytes);
	if (!path.data || (bytes && !copy.data))
		return settle(verifier, att_err_memory(&err), name, &err);
	struct att_signature_file *slot = att_arena_push(arena, &items, &verifier->signature_count,
							 &verifier->signature_capacity, sizeof *slot);
	if (!slot)
		return settle(verifier, att_err_memory(&err), name, &err);
	verifier->signatures = items;
	*slot = (struct att_signature_file){path.data, copy};
	return ATT_STATUS_OK;
}

enum att_status att_verifier_add_signature_file(struct att_verifier *verifier, const char *path)
{
	if (!verifier || !path)
		return misused(verifier, "expected the path of a signature, found none");
	return add_signature(verifier, path, NULL);
}

enum att_status att_verifier_add_signature(struct att_verifier *verifier, const char *name, const void *bytes,
					   size_t size)
{
	const struct att_str text = {bytes, size};
	struct att_err err = {0};
	if (!verifier || !name || !bytes)
		return misused(verifier, "expected a signature and its name, found none");
	if (size <= ATT_MAX_SIGNATURE_FILE)
		return add_signature(verifier, name, &text);
	att_err_set(&err, ATT_ERR_LIMIT, "expected a signature of at most %zu bytes, found %zu",
		    (size_t)ATT_MAX_SIGNATURE_FILE, size);
	return settle(verifier, ATT_ERR_LIMIT, name, &err);
}

void att_verifier_clear_signatures(struct att_verifier *verifier)
{
	if (!verifier)
		return;
	att_arena_clear(&verifier->signature_arena);
	verifier->signatures = NULL;
	verifier->signature_count = verifier->signature_capacity = 0;
}

static enum att_status set_text(struct att_verifier *verifier, struct att_str *slot, const char *text)
{
	struct att_err err = {0};
	struct att_str copy = att_arena_copy(&verifier->arena, att_str_of(text));
	if (!copy.data)
		return settle(verifier, att_err_memory(&err), "", &err);
	*slot = copy;
	return ATT_STATUS_OK;
}

enum att_status att_verifier_set_namespace(struct att_verifier *verifier, const char *name)
{
	if (!verifier || !name || !*name)
		return misused(verifier, "expected a namespace, found none");
	return set_text(verifier, &verifier->name_space, name);
}

enum att_status att_verifier_set_predicate_type(struct att_verifier *verifier, const char *type)
{
	if (!verifier || !type || !*type)
		return misused(verifier, "expected a predicate type, found none");
	return set_text(verifier, &verifier->predicate_type, type);
}

void att_verifier_want_sha256(struct att_verifier *verifier)
{
	if (verifier)
		verifier->want_digest = true;
}

/* --- verification -------------------------------------------------------------------------------------- */

/* Text for people: visible, and ended by a NUL. NULL when memory is out. */
static const char *show(struct att_result *result, struct att_str text)
{
	struct att_buf visible;
	att_buf_init(&visible, ATT_MAX_OUTPUT);
	att_utf8_add_visible(&visible, text);
	struct att_str copy = {NULL, 0};
	if (att_buf_ok(&visible))
		copy = att_arena_copy(&result->arena, att_buf_str(&visible));
	att_buf_clear(&visible);
	return copy.data;
}

static bool copy_steps(struct att_result *result, const struct att_steps *steps)
{
	result->steps = att_arena_alloc(&result->arena, steps->count, sizeof *result->steps);
	if (!result->steps)
		return false;
	result->step_count = steps->count;
	for (size_t i = 0; i < steps->count; i++) {
		const struct att_step *step = &steps->items[i];
		struct att_result_step *copy = &result->steps[i];
		*copy = (struct att_result_step){
			.name = step->name,
			.outcome = (enum att_result_outcome)step->outcome,
			.expected = show(result, step->expected),
			.found = show(result, step->found),
		};
		if (!copy->expected || !copy->found)
			return false;
	}
	return true;
}

/* NULL when memory is out: half a result might leave out what speaks against the file. */
static struct att_result *make_result(const struct att_verdict *verdict)
{
	struct att_result *result = calloc(1, sizeof *result);
	if (!result)
		return NULL;
	result->sentence = show(result, verdict->sentence);
	if (!result->sentence || !copy_steps(result, &verdict->steps)) {
		att_result_free(result);
		return NULL;
	}
	result->has_sha256 = verdict->digest.kind == ATT_SHA256;
	if (result->has_sha256)
		memcpy(result->sha256, verdict->digest.bytes, sizeof result->sha256);
	result->outcome = (enum att_result_outcome)verdict->outcome;
	return result;
}

static struct att_result *refuse(const char *why)
{
	struct att_verdict verdict = {.outcome = ATT_CANNOT_TELL, .sentence = att_str_of(why)};
	return make_result(&verdict);
}

/* From `path`, or from `fd` when there is none. */
static struct att_result *verify(const struct att_verifier *verifier, const char *path, int fd,
				 const char *name, int64_t now)
{
	struct att_verdict verdict;
	if (verifier->failure.code != ATT_OK)
		return refuse(verifier->failure.message);
	const struct att_verify_options options = {
		.keys = &verifier->keys,
		.now = now,
		.threshold = verifier->threshold,
		.signatures = verifier->signatures,
		.signature_count = verifier->signature_count,
		.name_space = verifier->name_space,
		.predicate_types = &verifier->predicate_type,
		.predicate_type_count = verifier->predicate_type.len > 0,
		.want_digest = verifier->want_digest,
	};
	if (path)
		att_verify_file(path, &options, &verdict);
	else
		att_verify_fd(fd, name, &options, &verdict);
	struct att_result *result = make_result(&verdict);
	att_verdict_clear(&verdict);
	return result;
}

struct att_result *att_verifier_verify_file(const struct att_verifier *verifier, const char *path, int64_t now)
{
	if (!verifier || !path)
		return refuse("expected a verifier and a path, found none");
	return verify(verifier, path, -1, NULL, now);
}

struct att_result *att_verifier_verify_fd(const struct att_verifier *verifier, int fd, const char *name,
					  int64_t now)
{
	if (!verifier || !name)
		return refuse("expected a verifier and a name, found none");
	return verify(verifier, NULL, fd, name, now);
}

/* --- results ------------------------------------------------------------------------------------------- */

void att_result_free(struct att_result *result)
{
	if (!result)
		return;
	att_arena_clear(&result->arena);
	free(result);
}

bool att_result_holds(const struct att_result *result)
{
	return att_result_outcome(result) == ATT_RESULT_HOLDS;
}

enum att_result_outcome att_result_outcome(const struct att_result *result)
{
	return result ? result->outcome : ATT_RESULT_NOT_CHECKED;
}

const char *att_result_sentence(const struct att_result *result)
{
	return result ? result->sentence : "not checked: out of memory";
}

size_t att_result_step_count(const struct att_result *result)
{
	return result ? result->step_count : 0;
}

const struct att_result_step *att_result_step(const struct att_result *result, size_t i)
{
	return result && i < result->step_count ? &result->steps[i] : NULL;
}

const uint8_t *att_result_sha256(const struct att_result *result)
{
	return result && result->has_sha256 ? result->sha256 : NULL;
}

const char *att_result_outcome_name(enum att_result_outcome outcome)
{
	switch (outcome) {
	case ATT_RESULT_HOLDS:
	case ATT_RESULT_REFUTED:
	case ATT_RESULT_CANNOT_TELL:
		return att_outcome_name((enum att_outcome)outcome);
	case ATT_RESULT_NOT_CHECKED:
		break;
	}
	return "not checked";
}
