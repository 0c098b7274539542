package mirage.glance.policy;

import org.yaml.snakeyaml.DumperOptions;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;
import org.yaml.snakeyaml.nodes.Tag;

import java.io.IOException;
import java.io.InputStream;
import java.io.StringReader;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads a file of rules, {@code policy.yaml}: one mapping from names to checks, each a text or, in the older form, a
 * list of checks and lists of checks. JSON is YAML too. {@link CheckParser} has the language of the checks.
 *
 * <p>Stricter than oslo.policy, which takes a check that is missing, as after {@code rule: !} without quotation marks,
 * for one that permits everyone, and of two rules with the same name the last one: both are errors here.
 */
final class PolicyFile {
    private static final int MAX_BYTES = 1 << 20;

    private final Path file;
    private final List<FileRule> rules = new ArrayList<>();
    private final Map<String, String> places = new HashMap<>();

    private PolicyFile(Path file) {
        this.file = file;
    }

    /**
     * The rules of a file, in its order.
     *
     * @throws PolicyFileException when it cannot be read or understood, with file, line and rule
     */
    static List<FileRule> read(Path file) throws PolicyFileException {
        PolicyFile policy = new PolicyFile(file);
        policy.take(policy.compose(policy.text()));
        return policy.rules;
    }

    private String text() throws PolicyFileException {
        try (InputStream in = Files.newInputStream(file)) {
            byte[] bytes = in.readNBytes(MAX_BYTES + 1);
            if (bytes.length > MAX_BYTES) {
                throw new PolicyFileException(file + ": at most " + MAX_BYTES + " bytes expected");
            }
            return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
        } catch (CharacterCodingException malformed) {
            throw new PolicyFileException(file + ": UTF-8 expected");
        } catch (PolicyFileException tooLong) {
            throw tooLong;
        } catch (IOException unreadable) {
            throw new PolicyFileException(file + ": cannot be read: " + unreadable);
        }
    }

    private List<Node> compose(String text) throws PolicyFileException {
        LoaderOptions options = new LoaderOptions();
        options.setCodePointLimit(MAX_BYTES);
        List<Node> documents = new ArrayList<>();
        try {
            new Yaml(options).composeAll(new StringReader(text)).forEach(documents::add);
        } catch (MarkedYAMLException malformed) {
            int line =
                    malformed.getProblemMark() == null ? 0 : malformed.getProblemMark().getLine();
            throw new PolicyFileException(
                    file + ":" + (line + 1) + ": not YAML: " + malformed.getProblem());
        } catch (YAMLException malformed) {
            throw new PolicyFileException(file + ": not YAML: " + malformed.getMessage());
        }
        return documents;
    }

    private void take(List<Node> documents) throws PolicyFileException {
        // A file of comments only, as the sample is, has no document; or one of nothing.
        if (documents.isEmpty() || documents.getFirst().getTag().equals(Tag.NULL)) {
            return;
        }
        if (documents.size() > 1) {
            throw new PolicyFileException(
                    placeOf(documents.get(1)) + ": one YAML document expected, found another");
        }
        if (!(documents.getFirst() instanceof MappingNode mapping)) {
            throw new PolicyFileException(
                    placeOf(documents.getFirst()) + ": lines of RULE: \"CHECK\" expected");
        }
        for (NodeTuple rule : mapping.getValue()) {
            if (!(rule.getKeyNode() instanceof ScalarNode name) || name.getValue().isEmpty()) {
                throw new PolicyFileException(
                        placeOf(rule.getKeyNode()) + ": the name of a rule expected");
            }
            take(name.getValue(), rule.getValueNode(), placeOf(name));
        }
    }

    private void take(String name, Node value, String place) throws PolicyFileException {
        String before = places.putIfAbsent(name, place);
        if (before != null) {
            throw new PolicyFileException(place + ": " + name + " is already at " + before);
        }
        try {
            rules.add(rule(name, value, place));
        } catch (CheckSyntaxException malformed) {
            throw new PolicyFileException(place + ": " + name + ": " + malformed.getMessage());
        }
    }

    private static FileRule rule(String name, Node value, String place)
            throws CheckSyntaxException {
        if (value instanceof SequenceNode list) {
            List<List<String>> lists = lists(list);
            return new FileRule(name, lists.toString(), CheckParser.parse(lists), place);
        }
        String text = text(value);
        return new FileRule(name, text, CheckParser.parse(text), place);
    }

    private static String text(Node node) throws CheckSyntaxException {
        if (!(node instanceof ScalarNode scalar)) {
            throw new CheckSyntaxException(
                    "a check in quotation marks, or a list of them, expected");
        }
        boolean plain = scalar.getScalarStyle() == DumperOptions.ScalarStyle.PLAIN;
        if (plain && (scalar.getValue().isEmpty() || scalar.getTag().equals(Tag.NULL))) {
            throw new CheckSyntaxException(
                    "a check in quotation marks expected, found nothing; \"\" permits everyone, \"!\""
                            + " nobody");
        }
        if (!scalar.getTag().equals(Tag.STR)) {
            throw new CheckSyntaxException(
                    "a check in quotation marks expected, found " + scalar.getValue());
        }
        return scalar.getValue();
    }

    private static List<List<String>> lists(SequenceNode outer) throws CheckSyntaxException {
        List<List<String>> any = new ArrayList<>();
        for (Node inner : outer.getValue()) {
            List<String> all = new ArrayList<>();
            for (Node check :
                    inner instanceof SequenceNode list ? list.getValue() : List.of(inner)) {
                all.add(text(check));
            }
            any.add(all);
        }
        return any;
    }

    private String placeOf(Node node) {
        return file + ":" + (node.getStartMark().getLine() + 1);
    }
}
