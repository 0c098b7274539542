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
import mirage.glance.identity.Caller;
import mirage.glance.policy.RuleNames;
import mirage.glance.record.Field.TextField;
import mirage.glance.record.Field.TimeField;
import mirage.glance.record.Filter;
import mirage.glance.record.Hosts;
import mirage.glance.record.ImageQuery;
import mirage.glance.record.ImageQuery.Scope;
import mirage.glance.record.ImageQuery.SortKey;
import mirage.glance.record.ImageRecord;
import mirage.glance.record.ImageRecords;
import mirage.glance.record.ImageStatus;
import mirage.glance.schema.ImageSchema;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/** {@code /deploy/v1/hosts/{host}}: what a host holds, and what is asked of it. */
final class HostHandler {
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9._-]{1,255}");
    private static final int MOST_IMAGES = 10_000;

    /** The oldest ones first: when a host has confirmed these, it is told of more. */
    private static final int MOST_REVOKED = 1_000;

    private static final int MOST_ANNOUNCED = 20;

    /** The clocks of two nodes may differ by so much. What is announced twice is no harm. */
    private static final Duration SKEW = Duration.ofMinutes(1);

    private static final List<SortKey> LATEST_FIRST =
            ImageQuery.completeSort(List.of(new SortKey(TimeField.UPDATED_AT, false)), false);

    private final ImageRecords records;
    private final Access access;
    private final Hosts hosts;
    private final Deployables deployables;
    private final Nearness nearness;
    private final Clock clock;

    HostHandler(
            ImageRecords records,
            Access access,
            Hosts hosts,
            Deployables deployables,
            Nearness nearness,
            Clock clock) {
        this.records = records;
        this.access = access;
        this.hosts = hosts;
        this.deployables = deployables;
        this.nearness = nearness;
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
            announce(holds, answer.seenBefore().minus(SKEW), exchange.caller(), announced);
        }
        exchange.answerJson(200, told);
    }

    private void announce(Set<ImageId> holds, Instant since, Caller caller, ArrayNode announced) {
        Scope scope = Scopes.of(caller, access);
        List<Filter> filters =
                List.of(
                        new Filter.OneOf(TextField.STATUS, Set.of(ImageStatus.ACTIVE.wireName())),
                        new Filter.Within(
                                TimeField.UPDATED_AT, since, clock.instant().plus(SKEW), false));
        for (ImageRecord image :
                records.list(new ImageQuery(scope, filters, LATEST_FIRST, null, MOST_ANNOUNCED))) {
            ImageRecord near =
                    holds.contains(image.id()) || deployables.other(image, caller) == null
                            ? null
                            : nearestOf(holds, image, scope);
            if (near != null) {
                announced
                        .addObject()
                        .put("image", image.id().value())
                        .put("near", near.id().value());
            }
        }
    }

    private @Nullable ImageRecord nearestOf(Set<ImageId> holds, ImageRecord image, Scope scope) {
        List<ImageRecord> near = nearness.to(image, scope, other -> holds.contains(other.id()), 1);
        return near.isEmpty() ? null : near.getFirst();
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
