package mirage.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import mirage.bytes.ByteSources;
import mirage.bytes.ExtentMap;
import mirage.bytes.MemoryPool;
import mirage.bytes.Warnings;
import mirage.filesystem.FileRecord;
import mirage.filesystem.FileRecord.Content;
import mirage.filesystem.FileRecord.ContentFlags;
import mirage.filesystem.FileRecord.Device;
import mirage.filesystem.FileRecord.FileTimes;
import mirage.filesystem.FileRecord.Time;
import mirage.filesystem.FileSystem;
import mirage.filesystem.FileType;
import mirage.filesystem.RawName;
import mirage.filesystem.WorkBudget;
import mirage.layout.VolumeLayout;
import mirage.volume.Volume;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** What happens to tables when there are more files than memory for them. */
final class FileTablesTest {
    private static final int BLOCK = 4096;

    private final Warnings warnings = new Warnings();
    private int placed;

    /** Shows files of a block each, as many as there are. */
    private record ManyFiles(int count) implements FileSystem {
        @Override
        public String type() {
            return "many";
        }

        @Override
        public String label() {
            return "";
        }

        @Override
        public String uuid() {
            return "";
        }

        @Override
        public long sizeBytes() {
            return (long) count * BLOCK;
        }

        @Override
        public int blockSizeBytes() {
            return BLOCK;
        }

        @Override
        public void walk(FileVisitor visitor, WorkBudget work) throws IOException {
            for (int i = 0; i < count; i++) {
                ExtentMap map = new ExtentMap.Builder().add(0, BLOCK, (long) i * BLOCK).build();
                visitor.visit(
                        new FileRecord(
                                RawName.of("file" + i),
                                i,
                                FileType.REGULAR,
                                0,
                                0,
                                0,
                                1,
                                BLOCK,
                                new FileTimes(
                                        Time.UNKNOWN, Time.UNKNOWN, Time.UNKNOWN, Time.UNKNOWN),
                                Device.NONE,
                                RawName.EMPTY,
                                List.of(),
                                new Content.Mapped(map),
                                ContentFlags.PLAIN));
            }
        }
    }

    @Test
    void theTableEndsWhereMemoryDoesAndSaysSo() throws IOException {
        int files = 10_000;
        List<Integer> rows = new ArrayList<>();
        for (long bytes : new long[] {500_000, 1_000_000, 100_000_000}) {
            placed = 0;
            try (MemoryPool.Share memory = new MemoryPool(0, bytes).open()) {
                tables(files, memory).add(volume("0", files), (_, _, _) -> placed++);
            }
            rows.add(placed);
        }
        assertThat(rows.get(0)).isBetween(1000, rows.get(1) - 1);
        assertThat(rows.get(1)).isBetween(2000, files - 1);
        assertThat(rows.get(2)).isEqualTo(files);
        assertThat(warnings.messages())
                .containsExactly(
                        "volume 0: the files behind the first "
                                + rows.get(0)
                                + " are more than memory is given for",
                        "volume 0: the files behind the first "
                                + rows.get(1)
                                + " are more than memory is given for");
    }

    @Test
    void allVolumesOfAnImageTakeOfTheSameMemory() throws IOException {
        try (MemoryPool.Share memory = new MemoryPool(0, 1_000_000).open()) {
            FileTables tables = tables(10_000, memory);
            tables.add(volume("0", 10_000), (_, _, _) -> placed++);
            int first = placed;
            tables.add(volume("1", 1), (_, _, _) -> placed++);
            assertThat(placed).isEqualTo(first);
        }
        assertThat(warnings.messages()).hasSize(2);
    }

    private FileTables tables(int files, MemoryPool.Share memory) {
        long length = (long) files * BLOCK;
        return new FileTables(ByteSources.zeros(length), length, warnings, null, memory);
    }

    private static VolumeLayout volume(String id, int files) {
        Volume volume = Volume.range(id, 0, (long) files * BLOCK, "", "", "", "");
        return new VolumeLayout(volume, new ManyFiles(files), null);
    }
}
