#!/bin/sh
# Makes the certificates and signatures of SignatureCheckTest by OpenSSL 3. Run it in this directory; keys are thrown away.
set -eu
printf 'the bytes of an image\n' >image
keys=$(mktemp -d)
trap 'rm -r "$keys"' EXIT
certificate() { # NAME: of the key with that name
    openssl req -x509 -new -key "$keys/$1" -subj "/CN=$1" -not_before 20200101000000Z -not_after 21200101000000Z \
        -out "$1.pem" 2>/dev/null || openssl req -x509 -new -key "$keys/$1" -subj "/CN=$1" -days 36500 -out "$1.pem"
}
openssl genrsa -out "$keys/rsa" 2048
openssl genrsa -out "$keys/small-rsa" 1024
openssl ecparam -name secp384r1 -genkey -noout -out "$keys/p384"
openssl ecparam -name secp521r1 -genkey -noout -out "$keys/p521"
openssl dsaparam -genkey -out "$keys/dsa" 2048
for key in rsa small-rsa p384 p521 dsa; do
    certificate "$key"
    for hash in 224 256 384 512; do
        case $key in
        *rsa)
            openssl dgst -sha$hash -sign "$keys/$key" -sigopt rsa_padding_mode:pss -sigopt rsa_pss_saltlen:max \
                -sigopt rsa_mgf1_md:sha$hash image 2>"$keys/error" >"$keys/signature" || continue
            ;;
        *) openssl dgst -sha$hash -sign "$keys/$key" image >"$keys/signature" ;;
        esac
        base64 -w 0 "$keys/signature" >"$key-$hash.signature"
    done
done
# As long as the hash, which openssl takes by default elsewhere: not what OpenStack's tools expect.
openssl dgst -sha256 -sign "$keys/rsa" -sigopt rsa_padding_mode:pss -sigopt rsa_pss_saltlen:digest image |
    base64 -w 0 >rsa-256-short-salt.signature
