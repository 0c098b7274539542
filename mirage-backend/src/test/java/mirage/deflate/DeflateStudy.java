package mirage.deflate;

import mirage.bytes.ByteSource;
import mirage.bytes.FileSource;
import mirage.bytes.Warnings;
import mirage.image.DiskImage;
import mirage.image.DiskImage.EncodedCluster;
import mirage.image.ImageFormats;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.zip.DataFormatException;
import java.util.zip.Deflater;
import java.util.zip.Inflater;

/**
 * Decodes every compressed cluster of images and encodes it again: {@code java … mirage.deflate.DeflateStudy IMAGE…}, qcow2
 * with zlib, or streamOptimized VMDK ("Virtual Disk Format 5.0", section "Stream-Optimized Compressed Sparse Extents"). Counts
 * what comes back bit for bit, and measures our encoder, the JDK's at the same level, and zlib with the same parameters.
 * Times are of the thread's processor, and so bear other load.
 */
final class DeflateStudy {
    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();
    private static final int SECTOR_BYTES = 512;
    private static final int VMDK_MAGIC = 0x564d444b;
    private static final int VMDK_HEADER_BYTES = 79;
    private static final int GRAIN_BYTES = 64 << 10;
    private static final int GRAIN_HEADER_BYTES = 12;

    private final DeflateParameters parameters;
    private final DeflateEncoder encoder;
    private final Deflater deflater;
    private final byte[] room = new byte[4 << 20];
    private int clusters;
    private int identical;
    private long rawBytes;
    private long encoderNanos;
    private long deflaterNanos;
    private long zlibNanos;

    private DeflateStudy(DeflateParameters parameters) {
        this.parameters = parameters;
        encoder = new DeflateEncoder(parameters);
        deflater = new Deflater(parameters.level(), parameters.wrapper() == Wrapper.RAW);
    }

    public static void main(String[] images) throws IOException, DataFormatException {
        System.out.println(
                "| image | clusters | identical | raw MB | ours MB/s | JDK Deflater MB/s | zlib "
                        + SystemZlib.version()
                        + " MB/s |");
        System.out.println("| --- | ---: | ---: | ---: | ---: | ---: | ---: |");
        for (String image : images) {
            Path file = Path.of(image);
            try (FileSource container = FileSource.open(file)) {
                System.out.println(study(file.getFileName().toString(), container));
            }
        }
    }

    private static String study(String name, ByteSource container)
            throws IOException, DataFormatException {
        boolean vmdk = read(container, 0, Integer.BYTES).getInt() == VMDK_MAGIC;
        DeflateStudy study =
                new DeflateStudy(vmdk ? DeflateParameters.COMPRESS : DeflateParameters.QCOW2);
        for (EncodedCluster cluster : vmdk ? grains(container) : clusters(container)) {
            study.add(
                    read(container, cluster.containerOffset(), cluster.storedLength()).array(),
                    cluster.length());
        }
        return study.row(name);
    }

    private static List<EncodedCluster> clusters(ByteSource container) throws IOException {
        DiskImage image = ImageFormats.open(container, new Warnings());
        return image.encodedClusters();
    }

    private static List<EncodedCluster> grains(ByteSource container) throws IOException {
        ByteBuffer header = read(container, 0, VMDK_HEADER_BYTES);
        long at = header.getLong(64) * SECTOR_BYTES;
        List<EncodedCluster> grains = new ArrayList<>();
        while (at + SECTOR_BYTES <= container.length()) {
            ByteBuffer marker = read(container, at, 16);
            long sectors = marker.getLong(0);
            int size = marker.getInt(8);
            if (size > 0) {
                grains.add(
                        new EncodedCluster(
                                at + GRAIN_HEADER_BYTES,
                                size,
                                sectors * SECTOR_BYTES,
                                GRAIN_BYTES));
                at += roundUp(GRAIN_HEADER_BYTES + size);
            } else {
                boolean endOfStream = marker.getInt(12) == 0;
                at += endOfStream ? container.length() : (1 + sectors) * SECTOR_BYTES;
            }
        }
        return grains;
    }

    private static long roundUp(long bytes) {
        return (bytes + SECTOR_BYTES - 1) / SECTOR_BYTES * SECTOR_BYTES;
    }

    private static ByteBuffer read(ByteSource source, long at, int length) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
        while (bytes.hasRemaining() && source.readAt(at + bytes.position(), bytes) >= 0) {
            Thread.onSpinWait();
        }
        return bytes.flip();
    }

    private void add(byte[] stored, int length) throws DataFormatException {
        Inflater inflater = new Inflater(parameters.wrapper() == Wrapper.RAW);
        inflater.setInput(stored);
        byte[] content = new byte[length];
        int decoded = inflater.inflate(content);
        while (!inflater.finished() && inflater.inflate(room) > 0) {
            throw new DataFormatException("more than " + length + " bytes");
        }
        byte[] encoded = Arrays.copyOf(stored, (int) inflater.getBytesRead());
        inflater.end();
        content = Arrays.copyOf(content, decoded);

        long start = THREADS.getCurrentThreadCpuTime();
        boolean same = encoder.reproduces(ByteBuffer.wrap(content), ByteBuffer.wrap(encoded));
        long ours = THREADS.getCurrentThreadCpuTime();
        deflater.reset();
        deflater.setInput(content);
        deflater.finish();
        deflater.deflate(room);
        long jdk = THREADS.getCurrentThreadCpuTime();
        byte[] byZlib = SystemZlib.encode(parameters, content);
        long zlib = THREADS.getCurrentThreadCpuTime();
        if (!Arrays.equals(byZlib, encoded)) {
            System.out.println("zlib itself writes others at cluster " + clusters);
        }
        clusters++;
        identical += same ? 1 : 0;
        rawBytes += decoded;
        encoderNanos += ours - start;
        deflaterNanos += jdk - ours;
        zlibNanos += zlib - jdk;
    }

    private String row(String name) {
        deflater.end();
        return String.format(
                Locale.ROOT,
                "| %s | %d | %d | %.1f | %.1f | %.1f | %.1f |",
                name,
                clusters,
                identical,
                rawBytes / 1e6,
                rawBytes * 1e3 / encoderNanos,
                rawBytes * 1e3 / deflaterNanos,
                rawBytes * 1e3 / zlibNanos);
    }
}
