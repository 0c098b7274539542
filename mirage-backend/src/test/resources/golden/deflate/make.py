#!/usr/bin/env python3
"""Makes vectors.tsv: what zlib writes for contents of mirage.deflate.Contents, by all kinds of parameters.

make.py             rewrites vectors.tsv
make.py self-test   prints the vectors of mirage.deflate.SelfTest

zlib is called through ctypes, since Python's module cannot give it all content in one call. The file here was made with
zlib 1.2.13 of Debian 12.
"""

import ctypes
import hashlib
import os
import sys
import zlib

LIBRARY = ctypes.CDLL(os.environ.get("ZLIB", "libz.so.1"))
MASK = (1 << 64) - 1


class Stream(ctypes.Structure):
    _fields_ = [
        ("next_in", ctypes.c_char_p), ("avail_in", ctypes.c_uint), ("total_in", ctypes.c_ulong),
        ("next_out", ctypes.c_void_p), ("avail_out", ctypes.c_uint), ("total_out", ctypes.c_ulong),
        ("msg", ctypes.c_char_p), ("state", ctypes.c_void_p), ("zalloc", ctypes.c_void_p),
        ("zfree", ctypes.c_void_p), ("opaque", ctypes.c_void_p), ("data_type", ctypes.c_int),
        ("adler", ctypes.c_ulong), ("reserved", ctypes.c_ulong)]


def encode(content, level, window_bits, mem_level, wrapper):
    stream = Stream()
    bits = window_bits if wrapper == "ZLIB" else -window_bits
    result = LIBRARY.deflateInit2_(ctypes.byref(stream), level, 8, bits, mem_level, 0,
                                   b"1.2.11", ctypes.sizeof(stream))
    assert result == 0, result
    room = ctypes.create_string_buffer(len(content) + len(content) // 4 + 1024)
    stream.next_in, stream.avail_in = content, len(content)
    stream.next_out, stream.avail_out = ctypes.addressof(room), len(room)
    result = LIBRARY.deflate(ctypes.byref(stream), 4)
    assert result == 1, result
    LIBRARY.deflateEnd(ctypes.byref(stream))
    return room.raw[:stream.total_out]


class Numbers:
    def __init__(self, seed):
        self.state = seed & MASK

    def next(self):
        self.state = (self.state + 0x9e3779b97f4a7c15) & MASK
        mixed = ((self.state ^ self.state >> 30) * 0xbf58476d1ce4e5b9) & MASK
        mixed = ((mixed ^ mixed >> 27) * 0x94d049bb133111eb) & MASK
        return mixed ^ mixed >> 31

    def below(self, limit):
        return (self.next() >> 33) * limit >> 31


def words():
    numbers = Numbers(1)
    made = []
    for _ in range(300):
        length = 1 + numbers.below(10)
        made.append(bytes(ord("a") + numbers.below(1 + numbers.below(26)) for _ in range(length)))
    return made


WORDS = words()


def zeros(out, length, numbers):
    out += bytes(length)


def random(out, length, numbers):
    out += bytes(numbers.below(256) for _ in range(length))


def text(out, length, numbers):
    end = len(out) + length
    while len(out) < end:
        word = WORDS[numbers.below(1 + numbers.below(len(WORDS)))]
        out += word[:end - len(out)]
        if len(out) < end:
            out.append(10 if numbers.below(12) == 0 else 32)


def repeating(out, length, numbers):
    period = 1 + numbers.below(1 + numbers.below(600))
    for index in range(length):
        differs = index < period or numbers.below(100) == 0
        out.append(numbers.below(256) if differs else out[-period])


def records(out, length, numbers):
    counter = numbers.below(1 << 24)
    for index in range(length):
        place = index % 24
        if place == 0:
            counter += numbers.below(64)
        if place < 4:
            out.append(counter >> 8 * place & 0xff)
        elif place < 8:
            out.append(numbers.below(4))
        else:
            out.append(0x41 if place == 12 else 0)


def steep(out, length, numbers):
    for _ in range(length):
        value = numbers.next()
        tail = 64 if value == 0 else (value & -value).bit_length() - 1
        out.append(tail if tail < 2 else (tail * 8 + numbers.below(2)) & 0xff)


def few(out, length, numbers):
    different = 2 + numbers.below(5)
    for _ in range(length):
        out.append(ord("a") + numbers.below(different))


def mixed(out, length, numbers):
    begin, end = len(out), len(out) + length
    while len(out) < end:
        part = min(end - len(out), 1 + numbers.below(1 << 1 + numbers.below(15)))
        choice = numbers.below(10)
        if choice < 7:
            KINDS[choice](out, part, numbers)
        else:
            back = 0 if len(out) == begin else 1 + numbers.below(len(out) - begin)
            for _ in range(part):
                out.append(7 if back == 0 else out[-back])


KINDS = [zeros, random, text, repeating, records, steep, few, mixed]


def lengths(numbers, window_bits):
    """Small ones, and around the ends of windows."""
    choice = numbers.below(3)
    if choice == 0:
        return numbers.below(1 << numbers.below(17))
    window = 1 << min(window_bits, 13)
    return max(0, window * (1 + numbers.below(5)) - numbers.below(600) + numbers.below(300))


def write_vectors(path):
    numbers = Numbers(2026)
    with open(path, "w") as out:
        print("kind", "length", "seed", "level", "windowBits", "memLevel", "wrapper", "encoded", "sha256",
              sep="\t", file=out)
        for number in range(630):
            level, window_bits, mem_level = number % 10, 9 + number // 10 % 7, 1 + number // 70
            wrapper = "RAW" if numbers.below(2) == 0 else "ZLIB"
            kind = KINDS[numbers.below(len(KINDS))]
            length = lengths(numbers, window_bits)
            content = bytearray()
            kind(content, length, Numbers(number))
            encoded = encode(bytes(content), level, window_bits, mem_level, wrapper)
            print(kind.__name__.upper(), length, number, level, window_bits, mem_level, wrapper,
                  len(encoded), hashlib.sha256(encoded).hexdigest(), sep="\t", file=out)


def self_test_content():
    out, state = bytearray(), 1
    for _ in range(800):
        state = (state * 1664525 + 1013904223) & 0xffffffff
        chosen = state >> 24
        out += bytes(97 + (chosen >> letter & 7) * (letter + 1) % 26 for letter in range(5))
    for _ in range(1000):
        state = (state * 1664525 + 1013904223) & 0xffffffff
        out.append(state >> 24)
    return bytes(out + bytes(2000) + out[:3000])


def print_self_test():
    vectors = []
    for level, window_bits, mem_level, wrapper in [
            (6, 12, 9, "RAW"), (6, 15, 8, "ZLIB"), (1, 10, 2, "RAW"), (9, 9, 1, "ZLIB")]:
        encoded = encode(self_test_content(), level, window_bits, mem_level, wrapper)
        vectors.append(f"new Vector(new DeflateParameters({level}, {window_bits}, {mem_level}, Wrapper.{wrapper}),"
                       f" {len(encoded)}, 0x{zlib.crc32(encoded):08x})")
    print(",\n".join(vectors))


if sys.argv[1:] == ["self-test"]:
    print_self_test()
else:
    write_vectors(os.path.join(os.path.dirname(os.path.abspath(__file__)), "vectors.tsv"))
