#!/usr/bin/env bats
# attest align tap --write, killed or on a disk that fails, while it writes: every manifest is whole, old or new, and
# the next run mends what is half done.

load common

setup() {
    cd "$BATS_TEST_TMPDIR" || exit
    mkdir -p p/dist pkgs/v
    cd p || exit
    echo built >dist/tool_1.3.0.zip
    cat >attest.toml <<'END'
[project]
name = "tool"
repository = "https://h.example/tool"
[[artifact]]
name = "tool_{version}.zip"
path = "dist"
platform = "windows-x86_64"
[[channel]]
kind = "winget"
repository = "../pkgs"
manifest = "v"
artifacts = ["*"]
END
    git init -q -b main
    git -c user.name=T -c user.email=t@example.com commit -q --allow-empty -m first
    git -c user.name=T -c user.email=t@example.com tag -am 1.3.0 v1.3.0
    version ../new 1.3.0 "$(sha256sum dist/tool_1.3.0.zip | cut -c1-64)"
    version ../old 1.2.9 "$(printf 'ab%.0s' {1..32})"
}

version() { # FOLDER VERSION DIGEST
    mkdir "$1"
    printf '%s\n' 'PackageIdentifier: A.p' "PackageVersion: $2" 'ManifestType: version' >"$1/A.p.yaml"
    printf '%s\n' 'PackageIdentifier: A.p' "PackageVersion: $2" 'ManifestType: locale' >"$1/A.p.locale.de.yaml"
    printf '%s\n' 'PackageIdentifier: A.p' "PackageVersion: $2" 'ManifestType: installer' 'Installers:' \
        "- InstallerUrl: https://h.example/tool_$2.zip" '  Architecture: x64' "  InstallerSha256: $3" \
        >"$1/A.p.installer.yaml"
}

# writes EXPECTED INJECTION: so many files are new then, the others old, and the next run makes all of them new.
writes() {
    local status=0 file new=0
    cp ../old/* ../pkgs/v
    timeout 20 strace -f -o /dev/null -e "inject=$2" "$BIN/attest-align" tap --write >out 2>err || status=$?
    for file in A.p.yaml A.p.locale.de.yaml A.p.installer.yaml; do
        if cmp -s "../new/$file" "../pkgs/v/$file"; then
            new=$((new + 1))
        else
            cmp "../old/$file" "../pkgs/v/$file"
        fi
    done
    echo "exit $status, $new new"
    [ "$new" -eq "$1" ]
    case $2 in
        *signal=KILL*) [ "$status" -eq 137 ] ;;
        *) [ "$status" -eq 2 ] && [ -z "$(find ../pkgs -name '.attest*')" ] ;;
    esac
    "$BIN/attest-align" tap --write >out 2>err
    diff -r ../new ../pkgs/v
}

@test "killed between the renames, and before the first" {
    writes 0 rename:signal=KILL:when=1
    writes 1 rename:signal=KILL:when=2
    writes 2 rename:signal=KILL:when=3
}

@test "a rename that fails puts back what was placed" {
    writes 0 rename:error=EIO:when=1
    writes 0 rename:error=EIO:when=2
    writes 0 rename:error=EIO:when=3
}

@test "a full disk" { writes 0 fsync:error=ENOSPC:when=2; }
