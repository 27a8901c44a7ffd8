// SPDX-License-Identifier: Apache-2.0
/* Asks for URLs, all at once, and says what came: "STATUS BYTES SHA256 URL" or "error MESSAGE URL", in their
 * order. fetch_urls [--ca-file FILE] [--record DIR] [--replay DIR] [--jobs N] [--times N] URL... Exit 0 when
 * every answer was 200. */
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>

#include "libattest/base/base.h"
#include "libattest/base/pool.h"
#include "libattest/net/fetch.h"

enum { MAX_MESSAGE = 600 };

struct run {
	struct att_fetcher *fetcher;
	char **urls;
	size_t count; /* of URLs; piece i is URL i % count */
	char (*lines)[MAX_MESSAGE];
	bool *good;
};

static int hash(void *context, struct att_str bytes, struct att_err *err)
{
	(void)err;
	EVP_DigestUpdate(context, bytes.data, bytes.len);
	return ATT_OK;
}

static void fetch_one(void *context, size_t i)
{
	struct run *run = context;
	struct att_fetch_answer answer;
	struct att_err err;
	unsigned char digest[EVP_MAX_MD_SIZE];
	unsigned length = 0;
	char hex[65] = "";
	EVP_MD_CTX *md = EVP_MD_CTX_new();
	EVP_DigestInit_ex(md, EVP_sha256(), NULL);
	const struct att_fetch_request request = {.url = att_str_of(run->urls[i % run->count]),
						  .max = UINT64_C(1) << 40,
						  .sink = hash,
						  .context = md};
	int status = att_fetch(run->fetcher, &request, &answer, &err);
	EVP_DigestFinal_ex(md, digest, &length);
	EVP_MD_CTX_free(md);
	for (unsigned k = 0; k < 32 && k < length; k++)
		snprintf(hex + (size_t)2 * k, 3, "%02x", digest[k]);
	run->good[i] = status == ATT_OK && answer.status == 200;
	if (status == ATT_OK)
		snprintf(run->lines[i], MAX_MESSAGE, "%d %llu %s", answer.status,
			 (unsigned long long)answer.length, hex);
	else
		snprintf(run->lines[i], MAX_MESSAGE, "error %s", err.message);
	att_fetch_answer_clear(&answer);
}

int main(int argc, char **argv)
{
	struct att_fetch_options options = {.connections = 0};
	struct run run = {.urls = argv + 1, .count = (size_t)argc - 1};
	struct att_err err;
	unsigned jobs = 16;
	size_t times = 1, good = 0;
	for (; run.count >= 2 && strncmp(run.urls[0], "--", 2) == 0; run.urls += 2, run.count -= 2) {
		const char *value = run.urls[1];
		if (strcmp(run.urls[0], "--ca-file") == 0)
			options.ca_file = value;
		else if (strcmp(run.urls[0], "--record") == 0)
			options.record = value;
		else if (strcmp(run.urls[0], "--replay") == 0)
			options.replay = value;
		else if (strcmp(run.urls[0], "--jobs") == 0)
			jobs = (unsigned)strtoul(value, NULL, 10);
		else if (strcmp(run.urls[0], "--times") == 0)
			times = strtoul(value, NULL, 10);
	}
	size_t pieces = run.count * times;
	run.lines = calloc(pieces + 1, sizeof *run.lines);
	run.good = calloc(pieces + 1, sizeof *run.good);
	int status = pieces > 0 && run.lines && run.good ? att_fetcher_open(&options, &run.fetcher, &err)
							 : att_err_set(&err, ATT_ERR_USAGE, "no URL");
	if (status != ATT_OK)
		fprintf(stderr, "fetch_urls: %s\n", err.message);
	else
		att_pool_run(jobs, pieces, fetch_one, &run);
	att_fetcher_close(run.fetcher);
	for (size_t i = 0; status == ATT_OK && i < pieces; i++) {
		printf("%s %s\n", run.lines[i], run.urls[i % run.count]);
		good += run.good[i];
	}
	free(run.lines);
	free(run.good);
	if (status != ATT_OK)
		return 2;
	return good == pieces ? 0 : 1;
}
