#!/usr/bin/env bats
# The documents say what is true: their examples run, their lists are those of the sources, their links lead
# somewhere. What each check compares stands in tests/tools/docs.py.

load common

setup() {
    PATH=$BIN:$PATH
    cd "$ROOT"
}

docs() {
    /usr/bin/python3 tests/tools/docs.py "$@"
}

@test "every example of the documents prints what they show" { docs examples; }
@test "options: --help and the manual pages say the same" { docs options; }
@test "finding codes: each has a page, each page a code" { docs codes; }
@test "attest: properties all stand in FORMATS.md" { docs properties; }
@test "files that are understood: the catalogers, the README and the manual page say the same" { docs files; }
@test "links between documents lead somewhere" { docs links; }
@test "the newest version of the changelog is the one that is built" { docs version; }

@test "reports are valid by the published schema" {
    local out=$BATS_TEST_TMPDIR
    cp -r testdata/docs "$out/t"
    mkdir "$out/t/two"
    sed s/8f42a60c/00000000/ "$out/t/hello/Cargo.lock" >"$out/t/two/Cargo.lock"
    cp "$out/t/hello/Cargo.toml" "$out/t"
    attest sbom "$out/t/hello" -o "$out/d" --report "$out/holds"
    attest sbom "$out/t" -o "$out/d" --report "$out/all" || [ $? -eq 2 ]
    attest sbom "$out/nowhere" -o "$out/d" --report "$out/nothing" || [ $? -eq 2 ]
    [ "$(jq -r '[.findings[].code] | unique | join(" ")' "$out/all")" = \
        "hash-conflict malformed-input unlocked-manifest" ]
    docs report "$out/holds" "$out/all" "$out/nothing"
}

@test "the schema refuses what is no report" {
    attest sbom testdata/docs/broken -o "$BATS_TEST_TMPDIR/d" --report "$BATS_TEST_TMPDIR/r" || [ $? -eq 2 ]
    docs report "$BATS_TEST_TMPDIR/r"
    local change
    for change in '.exit = 0' '.verdict = "ok"' 'del(.program)' '.findings[0].help = null' '.more = 1' \
        '.findings[0].code = "Bad"' 'del(.findings[0].fingerprint)' '.findings[0].location.line = 0'; do
        jq "$change" "$BATS_TEST_TMPDIR/r" >"$BATS_TEST_TMPDIR/bad"
        docs report "$BATS_TEST_TMPDIR/bad" && false
    done
    true
}

@test "manual pages have no warnings" {
    mandoc -Tlint -Wwarning docs/man/*.1
}

@test "attest help opens the page of a source tree, of an installation, and says what is missing" {
    local tree=$BATS_TEST_TMPDIR/tree stage=$BATS_TEST_TMPDIR/stage
    mkdir -p "$tree/build/bin" "$tree/docs"
    cp "$BIN"/attest* "$tree/build/bin"
    cp -r docs/man "$tree/docs"
    MANPAGER="cat" "$tree/build/bin/attest" help sbom | grep -q 'write a software bill of materials'
    MANPAGER="cat" "$tree/build/bin/attest" help attest | grep -q 'the front door'
    make -s install BUILD="$BUILD" DESTDIR="$stage" PREFIX=/usr
    [ "$(find "$stage" -type f -perm 755 -printf '%P\n' | sort | tr '\n' ' ')" = \
        "usr/bin/attest $(printf 'usr/bin/attest-%s ' advisories align checksum inspect key policy provenance sbom \
            sign verify)" ]
    local version
    version=$(sed -n 's/^VERSION := //p' Makefile)
    [ "$(find "$stage" -type f -perm 644 -path '*/man1/*' -printf '%P\n' | sort | tr '\n' ' ')" = \
        "$(printf 'usr/share/man/man1/%s.1 ' \
            attest-{advisories,align,checksum,inspect,key,policy,provenance,sbom,sign,verify} attest)" ]
    [ "$(find "$stage" -type f -perm 644 ! -path '*/man1/*' -printf '%P\n' | sort | tr '\n' ' ')" = \
        "$(printf 'usr/%s ' include/attest.h lib/libattest.a "lib/libattest.so.$version" lib/pkgconfig/attest.pc)" ]
    MANPAGER="cat" "$stage/usr/bin/attest" help sbom | grep -q 'write a software bill of materials'
    run env PATH=/nonexistent "$stage/usr/bin/attest" help sbom
    [ "$status" -eq 2 ]
    [[ "$output" == *"cannot run man"*"the page is $stage/usr/bin/../share/man/man1/attest-sbom.1"* ]]
    run env PATH=/nonexistent "$tree/build/bin/attest" help nonsense
    [ "$status" -eq 2 ]
}
