#!/usr/bin/env bats
# attest checksum as its users run it, and beside coreutils.

load common

setup() {
    cd "$BATS_TEST_TMPDIR"
    mkdir -p d/sub
    printf abc >d/a.tar.gz
    printf b >d/b
    : >d/sub/empty
    abc=ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad
}

checksum() {
    "$BIN/attest-checksum" "$@"
}

# verify STATUS ARGUMENT...: runs and leaves the outputs in "out" and "err".
verify() {
    local want=$1 status=0
    shift
    timeout 60 "$BIN/attest-checksum" verify "$@" >out 2>err || status=$?
    [ "$status" -eq "$want" ] || {
        echo "exit $status instead of $want"
        cat out err
        return 1
    }
}

@test "coreutils verify what is written: every algorithm, with and without tags" {
    local name tool tag
    cd d
    for name in sha256 sha384 sha512 blake2b; do
        tool=${name}sum
        [ "$name" != blake2b ] || tool=b2sum
        for tag in "" --tag; do
            checksum write -a "$name" ${tag:+"$tag"} a.tar.gz b sub/empty >../SUMS.$name
            "$tool" --check --strict --quiet ../SUMS.$name
            "$tool" ${tag:+"$tag"} a.tar.gz b sub/empty | cmp - ../SUMS.$name
        done
    done
}

@test "what coreutils write is verified: every algorithm, with and without tags, binary and text" {
    local tool option
    for tool in sha256sum sha384sum sha512sum b2sum; do
        for option in --tag --binary --text; do
            (cd d && "$tool" "$option" a.tar.gz b sub/empty >"$tool.txt")
            verify 0 d/$tool.txt
            [ "$(cat out)" = "d/$tool.txt: verified: 3 of 3 match" ]
            rm d/$tool.txt
        done
    done
    (cd d && sha256sum --tag a.tar.gz b && sha512sum --tag a.tar.gz && b2sum --tag a.tar.gz) >d/all
    verify 0 d/all
    [ "$(cat out)" = "d/all: verified: 4 of 4 match" ]
}

@test "names that need escapes, dashes and bytes that are not UTF-8, both ways" {
    local names=($'new\nline' $'return\rhere' 'back\slash' '\n' '-n' '--help' ' lead' 'trail ' '*' ') = ' '#c'
        $'raw\xff' 'SHA256 (x)' "$abc  x") name tag
    mkdir n
    for name in "${names[@]}"; do printf '%s' "$name" >"n/$name"; done
    cd n
    for tag in "" --tag; do
        checksum write ${tag:+"$tag"} -o SUMS -- "${names[@]}"
        sha256sum --check --strict --quiet SUMS
        sha256sum ${tag:+"$tag"} -- "${names[@]}" | cmp - SUMS
        verify 0 SUMS
        rm SUMS out err
    done
}

@test "the example of FIPS 180-4, standard input and output" {
    [ "$(printf abc | checksum write -)" = "$abc  -" ]
    [ "$(printf abc | checksum write --tag - -o -)" = "SHA256 (-) = $abc" ]
    printf '%s  a.tar.gz\n' "$abc" >m
    (cd d && verify 0 - <../m && [ "$(cat out)" = "standard input: verified: 1 of 1 match" ])
}

@test "names are relative to the manifest" {
    checksum write d/a.tar.gz d/sub/empty -o d/SHA256SUMS
    [ "$(cut -c 67- d/SHA256SUMS)" = $'a.tar.gz\nsub/empty' ]
    checksum write "$PWD/d/./sub/../b" >here
    [ "$(cut -c 67- here)" = d/b ]
    (cd / && "$BIN/attest-checksum" verify "$OLDPWD/d/SHA256SUMS" "$OLDPWD/d/sub/empty")
    run -2 checksum write d/a.tar.gz here -o d/SHA256SUMS
    [[ $output == *"here lies outside of the manifest's folder"* ]]
    run -2 checksum verify d/SHA256SUMS here
    [[ $output == *"here lies outside of the manifest's folder"* ]]
}

@test "the order and the bytes do not depend on the number of threads" {
    local i jobs
    mkdir many
    for i in $(seq 1 200); do head -c $((i * 997)) /dev/zero >"many/$i"; done
    checksum write many/* --jobs 1 >one
    (cd many && rm 7 && echo x >>"50" && mkdir 51.d && mv 51 51.d/ && ln -s /etc/passwd 51)
    for jobs in 1 2 16; do
        checksum write --jobs $jobs -- many/1* | cmp - <(grep '  many/1' one)
        verify 1 one --format json --jobs $jobs
        mv out out.$jobs
        mv err err.$jobs
    done
    cmp out.1 out.2
    cmp out.1 out.16
    cmp err.1 err.16
}

@test "a file that differs, one that is missing, one that is there twice under other digests" {
    checksum write d/a.tar.gz d/b -o SUMS
    printf abd >d/a.tar.gz
    verify 1 SUMS
    [ "$(cat out)" = "SUMS: NOT verified: 1 of 2 match, 1 differ" ]
    grep -q '^error\[checksum-mismatch\]' err
    verify 0 SUMS d/b
    verify 1 SUMS d/b d/a.tar.gz
    rm d/b
    verify 1 SUMS
    [ "$(cat out)" = "SUMS: NOT verified: 0 of 2 match, 1 differ, 1 missing" ]
    grep -q '^error\[missing-file\]' err
    # one digest of two is enough to fail
    printf abc >d/a.tar.gz
    { sha256sum --tag d/a.tar.gz; sha512sum --tag d/a.tar.gz | tr 0 1; } >SUMS
    verify 1 SUMS
    [ "$(cat out)" = "SUMS: NOT verified: 1 of 2 match, 1 differ" ]
}

@test "a part of a path that is no folder is a missing file, a folder is none" {
    echo "$abc  d/a.tar.gz/x" >SUMS
    verify 1 SUMS
    echo "$abc  d/sub" >SUMS
    verify 2 SUMS
    grep -q 'expected a regular file, found a folder at d/sub' err
    mkfifo fifo
    echo "$abc  fifo" >SUMS
    verify 2 SUMS
    grep -q 'found a special file at fifo' err
}

@test "--ignore-missing says what it passes over, and fails when nothing is left" {
    checksum write d/a.tar.gz d/b -o SUMS
    rm d/b
    verify 0 SUMS --ignore-missing
    [ "$(cat out)" = "SUMS: verified: 1 of 2 match, 1 skipped" ]
    grep -q '^note\[missing-file\]' err
    grep -q 'artifact: d/b' err
    rm d/a.tar.gz
    verify 2 SUMS --ignore-missing
    grep -q '^error\[nothing-checked\]' err
    verify 2 SUMS d/b --ignore-missing
    printf x >d/a.tar.gz
    verify 1 SUMS --ignore-missing
}

@test "--complete fails on files that are not listed" {
    checksum write d/a.tar.gz d/b -o SUMS
    verify 1 SUMS --complete d
    grep -q 'artifact: d/sub/empty' err
    [ "$(cat out)" = "SUMS: NOT verified: 2 of 2 match, 1 extra" ]
    verify 1 SUMS --complete d/sub
    checksum write d/a.tar.gz d/b d/sub/empty -o d/SUMS
    verify 1 SUMS --complete .
    (cd d && checksum verify SUMS --complete .)
    touch d/SUMS.minisig d/SUMS.sigstore.json d/SUMS.asc
    sed -i 's,  d/,  ,' d/SUMS
    verify 0 d/SUMS --complete d
    touch d/SUMS.exe
    verify 1 d/SUMS --complete d
    grep -q 'artifact: SUMS.exe' err
    rm d/SUMS.exe
    ln -s nowhere d/link
    verify 1 d/SUMS --complete d
    grep -q 'artifact: link' err
    verify 2 d/SUMS --complete .
    grep -q 'lies outside' err
    verify 2 d/SUMS --complete d/nowhere
    verify 2 d/SUMS d/b --complete d
}

@test "only what the manifest lists can be asked for" {
    checksum write d/a.tar.gz -o SUMS
    verify 1 SUMS d/b
    grep -q '^error\[unlisted-file\]' err
    verify 1 SUMS d/a.tar.gz d/b
    verify 0 SUMS d/a.tar.gz d/../d/a.tar.gz
    [ "$(cat out)" = "SUMS: verified: 1 of 1 match" ]
}

@test "links within the folder are followed, those that lead out are refused" {
    printf abc >outside
    mkdir m
    ln -s ../outside m/file
    ln -s .. m/up
    ln -s "$PWD/outside" m/absolute
    ln -s "$PWD/d" m/folder
    mkdir m/real
    printf abc >m/real/f
    ln -s real m/in
    ln -s in/f m/f
    # The leak checker cannot work below strace.
    local name trace old_kernel="strace -f -o /dev/null -E ASAN_OPTIONS=detect_leaks=0 -e inject=openat2:error=ENOSYS"
    for trace in "" "$old_kernel"; do
        for name in file up/outside absolute folder/a.tar.gz; do
            echo "$abc  $name" >m/SUMS
            # shellcheck disable=SC2086 # a command with its arguments
            run -2 $trace "$BIN/attest-checksum" verify m/SUMS
            [[ $output == *"error[refused-input]: $name leads out of the folder"* ]]
        done
    done
    printf '%s  in/f\n%s  f\n' "$abc" "$abc" >m/SUMS
    verify 0 m/SUMS
    # An old kernel cannot promise where a link leads.
    # shellcheck disable=SC2086 # a command with its arguments
    run -2 $old_kernel "$BIN/attest-checksum" verify m/SUMS
    echo "$abc  real/f" >m/SUMS
    # shellcheck disable=SC2086
    $old_kernel "$BIN/attest-checksum" verify m/SUMS
}

@test "every bad manifest is refused with its place" {
    local file count=0
    for file in "$TESTDATA"/checksum/bad/*; do
        cp "$file" d/
        verify 2 "d/${file##*/}"
        grep -qE '^error\[(malformed-input|unsupported-input|refused-input|duplicate-entry|weak-digest)\]' err
        grep -qE '^  --> .*:[0-9]+:[0-9]+$' err
        grep -q 'could NOT be verified' out
        verify 2 "d/${file##*/}" --ignore-missing
        count=$((count + 1))
    done
    [ "$count" -gt 40 ]
}

@test "weak digests only by name, and never in silence" {
    (cd d && md5sum a.tar.gz >MD5SUMS && sha1sum --tag a.tar.gz >SHA1SUMS)
    verify 2 d/MD5SUMS
    grep -q '^error\[weak-digest\].*MD5' err
    verify 2 d/MD5SUMS --insecure-sha1
    verify 0 d/MD5SUMS --insecure-md5
    grep -q '^warning\[weak-digest\]' err
    verify 2 d/SHA1SUMS --insecure-md5
    verify 0 d/SHA1SUMS --insecure-sha1 --format json
    [ "$(jq -r '.findings[0].code' out)" = weak-digest ]
    run -2 checksum write -a md5 d/b
    run -2 checksum write -a sha1 d/b
    run -2 checksum write -a sha3 d/b
}

@test "hostile names reach the terminal as text" {
    printf '%s  a\033]0;owned\007\n' "$abc" >SUMS
    verify 2 SUMS
    if grep -q $'\033' err out; then false; fi
    printf '%s  a\xe2\x80\xaegpj.exe\n' "$abc" >SUMS
    verify 1 SUMS
    if grep -q $'\xe2\x80\xae' err out; then false; fi
    grep -qF 'u{202e}' err
    printf '\\%s  a\\nSUMS: verified: 1 of 1 match\n' "$abc" >SUMS
    verify 1 SUMS
    [ "$(wc -l <out)" -eq 1 ]
    if grep -q '^SUMS: verified' err out; then false; fi
    printf abc >$'bad\033[31m'
    run -2 checksum write $'bad\033[31m'
    [[ $output != *$'\033'* ]]
    [[ $output == *"control character"* ]]
}

@test "nothing is written when anything fails, and nobody's file is lost" {
    echo old >SUMS
    run -2 checksum write d/a.tar.gz d/nowhere -o SUMS
    run -2 checksum write d/a.tar.gz d -o SUMS
    run -2 checksum write d/a.tar.gz d/sub -o SUMS
    run -2 checksum write d/a.tar.gz d/a.tar.gz -o SUMS
    run -2 checksum write d/a.tar.gz d/../d/a.tar.gz -o SUMS
    run -2 checksum write d/a.tar.gz SUMS -o SUMS
    [[ $output == *"cannot hold its own digest"* ]]
    run -2 checksum write -o SUMS
    [ "$(cat SUMS)" = old ]
    ln -s d/b link
    run -2 checksum write d/a.tar.gz -o link
    [ "$(cat d/b)" = b ]
    chmod 000 d/b
    if [ "$(id -u)" -ne 0 ]; then
        run -2 checksum write d/b
    fi
}

@test "an unreadable file is not a missing one" {
    checksum write d/a.tar.gz d/b -o SUMS
    chmod 755 . d
    chmod 000 d/b
    local status=0
    as_nobody "$BIN/attest-checksum" verify SUMS >out 2>err || status=$?
    [ "$status" -eq 2 ]
    cat err
    grep -q '^error\[unreadable-input\]' err
    grep -q '1 of 2 match, 1 unreadable' out
}

@test "the report follows the schema and lists every line" {
    checksum write d/a.tar.gz d/b d/sub/empty -o SUMS
    verify 0 SUMS --format json
    cp out holds
    [ "$(jq -r '[.verdict, .exit, (.steps | length), .summary.matched] | join(" ")' out)" = "holds 0 3 3" ]
    [ "$(jq -r '.steps[0] | [.name, .outcome, .subject.artifact, .expected] | join(" ")' out)" = \
        "digest holds d/a.tar.gz sha256:$abc" ]
    echo x >>d/b
    rm d/a.tar.gz
    verify 1 SUMS --format json --complete .
    cp out refuted
    [ "$(jq -r '[.steps[].outcome] | join(" ")' out)" = "refuted refuted holds refuted" ]
    [ "$(jq -r '[.findings[].code] | unique | join(" ")' out)" = "checksum-mismatch extra-file missing-file" ]
    echo nonsense >SUMS
    verify 2 SUMS --format json
    cp out unknown
    verify 2 nowhere --format json
    cd "$ROOT"
    /usr/bin/python3 tests/tools/docs.py report "$BATS_TEST_TMPDIR"/{holds,refuted,unknown,out}
}

@test "wrong usage" {
    run -2 checksum
    run -2 checksum nonsense
    run -2 checksum verify
    run -2 checksum write
    run -2 checksum verify d/nowhere/SUMS
    run -2 checksum verify d/SUMS --format xml
    [[ $output == *"expected --format human, json, sarif, junit, github or markdown, found \"xml\""* ]]
    run -2 checksum write d/b --jobs 0
    run -0 checksum --help
    run -0 checksum write --help
    run -0 checksum verify --help
    run -0 checksum --version
    run -0 "$BIN/attest" checksum --version
}

@test "there is no progress bar but on a terminal" {
    truncate -s 3G big
    timeout 60 "$BIN/attest-checksum" write big >out 2>err
    [ ! -s err ]
    if command -v script >/dev/null; then
        script -qec "$BIN/attest-checksum write big -o SUMS" /dev/null </dev/null >terminal
        grep -q 'of 3.0 GiB' terminal
    fi
}

@test "a pipe that is closed, a full disk" {
    checksum write d/b -o SUMS
    run -2 bash -c "'$BIN/attest-checksum' verify SUMS >/dev/full"
    run -2 bash -c "'$BIN/attest-checksum' write d/b >/dev/full"
    run -2 bash -c "'$BIN/attest-checksum' verify SUMS >&-"
}
