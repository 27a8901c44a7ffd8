#!/usr/bin/env bats
# The library as others use it: installed, found through pkg-config, with nothing but attest.h.

load common

setup_file() {
    export STAGE=$BATS_FILE_TMPDIR/stage
    make -s -C "$BATS_TEST_DIRNAME/../.." install BUILD="${ATTEST_BUILD:-build}" PREFIX="$STAGE"
    export PKG_CONFIG_PATH=$STAGE/lib/pkgconfig
    cd "$BATS_FILE_TMPDIR"
    local flags=(-std=c17 -Wall -Wextra -Wpedantic -Wconversion -Werror -D_GNU_SOURCE)
    read -ra shared < <(pkg-config --cflags --libs attest)
    # Both libraries stand in one folder, and the linker would take the shared one.
    read -ra static < <(pkg-config --static --cflags --libs attest | sed 's/-lattest/-l:libattest.a/')
    "${CC:-cc}" "${flags[@]}" "$BATS_TEST_DIRNAME/../../docs/examples/verify.c" "${shared[@]}" -o verify-shared
    "${CC:-cc}" "${flags[@]}" "$BATS_TEST_DIRNAME/../../docs/examples/verify.c" "${static[@]}" -o verify-static
}

setup() {
    cd "$BATS_TEST_TMPDIR"
    cp "$ROOT"/testdata/signing/{artifact,minisign.pub,p256.pub} .
    cp "$ROOT/testdata/minisign/good/prehashed" artifact.minisig
}

# Both programs say the same.
verify() {
    local shared
    run env LD_LIBRARY_PATH="$STAGE/lib" "$BATS_FILE_TMPDIR/verify-shared" "$@"
    shared="$status $output"
    run "$BATS_FILE_TMPDIR/verify-static" "$@"
    [ "$status $output" = "$shared" ]
}

@test "the example finds a good file good" {
    verify minisign.pub artifact
    [ "$status" -eq 0 ]
    [ "${lines[0]}" = '  signature: holds: artifact.minisig: minisign signature by minisign.pub (Ed25519),'"$(
    )"' signed comment "'"$(sed -n 's/^trusted comment: //p' artifact.minisig | tr '\t' ' ')"'"' ]
    [ "${lines[1]}" = "artifact: holds: signed by minisign.pub" ]
    mv artifact.minisig elsewhere
    verify minisign.pub artifact elsewhere
    [ "$status" -eq 0 ]
}

@test "the example finds a changed file bad" {
    printf x >>artifact
    verify minisign.pub artifact
    [ "$status" -eq 1 ]
    [[ "$output" == *"artifact: refuted: artifact.minisig: not a signature of this file by minisign.pub"* ]]
}

@test "the example tells what could not be told" {
    verify minisign.pub artifact nowhere
    [ "$status" -eq 2 ]
    [[ "$output" == *"artifact: unknown: nowhere: cannot open nowhere: No such file or directory"* ]]
    verify nowhere artifact
    [ "$status" -eq 2 ]
    [ "$output" = "verify: cannot open nowhere: No such file or directory" ]
    verify p256.pub artifact
    [ "$status" -eq 1 ]
    rm artifact.minisig
    verify minisign.pub artifact
    [ "$status" -eq 2 ]
}

@test "one program is linked to the shared library, the other is not" {
    readelf -d "$BATS_FILE_TMPDIR/verify-shared" | grep -qF '[libattest.so.0]'
    readelf -d "$BATS_FILE_TMPDIR/verify-static" >"$BATS_TEST_TMPDIR/needed"
    run ! grep -F libattest "$BATS_TEST_TMPDIR/needed"
    grep -qF libcrypto "$BATS_TEST_TMPDIR/needed"
}

@test "the header needs no other, in C and in C++, old and new" {
    local standard
    for standard in c99 c17 c2x; do
        echo '#include <attest.h>' | "${CC:-cc}" -std=$standard -Wall -Wextra -Wpedantic -Werror \
            -I"$STAGE/include" -fsyntax-only -x c -
    done
    cat >use.cc <<'END'
#include <attest.h>
int main()
{
    att_verifier *verifier = att_verifier_new();
    att_result *result = att_verifier_verify_fd(verifier, 0, "it", 0);
    bool told = att_result_outcome(result) == ATT_RESULT_CANNOT_TELL && !att_result_holds(result);
    att_result_free(result);
    att_verifier_free(verifier);
    return told ? 0 : 1;
}
END
    read -ra flags < <(pkg-config --cflags --libs attest)
    for standard in c++11 c++20; do
        "${CXX:-c++}" -std=$standard -Wall -Wextra -Wpedantic -Werror use.cc "${flags[@]}" -o use
        LD_LIBRARY_PATH=$STAGE/lib ./use
    done
}

@test "the installation names its version, and hides no path of the build" {
    [ "$(pkg-config --modversion attest)" = "$(sed -n 's/^VERSION := //p' "$ROOT/Makefile")" ]
    [ "$(readlink "$STAGE/lib/libattest.so")" = libattest.so.0 ]
    [ -e "$STAGE/lib/libattest.so" ]
    [ "$(ls "$STAGE/include")" = attest.h ]
    run ! grep -n @ "$STAGE/lib/pkgconfig/attest.pc"
}
