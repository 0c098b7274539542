package mirage.filesystem.iso9660;

import mirage.filesystem.KernelMounts;

import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Compares what we read of a disc with the tree that it was made of, as the kernel shows it, for discs that {@code
 * genisoimage} and {@code xorriso} make with Rock Ridge and options swept. Kernels of servers often have no isofs. Needs
 * root, genisoimage, xorriso, python3.
 */
final class Iso9660WritersIT {
    /** What discs do not keep, or writers make anew. */
    private static final String MASK = "dirsize,dirlinks,atime,ctime,btime,inode,xattrs,seconds";

    @TempDir private Path directory;

    @ParameterizedTest
    @ValueSource(
            strings = {
                "genisoimage -R -D",
                "genisoimage -R -D -iso-level 2",
                "genisoimage -R -D -iso-level 3 -l",
                "genisoimage -R -D -iso-level 4",
                "genisoimage -R -D -U",
                "genisoimage -R -D -N -d -max-iso9660-filenames",
                "genisoimage -R -D -relaxed-filenames -no-cache-inodes",
                "genisoimage -R -D -hfs",
                "genisoimage -R -D -J -input-charset utf-8",
                "genisoimage -R -D -iso-level 4 -J -joliet-long",
                "xorriso -as mkisofs -R",
                "xorriso -as mkisofs -R -J -joliet-long -iso-level 3",
                "xorriso -as mkisofs -R -iso-level 2 -U",
                "xorriso -as mkisofs -R -D -iso-level 4 -full-iso9660-filenames",
                "xorriso -as mkisofs -R -d -N -relaxed-filenames -allow-lowercase",
                "xorriso -as mkisofs -R -partition_offset 16",
                "xorriso -as mkisofs -R -iso-level 1 -hfsplus"
            })
    void everyFileIsAsItWasPutOnTheDisc(String command) throws IOException, InterruptedException {
        if (KernelMounts.areImpossible("iso9660")) {
            return;
        }
        KernelMounts programs = new KernelMounts(directory);
        Path tree = Files.createDirectory(directory.resolve("tree"));
        programs.run("chmod", "755", tree.toString());
        programs.run(KernelMounts.resource("iso9660/tree.py").toString(), tree.toString());
        if (command.startsWith("genisoimage")) {
            removeWhatGenisoimageWritesWrong(command, tree, programs);
        }
        Path image = directory.resolve("image");
        List<String> words = new ArrayList<>(Arrays.asList(command.split(" ")));
        words.addAll(List.of("-V", "Disc", "-o", image.toString(), tree.toString()));
        programs.run(words.toArray(String[]::new));
        KernelMounts.requireTheSame(
                image,
                programs.run(
                        "python3",
                        KernelMounts.resource("ext4/list.py").toString(),
                        tree.toString(),
                        MASK));
    }

    private static void removeWhatGenisoimageWritesWrong(
            String command, Path tree, KernelMounts programs)
            throws IOException, InterruptedException {
        // Targets that need more than one entry get lengths modulo 256.
        Files.delete(tree.resolve("links/long"));
        Files.delete(tree.resolve("links/many"));
        if (command.contains("-U") || command.contains("-iso-level 4")) {
            // It sorts the record of a directory for itself among its names, behind these, and
            // calls it "0". ECMA-119, 6.8.2.2 wants it first and without a name; Linux takes the
            // first for it, whatever that is. We leave such a directory out, with a warning.
            Files.delete(tree.resolve("names/..."));
            Files.delete(tree.resolve("names/;1"));
        }
        if (command.contains("-J")) {
            // It refuses names that are not UTF-8. Their bytes are no path of Java's either.
            programs.run("find", tree + "/names", "-name", "*not UTF-8", "-delete");
        }
        programs.run("touch", "-d", "@1600000000", tree + "/names", tree + "/links");
    }
}
