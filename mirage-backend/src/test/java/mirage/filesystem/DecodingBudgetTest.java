package mirage.filesystem;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import mirage.bytes.ByteSource;
import mirage.bytes.ByteSources;
import mirage.bytes.Warnings;
import mirage.filesystem.FileRecord.Content;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** Whatever a format decodes, it charges for: who reads the files of an image that he does not trust relies on that. */
final class DecodingBudgetTest {
    @ParameterizedTest
    @CsvSource({
        "squashfs, few",
        "erofs, few-tails",
        "btrfs, few-compressed",
        "ntfs, few",
        "iso9660, few"
    })
    void decodingEndsAtTheBudget(String format, String name) throws IOException {
        ByteSource volume = ByteSources.of(new GoldenImages(format).image(name));
        FileSystem fileSystem = Objects.requireNonNull(FileSystems.open(volume, new Warnings()));
        List<FileRecord> encoded = new ArrayList<>();
        fileSystem.walk(file -> {
            if (file.content() instanceof Content.Encoded) {
                encoded.add(file);
            }
        });
        assertThat(encoded).isNotEmpty();
        for (FileRecord file : encoded) {
            assertThat(read(fileSystem.content(file, WorkBudget.ofDecoding(0))))
                    .isEqualTo(file.size());
        }
        FileRecord last = encoded.getLast();
        WorkBudget spent = WorkBudget.ofDecoding(0);
        spent.charge(1L << 30);
        FileSystem another = Objects.requireNonNull(FileSystems.open(volume, new Warnings()));
        assertThatThrownBy(() -> read(another.content(last, spent)))
                .isInstanceOf(WorkBudget.ExhaustedException.class);
        assertThat(spent.isExhausted()).isTrue();
        // What could be opened before there was too much work, cannot be read.
        WorkBudget ending = WorkBudget.ofDecoding(0);
        ByteSource opened =
                Objects.requireNonNull(FileSystems.open(volume, new Warnings()))
                        .content(last, ending);
        assertThatThrownBy(() -> ending.charge(1L << 30))
                .isInstanceOf(WorkBudget.ExhaustedException.class);
        assertThatThrownBy(() -> read(opened)).isInstanceOf(WorkBudget.ExhaustedException.class);
    }

    private static long read(ByteSource content) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate((int) content.length());
        content.readFully(0, bytes);
        return bytes.position();
    }
}
