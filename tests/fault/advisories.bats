#!/usr/bin/env bats
# attest advisories when calls and allocations fail: the database is the old one or the new one, a snapshot is whole or
# what it was, and neither a failed import nor half a status ends with 0.

load common

setup() {
    cd "$BATS_TEST_TMPDIR" || return
    export SOURCE_DATE_EPOCH=1790000000
    mkdir old new o
    record EXAMPLE-1 1.0.0 >old/EXAMPLE-1.json
    record EXAMPLE-1 1.0.1 >new/EXAMPLE-1.json
    record EXAMPLE-2 2.0.0 >new/EXAMPLE-2.json
    install -m 600 "$TESTDATA/signing/minisign.key" key
    advisories import old --db old.db >/dev/null
    cp old.db new.db
    advisories import new --db new.db >/dev/null
    advisories export old.zst --db old.db >/dev/null
    advisories export new.zst --db new.db >/dev/null
    "$BIN/attest-sign" new.zst --key key >/dev/null
    tar cf new.tar new
}

advisories() { "$BIN/attest-advisories" "$@"; }

record() { # ID FIXED
    printf '{"id":"%s","modified":"2026-01-02T03:04:05Z","affected":[{"package":{"ecosystem":"npm","name":"a"},' "$1"
    printf '"ranges":[{"type":"SEMVER","events":[{"introduced":"0"},{"fixed":"%s"}]}]}]}\n' "$2"
}

# The database as it was before, and nothing beside it but its lock.
fresh() {
    rm -rf o
    mkdir o
    cp old.db o/a.db
}

# An import ended with 0 and the new database, or with 2 and the old one; or with the new one, of which nobody could
# tell any more what is in it.
imported() {
    case $1 in
    0) cmp -s o/a.db "${WANT:-new.db}" ;;
    2) cmp -s o/a.db old.db || cmp -s o/a.db "${WANT:-new.db}" ;;
    *) false ;;
    esac && [ -z "$(find o -mindepth 1 ! -name a.db ! -name a.db.lock)" ] && fresh
}

fresh_export() {
    rm -rf o
    mkdir o
    cp old.zst o/x.zst
}

exported() {
    case $1 in
    0) cmp -s o/x.zst new.zst ;;
    2) cmp -s o/x.zst old.zst || cmp -s o/x.zst new.zst ;;
    *) false ;;
    esac && [ -z "$(find o -mindepth 1 ! -name x.zst)" ] && fresh_export
}

# What is said is said whole, or the exit status is 2.
told() {
    case $1 in
    0) cmp -s out want ;;
    2) ;;
    *) false ;;
    esac && cmp -s new.db kept.db
}

prepare_status() {
    cp new.db kept.db
    advisories status --db new.db --format json >want
}

@test "every call fails: import of a folder" {
    fail_calls fresh imported error=EIO -- "$BIN/attest-advisories" import new --db o/a.db
}

@test "an archive that cannot be read to its end" {
    local call n status failed=0
    for call in read newfstatat; do
        for n in 1 2 3; do
            fresh
            status=0
            timeout 20 strace -f -o log -P "$PWD/new.tar" -e "inject=$call:error=EIO:when=$n" \
                "$BIN/attest-advisories" import new.tar --db o/a.db >out 2>err || status=$?
            grep -q INJECTED log || continue
            [ "$status" -eq 2 ]
            cmp o/a.db old.db
            failed=$((failed + 1))
        done
    done
    [ "$failed" -ge 2 ]
}

@test "every call fails: import of a snapshot" {
    fresh
    advisories import --snapshot new.zst --key "$TESTDATA/signing/minisign.pub" --db o/a.db >/dev/null
    cp o/a.db with.db
    WANT=with.db fail_calls fresh imported error=EIO -- "$BIN/attest-advisories" import --snapshot new.zst \
        --key "$TESTDATA/signing/minisign.pub" --db o/a.db
}

@test "every call fails: export" {
    fail_calls fresh_export exported error=EIO -- "$BIN/attest-advisories" export o/x.zst --db new.db
}

@test "every call fails: status" {
    prepare_status
    RUNS=20 fail_calls true told error=EIO -- "$BIN/attest-advisories" status --db new.db --format json
}

@test "allocations fail: import of a folder" {
    fresh
    fail_allocations 100 imported "$BIN/attest-advisories" import new --db o/a.db
}

@test "allocations fail: import of an archive" {
    cp old.db with.db
    advisories import new.tar --db with.db >/dev/null
    fresh
    WANT=with.db fail_allocations 80 imported "$BIN/attest-advisories" import new.tar --db o/a.db
}

@test "allocations fail: import of a snapshot" {
    set -- import --snapshot new.zst --key "$TESTDATA/signing/minisign.pub" --db o/a.db
    fresh
    advisories "$@" >/dev/null
    cp o/a.db with.db
    fresh
    WANT=with.db fail_allocations 100 imported "$BIN/attest-advisories" "$@"
}

@test "allocations fail: export" {
    fresh_export
    fail_allocations 60 exported "$BIN/attest-advisories" export o/x.zst --db new.db
}

@test "allocations fail: status" {
    prepare_status
    fail_allocations 100 told "$BIN/attest-advisories" status --db new.db --format json
}
