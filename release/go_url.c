// SPDX-License-Identifier: Apache-2.0
/* Addresses of Go's protocols (https://go.dev/ref/mod#goproxy-protocol). */
#include "release/go_look.h"

#include "libattest/base/banned.h"

#define NOTHING ((struct att_str){NULL, 0})

struct att_str release_go_url(const struct release_go_look *g, struct att_str base, struct att_str path)
{
	while (base.len > 0 && base.data[base.len - 1] == '/')
		base.len--;
	struct att_str url = ATT_ARENA_JOIN(&g->look->verdicts->arena, base, ATT_STR("/"), path);
	g->look->verdicts->failed |= !url.data;
	return url.data ? url : ATT_STR("");
}

struct att_str release_go_proxy_url(const struct release_go_look *g, struct att_str name, const char *ending)
{
	struct att_str proxy = release_channel_text(g->look->channel, "proxy", "https://proxy.golang.org");
	return release_go_url(
		g, proxy,
		ATT_ARENA_JOIN(&g->look->verdicts->arena, g->path, ATT_STR("/@v/"), name, att_str_of(ending)));
}

struct att_str release_go_escape(struct att_arena *arena, struct att_str text)
{
	char *out = att_arena_alloc(arena, 2 * text.len + 1, 1);
	size_t len = 0;
	struct att_str rest = text, part;
	while (att_str_split(&rest, '/', &part))
		if (part.len == 0 || part.data[0] == '.' || part.data[part.len - 1] == '.')
			return NOTHING;
	for (size_t i = 0; out && i < text.len; i++) {
		char c = text.data[i];
		if (!att_ascii_is_alnum(c) && !strchr("-._~+/", c))
			return NOTHING;
		if (c >= 'A' && c <= 'Z')
			out[len++] = '!';
		out[len++] = att_ascii_lower(c);
	}
	return out && text.len > 0 ? (struct att_str){out, len} : NOTHING;
}
