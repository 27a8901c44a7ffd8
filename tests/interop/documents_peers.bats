#!/usr/bin/env bats
# needs: PEERS
# What this project writes, read by debsbom (the CycloneDX and SPDX projects' Python libraries) and spdx-validate (the
# Go library github.com/github/go-spdx), which stand in PEERS/bin.

load ../cli/common
load documents

setup() {
    PATH=$PEERS/bin:$PATH
}

ecosystems=("$TESTDATA"/{cargo,composer,deno,dpkg,gem,gomod,maven,npm,nuget,pdm,pnpm,poetry,pub,pylock,uv,yarn}/good)

# as_graph TYPE EDGES: debsbom sees every component, and every edge, which the jq program EDGES counts.
as_graph() {
    local file name want found count=0
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
    write_documents spdx 2.3
    jq -r '.packages[].licenseDeclared | select(. != "NOASSERTION" and . != "NONE")' "$OUT"/*.json |
        sort -u >expressions
    [ "$(wc -l <expressions)" -gt 10 ]
    spdx-validate -f expressions
    echo "MIT/ISC" >>expressions
    run ! spdx-validate -f expressions
}
