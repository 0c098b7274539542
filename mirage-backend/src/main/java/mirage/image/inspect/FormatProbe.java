package mirage.image.inspect;

import mirage.bytes.ByteSource;
import mirage.bytes.FormatException;
import mirage.bytes.StructReader;

import java.io.IOException;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/** Recognises one format. Holds no state. */
interface FormatProbe {
    String format();

    /** Whether the magic of the format is there. */
    boolean claims(ByteSource image) throws IOException;

    /**
     * Looks at an image that {@link #claims} to be of the format.
     *
     * @throws FormatException when it is not built as the format demands
     */
    FormatMatch examine(ByteSource image) throws IOException;

    /** Whether the image has these bytes there. */
    static boolean hasAt(ByteSource image, long offset, String latin1) throws IOException {
        return bytesAt(image, offset, latin1.length()).equals(latin1);
    }

    /** Bytes of the image as characters from U+0000 to U+00FF; fewer, or none, where it ends before. */
    static String bytesAt(ByteSource image, long offset, int length) throws IOException {
        int there = Math.clamp(image.length() - offset, 0, length);
        byte[] bytes =
                StructReader.read(
                                "image",
                                image,
                                Math.min(offset, image.length()),
                                there,
                                ByteOrder.BIG_ENDIAN)
                        .bytes(0, there);
        return new String(bytes, StandardCharsets.ISO_8859_1);
    }
}
