# Paths for tests that need a service or a device beside the programs.
ROOT=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)
BUILD=${ATTEST_BUILD:-$ROOT/build}
BIN=$BUILD/bin
TESTS=$BUILD/tests
TESTDATA=$ROOT/testdata
bats_require_minimum_version 1.5.0
export LC_ALL=C
