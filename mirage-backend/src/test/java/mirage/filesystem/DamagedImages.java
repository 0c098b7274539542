package mirage.filesystem;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import mirage.bytes.ByteSource;
import mirage.bytes.ByteSources;
import mirage.bytes.FormatException;
import mirage.bytes.Warnings;
import mirage.filesystem.FileRecord.Content;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * Checks images that each break one rule: they are refused with a message that names it, or show, with a warning, all
 * that the damage does not touch.
 */
public final class DamagedImages {
    private static final String DAMAGED = "!";
    private static final String UNREADABLE = "?";

    private final GoldenImages goldens;
    private final List<String> whole;
    private final Predicate<String> passedOver;

    /**
     * What is expected of an image.
     *
     * @param name of the image
     * @param message part of the refusal, of what reading a file fails with when one is shown that cannot be read, or else
     *     of a warning; empty when nothing warns
     * @param paths shown, followed by {@code !} when flagged as damaged, by {@code ?} when shown as if it could be read;
     *     empty when the image is refused
     */
    public record Rule(String name, String message, List<String> paths) {
        @Override
        public String toString() {
            return name;
        }
    }

    /** Changes an image, whose integers are little-endian. */
    public interface Change {
        void make(ByteBuffer image);
    }

    /** A rule, and what breaks it in an image that has no damage. */
    public record Damage(Rule rule, Change change) {
        @Override
        public String toString() {
            return rule.name;
        }
    }

    /**
     * @param whole the paths of an image without damage
     */
    public DamagedImages(GoldenImages goldens, List<String> whole) {
        this(goldens, whole, _ -> false);
    }

    /**
     * @param passedOver paths that are compared only when they are damaged: where there are too many to write down
     */
    public DamagedImages(GoldenImages goldens, List<String> whole, Predicate<String> passedOver) {
        this.goldens = goldens;
        this.whole = whole;
        this.passedOver = passedOver;
    }

    public Rule refused(String name, String message) {
        return new Rule(name, message, List.of());
    }

    public Rule whole(String name, String message) {
        return new Rule(name, message, whole);
    }

    public Rule without(String name, String message, String... missing) {
        return without(name, message, List.of(missing));
    }

    private Rule without(String name, String message, List<String> missing) {
        List<String> paths = new ArrayList<>(whole);
        paths.removeAll(missing);
        return new Rule(name, message, paths);
    }

    /** One path is shown that is not there otherwise, and others may be missing. */
    public Rule with(String name, String message, String added, String... missing) {
        List<String> paths = new ArrayList<>(without(name, message, missing).paths);
        paths.add(added);
        Collections.sort(paths);
        return new Rule(name, message, paths);
    }

    /** One path is flagged, and others may be missing. */
    public Rule damaged(String name, String message, String path, String... missing) {
        return damaged(name, message, path, List.of(missing));
    }

    public Rule damaged(String name, String message, String path, List<String> missing) {
        return marked(without(name, message, missing), path, DAMAGED);
    }

    /** A file is shown, and reading it fails. */
    public Rule unreadable(String name, String message, String path) {
        return marked(whole(name, message), path, UNREADABLE);
    }

    private static Rule marked(Rule rule, String path, String mark) {
        List<String> paths = new ArrayList<>(rule.paths);
        paths.replaceAll(shown -> shown.equals(path) ? path + mark : shown);
        return new Rule(rule.name, rule.message, paths);
    }

    /** Of the image that has the rule's name. */
    public void check(Rule rule) throws IOException {
        check(rule, ByteSources.of(goldens.damagedImage(rule.name)));
    }

    /**
     * @param image without damage
     */
    public void check(Damage damage, byte[] image) throws IOException {
        damage.change.make(ByteBuffer.wrap(image).order(ByteOrder.LITTLE_ENDIAN));
        check(damage.rule, ByteSources.of(image));
    }

    private void check(Rule rule, ByteSource volume) throws IOException {
        Shown shown = new Shown();
        if (rule.paths.isEmpty()) {
            assertThatThrownBy(() -> show(volume, shown))
                    .isInstanceOf(FormatException.class)
                    .hasMessageContaining(rule.message);
        } else {
            show(volume, shown);
            List<String> messages = shown.failures.isEmpty() ? shown.warnings : shown.failures;
            if (rule.message.isEmpty()) {
                assertThat(messages).isEmpty();
            } else {
                assertThat(messages).anyMatch(message -> message.contains(rule.message));
            }
        }
        assertThat(shown.paths).isEqualTo(rule.paths);
    }

    /** No image is without its rule, and no rule without its image. */
    public void checkNames(Stream<Rule> rules) throws IOException {
        List<String> ruled = rules.map(Rule::name).sorted().toList();
        assertThat(goldens.damagedNames()).containsExactlyElementsOf(ruled);
    }

    private void show(ByteSource volume, Shown shown) throws IOException {
        Warnings warnings = new Warnings();
        FileSystem fileSystem = Objects.requireNonNull(FileSystems.open(volume, warnings));
        fileSystem.walk(file -> {
            String path = file.path().toString();
            String mark =
                    file.flags().damaged() ? DAMAGED : unreadable(fileSystem, file, shown.failures);
            if (!mark.isEmpty() || !passedOver.test(path)) {
                shown.paths.add(path + mark);
            }
        });
        shown.warnings.addAll(warnings.messages());
    }

    private static String unreadable(FileSystem fileSystem, FileRecord file, List<String> failures)
            throws IOException {
        if (!(file.content() instanceof Content.Encoded)) {
            return "";
        }
        try {
            ByteSource content = fileSystem.content(file);
            assertThat(content.length()).as("%s", file.path()).isEqualTo(file.size());
            Listings.sha256(content);
            return "";
        } catch (FormatException e) {
            failures.add(String.valueOf(e.getMessage()));
            return UNREADABLE;
        }
    }

    /** What there was to see before the walk ended or was given up. */
    private static final class Shown {
        private final List<String> warnings = new ArrayList<>();
        private final List<String> failures = new ArrayList<>();
        private final List<String> paths = new ArrayList<>();
    }
}
