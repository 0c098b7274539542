package mirage.image.vmdk;

import mirage.bytes.ByteSource;
import mirage.bytes.FormatException;
import mirage.image.DiskImage.External;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The text that tells of what files an image is made ("The Virtual Disk Descriptor"). Its names are hostile: they are passed on as
 * names and never opened.
 *
 * @param diskBytes sum of the extents
 * @param extents files that the disk lies in
 * @param parents file that it lives on, at most one
 */
record Descriptor(long diskBytes, List<External> extents, List<External> parents) {
    static final String FIRST_LINE = "# Disk DescriptorFile";

    /** QEMU reads no longer one. */
    private static final int MAX_BYTES = (1 << 20) - 1;

    private static final int MAX_EXTENTS = 4096;
    private static final long MAX_SECTORS = Long.MAX_VALUE / VmdkHeader.SECTOR_BYTES;

    private static final Pattern EXTENT =
            Pattern.compile(
                    "(?:RW|RDONLY|NOACCESS)\\h+(\\d{1,18})\\h+(\\w+)(?:\\h+\"([^\"]*)\".*)?");

    private static final Pattern PARENT =
            Pattern.compile("parentFileNameHint\\h*=\\h*\"([^\"]*)\".*", Pattern.CASE_INSENSITIVE);

    /**
     * Reads the one at {@code offset}, which ends with a NUL or after {@code bytes}, or where the container ends.
     *
     * @throws FormatException when its extents are more or larger than any disk's
     */
    static Descriptor read(ByteSource container, long offset, long bytes) throws IOException {
        long sectors = 0;
        List<External> extents = new ArrayList<>();
        List<External> parents = new ArrayList<>();
        for (String line : text(container, offset, bytes).split("\n")) {
            Matcher extent = EXTENT.matcher(line.strip());
            Matcher parent = PARENT.matcher(line.strip());
            if (extent.matches()) {
                sectors += Long.parseLong(extent.group(1));
                if (sectors > MAX_SECTORS || extents.size() == MAX_EXTENTS) {
                    throw new FormatException(
                            "VMDK descriptor: expected at most "
                                    + MAX_EXTENTS
                                    + " extents of "
                                    + MAX_SECTORS
                                    + " sectors, found more");
                }
                if (extent.group(3) != null) {
                    extents.add(new External(role(extent.group(2)), extent.group(3)));
                }
            } else if (parent.matches() && parents.isEmpty()) {
                parents.add(new External("parent", parent.group(1)));
            }
        }
        return new Descriptor(sectors * VmdkHeader.SECTOR_BYTES, extents, parents);
    }

    /** Of an extent's file. */
    static String role(String kind) {
        return "extent of kind " + kind;
    }

    private static String text(ByteSource container, long offset, long bytes) throws IOException {
        if (offset >= container.length()) {
            return "";
        }
        ByteBuffer buffer =
                ByteBuffer.allocate(
                        (int) Math.min(Math.min(bytes, MAX_BYTES), container.length() - offset));
        container.readAt(offset, buffer);
        String padded = new String(buffer.array(), StandardCharsets.UTF_8);
        int end = padded.indexOf('\0');
        return end < 0 ? padded : padded.substring(0, end);
    }
}
