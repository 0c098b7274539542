package mirage.image.ova;

import mirage.bytes.ByteSource;
import mirage.bytes.FormatException;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.io.StringReader;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;

/**
 * What the description of a machine says of its disks: which files they are in ({@code References} and
 * {@code DiskSection}). Elements and attributes are known by their names in any namespace, as those of earlier versions of the
 * standard are other ones. The text is taken for UTF-8, which it is everywhere. No entity, no document type and no other
 * file is ever read.
 *
 * @param disks files that a disk is in, by the names that their members have, as far as they are there
 */
record OvfDescriptor(Map<String, Wrapping> disks) {
    /** Of a machine of which nothing is known. */
    static final OvfDescriptor NONE = new OvfDescriptor(Map.of());

    /** Those of programs take a few KiB. */
    private static final int MAX_BYTES = 1 << 20;

    private static final String BYTE_ORDER_MARK = "\ufeff";

    /** How a file is in the archive. */
    enum Wrapping {
        PLAIN,
        /** The attribute {@code compression} names something. */
        COMPRESSED,
        /** In members that are called by the file's name and a number ({@code chunkSize}). */
        CHUNKED
    }

    /** A file that the description refers to. */
    private record File(String name, Wrapping wrapping) {}

    /**
     * @throws FormatException when it is longer than we read, or not well formed
     */
    static OvfDescriptor read(ByteSource text) throws IOException {
        if (text.length() > MAX_BYTES) {
            throw new FormatException(
                    "at most " + MAX_BYTES + " bytes expected, found " + text.length());
        }
        ByteBuffer bytes = ByteBuffer.allocate((int) text.length());
        text.readFully(0, bytes);
        String decoded = new String(bytes.array(), StandardCharsets.UTF_8);
        try {
            return parse(
                    parsers()
                            .createXMLStreamReader(
                                    new StringReader(
                                            decoded.startsWith(BYTE_ORDER_MARK)
                                                    ? decoded.substring(1)
                                                    : decoded)));
        } catch (XMLStreamException | RuntimeException malformed) {
            // What a parser that is not ours makes of hostile text is no defect of ours.
            throw new FormatException(
                    "no well-formed XML: "
                            + String.valueOf(malformed.getMessage()).replace('\n', ' '),
                    malformed);
        }
    }

    private static XMLInputFactory parsers() {
        XMLInputFactory parsers = XMLInputFactory.newDefaultFactory();
        parsers.setProperty(XMLInputFactory.SUPPORT_DTD, false);
        parsers.setProperty(XMLInputFactory.IS_SUPPORTING_EXTERNAL_ENTITIES, false);
        return parsers;
    }

    private static OvfDescriptor parse(XMLStreamReader text) throws XMLStreamException {
        Map<String, File> files = new LinkedHashMap<>();
        Set<String> used = new LinkedHashSet<>();
        while (text.hasNext()) {
            if (text.next() != XMLStreamConstants.START_ELEMENT) {
                continue;
            }
            switch (text.getLocalName()) {
                case "File" -> {
                    String id = text.getAttributeValue(null, "id");
                    String name = text.getAttributeValue(null, "href");
                    if (id != null && name != null) {
                        files.putIfAbsent(id, new File(name, wrapping(text)));
                    }
                }
                case "Disk" -> {
                    String file = text.getAttributeValue(null, "fileRef");
                    if (file != null) {
                        used.add(file);
                    }
                }
                default -> {}
            }
        }
        Map<String, Wrapping> disks = new LinkedHashMap<>();
        for (String id : used) {
            File file = files.get(id);
            if (file != null) {
                disks.put(file.name, file.wrapping);
            }
        }
        return new OvfDescriptor(disks);
    }

    private static Wrapping wrapping(XMLStreamReader file) {
        if (isGiven(file.getAttributeValue(null, "chunkSize"))) {
            return Wrapping.CHUNKED;
        }
        String compression = file.getAttributeValue(null, "compression");
        return isGiven(compression) && !compression.equals("identity")
                ? Wrapping.COMPRESSED
                : Wrapping.PLAIN;
    }

    private static boolean isGiven(@Nullable String attribute) {
        return attribute != null && !attribute.isEmpty();
    }
}
