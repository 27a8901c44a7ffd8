// SPDX-License-Identifier: Apache-2.0
/* What a checksum database answers: a key, a lookup, a note, the head in it, and the hashes of tiles. Nothing
 * that is not signed by Go's own key opens; of what is well-formed the parts are parts of the input; and tiles
 * of any bytes prove nothing. */
#include <stdlib.h>

#include "release/go_tlog.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool condition)
{
	if (!condition)
		abort();
}

static bool is_within(struct att_str part, struct att_str whole)
{
	return part.len == 0 || (part.data >= whole.data && part.data + part.len <= whole.data + whole.len);
}

static void check_lookup(struct att_str input)
{
	struct att_err err = {0};
	struct att_str record, note, zip, mod;
	uint64_t id;
	if (release_go_lookup_parse(input, &id, &record, &note, &err) != ATT_OK) {
		require(err.code == ATT_ERR_MALFORMED && err.message[0]);
		return;
	}
	require(is_within(record, input) && is_within(note, input) && record.data[record.len - 1] == '\n');
	if (release_go_record_parse(record, ATT_STR("example.org/p"), ATT_STR("v1.2.0"), &zip, &mod, &err) ==
	    ATT_OK)
		require(is_within(zip, record) && is_within(mod, record) && zip.len > 0 && mod.len > 0);
}

static void check_note(struct att_str input)
{
	struct release_go_key key;
	struct att_err err = {0};
	struct att_str text;
	int status = release_go_key_parse(
		ATT_STR("sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8"), &key, NULL);
	require(status == ATT_OK);
	status = release_go_note_open(input, &key, &text, &err);
	require(status == ATT_ERR_MALFORMED || status == ATT_ERR_REFUSED);
	if (release_go_key_parse(input, &key, &err) == ATT_OK)
		require(is_within(key.name, input));
}

struct tile {
	struct att_str input;
	uint8_t hashes[RELEASE_GO_TILE_WIDTH * RELEASE_GO_HASH];
};

static int give_tile(void *context, unsigned level, uint64_t index, unsigned width, const uint8_t **hashes,
		     struct att_err *err)
{
	struct tile *tile = context;
	require(level < 8 && width >= 1 && width <= RELEASE_GO_TILE_WIDTH);
	if (tile->input.len == 0)
		return att_err_set(err, ATT_ERR_NOT_FOUND, "no tile");
	for (size_t i = 0; i < sizeof tile->hashes; i++)
		tile->hashes[i] = (uint8_t)tile->input.data[(i + index) % tile->input.len];
	*hashes = tile->hashes;
	return ATT_OK;
}

static void check_proofs(struct att_str input)
{
	static struct tile tile;
	struct release_go_head head, other = {0};
	const uint8_t leaf[RELEASE_GO_HASH] = {1};
	struct att_err err = {0};
	if (release_go_head_parse(input, &head, &err) != ATT_OK || head.size == 0)
		return;
	tile.input = input;
	struct release_go_tree tree = {.size = head.size, .tile = give_tile, .context = &tile};
	require(release_go_prove_record(&tree, &head, head.size / 3, leaf, &err) != ATT_OK);
	other.size = head.size / 2 + 1;
	if (other.size < head.size)
		require(release_go_prove_prefix(&tree, &other, &head, &err) != ATT_OK);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct att_str input = {(const char *)data, size};
	check_lookup(input);
	check_note(input);
	check_proofs(input);
	return 0;
}
