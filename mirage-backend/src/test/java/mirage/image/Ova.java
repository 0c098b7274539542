package mirage.image;

import mirage.bytes.ByteSource;
import mirage.bytes.ByteSources;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** An archive of members as no program writes it: huge, many, with headers of any kind. */
final class Ova {
    static final int RECORD = 512;

    private final ByteArrayOutputStream head = new ByteArrayOutputStream();
    private long claimed;

    /** A description that names one disk. */
    static byte[] description(String disk) {
        return ("<Envelope><References><File id='f' href='"
                        + disk
                        + "'/></References><DiskSection><Disk fileRef='f'/></DiskSection></Envelope>")
                .getBytes(StandardCharsets.UTF_8);
    }

    Ova file(String name, byte[] content) {
        return member(name, '0', content);
    }

    /**
     * @param kind the header's typeflag
     */
    Ova member(String name, char kind, byte[] content) {
        head.writeBytes(header(name, kind, content.length));
        head.writeBytes(Arrays.copyOf(content, Math.ceilDiv(content.length, RECORD) * RECORD));
        return this;
    }

    /** The last member: zeros, of any length, which take no memory. */
    Ova claiming(String name, long length) {
        head.writeBytes(header(name, '0', length));
        claimed = length;
        return this;
    }

    ByteSource end() {
        byte[] bytes = head.toByteArray();
        long length = bytes.length + Math.ceilDiv(claimed, RECORD) * RECORD + 2 * RECORD;
        return new ByteSource() {
            @Override
            public long length() {
                return length;
            }

            @Override
            public int readAt(long position, ByteBuffer target) {
                int wanted = (int) Math.min(target.remaining(), Math.max(0, length - position));
                int ofHead = (int) Math.min(wanted, Math.max(0, bytes.length - position));
                if (ofHead > 0) {
                    target.put(bytes, (int) position, ofHead);
                }
                ByteSources.putZeros(target, wanted - ofHead);
                return wanted;
            }

            @Override
            public Run runAt(long position) {
                return position < bytes.length
                        ? new Run(bytes.length - position, false)
                        : new Run(length - position, true);
            }
        };
    }

    private static byte[] header(String name, char kind, long size) {
        ByteBuffer header = ByteBuffer.allocate(RECORD);
        put(header, 0, name);
        put(header, 100, "0000644");
        put(header, 108, "0000000");
        put(header, 116, "0000000");
        if (size < 1L << 33) {
            put(header, 124, "%011o".formatted(size));
        } else {
            header.put(124, (byte) 0x80).putLong(128, size);
        }
        put(header, 136, "00000000000");
        put(header, 148, "        ");
        header.put(156, (byte) kind);
        put(header, 257, "ustar\00000");
        int sum = 0;
        for (byte b : header.array()) {
            sum += b & 0xff;
        }
        put(header, 148, "%06o\0 ".formatted(sum));
        return header.array();
    }

    private static void put(ByteBuffer header, int at, String text) {
        header.put(at, text.getBytes(StandardCharsets.ISO_8859_1));
    }
}
