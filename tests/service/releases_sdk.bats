#!/usr/bin/env bats
# SDKs of one tag: the sources say 0.0.0, what is packed says the version. They are npm packages, a Python package and a
# Go module, with images beside them.

load common
load align

setup() {
    [ -e "$ROOT/build/registry/complete" ] || skip "the npm registry is not installed (./setup check)"
    cd "$BATS_TEST_TMPDIR" || return
    export npm_config_userconfig=$PWD/npmrc npm_config_cache=$PWD/npm
    export GIT_AUTHOR_NAME=a GIT_AUTHOR_EMAIL=a@b.example GIT_COMMITTER_NAME=a GIT_COMMITTER_EMAIL=a@b.example
    PORT=$(free_ports 3)
    WEB=http://127.0.0.1:$PORT NPM=http://127.0.0.1:$((PORT + 1)) IMAGES=127.0.0.1:$((PORT + 2))/acme
    mkdir -p logs www/simple
    echo '{"meta":{"api-version":"1.1"},"projects":[]}' >www/simple/page
    serve
    git init -q -b main --bare origin.git
    git clone -q origin.git sdks 2>/dev/null
    cd sdks || return
    sources
}

teardown() {
    [ ! -s "$BATS_TEST_TMPDIR/nginx.pid" ] || kill "$(cat "$BATS_TEST_TMPDIR/nginx.pid")"
    [ -z "${SERVERS:-}" ] || kill "${SERVERS[@]}" || true
}

serve() {
    local user=
    [ "$(id -u)" -ne 0 ] || user="user root;"
    cat >nginx.conf <<END
$user pid $PWD/nginx.pid; error_log $PWD/logs/error; events {}
http {
    access_log off; client_body_temp_path $PWD/logs; proxy_temp_path $PWD/logs;
    fastcgi_temp_path $PWD/logs; uwsgi_temp_path $PWD/logs; scgi_temp_path $PWD/logs;
    server {
        listen 127.0.0.1:$PORT; root $PWD/www; open_file_cache off;
        location /simple/ { index page; default_type application/vnd.pypi.simple.v1+json; }
    }
}
END
    nginx -c "$PWD/nginx.conf" -e "$PWD/logs/error"
    printf '%s\n' 'storage: ./storage' 'auth: { htpasswd: { file: ./htpasswd } }' 'uplinks: {}' 'packages:' \
        "  '**': { access: \$all, publish: \$all }" 'web: { enable: false }' \
        'log: { type: file, path: log, format: json, level: warn }' >config.yaml
    printf '%s\n' "//127.0.0.1:$((PORT + 1))/:_authToken=none" "registry=$NPM/" update-notifier=false >npmrc
    node "$ROOT/build/registry/node_modules/verdaccio/bin/verdaccio" -c config.yaml -l "${NPM#http://}" \
        >/dev/null 2>&1 3>&- &
    SERVERS=("$!")
    printf '%s\n' 'version: 0.1' 'log: {level: error}' "storage: {filesystem: {rootdirectory: $PWD/store}}" \
        "http: {addr: \"${IMAGES%/*}\"}" >registry.yml
    docker-registry serve registry.yml >registry.log 2>&1 3>&- &
    SERVERS+=("$!")
    listening "$PORT"
    listening $((PORT + 1))
    listening $((PORT + 2))
}

sources() {
    local name
    mkdir -p packages/{ts,configuration,python,go}
    printf '{"name":"@acme/configuration","version":"0.0.0","files":["index.js"]}\n' \
        >packages/configuration/package.json
    printf '{"name":"@acme/sdk-ts","version":"0.0.0","files":["index.js"],"dependencies":{"%s":"workspace:^"}}\n' \
        @acme/configuration >packages/ts/package.json
    echo 'module.exports = 1' | tee packages/ts/index.js >packages/configuration/index.js
    printf '[project]\nname = "acme-sdk-python"\nversion = "0.0.0"\n' >packages/python/pyproject.toml
    printf 'module example.org/acme/sdks/packages/go\n\ngo 1.21\n' >packages/go/go.mod
    printf 'package sdk\n' >packages/go/sdk.go
    printf '/dist\n' >.gitignore
    {
        printf '%s\n' '[project]' 'name = "acme-sdks"' 'repository = "https://github.com/acme/sdks"'
        for name in ts:sdk-ts configuration:configuration; do
            printf '%s\n' '[[version]]' "file = \"packages/${name%:*}/package.json\"" 'mode = "stamped"' \
                "packed = \"dist/acme-${name#*:}-{version}.tgz\"" \
                '[[artifact]]' "name = \"acme-${name#*:}-{version}.tgz\"" 'path = "dist"' \
                '[[channel]]' 'kind = "npm"' "package = \"@acme/${name#*:}\"" "registry = \"$NPM\"" \
                "artifacts = [\"acme-${name#*:}-*\"]"
        done
        printf '%s\n' '[[version]]' 'file = "packages/python/pyproject.toml"' 'mode = "stamped"' \
            'packed = "dist/acme_sdk_python-{version}-py3-none-any.whl"' \
            '[[artifact]]' 'name = "acme_sdk_python-{version}-py3-none-any.whl"' 'path = "dist"' \
            '[[channel]]' 'kind = "pypi"' 'package = "acme-sdk-python"' "registry = \"$WEB\"" \
            'artifacts = ["acme_sdk_python-*"]' \
            '[[version]]' 'file = "packages/go/go.mod"' \
            '[[channel]]' 'kind = "go"' 'package = "example.org/acme/sdks/packages/go"' 'folder = "packages/go"' \
            "proxy = \"$WEB\"" 'sumdb = "off"'
        for name in ts python go; do
            printf '%s\n' '[[channel]]' 'kind = "oci"' "repository = \"$IMAGES/sdk-$name\"" \
                'tags = ["{version}", "{major}.{minor}", "latest", "{commit}"]' 'platforms = ["linux/amd64"]' \
                "digest = \"dist/sdk-$name.digest\""
        done
    } >attest.toml
    git add -A
    git commit -q -m a
    git tag v0.1.0
    git push -q origin main v0.1.0
}

# What the build stage makes: copies of the sources are stamped, and packed.
build() {
    local name
    mkdir -p dist
    for name in ts configuration; do
        rm -rf stamped
        cp -r "packages/$name" stamped
        sed -i 's/0\.0\.0/0.1.0/; s/workspace:^/^0.1.0/' stamped/package.json
        (cd stamped && npm pack --silent --pack-destination ../dist >/dev/null)
    done
    rm -rf stamped
    python3 - "$(git rev-parse HEAD)" <<'END'
import base64, hashlib, json, os, sys, tarfile, zipfile
commit = sys.argv[1]
info = "acme_sdk_python-0.1.0.dist-info"
files = {"acme.py": b"", f"{info}/METADATA": b"Metadata-Version: 2.1\nName: acme-sdk-python\nVersion: 0.1.0\n",
         f"{info}/WHEEL": b"Wheel-Version: 1.0\nGenerator: hand\nRoot-Is-Purelib: true\nTag: py3-none-any\n"}
record = "".join(f"{n},sha256={base64.urlsafe_b64encode(hashlib.sha256(d).digest()).rstrip(b'=').decode()},{len(d)}\n"
                 for n, d in files.items()) + f"{info}/RECORD,,\n"
with zipfile.ZipFile("dist/acme_sdk_python-0.1.0-py3-none-any.whl", "w") as wheel:
    for name, data in {**files, f"{info}/RECORD": record.encode()}.items():
        wheel.writestr(zipfile.ZipInfo(name), data)
kinds = "application/vnd.oci.image."
for name in "ts", "python", "go":
    top = f"../layout-{name}"
    os.makedirs(top + "/blobs/sha256")
    def blob(data, kind, **more):
        data = data if isinstance(data, bytes) else json.dumps(data).encode()
        digest = hashlib.sha256(data).hexdigest()
        open(f"{top}/blobs/sha256/{digest}", "wb").write(data)
        return dict(mediaType=kind, digest="sha256:" + digest, size=len(data), **more)
    with tarfile.open(top + "/layer", "w") as tar:
        tar.addfile(tarfile.TarInfo(name))
    layer = open(top + "/layer", "rb").read()
    config = blob({"os": "linux", "architecture": "amd64", "rootfs": {"type": "layers",
        "diff_ids": ["sha256:" + hashlib.sha256(layer).hexdigest()]}, "config": {"Labels": {
        "org.opencontainers.image.revision": commit, "org.opencontainers.image.version": "0.1.0"}}},
        kinds + "config.v1+json")
    manifest = blob({"schemaVersion": 2, "mediaType": kinds + "manifest.v1+json", "config": config,
        "layers": [blob(layer, kinds + "layer.v1.tar")]}, kinds + "manifest.v1+json",
        annotations={"org.opencontainers.image.ref.name": "built"})
    json.dump({"schemaVersion": 2, "manifests": [manifest]}, open(top + "/index.json", "w"))
    json.dump({"imageLayoutVersion": "1.0.0"}, open(top + "/oci-layout", "w"))
    open(f"dist/sdk-{name}.digest", "w").write(manifest["digest"] + "\n")
END
}

publish_wheel() {
    local name=acme_sdk_python-0.1.0-py3-none-any.whl digest size
    digest=$(sha256sum <"dist/$name" | cut -d ' ' -f 1) size=$(stat -c %s "dist/$name")
    mkdir -p ../www/{files,simple/acme-sdk-python,pypi/acme-sdk-python/0.1.0}
    cp "dist/$name" ../www/files
    printf '{"meta":{"api-version":"1.1"},"name":"acme-sdk-python","versions":["0.1.0"],"files":[{"filename":"%s",
        "url":"../../files/%s","hashes":{"sha256":"%s"},"size":%s,"yanked":false}]}' \
        $name $name "$digest" "$size" >../www/simple/acme-sdk-python/page
    printf '{"info":{"name":"acme-sdk-python","version":"0.1.0"},"urls":[{"filename":"%s","url":"%s/files/%s",
        "digests":{"sha256":"%s"},"size":%s,"yanked":false,"packagetype":"bdist_wheel"}]}' \
        $name "$WEB" $name "$digest" "$size" >../www/pypi/acme-sdk-python/0.1.0/json
}

# What a proxy makes of the tag.
publish_go() {
    local at=../www/example.org/acme/sdks/packages/go/@v
    mkdir -p "$at"
    echo v0.1.0 >"$at/list"
    printf '{"Version":"v0.1.0","Time":"2026-01-02T03:04:05Z","Origin":{"VCS":"git","Hash":"%s"}}' \
        "$(git rev-parse HEAD)" >"$at/v0.1.0.info"
    cp packages/go/go.mod "$at/v0.1.0.mod"
    (cd packages/go && python3 -c 'import sys, zipfile
with zipfile.ZipFile(sys.argv[1], "w") as archive:
    for name in "go.mod", "sdk.go":
        archive.write(name, "example.org/acme/sdks/packages/go@v0.1.0/" + name)' "../../$at/v0.1.0.zip")
}

publish_images() {
    local name tag
    for name in ts python go; do
        for tag in "$(git rev-parse HEAD)" 0.1.0 0.1 latest; do
            skopeo --insecure-policy --tmpdir "$BATS_TEST_TMPDIR" copy -q --preserve-digests --dest-tls-verify=false \
                "oci:../layout-$name:built" "docker://$IMAGES/sdk-$name:$tag"
        done
    done
}

@test "SDKs stamped with the version of their tag are what every registry serves" {
    align 1 versions --tag v0.1.0
    build
    align 0 versions --tag v0.1.0
    align 0 channels --ref refs/tags/v0.1.0 --format env
    grep -qx 'RELEASE_STREAM=release' table
    align 0 before
    npm publish --silent ./dist/acme-configuration-0.1.0.tgz --access public >/dev/null
    npm publish --silent ./dist/acme-sdk-ts-0.1.0.tgz --access public >/dev/null
    publish_wheel
    publish_go
    publish_images
    align 0 after
    run ! grep -E 'ABSENT|STALE|CONFLICT|UNKNOWN' out
}
