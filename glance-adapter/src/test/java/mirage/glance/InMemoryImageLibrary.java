package mirage.glance;

import mirage.bytes.ByteSource;
import mirage.bytes.ByteSources;
import mirage.bytes.FormatException;
import mirage.bytes.Warnings;
import mirage.catalog.DamagedEntry;
import mirage.catalog.ImageId;
import mirage.image.DiskImage;
import mirage.image.ImageFormats;
import mirage.library.ImageContent;
import mirage.library.ImageExistsException;
import mirage.library.ImageLibrary;
import mirage.library.ImageNotFoundException;
import mirage.library.StoredImage;
import mirage.library.StoredImage.State;
import mirage.library.View;
import mirage.manifest.UploadDigests;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A library in memory that keeps the contract of {@link ImageLibrary}. Recognises qcow2 by its magic and takes its
 * virtual size from its header. Tests may have it fail, wait, or answer before it has looked into an image.
 */
public final class InMemoryImageLibrary implements ImageLibrary {
    private static final int QCOW2_MAGIC = 0x514649fb;
    private static final int TRANSFER_BYTES = 64 * 1024;

    private final Map<ImageId, StoredImage> images = new TreeMap<>();
    private final Map<ImageId, byte[]> bytes = new TreeMap<>();
    private final Set<ImageId> receiving = new HashSet<>();
    private volatile boolean looksLater;
    private volatile long readsFailAt = Long.MAX_VALUE;
    private volatile boolean storesFail;
    private volatile boolean deletesFail;
    private final AtomicLong taken = new AtomicLong();

    /** From now on an upload is acknowledged before it is looked into. */
    public void lookLater() {
        looksLater = true;
    }

    /** Looks into all that was not looked into. */
    public synchronized void lookNow() {
        images.replaceAll((id, image) -> recognised(image, lookedUp(id)));
        notifyAll();
    }

    /** From now on reading an image fails at that offset. */
    public void failReadsAt(long offset) {
        readsFailAt = offset;
    }

    public void failStores(boolean fail) {
        storesFail = fail;
    }

    /** How many bytes all downloads have taken. */
    public long taken() {
        return taken.get();
    }

    public void failDeletes(boolean fail) {
        deletesFail = fail;
    }

    @Override
    public StoredImage store(ImageId image, String name, InputStream upload) throws IOException {
        synchronized (this) {
            if (images.containsKey(image) || !receiving.add(image)) {
                throw new ImageExistsException(image);
            }
        }
        try {
            byte[] content = upload.readAllBytes();
            if (storesFail) {
                throw new IOException("the store fails, as the test wants it");
            }
            StoredImage stored =
                    new StoredImage(
                            image,
                            name,
                            content.length,
                            null,
                            null,
                            digestsOf(content),
                            State.SPOOLED,
                            List.of());
            synchronized (this) {
                bytes.put(image, content);
                images.put(image, looksLater ? stored : recognised(stored, content));
                return lookedUpImage(image);
            }
        } finally {
            synchronized (this) {
                receiving.remove(image);
            }
        }
    }

    @Override
    public synchronized @Nullable StoredImage find(ImageId image) {
        return images.get(image);
    }

    @Override
    public synchronized List<StoredImage> list() {
        return List.copyOf(images.values());
    }

    @Override
    public List<DamagedEntry> damaged() {
        return List.of();
    }

    @Override
    public synchronized void move(ImageId from, ImageId to) throws IOException {
        StoredImage image = lookedUpImage(from);
        if (from.equals(to)) {
            return;
        }
        if (images.containsKey(to) || receiving.contains(to)) {
            throw new ImageExistsException(to);
        }
        images.put(to, withId(image, to));
        bytes.put(to, lookedUp(from));
        images.remove(from);
        bytes.remove(from);
    }

    private static StoredImage withId(StoredImage image, ImageId id) {
        return new StoredImage(
                id,
                image.name(),
                image.size(),
                image.format(),
                image.virtualSize(),
                image.digests(),
                image.state(),
                image.warnings());
    }

    /** Waits for {@link #lookNow}. */
    @Override
    public synchronized StoredImage awaitStructured(ImageId image, Duration atMost)
            throws IOException {
        long deadline = System.nanoTime() + atMost.toNanos();
        while (lookedUpImage(image).state() == State.SPOOLED) {
            long leftMillis = (deadline - System.nanoTime()) / 1_000_000;
            if (leftMillis <= 0) {
                break;
            }
            try {
                wait(leftMillis);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new InterruptedIOException("interrupted while waiting for " + image);
            }
        }
        return lookedUpImage(image);
    }

    @Override
    public synchronized void rename(ImageId image, String name) throws IOException {
        StoredImage old = lookedUpImage(image);
        images.put(
                image,
                new StoredImage(
                        image,
                        name,
                        old.size(),
                        old.format(),
                        old.virtualSize(),
                        old.digests(),
                        old.state(),
                        old.warnings()));
    }

    @Override
    public synchronized void delete(ImageId image) throws IOException {
        if (deletesFail) {
            throw new IOException("the deletion fails, as the test wants it");
        }
        images.remove(image);
        bytes.remove(image);
    }

    @Override
    public synchronized ImageContent open(ImageId image, View view) throws IOException {
        lookedUpImage(image);
        ByteSource container = ByteSources.of(lookedUp(image));
        return new Content(view == View.CONTAINER ? container : disk(container));
    }

    private static ByteSource disk(ByteSource container) throws IOException {
        DiskImage opened = ImageFormats.open(container, new Warnings());
        if (!opened.parts().isEmpty()) {
            throw new FormatException("the image is of several disks");
        }
        return opened.disk();
    }

    @Override
    public void close() {}

    private synchronized StoredImage lookedUpImage(ImageId image) throws ImageNotFoundException {
        StoredImage found = images.get(image);
        if (found == null) {
            throw new ImageNotFoundException(image);
        }
        return found;
    }

    private synchronized byte[] lookedUp(ImageId image) {
        byte[] found = bytes.get(image);
        if (found == null) {
            throw new IllegalStateException("image " + image + " without bytes");
        }
        return found;
    }

    private static StoredImage recognised(StoredImage image, byte[] content) {
        DiskImage opened = opened(content);
        boolean ova = opened.format().equals("ova");
        boolean qcow2 = content.length >= 32 && ByteBuffer.wrap(content).getInt(0) == QCOW2_MAGIC;
        return new StoredImage(
                image.id(),
                image.name(),
                image.size(),
                qcow2 ? "qcow2" : ova ? "ova" : null,
                qcow2
                        ? (Long) ByteBuffer.wrap(content).getLong(24)
                        : ova ? (Long) opened.virtualSize() : null,
                image.digests(),
                State.STRUCTURED,
                image.warnings());
    }

    private static DiskImage opened(byte[] content) {
        try {
            return ImageFormats.open(ByteSources.of(content), new Warnings());
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
    }

    private static UploadDigests digestsOf(byte[] content) {
        return new UploadDigests(
                digest("MD5", content), digest("SHA-256", content), digest("SHA-512", content));
    }

    private static String digest(String algorithm, byte[] content) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance(algorithm).digest(content));
        } catch (NoSuchAlgorithmException missing) {
            throw new IllegalStateException(missing);
        }
    }

    private final class Content implements ImageContent {
        private final ByteSource source;

        Content(ByteSource source) {
            this.source = source;
        }

        @Override
        public long length() {
            return source.length();
        }

        @Override
        public int readAt(long position, ByteBuffer target) throws IOException {
            return source.readAt(position, target);
        }

        @Override
        public void transferTo(long offset, long length, WritableByteChannel target)
                throws IOException {
            long end = offset + length;
            for (long at = offset; at < end; ) {
                if (at >= readsFailAt) {
                    throw new IOException("the read fails, as the test wants it");
                }
                int run = (int) Math.min(TRANSFER_BYTES, Math.min(end, readsFailAt) - at);
                ByteBuffer buffer = ByteBuffer.allocate(run);
                source.readFully(at, buffer);
                buffer.flip();
                while (buffer.hasRemaining()) {
                    target.write(buffer);
                }
                at += run;
                taken.addAndGet(run);
            }
        }
    }
}
