"""What qemu-img info and Nova's inspector find in images, a line each: name, QEMU's format and size, Nova's formats,
size and verdict. Tables of partitions are not looked at by this Nova; what it does not know is raw."""
import json
import logging
import subprocess
import sys

from nova.image import format_inspector as nova

logging.disable(logging.CRITICAL)


def qemu(path):
    # -U: no lock; without the format, as an attacker hopes that somebody does.
    done = subprocess.run(['qemu-img', 'info', '-U', '--output=json', path], capture_output=True, check=False)
    if done.returncode:
        return '-', '-'
    info = json.loads(done.stdout)
    return info['format'], info['virtual-size']


def inspected(path):
    found = []
    for name, kind in nova.ALL_FORMATS.items():
        if name == 'raw':
            continue
        inspector = kind()
        try:
            with open(path, 'rb') as image:
                while chunk := image.read(512):
                    inspector.eat_chunk(chunk)
        except Exception:  # a format that gave up does not match
            if not inspector.format_match:
                continue
        try:
            if not inspector.format_match:
                continue
        except AttributeError:
            continue
        try:
            safe = inspector.safety_check()
        except Exception:
            safe = False
        try:
            size = inspector.virtual_size
        except Exception:
            size = 0
        found.append((name, size, safe))
    if not found:
        return 'raw', '-', 'safe'
    names, sizes, verdicts = zip(*sorted(found))
    return ','.join(names), ','.join(map(str, sizes)), 'safe' if all(verdicts) else 'unsafe'


print('# name, QEMU: format, virtual size; Nova: formats, virtual size, verdict')
for path in sys.argv[1:]:
    print('\t'.join(map(str, (path.rsplit('/', 1)[-1].removesuffix('.img'), *qemu(path), *inspected(path)))))
