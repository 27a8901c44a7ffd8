# What the tests of attest verify share.

load outputs
KEYS=$TESTDATA/signing

setup() {
    PATH=$BIN:$PATH
    cd "$BATS_TEST_TMPDIR" || return
    unset COSIGN_PASSWORD
    printf 'the artifact\n' >tool
}

# verify STATUS ARGUMENT...: the outputs are in "out" and "err".
verify() {
    local want=$1
    shift
    expect "$want" attest-verify "$@"
}

verdict() { [ "$(tail -n 1 out)" = "$1" ] || { cat out err; return 1; }; }

# sign KEY ARGUMENT...: with a key of the test data (chmod: they are no secret).
sign() {
    local key=$1
    shift
    [ -e "$key.sec" ] || install -m 600 "$KEYS/$key.pem" "$key.sec"
    attest-sign --key "$key.sec" "$@" 2>/dev/null
}

digest_of() { sha256sum "$1" | cut -c1-64; }

# statement FILE TYPE: a statement of a type about a file.
statement() {
    printf '{"_type":"https://in-toto.io/Statement/v1","subject":[{"name":"x","digest":{"sha256":"%s"}}],%s' \
        "$(digest_of "$1")" "\"predicateType\":\"$2\",\"predicate\":{}}"
}

# policy [LINE...]: two signers, p256 and ed25519, and what is appended.
policy() {
    mkdir -p policy/keys
    cp "$KEYS/p256.pub" "$KEYS/ed25519.pub" policy/keys
    printf '%s\n' '[[trust.signer]]' 'name = "first"' 'key = "keys/p256.pub"' "${FIRST:-}" '[[trust.signer]]' \
        'name = "second"' 'key = "keys/ed25519.pub"' "${SECOND:-}" "$@" >policy/attest.toml
}
