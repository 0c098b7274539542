"""Breaks archives that make.sh made, each by one rule, into damaged/. Run by make.sh."""
import io
import tarfile

RECORD = 512


def load(name):
    return bytearray(open(name, 'rb').read())


def save(name, image):
    open('damaged/' + name + '.ova', 'wb').write(image)


def header(image, member):
    """Where the header of the member of that number is."""
    at = 0
    for _ in range(member):
        size = int(image[at + 124:at + 135], 8)
        at += RECORD + -(-size // RECORD) * RECORD
    return at


def seal(image, at):
    image[at + 148:at + 156] = b' ' * 8
    image[at + 148:at + 156] = b'%06o\0 ' % sum(image[at:at + RECORD])


def changed(name, member, offset, value, base='ustar-stream.ova', sealed=True):
    image = load(base)
    at = header(image, member) + offset
    image[at:at + len(value)] = value
    if sealed:
        seal(image, header(image, member))
    save(name, image)


def made(name, *members):
    """Of files, or of pairs of a file and the name that its member gets."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode='w', format=tarfile.USTAR_FORMAT) as archive:
        for member in members:
            file, called = member if isinstance(member, tuple) else (member, member)
            info = tarfile.TarInfo(called)
            info.size = len(load(file))
            archive.addfile(info, io.BytesIO(load(file)))
    save(name, bytearray(out.getvalue()))


whole = load('ustar-stream.ova')
disk = header(whole, 2)
save('cut-in-first-header', whole[:300])
save('cut-in-header', whole[:disk + 300])
save('cut-behind-header', whole[:disk + RECORD])
save('cut-in-disk', whole[:disk + RECORD + 3000])
save('cut-before-end', whole[:header(whole, 3)])
save('cut-in-description', whole[:700])
image = load('gnu-raw.ova')
save('cut-in-raw-disk', image[:header(image, 2) + RECORD + (1 << 20)])

changed('checksum', 2, 148, b'000000', sealed=False)
changed('checksum-of-first', 0, 148, b'000000', sealed=False)
changed('boot-record', 0, 510, b'\x55\xaa')
changed('no-magic', 0, 257, b'\0' * 8)
changed('size-no-number', 2, 124, b'no number..')
changed('size-of-whole-file', 2, 124, b'%011o' % len(whole))
changed('size-8-gib', 2, 124, b'7' * 11)
changed('size-8-eib', 2, 124, b'\x80\0\0\0\x7f' + b'\xff' * 7)
changed('size-over-8-eib', 2, 124, b'\x80\0\0\0\xff' + b'\xff' * 7)
changed('size-negative', 2, 124, b'\xff' * 12)
changed('link', 2, 156, b'1')
changed('directory', 2, 156, b'5')

made('no-description', 'box.mf', 'box-disk1.vmdk')
made('description-last', 'box-disk1.vmdk', 'box.ovf')
made('description-alone', 'box.ovf')
made('description-of-other-file', 'raw.ovf', 'box-disk1.vmdk')
made('description-is-no-xml', ('box.mf', 'box.ovf'), 'box-disk1.vmdk')
open('entities.ovf', 'w').write('<!DOCTYPE e [<!ENTITY a SYSTEM "file:///etc/passwd"><!ENTITY b "&a;">]><e>&b;</e>')
made('description-with-entities', ('entities.ovf', 'box.ovf'), 'box-disk1.vmdk')
open('long.ovf', 'w').write('<e>' + ' ' * (1 << 20) + '</e>')
made('description-too-long', ('long.ovf', 'box.ovf'), 'box-disk1.vmdk')
open('deep.ovf', 'w').write('<a>' * 100_000)
made('description-too-deep', ('deep.ovf', 'box.ovf'), 'box-disk1.vmdk')
made('disk-twice', 'two.ovf', 'box-disk1.vmdk', ('box-disk2.vmdk', 'box-disk1.vmdk'))
made('disk-missing', 'two.ovf', 'box-disk1.vmdk')
open('short.vmdk', 'wb').write(load('box-disk2.vmdk')[:100])
made('disk-that-is-damaged', 'two.ovf', 'box-disk1.vmdk', ('short.vmdk', 'box-disk2.vmdk'))
made('disk-compressed', 'gzip.ovf', 'box-disk1.vmdk')
made('disk-in-chunks', 'chunks.ovf', 'box-disk1.vmdk.000000000', 'box-disk1.vmdk.000000001')
made('disk-split', 'box.ovf', 'box-split.vmdk', ('box-s001.vmdk', 'guest-s001.vmdk'))
made('disks-9', 'box.ovf', *[('box-disk1.vmdk', 'disk%d.vmdk' % i) for i in range(9)])
made('archive-in-archive', 'box.ovf', ('ustar-stream.ova', 'box-disk1.vmdk'))
made('names-of-other-places', 'box.ovf', ('box-disk1.vmdk', '../../etc/passwd'), ('box-disk2.vmdk', '/etc/shadow'))
save('sparse-file-gnu', load('gnu-file-sparse.tar'))
save('sparse-file-pax', load('pax-file-sparse.tar'))
