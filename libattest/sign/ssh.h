// SPDX-License-Identifier: Apache-2.0
/* Data types of the SSH protocol (RFC 4251 section 5), as keys and signatures take them. */
#ifndef ATT_SIGN_SSH_H
#define ATT_SIGN_SSH_H

#include "libattest/base/buf.h"

/* Takes a "string": four bytes of length, and as many bytes. False, and *rest as it was, when there is none. */
bool att_ssh_take(struct att_str *rest, struct att_str *string);

/* Takes an "mpint" that is not negative and in its shortest form; *number is its bytes, the highest first,
 * without a zero in front. */
bool att_ssh_take_unsigned(struct att_str *rest, struct att_str *number);

/* Append a string; a number from its bytes, the highest first, of any length. */
void att_ssh_write(struct att_str string, struct att_buf *out);
void att_ssh_write_unsigned(struct att_str number, struct att_buf *out);

#endif
