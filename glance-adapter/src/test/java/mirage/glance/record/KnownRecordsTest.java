package mirage.glance.record;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class KnownRecordsTest {
    private static ImageRecord record(int number, int valueLength) {
        ImageAttributes.Draft draft = Records.record(number).attributes().draft();
        draft.properties().put("long", "x".repeat(valueLength));
        return Records.record(number).withAttributes(draft.build(), Records.START);
    }

    @Test
    void onlyTheSameRevisionIsKnown() {
        KnownRecords known = new KnownRecords(1 << 20);
        ImageRecord record = record(1, 10);
        String id = record.id().value();
        assertThat(known.has(record.id())).isFalse();
        known.put(record, 7);
        assertThat(known.has(record.id())).isTrue();
        assertThat(known.find(id, 7)).isEqualTo(record);
        assertThat(known.find(id, 8)).isNull();
    }

    @Test
    void memoryIsBoundedWhateverTenantsWrite() {
        KnownRecords known = new KnownRecords(1 << 20);
        for (int number = 0; number < 200; number++) {
            known.put(record(number, 100_000), number);
        }
        assertThat(known.settledBytes()).isBetween(1L, 1L << 20);
        known.put(record(1000, 2_000_000), 1);
        assertThat(known.settledBytes()).isLessThanOrEqualTo(1 << 20);
    }
}
