# Paths that every program test needs; tests/run sets ATTEST_BUILD to the build under test.
ROOT=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)
BUILD=${ATTEST_BUILD:-$ROOT/build}
BIN=$BUILD/bin
TESTS=$BUILD/tests
TESTDATA=$ROOT/testdata
unset SOURCE_DATE_EPOCH
export LC_ALL=C
