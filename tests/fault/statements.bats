#!/usr/bin/env bats
# attest verify with provenance, a policy and a summary, when calls and allocations fail: what is not verified never
# becomes verified, and a summary is written whole or not at all.

load common

setup() {
    cd "$BATS_TEST_TMPDIR" || return
    echo one >tool
    echo two >other
    mkdir o
    install -m 600 "$TESTDATA/signing/minisign.key" key
    install -m 600 "$TESTDATA/signing/p256.pem" summary.key
    cp "$TESTDATA/signing/minisign.pub" key.pub
    mapfile -t VARIABLES <"$TESTDATA/build/good/github-push.env"
    env "${VARIABLES[@]}" "$BIN/attest-provenance" tool --key key -o p 2>/dev/null
    printf '%s\n' '[[trust.signer]]' 'name = "ci"' 'key = "key.pub"' '[[trust.builder]]' \
        'id = "https://github.com/example-org/hello-world/.github/workflows/release.yml@refs/heads/*"' \
        'signer = "ci"' 'level = 2' '[[trust.require]]' 'artifact = "*"' \
        'predicates = ["https://slsa.dev/provenance/v1"]' \
        'source = { repository = "https://github.com/example-org/hello-world", branch = "main" }' >attest.toml
    GOOD=("$BIN/attest-verify" tool --policy attest.toml --provenance p)
    BAD=("$BIN/attest-verify" other --policy attest.toml --provenance p)
    SUMMARY=(--emit-summary o/vsa --summary-key summary.key --verifier https://v.example/ --resource
        https://r.example/ --policy-uri https://p.example/)
}

fresh() { rm -f o/*; }

said() { jq -r .dsseEnvelope.payload o/vsa | base64 -d | jq -r .predicate.verificationResult; }

# A good file: verified, or nobody can tell; with a whole summary that says so, or none.
is_good() {
    case $1 in
    0 | 2) [ ! -e o/vsa ] || [ "$(said)" = PASSED ] ;;
    *) false ;;
    esac && [ -z "$(find o -mindepth 1 ! -name vsa)" ]
}

# A bad one: never verified.
is_bad() {
    case $1 in
    1 | 2) [ ! -e o/vsa ] || [ "$(said)" = FAILED ] ;;
    *) false ;;
    esac && ! grep -q ': verified' out && [ -z "$(find o -mindepth 1 ! -name vsa)" ]
}

@test "both are what the other tests take them for" {
    "${GOOD[@]}" "${SUMMARY[@]}"
    [ "$(said)" = PASSED ]
    run -1 "${BAD[@]}" "${SUMMARY[@]}"
    [ "$(said)" = FAILED ]
}

@test "every call fails: a good file, with a summary" {
    fail_calls fresh is_good error=EIO error=ENOMEM -- "${GOOD[@]}" "${SUMMARY[@]}"
}

@test "every call fails: another file, with a summary" {
    fail_calls fresh is_bad error=EIO error=EINTR -- "${BAD[@]}" "${SUMMARY[@]}"
}

@test "allocations fail: a good file, with a summary" {
    fail_allocations 150 is_good "${GOOD[@]}" "${SUMMARY[@]}"
}

@test "allocations fail: another file, with a summary" {
    fail_allocations 150 is_bad "${BAD[@]}" "${SUMMARY[@]}"
}

@test "allocations fail: by a summary" {
    "${GOOD[@]}" "${SUMMARY[@]}"
    cp o/vsa vsa
    set -- --summary vsa --key "$TESTDATA/signing/p256.pub" --verifier https://v.example/ --resource https://r.example/
    "$BIN/attest-verify" tool "$@"
    fresh
    fail_allocations 100 is_good "$BIN/attest-verify" tool "$@"
    fresh
    fail_allocations 100 is_bad "$BIN/attest-verify" other "$@"
}
