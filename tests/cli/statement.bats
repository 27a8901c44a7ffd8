#!/usr/bin/env bats
# Signed statements about a file: they say anything, so what they are has to be asked for.

load common

setup() {
    PATH=$BIN:$PATH
    cd "$BATS_TEST_TMPDIR"
    echo 'a tool' >tool
    attest key new -o k --as pkcs8 --no-passphrase
    local digest
    digest=$(sha256sum tool | cut -d' ' -f1)
    printf '{"_type":"https://in-toto.io/Statement/v1","subject":[{"name":"x","digest":{"sha256":"%s"}}],%s' \
        "$digest" '"predicateType":"https://x.example/t/v1","predicate":{"good":false}}' >statement.json
}

check() { # STATUS ARGUMENT...
    local expected=$1
    shift
    run -"$expected" attest verify tool --key k.pub --signature envelope "$@"
}

@test "a statement counts when its type is asked for, and only then" {
    attest sign --key k --as dsse -o envelope statement.json
    check 1
    [[ $output == *"counts only where its type is asked for"* ]]
    check 1 --predicate-type https://x.example/t/v2
    check 1 --predicate-type https://x.example/t
    check 0 --predicate-type https://x.example/t/v1
    [[ $output == *"verified, https://x.example/t/v1 stated (by k.pub)"* ]]
    echo more >>tool
    check 1 --predicate-type https://x.example/t/v1
    [[ $output == *"about other artifacts"* ]]
}

@test "a text that reads like a statement is none" {
    attest sign --key k --as dsse --payload-type text/plain -o envelope statement.json
    check 1 --predicate-type https://x.example/t/v1
    [[ $output == *"of type text/plain instead of a statement"* ]]
}

@test "the payload itself is what was signed" {
    attest sign --key k --as dsse --payload-type text/plain -o envelope tool
    check 0
    check 2 --predicate-type https://x.example/t/v1
}
