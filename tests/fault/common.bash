# What the fault tests share: a small tree, and what a run may end in.
source "$BATS_TEST_DIRNAME/../cli/common.bash"

# One of each kind of parser, with manifests beside the locks.
make_tree() {
    mkdir -p "$1/below/it"
    cp -r "$TESTDATA/cargo/good/examples/." "$1"
    cp -r "$TESTDATA/npm/good/nested/." "$1/below"
    cp -r "$TESTDATA/pnpm/good/single-6/." "$1/below/it"
    cp -r "$TESTDATA/maven/good/properties/." "$1/below/it"
    ln -s ../Cargo.lock "$1/below/Cargo.lock"
}

# judge STATUS WHAT: the run of "-o o/x.json" ended with 0 and exactly the right bytes, or with 2 and the file as
# it was; nothing else is left behind.
judge() {
    local state=bad says_incomplete='[.metadata.properties[].name
        | select(. == "attest:input:not-understood" or . == "attest:input:incomplete")] | length > 0'
    if [ "$1" -eq 0 ] && cmp -s o/x.json want.json; then
        state=good
    elif [ "$1" -eq 2 ] && { [ "$(cat o/x.json)" = old ] || cmp -s o/x.json want.json ||
        jq -e "$says_incomplete" o/x.json >/dev/null 2>&1; }; then
        state=good
    fi
    local left
    left=$(find o -mindepth 1 -printf '%P ')
    [ "$left" = "x.json " ] || state=litter
    if [ "$state" != good ]; then
        echo "$2: exit $1, $state: $left"
        tail -n 3 err
    fi
    echo old >o/x.json
    [ "$state" = good ]
}
