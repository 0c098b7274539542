package mirage.volume.md;

/**
 * What a superblock says of its array and of the device that it is on, whatever its version. All values are as they stand,
 * but for the units.
 *
 * @param version {@code 0.90}, {@code 1.0}, {@code 1.1}, {@code 1.2}
 * @param array UUID of the array, in the form of {@code mdadm}
 * @param name of the array without the host's, may be empty; hostile text
 * @param level see {@link MdLevel}
 * @param deviceCount how many devices with a role the array has
 * @param chunkBytes of a striped array; 0 of others
 * @param memberBytes how much of each device a mirrored array uses
 * @param role of the device, from 0 on; {@link #NO_ROLE} of a spare or one that failed
 * @param dataOffset where the array's data begins on the device, in bytes
 * @param dataBytes how much room for data the device has
 * @param events a count of changes; the device of the most is the one that is up to date
 * @param clean whether the array was stopped in order, its members alike
 * @param recovering whether this device, or the shape of the array, was being made when it was stopped
 */
record MdSuperblock(
        String version,
        String array,
        String name,
        int level,
        int deviceCount,
        long chunkBytes,
        long memberBytes,
        int role,
        long dataOffset,
        long dataBytes,
        long events,
        boolean clean,
        boolean recovering) {
    static final int NO_ROLE = -1;
}
