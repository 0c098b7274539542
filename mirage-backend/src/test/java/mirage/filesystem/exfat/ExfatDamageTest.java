package mirage.filesystem.exfat;

import static org.assertj.core.api.Assertions.assertThat;

import mirage.bytes.ByteSource;
import mirage.bytes.ByteSources;
import mirage.bytes.MappedSource;
import mirage.bytes.Warnings;
import mirage.filesystem.DamagedImages;
import mirage.filesystem.DamagedImages.Change;
import mirage.filesystem.DamagedImages.Damage;
import mirage.filesystem.FileRecord.Content;
import mirage.filesystem.FileSystems;
import mirage.filesystem.GoldenImages;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import java.util.stream.Stream;

/**
 * Each rule breaks one thing of a golden image of exFAT, and makes checksums right again unless that is the rule: the
 * image is refused with a message that names the field, or all that the damage does not touch is shown, with a warning.
 */
final class ExfatDamageTest {
    private static final GoldenImages GOLDENS = new GoldenImages("exfat");
    private static final String IMAGE = "clusters-4k";
    private static final DamagedImages IMAGES = new DamagedImages(GOLDENS, GOLDENS.paths(IMAGE));
    private static final String VICTIM = "size-5000";
    private static final int STREAM = 32;
    private static final int NAME = 64;

    private static Damage refused(String name, Change change, String message) {
        return new Damage(IMAGES.refused(name, message), change);
    }

    private static Damage whole(String name, Change change, String message) {
        return new Damage(IMAGES.whole(name, message), change);
    }

    private static Damage damaged(String name, Change change, String message) {
        return new Damage(
                IMAGES.damaged(name, message, VICTIM), image -> changeVictim(image, change));
    }

    /** The victim is left out, and the directory that it was in is flagged. */
    private static Damage lost(String name, Change change, String message) {
        return new Damage(
                IMAGES.damaged(name, message, "", VICTIM), image -> changeVictim(image, change));
    }

    private static Stream<Damage> rules() {
        return Stream.of(
                refused("zeros-not-zero", i -> i.put(20, (byte) 1), "MustBeZero"),
                refused("sectors-of-8-kib", i -> i.put(108, (byte) 13), "BytesPerSectorShift"),
                refused("clusters-of-64-mib", i -> i.put(109, (byte) 17), "SectorsPerCluster"),
                refused("tables-3", i -> i.put(110, (byte) 3), "NumberOfFats"),
                refused("table-2-of-1", i -> i.put(106, (byte) 1), "VolumeFlags"),
                refused("clusters-0", i -> i.putInt(92, 0), "ClusterCount"),
                refused("clusters-more-than-table", i -> i.putInt(92, 1 << 30), "FatLength"),
                refused("heap-before-table", i -> i.putInt(88, 1), "ClusterHeapOffset"),
                refused("volume-length-negative", i -> i.putLong(72, -1), "VolumeLength"),
                refused("root-cluster-0", i -> i.putInt(96, 0), "FirstClusterOfRootDirectory"),
                whole("boot-checksum-wrong", i -> i.put(200, (byte) 77), "boot region: checksum"),
                whole("dirty", i -> i.put(106, (byte) 2), "was not unmounted"),
                whole("medium-failed", i -> i.put(106, (byte) 4), "has failed"),
                whole(
                        "bitmap-missing",
                        i -> i.put(systemEntry(i, 0x81), (byte) 1),
                        "no allocation bitmap"),
                whole(
                        "bitmap-short",
                        i -> i.putLong(systemEntry(i, 0x81) + 24, 1),
                        "DataLength expected from"),
                whole(
                        "bitmap-blank",
                        i -> i.put(cluster(i, i.getInt(systemEntry(i, 0x81) + 20)), new byte[64]),
                        "is free by the allocation bitmap"),
                whole(
                        "upcase-checksum-wrong",
                        i -> i.putInt(systemEntry(i, 0x82) + 4, 7),
                        "up-case table: checksum"),
                whole(
                        "upcase-table-huge",
                        i -> i.putLong(systemEntry(i, 0x82) + 24, 1L << 40),
                        "up-case table: a length of"),
                damaged("name-hash-wrong", i -> i.putShort(STREAM + 4, (short) 7), "has hash"),
                damaged("size-negative", i -> i.putLong(STREAM + 24, -1), "DataLength is negative"),
                damaged("written-more", i -> i.putLong(STREAM + 8, 1 << 20), "ValidDataLength"),
                damaged(
                        "size-8-eib",
                        i -> i.putLong(STREAM + 24, Long.MAX_VALUE).putLong(STREAM + 8, 1L << 60),
                        "clusters expected"),
                damaged("first-cluster-0", i -> i.putInt(STREAM + 20, 0), "outside the volume"),
                new Damage(
                        IMAGES.damaged("set-checksum-wrong", "its entries: checksum", VICTIM),
                        i -> i.putShort(victim(i) + 2, (short) 7)),
                lost(
                        "set-cut-off",
                        i -> i.put(1, (byte) 1),
                        "2 to 18 more entries expected, found 1"),
                lost(
                        "stream-missing",
                        i -> i.put(STREAM, (byte) 0xc2),
                        "no stream extension follows"),
                lost(
                        "name-missing",
                        i -> i.put(NAME, (byte) 0xc2),
                        "a part of its name is missing"),
                lost(
                        "name-longer-than-set",
                        i -> i.put(STREAM + 3, (byte) 99),
                        "its name is cut off"));
    }

    @ParameterizedTest
    @MethodSource("rules")
    void damageIsNamedAndTouchesNothingElse(Damage damage) throws IOException {
        IMAGES.check(damage, GOLDENS.image(IMAGE));
    }

    /** A file may be longer than what was written of it. */
    @Test
    void whatIsNotWrittenReadsAsZeros() throws IOException {
        ByteBuffer image = ByteBuffer.wrap(GOLDENS.image(IMAGE)).order(ByteOrder.LITTLE_ENDIAN);
        changeVictim(image, set -> set.putLong(STREAM + 8, 1000));
        ByteSource volume = ByteSources.of(image);
        byte[] content = new byte[5000];
        Objects.requireNonNull(FileSystems.open(volume, new Warnings()))
                .walk(file -> {
                    if (file.path().toString().equals(VICTIM)
                            && file.content() instanceof Content.Mapped mapped) {
                        assertThat(file.size()).isEqualTo(5000);
                        assertThat(file.flags().damaged()).isFalse();
                        assertThat(mapped.map().mappedBytes()).isEqualTo(1000);
                        new MappedSource(volume, mapped.map(), 5000)
                                .readFully(0, ByteBuffer.wrap(content));
                    }
                });
        for (int i = 0; i < content.length; i++) {
            assertThat(content[i]).isEqualTo(i < 1000 ? (byte) (i % 251) : 0);
        }
    }

    private static int cluster(ByteBuffer image, int number) {
        int sector = image.get(108);
        return (image.getInt(88) << sector) + (number - 2 << sector + image.get(109));
    }

    private static int systemEntry(ByteBuffer image, int type) {
        int at = cluster(image, image.getInt(96));
        while ((image.get(at) & 0xff) != type) {
            at += 32;
        }
        return at;
    }

    /** Where the entries of the victim begin. */
    private static int victim(ByteBuffer image) {
        ByteBuffer name = ByteBuffer.wrap(VICTIM.getBytes(StandardCharsets.UTF_16LE));
        for (int at = cluster(image, 2); at < image.limit(); at += 32) {
            if (image.get(at) == (byte) 0xc1 && image.slice(at + 2, name.capacity()).equals(name)) {
                return at - NAME;
            }
        }
        throw new AssertionError("no entry of " + VICTIM);
    }

    private static void changeVictim(ByteBuffer image, Change change) {
        int at = victim(image);
        int length = (1 + image.get(at + 1)) * 32;
        ByteBuffer set = image.slice(at, length).order(ByteOrder.LITTLE_ENDIAN);
        change.make(set);
        int sum = ExfatChecksums.sum16(0, set.slice(0, 2));
        sum = ExfatChecksums.sum16(sum, set.slice(4, length - 4));
        set.putShort(2, (short) sum);
    }
}
