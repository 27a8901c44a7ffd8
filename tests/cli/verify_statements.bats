#!/usr/bin/env bats
# attest verify and statements: what a build, a test or another verifier says about a file, and who says it.

load common
load verify_builds

@test "provenance by a key: source, builder, ref, commit, workflow" {
    provenance
    by_key 0
    built="tool: verified, built by $BUILDER from $GITHUB at refs/tags/v1.2.0, commit 0123456789ab"
    verdict "$built (by $KEYS/p256.pub)"
    by_key 0 --tag v1.2.0 --commit "$COMMIT" --workflow .github/workflows/release.yml
    by_key 0 --format json
    for name in attestation subject predicate-type builder build-type source; do
        step "$name" holds
    done
}

@test "every expectation that is not met refuses" {
    provenance
    by_key 1 --tag v1.2.1
    says err 'error[wrong-ref]'
    by_key 1 --tag v1.2
    # a branch of the same name
    by_key 1 --branch v1.2.0
    says err 'error[wrong-ref]'
    by_key 1 --commit "${COMMIT%7}8"
    says err 'error[wrong-commit]'
    by_key 1 --workflow .github/workflows/other.yml
    says err 'error[wrong-workflow]'
    by_key 1 --parameter inputs.debug=true
    says err 'error[unexpected-parameter]'
    by_key 1 --max-age P1D
}

@test "the repository is compared byte by byte" {
    local other
    provenance
    for other in "$GITHUB/" "$GITHUB.git" "${GITHUB}2" "${GITHUB%l}" "https://github.com/Example/tool" \
        "https://GitHub.com/example/tool" "http://github.com/example/tool" "github.com/example/tool" \
        "git+$GITHUB" "$GITHUB@refs/tags/v1.2.0" "https://github.com/example" "https://github.com.evil.example/tool"; do
        verify 1 tool --key "$KEYS/p256.pub" --provenance p --source "$other" --builder "$BUILDER"
        says err 'error[wrong-source]'
    done
    provenance '.predicate.buildDefinition.externalParameters.workflow.repository |= . + "@refs/heads/x"
        | .predicate.buildDefinition.resolvedDependencies[0].uri |= sub("@"; "@refs/heads/x@")'
    by_key 1
}

@test "without a policy the builder has to be named, and is compared byte by byte" {
    local other
    provenance
    verify 2 tool --key "$KEYS/p256.pub" --provenance p --source "$GITHUB"
    says err 'expected --builder with --provenance, found none'
    verify 2 tool --key "$KEYS/p256.pub" --provenance p --builder "$BUILDER"
    says err 'expected --source with --provenance, found none'
    for other in "${BUILDER%0}1" "$GITHUB/.github/workflows/release.yml@refs/tags/*" "${BUILDER^^}" "${BUILDER}0"; do
        verify 1 tool --key "$KEYS/p256.pub" --provenance p --source "$GITHUB" --builder "$other"
        says err 'error[untrusted-builder]'
    done
    verify 2 tool --key "$KEYS/p256.pub" --provenance p --source "$GITHUB" --builder "$BUILDER" --min-level 1
    says err '--min-level takes a policy'
}

@test "another key's provenance counts for nothing, and is not looked into" {
    stated ed25519 "$(build)" >p
    by_key 1
    says err 'warning[other-key]'
    says err 'error[missing-attestation]'
    stated ed25519 '{"_type":"https://in-toto.io/Statement/v1","subject":[]}' >p || true
    by_key 1
}

@test "two envelopes with one good signature, in either order" {
    stated ed25519 "$(build)" >other
    provenance
    cat other p >both.jsonl
    mv both.jsonl p
    by_key 0
    says err 'warning[other-key]'
    provenance
    cat p other >both.jsonl
    verify 0 tool --key "$KEYS/p256.pub" --provenance both.jsonl --source "$GITHUB" --builder "$BUILDER"
    # a good envelope cannot lend its signature to another payload
    jq -c --slurpfile a other '.payload = $a[0].payload' p >mixed
    mv mixed p
    by_key 0
    stated ed25519 "$(build '.subject[0].name = "x"')" >other
    jq -c --slurpfile a other '.payload = $a[0].payload' p >mixed
    mv mixed p
    by_key 1
}

@test "the subject is the file's digest, whatever the names say" {
    echo another >other
    provenance . other
    by_key 1
    says err 'error[wrong-subject]'
    provenance '.subject[0].name = "something else"'
    by_key 0
    provenance '.subject += [{name: "b", digest: {sha256: ("0" * 64)}}]'
    by_key 0
    # only what cannot be forged counts
    provenance ".subject[0].digest = {sha1: \"$(sha1sum tool | cut -c1-40)\"}"
    by_key 1
    provenance ".subject[0].digest = {md5: \"$(md5sum tool | cut -c1-32)\", gitCommit: \"$COMMIT\"}"
    by_key 1
    provenance ".subject[0].digest = {sha512: \"$(sha512sum tool | cut -c1-128)\"}"
    by_key 0
    provenance ".subject[0].digest.sha512 = \"$(sha512sum other | cut -c1-128)\""
    by_key 0
    provenance ".subject[0].digest = {sha512: \"$(sha512sum other | cut -c1-128)\"}"
    by_key 1
}

@test "statements that are malformed end in 2, although they are signed" {
    local filter
    for filter in '.subject = []' 'del(.subject)' 'del(.predicateType)' '.predicateType = ""' 'del(.predicate)' \
        '.subject += .subject' '.subject += [{name: "tool", digest: {sha256: ("0" * 64)}}]' \
        '.subject[0].digest = {}' '.subject[0].digest.sha256 |= ascii_upcase' \
        '._type = "https://in-toto.io/Statement/v2"' \
        'del(.predicate.runDetails.builder.id)' 'del(.predicate.buildDefinition.externalParameters)' \
        'del(.predicate.buildDefinition.buildType)' '.predicate.buildDefinition.resolvedDependencies = []'; do
        build "$filter" >statement.json
        sign p256 --as dsse --payload-type application/vnd.in-toto+json --output p statement.json
        by_key 2 || { echo "$filter"; return 1; }
        says err 'unreadable-attestation'
    done
    build | sed 's/"predicateType":/"predicateType":"x","predicateType":/' >statement.json
    sign p256 --as dsse --payload-type application/vnd.in-toto+json --output p statement.json
    by_key 2
}

@test "parameters that the build type does not know, and those that nobody expected" {
    provenance '.predicate.buildDefinition.externalParameters.extra = "x"'
    by_key 1
    says err 'error[unexpected-parameter]'
    by_key 1 --parameter extra=x
    provenance '.predicate.buildDefinition.buildType =
        "https://slsa-framework.github.io/github-actions-buildtypes/workflow/v1"
        | .predicate.buildDefinition.externalParameters.inputs = {debug: "true"}'
    by_key 1
    says err '--parameter inputs.debug=true'
    by_key 0 --parameter inputs.debug=true
    by_key 1 --parameter inputs.debug=false
    by_key 1 --parameter inputs.debug=true --parameter inputs.more=x
    provenance '.predicate.buildDefinition.buildType = "https://example.org/build"'
    by_key 2
    says err 'error[unknown-build-type]'
}

@test "the payload type says what the payload is, and base64url is read as well" {
    build >statement.json
    sign p256 --as dsse --payload-type application/json --output p statement.json
    by_key 2
    provenance
    jq -c '.payloadType = "application/json"' p >changed && mv changed p
    by_key 2
    provenance
    jq -c '.payload |= (gsub("[+]"; "-") | gsub("/"; "_")) | .signatures[].sig |= (gsub("[+]"; "-") | gsub("/"; "_"))' \
        p >changed && mv changed p
    by_key 0
    jq -c '.payload |= . + "!"' p >changed && mv changed p
    by_key 2
}

@test "a bundle, several statements in one file, and beside the artifact" {
    build >statement.json
    sign p256 --payload-type application/vnd.in-toto+json --output p statement.json
    by_key 0
    echo another >other
    {
        stated p256 "$(build . other)"
        stated p256 "$(build)"
    } >p.jsonl
    verify 0 tool --key "$KEYS/p256.pub" --provenance p.jsonl --source "$GITHUB" --builder "$BUILDER" --format json
    jq -e '.steps[] | select(.name == "other-attestations")
        | .found == "1 of 2 signed statements are about other artifacts"' out
    trust
    stated p256 "$(build)" >tool.intoto.jsonl
    verify 0 tool --policy policy/attest.toml
    built="tool: verified, built by $BUILDER from $GITHUB at refs/tags/v1.2.0, commit 0123456789ab"
    verdict "$built, SLSA Build level 2 (by first)"
    rm tool.intoto.jsonl
    verify 2 tool --policy policy/attest.toml
    says err 'found none'
}

@test "many artifacts, one file of statements" {
    local i
    for i in 1 2 3; do echo "$i" >"tool$i"; done
    for i in 1 2 3; do stated p256 "$(build . "tool$i")"; done >p.jsonl
    verify 0 tool1 tool2 tool3 --key "$KEYS/p256.pub" --provenance p.jsonl --source "$GITHUB" --builder "$BUILDER"
    verdict 'verified: 3 of 3 files hold'
    echo changed >tool2
    verify 1 tool1 tool2 tool3 --key "$KEYS/p256.pub" --provenance p.jsonl --source "$GITHUB" --builder "$BUILDER"
    verdict 'NOT verified: 2 of 3 files hold'
    # what is wrong with the file of statements is wrong for all, and said once
    echo '{' >>p.jsonl
    verify 2 tool1 tool3 --key "$KEYS/p256.pub" --provenance p.jsonl --source "$GITHUB" --builder "$BUILDER"
    [ "$(grep -c unreadable-attestation err)" -eq 1 ]
}

@test "provenance of version 0.2" {
    local old
    old=$(build '._type = "https://in-toto.io/Statement/v0.1" | .predicateType = "https://slsa.dev/provenance/v0.2"
        | .predicate = {
            builder: {id: .predicate.runDetails.builder.id},
            buildType: "https://github.com/slsa-framework/slsa-github-generator/generic@v1",
            invocation: {
                configSource: {
                    uri: .predicate.buildDefinition.resolvedDependencies[0].uri,
                    digest: {sha1: .predicate.buildDefinition.resolvedDependencies[0].digest.gitCommit},
                    entryPoint: ".github/workflows/release.yml"},
                parameters: {}},
            materials: [{
                uri: .predicate.buildDefinition.resolvedDependencies[0].uri,
                digest: {sha1: .predicate.buildDefinition.resolvedDependencies[0].digest.gitCommit}}]}')
    stated p256 "$old" >p
    by_key 0 --tag v1.2.0 --commit "$COMMIT"
    by_key 1 --tag v1.2.1
    stated p256 "$(jq -c '.predicate.invocation.configSource.uri |= sub("example/tool"; "example/tool2")' <<<"$old")" >p
    run -1 by_key 0
}

@test "the policy: who may speak for which builder, up to which level" {
    provenance
    trust
    by_policy 0
    says out 'SLSA Build level 2 (by first)'
    by_policy 0 --min-level 2
    by_policy 1 --min-level 3
    says err 'error[level-too-low]'
    by_policy 1 --builder "${BUILDER}1"
    says err 'error[untrusted-builder]'
    # a believed key that may not speak for this builder
    stated ed25519 "$(build)" >p
    by_policy 1
    says err 'error[untrusted-builder]'
    provenance '.predicate.runDetails.builder.id |= sub("release.yml"; "other.yml")'
    by_policy 1
    says err 'error[untrusted-builder]'
    # a pattern stays within one part of the address
    provenance '.predicate.runDetails.builder.id |= . + "/x"'
    by_policy 1
    provenance '.predicate.runDetails.builder.id |= sub("tags"; "heads")'
    by_policy 1
}

@test "the policy: source and tag; what the options say is demanded as well" {
    provenance
    trust
    by_policy 0 --source "$GITHUB" --tag v1.2.0
    by_policy 1 --tag v1.2.1
    by_policy 1 --source "${GITHUB}2"
    provenance '.predicate.buildDefinition |= (.externalParameters.workflow.ref = "refs/tags/nightly"
        | .resolvedDependencies[0].uri |= sub("v1.2.0"; "nightly"))'
    by_policy 1
    says err 'error[wrong-ref]'
    provenance '.predicate.buildDefinition |= (.externalParameters.workflow.ref = "refs/heads/v1.2.0"
        | .resolvedDependencies[0].uri |= sub("tags"; "heads"))'
    by_policy 1
    SOURCE="source = { repository = \"$GITHUB\", branch = \"v1.2.0\" }" trust
    by_policy 0
    SOURCE="source = { repository = \"${GITHUB}2\" }" trust
    by_policy 1
    SOURCE="source = { repository = \"$GITHUB\" }" trust 'level = 2' 'max-age = "P1D"'
    by_policy 1
}

@test "the policy: several predicates together, each by those who may make it" {
    local tests=https://in-toto.io/attestation/test-result/v0.1 result
    result='.predicateType = "'$tests'" | .predicate = {result: "PASSED", configuration: [{name: "make check",
        digest: {sha256: ("0" * 64)}}]}'
    provenance
    PREDICATES="predicates = [\"$V1\", { type = \"$tests\", signers = [\"second\"] }]" trust
    by_policy 1
    says err 'error[missing-attestation]'
    stated ed25519 "$(build "$result")" >tests
    by_policy 0 --attestation tests
    says out "$tests stated (by second)"
    stated p256 "$(build "$result")" >tests
    by_policy 1 --attestation tests
    says err 'first may not make statements of type'
    stated ed25519 "$(build "$result | .predicate.result = \"FAILED\"")" >tests
    by_policy 1 --attestation tests
    says err 'error[failed-attestation]'
    # provenance alone is missing
    stated ed25519 "$(build "$result")" >tests
    verify 1 tool --policy policy/attest.toml --attestation tests
    says err "$V1"
}

@test "the policy: signatures of the artifact beside statements" {
    provenance
    trust 'signatures = { threshold = 1, signers = ["second"] }'
    by_policy 2
    sign ed25519 tool
    by_policy 0
    says out 'signed by second; built by'
    sign p256 --output tool.sigstore.json tool
    by_policy 1
    says err 'error[too-few-signatures]'
}

@test "a policy whose demands nobody could meet is refused, with its place" {
    local line
    provenance
    while IFS= read -r line; do
        policy '[[trust.builder]]' 'id = "https://b.example/1"' 'signer = "first"' '[[trust.require]]' \
            'artifact = "*"' "$line"
        by_policy 2 || { echo "$line"; return 1; }
        says err 'policy/attest.toml:'
    done <<'EOF'
predicates = []
predicates = ["https://slsa.dev/provenance/v1"]
predicates = ["provenance"]
predicates = ["a:b", "a:b"]
predicates = [{ type = "a:b", signers = ["nobody"] }]
predicates = [{ type = "a:b", signer = ["first"] }]
predicates = [{ type = "https://slsa.dev/provenance/v1", signers = ["first"] }]
source = { repository = "https://x.example/y" }
level = 2
max-age = "P1D"
parameters = { "inputs.x" = "y" }
predicates = ["https://slsa.dev/provenance/v1"]; source = 1
EOF
    while IFS= read -r line; do
        policy "$(tr '|' '\n' <<<"$line")" '[[trust.require]]' 'artifact = "*"' "predicates = [\"$V1\"]" \
            "source = { repository = \"$GITHUB\" }"
        by_policy 2 || { echo "$line"; return 1; }
        says err 'policy/attest.toml:'
    done <<'EOF'
[[trust.builder]]|id = "b.example"|signer = "first"
[[trust.builder]]|id = "*"|signer = "first"
[[trust.builder]]|id = "urn:*"|signer = "first"
[[trust.builder]]|id = "https://b.example/*/"|signer = "first"
[[trust.builder]]|id = "https://b.example/1"|signer = "nobody"
[[trust.builder]]|id = "https://b.example/1"
[[trust.builder]]|id = "https://b.example/1"|signer = "first"|level = 4
[[trust.builder]]|id = "https://b.example/1"|signer = "first"|levels = 1
[[trust.verifier]]|id = "me"|signer = "first"
EOF
    for line in 'tag = "v{version}{version}"' 'tag = "{name}"' 'tag = ""' 'tag = "a", branch = "b"' 'commit = "012"' \
        'ref = "x"'; do
        SOURCE="source = { repository = \"$GITHUB\", $line }" trust
        by_policy 2 || { echo "$line"; return 1; }
        says err 'policy/attest.toml:'
    done
    trust 'level = 3'
    by_policy 2
    says err 'expected a level that a [[trust.builder]] has (2 at most), found 3'
}

@test "a manifest does not stand for statements" {
    trust
    sha256sum tool >SHA256SUMS
    sign p256 SHA256SUMS
    printf '%s\n' '[[trust.require]]' 'artifact = "SHA256SUMS"' >>policy/attest.toml
    verify 2 --checksums SHA256SUMS --policy policy/attest.toml
    says err 'the policy demands statements about this file'
}

@test "summaries: what was verified is written down, signed, and taken in place of the rest" {
    local resource=https://example.org/tool verifier=https://verifier.example/1
    provenance
    trust
    install -m 600 "$KEYS/ed25519.pem" summary.key
    summary() {
        local want=$1
        shift
        by_policy "$want" --emit-summary vsa --summary-key summary.key --verifier "$verifier" --resource "$resource" \
            --policy-uri https://example.org/attest.toml "$@"
    }
    take() {
        local want=$1
        shift
        verify "$want" tool --key "$KEYS/ed25519.pub" --summary vsa --verifier "$verifier" --resource "$resource" "$@"
    }
    summary 0
    jq -r .dsseEnvelope.payload vsa | base64 -d | jq . >said
    [ "$(jq -r .predicate.verificationResult said)" = PASSED ]
    [ "$(jq -r '.predicate.verifiedLevels[0]' said)" = SLSA_BUILD_LEVEL_2 ]
    [ "$(jq -r '.predicate.policy.digest.sha256' said)" = "$(digest_of policy/attest.toml)" ]
    [ "$(jq -r '.predicate.inputAttestations[0].digest.sha256' said)" = "$(digest_of p)" ]
    take 0
    says out "verified, passed as $resource by $verifier"
    take 0 --min-level 2 --max-age P1D
    take 1 --min-level 3
    says err 'error[level-too-low]'
    verify 1 tool --key "$KEYS/p256.pub" --summary vsa --verifier "$verifier" --resource "$resource"
    verify 1 tool --key "$KEYS/ed25519.pub" --summary vsa --verifier "$verifier/2" --resource "$resource"
    says err 'error[wrong-verifier]'
    verify 1 tool --key "$KEYS/ed25519.pub" --summary vsa --verifier "$verifier" --resource "$resource/2"
    says err 'error[wrong-resource]'
    verify 2 tool --key "$KEYS/ed25519.pub" --summary vsa --verifier "$verifier"
    verify 2 tool --key "$KEYS/ed25519.pub" --summary vsa --resource "$resource"
    cp tool kept
    echo changed >>tool
    take 1
    says err 'error[wrong-subject]'
    # a refusal is written down as well, and refuses
    summary 1
    cp vsa failed
    mv kept tool
    take 1
    provenance '.predicate.runDetails.builder.id |= . + "1"'
    trust
    SOURCE="source = { repository = \"${GITHUB}2\" }" trust
    summary 1
    take 1
    says err 'error[summary-failed]'
    # nothing that is read is written over
    local file
    for file in tool p policy/attest.toml summary.key; do
        cp "$file" kept
        by_policy 2 --emit-summary "$file" --summary-key summary.key --verifier "$verifier" --resource "$resource" \
            --policy-uri https://example.org/attest.toml
        says err 'would be written over'
        cmp "$file" kept
    done
    # what could not be told is not
    rm vsa
    echo '{' >p
    summary 2
    [ ! -e vsa ]
}

@test "summaries by a policy: which verifier's, by whom" {
    local resource=https://example.org/tool verifier=https://verifier.example/1
    provenance
    trust 'signatures = { threshold = 1 }' 'level = 2' '[[trust.verifier]]' "id = \"$verifier\"" 'signer = "second"'
    install -m 600 "$KEYS/ed25519.pem" summary.key
    sign p256 --output tool.sigstore.json tool
    by_policy 0 --emit-summary vsa --summary-key summary.key --verifier "$verifier" --resource "$resource" \
        --policy-uri https://example.org/attest.toml
    rm tool.sigstore.json p
    verify 0 tool --policy policy/attest.toml --summary vsa --resource "$resource"
    verify 1 tool --policy policy/attest.toml --summary vsa --resource "$resource" --verifier "$verifier/2"
    sed -i 's|^signer = "second"|signer = "first"|' policy/attest.toml
    verify 1 tool --policy policy/attest.toml --summary vsa --resource "$resource"
    says err 'error[wrong-verifier]'
}

@test "options that make no sense together" {
    provenance
    while IFS= read -r line; do
        read -ra words <<<"$line"
        verify 2 tool --key "$KEYS/p256.pub" "${words[@]}" || { echo "$line"; return 1; }
    done <<EOF
--source $GITHUB
--tag v1
--builder $BUILDER
--parameter a=b
--insecure-dirty
--min-level 2
--max-age P1D
--attestation p
--verifier https://x.example
--resource https://x.example
--policy-uri https://x.example
--summary-key p
--emit-summary x
--provenance p --source $GITHUB --builder $BUILDER --tag a --branch a
--provenance p --source $GITHUB --builder $BUILDER --checksums x
--provenance p --source $GITHUB --builder $BUILDER --max-age 7
--provenance p --source $GITHUB --builder $BUILDER --max-age P0D
--provenance p --source $GITHUB --builder $BUILDER --max-age P1Y
--provenance p --source $GITHUB --builder $BUILDER --commit 012
--provenance p --source $GITHUB --builder $BUILDER --commit HEAD
--provenance p --source $GITHUB --builder $BUILDER --parameter a
--provenance p --source $GITHUB --builder $BUILDER --parameter a=b --parameter a=c
--provenance p --source $GITHUB --builder $BUILDER --summary p --verifier a:b --resource a:b
EOF
    verify 2 tool --key "$KEYS/p256.pub" --provenance nothing --source "$GITHUB" --builder "$BUILDER"
    says err unreadable-attestation
    verify 2 tool --key "$KEYS/p256.pub" --provenance tool --source "$GITHUB" --builder "$BUILDER"
}

@test "large statements: what is too much is refused, the rest does not take for ever" {
    build | jq -c '.subject = [range(4096) | {name: "f\(.)", digest: {sha256: ("0" * 64)}}] + .subject' >statement.json
    sign p256 --as dsse --payload-type application/vnd.in-toto+json --output p statement.json
    by_key 2
    says err 'expected at most 4096 subjects, found 4097'
    build | jq -c '.subject = [range(100000) | {digest: {sha256: ("0" * 64)}}] + .subject' >statement.json
    sign p256 --as dsse --payload-type application/vnd.in-toto+json --output p statement.json
    by_key 2
    says err 'expected at most 4096 subjects, found 100001'
    # 50 MB that nobody needs to look at
    build '.predicate.runDetails.metadata.extra = "%"' >small
    { sed 's/%.*//' small | tr -d '\n'; head -c 50000000 /dev/zero | tr '\0' x; sed 's/.*%//' small; } >statement.json
    sign p256 --as dsse --payload-type application/vnd.in-toto+json --output p statement.json
    by_key 0
    { sed 's/%.*//' small | tr -d '\n'; head -c 70000000 /dev/zero | tr '\0' x; sed 's/.*%//' small; } >statement.json
    run ! sign p256 --as dsse --payload-type application/vnd.in-toto+json --output q statement.json
    [ ! -e q ]
    # more signatures than anybody would look at
    jq -c '.signatures = [range(33) as $i | .signatures[0]]' p >many && mv many p
    by_key 2
}
