package mirage.agent.faults;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;

import mirage.agent.FakeFacade;

import java.io.IOException;
import java.net.http.HttpResponse;
import java.util.Arrays;

/**
 * What Nova does with an image at the first boot of a guest, by its client python-glanceclient: it asks for the record,
 * fetches the bytes, holds them against the digest in the record, asks for the record again and holds what it has
 * against its format.
 */
final class Nova {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Door agent;

    Nova(Door agent) {
        this.agent = agent;
    }

    /**
     * Fetches an image.
     *
     * @return what went wrong, such that Nova would notice; empty when Nova has what it should
     * @throws AssertionError when Nova would take something else for the image
     */
    String fetch(String image) {
        try {
            HttpResponse<byte[]> record = agent.get("/v2/images/" + image);
            if (record.statusCode() != 200) {
                return "record: " + record.statusCode();
            }
            HttpResponse<byte[]> bytes = agent.get("/v2/images/" + image + "/file");
            if (bytes.statusCode() != 200) {
                return "bytes: " + bytes.statusCode();
            }
            JsonNode said = JSON.readTree(record.body());
            if (!digest(said, bytes.body()).equals(said.path("os_hash_value").asText())) {
                return "bytes: another digest";
            }
            HttpResponse<byte[]> again = agent.get("/v2/images/" + image);
            if (again.statusCode() != 200) {
                return "record again: " + again.statusCode();
            }
            JsonNode saidAgain = JSON.readTree(again.body());
            if (!saidAgain.path("disk_format").equals(said.path("disk_format"))) {
                return "another format than before";
            }
            boolean raw = said.path("disk_format").asText().equals("raw");
            byte[] expected = raw ? Corpus.disk(image) : Corpus.container(image);
            assertThat(Arrays.equals(bytes.body(), expected))
                    .as("what Nova takes for the image is the image")
                    .isTrue();
            return "";
        } catch (IOException broken) {
            return "cut short: " + broken;
        }
    }

    private static String digest(JsonNode record, byte[] bytes) {
        String algorithm = record.path("os_hash_algo").asText();
        return FakeFacade.digest(algorithm.replace("sha", "SHA-"), bytes);
    }
}
