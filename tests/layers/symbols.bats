#!/usr/bin/env bats
# What the built libraries and programs define and need.

load common

# Sections hold what a program may change; .data.rel.ro is sealed before main runs.
writable() { # ARCHIVE
    objdump -t "$1" | awk '/file format/ { file = $1 } / (\.data|\.bss|\.tbss|\.tdata|\*COM\*)/ &&
        !/\.data\.rel\.ro/ && !/ d  / { print file, $NF }'
}

defined() { # ARCHIVE
    nm -A -g --defined-only "$1" | awk '{ sub(/^[^:]*:/, ""); print }' # MEMBER:ADDRESS KIND NAME
}

shared() {
    echo "$BUILD/lib/libattest.so.$(sed -n 's/^VERSION := //p' Makefile)"
}

needed() { # PROGRAM
    readelf -d "$1" | sed -nE 's/.*\(NEEDED\).*\[(.*)\]/\1/p'
}

@test "libattest exports names with att_" {
    [ "$(defined "$BUILD/lib/libattest.a" | wc -l)" -gt 100 ]
    defined "$BUILD/lib/libattest.a" | awk '$NF !~ /^att_/' | none "other names"
}

# Names of functions, as a program that includes it would see them.
declared() { # HEADER
    "${CC:-cc}" -E -P "$1" | tr '\n' ' ' | tr ';{}' '\n' | grep -oE '\batt_[a-z0-9_]+ ?\(' | tr -d ' (' | sort -u
}

@test "libattest.so exports what attest.h declares, and nothing else" {
    local name
    [ "$(declared libattest/attest.h | wc -l)" -gt 20 ]
    declared libattest/attest.h >"$BATS_TEST_TMPDIR/declared"
    nm -D --defined-only "$(shared)" | awk '{ print $NF }' | sort >"$BATS_TEST_TMPDIR/exported"
    diff "$BATS_TEST_TMPDIR/declared" "$BATS_TEST_TMPDIR/exported" | none "not alike"
    for name in att_verifier_new att_result_holds att_version; do
        grep -qx "$name" "$BATS_TEST_TMPDIR/exported"
    done
}

@test "libsbom exports names with sbom_" {
    [ "$(defined "$BUILD/lib/libsbom.a" | wc -l)" -gt 20 ]
    defined "$BUILD/lib/libsbom.a" | awk '$NF !~ /^sbom_/' | none "other names"
}

@test "libpolicy exports names with policy_" {
    [ "$(defined "$BUILD/lib/libpolicy.a" | wc -l)" -gt 5 ]
    defined "$BUILD/lib/libpolicy.a" | awk '$NF !~ /^policy_/' | none "other names"
}

@test "librelease exports names with release_" {
    [ "$(defined "$BUILD/lib/librelease.a" | wc -l)" -gt 5 ]
    defined "$BUILD/lib/librelease.a" | awk '$NF !~ /^release_/' | none "other names"
}

# Plug-ins: a file X.c that the table FILE names as &PREFIX_X exports that one struct of LIBRARY; parts of it have a
# header of their own.
exports_one() { # LIBRARY FILE PREFIX KIND LEAST
    local name names count=0
    while read -r name; do
        count=$((count + 1))
        names=$(defined "$BUILD/lib/$1.a" |
            awk -v file="${name#"$3"_}.o:" 'index($1, file) == 1 { printf "%s%s", sep, $NF; sep = " " }')
        [ "$names" = "$name" ] || echo "${name#"$3"_}.c exports: $names"
        [ -e "$3/${name#"$3"_}.c" ] || echo "$name is not in $3/${name#"$3"_}.c"
    done < <(grep -oE "&$3_$4_[a-z0-9_]+" "$2" | sed 's/^&//') >"$BATS_TEST_TMPDIR/wrong"
    [ "$count" -ge "$5" ]
    none "more, less or other than one struct" <"$BATS_TEST_TMPDIR/wrong"
}

@test "a check exports one struct, named as its file" {
    exports_one libpolicy policy/checks.c policy check 5
}

@test "a kind of file with a version exports one struct, named as its file" {
    exports_one librelease release/places.c release place 11
}

@test "a cataloger exports one struct, named as its file" {
    exports_one libsbom sbom/catalogers.c sbom cataloger 20
}

@test "a packaging manifest's format exports one struct, named as its file" {
    exports_one librelease release/manifests.c release manifest 5
}

@test "a kind of channel exports one struct, named as its file" {
    exports_one librelease release/channels.c release channel 11
}

@test "no mutable globals in the libraries" {
    local library
    for library in attest sbom policy release; do
        writable "$BUILD/lib/lib$library.a"
    done | none "writable"
}

@test "the check sees mutable globals of every kind" {
    cat >"$BATS_TEST_TMPDIR/m.c" <<'END'
int one = 1;
static int two;
_Thread_local int three;
const char *const four = "sealed";
void *touch(void);
void *touch(void) { static long five = 5; two++; return &five + two; }
END
    "${CC:-cc}" -O0 -fPIE -c -o "$BATS_TEST_TMPDIR/m.o" "$BATS_TEST_TMPDIR/m.c"
    run writable "$BATS_TEST_TMPDIR/m.o"
    echo "$output"
    for name in one two three five; do
        grep -q " $name" <<<"$output"
    done
    run ! grep four <<<"$output"
}

# Libraries do not print, end the process, or ask the surroundings; malloc's own abort and assert are libc's.
forbidden='_?exit|_Exit|quick_exit|abort|atexit|(__)?v?[df]?printf(_chk)?|puts|putchar|f?putc|fputs|fwrite|perror'
forbidden+='|syslog|stdout|stderr|stdin|getenv|secure_getenv|environ|setlocale|signal|sigaction|v?fork|execve'
forbidden+='|posix_spawn|socket|connect|getaddrinfo|time|gettimeofday'

@test "libattest.so does not print, exit or look at the environment" {
    nm -D -u "$(shared)" | sed 's/@.*//' | grep -wE "U ($forbidden)\$" | none "what is for programs only"
}

@test "the libraries do not print, exit or look at the environment" {
    local archive
    for archive in "$BUILD"/lib/lib{attest,sbom,policy,release}.a; do
        nm -A -u "$archive" | sed -E 's/^[^:]*://' | grep -wE \
            "U ($forbidden)\$" || true
    done | none "what is for programs only"
}

# PROGRAM: the libraries it may need, besides libc.so.6 (and the loader).
needs="
attest: libpopt.so.0 libseccomp.so.2 libsodium.so.23
attest-checksum: libpopt.so.0 libseccomp.so.2 libcrypto.so.3 libsodium.so.23
attest-provenance: libcjson.so.1 libp11-kit.so.0 libpopt.so.0 libseccomp.so.2 libcrypto.so.3 libsodium.so.23
attest-sign: libcjson.so.1 libp11-kit.so.0 libpopt.so.0 libseccomp.so.2 libcrypto.so.3 libsodium.so.23
attest-verify: libcjson.so.1 libp11-kit.so.0 libpopt.so.0 libseccomp.so.2 libcrypto.so.3 libsodium.so.23
attest-inspect: libcjson.so.1 libpopt.so.0 libseccomp.so.2 libcrypto.so.3 libsodium.so.23
attest-key: libcjson.so.1 libp11-kit.so.0 libpopt.so.0 libseccomp.so.2 libcrypto.so.3 libsodium.so.23
attest-advisories: libcjson.so.1 libarchive.so.13 libcurl.so.4 libpopt.so.0 libseccomp.so.2 libcrypto.so.3 \
libsodium.so.23 libsqlite3.so.0
attest-align: libcjson.so.1 libyaml-0.so.2 libarchive.so.13 libcurl.so.4 libpopt.so.0 libseccomp.so.2 libcrypto.so.3 \
libsodium.so.23
attest-policy: libcjson.so.1 libyaml-0.so.2 libexpat.so.1 libpopt.so.0 libseccomp.so.2 libcrypto.so.3 \
libsodium.so.23 \
libsqlite3.so.0
attest-sbom: libcjson.so.1 libyaml-0.so.2 libexpat.so.1 libpopt.so.0 libseccomp.so.2 libcrypto.so.3 libsodium.so.23
"

@test "programs need the libraries of their row, and no other" {
    local program name row library count=0
    for program in "$BUILD"/bin/*; do
        name=$(basename "$program")
        count=$((count + 1))
        row=$(grep "^$name:" <<<"$needs") || { echo "$name has no row"; continue; }
        for library in $(needed "$program"); do
            case " libc.so.6 ld-linux-x86-64.so.2 ${row#*:} " in
            *" $library "*) ;;
            *) echo "$name needs $library" ;;
            esac
        done
    done >"$BATS_TEST_TMPDIR/wrong"
    none "not in the table" <"$BATS_TEST_TMPDIR/wrong"
    [ -n "$(needed "$BUILD/bin/attest-sbom")" ]
}

@test "libattest.so is called libattest.so.0, and needs no library but these" {
    readelf -d "$(shared)" | grep -qF 'Library soname: [libattest.so.0]'
    [ "$(needed "$(shared)" | sort | tr '\n' ' ')" = "libc.so.6 libcjson.so.1 libcrypto.so.3 libsodium.so.23 " ]
}

# All but the programs that the design gives the network.
@test "no other program can reach the network" {
    local program
    for program in "$BUILD"/bin/* "$(shared)"; do
        case ${program##*/} in
        attest-keyless | attest-advisories | attest-align | attest-attach | attest-trust) continue ;;
        esac
        nm -D -u "$program" | grep -wE 'socket|connect|bind|listen|getaddrinfo|gethostbyname|curl_[a-z_]+' |
            sed "s,^,${program##*/}: ," || true
    done | none "network calls"
}

@test "programs are hardened: position independent, relro, bound at start, no executable stack" {
    local program
    for program in "$BUILD"/bin/* "$(shared)"; do
        readelf -h "$program" | grep -q 'Type: *DYN' || echo "$program: not position independent"
        readelf -lW "$program" | grep -q GNU_RELRO || echo "$program: no relro"
        readelf -d "$program" | grep -qE 'BIND_NOW|Flags:.*NOW' || echo "$program: binds lazily"
        readelf -lW "$program" | grep GNU_STACK | grep -q ' RWE ' && echo "$program: executable stack"
    done | none "not hardened"
}
