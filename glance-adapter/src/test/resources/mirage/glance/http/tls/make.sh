#!/bin/sh
# Makes the certificates and keys beside it, good for a hundred years, with OpenSSL 3. Run again to have new ones.
set -eu
cd "$(dirname "$0")"
days=36500
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

authority() {
    openssl req -x509 -newkey rsa:2048 -nodes -keyout "$work/$1.key" -out "$1.crt" -days $days -subj "/CN=$1"
}
# signed NAME AUTHORITY KEY-ARGUMENTS...: NAME.key (PKCS #8) and NAME.crt
signed() {
    name=$1 by=$2
    shift 2
    openssl genpkey "$@" -out "$name.key"
    openssl req -new -key "$name.key" -subj "/CN=$name" -out "$work/csr"
    printf 'subjectAltName=DNS:localhost,IP:127.0.0.1\n' >"$work/extensions"
    openssl x509 -req -in "$work/csr" -CA "$by.crt" -CAkey "$work/$by.key" -days $days \
        -extfile "$work/extensions" -out "$name.crt"
}

authority authority
authority other-authority
signed rsa authority -algorithm RSA -pkeyopt rsa_keygen_bits:2048
signed ec authority -algorithm EC -pkeyopt ec_paramgen_curve:P-256
signed ed25519 authority -algorithm ED25519
signed client authority -algorithm EC -pkeyopt ec_paramgen_curve:P-256
signed stranger other-authority -algorithm EC -pkeyopt ec_paramgen_curve:P-256

# The same keys in forms that are taken (pkcs1) and refused with advice (sec1, encrypted).
openssl rsa -in rsa.key -traditional -out rsa.pkcs1.key
openssl ec -in ec.key -out ec.sec1.key
openssl pkcs8 -topk8 -in ec.key -passout pass:secret -out ec.encrypted.key
