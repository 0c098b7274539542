"""Verifies the signatures of this directory by OpenStack's library cursive: python3 verify-by-cursive.py [DIRECTORY].

Prints one line for each: NAME ok|refused.
"""
import glob
import os
import sys

from cryptography import x509
from cursive import signature_utils

os.chdir(sys.argv[1] if len(sys.argv) > 1 else ".")
image = open("image", "rb").read()
types = {"rsa": "RSA-PSS", "small-rsa": "RSA-PSS", "dsa": "DSA", "p384": "ECC_SECP384R1", "p521": "ECC_SECP521R1"}
for name in sorted(glob.glob("*.signature")):
    key, rest = name.removesuffix(".signature").rsplit("-", 1) if not name.endswith("salt.signature") else ("rsa", "256")
    certificate = x509.load_pem_x509_certificate(open(key + ".pem", "rb").read())
    signature_utils.get_certificate = lambda context, uuid: certificate
    verifier = signature_utils.get_verifier(None, "id", "SHA-" + rest, open(name).read(), types[key])
    verifier.update(image)
    try:
        verifier.verify()
        print(name, "ok")
    except Exception as refused:
        print(name, "refused", type(refused).__name__)
