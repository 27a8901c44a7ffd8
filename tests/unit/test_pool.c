// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <string.h>

#include "libattest/base/limits.h"
#include "libattest/base/pool.h"

enum { MOST = 5000 };

struct counts {
	unsigned char done[MOST];
	atomic_int running, highest;
};

static void count_one(void *context, size_t i)
{
	struct counts *counts = context;
	int now = atomic_fetch_add(&counts->running, 1) + 1;
	int highest = atomic_load(&counts->highest);
	while (now > highest && !atomic_compare_exchange_weak(&counts->highest, &highest, now))
		;
	counts->done[i]++;
	if (i % 64 == 0)
		sched_yield();
	atomic_fetch_sub(&counts->running, 1);
}

static void test_each_once(void **state)
{
	static const unsigned jobs[] = {0, 1, 2, 8, ATT_MAX_JOBS, ATT_MAX_JOBS + 1};
	static const size_t sizes[] = {0, 1, 2, 7, MOST};
	static struct counts counts;
	(void)state;
	for (size_t j = 0; j < sizeof jobs / sizeof jobs[0]; j++) {
		for (size_t s = 0; s < sizeof sizes / sizeof sizes[0]; s++) {
			memset(counts.done, 0, sizeof counts.done);
			atomic_store(&counts.highest, 0);
			att_pool_run(jobs[j], sizes[s], count_one, &counts);
			for (size_t i = 0; i < MOST; i++)
				assert_int_equal(counts.done[i], i < sizes[s]);
			assert_int_equal(atomic_load(&counts.running), 0);
			assert_true((unsigned)atomic_load(&counts.highest) <= (jobs[j] ? jobs[j] : 1));
		}
	}
}

static void meet(void *context, size_t i)
{
	(void)i;
	pthread_barrier_wait(context);
}

/* Three pieces that wait for each other end only when three threads work. */
static void test_runs_at_once(void **state)
{
	pthread_barrier_t barrier;
	(void)state;
	assert_int_equal(pthread_barrier_init(&barrier, NULL, 3), 0);
	att_pool_run(3, 3, meet, &barrier);
	pthread_barrier_destroy(&barrier);
}

static void note_thread(void *context, size_t i)
{
	pthread_t *threads = context;
	threads[i] = pthread_self();
}

static void test_one_job_stays_here(void **state)
{
	pthread_t threads[10];
	(void)state;
	att_pool_run(1, 10, note_thread, threads);
	for (int i = 0; i < 10; i++)
		assert_true(pthread_equal(threads[i], pthread_self()));
}

static void test_processors(void **state)
{
	cpu_set_t before, one;
	(void)state;
	unsigned all = att_pool_processors();
	assert_true(all >= 1 && all <= ATT_MAX_JOBS);
	assert_int_equal(sched_getaffinity(0, sizeof before, &before), 0);
	CPU_ZERO(&one);
	for (size_t i = 0; i < CPU_SETSIZE && CPU_COUNT(&one) == 0; i++)
		if (CPU_ISSET(i, &before))
			CPU_SET(i, &one);
	assert_int_equal(sched_setaffinity(0, sizeof one, &one), 0);
	assert_int_equal(att_pool_processors(), 1);
	assert_int_equal(sched_setaffinity(0, sizeof before, &before), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each_once),
		cmocka_unit_test(test_runs_at_once),
		cmocka_unit_test(test_one_job_stays_here),
		cmocka_unit_test(test_processors),
	};
	return cmocka_run_group_tests_name("pool", tests, NULL, NULL);
}
