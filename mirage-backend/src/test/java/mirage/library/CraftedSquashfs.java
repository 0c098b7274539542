package mirage.library;

import com.github.luben.zstd.Zstd;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * Squashfs images that no tool makes, of zstd and blocks of 1 MiB: all of their files are in the root directory, named by
 * numbers, and a few bytes each at the beginning of a shared block.
 */
final class CraftedSquashfs {
    private static final int BLOCK_BYTES = 1 << 20;
    private static final int METADATA_BYTES = 8192;
    private static final int FILE_INODE_BYTES = 32;

    /** Inodes of one metadata block, which one run of a directory may name. */
    private static final int RUN = METADATA_BYTES / FILE_INODE_BYTES;

    private final ByteArrayOutputStream image = new ByteArrayOutputStream();

    private CraftedSquashfs() {}

    /**
     * An image of many files.
     *
     * @param names how many there are
     * @param files that they are names of: as many as names, or fewer
     * @param fragments shared blocks of 1 MiB each, of which the files take one after the other in turns
     * @param bytesEach size of each file
     */
    static byte[] of(int names, int files, int fragments, int bytesEach) {
        return new CraftedSquashfs().make(names, files, fragments, bytesEach);
    }

    private byte[] make(int names, int files, int fragments, int bytesEach) {
        image.writeBytes(new byte[96]);
        ByteBuffer fragmentTable = little(16 * fragments);
        for (int i = 0; i < fragments; i++) {
            byte[] block = new byte[BLOCK_BYTES];
            block[0] = (byte) i;
            byte[] stored = Zstd.compress(block);
            fragmentTable.putLong(image.size()).putInt(stored.length).putInt(0);
            image.writeBytes(stored);
        }
        ByteBuffer inodes = little((files + 2) * FILE_INODE_BYTES);
        for (int i = 0; i < files; i++) {
            header(inodes, 2, 2 + i);
            inodes.putInt(0).putInt(i % fragments).putInt(0).putInt(bytesEach);
        }
        byte[] directory = directory(names, files);
        long root = inodes.position();
        header(inodes, 8, 1);
        inodes.putInt(2).putInt(directory.length + 3).putInt(0).putInt(0);
        inodes.putShort((short) 0).putShort((short) 0).putInt(-1);
        long inodeTable = image.size();
        List<Long> places = metadata(used(inodes));
        long rootBlock = places.get((int) (root / METADATA_BYTES)) - inodeTable;
        // Where the blocks of inodes begin was not known to the directory: all are of one length.
        long directoryTable = image.size();
        metadata(placed(directory, places, inodeTable));
        long fragmentList = table(fragmentTable.array());
        long idList = table(new byte[4]);
        ByteBuffer whole = ByteBuffer.wrap(image.toByteArray()).order(ByteOrder.LITTLE_ENDIAN);
        whole.putInt(0x73717368).putInt(files + 1).putInt(0).putInt(BLOCK_BYTES).putInt(fragments);
        whole.putShort((short) 6).putShort((short) 20).putShort((short) 0).putShort((short) 1);
        whole.putShort((short) 4).putShort((short) 0);
        whole.putLong(rootBlock << 16 | root % METADATA_BYTES).putLong(whole.capacity());
        whole.putLong(idList).putLong(-1).putLong(inodeTable).putLong(directoryTable);
        whole.putLong(fragmentList).putLong(-1);
        return whole.array();
    }

    private static void header(ByteBuffer inodes, int type, int number) {
        inodes.putShort((short) type).putShort((short) 0755).putInt(0).putInt(0).putInt(number);
    }

    /** Runs of names; in place of where a run's inodes begin, the number of their metadata block. */
    private static byte[] directory(int names, int files) {
        ByteArrayOutputStream runs = new ByteArrayOutputStream();
        for (int first = 0; first < names; first += RUN) {
            int count = Math.min(RUN, names - first);
            int inode = first % files / RUN * RUN;
            runs.writeBytes(
                    little(12).putInt(count - 1).putInt(inode / RUN).putInt(inode + 2).array());
            for (int i = 0; i < count; i++) {
                int nth = Math.min(i, files - 1 - inode);
                byte[] name =
                        String.format(Locale.ROOT, "%08d", first + i)
                                .getBytes(StandardCharsets.US_ASCII);
                ByteBuffer entry = little(8).putShort((short) (nth * FILE_INODE_BYTES));
                entry.putShort((short) nth).putShort((short) 2).putShort((short) 7);
                runs.writeBytes(entry.array());
                runs.writeBytes(name);
            }
        }
        return runs.toByteArray();
    }

    private static byte[] placed(byte[] directory, List<Long> places, long inodeTable) {
        ByteBuffer runs = ByteBuffer.wrap(directory).order(ByteOrder.LITTLE_ENDIAN);
        for (int at = 0; at < directory.length; at += 12 + 16 * (runs.getInt(at) + 1)) {
            runs.putInt(at + 4, (int) (places.get(runs.getInt(at + 4)) - inodeTable));
        }
        return directory;
    }

    /**
     * Writes metadata blocks.
     *
     * @return where each begins
     */
    private List<Long> metadata(byte[] bytes) {
        List<Long> places = new ArrayList<>();
        for (int at = 0; at < bytes.length; at += METADATA_BYTES) {
            byte[] block =
                    Arrays.copyOfRange(bytes, at, Math.min(bytes.length, at + METADATA_BYTES));
            byte[] stored = Zstd.compress(block);
            places.add((long) image.size());
            image.writeBytes(little(2).putShort((short) stored.length).array());
            image.writeBytes(stored);
        }
        return places;
    }

    /**
     * Writes a table in metadata blocks.
     *
     * @return where the list of their places is
     */
    private long table(byte[] entries) {
        List<Long> places = metadata(entries);
        long list = image.size();
        places.forEach(place -> image.writeBytes(little(8).putLong(place).array()));
        return list;
    }

    private static ByteBuffer little(int length) {
        return ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
    }

    private static byte[] used(ByteBuffer buffer) {
        return Arrays.copyOf(buffer.array(), buffer.position());
    }
}
