package mirage.glance.quota;

import mirage.glance.http.HttpFailure;
import mirage.glance.record.ImageRecord;
import mirage.glance.record.ImageRecords;
import mirage.glance.transfer.ContentCheck;
import mirage.glance.transfer.ContentCheck.Inspection;

import java.util.Collection;
import java.util.List;

/** So many bytes for each project, counted over its images in all stores. */
final class StorageQuota implements Quotas {
    private final ImageRecords records;
    private final long bytes;

    /**
     * @param bytes that a project may have
     */
    StorageQuota(ImageRecords records, long bytes) {
        this.records = records;
        this.bytes = bytes;
    }

    @Override
    public void requireRoomToUpload(ImageRecord image, long length) {
        require(image, length);
    }

    @Override
    public void requireRoomToImport(ImageRecord image, boolean isStaged, int places) {
        // Of what comes from the web only the check knows how much it is.
        long size = image.data() == null ? -1 : image.data().size();
        require(
                image,
                size > Long.MAX_VALUE / Math.max(1, places) ? Long.MAX_VALUE : size * places);
    }

    @Override
    public void requireRoomForPlaces(ImageRecord image, Collection<Long> sizes) {
        if (!sizes.isEmpty()) {
            require(image, sizes.stream().reduce(0L, StorageQuota::sum));
        }
    }

    /** Breaks off where there is no more room. */
    @Override
    public ContentCheck check() {
        return image ->
                image.attributes().owner() == null ? Inspection.of(List.of()) : new Count(image);
    }

    /**
     * Lets so many bytes pass.
     *
     * @param size negative when it is not known: then there must be room for one
     */
    private void require(ImageRecord image, long size) {
        String owner = image.attributes().owner();
        if (owner == null) {
            return;
        }
        long remaining = bytes - records.usageOf(owner).storedBytes();
        if (size < 0 ? remaining <= 0 : size > remaining) {
            throw refused(size < 0 ? "None" : String.valueOf(size), remaining);
        }
    }

    private static long sum(long a, long b) {
        return a > Long.MAX_VALUE - b ? Long.MAX_VALUE : a + b;
    }

    private static HttpFailure refused(String size, long remaining) {
        return HttpFailure.tooLarge(
                "Image exceeds the storage quota: The size of the data "
                        + size
                        + " will exceed the limit. "
                        + remaining
                        + " bytes remaining.");
    }

    private final class Count implements Inspection {
        private final long remaining;
        private long count;

        /** An image that has its bytes gets them in one more place: it counts as it is. */
        Count(ImageRecord image) {
            String owner = image.attributes().owner();
            remaining = owner == null ? bytes : bytes - records.usageOf(owner).storedBytes();
        }

        @Override
        public void update(byte[] target, int offset, int length) {
            count += length;
            if (count > remaining) {
                throw refused(String.valueOf(count), remaining);
            }
        }
    }
}
