// SPDX-License-Identifier: Apache-2.0
/* Peer dependencies. The lock says who has which, not who brings them: that is whoever depends on the owner,
 * by a dependency of its own of that name, by being it, or by passing on what its own dependents bring. */
#include "sbom/cataloger_yarn.h"

#include "libattest/base/banned.h"

/* Whatever meets one peer also meets peer `to`. */
struct link {
	uint32_t to;
	uint32_t next; /* link, or YARN_NONE */
};

/* Peer `peer` is met by `entry`. */
struct provision {
	uint32_t peer, entry;
};

struct peers {
	struct yarn *yarn;
	struct att_arena arena; /* for the time of the search */
	struct yarn_peer *all;  /* of all entries, one after another */
	uint32_t count;
	uint32_t *first;      /* entry -> its first in `all` */
	struct att_map needs; /* entry (4 bytes) and name -> entry that it gets */
	struct att_map owned; /* entry (4 bytes) and name -> peer in `all` */
	struct att_map known; /* struct provision -> nothing */
	struct link *links;
	size_t link_count, link_capacity;
	struct provision *todo;
	size_t todo_count, todo_capacity;
	size_t work;
};

static int count_work(struct peers *p)
{
	if (++p->work <= ATT_MAX_PEER_WORK)
		return ATT_OK;
	return att_err_set(p->yarn->err, ATT_ERR_LIMIT,
			   "expected peer dependencies that are found in %zu steps, found more",
			   ATT_MAX_PEER_WORK);
}

static struct att_str key_of(struct peers *p, uint32_t entry, struct att_str name)
{
	struct att_buf *key = &p->yarn->key;
	key->len = 0;
	att_buf_add(key, (struct att_str){(const char *)&entry, sizeof entry});
	att_buf_add(key, name);
	return att_buf_str(key);
}

static int remember(struct peers *p, struct att_map *map, uint32_t entry, struct att_str name, uint32_t value)
{
	struct att_str key = att_arena_copy(&p->arena, key_of(p, entry, name));
	return key.data && att_map_set(map, key, value) == ATT_OK ? ATT_OK : att_err_memory(p->yarn->err);
}

/* --- who meets whom ------------------------------------------------------------------------------------ */

static int provide(struct peers *p, uint32_t peer, uint32_t entry)
{
	struct provision fact = {peer, entry};
	bool found;
	uint32_t stored;
	int status = count_work(p);
	struct att_str key = att_arena_copy(&p->arena, (struct att_str){(const char *)&fact, sizeof fact});
	if (status != ATT_OK)
		return status;
	if (!key.data || att_map_put(&p->known, key, 0, &found, &stored) != ATT_OK)
		return att_err_memory(p->yarn->err);
	if (found)
		return ATT_OK;
	void *items = p->todo;
	struct provision *slot =
		att_arena_push(&p->arena, &items, &p->todo_count, &p->todo_capacity, sizeof *slot);
	if (!slot)
		return att_err_memory(p->yarn->err);
	p->todo = items;
	*slot = fact;
	return ATT_OK;
}

static int pass_on(struct peers *p, uint32_t from, uint32_t to)
{
	void *items = p->links;
	struct link *slot = att_arena_push(&p->arena, &items, &p->link_count, &p->link_capacity, sizeof *slot);
	if (!slot)
		return att_err_memory(p->yarn->err);
	p->links = items;
	*slot = (struct link){to, p->all[from].heirs};
	p->all[from].heirs = (uint32_t)(p->link_count - 1);
	return ATT_OK;
}

/* `entry` depends on the owner of `peer`. */
static int meet(struct peers *p, uint32_t entry, uint32_t peer)
{
	uint32_t found;
	struct att_str name = p->all[peer].name;
	const struct yarn_entry *from = &p->yarn->entries[entry];
	int status = count_work(p);
	if (status != ATT_OK)
		return status;
	if (att_map_find(&p->needs, key_of(p, entry, name), &found))
		return found == YARN_NONE ? ATT_OK : provide(p, peer, found);
	if (att_str_equal(from->real_name.len ? from->real_name : from->name, name))
		return provide(p, peer, entry);
	if (att_map_find(&p->owned, key_of(p, entry, name), &found))
		return pass_on(p, found, peer);
	return ATT_OK;
}

static int meet_all(struct peers *p, uint32_t entry)
{
	const struct yarn_entry *from = &p->yarn->entries[entry];
	int status = ATT_OK;
	for (size_t i = 0; status == ATT_OK && i < from->need_count; i++) {
		uint32_t to = from->needs[i].entry;
		size_t count = to == YARN_NONE ? 0 : p->yarn->entries[to].peer_count;
		for (size_t j = 0; status == ATT_OK && j < count; j++)
			status = meet(p, entry, p->first[to] + (uint32_t)j);
	}
	return status;
}

static int spread(struct peers *p)
{
	struct yarn *yarn = p->yarn;
	int status = ATT_OK;
	while (status == ATT_OK && p->todo_count > 0) {
		struct provision fact = p->todo[--p->todo_count];
		struct yarn_peer *peer = &p->all[fact.peer];
		peer->provided = true;
		status = sbom_catalog_depend(yarn->catalog, yarn->entries[peer->entry].index,
					     yarn->entries[fact.entry].index,
					     peer->optional ? SBOM_OPTIONAL : SBOM_PEER, yarn->err);
		for (uint32_t l = peer->heirs; status == ATT_OK && l != YARN_NONE; l = p->links[l].next)
			status = provide(p, p->links[l].to, fact.entry);
	}
	return status;
}

/* --- the search ---------------------------------------------------------------------------------------- */

static int collect(struct peers *p)
{
	struct yarn *yarn = p->yarn;
	size_t total = 0, at = 0;
	int status = ATT_OK;
	for (size_t i = 0; i < yarn->count; i++)
		total += yarn->entries[i].peer_count;
	p->all = att_arena_alloc(&p->arena, total, sizeof *p->all);
	p->first = att_arena_alloc(&p->arena, yarn->count, sizeof *p->first);
	if (!p->all || !p->first)
		return att_err_memory(yarn->err);
	p->count = (uint32_t)total;
	for (uint32_t i = 0; status == ATT_OK && total > 0 && i < yarn->count; i++) {
		const struct yarn_entry *entry = &yarn->entries[i];
		p->first[i] = (uint32_t)at;
		for (size_t j = 0; status == ATT_OK && j < entry->peer_count; j++) {
			p->all[at] = entry->peers[j];
			p->all[at].entry = i;
			p->all[at].heirs = YARN_NONE;
			status = remember(p, &p->owned, i, entry->peers[j].name, (uint32_t)at++);
		}
		for (size_t j = 0; status == ATT_OK && j < entry->need_count; j++)
			status = remember(p, &p->needs, i, entry->needs[j].name, entry->needs[j].entry);
	}
	return status;
}

static void note_missing(struct peers *p)
{
	struct yarn *yarn = p->yarn;
	for (uint32_t i = 0; i < p->count; i++) {
		const struct yarn_peer *peer = &p->all[i];
		const struct yarn_entry *owner = &yarn->entries[peer->entry];
		/* What a part of the tree leaves to its users has none yet. */
		if (peer->provided || peer->optional || owner->manifest ||
		    yarn->catalog->components[owner->index].origin == SBOM_ORIGIN_LOCAL)
			continue;
		if (yarn->unresolved++ < ATT_MAX_NOTES)
			sbom_yarn_note(yarn, peer->offset,
				       att_arena_printf(&yarn->catalog->arena,
							"%.*s needs %.*s, which nothing that uses it brings",
							ATT_STR_ARG(att_str_first(owner->name, 200)),
							ATT_STR_ARG(att_str_first(peer->name, 200))),
				       ATT_STR("add it beside the package that needs it"));
	}
}

int sbom_yarn_add_peers(struct yarn *yarn)
{
	struct peers p = {.yarn = yarn};
	int status = collect(&p);
	for (uint32_t i = 0; status == ATT_OK && p.count > 0 && i < yarn->count; i++)
		status = meet_all(&p, i);
	if (status == ATT_OK)
		status = spread(&p);
	if (status == ATT_OK)
		note_missing(&p);
	att_map_clear(&p.needs);
	att_map_clear(&p.owned);
	att_map_clear(&p.known);
	att_arena_clear(&p.arena);
	return status;
}
