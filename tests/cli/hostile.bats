#!/usr/bin/env bats
# Trees and locks made to hurt.

load common

setup() {
    cd "$BATS_TEST_TMPDIR"
    registry='source = "registry+https://github.com/rust-lang/crates.io-index"'
}

# lock NAME: a lock of one local package.
lock() {
    printf 'version = 4\n\n[[package]]\nname = "%s"\nversion = "1.0.0"\n' "$1"
}

@test "folders nested 500 deep are read, deeper ones are told and stand in the document" {
    local path=t i
    for ((i = 0; i < 500; i++)); do path+=/d; done
    mkdir -p "$path"
    lock deep >"$path/Cargo.lock"
    timeout 20 "$BIN/attest-sbom" t >out
    [ "$(jq -r '[.components[].name] | join(" ")' out)" = deep ]
    (cd "$path" && mkdir -p d/d/d/d/d/d/d/d/d/d/d/d/d/d/d/d && lock deeper >d/d/d/d/d/d/d/d/d/d/d/d/d/d/d/d/Cargo.lock)
    local status=0
    timeout 20 "$BIN/attest-sbom" t >out 2>err || status=$?
    [ "$status" -eq 2 ]
    grep -q 'over-limit' err
    [ "$(jq -r '[.components[].name] | join(" ")' out)" = deep ]
    [ "$(jq '[.metadata.properties[] | select(.name == "attest:input:not-understood")] | length' out)" = 1 ]
    [ "$(jq -r '.compositions[] | select(.assemblies) | .aggregate' out)" = incomplete ]
    rm -rf t
}

@test "a folder of 50,000 files, most of them manifests" {
    mkdir -p t/many
    (cd t/many && seq 1 25000 | sed 's/$/.c/' | xargs touch && seq 1 12500 | sed 's,^,d,' | xargs mkdir &&
        seq 1 12500 | sed 's,.*,d&/Cargo.toml,' | xargs touch)
    lock root >t/Cargo.lock
    timeout 10 "$BIN/attest-sbom" t >out
    [ "$(jq -r .metadata.component.name out)" = root ]
    mv t/Cargo.lock t/many/d1/
    timeout 10 "$BIN/attest-sbom" t >out 2>err
    grep -q 'more findings' err
}

@test "names that are not UTF-8, and names with line ends, stay apart" {
    mkdir -p t/$'a\xff' t/$'a\xfe' t/$'new\nline' t/'a%FF'
    for folder in t/*/; do lock same >"$folder/Cargo.lock"; done
    timeout 10 "$BIN/attest-sbom" t >out
    jq -e . out >/dev/null
    [ "$(jq '.components | length' out)" = 4 ]
    [ "$(jq '[.components[]."bom-ref"] | unique | length' out)" = 4 ]
    [ "$(jq '[.components[].evidence.occurrences[0].location] | unique | length' out)" -ge 3 ]
    [ "$(jq '[.compositions[]."bom-ref"] | unique | length' out)" = 4 ]
    timeout 10 "$BIN/attest-sbom" t -f spdx >out
    [ "$(jq '[.packages[].SPDXID] | unique | length' out)" = 5 ]
    timeout 10 "$BIN/attest-sbom" tree t >out
    if grep -q $'\xff' out; then false; fi
    [ "$(wc -l <out)" -eq 5 ]
}

@test "two folders whose names run into those of components stay apart" {
    mkdir -p t/a:b t/a
    printf 'version = 4\n' >t/a:b/Cargo.lock
    lock b >t/a/Cargo.lock
    timeout 10 "$BIN/attest-sbom" t >out
    [ "$(jq '.components | length' out)" = 2 ]
}

@test "a chain of 100,000 components: the outline stays linear" {
    {
        echo 'version = 4'
        awk -v registry="$registry" 'BEGIN {
            for (i = 0; i < 100000; i++) {
                printf "\n[[package]]\nname = \"p%d\"\nversion = \"1.0.0\"\n", i
                if (i > 0) print registry
                if (i < 99999) printf "dependencies = [\n \"p%d\",\n]\n", i + 1
            }
        }'
    } >Cargo.lock
    timeout 20 "$BIN/attest-sbom" tree Cargo.lock >out
    [ "$(wc -l <out)" -eq 201 ]
    tail -n 1 out | grep -q 'p200 1.0.0 \.\.\.$'
    timeout 20 "$BIN/attest-sbom" Cargo.lock -o doc.json
    [ "$(jq '.components | length' doc.json)" = 99999 ]
    timeout 20 "$BIN/attest-sbom" tree doc.json >again
    cmp out again
}

@test "a fan of 100,000 components behind a chain of 200: each line once" {
    {
        echo 'version = 4'
        awk -v registry="$registry" 'BEGIN {
            for (i = 0; i < 190; i++) {
                printf "\n[[package]]\nname = \"c%d\"\nversion = \"1.0.0\"\n", i
                if (i > 0) print registry
                print "dependencies = ["
                if (i < 189) printf " \"c%d\",\n", i + 1
                else for (j = 0; j < 100000; j++) printf " \"f%d\",\n", j
                print "]"
            }
            for (j = 0; j < 100000; j++) printf "\n[[package]]\nname = \"f%d\"\nversion = \"1.0.0\"\n%s\n", j, registry
        }'
    } >Cargo.lock
    timeout 20 "$BIN/attest-sbom" tree Cargo.lock >out
    [ "$(wc -l <out)" -eq 100190 ]
}

@test "a ring of local packages: everything is reached, nothing twice" {
    {
        echo 'version = 4'
        for i in 1 2 3; do
            printf '\n[[package]]\nname = "r%d"\nversion = "1.0.0"\ndependencies = [\n "r%d",\n]\n' $i $((i % 3 + 1))
        done
    } >Cargo.lock
    timeout 5 "$BIN/attest-sbom" Cargo.lock >out
    [ "$(jq '.components | length' out)" = 3 ]
    timeout 5 "$BIN/attest-sbom" tree Cargo.lock >out
    [ "$(grep -c r1 out)" = 2 ]
}

@test "links into folders that are not entered are told" {
    mkdir -p t/node_modules/x t/sub outside t/kept
    lock hidden >t/node_modules/x/Cargo.lock
    lock outside >outside/Cargo.lock
    lock app >t/Cargo.lock
    lock kept >t/kept/Cargo.lock
    local status=0
    ln -s ../node_modules/x/Cargo.lock t/sub/Cargo.lock
    timeout 5 "$BIN/attest-sbom" t >out 2>err || status=$?
    [ "$status" -eq 2 ] && grep -q refused-input err
    local unread='.metadata.properties[] | select(.name == "attest:input:not-understood") | .value'
    [ "$(jq -r "$unread" out)" = sub/Cargo.lock ]
    ln -s ../outside t/way
    ln -sf ../way/Cargo.lock t/sub/Cargo.lock
    status=0
    timeout 5 "$BIN/attest-sbom" t >out 2>err || status=$?
    [ "$status" -eq 2 ] && grep -q refused-input err
    ln -sf ../kept/Cargo.lock t/sub/Cargo.lock
    timeout 5 "$BIN/attest-sbom" t >out 2>err
    status=0
    timeout 5 "$BIN/attest-sbom" t --exclude kept >out 2>err || status=$?
    [ "$status" -eq 2 ] && grep -q refused-input err
}
