// SPDX-License-Identifier: Apache-2.0
/* Addresses. What may be asked has an origin, TLS or this machine; TLS is not left; what is shown of an address
 * holds no user and no secret, and showing it again takes nothing more away. The first line is asked, the
 * second is a link on the page that is there. */
#include <stdlib.h>
#include <string.h>

#include "libattest/net/fetch.h"
#include "libattest/net/net_internal.h"

enum { MAX = 1 << 16 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool condition)
{
	if (!condition)
		abort();
}

static void judge(const char *url)
{
	struct att_net_origin origin;
	struct att_err err = {0};
	bool is_open = att_net_check_url(url, ATT_FETCH_MAX_URL, true, NULL) == ATT_OK;
	int status = att_net_check_url(url, ATT_FETCH_MAX_URL, false, &err);
	require(status == ATT_OK || err.message[0]);
	require(status != ATT_OK || is_open);
	if (!is_open || att_net_origin(url, &origin, NULL) != ATT_OK)
		return;
	bool is_tls = strncmp(origin.text, "https://", 8) == 0;
	require(is_tls || strncmp(origin.text, "http://", 7) == 0);
	require(origin.host < strlen(origin.text) && strrchr(origin.text, ':') > origin.text + origin.host);
	if (status == ATT_OK && !is_tls) {
		*strrchr(origin.text, ':') = '\0';
		require(att_net_is_loopback(origin.text + origin.host));
	}
	require(att_net_check_redirect("https://h/", url, ATT_FETCH_MAX_URL, true, NULL) ==
		(is_tls ? ATT_OK : ATT_ERR_REFUSED));
}

static void show(struct att_str url)
{
	struct att_buf once, twice, bare;
	att_buf_init(&once, MAX);
	att_buf_init(&twice, MAX);
	att_buf_init(&bare, MAX);
	att_net_redact(url, false, &once);
	att_net_redact(att_buf_str(&once), false, &twice);
	att_net_redact(url, true, &bare);
	struct att_str shown = att_buf_str(&once);
	require(att_buf_ok(&once) && shown.len <= url.len && att_str_equal(shown, att_buf_str(&twice)));
	require(att_str_starts(shown, att_buf_str(&bare)));
	require(att_str_find_byte(shown, '#') == ATT_STR_NONE &&
		att_str_find_byte(att_buf_str(&bare), '?') == ATT_STR_NONE);
	struct att_str query = att_str_from(shown, att_str_find_byte(shown, '?'));
	require(!att_str_starts(query, ATT_STR("?token=")));
	require(att_str_find(query, ATT_STR("&token=")) == ATT_STR_NONE);
	att_buf_clear(&once);
	att_buf_clear(&twice);
	att_buf_clear(&bare);
}

static void resolve(struct att_str base, struct att_str link)
{
	struct att_arena arena = {0};
	struct att_str url = {NULL, 0};
	struct att_err err = {0};
	if (att_fetch_resolve(base, link, &arena, &url, &err) != ATT_OK)
		require(err.message[0]);
	else
		require(url.len > 0 && att_str_find_byte(url, '#') == ATT_STR_NONE);
	att_arena_clear(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct att_str text = {(const char *)data, size < MAX / 2 ? size : MAX / 2}, url;
	if (!att_str_split(&text, '\n', &url) || att_str_find_byte(url, '\0') != ATT_STR_NONE)
		return 0;
	char *copy = calloc(url.len + 1, 1);
	require(copy);
	memcpy(copy, url.data, url.len);
	judge(copy);
	show(url);
	resolve(url, text);
	free(copy);
	return 0;
}
