package mirage.glance.deploy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

import mirage.codec.DataDigest;
import mirage.deploy.Deployment;
import mirage.deploy.Deployment.Range;
import mirage.deploy.ShelvedFile;
import mirage.glance.api.Access;
import mirage.glance.deploy.DeployMeters.Kind;
import mirage.glance.deploy.Deployable.Place;
import mirage.glance.http.Exchange;
import mirage.glance.http.HttpFailure;
import mirage.glance.http.JsonBody;
import mirage.glance.identity.Caller;
import mirage.glance.record.ImageRecord;
import mirage.library.ImageView;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** {@code …/images/{image}}: what there is of one, its recipe, and parts of its bytes. */
final class ImageHandler {
    private static final int MOST_NEAR = 16;
    private static final int MOST_RANGES = 10_000;
    private static final long MOST_BYTES = 1L << 30;

    /** Of what a message repeats, in characters. */
    private static final int MOST_SHOWN = 100;

    private final Access access;
    private final Deployables deployables;
    private final Nearness nearness;
    private final DeployMeters meters;
    private final ShelvedAnswer answers;

    ImageHandler(Access access, Deployables deployables, Nearness nearness, DeployMeters meters) {
        this.access = access;
        this.deployables = deployables;
        this.nearness = nearness;
        this.meters = meters;
        this.answers = new ShelvedAnswer(meters);
    }

    void show(Exchange exchange) throws IOException {
        Deployable target = deployables.target(exchange);
        Place place = target.places().getFirst();
        Deployment.Description image = Opening.of(() -> place.deployment().describe(place.image()));
        ObjectNode body = JsonNodeFactory.instance.objectNode();
        body.put("id", target.record().id().value());
        ObjectNode views = body.putObject("views");
        ObjectNode container = views.putObject("container");
        if (image.format() != null) {
            container.put("format", image.format());
        }
        container.put("length", image.length()).put("sha256", image.sha256());
        putDigest(container, image.data());
        if (image.diskLength() != null) {
            ObjectNode disk = views.putObject("disk").put("length", image.diskLength());
            putDigest(disk, image.diskData());
        }
        ArrayNode near = body.putArray("near");
        Caller caller = exchange.caller();
        for (ImageRecord other :
                nearness.to(
                        target.record(),
                        Scopes.of(caller, access),
                        candidate -> deployables.other(candidate, caller) != null,
                        MOST_NEAR)) {
            near.add(other.id().value());
        }
        exchange.answerJson(200, body);
    }

    void recipe(Exchange exchange) throws IOException {
        Deployable target = deployables.target(exchange);
        Place place = target.places().getFirst();
        ImageView view = place.view(Views.of(exchange));
        try (ShelvedFile recipe =
                Opening.of(
                        () -> place.deployment().recipe(view, ShelvedAnswer.asksAnew(exchange)))) {
            answers.give(exchange, recipe, Kind.RECIPE);
        }
    }

    void ranges(Exchange exchange) throws IOException {
        Deployable target = deployables.target(exchange);
        Place place = target.places().getFirst();
        ImageView view = place.view(Views.of(exchange));
        JsonNode body = JsonBody.read(exchange);
        long length = Opening.of(() -> place.deployment().length(view));
        List<Range> ranges = ranges(body, length);
        exchange.answerStream(
                200,
                Kind.FRAMES.mediaType(),
                channel ->
                        place.deployment()
                                .writeRanges(view, ranges, meters.counting(Kind.FRAMES, channel)));
    }

    private static List<Range> ranges(JsonNode body, long length) {
        JsonNode list = body.path("ranges");
        if (!body.isObject() || !list.isArray()) {
            throw HttpFailure.badRequest("An object with an array of ranges is expected.");
        }
        if (list.size() > MOST_RANGES) {
            throw HttpFailure.badRequest(
                    "At most " + MOST_RANGES + " ranges expected, found " + list.size() + ".");
        }
        List<Range> ranges = new ArrayList<>(list.size());
        long left = MOST_BYTES;
        for (JsonNode item : list) {
            Range range = range(item, ranges.size(), length);
            left -= range.length();
            if (range.length() > MOST_BYTES || left < 0) {
                throw HttpFailure.badRequest(
                        "Ranges of together at most "
                                + MOST_BYTES
                                + " bytes expected; range "
                                + ranges.size()
                                + " goes beyond.");
            }
            ranges.add(range);
        }
        return ranges;
    }

    private static Range range(JsonNode item, int number, long length) {
        if (item.isArray() && item.size() == 2 && isLong(item.get(0)) && isLong(item.get(1))) {
            long offset = item.get(0).longValue();
            long count = item.get(1).longValue();
            if (offset >= 0 && count > 0 && count <= length && offset <= length - count) {
                return new Range(offset, count);
            }
        }
        String found = item.toString();
        throw HttpFailure.badRequest(
                "Range "
                        + number
                        + ": [offset, length] within "
                        + length
                        + " bytes expected, found "
                        + (found.length() <= MOST_SHOWN ? found : found.substring(0, MOST_SHOWN)));
    }

    private static boolean isLong(JsonNode value) {
        return value.isIntegralNumber() && value.canConvertToLong();
    }

    private static void putDigest(ObjectNode view, @Nullable DataDigest digest) {
        if (digest != null) {
            view.put("digest", digest.sha256());
        }
    }
}
