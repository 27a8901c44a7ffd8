#!/usr/bin/env bats
# What this project writes, read by others: the CycloneDX project's JavaScript library with its own copies of the
# schemas, packageurl-js and spdx-expression-parse; and our own check of references, which is itself checked here.
# Programs that are on PATH, or in the bin of `make interop PEERS=DIR`, read it as well: debsbom (the CycloneDX and
# SPDX projects' Python libraries) and spdx-validate (the Go library github.com/github/go-spdx).

load ../cli/common

[ -z "${PEERS:-}" ] || PATH=$PEERS/bin:$PATH
PEERS=$ROOT/build/peers

# One document per tree, or per tree of the catalogers' tests, in build/interop so that a failure can be looked at.
write_documents() { # FORMAT VERSION [TREE...]
    local tree name trees=("${@:3}")
    [ $# -gt 2 ] || trees=("$TESTDATA"/*/good/*.expect "$ROOT"/tests/peers.expect)
    OUT=$ROOT/build/interop/$1-$2${3:+-ecosystems}
    rm -rf "$OUT"
    mkdir -p "$OUT"
    for tree in "${trees[@]}"; do
        tree=${tree%.expect}
        name=${tree#"$ROOT"/}
        "$BIN/attest-sbom" generate "$tree" --format "$1" --spec-version "$2" \
            >"$OUT/${name//\//-}.json" 2>"$OUT/log" || { echo "$tree"; cat "$OUT/log"; return 1; }
    done
}

# Every line of TAP on standard input is a pass, and there is one at least.
all_passed() {
    local lines
    lines=$(cat)
    ! grep -A 3 '^not ok' <<<"$lines" || return 1
    grep -q '^ok' <<<"$lines"
}

read_by_peers() { # VERSION
    [ -e "$PEERS/complete" ] || skip "the npm peers are not installed (./setup interop)"
    write_documents cyclonedx "$1"
    node "$ROOT/tests/tools/read_document.cjs" "$PEERS" "$OUT"/*.json | all_passed
}

@test "CycloneDX 1.4 is read by the CycloneDX library" { read_by_peers 1.4; }
@test "CycloneDX 1.5 is read by the CycloneDX library" { read_by_peers 1.5; }
@test "CycloneDX 1.6 is read by the CycloneDX library" { read_by_peers 1.6; }
@test "CycloneDX 1.7 is read by the CycloneDX library" { read_by_peers 1.7; }

@test "references are sound in CycloneDX" {
    write_documents cyclonedx 1.6
    "$ROOT/tests/tools/check_document.py" "$OUT"/*.json | all_passed
}

@test "references are sound in SPDX" {
    write_documents spdx 2.3
    "$ROOT/tests/tools/check_document.py" "$OUT"/*.json | all_passed
}

ecosystems=("$TESTDATA"/{cargo,composer,deno,dpkg,gem,gomod,maven,npm,nuget,pdm,pnpm,poetry,pub,pylock,uv,yarn}/good)

# as_graph TYPE EDGES: debsbom sees every component, and every edge, which the jq program EDGES counts.
as_graph() {
    local file name want found count=0
    command -v debsbom >/dev/null || skip "debsbom is not there (make interop PEERS=DIR)"
    for file in "$OUT"/*.json; do
        name=${file##*/}
        # It stumbles over "nobody knows what else there is".
        jq 'del(.relationships[]? | select(.relatedSpdxElement == "NOASSERTION"))' "$file" >document.json
        want=$(jq "(.packages // [.metadata.component, .components[]] | length), ($2)" document.json | paste -sd ' ')
        rm -f graph
        debsbom export -t "$1" document.json graph 2>log || { echo "$name"; cat log; return 1; }
        found="$(grep -c '<node ' graph || true) $(grep -c '<edge ' graph || true)"
        [ "$found" = "$want" ] || { echo "$name: $want components and edges, debsbom sees $found"; return 1; }
        count=$((count + 1))
    done
    [ "$count" -eq "${#ecosystems[@]}" ]
}

@test "CycloneDX is read by debsbom" {
    cd "$BATS_TEST_TMPDIR"
    write_documents cyclonedx 1.6 "${ecosystems[@]}"
    as_graph cdx '[.dependencies[].dependsOn[]?] | length'
}

@test "SPDX is read by debsbom" {
    cd "$BATS_TEST_TMPDIR"
    write_documents spdx 2.3 "${ecosystems[@]}"
    as_graph spdx '[.relationships[] | select(.relationshipType != "DESCRIBES")] | length'
}

@test "license expressions are read by spdx-validate" {
    cd "$BATS_TEST_TMPDIR"
    command -v spdx-validate >/dev/null || skip "spdx-validate is not there (make interop PEERS=DIR)"
    write_documents spdx 2.3
    jq -r '.packages[].licenseDeclared | select(. != "NOASSERTION" and . != "NONE")' "$OUT"/*.json |
        sort -u >expressions
    [ "$(wc -l <expressions)" -gt 10 ]
    spdx-validate -f expressions
    echo "MIT/ISC" >>expressions
    run ! spdx-validate -f expressions
}

# A sound document, spoilt by a jq program, must be found out.
refused() { # FORMAT PROGRAM MESSAGE
    cd "$BATS_TEST_TMPDIR" || return 1
    "$BIN/attest-sbom" generate "$ROOT/tests/peers" --format "$1" -o sound.json
    "$ROOT/tests/tools/check_document.py" sound.json
    jq "$2" sound.json >spoilt.json
    run -1 "$ROOT/tests/tools/check_document.py" spoilt.json
    [[ $output == *"$3"* ]] || { echo "$output"; return 1; }
}

@test "the check of CycloneDX sees each kind of damage" {
    refused cyclonedx '.components |= .[1:]' "what is not there"
    refused cyclonedx '.dependencies[0].dependsOn += ["pkg:npm/x@1"]' "what is not there: pkg:npm/x@1"
    refused cyclonedx '.dependencies[0] |= (.dependsOn += [.ref])' "refers to itself"
    refused cyclonedx '.dependencies[0].dependsOn += .dependencies[0].dependsOn[:1]' "twice the same edge"
    refused cyclonedx '.components += .components[:1]' "defined twice"
    refused cyclonedx '.components += [.components[0] | .["bom-ref"] = "other"]' "the same component twice"
    refused cyclonedx '.components += [{"type": "library", "name": "x", "bom-ref": "x"}]' "not reachable"
    refused cyclonedx '.compositions[0].assemblies += ["x"]' "compositions refers to"
    refused cyclonedx '.dependencies += .dependencies[:1]' "two lists of dependencies"
    refused cyclonedx '.bomFormat = "x"' "neither CycloneDX nor SPDX"
    refused cyclonedx 'del(.metadata)' "KeyError"
}

@test "the check of SPDX sees each kind of damage" {
    refused spdx '.packages |= .[1:]' "what is not there"
    refused spdx '.relationships[1].relatedSpdxElement = "SPDXRef-x"' "what is not there"
    refused spdx '.relationships[1] |= (.relatedSpdxElement = .spdxElementId)' "refers to itself"
    refused spdx '.relationships += .relationships[:1]' "twice the same edge"
    refused spdx '.packages += .packages[:1]' "defined twice"
    refused spdx '.packages += [.packages[0] | .SPDXID = "SPDXRef-x"]' "not reachable"
    refused spdx '.packages[0].primaryPackagePurpose = "OPERATING-SYSTEM"' "a purpose that the schema does not know"
    refused spdx '.packages[0].licenseDeclared = "LicenseRef-x"' "a license that is not there"
}
