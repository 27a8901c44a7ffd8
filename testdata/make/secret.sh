#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Writes the secret keys that the tests read, with the tools that write such keys. None of them protects anything.
# Encrypted ones have the passphrase "correct horse". Beside X stands X.pub, the public half as its tool writes it.
set -eu
cd "$(dirname "$0")/../secret"
here=../make
passphrase='correct horse'
rm -rf good bad
mkdir good bad
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

public() { # FILE [PASS]: what openssl says the public half is
	openssl pkey -in "$1" -pubout -passin "pass:$passphrase" -out "$1.pub"
}

for kind in ed25519 p256 p384 rsa2048 rsa3072; do
	key=$scratch/$kind
	case $kind in
	ed25519) openssl genpkey -algorithm ed25519 -out "$key" ;;
	p256) openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$key" ;;
	p384) openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-384 -out "$key" ;;
	rsa*) openssl genpkey -quiet -algorithm RSA -pkeyopt "rsa_keygen_bits:${kind#rsa}" -out "$key" ;;
	esac
	cp "$key" "good/pkcs8-$kind.pem"
	public "good/pkcs8-$kind.pem"
	openssl pkcs8 -topk8 -in "$key" -scrypt -passout "pass:$passphrase" -out "good/pbes2-scrypt-$kind.pem"
	cp "good/pkcs8-$kind.pem.pub" "good/pbes2-scrypt-$kind.pem.pub"
done
for kind in p256 p384; do
	openssl ec -in "$scratch/$kind" -out "good/sec1-$kind.pem" 2>/dev/null
	cp "good/pkcs8-$kind.pem.pub" "good/sec1-$kind.pem.pub"
done
openssl ec -in "$scratch/p256" -no_public -out good/sec1-without-public.pem 2>/dev/null
cp good/pkcs8-p256.pem.pub good/sec1-without-public.pem.pub
openssl ecparam -name prime256v1 -genkey -out good/sec1-after-parameters.pem
public good/sec1-after-parameters.pem
for kind in rsa2048 rsa3072; do
	openssl rsa -in "$scratch/$kind" -traditional -out "good/pkcs1-$kind.pem" 2>/dev/null
	cp "good/pkcs8-$kind.pem.pub" "good/pkcs1-$kind.pem.pub"
done
for prf in hmacWithSHA1 hmacWithSHA256 hmacWithSHA512; do
	openssl pkcs8 -topk8 -in "$scratch/p256" -v2 aes-256-cbc -v2prf $prf -iter 2048 -passout "pass:$passphrase" \
		-out "good/pbes2-$prf.pem"
	cp good/pkcs8-p256.pem.pub "good/pbes2-$prf.pem.pub"
done
for cipher in aes-128-cbc aes-192-cbc des-ede3-cbc; do
	openssl pkcs8 -topk8 -in "$scratch/ed25519" -v2 $cipher -passout "pass:$passphrase" -out "good/pbes2-$cipher.pem"
	cp good/pkcs8-ed25519.pem.pub "good/pbes2-$cipher.pem.pub"
done

printf '%s\n%s\n' "$passphrase" "$passphrase" |
	minisign -G -p good/minisign-encrypted.key.pub -s good/minisign-encrypted.key >/dev/null 2>&1
minisign -G -W -p good/minisign.key.pub -s good/minisign.key >/dev/null
signify-openbsd -G -n -p "$scratch/x.pub" -s "$scratch/x.sec"
mv "$scratch/x.sec" good/signify.sec
mv "$scratch/x.pub" good/signify.sec.pub

# What is refused, and for what.
openssl pkcs8 -topk8 -in "$scratch/p256" -v1 PBE-SHA1-3DES -passout "pass:$passphrase" -out bad/pbes1.pem
openssl pkcs8 -topk8 -in "$scratch/p256" -v2 aes-256-cbc -iter 6000000 -passout "pass:$passphrase" -out bad/rounds.pem
openssl ec -in "$scratch/p256" -aes128 -passout "pass:$passphrase" -out bad/rfc1421.pem 2>/dev/null
openssl genpkey -algorithm ed448 -out bad/ed448.pem
openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-521 -out bad/p521.pem
openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:secp256k1 -out bad/secp256k1.pem
openssl genpkey -quiet -algorithm RSA -pkeyopt rsa_keygen_bits:1024 -out bad/rsa1024.pem
openssl genpkey -quiet -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -pkeyopt rsa_keygen_primes:3 \
	-out bad/rsa-three-primes.pem
openssl ecparam -name prime256v1 -genkey -param_enc explicit -noout -out bad/explicit-curve.pem
ssh-keygen -q -t ed25519 -N '' -C '' -f bad/openssh
rm bad/openssh.pub
cp good/pkcs8-p256.pem.pub bad/public.pem
cp good/minisign.key.pub bad/public-minisign
cat good/pkcs8-p256.pem good/pkcs8-p384.pem >bad/two-keys.pem
: >bad/empty
printf 'hello\n' >bad/text
python3 "$here/secret.py"
