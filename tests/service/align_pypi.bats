#!/usr/bin/env bats
# attest align after against an index of Python packages: nginx serves it, as JSON (PEP 691) or as HTML (PEP 503), and
# pip installs from it.

load common
load align

setup() {
    cd "$BATS_TEST_TMPDIR" || return
    PORT=$(free_ports 4)
    mkdir -p www/files r/dist
    cd r || return
    git init -q -b main .
    git config user.email a@b.example
    git config user.name a
    cat >attest.toml <<END
[project]
name = "Plasmite.Core"
[[artifact]]
name = "plasmite_core-{version}-py3-none-any.whl"
path = "dist"
[[artifact]]
name = "plasmite_core-{version}.tar.gz"
path = "dist"
[[channel]]
kind = "pypi"
artifacts = ["plasmite_core-*"]
registry = "http://127.0.0.1:$PORT"
END
    git add attest.toml
    git commit -q -m a
    git tag v1.2.0
    python3 - <<'END'
import base64, hashlib, io, tarfile, zipfile
meta = b"Metadata-Version: 2.1\nName: plasmite-core\nVersion: 1.2.0\nRequires-Python: >=3.7\n"
info = "plasmite_core-1.2.0.dist-info"
files = {"plasmite_core.py": b"", f"{info}/METADATA": meta,
         f"{info}/WHEEL": b"Wheel-Version: 1.0\nGenerator: hand\nRoot-Is-Purelib: true\nTag: py3-none-any\n"}
def line(name, data):
    digest = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
    return f"{name},sha256={digest},{len(data)}\n"
record = "".join(line(*file) for file in files.items()) + f"{info}/RECORD,,\n"
with zipfile.ZipFile("dist/plasmite_core-1.2.0-py3-none-any.whl", "w") as wheel:
    for name, data in {**files, f"{info}/RECORD": record.encode()}.items():
        wheel.writestr(zipfile.ZipInfo(name), data)
with tarfile.open("dist/plasmite_core-1.2.0.tar.gz", "w:gz") as sdist:
    entry = tarfile.TarInfo("plasmite_core-1.2.0/PKG-INFO")
    entry.size = len(meta)
    sdist.addfile(entry, io.BytesIO(meta))
END
    cp dist/* ../www/files
    pages json
}

teardown() {
    end_web
}

# Lays out the pages of both APIs for the files that lie in www/files.
pages() { # json|html
    (cd ../www && python3 - "$1" "http://127.0.0.1:$PORT" <<'END'
import hashlib, html, json, os, shutil, sys, zipfile
kind, base = sys.argv[1:]
files = [(n, open(f"files/{n}", "rb").read()) for n in sorted(os.listdir("files")) if not n.endswith(".metadata")]
shutil.rmtree("simple", True)
shutil.rmtree("pypi", True)
os.makedirs("simple/plasmite-core")
os.makedirs("pypi/plasmite-core/1.2.0")
digest = lambda data: hashlib.sha256(data).hexdigest()
sides, python = {}, ">=3.7"
for name, _ in files:
    if name.endswith("-py3-none-any.whl"):
        sides[name] = zipfile.ZipFile(f"files/{name}").read("plasmite_core-1.2.0.dist-info/METADATA")
        open(f"files/{name}.metadata", "wb").write(sides[name])
side = lambda n: {"sha256": digest(sides[n])} if n in sides else False
if kind == "json":
    page = json.dumps({"meta": {"api-version": "1.1"}, "name": "plasmite-core", "versions": ["1.2.0"], "files": [
        {"filename": n, "url": f"../../files/{n}", "hashes": {"sha256": digest(d)}, "size": len(d), "yanked": False,
         "requires-python": python, "core-metadata": side(n)} for n, d in files]})
else:
    page = "<!DOCTYPE html>\n<html><body>\n" + "".join(
        f'<a href="../../files/{n}#sha256={digest(d)}" data-requires-python="{html.escape(python)}"'
        + (f' data-core-metadata="sha256={digest(sides[n])}"' if n in sides else "")
        + f'>{n}</a><br/>\n' for n, d in files) + "</body></html>\n"
open("simple/plasmite-core/page", "w").write(page)
json.dump({"info": {"name": "Plasmite.Core", "version": "1.2.0"}, "urls": [
    {"filename": n, "url": f"{base}/files/{n}", "digests": {"sha256": digest(d)}, "size": len(d), "yanked": False,
     "requires_python": python, "packagetype": "bdist_wheel" if n.endswith(".whl") else "sdist"} for n, d in files]},
    open("pypi/plasmite-core/1.2.0/json", "w"))
END
    )
}

serve() { # TYPE-OF-THE-SIMPLE-INDEX
    web "$PORT" "location /simple/ { index page; default_type $1; }" \
        'location /pypi/ { default_type application/json; }' \
        'location /files/ { default_type application/octet-stream; }'
}

after() {
    timeout 60 attest align after "$@"
}

pip_takes() { # FILE
    PIP_CONFIG_FILE=/dev/null python3 -m pip --isolated --disable-pip-version-check download -q --no-deps \
        --no-cache-dir --only-binary :all: --index-url "http://127.0.0.1:$PORT/simple" -d ../taken plasmite-core==1.2.0
    cmp "../taken/$1" "dist/$1"
}

@test "an index in JSON matches, and pip takes the same bytes" {
    serve application/vnd.pypi.simple.v1+json
    after
    pip_takes plasmite_core-1.2.0-py3-none-any.whl
}

@test "an index in HTML matches, and pip takes the same bytes" {
    pages html
    serve text/html
    after
    pip_takes plasmite_core-1.2.0-py3-none-any.whl
}

@test "one flipped byte, one file too many, one too few" {
    serve application/vnd.pypi.simple.v1+json
    after
    printf x | dd of=../www/files/plasmite_core-1.2.0.tar.gz bs=1 seek=20 conv=notrunc status=none
    run -1 after
    [[ "$output" == *channel-conflict*"plasmite_core-1.2.0.tar.gz"*CONFLICT* ]]
    pages json
    run -1 after
    [[ "$output" == *"another digest"* ]]
    cp dist/plasmite_core-1.2.0.tar.gz ../www/files
    echo x >../www/files/plasmite_core-1.2.0-cp39-abi3-linux_x86_64.whl
    pages json
    run -1 after
    [[ "$output" == *"plasmite_core-1.2.0-cp39-abi3-linux_x86_64.whl"*"that was not built"* ]]
    rm ../www/files/*.whl
    pages json
    run -1 after
    [[ "$output" == *"plasmite_core-1.2.0-py3-none-any.whl"*ABSENT* ]]
    mv ../www/pypi ../www/gone
    run -1 after
    [[ "$output" == *STALE* ]]
}

@test "metadata that the index serves by itself, and that is not in the file" {
    local page=../www/simple/plasmite-core/page side=../www/files/plasmite_core-1.2.0-py3-none-any.whl.metadata
    serve application/vnd.pypi.simple.v1+json
    local honest
    honest=$(sha256sum <"$side" | cut -d ' ' -f 1)
    run -0 after
    [[ "$output" == *"metadata plasmite_core-1.2.0-py3-none-any.whl"*"metadata plasmite_core-1.2.0.tar.gz"* ]]
    echo "Requires-Dist: evil" >>"$side"
    run -1 after
    [[ "$output" == *"serves other metadata than the file has inside"* ]]
    sed -i "s/$honest/$(sha256sum <"$side" | cut -d ' ' -f 1)/g" "$page"
    run -1 after
    [[ "$output" == *"gives another digest of the metadata than the file has inside"* ]]
    pages json
    sed -i 's/"requires-python": ">=3.7"/"requires-python": ">=99"/' "$page"
    run -1 after
    [[ "$output" == *"for other versions of Python than the file does"* ]]
}

# Attestations as PyPI serves them, signed by nobody.
attested() {
    python3 - <<'END'
import base64, hashlib, json, os
for name in os.listdir("dist"):
    digest = hashlib.sha256(open(f"dist/{name}", "rb").read()).hexdigest()
    statement = {"_type": "https://in-toto.io/Statement/v1", "predicate": None,
                 "predicateType": "https://docs.pypi.org/attestations/publish/v1",
                 "subject": [{"name": name, "digest": {"sha256": digest}}]}
    envelope = {"statement": base64.b64encode(json.dumps(statement).encode()).decode(), "signature": "AAAA"}
    os.makedirs(f"../www/integrity/plasmite-core/1.2.0/{name}")
    json.dump({"version": 1, "attestation_bundles": [{"publisher": {}, "attestations": [
        {"version": 1, "verification_material": {}, "envelope": envelope}]}]},
        open(f"../www/integrity/plasmite-core/1.2.0/{name}/provenance", "w"))
END
}

@test "a release with attestations passes when they are enough as they are, and never as verified" {
    serve application/vnd.pypi.simple.v1+json
    echo 'provenance = true' >>attest.toml
    run -1 after
    [[ "$output" == *"provenance plasmite_core-1.2.0.tar.gz"*ABSENT* ]]
    attested
    run -2 after
    [[ "$output" == *"cannot be verified yet"* ]]
    echo 'attestations = "listed"' >>attest.toml
    run -0 after
    [[ "$output" == *"note[channel-unknown]"*"name and digest agree; who signed it is not verified"* ]]
    cp ../www/integrity/plasmite-core/1.2.0/plasmite_core-1.2.0.tar.gz/provenance \
        ../www/integrity/plasmite-core/1.2.0/plasmite_core-1.2.0-py3-none-any.whl/provenance
    run -1 after
    [[ "$output" == *"provenance plasmite_core-1.2.0-py3-none-any.whl"*CONFLICT* ]]
}

@test "what was recorded says the same without the server" {
    serve application/vnd.pypi.simple.v1+json
    after --record ../record
    end_web
    sleep 0.2
    after --replay ../record --rehearse
}
