package mirage.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import mirage.conformance.suite.Conformance;

import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/** The conformance suite against {@code mirage serve}, as a Glance of Zed and as the latest. */
final class ConformanceIT {
    @TempDir(factory = InTarget.class, cleanup = CleanupMode.ON_SUCCESS)
    Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"zed", "latest"})
    void answersAsGlanceDoes(String compat) throws Exception {
        Path data = Files.createDirectories(folder.resolve(compat));
        Files.writeString(
                data.resolve("identity.json"),
                "{\"callers\": [%s, %s, %s]}"
                        .formatted(
                                caller("demo", "demo", "member"),
                                caller("reader", "demo", "reader"),
                                caller("other", "other", "member")));
        Path settings = folder.resolve(compat + ".conf");
        Files.writeString(
                settings,
                """
                [DEFAULT]
                compat = %s
                enabled_backends = fast:mirage,slow:mirage
                enabled_import_methods = glance-direct,web-download,copy-image

                [glance_store]
                default_backend = fast

                [fast]
                store_description = fast store

                [slow]
                store_description = slow store
                """
                        .formatted(compat));
        try (RunningMirage mirage =
                RunningMirage.start(data, "--config-file", settings.toString())) {
            List<String> arguments =
                    new ArrayList<>(List.of("--endpoint", mirage.address().toString()));
            arguments.add("--token=admin=" + mirage.token() + "@admin");
            arguments.add("--token=demo=" + token("demo") + "@demo");
            arguments.add("--token=reader=" + token("reader") + "@demo");
            arguments.add("--token=other=" + token("other") + "@other");
            int status = Conformance.commandLine().execute(arguments.toArray(String[]::new));
            assertThat(status).as("see the cases that are FAIL or DIFF above").isZero();
        }
    }

    private static String token(String name) {
        return "token-of-the-caller-" + name;
    }

    private static String caller(String name, String project, String role) throws Exception {
        byte[] token = token(name).getBytes(StandardCharsets.UTF_8);
        String digest =
                HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(token));
        return "{\"token_sha256\": \"%s\", \"user\": \"%s\", \"project\": \"%s\", \"roles\": [\"%s\"]}"
                .formatted(digest, name, project, role);
    }
}
