package mirage.glance.record;

final class MemoryImageRecordsTest extends ImageRecordsContract {
    @Override
    ImageRecords newRecords() {
        return new MemoryImageRecords();
    }
}
