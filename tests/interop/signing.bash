# The keys of testdata/signing, and something to sign, for the tests of signature formats.
KEYS=$TESTDATA/signing

signing_setup() {
    cd "$BATS_TEST_TMPDIR" || return 1
    head -c 100000 /dev/zero >artifact
    echo "spoilt" >spoilt
    : >empty
    printf '{"_type":"https://in-toto.io/Statement/v1","subject":[{"name":"artifact","digest":{"sha256":"%s"}}],%s}' \
        "$(sha256sum artifact | cut -d' ' -f1)" '"predicateType":"https://example.com/p","predicate":{}' >statement
}

sign_file() { "$TESTS/sign_file" "$@"; }
