#!/usr/bin/env bats
# attest align watch over two releases on npm (verdaccio), crates.io (a sparse index), in a registry of images and in a
# Homebrew tap: what moves on is no fault; what was replaced, yanked, moved or deleted is told, of the older one, too.

load common
load align

setup() {
    REGISTRY=$ROOT/build/registry
    [ -e "$REGISTRY/complete" ] || skip "the npm registry is not installed (./setup check)"
    cd "$BATS_TEST_TMPDIR" || return
    export npm_config_userconfig=$PWD/npmrc npm_config_cache=$PWD/npm CARGO_HOME=$PWD/cargo
    PORT=$(free_ports 4)
    WEB=http://127.0.0.1:$PORT NPM=http://127.0.0.1:$((PORT + 1)) IMAGE=127.0.0.1:$((PORT + 2))/acme/tool
    mkdir -p p logs www/{files,dl,to/ol}
    WWW=$PWD/www
    : >servers
    serve
    git init -q -b main --bare tap.git
    git clone -q tap.git tap 2>/dev/null
    mkdir tap/Formula
    cd p || return
    project
}

teardown() {
    local server
    while read -r server; do kill "$server" || true; done <"$BATS_TEST_TMPDIR/servers"
}

serve() {
    printf '%s\n' 'storage: ./storage' 'auth: { htpasswd: { file: ./htpasswd } }' 'uplinks: {}' 'packages:' \
        "  '**': { access: \$all, publish: \$all, unpublish: \$all }" 'web: { enable: false }' \
        'log: { type: file, path: log, format: json, level: warn }' >config.yaml
    printf '%s\n' "//127.0.0.1:$((PORT + 1))/:_authToken=none" "registry=$NPM/" update-notifier=false >npmrc
    printf '%s\n' 'version: 0.1' 'log: {level: error}' "http: {addr: \"${IMAGE%%/*}\"}" \
        "storage: {filesystem: {rootdirectory: $PWD/store}, delete: {enabled: true}}" >registry.yml
    printf '{"dl":"%s/dl/{crate}-{version}.crate","api":null}' "$WEB" >www/config.json
    node "$REGISTRY/node_modules/verdaccio/bin/verdaccio" -c config.yaml -l "${NPM#http://}" >/dev/null 2>&1 3>&- &
    echo $! >>servers
    docker-registry serve registry.yml >logs/registry 2>&1 3>&- &
    echo $! >>servers
    python3 -m http.server --bind 127.0.0.1 --directory www "$PORT" >logs/web 2>&1 3>&- &
    echo $! >>servers
    for i in 0 1 2; do listening $((PORT + i)); done
}

project() {
    git init -q -b main .
    git config user.email a@b.example
    git config user.name a
    cat >attest.toml <<END
[project]
name = "tool"
[[artifact]]
name = "tool-{version}.crate"
path = "dist"
[[artifact]]
name = "tool-{version}.tgz"
path = "dist"
[[artifact]]
name = "tool-{version}-linux.tar.gz"
path = "dist"
platform = "linux-x86_64"
[[channel]]
kind = "crates"
registry = "sparse+$WEB/"
artifacts = ["*.crate"]
[[channel]]
kind = "npm"
registry = "$NPM"
artifacts = ["*.tgz"]
[[channel]]
kind = "oci"
repository = "$IMAGE"
tags = ["{version}", "latest"]
digest = "dist/image.digest"
[[channel]]
kind = "homebrew"
tap = "file://$BATS_TEST_TMPDIR/tap.git"
formula = "Formula/tool.rb"
url = "$WEB/files"
artifacts = ["*-linux.tar.gz"]
END
    printf '/dist\n/target\n/Cargo.lock\n/package\n/layout\n' >.gitignore
    mkdir src
    echo '//! Nothing.' >src/lib.rs
}

# Builds a version, publishes it on all four, and adds it to the ledger.
publish() { # VERSION
    rm -rf dist package
    mkdir dist package
    printf '%s\n' '[package]' 'name = "tool"' "version = \"$1\"" 'edition = "2021"' 'license = "MIT"' \
        'description = "d"' 'repository = "https://example.org/p"' >Cargo.toml
    release "$1"
    cargo package --quiet --no-verify --offline
    cp "target/package/tool-$1.crate" dist
    printf '{"name":"tool","version":"%s","files":["index.js"]}\n' "$1" >package/package.json
    echo "module.exports = '$1'" >package/index.js
    (cd package && npm pack --silent --pack-destination ../dist >/dev/null)
    echo "built $1" >"dist/tool-$1-linux.tar.gz"
    cp "dist/tool-$1.crate" "$WWW/dl"
    index "$1" false
    npm publish --silent "./dist/tool-$1.tgz" >/dev/null
    image "$1"
    push "$1" latest
    cp "dist/tool-$1-linux.tar.gz" "$WWW/files"
    formula "$1" "$(sha256sum "dist/tool-$1-linux.tar.gz" | cut -c1-64)"
    align 0 after --tag "v$1" --ledger attest-releases.json
}

index() { # VERSION YANKED: that line, and those of the other versions as they are
    touch "$WWW/to/ol/tool"
    { grep -vF "\"vers\":\"$1\"" "$WWW/to/ol/tool" || true
      printf '{"name":"tool","vers":"%s","deps":[],"cksum":"%s","features":{},"yanked":%s}\n' "$1" \
        "$(sha256sum <"$WWW/dl/tool-$1.crate" | cut -c1-64)" "$2"; } | sort >../line
    mv ../line "$WWW/to/ol/tool"
}

# An image of one machine in an image layout, "built" by name.
image() { # TEXT
    rm -rf layout
    mkdir -p layout/blobs/sha256
    python3 - "$1" "$(git rev-parse HEAD)" <<'END'
import gzip, hashlib, io, json, sys, tarfile
text, commit = sys.argv[1:]
def blob(data, kind, **more):
    data = data if isinstance(data, bytes) else json.dumps(data).encode()
    digest = hashlib.sha256(data).hexdigest()
    open("layout/blobs/sha256/" + digest, "wb").write(data)
    return dict(mediaType="application/vnd.oci.image." + kind, digest="sha256:" + digest, size=len(data), **more)
out = io.BytesIO()
with tarfile.open(fileobj=out, mode="w") as tar:
    entry = tarfile.TarInfo("tool")
    entry.size = len(text)
    tar.addfile(entry, io.BytesIO(text.encode()))
layer = blob(gzip.compress(out.getvalue(), mtime=0), "layer.v1.tar+gzip")
labels = {"org.opencontainers.image.revision": commit, "org.opencontainers.image.version": text}
config = blob({"os": "linux", "architecture": "amd64", "config": {"Labels": labels}, "rootfs": {"type": "layers",
    "diff_ids": ["sha256:" + hashlib.sha256(out.getvalue()).hexdigest()]}}, "config.v1+json")
manifest = blob({"schemaVersion": 2, "mediaType": "application/vnd.oci.image.manifest.v1+json", "config": config,
    "layers": [layer]}, "manifest.v1+json", annotations={"org.opencontainers.image.ref.name": "built"})
json.dump({"schemaVersion": 2, "manifests": [manifest]}, open("layout/index.json", "w"))
json.dump({"imageLayoutVersion": "1.0.0"}, open("layout/oci-layout", "w"))
END
}

push() { # TAG...
    local tag
    for tag; do
        skopeo --insecure-policy --tmpdir "$BATS_TEST_TMPDIR" copy -q --preserve-digests --dest-tls-verify=false \
            --digestfile dist/image.digest oci:layout:built "docker://$IMAGE:$tag"
    done
}

formula() { # VERSION DIGEST
    printf '%s\n' 'class Tool < Formula' '  homepage "https://example.org"' "  version \"$1\"" \
        "  url \"$WEB/files/tool-$1-linux.tar.gz\"" "  sha256 \"$2\"" 'end' >../tap/Formula/tool.rb
    tap "$1"
}

tap() { # MESSAGE
    git -C ../tap add -A
    git -C ../tap -c user.name=a -c user.email=a@b.example commit -q --allow-empty -m "$1"
    git -C ../tap push -q origin HEAD:main
}

both() {
    publish 1.0.0
    publish 1.1.0
    # What was built is not needed any more.
    rm -rf dist target package
}

# wrong EXPECTED: "CHANNEL ITEM VERDICT" of all that do not match, a line each.
wrong() {
    attest align watch --format json >told 2>errors || true
    jq -r '.steps[] | select(.verdict != "MATCH") | "\(.subject.channel) \(.subject.artifact) \(.verdict)"' told >found
    diff <(printf '%s' "${1:+$1$'\n'}") found || { cat errors; return 1; }
}

@test "what moved on to the newer release is no fault of the older one" {
    both
    align 0 watch
    row 'crates 1.0.0 tool-1.0.0.crate MATCH'
    row 'npm 1.0.0 tool-1.0.0.tgz MATCH'
    row 'oci 1.0.0 tag 1.0.0 MATCH'
    row 'npm 1.1.0 dist-tag latest MATCH'
    row 'oci 1.1.0 tag latest MATCH'
    row 'homebrew 1.1.0 Formula/tool.rb MATCH'
    run ! grep -E '1\.0\.0 (dist-tag|tag latest|Formula)' out
    [ "$(jq -c '[.releases[] | [.version, (.channels | length), (.images | length)]]' attest-releases.json)" = \
        '[["1.0.0",4,1],["1.1.0",4,1]]' ]
}

@test "bytes that were replaced, of the older release, too" {
    both
    cp ../storage/tool/tool-1.0.0.tgz ../kept
    printf 'X' | dd of=../storage/tool/tool-1.0.0.tgz bs=1 seek=20 conv=notrunc status=none
    wrong $'npm 1.0.0 tool-1.0.0.tgz CONFLICT\nnpm 1.0.0 1.0.0 CONFLICT'
    cp ../kept ../storage/tool/tool-1.0.0.tgz
    echo other >"$WWW/files/tool-1.1.0-linux.tar.gz"
    wrong 'homebrew 1.1.0 tool-1.1.0-linux.tar.gz CONFLICT'
    echo "built 1.1.0" >"$WWW/files/tool-1.1.0-linux.tar.gz"
    # With the checksum of the index, as whoever replaces it would.
    printf 'X' | dd of="$WWW/dl/tool-1.0.0.crate" bs=1 seek=20 conv=notrunc status=none
    index 1.0.0 false
    align 1 watch
    row 'crates 1.0.0 tool-1.0.0.crate CONFLICT'
}

@test "tags that were moved" {
    both
    image other
    mkdir dist
    push 1.0.0
    align 1 watch
    row 'oci 1.0.0 tag 1.0.0 CONFLICT'
    grep -q 'oci 1.1.0 tag 1.1.0 MATCH' out
    push latest
    align 1 watch
    grep -qE '^oci 1.1.0 tag latest (CONFLICT|STALE)' out
    npm dist-tag add tool@1.0.0 latest --silent >/dev/null
    align 1 watch
    row 'npm 1.1.0 dist-tag latest STALE'
    formula 1.0.0 "$(jq -r '.releases[0].artifacts[] | select(.platform) | .sha256' attest-releases.json)"
    align 1 watch
    row 'homebrew 1.1.0 Formula/tool.rb STALE'
    formula 1.1.0 "$(printf '%064d' 7)"
    align 1 watch
    grep -q '^homebrew 1.1.0 .* CONFLICT' out
}

@test "what was yanked, unpublished, deleted" {
    local digest
    both
    index 1.0.0 true
    wrong 'crates 1.0.0 index 1.0.0 CONFLICT'
    sed -i '/1\.0\.0/d' "$WWW/to/ol/tool"
    align 1 watch
    row 'crates 1.0.0 index 1.0.0 ABSENT'
    index 1.0.0 false
    wrong ''
    npm unpublish --silent --force tool@1.0.0 >/dev/null
    align 1 watch
    row 'npm 1.0.0 1.0.0 ABSENT'
    digest=$(jq -r '.releases[0].images[0].digest' attest-releases.json)
    skopeo --insecure-policy delete --tls-verify=false "docker://$IMAGE@$digest"
    align 1 watch
    row 'oci 1.0.0 tag 1.0.0 ABSENT'
    git -C ../tap rm -q Formula/tool.rb
    tap gone
    align 1 watch
    row 'homebrew 1.1.0 Formula/tool.rb ABSENT'
}
