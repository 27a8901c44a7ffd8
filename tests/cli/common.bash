# Paths that every program test needs; tests/run sets ATTEST_BUILD to the build under test.
ROOT=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)
BUILD=${ATTEST_BUILD:-$ROOT/build}
BIN=$BUILD/bin
TESTS=$BUILD/tests
TESTDATA=$ROOT/testdata
bats_require_minimum_version 1.5.0
unset SOURCE_DATE_EPOCH
export LC_ALL=C

# as_nobody COMMAND...: without root's power to read everything.
as_nobody() {
    if [ "$(id -u)" -eq 0 ]; then
        setpriv --reuid=65534 --regid=65534 --clear-groups "$@"
    else
        "$@"
    fi
}
