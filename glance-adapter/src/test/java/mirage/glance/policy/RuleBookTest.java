package mirage.glance.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import mirage.glance.identity.Caller;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

final class RuleBookTest {
    private static final PolicyMode NEW = new PolicyMode(Compat.ZED, true, false);

    private static final Caller ALICE =
            Caller.inProject("alice", "p", Set.of("Member", "reader"))
                    .withServiceRoles(Set.of("service"));

    private static final PolicyTarget IMAGE =
            PolicyTarget.ofImage("p", "shared", "q")
                    .with("user_id", "alice")
                    .with("ramdisk", null)
                    .with("target.domain.id", "default")
                    .with("wanted", "MEMBER");

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "``                                                  | true",
                "@                                                   | true",
                "!                                                   | false",
                "not !                                               | true",
                "not not not @                                       | false",
                "role:member                                         | true",
                "role:MEMBER                                         | true",
                "role:admin                                          | false",
                "role:%(wanted)s                                     | true",
                "role:%(missing)s                                    | false",
                "user_id:alice                                       | true",
                "user_id:%(user_id)s                                 | true",
                "project_id:%(project_id)s                           | true",
                "project_id:%(member_id)s                            | false",
                "project_id:%(missing)s                              | false",
                "not project_id:%(missing)s                          | true",
                "user_domain_id:%(target.domain.id)s                 | true",
                "roles:reader                                        | true",
                "service_roles:service                               | true",
                "service_roles:reader                                | false",
                "system_scope:all                                    | false",
                "system_scope:None                                   | false",
                "is_admin_project:True                               | true",
                "unheard_of:%(project_id)s                           | false",
                "token.project.id:p                                  | false",
                "is_admin:True                                       | false",
                "is_admin:False                                      | true",
                "'shared':%(visibility)s                             | true",
                "\"shared\":%(visibility)s                           | true",
                "'private':%(visibility)s                            | false",
                "None:%(ramdisk)s                                    | true",
                "True:True                                           | true",
                "7:7                                                 | true",
                "-7:-8                                               | false",
                "'p-q':%(project_id)s-%(member_id)s                  | true",
                "'p:q':%(project_id)s:%(member_id)s                  | error",
                "'100%':100%%                                        | true",
                "rule:get_images                                     | true",
                "rule:no_such_rule                                   | true",
                "role:admin or role:member and role:reader           | true",
                "role:member or role:admin and role:admin            | true",
                "(role:member or role:admin) and role:admin          | false",
                "not role:admin and role:member                      | true",
                "not (role:admin or role:member)                     | false",
                "role:admin AND role:member OR Not role:admin        | true",
                "((role:member))and role:admin                       | error",
                "( role:member) and( role:admin)                     | error"
            })
    void saysWhatItAsksFor(String check, String expected) throws PolicyFileException {
        Check parsed;
        try {
            parsed = CheckParser.parse(check);
        } catch (CheckSyntaxException malformed) {
            assertThat("error").isEqualTo(expected);
            return;
        }
        RuleBook rules = book("tried", check, parsed);
        assertThat(String.valueOf(rules.permits("tried", ALICE, IMAGE))).isEqualTo(expected);
    }

    @Test
    void aCallerWithoutProjectIsNotTheOwnerOfWhatNobodyOwns() throws Exception {
        RuleBook rules = book("tried", "project_id:%(project_id)s");

        assertThat(rules.permits("tried", Callers.named("nobody"), PolicyTarget.ofProject(null)))
                .isFalse();
    }

    @Test
    void isAdminIsWhatTheRuleForItSays() throws Exception {
        RuleBook rules =
                RuleBook.of(
                        NEW,
                        List.of(
                                rule("context_is_admin", "role:boss"),
                                rule("tried", "is_admin:True")));

        assertThat(rules.permits("tried", Callers.named("admin"), PolicyTarget.none())).isFalse();
        assertThat(
                        rules.permits(
                                "tried",
                                Caller.inProject("b", "p", Set.of("boss")),
                                PolicyTarget.none()))
                .isTrue();
    }

    @Test
    void theDefaultRuleAnswersForNamesThatAreNotThere() throws Exception {
        RuleBook closed = RuleBook.of(NEW, List.of(rule("default", "role:admin")));

        assertThat(RuleBook.of(NEW).permits("what", ALICE, IMAGE)).isTrue();
        assertThat(closed.permits("what", ALICE, IMAGE)).isFalse();
        assertThat(closed.permits("what", Callers.named("admin"), IMAGE)).isTrue();
        assertThat(closed.defines("what")).isFalse();
    }

    @Test
    void anOperatorsRuleReplacesOldAndNewDefault() throws Exception {
        PolicyMode old = PolicyMode.of(Compat.ZED);
        assertThat(RuleBook.of(old).permits("delete_image", Callers.named("reader"), IMAGE))
                .isTrue();

        RuleBook rules = RuleBook.of(old, List.of(rule("delete_image", "role:admin")));

        assertThat(rules.permits("delete_image", Callers.named("reader"), IMAGE)).isFalse();
        assertThat(rules.permits("delete_image", Callers.named("admin"), IMAGE)).isTrue();
    }

    @Test
    void scopeIsDemandedOfTheRuleAskedOnly() throws Exception {
        PolicyMode scoped = PolicyMode.of(Compat.LATEST);
        RuleBook rules =
                RuleBook.of(
                        scoped,
                        List.of(rule("get_image", "@"), rule("mine", "rule:publicize_image")));

        assertThat(rules.permits("get_image", Callers.named("system-admin"), IMAGE)).isFalse();
        assertThat(rules.permits("get_image", Callers.named("domain-admin"), IMAGE)).isFalse();
        assertThat(rules.permits("get_image", Callers.named("nobody"), IMAGE)).isTrue();
        assertThat(rules.permits("mine", Callers.named("system-admin"), IMAGE)).isTrue();
    }

    @Test
    void circlesAreRefused() {
        assertThatThrownBy(() ->
                        RuleBook.of(
                                NEW,
                                List.of(
                                        rule("a", "role:x or not rule:b"),
                                        rule("b", "(role:y and rule:a)"))))
                .isInstanceOf(PolicyFileException.class)
                .hasMessageContaining("test:1: rules refer to each other in a circle: a -> b -> a");
        assertThatThrownBy(() -> RuleBook.of(NEW, List.of(rule("default", "rule:not_there"))))
                .hasMessageContaining("in a circle: default -> default");
        assertThatThrownBy(
                        () -> RuleBook.of(NEW, List.of(rule("context_is_admin", "is_admin:True"))))
                .hasMessageContaining("in a circle: context_is_admin -> context_is_admin");
    }

    @Test
    void chainsThatWouldOverflowTheStackAreRefused() throws Exception {
        List<FileRule> chain = new ArrayList<>();
        for (int i = 0; i < 50_000; i++) {
            chain.add(rule("r" + i, "rule:r" + (i + 1)));
        }
        assertThatThrownBy(() -> RuleBook.of(NEW, chain))
                .isInstanceOf(PolicyFileException.class)
                .hasMessageContaining("too long a chain");
        // The other way round each rule is known when the next one asks for it.
        assertThatThrownBy(() -> RuleBook.of(NEW, chain.reversed()))
                .isInstanceOf(PolicyFileException.class)
                .hasMessageContaining("too long a chain");
    }

    @Test
    void doubtfulRulesAreToldOf() throws Exception {
        RuleBook rules =
                RuleBook.of(
                        NEW,
                        List.of(
                                rule("delete_imaeg", "role:admin"),
                                rule("helper", "role:x"),
                                rule("copy_image", "rule:helper or rule:hlper"),
                                rule("publicize_image", "role:admin")));

        assertThat(rules.warnings())
                .containsExactlyInAnyOrder(
                        "test:12: delete_imaeg is no rule of Glance, and no rule refers to it",
                        "test:10: no rule hlper, which copy_image refers to: the rule default"
                                + " answers for it",
                        "test:15: publicize_image is the default; leave it out");
    }

    @Test
    void aNewDefaultWrittenOutIsNotTheSameWhereTheOldOneCounts() throws Exception {
        String check = "role:admin or (role:member and project_id:%(project_id)s)";

        RuleBook rules =
                RuleBook.of(PolicyMode.of(Compat.ZED), List.of(rule("delete_image", check)));

        assertThat(rules.warnings()).isEmpty();
        assertThat(rules.permits("delete_image", Callers.named("reader"), IMAGE)).isFalse();
    }

    @Test
    void theOlderFormOfListsIsKnown() throws Exception {
        Map<List<List<String>>, Boolean> rules =
                Map.of(
                        List.of(), true,
                        List.of(List.of()), false,
                        List.of(List.of("role:admin"), List.of("role:member", "role:reader")), true,
                        List.of(List.of("role:admin"), List.of("role:member", "role:boss")), false);
        for (Map.Entry<List<List<String>>, Boolean> rule : rules.entrySet()) {
            assertThat(
                            book("tried", "lists", CheckParser.parse(rule.getKey()))
                                    .permits("tried", ALICE, IMAGE))
                    .as("%s", rule.getKey())
                    .isEqualTo(rule.getValue());
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "` `                          | a check expected, found the end",
                "role:a role:b                | \"and\", \"or\" or the end expected, found role:b",
                "role:a and                   | a check expected, found the end",
                "or role:a                    | a check expected, found or",
                "(role:a                      | \")\" expected, found the end",
                "role:a)                      | \"and\", \"or\" or the end expected, found )",
                "()                           | a check expected, found )",
                "admin                        | KIND:MATCH expected, found admin",
                "'quoted'                     | KIND:MATCH expected, found 'quoted'",
                "http://policy/%(name)s       | http://policy/%(name)s: checks that ask another server"
                        + " are not supported",
                "https://policy               | https://policy: checks that ask another server are not"
                        + " supported",
                "role:%(open                  | %(ATTRIBUTE)s expected, found %(open",
                "role:%d                      | %(ATTRIBUTE)s expected, found %d",
                "1.5:%(x)s                    | rule, role, an attribute of the caller, a number or a"
                        + " text in quotation marks expected before the colon, found 1.5",
                "'a:%(x)s                     | rule, role, an attribute of the caller, a number or a"
                        + " text in quotation marks expected before the colon, found 'a"
            })
    void whatCannotBeReadIsNamed(String check, String message) {
        assertThatThrownBy(() -> CheckParser.parse(check))
                .isInstanceOf(CheckSyntaxException.class)
                .hasMessage(message);
    }

    @Test
    void evaluationAllocatesNextToNothing() {
        com.sun.management.ThreadMXBean threads =
                (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
        RuleBook rules = RuleBook.of(PolicyMode.of(Compat.LATEST));
        int permitted = 0;
        long before = 0;
        for (int i = 0; i < 200_000; i++) {
            if (i == 100_000) {
                before = threads.getCurrentThreadAllocatedBytes();
            }
            permitted += rules.permits(RuleNames.DOWNLOAD_IMAGE, ALICE, IMAGE) ? 1 : 0;
        }
        long allocated = threads.getCurrentThreadAllocatedBytes() - before;

        assertThat(permitted).isEqualTo(200_000);
        assertThat(allocated / 100_000).as("bytes for each evaluation").isLessThan(128);
    }

    @Test
    void depthIsBounded() throws Exception {
        assertThat(CheckParser.parse("(".repeat(60) + "@" + ")".repeat(60)))
                .isEqualTo(Check.PERMIT);
        assertThatThrownBy(() -> CheckParser.parse("(".repeat(100_000) + "@"))
                .isInstanceOf(CheckSyntaxException.class)
                .hasMessageStartingWith("at most 64 parentheses");
        assertThatThrownBy(() -> CheckParser.parse("not ".repeat(100_000) + "@"))
                .isInstanceOf(CheckSyntaxException.class);
    }

    private static RuleBook book(String name, String check)
            throws CheckSyntaxException, PolicyFileException {
        return book(name, check, CheckParser.parse(check));
    }

    private static RuleBook book(String name, String text, Check check) throws PolicyFileException {
        return RuleBook.of(NEW, List.of(new FileRule(name, text, check, "test:1")));
    }

    /** At a line that is the length of its name. */
    private static FileRule rule(String name, String check) {
        try {
            return new FileRule(name, check, CheckParser.parse(check), "test:" + name.length());
        } catch (CheckSyntaxException malformed) {
            throw new IllegalArgumentException(malformed);
        }
    }
}
