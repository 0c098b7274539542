package mirage.agent.deploy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

import mirage.agent.deploy.HostOrders.Announcement;
import mirage.agent.measure.Measures;
import mirage.agent.wire.Answer;
import mirage.agent.wire.Asked;
import mirage.agent.wire.ImageService;
import mirage.catalog.ImageId;
import mirage.codec.DataDigest;

import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.io.content.ByteBufferContentSource;
import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.net.URLEncoder;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** The image service by HTTP. */
public final class HttpFacade implements Facade {
    private static final int MAX_ANSWER_BYTES = 8 << 20;
    private static final int MAX_CANDIDATES = 3;
    private static final int MAX_NEAR = 16;
    private static final int MAX_ORDERS = 10_000;
    private static final int PAGE = 1000;
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final ObjectMapper JSON = new ObjectMapper();

    private final ImageService service;
    private final Download download;

    public HttpFacade(ImageService service, Bandwidth bandwidth, Measures measures) {
        this.service = service;
        this.download = new Download(service, bandwidth, measures);
    }

    @Override
    public ImageViews describe(ImageId image, Caller caller) throws IOException {
        JsonNode said = ask(deploy(image), caller);
        JsonNode views = said.path("views");
        JsonNode container = views.path("container");
        JsonNode disk = views.path("disk");
        try {
            List<ImageId> near = ids(said.path("near"), MAX_NEAR);
            return new ImageViews(
                    image,
                    new ImageViews.Container(
                            container.path("format").asText(),
                            number(container, "length"),
                            container.path("sha256").asText(),
                            digest(container)),
                    disk.isObject()
                            ? new ImageViews.Disk(number(disk, "length"), digest(disk))
                            : null,
                    near);
        } catch (IllegalArgumentException wrong) {
            throw new IOException("what there is of image " + image + ": " + wrong.getMessage());
        }
    }

    private static @Nullable DataDigest digest(JsonNode view) {
        return view.path("digest").isTextual()
                ? new DataDigest(view.path("digest").asText())
                : null;
    }

    @Override
    public List<Candidate> candidates(
            ImageId image, ImageView view, List<String> bases, Caller caller) throws IOException {
        StringBuilder target =
                new StringBuilder(deploy(image)).append("/deltas?view=").append(view.text());
        bases.forEach(base -> target.append("&base=").append(base));
        JsonNode said = ask(target.toString(), caller);
        List<Candidate> candidates = new ArrayList<>();
        try {
            for (JsonNode delta : said.path("deltas")) {
                if (candidates.size() < MAX_CANDIDATES) {
                    candidates.add(
                            new Candidate(
                                    new ImageId(delta.path("base").asText()),
                                    view(delta.path("base_view").asText()),
                                    number(delta, "bytes"),
                                    delta.path("ready").asBoolean()));
                }
            }
        } catch (IllegalArgumentException wrong) {
            throw new IOException("bases of image " + image + ": " + wrong.getMessage());
        }
        return candidates;
    }

    @Override
    public void fetchDelta(
            ImageId image,
            ImageView view,
            Candidate base,
            Caller caller,
            boolean anew,
            Path file,
            long most,
            Deadline deadline)
            throws IOException {
        String target =
                deploy(image)
                        + "/delta?view="
                        + view.text()
                        + "&base="
                        + Candidate.text(base.base(), base.baseView());
        download.fetch(new Download.Wanted(target, headers(caller), most, anew), file, deadline);
    }

    @Override
    public void fetchContainer(
            ImageId image, Caller caller, Path file, long length, Deadline deadline)
            throws IOException {
        long found =
                download.fetch(
                        new Download.Wanted(
                                "/v2/images/" + image + "/file", headers(caller), length, false),
                        file,
                        deadline);
        if (found != length) {
            throw new IOException(
                    "image " + image + ": " + length + " bytes expected, found " + found);
        }
    }

    @Override
    public List<ImageId> find(String query, int most, Caller caller) throws IOException {
        List<ImageId> found = new ArrayList<>();
        String page =
                "/v2/images?status=active&sort=created_at:desc&limit="
                        + Math.min(most, PAGE)
                        + (query.isEmpty() ? "" : "&" + query);
        while (found.size() < most) {
            JsonNode said = ask(page, caller);
            int before = found.size();
            for (JsonNode image : said.path("images")) {
                String id = image.path("id").asText();
                if (found.size() < most && ImageId.isValid(id)) {
                    found.add(new ImageId(id));
                }
            }
            String next = said.path("next").asText();
            if (found.size() == before || !next.startsWith("/v2/images?")) {
                break;
            }
            page = next;
        }
        return found;
    }

    @Override
    public HostOrders tell(String host, List<ImageId> holds, List<ImageId> removed, Caller caller)
            throws IOException {
        ObjectNode told = JSON.createObjectNode();
        ArrayNode held = told.putArray("holds");
        holds.forEach(image -> held.add(image.value()));
        ArrayNode gone = told.putArray("removed");
        removed.forEach(image -> gone.add(image.value()));
        byte[] body = JSON.writeValueAsBytes(told);
        HttpFields headers =
                HttpFields.build(headers(caller))
                        .put(HttpHeader.CONTENT_TYPE, "application/json")
                        .put(HttpHeader.CONTENT_LENGTH, body.length);
        String target =
                "/deploy/v1/hosts/"
                        + URLEncoder.encode(host, StandardCharsets.UTF_8).replace("+", "%20");
        JsonNode said =
                ask(
                        new Asked(
                                "PUT",
                                target,
                                headers,
                                new ByteBufferContentSource(ByteBuffer.wrap(body)),
                                PATIENCE));
        try {
            List<Announcement> announced = new ArrayList<>();
            for (JsonNode one : said.path("announced")) {
                if (announced.size() < MAX_ORDERS) {
                    announced.add(
                            new Announcement(
                                    new ImageId(one.path("image").asText()),
                                    new ImageId(one.path("near").asText())));
                }
            }
            return new HostOrders(ids(said.path("revoked"), MAX_ORDERS), announced);
        } catch (IllegalArgumentException wrong) {
            throw new IOException("orders for host " + host + ": " + wrong.getMessage());
        }
    }

    private static String deploy(ImageId image) {
        return "/deploy/v1/images/" + image;
    }

    private HttpFields headers(Caller caller) {
        return HttpFields.build(caller.headers())
                .put(HttpHeader.ACCEPT, "*/*")
                .put(HttpHeader.USER_AGENT, "mirage-agent");
    }

    private JsonNode ask(String target, Caller caller) throws IOException {
        return ask(Asked.get(target, headers(caller)));
    }

    private JsonNode ask(Asked asked) throws IOException {
        String what = asked.method() + " " + pathOf(asked.target());
        try (Answer answer = service.send(asked)) {
            if (answer.status() != 200) {
                throw new RefusedException(what, answer.status());
            }
            JsonNode said = JSON.readTree(answer.small(MAX_ANSWER_BYTES));
            if (said == null || !said.isObject()) {
                throw new IOException(what + ": an object of JSON expected");
            }
            return said;
        }
    }

    private static String pathOf(String target) {
        int query = target.indexOf('?');
        return query < 0 ? target : target.substring(0, query);
    }

    private static long number(JsonNode node, String name) {
        JsonNode value = node.path(name);
        if (!value.canConvertToLong() || !value.isIntegralNumber()) {
            throw new IllegalArgumentException("a number expected as " + name);
        }
        return value.longValue();
    }

    private static ImageView view(String text) {
        return switch (text) {
            case "disk" -> ImageView.DISK;
            case "container" -> ImageView.CONTAINER;
            default -> throw new IllegalArgumentException("view " + text);
        };
    }

    private static List<ImageId> ids(JsonNode list, int most) {
        List<ImageId> ids = new ArrayList<>();
        for (JsonNode id : list) {
            if (ids.size() < most) {
                ids.add(new ImageId(id.asText()));
            }
        }
        return ids;
    }
}
