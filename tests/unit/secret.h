// SPDX-License-Identifier: Apache-2.0
/* For tests of secret keys: those of testdata/secret, and who is asked for a passphrase. */
#ifndef TESTS_UNIT_SECRET_H
#define TESTS_UNIT_SECRET_H

#include <fcntl.h>

#include "libattest/base/file.h"
#include "libattest/sign/secret.h"
#include "tests/unit/document.h"

#define FOLDER     "testdata/secret/"
#define PASSPHRASE "correct horse"

static int asked; /* how often anybody was asked */

static inline int ask(void *context, const char *name, bool cosign, bool again, char *out, size_t *len,
		      struct att_err *err)
{
	const char *phrase = context;
	(void)err;
	asked++;
	assert_non_null(name);
	assert_false(again);
	assert_int_equal(cosign, strstr(name, "cosign") != NULL);
	*len = strlen(phrase);
	memcpy(out, phrase, *len);
	return ATT_OK;
}

static inline int ask_nobody(void *context, const char *name, bool cosign, bool again, char *out, size_t *len,
			     struct att_err *err)
{
	(void)context, (void)name, (void)cosign, (void)again;
	*out = '\0';
	*len = 0;
	return att_err_set(err, ATT_ERR_IO, "nobody is here");
}

static char right_phrase[] = PASSPHRASE, wrong_phrase[] = "wrong horse";
static const struct att_passphrase right = {ask, right_phrase}, wrong = {ask, wrong_phrase},
				   nobody = {ask_nobody, NULL};

/* An exact copy, so that the sanitizer sees a read past the end. */
static inline struct att_str load(const char *path)
{
	struct att_buf buf;
	att_buf_init(&buf, 1 << 20);
	assert_int_equal(att_file_read(AT_FDCWD, path, &buf, NULL), ATT_OK);
	char *copy = malloc(buf.len ? buf.len : 1);
	assert_non_null(copy);
	memcpy(copy, buf.len ? buf.data : "", buf.len);
	struct att_str text = {copy, buf.len};
	att_buf_clear(&buf);
	return text;
}

static inline void drop(struct att_str text)
{
	free((void *)(uintptr_t)text.data);
}

static inline int parse(struct att_str text, const char *name, const struct att_passphrase *phrase,
			struct att_secret **out, struct att_err *err)
{
	*err = (struct att_err){0};
	int status = att_secret_parse(text, att_str_of(name), phrase, NULL, out, err);
	assert_true((status == ATT_OK) == (*out != NULL));
	assert_true(status == ATT_OK || (status == err->code && err->message[0]));
	return status;
}

static inline struct att_secret *load_good(const char *name)
{
	char path[256];
	struct att_secret *secret;
	struct att_err err;
	snprintf(path, sizeof path, FOLDER "good/%s", name);
	struct att_str text = load(path);
	if (parse(text, path, &right, &secret, &err) != ATT_OK)
		fail_msg("%s: %s", name, err.message);
	drop(text);
	return secret;
}

#endif
