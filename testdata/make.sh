#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# testdata/make.sh [PART...]: makes anew the vectors that a program makes; all parts when none is named. Tests never
# run it. What it needs beyond Python is named where it is used.
set -eu
cd "$(dirname "$0")"

# Keys and signatures, good and hostile, from numbers that stand in the script: the same bytes every time.
make_key() {
	python3 key.py
}

parts=(key)
[ $# -gt 0 ] || set -- "${parts[@]}"
for part; do
	"make_$part"
done
