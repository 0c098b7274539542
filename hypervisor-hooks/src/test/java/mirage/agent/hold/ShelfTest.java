package mirage.agent.hold;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import static java.util.Objects.requireNonNull;

import mirage.agent.deploy.ImageView;
import mirage.catalog.ImageId;
import mirage.codec.DataDigest;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

final class ShelfTest {
    private static final int LENGTH = 1000;
    private static final ImageId A = new ImageId("a");
    private static final ImageId B = new ImageId("b");
    private static final ImageId C = new ImageId("c");
    @TempDir private Path directory;
    private Inventory inventory;
    private Shelf shelf;

    @BeforeEach
    void open() throws IOException {
        open(3 * LENGTH, 0);
    }

    private void open(long budget, long reserve) throws IOException {
        inventory = Inventory.open(directory);
        shelf = Shelf.open(directory, inventory, budget, reserve);
    }

    private Held put(ImageId image) throws IOException {
        byte[] bytes = new byte[LENGTH];
        bytes[0] = 1;
        Path file = Files.write(shelf.workFile(image, "disk"), bytes);
        DataDigest.Stream digest = new DataDigest.Stream();
        digest.update(ByteBuffer.wrap(bytes));
        return shelf.put(image, ImageView.DISK, file, digest.finish(), LENGTH);
    }

    private List<ImageId> held() {
        return inventory.images();
    }

    @Test
    void whatWasNotUsedLongestGoesForWhatComes() throws IOException {
        put(A);
        Held b = put(B);
        put(C);
        inventory.used(requireNonNull(inventory.onShelf(A, ImageView.DISK)).key());
        try (Shelf.Room _ = shelf.room(LENGTH)) {
            assertThat(held()).containsExactly(C, A);
            assertThat(b.file()).doesNotExist();
        }
        assertThat(shelf.costs()).isEqualTo(2 * LENGTH);
    }

    @Test
    void roomThatIsPromisedIsTaken() throws IOException {
        put(A);
        Shelf.Room room = shelf.room(2 * LENGTH);
        assertThat(held()).containsExactly(A);
        try (Shelf.Room _ = shelf.room(LENGTH)) {
            assertThat(held()).isEmpty();
            assertThatThrownBy(() -> shelf.room(1)).isInstanceOf(NoRoomException.class);
        }
        room.close();
        shelf.room(3 * LENGTH).close();
    }

    @Test
    void moreThanTheBudgetIsRefusedBeforeAnythingGoes() throws IOException {
        put(A);
        assertThatThrownBy(() -> shelf.room(3 * LENGTH + 1))
                .isInstanceOf(NoRoomException.class)
                .hasMessageContaining("budget");
        assertThat(held()).containsExactly(A);
    }

    @Test
    void whatDoesNotStayIsNotOfTheBudget() throws IOException {
        put(A);
        try (Shelf.Room _ = shelf.passing(100 * LENGTH)) {
            assertThat(held()).containsExactly(A);
            shelf.room(2 * LENGTH).close();
            assertThat(held()).containsExactly(A);
            assertThatThrownBy(() -> shelf.passing(shelf.free() + (1L << 40)))
                    .isInstanceOf(NoRoomException.class);
        }
    }

    @Test
    void whatWasShownIsShownWhenItIsMadeOnceMore() throws IOException {
        Held first = put(A);
        shelf.show(first);
        assertThat(put(A).shown()).isTrue();
        shelf.remove(first);
        assertThat(put(A).shown()).isFalse();
    }

    @Test
    void whatThisHostWasShownIsNotSpared() throws IOException {
        shelf.show(put(A));
        put(B);
        try (Shelf.Room _ = shelf.room(2 * LENGTH)) {
            assertThat(held()).containsExactly(A);
            assertThatThrownBy(() -> shelf.room(1)).isInstanceOf(NoRoomException.class);
        }
        open(3 * LENGTH, 0);
        shelf.room(2 * LENGTH).close();
        assertThat(held()).as("after a restart").containsExactly(A);
    }

    @Test
    void theReserveStaysFree() throws IOException {
        long free = shelf.free();
        open(Long.MAX_VALUE, free + (1L << 40));
        put(A);
        assertThatThrownBy(() -> shelf.room(1))
                .isInstanceOf(NoRoomException.class)
                .hasMessageContaining("free");
        assertThat(held()).as("gone in the hope that it would do").isEmpty();
    }

    @Test
    void whatWasForcedToDiskIsTrustedAndTheRestReadAgain() throws IOException {
        Held durable = put(A);
        shelf.force(durable);
        Held torn = put(B);
        Held whole = put(C);
        // As after a crash of the machine: the length is there, the bytes are not.
        Files.write(torn.file(), new byte[LENGTH]);
        open(3 * LENGTH, 0);
        assertThat(held()).containsExactlyInAnyOrder(A, C);
        assertThat(torn.file()).doesNotExist();
        assertThat(requireNonNull(inventory.find(whole.key())).durable()).isTrue();
    }

    @Test
    void aDiskThatIsFullIsNoReasonNotToStart() throws IOException {
        Held gone = put(A);
        Held notForced = put(B);
        Files.delete(gone.file());
        inventory = Inventory.open(directory);
        // No inventory can be written any more.
        Files.createDirectories(directory.resolve("inventory.json.new").resolve("something"));
        shelf = Shelf.open(directory, inventory, 3 * LENGTH, 0);
        assertThat(held()).containsExactly(B);
        assertThat(requireNonNull(inventory.find(notForced.key())).durable()).isTrue();
    }

    @Test
    void whatNobodyKnowsGoesAtTheStart() throws IOException {
        Held known = put(A);
        Path unknown = Files.createFile(known.file().resolveSibling("b.disk"));
        Path under = Files.createFile(shelf.workFile(C, "delta"));
        open(3 * LENGTH, 0);
        assertThat(known.file()).exists();
        assertThat(unknown).doesNotExist();
        assertThat(under).doesNotExist();
    }
}
