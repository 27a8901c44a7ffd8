#!/usr/bin/env bats
# minisign and signify: what they sign holds here, what is signed here holds there, and what one refuses so does the
# other.

load ../cli/common
load signing

setup() { signing_setup; }

@test "minisign's signatures hold here" {
    local file
    for file in artifact empty; do
        minisign -S -s "$KEYS/minisign.key" -m $file -t "a comment"
        sign_file verify "$KEYS/minisign.pub" $file.minisig $file
        run -1 sign_file verify "$KEYS/minisign.pub" $file.minisig spoilt
        minisign -S -l -s "$KEYS/minisign.key" -m $file -x legacy
        sign_file verify "$KEYS/minisign.pub" legacy $file
    done
}

@test "signatures made here hold for minisign" {
    local file
    for file in artifact empty; do
        sign_file sign "$KEYS/minisign.key" minisign $file >$file.minisig
        run -0 minisign -V -p "$KEYS/minisign.pub" -m $file
        [[ $output == *"Trusted comment: timestamp:1700000000"*"file:$file"*hashed* ]]
        run -1 minisign -V -p "$KEYS/minisign.pub" -m spoilt -x $file.minisig
    done
    sign_file sign "$KEYS/minisign.key" minisign artifact "geprüft: ✓" >artifact.minisig
    run -0 minisign -V -Q -p "$KEYS/minisign.pub" -m artifact
    [ "$output" = "geprüft: ✓" ]
    sign_file sign "$KEYS/minisign.key" minisign artifact "$(printf 'x%.0s' {1..8173})" >artifact.minisig
    minisign -V -p "$KEYS/minisign.pub" -m artifact
}

@test "a new key of minisign's own" {
    minisign -G -W -p new.pub -s new.key >/dev/null
    minisign -S -s new.key -m artifact
    sign_file verify new.pub artifact.minisig artifact
    run -2 sign_file verify "$KEYS/minisign.pub" artifact.minisig artifact
    sign_file sign new.key minisign artifact >made
    minisign -V -p new.pub -m artifact -x made
}

@test "signify's signatures hold here" {
    local file
    for file in artifact empty; do
        signify-openbsd -S -s "$KEYS/signify.sec" -m $file
        sign_file verify "$KEYS/signify.pub" $file.sig $file
        run -1 sign_file verify "$KEYS/signify.pub" $file.sig spoilt
    done
}

@test "signatures made here hold for signify, which makes the same bytes" {
    local file
    for file in artifact empty; do
        sign_file sign "$KEYS/signify.sec" signify $file >made
        signify-openbsd -V -p "$KEYS/signify.pub" -m $file -x made
        signify-openbsd -S -s "$KEYS/signify.sec" -m $file
        cmp made $file.sig
        run -1 signify-openbsd -V -p "$KEYS/signify.pub" -m spoilt -x made
    done
}

@test "a new key of signify's own" {
    signify-openbsd -G -n -p new.pub -s new.sec
    signify-openbsd -S -s new.sec -m artifact
    sign_file verify new.pub artifact.sig artifact
    run -2 sign_file verify "$KEYS/signify.pub" artifact.sig artifact
}

# Legacy signatures of minisign and those of signify are the same, but for the trusted comment.
@test "keys of one sign for the other" {
    sign_file sign "$KEYS/minisign.key" signify artifact >made
    signify-openbsd -V -p "$KEYS/signify.pub" -m artifact -x made
    sign_file sign "$KEYS/signify.sec" minisign artifact >made
    minisign -V -p "$KEYS/minisign.pub" -m artifact -x made
}
