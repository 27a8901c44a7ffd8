// SPDX-License-Identifier: Apache-2.0
#include "libattest/sign/digest.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <poll.h>
#include <sodium.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "libattest/base/banned.h"

/* Large enough that system calls do not show, small enough for a processor's second cache and for many files at
 * once; 64 KiB to 1 MiB measure alike. */
enum { BLOCK = 128 << 10 };

static const struct {
	const char *name, *openssl;
	size_t size;
} algorithms[] = {
	[ATT_DIGEST_NONE] = {"none", NULL, 0},
	[ATT_SHA256] = {"sha256", "SHA2-256", 32},
	[ATT_SHA384] = {"sha384", "SHA2-384", 48},
	[ATT_SHA512] = {"sha512", "SHA2-512", 64},
	[ATT_BLAKE2B] = {"blake2b", "BLAKE2B-512", 64}, /* faster than libsodium's with AVX2 */
	[ATT_SHA1] = {"sha1", "SHA1", 20},
	[ATT_MD5] = {"md5", "MD5", 16},
};

enum { KINDS = sizeof algorithms / sizeof algorithms[0] };

/* Other spellings, in any case of letters: of OpenSSL, coreutils, the BSDs, SPDX and CycloneDX. */
static const struct {
	const char *name;
	enum att_digest_kind kind;
} spellings[] = {
	{"sha-256", ATT_SHA256},      {"sha2-256", ATT_SHA256},     {"sha-384", ATT_SHA384},
	{"sha2-384", ATT_SHA384},     {"sha-512", ATT_SHA512},      {"sha2-512", ATT_SHA512},
	{"b2", ATT_BLAKE2B},          {"blake2b-512", ATT_BLAKE2B}, {"blake2b512", ATT_BLAKE2B},
	{"blake2b_512", ATT_BLAKE2B}, {"sha-1", ATT_SHA1},
};

size_t att_digest_size(enum att_digest_kind kind)
{
	return (unsigned)kind < KINDS ? algorithms[kind].size : 0;
}

const char *att_digest_name(enum att_digest_kind kind)
{
	return algorithms[(unsigned)kind < KINDS ? kind : ATT_DIGEST_NONE].name;
}

enum att_digest_kind att_digest_by_name(struct att_str name)
{
	for (size_t i = ATT_DIGEST_NONE + 1; i < KINDS; i++)
		if (att_str_equal_nocase(name, att_str_of(algorithms[i].name)))
			return (enum att_digest_kind)i;
	for (size_t i = 0; i < sizeof spellings / sizeof spellings[0]; i++)
		if (att_str_equal_nocase(name, att_str_of(spellings[i].name)))
			return spellings[i].kind;
	return ATT_DIGEST_NONE;
}

bool att_digest_is_weak(enum att_digest_kind kind)
{
	return kind == ATT_SHA1 || kind == ATT_MD5;
}

bool att_digest_equal(const struct att_digest *a, const struct att_digest *b)
{
	return a->kind != ATT_DIGEST_NONE && a->kind == b->kind &&
	       att_str_equal(att_digest_str(a), att_digest_str(b));
}

void att_digest_hex(const struct att_digest *digest, char out[static ATT_DIGEST_TEXT + 1])
{
	sodium_bin2hex(out, ATT_DIGEST_TEXT + 1, digest->bytes, att_digest_size(digest->kind));
}

/* --- one digest that is being made --------------------------------------------------------------------- */

/* The library names no reason; its digests do not fail but for memory. */
static int failed(struct att_err *err)
{
	return att_err_set(err, ATT_ERR_MEMORY, "the cryptographic library could not make a digest");
}

static bool add(EVP_MD_CTX *hasher, struct att_str bytes)
{
	return bytes.len == 0 || EVP_DigestUpdate(hasher, bytes.data, bytes.len) == 1;
}

/* Free *hasher with EVP_MD_CTX_free. */
static int start(EVP_MD_CTX **hasher, enum att_digest_kind kind, struct att_str prefix, struct att_err *err)
{
	*hasher = NULL;
	if (att_digest_size(kind) == 0)
		return att_err_set(err, ATT_ERR_USAGE, "expected a kind of digest, found none");
	/* No configuration file, and none that the environment names, has a say in what a digest is. */
	OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG, NULL);
	EVP_MD *algorithm = EVP_MD_fetch(NULL, algorithms[kind].openssl, NULL);
	if (!algorithm)
		return att_err_set(err, ATT_ERR_UNSUPPORTED, "the cryptographic library has no %s",
				   algorithms[kind].openssl);
	EVP_MD_CTX *made = EVP_MD_CTX_new();
	bool started = made && EVP_DigestInit_ex2(made, algorithm, NULL) == 1 && add(made, prefix);
	EVP_MD_free(algorithm);
	if (!started) {
		EVP_MD_CTX_free(made);
		return failed(err);
	}
	*hasher = made;
	return ATT_OK;
}

static bool finish(EVP_MD_CTX *hasher, enum att_digest_kind kind, struct att_digest *digest)
{
	unsigned size = 0;
	bool done = EVP_DigestFinal_ex(hasher, digest->bytes, &size) == 1 && size == algorithms[kind].size;
	digest->kind = done ? kind : ATT_DIGEST_NONE;
	return done;
}

int att_digest_bytes(enum att_digest_kind kind, struct att_str bytes, struct att_digest *out,
		     struct att_err *err)
{
	EVP_MD_CTX *hasher;
	*out = (struct att_digest){ATT_DIGEST_NONE, {0}};
	int status = start(&hasher, kind, bytes, err);
	if (status != ATT_OK)
		return status;
	if (!finish(hasher, kind, out))
		status = failed(err);
	EVP_MD_CTX_free(hasher);
	return status;
}

struct att_digest_stream {
	enum att_digest_kind kind;
	EVP_MD_CTX *hasher;
};

int att_digest_stream_new(enum att_digest_kind kind, struct att_digest_stream **out, struct att_err *err)
{
	struct att_digest_stream *stream = calloc(1, sizeof *stream);
	*out = NULL;
	if (!stream)
		return att_err_memory(err);
	stream->kind = kind;
	int status = start(&stream->hasher, kind, (struct att_str){NULL, 0}, err);
	if (status == ATT_OK)
		*out = stream;
	else
		free(stream);
	return status;
}

int att_digest_stream_add(struct att_digest_stream *stream, struct att_str bytes, struct att_err *err)
{
	return add(stream->hasher, bytes) ? ATT_OK : failed(err);
}

int att_digest_stream_end(struct att_digest_stream *stream, struct att_digest *out, struct att_err *err)
{
	*out = (struct att_digest){ATT_DIGEST_NONE, {0}};
	return finish(stream->hasher, stream->kind, out) ? ATT_OK : failed(err);
}

void att_digest_stream_free(struct att_digest_stream *stream)
{
	if (stream)
		EVP_MD_CTX_free(stream->hasher);
	free(stream);
}

/* --- files --------------------------------------------------------------------------------------------- */

static const char *kind_of_file(mode_t mode)
{
	return S_ISDIR(mode)    ? "a folder"
	       : S_ISFIFO(mode) ? "a FIFO"
	       : S_ISSOCK(mode) ? "a socket"
				: "a device";
}

int att_artifact_open(const char *path, int *fd, uint64_t *size, struct att_err *err)
{
	struct stat st;
	int status = ATT_OK;
	*fd = -1;
	*size = 0;
	int opened = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (opened < 0 && errno == ENXIO)
		return att_err_set(err, ATT_ERR_REFUSED,
				   "expected a regular file, found a socket or a device at %s", path);
	if (opened < 0)
		return att_err_set_errno(err, errno, "cannot open %s", path);
	if (fstat(opened, &st) != 0)
		status = att_err_set_errno(err, errno, "cannot stat %s", path);
	else if (!S_ISREG(st.st_mode))
		status = att_err_set(err, ATT_ERR_REFUSED, "expected a regular file, found %s at %s",
				     kind_of_file(st.st_mode), path);
	if (status != ATT_OK) {
		close(opened);
		return status;
	}
	*fd = opened;
	*size = (uint64_t)st.st_size;
	return ATT_OK;
}

/* What is being read, and what it was when reading began. */
struct reading {
	int fd;
	const char *name;
	struct stat before;
	uint64_t due; /* bytes from the offset to the end; UINT64_MAX for what has no size */
	uint64_t total;
};

static int begin_reading(struct reading *reading, struct att_err *err)
{
	if (fstat(reading->fd, &reading->before) != 0)
		return att_err_set_errno(err, errno, "cannot stat %s", reading->name);
	reading->due = UINT64_MAX;
	if (!S_ISREG(reading->before.st_mode))
		return ATT_OK;
	off_t offset = lseek(reading->fd, 0, SEEK_CUR);
	if (offset < 0)
		return att_err_set_errno(err, errno, "cannot read %s", reading->name);
	reading->due = offset < reading->before.st_size ? (uint64_t)(reading->before.st_size - offset) : 0;
	(void)posix_fadvise(reading->fd, 0, 0, POSIX_FADV_SEQUENTIAL); /* a hint */
	return ATT_OK;
}

/* *got is 0 at the end. */
static int read_block(struct reading *reading, char *block, size_t room, size_t *got, struct att_err *err)
{
	for (;;) {
		ssize_t result = read(reading->fd, block, room);
		if (result >= 0) {
			*got = (size_t)result;
			return ATT_OK;
		}
		/* Whoever gave us a pipe may have made it non-blocking. */
		struct pollfd wait = {.fd = reading->fd, .events = POLLIN};
		if (errno == EAGAIN && (poll(&wait, 1, -1) >= 0 || errno == EINTR))
			continue;
		if (errno != EINTR)
			return att_err_set_errno(err, errno, "cannot read %s", reading->name);
	}
}

static int changed(const struct reading *reading, struct att_err *err)
{
	att_err_set(err, ATT_ERR_IO, "%s changed while it was read", reading->name);
	att_err_help(err, "try again when nobody writes to it");
	return ATT_ERR_IO;
}

/* Neither the time of the last access, which reading itself sets, nor that of the last change of status, which
 * a new name or new permissions set. */
static int end_reading(const struct reading *reading, struct att_err *err)
{
	struct stat after;
	if (!S_ISREG(reading->before.st_mode))
		return ATT_OK;
	if (fstat(reading->fd, &after) != 0)
		return att_err_set_errno(err, errno, "cannot stat %s", reading->name);
	if (reading->total != reading->due || after.st_size != reading->before.st_size ||
	    after.st_mtim.tv_sec != reading->before.st_mtim.tv_sec ||
	    after.st_mtim.tv_nsec != reading->before.st_mtim.tv_nsec)
		return changed(reading, err);
	return ATT_OK;
}

/* A hasher per job; jobs of one kind without a prefix share that of the first of them. */
struct plan {
	EVP_MD_CTX **hashers;
	size_t *same_as; /* the job whose hasher a job uses, mostly its own */
	size_t count;
};

static void plan_free(struct plan *plan)
{
	for (size_t i = 0; plan->hashers && i < plan->count; i++)
		EVP_MD_CTX_free(plan->hashers[i]);
	free(plan->hashers);
	free(plan->same_as);
}

static int plan_start(struct plan *plan, const struct att_digest_job *jobs, size_t count, struct att_err *err)
{
	size_t first[KINDS];
	for (size_t i = 0; i < KINDS; i++)
		first[i] = SIZE_MAX;
	plan->count = count;
	plan->hashers = calloc(count ? count : 1, sizeof *plan->hashers);
	plan->same_as = calloc(count ? count : 1, sizeof *plan->same_as);
	if (!plan->hashers || !plan->same_as)
		return att_err_memory(err);
	for (size_t i = 0; i < count; i++) {
		enum att_digest_kind kind = jobs[i].kind;
		bool plain = att_digest_size(kind) > 0 && jobs[i].prefix.len == 0;
		plan->same_as[i] = plain && first[kind] != SIZE_MAX ? first[kind] : i;
		if (plan->same_as[i] != i)
			continue;
		int status = start(&plan->hashers[i], kind, jobs[i].prefix, err);
		if (status != ATT_OK)
			return status;
		if (plain)
			first[kind] = i;
	}
	return ATT_OK;
}

static bool plan_add(struct plan *plan, struct att_str bytes)
{
	for (size_t i = 0; i < plan->count; i++)
		if (plan->same_as[i] == i && !add(plan->hashers[i], bytes))
			return false;
	return true;
}

static int plan_finish(struct plan *plan, struct att_digest_job *jobs, struct att_err *err)
{
	for (size_t i = 0; i < plan->count; i++) {
		if (plan->same_as[i] != i)
			jobs[i].digest = jobs[plan->same_as[i]].digest;
		else if (!finish(plan->hashers[i], jobs[i].kind, &jobs[i].digest))
			return failed(err);
	}
	return ATT_OK;
}

static int read_all(struct reading *reading, struct plan *plan, const struct att_progress *progress,
		    struct att_err *err)
{
	/* A small file takes a small block; one byte more than is due shows that a file grew. */
	size_t room = reading->due < BLOCK ? (size_t)reading->due + 1 : BLOCK, got = 0;
	char *block = malloc(room);
	if (!block)
		return att_err_memory(err);
	int status = ATT_OK;
	while ((status = read_block(reading, block, room, &got, err)) == ATT_OK && got > 0) {
		reading->total += got;
		if (reading->total > reading->due)
			status = changed(reading, err);
		else if (!plan_add(plan, (struct att_str){block, got}))
			status = failed(err);
		if (status != ATT_OK)
			break;
		att_progress_add(progress, got);
	}
	free(block);
	return status;
}

int att_digest_run(int fd, const char *name, struct att_digest_job *jobs, size_t count,
		   const struct att_progress *progress, uint64_t *total, struct att_err *err)
{
	struct plan plan = {NULL, NULL, 0};
	struct reading reading = {.fd = fd, .name = name};
	if (total)
		*total = 0;
	for (size_t i = 0; i < count; i++)
		jobs[i].digest = (struct att_digest){ATT_DIGEST_NONE, {0}};
	int status = plan_start(&plan, jobs, count, err);
	if (status == ATT_OK)
		status = begin_reading(&reading, err);
	if (status == ATT_OK)
		status = read_all(&reading, &plan, progress, err);
	if (status == ATT_OK)
		status = end_reading(&reading, err);
	if (status == ATT_OK)
		status = plan_finish(&plan, jobs, err);
	for (size_t i = 0; status != ATT_OK && i < count; i++)
		jobs[i].digest = (struct att_digest){ATT_DIGEST_NONE, {0}};
	if (status == ATT_OK && total)
		*total = reading.total;
	plan_free(&plan);
	return status;
}
