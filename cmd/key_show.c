// SPDX-License-Identifier: Apache-2.0
/* attest-key show and public: what is no secret about a key. */
#include <sodium.h>
#include <stdlib.h>

#include "cmd/key.h"
#include "libattest/base/file.h"
#include "libattest/format/base64.h"
#include "libattest/format/report.h"

#include "libattest/base/banned.h"

/* --- show ---------------------------------------------------------------------------------------------- */

enum { FACTS = 8 };

/* The names of a key. Texts live in `arena`. */
struct facts {
	struct att_report_fact items[FACTS];
	size_t count;
	struct att_arena arena;
};

static void add(struct facts *facts, const char *name, const char *before, struct att_str text)
{
	struct att_str joined = ATT_ARENA_JOIN(&facts->arena, att_str_of(before), text);
	facts->items[facts->count++] = (struct att_report_fact){.name = name, .text = joined};
}

static void add_encoded(struct facts *facts, const char *name, const char *before, const void *bytes,
			size_t size, void (*encode)(struct att_str bytes, struct att_buf *out))
{
	struct att_buf text;
	att_buf_init(&text, 256);
	encode((struct att_str){bytes, size}, &text);
	add(facts, name, before, att_buf_str(&text));
	att_buf_clear(&text);
}

/* As "ssh-keygen -l" prints it: base64 without padding. */
static void encode_unpadded(struct att_str bytes, struct att_buf *out)
{
	att_base64_encode(bytes, out);
	while (out->len > 0 && out->data[out->len - 1] == '=')
		out->len--;
}

static void collect(const struct key_file *file, struct facts *facts)
{
	const struct att_key *key = file->key;
	const struct att_digest *fingerprint = att_key_fingerprint(key);
	const uint8_t *number = att_key_number(key);
	char kind[32];
	struct att_buf blob;
	uint8_t digest[crypto_hash_sha256_BYTES];
	att_key_describe(key, kind);
	add(facts, "kind", "", att_str_of(kind));
	add(facts, "part", "", file->secret ? ATT_STR("secret") : ATT_STR("public"));
	if (file->secret)
		add(facts, "encryption", "",
		    !file->phrase      ? ATT_STR("none")
		    : file->phrase_len ? ATT_STR("passphrase")
				       : ATT_STR("empty passphrase"));
	if (number) {
		/* minisign prints its number as one of 64 bits that is stored with its lowest byte first. */
		uint8_t turned[ATT_KEY_NUMBER];
		for (size_t i = 0; i < ATT_KEY_NUMBER; i++)
			turned[i] = number[ATT_KEY_NUMBER - 1 - i];
		add_encoded(facts, "number", "", turned, sizeof turned, att_hex_encode);
		char *digits = (char *)(uintptr_t)facts->items[facts->count - 1].text.data;
		for (; digits && *digits; digits++)
			if (*digits >= 'a')
				*digits = (char)(*digits - 'a' + 'A');
	}
	add_encoded(facts, "fingerprint", "sha256:", fingerprint->bytes, att_digest_size(fingerprint->kind),
		    att_hex_encode);
	att_buf_init(&blob, 1 << 16);
	att_key_write_ssh_blob(key, &blob);
	crypto_hash_sha256(digest, (const uint8_t *)blob.data, blob.len);
	add_encoded(facts, "openssh", "SHA256:", digest, sizeof digest, encode_unpadded);
	att_buf_clear(&blob);
	add_encoded(facts, "hint", "", fingerprint->bytes, att_digest_size(fingerprint->kind),
		    att_base64_encode);
}

static void write_text(const struct facts *facts, struct att_buf *out)
{
	for (size_t i = 0; i < facts->count; i++)
		att_buf_printf(out, "%-12s %.*s\n", facts->items[i].name, ATT_STR_ARG(facts->items[i].text));
}

/* Without what stands behind the "?" of a token's URI: it may be a PIN. */
static struct att_str shown_name(const char *path)
{
	struct att_str name = att_str_of(path);
	return att_str_starts(name, ATT_STR("pkcs11:")) ? att_str_first(name, att_str_find_byte(name, '?'))
							: name;
}

static int show(const struct cli_command *command, const char *path, const struct cli_passphrase *passphrase)
{
	const char *format = cli_value(command, "format");
	bool json = format && strcmp(format, "json") == 0;
	struct facts facts = {.count = 0};
	struct att_findings findings;
	struct key_file file;
	struct att_err err;
	struct att_buf out;
	att_findings_init(&findings);
	att_buf_init(&out, 1 << 20);
	int status = key_file_load(path, passphrase, &file, &err);
	if (status == ATT_OK)
		collect(&file, &facts);
	if (status == ATT_OK && file.exposed)
		cli_add_exposed_key(&findings, path);
	if (status != ATT_OK)
		att_findings_add_err(&findings, shown_name(path), NULL, &err);
	const struct att_report report = {.program = KEY_PROGRAM,
					  .command = "show",
					  .exit = status == ATT_OK ? CLI_HOLDS : CLI_UNKNOWN,
					  .findings = &findings,
					  .summary = facts.items,
					  .summary_count = facts.count};
	if (json)
		att_report_json(&report, &out);
	else
		write_text(&facts, &out);
	cli_print_findings(&findings);
	if (!att_buf_ok(&out) || facts.arena.failed)
		status = att_err_memory(&err);
	else if (cli_write(NULL, att_buf_str(&out), &err) != ATT_OK)
		status = err.code;
	if (status != ATT_OK && findings.errors == 0)
		cli_complain(KEY_PROGRAM, &err);
	key_file_free(&file);
	att_buf_clear(&out);
	att_arena_clear(&facts.arena);
	att_findings_clear(&findings);
	return status == ATT_OK ? CLI_HOLDS : CLI_UNKNOWN;
}

int key_show(int argc, const char **argv)
{
	struct cli_option options[] = {
		{"format", 'f', "FORMAT", "text (default) or json", false, NULL, 0},
		{"passphrase-file", 0, "FILE", "the passphrase is the first line of FILE", false, NULL, 0},
		{NULL, 0, NULL, NULL, false, NULL, 0},
	};
	struct cli_command command = {
		.program = KEY_PROGRAM,
		.synopsis = "attest key show FILE [OPTION...]",
		.description =
			"Prints what is no secret about the key in FILE: its kind, whether it is the secret "
			"or the public\n"
			"half, and the names by which the tools of the field know it.",
		.options = options,
	};
	struct cli_passphrase passphrase;
	cli_parse(&command, argc, argv);
	const char *path = key_one_path(&command), *format = cli_value(&command, "format");
	if (format && strcmp(format, "text") != 0 && strcmp(format, "json") != 0)
		cli_usage(KEY_PROGRAM, "expected --format text or json, found \"%s\"", format);
	cli_passphrase_open(&passphrase, cli_value(&command, "passphrase-file"));
	key_narrow(&command, path, NULL);
	int exit_code = show(&command, path, &passphrase);
	cli_passphrase_close(&passphrase);
	cli_free(&command);
	return exit_code;
}

/* --- public -------------------------------------------------------------------------------------------- */

static int write_public(const struct att_key *key, const char *as, const char *comment, struct att_buf *out,
			struct att_err *err)
{
	if (strcmp(as, "minisign") == 0)
		return att_key_write_minisign(key, out, err);
	if (strcmp(as, "signify") == 0)
		return att_key_write_signify(key, att_str_of(comment ? comment : "attest public key"), out,
					     err);
	if (strcmp(as, "ssh") == 0)
		return att_key_write_ssh(key, att_str_of(comment), out, err);
	att_key_write_pem(key, out);
	return ATT_OK;
}

static int put_public(const struct cli_command *command, const char *path,
		      const struct cli_passphrase *passphrase)
{
	const char *output = cli_value(command, "output"), *as = cli_value(command, "as");
	struct key_file file;
	struct att_err err;
	struct att_buf text;
	att_buf_init(&text, 1 << 16);
	int status = key_file_load(path, passphrase, &file, &err);
	if (status == ATT_OK)
		status = write_public(file.key, as ? as : "pem", cli_value(command, "comment"), &text, &err);
	if (status == ATT_OK && !att_buf_ok(&text))
		status = att_err_memory(&err);
	if (status == ATT_OK && output && strcmp(output, "-") != 0) {
		const struct att_file_draft draft = {output, att_buf_str(&text), 0};
		status = att_file_write_new(&draft, 1, &err);
	} else if (status == ATT_OK) {
		status = cli_write(NULL, att_buf_str(&text), &err);
	}
	if (status != ATT_OK)
		cli_complain(KEY_PROGRAM, &err);
	key_file_free(&file);
	att_buf_clear(&text);
	return status == ATT_OK ? CLI_HOLDS : CLI_UNKNOWN;
}

int key_public(int argc, const char **argv)
{
	struct cli_option options[] = {
		{"output", 'o', "FILE", "write the new file FILE; else to standard output", false, NULL, 0},
		{"as", 0, "FORMAT", "pem (default), minisign, signify or ssh", false, NULL, 0},
		{"comment", 0, "TEXT", "comment of a signify or OpenSSH key", false, NULL, 0},
		{"passphrase-file", 0, "FILE", "the passphrase is the first line of FILE", false, NULL, 0},
		{NULL, 0, NULL, NULL, false, NULL, 0},
	};
	struct cli_command command = {
		.program = KEY_PROGRAM,
		.synopsis = "attest key public FILE [OPTION...]",
		.description =
			"Writes the public half of the key in FILE, which may hold the secret or the public "
			"one.",
		.options = options,
	};
	struct cli_passphrase passphrase;
	cli_parse(&command, argc, argv);
	const char *path = key_one_path(&command), *as = cli_value(&command, "as");
	if (as && strcmp(as, "pem") != 0 && strcmp(as, "minisign") != 0 && strcmp(as, "signify") != 0 &&
	    strcmp(as, "ssh") != 0)
		cli_usage(KEY_PROGRAM, "expected --as pem, minisign, signify or ssh, found \"%s\"", as);
	cli_passphrase_open(&passphrase, cli_value(&command, "passphrase-file"));
	key_narrow(&command, path, cli_value(&command, "output"));
	int exit_code = put_public(&command, path, &passphrase);
	cli_passphrase_close(&passphrase);
	cli_free(&command);
	return exit_code;
}
