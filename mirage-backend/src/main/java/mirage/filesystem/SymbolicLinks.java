package mirage.filesystem;

import org.jspecify.annotations.Nullable;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The symbolic links of a volume, and where a path leads when all of them are followed, as path_resolution(7) has it:
 * relative targets from where the link is, absolute ones from the root, at most {@value #MAX_FOLLOWED} links. No path
 * leads out of its root. Links are the only files that it knows: whether there is something where a path leads, the
 * caller has to look. Not safe for use by several threads.
 */
public final class SymbolicLinks {
    /** As many as Linux follows. */
    private static final int MAX_FOLLOWED = 40;

    /** {@code PATH_MAX} of Linux; also bounds what a step may copy. */
    private static final int MAX_PATH_BYTES = 4096;

    private final Map<RawName, RawName> targets = new HashMap<>();
    private long stepsLeft;

    /**
     * @param steps how many names of paths may be looked at by all that is resolved: hostile links make long ways
     */
    public SymbolicLinks(long steps) {
        this.stepsLeft = steps;
    }

    /** Takes a link by its path in the volume. */
    public void add(RawName path, RawName target) {
        targets.put(path, target);
    }

    public boolean isEmpty() {
        return targets.isEmpty();
    }

    /**
     * Follows every link of a path, the last name's too.
     *
     * @param root of the system that the path is of: a directory of the volume, empty for the volume's own
     * @param path below the root; slashes at its start, names that are empty or {@code .} mean nothing
     * @return a path in the volume; null when there are too many links on the way, or it is too long, or the steps are
     *     used up
     */
    public @Nullable RawName resolve(RawName root, RawName path) {
        Deque<RawName> left = new ArrayDeque<>();
        push(left, path);
        List<RawName> resolved = new ArrayList<>(List.of(root));
        for (int followed = 0; !left.isEmpty(); ) {
            if (--stepsLeft < 0) {
                return null;
            }
            RawName name = left.pop();
            if (isParent(name)) {
                // The root is its own parent.
                if (resolved.size() > 1) {
                    resolved.removeLast();
                }
                continue;
            }
            RawName at = resolved.getLast().child(name);
            RawName target = targets.get(at);
            if (at.length() > MAX_PATH_BYTES || (target != null && ++followed > MAX_FOLLOWED)) {
                return null;
            }
            if (target == null) {
                resolved.add(at);
            } else {
                if (!target.isEmpty() && target.byteAt(0) == '/') {
                    resolved.subList(1, resolved.size()).clear();
                }
                push(left, target);
            }
        }
        return resolved.getLast();
    }

    private static boolean isParent(RawName name) {
        return name.length() == 2 && name.byteAt(0) == '.' && name.byteAt(1) == '.';
    }

    private static void push(Deque<RawName> left, RawName path) {
        byte[] bytes = path.toBytes();
        for (int end = bytes.length; end > 0; ) {
            int start = end;
            while (start > 0 && bytes[start - 1] != '/') {
                start--;
            }
            boolean isHere = end - start == 1 && bytes[start] == '.';
            if (start < end && !isHere) {
                left.push(RawName.of(bytes, start, end - start));
            }
            end = start - 1;
        }
    }
}
