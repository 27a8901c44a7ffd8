// SPDX-License-Identifier: Apache-2.0
#include "cmd/progress.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "libattest/base/file.h"

#include "libattest/base/banned.h"

enum { FIRST = 1000, INTERVAL = 100, WIDTH = 30 };

static int64_t now(void)
{
	struct timespec t;
	if (clock_gettime(CLOCK_MONOTONIC, &t) != 0)
		return 0;
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static void draw(const struct cli_progress *p, uint64_t done)
{
	char text[160], bar[WIDTH + 1];
	const double gib = 1 << 30;
	int len;
	if (p->total >= done && p->total > 0) {
		unsigned part = (unsigned)((double)done / (double)p->total * WIDTH);
		for (unsigned i = 0; i < WIDTH; i++)
			bar[i] = i < part ? '#' : '.';
		bar[WIDTH] = '\0';
		len = snprintf(text, sizeof text, "\r[%s] %.1f of %.1f GiB\033[K", bar, (double)done / gib,
			       (double)p->total / gib);
	} else {
		len = snprintf(text, sizeof text, "\r%.1f GiB read\033[K", (double)done / gib);
	}
	if (att_file_write_fd(2, "standard error", (struct att_str){text, (size_t)len}, NULL) != ATT_OK)
		return; /* nobody to tell */
}

/* From any thread: who moves `next` on draws. */
static void advance(void *context, uint64_t bytes)
{
	struct cli_progress *p = context;
	uint64_t done = atomic_fetch_add(&p->done, bytes) + bytes;
	int64_t time = now(), next = atomic_load(&p->next);
	if (time >= next && atomic_compare_exchange_strong(&p->next, &next, time + INTERVAL))
		draw(p, done);
}

bool cli_progress_is_shown(void)
{
	return isatty(2) == 1;
}

void cli_progress_start(struct cli_progress *p, uint64_t total)
{
	p->progress = (struct att_progress){NULL, NULL};
	p->total = total;
	p->active = cli_progress_is_shown();
	if (!p->active)
		return;
	p->start = now();
	atomic_init(&p->done, 0);
	atomic_init(&p->next, p->start + FIRST);
	p->progress = (struct att_progress){advance, p};
}

void cli_progress_end(struct cli_progress *p)
{
	if (p->active && atomic_load(&p->next) > p->start + FIRST &&
	    att_file_write_fd(2, "standard error", ATT_STR("\r\033[K"), NULL) != ATT_OK)
		return;
	p->active = false;
}
