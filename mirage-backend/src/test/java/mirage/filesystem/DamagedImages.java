package mirage.filesystem;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import mirage.bytes.ByteSource;
import mirage.bytes.ByteSources;
import mirage.bytes.FormatException;
import mirage.bytes.Warnings;
import mirage.filesystem.FileRecord.Content;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * Checks images that each break one rule: they are refused with a message that names it, or show, with a warning, all
 * that the damage does not touch.
 */
public final class DamagedImages {
    private final GoldenImages goldens;
    private final List<String> whole;

    /**
     * What is expected of an image.
     *
     * @param name of the image
     * @param message part of a warning, of the refusal, or of what reading a file fails with; empty when nothing warns
     * @param paths shown, followed by {@code !} when flagged as damaged, by {@code ?} when shown as if it could be read;
     *     empty when the image is refused
     */
    public record Rule(String name, String message, List<String> paths) {
        @Override
        public String toString() {
            return name;
        }
    }

    /**
     * @param whole the paths of an image without damage
     */
    public DamagedImages(GoldenImages goldens, List<String> whole) {
        this.goldens = goldens;
        this.whole = whole;
    }

    public Rule refused(String name, String message) {
        return new Rule(name, message, List.of());
    }

    public Rule whole(String name, String message) {
        return new Rule(name, message, whole);
    }

    public Rule without(String name, String message, String... missing) {
        List<String> paths = new ArrayList<>(whole);
        paths.removeAll(List.of(missing));
        return new Rule(name, message, paths);
    }

    /** One path is flagged, and others may be missing. */
    public Rule damaged(String name, String message, String path, String... missing) {
        return marked(without(name, message, missing), path, "!");
    }

    /** A file is shown, and reading it fails. */
    public Rule unreadable(String name, String message, String path) {
        return marked(whole(name, message), path, "?");
    }

    private static Rule marked(Rule rule, String path, String mark) {
        List<String> paths = new ArrayList<>(rule.paths);
        paths.replaceAll(shown -> shown.equals(path) ? path + mark : shown);
        return new Rule(rule.name, rule.message, paths);
    }

    public void check(Rule rule) throws IOException {
        ByteSource volume = ByteSources.of(goldens.damagedImage(rule.name));
        List<String> messages = new ArrayList<>();
        List<String> paths = new ArrayList<>();
        if (rule.paths.isEmpty()) {
            assertThatThrownBy(() -> show(volume, messages, paths))
                    .isInstanceOf(FormatException.class)
                    .hasMessageContaining(rule.message);
        } else {
            show(volume, messages, paths);
            if (rule.message.isEmpty()) {
                assertThat(messages).isEmpty();
            } else {
                assertThat(messages).anyMatch(message -> message.contains(rule.message));
            }
        }
        assertThat(paths).isEqualTo(rule.paths);
    }

    private static void show(ByteSource volume, List<String> messages, List<String> paths)
            throws IOException {
        Warnings warnings = new Warnings();
        FileSystem fileSystem = Objects.requireNonNull(FileSystems.open(volume, warnings));
        fileSystem.walk(file -> {
            String mark = file.flags().damaged() ? "!" : unreadable(fileSystem, file, messages);
            paths.add(file.path() + mark);
        });
        messages.addAll(warnings.messages());
    }

    private static String unreadable(FileSystem fileSystem, FileRecord file, List<String> messages)
            throws IOException {
        if (!(file.content() instanceof Content.Encoded)) {
            return "";
        }
        try {
            Listings.sha256(fileSystem.content(file));
            return "";
        } catch (FormatException e) {
            messages.add(String.valueOf(e.getMessage()));
            return "?";
        }
    }
}
