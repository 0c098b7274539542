package mirage.image.inspect;

import mirage.bytes.ByteSource;

import java.io.IOException;

/** QED, which nobody supports and which can name a backing file: recognised to be refused. */
final class QedProbe implements FormatProbe {
    private static final String QED = "qed";

    @Override
    public String format() {
        return QED;
    }

    @Override
    public boolean claims(ByteSource image) throws IOException {
        return FormatProbe.hasAt(image, 0, "QED\0");
    }

    @Override
    public FormatMatch examine(ByteSource image) {
        return FormatMatch.unsafe(QED, "banned", "This file format is not allowed");
    }
}
