package mirage.manifest;

import mirage.bytes.NamedExtent;
import mirage.chunk.ChunkId;
import mirage.codec.BlobFraming;
import mirage.codec.ByteReader;
import mirage.codec.ByteWriter;
import mirage.codec.CorruptBlobException;
import mirage.codec.DataDigest;
import mirage.codec.UnsupportedBlobException;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * Image manifest, version 1 ({@code docs/format/manifest.md}): a frame of {@link BlobFraming} around sections.
 * <pre>
 *   manifest = sealed blob "MMAN" of section*
 *   section  = tag:u16 flags:u16 length:u32 payload        flags bit 0: must be understood
 * </pre>
 * A reader skips a section that it does not know unless the section must be understood; a known section that is
 * missing, or stands twice, is damage.
 */
final class ManifestFormat {
    private static final BlobFraming FRAMING = new BlobFraming("MMAN", 1, 0);
    private static final int COMPRESSION_LEVEL = 6;
    private static final int MUST_UNDERSTAND = 1;
    private static final int MAX_BODY_BYTES = 1 << 30;

    private static final int UPLOAD = 1;
    private static final int FORMAT = 2;
    private static final int CONTAINER = 3;
    private static final int DISK = 4;
    private static final int VOLUMES = 5;
    private static final int WARNINGS = 6;
    private static final int PROVENANCE = 7;
    private static final int SKETCH = 8;
    private static final int DATA = 9;
    private static final int PLACES = 10;
    private static final int CONTENTS = 11;
    private static final int FACTS = 12;
    private static final int DISKS = 13;
    private static final int KNOWN_SECTIONS = 13;

    /** From here on a section may be missing: earlier versions did not write it, or there is nothing to tell. */
    private static final int FIRST_OPTIONAL = DATA;

    private static final int DATA_DIGEST_BYTES = 32;

    private static final int DISK_SAME = 0;
    private static final int DISK_RECIPE = 1;
    private static final int DISK_THROUGH_FORMAT = 2;
    private static final int DISK_OPAQUE = 3;

    private ManifestFormat() {}

    static ByteBuffer encode(ImageManifest manifest) {
        ByteWriter sections = new ByteWriter();
        section(sections, UPLOAD, writeUpload(manifest));
        section(sections, FORMAT, writeFormat(manifest));
        section(sections, CONTAINER, writeRecipe(new ByteWriter(), manifest.container()));
        section(sections, DISK, writeDisk(manifest.disk()));
        section(sections, VOLUMES, VolumesFormat.writeVolumes(manifest.volumes()));
        section(sections, WARNINGS, writeTexts(new ByteWriter(), manifest.warnings()));
        section(sections, PROVENANCE, writeProvenance(manifest.provenance()));
        section(sections, SKETCH, writeSketch(manifest.sketch()));
        DataDigest data = manifest.data();
        if (data != null) {
            section(sections, DATA, 0, new ByteWriter().bytes(data.toBytes()));
        }
        sectionUnlessEmpty(
                sections, PLACES, MUST_UNDERSTAND, VolumesFormat.writePlaces(manifest.volumes()));
        sectionUnlessEmpty(sections, CONTENTS, 0, VolumesFormat.writeContents(manifest.volumes()));
        FactTable facts = manifest.facts();
        if (facts != null) {
            section(sections, FACTS, 0, writeFacts(facts));
        }
        if (!manifest.hasOneDisk()) {
            section(sections, DISKS, writeDisks(manifest.disks()));
        }
        return FRAMING.seal(sections.toBuffer(), COMPRESSION_LEVEL);
    }

    static ImageManifest decode(String what, ByteBuffer blob) throws IOException {
        ByteReader[] sections = sections(what, FRAMING.open(what, blob, MAX_BODY_BYTES).body());
        ByteReader upload = sections[UPLOAD];
        ByteReader format = sections[FORMAT];
        try {
            long size = upload.varint();
            UploadDigests digests = new UploadDigests(upload.text(), upload.text(), upload.text());
            String formatName = format.text();
            return new ImageManifest(
                    size,
                    digests,
                    formatName.isEmpty() ? null : formatName,
                    format.varint(),
                    readTexts(format),
                    readRecipe(sections[CONTAINER]),
                    readDisk(what, sections[DISK]),
                    VolumesFormat.read(sections[VOLUMES], sections[PLACES], sections[CONTENTS]),
                    readTexts(sections[WARNINGS]),
                    readProvenance(sections[PROVENANCE]),
                    readSketch(sections[SKETCH]),
                    sections[DATA] == null
                            ? null
                            : DataDigest.ofBytes(sections[DATA].bytes(DATA_DIGEST_BYTES)),
                    sections[FACTS] == null ? null : readFacts(sections[FACTS]),
                    sections[DISKS] == null ? List.of() : readDisks(sections[DISKS]));
        } catch (IllegalArgumentException e) {
            throw new CorruptBlobException(what, 0, String.valueOf(e.getMessage()));
        }
    }

    private static void section(ByteWriter out, int tag, ByteWriter payload) {
        section(out, tag, MUST_UNDERSTAND, payload);
    }

    private static void section(ByteWriter out, int tag, int flags, ByteWriter payload) {
        ByteBuffer bytes = payload.toBuffer();
        out.u16(tag).u16(flags).u32(bytes.remaining()).bytes(bytes);
    }

    private static void sectionUnlessEmpty(ByteWriter out, int tag, int flags, ByteWriter payload) {
        if (payload.toBuffer().hasRemaining()) {
            section(out, tag, flags, payload);
        }
    }

    private static ByteReader[] sections(String what, ByteBuffer body) throws IOException {
        ByteReader[] sections = new ByteReader[KNOWN_SECTIONS + 1];
        ByteReader in = new ByteReader(what, body);
        while (in.hasRemaining()) {
            int tag = in.u16();
            int flags = in.u16();
            ByteReader payload =
                    in.sub("section " + tag, in.boundedU32(in.remaining(), "section length"));
            if (tag >= 1 && tag <= KNOWN_SECTIONS) {
                if (sections[tag] != null) {
                    throw in.corrupt("section " + tag + " stands twice");
                }
                sections[tag] = payload;
            } else if ((flags & MUST_UNDERSTAND) != 0) {
                throw new UnsupportedBlobException(
                        what, "section " + tag + " is from a newer version");
            }
        }
        for (int tag = 1; tag <= KNOWN_SECTIONS; tag++) {
            if (sections[tag] == null && tag < FIRST_OPTIONAL) {
                throw in.corrupt("section " + tag + " is missing");
            }
        }
        return sections;
    }

    private static ByteWriter writeUpload(ImageManifest manifest) {
        UploadDigests digests = manifest.digests();
        return new ByteWriter()
                .varint(manifest.size())
                .text(digests.md5())
                .text(digests.sha256())
                .text(digests.sha512());
    }

    private static ByteWriter writeFormat(ImageManifest manifest) {
        String format = manifest.format();
        ByteWriter out =
                new ByteWriter().text(format == null ? "" : format).varint(manifest.virtualSize());
        return writeTexts(out, manifest.externals());
    }

    /** span length, then runs of segments: {@code (count << 1 | present)}, ids where present. */
    private static ByteWriter writeRecipe(ByteWriter out, Recipe recipe) {
        out.varint(recipe.length()).varint(recipe.segmentSpanBytes());
        List<@Nullable ChunkId> segments = recipe.segments();
        for (int i = 0; i < segments.size(); ) {
            boolean present = segments.get(i) != null;
            int end = i;
            while (end < segments.size() && (segments.get(end) != null) == present) {
                end++;
            }
            out.varint((long) (end - i) << 1 | (present ? 1 : 0));
            for (; i < end; i++) {
                ChunkId id = segments.get(i);
                if (id != null) {
                    out.bytes(id.toBytes());
                }
            }
        }
        return out;
    }

    private static Recipe readRecipe(ByteReader in) throws IOException {
        long length = in.varint();
        int span = in.boundedVarint(1, Recipe.MAX_SEGMENT_SPAN_BYTES, "segment span");
        if (length < 0) {
            throw in.corrupt("recipe of " + length + " bytes");
        }
        long count = Recipe.segmentCount(length, span);
        if (count > Recipe.MAX_SEGMENTS) {
            throw in.corrupt(
                    "at most " + Recipe.MAX_SEGMENTS + " segments expected, found " + count);
        }
        List<@Nullable ChunkId> segments = new ArrayList<>();
        while (segments.size() < count) {
            long run = in.varint();
            boolean present = (run & 1) != 0;
            long end = segments.size() + (run >>> 1);
            if (run >>> 1 == 0 || end > count) {
                throw in.corrupt(
                        "run of "
                                + (run >>> 1)
                                + " segments behind "
                                + segments.size()
                                + " of "
                                + count);
            }
            while (segments.size() < end) {
                segments.add(present ? ChunkId.ofDigest(in.bytes(ChunkId.BYTES)) : null);
            }
        }
        return new Recipe(length, span, segments);
    }

    private static ByteWriter writeDisk(DiskView disk) {
        ByteWriter out = new ByteWriter();
        return switch (disk) {
            case DiskView.SameAsContainer _ -> out.u8(DISK_SAME);
            case DiskView.OwnRecipe own -> writeRecipe(out.u8(DISK_RECIPE), own.recipe());
            case DiskView.ThroughFormat _ -> out.u8(DISK_THROUGH_FORMAT);
            case DiskView.Opaque _ -> out.u8(DISK_OPAQUE);
        };
    }

    private static DiskView readDisk(String what, ByteReader in) throws IOException {
        int kind = in.u8();
        return switch (kind) {
            case DISK_SAME -> new DiskView.SameAsContainer();
            case DISK_RECIPE -> new DiskView.OwnRecipe(readRecipe(in));
            case DISK_THROUGH_FORMAT -> new DiskView.ThroughFormat();
            case DISK_OPAQUE -> new DiskView.Opaque();
            default -> throw new UnsupportedBlobException(what, "disk view of kind " + kind);
        };
    }

    private static ByteWriter writeFacts(FactTable facts) {
        return VolumesFormat.writeBlocks(new ByteWriter().varint(facts.count()), facts.blocks());
    }

    private static FactTable readFacts(ByteReader in) throws IOException {
        return new FactTable(in.varint(), VolumesFormat.readBlocks(in));
    }

    private static ByteWriter writeDisks(List<NamedExtent> disks) {
        ByteWriter out = new ByteWriter().varint(disks.size());
        disks.forEach(
                disk -> out.foreignText(disk.name()).varint(disk.offset()).varint(disk.length()));
        return out;
    }

    private static List<NamedExtent> readDisks(ByteReader in) throws IOException {
        int count = in.count(3, "disks");
        List<NamedExtent> disks = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            disks.add(new NamedExtent(in.text(), in.varint(), in.varint()));
        }
        return disks;
    }

    private static ByteWriter writeTexts(ByteWriter out, List<String> texts) {
        out.varint(texts.size());
        texts.forEach(out::foreignText);
        return out;
    }

    private static List<String> readTexts(ByteReader in) throws IOException {
        int count = in.count(1, "texts");
        List<String> texts = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            texts.add(in.text());
        }
        return texts;
    }

    private static ByteWriter writeProvenance(Provenance provenance) {
        ByteWriter out = new ByteWriter();
        out.text(provenance.operation())
                .signedVarint(provenance.at().getEpochSecond())
                .foreignText(provenance.by());
        out.varint(provenance.parents().size());
        provenance.parents().forEach(parent -> out.bytes(parent.digest().toBytes()));
        return out;
    }

    private static Provenance readProvenance(ByteReader in) throws IOException {
        String operation = in.text();
        long at = in.signedVarint();
        if (at < Instant.MIN.getEpochSecond() || at > Instant.MAX.getEpochSecond()) {
            throw in.corrupt("time of " + at + " seconds");
        }
        String by = in.text();
        int count = in.count(ChunkId.BYTES, "parents");
        List<ManifestId> parents = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            parents.add(new ManifestId(ChunkId.ofDigest(in.bytes(ChunkId.BYTES))));
        }
        return new Provenance(operation, Instant.ofEpochSecond(at), by, parents);
    }

    private static ByteWriter writeSketch(PlaceSketch sketch) {
        ByteWriter out = new ByteWriter().varint(sketch.blocks().length);
        long previous = 0;
        for (long block : sketch.blocks()) {
            out.varint(block - previous);
            previous = block;
        }
        for (int hash : sketch.hashes()) {
            out.u32(hash & 0xffff_ffffL);
        }
        return out;
    }

    private static PlaceSketch readSketch(ByteReader in) throws IOException {
        int count = in.count(5, "samples");
        long[] blocks = new long[count];
        int[] hashes = new int[count];
        long previous = 0;
        for (int i = 0; i < count; i++) {
            previous += in.varint();
            blocks[i] = previous;
        }
        for (int i = 0; i < count; i++) {
            hashes[i] = (int) in.u32();
        }
        return new PlaceSketch(blocks, hashes);
    }
}
