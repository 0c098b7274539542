package mirage.agent;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

import mirage.catalog.ImageId;
import mirage.codec.DataDigest;
import mirage.library.ImageView;
import mirage.library.LibrarySettings;
import mirage.library.MirageLibrary;
import mirage.library.View;

import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.UriCompliance;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.Fields;
import org.eclipse.jetty.util.UrlEncoded;
import org.jspecify.annotations.Nullable;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * An image service with the deploy API, over real deltas: {@code docs/deploy-api.yaml}, and of the Image API what tests
 * need. Counts what it sends, notes what it is asked, and fails as it is told to.
 */
public final class FakeFacade implements AutoCloseable {
    public static final String TOKEN = "gAAAA-demo";
    public static final String STRANGER = "gAAAA-other";
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Pattern DEPLOY =
            Pattern.compile("/deploy/v1/images/([^/]+)(/deltas|/delta)?");
    private static final Pattern IMAGE = Pattern.compile("/v2/images/([^/]+)(/file)?");

    private final Server server = new Server();
    private final ServerConnector connector;
    private final Path directory;
    private final MirageLibrary library;
    private final boolean ownsLibrary;
    private final Map<String, FakeImage> images;
    private final Map<String, byte[]> deltas;

    /** Images of whose disk a delta was asked: only of these is the digest of a disk in a container known. */
    private final Set<String> disksSeen = ConcurrentHashMap.newKeySet();

    /** What was asked: method and target. */
    public final List<String> asked = Collections.synchronizedList(new ArrayList<>());

    /** Bytes of bodies that went out. */
    public final AtomicLong sent = new AtomicLong();

    public final Set<String> revoked = Collections.synchronizedSet(new LinkedHashSet<>());
    public final Set<String> announced = Collections.synchronizedSet(new LinkedHashSet<>());
    public final Set<String> confirmed = Collections.synchronizedSet(new LinkedHashSet<>());
    public volatile List<String> holds = List.of();
    public volatile boolean deployApi = true;

    /** Whether deltas are made ahead; of others only an estimate is told. */
    public volatile boolean ready = true;

    public volatile ServiceFault fault = ServiceFault.NONE;

    /** What a test uploaded. */
    public record Uploaded(int length, String sha256) {}

    public FakeFacade(Path directory) throws Exception {
        this(
                directory,
                MirageLibrary.open(directory.resolve("library"), LibrarySettings.defaults()),
                true,
                Collections.synchronizedMap(new LinkedHashMap<>()),
                new ConcurrentHashMap<>());
    }

    private FakeFacade(
            Path directory,
            MirageLibrary library,
            boolean ownsLibrary,
            Map<String, FakeImage> images,
            Map<String, byte[]> deltas)
            throws Exception {
        this.directory = directory;
        this.library = library;
        this.ownsLibrary = ownsLibrary;
        this.images = images;
        this.deltas = deltas;
        HttpConfiguration configuration = new HttpConfiguration();
        configuration.setUriCompliance(UriCompliance.UNSAFE);
        this.connector = new ServerConnector(server, new HttpConnectionFactory(configuration));
        connector.setHost("127.0.0.1");
        server.addConnector(connector);
        server.setHandler(new Routes());
        server.start();
    }

    /** Another service with the same images, which fails by itself. To be closed before this one. */
    public FakeFacade twin() throws Exception {
        return new FakeFacade(directory, library, false, images, deltas);
    }

    public URI uri() {
        return URI.create("http://127.0.0.1:" + connector.getLocalPort());
    }

    public int port() {
        return connector.getLocalPort();
    }

    /** Adds an image. */
    public void add(
            String id, String name, byte[] container, String format, byte[] disk, String... tags)
            throws IOException {
        library.store(new ImageId(id), name, new ByteArrayInputStream(container));
        images.put(id, new FakeImage(name, container, format, disk, List.of(tags)));
    }

    public void remove(String id) {
        images.remove(id);
    }

    /** The delta that is sent. */
    public byte[] delta(String base, View baseView, String target, View view) throws IOException {
        String key = base + baseView + target + view;
        synchronized (deltas) {
            byte[] known = deltas.get(key);
            return known == null ? made(key, base, baseView, target, view) : known;
        }
    }

    private byte[] made(String key, String base, View baseView, String target, View view)
            throws IOException {
        Path file = directory.resolve("delta");
        library.deltas()
                .make(
                        new ImageView(new ImageId(base), baseView),
                        new ImageView(new ImageId(target), view),
                        file);
        byte[] made = Files.readAllBytes(file);
        deltas.put(key, made);
        return made;
    }

    public static String dataDigest(byte[] bytes) {
        DataDigest.Stream digest = new DataDigest.Stream();
        digest.update(ByteBuffer.wrap(bytes));
        return digest.finish().sha256();
    }

    public static String digest(String algorithm, byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance(algorithm).digest(bytes));
        } catch (NoSuchAlgorithmException missing) {
            throw new IllegalStateException(missing);
        }
    }

    @Override
    public void close() throws IOException {
        try {
            server.stop();
        } catch (Exception failure) {
            throw new IOException(failure);
        }
        if (ownsLibrary) {
            library.close();
        }
    }

    private final class Routes extends Handler.Abstract {
        @Override
        public boolean handle(Request request, Response response, Callback callback)
                throws Exception {
            String path = request.getHttpURI().getPath();
            asked.add(request.getMethod() + " " + request.getHttpURI().getPathQuery());
            String token = request.getHeaders().get("X-Auth-Token");
            Matcher deploy = DEPLOY.matcher(path);
            Matcher image = IMAGE.matcher(path);
            if (!TOKEN.equals(token) && !STRANGER.equals(token)) {
                answer(response, callback, 401, "text/plain", new byte[0]);
            } else if (deploy.matches() && deployApi) {
                deploy(deploy, token, request, response, callback);
            } else if (path.startsWith("/deploy/v1/hosts/") && deployApi) {
                host(request, response, callback);
            } else if (path.equals("/v2/images") && request.getMethod().equals("GET")) {
                list(request, response, callback);
            } else if (image.matches() && request.getMethod().equals("GET")) {
                image(image, token, request, response, callback);
            } else {
                echo(request, response, callback);
            }
            return true;
        }

        private @Nullable FakeImage visible(String id, String token) {
            return token.equals(TOKEN) ? images.get(id) : null;
        }

        private void deploy(
                Matcher path, String token, Request request, Response response, Callback callback)
                throws IOException {
            String id = path.group(1);
            FakeImage image = visible(id, token);
            if (image == null) {
                answer(response, callback, 404, "text/plain", new byte[0]);
                return;
            }
            Fields query = UrlEncodedQuery.of(request);
            if (path.group(2) == null) {
                json(response, callback, views(id, image));
            } else if (path.group(2).equals("/deltas")) {
                ObjectNode said = JSON.createObjectNode();
                ArrayNode list = said.putArray("deltas");
                for (String base : query.getValuesOrEmpty("base")) {
                    candidate(list, base, id, query);
                }
                json(response, callback, said);
            } else {
                byte[] delta = delta(requireNonNull(query.getValue("base")), id, query);
                String etag = '"' + digest("SHA-256", delta) + '"';
                response.getHeaders().put(HttpHeader.ETAG, etag);
                bytes(request, response, callback, delta, etag);
            }
        }

        private byte[] delta(String base, String target, Fields query) throws IOException {
            if (!isOfContainer(query)) {
                disksSeen.add(target);
            }
            return deltaOf(base, target, query);
        }

        private byte[] deltaOf(String base, String target, Fields query) throws IOException {
            boolean container = base.endsWith(":container");
            return FakeFacade.this.delta(
                    container ? base.substring(0, base.length() - 10) : base,
                    container ? View.CONTAINER : View.DISK,
                    target,
                    isOfContainer(query) ? View.CONTAINER : View.DISK);
        }

        private void candidate(ArrayNode list, String base, String target, Fields query)
                throws IOException {
            boolean container = base.endsWith(":container");
            String id = container ? base.substring(0, base.length() - 10) : base;
            if (images.containsKey(id) && list.size() < 3) {
                list.addObject()
                        .put("base", id)
                        .put("base_view", container ? "container" : "disk")
                        .put(
                                "bytes",
                                ready
                                        ? deltaOf(base, target, query).length
                                        : estimated(id, container, target, query))
                        .put("ready", ready);
            }
        }

        /** What the delta would bring, before compression. */
        private long estimated(String base, boolean container, String target, Fields query)
                throws IOException {
            return library.deltas()
                    .plan(view(base, container), view(target, isOfContainer(query)))
                    .freshBytes();
        }

        private static ImageView view(String image, boolean container) {
            return new ImageView(new ImageId(image), container ? View.CONTAINER : View.DISK);
        }

        private static boolean isOfContainer(Fields query) {
            return "container".equals(query.getValue("view"));
        }

        private ObjectNode views(String id, FakeImage image) {
            ObjectNode said = JSON.createObjectNode().put("id", id);
            ObjectNode views = said.putObject("views");
            views.putObject("container")
                    .put("format", image.format())
                    .put("length", image.container().length)
                    .put("sha256", image.has("SHA-256"))
                    .put("digest", image.has("data"));
            ObjectNode disk = views.putObject("disk").put("length", image.disk().length);
            if (image.format().equals("raw") || disksSeen.contains(id)) {
                disk.put("digest", image.has("disk"));
            }
            ArrayNode near = said.putArray("near");
            images.keySet().stream().filter(other -> !other.equals(id)).forEach(near::add);
            return said;
        }

        private void host(Request request, Response response, Callback callback)
                throws IOException {
            JsonNode told = JSON.readTree(body(request));
            List<String> held = new ArrayList<>();
            told.path("holds").forEach(one -> held.add(one.asText()));
            holds = held;
            told.path("removed").forEach(one -> confirmed.add(one.asText()));
            ObjectNode said = JSON.createObjectNode();
            ArrayNode list = said.putArray("revoked");
            revoked.stream().filter(one -> !confirmed.contains(one)).forEach(list::add);
            ArrayNode news = said.putArray("announced");
            announced.forEach(
                    one -> news.addObject().put("image", one).put("near", held.getFirst()));
            announced.clear();
            json(response, callback, said);
        }

        private void list(Request request, Response response, Callback callback)
                throws IOException {
            Fields query = UrlEncodedQuery.of(request);
            ObjectNode said = JSON.createObjectNode();
            ArrayNode list = said.putArray("images");
            List<Map.Entry<String, FakeImage>> all = new ArrayList<>(images.entrySet());
            for (Map.Entry<String, FakeImage> one : all.reversed()) {
                String name = query.getValue("name");
                String tag = query.getValue("tag");
                if ((name == null || name.equals(one.getValue().name()))
                        && (tag == null || one.getValue().tags().contains(tag))
                        && list.size() < Integer.parseInt(query.getValue("limit"))) {
                    list.addObject().put("id", one.getKey());
                }
            }
            json(response, callback, said);
        }

        private void image(
                Matcher path, String token, Request request, Response response, Callback callback)
                throws IOException {
            String id = path.group(1);
            FakeImage image = visible(id, token);
            if (image == null) {
                answer(
                        response,
                        callback,
                        404,
                        "text/html",
                        "no such image".getBytes(StandardCharsets.UTF_8));
            } else if (path.group(2) == null) {
                json(response, callback, image.record(id));
            } else {
                String md5 = image.has("MD5");
                response.getHeaders().put("Content-MD5", md5);
                response.getHeaders().put("X-OpenStack-Request-ID", "req-of-facade");
                bytes(request, response, callback, image.container(), null);
            }
        }

        /** Answers with what came, to show that it came as it was. */
        private void echo(Request request, Response response, Callback callback)
                throws IOException {
            byte[] body = body(request);
            ObjectNode said = JSON.createObjectNode();
            said.put("method", request.getMethod());
            said.put("target", request.getHttpURI().getPathQuery());
            String host = request.getHeaders().get("Host");
            said.put("self", "http://" + host + request.getHttpURI().getPath());
            said.put("length", body.length);
            said.put("sha256", digest("SHA-256", body));
            ObjectNode headers = said.putObject("headers");
            request.getHeaders().forEach(field -> headers.put(field.getName(), field.getValue()));
            response.getHeaders().put("X-Echo", "a b");
            response.getHeaders().put("Location", "http://" + host + "/x");
            int status = request.getHttpURI().getPath().endsWith("/teapot") ? 418 : 200;
            answer(response, callback, status, "application/json", JSON.writeValueAsBytes(said));
        }

        private byte[] body(Request request) throws IOException {
            return Content.Source.asInputStream(request).readAllBytes();
        }

        private void bytes(
                Request request,
                Response response,
                Callback callback,
                byte[] honest,
                @Nullable String etag)
                throws IOException {
            String target = request.getHttpURI().getPathQuery();
            boolean anew = "no-cache".equals(request.getHeaders().get("Cache-Control"));
            byte[] bytes =
                    etag == null
                            ? fault.content(target, honest)
                            : fault.delta(target, honest, anew);
            String range = request.getHeaders().get(HttpHeader.RANGE);
            String condition = request.getHeaders().get("If-Range");
            if (range == null || (condition != null && !condition.equals(etag))) {
                answer(response, callback, 200, "application/octet-stream", bytes);
                return;
            }
            String[] ends = range.substring("bytes=".length()).split("-", -1);
            int first = Integer.parseInt(ends[0]);
            int last = ends[1].isEmpty() ? bytes.length - 1 : Integer.parseInt(ends[1]);
            response.getHeaders()
                    .put("Content-Range", "bytes " + first + "-" + last + "/" + bytes.length);
            byte[] part = java.util.Arrays.copyOfRange(bytes, first, last + 1);
            answer(response, callback, 206, "application/octet-stream", part);
        }

        private void json(Response response, Callback callback, JsonNode said) throws IOException {
            String target = response.getRequest().getHttpURI().getPathQuery();
            byte[] body = fault.content(target, JSON.writeValueAsBytes(said));
            answer(response, callback, 200, "application/json", body);
        }

        private void answer(
                Response response, Callback callback, int status, String type, byte[] body)
                throws IOException {
            String target = response.getRequest().getHttpURI().getPathQuery();
            ServiceFault.Manner manner = fault.manner(target);
            if (manner.refuses()) {
                if (manner.retryAfter()) {
                    response.getHeaders().put(HttpHeader.RETRY_AFTER, 1);
                }
                Response.writeError(response.getRequest(), response, callback, manner.status());
                return;
            }
            response.setStatus(status);
            response.getHeaders().put(HttpHeader.CONTENT_TYPE, type);
            response.getHeaders().put(HttpHeader.CONTENT_LENGTH, body.length);
            if (manner.equals(ServiceFault.Manner.GOOD)) {
                sent.addAndGet(body.length);
                response.write(true, ByteBuffer.wrap(body), callback);
            } else {
                badly(response, callback, body, manner);
            }
        }

        private void badly(
                Response response, Callback callback, byte[] body, ServiceFault.Manner manner)
                throws IOException {
            int end = Math.min(body.length, manner.cutAt());
            Content.Sink.write(response, false, ByteBuffer.allocate(0));
            for (int at = 0; at < end; ) {
                int part = Math.min(manner.pieceBytes(), end - at);
                Content.Sink.write(response, false, ByteBuffer.wrap(body, at, part));
                sent.addAndGet(part);
                at += part;
                manner.rest();
            }
            manner.atTheEnd().run();
            if (end < body.length) {
                callback.failed(new IOException("cut as it was told"));
            } else {
                callback.succeeded();
            }
        }
    }

    /** The query of a request. */
    private static final class UrlEncodedQuery {
        static Fields of(Request request) {
            Fields fields = new Fields();
            String query = request.getHttpURI().getQuery();
            if (query != null) {
                UrlEncoded.decodeUtf8To(query, fields);
            }
            return fields;
        }
    }
}
