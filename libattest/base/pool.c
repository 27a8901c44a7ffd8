// SPDX-License-Identifier: Apache-2.0
#include "libattest/base/pool.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>

#include "libattest/base/limits.h"

#include "libattest/base/banned.h"

struct batch {
	void (*work)(void *context, size_t i);
	void *context;
	size_t count;
	atomic_size_t next;
};

static void *run_batch(void *argument)
{
	struct batch *batch = argument;
	for (;;) {
		size_t i = atomic_fetch_add_explicit(&batch->next, 1, memory_order_relaxed);
		if (i >= batch->count)
			return NULL;
		batch->work(batch->context, i);
	}
}

void att_pool_run(unsigned jobs, size_t count, void (*work)(void *context, size_t i), void *context)
{
	struct batch batch = {.work = work, .context = context, .count = count};
	pthread_t threads[ATT_MAX_JOBS];
	unsigned started = 0;
	atomic_init(&batch.next, 0);

	if (jobs > ATT_MAX_JOBS)
		jobs = ATT_MAX_JOBS;
	while (started + 1 < jobs && started + 1 < count) {
		if (pthread_create(&threads[started], NULL, run_batch, &batch) != 0)
			break;
		started++;
	}
	run_batch(&batch);
	while (started > 0)
		pthread_join(threads[--started], NULL);
}

unsigned att_pool_processors(void)
{
	cpu_set_t set;
	if (sched_getaffinity(0, sizeof set, &set) != 0)
		return 1;
	int count = CPU_COUNT(&set);
	return count < 1 ? 1 : count > ATT_MAX_JOBS ? ATT_MAX_JOBS : (unsigned)count;
}
