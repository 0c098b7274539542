package mirage.catalog;

/**
 * An entry that is there and cannot be read. Its image is refused; what it was is kept for a person to look at.
 *
 * @param image the id, as the entry's name tells it
 * @param what is wrong with it
 */
public record DamagedEntry(String image, String what) {}
