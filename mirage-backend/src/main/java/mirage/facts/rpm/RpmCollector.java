package mirage.facts.rpm;

import mirage.bytes.ByteSource;
import mirage.bytes.FormatException;
import mirage.facts.collect.FactCollector;
import mirage.facts.collect.FactSink;
import mirage.facts.collect.GuestFile;
import mirage.facts.collect.GuestPath;
import mirage.filesystem.FileRecord;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;

/**
 * Packages of rpm. Its database is a file of a name for each form, where rpm has it by default and where distributions
 * moved it. What lies in a write-ahead log of SQLite and nowhere else is not seen; rpm empties the log when it ends.
 */
public final class RpmCollector implements FactCollector {
    private static final Map<String, Form> FORMS =
            Map.of(
                    "rpmdb.sqlite", SqliteTable.ofRpm(),
                    "Packages.db", new NdbPackages(),
                    "Packages", new BerkeleyHash());

    private static final String LOG = "rpmdb.sqlite-wal";

    /** A form of the database. */
    @FunctionalInterface
    interface Form {
        /**
         * Shows the headers of all packages, each once.
         *
         * @throws FormatException when the database is damaged; the headers before stay true
         */
        void forEach(ByteSource database, Headers headers) throws IOException;
    }

    /** Takes headers, whole. */
    @FunctionalInterface
    interface Headers {
        void take(ByteBuffer header) throws IOException;
    }

    @Override
    public boolean wants(GuestPath path, FileRecord file) {
        return (path.isIn("var/lib/rpm")
                        || path.isIn("usr/lib/sysimage/rpm")
                        || path.isIn("usr/share/rpm"))
                && (FORMS.containsKey(path.name()) || path.nameIs(LOG));
    }

    @Override
    public List<String> places() {
        return List.of("var/lib/rpm", "usr/lib/sysimage/rpm", "usr/share/rpm");
    }

    @Override
    public void collect(GuestFile file, FactSink facts) throws IOException {
        if (file.isLink() || file.bytes().length() == 0) {
            return;
        }
        Form form = FORMS.get(file.path().name());
        if (form == null) {
            facts.warn(file.source(), "a log that was not emptied, it is not read");
            return;
        }
        form.forEach(
                file.bytes(),
                header -> {
                    try {
                        facts.add(file.source(), RpmHeader.read(header));
                    } catch (FormatException e) {
                        facts.warn(file.source(), String.valueOf(e.getMessage()));
                    }
                });
    }
}
