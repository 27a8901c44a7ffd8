// SPDX-License-Identifier: Apache-2.0
#include "release/go_note.h"

#include "libattest/base/utf8.h"
#include "libattest/format/base64.h"
#include "libattest/sign/digest.h"
#include "libattest/sign/ed25519.h"

#include "libattest/base/banned.h"

enum { ED25519 = 1, KEY_HASH = 4, SIGNATURE = KEY_HASH + ATT_ED25519_BOTH };

/* --- keys ------------------------------------------------------------------------------------------------ */

static bool is_name(struct att_str name)
{
	for (size_t i = 0; i < name.len; i++)
		if ((unsigned char)name.data[i] <= ' ' || name.data[i] == '+' || name.data[i] == 0x7f)
			return false;
	return name.len > 0 && name.len <= 255;
}

static int check_hash(const struct release_go_key *key, const uint8_t bytes[static 1 + RELEASE_GO_HASH],
		      struct att_err *err)
{
	struct att_digest_stream *stream = NULL;
	struct att_digest digest;
	int status = att_digest_stream_new(ATT_SHA256, &stream, err);
	if (status == ATT_OK)
		status = att_digest_stream_add(stream, key->name, err);
	if (status == ATT_OK)
		status = att_digest_stream_add(stream, ATT_STR("\n"), err);
	if (status == ATT_OK)
		status = att_digest_stream_add(stream,
					       (struct att_str){(const char *)bytes, 1 + RELEASE_GO_HASH}, err);
	if (status == ATT_OK)
		status = att_digest_stream_end(stream, &digest, err);
	att_digest_stream_free(stream);
	if (status == ATT_OK && memcmp(digest.bytes, key->hash, KEY_HASH) != 0)
		status = att_err_set(err, ATT_ERR_MALFORMED,
				     "expected the key of a checksum database, found one whose hash is wrong");
	return status;
}

int release_go_key_parse(struct att_str text, struct release_go_key *out, struct att_err *err)
{
	struct att_str rest = text, hash = {NULL, 0};
	uint8_t bytes[1 + RELEASE_GO_HASH];
	if (!att_str_split(&rest, '+', &out->name) || !att_str_split(&rest, '+', &hash) ||
	    !is_name(out->name) || !rest.data)
		return att_err_set(err, ATT_ERR_MALFORMED,
				   "expected the key of a checksum database as NAME+HASH+KEY, found \"%.*s\"",
				   ATT_STR_ARG(att_str_first(text, 100)));
	int status = att_hex_decode_exact(hash, "the hash of the key", out->hash, sizeof out->hash, err);
	if (status == ATT_OK)
		status = att_base64_decode_exact(rest, "the key", bytes, sizeof bytes, err);
	if (status == ATT_OK && bytes[0] != ED25519)
		status = att_err_set(err, ATT_ERR_UNSUPPORTED, "expected a key of Ed25519, found another kind");
	if (status == ATT_OK)
		status = check_hash(out, bytes, err);
	if (status == ATT_OK)
		memcpy(out->point, bytes + 1, RELEASE_GO_HASH);
	if (status == ATT_OK && !att_ed25519_is_point(out->point))
		status = att_err_set(err, ATT_ERR_MALFORMED, "expected a key of Ed25519, found no such point");
	return status;
}

/* --- notes ----------------------------------------------------------------------------------------------- */

static int no_note(struct att_err *err)
{
	return att_err_set(err, ATT_ERR_MALFORMED,
			   "expected a signed note: a text, an empty line, and lines of signatures");
}

static bool is_text(struct att_str note)
{
	for (size_t i = 0; i < note.len; i++)
		if ((unsigned char)note.data[i] < ' ' && note.data[i] != '\n')
			return false;
	return note.len > 0 && note.len <= RELEASE_GO_MAX_NOTE && note.data[note.len - 1] == '\n' &&
	       att_utf8_valid_prefix(note) == note.len;
}

/* Where the last empty line is: the text may have others. */
static size_t find_end(struct att_str note)
{
	for (size_t i = note.len; i > 1; i--)
		if (note.data[i - 1] == '\n' && note.data[i - 2] == '\n')
			return i - 1;
	return ATT_STR_NONE;
}

/* One line: *is_ours when it is by the key. */
static int read_signature(struct att_str line, const struct release_go_key *key, bool *is_ours,
			  uint8_t out[static SIGNATURE], struct att_err *err)
{
	static const struct att_str dash = {"\xe2\x80\x94 ", 4};
	struct att_str name = {NULL, 0}, rest = att_str_from(line, dash.len);
	*is_ours = false;
	if (!att_str_starts(line, dash) || !att_str_split(&rest, ' ', &name) || !is_name(name) || !rest.data)
		return no_note(err);
	if (!att_str_equal(name, key->name))
		return ATT_OK;
	struct att_buf bytes;
	att_buf_init(&bytes, 4096);
	int status = att_base64_decode(rest, ATT_BASE64, "the signature", &bytes, err);
	if (status == ATT_OK && bytes.len >= KEY_HASH && memcmp(bytes.data, key->hash, KEY_HASH) == 0) {
		*is_ours = true;
		if (bytes.len == SIGNATURE)
			memcpy(out, bytes.data, SIGNATURE);
		else
			status = no_note(err);
	}
	att_buf_clear(&bytes);
	return status;
}

int release_go_note_open(struct att_str note, const struct release_go_key *key, struct att_str *text,
			 struct att_err *err)
{
	size_t end = is_text(note) ? find_end(note) : ATT_STR_NONE, count = 0;
	bool is_signed = false, is_ours = false;
	uint8_t signature[SIGNATURE];
	if (end == ATT_STR_NONE)
		return no_note(err);
	*text = att_str_first(note, end);
	struct att_str lines = att_str_from(note, end + 1), line;
	lines = att_str_first(lines, lines.len > 0 ? lines.len - 1 : 0);
	while (att_str_split(&lines, '\n', &line)) {
		int status = count++ < RELEASE_GO_MAX_SIGNATURES
				     ? read_signature(line, key, &is_ours, signature, err)
				     : no_note(err);
		if (status != ATT_OK)
			return status;
		if (is_ours && !att_ed25519_verify_message(key->point, signature + KEY_HASH, *text))
			return att_err_set(err, ATT_ERR_REFUSED, "the signature by %.*s is wrong",
					   ATT_STR_ARG(key->name));
		is_signed |= is_ours;
	}
	if (count == 0)
		return no_note(err);
	return is_signed ? ATT_OK
			 : att_err_set(err, ATT_ERR_REFUSED, "expected a signature by %.*s, found none",
				       ATT_STR_ARG(key->name));
}

/* --- what it says ---------------------------------------------------------------------------------------- */

int release_go_head_parse(struct att_str text, struct release_go_head *out, struct att_err *err)
{
	struct att_str rest = text, title = {NULL, 0}, size = {NULL, 0}, root = {NULL, 0};
	if (!att_str_split(&rest, '\n', &title) || !att_str_split(&rest, '\n', &size) ||
	    !att_str_split(&rest, '\n', &root) || !rest.data || !att_str_is(title, "go.sum database tree") ||
	    !att_str_to_uint(size, INT64_MAX, &out->size) || (size.len > 1 && size.data[0] == '0'))
		return att_err_set(err, ATT_ERR_MALFORMED,
				   "expected the head of a tree of checksums, found something else");
	return att_base64_decode_exact(root, "the hash of the tree", out->root, sizeof out->root, err);
}

int release_go_lookup_parse(struct att_str answer, uint64_t *id, struct att_str *record, struct att_str *note,
			    struct att_err *err)
{
	struct att_str rest = answer, number = {NULL, 0};
	if (!att_str_split(&rest, '\n', &number) || !rest.data || !att_str_to_uint(number, INT64_MAX, id) ||
	    (number.len > 1 && number.data[0] == '0'))
		return att_err_set(err, ATT_ERR_MALFORMED, "expected the number of a record, found \"%.*s\"",
				   ATT_STR_ARG(att_str_first(number, 40)));
	size_t end = att_str_find(rest, ATT_STR("\n\n"));
	if (end == ATT_STR_NONE || end == 0)
		return att_err_set(err, ATT_ERR_MALFORMED,
				   "expected an empty line behind a record, found none");
	*record = att_str_first(rest, end + 1);
	*note = att_str_from(rest, end + 2);
	return ATT_OK;
}

int release_go_record_parse(struct att_str record, struct att_str module, struct att_str version,
			    struct att_str *zip, struct att_str *mod, struct att_err *err)
{
	struct att_str rest = record, line;
	*zip = *mod = (struct att_str){NULL, 0};
	while (att_str_split(&rest, '\n', &line)) {
		struct att_str name = {NULL, 0}, what = {NULL, 0};
		if (!att_str_split(&line, ' ', &name) || !att_str_split(&line, ' ', &what) ||
		    !att_str_equal(name, module) || !att_str_starts(what, version))
			continue;
		what = att_str_from(what, version.len);
		struct att_str *to = what.len == 0 ? zip : att_str_is(what, "/go.mod") ? mod : NULL;
		if (to && to->data)
			return att_err_set(err, ATT_ERR_MALFORMED, "expected each checksum once, found two");
		if (to)
			*to = line;
	}
	if (zip->len == 0 || mod->len == 0)
		return att_err_set(err, ATT_ERR_MALFORMED,
				   "expected a record of %.*s %.*s and its go.mod, found another",
				   ATT_STR_ARG(att_str_first(module, 150)), ATT_STR_ARG(version));
	return ATT_OK;
}
