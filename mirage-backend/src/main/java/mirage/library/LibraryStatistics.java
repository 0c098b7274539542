package mirage.library;

import mirage.catalog.Catalog;
import mirage.catalog.CatalogEntry;
import mirage.manifest.ManifestId;
import mirage.manifest.ManifestStore;
import mirage.pack.ChunkStore;
import mirage.pack.StoreStatistics;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;

/**
 * What a library holds and what it takes. All in bytes but the counts.
 *
 * @param images in the catalog
 * @param spooledImages of them, waiting to be taken apart
 * @param uploadedBytes of all images as they were uploaded
 * @param uniqueBytes of all chunks, before compression
 * @param chunks how many
 * @param packs how many
 * @param packBytes of all packs
 * @param manifestBytes of all manifests
 * @param indexBytes of this node's chunk index
 * @param spoolBytes of uploads on their way in, zeros that are not on disk included
 */
public record LibraryStatistics(
        long images,
        long spooledImages,
        long uploadedBytes,
        long uniqueBytes,
        long chunks,
        long packs,
        long packBytes,
        long manifestBytes,
        long indexBytes,
        long spoolBytes) {

    /** What the images take: packs, manifests and index. */
    public long storedBytes() {
        return packBytes + manifestBytes + indexBytes;
    }

    static LibraryStatistics of(
            Path index, Path spool, Catalog catalog, ManifestStore manifests, ChunkStore chunks)
            throws IOException {
        List<CatalogEntry> entries = catalog.list();
        StoreStatistics store = chunks.statistics();
        long manifestBytes = 0;
        for (ManifestId id : manifests.list()) {
            manifestBytes += manifests.storedBytes(id);
        }
        return new LibraryStatistics(
                entries.size(),
                entries.stream().filter(entry -> entry.manifest() == null).count(),
                entries.stream().mapToLong(CatalogEntry::size).sum(),
                store.contentBytes(),
                store.chunks(),
                store.packs(),
                store.packBytes(),
                manifestBytes,
                bytesOf(index),
                bytesOf(spool));
    }

    /** Lengths of the files below a folder; those that go away meanwhile count nothing. */
    private static long bytesOf(Path folder) throws IOException {
        long[] bytes = {0};
        Files.walkFileTree(
                folder,
                new SimpleFileVisitor<>() {
                    @Override
                    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                        bytes[0] += attributes.isRegularFile() ? attributes.size() : 0;
                        return FileVisitResult.CONTINUE;
                    }

                    @Override
                    public FileVisitResult visitFileFailed(Path file, IOException failure)
                            throws IOException {
                        // Compacted or taken apart while we counted.
                        if (failure instanceof NoSuchFileException) {
                            return FileVisitResult.CONTINUE;
                        }
                        throw failure;
                    }
                });
        return bytes[0];
    }
}
