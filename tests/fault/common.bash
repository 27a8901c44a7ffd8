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

# list_calls LOG: "CALL FIRST LAST" of what strace wrote down. What comes before main is the dynamic linker's; main
# begins with the look at descriptor 0.
list_calls() {
    sed -E 's/^[0-9]+ +//' "$1" | awk -F'(' '
        /^fcntl\(0, F_GETFD/ { started = 1 }
        /^[a-z]/ { count[$1]++; if (!started) before[$1] = count[$1] }
        END { for (c in count) if (count[c] > before[c]) print c, before[c] + 1, count[c] }' | sort
}

# Not those which have nobody to tell. A failing futex or getrandom means a broken kernel, at which the C library and
# libsodium give up on purpose; brk is memory, which malloc.bats takes away where it can be borne; the others end
# the process or come back from a signal.
can_fail() { # CALL
    [[ ' brk exit exit_group futex getrandom rt_sigreturn execve set_robust_list rseq ' != *" $1 "* ]]
}
