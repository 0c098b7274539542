package mirage.filesystem;

import org.jspecify.annotations.Nullable;

/** What a file is, in the order of its code in our file tables: never reorder. */
public enum FileType {
    REGULAR,
    DIRECTORY,
    SYMLINK,
    CHARACTER_DEVICE,
    BLOCK_DEVICE,
    FIFO,
    SOCKET;

    /**
     * By the upper four of the 16 bits that Unix calls a mode.
     *
     * @return null when they name no type that exists
     */
    public static @Nullable FileType ofMode(int mode) {
        return switch (mode >>> 12) {
            case 0x1 -> FIFO;
            case 0x2 -> CHARACTER_DEVICE;
            case 0x4 -> DIRECTORY;
            case 0x6 -> BLOCK_DEVICE;
            case 0x8 -> REGULAR;
            case 0xa -> SYMLINK;
            case 0xc -> SOCKET;
            default -> null;
        };
    }
}
