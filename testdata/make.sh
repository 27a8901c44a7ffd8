#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# testdata/make.sh [PART...]: makes anew the vectors that a program makes; all parts when none is named. Tests never
# run it. What it needs beyond Python is named where it is used.
set -eu
cd "$(dirname "$0")"

# Keys, signatures by them, bare and in OpenSSH's form, good and hostile, from numbers that stand in the script: the same
# bytes every time.
make_key() {
	python3 key.py
}

# What the formats' own tools sign, and what is wrong with it.
make_minisign() { signing/make.sh minisign; }
make_signify() { signing/make.sh signify; }
make_dsse() { signing/make.sh dsse; }
make_bundle() { signing/make.sh bundle; }

# Zips and trees of Go modules.
make_gosum() { (cd gosum && python3 make.py); }

# Zips whose names, counts or places disagree.
make_packed() { (cd packed && python3 make.py); }

parts=(key minisign signify dsse bundle gosum packed)
[ $# -gt 0 ] || set -- "${parts[@]}"
for part; do
	"make_$part"
done
