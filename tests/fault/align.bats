#!/usr/bin/env bats
# attest align versions and init when calls and allocations fail: nothing passes that does not agree, and --set changes
# all files or none.

load common

setup() {
    cd "$BATS_TEST_TMPDIR" || return
    mkdir -p old/a old/b
    printf '[project]\nname = "x"\n[[version]]\nfile = "a/Cargo.toml"\n[[version]]\nfile = "b/package.json"\n' \
        >old/attest.toml
    printf '[[version]]\nfile = "VERSION"\n' >>old/attest.toml
    printf '[package]\nname = "x"\nversion = "1.0.0"\n' >old/a/Cargo.toml
    printf '{"version": "1.0.0"}\n' >old/b/package.json
    printf '1.0.0\n' >old/VERSION
    cp -r old new
    sed -i 's/1\.0\.0/1.1.0/' new/a/Cargo.toml new/b/package.json new/VERSION
    cp -r old drift
    printf '1.0.1\n' >drift/VERSION
}

fresh() {
    rm -rf p
    cp -r old p
}

nothing() { :; }

# All or none; a success is all. Where the last step failed, as telling of it, all may stand there with exit status 2.
is_whole() { # STATUS
    local all=false
    ! diff -r p new >/dev/null || all=true
    case $1 in
    0) "$all" ;;
    2) "$all" || diff -r p old ;;
    *) false ;;
    esac && fresh
}

is_no_pass() { # STATUS: what differs is told, or nobody could tell
    [ "$1" -eq 1 ] || [ "$1" -eq 2 ]
}

@test "--set: every system call fails in turn" {
    fail_calls fresh is_whole error=EIO error=ENOSPC -- "$BIN/attest-align" versions -c p/attest.toml --set 1.1.0
}

@test "--set: memory runs out" {
    fresh
    fail_allocations 150 is_whole "$BIN/attest-align" versions -c p/attest.toml --set 1.1.0
}

@test "what differs never passes: system calls" {
    fail_calls nothing is_no_pass error=EIO -- "$BIN/attest-align" versions -c drift/attest.toml
}

@test "what differs never passes: memory" {
    fail_allocations 150 is_no_pass "$BIN/attest-align" versions -c drift/attest.toml
}

@test "init: memory runs out" {
    "$BIN/attest-align" init old >want
    is_same() { # STATUS: all of it, or none
        case $1 in
        0) cmp -s out want ;;
        2) [ ! -s out ] ;;
        *) false ;;
        esac
    }
    fail_allocations 150 is_same "$BIN/attest-align" init old
}

@test "init: every system call fails in turn" {
    is_no_other() { # STATUS: what could not be read is a comment, or the run fails
        case $1 in
        0) grep -q '^\[project\]$' out && ! grep -q '"1\.0\.0"' out ;;
        2) ;;
        *) false ;;
        esac
    }
    fail_calls nothing is_no_other error=EIO -- "$BIN/attest-align" init old
}
