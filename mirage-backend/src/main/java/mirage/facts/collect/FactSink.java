package mirage.facts.collect;

import mirage.facts.Fact;
import mirage.filesystem.RawName;

/** Takes what collectors find. */
public interface FactSink {
    /**
     * Takes a fact; its texts are cut where they are longer than any honest one.
     *
     * @param source the file that says so
     */
    void add(RawName source, Fact fact);

    /** Notes what kept a file from being understood in full. */
    void warn(RawName source, String message);
}
