package mirage.agent.faults;

import static java.util.Objects.requireNonNull;

import mirage.agent.FakeFacade;
import mirage.agent.TestImages;
import mirage.library.View;

import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A disk, another that has some of it elsewhere, and children of the first, at an image service. */
final class Corpus implements AutoCloseable {
    static final String BASE = "11111111-1111-1111-1111-111111111111";
    static final String OTHER_BASE = "11111111-1111-1111-1111-222222222222";

    /** A child of the base, in qcow2; what most tests ask for. */
    static final String CHILD = "33333333-3333-3333-3333-000000000000";

    /** Other children of the base, in qcow2, of the same length. */
    static final List<String> SIBLINGS =
            List.of(
                    "33333333-3333-3333-3333-000000000001",
                    "33333333-3333-3333-3333-000000000002",
                    "33333333-3333-3333-3333-000000000003",
                    "33333333-3333-3333-3333-000000000004");

    private static final int LENGTH = 2 << 20;
    private static final int SHIFT = 100_000;
    private static final Map<String, byte[]> DISKS = disks();

    private static final Map<String, byte[]> CONTAINERS = containers();

    final FakeFacade service;

    Corpus(Path directory) throws Exception {
        service = new FakeFacade(directory);
        for (Map.Entry<String, byte[]> disk : DISKS.entrySet()) {
            String format = isRaw(disk.getKey()) ? "raw" : "qcow2";
            service.add(
                    disk.getKey(),
                    disk.getKey(),
                    container(disk.getKey()),
                    format,
                    disk.getValue(),
                    format);
        }
        for (String child : children()) {
            delta(BASE, child, View.DISK);
            delta(BASE, child, View.CONTAINER);
        }
    }

    private static Map<String, byte[]> disks() {
        Map<String, byte[]> disks = new LinkedHashMap<>();
        byte[] base = TestImages.disk(1, LENGTH);
        disks.put(BASE, base);
        byte[] other = TestImages.disk(2, LENGTH);
        System.arraycopy(base, 0, other, SHIFT, LENGTH / 4);
        disks.put(OTHER_BASE, other);
        disks.put(CHILD, TestImages.child(base, 10));
        for (int i = 0; i < SIBLINGS.size(); i++) {
            disks.put(SIBLINGS.get(i), TestImages.child(base, 20 + i));
        }
        return disks;
    }

    private static Map<String, byte[]> containers() {
        Map<String, byte[]> containers = new LinkedHashMap<>();
        DISKS.forEach((image, disk) ->
                containers.put(image, isRaw(image) ? disk : TestImages.qcow2(disk)));
        return containers;
    }

    static List<String> children() {
        return DISKS.keySet().stream().filter(image -> !isRaw(image)).toList();
    }

    static Iterable<String> images() {
        return DISKS.keySet();
    }

    private static boolean isRaw(String image) {
        return image.equals(BASE) || image.equals(OTHER_BASE);
    }

    /** What a guest sees. */
    static byte[] disk(String image) {
        return requireNonNull(DISKS.get(image));
    }

    /** What was uploaded. */
    static byte[] container(String image) {
        return requireNonNull(CONTAINERS.get(image));
    }

    byte[] delta(String base, String target, View view) {
        try {
            return service.delta(base, View.DISK, target, view);
        } catch (IOException failure) {
            throw new IllegalStateException(failure);
        }
    }

    @Override
    public void close() throws IOException {
        service.close();
    }
}
