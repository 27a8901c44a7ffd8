#!/usr/bin/env bats
# attest verify: every verdict, every option, every way to be wrong about a signature.

load common
load verify

any='[[trust.require]]
artifact = "*"'

@test "every kind of key and every format, whole and changed" {
    local key format formats
    for key in p256 p384 ed25519 rsa; do
        formats='bundle sshsig raw dsse'
        [ "$key" != ed25519 ] || formats+=' minisign signify'
        for format in $formats; do
            rm -f tool.*
            printf 'the artifact\n' >tool
            sign "$key" --as "$format" tool --payload-type text/plain
            # shellcheck disable=SC2153 # set by verify.bash
            verify 0 tool --key "$KEYS/$key.pub"
            verdict "tool: verified, signed by $KEYS/$key.pub"
            says out "$format signature by"
            [ ! -s err ]
            printf 'the artifacT\n' >tool
            verify 1 tool --key "$KEYS/$key.pub"
            [[ "$(tail -n 1 out)" == "tool: NOT verified: "* ]]
            printf 'the artifact\n' >tool
            [ "$key" = p256 ] || verify 1 tool --key "$KEYS/p256.pub"
            [ "$key" = p384 ] || verify 1 tool --key "$KEYS/p384.pub"
        done
    done
}

@test "a signature is found by each of its names, whatever it holds" {
    local suffix
    sign ed25519 --as sshsig tool --output made
    for suffix in sigstore.json sigstore minisig sig sshsig dsse.json; do
        cp made "tool.$suffix"
        verify 0 tool --key "$KEYS/ed25519.pub"
        says out "tool.$suffix: sshsig signature"
        rm "tool.$suffix"
    done
    sign ed25519 tool --output tool.intoto.jsonl
    verify 0 tool --key "$KEYS/ed25519.pub"
    says out "tool.intoto.jsonl:1: bundle signature"
    verify 0 ./tool --key "$KEYS/ed25519.pub"
    verify 0 "$PWD/tool" --key "$KEYS/ed25519.pub"
}

@test ".asc is reported and not taken for a signature" {
    echo x >tool.asc
    verify 2 tool --key "$KEYS/p256.pub"
    says err "unchecked-signature"
    says err "an OpenPGP signature, which attest does not check"
    verdict "tool: could NOT be verified: no signature of a kind that attest checks was found"
    sign p256 tool
    verify 0 tool --key "$KEYS/p256.pub"
    says err "unchecked-signature"
    printf -- '-----BEGIN PGP SIGNATURE-----\n' >tool.sig
    verify 0 tool --key "$KEYS/p256.pub"
    [ "$(grep -c unchecked-signature err)" = 2 ]
    verify 2 tool --key "$KEYS/p256.pub" --signature tool.sig
}

@test "no signature, no key, no file" {
    verify 2 tool --key "$KEYS/p256.pub"
    says err "no-signature"
    verdict "tool: could NOT be verified: no signature was found"
    verify 2 tool
    says err "no key was named"
    says err "attest verify tool --key publisher.pub"
    [ ! -s out ]
    verify 2 --key "$KEYS/p256.pub"
    says err "expected a file, found none"
    sign p256 tool
    mv tool.sigstore.json gone.sigstore.json
    verify 2 gone --key "$KEYS/p256.pub"
    says err "unreadable-input"
}

@test "keys: wrong files end with 2, and nobody is believed" {
    sign p256 tool
    verify 2 tool --key nowhere.pub
    says err "nowhere.pub"
    verify 2 tool --key tool
    verify 2 tool --key p256.sec
    says err "found a secret one"
    says err "p256.sec"
    verify 2 tool --key "$KEYS/p256.pub" --key nowhere.pub
    verify 2 tool --key "$KEYS/p256.pub" --key "$KEYS/p256.pub"
    says err "the same key, which would count as two"
    cp "$KEYS/p256.pub" other.pub
    verify 2 tool --key "$KEYS/p256.pub" --key other.pub
    verify 2 tool --key "$KEYS/p256.pub" --policy nowhere
    verify 2 tool --policy nowhere
    verify 2 tool --key "$KEYS/p256.pub" --threshold 0
    verify 2 tool --key "$KEYS/p256.pub" --format yaml
    verify 2 tool --key "$KEYS/p256.pub" --jobs 0
    verify 2 tool --key "$KEYS/p256.pub" --unknown
}

@test "a minisign key may be given in its one line" {
    minisign -S -s "$KEYS/minisign.key" -m tool >/dev/null </dev/null
    verify 0 tool --key "$(tail -n 1 "$KEYS/minisign.pub")"
    verify 0 tool --key "$KEYS/minisign.pub"
    attest-key new -o other --as minisign --no-passphrase
    verify 1 tool --key other.pub
    says err "warning[other-key]"
    verify 2 tool --key "$(tail -n 1 "$KEYS/minisign.pub" | tr W w)"
}

@test "threshold: different keys count, across formats; one key counts once" {
    sign p256 tool
    sign p256 --as sshsig tool --output tool.sshsig
    sign p256 --as raw tool --output tool.sig
    verify 0 tool --key "$KEYS/p256.pub" --key "$KEYS/ed25519.pub" --threshold 1
    verify 1 tool --key "$KEYS/p256.pub" --key "$KEYS/ed25519.pub" --threshold 2
    says err "expected signatures by 2 different keys, found 1"
    verify 1 tool --key "$KEYS/p256.pub" --threshold 2
    sign ed25519 --as minisign tool
    verify 0 tool --key "$KEYS/p256.pub" --key "$KEYS/ed25519.pub" --threshold 2
    verdict "tool: verified, signed by $KEYS/p256.pub and $KEYS/ed25519.pub"
    verify 1 tool --key "$KEYS/p256.pub" --key "$KEYS/ed25519.pub" --key "$KEYS/rsa.pub" --threshold 3
}

@test "a wrong signature by a believed key beats a good one; one by another key does not" {
    sign p256 tool
    printf other >x
    sign ed25519 --as sshsig x --output tool.sig
    verify 0 tool --key "$KEYS/p256.pub"
    says err "warning[other-key]"
    verify 1 tool --key "$KEYS/p256.pub" --key "$KEYS/ed25519.pub"
    says err "error[wrong-signature]"
}

@test "a stranger's minisign signature does not refute a key that has no number to compare" {
    sign ed25519 tool
    attest-key new -o other --as minisign --no-passphrase
    minisign -S -s other -m tool >/dev/null </dev/null
    head -n 1 "$KEYS/ed25519.pub" | grep -q 'BEGIN PUBLIC KEY'
    verify 0 tool --key "$KEYS/ed25519.pub"
    says err "warning[other-key]"
    mv tool.sigstore.json kept
    verify 1 tool --key "$KEYS/ed25519.pub"
    verify 1 tool --key other.pub --key "$KEYS/ed25519.pub" --threshold 2
}

@test "a signature file that cannot be read or is malformed beats a good one" {
    sign p256 tool
    : >tool.sig
    verify 2 tool --key "$KEYS/p256.pub"
    says err "error[unreadable-signature]: expected a signature, found an empty file"
    rm tool.sig
    ln -s nowhere tool.sig
    verify 2 tool --key "$KEYS/p256.pub"
    rm tool.sig
    mkfifo tool.sig
    verify 2 tool --key "$KEYS/p256.pub"
    rm tool.sig
    mkdir tool.sig
    verify 2 tool --key "$KEYS/p256.pub"
    rmdir tool.sig
    printf '\n\n' >tool.intoto.jsonl
    verify 2 tool --key "$KEYS/p256.pub"
    says err "tool.intoto.jsonl"
    sed 's/}$//' tool.sigstore.json >tool.intoto.jsonl
    verify 2 tool --key "$KEYS/p256.pub"
    rm tool.intoto.jsonl
    chmod 755 .
    sign p256 tool --output tool.sig
    chmod 000 tool.sig
    run -2 as_nobody "$BIN/attest-verify" tool --key "$KEYS/p256.pub"
    chmod 644 tool.sig
    verify 0 tool --key "$KEYS/p256.pub"
}

@test "--signature: instead of those beside the file, of a kind that is checked, for one file" {
    sign p256 tool
    sign p256 --as raw tool --output elsewhere
    echo malformed >tool.sig
    verify 0 tool --key "$KEYS/p256.pub" --signature elsewhere
    says out "elsewhere: raw signature"
    verify 0 tool --key "$KEYS/p256.pub" --bundle tool.sigstore.json -s elsewhere
    [ "$(wc -l <out)" = 3 ]
    verify 2 tool --key "$KEYS/p256.pub" --signature nowhere
    verify 2 tool --key "$KEYS/p256.pub" --signature tool.sig
    says err "unreadable-signature"
    verify 2 tool --key "$KEYS/p256.pub" --signature elsewhere --signature tool.sig
    cp tool tool2
    verify 2 tool tool2 --key "$KEYS/p256.pub" --signature elsewhere
    says err "about one file, found 2 files"
    verify 2 tool tool2 --key "$KEYS/p256.pub" --bundle tool.sigstore.json
}

@test "standard input" {
    sign p256 tool
    verify 0 - --key "$KEYS/p256.pub" --signature tool.sigstore.json <tool
    verify 0 - --key "$KEYS/p256.pub" --signature tool.sigstore.json < <(cat tool)
    verify 1 - --key "$KEYS/p256.pub" --signature tool.sigstore.json </dev/null
    verify 2 - --key "$KEYS/p256.pub" <tool
    says err "no-signature"
    verify 2 - --key "$KEYS/p256.pub" --signature tool.sigstore.json <&-
}

@test "what is no file is refused, and nothing is waited for" {
    mkfifo fifo
    mkdir folder
    for name in fifo folder; do
        cp tool x && sign p256 x && mv x.sigstore.json $name.sigstore.json
        verify 2 $name --key "$KEYS/p256.pub"
        says err "refused-input"
    done
    sign p256 tool
    chmod 755 .
    chmod 000 tool
    run -2 as_nobody "$BIN/attest-verify" tool --key "$KEYS/p256.pub"
    [[ "$output" == *"unreadable-input"* ]]
}

@test "symbolic links: to the artifact, to its signature, to keys, anywhere" {
    mkdir -p a b
    mv tool a
    sign p256 a/tool
    ln -s ../a/tool b/tool
    ln -s ../a/tool.sigstore.json b/tool.sigstore.json
    ln -s "$KEYS/p256.pub" key
    verify 0 b/tool --key key
    cp a/tool.sigstore.json signature
    ln -s signature link
    verify 0 b/tool --key key --signature link
    ln -s b/tool d
    verify 2 d --key key
    says err "no-signature"
}

@test "policy: keys relative to it and anywhere else, thresholds, signers" {
    sign p256 tool
    policy "$any"
    verify 0 tool --policy policy/attest.toml
    verdict "tool: verified, signed by first"
    (cd policy && verify 0 ../tool --policy attest.toml && rm out err)
    policy "$any" 'signatures = { threshold = 2 }'
    verify 1 tool --policy policy/attest.toml
    says err "found 1"
    verify 1 tool --policy policy/attest.toml --threshold 1
    sign ed25519 --as minisign tool
    verify 0 tool --policy policy/attest.toml
    verdict "tool: verified, signed by first and second"
    verify 1 tool --policy policy/attest.toml --threshold 3
    policy "$any"
    mkdir elsewhere
    mv policy/keys/p256.pub elsewhere/key
    sed -i "s,keys/p256.pub,$PWD/elsewhere/key," policy/attest.toml
    verify 0 tool --policy policy/attest.toml
    sed -i "s,\"$PWD,\"..," policy/attest.toml
    verify 0 tool --policy policy/attest.toml
}

@test "policy: the signature of somebody who is not asked for does not count" {
    sign p256 tool
    policy "$any" 'signatures = { signers = ["second"] }'
    verify 1 tool --policy policy/attest.toml
    says err "error[too-few-signatures]"
    says err "first signed, and is not one of them"
    sign ed25519 --as minisign tool
    verify 0 tool --policy policy/attest.toml
    verdict "tool: verified, signed by second"
}

@test "policy: times and revocation" {
    sign p256 tool
    FIRST='valid-from = 2020-01-01' policy "$any"
    verify 0 tool --policy policy/attest.toml
    FIRST='valid-from = 9000-01-01' policy "$any"
    verify 1 tool --policy policy/attest.toml
    says err "key first counts from 9000-01-01T00:00:00Z, and it is"
    FIRST='valid-until = 2020-01-01' policy "$any"
    verify 1 tool --policy policy/attest.toml
    says err "signature-not-counted"
    says err "key first counts until 2020-01-01T00:00:00Z"
    FIRST='valid-until = 9000-01-01T00:00:00+01:00' policy "$any"
    verify 0 tool --policy policy/attest.toml
    FIRST=$'revoked = 9000-01-01\nreason = "lost laptop\\u001b[31m"' policy "$any"
    verify 1 tool --policy policy/attest.toml
    says err "key first was revoked: lost laptop"
    ! grep -q $'\e' out err || false
    sign ed25519 --as minisign tool
    verify 0 tool --policy policy/attest.toml
    verdict "tool: verified, signed by second"
    policy "$any" 'signatures = { threshold = 2 }'
    verify 0 tool --policy policy/attest.toml
    FIRST='valid-until = 2020-01-01' policy "$any" 'signatures = { threshold = 2 }'
    verify 1 tool --policy policy/attest.toml
}

@test "policy: which requirement is about a file" {
    sign p256 tool
    policy '[[trust.require]]' 'artifact = "other*"'
    verify 2 tool --policy policy/attest.toml
    says err "no [[trust.require]] of the policy is about an artifact of this name"
    policy '[[trust.require]]' 'artifact = "t*"' 'signatures = { threshold = 2 }' "$any"
    verify 1 tool --policy policy/attest.toml
}

@test "policy: what is wrong in it is said with its place" {
    policy "$any"
    sed -i '2s/name/naem/' policy/attest.toml
    verify 2 tool --policy policy/attest.toml
    says err 'did you mean "name"?'
    says err 'policy/attest.toml:2:1'
    policy "$any" 'signatures = { threshold = 3 }'
    verify 2 tool --policy policy/attest.toml
    says err "expected a threshold from 1 to 2"
    policy "$any"
    cp policy/keys/p256.pub policy/keys/ed25519.pub
    verify 2 tool --policy policy/attest.toml
    says err "the same key"
}

@test "namespaces" {
    sign p256 --as sshsig --namespace git tool
    verify 1 tool --key "$KEYS/p256.pub"
    says err 'made for the namespace "git", expected "file"'
    verify 0 tool --key "$KEYS/p256.pub" --namespace git
    sign p256 --as sshsig tool
    verify 0 tool --key "$KEYS/p256.pub"
    verify 1 tool --key "$KEYS/p256.pub" --namespace git
    verify 1 tool --key "$KEYS/p256.pub" --namespace fil
}

@test "statements count when their type was asked for, and they are about the file" {
    local type=https://example.org/tests/v1
    statement tool "$type" >said
    sign p256 --as dsse said --output tool.intoto.jsonl
    verify 0 tool --key "$KEYS/p256.pub" --predicate-type "$type"
    verify 1 tool --key "$KEYS/p256.pub"
    says err "counts only where its type is asked for"
    says err "--predicate-type asks for statements of one type"
    verify 1 tool --key "$KEYS/p256.pub" --predicate-type "$type/2"
    verify 1 tool --key "$KEYS/p384.pub" --predicate-type "$type"
    echo other >other
    verify 1 other --key "$KEYS/p256.pub" --predicate-type "$type" --signature tool.intoto.jsonl
    says err "are about other artifacts"
    # beside a signature of the file, statements neither help nor harm
    sign p256 tool
    verify 0 tool --key "$KEYS/p256.pub"
    statement other "$type" >said
    sign p256 --as dsse said --output tool.intoto.jsonl
    verify 0 tool --key "$KEYS/p256.pub"
    # and a signature does not stand for a statement
    verify 1 tool --key "$KEYS/p256.pub" --predicate-type "$type"
    says err 'error[wrong-subject]'
}

@test "statements: in a bundle, of a changed envelope, under another payload type" {
    local type=https://example.org/tests/v1
    statement tool "$type" >said
    sign p256 --payload-type application/vnd.in-toto+json said --output tool.sigstore.json
    says tool.sigstore.json dsseEnvelope
    verify 0 tool --key "$KEYS/p256.pub" --predicate-type "$type"
    verify 1 tool --key "$KEYS/p256.pub"
    rm tool.sigstore.json
    sign p256 --as dsse --payload-type text/plain said --output made
    verify 1 tool --key "$KEYS/p256.pub" --predicate-type "$type" --signature made
    says err "its payload is not this artifact, and of type text/plain instead of a statement"
    jq -c '.payloadType = "application/vnd.in-toto+json"' made >changed
    verify 1 tool --key "$KEYS/p256.pub" --predicate-type "$type" --signature changed
    # the statement itself, as a file that is signed
    verify 0 said --key "$KEYS/p256.pub" --signature made
}

@test "minisign without prehashing only when it was asked for" {
    minisign -S -l -s "$KEYS/minisign.key" -m tool -t 'a comment' >/dev/null </dev/null
    verify 1 tool --key "$KEYS/minisign.pub"
    says err "signature-not-counted"
    verify 0 tool --key "$KEYS/minisign.pub" --insecure-legacy-minisign
    says out 'not prehashed (--insecure-legacy-minisign), signed comment "a comment"'
}

@test "RSA of 1024 bits only when it was asked for" {
    openssl genrsa -out small.key 1024 2>/dev/null
    openssl rsa -in small.key -pubout -out small.pub 2>/dev/null
    openssl dgst -sha256 -sign small.key -out tool.sig tool
    verify 2 tool --key small.pub
    verify 0 tool --key small.pub --insecure-rsa
    says out "RSA 1024, too short: --insecure-rsa"
    policy "$any"
    cp small.pub policy/keys/p256.pub
    verify 2 tool --policy policy/attest.toml
    verify 0 tool --policy policy/attest.toml --insecure-rsa
}

@test "hostile names and comments do not reach the terminal" {
    local name=$'ev\e[31mil\n\u202ename'
    cp tool "$name"
    sign ed25519 --as minisign --comment 'all is well' "$name"
    verify 0 "$name" --key "$KEYS/ed25519.pub"
    ! grep -q $'\e' out err || false
    says out 'ev\u{1b}[31mil\u{a}\u202Ename'
    sed -i $'3s/all/a\e[31mll/' "$name.minisig"
    verify 2 "$name" --key "$KEYS/ed25519.pub"
    ! grep -q $'\e' out err || false
    verify 2 "$name"
    ! grep -q $'\e' out err || false
    cp "$KEYS/ed25519.pub" $'k\e[31m.pub'
    rm "$name.minisig"
    sign ed25519 "$name"
    verify 0 "$name" --key $'k\e[31m.pub'
    ! grep -q $'\e' out err || false
    printf '{"mediaType":"\\u001b[31m","verificationMaterial":{}}' >"$name.sigstore.json"
    verify 2 "$name" --key "$KEYS/ed25519.pub"
    ! grep -q $'\e' out err || false
}

@test "several files: one that does not hold, and all do not" {
    local i
    for i in 1 2 3; do echo $i >f$i; done
    sign p256 f1 f2 f3
    verify 0 f1 f2 f3 --key "$KEYS/p256.pub"
    verdict "verified: 3 of 3 files hold"
    rm f2.sigstore.json
    verify 2 f1 f2 f3 --key "$KEYS/p256.pub"
    verdict "NOT verified: 2 of 3 files hold"
    echo x >>f3
    verify 1 f1 f2 f3 --key "$KEYS/p256.pub"
    verify 2 f1 f1 nowhere --key "$KEYS/p256.pub"
}

@test "JSON: valid by the schema, the same with 1 thread and with 8" {
    local i
    for i in $(seq 40); do echo "$i" >"f$i"; done
    sign p256 f*
    echo x >>f7
    rm f9.sigstore.json
    echo x >f11.sig
    for format in human json sarif junit github markdown; do
        verify 1 f* --key "$KEYS/p256.pub" --format $format --jobs 1
        mv out out1
        mv err err1
        verify 1 f* --key "$KEYS/p256.pub" --format $format --jobs 8
        cmp out out1
        cmp err err1
        # Each finding once: GitHub's log is one of both.
        if [ $format = github ]; then
            [ ! -s err ]
            grep -q '^::error .*title=wrong-signature::' out
        else
            grep -q '^error\[wrong-signature\]' err
        fi
    done
    verify 1 f* --key "$KEYS/p256.pub" --format json
    mv out refuted
    verify 0 f1 f2 --key "$KEYS/p256.pub" --format json
    mv out holds
    verify 2 f9 --key "$KEYS/p256.pub" --format json
    mv out unknown
    (cd "$ROOT" && /usr/bin/python3 tests/tools/docs.py report "$OLDPWD"/{refuted,holds,unknown})
    [ "$(jq -c '[.verdict, .exit, .summary.verdicts, .summary.verified]' holds)" = '["holds",0,2,2]' ]
    [ "$(jq -c '[.verdict, .exit, .summary.verified]' unknown)" = '["unknown",2,0]' ]
    [ "$(jq -r .verdict refuted)" = refuted ]
}

@test "a sparse file of a gigabyte, in constant memory" {
    truncate -s 1G big
    sign p256 big
    /usr/bin/time -f %M -o memory attest-verify big --key "$KEYS/p256.pub"
    # Kilobytes; sanitizers need more.
    [ "$(cat memory)" -lt 24576 ] || [[ "$BUILD" == *asan* ]]
    printf x | dd of=big bs=1 seek=700000000 conv=notrunc status=none
    verify 1 big --key "$KEYS/p256.pub"
}

@test "an envelope with a large payload and many signatures is not tried for hours" {
    local i keys=()
    for i in 1 2 3; do
        attest-key new -o "k$i" --as pkcs8 --no-passphrase 2>/dev/null
        keys+=(--key "k$i.pub")
    done
    head -c 50000000 /dev/zero | base64 -w0 >payload
    jq -nc --rawfile payload payload '{payload: $payload, payloadType: "a/b",
        signatures: [range(32) | {sig: "MAYCAQECAQE="}]}' >tool.dsse.json
    verify 2 tool "${keys[@]}"
    says err "over-limit"
}

@test "standard output that is full or closed ends with 2" {
    sign p256 tool
    status=0
    attest-verify tool --key "$KEYS/p256.pub" >/dev/full 2>err || status=$?
    [ $status -eq 2 ]
    status=0
    attest-verify tool --key "$KEYS/p256.pub" >&- 2>err || status=$?
    [ $status -eq 2 ]
    status=0
    attest-verify tool --key "$KEYS/p256.pub" --format json >/dev/full 2>err || status=$?
    [ $status -eq 2 ]
}

@test "--checksums: the manifest by its signature, the files by the manifest" {
    mkdir sub
    echo a >a
    echo b >sub/b
    sign p256 --manifest SUMS a sub/b
    verify 0 --checksums SUMS --key "$KEYS/p256.pub"
    verdict "files: verified, 2 of 2 match SUMS"
    verify 0 sub/b --checksums SUMS --key "$KEYS/p256.pub"
    verdict "files: verified, 1 of 1 match SUMS"
    (cd sub && verify 0 b -c ../SUMS --key "$KEYS/p256.pub" && rm out err)
    verify 1 tool --checksums SUMS --key "$KEYS/p256.pub"
    says err "unlisted-file"
    verify 2 "$KEYS/artifact" --checksums SUMS --key "$KEYS/p256.pub"
    says err "lies outside of the manifest's folder"
    echo x >>sub/b
    verify 1 --checksums SUMS --key "$KEYS/p256.pub"
    says err "checksum-mismatch"
    verify 0 a --checksums SUMS --key "$KEYS/p256.pub"
    verify 1 sub/b --checksums SUMS --key "$KEYS/p256.pub"
    rm sub/b
    verify 1 --checksums SUMS --key "$KEYS/p256.pub"
    says err "missing-file"
}

@test "--checksums: a manifest that was changed, by somebody else, unsigned, malformed" {
    echo a >a
    sign p256 --manifest SUMS a
    verify 1 --checksums SUMS --key "$KEYS/p384.pub"
    says out "files: could NOT be verified: not compared with a manifest that is not verified"
    cp SUMS good
    echo b >a
    sha256sum a >SUMS
    verify 1 --checksums SUMS --key "$KEYS/p256.pub"
    says err "wrong-signature"
    mv SUMS.sigstore.json signature
    verify 2 --checksums SUMS --key "$KEYS/p256.pub"
    says err "no-signature"
    cp good SUMS
    echo a >a
    verify 0 --checksums SUMS --key "$KEYS/p256.pub" --signature signature
    printf '%s  ../%s/a\n' "$(digest_of a)" "${PWD##*/}" >SUMS
    sign p256 SUMS
    verify 2 --checksums SUMS --key "$KEYS/p256.pub"
    says err "SUMS:1:"
    : >SUMS
    sign p256 SUMS
    verify 2 --checksums SUMS --key "$KEYS/p256.pub"
    verify 2 --checksums nowhere --key "$KEYS/p256.pub"
    verify 2 --checksums - --key "$KEYS/p256.pub" <good
    verify 2 --checksums SUMS
    says err "no key was named"
}

@test "--checksums: weak digests only when they were asked for" {
    echo a >a
    md5sum a >SUMS
    sign p256 SUMS
    verify 2 --checksums SUMS --key "$KEYS/p256.pub"
    verify 0 --checksums SUMS --key "$KEYS/p256.pub" --insecure-md5
    says err weak-digest
    sha1sum a >SUMS
    sign p256 SUMS
    verify 2 --checksums SUMS --key "$KEYS/p256.pub" --insecure-md5
    verify 0 --checksums SUMS --key "$KEYS/p256.pub" --insecure-sha1
}

@test "--checksums: a manifest does not lower what the policy demands for a file" {
    echo a >a
    echo b >b
    sign p256 --manifest SUMS a b
    policy '[[trust.require]]' 'artifact = "a"' 'signatures = { threshold = 2 }' \
        '[[trust.require]]' 'artifact = "SUMS"'
    verify 1 --checksums SUMS --policy policy/attest.toml
    says out "SUMS: verified, signed by first"
    says err "too-few-signatures"
    verify 1 a --checksums SUMS --policy policy/attest.toml
    # A file that no requirement is about is no more verified than without a manifest.
    verify 2 b --checksums SUMS --policy policy/attest.toml
    says err "no [[trust.require]] of the policy is about this file"
    says out "files: could NOT be verified"
    sign ed25519 --as minisign SUMS
    verify 2 --checksums SUMS --policy policy/attest.toml
    verify 0 a --checksums SUMS --policy policy/attest.toml
    policy '[[trust.require]]' 'artifact = "a"' 'signatures = { signers = ["second"] }' \
        '[[trust.require]]' 'artifact = "*"'
    verify 0 --checksums SUMS --policy policy/attest.toml
    verify 0 b --checksums SUMS --policy policy/attest.toml
    rm SUMS.minisig
    verify 1 --checksums SUMS --policy policy/attest.toml
    policy '[[trust.require]]' 'artifact = "a"' 'source = "x"' '[[trust.require]]' 'artifact = "SUMS"'
    verify 2 --checksums SUMS --policy policy/attest.toml
    policy '[[trust.require]]' 'artifact = "a"'
    verify 2 --checksums SUMS --policy policy/attest.toml
}

@test "--checksums: JSON is valid, and the same with 1 thread and with 8" {
    local i
    for i in $(seq 40); do echo "$i" >"f$i"; done
    sign p256 --manifest SUMS f*
    echo x >f3
    rm f5
    verify 1 --checksums SUMS --key "$KEYS/p256.pub" --format json --jobs 1
    mv out out1
    verify 1 --checksums SUMS --key "$KEYS/p256.pub" --format json --jobs 8
    cmp out out1
    (cd "$ROOT" && /usr/bin/python3 tests/tools/docs.py report "$OLDPWD/out1")
}
