# Provenance of a build on GitHub, and who is believed to state it: what tests of attest verify share.

load verify
GITHUB=https://github.com/example/tool
BUILDER=$GITHUB/.github/workflows/release.yml@refs/tags/v1.2.0
COMMIT=0123456789abcdef0123456789abcdef01234567
V1=https://slsa.dev/provenance/v1
FROM="source = { repository = \"$GITHUB\", tag = \"v{version}\" }"

# build [FILTER] [FILE]: provenance of GitHub Actions about a file, changed by a jq filter.
build() {
    jq -cn --arg digest "$(digest_of "${2:-tool}")" --arg repository "$GITHUB" --arg builder "$BUILDER" \
        --arg commit "$COMMIT" --arg type "$V1" '{
        _type: "https://in-toto.io/Statement/v1",
        subject: [{name: "tool", digest: {sha256: $digest}}],
        predicateType: $type,
        predicate: {
            buildDefinition: {
                buildType: "https://actions.github.io/buildtypes/workflow/v1",
                externalParameters: {workflow: {
                    ref: "refs/tags/v1.2.0", repository: $repository, path: ".github/workflows/release.yml"}},
                internalParameters: {github: {
                    event_name: "push", repository_id: "1", repository_owner_id: "2",
                    runner_environment: "github-hosted"}},
                resolvedDependencies: [{
                    uri: "git+\($repository)@refs/tags/v1.2.0", digest: {gitCommit: $commit}}]},
            runDetails: {
                builder: {id: $builder},
                metadata: {invocationId: "\($repository)/actions/runs/7/attempts/1"}}}}'"${1:+ | $1}"
}

# stated KEY STATEMENT: signed, on one line.
stated() {
    printf '%s' "$2" >statement.json
    sign "$1" --as dsse --output envelope statement.json
    rm -f envelope.json
    cat envelope
    echo
}

# provenance [FILTER]: in the file "p", signed by the first signer.
provenance() { stated p256 "$(build "$@")" >p; }

# trust [LINE...]: a policy that believes builds of the release workflow by the first signer.
trust() {
    policy '[[trust.builder]]' "id = \"$GITHUB/.github/workflows/release.yml@refs/tags/v*\"" 'signer = "first"' \
        'level = 2' '[[trust.require]]' 'artifact = "tool*"' \
        "${PREDICATES:-predicates = [\"$V1\"]}" "${SOURCE:-$FROM}" "$@"
}

# by_key STATUS ARGUMENT...: by the key of the first signer, and what has to be named beside it.
by_key() {
    local want=$1
    shift
    verify "$want" tool --key "$KEYS/p256.pub" --provenance p --source "$GITHUB" --builder "$BUILDER" "$@"
}

by_policy() {
    local want=$1
    shift
    verify "$want" tool --policy policy/attest.toml --provenance p "$@"
}

# step NAME OUTCOME: the JSON report has such a step.
step() {
    jq -e --arg name "$1" --arg outcome "$2" 'any(.steps[]; .name == $name and .outcome == $outcome)' out \
        >/dev/null || { jq -c .steps[] out; return 1; }
}
