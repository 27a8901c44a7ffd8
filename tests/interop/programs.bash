# attest sign and attest verify against the programs of others, in both directions, with every kind of key that both
# know: what differs from program to program.
load signing

# theirs_takes PROGRAM KEY FILE: does the program take FILE and the signature that attest made of "artifact"?
theirs_takes() {
    local digest=-sha256
    [ "$2" != p384 ] || digest=-sha384
    case $1 in
    minisign) minisign -V -p "$KEYS/$2.pub" -m "$3" -x artifact.minisig ;;
    signify) signify-openbsd -V -p "$KEYS/$2.pub" -m "$3" -x artifact.sig ;;
    ssh-keygen)
        printf 'me@example.org %s\n' "$(ssh_public "$2")" >allowed
        ssh-keygen -Y verify -f allowed -I me@example.org -n file -s artifact.sig <"$3"
        ;;
    pkeyutl) openssl pkeyutl -verify -rawin -pubin -inkey "$KEYS/$2.pub" -sigfile artifact.sig -in "$3" ;;
    openssl) openssl dgst $digest -verify "$KEYS/$2.pub" -signature artifact.sig "$3" ;;
    openssl-pss)
        openssl dgst -sha256 -sigopt rsa_padding_mode:pss -sigopt rsa_pss_saltlen:digest -verify "$KEYS/$2.pub" \
            -signature artifact.sig "$3"
        ;;
    cosign) cosign verify-blob --key "$KEYS/$2.pub" --bundle artifact.sigstore.json --insecure-ignore-tlog=true "$3" ;;
    esac
}

# theirs_makes PROGRAM KEY: the program signs "artifact", under the name that attest looks for.
theirs_makes() {
    local digest=-sha256 way=(--signing-config offline.json)
    [ "$2" != p384 ] || digest=-sha384
    case $1 in
    minisign) minisign -S -s "$KEYS/$2.key" -m artifact ;;
    signify) signify-openbsd -S -s "$KEYS/$2.sec" -m artifact ;;
    ssh-keygen) ssh-keygen -q -Y sign -f "ssh-$2" -n file artifact ;;
    pkeyutl) openssl pkeyutl -sign -rawin -inkey "$KEYS/$2.pem" -in artifact -out artifact.sig ;;
    openssl) openssl dgst $digest -sign "$KEYS/$2.pem" -out artifact.sig artifact ;;
    openssl-pss)
        openssl dgst -sha256 -sigopt rsa_padding_mode:pss -sign "$KEYS/$2.pem" -out artifact.sig artifact
        ;;
    cosign)
        # cosign 3.1 signs files with Ed25519 only by its older way.
        [ "$2" != ed25519 ] || way=(--use-signing-config=false --tlog-upload=false)
        cosign import-key-pair --key "$KEYS/$2.pem" -o "$2"
        cosign sign-blob --key "$2.key" --bundle artifact.sigstore.json -y "${way[@]}" artifact
        ;;
    esac
}

programs_setup() {
    PATH=$BIN:$PATH
    signing_setup || return 1
    (umask 077 && cp "$KEYS"/*.pem "$KEYS"/*.key "$KEYS"/*.sec .)
    export HOME=$PWD COSIGN_PASSWORD=test
    echo '{"mediaType":"application/vnd.dev.sigstore.signingconfig.v0.2+json",
        "rekorTlogConfig":{"selector":"ANY"},"tsaConfig":{"selector":"ANY"}}' >offline.json
}

ssh_public() { # KEY
    attest key public "$KEYS/$1.pem" --as ssh
}

forget() {
    rm -f artifact.* spoilt.* ssh-*
}

# each_row TABLE FUNCTION: rows are PROGRAM FORMAT OPTION-OF-ATTEST-SIGN (or -) ENDING-OF-THE-SECRET-KEY KEY...; calls
# FUNCTION PROGRAM KEY FORMAT ENDING [OPTION] for every key of each, and counts the calls in COUNT.
each_row() {
    local program format option ending names key
    COUNT=0
    while read -r program format option ending names; do
        for key in $names; do
            forget
            "$2" "$program" "$key" "$format" "$ending" "${option#-}" >log 2>&1 || {
                echo "$program, $key:"
                cat log
                return 1
            }
            COUNT=$((COUNT + 1))
        done
    done <<<"$1"
}

ours() { # PROGRAM KEY FORMAT ENDING [OPTION]
    attest sign --key "$2.$4" --as "$3" ${5:+"-$5"} artifact &&
        theirs_takes "$1" "$2" artifact &&
        ! theirs_takes "$1" "$2" spoilt &&
        attest verify artifact --key "$KEYS/$2.pub"
}

theirs() { # PROGRAM KEY FORMAT ENDING
    local status=0 signature
    [ "$1" != ssh-keygen ] || ssh_secret "$2"
    theirs_makes "$1" "$2" && attest verify artifact --key "$KEYS/$2.pub" >out || return 1
    cat out
    grep -q '^artifact: verified, signed by' out || return 1
    signature=$(echo artifact.*)
    attest verify spoilt --signature "$signature" --key "$KEYS/$2.pub" || status=$?
    [ "$status" -eq 1 ]
}

# ssh-keygen takes PEM of all kinds but Ed25519, which it gets in its own form.
ssh_secret() { # KEY
    cp "$1.pem" "ssh-$1"
    chmod 600 "ssh-$1"
    ssh_public "$1" >"ssh-$1.pub"
    [ "$1" = ed25519 ] || return 0
    /usr/bin/python3 - "$KEYS/$1.pem" >"ssh-$1" <<'END'
import base64, struct, subprocess, sys
der = subprocess.run(["openssl", "pkey", "-in", sys.argv[1], "-outform", "DER"], capture_output=True, check=True).stdout
pub = subprocess.run(["openssl", "pkey", "-in", sys.argv[1], "-pubout", "-outform", "DER"], capture_output=True,
                     check=True).stdout[-32:]
def s(b): return struct.pack(">I", len(b)) + b
blob = s(b"ssh-ed25519") + s(pub)
inner = b"\0\0\0\1" * 2 + blob + s(der[-32:] + pub) + s(b"test")
inner += bytes(range(1, 1 + -len(inner) % 8))
key = b"openssh-key-v1\0" + s(b"none") * 2 + s(b"") + struct.pack(">I", 1) + s(blob) + s(inner)
print("-----BEGIN OPENSSH PRIVATE KEY-----")
print(base64.encodebytes(key).decode().strip())
print("-----END OPENSSH PRIVATE KEY-----")
END
}
