#!/usr/bin/env bats
# attest provenance --predicate, --sbom, and patterns: statements that others have the content of.

load common
load builds

TYPE=https://slsa.dev/provenance/v1
RESULT=https://in-toto.io/attestation/test-result/v0.1
REFERENCE=https://in-toto.io/attestation/reference/v0.1

# One good predicate of every type, under its short name.
predicates() {
    echo '{"bomFormat": "CycloneDX", "specVersion": "1.6", "version": 1}' >cyclonedx
    echo '{"spdxVersion": "SPDX-2.3", "SPDXID": "SPDXRef-DOCUMENT", "name": "x"}' >spdx
    echo '{"@context": "https://spdx.org/rdf/3.0.1/spdx-context.jsonld", "@graph": []}' >spdx3
    echo '{"result": "PASSED", "configuration": [], "passedTests": ["a"]}' >test-result
    echo '{"scanner": {"uri": "pkg:github/a/b@1", "db": {"lastUpdate": "2026-01-31T12:00:00Z"}, "result": []},
        "metadata": {"scanStartedOn": "2026-01-31T12:00:00Z", "scanFinishedOn": "2026-01-31T12:00:01Z"}}' >vulns
    echo '{"purl": "pkg:npm/hello@1.2.3"}' >release
    echo '{"verifier": {"id": "https://v.example/"}, "timeVerified": "2026-01-31T12:00:00Z", "policy":
        {"uri": "https://v.example/p"}, "resourceUri": "pkg:npm/hello@1.2.3", "verificationResult": "PASSED",
        "verifiedLevels": ["SLSA_BUILD_LEVEL_2"]}' >vsa
    echo '{"attester": {"id": "https://b.example/"}, "references": []}' >reference
}

state() { clean attest provenance "$@"; }

@test "a predicate of every known type, without git or a build system, is verified by its type" {
    local name
    rm -rf .git
    predicates
    for name in cyclonedx spdx spdx3 test-result vulns release vsa reference; do
        run -0 state dist/tool dist/library --predicate-type $name --predicate $name
        [ "${#lines[@]}" = 1 ]
        is ._type https://in-toto.io/Statement/v1
        is '[.subject[].name] | join(" ")' "library tool"
        is .predicate "$(jq -r . $name)"
        type=$(jq -r .predicateType <<<"$output")
        run -0 state dist/tool --predicate-type "$type" --predicate $name --key ../key -o p
        says "p: a"
        says "about 1 artifact, signed"
        run -0 attest verify dist/tool --key ../key.pub --signature p --predicate-type "$type"
        run -1 attest verify dist/tool --key ../key.pub --signature p --predicate-type "${type}x"
        run -1 attest verify dist/library --key ../key.pub --signature p --predicate-type "$type"
    done
    run -0 state dist/tool --predicate-type https://t.example/ --predicate release --key ../key --as dsse -o p
    says "p: https://t.example/ about 1 artifact, signed"
    run -0 attest verify dist/tool --key ../key.pub --signature p --predicate-type https://t.example/
}

@test "a predicate stands in its statement as it was written, but for space" {
    printf '\n { "b" : [ 1.500 , 1E+2,\t10000000000000001e-1, -0.0 ] , "a \\" b" : "  \\u0041\\\\", "c":{ } }\r\n' >x
    run -0 state dist/tool -t https://t.example/ -p x
    says '"predicate":{"b":[1.500,1E+2,10000000000000001e-1,-0.0],"a \" b":"  \u0041\\","c":{}}}'
    [[ "$output" == '{"_type":'*'}}' ]]
}

@test "several statements are lines, in the order of the options, each signed" {
    predicates
    run -0 state dist/tool -t test-result -p test-result -t https://t.example/ -p release -t spdx -p spdx
    [ "${#lines[@]}" = 3 ]
    [ "$(jq -r .predicateType <<<"$output" | tr '\n' ' ')" = "$RESULT https://t.example/ https://spdx.dev/Document " ]
    run -0 github attest provenance dist/tool -t test-result -p test-result --with-provenance
    [ "$(jq -r .predicateType <<<"$output" | tr '\n' ' ')" = "$TYPE $RESULT " ]
    run -0 github attest provenance dist/tool -t test-result -p test-result --with-provenance --key ../key -o x.jsonl
    says "x.jsonl: SLSA provenance of 1 artifact"
    says "x.jsonl: a test result about 1 artifact, signed"
    [ "$(wc -l <x.jsonl)" = 2 ]
    run -0 attest verify dist/tool --key ../key.pub --signature x.jsonl --predicate-type $RESULT
    run -1 attest verify dist/tool --key ../key.pub --signature x.jsonl --predicate-type https://spdx.dev/Document
    run -0 attest verify dist/tool --key ../key.pub --provenance x.jsonl --source https://github.com/octo/hello \
        --builder https://github.com/octo/hello/.github/workflows/release.yml@refs/heads/main --commit "$SHA"
    run -0 state dist/tool -t test-result -p test-result -t spdx -p spdx --key ../key --as dsse
    [ "$(jq -r .payloadType <<<"$output" | uniq -c | tr -s ' ')" = " 2 application/vnd.in-toto+json" ]
}

@test "a predicate that its type does not allow is refused where it is wrong" {
    predicates
    local name
    for name in cyclonedx spdx spdx3 test-result vulns release vsa reference; do
        echo '{}' >empty
        run -2 state dist/tool -t $name -p empty --key ../key -o out
        says "attest-provenance: empty: expected "
        says "(line 1, column 1)"
        jq 'del(.[keys[0]]) | .x = [1]' $name >less
        [ $name = spdx ] || [ $name = test-result ] || run -2 state dist/tool -t $name -p less -o out
    done
    printf '{"result": "PASSED",\n "configuration": ["x"]}' >x
    run -2 state dist/tool -t test-result -p x -o out
    says "x: expected an object in the list, found a string (line 2, column 20)"
    run -2 state dist/tool -t spdx -p spdx3 -o out
    says "SPDX 3 has a type of its own: https://spdx.dev/Document/v3"
    run -2 state dist/tool -t https://cyclonedx.org/bom/v1.5 -p cyclonedx -o out
    says "expected version 1.5, which the predicate's type states, found \"1.6\""
    github attest provenance dist/tool | jq .predicate >own
    run -0 state dist/tool -t "$TYPE" -p own
    jq 'del(.runDetails)' own >x
    run -2 state dist/tool -t "$TYPE" -p x -o out
    says 'x: expected "runDetails" here, found none'
    # The second of two is as wrong as the first.
    run -2 state dist/tool -t test-result -p test-result -t vsa -p release -o out
    [ ! -e out ]
}

@test "JSON that could be read in two ways is refused, whatever its type" {
    local text
    while read -r text; do
        printf '%b' "$text" >x
        run -2 state dist/tool -t https://t.example/ -p x -o out
        says "attest-provenance: x: "
    done <<'END'
{"a":1,"a":1}
{"a":{"b":1,"\\u0062":2}}
{} {}
{}x
[]
null
"{}"
{"a":01}
{"a":"\\ud800"}
{"a":"\xff"}
\xef\xbb\xbf{}
{"a":1
END
    : >x
    run -2 state dist/tool -t https://t.example/ -p x -o out
    run -2 state dist/tool -t https://t.example/ -p nowhere -o out
    says nowhere
    run -2 state dist/tool -t https://t.example/ -p dist -o out
    mkfifo pipe
    run -2 state dist/tool -t https://t.example/ -p pipe -o out
    [ ! -e out ]
}

@test "options that do not belong together" {
    predicates
    run -2 state dist/tool -t vsa
    says "in pairs, found 1 and 0"
    run -2 state dist/tool -p vsa
    says "in pairs, found 0 and 1"
    run -2 state dist/tool -t vsa -p vsa -t spdx
    run -2 state dist/tool -t sbom -p spdx
    says "one of cyclonedx, spdx, spdx3, test-result, vulns, release, vsa, reference, found \"sbom\""
    run -2 state dist/tool -t 'https://a b/' -p spdx
    says "expected the type of a predicate as a URI"
    run -2 state -t vsa -p vsa
    says "expected an artifact or --checksums, found none"
    run -2 github attest provenance dist/tool --with-provenance
    run -2 github attest provenance dist/tool --by-digest https://h.example/
    local option
    for option in --builder=generic --slsa=1 --checkout=. --allow-dirty --tool=/bin/sh --byproduct=vsa --sbom=spdx \
        --builder-id=a:b --source=a:b --command=x --parameter=a=b --invocation-id=1; do
        run -2 state dist/tool -t vsa -p vsa "$option"
        says "${option%%=*} is about the build, which takes --with-provenance"
    done
}

@test "subjects are held to the same as those of provenance, and no input is written over" {
    predicates
    mkdir more
    cp dist/tool more/tool
    run -2 state dist/tool more/tool -t vsa -p vsa -o out
    says "expected one artifact called tool, found two"
    run -2 state dist/tool dist/tool -t vsa -p vsa -o out
    [ ! -e out ]
    cp vsa before
    run -2 state dist/tool -t vsa -p vsa -o vsa
    says "vsa would be written over"
    run -2 github attest provenance dist/tool --sbom spdx -o spdx
    says "spdx would be written over"
    cmp vsa before
    sha256sum dist/tool >SUMS
    run -0 state --checksums SUMS -t vsa -p vsa
    is '.subject[0].name' dist/tool
}

@test "an SBOM by its digest" {
    predicates
    cp spdx 'my sbom+1.json'
    run -0 state dist/tool -t spdx -p 'my sbom+1.json' -t vsa -p vsa --by-digest https://h.example/v1 \
        --attester https://b.example/
    output=${lines[0]}
    is .predicateType $REFERENCE
    is .predicate.attester.id https://b.example/
    is '.predicate.references | tojson' "[{\"name\":\"my sbom+1.json\",\"downloadLocation\":\
\"https://h.example/v1/my%20sbom%2B1.json\",\"digest\":{\"sha256\":\"$(sha256sum <spdx | cut -d' ' -f1)\"},\
\"mediaType\":\"application/spdx+json\"}]"
    output=${lines[1]}
    is .predicateType https://slsa.dev/verification_summary/v1
    run -0 state dist/tool -t cyclonedx -p cyclonedx --by-digest https://h.example/v1/ --attester https://b.example/ \
        --key ../key -o p
    says "p: a CycloneDX SBOM, by its digest, about 1 artifact, signed"
    run -0 attest verify dist/tool --key ../key.pub --signature p --predicate-type $REFERENCE
    # It is checked all the same.
    run -2 state dist/tool -t spdx -p cyclonedx --by-digest https://h.example/ --attester https://b.example/ -o out
    says 'cyclonedx: expected "spdxVersion" here'
    run -2 state dist/tool -t spdx -p spdx --by-digest https://h.example/ -o out
    says "--by-digest and --attester together"
    run -2 state dist/tool -t spdx -p spdx --by-digest 'sboms/' --attester https://b.example/ -o out
    says 'expected a URI for "downloadLocation", found "sboms/spdx"'
    run -2 state dist/tool -t spdx -p spdx --by-digest https://h.example/ --attester me -o out
    run -2 state dist/tool -t vsa -p vsa --by-digest https://h.example/ --attester https://b.example/ -o out
    says "expected an SBOM among the predicates"
    [ ! -e out ]
}

@test "a predicate of 80 MB is refused, and an SBOM of that size goes by its digest" {
    {
        printf '{"bomFormat": "CycloneDX", "specVersion": "1.6", "x": "'
        head -c 80000000 /dev/zero | tr '\0' x
        printf '"}'
    } >large
    run -2 state dist/tool -t https://t.example/ -p large -o out
    says "large"
    [[ "$output" != *--by-digest* ]]
    run -2 state dist/tool -t cyclonedx -p large -o out
    says "--by-digest URL states an SBOM by its digest instead"
    [ ! -e out ]
    run -0 state dist/tool -t cyclonedx -p large --by-digest https://h.example/ --attester https://b.example/
    is '.predicate.references[0].digest.sha256' "$(sha256sum <large | cut -d' ' -f1)"
    # Below the bound it is signed as it is.
    head -c 20000000 large >smaller
    printf '"}' >>smaller
    run -0 state dist/tool -t cyclonedx -p smaller --key ../key -o p
    run -0 attest verify dist/tool --key ../key.pub --signature p --predicate-type https://cyclonedx.org/bom
}

@test "the components of an SBOM are dependencies of the build" {
    local one two digest
    one=$(sha256sum <<<1 | cut -d' ' -f1) two=$(sha256sum <<<2 | cut -d' ' -f1)
    cat >sbom.json <<END
{"bomFormat": "CycloneDX", "specVersion": "1.6",
 "metadata": {"component": {"name": "app", "bom-ref": "app", "purl": "pkg:npm/app@1"}},
 "components": [
  {"type": "library", "name": "z", "bom-ref": "z", "purl": "pkg:npm/z@1"},
  {"type": "library", "group": "@g", "name": "a", "bom-ref": "a", "purl": "pkg:npm/%40g/a@1",
   "hashes": [{"alg": "SHA-256", "content": "$one"}, {"alg": "MD5", "content": "${one:0:32}"}]},
  {"type": "library", "name": "wheels", "bom-ref": "w", "purl": "pkg:pypi/wheels@1",
   "hashes": [{"alg": "SHA-256", "content": "$one"}, {"alg": "SHA-256", "content": "$two"}]},
  {"type": "library", "name": "nameless", "bom-ref": "n", "hashes": [{"alg": "SHA-256", "content": "$two"}]},
  {"type": "library", "name": "nothing", "bom-ref": "o"}]}
END
    run -0 github attest provenance dist/tool --sbom sbom.json --tool /bin/sh
    digest=$(sha256sum <sbom.json | cut -d' ' -f1)
    is '.predicate.buildDefinition.resolvedDependencies[0].digest.gitCommit' "$SHA"
    is '.predicate.buildDefinition.resolvedDependencies[1].name' sh
    is '.predicate.buildDefinition.resolvedDependencies[2:] | tojson' "[{\"name\":\"nameless\",\"digest\":{\"sha256\":\
\"$two\"}},{\"uri\":\"pkg:npm/%40g/a@1\",\"name\":\"@g/a\",\"digest\":{\"sha256\":\"$one\",\"md5\":\"${one:0:32}\"}},\
{\"uri\":\"pkg:npm/z@1\",\"name\":\"z\"},{\"uri\":\"pkg:pypi/wheels@1\",\"name\":\"wheels\"}]"
    is '.predicate.runDetails.byproducts | tojson' "[{\"name\":\"sbom.json\",\"digest\":{\"sha256\":\"$digest\"}}]"
    github attest provenance dist/tool --sbom sbom.json -o one
    jq '.components |= reverse' sbom.json >reversed
    mv reversed sbom.json
    github attest provenance dist/tool --sbom sbom.json -o two
    diff <(jq .predicate.buildDefinition one) <(jq .predicate.buildDefinition two)
    run -0 github attest provenance dist/tool --sbom sbom.json --slsa 0.2
    is '.predicate.materials[1:] | tojson' "[{\"digest\":{\"sha256\":\"$two\"}},{\"uri\":\"pkg:npm/%40g/a@1\",\
\"digest\":{\"sha256\":\"$one\",\"md5\":\"${one:0:32}\"}},{\"uri\":\"pkg:npm/z@1\"},{\"uri\":\"pkg:pypi/wheels@1\"}]"
    # Its own documents, of either format, signed and verified.
    local format
    for format in cyclonedx spdx; do
        attest sbom generate --format $format "$ROOT/testdata/docs/hello" -o own 2>/dev/null
        run -0 github attest provenance dist/tool --sbom own --key ../key -o p
        run -0 attest verify dist/tool --key ../key.pub --signature p --predicate-type $TYPE
        [ "$(jq -r .dsseEnvelope.payload p | base64 -d |
            jq '.predicate.buildDefinition.resolvedDependencies | length')" -gt 2 ]
    done
}

@test "an SBOM that cannot be read, or would say what nobody can read, is refused" {
    predicates
    run -2 github attest provenance dist/tool --sbom vsa -o out
    run -2 github attest provenance dist/tool --sbom nowhere -o out
    echo '{"bomFormat": "CycloneDX", "specVersion": "1.6", "components": [{"name": "a", "purl": "not a purl"}]}' >x
    run -2 github attest provenance dist/tool --sbom x -o out
    says 'expected a URI of a dependency, found "not a purl"'
    printf '{"bomFormat": "CycloneDX", "specVersion": "1.6", "components": [{"name": "%s", "purl": "pkg:npm/a@1"}]}' \
        '\u202ea' >x
    run -2 github attest provenance dist/tool --sbom x -o out
    says "expected a name of the dependency in one line"
    printf '{"bomFormat": "CycloneDX",\n "specVersion": "1.6", "specVersion": "1.6"}' >x
    run -2 github attest provenance dist/tool --sbom x -o out
    says "x: expected each key once"
    echo '{"bomFormat": "CycloneDX", "specVersion": "1.6", "components": [{"name": "a"}]}' >x
    run -0 github attest provenance dist/tool --sbom x
    run -2 github attest provenance dist/tool --sbom x --byproduct x -o out
    says "expected one byproduct called x, found two"
    [ ! -e out ]
}

# names ARGUMENT...: the subjects that artifacts become.
names() {
    run -0 state "$@" -t https://t.example/ -p "$BATS_TEST_TMPDIR/x"
    jq -r '[.subject[].name] | join(" ")' <<<"$output"
}

@test "patterns are expanded without a shell" {
    echo '{}' >"$BATS_TEST_TMPDIR/x"
    rm -r dist
    mkdir -p dist/deep/er 'dist/[odd]'
    touch dist/b.gz dist/a.gz dist/a.txt dist/é.gz dist/deep/c.gz dist/deep/er/d.gz 'dist/[odd]/e.gz' 'dist/*.bz'
    [ "$(names 'dist/*.gz')" = "a.gz b.gz é.gz" ]
    [ "$(names 'dist/?.gz')" = "a.gz b.gz é.gz" ]
    [ "$(names 'dist/[!b].gz')" = "a.gz é.gz" ]
    [ "$(names 'dist/**/*.gz')" = "a.gz b.gz c.gz d.gz e.gz é.gz" ]
    [ "$(names 'dist/**/er/**')" = "d.gz" ]
    [ "$(names '**/**/**/d.gz')" = "d.gz" ]
    [ "$(names 'd*t/d*p/*')" = "c.gz" ]
    [ "$(names "$PWD/dist/a.*")" = "a.gz a.txt" ]
    [ "$(names './dist//*.txt')" = "a.txt" ]
    [ "$(names 'dist/\[odd\]/*')" = "e.gz" ]
    [ "$(names 'dist/a.*' 'dist/b.*' dist/deep/c.gz)" = "a.gz a.txt b.gz c.gz" ]
    # What is there under that very name is meant.
    [ "$(names 'dist/*.bz')" = "*.bz" ]
    touch dist/x.bz
    [ "$(names 'dist/*.bz')" = "*.bz" ]
    [ "$(names 'dist/*.b[z]')" = "*.bz x.bz" ]
    # Nor what is hidden, but where it is asked for.
    touch dist/.hidden.gz .git/x.gz
    [ "$(names '**/*.gz')" = "a.gz b.gz c.gz d.gz e.gz é.gz" ]
    [ "$(names 'dist/.h*')" = ".hidden.gz" ]
    [ "$(names '.g*/*.gz')" = "x.gz" ]
    # Not into folders that nobody named.
    cd dist
    [ "$(names '*.gz')" = "a.gz b.gz é.gz" ]
}

@test "patterns that match nothing, links, or what cannot be read are refused" {
    echo '{}' >x
    local pattern
    for pattern in 'dist/*.gz' 'nowhere/*' '*/*/*' 'dist/tool/*' 'dist/[' 'd?'; do
        run -2 state "$pattern" dist/tool -t https://t.example/ -p x -o out
        says "expected a file that $pattern matches, found none"
    done
    run -2 state 'dis*' -t https://t.example/ -p x -o out
    says "found none"
    mkdir elsewhere
    echo secret >elsewhere/secret
    ln -s ../elsewhere dist/linked
    run -2 state 'dist/*' -t https://t.example/ -p x -o out
    says "cannot expand dist/*: dist/linked: it is a symbolic link"
    for pattern in 'dist/*/secret' 'dist/**/secret' 'd*t/linked/secret' 'd*t/linked/s*' 'dist/l*/../linked/s*'; do
        run -2 state "$pattern" -t https://t.example/ -p x -o out
        says "expected a file that $pattern matches, found none"
    done
    # Where a person names the link it is followed.
    run -0 state 'dist/linked/s*' -t https://t.example/ -p x
    ln -s ../elsewhere/secret dist/toolink
    run -2 state 'dist/tool*' -t https://t.example/ -p x -o out
    says "dist/toolink: it is a symbolic link"
    mkfifo dist/pipe
    run -2 state 'dist/p*' -t https://t.example/ -p x -o out
    says "dist/pipe"
    mkdir -m 0 dist/closed
    chmod 755 "$BATS_TEST_TMPDIR"
    run -2 as_nobody "$BIN/attest-provenance" 'dist/closed/*' -t https://t.example/ -p x
    says "cannot expand dist/closed/*: dist/closed/: Permission denied"
    run -2 state 'dist/t*' -t https://t.example/ -p x -o dist/tool
    [ ! -e out ]
}
