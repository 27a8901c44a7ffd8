// SPDX-License-Identifier: Apache-2.0
/* Every line is a vector. A score is one that there can be, fits its rating, and does not change with the order
 * of metrics where that is free; a refusal says why and where. */
#include <stdlib.h>

#include "libattest/package/cvss.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool condition)
{
	if (!condition)
		abort();
}

/* The metrics from the last to the first. */
static struct att_str reversed(struct att_str vector, char out[static 512])
{
	size_t len = 0, end = vector.len;
	struct att_str prefix = {NULL, 0};
	if (att_str_starts(vector, ATT_STR("CVSS:")))
		prefix = att_str_first(vector, att_str_find_byte(vector, '/') + 1);
	memcpy(out, prefix.len ? prefix.data : "", prefix.len);
	len = prefix.len;
	while (end > prefix.len) {
		size_t begin = end;
		while (begin > prefix.len && vector.data[begin - 1] != '/')
			begin--;
		memcpy(out + len, vector.data + begin, end - begin);
		len += end - begin;
		end = begin > prefix.len ? begin - 1 : begin;
		if (end > prefix.len)
			out[len++] = '/';
	}
	return (struct att_str){out, len};
}

static void check(struct att_str line)
{
	struct att_cvss cvss, again;
	struct att_err err = {0};
	char other[512];
	int status = att_cvss_parse(line, &cvss, &err);
	if (status != ATT_OK) {
		require(status == ATT_ERR_MALFORMED || status == ATT_ERR_UNSUPPORTED);
		require(err.code == status && err.message[0] && err.place.line == 1);
		require(err.place.column >= 1 && err.place.column <= line.len + 1);
		require(cvss.base == 0 && cvss.score == 0);
		return;
	}
	require(cvss.base <= 100 && cvss.score <= 100 && cvss.rating <= ATT_CVSS_CRITICAL);
	require((cvss.rating == ATT_CVSS_NONE) == (cvss.score == 0 && cvss.version != ATT_CVSS_2));
	require(cvss.version == ATT_CVSS_4_0 || cvss.base == cvss.score);
	status = att_cvss_parse(reversed(line, other), &again, NULL);
	require(cvss.version == ATT_CVSS_4_0 ? status == ATT_ERR_MALFORMED
					     : status == ATT_OK && again.score == cvss.score);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct att_str rest = {(const char *)data, size}, line;
	while (att_str_split(&rest, '\n', &line))
		check(line);
	return 0;
}
