package mirage.filesystem.walk;

import mirage.filesystem.RawName;

import java.io.InterruptedIOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * The names in a directory.
 *
 * @param entries sorted by name, each name once, without those of the directory itself and of its parent
 * @param damaged whether names may be missing
 */
public record DirectoryListing(List<DirectoryEntry> entries, boolean damaged) {
    /** What an entry takes until its file is shown, beside the bytes of the name. */
    private static final int ENTRY_BYTES = 80;

    /** Gives back the memory of the entries, which were shown. */
    void release(VolumeReader volume) {
        volume.memory().giveBack(bytes(entries));
    }

    private static long bytes(List<DirectoryEntry> entries) {
        long bytes = 0;
        for (DirectoryEntry entry : entries) {
            bytes += ENTRY_BYTES + entry.name().length();
        }
        return bytes;
    }

    /** Whether a name is {@code .} or {@code ..}. */
    public static boolean isOwnOrParent(byte[] name) {
        return name.length > 0
                && name.length <= 2
                && name[0] == '.'
                && name[name.length - 1] == '.';
    }

    /** Takes the names of one directory in any order. What makes no sense is left out with a warning. */
    public static final class Builder {
        private final VolumeReader volume;
        private final long directory;
        private final int room;
        private final List<DirectoryEntry> entries = new ArrayList<>();
        private boolean damaged;
        private boolean full;

        /**
         * @param directory its number, for warnings
         * @param room how many entries may be kept, if there is memory for them; the rest is left out with a warning
         */
        public Builder(VolumeReader volume, long directory, int room) {
            this.volume = volume;
            this.directory = directory;
            this.room = room;
        }

        /**
         * @param at where in the directory it stands, for warnings
         * @param file see {@link DirectoryEntry}
         * @param name {@code .} and {@code ..} are passed over
         */
        public void add(long at, long file, byte[] name) throws InterruptedIOException {
            if (isOwnOrParent(name)) {
                return;
            }
            if (!isName(name)) {
                damage(at, "a name is empty, or holds '/' or NUL");
                return;
            }
            long bytes = (long) ENTRY_BYTES + name.length;
            if (entries.size() >= room || !volume.memory().take(bytes)) {
                full = true;
                damage(
                        at,
                        "too many entries to keep, "
                                + entries.size()
                                + " at once; the rest is left out");
                return;
            }
            entries.add(new DirectoryEntry(file, RawName.of(name)));
        }

        /** Whether there is no more room, so that reading on is in vain. */
        public boolean isFull() {
            return full;
        }

        /** Notes, with a warning, that names may be missing. */
        public void damage(long at, String what) {
            damaged = true;
            volume.warn("directory inode " + directory + " at " + at + ": " + what);
        }

        /** What was added; of several with one name the first. */
        public DirectoryListing build() {
            entries.sort(Comparator.comparing(DirectoryEntry::name));
            List<DirectoryEntry> unique = new ArrayList<>(entries.size());
            for (DirectoryEntry entry : entries) {
                if (unique.isEmpty() || !unique.getLast().name().equals(entry.name())) {
                    unique.add(entry);
                } else {
                    long other = unique.getLast().file();
                    damage(0, "inodes " + other + " and " + entry.file() + " by one name");
                }
            }
            volume.memory().giveBack(bytes(entries) - bytes(unique));
            return new DirectoryListing(unique, damaged);
        }

        private static boolean isName(byte[] name) {
            for (byte octet : name) {
                if (octet == '/' || octet == 0) {
                    return false;
                }
            }
            return name.length > 0;
        }
    }
}
