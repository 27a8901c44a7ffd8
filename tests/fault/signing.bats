#!/usr/bin/env bats
# attest verify, sign, key: a sample of tests/unit/test_tampering.c through the programs, system calls and allocations
# that fail. Never 0 for what was not looked at, never half a file.

load common

KEYS=$TESTDATA/signing

setup() {
    cd "$BATS_TEST_TMPDIR"
    mkdir d o k
    printf 'an artifact of few bytes\n' >d/a
    (umask 077 && cp "$KEYS"/{p256.pem,rsa.pem,minisign.key,signify.sec} k)
    "$BIN/attest-sign" --key k/p256.pem d/a 2>err
    (cd d && sha256sum a >SUMS)
    "$BIN/attest-sign" --key k/minisign.key --as minisign d/SUMS 2>err
    cp -r d want
}

# nothing to make anew
keep() { :; }

verify() { "$BIN/attest-verify" d/a --key "$KEYS/p256.pub"; }

# --- changed files ------------------------------------------------------------------------------------------------

@test "a flipped bit in every third byte of artifact, signature and key" {
    local file name status count=0
    mkdir flips
    for name in d/a d/a.sigstore.json k/pub; do
        cp "$KEYS/p256.pub" k/pub
        /usr/bin/python3 - $name <<'END'
import sys
data = open(sys.argv[1], "rb").read()
for i in range(0, len(data), 3):
    flipped = data[:i] + bytes([data[i] ^ 1 << i % 8]) + data[i + 1:]
    # The one of a bundle's hint, and of its version from 1 to 3, covers nothing.
    begin = data.find(b'"hint":"') + 8
    hint = b'"hint":"' in data and begin <= i < data.index(b'"', begin)
    version = b"bundle.v0.3" in data and i == data.index(b"bundle.v0.3") + 10
    if not hint and not version:
        open(f"flips/{i}", "wb").write(flipped)
END
        for file in flips/*; do
            cp "$file" $name
            status=0
            "$BIN/attest-verify" d/a --key k/pub >out 2>err || status=$?
            case $status in 1 | 2) ;; *) echo "$name: $file: exit $status" && return 1 ;; esac
            # Nobody reads "verified" anywhere but behind a NOT.
            run ! grep -v NOT out
            count=$((count + 1))
        done
        rm -f flips/*
        cp want/* d
    done
    [ "$count" -gt 150 ]
}

@test "signatures of other artifacts, other keys, other namespaces" {
    cp d/a d/b && echo more >>d/b
    "$BIN/attest-sign" --key k/p256.pem d/b
    mv d/b.sigstore.json d/a.sigstore.json
    run -1 verify
    "$BIN/attest-sign" --key k/rsa.pem d/a
    run -1 verify
    rm d/a.sigstore.json
    "$BIN/attest-sign" --key k/p256.pem --as sshsig --namespace git d/a
    run -1 verify
    "$BIN/attest-verify" d/a --key "$KEYS/p256.pub" --namespace git
}

# minisign.pub with the point of another key under its number.
@test "another key of the same number" {
    "$BIN/attest-sign" --key k/minisign.key --as minisign d/b d/a 2>err && return 1
    [ ! -e d/a.minisig ]
    rm d/a.sigstore.json
    "$BIN/attest-sign" --key k/minisign.key --as minisign d/a
    "$BIN/attest-verify" d/a --key "$KEYS/minisign.pub"
    {
        echo "untrusted comment: twin"
        {
            sed -n 2p "$KEYS/minisign.pub" | base64 -d | head -c 10
            printf '\xd7\x5a\x98\x01\x82\xb1\x0a\xb7\xd5\x4b\xfe\xd3\xc9\x64\x07\x3a'
            printf '\x0e\xe1\x72\xf3\xda\xa6\x23\x25\xaf\x02\x1a\x68\xf7\x07\x51\x1a'
        } | base64 -w0
        echo
    } >k/twin.pub
    run -1 "$BIN/attest-verify" d/a --key k/twin.pub
    "$BIN/attest-verify" d/a --key k/twin.pub --key "$KEYS/minisign.pub"
}

@test "a signed manifest: every cut, and a byte more" {
    local i status size
    size=$(stat -c %s want/SUMS)
    for ((i = 0; i < size; i++)); do
        head -c $i want/SUMS >d/SUMS
        status=0
        "$BIN/attest-verify" --checksums d/SUMS --key "$KEYS/minisign.pub" >out 2>err || status=$?
        case $status in 1 | 2) ;; *) echo "$i: exit $status" && return 1 ;; esac
    done
    { cat want/SUMS && echo; } >d/SUMS
    run -1 "$BIN/attest-verify" --checksums d/SUMS --key "$KEYS/minisign.pub"
}

# --- system calls -------------------------------------------------------------------------------------------------

holds_or_unknown() {
    [ "$1" -eq 2 ] || { [ "$1" -eq 0 ] && [ "$(tail -n 1 out)" = "$SENTENCE" ]; }
}

@test "verify: every call fails" {
    SENTENCE="d/a: verified, signed by $KEYS/p256.pub"
    fail_calls keep holds_or_unknown error=EIO error=ENOMEM error=EINTR -- \
        "$BIN/attest-verify" d/a --key "$KEYS/p256.pub"
}

@test "verify --checksums: every call fails" {
    SENTENCE="files: verified, 1 of 1 match d/SUMS"
    fail_calls keep holds_or_unknown error=EIO error=ENOMEM -- \
        "$BIN/attest-verify" --checksums d/SUMS d/a --key "$KEYS/minisign.pub"
}

never_holds() { [ "$1" -eq 1 ] || [ "$1" -eq 2 ]; }

# One good signature stands beside a wrong one: whatever cannot be read must not make it good.
@test "verify: no failing call hides a wrong signature" {
    "$BIN/attest-sign" --key k/minisign.key --as minisign d/a
    "$BIN/attest-sign" --key k/signify.sec --as signify -o d/a.sig d/SUMS
    run -1 "$BIN/attest-verify" d/a --key "$KEYS/p256.pub" --key "$KEYS/minisign.pub"
    fail_calls keep never_holds error=EIO error=EACCES -- \
        "$BIN/attest-verify" d/a --key "$KEYS/p256.pub" --key "$KEYS/minisign.pub"
    # The sample of calls above may pass by those that look whether the file is there.
    local status n
    for n in 1 2 3 4; do
        status=0
        strace -f -o /dev/null -P d/a.sig -e "inject=newfstatat:error=EIO:when=$n" \
            "$BIN/attest-verify" d/a --key "$KEYS/p256.pub" --key "$KEYS/minisign.pub" || status=$?
        never_holds "$status"
    done
}

@test "verify: a file that is shorter when it is read than when it was looked at" {
    local file status
    for file in d/a d/a.sigstore.json "$KEYS/p256.pub"; do
        status=0
        timeout 20 strace -f -o /dev/null -P "$file" -e inject=read:retval=0 \
            "$BIN/attest-verify" d/a --key "$KEYS/p256.pub" >out 2>err || status=$?
        [ "$status" -eq 2 ] || { echo "$file: exit $status"; return 1; }
    done
}

old_signature() { rm -rf o && mkdir o && echo old >o/s; }

# whole OLD: the file o/s is OLD, or a signature that holds; nothing is beside it.
whole() {
    [ "$(find o -mindepth 1 -printf '%P ')" = "s " ] || return 1
    [ "$(cat o/s)" = "$1" ] || "$BIN/attest-verify" d/a --signature o/s --key "$KEYS/p256.pub" >/dev/null
}

signed_or_old() {
    case $1 in
    0) whole "not the old one" ;;
    2) whole old ;;
    *) false ;;
    esac
}

@test "sign: every call that fails leaves the old signature or the new one" {
    fail_calls old_signature signed_or_old error=EIO error=ENOSPC error=EINTR -- \
        "$BIN/attest-sign" --key k/p256.pem d/a -o o/s
}

no_files() { rm -rf o && mkdir o; }

both_or_neither() {
    local files
    files=$(find o -mindepth 1 -printf '%P\n' | sort | tr '\n' ' ')
    case $1 in
    0) [ "$files" = "n n.pub " ] && openssl pkey -in o/n -pubout | cmp -s - o/n.pub ;;
    2) [ -z "$files" ] ;;
    *) false ;;
    esac
}

@test "key new: every call that fails leaves both files or neither" {
    fail_calls no_files both_or_neither error=EIO error=ENOSPC error=ENOMEM -- \
        "$BIN/attest-key" new -o o/n --as pkcs8 --no-passphrase
}

# --- memory -------------------------------------------------------------------------------------------------------

@test "verify: memory runs out" {
    SENTENCE="d/a: verified, signed by $KEYS/p256.pub"
    fail_allocations 120 holds_or_unknown "$BIN/attest-verify" d/a --key "$KEYS/p256.pub"
    "$BIN/attest-sign" --key k/rsa.pem d/a
    SENTENCE="d/a: verified, signed by $KEYS/rsa.pub"
    fail_allocations 120 holds_or_unknown "$BIN/attest-verify" d/a --key "$KEYS/rsa.pub"
}

@test "verify --checksums: memory runs out" {
    SENTENCE="files: verified, 1 of 1 match d/SUMS"
    fail_allocations 90 holds_or_unknown "$BIN/attest-verify" --checksums d/SUMS d/a --key "$KEYS/minisign.pub"
}

@test "sign: memory runs out" {
    old_signature
    fail_allocations 120 signed_or_old "$BIN/attest-sign" --key k/p256.pem d/a -o o/s
}

@test "checksum verify: memory runs out" {
    SENTENCE="d/SUMS: verified: 1 of 1 match"
    fail_allocations 90 holds_or_unknown "$BIN/attest-checksum" verify d/SUMS
}
