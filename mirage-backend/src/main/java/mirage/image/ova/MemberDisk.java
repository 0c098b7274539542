package mirage.image.ova;

import mirage.bytes.NamedExtent;
import mirage.image.DiskImage;

/**
 * A disk image in an archive.
 *
 * @param name of its member, unique among the disks of the archive
 * @param containerOffset where its bytes begin in the archive
 * @param diskOffset where its disk begins on the archive's
 * @param image opened; complete in itself
 */
record MemberDisk(String name, long containerOffset, long diskOffset, DiskImage image) {
    /** Its disk as a part of the archive's. */
    NamedExtent place() {
        return new NamedExtent(name, diskOffset, image.virtualSize());
    }
}
