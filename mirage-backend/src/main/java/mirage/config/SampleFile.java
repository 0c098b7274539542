package mirage.config;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Writes a file of settings that has every option with its explanation, commented out where it is the default. */
public final class SampleFile {
    private static final int WIDTH = 100;

    private final StringBuilder text = new StringBuilder();
    private final Map<String, String> values;

    private SampleFile(Map<String, String> values) {
        this.values = values;
    }

    /**
     * Writes it.
     *
     * @param values what is set in the file, by {@code section.name}
     * @throws IllegalArgumentException when there is no such option, or it has no such value
     */
    public static String of(ConfigSchema schema, Map<String, String> values) {
        requireKnown(schema, values);
        SampleFile file = new SampleFile(values);
        for (String section : schema.sections().keySet()) {
            file.text.append(file.text.isEmpty() ? "[" : "\n[").append(section).append("]\n");
            for (OptionGroup group : schema.groups()) {
                List<ConfigOption<?>> options =
                        group.options().stream()
                                .filter(option -> option.section().equals(section))
                                .toList();
                if (!options.isEmpty()) {
                    file.text.append("\n#\n# ").append(group.title()).append("\n#\n");
                    options.forEach(file::option);
                }
            }
        }
        for (SectionTemplate template : schema.templates()) {
            file.template(template);
        }
        for (SectionFamily family : schema.families()) {
            file.family(family);
        }
        return file.text.toString();
    }

    private static void requireKnown(ConfigSchema schema, Map<String, String> values) {
        values.forEach((name, value) -> {
            int dot = name.indexOf('.');
            String section = dot < 0 ? "DEFAULT" : name.substring(0, dot);
            ConfigOption<?> option =
                    schema.sections().getOrDefault(section, Map.of()).get(name.substring(dot + 1));
            if (dot < 0 || option == null) {
                throw new IllegalArgumentException("there is no option " + name);
            }
            option.type().parse(value);
        });
    }

    private void option(ConfigOption<?> option) {
        text.append("\n");
        wrap(option.help().replace("\n", " "));
        String example = option.exampleText();
        wrap(
                option.type().expected()
                        + (option.isRepeated() ? "; may be repeated" : "")
                        + (example == null ? "" : "; for example " + example));
        String value = values.get(option.section() + "." + option.name());
        String byDefault = option.defaultText();
        if (value != null) {
            text.append(option.name()).append(" = ").append(value).append("\n");
        } else {
            text.append("#").append(option.name()).append(" =");
            text.append(byDefault == null || byDefault.isEmpty() ? "" : " " + byDefault)
                    .append("\n");
        }
    }

    private void template(SectionTemplate template) {
        text.append("\n#\n# ").append(template.title()).append("\n");
        wrap(
                "A section for each name of kind "
                        + template.kind()
                        + " in "
                        + template.names().name()
                        + " of ["
                        + template.names().section()
                        + "].");
        text.append("#\n#[").append(template.placeholder()).append("]\n");
        template.options().forEach(this::option);
    }

    private void family(SectionFamily family) {
        text.append("\n#\n# ").append(family.title()).append("\n");
        wrap("Any number of sections whose names begin with " + family.prefix());
        text.append("#\n#[").append(family.exampleSection()).append("]\n");
        family.options().forEach(this::option);
    }

    private void wrap(String words) {
        List<String> lines = new ArrayList<>(List.of("#"));
        for (String word : words.split(" ", -1)) {
            if (lines.getLast().length() + 1 + word.length() > WIDTH) {
                lines.add("#");
            }
            lines.add(lines.removeLast() + " " + word);
        }
        lines.forEach(line -> text.append(line).append("\n"));
    }
}
