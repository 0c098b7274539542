package mirage.rebuild;

/** Where encoded bytes of containers are kept ready. For use by many threads. */
@FunctionalInterface
public interface Originals {
    /** Keeps nothing. */
    Originals NONE = (_, _) -> Original.NONE;

    /**
     * What is at hand of a container; nothing is written before there is something to keep.
     *
     * @param name of its content: hexadecimal digits
     * @param length of the container in bytes
     */
    Original open(String name, long length);
}
