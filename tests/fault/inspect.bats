#!/usr/bin/env bats
# attest inspect when memory and system calls fail: all of it, or exit 2; never half a payload with exit 0.

load common

setup() {
    cd "$BATS_TEST_TMPDIR" || return
    statement=$TESTDATA/summary/good/full
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout k.pem -outform DER -out c.der \
        -subj /CN=signer -days 1 -addext 'subjectAltName=URI:https://x.example/y' 2>/dev/null
    printf '{"mediaType":"%s","verificationMaterial":{"certificate":%s},%s}\n' \
        application/vnd.dev.sigstore.bundle.v0.3+json "{\"rawBytes\":\"$(base64 -w0 c.der)\"}" \
        "\"dsseEnvelope\":{\"payloadType\":\"application/vnd.in-toto+json\",
        \"payload\":\"$(base64 -w0 "$statement")\",\"signatures\":[{\"sig\":\"AAAA\"}]}" >bundle
}

fresh() { :; }

# Everything, or a failure that is told.
whole() {
    case $1 in
    0) cmp out want ;;
    2) ;;
    *) false ;;
    esac
}

# The same, and nothing was written with 2 either.
payload() {
    case $1 in
    0) cmp out want ;;
    2) [ ! -s out ] || cmp -n "$(stat -c %s out)" out want ;;
    *) false ;;
    esac
}

@test "allocations fail: text" {
    "$BIN/attest-inspect" bundle >want
    fail_allocations 300 whole "$BIN/attest-inspect" bundle
}

@test "allocations fail: JSON" {
    "$BIN/attest-inspect" bundle -f json >want
    fail_allocations 150 whole "$BIN/attest-inspect" bundle -f json
}

@test "allocations fail: the payload" {
    "$BIN/attest-inspect" --payload bundle >want
    cmp want "$statement"
    fail_allocations 150 payload "$BIN/attest-inspect" --payload bundle
}

@test "every call fails" {
    "$BIN/attest-inspect" bundle >want
    fail_calls fresh whole error=EIO error=ENOMEM -- "$BIN/attest-inspect" bundle
}
