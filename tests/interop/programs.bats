#!/usr/bin/env bats
# attest sign and attest verify against minisign, signify, ssh-keygen and openssl: cosign_programs.bats asks cosign.

load ../cli/common
load programs

setup() { programs_setup; }

TABLE='minisign minisign - key minisign
signify signify - sec signify
ssh-keygen sshsig - pem ed25519 p256 p384 rsa
pkeyutl raw - pem ed25519
openssl raw - pem p256 p384 rsa
openssl-pss raw --rsa-pss pem rsa'

@test "what attest signs is taken by minisign, signify, ssh-keygen and openssl" {
    each_row "$TABLE" ours
    [ "$COUNT" -eq 11 ]
}

@test "what minisign, signify, ssh-keygen and openssl sign, attest verifies" {
    each_row "$TABLE" theirs
    [ "$COUNT" -eq 11 ]
}
