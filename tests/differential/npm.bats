#!/usr/bin/env bats
# Does npm, reading the same package-lock.json, see the same edges? `npm ls` lists them all, offline. ATTEST_CORPUS
# may name a folder with more locks.

load ../cli/common

setup() {
    export npm_config_cache=$BATS_TEST_TMPDIR/npm npm_config_update_notifier=false
}

# compare FOLDER LOCK
compare() {
    local dump=$BATS_TEST_TMPDIR/dump
    "$TESTS/catalog_dump" "$1" "$2" > "$dump"
    node "$BATS_TEST_DIRNAME/npm_edges.js" dump < "$dump" > "$BATS_TEST_TMPDIR/ours"
    # It complains about what is missing by its exit status; what it lists counts.
    {
        cd "$1/$(dirname "$2")"
        npm ls --all --long --json --package-lock-only --offline 2> "$dump.err" || true
    } | node "$BATS_TEST_DIRNAME/npm_edges.js" npm > "$BATS_TEST_TMPDIR/theirs"
    diff "$BATS_TEST_TMPDIR/theirs" "$BATS_TEST_TMPDIR/ours"
    [ "$(wc -l < "$BATS_TEST_TMPDIR/ours")" -gt "$3" ]
}

# Not compared: locks without "requires", entries that nothing needs, a package.json that has moved on, of all of
# which npm lists less, and what we only count.
@test "the cases of testdata/npm" {
    for lock in "$TESTDATA"/npm/good/*/package-lock.json "$TESTDATA"/npm/good/*/*/package-lock.json; do
        local tree=$BATS_TEST_TMPDIR/tree path
        path=${lock#"$TESTDATA"/npm/good/}
        case $path in leftovers/* | moved-on/* | many-missing/*) continue ;; esac
        echo "$path"
        rm -rf "$tree"
        cp -R "$TESTDATA/npm/good/${path%%/*}" "$tree"
        # npm finds workspaces by their package.json.
        node "$BATS_TEST_DIRNAME/npm_edges.js" manifests "$tree/${path#*/}"
        compare "$tree" "${path#*/}" 0
    done
}

# Locks of other projects, when there are any: nothing is claimed of them by default.
@test "a lock of 300 packages, and those of ATTEST_CORPUS" {
    local tree=$BATS_TEST_TMPDIR/tree lock
    mkdir "$tree"
    node "$BATS_TEST_DIRNAME/npm_edges.js" random 300 > "$tree/package-lock.json"
    node "$BATS_TEST_DIRNAME/npm_edges.js" manifests "$tree/package-lock.json"
    compare "$tree" package-lock.json 300
    [ -n "${ATTEST_CORPUS:-}" ] || return 0
    find "$ATTEST_CORPUS" -name package-lock.json -not -path '*/node_modules/*' > "$BATS_TEST_TMPDIR/locks"
    while read -r lock; do
        echo "$lock"
        compare "$(dirname "$lock")" package-lock.json 1
    done < "$BATS_TEST_TMPDIR/locks"
}
