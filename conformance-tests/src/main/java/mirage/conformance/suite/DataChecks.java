package mirage.conformance.suite;

import static mirage.conformance.suite.Check.same;

import com.fasterxml.jackson.databind.JsonNode;

import mirage.conformance.suite.Check.WrongException;

import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;

/** What tables cannot say: uploads that break off, deletes and patches under them, digests, walks over pages. */
final class DataChecks {
    private static final Body NONE = Body.parse("-");
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final int LENGTH = 1 << 20;

    private DataChecks() {}

    static List<Check> all() {
        return List.of(
                new Check("data.digests-are-of-the-bytes", "-", DataChecks::digests),
                new Check("data.broken-upload-is-queued-again", "-", DataChecks::brokenUpload),
                new Check("data.broken-chunk-is-queued-again", "-", DataChecks::brokenChunk),
                new Check("data.patch-while-saving", "-", DataChecks::patchWhileSaving),
                new Check("data.delete-while-saving", "-", DataChecks::deleteWhileSaving),
                new Check("data.download-while-saving", "-", DataChecks::downloadWhileSaving),
                new Check("data.second-upload-while-saving", "-", DataChecks::uploadTwice),
                new Check("data.unknown-length-needs-no-length", "-", DataChecks::rawChunks),
                new Check("list.walk-finds-every-image-once", "-", DataChecks::walk),
                new Check("quota.properties", "-", DataChecks::propertyQuota),
                new Check("quota.tags", "-", DataChecks::tagQuota),
                new Check("quota.members", "-", DataChecks::memberQuota));
    }

    private static void digests(Fixtures fixtures, Cloud cloud) throws Exception {
        String path = fixtures.expand("/v2/images/{queued}");
        Body body = Body.parse("octets 300000");
        same("upload", 204, cloud.send(Who.DEMO, "PUT", path + "/file", body).status());
        JsonNode image = cloud.send(Who.DEMO, "GET", path, NONE).json();
        same("checksum", digest("MD5", body.bytes()), image.path("checksum").asText());
        same(
                "os_hash_value",
                digest("SHA-512", body.bytes()),
                image.path("os_hash_value").asText());
    }

    private static String digest(String algorithm, byte[] bytes) throws NoSuchAlgorithmException {
        return HexFormat.of().formatHex(MessageDigest.getInstance(algorithm).digest(bytes));
    }

    private static void brokenUpload(Fixtures fixtures, Cloud cloud) throws Exception {
        String path = fixtures.expand("/v2/images/{queued}");
        try (HalfUpload _ = HalfUpload.begin(cloud, path)) {
            await(cloud, path, "saving");
        }
        await(cloud, path, "queued");
        JsonNode image = cloud.send(Who.DEMO, "GET", path, NONE).json();
        same("size", true, image.path("size").isNull());
        Body body = Body.parse("octets 1024");
        same("next upload", 204, cloud.send(Who.DEMO, "PUT", path + "/file", body).status());
    }

    private static void brokenChunk(Fixtures fixtures, Cloud cloud) throws Exception {
        String path = fixtures.expand("/v2/images/{queued}");
        try (Socket socket = open(cloud)) {
            write(
                    socket,
                    head(cloud, path) + "Transfer-Encoding: chunked\r\n\r\n5\r\nabcde\r\nZZ\r\n");
            socket.shutdownOutput();
            // Whatever the answer is, the connection ends.
            socket.getInputStream().readAllBytes();
        }
        await(cloud, path, "queued");
    }

    private static void patchWhileSaving(Fixtures fixtures, Cloud cloud) throws Exception {
        String path = fixtures.expand("/v2/images/{queued}");
        try (HalfUpload upload = HalfUpload.begin(cloud, path)) {
            await(cloud, path, "saving");
            Body patch =
                    Body.parse("v2.1 [{\"op\":\"add\",\"path\":\"/color\",\"value\":\"red\"}]");
            Answer answer = cloud.send(Who.DEMO, "PATCH", path, patch);
            same("patch", 200, answer.status());
            same("status then", "saving", answer.json().path("status").asText());
            same("upload", 204, upload.finish());
        }
        JsonNode image = cloud.send(Who.DEMO, "GET", path, NONE).json();
        same("status", "active", image.path("status").asText());
        same("color", "red", image.path("color").asText());
    }

    private static void deleteWhileSaving(Fixtures fixtures, Cloud cloud) throws Exception {
        String path = fixtures.expand("/v2/images/{queued}");
        try (HalfUpload upload = HalfUpload.begin(cloud, path)) {
            await(cloud, path, "saving");
            same("delete", 204, cloud.send(Who.DEMO, "DELETE", path, NONE).status());
            same("show", 404, cloud.send(Who.DEMO, "GET", path, NONE).status());
            same("upload", 410, upload.finish());
        }
    }

    private static void downloadWhileSaving(Fixtures fixtures, Cloud cloud) throws Exception {
        String path = fixtures.expand("/v2/images/{queued}");
        try (HalfUpload upload = HalfUpload.begin(cloud, path)) {
            await(cloud, path, "saving");
            same("download", 204, cloud.send(Who.DEMO, "GET", path + "/file", NONE).status());
            same("upload", 204, upload.finish());
        }
        byte[] found = cloud.send(Who.DEMO, "GET", path + "/file", NONE).body();
        same("bytes", digest("MD5", Body.octets(LENGTH)), digest("MD5", found));
    }

    private static void uploadTwice(Fixtures fixtures, Cloud cloud) throws Exception {
        String path = fixtures.expand("/v2/images/{queued}");
        try (HalfUpload upload = HalfUpload.begin(cloud, path)) {
            await(cloud, path, "saving");
            Body other = Body.parse("octets 5");
            same("second", 409, cloud.send(Who.DEMO, "PUT", path + "/file", other).status());
            same("first", 204, upload.finish());
        }
    }

    private static void rawChunks(Fixtures fixtures, Cloud cloud) throws Exception {
        String path = fixtures.expand("/v2/images/{queued}");
        try (Socket socket = open(cloud)) {
            write(
                    socket,
                    head(cloud, path)
                            + "Connection: close\r\nTransfer-Encoding: chunked\r\n\r\n"
                            + "3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n");
            same("upload", 204, status(socket));
        }
        same("bytes", "abcde", cloud.send(Who.DEMO, "GET", path + "/file", NONE).text());
    }

    private static void walk(Fixtures fixtures, Cloud cloud) throws Exception {
        Set<String> made = new HashSet<>();
        for (int i = 0; i < 7; i++) {
            made.add(fixtures.expand("{queued." + i + "}"));
        }
        List<String> found = new ArrayList<>();
        String next = fixtures.expand("/v2/images?name={unique}&limit=3");
        for (int page = 0; !next.isEmpty() && page < 10; page++) {
            JsonNode list = cloud.send(Who.DEMO, "GET", next, NONE).json();
            list.path("images").forEach(image -> found.add(image.path("id").asText()));
            next = list.path("next").asText();
        }
        same("images", 7, found.size());
        same("ids", made, new HashSet<>(found));
    }

    private static void propertyQuota(Fixtures fixtures, Cloud cloud) throws Exception {
        String path = fixtures.expand("/v2/images/{queued}");
        same("128", 200, cloud.send(Who.DEMO, "PATCH", path, properties(128)).status());
        same("129", 413, cloud.send(Who.DEMO, "PATCH", path, properties(129)).status());
    }

    private static Body properties(int count) {
        List<String> operations = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            operations.add("{\"op\":\"add\",\"path\":\"/p%d\",\"value\":\"x\"}".formatted(i));
        }
        return Body.parse("v2.1 [" + String.join(",", operations) + "]");
    }

    private static void tagQuota(Fixtures fixtures, Cloud cloud) throws Exception {
        String path = fixtures.expand("/v2/images/{queued}");
        List<String> tags = new ArrayList<>();
        for (int i = 0; i < 128; i++) {
            tags.add("\"t" + i + "\"");
        }
        Body full =
                Body.parse(
                        "v2.1 [{\"op\":\"replace\",\"path\":\"/tags\",\"value\":[%s]}]"
                                .formatted(String.join(",", tags)));
        same("128", 200, cloud.send(Who.DEMO, "PATCH", path, full).status());
        same("129", 413, cloud.send(Who.DEMO, "PUT", path + "/tags/more", NONE).status());
    }

    private static void memberQuota(Fixtures fixtures, Cloud cloud) throws Exception {
        String path = fixtures.expand("/v2/images/{active}/members");
        for (int i = 0; i < 128; i++) {
            Body member = Body.parse("json {\"member\": \"m" + i + "\"}");
            same("member " + i, 200, cloud.send(Who.DEMO, "POST", path, member).status());
        }
        Body oneMore = Body.parse("json {\"member\": \"more\"}");
        same("129", 413, cloud.send(Who.DEMO, "POST", path, oneMore).status());
    }

    private static void await(Cloud cloud, String path, String status)
            throws IOException, InterruptedException, WrongException {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        String found = "";
        while (System.nanoTime() < deadline) {
            found = cloud.send(Who.DEMO, "GET", path, NONE).json().path("status").asText();
            if (found.equals(status)) {
                return;
            }
            Thread.sleep(100);
        }
        same("status", status, found);
    }

    private static Socket open(Cloud cloud) throws IOException {
        int port = cloud.endpoint().getPort();
        Socket socket = new Socket(cloud.endpoint().getHost(), port < 0 ? 80 : port);
        socket.setSoTimeout((int) PATIENCE.toMillis());
        return socket;
    }

    private static String head(Cloud cloud, String path) {
        return "PUT %s%s/file HTTP/1.1\r\nHost: %s\r\nX-Auth-Token: %s\r\n"
                        .formatted(
                                cloud.endpoint().getPath(),
                                path,
                                cloud.endpoint().getAuthority(),
                                cloud.caller(Who.DEMO).token())
                + "Content-Type: application/octet-stream\r\n";
    }

    private static void write(Socket socket, String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
    }

    private static int status(Socket socket) throws IOException {
        byte[] line = socket.getInputStream().readNBytes("HTTP/1.1 204".length());
        return Integer.parseInt(new String(line, StandardCharsets.US_ASCII).substring(9));
    }

    /** An upload of which half is sent. Closing it in between breaks it off. */
    private record HalfUpload(Socket socket) implements AutoCloseable {
        static HalfUpload begin(Cloud cloud, String path) throws IOException {
            Socket socket = open(cloud);
            write(
                    socket,
                    head(cloud, path)
                            + "Connection: close\r\nContent-Length: "
                            + LENGTH
                            + "\r\n\r\n");
            OutputStream out = socket.getOutputStream();
            out.write(Body.octets(LENGTH), 0, LENGTH / 2);
            out.flush();
            return new HalfUpload(socket);
        }

        /** Sends the rest; gives the status of the answer. */
        int finish() throws IOException {
            try {
                socket.getOutputStream().write(Body.octets(LENGTH), LENGTH / 2, LENGTH / 2);
            } catch (IOException refused) {
                // The answer may have come before the end of the body.
            }
            return status(socket);
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }
}
