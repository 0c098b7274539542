package mirage.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

final class ConfigurationTest {
    private enum Colour {
        RED,
        DARK_BLUE
    }

    private static final ConfigOption<String> HOST =
            ConfigOption.of("DEFAULT", "bind_host", OptionType.text(), "127.0.0.1", "Help.");
    private static final ConfigOption<Integer> PORT =
            ConfigOption.of("DEFAULT", "bind_port", OptionType.integer(0, 65535), "9292", "Help.");
    private static final ConfigOption<Path> STATE =
            ConfigOption.of("DEFAULT", "state_path", OptionType.path(), "/var/lib/x", "Help.");
    private static final ConfigOption<Path> STAGING =
            ConfigOption.of(
                    "DEFAULT", "staging", OptionType.path(), "$state_path/staging", "Help.");
    private static final ConfigOption<Optional<URI>> URL =
            ConfigOption.optional("auth", "auth_url", OptionType.httpUri(), "Help.");
    private static final ConfigOption<Optional<Secret>> PASSWORD =
            ConfigOption.optional("auth", "password", OptionType.secret(), "Help.");
    private static final ConfigOption<Duration> TIME =
            ConfigOption.of(
                    "auth",
                    "cache_time",
                    OptionType.duration(Duration.ZERO, Duration.ofDays(1)),
                    "5m",
                    "Help.");
    private static final ConfigOption<List<String>> TOPICS =
            ConfigOption.repeated("auth", "topic", OptionType.text(), "Help.");
    private static final ConfigOption<List<Colour>> COLOURS =
            ConfigOption.of(
                    "auth",
                    "colours",
                    OptionType.list(OptionType.choice(Colour.class)),
                    "red",
                    "Help.");
    private static final ConfigOption<Map<String, String>> STORES =
            ConfigOption.of("DEFAULT", "stores", OptionType.map(OptionType.text()), "", "Help.");
    private static final ConfigOption<Integer> WEIGHT =
            ConfigOption.of("<store>", "weight", OptionType.integer(0, 9), "0", "Help.");
    private static final ConfigOption<Path> STORE_DIRECTORY =
            ConfigOption.of(
                    "<store>", "directory", OptionType.path(), "$state_path/store", "Help.");
    private static final ConfigOption<Boolean> REDIRECT =
            ConfigOption.of("<store>", "redirect", OptionType.flag(), "no", "Help.");

    private static final ConfigOption<String> PAGE_HOST =
            ConfigOption.of(
                    "<page.NAME>", "host", OptionType.text(), "$DEFAULT.bind_host", "Help.");
    private static final SectionFamily PAGES =
            new SectionFamily("Pages", "page.", List.of(PAGE_HOST));

    private static final ConfigSchema SCHEMA =
            ConfigSchema.of(
                    List.of(
                            OptionGroup.of("Server", HOST, PORT, STATE, STAGING, STORES),
                            OptionGroup.of("Auth", URL, PASSWORD, TIME, TOPICS, COLOURS)),
                    List.of(
                            new SectionTemplate(
                                    "Chunks",
                                    "<store>",
                                    STORES,
                                    "mirage",
                                    List.of(WEIGHT, STORE_DIRECTORY)),
                            new SectionTemplate(
                                    "Web", "<store>", STORES, "http", List.of(WEIGHT, REDIRECT))),
                    List.of(PAGES));

    @TempDir Path directory;

    private Path file(String name, String text) throws IOException {
        return Files.writeString(directory.resolve(name), text);
    }

    private Configuration read(String text) throws IOException {
        return new ConfigurationReader(SCHEMA, Map.of()).file(file("m.conf", text)).read();
    }

    private List<String> problemsOf(String text) {
        ConfigException refused = catchThrowableOfType(ConfigException.class, () -> read(text));
        return refused.problems().stream()
                .map(problem -> problem.replace(directory + "/", ""))
                .toList();
    }

    @Test
    void defaults() throws IOException {
        Configuration defaults = Configuration.defaults(SCHEMA);
        assertThat(defaults.get(HOST)).isEqualTo("127.0.0.1");
        assertThat(defaults.get(STAGING)).isEqualTo(Path.of("/var/lib/x/staging"));
        assertThat(defaults.get(URL)).isEmpty();
        assertThat(defaults.get(TOPICS)).isEmpty();
        assertThat(defaults.get(STORES)).isEmpty();
        assertThat(defaults.isSet(HOST)).isFalse();
        assertThatThrownBy(() -> defaults.require(URL))
                .isInstanceOf(ConfigException.class)
                .hasMessage("[auth] auth_url must be set");
    }

    @Test
    void aFamilyHasTheSectionsThatAreWritten() throws IOException {
        Configuration read =
                read(
                        """
                        [page.two]
                        host = two.example
                        [page.one]
                        host = $bind_host
                        [page.empty]
                        host =
                        [DEFAULT]
                        bind_host = common.example
                        """);
        assertThat(read.sectionsOf(PAGES)).containsExactly("page.empty", "page.one", "page.two");
        assertThat(read.in("page.two").get(PAGE_HOST)).isEqualTo("two.example");
        assertThat(read.in("page.empty").get(PAGE_HOST)).isEmpty();
        assertThat(Configuration.defaults(SCHEMA).sectionsOf(PAGES)).isEmpty();
        assertThat(problemsOf("[page.one]\nhots = x\n[page.]\nhost = x\n[pages]\nhost = x\n"))
                .containsExactly(
                        "m.conf:2: [page.one] has no option hots, did you mean host?",
                        "m.conf:4: there is no section [page.]",
                        "m.conf:6: there is no section [pages]");
        assertThatThrownBy(() -> new SectionFamily("Pages", "leaf.", List.of(PAGE_HOST)))
                .hasMessage("[<page.NAME>] host is not of the section <leaf.NAME>");
    }

    @Test
    void values() throws IOException {
        Configuration read =
                read(
                        """
                        [DEFAULT]
                        bind_port = 80
                        state_path = /srv/$bind_host
                        [auth]
                        auth_url = https://keystone:5000/v3/
                        password = pa$$word
                        cache_time = 90
                        topic = one
                        topic = two, three
                        colours = [ DARK_BLUE, red ]
                        """);
        assertThat(read.get(PORT)).isEqualTo(80);
        assertThat(read.get(STAGING)).isEqualTo(Path.of("/srv/127.0.0.1/staging"));
        assertThat(read.require(URL)).hasToString("https://keystone:5000/v3");
        assertThat(read.require(PASSWORD).reveal()).isEqualTo("pa$word");
        assertThat(read.get(TIME)).isEqualTo(Duration.ofSeconds(90));
        assertThat(read.get(TOPICS)).containsExactly("one", "two, three");
        assertThat(read.get(COLOURS)).containsExactly(Colour.DARK_BLUE, Colour.RED);
        assertThat(read.isSet(PORT)).isTrue();
        assertThat(read.placeOf(PORT)).endsWith("m.conf:2: [DEFAULT] bind_port");
    }

    @Test
    void laterFilesWinFlagsWinOverFilesAndTheEnvironmentOverDefaultsOnly() throws IOException {
        Path first = file("a.conf", "[DEFAULT]\nbind_port = 1\nbind_host = a\n[auth]\ntopic = x\n");
        Path drop = Files.createDirectory(directory.resolve("d"));
        Files.writeString(drop.resolve("20.conf"), "[DEFAULT]\nbind_port = 3\n[auth]\ntopic = y\n");
        Files.writeString(
                drop.resolve("10.conf"), "[DEFAULT]\nbind_port = 2\n[auth]\nauth_url = http://a\n");
        Files.writeString(drop.resolve("30.conf"), "[auth]\nauth_url =\n");
        Files.writeString(drop.resolve("99.conf~"), "nonsense");
        Configuration read =
                new ConfigurationReader(SCHEMA, Map.of())
                        .file(first)
                        .directory(drop)
                        .override(HOST, "flag", "--host")
                        .fallback(PORT, "4", "$PORT")
                        .fallback(STATE, "/env", "$STATE")
                        .read();
        assertThat(read.get(PORT)).isEqualTo(3);
        assertThat(read.get(HOST)).isEqualTo("flag");
        assertThat(read.get(STATE)).isEqualTo(Path.of("/env"));
        assertThat(read.get(TOPICS)).containsExactly("x", "y");
        assertThat(read.get(URL)).as("taken back by a later file").isEmpty();
        assertThat(read.placeOf(HOST)).isEqualTo("--host: [DEFAULT] bind_host");
    }

    @Test
    void namedSections() throws IOException {
        Configuration read =
                read(
                        """
                        [DEFAULT]
                        stores = fast:mirage, cheap:mirage, web:http
                        state_path = /s
                        [fast]
                        weight = 3
                        directory = $DEFAULT.state_path/fast/$weight
                        [web]
                        redirect = yes
                        """);
        assertThat(read.get(STORES).keySet()).containsExactly("fast", "cheap", "web");
        assertThat(read.in("fast").get(WEIGHT)).isEqualTo(3);
        assertThat(read.in("fast").get(STORE_DIRECTORY)).isEqualTo(Path.of("/s/fast/3"));
        assertThat(read.in("cheap").get(STORE_DIRECTORY)).isEqualTo(Path.of("/s/store"));
        assertThat(read.in("web").get(REDIRECT)).isTrue();
        assertThat(read.in("web").get(PORT)).isEqualTo(9292);
        assertThatThrownBy(() -> read.in("web").get(STORE_DIRECTORY))
                .isInstanceOf(IllegalArgumentException.class);
        assertThat(
                        problemsOf(
                                """
                                [DEFAULT]
                                stores = fast:mirag, auth:http, web:http
                                [fast]
                                weight = 1
                                [web]
                                directory = /x
                                """))
                .containsExactlyInAnyOrder(
                        "m.conf:2: [DEFAULT] stores: fast is of a kind that there is not: mirag, did"
                                + " you mean mirage?",
                        "m.conf:2: [DEFAULT] stores: [auth] has another meaning, choose another name",
                        "m.conf:3: there is no section [fast]".replace(":3", ":4"),
                        "m.conf:6: [web] has no option directory");
    }

    @Test
    void everythingUnknownIsNamedWithWhatWasMeant() {
        assertThat(
                        problemsOf(
                                """
                                [default]
                                bind_port = 1
                                [DEFAULT]
                                bind_prot = 1
                                auth_url = http://x
                                quite_something_else = 1
                                [auht]
                                topic = x
                                """))
                .containsExactly(
                        "m.conf:2: there is no section [default], did you mean DEFAULT?",
                        "m.conf:4: [DEFAULT] has no option bind_prot, did you mean bind_port?",
                        "m.conf:5: [DEFAULT] has no option auth_url, but [auth] has",
                        "m.conf:6: [DEFAULT] has no option quite_something_else",
                        "m.conf:8: there is no section [auht], did you mean auth?");
    }

    @Test
    void badValuesAreNamedWithWhatWasExpected() {
        assertThat(
                        problemsOf(
                                """
                                [DEFAULT]
                                bind_port = 70000
                                [auth]
                                auth_url = keystone:5000
                                cache_time = 2d
                                colours = red, green
                                """))
                .containsExactly(
                        "m.conf:2: [DEFAULT] bind_port: an integer from 0 to 65535 expected, found"
                                + " \"70000\"",
                        "m.conf:4: [auth] auth_url: http(s)://HOST[:PORT][/PATH] expected, found"
                                + " \"keystone:5000\"",
                        "m.conf:5: [auth] cache_time: a time from 0 to 1d (units: ms, s, m, h, d;"
                                + " seconds without) expected, found \"2d\"",
                        "m.conf:6: [auth] colours: a list, each red or dark_blue, divided by commas"
                                + " expected, found \"red, green\"");
    }

    @Test
    void circlesGrowthAndUnknownNamesAreRefused() {
        assertThat(problemsOf("[DEFAULT]\nbind_host = $state_path\nstate_path = a$bind_host\n"))
                .hasSize(3)
                .allSatisfy(problem -> assertThat(problem).contains("names itself"));
        assertThat(problemsOf("[DEFAULT]\nbind_host = $nothing\n"))
                .containsExactly(
                        "m.conf:2: [DEFAULT] bind_host: the name of an option expected behind the"
                                + " dollar sign, found \"nothing\"; a dollar sign itself is written"
                                + " $$");
        String long1 = "x".repeat(3000);
        assertThat(
                        problemsOf(
                                "[DEFAULT]\nbind_host = "
                                        + "$state_path".repeat(30)
                                        + "\nstate_path = "
                                        + long1
                                        + "\n"))
                .containsExactly(
                        "m.conf:2: [DEFAULT] bind_host: at most 65536 characters expected after"
                                + " $names became values");
    }

    @Test
    void dollarSigns() throws IOException {
        Configuration read =
                read(
                        "[DEFAULT]\nbind_host = a$ $1 \\$x $$y ${bind_port}0 $auth.cache_time $auth.auth_url.\n"
                                .replace("$auth.auth_url.", "${auth.auth_url}."));
        assertThat(read.get(HOST)).isEqualTo("a$ $1 $x $y 92920 5m .");
    }

    @Test
    void secretsComeFromFilesAndCredentialsAndAreNotShown() throws IOException {
        Path secret = file("secret", "swordfish\n");
        Configuration read = read("[auth]\npassword = file:" + secret + "\n");
        assertThat(read.require(PASSWORD).reveal()).isEqualTo("swordfish");
        assertThat(read.require(PASSWORD)).hasToString("***");
        Configuration credential =
                new ConfigurationReader(
                                SCHEMA, Map.of("CREDENTIALS_DIRECTORY", directory.toString()))
                        .file(file("m.conf", "[auth]\npassword = credential:secret\n"))
                        .read();
        assertThat(credential.require(PASSWORD).reveal()).isEqualTo("swordfish");
        assertThat(credential.settings())
                .filteredOn(setting -> setting.option() == PASSWORD)
                .singleElement()
                .satisfies(setting -> assertThat(setting.shown()).isEqualTo("***"));

        assertThat(problemsOf("[auth]\npassword = file:" + directory + "/none\n"))
                .singleElement()
                .asString()
                .startsWith("m.conf:2: [auth] password: a secret expected in ");
        assertThat(problemsOf("[auth]\npassword = credential:x\n"))
                .containsExactly(
                        "m.conf:2: [auth] password: the credential x of a systemd unit expected,"
                                + " found no CREDENTIALS_DIRECTORY");
        assertThat(problemsOf("[DEFAULT]\nbind_host = $auth.password\n[auth]\npassword = hush\n"))
                .containsExactly(
                        "m.conf:2: [DEFAULT] bind_host: $auth.password is a secret, which cannot be"
                                + " put here");
    }

    @Test
    void anOptionIsDeclaredOnceAndItsDefaultIsValid() {
        assertThatThrownBy(
                        () -> ConfigSchema.of(OptionGroup.of("a", HOST), OptionGroup.of("b", HOST)))
                .hasMessageContaining("[DEFAULT] bind_host is declared twice");
        assertThatThrownBy(() -> ConfigOption.of("a", "b", OptionType.integer(1, 2), "3", "Help."))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
