#!/usr/bin/env bats
# attest sign: what it writes, what it refuses, and what is there when it fails.

load common
load outputs

setup() {
    PATH=$BIN:$PATH
    cd "$BATS_TEST_TMPDIR" || return
    unset COSIGN_PASSWORD
    KEYS=$TESTDATA/signing
    for kind in p256 p384 ed25519 rsa; do install -m 600 "$KEYS/$kind.pem" $kind; done
    printf 'the artifact\n' >tool
}

# sign STATUS ARGUMENT...: the outputs are in "out" and "err".
sign() {
    local want=$1
    shift
    expect "$want" attest-sign "$@"
}

verify() { attest-verify "$@" >/dev/null; }

files() {
    find . -mindepth 1 ! -name out ! -name err -printf '%P\n' | sort | tr '\n' ' '
}

before='ed25519 p256 p384 rsa tool '

@test "every format has its own name, and the usual one is a bundle" {
    sign 0 --key p256 tool
    says err "tool: signed with ECDSA P-256, bundle in tool.sigstore.json"
    [ ! -s out ]
    sign 0 --key ed25519 --as minisign tool
    sign 0 --key ed25519 --as dsse --payload-type text/plain tool
    sign 0 --key ed25519 --as signify tool
    sign 0 --key ed25519 --as signify tool --output tool.other
    cmp tool.sig tool.other
    [ "$(files)" = 'ed25519 p256 p384 rsa tool tool.intoto.jsonl tool.minisig tool.other tool.sig tool.sigstore.json ' ]
    verify tool --key "$KEYS/p256.pub" --key "$KEYS/ed25519.pub" --threshold 2
    sign 0 --key ed25519 --as sshsig tool --output -
    head -n 1 out | grep -q 'BEGIN SSH SIGNATURE'
    sign 2 --key ed25519 --as pgp tool
    says err 'expected one of minisign, signify, bundle, dsse, sshsig, raw for --as, found "pgp"'
}

@test "keys that a format cannot use" {
    for format in minisign signify; do
        sign 2 --key p256 --as $format tool
        says err "expected an Ed25519 key"
        [ "$(files)" = "$before" ]
    done
    sign 2 --key ed25519 --as raw --rsa-pss tool
    sign 2 --key rsa --as sshsig --rsa-pss tool
    [ "$(files)" = "$before" ]
    sign 0 --key rsa --as raw --rsa-pss tool
    openssl dgst -sha256 -sigopt rsa_padding_mode:pss -verify "$KEYS/rsa.pub" -signature tool.sig tool
    verify tool --key "$KEYS/rsa.pub"
}

@test "wrong usage" {
    sign 2
    sign 2 tool
    says err "expected --key and the secret key"
    sign 2 --key p256
    says err "expected a file, found none"
    sign 2 --key nowhere tool
    sign 2 --key tool tool
    sign 2 --key "$KEYS/p256.pub" tool
    says err "secret"
    sign 2 --key p256 --key p384 tool
    sign 2 --key p256 --jobs 0 tool
    sign 2 --key p256 --output x tool tool
    says err "--output names one signature, found 2 files"
    sign 2 --key p256 --output x --manifest y tool
    [ "$(files)" = "$before" ]
}

@test "what is signed, or signed with, is never written over" {
    cp tool tool.before
    cp p256 key.before
    sign 2 --key p256 tool --output tool
    sign 2 --key p256 tool --output ./tool
    sign 2 --key p256 tool --output p256
    says err "p256 would be written over"
    ln -s p256 link
    sign 2 --key link tool --output p256
    sign 2 --key p256 --manifest tool tool
    sign 2 --key p256 --manifest p256 tool
    sign 2 --key p256 tool --output p256 --passphrase-file phrase
    cp tool tool.sigstore.json
    sign 2 --key p256 tool tool.sigstore.json
    cmp tool tool.before
    cmp tool tool.sigstore.json
    cmp p256 key.before
}

@test "a signature that is there is replaced; others stay" {
    echo old >tool.sigstore.json
    echo old >tool.minisig
    sign 0 --key p256 tool
    verify tool --key "$KEYS/p256.pub" --signature tool.sigstore.json
    [ "$(cat tool.minisig)" = old ]
    chmod 600 tool.sigstore.json
    sign 0 --key p384 tool
    verify tool --key "$KEYS/p384.pub" --signature tool.sigstore.json
}

@test "all or nothing: unreadable files, and names that cannot be written" {
    echo a >a
    echo z >z
    sign 2 --key p256 a nowhere z
    says err nowhere
    [ "$(files)" = "a $before""z " ]
    mkfifo fifo
    sign 2 --key p256 a fifo z
    mkdir folder
    sign 2 --key p256 a folder z
    [ "$(files)" = "a ed25519 fifo folder p256 p384 rsa tool z " ]
    sign 2 --key p256 a --output nowhere/x
    sign 2 --key p256 a --output folder
    sign 2 --key p256 --manifest SUMS a nowhere
    sign 2 --key p256 --manifest nowhere/SUMS a
    sign 2 --key p256 --as minisign --manifest SUMS a
    [ "$(files)" = "a ed25519 fifo folder p256 p384 rsa tool z " ]
    chmod 755 .
    mkdir sealed
    cp a sealed/a
    chmod 555 sealed
    cp p256 open
    chmod 644 open
    run -2 as_nobody "$BIN/attest-sign" --key open sealed/a
    [ "$(ls sealed)" = a ]
}

@test "many files, the same with 1 thread and with 8" {
    local i
    for i in $(seq 30); do echo "$i" >"f$i"; done
    sign 0 --key rsa --jobs 1 f*
    mkdir one
    mv f*.sigstore.json one
    mv err err1
    sign 0 --key rsa --jobs 8 f?  f??
    for i in $(seq 30); do cmp "f$i.sigstore.json" "one/f$i.sigstore.json"; done
    [ "$(sort err)" = "$(sort err1)" ]
    verify f? f?? --key "$KEYS/rsa.pub"
}

@test "standard input is signed to standard output, once" {
    sign 0 --key p256 - <tool
    cp out signature
    verify tool --key "$KEYS/p256.pub" --signature signature
    sign 0 --key p256 - --output signature < <(cat tool)
    [ ! -s out ]
    verify tool --key "$KEYS/p256.pub" --signature signature
    sign 2 --key p256 - - <tool
    says err "standard input can be signed once"
    [ ! -s out ]
    sign 2 --key ed25519 --as raw - < <(cat tool)
    [ ! -s out ]
    for format in minisign sshsig; do
        sign 0 --key ed25519 --as $format - < <(cat tool)
        cp out signature
        verify tool --key "$KEYS/ed25519.pub" --signature signature
    done
}

@test "standard output that is full or closed ends with 2" {
    local status=0
    attest-sign --key p256 - <tool >/dev/full 2>err || status=$?
    [ $status -eq 2 ]
    status=0
    attest-sign --key p256 - <tool >&- 2>err || status=$?
    [ $status -eq 2 ]
    status=0
    attest-sign --key p256 tool --output /dev/full 2>err || status=$?
    [ $status -eq 2 ]
}

@test "passphrases" {
    echo right >phrase
    echo wrong >other
    attest-key new -o k --passphrase-file phrase 2>/dev/null
    sign 0 --key k --passphrase-file phrase tool
    verify tool --key k.pub
    rm tool.sigstore.json
    sign 2 --key k --passphrase-file other tool
    says err "the passphrase does not open k"
    sign 2 --key k --passphrase-file nowhere tool
    COSIGN_PASSWORD=wrong sign 2 --key k tool
    [ ! -e tool.sigstore.json ]
    COSIGN_PASSWORD=right sign 0 --key k tool
    run -2 setsid -w attest-sign --key k tool </dev/null
    [[ "$output" == *"found no terminal to ask at"* ]]
}

@test "a key that others may read is a warning" {
    chmod 640 p256
    sign 0 --key p256 tool
    says err "warning[exposed-key]"
    chmod 604 p256
    sign 0 --key p256 tool
    says err "warning[exposed-key]"
    chmod 400 p256
    sign 0 --key p256 tool
    grep -q exposed-key err && false
    true
}

@test "--manifest: lines that coreutils verify, relative to it" {
    mkdir -p d/sub
    echo a >d/a
    echo b >$'d/sub/b\nc'
    sign 0 --key ed25519 --as minisign --manifest d/SUMS d/a $'d/sub/b\nc'
    (cd d && sha256sum --check --strict --quiet SUMS)
    verify --checksums d/SUMS --key "$KEYS/ed25519.pub"
    [ "$(find d -type f -printf x | wc -c)" = 4 ]
    sign 2 --key ed25519 --manifest d/sub/SUMS d/a
    says err "lies outside of the manifest's folder"
    sign 2 --key ed25519 --manifest d/SUMS - <tool
    sign 2 --key ed25519 --manifest - d/a
    [ ! -s out ]
    verify --checksums d/SUMS --key "$KEYS/ed25519.pub"
}

@test "comments, namespaces, payload types" {
    sign 0 --key ed25519 --as minisign --comment 'release 1' tool
    attest-verify tool --key "$KEYS/ed25519.pub" | grep -qF 'signed comment "release 1"'
    sign 2 --key ed25519 --as minisign --comment $'a\nb' tool
    sign 2 --key ed25519 --as minisign --comment $'a\e[31m' tool
    sign 2 --key ed25519 --as signify --comment $'a\nb' tool
    SOURCE_DATE_EPOCH=1700000000 sign 0 --key ed25519 --as minisign tool
    says tool.minisig $'trusted comment: timestamp:1700000000\tfile:tool\thashed'
    SOURCE_DATE_EPOCH=x sign 2 --key ed25519 --as minisign tool
    sign 0 --key p256 --as sshsig --namespace git tool --output made
    ssh-keygen -Y check-novalidate -n git -s made <tool
    verify tool --key "$KEYS/p256.pub" --namespace git --signature made
    sign 2 --key p256 --as dsse tool
    says err "expected the payload's type"
    sign 0 --key p256 --payload-type text/plain tool
    jq -e '.dsseEnvelope.payloadType == "text/plain"' tool.sigstore.json
}

@test "an empty file, a hostile name, a large sparse file" {
    : >empty
    for format in bundle raw sshsig minisign signify; do
        sign 0 --key ed25519 --as $format empty --output made
        verify empty --key "$KEYS/ed25519.pub" --signature made
        verify tool --key "$KEYS/ed25519.pub" --signature made && false
    done
    cp tool $'ev\e[31mil'
    sign 0 --key p256 $'ev\e[31mil'
    grep -q $'\e' err && false
    verify $'ev\e[31mil' --key "$KEYS/p256.pub"
    truncate -s 512M big
    /usr/bin/time -f %M -o memory attest-sign --key ed25519 --as raw big
    # Kilobytes; sanitizers need more.
    [ "$(cat memory)" -lt 24576 ] || [[ "$BUILD" == *asan* ]]
    sign 2 --key ed25519 --as dsse --payload-type a/b big
}

@test "--manifest: the old manifest stays when the new one cannot be signed" {
    echo one >a
    echo old >SUMS
    run -2 attest sign --key p256 --as minisign --manifest SUMS a
    [ "$(cat SUMS)" = old ]
    run -2 attest sign --key p256 --manifest SUMS a nowhere
    [ "$(cat SUMS)" = old ]
    ! compgen -G 'SUMS.*' || false
}

@test "what another format signs is not signed as a file" {
    local statement format key
    statement='{"_type":"https://in-toto.io/Statement/v1","subject":[{"name":"x","digest":{"sha256":"'
    statement+=$(sha256sum tool | cut -c1-64)'"}}],"predicateType":"a:b","predicate":{}}'
    printf 'DSSEv1 28 application/vnd.in-toto+json %d %s' ${#statement} "$statement" >encoded
    printf 'SSHSIG\0\0\0\4file\0\0\0\0\0\0\0\6sha512' >ssh
    for format in 'raw p256' 'raw ed25519' 'bundle p384' 'bundle ed25519' 'signify ed25519'; do
        key=${format#* }
        sign 2 --key "$key" --as "${format% *}" encoded
        says err 'found what is signed in an envelope at encoded'
        sign 2 --key "$key" --as "${format% *}" ssh
        says err 'found what is signed in an OpenSSH signature at ssh'
    done
    # hashed first, it is no such thing
    sign 0 --key ed25519 --as minisign encoded
    sign 0 --key p256 --as sshsig encoded
    # the signature of such a file, made elsewhere, is that of the statement
    openssl dgst -sha256 -sign p256 -out stolen encoded
    printf '{"payloadType":"application/vnd.in-toto+json","payload":"%s","signatures":[{"sig":"%s"}]}' \
        "$(printf %s "$statement" | base64 -w0)" "$(base64 -w0 stolen)" >forged
    verify tool --key "$KEYS/p256.pub" --signature forged --predicate-type a:b
}
