# What the layer tests share: the tree's root and the build they look into.
ROOT=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)
BUILD=${ATTEST_BUILD:-$ROOT/build}
bats_require_minimum_version 1.5.0
cd "$ROOT" || exit 1
export LC_ALL=C

# Fails and shows what is wrong, when anything is.
none() { # WHAT <LINES
    local lines
    lines=$(cat)
    [ -z "$lines" ] || {
        echo "$1:"
        echo "$lines"
        return 1
    }
}
