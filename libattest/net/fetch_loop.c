// SPDX-License-Identifier: Apache-2.0
#include <errno.h>
#include <signal.h>
#include <stdlib.h>

#include "libattest/net/fetch_internal.h"

#include "libattest/base/banned.h"

enum {
	IDLE_MILLISECONDS = 60000,
	/* How often transfers are asked whether they stand still. */
	BUSY_MILLISECONDS = 200,
};

struct att_fetch_loop {
	CURLM *multi;
	pthread_t thread;
	pthread_mutex_t lock;                /* of all below, and of what jobs say when they are done */
	struct att_fetch_job *first, **last; /* waiting, oldest first */
	bool stops;
	unsigned per_host;
	/* of the network thread alone: */
	struct att_fetch_job **active;
	unsigned count, connections;
};

static void finish(struct att_fetch_loop *loop, unsigned i, CURLcode result)
{
	struct att_fetch_job *job = loop->active[i];
	loop->active[i] = loop->active[--loop->count];
	curl_multi_remove_handle(loop->multi, job->curl);
	pthread_mutex_lock(&loop->lock);
	job->result = result;
	job->is_done = true;
	/* Signalled under the lock: the job is on the stack of who waits. */
	pthread_cond_signal(&job->done);
	pthread_mutex_unlock(&loop->lock);
}

static bool has_room(const struct att_fetch_loop *loop, const struct att_fetch_job *job)
{
	unsigned same = 0;
	for (unsigned i = 0; i < loop->count; i++)
		same += strcmp(loop->active[i]->origin->text, job->origin->text) == 0;
	return loop->count < loop->connections && same < loop->per_host;
}

/* Takes the oldest job that may begin; NULL when there is none. A job waits here, and not in curl, where its
 * time would run. */
static struct att_fetch_job *take(struct att_fetch_loop *loop, bool *stops)
{
	struct att_fetch_job *job = NULL;
	pthread_mutex_lock(&loop->lock);
	for (struct att_fetch_job **at = &loop->first; *at && loop->count < loop->connections;
	     at = &(*at)->next) {
		if (!has_room(loop, *at))
			continue;
		job = *at;
		*at = job->next;
		if (!*at)
			loop->last = at;
		break;
	}
	*stops = loop->stops;
	pthread_mutex_unlock(&loop->lock);
	return job;
}

static void begin_jobs(struct att_fetch_loop *loop, bool *stops)
{
	struct att_fetch_job *job;
	while ((job = take(loop, stops))) {
		loop->active[loop->count++] = job;
		if (curl_multi_add_handle(loop->multi, job->curl) != CURLM_OK)
			finish(loop, loop->count - 1, CURLE_OUT_OF_MEMORY);
	}
}

static bool end_jobs(struct att_fetch_loop *loop)
{
	CURLMsg *message;
	unsigned before = loop->count;
	int left;
	while ((message = curl_multi_info_read(loop->multi, &left))) {
		CURL *curl = message->easy_handle;
		CURLcode result = message->data.result;
		unsigned i = 0;
		while (i < loop->count && loop->active[i]->curl != curl)
			i++;
		if (message->msg == CURLMSG_DONE && i < loop->count)
			finish(loop, i, result);
	}
	return loop->count < before;
}

static void *run_loop(void *context)
{
	struct att_fetch_loop *loop = context;
	sigset_t all;
	bool stops = false;
	/* Signals are for the threads of the program; SIGPIPE, which TLS may raise here, is nobody's. */
	sigfillset(&all);
	pthread_sigmask(SIG_BLOCK, &all, NULL);
	for (;;) {
		int running;
		begin_jobs(loop, &stops);
		if (stops && loop->count == 0)
			break;
		CURLMcode code = curl_multi_perform(loop->multi, &running);
		/* Whose place is free now may be waited for by somebody who will not say so again. */
		if (end_jobs(loop))
			continue;
		if (code == CURLM_OK)
			code = curl_multi_poll(loop->multi, NULL, 0,
					       loop->count > 0 ? BUSY_MILLISECONDS : IDLE_MILLISECONDS, NULL);
		/* curl has no errors here but memory: nobody waits for what does not come. */
		while (code != CURLM_OK && loop->count > 0)
			finish(loop, loop->count - 1, CURLE_OUT_OF_MEMORY);
	}
	/* Here, where SIGPIPE is blocked: TLS says good-bye. */
	curl_multi_cleanup(loop->multi);
	return NULL;
}

static bool set_up(struct att_fetch_loop *loop)
{
	CURLMcode r = curl_multi_setopt(loop->multi, CURLMOPT_PIPELINING, (long)CURLPIPE_MULTIPLEX);
	r |= curl_multi_setopt(loop->multi, CURLMOPT_MAX_TOTAL_CONNECTIONS, (long)loop->connections);
	r |= curl_multi_setopt(loop->multi, CURLMOPT_MAX_HOST_CONNECTIONS, (long)loop->per_host);
	r |= curl_multi_setopt(loop->multi, CURLMOPT_MAXCONNECTS, (long)loop->connections);
	return r == CURLM_OK;
}

int att_fetch_loop_start(unsigned connections, unsigned per_host, struct att_fetch_loop **out,
			 struct att_err *err)
{
	struct att_fetch_loop *loop = calloc(1, sizeof *loop);
	*out = NULL;
	if (!loop)
		return att_err_memory(err);
	loop->connections = connections;
	loop->per_host = per_host;
	loop->last = &loop->first;
	loop->active = calloc(connections, sizeof(struct att_fetch_job *));
	loop->multi = curl_multi_init();
	pthread_mutex_init(&loop->lock, NULL);
	int status = loop->active && loop->multi && set_up(loop) ? ATT_OK : att_err_memory(err);
	if (status == ATT_OK) {
		int number = pthread_create(&loop->thread, NULL, run_loop, loop);
		if (number != 0)
			status = att_err_set_errno(err, number, "cannot start the network thread");
	}
	if (status != ATT_OK) {
		curl_multi_cleanup(loop->multi);
		pthread_mutex_destroy(&loop->lock);
		free(loop->active);
		free(loop);
		return status;
	}
	*out = loop;
	return ATT_OK;
}

void att_fetch_loop_stop(struct att_fetch_loop *loop)
{
	if (!loop)
		return;
	pthread_mutex_lock(&loop->lock);
	loop->stops = true;
	curl_multi_wakeup(loop->multi);
	pthread_mutex_unlock(&loop->lock);
	pthread_join(loop->thread, NULL);
	pthread_mutex_destroy(&loop->lock);
	free(loop->active);
	free(loop);
}

void att_fetch_loop_run(struct att_fetch_loop *loop, struct att_fetch_job *job)
{
	job->is_done = false;
	job->next = NULL;
	pthread_cond_init(&job->done, NULL);
	pthread_mutex_lock(&loop->lock);
	*loop->last = job;
	loop->last = &job->next;
	curl_multi_wakeup(loop->multi);
	while (!job->is_done)
		pthread_cond_wait(&job->done, &loop->lock);
	pthread_mutex_unlock(&loop->lock);
	pthread_cond_destroy(&job->done);
}
