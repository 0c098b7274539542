package mirage.filesystem.ntfs;

import mirage.bytes.FormatException;
import mirage.filesystem.FileType;
import mirage.filesystem.RawName;

import org.jspecify.annotations.Nullable;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * What makes a file or directory stand for something else. [MS-FSCC] 2.1.2 to 2.1.2.7.
 *
 * @param tag which kind
 * @param type what it is shown as; null when it is shown as the file or directory that it is
 * @param target of a link, empty otherwise
 */
record NtfsReparsePoint(int tag, @Nullable FileType type, RawName target) {
    static final int MAX_BYTES = 16 << 10;

    private static final int MOUNT_POINT = 0xa0000003;
    private static final int SYMLINK = 0xa000000c;
    private static final int UNIX_SYMLINK = 0xa000001d;
    private static final int UNIX_SOCKET = 0x80000023;
    private static final int UNIX_FIFO = 0x80000024;
    private static final int UNIX_CHARACTER_DEVICE = 0x80000025;
    private static final int UNIX_BLOCK_DEVICE = 0x80000026;

    private static final int SINGLE_INSTANCE = 0x80000007;
    private static final int REMOTE_STORAGE = 0xc0000004;
    private static final int REMOTE_STORAGE_2 = 0x80000006;
    private static final int IN_WIM = 0x80000008;
    private static final int DEDUPLICATED = 0x80000013;
    private static final int OVERLAY_COMPRESSED = 0x80000017;
    private static final int CLOUD = 0x9000001a;
    private static final int CLOUD_MASK = 0xffff0fff;

    private static final int HEADER_BYTES = 8;
    private static final int NAMES_OF_MOUNT_POINT = 8;
    private static final int NAMES_OF_SYMLINK = 12;
    private static final int UNIX_VERSION_BYTES = 4;

    /**
     * @param file its number, for the message
     * @throws FormatException when a link does not say where to
     */
    static NtfsReparsePoint parse(long file, ByteBuffer value) throws FormatException {
        if (value.limit() < HEADER_BYTES) {
            throw new FormatException(
                    "inode " + file + ": a reparse point of " + value.limit() + " bytes");
        }
        int tag = value.getInt(0);
        ByteBuffer data =
                value.slice(HEADER_BYTES, value.limit() - HEADER_BYTES).order(value.order());
        return switch (tag) {
            case MOUNT_POINT -> link(tag, windowsTarget(file, data, NAMES_OF_MOUNT_POINT));
            case SYMLINK -> link(tag, windowsTarget(file, data, NAMES_OF_SYMLINK));
            case UNIX_SYMLINK -> link(tag, unixTarget(file, data));
            case UNIX_SOCKET -> new NtfsReparsePoint(tag, FileType.SOCKET, RawName.EMPTY);
            case UNIX_FIFO -> new NtfsReparsePoint(tag, FileType.FIFO, RawName.EMPTY);
            case UNIX_CHARACTER_DEVICE ->
                    new NtfsReparsePoint(tag, FileType.CHARACTER_DEVICE, RawName.EMPTY);
            case UNIX_BLOCK_DEVICE ->
                    new NtfsReparsePoint(tag, FileType.BLOCK_DEVICE, RawName.EMPTY);
            default -> new NtfsReparsePoint(tag, null, RawName.EMPTY);
        };
    }

    private static NtfsReparsePoint link(int tag, RawName target) {
        return new NtfsReparsePoint(tag, FileType.SYMLINK, target);
    }

    /** What Windows has compressed, or put elsewhere: the file's own stream is not its content. */
    boolean isContentElsewhere() {
        return switch (tag) {
            case SINGLE_INSTANCE,
                    REMOTE_STORAGE,
                    REMOTE_STORAGE_2,
                    IN_WIM,
                    DEDUPLICATED,
                    OVERLAY_COMPRESSED ->
                    true;
            default -> (tag & CLOUD_MASK) == CLOUD;
        };
    }

    private static RawName unixTarget(long file, ByteBuffer data) throws FormatException {
        byte[] target = new byte[Math.max(0, data.limit() - UNIX_VERSION_BYTES)];
        if (target.length == 0) {
            throw noTarget(file);
        }
        data.get(UNIX_VERSION_BYTES, target);
        return RawName.of(target).untilNul();
    }

    /** The name that the system follows; the other one is for people. */
    private static RawName windowsTarget(long file, ByteBuffer data, int namesAt)
            throws FormatException {
        if (data.limit() < namesAt) {
            throw noTarget(file);
        }
        int at = namesAt + (data.getShort(0) & 0xffff);
        int length = data.getShort(2) & 0xffff;
        if (length < 2 || at > data.limit() - length) {
            throw noTarget(file);
        }
        return unixPath(NtfsNames.toUtf8(data, at, length / 2));
    }

    private static FormatException noTarget(long file) {
        return new FormatException("inode " + file + ": a link that does not say where to");
    }

    /**
     * With slashes. A path with a drive is taken as one of this volume, which no volume can tell; one that names a
     * volume is below {@code /.NTFS-3G}, as that driver has it.
     */
    private static RawName unixPath(byte[] windowsPath) {
        // One character for each byte, so that what is no text stays as it is.
        String path = new String(windowsPath, StandardCharsets.ISO_8859_1).replace('\\', '/');
        if (path.startsWith("/??/") || path.startsWith("//?/")) {
            path = absolute(path.substring(4));
        }
        return RawName.of(path.getBytes(StandardCharsets.ISO_8859_1));
    }

    private static String absolute(String path) {
        if (path.length() >= 2 && path.charAt(1) == ':') {
            return path.length() == 2 ? "/" : path.substring(2);
        }
        if (path.startsWith("UNC/")) {
            return "//" + path.substring(4);
        }
        return "/.NTFS-3G/" + (path.endsWith("/") ? path.substring(0, path.length() - 1) : path);
    }
}
