package mirage.image.ova;

import mirage.bytes.ByteSource;
import mirage.bytes.FormatException;

import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Walks from member to member of a tar archive by their headers. The content of members is not read, so that this costs
 * the same for a MiB and for a TiB.
 *
 * <p>Each member gets a parser of its own: the walk over many is what Commons Compress would read all content for.
 */
final class TarArchive {
    static final int RECORD_BYTES = 512;

    /** Of a member: a header, and those for what does not fit in it. Names of files end at 4 KiB, attributes at 64. */
    private static final int MAX_HEADER_BYTES = 256 << 10;

    /** Longer ones are cut: they are told to users, and compared with those in the descriptor. */
    private static final int MAX_NAME_CHARS = 1024;

    private static final int MAGIC_OFFSET = 257;
    private static final byte[] MAGIC = "ustar".getBytes(StandardCharsets.US_ASCII);

    /** Where a boot record has its signature, and no header has anything. */
    private static final int SIGNATURE_OFFSET = 510;

    private static final short BOOT_SIGNATURE = 0x55aa;

    private final ByteSource archive;
    private long position;

    TarArchive(ByteSource archive) {
        this.archive = archive;
    }

    /** Whether bytes begin with the header of a member, and not with what starts a machine. */
    static boolean hasMagic(ByteSource bytes) throws IOException {
        if (bytes.length() < RECORD_BYTES) {
            return false;
        }
        ByteBuffer record = ByteBuffer.allocate(RECORD_BYTES);
        bytes.readFully(0, record);
        int end = MAGIC_OFFSET + MAGIC.length;
        return Arrays.equals(record.array(), MAGIC_OFFSET, end, MAGIC, 0, MAGIC.length)
                && record.getShort(SIGNATURE_OFFSET) != BOOT_SIGNATURE;
    }

    /**
     * The next member, null behind the last.
     *
     * @throws FormatException when there should be one and its headers are damaged, or the archive ends without saying so;
     *     where the next one is nobody knows
     */
    @Nullable TarMember next() throws IOException {
        if (archive.length() - position < RECORD_BYTES) {
            throw damaged("a header or the end of the archive expected, the bytes end");
        }
        HeaderStream headers = new HeaderStream(archive, position, MAX_HEADER_BYTES);
        TarArchiveEntry entry;
        try {
            entry = parse(headers);
        } catch (IOException | RuntimeException damage) {
            headers.throwFailure();
            throw damaged(String.valueOf(damage.getMessage()));
        }
        if (entry == null) {
            return null;
        }
        if (!entry.isCheckSumOK()) {
            throw damaged("its checksum is wrong");
        }
        return member(entry, headers.position());
    }

    private static @Nullable TarArchiveEntry parse(HeaderStream headers) throws IOException {
        try (TarArchiveInputStream parser =
                new TarArchiveInputStream(
                        headers, RECORD_BYTES, RECORD_BYTES, StandardCharsets.UTF_8.name(), true)) {
            return parser.getNextEntry();
        }
    }

    private TarMember member(TarArchiveEntry entry, long content) throws FormatException {
        // Of this kind the parser has read a part of the content, and does not tell how much.
        if (entry.isPaxGNU1XSparse()) {
            throw damaged("a sparse file, behind which nothing is found");
        }
        long size = entry.isDirectory() ? 0 : entry.getSize();
        if (size < 0) {
            throw damaged("its size is " + size);
        }
        long left = archive.length() - content;
        long length = Math.min(size, left);
        long padded = Math.ceilDiv(length, RECORD_BYTES) * RECORD_BYTES;
        position = content + Math.min(padded, left);
        return new TarMember(
                shortened(entry.getName()), content, length, isPlainFile(entry), length == size);
    }

    private static boolean isPlainFile(TarArchiveEntry entry) {
        return switch (entry.getLinkFlag()) {
            case TarConstants.LF_NORMAL, TarConstants.LF_OLDNORM, TarConstants.LF_CONTIG ->
                    !entry.isDirectory() && !entry.isSparse();
            default -> false;
        };
    }

    /** What is kept of a name of hostile length. */
    static String shortened(String name) {
        String plain = name.startsWith("./") ? name.substring(2) : name;
        return plain.length() <= MAX_NAME_CHARS ? plain : plain.substring(0, MAX_NAME_CHARS);
    }

    private FormatException damaged(String what) {
        return new FormatException("tar header at " + position + ": " + what);
    }
}
