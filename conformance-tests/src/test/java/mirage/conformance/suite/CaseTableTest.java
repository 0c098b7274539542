package mirage.conformance.suite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;

import javax.net.ssl.SSLSession;

/** The suite's own language: what tables say is read as it is meant, and what is wrong is found. */
final class CaseTableTest {
    private static final String ANSWER =
            "{\"id\": \"12-34\", \"size\": null, \"tags\": [\"a\", \"b\"], \"deep\": {\"n\": 3}}";

    @Test
    void stepsBelongToTheCaseBefore() {
        List<Case> cases =
                CaseTable.parse(
                        """
                        # a comment

                        group.one | - | demo | GET /a?x=1 | A: b ;; C: d:e | json {"x": "y"} | 200,204 | -
                        + admin | PUT /b | - | octets 5 | await 204 | /x = 1 ; body empty
                        group.two | multistore,!cache | none | GET / | - | - | 300 | -
                        """,
                        "test");
        assertThat(cases).extracting(Case::name).containsExactly("group.one", "group.two");
        Case.Step first = cases.getFirst().steps().get(0);
        assertThat(first.headers()).isEqualTo(Map.of("A", "b", "C", "d:e"));
        assertThat(first.statuses()).containsExactly(200, 204);
        Case.Step second = cases.getFirst().steps().get(1);
        assertThat(second.who()).isEqualTo(Who.ADMIN);
        assertThat(second.patiently()).isTrue();
        assertThat(second.expectations()).hasSize(2);
        assertThat(new Features(Set.of("cache")).missing(cases.get(1).needs()))
                .isEqualTo("multistore");
        assertThat(new Features(Set.of("cache", "multistore")).missing("multistore,!cache"))
                .isEqualTo("!cache");
    }

    @Test
    void aLineThatIsNoneIsNamed() {
        assertThatThrownBy(() -> CaseTable.parse("a.b | - | demo | GET /", "some.cases"))
                .hasMessageContaining("some.cases:1");
        assertThatThrownBy(() ->
                        CaseTable.parse("a.b | - | demo | GET / | - | - | 200 | nonsense", "x"))
                .hasRootCauseMessage("no expectation: nonsense");
    }

    @Test
    void allTablesAreReadAndNoNameIsTwice() throws Exception {
        List<String> names = new ArrayList<>();
        for (String table : Conformance.TABLES) {
            CaseTable.read(table).forEach(one -> names.add(one.name()));
        }
        DataChecks.all().forEach(one -> names.add(one.name()));
        ClientChecks.all().forEach(one -> names.add(one.name()));
        assertThat(names).doesNotHaveDuplicates().hasSizeGreaterThan(400);
        assertThat(new HashSet<>(names))
                .containsAll(Report.readKnown(Path.of("glance.known")).keySet());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '!',
            value = {
                "/id = 12-34 ! true",
                "/id = 12 ! false",
                "/size = null ! true",
                "/size absent ! false",
                "/color absent ! true",
                "/tags size 2 ! true",
                "/tags has a ! true",
                "/tags has c ! false",
                "/tags lacks c ! true",
                "/deep has n ! true",
                "/deep/n = 3 ! true",
                "/deep/n = \"3\" ! false",
                "/id ~ ^1.*4$ ! true",
                "/color ~ ^$ ! false",
                "/tags ~ ^$ ! false",
                "/deep ~ ^$ ! false",
                "/tags array ! true",
                "/deep array ! false",
                "/color array ! false",
                "X-Some: thing ! true",
                "X-Some ~ ^th ! true",
                "X-Some absent ! false",
                "X-Other absent ! true",
                "body empty ! false",
                "body ~ deep ! true",
                "type json ! true",
                "type html ! false"
            })
    void demandsAreMetOrNot(String text, boolean isMet) {
        Expectation expectation = Expectation.parseAll(text.strip()).getFirst();
        String wrong =
                expectation.wrong(
                        new Answer(new Given(ANSWER)), UnaryOperator.identity(), new HashMap<>());
        assertThat(wrong.isEmpty()).as(wrong).isEqualTo(isMet);
    }

    @Test
    void keptValuesAreThereForLaterSteps() {
        Map<String, String> kept = new HashMap<>();
        Expectation.parseAll("/id -> mine")
                .getFirst()
                .wrong(new Answer(new Given(ANSWER)), UnaryOperator.identity(), kept);
        assertThat(kept).containsEntry("mine", "12-34");
    }

    @Test
    void anEmptyQcow2IsOne() {
        Body body = Body.parse("qcow2 67108864");
        assertThat(body.bytes()).startsWith('Q', 'F', 'I', 0xfb).hasSize(4 << 16);
        assertThat(Body.parse("octets 3").bytes()).hasSize(3).isEqualTo(Body.octets(3));
    }

    /** An answer that nobody sent. */
    private record Given(String text) implements HttpResponse<byte[]> {
        @Override
        public int statusCode() {
            return 200;
        }

        @Override
        public HttpRequest request() {
            return HttpRequest.newBuilder(uri()).build();
        }

        @Override
        public Optional<HttpResponse<byte[]>> previousResponse() {
            return Optional.empty();
        }

        @Override
        public HttpHeaders headers() {
            return HttpHeaders.of(
                    Map.of("X-Some", List.of("thing"), "Content-Type", List.of("application/json")),
                    (name, value) -> true);
        }

        @Override
        public byte[] body() {
            return text.getBytes(StandardCharsets.UTF_8);
        }

        @Override
        public Optional<SSLSession> sslSession() {
            return Optional.empty();
        }

        @Override
        public URI uri() {
            return URI.create("http://localhost/");
        }

        @Override
        public HttpClient.Version version() {
            return HttpClient.Version.HTTP_1_1;
        }
    }
}
