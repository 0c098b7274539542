package mirage.command;

import mirage.bytes.ByteSource;
import mirage.bytes.FileSource;
import mirage.bytes.SparseBlocks;
import mirage.delta.Delta;
import mirage.delta.DeltaApplier;

import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.function.LongConsumer;

/** Makes an image of a delta and its base; needs no library. */
@Command(
        name = "apply",
        mixinStandardHelpOptions = true,
        description = {
            "Make an image of a delta and its base, sparse where it is zeros. No library is needed.",
            "The file appears when it is complete and its digest is right."
        },
        footer = {
            "",
            "Example:",
            "  mirage delta apply nginx.delta debian-12.raw debian-12-nginx.raw"
        })
final class DeltaApplyCommand implements Subcommand {
    @Parameters(index = "0", paramLabel = "DELTA", description = "As mirage delta make wrote it.")
    private Path delta;

    @Parameters(index = "1", paramLabel = "BASE", description = "The image it was made for.")
    private Path base;

    @Parameters(
            index = "2",
            paramLabel = "FILE",
            description = "Where to write; replaced if it exists.")
    private Path file;

    @Override
    public Integer call() throws IOException {
        Path part = file.resolveSibling(file.getFileName() + ".part");
        try (ByteSource bytes = FileSource.open(delta);
                ByteSource held = FileSource.open(base)) {
            Delta opened = Delta.open(delta.toString(), bytes);
            try (Progress progress = Progress.of("apply", opened.index().targetLength())) {
                apply(opened, held, part, progress::add);
            }
            Files.move(part, file, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(part);
        }
        return 0;
    }

    /** Writes what a delta makes into a file, which is replaced. */
    static void apply(Delta delta, ByteSource base, Path file, LongConsumer progress)
            throws IOException {
        try (RandomAccessFile out = new RandomAccessFile(file.toFile(), "rw")) {
            out.setLength(0);
            out.setLength(delta.index().targetLength());
            DeltaApplier.apply(delta, base, new SparseFile(out.getChannel(), progress));
        }
    }

    private record SparseFile(FileChannel file, LongConsumer progress)
            implements DeltaApplier.Target {
        @Override
        public void write(ByteBuffer bytes) throws IOException {
            int count = bytes.remaining();
            SparseBlocks.write(file, file.position(), bytes);
            file.position(file.position() + count);
            progress.accept(count);
        }

        @Override
        public void zeros(long length) throws IOException {
            file.position(file.position() + length);
            progress.accept(length);
        }
    }
}
