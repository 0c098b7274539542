package mirage.glance.transfer;

import mirage.glance.record.ImageRecord;
import mirage.glance.store.StoredBytes;

import java.io.IOException;
import java.util.List;

/** What is demanded of bytes before an image becomes active with them. Safe for use by many threads. */
public interface ContentCheck {
    /** Demands nothing. */
    ContentCheck NOTHING = image -> Inspection.of(List.of());

    /**
     * Begins to look at the bytes that come for an image.
     *
     * @throws mirage.glance.http.HttpFailure when no bytes could satisfy what the record says
     */
    Inspection begin(ImageRecord image);

    /** Looks at one image's bytes. Used by one thread. */
    interface Inspection {
        /**
         * Looks at the next bytes as they come.
         *
         * @throws mirage.glance.http.HttpFailure when they, or so many of them, are refused
         */
        default void update(byte[] bytes, int offset, int length) {}

        /**
         * Looks at all bytes once they are stored.
         *
         * @throws mirage.glance.http.HttpFailure when they are refused
         */
        default void finish(StoredBytes stored) throws IOException {}

        /** Several as one. */
        static Inspection of(List<Inspection> inspections) {
            return new Inspection() {
                @Override
                public void update(byte[] bytes, int offset, int length) {
                    inspections.forEach(inspection -> inspection.update(bytes, offset, length));
                }

                @Override
                public void finish(StoredBytes stored) throws IOException {
                    for (Inspection inspection : inspections) {
                        inspection.finish(stored);
                    }
                }
            };
        }
    }

    /** Several as one. */
    static ContentCheck all(List<ContentCheck> checks) {
        return image -> Inspection.of(checks.stream().map(check -> check.begin(image)).toList());
    }
}
