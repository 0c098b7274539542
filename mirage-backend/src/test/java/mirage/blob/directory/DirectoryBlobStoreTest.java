package mirage.blob.directory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import mirage.blob.BlobExistsException;
import mirage.blob.BlobKind;
import mirage.blob.BlobStore;
import mirage.blob.BlobStoreContract;
import mirage.blob.InjectedFault;
import mirage.bytes.ByteSource;
import mirage.bytes.ByteSources;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

final class DirectoryBlobStoreTest extends BlobStoreContract {
    @TempDir Path folder;

    @Override
    protected BlobStore newStore() throws IOException {
        return DirectoryBlobStore.open(folder.resolve("store"));
    }

    @Test
    void keepsBlobsFromOneStartToTheNext() throws IOException {
        Path root = folder.resolve("other");
        try (BlobStore store = DirectoryBlobStore.open(root)) {
            store.create(PACK_1, ByteSources.of(bytes(100)));
        }
        try (BlobStore store = DirectoryBlobStore.open(root)) {
            assertThat(store.list(BlobKind.PACK)).containsExactly(PACK_1);
        }
        assertThat(root.resolve("packs/00/" + PACK_1.id())).hasBinaryContent(bytes(100));
    }

    @Test
    void onlyTheOwnerMayReadOrWrite() throws IOException {
        Path root = folder.resolve("other");
        try (BlobStore store = DirectoryBlobStore.open(root)) {
            store.create(PACK_1, ByteSources.of(bytes(100)));
            try (Stream<Path> all = Files.walk(root)) {
                for (Path path : all.toList()) {
                    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(path)))
                            .as("%s", path)
                            .isEqualTo(Files.isDirectory(path) ? "rwx------" : "rw-------");
                }
            }
        }
    }

    @Test
    void leavesForeignFilesAlone() throws IOException {
        Path root = folder.resolve("other");
        try (BlobStore store = DirectoryBlobStore.open(root)) {
            Files.createDirectory(root.resolve("packs/00"));
            Path foreign = root.resolve("packs/00/README");
            Path misplaced = root.resolve("packs/00/" + "ff".repeat(32));
            Files.createFile(foreign);
            Files.createFile(misplaced);
            assertThat(store.list(BlobKind.PACK)).isEmpty();
            assertThat(foreign).exists();
        }
    }

    /** The order that makes a blob durable: its bytes before its name, both before create returns. */
    @Test
    void makesEachStepDurableBeforeTheNext() throws IOException {
        List<String> steps = new ArrayList<>();
        try (BlobStore store =
                DirectoryBlobStore.open(folder.resolve("other"), new RecordingDisk(steps))) {
            steps.clear();
            store.create(PACK_1, ByteSources.of(bytes(100)));
            assertThat(steps)
                    .containsExactly(
                            "write TEMPORARY",
                            "sync TEMPORARY",
                            "makeDirectory 00",
                            "syncDirectory packs",
                            "link " + PACK_1.id(),
                            "syncDirectory 00",
                            "delete TEMPORARY");
            steps.clear();
            assertThatThrownBy(() -> store.create(PACK_1, ByteSources.of(bytes(100))))
                    .isInstanceOf(BlobExistsException.class);
            assertThat(steps).as("what exists is durable").containsExactly("syncDirectory 00");
            steps.clear();
            store.delete(PACK_1);
            assertThat(steps).containsExactly("delete " + PACK_1.id(), "syncDirectory 00");
            steps.clear();
            store.create(PACK_2, ByteSources.of(bytes(100)));
            assertThat(steps)
                    .as("a directory is made durable once")
                    .containsExactly(
                            "write TEMPORARY",
                            "sync TEMPORARY",
                            "link " + PACK_2.id(),
                            "syncDirectory 00",
                            "delete TEMPORARY");
        }
    }

    /** Fails the first step, then the second, and so on until the blob is created; then looks what is there. */
    @Test
    void aCrashAtAnyStepLeavesTheBlobCompleteOrAbsent() throws IOException {
        Path root = folder.resolve("other");
        byte[] content = bytes(600_000);
        List<Boolean> present = new ArrayList<>();
        for (boolean created = false; !created; ) {
            created = createOn(root, new CrashingDisk(), present.size(), content);
            try (BlobStore store = DirectoryBlobStore.open(root)) {
                present.add(!store.list(BlobKind.PACK).isEmpty());
                assertThat(temporariesIn(root)).as("after %d steps", present.size()).isEmpty();
                if (present.getLast()) {
                    assertThat(root.resolve("packs/00/" + PACK_1.id())).hasBinaryContent(content);
                    store.delete(PACK_1);
                }
            }
        }
        assertThat(present)
                .as("absent until the link is done; without the last delete, it is created")
                .containsExactly(false, false, false, false, false, true, true);
    }

    /** True when the create returned. The crash comes after so many steps of the create. */
    private static boolean createOn(Path root, CrashingDisk disk, int steps, byte[] content)
            throws IOException {
        DirectoryBlobStore store = DirectoryBlobStore.open(root, disk);
        disk.crashAfter(steps);
        boolean created = false;
        try {
            store.create(PACK_1, ByteSources.of(content));
            created = true;
        } catch (InjectedFault crashed) {
            assertThat(steps).isLessThan(6);
        }
        assertThatThrownBy(store::close).isInstanceOf(InjectedFault.class);
        return created;
    }

    @Test
    void aCrashWhileTheStoreIsMadeIsMadeGood() throws IOException {
        for (int steps : new int[] {0, 1, 2, 3, 4, 5}) {
            Path root = folder.resolve("crash-" + steps);
            CrashingDisk disk = new CrashingDisk();
            disk.crashAfter(steps);
            assertThatThrownBy(() ->
                            DirectoryBlobStore.open(root, disk)
                                    .create(PACK_1, ByteSources.of(bytes(1))))
                    .isInstanceOf(InjectedFault.class);
            try (BlobStore store = DirectoryBlobStore.open(root)) {
                store.create(PACK_1, ByteSources.of(bytes(5)));
                assertThat(store.list(BlobKind.PACK)).containsExactly(PACK_1);
            }
        }
    }

    @Test
    void whatAnotherIsWritingIsNotAStray() throws IOException {
        Path root = folder.resolve("other");
        try (BlobStore writing = DirectoryBlobStore.open(root)) {
            ByteSource content =
                    new ByteSource() {
                        @Override
                        public long length() {
                            return 100;
                        }

                        @Override
                        public int readAt(long position, ByteBuffer target) throws IOException {
                            // Half-way through the create, another store is opened on the same
                            // directory.
                            DirectoryBlobStore.open(root).close();
                            return ByteSources.of(bytes(100)).readAt(position, target);
                        }
                    };
            writing.create(PACK_1, content);
            assertThat(root.resolve("packs/00/" + PACK_1.id())).hasBinaryContent(bytes(100));
        }
    }

    @Test
    void aTemporaryWithoutAnOwnerIsRemoved() throws IOException {
        Path root = folder.resolve("other");
        DirectoryBlobStore.open(root).close();
        Files.write(root.resolve("tmp/0123-4"), bytes(10));
        Files.write(root.resolve("tmp/4567-8"), bytes(10));
        Files.createFile(root.resolve("tmp/4567.lock"));
        DirectoryBlobStore.open(root).close();
        assertThat(temporariesIn(root)).isEmpty();
        assertThat(root.resolve("tmp")).isEmptyDirectory();
    }

    private static List<Path> temporariesIn(Path root) throws IOException {
        try (Stream<Path> all = Files.list(root.resolve("tmp"))) {
            return all.filter(file -> !file.toString().endsWith(".lock")).toList();
        }
    }

    private static class RecordingDisk extends Disk {
        private final List<String> steps;

        RecordingDisk(List<String> steps) {
            this.steps = steps;
        }

        @Override
        void write(Path file, ByteSource content) throws IOException {
            step("write", file);
            super.write(file, content);
        }

        @Override
        void sync(Path file) throws IOException {
            step("sync", file);
            super.sync(file);
        }

        @Override
        void link(Path name, Path file) throws IOException {
            step("link", name);
            super.link(name, file);
        }

        @Override
        void delete(Path file) throws IOException {
            step("delete", file);
            super.delete(file);
        }

        @Override
        void syncDirectory(Path directory) throws IOException {
            step("syncDirectory", directory);
            super.syncDirectory(directory);
        }

        @Override
        void makeDirectory(Path directory) throws IOException {
            step("makeDirectory", directory);
            super.makeDirectory(directory);
        }

        void step(String what, Path path) throws IOException {
            String name = path.getFileName().toString();
            steps.add(what + " " + (name.contains("-") ? "TEMPORARY" : name));
        }
    }

    /** Does so many steps, then half of a write or nothing, and nothing from then on. */
    private static final class CrashingDisk extends RecordingDisk {
        private int stepsLeft = Integer.MAX_VALUE;

        CrashingDisk() {
            super(new ArrayList<>());
        }

        void crashAfter(int steps) {
            stepsLeft = steps;
        }

        @Override
        void step(String what, Path path) throws IOException {
            if (stepsLeft == 0) {
                if (what.equals("write")) {
                    Files.write(path, bytes(1000));
                }
                throw new InjectedFault(what + " " + path + " fails on purpose");
            }
            stepsLeft--;
        }
    }
}
