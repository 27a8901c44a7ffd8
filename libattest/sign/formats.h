// SPDX-License-Identifier: Apache-2.0
/* The signature formats by name, for signature_formats.c alone: everybody else goes through the table. */
#ifndef ATT_SIGN_FORMATS_H
#define ATT_SIGN_FORMATS_H

#include "libattest/sign/signature.h"

extern const struct att_signature_format att_signature_format_minisign;
extern const struct att_signature_format att_signature_format_signify;
extern const struct att_signature_format att_signature_format_bundle;
extern const struct att_signature_format att_signature_format_dsse;
extern const struct att_signature_format att_signature_format_sshsig;
extern const struct att_signature_format att_signature_format_raw;

#endif
