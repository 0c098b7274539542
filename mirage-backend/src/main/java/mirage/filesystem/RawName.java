package mirage.filesystem;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Bytes that mostly are text: file systems promise no encoding for names, link targets and attributes. Ordered by
 * unsigned bytes. Immutable.
 */
public final class RawName implements Comparable<RawName> {
    public static final RawName EMPTY = new RawName(new byte[0]);

    private final byte[] bytes;

    private RawName(byte[] bytes) {
        this.bytes = bytes;
    }

    public static RawName of(byte[] bytes) {
        return bytes.length == 0 ? EMPTY : new RawName(bytes.clone());
    }

    public static RawName of(byte[] bytes, int offset, int length) {
        return length == 0
                ? EMPTY
                : new RawName(Arrays.copyOfRange(bytes, offset, offset + length));
    }

    public static RawName of(String text) {
        return text.isEmpty() ? EMPTY : new RawName(text.getBytes(StandardCharsets.UTF_8));
    }

    /** This path and one more name below it. */
    public RawName child(RawName name) {
        if (bytes.length == 0) {
            return name;
        }
        byte[] joined = Arrays.copyOf(bytes, bytes.length + 1 + name.bytes.length);
        joined[bytes.length] = '/';
        System.arraycopy(name.bytes, 0, joined, bytes.length + 1, name.bytes.length);
        return new RawName(joined);
    }

    /** The bytes before {@code length}, which must be within this. */
    public RawName prefix(int length) {
        return of(bytes, 0, length);
    }

    /** The bytes before the first NUL, all of them when there is none. */
    public RawName untilNul() {
        int end = 0;
        while (end < bytes.length && bytes[end] != 0) {
            end++;
        }
        return end == bytes.length ? this : prefix(end);
    }

    public int length() {
        return bytes.length;
    }

    public byte byteAt(int index) {
        return bytes[index];
    }

    public byte[] toBytes() {
        return bytes.clone();
    }

    public boolean isEmpty() {
        return bytes.length == 0;
    }

    /** Decoded as UTF-8; what is not UTF-8 shows as U+FFFD, so this is for people, not for look-ups. */
    @Override
    public String toString() {
        return new String(bytes, StandardCharsets.UTF_8);
    }

    @Override
    public int compareTo(RawName other) {
        return Arrays.compareUnsigned(bytes, other.bytes);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof RawName name && Arrays.equals(bytes, name.bytes);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(bytes);
    }
}
