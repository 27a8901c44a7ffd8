// SPDX-License-Identifier: Apache-2.0
/* UTF-8 as RFC 3629 has it: no overlong forms, no surrogates, nothing above U+10FFFF. */
#ifndef ATT_BASE_UTF8_H
#define ATT_BASE_UTF8_H

#include "libattest/base/buf.h"

/* Position of the first byte that is not part of a well-formed character, or s.len. */
size_t att_utf8_valid_prefix(struct att_str s);

/* Bytes of the well-formed character at the start of `s` and its code point; 0 when there is none. */
size_t att_utf8_decode(struct att_str s, uint32_t *code_point);

/* Writes the character (a code point that UTF-8 can hold) and returns its length, 1 to 4. */
size_t att_utf8_encode(uint32_t code_point, char out[static 4]);

/* Passes characters, from the one at `at` until it stands at or behind `to` (at most s.len), and adds their
 * number to *count. Bytes that are not UTF-8 count one each. Returns where it stands. */
size_t att_utf8_advance(struct att_str s, size_t at, size_t to, size_t *count);

/* Number of characters; bytes that are not UTF-8 count one each. */
size_t att_utf8_count(struct att_str s);

/* Is this a character that a terminal may obey instead of show, or that reorders or hides what surrounds
 * it? C0 and C1 controls, DEL, bidirectional controls, zero-width characters, line and paragraph
 * separators. */
bool att_utf8_is_hostile(uint32_t code_point);

/* Is there the "[" of "##["? GitHub's runners take that for the beginning of a command, wherever it stands in a
 * line of a program's output. */
bool att_utf8_begins_command(struct att_str text, size_t at);

/* Appends text for a person to read: hostile characters, and the "[" of "##[", come out as "\u{202e}", bytes
 * that are not UTF-8 as "\x{ff}". What a hostile file name says cannot reach the terminal except through here.
 */
void att_utf8_add_visible(struct att_buf *out, struct att_str text);

#endif
