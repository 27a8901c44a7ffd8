#!/usr/bin/env bats
# System calls that fail, each in turn: exit 0 with the right bytes, or exit 2; never a crash, half a file or a
# temporary one left over.

load common

setup() {
    cd "$BATS_TEST_TMPDIR"
    make_tree t
    mkdir o
    echo old >o/x.json
    "$BIN/attest-sbom" t -o want.json 2>err
    strace -f -o log "$BIN/attest-sbom" t -o o/x.json --jobs 2 2>err
    judge 0 "nothing fails"
    list_calls log >calls
    [ "$(wc -l <calls)" -gt 15 ]
}

# fail_each ERROR...: every call, the first, the last and up to eight between.
fail_each() {
    local call first last step n error status failed=0 ran=0
    while read -r call first last; do
        can_fail "$call" || continue
        step=$(((last - first) / 8 + 1))
        for ((n = first; n <= last; n += step)); do
            for error; do
                status=0
                timeout 20 strace -f -o /dev/null -e "inject=$call:$error:when=$n" \
                    "$BIN/attest-sbom" t -o o/x.json --jobs 2 2>err >/dev/null || status=$?
                judge "$status" "$call number $n: $error" || failed=1
                ran=$((ran + 1))
            done
        done
    done <calls
    [ "$ran" -gt 50 ]
    [ "$failed" -eq 0 ]
}

@test "EIO" { fail_each error=EIO; }
@test "ENOMEM" { fail_each error=ENOMEM; }
@test "EINTR" { fail_each error=EINTR; }

@test "a full disk, and a write that takes nothing" {
    grep '^write ' calls >only
    mv only calls
    local first last n status
    read -r _ first last <calls
    for ((n = first; n <= last; n++)); do
        for error in error=ENOSPC error=EDQUOT retval=0; do
            status=0
            timeout 20 strace -f -o /dev/null -e "inject=write:$error:when=$n" \
                "$BIN/attest-sbom" t -o o/x.json --jobs 2 2>err >/dev/null || status=$?
            judge "$status" "write number $n: $error"
        done
    done
}

# killed CALL [INJECTION...]: a kill at the first such call of a run leaves one file with a name beside the output;
# the next run removes it.
killed() {
    local call=$1 status=0 more=()
    shift
    for injection; do more+=(-e "inject=$injection"); done
    timeout 20 strace -f -o /dev/null -e "inject=$call:signal=KILL:when=1" "${more[@]}" \
        "$BIN/attest-sbom" t -o o/x.json 2>err || status=$?
    [ "$status" -eq 137 ]
    [ "$(cat o/x.json)" = old ]
    [ "$(find o -name '.attest-x.json-*.tmp' | wc -l)" -eq 1 ]
    "$BIN/attest-sbom" t -o o/x.json
    judge 0 "after a kill at $call"
}

@test "killed before the rename" { killed rename; }
@test "killed before the rename, without nameless files" { killed rename access:error=ENOENT; }
@test "killed before a file without nameless ones is whole" { killed fsync access:error=ENOENT; }

@test "a file that is shorter when it is read than when it was looked at" {
    local path status=0
    for path in t/Cargo.lock t/below/package-lock.json t/Cargo.toml; do
        status=0
        timeout 20 strace -f -o /dev/null -P "$path" -e inject=read:retval=0 \
            "$BIN/attest-sbom" t -o o/x.json --jobs 2 2>err >/dev/null || status=$?
        [ "$status" -eq 2 ]
        grep -q 'changed while it was read' err
        judge "$status" "$path"
    done
}
