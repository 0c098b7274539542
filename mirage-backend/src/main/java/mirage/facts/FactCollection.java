package mirage.facts;

import mirage.bytes.ByteSource;
import mirage.bytes.MemoryPool;
import mirage.bytes.Warnings;
import mirage.facts.collect.ReadBudget;
import mirage.filesystem.FileSystem;
import mirage.filesystem.WorkBudget;
import mirage.manifest.FactTable;
import mirage.manifest.FileTableBuilder;
import mirage.manifest.RecipeBuilder;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * The facts of one image. Its volumes are offered every file while the file tables are made; afterwards the few that
 * say something are read, which may happen on another thread beside other work, and the facts are written.
 *
 * <p>Whatever is in the files, this ends: what is read, kept and found is bounded for the image, and what is beyond is
 * left out with a warning. For one thread at a time.
 */
public final class FactCollection {
    private static final long BUDGET_BYTES = 2L << 30;

    private final WorkBudget decoding;
    private final VolumeFacts.Room room;
    private final ReadBudget budget = new ReadBudget(BUDGET_BYTES);
    private final FactTableBuilder facts = new FactTableBuilder();
    private final Warnings warnings = new Warnings();
    private final List<VolumeFacts> volumes = new ArrayList<>();

    /**
     * @param imageBytes length of the image as it was uploaded, which bounds how much may be decoded
     * @param memory of the image
     */
    public FactCollection(long imageBytes, MemoryPool.Share memory) {
        this.room = new VolumeFacts.Room(memory);
        this.decoding = WorkBudget.ofDecoding(imageBytes);
    }

    /**
     * Begins with a volume.
     *
     * @param id what users call the volume
     * @param bytes of the volume, open until {@link #collect} has returned
     * @param files takes every file before it is offered; complete when {@link #collect} is called
     */
    public VolumeFacts volume(
            String id, FileSystem fileSystem, ByteSource bytes, FileTableBuilder files) {
        VolumeFacts volume =
                new VolumeFacts(id, fileSystem, bytes, files, decoding, room, facts, warnings);
        volumes.add(volume);
        return volume;
    }

    /**
     * Reads what was offered.
     *
     * @throws IOException when the image itself cannot be read
     */
    public void collect() throws IOException {
        try {
            for (VolumeFacts volume : volumes) {
                volume.collect(budget);
            }
        } catch (ReadBudget.ExhaustedException e) {
            warnings.add("facts: " + e.getMessage());
        }
        if (facts.leftOut() > 0) {
            warnings.add("facts: " + facts.leftOut() + " are left out, there are too many");
        }
    }

    /** What kept files from being understood. */
    public List<String> warnings() {
        return warnings.messages();
    }

    /** Writes the facts as chunks. */
    public FactTable finish(RecipeBuilder.SegmentSink sink) throws IOException {
        return facts.finish(sink);
    }
}
