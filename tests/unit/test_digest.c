// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <pthread.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "libattest/base/file.h"
#include "libattest/sign/digest.h"

static const enum att_digest_kind all[] = {ATT_SHA256, ATT_SHA384, ATT_SHA512, ATT_BLAKE2B, ATT_SHA1, ATT_MD5};
enum { ALL = sizeof all / sizeof all[0] };

static int remove_one(const char *path, const struct stat *st, int kind, struct FTW *walk)
{
	(void)st;
	(void)kind;
	(void)walk;
	return remove(path);
}

static int enter_folder(void **state)
{
	char *folder = strdup("/tmp/attest-test-digest-XXXXXX");
	if (!folder || !mkdtemp(folder) || chdir(folder) != 0) {
		free(folder);
		return -1;
	}
	*state = folder;
	return 0;
}

static int leave_folder(void **state)
{
	int status = chdir("/") == 0 ? nftw(*state, remove_one, 8, FTW_DEPTH | FTW_PHYS) : -1;
	free(*state);
	return status;
}

static void put(const char *path, struct att_str bytes)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0644);
	assert_true(fd >= 0);
	assert_int_equal(att_file_write_fd(fd, path, bytes, NULL), ATT_OK);
	close(fd);
}

static void assert_hex(const struct att_digest *digest, const char *hex)
{
	char text[ATT_DIGEST_TEXT + 1];
	att_digest_hex(digest, text);
	assert_string_equal(text, hex);
}

static void assert_bytes(enum att_digest_kind kind, struct att_str bytes, const char *hex)
{
	struct att_digest digest;
	assert_int_equal(att_digest_bytes(kind, bytes, &digest, NULL), ATT_OK);
	assert_int_equal(digest.kind, kind);
	assert_hex(&digest, hex);
}

/* The examples of FIPS 180-4's companion, RFC 7693 appendix A, RFC 3174 section 7.3 and RFC 1321 A.5. */
static void test_vectors(void **state)
{
	const struct att_str abc = ATT_STR("abc"), none = ATT_STR("");
	const struct att_str two = ATT_STR("abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmno"
					   "ijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu");
	(void)state;
	assert_bytes(ATT_SHA256, abc, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
	assert_bytes(ATT_SHA256, none, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
	assert_bytes(ATT_SHA256, ATT_STR("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"),
		     "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
	assert_bytes(ATT_SHA384, abc,
		     "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed"
		     "8086072ba1e7cc2358baeca134c825a7");
	assert_bytes(ATT_SHA384, two,
		     "09330c33f71147e83d192fc782cd1b4753111b173b3b05d22fa08086e3b0f712"
		     "fcc7c71a557e2db966c3e9fa91746039");
	assert_bytes(ATT_SHA512, abc,
		     "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
		     "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f");
	assert_bytes(ATT_SHA512, two,
		     "8e959b75dae313da8cf4f72814fc143f8f7779c6eb9f7fa17299aeadb6889018"
		     "501d289e4900f7e4331b99dec4b5433ac7d329eeb6dd26545e96e55b874be909");
	assert_bytes(ATT_BLAKE2B, abc,
		     "ba80a53f981c4d0d6a2797b69f12f6e94c212f14685ac4b74b12bb6fdbffa2d1"
		     "7d87c5392aab792dc252d5de4533cc9518d38aa8dbf1925ab92386edd4009923");
	assert_bytes(ATT_SHA1, abc, "a9993e364706816aba3e25717850c26c9cd0d89d");
	assert_bytes(ATT_MD5, abc, "900150983cd24fb0d6963f7d28e17f72");
	assert_bytes(ATT_MD5, none, "d41d8cd98f00b204e9800998ecf8427e");
}

static void test_names(void **state)
{
	static const struct {
		const char *name;
		enum att_digest_kind kind;
	} cases[] = {
		{"sha256", ATT_SHA256},
		{"SHA256", ATT_SHA256},
		{"SHA2-256", ATT_SHA256},
		{"SHA-256", ATT_SHA256},
		{"sha384", ATT_SHA384},
		{"SHA-384", ATT_SHA384},
		{"sha512", ATT_SHA512},
		{"SHA2-512", ATT_SHA512},
		{"b2", ATT_BLAKE2B},
		{"BLAKE2b", ATT_BLAKE2B},
		{"blake2b512", ATT_BLAKE2B},
		{"BLAKE2b-512", ATT_BLAKE2B},
		{"SHA1", ATT_SHA1},
		{"sha-1", ATT_SHA1},
		{"MD5", ATT_MD5},
		{"", ATT_DIGEST_NONE},
		{"none", ATT_DIGEST_NONE},
		{"sha", ATT_DIGEST_NONE},
		{"sha224", ATT_DIGEST_NONE},
		{"sha25", ATT_DIGEST_NONE},
		{"sha256 ", ATT_DIGEST_NONE},
		{"sha3-256", ATT_DIGEST_NONE},
		{"BLAKE2b-256", ATT_DIGEST_NONE},
		{"BLAKE2s", ATT_DIGEST_NONE},
		{"sha512/256", ATT_DIGEST_NONE},
		{"SHA512-256", ATT_DIGEST_NONE},
	};
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		if (att_digest_by_name(att_str_of(cases[i].name)) != cases[i].kind)
			fail_msg("%s", cases[i].name);
	for (size_t i = 0; i < ALL; i++)
		assert_int_equal(att_digest_by_name(att_str_of(att_digest_name(all[i]))), all[i]);
	assert_int_equal(att_digest_by_name((struct att_str){"sha256\0", 7}), ATT_DIGEST_NONE);
	assert_int_equal(att_digest_size(ATT_DIGEST_NONE), 0);
	assert_int_equal(att_digest_size(ATT_SHA384), 48);
	assert_int_equal(att_digest_size(ATT_BLAKE2B), 64);
	assert_true(att_digest_is_weak(ATT_MD5) && att_digest_is_weak(ATT_SHA1));
	assert_false(att_digest_is_weak(ATT_SHA256) || att_digest_is_weak(ATT_BLAKE2B) ||
		     att_digest_is_weak(ATT_DIGEST_NONE));
}

static void test_equal(void **state)
{
	struct att_digest a = {ATT_SHA256, {1}}, b = {ATT_SHA256, {1}}, none = {ATT_DIGEST_NONE, {0}};
	(void)state;
	assert_true(att_digest_equal(&a, &b));
	b.bytes[32] = 9; /* behind a SHA-256 */
	assert_true(att_digest_equal(&a, &b));
	b.bytes[31] = 9;
	assert_false(att_digest_equal(&a, &b));
	/* 64 bytes of two kinds, and what was never filled */
	struct att_digest c = {ATT_SHA512, {1}}, d = {ATT_BLAKE2B, {1}};
	assert_false(att_digest_equal(&c, &d));
	assert_false(att_digest_equal(&none, &none));
	assert_int_equal(att_digest_str(&none).len, 0);
	char text[ATT_DIGEST_TEXT + 1];
	att_digest_hex(&none, text);
	assert_string_equal(text, "");
}

static void test_bytes_refuses(void **state)
{
	struct att_digest digest = {ATT_SHA256, {1}};
	struct att_err err;
	(void)state;
	assert_int_equal(att_digest_bytes(ATT_DIGEST_NONE, ATT_STR("x"), &digest, &err), ATT_ERR_USAGE);
	assert_int_equal(digest.kind, ATT_DIGEST_NONE);
}

static void advance(void *context, uint64_t bytes)
{
	*(uint64_t *)context += bytes;
}

/* Every length around the block and its borders, in all kinds at once, compared with one digest in memory. */
static void test_run_lengths(void **state)
{
	static const size_t lengths[] = {0,      1,      127,    128,    4095,         131071,
					 131072, 131073, 262143, 262144, (1 << 20) + 7};
	char *bytes = malloc(2 << 20);
	(void)state;
	assert_non_null(bytes);
	for (size_t i = 0; i < 2 << 20; i++)
		bytes[i] = (char)(i * 2654435761u >> 24);
	for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
		struct att_str content = {bytes, lengths[i]};
		struct att_digest_job jobs[ALL];
		struct att_digest want;
		uint64_t size, total, told = 0;
		const struct att_progress progress = {advance, &told};
		int fd;
		put("f", content);
		assert_int_equal(att_artifact_open("f", &fd, &size, NULL), ATT_OK);
		assert_int_equal(size, lengths[i]);
		for (size_t k = 0; k < ALL; k++)
			jobs[k] = (struct att_digest_job){.kind = all[k]};
		assert_int_equal(att_digest_run(fd, "f", jobs, ALL, &progress, &total, NULL), ATT_OK);
		assert_int_equal(total, lengths[i]);
		assert_int_equal(told, lengths[i]);
		for (size_t k = 0; k < ALL; k++) {
			assert_int_equal(att_digest_bytes(all[k], content, &want, NULL), ATT_OK);
			assert_true(att_digest_equal(&want, &jobs[k].digest));
		}
		close(fd);
	}
	free(bytes);
}

static void test_prefix_and_sharing(void **state)
{
	struct att_digest_job jobs[] = {
		{.kind = ATT_SHA256},
		{.kind = ATT_SHA256, .prefix = ATT_STR("a")},
		{.kind = ATT_BLAKE2B, .prefix = ATT_STR("a")},
		{.kind = ATT_SHA256},
		{.kind = ATT_SHA512},
		{.kind = ATT_SHA256, .prefix = ATT_STR("a")},
		{.kind = ATT_SHA512},
	};
	int fd;
	uint64_t size;
	(void)state;
	put("f", ATT_STR("bc"));
	assert_int_equal(att_artifact_open("f", &fd, &size, NULL), ATT_OK);
	assert_int_equal(att_digest_run(fd, "f", jobs, sizeof jobs / sizeof jobs[0], NULL, NULL, NULL), ATT_OK);
	close(fd);
	const char *abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
	struct att_digest bc;
	assert_int_equal(att_digest_bytes(ATT_SHA256, ATT_STR("bc"), &bc, NULL), ATT_OK);
	assert_true(att_digest_equal(&jobs[0].digest, &bc));
	assert_hex(&jobs[1].digest, abc);
	assert_int_equal(jobs[2].digest.kind, ATT_BLAKE2B);
	assert_int_equal(jobs[2].digest.bytes[0], 0xba);
	assert_true(att_digest_equal(&jobs[3].digest, &bc));
	assert_hex(&jobs[5].digest, abc);
	assert_int_equal(att_digest_bytes(ATT_SHA512, ATT_STR("bc"), &bc, NULL), ATT_OK);
	assert_true(att_digest_equal(&jobs[4].digest, &bc));
	assert_true(att_digest_equal(&jobs[6].digest, &bc));
}

/* From the offset on: a caller may have read a header. No job at all reads the file all the same. */
static void test_offset(void **state)
{
	struct att_digest_job job = {.kind = ATT_SHA256};
	uint64_t total;
	(void)state;
	put("f", ATT_STR("xxxabc"));
	int fd = open("f", O_RDONLY);
	assert_int_equal(lseek(fd, 3, SEEK_SET), 3);
	assert_int_equal(att_digest_run(fd, "f", &job, 1, NULL, &total, NULL), ATT_OK);
	assert_hex(&job.digest, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
	assert_int_equal(total, 3);
	assert_int_equal(lseek(fd, 1, SEEK_SET), 1);
	assert_int_equal(att_digest_run(fd, "f", NULL, 0, NULL, &total, NULL), ATT_OK);
	assert_int_equal(total, 5);
	assert_int_equal(lseek(fd, 100, SEEK_SET), 100);
	assert_int_equal(att_digest_run(fd, "f", &job, 1, NULL, &total, NULL), ATT_OK);
	assert_int_equal(total, 0);
	close(fd);
}

static void test_sparse(void **state)
{
	struct att_digest_job job = {.kind = ATT_SHA256};
	uint64_t total;
	(void)state;
	put("f", ATT_STR(""));
	assert_int_equal(truncate("f", 64 << 20), 0);
	int fd = open("f", O_RDONLY);
	assert_int_equal(att_digest_run(fd, "f", &job, 1, NULL, &total, NULL), ATT_OK);
	assert_int_equal(total, 64 << 20);
	assert_hex(&job.digest, "3b6a07d0d404fab4e23b6d34bc6696a6a312dd92821332385e5af7c01c421351");
	close(fd);
}

/* --- files that change --------------------------------------------------------------------------------- */

struct change {
	void (*make)(void);
	bool done;
};

static void change_once(void *context, uint64_t bytes)
{
	struct change *change = context;
	(void)bytes;
	if (!change->done)
		change->make();
	change->done = true;
}

/* The time of the last change is set back, so that the length alone tells. */
static void set_back(const struct stat *st)
{
	const struct timespec times[2] = {st->st_atim, st->st_mtim};
	assert_int_equal(utimensat(AT_FDCWD, "f", times, 0), 0);
}

static void grow(void)
{
	struct stat st;
	assert_int_equal(stat("f", &st), 0);
	int fd = open("f", O_WRONLY | O_APPEND);
	assert_int_equal(write(fd, "more", 4), 4);
	close(fd);
	set_back(&st);
}

static void shrink(void)
{
	struct stat st;
	assert_int_equal(stat("f", &st), 0);
	assert_int_equal(truncate("f", 5), 0);
	set_back(&st);
}

/* The same length, at a later time: the clock that files are stamped by moves every few milliseconds. */
static void rewrite(void)
{
	usleep(20000);
	int fd = open("f", O_WRONLY);
	assert_int_equal(write(fd, "other", 5), 5);
	close(fd);
}

static void look_at(void)
{
	const struct timespec times[2] = {{.tv_sec = 1000}, {.tv_nsec = UTIME_OMIT}};
	assert_int_equal(utimensat(AT_FDCWD, "f", times, 0), 0);
}

static void rename_and_chmod(void)
{
	assert_int_equal(rename("f", "g"), 0);
	assert_int_equal(chmod("g", 0600), 0);
}

static int run_with(void (*make)(void), struct att_digest_job *job, struct att_err *err)
{
	struct change change = {make, false};
	const struct att_progress progress = {change_once, &change};
	uint64_t total = 7;
	put("f", ATT_STR("something"));
	int fd = open("f", O_RDONLY);
	*job = (struct att_digest_job){.kind = ATT_SHA256};
	int status = att_digest_run(fd, "f", job, 1, &progress, &total, err);
	assert_true(change.done);
	assert_int_equal(total, status == ATT_OK ? 9 : 0);
	close(fd);
	return status;
}

static void test_changed(void **state)
{
	static void (*const changes[])(void) = {grow, shrink, rewrite};
	struct att_digest_job job;
	struct att_err err;
	(void)state;
	for (size_t i = 0; i < sizeof changes / sizeof changes[0]; i++) {
		assert_int_equal(run_with(changes[i], &job, &err), ATT_ERR_IO);
		assert_string_equal(err.message, "f changed while it was read");
		assert_string_equal(err.help, "try again when nobody writes to it");
		assert_int_equal(job.digest.kind, ATT_DIGEST_NONE);
	}
}

static void test_not_changed(void **state)
{
	struct att_digest_job job;
	(void)state;
	assert_int_equal(run_with(look_at, &job, NULL), ATT_OK);
	assert_int_equal(job.digest.kind, ATT_SHA256);
	assert_int_equal(run_with(rename_and_chmod, &job, NULL), ATT_OK);
}

/* --- what is no regular file --------------------------------------------------------------------------- */

static void *write_slowly(void *context)
{
	int fd = *(int *)context;
	for (int i = 0; i < 3; i++) {
		usleep(2000);
		if (write(fd, &"abc"[i], 1) != 1)
			break;
	}
	close(fd);
	return NULL;
}

static void test_pipe(void **state)
{
	(void)state;
	for (int flags = 0; flags <= O_NONBLOCK; flags += O_NONBLOCK) {
		struct att_digest_job job = {.kind = ATT_SHA256};
		pthread_t writer;
		uint64_t total;
		int ends[2];
		assert_int_equal(pipe2(ends, flags), 0);
		assert_int_equal(pthread_create(&writer, NULL, write_slowly, &ends[1]), 0);
		assert_int_equal(att_digest_run(ends[0], "standard input", &job, 1, NULL, &total, NULL),
				 ATT_OK);
		assert_int_equal(total, 3);
		assert_hex(&job.digest, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
		assert_int_equal(pthread_join(writer, NULL), 0);
		close(ends[0]);
	}
}

static void assert_open_fails(const char *path, int code, const char *message)
{
	struct att_err err;
	int fd = 7;
	uint64_t size = 7;
	assert_int_equal(att_artifact_open(path, &fd, &size, &err), code);
	assert_int_equal(fd, -1);
	assert_int_equal(size, 0);
	if (!strstr(err.message, message))
		fail_msg("%s", err.message);
}

static void test_open_refuses(void **state)
{
	(void)state;
	assert_open_fails("nowhere", ATT_ERR_NOT_FOUND, "cannot open nowhere");
	assert_open_fails("", ATT_ERR_NOT_FOUND, "cannot open");
	assert_int_equal(mkdir("folder", 0755), 0);
	assert_open_fails("folder", ATT_ERR_REFUSED, "expected a regular file, found a folder at folder");
	assert_int_equal(mkfifo("fifo", 0644), 0);
	assert_open_fails("fifo", ATT_ERR_REFUSED, "found a FIFO at fifo");
	assert_open_fails("/dev/null", ATT_ERR_REFUSED, "found a device at /dev/null");
	struct sockaddr_un address = {.sun_family = AF_UNIX, .sun_path = "socket"};
	int listener = socket(AF_UNIX, SOCK_STREAM, 0);
	assert_int_equal(bind(listener, (struct sockaddr *)&address, sizeof address), 0);
	assert_open_fails("socket", ATT_ERR_REFUSED, "found a socket or a device at socket");
	close(listener);
	assert_int_equal(symlink("fifo", "link"), 0);
	assert_open_fails("link", ATT_ERR_REFUSED, "found a FIFO at link");
	assert_int_equal(symlink("nowhere", "dangling"), 0);
	assert_open_fails("dangling", ATT_ERR_NOT_FOUND, "cannot open dangling");
	assert_int_equal(symlink("loop", "loop"), 0);
	assert_open_fails("loop", ATT_ERR_IO, "cannot open loop");
}

static void test_open_link(void **state)
{
	int fd;
	uint64_t size;
	(void)state;
	put("f", ATT_STR("abc"));
	assert_int_equal(symlink("f", "link"), 0);
	assert_int_equal(att_artifact_open("link", &fd, &size, NULL), ATT_OK);
	assert_int_equal(size, 3);
	assert_true(fcntl(fd, F_GETFD) & FD_CLOEXEC);
	close(fd);
}

static void test_run_refuses(void **state)
{
	struct att_digest_job jobs[2] = {{.kind = ATT_SHA256}, {.kind = ATT_SHA512}};
	struct att_err err;
	(void)state;
	int folder = open(".", O_RDONLY | O_DIRECTORY);
	jobs[0].digest.kind = ATT_SHA256;
	assert_int_equal(att_digest_run(folder, "folder", jobs, 2, NULL, NULL, &err), ATT_ERR_IO);
	assert_int_equal(jobs[0].digest.kind, ATT_DIGEST_NONE);
	assert_non_null(strstr(err.message, "cannot read folder"));
	close(folder);
	assert_int_equal(att_digest_run(-1, "closed", jobs, 2, NULL, NULL, &err), ATT_ERR_IO);
	put("f", ATT_STR("abc"));
	int fd = open("f", O_RDONLY);
	jobs[1].kind = ATT_DIGEST_NONE;
	assert_int_equal(att_digest_run(fd, "f", jobs, 2, NULL, NULL, &err), ATT_ERR_USAGE);
	assert_int_equal(jobs[0].digest.kind, ATT_DIGEST_NONE);
	close(fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_vectors),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_equal),
		cmocka_unit_test(test_bytes_refuses),
		cmocka_unit_test_setup_teardown(test_run_lengths, enter_folder, leave_folder),
		cmocka_unit_test_setup_teardown(test_prefix_and_sharing, enter_folder, leave_folder),
		cmocka_unit_test_setup_teardown(test_offset, enter_folder, leave_folder),
		cmocka_unit_test_setup_teardown(test_sparse, enter_folder, leave_folder),
		cmocka_unit_test_setup_teardown(test_changed, enter_folder, leave_folder),
		cmocka_unit_test_setup_teardown(test_not_changed, enter_folder, leave_folder),
		cmocka_unit_test(test_pipe),
		cmocka_unit_test_setup_teardown(test_open_refuses, enter_folder, leave_folder),
		cmocka_unit_test_setup_teardown(test_open_link, enter_folder, leave_folder),
		cmocka_unit_test_setup_teardown(test_run_refuses, enter_folder, leave_folder),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
