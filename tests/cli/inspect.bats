#!/usr/bin/env bats
# attest inspect: everything is shown, nothing is believed.

load common

setup() {
    PATH=$BIN:$PATH
    cd "$BATS_TEST_TMPDIR"
    SHA=$(printf 'a%.0s' {1..64})
    HEAD='{"_type":"https://in-toto.io/Statement/v1","predicateType":'
    SUBJECT="\"subject\":[{\"name\":\"tool\",\"digest\":{\"sha256\":\"$SHA\"}}]"
}

inspect() { # STATUS ARGUMENT...
    local expected=$1
    shift
    run -"$expected" --separate-stderr attest inspect "$@"
}

# statement TYPE PREDICATE
statement() {
    printf '%s"%s",%s,"predicate":%s}' "$HEAD" "$1" "$SUBJECT" "$2"
}

# envelope [TYPE] <PAYLOAD
envelope() {
    printf '{"payloadType":"%s","payload":"%s","signatures":[{"keyid":"k1","sig":"AAAA"}]}\n' \
        "${1:-application/vnd.in-toto+json}" "$(base64 -w0)"
}

# What a terminal may obey: controls but for the line's end, and right-to-left override.
harmless() {
    LC_ALL=C grep -qP '[\x00-\x09\x0b-\x1f\x7f]|\xe2\x80\xae|\xc2[\x80-\x9f]' && return 1
    true
}

@test "says that nothing was checked, whatever there is, and never that it was" {
    local file
    for file in "$TESTDATA"/{bundle,dsse,minisign,signify,sshsig,statement,summary,predicate}/good/*; do
        echo "$file"
        inspect 0 "$file"
        [ "${lines[-1]}" = 'nothing was checked: attest verify checks signatures and what they sign' ]
        # Our own words: labels, not what the file says.
        sed -E 's/^( *[a-z0-9 -]+).*/\1/' <<<"$output" | run ! grep -iw 'verified'
        harmless <<<"$output"
    done
}

@test "provenance of our own: who, what, from where" {
    git init -q . && echo x >tool && git add tool
    git -c user.name=me -c user.email=me@example.com commit -q -m first
    attest key new -o k --as pkcs8 --no-passphrase
    attest provenance tool --builder-id https://b.example/1 --source https://g.example/a --command 'make' --key k -o p
    inspect 0 p
    [[ ${lines[0]} == 'p: Sigstore bundle' ]]
    grep -qx '  payload type    application/vnd.in-toto+json' <<<"$output"
    grep -qx '  predicate type  https://slsa.dev/provenance/v1' <<<"$output"
    grep -qE '^    builder +https://b.example/1$' <<<"$output"
    grep -qF '"command": "make"' <<<"$output"
    grep -qE "gitCommit:$(git rev-parse HEAD)" <<<"$output"
    grep -qE '^      source +https://g.example/a$' <<<"$output"
    grep -qE "^      commit +$(git rev-parse HEAD)$" <<<"$output"
    [ -z "$stderr" ]
    grep -qE "digests +sha256:$(sha256sum tool | cut -d' ' -f1)" <<<"$output"
    attest provenance tool --builder-id https://b.example/1 --source https://g.example/a --slsa 0.2 -o old
    inspect 0 old
    [[ ${lines[0]} == 'old: in-toto statement, not signed' ]]
    grep -qE '^    entry point|^    builder +https://b.example/1$' <<<"$output"
}

@test "the payload comes out as it is" {
    statement t '{"a":[1]}' >s
    envelope <s >e
    attest inspect --payload e | cmp - s
    attest inspect --payload s | cmp - s
    attest inspect --payload - <e | cmp - s
    printf '\x00\xff\x1b[31m' >bytes
    envelope application/octet-stream <bytes >b
    attest inspect --payload b | cmp - bytes
    # base64url, which DSSE's readers have to take.
    printf '\xfb\xff\xfe{}' >bytes
    envelope application/octet-stream <bytes | tr '+/' '-_' | tr -d = | sed 's,application_,application/,' >b
    grep -q '[-_]' b
    attest inspect --payload b | cmp - bytes
    head -c 64 /dev/urandom >bare
    printf '\x00' | dd of=bare conv=notrunc status=none
    inspect 2 --payload bare
    [[ $stderr == *'expected one payload, found 0'* ]]
    cat e e >two.jsonl
    inspect 2 --payload two.jsonl
    [[ $stderr == *'expected one payload, found 2'* ]]
    [ -z "$output" ]
}

@test "a terminal gets a payload only where it is harmless text" {
    command -v script >/dev/null || skip "no script"
    statement t '{"a":1}' | envelope >good
    printf '{"a":"\x1b[31m"}' | envelope text/plain >bad
    script -qec "$BIN/attest-inspect --payload good" /dev/null </dev/null >out
    grep -q '"predicateType"' out
    run -2 script -qec "$BIN/attest-inspect --payload bad" /dev/null </dev/null
    [[ $output == *'with bytes that it may obey'* ]]
    harmless < <(tr -d '\r' <<<"$output")
    "$BIN/attest-inspect" --payload bad | grep -q $'\x1b'
}

@test "hostile names reach no terminal" {
    printf '%s"t\\u001b]0;x\\u0007",%s,"predicate":{"k\\u202e":"v\\n\\u009b"}}' "$HEAD" \
        '"subject":[{"name":"verified\nall \u001b[2J\u202e","digest":{"sha256":"'"$SHA"'","\u001bx":"\u001by"}}]' >s
    local option
    for option in '' --all; do
        # shellcheck disable=SC2086
        inspect 0 $option s
        harmless <<<"$output"
        [[ $output == *'verified\u{a}all \u{1b}[2J\u{202e}'* ]]
        [[ $output == *'\u{1b}x:\u{1b}y'* ]]
        [[ $output == *'t\u{1b}]0;x\u{7}'* ]]
    done
    attest inspect -f json s | jq -r '.contents[0].subjects[0].name' | head -n 1 | grep -qx verified
    cp s $'n\x1b[2J'
    inspect 0 $'n\x1b[2J'
    [[ ${lines[0]} == 'n\u{1b}[2J: '* ]]
}

@test "JSON lines: each is shown, and one that is broken fails with its place" {
    statement a '{}' | envelope >all.jsonl
    statement b '{}' >>all.jsonl
    echo >>all.jsonl
    inspect 0 all.jsonl
    [[ ${lines[0]} == 'all.jsonl:1: DSSE envelope' ]]
    grep -qx 'all.jsonl:2: in-toto statement, not signed' <<<"$output"
    { cat all.jsonl; echo; echo '{"payload": }'; statement c '{}'; } >broken.jsonl
    inspect 2 broken.jsonl
    grep -qx 'broken.jsonl:5: in-toto statement, not signed' <<<"$output"
    [[ $stderr == *'--> broken.jsonl:4:13'* ]]
    run -2 --separate-stderr attest inspect -f json broken.jsonl
    [ "$(jq -c '[.verdict, .exit, [.contents[].line], .summary.unreadable]' <<<"$output")" = \
        '["unknown",2,[1,2,5],1]' ]
    [ "$(jq -c '.findings[0].location | [.file, .line, .column]' <<<"$output")" = '["broken.jsonl",4,13]' ]
}

@test "what cannot be read: exit 2, the place, and what else there is" {
    inspect 2 nowhere
    [[ $stderr == *'[unreadable-input]'*nowhere* ]]
    [ -z "$output" ]
    inspect 2 .
    [[ $stderr == *'[refused-input]'* ]]
    : >empty
    inspect 2 empty
    [[ $stderr == *'found an empty file'* ]]
    statement t '{}' >good
    sed 's/"predicate":/"predicateType":"u","predicate":/' good >twice
    inspect 2 twice good
    [[ $stderr == *'expected each key once, found "predicateType" again'* ]]
    [[ ${lines[0]} == 'good: in-toto statement'* ]]
    # A fault of the payload is told with the place in it, and the envelope is shown.
    envelope <twice >e
    inspect 2 e
    [[ $stderr == *'--> e (payload):1:'*'found "predicateType" again'* || \
        $stderr == *'found "predicateType" again'*'--> e (payload):1:'* ]]
    grep -q 'keyid  k1' <<<"$output"
    echo '{"a":1}' >other
    inspect 2 other
    [[ $stderr == *'found other JSON'* ]]
    printf '{"mediaType":"application/vnd.dev.sigstore.bundle.v9+json"}' >new
    inspect 2 new
    [[ $stderr == *'expected a bundle of version 0.1 to 0.3'* ]]
    echo '{"payload":"e30=","payloadType":"x","signatures":[]}' >unsigned
    inspect 2 unsigned
    [[ $stderr == *'expected at least one signature'* ]]
}

@test "every bad vector of bundles, envelopes and statements: exit 2 and a reason, or shown all the same" {
    local file
    for file in "$TESTDATA"/{bundle,dsse,statement,summary}/bad/*; do
        run --separate-stderr attest inspect "$file"
        [ "$status" -eq 2 ] || [ "$status" -eq 0 ]
        [ "$status" -eq 0 ] || [ -n "$stderr" ]
        harmless <<<"$output$stderr"
    done
    for file in "$TESTDATA"/{statement,dsse}/bad/*; do
        run -2 attest inspect "$file"
    done
}

@test "a bundle signed by a certificate: whom it says it is for" {
    local identity=https://github.com/o/r/.github/workflows/w.yml@refs/heads/main
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout k.pem -outform DER -out c.der \
        -subj /CN=signer -days 1 -addext "subjectAltName=critical,URI:$identity" \
        -addext '1.3.6.1.4.1.57264.1.8=ASN1:UTF8String:https://token.actions.githubusercontent.com' \
        -addext '1.3.6.1.4.1.57264.1.12=ASN1:UTF8String:https://github.com/o/r' 2>/dev/null
    bundle() { # CERTIFICATE
        local entry='{"logIndex":"7","integratedTime":"1769860800","kindVersion":{"kind":"dsse","version":"0.0.1"}}'
        local stamps='"timestampVerificationData":{"rfc3161Timestamps":[{"signedTimestamp":"AAAA"}]}'
        printf '{"mediaType":"%s","verificationMaterial":{"certificate":%s,"tlogEntries":[%s],%s},%s}\n' \
            application/vnd.dev.sigstore.bundle.v0.3+json "{\"rawBytes\":\"$(base64 -w0 "$1")\"}" "$entry" "$stamps" \
            "\"dsseEnvelope\":$(statement t '{}' | envelope | sed 's/"keyid":"k1",//')"
    }
    bundle c.der >b
    inspect 0 b
    grep -qE "identities +$identity\$" <<<"$output"
    grep -qE 'identity issuer +https://token.actions.githubusercontent.com$' <<<"$output"
    grep -qE 'source +https://github.com/o/r$' <<<"$output"
    grep -qE 'integrated time +2026-01-31T12:00:00Z$' <<<"$output"
    grep -qE '^  timestamps +1$' <<<"$output"
    grep -qE "sha256 +$(sha256sum c.der | cut -d' ' -f1)$" <<<"$output"
    # Certificates that are cut, or none: the rest is shown.
    local size
    for size in 0 1 10 100 300; do
        head -c "$size" c.der >cut.der
        bundle cut.der >b
        inspect 0 b
        [[ $output == *'no X.509 certificate'* ]]
        [[ $output == *'predicate type  t'* ]]
    done
}

@test "signatures that are no JSON" {
    attest key new -o m --as minisign --no-passphrase
    echo hello >file
    attest sign --key m --as minisign file
    inspect 0 file.minisig
    grep -qx 'file.minisig: minisign signature' <<<"$output"
    grep -qE '^  key number +[0-9A-F]{16}$' <<<"$output"
    [ "$(sed -n 's/^  key number *//p' <<<"$output")" = "$(attest key show m | sed -n 's/^number *//p')" ]
    ssh-keygen -q -t ed25519 -N '' -f s
    ssh-keygen -q -Y sign -f s -n file file
    inspect 0 file.sig
    grep -qx 'file.sig: SSH signature' <<<"$output"
    grep -qE '^  namespace +file$' <<<"$output"
    grep -qF "$(ssh-keygen -lf s.pub | cut -d' ' -f2)" <<<"$output"
    openssl genpkey -algorithm ed25519 -out e.pem
    openssl pkeyutl -sign -inkey e.pem -rawin -in file -out raw
    inspect 0 raw
    grep -qE '^  signature size +64$' <<<"$output"
}

@test "known predicates are summed up, unknown ones shown as they are" {
    statement https://in-toto.io/attestation/test-result/v0.1 \
        '{"result":"FAILED","configuration":[{"name":"c","digest":{"gitCommit":"12"}}],"failedTests":["t1","t2"]}' >s
    inspect 0 s
    grep -qE '^    result +FAILED$' <<<"$output"
    grep -qx '    failed tests (2)' <<<"$output"
    statement https://in-toto.io/attestation/vulns/v0.2 \
        '{"scanner":{"uri":"https://s.example","version":"1","db":{},"result":[{"id":"CVE-1","severity":[
            {"method":"m","score":"9"}]}]},"metadata":{"scanStartedOn":"2026-01-31T12:00:00Z",
            "scanFinishedOn":"2026-01-31T12:00:01Z"}}' >s
    inspect 0 s
    grep -qE '^    vulnerabilities +1$' <<<"$output"
    statement https://in-toto.io/attestation/release/v0.2 '{"purl":"pkg:deb/d/a@1"}' >s
    inspect 0 s
    grep -qE '^    purl +pkg:deb/d/a@1$' <<<"$output"
    statement https://cyclonedx.org/bom \
        '{"bomFormat":"CycloneDX","specVersion":"1.6","metadata":{"component":{"type":"application","name":"app"}},
            "components":[{},{},{}]}' >s
    inspect 0 s
    grep -qE '^    name +app$' <<<"$output"
    grep -qE '^    components +3$' <<<"$output"
    inspect 0 "$TESTDATA/summary/good/full"
    grep -qE '^    verifier +https://verifier.example/v1$' <<<"$output"
    grep -qx '    levels (3)' <<<"$output"
    statement https://x.example/t '{"k":{"deep":[1,-2.5,null,true]}}' >s
    inspect 0 s
    grep -qx '        "deep": \[' <<<"$output"
    grep -qx '          -2.5,' <<<"$output"
    # An SBOM that nobody signed.
    echo '{"spdxVersion":"SPDX-2.3","name":"doc","packages":[{}]}' >s
    inspect 0 s
    [[ ${lines[0]} == 's: SBOM, not signed' ]]
    grep -qE '^    packages +1$' <<<"$output"
}

@test "a predicate that is not what its type demands is shown, with a warning" {
    statement https://slsa.dev/verification_summary/v1 '{"verifier":"me","verificationResult":"PASSED"}' >s
    inspect 0 s
    [[ $stderr == *'warning[malformed-input]: the predicate is not what its type demands'* ]]
    grep -qE '^    result +PASSED$' <<<"$output"
}

@test "provenance that no verifier reads is shown as it stands, with a warning" {
    statement https://slsa.dev/provenance/v1 '{"buildDefinition":{
        "buildType":"https://x.example/t","externalParameters":{"a":1}},
        "runDetails":{"builder":{"id":"https://b.example"}}}' >s
    inspect 0 s
    [ -z "$stderr" ]
    grep -qE '^    build type +https://x.example/t$' <<<"$output"
    statement https://slsa.dev/provenance/v1 '{"buildDefinition":{"buildType":7,"externalParameters":[]}}' >s
    inspect 0 s
    [[ $stderr == *'warning[malformed-input]: what the build was cannot be told: '*'--> s:1:'* ]]
    grep -qE '^ +7$' <<<"$output"
    attest inspect -f json s | jq -e '.findings[0].severity == "warning" and .verdict == "not-checked"'
}

@test "a payload of another type is no statement" {
    statement t '{}' | envelope text/plain >e
    inspect 0 e
    run ! grep 'predicate type' <<<"$output"
    [ "$(attest inspect -f json e | jq -c '.contents[0] | [.payload_type, .predicate_type]')" = '["text/plain",null]' ]
}

@test "long lists and values are cut, --all shows them" {
    { printf '%s"t","subject":[' "$HEAD"
        for i in {1..4095}; do printf '{"name":"n%d","digest":{"sha256":"%s"}},' "$i" "$SHA"; done
        printf '{"name":"n4096","digest":{"sha256":"%s"}}' "$SHA"
        printf '],"predicate":{"list":['; seq -s, 1 20000; printf ']}}'; } >s
    inspect 0 s
    grep -qx '  subjects (4096)' <<<"$output"
    grep -qx '  - ... and 4086 more' <<<"$output"
    [ "${#lines[@]}" -lt 200 ]
    [[ $output == *'... (cut: '* ]]
    inspect 0 --all s
    grep -qx '  - name     n4096' <<<"$output"
    grep -qE '^ +20000$' <<<"$output"
    attest inspect -f json s >out
    [ "$(jq -c '.contents[0] | [.subjects_count, (.subjects | length), .predicate]' out)" = '[4096,10,null]' ]
    [ "$(jq '.contents[0].predicate_bytes_not_shown > 65536' out)" = true ]
    attest inspect -af json s >out
    [ "$(jq -c '.contents[0] | [(.subjects | length), (.predicate.list | length)]' out)" = '[4096,20000]' ]
}

@test "50 MB of payload, values nested as deep as JSON may be, thousands of lines" {
    { printf '%s"t",%s,"predicate":{"x":"' "$HEAD" "$SUBJECT"
        head -c 50000000 /dev/zero | tr '\0' x
        printf '"}}'; } >s
    envelope <s >e
    timeout 60 attest inspect e >out
    [ "$(wc -c <out)" -lt 5000 ]
    timeout 60 attest inspect --payload e | cmp - s
    deep=$(printf '{"a":%.0s' {1..125})1$(printf '}%.0s' {1..125})
    statement t "$deep" >s
    inspect 0 -a s
    attest inspect -f json s | jq . >/dev/null
    for i in {1..4097}; do echo '{"_type":1}'; done >many.jsonl
    inspect 2 many.jsonl
    [[ $stderr == *'expected at most 4096 lines'* ]]
}

@test "JSON: by the schema, and no verdict that somebody could take for one" {
    statement t '{"a":1}' | envelope >e
    attest inspect -f json e >report
    [ "$(jq -c '[.program, .command, .verdict, .exit]' report)" = '["attest-inspect","inspect","not-checked",0]' ]
    [ "$(jq -c '.contents[0] | [.file, .kind, .signatures_count, .signatures[0].keyid, .payload_type]' report)" = \
        '["e","dsse",1,"k1","application/vnd.in-toto+json"]' ]
    attest inspect -f json nowhere e >bad || [ $? -eq 2 ]
    attest inspect -f json "$TESTDATA/summary/good/full" "$TESTDATA"/bundle/good/logged >report2
    (cd "$ROOT" && /usr/bin/python3 tests/tools/docs.py report "$BATS_TEST_TMPDIR"/{report,bad,report2})
    jq '.verdict = "holds" | .exit = 2' report >wrong
    (cd "$ROOT" && run ! /usr/bin/python3 tests/tools/docs.py report "$BATS_TEST_TMPDIR/wrong")
    jq '.verdict = "not-checked"' bad >wrong
    (cd "$ROOT" && run ! /usr/bin/python3 tests/tools/docs.py report "$BATS_TEST_TMPDIR/wrong")
}

@test "usage" {
    inspect 2
    [[ $stderr == *'expected a file'* ]]
    inspect 2 - -
    inspect 2 x --format xml
    inspect 2 x --format json --payload
    inspect 0 --help
    inspect 0 --version
    statement t '{}' >s
    run -2 bash -c "'$BIN/attest-inspect' s >/dev/full"
    run -2 bash -c "'$BIN/attest-inspect' s >&-"
    run -2 bash -c "'$BIN/attest-inspect' --payload s >/dev/full"
    run -2 bash -c "'$BIN/attest-inspect' - <&-"
}
