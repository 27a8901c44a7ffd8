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
