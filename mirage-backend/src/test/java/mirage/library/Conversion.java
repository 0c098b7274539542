package mirage.library;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * One way in which qemu-img writes a disk, and what {@code docs/using/formats.md} promises of it.
 *
 * @param arguments of {@code qemu-img convert} that stand before the names of the files; in them {@code FOLDER} is
 *     where the files are written, and {@code RAW} the disk itself
 * @param written what is promised of the file that the conversion is named by
 * @param beside what is promised of the others that it writes
 */
record Conversion(String arguments, Outcome written, Outcome beside) {
    private static final String SECRET = "--object secret,id=key,data=passphrase ";
    private static final Outcome NO_OTHERS = new Outcome.Bytes(null);
    private static final String NO_TIME = "Unable to get accurate CPU usage";
    private static final int LUKS_ATTEMPTS = 50;
    private static final String OTHER_FILES = "needs files outside the image";

    /** What is promised of a file that is uploaded. */
    sealed interface Outcome {
        /** It is a known format, and its disk is shown. */
        record Read(String format) implements Outcome {}

        /** It is a known format whose disk is not shown, for a reason that a warning tells. */
        record Refused(@Nullable String format, String reason) implements Outcome {}

        /** No file of it is shown; the format may be that of what it is known by its name to hold. */
        record Bytes(@Nullable String format) implements Outcome {}
    }

    static List<Conversion> all() {
        List<Conversion> all = new ArrayList<>();
        raw(all);
        qcow2(all);
        vmdk(all);
        others(all);
        notRead(all);
        return all;
    }

    private static void raw(List<Conversion> all) {
        for (String options : List.of("-S 0", "-S 64k", "-o preallocation=full")) {
            all.add(read("raw", options));
        }
    }

    private static void qcow2(List<Conversion> all) {
        for (String compat : List.of("0.10", "1.1")) {
            for (String size : List.of("512", "4k", "64k", "2M")) {
                String options = "-o compat=" + compat + ",cluster_size=" + size;
                all.add(read("qcow2", options));
                all.add(read("qcow2", "-c " + options));
            }
        }
        for (String size : List.of("1k", "2k", "8k", "16k", "32k", "128k", "256k", "512k", "1M")) {
            all.add(read("qcow2", "-o cluster_size=" + size));
        }
        for (String size : List.of("512", "4k", "64k", "2M")) {
            all.add(read("qcow2", "-c -o compression_type=zstd,cluster_size=" + size));
        }
        for (String size : List.of("16k", "64k", "2M")) {
            String options = "-o extended_l2=on,cluster_size=" + size;
            all.add(read("qcow2", options));
            all.add(read("qcow2", "-c " + options));
            all.add(read("qcow2", "-c " + options + ",compression_type=zstd"));
        }
        for (String preallocation : List.of("metadata", "falloc", "full")) {
            for (String more : List.of("", ",extended_l2=on", ",compat=0.10")) {
                all.add(read("qcow2", "-o preallocation=" + preallocation + more));
            }
        }
        for (int bits = 1; bits <= 64; bits *= 2) {
            all.add(read("qcow2", "-o refcount_bits=" + bits));
        }
        all.add(read("qcow2", "-o lazy_refcounts=on"));
        all.add(read("qcow2", "-S 0"));
        all.add(read("qcow2", "-c -W -m 8"));
    }

    private static void vmdk(List<Conversion> all) {
        for (String more :
                List.of(
                        "",
                        ",zeroed_grain=on",
                        ",compat6=on",
                        ",hwversion=14,toolsversion=10",
                        ",adapter_type=lsilogic",
                        ",adapter_type=buslogic",
                        ",adapter_type=legacyESX")) {
            all.add(read("vmdk", "-o subformat=monolithicSparse" + more));
            all.add(read("vmdk", "-o subformat=streamOptimized" + more));
        }
        Outcome descriptor = new Outcome.Refused("vmdk", OTHER_FILES);
        all.add(
                new Conversion(
                        "-O vmdk -o subformat=twoGbMaxExtentSparse",
                        descriptor,
                        new Outcome.Read("vmdk")));
        for (String flat : List.of("monolithicFlat", "twoGbMaxExtentFlat")) {
            all.add(
                    new Conversion(
                            "-O vmdk -o subformat=" + flat, descriptor, new Outcome.Read("raw")));
        }
    }

    private static void others(List<Conversion> all) {
        for (String force : List.of("", ",force_size=on")) {
            all.add(read("vpc", "vhd", "-o subformat=dynamic" + force));
            all.add(read("vpc", "vhd", "-o subformat=fixed" + force));
        }
        for (String block : List.of("1M", "2M", "8M", "32M")) {
            all.add(read("vhdx", "-o subformat=dynamic,block_size=" + block));
            all.add(read("vhdx", "-o subformat=fixed,block_size=" + block));
        }
        all.add(read("vhdx", "-o log_size=8M"));
        all.add(read("vhdx", "-o subformat=fixed,block_state_zero=off"));
        all.add(read("vdi", "-o static=off"));
        all.add(read("vdi", "-o static=on"));
        for (String cluster : List.of("64k", "1M", "4M")) {
            all.add(read("parallels", "ploop", "-o cluster_size=" + cluster));
        }
    }

    private static void notRead(List<Conversion> all) {
        String encrypted = SECRET + "-O qcow2 -o encrypt.key-secret=key,encrypt.format=";
        all.add(refused(null, "encrypted", encrypted + "aes"));
        all.add(refused(null, "encrypted", encrypted + "luks,encrypt.iter-time=10"));
        all.add(refused("qcow2", OTHER_FILES, "-O qcow2 -B RAW -F raw"));
        all.add(
                new Conversion(
                        "-O qcow2 -o data_file=FOLDER/data,data_file_raw=on",
                        new Outcome.Refused("qcow2", OTHER_FILES),
                        new Outcome.Read("raw")));
        // Compressed ones (-c) of this version fail without a word, on any disk.
        all.add(bytes(null, "-O qcow"));
        all.add(bytes(null, "-O qed"));
        all.add(bytes(null, "-O qed -o cluster_size=4k,table_size=2"));
        all.add(bytes(null, "-O qed -o cluster_size=1M,table_size=4"));
        // Raw, with a volume that is known for what it is.
        all.add(bytes("raw", SECRET + "-O luks -o key-secret=key,iter-time=10"));
    }

    private static Conversion read(String format, String options) {
        return read(format, format, options);
    }

    private static Conversion read(String driver, String format, String options) {
        return new Conversion("-O " + driver + " " + options, new Outcome.Read(format), NO_OTHERS);
    }

    private static Conversion refused(@Nullable String format, String reason, String arguments) {
        return new Conversion(arguments, new Outcome.Refused(format, reason), NO_OTHERS);
    }

    private static Conversion bytes(@Nullable String format, String arguments) {
        return new Conversion(arguments, new Outcome.Bytes(format), NO_OTHERS);
    }

    /** Writes what the conversion makes of a raw disk into an empty folder. */
    void write(Path raw, Path folder) throws IOException {
        List<String> command = new ArrayList<>(List.of("qemu-img", "convert"));
        command.addAll(
                List.of(
                        arguments
                                .replace("FOLDER", folder.toString())
                                .replace("RAW", raw.toString())
                                .strip()
                                .split(" +")));
        // Behind the options, of which --object has to be the first.
        command.addAll(List.of("-f", "raw", raw.toString(), folder.resolve("image").toString()));
        run(folder, command.toArray(String[]::new));
        if (!Files.exists(folder.resolve("image"))) {
            throw new AssertionError(this + " wrote no image");
        }
    }

    /**
     * LUKS has qemu-img time its key derivation, by a clock that shows no time at all on some machines at some moments.
     * It gives up then, which another attempt mends; every other failure is one.
     */
    private static void run(Path folder, String... command) throws IOException {
        PartitionedDisk.Ended ended = PartitionedDisk.attempt(folder, null, command);
        for (int more = 1; more < LUKS_ATTEMPTS && ended.output().contains(NO_TIME); more++) {
            ended = PartitionedDisk.attempt(folder, null, command);
        }
        PartitionedDisk.requireSuccess(ended, command);
    }

    /** What is promised of a file. */
    Outcome outcome(String file) {
        return file.equals("image") ? written : beside;
    }

    @Override
    public String toString() {
        return "qemu-img convert " + arguments;
    }
}
