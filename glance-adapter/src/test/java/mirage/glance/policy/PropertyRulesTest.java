package mirage.glance.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import mirage.glance.identity.Caller;
import mirage.glance.policy.PropertyRules.Format;
import mirage.glance.policy.PropertyRules.Operation;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;

final class PropertyRulesTest {
    private static final Caller ADMIN = Caller.inProject("a", "p", Set.of("admin"));
    private static final Caller BILLING = Caller.inProject("b", "p", Set.of("Billing"));
    private static final Caller MEMBER = Caller.inProject("m", "p", Set.of("member"));
    private static final Policy DENYING = (_, _, _) -> false;

    @TempDir private Path directory;

    @Test
    void withoutAFileEveryoneMay() {
        for (Operation operation : Operation.values()) {
            assertThat(PropertyRules.none().permits(operation, "any", MEMBER)).isTrue();
        }
    }

    @Test
    void theFirstSectionThatIsAboutAPropertyDecides() throws IOException {
        PropertyRules rules =
                read(
                        """
                        # of the cloud
                        [^x_billing_code$]
                        create = admin, BILLING
                        read = @
                        update: admin,
                            billing
                        delete = !

                        [x_.*[a-z]]
                        create = admin
                        read = admin,member
                        update = admin
                        delete =
                        """,
                        Format.ROLES,
                        DENYING);

        assertPermitted(rules, "x_billing_code", Operation.CREATE, ADMIN, BILLING);
        assertPermitted(rules, "x_billing_code", Operation.READ, ADMIN, BILLING, MEMBER);
        assertPermitted(rules, "x_billing_code", Operation.UPDATE, ADMIN, BILLING);
        assertPermitted(rules, "x_billing_code", Operation.DELETE);
        assertPermitted(rules, "x_billing_codes", Operation.READ, ADMIN, MEMBER);
        assertPermitted(rules, "x_billing_codes", Operation.DELETE);
        // Found anywhere in the name, as Python's search does.
        assertPermitted(rules, "my_x_1a", Operation.READ, ADMIN, MEMBER);
        assertPermitted(rules, "x_1", Operation.READ);
        assertPermitted(rules, "other", Operation.READ);
    }

    @Test
    void rolesOfAServiceThatPassesARequestOnCount() throws IOException {
        PropertyRules rules = read(all(".*", "service"), Format.ROLES, DENYING);

        assertPermitted(rules, "x", Operation.CREATE);
        assertPermitted(rules, "x", Operation.CREATE, MEMBER.withServiceRoles(Set.of("service")));
    }

    @Test
    void policiesAreAskedByName() throws IOException {
        Policy policy =
                (rule, caller, target) ->
                        rule.equals("billing_people")
                                && caller.has("billing")
                                && !target.has(PolicyTarget.PROJECT_ID);
        PropertyRules rules = read(all("x", "billing_people"), Format.POLICIES, policy);

        assertPermitted(rules, "x", Operation.DELETE, BILLING);
        assertPermitted(
                read(all("x", "@"), Format.POLICIES, policy),
                "x",
                Operation.READ,
                ADMIN,
                BILLING,
                MEMBER);
        assertPermitted(read(all("x", "!"), Format.POLICIES, policy), "x", Operation.READ);
    }

    @Test
    void defaultsFillWhatSectionsLeaveOut() throws IOException {
        PropertyRules rules =
                read(
                        """
                        [DEFAULT]
                        create = admin
                        read = @
                        update = admin
                        delete = admin
                        [x]
                        delete = !
                        """,
                        Format.ROLES,
                        DENYING);

        assertPermitted(rules, "x", Operation.CREATE, ADMIN);
        assertPermitted(rules, "x", Operation.DELETE);
        assertPermitted(rules, "DEFAULT", Operation.READ);
    }

    @Test
    void aFileWithoutSectionsProtectsNothing() throws IOException {
        assertPermitted(
                read("# nothing yet\n", Format.ROLES, DENYING),
                "x",
                Operation.READ,
                ADMIN,
                BILLING,
                MEMBER);
    }

    @Test
    void whatIsWrongIsNamedWithFileAndLine() throws IOException {
        assertWrong("[x]\ncreate = a\nread = a\nupdate = a\n", ":1: [x] delete: is missing");
        assertWrong(all("x(", "a"), ":1: a regular expression expected, found x(: ");
        assertWrong(all("x", "a, @, !"), ":1: [x] create: one of ! and @ expected, found both");
        assertWrong(all("x", "a") + "extra = 1\n", ":1: create, read, update and delete expected");
        assertWrong(all("x", "a") + "read = b\n", ":6: another read");
        assertWrong(all("x", "a") + all("x", "b"), ":6: this section is already at ");
        assertWrong("create = a\n", ":1: [SECTION] expected, found create = a");
        assertWrong("[x\n", ":1: [SECTION] expected, found [x");
        assertWrong("[x]\ncreate\n", ":2: NAME = VALUE expected, found create");
        Path file = Files.writeString(directory.resolve("protection"), all("x", "a,b"));
        assertThatThrownBy(() -> PropertyRules.read(file, Format.POLICIES, DENYING))
                .isInstanceOf(PolicyFileException.class)
                .hasMessage(
                        file
                                + ":1: [x] create: one rule expected, found a,b; join them in the"
                                + " policy file");
        assertThatThrownBy(() ->
                        PropertyRules.read(directory.resolve("missing"), Format.ROLES, DENYING))
                .isInstanceOf(PolicyFileException.class)
                .hasMessageContaining("missing: cannot be read");
    }

    @Test
    void injectedPropertiesAreNotForIgnoredRoles() {
        InjectedProperties injected =
                new InjectedProperties(Map.of("from", "outside"), Set.of("Admin"));

        assertThat(injected.forCaller(MEMBER)).containsExactly(Map.entry("from", "outside"));
        assertThat(injected.forCaller(ADMIN)).isEmpty();
        assertThat(InjectedProperties.none().forCaller(MEMBER)).isEmpty();
        assertThatThrownBy(() -> new InjectedProperties(Map.of("n".repeat(256), "v"), Set.of()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("1 to 255 characters expected, found 256");
    }

    private static String all(String section, String who) {
        return "["
                + section
                + "]\ncreate = "
                + who
                + "\nread = "
                + who
                + "\nupdate = "
                + who
                + "\ndelete = "
                + who
                + "\n";
    }

    private PropertyRules read(String text, Format format, Policy policy) throws IOException {
        return PropertyRules.read(
                Files.writeString(directory.resolve("protection"), text), format, policy);
    }

    private void assertWrong(String text, String message) throws IOException {
        Path file = Files.writeString(directory.resolve("protection"), text);
        assertThatThrownBy(() -> PropertyRules.read(file, Format.ROLES, DENYING))
                .isInstanceOf(PolicyFileException.class)
                .hasMessageStartingWith(file + message);
    }

    private static void assertPermitted(
            PropertyRules rules, String property, Operation operation, Caller... callers) {
        for (Caller caller : Set.of(ADMIN, BILLING, MEMBER)) {
            assertThat(rules.permits(operation, property, caller))
                    .as("%s %s %s", property, operation, caller.roles())
                    .isEqualTo(Set.of(callers).contains(caller));
        }
        for (Caller caller : callers) {
            assertThat(rules.permits(operation, property, caller))
                    .as("%s %s %s", property, operation, caller)
                    .isTrue();
        }
    }
}
