package mirage.glance.deploy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

import mirage.catalog.ImageId;
import mirage.glance.api.Access;
import mirage.glance.http.Exchange;
import mirage.glance.http.HttpFailure;
import mirage.glance.http.JsonBody;
import mirage.glance.policy.RuleNames;
import mirage.glance.record.Hosts;
import mirage.glance.schema.ImageSchema;

import java.io.IOException;
import java.time.Clock;
import java.time.Instant;
import java.util.HashSet;
import java.util.Set;
import java.util.regex.Pattern;

/** {@code /deploy/v1/hosts/{host}}: what a host holds, and what is asked of it. */
final class HostHandler {
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9._-]{1,255}");
    private static final int MOST_IMAGES = 10_000;

    /** The oldest ones first: when a host has confirmed these, it is told of more. */
    private static final int MOST_REVOKED = 1_000;

    private final Access access;
    private final Hosts hosts;
    private final Announcements announcements;
    private final Clock clock;

    HostHandler(Access access, Hosts hosts, Announcements announcements, Clock clock) {
        this.access = access;
        this.hosts = hosts;
        this.announcements = announcements;
        this.clock = clock;
    }

    void tell(Exchange exchange) throws IOException {
        access.require(RuleNames.DEPLOY_HOST, exchange.caller());
        String host = exchange.variable("host");
        if (!NAME.matcher(host).matches()) {
            throw HttpFailure.badRequest(
                    "The name of a host has 1 to 255 letters, digits, dots, underscores and"
                            + " dashes.");
        }
        JsonNode body = JsonBody.read(exchange);
        Set<ImageId> holds = images(body, "holds");
        Instant now = clock.instant();
        Hosts.Answer answer = hosts.tell(host, holds, images(body, "removed"), now, MOST_REVOKED);
        ObjectNode told = JsonNodeFactory.instance.objectNode();
        ArrayNode revoked = told.putArray("revoked");
        answer.toRemove().forEach(image -> revoked.add(image.value()));
        ArrayNode announced = told.putArray("announced");
        if (answer.seenBefore() == null) {
            hosts.forget(now.minus(RevocationHandler.WAITED_FOR));
        } else if (!holds.isEmpty()) {
            announcements
                    .to(holds, answer.seenBefore(), exchange.caller())
                    .forEach((image, near) ->
                            announced
                                    .addObject()
                                    .put("image", image.value())
                                    .put("near", near.value()));
        }
        exchange.answerJson(200, told);
    }

    private static Set<ImageId> images(JsonNode body, String field) {
        JsonNode list = body.path(field);
        if (!body.isObject() || !list.isArray() || list.size() > MOST_IMAGES) {
            throw HttpFailure.badRequest(
                    "An object with "
                            + field
                            + ", an array of at most "
                            + MOST_IMAGES
                            + " ids of images, is expected.");
        }
        Set<ImageId> images = new HashSet<>();
        for (JsonNode item : list) {
            if (!item.isTextual() || !ImageSchema.isImageId(item.textValue())) {
                throw HttpFailure.badRequest("In " + field + " is what is no id of an image.");
            }
            images.add(new ImageId(item.textValue()));
        }
        return images;
    }
}
