package mirage.facts.collect;

import mirage.filesystem.RawName;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A path as a system sees it: from its root, without a leading slash, decoded as UTF-8. It is for telling files by
 * their names; what names a file is its raw path.
 */
public final class GuestPath {
    /** Where distributions with btrfs put the root: in a subvolume, of openSUSE's in a snapshot of one. */
    private static final Pattern SUBVOLUME =
            Pattern.compile("(?:@/\\.snapshots/[0-9]+/snapshot|@|@rootfs|root|rootfs)/");

    private final RawName root;
    private final String text;
    private final int nameAt;

    private GuestPath(RawName root, String text) {
        this.root = root;
        this.text = text;
        this.nameAt = text.lastIndexOf('/') + 1;
    }

    /** Of a volume whose root is the system's, or a part of it that is mounted. */
    public static GuestPath of(String path) {
        return new GuestPath(RawName.EMPTY, path);
    }

    /** Of a volume that may have the system's root in one of its subvolumes. */
    public static GuestPath ofSubvolumes(String path) {
        Matcher subvolume = SUBVOLUME.matcher(path);
        return subvolume.lookingAt()
                ? new GuestPath(
                        RawName.of(path.substring(0, subvolume.end() - 1)),
                        path.substring(subvolume.end()))
                : of(path);
    }

    /** The directory of the volume that is the system's root; empty for the volume's own. */
    public RawName root() {
        return root;
    }

    public boolean is(String path) {
        return text.equals(path);
    }

    public boolean startsWith(String start) {
        return text.startsWith(start);
    }

    public boolean endsWith(String end) {
        return text.endsWith(end);
    }

    /** Whether the name ends so; the name is behind the last slash. */
    public boolean nameIs(String name) {
        return text.length() - nameAt == name.length() && text.endsWith(name);
    }

    /** Whether it lies directly in a directory, {@code ""} for the root. */
    public boolean isIn(String directory) {
        return directory.isEmpty()
                ? nameAt == 0
                : nameAt == directory.length() + 1 && text.startsWith(directory);
    }

    public String name() {
        return text.substring(nameAt);
    }

    /** What it lies in, without a slash at the end; empty for the root. */
    public String parent() {
        return nameAt == 0 ? "" : text.substring(0, nameAt - 1);
    }

    /** In lower case, for systems that do not tell cases apart. */
    public GuestPath lowerCase() {
        return new GuestPath(root, text.toLowerCase(Locale.ROOT));
    }

    @Override
    public String toString() {
        return text;
    }
}
