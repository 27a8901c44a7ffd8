#!/usr/bin/env bats
# shellcheck disable=SC2016 # the fields are dpkg-query's
# What dpkg-query says of this machine's database against what the dpkg cataloger reads out of it.

load ../cli/common

setup() {
    command -v dpkg-query >/dev/null || skip "no dpkg-query"
    mkdir -p "$BATS_TEST_TMPDIR/tree/var/lib/dpkg"
    cp /var/lib/dpkg/status "$BATS_TEST_TMPDIR/tree/var/lib/dpkg/status"
    "$TESTS/catalog_dump" "$BATS_TEST_TMPDIR/tree" var/lib/dpkg/status >"$BATS_TEST_TMPDIR/dump"
}

# Packages whose files are there: installed, unpacked, half configured, waiting for a trigger.
query() {
    dpkg-query --admindir /var/lib/dpkg -W \
        -f '${db:Status-Abbrev}|'"$1"'\n' | sed -n 's/^.[iUFWt].|//p' | sort
}

@test "names, versions and architectures are those of dpkg-query" {
    query '${Package} ${Version} ${Architecture}' >"$BATS_TEST_TMPDIR/want"
    awk '/^pkg:deb.* -> / { next }
         /^pkg:deb/ { arch = $0; sub(/.*[?&]arch=/, "", arch); sub(/&.*/, "", arch) }
         /^  name / { name = $2 }
         /^  version / && name { print name, $2, arch; name = "" }' "$BATS_TEST_TMPDIR/dump" |
        sort >"$BATS_TEST_TMPDIR/got"
    [ -s "$BATS_TEST_TMPDIR/want" ]
    diff "$BATS_TEST_TMPDIR/want" "$BATS_TEST_TMPDIR/got"
}

@test "source packages are those of dpkg-query" {
    query '${Package}=${source:Package} ${source:Version}=${Package} ${Version}' |
        awk -F= '$2 != $3 { print $1, $2 }' | sort >"$BATS_TEST_TMPDIR/want"
    awk '/^  name / { name = $2 } /attest:deb:source = / { print name, $3, $4 }' "$BATS_TEST_TMPDIR/dump" |
        sort >"$BATS_TEST_TMPDIR/got"
    [ -s "$BATS_TEST_TMPDIR/want" ]
    diff "$BATS_TEST_TMPDIR/want" "$BATS_TEST_TMPDIR/got"
}
