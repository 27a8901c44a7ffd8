#!/usr/bin/env bats
# attest align against a real registry, which skopeo pushes to. It knows of no referrers: those stand under a tag.

load common

setup() {
    PATH=$BIN:$PATH
    cd "$BATS_TEST_TMPDIR" || return
    unset http_proxy https_proxy all_proxy no_proxy HTTP_PROXY HTTPS_PROXY ALL_PROXY NO_PROXY
    PORT=$(free_ports 4)
    NAME=127.0.0.1:$PORT/acme/demo
    BLOBS=store/docker/registry/v2/blobs/sha256
    export GIT_AUTHOR_NAME=a GIT_AUTHOR_EMAIL=a@b.example GIT_COMMITTER_NAME=a GIT_COMMITTER_EMAIL=a@b.example
    git init -q -b main r
    config ''
    git -C r add -A
    git -C r commit -q -m a
    git -C r tag v1.2.0
    COMMIT=$(git -C r rev-parse HEAD)
    TAGS="1.2.0 git-${COMMIT:0:7} 1.2 latest"
}

teardown() {
    [ ! -s registry.pid ] || kill "$(cat registry.pid)"
}

config() { # MORE-LINES
    cat >r/attest.toml <<END
[project]
name = "demo"
[[channel]]
kind = "oci"
repository = "$NAME"
tags = ["{version}", "git-{short}", "{major}.{minor}", "latest"]
platforms = ["linux/amd64", "linux/arm64"]
digest = "image.digest"
$1
END
}

serve() { # MORE-LINES-OF-ITS-CONFIGURATION
    command -v docker-registry >/dev/null || { echo "docker-registry is missing; ./setup check installs it"; return 1; }
    cat >registry.yml <<END
version: 0.1
log: {level: error}
storage: {filesystem: {rootdirectory: $PWD/store}}
http: {addr: "127.0.0.1:$PORT"}
$1
END
    docker-registry serve registry.yml >registry.log 2>&1 3>&- &
    echo $! >registry.pid
    for _ in $(seq 200); do
        if (: >"/dev/tcp/127.0.0.1/$PORT") 2>/dev/null; then
            return 0
        fi
        sleep 0.05
    done
    cat registry.log
    return 1
}

# An image layout with an index for two machines, as a builder leaves it.
build() { # VERSION [COMMIT]
    rm -rf layout
    mkdir -p layout
    python3 - "$1" "${2-$COMMIT}" <<'END'
import gzip, hashlib, io, json, os, sys, tarfile
version, commit = sys.argv[1:]
os.makedirs("layout/blobs/sha256")
def blob(data, kind, **more):
    data = data if isinstance(data, bytes) else json.dumps(data).encode()
    digest = hashlib.sha256(data).hexdigest()
    open("layout/blobs/sha256/" + digest, "wb").write(data)
    return dict(mediaType=kind, digest="sha256:" + digest, size=len(data), **more)
kinds = "application/vnd.oci.image."
manifests = []
for machine in "amd64", "arm64":
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as tar:
        data = f"{version} for {machine}\n".encode()
        entry = tarfile.TarInfo("demo")
        entry.size = len(data)
        tar.addfile(entry, io.BytesIO(data))
    layer = blob(gzip.compress(out.getvalue(), mtime=0), kinds + "layer.v1.tar+gzip")
    labels = {"org.opencontainers.image.revision": commit, "org.opencontainers.image.version": version}
    config = blob({"os": "linux", "architecture": machine, "config": {"Labels": labels},
        "rootfs": {"type": "layers", "diff_ids": ["sha256:" + hashlib.sha256(out.getvalue()).hexdigest()]}},
        kinds + "config.v1+json")
    manifests.append(blob({"schemaVersion": 2, "mediaType": kinds + "manifest.v1+json", "config": config,
        "layers": [layer]}, kinds + "manifest.v1+json", platform={"os": "linux", "architecture": machine}))
index = blob({"schemaVersion": 2, "mediaType": kinds + "index.v1+json", "manifests": manifests},
    kinds + "index.v1+json", annotations={"org.opencontainers.image.ref.name": "built"})
json.dump({"schemaVersion": 2, "manifests": [index]}, open("layout/index.json", "w"))
json.dump({"imageLayoutVersion": "1.0.0"}, open("layout/oci-layout", "w"))
END
}

push() { # TAG...
    local tag
    command -v skopeo >/dev/null || { echo "skopeo is missing; ./setup check installs it"; return 1; }
    for tag; do
        skopeo --insecure-policy --tmpdir "$PWD" copy -q --all --preserve-digests --dest-tls-verify=false \
            ${CREDENTIALS:+--dest-creds "$CREDENTIALS"} --digestfile digest oci:layout:built "docker://$NAME:$tag"
    done
}

# Something that refers to the image: the manifest, and the list under the tag that stands for the registry's own.
refer() { # ARTIFACT-TYPE TEXT
    python3 - "$NAME" "$(cat digest)" "$1" "$2" <<'END'
import hashlib, json, sys, urllib.request
name, subject, kind, text = sys.argv[1:]
base = "http://" + name.replace("/", "/v2/", 1)
def send(method, url, data, mime):
    request = urllib.request.Request(url, data=data, method=method, headers={"Content-Type": mime})
    return urllib.request.urlopen(request)
def blob(data, mime):
    digest = "sha256:" + hashlib.sha256(data).hexdigest()
    place = send("POST", base + "/blobs/uploads/", b"", "application/octet-stream").headers["Location"]
    send("PUT", place + "&digest=" + digest, data, "application/octet-stream")
    return {"mediaType": mime, "digest": digest, "size": len(data)}
image, index = ("application/vnd.oci.image.%s.v1+json" % x for x in ("manifest", "index"))
manifest = json.dumps({"schemaVersion": 2, "mediaType": image, "artifactType": kind,
    "config": blob(b"{}", "application/vnd.oci.empty.v1+json"), "layers": [blob(text.encode(), kind)],
    "subject": {"mediaType": index, "digest": subject, "size": 1}}).encode()
digest = "sha256:" + hashlib.sha256(manifest).hexdigest()
send("PUT", base + "/manifests/" + digest, manifest, image)
listed = json.dumps({"schemaVersion": 2, "mediaType": index, "manifests": [
    {"mediaType": image, "artifactType": kind, "digest": digest, "size": len(manifest)}]}).encode()
send("PUT", base + "/manifests/" + subject.replace(":", "-"), listed, index)
print(digest)
END
}

bundle() { # PREDICATE-TYPE
    local statement
    statement=$(printf '{"_type": "https://in-toto.io/Statement/v1",
        "subject": [{"name": "x", "digest": {"sha256": "%s"}}],
        "predicateType": "%s", "predicate": {}}' "$(cut -d: -f2 digest)" "$1")
    printf '{"mediaType": "application/vnd.dev.sigstore.bundle.v0.3+json", "dsseEnvelope": {"payload": "%s",
        "payloadType": "application/vnd.in-toto+json", "signatures": [{"sig": "AAAA"}]}}' \
        "$(base64 -w0 <<<"$statement")"
}

published() {
    serve ''
    build 1.2.0
    # shellcheck disable=SC2086 # a list
    push $TAGS
    cp digest r/image.digest
}

verdicts() { # COMMAND: "ITEM VERDICT" of all that do not match
    attest align "$1" --config r/attest.toml --format json >told 2>/dev/null
    jq -r '[.steps[] | select(.name == "served")] | if length == 0 then "nothing" else .[] |
        select(.verdict != "MATCH") | "\(.subject.artifact) \(.verdict)" end' told | sort
    [ -s told ] || echo nothing
}

stored() { # DIGEST: the file that the registry keeps it in
    local hex=${1#sha256:}
    echo "$BLOBS/${hex:0:2}/$hex/data"
}

layer() { # MACHINE: the digest of its layer
    jq -r '.manifests[0].digest' layout/index.json | cut -d: -f2 | sed 's,^,layout/blobs/sha256/,' | xargs cat |
        jq -r --arg machine "$1" '.manifests[] | select(.platform.architecture == $machine).digest' | cut -d: -f2 |
        sed 's,^,layout/blobs/sha256/,' | xargs cat | jq -r '.layers[0].digest'
}

@test "every tag names the image that was built, and all of it is there" {
    published
    run -0 attest align after --config r/attest.toml
    [ "$(grep -c MATCH <<<"$output")" -eq 9 ] # four tags, digest, two machines, platforms, revision
    [[ "$output" == *"attest-align after: holds"* ]]
}

@test "before it is published nothing is there, and afterwards it is done" {
    serve ''
    build 1.2.0
    jq -r '.manifests[0].digest' layout/index.json >r/image.digest
    [ "$(verdicts before | cut -d' ' -f3 | sort | uniq -c | tr -s ' ')" = " 4 ABSENT" ]
    # shellcheck disable=SC2086 # a list
    push $TAGS
    [ -z "$(verdicts before)" ]
    build 1.3.0
    push 1.3.0 latest
    [ "$(verdicts before)" = "tag latest CONFLICT" ]
    build 1.1.0
    push latest
    [ "$(verdicts before)" = "tag latest STALE" ]
    push 1.2.0
    [ "$(verdicts before)" = "tag 1.2.0 CONFLICT
tag latest STALE" ]
}

@test "one byte of a layer, of a manifest, of a configuration" {
    local layer
    published
    layer=$(stored "$(layer arm64)")
    cp "$layer" kept
    printf 'X' | dd of="$layer" bs=1 seek=20 conv=notrunc status=none
    [ "$(verdicts after)" = "linux/arm64 CONFLICT" ]
    truncate -s -1 "$layer"
    [[ "$(verdicts after)" == "linux/arm64 "* ]]
    rm "$layer"
    [ "$(verdicts after)" = "linux/arm64 ABSENT" ]
    cp kept "$layer"
    [ -z "$(verdicts after)" ]
    printf ' ' >>"$(stored "$(cat digest)")"
    [ "$(verdicts after | cut -d' ' -f1 | uniq -c | tr -s ' ')" = " 1 digest
 4 tag" ]
    [ "$(verdicts after | awk '{ print $NF }' | sort -u)" = CONFLICT ]
}

@test "tags that were not moved, moved elsewhere, or forgotten" {
    published
    build 1.1.0
    push latest
    [ "$(verdicts after)" = "tag latest STALE" ]
    push "git-${COMMIT:0:7}"
    [ "$(verdicts after)" = "tag git-${COMMIT:0:7} CONFLICT
tag latest STALE" ]
    rm -r "store/docker/registry/v2/repositories/acme/demo/_manifests/tags/1.2"
    [ "$(verdicts after)" = "tag 1.2 ABSENT
tag git-${COMMIT:0:7} CONFLICT
tag latest STALE" ]
}

@test "an image of another commit, of other machines, of nobody's digest" {
    serve ''
    build 1.2.0 0000000000000000000000000000000000000000
    # shellcheck disable=SC2086 # a list
    push $TAGS
    cp digest r/image.digest
    [ "$(verdicts after)" = "revision CONFLICT" ]
    rm r/image.digest
    [ "$(verdicts after)" = "digest UNKNOWN" ]
    build 1.2.0
    # shellcheck disable=SC2086 # a list
    push $TAGS
    cp layout/index.json r/image.digest
    [ -z "$(verdicts after)" ]
    sed -i 's,"linux/arm64",,' r/attest.toml
    [ "$(verdicts after)" = "platforms CONFLICT" ]
    sed -i 's,^platforms.*,platforms = ["linux/amd64"\, "linux/arm64"\, "linux/s390x"],' r/attest.toml
    [ "$(verdicts after)" = "platforms ABSENT" ]
}

@test "what refers to the image stands under a tag, where the registry knows of no referrers" {
    local digest bundle
    config 'referrers = ["signature", "attestation", "application/vnd.cyclonedx+json"]'
    published
    [ "$(verdicts after)" = "referrer application/vnd.cyclonedx+json ABSENT
referrer attestation ABSENT
referrer signature ABSENT" ]
    bundle=$(bundle https://slsa.dev/provenance/v1)
    digest=$(refer application/vnd.dev.sigstore.bundle.v0.3+json "$bundle")
    [ "$(verdicts after)" = "referrer application/vnd.cyclonedx+json ABSENT
referrer signature ABSENT" ]
    bundle=$(bundle https://sigstore.dev/cosign/sign/v1)
    digest=$(refer application/vnd.dev.sigstore.bundle.v0.3+json "$bundle")
    [ "$(verdicts after)" = "referrer application/vnd.cyclonedx+json ABSENT
referrer attestation ABSENT" ]
    printf 'X' | dd of="$(stored "$(printf %s "$bundle" | sha256sum | cut -c1-64)")" bs=1 seek=2 conv=notrunc \
        status=none
    [ "$(verdicts after)" = "referrer application/vnd.cyclonedx+json ABSENT
referrer attestation CONFLICT
referrer signature CONFLICT" ]
    rm "$(stored "$digest")"
    [ "$(verdicts after | grep -c 'signature MATCH')" -eq 0 ]
}

@test "a registry that lets nobody in without a password" {
    config $'token = "REGISTRY_TOKEN"\nuser = "me"'
    # shellcheck disable=SC2016 # a hash of "open-sesame"
    echo 'me:$2y$04$xqaSfkeSvPk5McIr.cv90e/L4TlUskGDIBnBIpdSFAmeg3beNv.ta' >users
    serve "auth: {htpasswd: {realm: here, path: $PWD/users}}"
    build 1.2.0
    # shellcheck disable=SC2086 # a list
    CREDENTIALS=me:open-sesame push $TAGS
    cp digest r/image.digest
    [ "$(verdicts after | awk '{ print $NF }' | sort -u)" = UNKNOWN ]
    export REGISTRY_TOKEN=open-sesame
    run -0 attest align after --config r/attest.toml --record kept
    [ "$(verdicts before)" = "" ]
    grep -q 'login' < <(attest align before --config r/attest.toml --format json 2>/dev/null)
    unset REGISTRY_TOKEN
    run -1 grep -rE 'open-sesame|bWU6b3Blbi1zZXNhbWU=' kept
    export REGISTRY_TOKEN=wrong
    [ "$(verdicts before | grep login)" = "login CONFLICT" ]
    [[ "$(verdicts after)" == *"tag 1.2.0 UNKNOWN"* ]]
}

@test "what was recorded says the same without the registry" {
    published
    run -0 attest align after --config r/attest.toml --record kept
    kill "$(cat registry.pid)"
    rm registry.pid
    run -0 attest align after --config r/attest.toml --replay kept
    run -2 attest align after --config r/attest.toml
}
