#!/usr/bin/env bats
# What this project writes, read by others: the CycloneDX project's JavaScript library with its own copies of the
# schemas, packageurl-js and spdx-expression-parse; and our own check of references, which is itself checked here.

load ../cli/common
load documents

PEERS=$ROOT/build/peers

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
