package mirage.filesystem;

import mirage.bytes.ByteSource;
import mirage.bytes.MappedSource;
import mirage.filesystem.FileRecord.Content;
import mirage.filesystem.FileRecord.Time;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** Writes what a walk shows in the form of {@code golden/ext4/list.py}, and compares the two. */
public final class Listings {
    private static final String PLAIN = "-._/+:@~";
    private static final String NOT_COMPARED = "*";
    private static final List<String> FIELDS =
            List.of(
                    "path", "type", "mode", "uid", "gid", "links", "size", "device", "atime",
                    "mtime", "ctime", "btime", "target", "xattrs", "flags", "sha256", "inode");

    private Listings() {}

    /** What makes a listing: {@link #of}, or what changes it to the form in which another program lists. */
    @FunctionalInterface
    public interface Lister {
        List<String> list(FileSystem fileSystem, ByteSource volume) throws IOException;
    }

    /** A line for each path; reads all contents. */
    public static List<String> of(FileSystem fileSystem, ByteSource volume) throws IOException {
        List<String> lines = new ArrayList<>();
        fileSystem.walk(file -> lines.add(line(fileSystem, file, volume)));
        return lines;
    }

    /** One text for each path and field in which the listings differ, at most 50. */
    public static List<String> differences(List<String> expected, List<String> found) {
        List<String> differences = new ArrayList<>();
        int common = Math.min(expected.size(), found.size());
        for (int i = 0; i < common && differences.size() < 50; i++) {
            String[] wanted = expected.get(i).split("\t", -1);
            String[] got = found.get(i).split("\t", -1);
            for (int f = 0; f < FIELDS.size(); f++) {
                if (!wanted[f].equals(got[f])
                        && !wanted[f].equals(NOT_COMPARED)
                        && !got[f].equals(NOT_COMPARED)) {
                    differences.add(
                            wanted[0]
                                    + " "
                                    + FIELDS.get(f)
                                    + ": expected "
                                    + wanted[f]
                                    + ", found "
                                    + got[f]);
                }
            }
        }
        if (expected.size() != found.size()) {
            differences.add(expected.size() + " paths expected, found " + found.size());
        }
        return differences;
    }

    private static String line(FileSystem fileSystem, FileRecord file, ByteSource volume)
            throws IOException {
        return String.join(
                "\t",
                escaped(file.path()),
                file.type().name(),
                String.format(Locale.ROOT, "%04o", file.mode()),
                Long.toString(file.uid()),
                Long.toString(file.gid()),
                Long.toString(file.links()),
                Long.toString(file.size()),
                file.device().major() + ":" + file.device().minor(),
                time(file.times().accessed()),
                time(file.times().modified()),
                time(file.times().changed()),
                time(file.times().created()),
                escaped(file.linkTarget()),
                file.xattrs().stream()
                        .map(x -> escaped(x.name()) + "=" + brief(x.value().toBytes()))
                        .collect(Collectors.joining(",")),
                (file.flags().encrypted() ? "encrypted" : "")
                        + (file.flags().damaged() ? "damaged" : ""),
                file.type() == FileType.REGULAR ? digest(fileSystem, file, volume) : "",
                Long.toString(file.inode()));
    }

    private static String time(Time time) {
        return String.format(Locale.ROOT, "%d.%09d", time.seconds(), time.nanoseconds());
    }

    private static String escaped(RawName name) {
        StringBuilder text = new StringBuilder(name.length());
        for (byte octet : name.toBytes()) {
            char c = (char) (octet & 0xff);
            if (c < 128 && (Character.isLetterOrDigit(c) || PLAIN.indexOf(c) >= 0)) {
                text.append(c);
            } else {
                text.append(String.format(Locale.ROOT, "%%%02X", (int) c));
            }
        }
        return text.toString();
    }

    private static String digest(FileSystem fileSystem, FileRecord file, ByteSource volume)
            throws IOException {
        MessageDigest sha = sha256();
        switch (file.content()) {
            case Content.Inline inline -> sha.update(inline.bytes().toBytes());
            case Content.Mapped mapped ->
                    update(sha, new MappedSource(volume, mapped.map(), file.size()));
            case Content.Encoded _ -> update(sha, fileSystem.content(file));
        }
        return hex(sha.digest());
    }

    /** Reads a content in full. */
    static String sha256(ByteSource content) throws IOException {
        MessageDigest sha = sha256();
        update(sha, content);
        return hex(sha.digest());
    }

    private static void update(MessageDigest sha, ByteSource content) throws IOException {
        ByteBuffer piece = ByteBuffer.allocate(1 << 18);
        for (long at = 0; at < content.length(); at += piece.limit()) {
            content.readAt(at, piece.clear());
            sha.update(piece.flip());
        }
    }

    private static String brief(byte[] value) {
        return value.length <= 100 ? hex(value) : "sha256:" + hex(sha256().digest(value));
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String hex(byte[] bytes) {
        return HexFormat.of().formatHex(bytes);
    }
}
