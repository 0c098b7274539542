package mirage.manifest;

import java.time.Instant;
import java.util.List;

/**
 * Where an image comes from.
 *
 * @param operation that made it, such as {@code upload}
 * @param at when, to the second
 * @param by whom, as the operation's caller names itself; may be empty
 * @param parents the manifests it was made from; empty when it is not known to have any
 */
public record Provenance(String operation, Instant at, String by, List<ManifestId> parents) {}
