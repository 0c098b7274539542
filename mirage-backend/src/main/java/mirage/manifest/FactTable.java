package mirage.manifest;

import mirage.chunk.ChunkId;

import java.util.List;

/**
 * Where the facts are that the files of an image say of the system in it.
 *
 * @param count of facts
 * @param blocks the facts, in pieces that are chunks of their own ({@code docs/format/facts.md})
 */
public record FactTable(long count, List<ChunkId> blocks) {}
