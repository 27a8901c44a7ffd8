#!/usr/bin/env bats
# Reports, read by others: SARIF by its published schema, JUnit's XML by Python's expat.

load ../cli/common
load documents

SCHEMA=$ROOT/build/peers/node_modules/@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json

setup() {
    [ -e "$ROOT/build/peers/complete" ] || skip "the npm peers are not installed (./setup interop)"
    cd "$BATS_TEST_TMPDIR" || return 1
}

# A report of each verdict, about a tree whose names and lines try to break out.
write_reports() { # FORMAT SUFFIX
    local hostile=$'a]]>&<"\'\n::error::\r##[x]%0A {0} [l](x)\e[31m\xff'
    cp -r "$TESTDATA/docs" t
    mkdir "t/$hostile"
    printf 'version = 3\n[[package]]\nname = "%s"\nversion = \n' '<b>]]>&{0}' >"t/$hostile/Cargo.lock"
    attest sbom t/hello -o d --report "holds$2" --report-format "$1"
    run -2 "$BIN/attest" sbom t -o d --report "unknown$2" --report-format "$1"
    printf 'x' >"t/<x>&"
    (cd t && sha256sum "<x>&" hello/Cargo.lock >SUMS)
    "$BIN/attest" checksum verify t/SUMS --format "$1" >"steps$2"
    printf 'y' >"t/<x>&"
    run -1 --separate-stderr "$BIN/attest" checksum verify t/SUMS --format "$1"
    printf '%s\n' "$output" >"refuted$2"
}

attest() { "$BIN/attest" "$@"; }

@test "SARIF is valid by its schema" {
    write_reports sarif .sarif
    "$ROOT/tests/tools/check_report.py" "$SCHEMA" ./*.sarif | all_passed
    [ "$(jq '.runs[].results | length' unknown.sarif)" -ge 2 ]
    [ "$(jq -r '.runs[].results[].level' refuted.sarif)" = error ]
}

@test "JUnit's XML is well-formed and counts right" {
    write_reports junit .xml
    "$ROOT/tests/tools/check_report.py" "$SCHEMA" ./*.xml | all_passed
    grep -q 'tests="1" failures="0" errors="0"' holds.xml
    grep -q 'tests="3" failures="0" errors="0"' steps.xml
}

@test "the check sees damage" {
    local change
    write_reports sarif .sarif
    for change in 'del(.version)' '.runs[0].results[0].level = "bad"' '.runs[0].results[0].ruleIndex = 7' \
        '.runs[0].results[0].locations = []' '.runs[0].results[0].locations[0].physicalLocation.region.startLine = 0' \
        'del(.runs[0].results[0].message)' '.runs[0].more = 1'; do
        jq "$change" refuted.sarif >bad.sarif
        run -1 "$ROOT/tests/tools/check_report.py" "$SCHEMA" bad.sarif
    done
    attest checksum verify t/SUMS --format junit >good.xml 2>/dev/null || true
    sed 's/ tests="[0-9]*"/ tests="9"/' good.xml >bad.xml
    run -1 "$ROOT/tests/tools/check_report.py" "$SCHEMA" bad.xml
    sed 's/&amp;/\&/' good.xml >bad.xml
    run -1 "$ROOT/tests/tools/check_report.py" "$SCHEMA" bad.xml
}
