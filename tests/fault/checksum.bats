#!/usr/bin/env bats
# attest checksum: bits that flip, files that are cut off, system calls that fail. Never 0 for what was not compared.

load common

setup() {
    cd "$BATS_TEST_TMPDIR"
    mkdir d
    printf 'an artifact of few bytes\n' >d/a
    printf 'another\n' >d/b
    "$BIN/attest-checksum" write d/a d/b -o d/SUMS
    "$BIN/attest-checksum" verify d/SUMS >out
}

# each_flip FILE: writes to the folder "flips" FILE with one bit flipped, for every bit in turn, FILE cut off at every
# byte, and FILE with a byte more.
each_flip() {
    /usr/bin/python3 - "$1" <<'END'
import sys
data = open(sys.argv[1], "rb").read()
for i in range(len(data)):
    for bit in range(8):
        open(f"flips/{i}.{bit}", "wb").write(data[:i] + bytes([data[i] ^ 1 << bit]) + data[i + 1:])
for i in range(len(data)):
    open(f"flips/cut.{i}", "wb").write(data[:i])
open("flips/longer", "wb").write(data + b"x")
END
}

@test "every bit of an artifact" {
    local file status count=0
    mkdir flips
    each_flip d/a
    for file in flips/*; do
        cp "$file" d/a
        status=0
        "$BIN/attest-checksum" verify d/SUMS >out 2>err || status=$?
        [ "$status" -eq 1 ] || { echo "$file: exit $status"; return 1; }
        count=$((count + 1))
    done
    [ "$count" -eq $((25 * 9 + 1)) ]
}

# What lines say does not depend on the case of digits, on the mark for binary files, nor on the last line's end.
@test "every bit of a manifest, and every cut, with --complete" {
    local file status count=0 allowed=0
    mkdir flips
    cp d/SUMS want
    each_flip d/SUMS
    for file in flips/*; do
        cp "$file" d/SUMS
        status=0
        "$BIN/attest-checksum" verify d/SUMS --complete d >out 2>err || status=$?
        count=$((count + 1))
        if [ "$status" -eq 0 ]; then
            # The same digests about the same names.
            { tr A-F a-f <"$file" && echo; } | sed -e 's/ \*/  /' -e '/^$/d' | cmp -s - want || {
                echo "$file: exit 0"
                return 1
            }
            allowed=$((allowed + 1))
        fi
    done
    [ "$count" -gt 1000 ]
    [ "$allowed" -lt 100 ]
}

# judge_verdict STATUS WHAT: 0 only with the verdict of files that all match, 2 otherwise; a claim that nobody made
# is no verdict.
judge_verdict() {
    if [ "$1" -eq 0 ] && [ "$(cat out)" = "d/SUMS: verified: 2 of 2 match" ]; then return 0; fi
    if [ "$1" -eq 2 ]; then return 0; fi
    echo "$2: exit $1"
    cat out
    tail -n 3 err
    return 1
}

# fail_verify ERROR...: every call of a run that would hold.
fail_verify() {
    local call first last n step error status failed=0 ran=0
    strace -f -o log "$BIN/attest-checksum" verify d/SUMS --complete d --jobs 2 >out 2>err
    list_calls log >calls
    while read -r call first last; do
        can_fail "$call" || continue
        step=$(((last - first) / 8 + 1))
        for ((n = first; n <= last; n += step)); do
            for error; do
                status=0
                timeout 20 strace -f -o /dev/null -e "inject=$call:$error:when=$n" \
                    "$BIN/attest-checksum" verify d/SUMS --complete d --jobs 2 >out 2>err || status=$?
                judge_verdict "$status" "$call number $n: $error" || failed=1
                ran=$((ran + 1))
            done
        done
    done <calls
    [ "$ran" -gt 20 ]
    [ "$failed" -eq 0 ]
}

@test "verify: EIO" { fail_verify error=EIO; }
@test "verify: ENOMEM" { fail_verify error=ENOMEM; }
@test "verify: EINTR" { fail_verify error=EINTR; }

@test "verify: a file that is shorter when it is read than when it was looked at" {
    local status=0
    timeout 20 strace -f -o /dev/null -P d/a -e inject=read:retval=0 "$BIN/attest-checksum" verify d/SUMS >out 2>err ||
        status=$?
    [ "$status" -eq 2 ]
    grep -q 'changed while it was read' err
}

@test "write: every call that fails leaves the old manifest or the new one" {
    local call first last n step error status failed=0 ran=0
    mkdir s
    printf x >s/f
    strace -f -o log "$BIN/attest-checksum" write s/f -o s/x
    list_calls log >calls
    mv s/x want
    while read -r call first last; do
        can_fail "$call" || continue
        step=$(((last - first) / 8 + 1))
        for ((n = first; n <= last; n += step)); do
            for error in error=EIO error=ENOSPC error=EINTR; do
                rm -rf s
                mkdir s
                printf x >s/f
                echo old >s/x
                status=0
                timeout 20 strace -f -o /dev/null -e "inject=$call:$error:when=$n" \
                    "$BIN/attest-checksum" write s/f -o s/x --jobs 2 >out 2>err || status=$?
                case $status in
                0) cmp -s s/x want ;;
                2) [ "$(cat s/x)" = old ] || cmp -s s/x want ;;
                *) false ;;
                esac || { echo "$call number $n: $error: exit $status"; failed=1; }
                [ "$(find s -mindepth 1 -printf '%P\n' | sort | tr '\n' ' ')" = "f x " ] || {
                    echo "$call number $n: $error: something is left over"
                    failed=1
                }
                ran=$((ran + 1))
            done
        done
    done <calls
    [ "$ran" -gt 40 ]
    [ "$failed" -eq 0 ]
}
