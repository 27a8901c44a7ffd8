#!/usr/bin/env bats
# attest advisories as its users run it: what comes in, what is refused, and that a database is whole or the old one.

load common

setup() {
    cd "$BATS_TEST_TMPDIR" || return
    export XDG_CACHE_HOME=$PWD/cache SOURCE_DATE_EPOCH=1790000000
    mkdir -p osv rs/crates/hello rs/rust/std
    record EXAMPLE-1 hello CVE-1 >osv/EXAMPLE-1.json
    record EXAMPLE-2 other CVE-2 >osv/EXAMPLE-2.json
    echo 'no advisory' >osv/README.md
    rustsec RUSTSEC-1 hello CVE-1 >rs/crates/hello/RUSTSEC-1.md
    rustsec CVE-9 std CVE-10 >rs/rust/std/CVE-9.md
}

record() { # ID PACKAGE ALIAS
    printf '{"id":"%s","modified":"2026-01-02T03:04:05Z","summary":"%s","aliases":["%s"],"affected":[{"package":' \
        "$1" "about $2" "$3"
    printf '{"ecosystem":"crates.io","name":"%s"},"ranges":[{"type":"SEMVER","events":[{"introduced":"0"},' "$2"
    printf '{"fixed":"2.0.0"}]}]}]}\n'
}

rustsec() { # ID PACKAGE ALIAS
    # shellcheck disable=SC2016 # the fence is Markdown
    printf '```toml\n[advisory]\nid = "%s"\npackage = "%s"\ndate = "2026-01-01"\naliases = ["%s"]\n' "$@"
    # shellcheck disable=SC2016
    printf '[versions]\npatched = [">= 2"]\n```\n\n# About %s\n' "$2"
}

advisories() {
    "$BIN/attest-advisories" "$@"
}

digest() {
    advisories status --format json "$@" | jq -r .summary.digest
}

@test "a folder is imported, and what is no advisory is passed over" {
    run advisories import osv
    [ "$status" -eq 0 ]
    [ "${lines[0]}" = "$XDG_CACHE_HOME/attest/advisories.db: 2 advisories on 2 packages from 1 source" ]
    run advisories status
    [ "${lines[0]}" = "2 advisories on 2 packages, 0 seconds old" ]
    [ "${lines[2]}" = "$PWD/osv: 2 advisories" ]
    [ "${lines[3]}" = "  checked    2026-09-21T14:13:20Z" ]
    [ "${lines[4]}" = "  newest     2026-01-02T03:04:05Z" ]
}

@test "status tells how old what a source holds is, whenever it was imported" {
    local newest='.contents[] | .newest'
    advisories import osv rs >out
    # RustSec's advisories have the date of their publication alone.
    [ "$(advisories status -f json | jq -r "$newest" | xargs)" = "2026-01-02T03:04:05Z 2026-01-01T00:00:00Z" ]
    sed -i 's/2026-01-02/2026-03-02/' osv/EXAMPLE-2.json
    SOURCE_DATE_EPOCH=1795000000 advisories import osv >out
    [ "$(advisories status -f json | jq -r "$newest" | xargs)" = "2026-03-02T03:04:05Z 2026-01-01T00:00:00Z" ]
    printf '{"id":"E","modified":"0001-01-01T00:00:00Z"}' >none.json
    advisories import --db none.db none.json >out
    [ "$(advisories status --db none.db -f json | jq "$newest")" = null ]
}

@test "the same advisories from a tarball, a zip and single files have the same digest" {
    local kind
    tar cf a.tar osv && tar czf a.tgz osv && tar cJf a.tar.xz osv
    python3 -m zipfile -c a.zip osv
    advisories import --db folder.db osv >out
    for kind in a.tar a.tgz a.tar.xz a.zip; do
        advisories import --db "$kind.db" "$kind" >out
        [ "$(digest --db "$kind.db")" = "$(digest --db folder.db)" ]
    done
    advisories import --db files.db osv/EXAMPLE-2.json osv/EXAMPLE-1.json >out
    [ "$(digest --db files.db)" = "$(digest --db folder.db)" ]
}

@test "order and time of import do not show in the digest, sources replace themselves" {
    advisories import --db a.db osv rs >out
    SOURCE_DATE_EPOCH=1 advisories import --db b.db rs >out
    SOURCE_DATE_EPOCH=1 advisories import --db b.db osv >out
    [ "$(digest --db a.db)" = "$(digest --db b.db)" ]
    run ! cmp -s a.db b.db
    advisories import --db b.db osv rs >out
    cmp a.db b.db
    rm osv/EXAMPLE-2.json
    advisories import --db a.db osv >out
    run advisories show --db a.db EXAMPLE-2
    [ "$status" -eq 2 ]
    [[ "$output" == *"no advisory in the database is or was called EXAMPLE-2"* ]]
}

@test "show finds by id and alias, and all of the same matter" {
    advisories import osv rs >out
    for id in CVE-1 RUSTSEC-1 EXAMPLE-1; do
        [ "$(advisories show "$id" -f json | jq -r '[.contents[].id] | join(" ")')" = "EXAMPLE-1 RUSTSEC-1" ]
    done
    [ "$(advisories show CVE-10 -f json | jq -r '.contents[0].affected[0].ecosystem')" = Rust ]
    [ "$(advisories show CVE-1 -f json | jq -rc '.contents[1].affected[0].patched')" = '[">= 2"]' ]
    advisories show CVE-2 >out
    grep -qx 'EXAMPLE-2: about other' out
    grep -qx '      from 0, fixed in 2.0.0' out
}

@test "reports are valid by the published schema" {
    echo '{' >osv/broken.json
    advisories import osv -f json >import.json 2>err
    advisories status -f json >status.json
    advisories show CVE-1 CVE-2 -f json >show.json
    (cd "$ROOT" && /usr/bin/python3 tests/tools/docs.py report "$BATS_TEST_TMPDIR"/{import,status,show}.json)
    [ "$(jq -r '.contents[0].unreadable' status.json)" = 1 ]
    [ "$(jq -r '.summary.unreadable' import.json)" = 1 ]
}

@test "a record that cannot be read is named, and the others come in" {
    printf '{\n  "id": "EXAMPLE-3"\n}' >osv/EXAMPLE-3.json
    run advisories import osv
    [ "$status" -eq 0 ]
    [[ "$output" == *'warning[unreadable-advisory]: EXAMPLE-3.json:1:1: expected "modified" here, found none'* ]]
    [[ "$output" == *"2 advisories on 2 packages from 1 source, 1 unreadable"* ]]
    run advisories status
    [[ "$output" == *"  unreadable EXAMPLE-3.json:1:1: expected"* ]]
}

@test "a source of nothing is refused, and the database stays" {
    advisories import osv >out
    cp cache/attest/advisories.db before
    mkdir empty bad
    echo '{' >bad/x.json
    for source in empty bad; do
        run advisories import "$source"
        [ "$status" -eq 2 ]
        [[ "$output" == *"expected advisories in $PWD/$source, found none that can be read"* ]]
        cmp cache/attest/advisories.db before
    done
    run advisories import nowhere
    [ "$status" -eq 2 ]
    mkfifo fifo
    run advisories import fifo
    [ "$status" -eq 2 ]
    [[ "$output" == *"is neither a folder nor a regular file"* ]]
}

@test "links are not followed, out of a folder or out of an archive" {
    mkdir elsewhere
    mv osv/EXAMPLE-2.json elsewhere
    ln -s ../elsewhere/EXAMPLE-2.json osv/EXAMPLE-2.json
    ln -s ../elsewhere osv/more
    advisories import --db a.db osv >out
    grep -q '1 advisory on 1 package' out
    tar cf a.tar osv
    advisories import --db b.db a.tar >out
    grep -q '1 advisory on 1 package' out
    # Yet what has an advisory's name is missed by name.
    for db in a b; do
        [ "$(advisories status --db "$db.db" -f json | jq -r '.contents[0].problems[0]')" = \
            "$([ "$db" = a ] || echo osv/)EXAMPLE-2.json: expected an advisory, found a link, which is not followed" ]
    done
    mkdir twice
    cp osv/EXAMPLE-1.json twice
    ln twice/EXAMPLE-1.json twice/again.json
    tar cf hard.tar twice/EXAMPLE-1.json twice/again.json
    advisories import --db c.db hard.tar >out 2>err
    grep -q '1 advisory on 1 package from 1 source, 1 unreadable' out
    grep -q 'twice/again.json: expected an advisory, found a link' err
}

@test "an archive that ends between two advisories is not whole" {
    local kind
    tar cf a.tar -b 1 osv/EXAMPLE-1.json osv/EXAMPLE-2.json
    head -c 1024 a.tar >cut.tar
    tar cf b.tar -b 1 osv/EXAMPLE-1.json
    head -c 1024 b.tar | cmp - cut.tar
    advisories import --db a.db b.tar >out
    gzip -k cut.tar
    zstd -q cut.tar
    python3 -m zipfile -c cut.zip osv/EXAMPLE-1.json osv/EXAMPLE-2.json
    # Up to the second one's header, the central directory at the end is gone.
    head -c "$(grep -abo PK cut.zip | sed -n '2s/:.*//p')" cut.zip >short.zip
    for kind in cut.tar cut.tar.gz cut.tar.zst short.zip; do
        cp a.db b.db
        run advisories import --db b.db "$kind"
        [ "$status" -eq 2 ]
        [[ "$output" == *"$kind is damaged"* ]]
        cmp a.db b.db
    done
}

@test "damaged and hostile archives are refused" {
    tar czf a.tgz osv rs
    advisories import --db a.db a.tgz >out
    cp a.db before
    head -c 300 a.tgz >cut.tgz
    run advisories import --db a.db cut.tgz
    [ "$status" -eq 2 ]
    [[ "$output" == *"truncated gzip input"* ]]
    cmp a.db before
    # A gigabyte of zeros behind an advisory.
    truncate -s 1G osv/zeros
    tar czf bomb.tgz osv
    run advisories import --db a.db bomb.tgz
    [ "$status" -eq 2 ]
    [[ "$output" == *"to unpack to at most 200 times its size"* ]]
    cmp a.db before
}

@test "a file that is no database is refused, with what to do" {
    echo 'no database' >a.db
    run advisories status --db a.db
    [ "$status" -eq 2 ]
    [[ "$output" == *"a.db is no advisory database"* ]]
    run advisories import --db a.db osv
    [ "$status" -eq 2 ]
    [ "$(cat a.db)" = 'no database' ]
    run advisories status --db nowhere.db
    [ "$status" -eq 2 ]
    [[ "$output" == *'"attest advisories update" or "attest advisories import" makes one'* ]]
}

@test "a second writer waits, or says that it did not" {
    advisories import --db a.db osv >out
    (
        flock 9
        run advisories import --db a.db --wait 0 rs 9>&-
        [ "$status" -eq 2 ]
        [[ "$output" == *"another one writes a.db"*"nothing was changed"* ]]
        advisories import --db a.db --wait 30 rs >out 2>&1 9>&- &
        sleep 0.3
        flock -u 9
        wait $!
    ) 9>>a.db.lock
    grep -q 'waiting for it' out
    [ "$(advisories status --db a.db -f json | jq '.contents | length')" = 2 ]
}

@test "killed at any moment, the database is the old one or the new one" {
    local i old new now
    advisories import --db a.db osv >out
    old=$(digest --db a.db)
    advisories import --db b.db osv rs >out
    new=$(digest --db b.db)
    for i in $(seq 0 40); do
        timeout -s KILL "0.00$((i / 4))$((i % 4 * 2))" "$BIN/attest-advisories" import --db a.db rs >out 2>&1 || true
        now=$(digest --db a.db)
        [ "$now" = "$old" ] || [ "$now" = "$new" ]
        [ "$now" = "$old" ] || { cp b.db kept && advisories update --db a.db --forget "$PWD/rs" >out; }
    done
    advisories import --db a.db rs >out
    [ "$(digest --db a.db)" = "$new" ]
    # Nothing is left lying beside it.
    [ "$(find . -maxdepth 1 -name '.attest-*' | wc -l)" -eq 0 ]
}

@test "a full disk leaves the old database" {
    advisories import --db a.db osv >out
    cp a.db before
    for size in 0 1 8 20; do
        run bash -c "ulimit -f $size && trap '' XFSZ && exec '$BIN/attest-advisories' import --db a.db rs"
        [ "$status" -eq 2 ]
        [[ "$output" == *"File too large"* ]]
        cmp a.db before
    done
}

@test "update reads all sources again, and forgets those it is told to" {
    advisories import osv rs >out
    record EXAMPLE-5 more CVE-5 >osv/EXAMPLE-5.json
    advisories update --forget "$PWD/rs" >out
    grep -q '3 advisories on 3 packages from 1 source' out
    run advisories update --forget nowhere
    [ "$status" -eq 2 ]
    run advisories update --db new.db
    [ "$status" -eq 2 ]
    [[ "$output" == *"expected --source URL or PATH, found none"* ]]
}

@test "what may not be fetched is refused before anything is opened" {
    local url
    for url in http://example.org/a.zip file:///etc/passwd ftp://example.org/a https://u:p@example.org/a \
        http://127.0.0.1.example.org/a; do
        run strace -E ASAN_OPTIONS=detect_leaks=0 -f -e trace=connect -o trace "$BIN/attest-advisories" update \
            --db a.db --source "$url"
        [ "$status" -eq 2 ]
        [[ "$output" == *"expected a URL"* ]]
        [[ "$output" != *"u:p"* ]]
        run ! grep connect trace
    done
}

# FILE...: each as one zstd frame of blocks as they are; a number instead is that many megabytes of zeros.
zstd_of() {
    /usr/bin/python3 - "$@" <<'END'
import sys
MOST = 1 << 17
def block(kind, size, last, bytes_):
    return (last | kind << 1 | size << 3).to_bytes(3, "little") + bytes_
out = b"\x28\xb5\x2f\xfd\x00\x38"
if sys.argv[1].isdigit():
    count = int(sys.argv[1]) * 8
    out += b"".join(block(1, MOST, i == count - 1, b"\0") for i in range(count))
else:
    data = open(sys.argv[1], "rb").read()
    parts = [data[i:i + MOST] for i in range(0, len(data), MOST)]
    out += b"".join(block(0, len(p), i == len(parts) - 1, p) for i, p in enumerate(parts))
sys.stdout.buffer.write(out)
END
}

# Signed by what "attest sign" is used with: a key of the test's own.
sign() { # FILE
    [ -e ours ] || install -m 600 "$TESTDATA/signing/p256.pem" ours
    [ -e ours.pub ] || "$BIN/attest-key" public ours >ours.pub
    rm -f "$1.sigstore.json"
    "$BIN/attest-sign" --key ours "$1" >out 2>&1
}

# STATUS TEXT SNAPSHOT [OPTION...]: the import ends so, says so, and leaves a.db as it is in "before".
refused() {
    local want=$1 text=$2
    shift 2
    run advisories import --db a.db --key ours.pub --snapshot "$@"
    [ "$status" -eq "$want" ]
    [[ "$output" == *"$text"* ]]
    cmp a.db before
}

@test "a snapshot has the same bytes each time, and gives the same database elsewhere" {
    echo '{' >osv/broken.json
    advisories import --db a.db osv rs >out 2>&1
    run advisories export --db a.db snapshot.zst
    [ "$status" -eq 0 ]
    [ "${lines[0]}" = "snapshot.zst: 4 advisories on 3 packages from 2 sources, 1 unreadable" ]
    [ "${lines[1]}" = "digest: sha256:$(digest --db a.db)" ]
    [ "$(stat -c %s snapshot.zst)" -lt "$(stat -c %s a.db)" ]
    advisories export --db a.db - >again.zst
    cmp snapshot.zst again.zst
    sign snapshot.zst
    run advisories import --db b.db --snapshot snapshot.zst --key ours.pub
    [ "$status" -eq 0 ]
    cmp a.db b.db
    # What was there is replaced, and what was unreadable stays known.
    record EXAMPLE-7 last CVE-7 >seven.json
    SOURCE_DATE_EPOCH=1 advisories import --db b.db seven.json >out 2>&1
    advisories import --db c.db seven.json >out
    advisories import --db c.db --snapshot snapshot.zst --key ours.pub -f json >report.json 2>err
    (cd "$ROOT" && /usr/bin/python3 tests/tools/docs.py report "$BATS_TEST_TMPDIR/report.json")
    [ "$(jq -c '[.summary.sources_read, .summary.unreadable]' report.json)" = "[2,1]" ]
    cmp a.db c.db
}

@test "a snapshot that is not signed by the key is refused, whatever it holds" {
    advisories import --db a.db rs >out
    cp a.db before
    advisories import --db b.db osv >out
    advisories export --db b.db s.zst >out
    sign s.zst
    mv s.zst.sigstore.json kept
    refused 2 "s.zst is not taken in" s.zst
    printf '{' >s.zst.sigstore.json
    refused 2 "s.zst is not taken in" s.zst
    cp kept s.zst.sigstore.json
    run advisories import --db a.db --snapshot s.zst --key "$TESTDATA/signing/nobody.pub"
    [ "$status" -eq 2 ]
    "$BIN/attest-key" public "$TESTDATA/signing/p384.pem" >other.pub
    run advisories import --db a.db --snapshot s.zst --key other.pub
    [ "$status" -ne 0 ]
    [[ "$output" == *"s.zst is not taken in"* ]]
    cmp a.db before
    # The signature of another file, and bits that turned.
    cp s.zst whole
    for at in 5 100 $(($(stat -c %s whole) - 1)); do
        cp whole s.zst
        printf '\177' | dd of=s.zst bs=1 seek="$at" conv=notrunc 2>err
        run ! cmp -s whole s.zst
        refused 1 "s.zst is not taken in" s.zst
    done
    head -c 200 whole >s.zst
    refused 1 "s.zst is not taken in" s.zst
    advisories import --db a.db --snapshot s.zst --key ours.pub -f json >report.json 2>err || [ $? -eq 1 ]
    [ "$(jq -r .verdict report.json)" = refuted ]
    cp whole s.zst
    advisories import --db a.db --snapshot s.zst --key other.pub --key ours.pub >out
    cmp a.db b.db
}

@test "what is signed and no snapshot is refused" {
    advisories import --db a.db osv >out
    cp a.db before
    advisories export --db a.db whole.zst >out
    head -c 300 whole.zst >cut.zst
    zstd_of osv/README.md >text.zst
    zstd_of whole.zst >twice.zst
    zstd_of 1023 >bomb.zst
    : >empty.zst
    cp a.db plain.zst
    for name in cut text twice bomb empty plain; do sign $name.zst; done
    refused 2 "cut.zst is no whole snapshot of an advisory database" cut.zst
    refused 2 "text.zst is no advisory database" text.zst
    refused 2 "which zstd has compressed once, found something else in twice.zst" twice.zst
    refused 2 "expected bomb.zst to unpack to at most 200 times its size" bomb.zst
    refused 2 "empty.zst is" empty.zst
    refused 2 "found something else in plain.zst" plain.zst
    # A frame by hand is as good as one by the library.
    zstd_of a.db >hand.zst
    sign hand.zst
    advisories import --db b.db --snapshot hand.zst --key ours.pub >out
    cmp a.db b.db
}

alter() { # SQL
    cp a.db altered.db
    /usr/bin/python3 -c 'import sqlite3, sys
db = sqlite3.connect("altered.db")
db.executescript(sys.argv[1])
db.close()' "$1"
    "$TESTS/seal_database" altered.db
    zstd_of altered.db >altered.zst
    sign altered.zst
}

@test "a signed database is read value by value, and none of its bytes are taken over" {
    advisories import --db a.db osv >out
    cp a.db before
    alter "UPDATE advisory SET record = x'ff' WHERE number = 1"
    refused 2 "the advisory database is damaged" altered.zst
    alter "UPDATE meta SET value = 1 WHERE name = 'advisories'"
    refused 2 "expected advisories of the digest" altered.zst
    alter "CREATE TABLE more (x)"
    refused 2 "it has other tables than it should" altered.zst
    alter "PRAGMA user_version = 7"
    refused 2 "expected an advisory database of version 3 in altered.zst, found 7" altered.zst
    alter "PRAGMA journal_mode = WAL"
    refused 2 "the advisory database is damaged: page 1" altered.zst
    alter "UPDATE source SET checked = 1790003601"
    refused 2 "expected a snapshot of the past" altered.zst
    # What only looks different becomes the same file again.
    alter "CREATE INDEX more ON advisory (digest); DROP INDEX more; VACUUM"
    advisories import --db b.db --snapshot altered.zst --key ours.pub >out
    cmp a.db b.db
}

@test "a snapshot older than the database is refused, unless that is wanted" {
    SOURCE_DATE_EPOCH=1780000000 advisories import --db old.db osv >out
    advisories export --db old.db old.zst >out
    sign old.zst
    advisories import --db a.db osv >out
    cp a.db before
    refused 2 "expected a snapshot that is no older than the database, in which $PWD/osv was checked at" old.zst
    SOURCE_DATE_EPOCH=1780000000 advisories import --db other.db rs >out
    advisories export --db other.db other.zst >out
    sign other.zst
    refused 2 "expected a snapshot that is no older than the database, whose sources were checked at" other.zst
    SOURCE_DATE_EPOCH=1780000000 advisories import --db a.db --snapshot old.zst --key ours.pub --insecure-older >out
    cmp a.db old.db
    # The one looked at longest ago is what counts.
    SOURCE_DATE_EPOCH=1770000000 advisories import --db a.db rs >out
    advisories import --db a.db --snapshot old.zst --key ours.pub >out
    [ "$(advisories status --db a.db -f json | jq '.contents | length')" = 1 ]
    # And no source goes back behind another that is older still.
    SOURCE_DATE_EPOCH=1770000000 advisories import --db old.db rs >out
    advisories export --db old.db old.zst >out
    sign old.zst
    cp old.db a.db
    advisories import --db a.db osv >out
    cp a.db before
    refused 2 "in which $PWD/osv was checked at 2026-09-21T14:13:20Z, found 2026-05-28T20:26:40Z in old.zst" old.zst
    advisories import --db a.db --snapshot old.zst --key ours.pub --insecure-older >out
    cmp a.db before && return 1
    [ "$(digest --db a.db)" = "$(digest --db old.db)" ]
}

@test "what has lost most of its advisories is refused, unless that is wanted" {
    local i
    for i in $(seq 3 50); do record "EXAMPLE-$i" other "CVE-$i" >"osv/EXAMPLE-$i.json"; done
    advisories import --db a.db osv >out
    advisories import --db few.db rs >out
    advisories export --db few.db few.zst >out
    sign few.zst
    cp a.db before
    refused 2 "expected most of the 50 advisories that the database had, found 2" few.zst
    # Half of them is not most.
    rm osv/EXAMPLE-?.json osv/EXAMPLE-1?.json osv/EXAMPLE-2[0-4].json
    advisories import --db b.db osv >out
    grep -q '^b.db: 26 advisories' out
    cp a.db b.db
    rm osv/EXAMPLE-25.json osv/EXAMPLE-26.json
    for command in "import osv" update; do
        # shellcheck disable=SC2086 # arguments
        run advisories $command --db b.db
        [ "$status" -eq 2 ]
        [[ "$output" == *"expected most of the 50 advisories that $PWD/osv had, found 24"* ]]
        cmp a.db b.db
        # shellcheck disable=SC2086
        advisories $command --db b.db --insecure-fewer >out
        grep -q '^b.db: 24 advisories' out
        cp a.db b.db
    done
    advisories import --db a.db --snapshot few.zst --key ours.pub --insecure-fewer >out
    # So are twenty.
    advisories import --db c.db osv >out
    rm osv/EXAMPLE-3*.json osv/EXAMPLE-4[0-5].json
    touch osv/none
    advisories import --db c.db osv >out
    grep -q '^c.db: 8 advisories' out
}

@test "a database of the future has no age" {
    SOURCE_DATE_EPOCH=4000000000 advisories import --db a.db osv >out
    run advisories status --db a.db
    [ "${lines[0]}" = "2 advisories on 2 packages, of a time that has not come yet" ]
}

@test "export writes over nothing that it reads, and nothing at all when it fails" {
    advisories import --db a.db osv >out
    cp a.db before
    run advisories export --db a.db ./a.db
    [ "$status" -eq 2 ]
    [[ "$output" == *"would be written over, which is read"* ]]
    cmp a.db before
    echo 'no database' >b.db
    run advisories export --db b.db b.zst
    [ "$status" -eq 2 ]
    [[ "$output" == *"b.db is no advisory database"* ]]
    run advisories export --db nowhere.db b.zst
    [ "$status" -eq 2 ]
    [[ "$output" == *'"attest advisories update" or "attest advisories import" makes one'* ]]
    run bash -c "ulimit -f 0 && trap '' XFSZ && exec '$BIN/attest-advisories' export --db a.db b.zst"
    [ "$status" -eq 2 ]
    run advisories export --db a.db nowhere/b.zst
    [ "$status" -eq 2 ]
    [ ! -e b.zst ]
    advisories export --db a.db s.zst >out
    sign s.zst
    run advisories import --db s.zst --snapshot s.zst --key ours.pub
    [ "$status" -eq 2 ]
    [[ "$output" == *"would be written over, which is read"* ]]
    run advisories import --db ours.pub --snapshot s.zst --key ours.pub
    [ "$status" -eq 2 ]
    [[ "$output" == *"would be written over, which is read"* ]]
}

@test "usage errors are told" {
    for wrong in "export" "export a b" "import --snapshot a" "import --key a osv" "import --insecure-older osv" \
        "import --snapshot a --key b osv"; do
        # shellcheck disable=SC2086 # arguments
        run advisories $wrong
        [ "$status" -eq 2 ]
        [[ "$output" == *"expected "* || "$output" == *"are about --snapshot"* ]]
    done
    run advisories
    [ "$status" -eq 2 ]
    run advisories frobnicate
    [ "$status" -eq 2 ]
    run advisories import
    [ "$status" -eq 2 ]
    run advisories import osv osv
    [ "$status" -eq 2 ]
    run advisories status more
    [ "$status" -eq 2 ]
    run advisories show
    [ "$status" -eq 2 ]
    run advisories import osv --now yesterday
    [ "$status" -eq 2 ]
    run advisories status --format yaml
    [ "$status" -eq 2 ]
    run env -u XDG_CACHE_HOME -u HOME "$BIN/attest-advisories" status
    [ "$status" -eq 2 ]
    [[ "$output" == *"HOME or XDG_CACHE_HOME"* ]]
}
