package mirage.facts;

import mirage.filesystem.RawName;

/**
 * The file that says something.
 *
 * @param volume what users call the volume it is in; hostile text
 * @param path in the volume, without a leading slash
 */
public record FactSource(String volume, RawName path) {}
