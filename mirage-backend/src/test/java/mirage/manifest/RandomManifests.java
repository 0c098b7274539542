package mirage.manifest;

import mirage.bytes.ExtentMap;
import mirage.bytes.NamedExtent;
import mirage.chunk.ChunkId;
import mirage.codec.DataDigest;
import mirage.filesystem.FileRecord;
import mirage.filesystem.FileRecord.Content;
import mirage.filesystem.FileRecord.ContentFlags;
import mirage.filesystem.FileRecord.Device;
import mirage.filesystem.FileRecord.ExtendedAttribute;
import mirage.filesystem.FileRecord.FileTimes;
import mirage.filesystem.FileRecord.Time;
import mirage.filesystem.FileType;
import mirage.filesystem.RawName;
import mirage.filesystem.known.KnownContent;
import mirage.volume.Volume;

import org.jspecify.annotations.Nullable;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Values of every kind that tables and manifests hold, the odd ones often. */
final class RandomManifests {
    private static final String[] TEXTS = {
        "",
        "root",
        "EFI System",
        "h\u00f6hle \ud83d\ude80",
        "nul\0line\nescape\u001b[2J",
        "x".repeat(3000)
    };

    private static final List<FileType> TYPES = List.of(FileType.values());

    private final Random random;

    RandomManifests(long seed) {
        this.random = new Random(seed);
    }

    ChunkId id() {
        return new ChunkId(
                random.nextLong(), random.nextLong(), random.nextLong(), random.nextLong());
    }

    String text() {
        return TEXTS[random.nextInt(TEXTS.length)];
    }

    /** Any 63 bits, small ones as often as large ones. */
    long size() {
        return random.nextLong() >>> (1 + random.nextInt(63));
    }

    RecipeRun run(long maxLength) {
        long length = 1 + random.nextLong(maxLength);
        if (random.nextInt(3) == 0) {
            return new RecipeRun.Zero(length);
        }
        ChunkId id = random.nextInt(4) == 0 ? new ChunkId(1, 2, 3, random.nextInt(3)) : id();
        return new RecipeRun.Chunk(id, random.nextBoolean() ? 0 : random.nextInt(1 << 20), length);
    }

    /** Of a few runs, by one of a few encoders, often not all of what it makes. */
    RecipeRun encoded() {
        List<RecipeRun> content = new ArrayList<>();
        for (int i = random.nextInt(4); i >= 0; i--) {
            content.add(run(1 << 16));
        }
        int length = 1 + random.nextInt(1 << 17);
        RecipeRun whole =
                RecipeRun.Encoded.whole(
                        "encoder-" + random.nextInt(3), content, length, random.nextInt());
        int from = random.nextBoolean() ? 0 : random.nextInt(length);
        return whole.slice(from, random.nextBoolean() ? length - from : 1);
    }

    Recipe recipe() {
        long length = random.nextLong(100L << 20);
        int span = random.nextInt(4) == 0 ? 1 << 16 : Recipe.DEFAULT_SEGMENT_SPAN_BYTES;
        List<@Nullable ChunkId> segments = new ArrayList<>();
        boolean present = random.nextBoolean();
        while (segments.size() < Recipe.segmentCount(length, span)) {
            present ^= random.nextInt(4) == 0;
            segments.add(present ? id() : null);
        }
        return new Recipe(length, span, segments);
    }

    ImageManifest manifest() {
        Recipe container = recipe();
        Recipe disk = recipe();
        DiskView view =
                switch (random.nextInt(4)) {
                    case 0 -> new DiskView.SameAsContainer();
                    case 1 -> new DiskView.OwnRecipe(disk);
                    case 2 -> new DiskView.ThroughFormat();
                    default -> new DiskView.Opaque();
                };
        long virtualSize = view instanceof DiskView.OwnRecipe ? disk.length() : size();
        return new ImageManifest(
                container.length(),
                new UploadDigests(hex(32), hex(64), hex(128)),
                random.nextBoolean() ? null : "qcow2",
                virtualSize,
                List.of(text(), text()),
                container,
                view,
                volumes(),
                random.nextBoolean() ? List.of() : List.of(text(), text(), text()),
                new Provenance(
                        "upload",
                        Instant.ofEpochSecond(random.nextInt() * 100L),
                        text(),
                        List.of(new ManifestId(id()), new ManifestId(id()))),
                sketch(),
                random.nextBoolean() ? null : new DataDigest(hex(64)),
                random.nextBoolean() ? null : new FactTable(size(), List.of(id(), id())),
                random.nextBoolean()
                        ? List.of()
                        : List.of(
                                new NamedExtent(text(), 0, virtualSize / 3),
                                new NamedExtent(text(), virtualSize / 2, virtualSize / 2)));
    }

    private List<VolumeRecord> volumes() {
        List<VolumeRecord> volumes = new ArrayList<>();
        for (int i = random.nextInt(5); i > 0; i--) {
            Volume volume =
                    random.nextBoolean()
                            ? Volume.range(
                                    Integer.toString(random.nextInt(129)),
                                    size() >>> 2,
                                    1 + (size() >>> 2),
                                    "gpt",
                                    text(),
                                    text(),
                                    text())
                            : inPieces();
            VolumeRecord.FileTable table =
                    new VolumeRecord.FileTable(
                            "ext4", text(), text(), size(), 4096, size(), List.of(id(), id()));
            volumes.add(
                    new VolumeRecord(
                            volume,
                            random.nextBoolean() ? null : table,
                            random.nextBoolean()
                                    ? null
                                    : new KnownContent("swap", text(), text())));
        }
        return volumes;
    }

    private Volume inPieces() {
        ExtentMap.Builder map = new ExtentMap.Builder();
        for (int i = random.nextInt(6); i > 0; i--) {
            map.add(map.end() + random.nextInt(2) * size() / 64, 1 + size() / 64, size() / 2);
        }
        long length = map.end() + 1 + size() / 64;
        return new Volume(
                text() + "/" + text(), length, map.build(), "lvm2", text(), text(), text());
    }

    private PlaceSketch sketch() {
        int samples = random.nextInt(50);
        long[] blocks = new long[samples];
        int[] hashes = new int[samples];
        for (int i = 0; i < samples; i++) {
            blocks[i] = (i == 0 ? 0 : blocks[i - 1]) + 1 + random.nextInt(2000);
            hashes[i] = random.nextInt();
        }
        return new PlaceSketch(blocks, hashes);
    }

    private String hex(int digits) {
        StringBuilder hex = new StringBuilder();
        while (hex.length() < digits) {
            hex.append(Character.forDigit(random.nextInt(16), 16));
        }
        return hex.toString();
    }

    FileRecord file(RawName path) {
        return new FileRecord(
                path,
                random.nextLong(),
                TYPES.get(random.nextInt(TYPES.size())),
                random.nextInt(1 << 12),
                size(),
                size(),
                size(),
                size(),
                new FileTimes(time(), time(), time(), random.nextBoolean() ? Time.UNKNOWN : time()),
                random.nextBoolean()
                        ? Device.NONE
                        : new Device(random.nextInt(1 << 12), random.nextInt(1 << 20)),
                random.nextInt(3) == 0 ? name() : RawName.EMPTY,
                random.nextInt(3) == 0
                        ? List.of(
                                new ExtendedAttribute(RawName.of("user.x"), name()),
                                new ExtendedAttribute(name(), RawName.EMPTY))
                        : List.of(),
                content(),
                new ContentFlags(random.nextBoolean(), random.nextBoolean()));
    }

    RawName name() {
        byte[] name = new byte[1 + random.nextInt(40)];
        random.nextBytes(name);
        return RawName.of(name);
    }

    /** Before 1970 too, and as far off as a long goes. */
    private Time time() {
        return new Time(
                random.nextInt(5) == 0 ? random.nextLong() : random.nextInt(),
                random.nextInt(1_000_000_000));
    }

    private Content content() {
        if (random.nextInt(4) == 0) {
            return new Content.Inline(random.nextBoolean() ? RawName.EMPTY : name());
        }
        ExtentMap.Builder map = new ExtentMap.Builder();
        for (int i = random.nextInt(6); i > 0; i--) {
            map.add(
                    map.end() + (random.nextBoolean() ? 0 : random.nextInt(1 << 20)),
                    1 + random.nextInt(1 << 20),
                    size() >>> 1);
        }
        return random.nextInt(4) == 0
                ? new Content.Encoded(map.build())
                : new Content.Mapped(map.build());
    }
}
