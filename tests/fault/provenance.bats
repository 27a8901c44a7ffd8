#!/usr/bin/env bats
# attest provenance when system calls and allocations fail: the whole statement or nothing, and never one about a
# checkout that could not be looked at.

load common

setup() {
    export HOME=$BATS_TEST_TMPDIR/home
    mkdir "$HOME" "$BATS_TEST_TMPDIR/tree" "$BATS_TEST_TMPDIR/bare"
    cd "$BATS_TEST_TMPDIR/tree" || return
    git init -q -b main .
    git config user.name me
    git config user.email me@example.com
    echo source >main.c
    git add main.c
    git commit -q -m first
    cd ../bare || return
    echo one >tool
    install -m 600 "$TESTDATA/signing/ed25519.pem" key
    mapfile -t VARIABLES <"$TESTDATA/build/good/github-push.env"
    mkdir o
}

fresh() { rm -f o/*; }

# The right statement, or none.
whole() {
    case $1 in
    0) cmp o/p want ;;
    2) [ ! -e o/p ] || cmp o/p want ;;
    *) false ;;
    esac && [ -z "$(find o -mindepth 1 ! -name p)" ]
}

@test "every call fails: a statement of GitHub's, signed" {
    env "${VARIABLES[@]}" "$BIN/attest-provenance" tool --key key --jobs 1 -o want 2>err
    fail_calls fresh whole error=EIO error=ENOMEM -- \
        env "${VARIABLES[@]}" "$BIN/attest-provenance" tool --key key --jobs 1 -o o/p
}

@test "allocations fail, with a checkout" {
    set -- "$BIN/attest-provenance" tool --checkout ../tree --builder-id https://b.example/ \
        --source https://g.example/a --parameter a=b --key key --jobs 1
    "$@" -o want 2>err
    fresh
    fail_allocations 150 whole "$@" -o o/p
}

@test "no allocation that fails hides that files were changed" {
    echo change >>../tree/main.c
    run -2 "$BIN/attest-provenance" tool --checkout ../tree --builder-id https://b.example/ \
        --source https://g.example/a -o o/p
    local i status
    for ((i = 1; i < 120; i++)); do
        status=0
        env FAIL_FROM_START=1 FAIL_AT=$i LD_PRELOAD="$TESTS/fail_malloc.so" "$BIN/attest-provenance" tool \
            --checkout ../tree --builder-id https://b.example/ --source https://g.example/a -o o/p 2>err || status=$?
        # What comes before the question, popt for one, may crash.
        [ "$status" -ne 0 ]
        [ ! -e o/p ]
    done
}

@test "every call fails, and allocations: predicates, an SBOM and a pattern" {
    cp "$TESTDATA/document/good/scopes.json" sbom
    echo '{"result": "PASSED", "configuration": []}' >result
    set -- env "${VARIABLES[@]}" "$BIN/attest-provenance" 't*l' -t test-result -p result -t cyclonedx -p sbom \
        --with-provenance --sbom sbom --key key --jobs 1
    "$@" -o want 2>err
    [ "$(wc -l <want)" = 3 ]
    fail_calls fresh whole error=EIO error=ENOMEM -- "$@" -o o/p
    fresh
    fail_allocations 400 whole "$@" -o o/p
}
