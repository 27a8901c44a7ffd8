#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Writes those YAML vectors that a text editor would spoil or that are too long to type.
set -eu
cd "$(dirname "$0")/../yaml"

repeat() { # TEXT COUNT
	printf "%$2s" '' | sed "s/ /$1/g"
}

{ repeat '\[' 128; repeat '\]' 128; } > good/nested-128.yaml
{ repeat '\[' 129; repeat '\]' 129; } > bad/nested-129.yaml
repeat '\[' 5000 > bad/nested-5000.yaml
repeat '- ' 129 > bad/nested-129-block.yaml
{ repeat '%TAG !a! b\n' 64; echo '%TAG !b! c'; echo '--- x'; } > bad/directives-65.yaml

: > good/empty.yaml
printf '\357\273\277a: \303\251\r\nb: c\r\n' > good/byte-order-mark.yaml
printf 'a: 1\rb:\r- c\r\nd: |\r\n  e\r\n  f\r\n' > good/line-ends.yaml
printf 'a: b\302\205c: "d\342\200\250  e"\342\200\251f: g' > good/line-ends-unicode.yaml
printf 'a:\303\251: \342\202\254' > good/no-last-line-end.yaml
printf 'a: "b\tc"\nd:\te\n' > good/tabs-between.yaml

printf 'a: \357\273\277\nb: \351' > bad/utf8-latin1.yaml
printf 'a: \300\200' > bad/utf8-overlong.yaml
printf 'a: \355\240\200' > bad/utf8-surrogate.yaml
printf 'a: \342\202' > bad/utf8-cut.yaml
printf '\377\376a\0:\0' > bad/utf16-little-endian.yaml
printf '\0a' > bad/utf16-big-endian.yaml
printf 'a: b\0c' > bad/nul.yaml
printf 'a: \033[31m' > bad/terminal-escape.yaml
printf '# \001' > bad/control-in-comment.yaml
printf '\303\251: "\177"' > bad/control-delete.yaml
