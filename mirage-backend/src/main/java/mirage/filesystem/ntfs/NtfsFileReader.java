package mirage.filesystem.ntfs;

import mirage.bytes.FormatException;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Puts files together from their records. What cannot be read of them is left out with a warning. */
final class NtfsFileReader {
    /** Of one file, which are held at once: each may be in a record of its own, or be a stream. */
    private static final int MAX_ATTRIBUTES = 1 << 16;

    private static final int MAX_BYTES = 32 << 20;

    private final NtfsVolume volume;
    private final NtfsRecordTable records;

    NtfsFileReader(NtfsVolume volume, NtfsRecordTable records) {
        this.volume = volume;
        this.records = records;
    }

    /**
     * @param reference a record's number, and the sequence that it is expected to have, 0 for any
     * @throws FormatException when there is no such file
     */
    NtfsFile read(long reference) throws IOException {
        NtfsRecord record = records.read(NtfsRecord.number(reference));
        String problem = problem(record, reference);
        if (problem != null) {
            throw new FormatException("record " + record.number() + " " + problem);
        }
        List<NtfsAttribute> attributes = new ArrayList<>(record.attributes());
        boolean damaged = record.damaged();
        NtfsReparsePoint reparse = null;
        try {
            damaged |= !addContinuations(record, attributes);
            reparse = reparsePoint(record, attributes);
        } catch (FormatException e) {
            volume.warn(e);
            damaged = true;
        }
        return new NtfsFile(record, attributes, reparse, damaged);
    }

    private static @Nullable String problem(NtfsRecord record, long reference) {
        int sequence = NtfsRecord.sequence(reference);
        if (!record.isInUse()) {
            return "is free";
        }
        if (sequence != 0 && sequence != record.sequence()) {
            return "is of use " + record.sequence() + ", use " + sequence + " expected";
        }
        return record.base() == 0
                ? null
                : "continues record " + NtfsRecord.number(record.base()) + " and is no file";
    }

    /**
     * @return whether all could be read
     */
    private boolean addContinuations(NtfsRecord record, List<NtfsAttribute> attributes)
            throws IOException {
        NtfsStream list =
                NtfsStream.find(record.number(), attributes, NtfsAttribute.ATTRIBUTE_LIST);
        if (list == null) {
            return true;
        }
        boolean whole = true;
        int bytes = 0;
        for (long reference :
                NtfsAttributeList.references(
                        list.bytes(volume, NtfsAttributeList.MAX_BYTES), record.number())) {
            bytes += volume.boot().recordSize();
            if (bytes > MAX_BYTES || attributes.size() > MAX_ATTRIBUTES) {
                throw new FormatException(
                        "inode "
                                + record.number()
                                + ": up to "
                                + MAX_ATTRIBUTES
                                + " attributes in "
                                + MAX_BYTES
                                + " bytes expected");
            }
            try {
                NtfsRecord further = continuation(record, reference);
                attributes.addAll(further.attributes());
                whole &= !further.damaged();
            } catch (FormatException e) {
                volume.warn("inode " + record.number() + ": " + e.getMessage());
                whole = false;
            }
        }
        return whole;
    }

    private NtfsRecord continuation(NtfsRecord record, long reference) throws IOException {
        NtfsRecord further = records.read(NtfsRecord.number(reference));
        if (!further.isInUse()
                || further.base() == 0
                || NtfsRecord.number(further.base()) != record.number()) {
            throw new FormatException(
                    "record " + further.number() + " is said to continue it, and does not");
        }
        return further;
    }

    private @Nullable NtfsReparsePoint reparsePoint(
            NtfsRecord record, List<NtfsAttribute> attributes) throws IOException {
        NtfsStream stream =
                NtfsStream.find(record.number(), attributes, NtfsAttribute.REPARSE_POINT);
        return stream == null
                ? null
                : NtfsReparsePoint.parse(
                        record.number(), stream.bytes(volume, NtfsReparsePoint.MAX_BYTES));
    }
}
