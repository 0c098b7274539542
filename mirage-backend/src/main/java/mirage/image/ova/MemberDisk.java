package mirage.image.ova;

import mirage.image.DiskImage;

/**
 * A disk image in an archive, which is a disk or one piece of it.
 *
 * @param containerOffset where its bytes begin in the archive
 * @param diskOffset where its disk begins on the archive's
 * @param image opened; complete in itself
 */
record MemberDisk(long containerOffset, long diskOffset, DiskImage image) {}
