package mirage.config;

import java.util.List;

/** Writes the reference of all options, in Markdown. */
public final class Reference {
    private static final String OF_THE_SERVICE =
            """
            # Configuration

            *This page is written by `mirage config reference`; do not edit it.*

            `mirage serve` reads `/etc/mirage/mirage.conf`, then `/etc/mirage/mirage.conf.d/*.conf` in the order of their
            names, when they are there; `--config-file` and `--config-dir`, which may be repeated, name others instead.
            Where two set an option, the later wins; flags of the command line win over all. Without any file the
            defaults below hold.

            - `mirage config sample > mirage.conf` writes a file with every option, explained and commented out.
            - `mirage config check [FILE...]` tells what is wrong with files, and what they change. A name that there is
              not, or a value that is none, stops the start: the message names file and line.

            The files are written as those of other OpenStack services:

            ```ini
            # A comment; so is a line that begins with ";".
            [DEFAULT]
            bind_host = 0.0.0.0
            image_size_cap = 500 GiB
            # A line that begins with a blank goes on with the value before it.
            logger_levels = mirage.glance.access:warn,
                org.eclipse.jetty:info
            # $NAME stands for the value of another option, $SECTION.NAME for one of another section, $$ for a dollar sign.
            public_endpoint = http://$bind_host/image
            ```

            Lists are divided by commas, with or without brackets around them. A secret may be written as
            `file:/path/of/a/file`, or as `credential:NAME`, a credential that the systemd unit loads
            (`LoadCredential=NAME:/path`); secrets are never shown.

            """;

    private final StringBuilder text = new StringBuilder();

    private Reference() {}

    /** The reference of the options of {@code mirage serve}. */
    public static String of(ConfigSchema schema) {
        return of(schema, OF_THE_SERVICE);
    }

    /**
     * The reference of a program's options.
     *
     * @param introduction what comes before them: a title, which files are read, how they are written; ends with an empty
     *     line
     */
    public static String of(ConfigSchema schema, String introduction) {
        Reference reference = new Reference();
        reference.text.append(introduction);
        for (String section : schema.sections().keySet()) {
            reference.heading(2, "[" + section + "]");
            for (OptionGroup group : schema.groups()) {
                reference.group(
                        group.title(),
                        group.options().stream()
                                .filter(option -> option.section().equals(section))
                                .toList());
            }
        }
        for (SectionTemplate template : schema.templates()) {
            reference.heading(2, "[" + template.placeholder() + "] of kind " + template.kind());
            reference
                    .text
                    .append("For each section that `")
                    .append(template.names().name())
                    .append("` of `[")
                    .append(template.names().section())
                    .append("]` names with this kind.\n\n");
            reference.group(template.title(), template.options());
        }
        for (SectionFamily family : schema.families()) {
            reference.heading(2, "[" + family.exampleSection() + "]");
            reference
                    .text
                    .append("For each section whose name begins with `")
                    .append(family.prefix())
                    .append("`.\n\n");
            reference.group(family.title(), family.options());
        }
        return reference.text.toString().stripTrailing() + "\n";
    }

    private void group(String title, List<ConfigOption<?>> options) {
        if (options.isEmpty()) {
            return;
        }
        heading(3, title);
        options.forEach(this::option);
    }

    private void heading(int level, String title) {
        text.append("#".repeat(level)).append(' ').append(escaped(title)).append("\n\n");
    }

    private void option(ConfigOption<?> option) {
        String byDefault = option.defaultText();
        text.append("**`").append(option.name()).append("`** = ");
        text.append(escaped(option.type().expected()));
        text.append(
                option.isRepeated()
                        ? "; may be repeated"
                        : byDefault == null
                                ? "; not set by default"
                                : "; default "
                                        + (byDefault.isEmpty() ? "empty" : "`" + byDefault + "`"));
        text.append("; since ").append(option.sinceRelease()).append("\n\n");
        text.append(escaped(option.help().replace("\n", " "))).append("\n");
        String example = option.exampleText();
        if (example != null) {
            text.append("For example `")
                    .append(option.name())
                    .append(" = ")
                    .append(example)
                    .append("`.\n");
        }
        text.append("\n");
    }

    private static String escaped(String plain) {
        StringBuilder escaped = new StringBuilder();
        for (int i = 0; i < plain.length(); i++) {
            char c = plain.charAt(i);
            escaped.append("\\`*<|".indexOf(c) < 0 ? "" : "\\").append(c);
        }
        return escaped.toString();
    }
}
