package mirage.manifest;

import mirage.bytes.ExtentMap;
import mirage.chunk.ChunkId;
import mirage.codec.ByteReader;
import mirage.codec.ByteWriter;
import mirage.filesystem.known.KnownContent;
import mirage.volume.Volume;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * The sections of a manifest that tell of volumes. The first has them all, and is all there is of an image whose volumes are
 * partitions; the others add to it, by the number of the volume in it:
 *
 * <pre>
 *   volumes  = count:varint volume*
 *   volume   = index:varint offset:varint length:varint table:text type:text name:text uuid:text files
 *   files    = 0:u8 | 1:u8 type:text label:text uuid:text size:varint blockSize:varint entries:varint
 *                     blocks:varint chunkId*
 *   places   = (number:varint id:text runs:varint (gap:varint length:varint move:signed varint)*)*
 *   contents = (number:varint type:text label:text uuid:text)*
 * </pre>
 *
 * <p>A volume without a place of its own has the id that its index is, and one run, of its length, at its offset. Of one
 * that has, index and offset are 0. A run begins a gap behind the end of the last one, and its target a move behind the end
 * of the last one's target, so that striped volumes repeat themselves and pack well.
 */
final class VolumesFormat {
    private VolumesFormat() {}

    static ByteWriter writeVolumes(List<VolumeRecord> volumes) {
        ByteWriter out = new ByteWriter().varint(volumes.size());
        for (VolumeRecord record : volumes) {
            Volume volume = record.volume();
            boolean isNumbered = isNumbered(volume);
            out.varint(isNumbered ? Integer.parseInt(volume.id()) : 0)
                    .varint(isNumbered ? volume.offset() : 0)
                    .varint(volume.length());
            out.text(volume.table())
                    .foreignText(volume.type())
                    .foreignText(volume.name())
                    .foreignText(volume.uuid());
            writeFileTable(out, record.files());
        }
        return out;
    }

    private static void writeFileTable(ByteWriter out, VolumeRecord.@Nullable FileTable files) {
        out.u8(files == null ? 0 : 1);
        if (files != null) {
            out.text(files.type()).foreignText(files.label()).foreignText(files.uuid());
            out.varint(files.sizeBytes()).varint(files.blockSizeBytes()).varint(files.entryCount());
            writeBlocks(out, files.blocks());
        }
    }

    /** Whether its index, offset and length tell all of its place. */
    private static boolean isNumbered(Volume volume) {
        return volume.isRange() && volume.id().matches("0|[1-9][0-9]{0,8}");
    }

    /** Empty when there is nothing to tell. */
    static ByteWriter writePlaces(List<VolumeRecord> volumes) {
        ByteWriter out = new ByteWriter();
        for (int number = 0; number < volumes.size(); number++) {
            Volume volume = volumes.get(number).volume();
            if (!isNumbered(volume)) {
                out.varint(number).foreignText(volume.id());
                writeMap(out, volume.map());
            }
        }
        return out;
    }

    private static void writeMap(ByteWriter out, ExtentMap map) {
        out.varint(map.runCount());
        long end = 0;
        long targetEnd = 0;
        for (int i = 0; i < map.runCount(); i++) {
            ExtentMap.Run run = map.run(i);
            out.varint(run.offset() - end).varint(run.length());
            out.signedVarint(run.target() - targetEnd);
            end = run.end();
            targetEnd = run.target() + run.length();
        }
    }

    /** Empty when there is nothing to tell. */
    static ByteWriter writeContents(List<VolumeRecord> volumes) {
        ByteWriter out = new ByteWriter();
        for (int number = 0; number < volumes.size(); number++) {
            KnownContent known = volumes.get(number).known();
            if (known != null) {
                out.varint(number)
                        .foreignText(known.type())
                        .foreignText(known.label())
                        .foreignText(known.uuid());
            }
        }
        return out;
    }

    /**
     * @param places null when the section is missing
     * @param contents null when the section is missing
     * @throws IllegalArgumentException when a volume cannot be as it is told
     */
    static List<VolumeRecord> read(
            ByteReader volumes, @Nullable ByteReader places, @Nullable ByteReader contents)
            throws IOException {
        int count = volumes.count(9, "volumes");
        List<VolumeRecord> records = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            records.add(readVolume(volumes));
        }
        if (places != null) {
            readPlaces(places, records);
        }
        if (contents != null) {
            readContents(contents, records);
        }
        return records;
    }

    private static VolumeRecord readVolume(ByteReader in) throws IOException {
        Volume volume =
                Volume.range(
                        Integer.toString(in.boundedVarint(0, Integer.MAX_VALUE, "volume index")),
                        in.varint(),
                        in.varint(),
                        in.text(),
                        in.text(),
                        in.text(),
                        in.text());
        return new VolumeRecord(volume, in.u8() == 0 ? null : readFileTable(in), null);
    }

    private static VolumeRecord.FileTable readFileTable(ByteReader in) throws IOException {
        String type = in.text();
        String label = in.text();
        String uuid = in.text();
        long size = in.varint();
        int blockSize = in.boundedVarint(0, Integer.MAX_VALUE, "block size");
        long entries = in.varint();
        return new VolumeRecord.FileTable(
                type, label, uuid, size, blockSize, entries, readBlocks(in));
    }

    /** Chunks in order, by their ids. */
    static ByteWriter writeBlocks(ByteWriter out, List<ChunkId> blocks) {
        out.varint(blocks.size());
        blocks.forEach(block -> out.bytes(block.toBytes()));
        return out;
    }

    static List<ChunkId> readBlocks(ByteReader in) throws IOException {
        int count = in.count(ChunkId.BYTES, "blocks");
        List<ChunkId> blocks = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            blocks.add(ChunkId.ofDigest(in.bytes(ChunkId.BYTES)));
        }
        return blocks;
    }

    private static void readPlaces(ByteReader in, List<VolumeRecord> records) throws IOException {
        while (in.hasRemaining()) {
            int number = in.boundedVarint(0, records.size() - 1, "number of a volume");
            VolumeRecord record = records.get(number);
            Volume told = record.volume();
            Volume placed =
                    new Volume(
                            in.text(),
                            told.length(),
                            readMap(in),
                            told.table(),
                            told.type(),
                            told.name(),
                            told.uuid());
            records.set(number, new VolumeRecord(placed, record.files(), record.known()));
        }
    }

    private static ExtentMap readMap(ByteReader in) throws IOException {
        int count = in.count(3, "runs");
        ExtentMap.Builder map = new ExtentMap.Builder();
        long end = 0;
        long targetEnd = 0;
        for (int i = 0; i < count; i++) {
            long offset = end + in.varint();
            long length = in.varint();
            long target = targetEnd + in.signedVarint();
            map.add(offset, length, target);
            end = offset + length;
            targetEnd = target + length;
        }
        return map.build();
    }

    private static void readContents(ByteReader in, List<VolumeRecord> records) throws IOException {
        while (in.hasRemaining()) {
            int number = in.boundedVarint(0, records.size() - 1, "number of a volume");
            VolumeRecord record = records.get(number);
            KnownContent known = new KnownContent(in.text(), in.text(), in.text());
            records.set(number, new VolumeRecord(record.volume(), record.files(), known));
        }
    }
}
