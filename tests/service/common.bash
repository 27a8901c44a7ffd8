# Paths for tests that need a service or a device beside the programs.
ROOT=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)
BUILD=${ATTEST_BUILD:-$ROOT/build}
BIN=$BUILD/bin
TESTS=$BUILD/tests
TESTDATA=$ROOT/testdata
bats_require_minimum_version 1.5.0
export LC_ALL=C

# The first of so many ports in a row that nobody listens on. They lie below those that the system gives to connections,
# which would take them now and then.
free_ports() { # COUNT
    local first i
    for _ in $(seq 100); do
        first=$((10000 + (RANDOM * 32768 + RANDOM) % 22000))
        for ((i = 0; i < $1; i++)); do
            if (: <"/dev/tcp/127.0.0.1/$((first + i))") 2>/dev/null; then continue 2; fi
        done
        echo "$first"
        return
    done
    return 1
}
