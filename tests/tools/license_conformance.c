// SPDX-License-Identifier: Apache-2.0
/* license_conformance FOLDER...: every file of a folder is the text of the license or exception that it is
 * named after, and has to be recognised: as it is, and wrapped anew between lines that are not part of it.
 * Prints a TAP line per case, without numbers and plan, which tests/conformance adds. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

#include "libattest/base/file.h"
#include "libattest/package/license.h"
#include "libattest/package/license_text.h"

static const char before[] = "The Example Project\n\nCopyright (c) 2024 Jane Doe <jane@example.org>\n"
			     "All rights reserved.\n\n";
static const char behind[] = "\n\nSend questions about the Example Project to its friends.\n";

/* What a file's id is reported as, when it is not itself. */
static bool same_license(struct att_str file, struct att_str id)
{
	char only[128];
	if (att_str_ends(file, ATT_STR(".txt")))
		file.len -= 4;
	if (att_str_ends(file, ATT_STR("+")))
		file.len--;
	snprintf(only, sizeof only, "%.*s-only", ATT_STR_ARG(file));
	return att_str_equal(file, id) || att_str_is(id, only);
}

/* Former ids have the text of another one, or but the exception that they were made for. */
static bool former_id(const char *file)
{
	bool deprecated = false;
	return att_license_find(att_str_of(file), &deprecated).len > 0 && deprecated;
}

/* Word by word, a line end after every third word that ends in none of the marks that lists have. */
static void wrap_anew(struct att_str text, struct att_buf *out)
{
	size_t words = 0;
	for (size_t i = 0; i < text.len; i++) {
		bool end = text.data[i] == ' ' && i > 0 && att_ascii_is_alpha(text.data[i - 1]);
		bool wrap = end && ++words % 7 == 0 && i + 1 < text.len && text.data[i + 1] >= 'a' &&
			    text.data[i + 1] <= 'z';
		att_buf_add_byte(out, wrap ? '\n' : text.data[i]);
	}
}

static bool check(const char *name, const char *how, struct att_str text)
{
	struct att_license_texts found;
	struct att_err err;
	if (att_license_text_recognise(text, 0.8, &found, &err) != 0) {
		printf("not ok - %s %s: %s\n", name, how, err.message);
		return false;
	}
	const struct att_license_text_match *best = NULL;
	for (size_t i = 0; i < found.count; i++)
		if (!best || found.matches[i].confidence > best->confidence)
			best = &found.matches[i];
	bool same = best &&
		    (same_license(att_str_of(name), best->id) || same_license(att_str_of(name), best->rival));
	bool equal = best && best->confidence > 0.999 && former_id(name);
	bool good = (same || equal) && best->confidence >= 0.8 && found.count == 1;
	printf("%sok - %s %s", good ? "" : "not ", name, how);
	for (size_t i = 0; i < found.count; i++) {
		struct att_license_text_match *m = &found.matches[i];
		printf(", %.*s %.3f%s%.*s", ATT_STR_ARG(m->id), m->confidence, m->rival.len ? " or " : "",
		       ATT_STR_ARG(m->rival));
	}
	printf("\n");
	return good;
}

static void check_file(int dir, const char *name)
{
	struct att_buf text, other;
	struct att_err err;
	att_buf_init(&text, ATT_LICENSE_TEXT_LONGEST);
	att_buf_init(&other, ATT_LICENSE_TEXT_LONGEST);
	if (att_file_read(dir, name, &text, &err) != 0) {
		printf("not ok - %s: %s\n", name, err.message);
	} else {
		check(name, "as it is", att_buf_str(&text));
		att_buf_add(&other, ATT_STR(before));
		wrap_anew(att_buf_str(&text), &other);
		att_buf_add(&other, ATT_STR(behind));
		check(name, "wrapped", att_buf_str(&other));
	}
	att_buf_clear(&text);
	att_buf_clear(&other);
}

int main(int argc, char **argv)
{
	for (int i = 1; i < argc; i++) {
		struct dirent **names;
		int count = scandir(argv[i], &names, NULL, alphasort);
		DIR *dir = opendir(argv[i]);
		if (count < 0 || !dir)
			return 2;
		for (int k = 0; k < count; k++) {
			if (names[k]->d_name[0] != '.' && strcmp(names[k]->d_name, "NOASSERTION") != 0)
				check_file(dirfd(dir), names[k]->d_name);
			free(names[k]);
		}
		free(names);
		closedir(dir);
	}
	return 0;
}
