#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Writes those JSON vectors that a text editor would spoil or that are too long to type.
set -eu
cd "$(dirname "$0")/../json"

repeat() { # TEXT COUNT
	printf "%$2s" '' | sed "s/ /$1/g"
}

{ repeat '\[' 128; repeat '\]' 128; } > good/nested-128.json
{ repeat '\[' 129; repeat '\]' 129; } > bad/nested-129.json
repeat '\[' 5000 > bad/nested-5000.json
repeat '{"a":' 129 > bad/nested-129-objects.json

printf '\357\273\277{}' > bad/byte-order-mark.json
printf '[1]\357\273\277' > bad/byte-order-mark-last.json
printf '\377\376[\0]\0' > bad/utf16-little-endian.json
printf '\0[\0]' > bad/utf16-big-endian.json
printf '[1]\0' > bad/after-value-nul.json
printf '["a\0b"]' > bad/string-nul.json
printf '[1,\0002]' > bad/nul.json
printf '["\033[31m"]' > bad/string-terminal-escape.json
printf '["\177"]' > good/string-delete.json
printf '["\377"]' > bad/utf8-byte-ff.json
printf '["\200"]' > bad/utf8-continuation-alone.json
printf '["\303"]' > bad/utf8-cut-by-quote.json
printf '["\342\202' > bad/utf8-cut-by-end.json
printf '["\300\257"]' > bad/utf8-overlong-slash.json
printf '["\355\240\200"]' > bad/utf8-surrogate.json
printf '["\364\220\200\200"]' > bad/utf8-above-10ffff.json
printf '{"\303\251\351":1}' > bad/utf8-in-key.json
printf '[\351]' > bad/utf8-outside-string.json
printf '[1 /* \351 */]' > bad/utf8-in-comment.jsonc
printf '\357\273\277[]' > bad/byte-order-mark.jsonc

# Unicode space is not white space in JSON, but may stand in strings.
printf '[\302\2401]' > bad/space-no-break.json
printf '[1\342\200\250]' > bad/space-line-separator.json
printf '["\302\240", "\342\200\250", "\342\200\213", "\357\273\277"]' > good/unicode-space.json
printf '["\357\277\277", "\357\267\220", "\\uffff", "\\ufdd0"]' > good/unicode-noncharacters.json
