package mirage.volume.md;

import mirage.volume.Volume;

/**
 * A volume with a superblock, and what that says.
 *
 * @param volume with the superblock in it
 * @param superblock what it says
 */
record MdMember(Volume volume, MdSuperblock superblock) {}
