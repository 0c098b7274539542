package mirage.facts;

import mirage.filesystem.RawName;

/**
 * The file that says something.
 *
 * @param volume number of the volume it is in
 * @param path in the volume, without a leading slash
 */
public record FactSource(int volume, RawName path) {}
