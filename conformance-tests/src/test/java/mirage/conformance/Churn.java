package mirage.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.JsonNode;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Many clients at once on an Image API: uploads and downloads of mixed sizes, some broken off; deletes and patches under
 * uploads; stage and import. Each image has the set of ends that it may have come to: what was answered narrows it, what
 * was not (its endpoint was ended) leaves it wide. In the end each image must be at one of them, with its bytes.
 */
final class Churn {
    private static final int CLIENTS = 50;
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final Set<String> STATES =
            Set.of("queued", "saving", "active", "uploading", "importing");
    private static final String QUEUED = "queued";
    private static final String STAGED = "uploading";
    private static final String ACTIVE = "active";
    private static final String GONE = "gone";

    /** Bytes of an image by the seed that makes them, and the ends that it may be at. */
    private record Image(long seed, int size, Set<String> ends) {
        Image at(String... newEnds) {
            return new Image(seed, size, Set.of(newEnds));
        }

        byte[] bytes() {
            byte[] bytes = new byte[size];
            // Long stretches repeat between images, as in real ones.
            new Random(seed % 16).nextBytes(bytes);
            byte[] own = Long.toString(seed).getBytes(StandardCharsets.US_ASCII);
            System.arraycopy(own, 0, bytes, 0, Math.min(own.length, size));
            return bytes;
        }
    }

    private final RoundRobin api;
    private final Map<String, Image> images = new ConcurrentHashMap<>();

    /** Ids of images that anybody may download, and delete after taking them from here. */
    private final Set<String> common = ConcurrentHashMap.newKeySet();

    private final Map<String, AtomicInteger> done = new ConcurrentHashMap<>();
    private final Queue<String> wrong = new ConcurrentLinkedQueue<>();

    Churn(List<URI> endpoints, String token) {
        this(new RoundRobin(endpoints, token));
    }

    private Churn(RoundRobin api) {
        this.api = api;
    }

    /** The same images, elsewhere. */
    Churn at(List<URI> others) {
        Churn churn = new Churn(api.at(others));
        churn.images.putAll(images);
        return churn;
    }

    /** An endpoint is ended now: what it does not answer is not wrong. */
    void ends(URI endpoint) {
        api.ends(endpoint);
    }

    /** Lets the clients work for so long, and waits for them. */
    void run(Duration time, long seed) {
        Random seeds = new Random(seed);
        long deadline = System.nanoTime() + time.toNanos();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            threads.execute(() -> watch(deadline));
            for (int number = 0; number < CLIENTS; number++) {
                Random random = new Random(seeds.nextLong());
                threads.execute(() -> {
                    while (System.nanoTime() < deadline && wrong.isEmpty()) {
                        one(random);
                    }
                });
            }
        }
        System.out.println("churn: " + new TreeMap<>(done));
    }

    private void one(Random random) {
        try {
            switch (random.nextInt(12)) {
                case 0, 1, 2 -> upload(random);
                case 3 -> brokenUpload(random);
                case 4 -> deleteWhileSaving(random);
                case 5 -> patchWhileSaving(random);
                case 6, 7 -> stageAndImport(random);
                case 8, 9 -> download(random);
                case 10 -> delete(random);
                default -> list();
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            wrong.add("interrupted");
        } catch (IOException | RuntimeException failure) {
            wrong.add(failure.toString());
        }
    }

    private void count(String what) {
        done.computeIfAbsent(what, name -> new AtomicInteger()).incrementAndGet();
    }

    /** Looks at all images again and again: what was active stays so, what was deleted stays away. */
    private void watch(long deadline) {
        Set<String> active = new HashSet<>();
        try {
            while (System.nanoTime() < deadline && wrong.isEmpty()) {
                Set<String> gone = new HashSet<>();
                images.forEach((id, image) -> {
                    if (image.ends().equals(Set.of(GONE))) {
                        gone.add(id);
                    }
                });
                for (JsonNode shown : api.list()) {
                    String id = shown.path("id").asText();
                    boolean isActive = shown.path("status").asText().equals(ACTIVE);
                    require(!gone.contains(id), id + " is back: " + shown);
                    require(isActive || !active.contains(id), id + " was active: " + shown);
                    if (isActive) {
                        active.add(id);
                    }
                }
                count("looks at all");
                Thread.sleep(100);
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            wrong.add("interrupted");
        } catch (IOException | RuntimeException failure) {
            wrong.add("watching: " + failure);
        }
    }

    // ---- what clients do

    private void upload(Random random) throws IOException, InterruptedException {
        String id = create(random);
        Image image = images.get(id);
        if (image == null || !image.ends().equals(Set.of(QUEUED))) {
            return;
        }
        images.put(id, image.at(QUEUED, ACTIVE));
        BodyPublisher body =
                random.nextBoolean()
                        ? BodyPublishers.ofByteArray(image.bytes())
                        : BodyPublishers.fromPublisher(BodyPublishers.ofByteArray(image.bytes()));
        if (expect(204, "PUT", "/" + id + "/file", RoundRobin.octets(body))) {
            images.put(id, image.at(ACTIVE));
            common.add(id);
            count("uploads");
        }
    }

    private void brokenUpload(Random random) throws IOException, InterruptedException {
        String id = create(random);
        Image image = images.get(id);
        if (image == null || image.size() == 0) {
            return;
        }
        // Not one byte more than half is sent: it can never be active.
        boolean waits = random.nextBoolean();
        try (HalfUpload _ = beginHalf(id, image)) {
            if (waits && awaitSaving(id)) {
                count("broken uploads, seen saving");
            } else {
                Thread.sleep(random.nextInt(50));
                count("broken uploads");
            }
        } catch (IOException failure) {
            requireEnded(failure);
        }
    }

    private void deleteWhileSaving(Random random) throws IOException, InterruptedException {
        String id = create(random);
        Image image = images.get(id);
        if (image == null || image.size() == 0) {
            return;
        }
        try (HalfUpload half = beginHalf(id, image)) {
            if (!awaitSaving(id)) {
                return;
            }
            images.put(id, image.at(QUEUED, ACTIVE, GONE));
            boolean deleted = expect(204, "DELETE", "/" + id, null);
            int status = half.finish();
            if (deleted) {
                images.put(id, image.at(GONE));
                // 0: the connection ended before the answer was read, as the body was not.
                require(
                        status == 0 || status == 410,
                        "upload of the deleted " + id + " answered " + status);
                count("deletes while saving");
            }
        } catch (IOException failure) {
            requireEnded(failure);
        }
    }

    private void patchWhileSaving(Random random) throws IOException, InterruptedException {
        String id = create(random);
        Image image = images.get(id);
        if (image == null || image.size() == 0) {
            return;
        }
        try (HalfUpload half = beginHalf(id, image)) {
            if (!awaitSaving(id)) {
                return;
            }
            images.put(id, image.at(QUEUED, ACTIVE));
            String patch = "[{\"op\":\"add\",\"path\":\"/color\",\"value\":\"red\"}]";
            HttpRequest.Builder request =
                    HttpRequest.newBuilder()
                            .header("Content-Type", "application/openstack-images-v2.1-json-patch")
                            .method("PATCH", BodyPublishers.ofString(patch));
            boolean patched = expect(200, request, "/" + id);
            int status = half.finish();
            if (status != 204) {
                requireEnded(new IOException("patched upload answered " + status));
                return;
            }
            images.put(id, image.at(ACTIVE));
            JsonNode shown = api.show(id);
            if (patched && shown != null && !"red".equals(shown.path("color").asText())) {
                wrong.add("the patch of " + id + " is lost: " + shown);
            }
            common.add(id);
            count("patches while saving");
        } catch (IOException failure) {
            requireEnded(failure);
        }
    }

    private void stageAndImport(Random random) throws IOException, InterruptedException {
        String id = create(random);
        Image image = images.get(id);
        if (image == null || !image.ends().equals(Set.of(QUEUED))) {
            return;
        }
        images.put(id, image.at(QUEUED, STAGED));
        if (!expect(
                204,
                "PUT",
                "/" + id + "/stage",
                RoundRobin.octets(BodyPublishers.ofByteArray(image.bytes())))) {
            return;
        }
        images.put(id, image.at(STAGED, ACTIVE, QUEUED));
        HttpRequest.Builder request =
                HttpRequest.newBuilder()
                        .header("Content-Type", "application/json")
                        .POST(BodyPublishers.ofString("{\"method\":{\"name\":\"glance-direct\"}}"));
        if (expect(202, request, "/" + id + "/import")) {
            images.put(id, image.at(ACTIVE));
            count("imports");
        }
    }

    private void download(Random random) throws IOException, InterruptedException {
        String id = any(random);
        Image image = id == null ? null : images.get(id);
        if (id == null || image == null) {
            return;
        }
        boolean breaksOff = random.nextInt(4) == 0;
        try {
            api.download(id, (status, body) -> readDownload(id, image, status, body, breaksOff));
        } catch (IOException failure) {
            // It was deleted under the download.
            require(!common.contains(id), id + ": " + failure);
        }
    }

    private void readDownload(
            String id, Image image, int status, InputStream body, boolean breaksOff)
            throws IOException {
        if (status == 404 || status == 204 && image.size() == 0) {
            require(status == 204 || !common.contains(id), id + " is not found");
            return;
        }
        require(status == 200, "download of " + id + ": " + status);
        if (breaksOff) {
            body.readNBytes(image.size() / 2);
            count("broken downloads");
            return;
        }
        byte[] found = body.readAllBytes();
        require(
                Arrays.equals(found, image.bytes()) || !common.contains(id),
                "download of " + id + " is not what was uploaded");
        count("downloads");
    }

    private void delete(Random random) throws IOException, InterruptedException {
        String id = any(random);
        if (id == null || common.size() < CLIENTS || !common.remove(id)) {
            return;
        }
        Image image = images.get(id);
        if (image == null) {
            return;
        }
        images.put(id, image.at(ACTIVE, GONE));
        if (expect(204, "DELETE", "/" + id, null)) {
            images.put(id, image.at(GONE));
            count("deletes");
        }
    }

    private void list() throws IOException, InterruptedException {
        HttpResponse<String> answer = api.send(HttpRequest.newBuilder(), "?limit=50");
        if (answer == null) {
            return;
        }
        for (JsonNode image : RoundRobin.body(answer, "list").path("images")) {
            String status = image.path("status").asText();
            require(STATES.contains(status), "an image is " + status);
            Image known = images.get(image.path("id").asText());
            require(
                    !status.equals(ACTIVE)
                            || known == null
                            || image.path("size").asLong(-1) == known.size(),
                    "an active image of another size: " + image);
        }
        count("lists");
    }

    private String create(Random random) throws IOException, InterruptedException {
        String id = new UUID(random.nextLong(), random.nextLong()).toString();
        int[] sizes = {0, 1, 4096, 65_537, 300_000, 2_000_000};
        int size = random.nextInt(20) == 0 ? 6_000_000 : sizes[random.nextInt(sizes.length)];
        Image image = new Image(random.nextLong(Long.MAX_VALUE), size, Set.of(QUEUED, GONE));
        images.put(id, image);
        String body =
                "{\"id\":\"%s\",\"disk_format\":\"raw\",\"container_format\":\"bare\"}"
                        .formatted(id);
        HttpRequest.Builder request =
                HttpRequest.newBuilder()
                        .header("Content-Type", "application/json")
                        .POST(BodyPublishers.ofString(body));
        if (expect(201, request, "")) {
            images.put(id, image.at(QUEUED));
        }
        return id;
    }

    /** Whether an upload was seen to be under way; when no server was ended, it must be. */
    private boolean awaitSaving(String id) throws IOException, InterruptedException {
        long start = System.nanoTime();
        while (true) {
            JsonNode shown = api.show(id);
            if (shown != null && shown.path("status").asText().equals("saving")) {
                return true;
            }
            Duration waited = Duration.ofNanos(System.nanoTime() - start);
            if (api.isAnyEnded() && waited.compareTo(Duration.ofSeconds(5)) > 0) {
                return false;
            }
            if (waited.compareTo(PATIENCE) > 0) {
                wrong.add(id + " is not saving: " + shown);
                return false;
            }
            Thread.sleep(10);
        }
    }

    private @Nullable String any(Random random) {
        List<String> all = new ArrayList<>(common);
        return all.isEmpty() ? null : all.get(random.nextInt(all.size()));
    }

    // ---- what must hold in the end

    /** Waits until nothing is under way, and demands that each image is at one of its ends, with its bytes. */
    void requireLegalEnds(Duration patience) throws IOException, InterruptedException {
        assertThat(wrong).isEmpty();
        long deadline = System.nanoTime() + patience.toNanos();
        List<String> unsettled = unsettled();
        while (!unsettled.isEmpty() && System.nanoTime() < deadline) {
            Thread.sleep(500);
            unsettled = unsettled();
        }
        assertThat(unsettled).as("images that are at none of their ends").isEmpty();
        Map<String, Integer> ends = new TreeMap<>();
        for (Map.Entry<String, Image> entry : images.entrySet()) {
            JsonNode shown = api.show(entry.getKey());
            String end = shown == null ? GONE : shown.path("status").asText();
            ends.merge(end, 1, Integer::sum);
            if (end.equals(ACTIVE)) {
                requireBytes(entry.getKey(), entry.getValue());
            }
        }
        System.out.println("churn: ends " + ends);
        assertThat(wrong).isEmpty();
    }

    private List<String> unsettled() throws IOException, InterruptedException {
        List<String> unsettled = new ArrayList<>();
        for (Map.Entry<String, Image> entry : images.entrySet()) {
            JsonNode shown = api.show(entry.getKey());
            String end = shown == null ? GONE : shown.path("status").asText();
            if (!entry.getValue().ends().contains(end)) {
                unsettled.add(entry.getKey() + " is " + end + ", not " + entry.getValue().ends());
            }
        }
        return unsettled;
    }

    private void requireBytes(String id, Image image) throws IOException, InterruptedException {
        boolean isRead =
                api.download(
                        id,
                        (status, body) -> {
                            assertThat(status).isIn(200, 204);
                            assertThat(Arrays.equals(body.readAllBytes(), image.bytes()))
                                    .as("bytes of %s", id)
                                    .isTrue();
                        });
        assertThat(isRead).isTrue();
    }

    /** How many images the library has: those that are active, and those that are staged. */
    int held() throws IOException, InterruptedException {
        int held = 0;
        for (String id : images.keySet()) {
            JsonNode shown = api.show(id);
            String status = shown == null ? GONE : shown.path("status").asText();
            held += status.equals(ACTIVE) || status.equals(STAGED) ? 1 : 0;
        }
        return held;
    }

    /** Deletes what there is; then nothing may be listed any more, and no task be under way. */
    void deleteAll() throws IOException, InterruptedException {
        for (String id : images.keySet()) {
            HttpResponse<String> answer = api.send(HttpRequest.newBuilder().DELETE(), "/" + id);
            assertThat(answer == null ? 0 : answer.statusCode()).as("delete %s", id).isIn(204, 404);
        }
        assertThat(api.list())
                .as("images that are listed")
                .noneMatch(shown -> images.containsKey(shown.path("id").asText()));
        for (String status : List.of("pending", "processing")) {
            HttpResponse<String> answer =
                    api.send(HttpRequest.newBuilder(), "/v2/tasks?status=" + status);
            JsonNode tasks = RoundRobin.body(requireNonNull(answer), "tasks").path("tasks");
            assertThat(tasks).as("tasks that are %s", status).isEmpty();
        }
    }

    // ---- requests

    private boolean expect(
            int status, String method, String below, HttpRequest.@Nullable Builder request)
            throws IOException, InterruptedException {
        HttpRequest.Builder plain =
                HttpRequest.newBuilder().method(method, BodyPublishers.noBody());
        return expect(status, request == null ? plain : request, below);
    }

    /** Whether that was the answer; another one is wrong, none is not when the endpoint was ended. */
    private boolean expect(int status, HttpRequest.Builder request, String below)
            throws IOException, InterruptedException {
        HttpResponse<String> answer = api.send(request, below);
        if (answer == null) {
            return false;
        }
        require(
                answer.statusCode() == status,
                "%s %s: %d expected, found %d %s"
                        .formatted(
                                answer.request().method(),
                                below,
                                status,
                                answer.statusCode(),
                                answer.body()));
        return answer.statusCode() == status;
    }

    private void require(boolean right, String otherwise) {
        if (!right) {
            wrong.add(otherwise);
        }
    }

    private void requireEnded(IOException failure) {
        require(api.isAnyEnded(), failure.toString());
    }

    private HalfUpload beginHalf(String id, Image image) throws IOException {
        return HalfUpload.begin(api.next(), api.token(), id, image.bytes());
    }
}
