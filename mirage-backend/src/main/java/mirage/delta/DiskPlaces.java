package mirage.delta;

import mirage.bytes.ExtentMap;
import mirage.chunk.ChunkId;
import mirage.chunk.ChunkSource;
import mirage.manifest.Recipe;
import mirage.manifest.RecipeReader;
import mirage.manifest.RecipeRun;
import mirage.manifest.VolumeRecord;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Where the disk of an image lies in the bytes that a delta is of: they are the disk, or a container around it.
 *
 * @param volumes of the disk
 * @param places offset on the disk to offset in the bytes
 * @param isDisk whether the bytes are the disk
 */
public record DiskPlaces(List<VolumeRecord> volumes, ExtentMap places, boolean isDisk) {
    /** Part of a chunk in a container. */
    private record Slice(int chunkOffset, long length, long containerOffset) {
        long end() {
            return chunkOffset + length;
        }
    }

    /** Bytes that are a disk. */
    public static DiskPlaces disk(List<VolumeRecord> volumes, long length) {
        return new DiskPlaces(volumes, ExtentMap.identity(length), true);
    }

    /** Bytes of which nobody knows where the disk is. */
    public static DiskPlaces unknown() {
        return new DiskPlaces(List.of(), ExtentMap.EMPTY, false);
    }

    /**
     * A container that holds the chunks of its disk as they are, such as an uncompressed qcow2. Takes memory for the
     * runs of both recipes.
     *
     * @param chunks of both recipes: their segments are read
     */
    public static DiskPlaces in(
            Recipe container, Recipe disk, List<VolumeRecord> volumes, ChunkSource chunks)
            throws IOException {
        Map<ChunkId, List<Slice>> slices = new HashMap<>();
        new RecipeReader(container, chunks)
                .forEachRun(
                        0,
                        container.length(),
                        (offset, run) -> {
                            if (run instanceof RecipeRun.Chunk chunk) {
                                slices.computeIfAbsent(chunk.id(), _ -> new ArrayList<>(1))
                                        .add(new Slice(chunk.offset(), chunk.length(), offset));
                            }
                        });
        ExtentMap.Builder places = new ExtentMap.Builder();
        new RecipeReader(disk, chunks)
                .forEachRun(
                        0,
                        disk.length(),
                        (offset, run) -> {
                            if (run instanceof RecipeRun.Chunk chunk) {
                                place(
                                        chunk,
                                        offset,
                                        slices.getOrDefault(chunk.id(), List.of()),
                                        places);
                            }
                        });
        return new DiskPlaces(volumes, places.build(), false);
    }

    private static void place(
            RecipeRun.Chunk chunk, long offset, List<Slice> slices, ExtentMap.Builder places) {
        long end = chunk.offset() + chunk.length();
        for (long at = chunk.offset(); at < end; ) {
            Slice holding = null;
            long next = end;
            for (Slice slice : slices) {
                if (slice.chunkOffset <= at && at < slice.end()) {
                    holding = slice;
                    break;
                }
                if (slice.chunkOffset > at) {
                    next = Math.min(next, slice.chunkOffset);
                }
            }
            if (holding != null) {
                next = Math.min(end, holding.end());
                places.add(
                        offset + at - chunk.offset(),
                        next - at,
                        holding.containerOffset + at - holding.chunkOffset);
            }
            at = next;
        }
    }
}
