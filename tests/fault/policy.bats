#!/usr/bin/env bats
# attest policy check when calls and allocations fail: what is wrong is told, or nobody could tell; a database that
# could not be read to its end is none.

load common

setup() {
    cd "$BATS_TEST_TMPDIR" || return
    mkdir p records
    cat >p/Cargo.lock <<'END'
version = 4

[[package]]
name = "app"
version = "0.1.0"
dependencies = ["left"]

[[package]]
name = "left"
version = "1.1.0"
source = "registry+https://github.com/rust-lang/crates.io-index"
checksum = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
END
    printf '[package]\nname = "app"\nversion = "0.1.0"\nlicense = "MIT"\n' >p/Cargo.toml
    printf '[licenses]\nallow = ["MIT"]\n[bans]\ndeny = ["wrong"]\n' >p/deny.toml
    sed 's/left/good/' p/Cargo.lock >good.lock
    local id=RUSTSEC-2026-0001
    printf '{"id":"%s","modified":"2026-01-01T00:00:00Z","affected":[{"package":{"ecosystem":"crates.io",' "$id" \
        >"records/$id.json"
    printf '"name":"left"},"ranges":[{"type":"SEMVER","events":[{"introduced":"0"},{"fixed":"1.2.0"}]}]}]}\n' \
        >>"records/$id.json"
    "$BIN/attest-advisories" import records --db a.db --now 2026-02-01 >/dev/null
    cp a.db kept.db
    CHECK=("$BIN/attest-policy" check advisories bans sources p --db a.db --now 2026-02-02 --jobs 1)
}

# What is wrong is told, to people on the standard error; where that or the standard output cannot be written, the exit
# status still says that something is.
is_bad() {
    case $1 in
    1) grep -q 'left 1.1.0, a direct dependency, is affected by RUSTSEC-2026-0001' err || grep -q ': refuted' out ;;
    2) ;;
    *) false ;;
    esac && ! grep -q 'policy check: holds' out && cmp -s a.db kept.db
}

# Nothing is wrong, and nothing is made up.
is_good() {
    case $1 in
    0 | 2) ;;
    *) false ;;
    esac && ! grep -q 'RUSTSEC' out err && cmp -s a.db kept.db
}

is_bad_json() {
    case $1 in
    1) [ "$(jq -r '[.findings[] | select(.code == "vulnerability")] | length' out)" -eq 1 ] &&
        [ "$(jq -r .exit out)" -eq 1 ] ;;
    2) [ ! -s out ] || [ "$(jq -r .exit out)" -eq 2 ] ;;
    *) false ;;
    esac && cmp -s a.db kept.db
}

make_good() { cp good.lock p/Cargo.lock; }

@test "both are what the other tests take them for" {
    run -1 --separate-stderr "${CHECK[@]}"
    # shellcheck disable=SC2154 # bats sets it
    [[ $stderr == *"left 1.1.0, a direct dependency, is affected by RUSTSEC-2026-0001"* ]]
    [[ $output == *": refuted"* ]]
    make_good
    "${CHECK[@]}" >out
}

@test "every call fails: an advisory concerns a component" {
    fail_calls true is_bad error=EIO -- "${CHECK[@]}"
}

@test "every call fails: nothing is wrong" {
    make_good
    fail_calls true is_good error=EIO -- "${CHECK[@]}"
}

@test "every read is empty, and every write takes nothing" {
    local call
    for call in read pread64 write; do
        strace -f -o log "${CHECK[@]}" >out 2>err || true
        list_calls log | grep "^$call " >only || continue
        local first last n status
        read -r _ first last <only
        for ((n = first; n <= last; n++)); do
            status=0
            timeout 20 strace -f -o /dev/null -e "inject=$call:retval=0:when=$n" "${CHECK[@]}" >out 2>err || status=$?
            is_bad "$status" || { echo "$call number $n: exit $status"; cat out err; return 1; }
        done
    done
}

@test "allocations fail: an advisory concerns a component" {
    fail_allocations 120 is_bad "${CHECK[@]}"
}

@test "allocations fail: as JSON" {
    fail_allocations 60 is_bad_json "${CHECK[@]}" --format json
}

@test "allocations fail: nothing is wrong" {
    make_good
    fail_allocations 60 is_good "${CHECK[@]}"
}

@test "allocations fail: licenses and workflows" {
    mkdir -p p/.github/workflows
    printf 'on: push\njobs:\n  a:\n    runs-on: x\n    steps:\n      - uses: some/action@v1\n' \
        >p/.github/workflows/a.yml
    CHECK=("$BIN/attest-policy" check workflows licenses p --jobs 1)
    run "${CHECK[@]}"
    [ "$status" -eq 1 ]
    is_bad() {
        [ "$1" -eq 2 ] || { [ "$1" -eq 1 ] && grep -q mutable-action err; }
    }
    fail_allocations 80 is_bad "${CHECK[@]}"
}

@test "allocations fail: a warning is no more lost than an error" {
    printf '[bans]\nskip = [{ crate = "elsewhere@1.0.0" }]\n' >p/deny.toml
    CHECK=("$BIN/attest-policy" check bans p --jobs 1)
    run -0 --separate-stderr "${CHECK[@]}"
    [[ $stderr == *unmatched-skip* ]]
    is_warned() {
        [ "$1" -eq 2 ] || { [ "$1" -eq 0 ] && grep -q unmatched-skip err; }
    }
    fail_allocations 120 is_warned "${CHECK[@]}"
}
