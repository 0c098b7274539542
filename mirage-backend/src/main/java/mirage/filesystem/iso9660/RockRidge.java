package mirage.filesystem.iso9660;

import mirage.bytes.FormatException;
import mirage.bytes.StructReader;
import mirage.filesystem.FileRecord.Device;
import mirage.filesystem.FileRecord.FileTimes;
import mirage.filesystem.FileRecord.Time;
import mirage.filesystem.RawName;

import org.jspecify.annotations.Nullable;

import java.io.ByteArrayOutputStream;
import java.io.IOException;

/** What RRIP says of one file, entry by entry. RRIP, 4. */
final class RockRidge {
    private static final int CONTINUE = 0x1;
    private static final int CURRENT = 0x2;
    private static final int PARENT = 0x4;
    private static final int ROOT = 0x8;

    private static final int CREATED = 0x1;
    private static final int MODIFIED = 0x2;
    private static final int ACCESSED = 0x4;
    private static final int ATTRIBUTES = 0x8;
    private static final int LONG_FORM = 0x80;
    private static final int LAST_TIME = 0x40;

    private static final int MAX_NAME_BYTES = 1024;

    /** {@code PATH_MAX}: no link target is longer. */
    private static final int MAX_TARGET_BYTES = 4096;

    private final ByteArrayOutputStream name = new ByteArrayOutputStream();
    private final ByteArrayOutputStream target = new ByteArrayOutputStream();
    private boolean targetNeedsSlash;
    private @Nullable Attributes attributes;
    private @Nullable Device device;
    private FileTimes times;
    private long child;
    private boolean relocated;
    private boolean sparse;
    private @Nullable Compression compression;
    private @Nullable String damage;

    /** PX: the mode with the type of the file in its upper bits, names, owner. */
    record Attributes(int mode, long links, long uid, long gid) {}

    /**
     * ZF: how the content is compressed.
     *
     * @param size of the file, decoded
     */
    record Compression(String algorithm, int headerBytes, int blockLog, long size) {}

    private RockRidge(Time recorded) {
        times = new FileTimes(recorded, recorded, recorded, Time.UNKNOWN);
    }

    /** Nothing but when the file was recorded. */
    static RockRidge none(Time recorded) {
        return new RockRidge(recorded);
    }

    /** Reads all entries; what makes no sense ends them, and is noted. */
    static RockRidge read(IsoVolume volume, IsoRecord record, int skip) throws IOException {
        RockRidge found = new RockRidge(record.time());
        try {
            SystemUse use = new SystemUse(volume, record.systemUse(), skip);
            for (SystemUse.Entry e = use.next(); e != null; e = use.next()) {
                found.take(e);
            }
        } catch (FormatException e) {
            found.damage = e.getMessage();
        }
        return found;
    }

    /** Empty when the recorded one holds. */
    byte[] name() {
        return name.toByteArray();
    }

    RawName target() {
        return RawName.of(target.toByteArray());
    }

    @Nullable Attributes attributes() {
        return attributes;
    }

    Device device() {
        return device == null ? Device.NONE : device;
    }

    FileTimes times() {
        return times;
    }

    /** Block of the directory that a record stands for, 0 when it stands for itself. "Child Link". */
    long child() {
        return child;
    }

    /** Whether the directory is shown in another place, by a child link. */
    boolean isRelocated() {
        return relocated;
    }

    boolean isSparse() {
        return sparse;
    }

    @Nullable Compression compression() {
        return compression;
    }

    /** Why entries may be missing; null when none are. */
    @Nullable String damage() {
        return damage;
    }

    private void take(SystemUse.Entry entry) throws FormatException {
        StructReader in = entry.bytes();
        switch (entry.signature()) {
            case "NM" -> takeName(in);
            case "PX" ->
                    attributes =
                            new Attributes(
                                    (int) in.u32(4) & 0xffff, in.u32(12), in.u32(20), in.u32(28));
            case "PN" -> device = device(in.u32(4), in.u32(12));
            case "SL" -> takeTarget(in);
            case "TF" -> takeTimes(in);
            case "CL" -> child = in.u32(4);
            case "RE" -> relocated = true;
            case "SF" -> sparse = true;
            case "ZF" ->
                    compression =
                            new Compression(
                                    "" + (char) in.u8(4) + (char) in.u8(5),
                                    in.u8(6) * 4,
                                    in.u8(7),
                                    in.u32(8));
            default -> {}
        }
    }

    private void takeName(StructReader in) throws FormatException {
        if ((in.u8(4) & (CURRENT | PARENT)) == 0) {
            byte[] part = in.bytes(5, in.length() - 5);
            in.require(
                    name.size() + part.length <= MAX_NAME_BYTES, "name", 5, "up to 1024", "more");
            name.writeBytes(part);
        }
    }

    /** Old writers put both numbers into the lower one. */
    private static Device device(long high, long low) {
        return high == 0 && low > 0xff
                ? new Device((int) (low >>> 8) & 0xfff, (int) low & 0xff)
                : new Device((int) high & 0xfff, (int) low & 0xfffff);
    }

    /** Components of a path; a slash is due before the next one, unless one goes on in it. */
    private void takeTarget(StructReader in) throws FormatException {
        for (int at = 5; at < in.length(); ) {
            int flags = in.u8(at);
            byte[] part =
                    switch (flags & ~CONTINUE) {
                        case CURRENT -> new byte[] {'.'};
                        case PARENT -> new byte[] {'.', '.'};
                        case ROOT -> new byte[] {'/'};
                        default -> in.bytes(at + 2, in.u8(at + 1));
                    };
            in.require(
                    target.size() + part.length < MAX_TARGET_BYTES,
                    "link target",
                    at,
                    "up to 4096",
                    "more");
            if (targetNeedsSlash) {
                target.write('/');
            }
            target.writeBytes(part);
            targetNeedsSlash = (flags & (CONTINUE | ROOT)) == 0;
            at += 2 + in.u8(at + 1);
        }
    }

    private void takeTimes(StructReader in) throws FormatException {
        int flags = in.u8(4);
        int length = (flags & LONG_FORM) != 0 ? IsoTimes.LONG_BYTES : IsoTimes.SHORT_BYTES;
        int at = 5;
        Time accessed = times.accessed();
        Time modified = times.modified();
        Time changed = times.changed();
        Time created = times.created();
        for (int flag = CREATED; flag <= LAST_TIME; flag <<= 1) {
            if ((flags & flag) == 0) {
                continue;
            }
            Time time = IsoTimes.of(in.bytes(at, length));
            at += length;
            switch (flag) {
                case CREATED -> created = time;
                case MODIFIED -> modified = time;
                case ACCESSED -> accessed = time;
                case ATTRIBUTES -> changed = time;
                default -> {}
            }
        }
        // Linux shows the time of creation where none says when attributes were changed.
        boolean changedKnown = (flags & ATTRIBUTES) != 0 || (flags & CREATED) == 0;
        times = new FileTimes(accessed, modified, changedKnown ? changed : created, created);
    }
}
