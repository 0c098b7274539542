package mirage.glance.policy;

import static org.assertj.core.api.Assertions.assertThat;

import mirage.command.Subcommand;
import mirage.config.ConfigSchema;
import mirage.config.Configuration;
import mirage.config.ConfigurationReader;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import picocli.CommandLine;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.Set;

final class PolicyCommandTest {
    private static final ConfigSchema SCHEMA =
            ConfigSchema.of(PolicyOptions.GROUPS, List.of(), List.of());

    private static final String TOKEN =
            """
            {"token": {"user": {"id": "u1", "domain": {"id": "default"}},
                       "project": {"id": "p1", "domain": {"id": "default"}},
                       "roles": [{"name": "Member", "id": "1"}, {"name": "reader", "id": "2"}]}}
            """;

    @TempDir private Path directory;
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @Test
    void theCommandIsFound() {
        assertThat(ServiceLoader.load(Subcommand.class))
                .anyMatch(command -> command instanceof PolicyCommand);
    }

    @Test
    void listShowsDefaultsAndWhatReplacedThem() throws IOException {
        Path rules = file("policy.yaml", "delete_image: 'role:boss'\nboss: '@'\n");
        Path more = Files.createDirectory(directory.resolve("policy.d"));
        Files.writeString(more.resolve("10.yaml"), "copy_image: ''\n");
        Path config =
                file(
                        "mirage.conf",
                        "[DEFAULT]\ncompat = zed\nunknown = x\nunknown = y\n[oslo_policy]\npolicy_file = "
                                + rules
                                + "\npolicy_dirs = "
                                + more
                                + "\n");

        assertThat(run("list", "--config-file", config.toString())).isZero();

        assertThat(out.toString())
                .contains(
                        "# Deletes the image\n\"delete_image\": \"role:boss\"  # "
                                + rules
                                + ":1\n#   default: \"role:admin or (role:member and"
                                + " project_id:%(project_id)s)\"\n")
                .contains(
                        "\"upload_image\": \"role:admin or (role:member and"
                                + " project_id:%(project_id)s)\"\n#   or as before:"
                                + " \"rule:default\"\n")
                .contains("\"copy_image\": \"\"  # " + more.resolve("10.yaml") + ":1\n")
                .contains("\"boss\": \"@\"  # " + rules + ":2\n")
                .contains("\n\"metadef_admin\": \"role:admin\"\n");
    }

    @Test
    void listFollowsTheMode() {
        assertThat(run("list")).isZero();
        assertThat(out.toString())
                .contains("\"publicize_image\": \"rule:context_is_admin\"\n")
                .doesNotContain("or as before");
    }

    @Test
    void checkSaysWhatIsPermitted() throws IOException {
        Path rules = file("policy.yaml", "delete_image: 'role:boss'\n");
        Path token = file("token.json", TOKEN);
        Path own = file("own.json", "{\"project_id\": \"p1\", \"visibility\": \"private\"}");
        Path foreign = file("foreign.json", "{\"project_id\": \"p2\", \"visibility\": \"shared\"}");

        assertThat(check(rules, token, own, "modify_image")).isZero();
        assertThat(check(rules, token, own, "modify_image", "delete_image")).isEqualTo(1);
        assertThat(check(rules, token, foreign, "get_image", "no_such")).isEqualTo(1);
        assertThat(out.toString())
                .isEqualTo(
                        """
                        modify_image: permitted
                        modify_image: permitted
                        delete_image: denied
                        get_image: denied: the rule permits, but the image belongs to another project
                        no_such: permitted by the rule default: there is no rule of this name
                        """);
    }

    @Test
    void flatCredentialsAndAllRules() throws IOException {
        Path flat =
                file(
                        "c.json",
                        "{\"user_id\":\"u\",\"system_scope\":\"all\",\"roles\":[\"admin\"]}");

        assertThat(run("check", "--credentials", flat.toString(), "--compat", "latest")).isZero();

        assertThat(out.toString())
                .contains("get_images: denied\n")
                .contains("context_is_admin: permitted\n")
                .hasLineCount(67);
    }

    @Test
    void theConfigurationsOptionsMakeThePolicy() throws IOException {
        Path rules = file("policy.yaml", "helper: '@'\n");
        Path protection = file("protection", "[x]\ncreate=helper\nread=@\nupdate=!\ndelete=!\n");
        Configuration configuration =
                new ConfigurationReader(SCHEMA, Map.of())
                        .file(
                                file(
                                        "mirage.conf",
                                        "[DEFAULT]\nproperty_protection_file = "
                                                + protection
                                                + "\nproperty_protection_rule_format = policies\n"
                                                + "[oslo_policy]\nenforce_scope = false\npolicy_file = "
                                                + rules
                                                + "\n[inject_metadata_properties]\ninject = a:b, c:d\n"
                                                + "ignore_user_roles = admin,service\n"))
                        .read();

        GlancePolicy policy = PolicyOptions.policy(configuration, Compat.LATEST);
        PropertyRules properties = PolicyOptions.propertyRules(configuration, policy);

        assertThat(
                        policy.permits(
                                RuleNames.GET_IMAGES,
                                Callers.named("system-admin"),
                                PolicyTarget.none()))
                .isTrue();
        assertThat(
                        policy.permits(
                                RuleNames.GET_IMAGES, Callers.named("nobody"), PolicyTarget.none()))
                .isFalse();
        assertThat(properties.permits(PropertyRules.Operation.CREATE, "x", Callers.named("nobody")))
                .isTrue();
        assertThat(PolicyOptions.injectedProperties(configuration))
                .isEqualTo(
                        new InjectedProperties(
                                Map.of("a", "b", "c", "d"), Set.of("admin", "service")));
    }

    @Test
    void everyOptionHasItsDefault() throws IOException {
        Configuration configuration = Configuration.defaults(SCHEMA);

        GlancePolicy policy = PolicyOptions.policy(configuration, Compat.ZED);

        assertThat(
                        policy.permits(
                                RuleNames.GET_IMAGES, Callers.named("nobody"), PolicyTarget.none()))
                .isTrue();
        assertThat(
                        PolicyOptions.propertyRules(configuration, policy)
                                .permits(
                                        PropertyRules.Operation.READ, "x", Callers.named("nobody")))
                .isTrue();
        assertThat(PolicyOptions.injectedProperties(configuration))
                .isEqualTo(InjectedProperties.none());
    }

    @Test
    void whatIsWrongIsSaid() throws IOException {
        Path broken = file("broken.json", "{");

        assertThat(run("check", "--credentials", broken.toString(), "get_image")).isEqualTo(1);
        assertThat(err.toString()).contains(broken + ": not JSON");
        assertThat(run()).isEqualTo(2);
        assertThat(err.toString()).contains("a command expected: list or check");
        Path config = file("mirage.conf", "[oslo_policy]\nenforce_scope = maybe\n");
        assertThat(run("list", "--config-file", config.toString())).isEqualTo(1);
        assertThat(err.toString()).contains(config + ":2: true or false expected, found maybe");
    }

    private int check(Path rules, Path credentials, Path target, String... names) {
        String[] flags = {
            "check",
            "--rules",
            rules.toString(),
            "--credentials",
            credentials.toString(),
            "--target",
            target.toString()
        };
        String[] arguments = Arrays.copyOf(flags, flags.length + names.length);
        System.arraycopy(names, 0, arguments, flags.length, names.length);
        return run(arguments);
    }

    private int run(String... arguments) {
        CommandLine line = new CommandLine(new PolicyCommand());
        line.setCaseInsensitiveEnumValuesAllowed(true);
        line.setOut(new PrintWriter(out));
        line.setErr(new PrintWriter(err));
        line.setExecutionExceptionHandler((failure, command, _) -> {
            command.getErr().println(failure.getMessage());
            command.getErr().flush();
            return 1;
        });
        return line.execute(arguments);
    }

    private Path file(String name, String text) throws IOException {
        return Files.writeString(directory.resolve(name), text);
    }
}
