package mirage.glance.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicLong;

final class GlancePolicyTest {
    private static final PolicyMode ZED = PolicyMode.of(Compat.ZED);

    @TempDir private Path directory;
    private final AtomicLong nanos = new AtomicLong(-5);

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                // Rules of Zed permit all of this to everyone; what is left is for owners.
                "get_image       | private           | admin member member-by-service member-only"
                        + " reader other-admin system-admin domain-admin",
                "get_image       | shared            | admin member member-by-service member-only"
                        + " reader other-admin system-admin domain-admin",
                "get_image       | shared-with-other | admin member member-by-service member-only"
                        + " reader other-admin other-member other-reader system-admin domain-admin",
                "download_image  | shared-with-other | admin member member-by-service member-only"
                        + " reader other-admin other-member other-reader system-admin domain-admin",
                "modify_image    | public            | admin member member-by-service member-only"
                        + " reader other-admin system-admin domain-admin",
                "delete_image    | community         | admin member member-by-service member-only"
                        + " reader other-admin system-admin domain-admin",
                "add_image       | private           | admin member member-by-service member-only"
                        + " reader other-admin system-admin domain-admin",
                "publicize_image | private           | admin other-admin system-admin domain-admin",
                "modify_member   | shared-with-other | admin other-member other-reader other-admin"
                        + " system-admin domain-admin",
                "modify_member   | shared            | admin other-admin system-admin domain-admin",
                "get_metadef_object | private        | admin member member-by-service member-only"
                        + " reader other-admin system-admin domain-admin",
            })
    void beyondTheRulesOwnersCount(String rule, String target, String permitted) {
        GlancePolicy policy = GlancePolicy.of(ZED);

        assertThat(permittedBy(policy, rule, Callers.target(target)))
                .isEqualTo(new TreeSet<>(Set.of(permitted.split(" "))));
    }

    @Test
    void everyoneSeesWhatIsPublicOrNobodys() {
        GlancePolicy policy = GlancePolicy.of(ZED);
        Set<String> everyone = new TreeSet<>(Callers.ALL.keySet());

        for (PolicyTarget open :
                List.of(
                        Callers.target("public"),
                        Callers.target("community"),
                        PolicyTarget.ofImage(null, "private", null))) {
            assertThat(permittedBy(policy, "get_image", open)).isEqualTo(everyone);
        }
    }

    @Test
    void aSharedImageIsNotShownToAllByTheNewDefaults() {
        GlancePolicy policy = GlancePolicy.of(PolicyMode.of(Compat.LATEST));

        assertThat(permittedBy(policy, "get_image", Callers.target("shared")))
                .containsExactly("admin", "member", "member-by-service", "other-admin", "reader");
        assertThat(permittedBy(policy, "get_image", Callers.target("shared-with-other")))
                .contains("other-reader");
    }

    @Test
    void deniedIsSaidWithTheRule() {
        GlancePolicy policy = GlancePolicy.of(ZED);

        assertThatThrownBy(() ->
                        policy.require(
                                RuleNames.PUBLICIZE_IMAGE,
                                Callers.named("member"),
                                Callers.target("private")))
                .isInstanceOfSatisfying(
                        PolicyDeniedException.class,
                        denied -> assertThat(denied.rule()).isEqualTo("publicize_image"))
                .hasMessage("You are not authorized to complete publicize_image action.");
    }

    @Test
    void rulesThatNoReleaseOfTheModeHasAreNotOpenToAll() {
        GlancePolicy policy = GlancePolicy.of(ZED);

        assertThat(permittedBy(policy, "fetch_image_location", Callers.target("public")))
                .containsExactly("admin", "domain-admin", "other-admin", "service", "system-admin");
    }

    @Test
    void changesCountWithinASecond() throws IOException {
        Path file = Files.writeString(directory.resolve("policy.yaml"), "get_images: '!'\n");
        GlancePolicy policy = open(file);
        assertThat(mayList(policy)).isFalse();

        Files.writeString(file, "get_images: 'role:reader'\n");
        assertThat(mayList(policy)).isFalse();
        later(Duration.ofMillis(999));
        assertThat(mayList(policy)).isFalse();
        later(Duration.ofMillis(1));
        assertThat(mayList(policy)).isTrue();
    }

    @Test
    void filesThatComeAndGoInADirectoryCount() throws IOException {
        GlancePolicy policy =
                GlancePolicy.open(ZED, new PolicyFiles(null, List.of(directory)), nanos::get);
        assertThat(mayList(policy)).isTrue();

        Path file = Files.writeString(directory.resolve("10.yaml"), "get_images: '!'\n");
        later(Duration.ofSeconds(1));
        assertThat(mayList(policy)).isFalse();
        Files.delete(file);
        later(Duration.ofSeconds(1));
        assertThat(mayList(policy)).isTrue();
    }

    @Test
    void aFileThatComesLaterCounts() throws IOException {
        Path file = directory.resolve("policy.yaml");
        GlancePolicy policy = open(file);
        assertThat(mayList(policy)).isTrue();

        Files.writeString(file, "get_images: '!'\n");
        later(Duration.ofSeconds(1));
        assertThat(mayList(policy)).isFalse();
    }

    @Test
    void aBrokenFileLeavesTheRulesAsTheyWere() throws IOException {
        Path file = Files.writeString(directory.resolve("policy.yaml"), "get_images: '!'\n");
        GlancePolicy policy = open(file);

        for (String broken :
                List.of("get_images: 'role'\n", "get_images: 'rule:get_images'\n", "[", "\t")) {
            Files.writeString(file, broken);
            later(Duration.ofSeconds(1));
            assertThat(mayList(policy)).as(broken).isFalse();
        }
        Files.delete(file);
        later(Duration.ofSeconds(1));
        assertThat(mayList(policy)).as("deleted").isFalse();

        Files.writeString(file, "# nothing\n");
        later(Duration.ofSeconds(1));
        assertThat(mayList(policy)).isTrue();
    }

    @Test
    void aBrokenFileIsNotServedBy() throws IOException {
        Path file = Files.writeString(directory.resolve("policy.yaml"), "get_images: 'role'\n");

        assertThatThrownBy(() -> open(file))
                .isInstanceOf(PolicyFileException.class)
                .hasMessage(file + ":1: get_images: KIND:MATCH expected, found role");
    }

    private GlancePolicy open(Path file) throws IOException {
        return GlancePolicy.open(ZED, new PolicyFiles(file, List.of()), nanos::get);
    }

    private void later(Duration time) {
        nanos.addAndGet(time.toNanos());
    }

    private static boolean mayList(GlancePolicy policy) {
        return policy.permits(
                RuleNames.GET_IMAGES, Callers.named("reader"), PolicyTarget.ofProject("p"));
    }

    private static Set<String> permittedBy(GlancePolicy policy, String rule, PolicyTarget target) {
        Set<String> permitted = new TreeSet<>();
        Callers.ALL.forEach((name, caller) -> {
            if (policy.permits(rule, caller, target)) {
                permitted.add(name);
            }
        });
        return permitted;
    }
}
