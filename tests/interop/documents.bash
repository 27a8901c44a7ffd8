# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2154
# Documents for others to read.

# One document per tree, or per tree of the catalogers' tests, in build/interop so that a failure can be looked at.
write_documents() { # FORMAT VERSION [TREE...]
    local tree name trees=("${@:3}")
    [ $# -gt 2 ] || trees=("$TESTDATA"/*/good/*.expect "$ROOT"/tests/peers.expect)
    OUT=$ROOT/build/interop/$1-$2${3:+-ecosystems}
    rm -rf "$OUT"
    mkdir -p "$OUT"
    for tree in "${trees[@]}"; do
        tree=${tree%.expect}
        name=${tree#"$ROOT"/}
        "$BIN/attest-sbom" generate "$tree" --format "$1" --spec-version "$2" \
            >"$OUT/${name//\//-}.json" 2>"$OUT/log" || { echo "$tree"; cat "$OUT/log"; return 1; }
    done
}

# Every line of TAP on standard input is a pass, and there is one at least.
all_passed() {
    local lines
    lines=$(cat)
    ! grep -A 3 '^not ok' <<<"$lines" || return 1
    grep -q '^ok' <<<"$lines"
}
