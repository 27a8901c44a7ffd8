// SPDX-License-Identifier: Apache-2.0
/* A server on this machine that answers as a table says: whole, wrong, late or never. Each connection has a
 * thread; what it was asked is kept. */
#ifndef TESTS_UNIT_SERVER_H
#define TESTS_UNIT_SERVER_H

#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { SERVER_MAX_REQUEST = 32 << 10 };

struct server;

struct server_request {
	struct server *server;
	int fd;
	unsigned number; /* of this path, from 1 */
	char path[512];
	char text[SERVER_MAX_REQUEST];
};

/* What is answered to a path: text, or what the function sends; then the connection ends if it `closes`. */
struct server_route {
	const char *path;
	const char *answer;
	size_t length; /* of the answer, where it holds NUL; 0: up to that */
	bool closes;
	void (*say)(struct server_request *request);
	unsigned asked;
};

struct server {
	int fd;
	unsigned port;
	pthread_t thread;
	struct server_route *routes;
	atomic_uint open, highest, connections, requests;
	atomic_bool stops;
	pthread_mutex_t lock;
	char last[SERVER_MAX_REQUEST]; /* request */
};

struct server_connection {
	struct server *server;
	int fd;
};

static bool server_send(int fd, const char *bytes, size_t len)
{
	while (len > 0) {
		ssize_t sent = send(fd, bytes, len, MSG_NOSIGNAL);
		if (sent <= 0)
			return false;
		bytes += sent;
		len -= (size_t)sent;
	}
	return true;
}

static inline void server_say(int fd, const char *text)
{
	server_send(fd, text, strlen(text));
}

static inline void server_sleep(unsigned milliseconds)
{
	nanosleep(&(struct timespec){milliseconds / 1000, (long)(milliseconds % 1000) * 1000000}, NULL);
}

static bool server_read(struct server_request *request)
{
	size_t len = 0;
	while (len + 1 < sizeof request->text) {
		ssize_t got = recv(request->fd, request->text + len, 1, 0);
		if (got <= 0)
			return false;
		request->text[++len] = '\0';
		if (len >= 4 && strcmp(request->text + len - 4, "\r\n\r\n") == 0)
			break;
	}
	return sscanf(request->text, "%*s %511s", request->path) == 1;
}

static bool server_answer(struct server_request *request)
{
	struct server *server = request->server;
	struct server_route *route = server->routes;
	size_t length = strcspn(request->path, "?");
	while (route->path && (strncmp(route->path, request->path, length) != 0 || route->path[length] != '\0'))
		route++;
	pthread_mutex_lock(&server->lock);
	memcpy(server->last, request->text, sizeof server->last);
	request->number = ++route->asked;
	pthread_mutex_unlock(&server->lock);
	atomic_fetch_add(&server->requests, 1);
	if (route->say)
		route->say(request);
	else if (route->answer)
		server_send(request->fd, route->answer, route->length ? route->length : strlen(route->answer));
	else
		server_say(request->fd, "HTTP/1.1 404 Not Found\r\nContent-Length: 4\r\n\r\nnone");
	return !route->closes;
}

static void *server_serve(void *context)
{
	struct server_connection connection = *(struct server_connection *)context;
	struct server *server = connection.server;
	struct server_request *request = calloc(1, sizeof *request);
	free(context);
	if (request) {
		request->server = server;
		request->fd = connection.fd;
		while (server_read(request) && server_answer(request))
			;
	}
	free(request);
	shutdown(connection.fd, SHUT_WR);
	close(connection.fd);
	atomic_fetch_sub(&server->open, 1);
	return NULL;
}

static void *server_run(void *context)
{
	struct server *server = context;
	for (;;) {
		pthread_t thread;
		int fd = accept(server->fd, NULL, NULL);
		if (fd < 0 || atomic_load(&server->stops)) {
			if (fd >= 0)
				close(fd);
			return NULL;
		}
		struct server_connection *connection = malloc(sizeof *connection);
		unsigned open = atomic_fetch_add(&server->open, 1) + 1, highest = atomic_load(&server->highest);
		while (open > highest && !atomic_compare_exchange_weak(&server->highest, &highest, open))
			;
		atomic_fetch_add(&server->connections, 1);
		if (connection)
			*connection = (struct server_connection){server, fd};
		if (!connection || pthread_create(&thread, NULL, server_serve, connection) != 0)
			abort();
		pthread_detach(thread);
	}
}

/* `routes` end in one without a path. */
static void server_start(struct server *server, const char *host, struct server_route *routes)
{
	struct sockaddr_in address = {.sin_family = AF_INET};
	socklen_t size = sizeof address;
	memset(server, 0, sizeof *server);
	server->routes = routes;
	pthread_mutex_init(&server->lock, NULL);
	inet_pton(AF_INET, host, &address.sin_addr);
	server->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (server->fd < 0 || bind(server->fd, (struct sockaddr *)&address, size) != 0 ||
	    listen(server->fd, 128) != 0 || getsockname(server->fd, (struct sockaddr *)&address, &size) != 0)
		abort();
	server->port = ntohs(address.sin_port);
	if (pthread_create(&server->thread, NULL, server_run, server) != 0)
		abort();
}

/* Waits for who still holds a connection: fetchers are closed first. */
static void server_stop(struct server *server)
{
	atomic_store(&server->stops, true);
	shutdown(server->fd, SHUT_RDWR);
	pthread_join(server->thread, NULL);
	close(server->fd);
	for (unsigned i = 0; atomic_load(&server->open) > 0 && i < 500; i++)
		server_sleep(10);
	pthread_mutex_destroy(&server->lock);
}

/* Does the last request have that line? */
static inline bool server_was_told(struct server *server, const char *text)
{
	pthread_mutex_lock(&server->lock);
	bool was = strstr(server->last, text) != NULL;
	pthread_mutex_unlock(&server->lock);
	return was;
}

#endif
