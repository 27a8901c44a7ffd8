#!/usr/bin/env bats
# needs: PEERS
# attest sign and attest verify against cosign 3, which stands in PEERS/bin: without a network, a log or a certificate.

load ../cli/common
load programs

TABLE='cosign bundle - pem ed25519 p256 p384 rsa'

setup() {
    programs_setup
    PATH=$PEERS/bin:$PATH
}

@test "cosign takes what attest signs" {
    each_row "$TABLE" ours
    [ "$COUNT" -eq 4 ]
}

@test "what cosign signs, attest verifies" {
    each_row "$TABLE" theirs
    [ "$COUNT" -eq 4 ]
}

@test "statements: what cosign attests, attest verifies, and the other way round" {
    export COSIGN_PASSWORD='' HOME=$PWD
    local type=https://in-toto.io/attestation/test-result/v0.1 provenance=https://slsa.dev/provenance/v1
    echo artifact >tool
    echo other >other
    printf '{"result":"PASSED","configuration":[{"name":"x","digest":{"sha256":"%064d"}}]}' 0 >predicate
    echo >empty
    attest key new -o k --as cosign --passphrase-file empty
    cosign attest-blob --key k --predicate predicate --type "$type" --bundle theirs.json --tlog-upload=false \
        --use-signing-config=false -y tool
    attest verify tool --key k.pub --attestation theirs.json --predicate-type "$type"
    run -1 attest verify other --key k.pub --attestation theirs.json --predicate-type "$type"
    git init -q .
    git add tool
    git -c user.name=me -c user.email=me@example.com commit -q -m first
    attest provenance tool --builder-id https://b.example/1 --source https://g.example/x --key k -o ours.json
    cosign verify-blob-attestation --key k.pub --bundle ours.json --type "$provenance" --insecure-ignore-tlog=true tool
    run ! cosign verify-blob-attestation --key k.pub --bundle ours.json --type "$provenance" \
        --insecure-ignore-tlog=true other
}
