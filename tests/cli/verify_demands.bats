#!/usr/bin/env bats
# attest verify: nothing that somebody asks for is passed over, and nothing that he allows is more than he said.

load common
load verify_builds

RESOURCE=https://example.org/tool
VERIFIER=https://verifier.example/1

# summarise STATUS [ARGUMENT...]: the summary "vsa" of what came of the policy, by the second signer.
summarise() {
    local want=$1
    shift
    install -m 600 "$KEYS/ed25519.pem" summary.key
    by_policy "$want" --emit-summary vsa --summary-key summary.key --verifier "$VERIFIER" --resource "$RESOURCE" \
        --policy-uri https://example.org/attest.toml "$@"
}

@test "what is asked of a build is not passed over where the policy demands no provenance" {
    sign p256 tool
    policy '[[trust.require]]' 'artifact = "tool"'
    verify 0 tool --policy policy/attest.toml
    local asked
    for asked in "--source $GITHUB" '--tag v9' '--branch main' "--commit $COMMIT" "--builder $BUILDER" \
        '--workflow x.yml' '--parameter a=b' '--min-level 3' '--max-age P1D'; do
        read -ra words <<<"$asked"
        verify 2 tool --policy policy/attest.toml "${words[@]}" || { echo "$asked"; return 1; }
        says err 'nothing demands provenance'
    done
    # asked for by its type alone, it is not read
    provenance
    verify 2 tool --policy policy/attest.toml --attestation p --predicate-type "$V1" --tag v9
}

@test "what is asked of a build is not passed over with a summary" {
    provenance
    trust '[[trust.verifier]]' "id = \"$VERIFIER\"" 'signer = "second"'
    summarise 0
    verify 0 tool --policy policy/attest.toml --summary vsa --resource "$RESOURCE" --min-level 2 --max-age P1D
    local asked
    for asked in "--source $GITHUB" '--tag v9' '--branch main' "--commit $COMMIT" "--builder $BUILDER" \
        '--workflow x.yml' '--parameter a=b'; do
        read -ra words <<<"$asked"
        verify 2 tool --policy policy/attest.toml --summary vsa --resource "$RESOURCE" "${words[@]}" ||
            { echo "$asked"; return 1; }
        says err 'a summary does not tell what is asked of the build'
    done
}

@test "a summary says what the policy says, and nothing that an option let pass" {
    provenance
    trust
    local allowed
    for allowed in '--parameter inputs.debug=true' --insecure-dirty --insecure-legacy-minisign --insecure-rsa \
        '--namespace git'; do
        read -ra words <<<"$allowed"
        summarise 2 "${words[@]}" || { echo "$allowed"; return 1; }
        [ ! -e vsa ]
    done
    summarise 0 --tag v1.2.0
}

@test "a signature that is named beside provenance is looked at, whatever it is" {
    provenance
    by_key 0
    stated ed25519 "$(build)" >other.intoto.jsonl
    by_key 1 --signature other.intoto.jsonl
    # by a believed key, about the file, and still no signature of it
    by_key 1 --signature p
    sed 's/"payload":"eyJ/"payload":"eyK/' p >changed.json
    by_key 1 --signature changed.json
    sign p256 tool
    by_key 0 --signature tool.sigstore.json
}

@test "a manifest is signed, and not only talked about" {
    sha256sum tool >SHA256SUMS
    stated p256 "$(statement SHA256SUMS https://example.org/bad-files/v1)" >SHA256SUMS.intoto.jsonl
    verify 1 --checksums SHA256SUMS --key "$KEYS/p256.pub"
    verify 2 --checksums SHA256SUMS --key "$KEYS/p256.pub" --predicate-type https://example.org/bad-files/v1
}

@test "one value where there is room for one" {
    provenance
    by_key 2 --tag v1.2.0 --tag v9
    by_key 2 --builder "$BUILDER"
    trust
    by_policy 2 --policy policy/attest.toml
}

@test "a summary is no older than the build may be, by the policy" {
    provenance
    trust '[[trust.verifier]]' "id = \"$VERIFIER\"" 'signer = "second"'
    summarise 0
    jq -r .dsseEnvelope.payload vsa | base64 -d | jq -c '.predicate.timeVerified = "2001-02-03T04:05:06Z"' >old
    stated ed25519 "$(cat old)" >vsa
    verify 0 tool --policy policy/attest.toml --summary vsa --resource "$RESOURCE"
    sed -i "s|^source = |max-age = \"P90D\"\n&|" policy/attest.toml
    verify 1 tool --policy policy/attest.toml --summary vsa --resource "$RESOURCE"
    says err 'error[stale-summary]'
    # an option does not let older ones pass
    verify 1 tool --policy policy/attest.toml --summary vsa --resource "$RESOURCE" --max-age P36500D
    says err 'error[stale-summary]'
}

@test "a verification summary is nothing to be demanded beside others" {
    policy '[[trust.require]]' 'artifact = "tool"' 'predicates = ["https://slsa.dev/verification_summary/v1"]'
    verify 2 tool --policy policy/attest.toml
    says err 'policy/attest.toml:11:15'
    says err 'give it with --summary'
}

@test "a threshold counts those who reach the level" {
    local second
    provenance
    second=$(stated ed25519 "$(build)" | jq -c .signatures)
    jq -c --argjson second "$second" '.signatures += $second' p >both
    mv both p
    trust
    sed -i 's|^\[\[trust.require\]\]|[[trust.builder]]\nid = "'"$BUILDER"'"\nsigner = "second"\nlevel = 1\n\n&|' \
        policy/attest.toml
    by_policy 0 --threshold 2
    by_policy 0 --threshold 2 --min-level 1
    by_policy 0 --min-level 2
    by_policy 1 --threshold 2 --min-level 2
    says err 'expected statements by 2 different keys, found 1'
}

@test "a line of statements that is nothing known is not passed over" {
    provenance
    { cat p; echo garbage; } >tool.intoto.jsonl
    verify 2 tool --key "$KEYS/p256.pub" --predicate-type "$V1"
    says err 'error[unreadable-attestation]'
}
