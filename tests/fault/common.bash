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

# fail_calls PREPARE JUDGE ERROR... -- COMMAND...: COMMAND with every system call failing in turn; of a kind that comes
# more than forty times, every second one and so on. PREPARE makes the folder anew before each run; JUDGE STATUS looks
# at what is left, and at the files "out" and "err". At least RUNS=40 runs.
fail_calls() {
    local prepare=$1 judge=$2 errors=() call first last n step error status failed=0 ran=0
    shift 2
    while [ "$1" != -- ]; do
        errors+=("$1")
        shift
    done
    shift
    "$prepare"
    strace -f -o log "$@" >out 2>err || true
    list_calls log >calls
    while read -r call first last; do
        can_fail "$call" || continue
        step=$(((last - first) / 40 + 1))
        for ((n = first; n <= last; n += step)); do
            for error in "${errors[@]}"; do
                "$prepare"
                status=0
                timeout 20 strace -f -o /dev/null -e "inject=$call:$error:when=$n" "$@" >out 2>err || status=$?
                ran=$((ran + 1))
                "$judge" "$status" && continue
                echo "$call number $n: $error: exit $status"
                cat out
                tail -n 3 err
                failed=1
            done
        done
    done <calls
    [ "$ran" -ge "${RUNS:-40}" ]
    [ "$failed" -eq 0 ]
}

# fail_allocations STEPS JUDGE COMMAND...: so many of the allocations fail, evenly spread, each alone; and then a
# third as many with all that follow.
fail_allocations() {
    local steps=$1 judge=$2 total step status i failed=0 on
    shift 2
    FAIL_COUNT=$PWD/count LD_PRELOAD=$TESTS/fail_malloc.so "$@" >out 2>err || true
    total=$(cat count)
    [ "$total" -gt 10 ]
    for on in FAIL_ALONE=1 FAIL_ON=1; do
        step=$((total / steps + 1))
        for ((i = 1; i <= total; i += step)); do
            status=0
            timeout 10 env "$on" FAIL_AT=$i LD_PRELOAD="$TESTS/fail_malloc.so" "$@" >out 2>err || status=$?
            "$judge" "$status" && continue
            echo "allocation $i of $total, $on: exit $status"
            cat out
            tail -n 3 err
            failed=1
        done
        steps=$((steps / 3))
    done
    [ "$failed" -eq 0 ]
}
