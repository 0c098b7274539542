package mirage.glance.deploy;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

import mirage.catalog.ImageId;
import mirage.glance.api.Access;
import mirage.glance.api.Images;
import mirage.glance.http.Exchange;
import mirage.glance.policy.RuleNames;
import mirage.glance.record.Hosts;
import mirage.glance.record.ImageRecords;
import mirage.glance.record.ImageStatus;
import mirage.glance.record.RecordNotFoundException;
import mirage.glance.schema.ImageSchema;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.List;

/** {@code …/revocation}: taking an image away from every host. */
final class RevocationHandler {
    /** Hosts that were silent for longer are not waited for. */
    static final Duration WAITED_FOR = Duration.ofDays(30);

    private static final Logger LOG = LoggerFactory.getLogger(RevocationHandler.class);

    private final ImageRecords records;
    private final Access access;
    private final Hosts hosts;
    private final Clock clock;

    RevocationHandler(ImageRecords records, Access access, Hosts hosts, Clock clock) {
        this.records = records;
        this.access = access;
        this.hosts = hosts;
        this.clock = clock;
    }

    /** 1. it is deployed to nobody; 2. it is downloaded by nobody. Both stay when it fails in between, and is asked again. */
    void revoke(Exchange exchange) throws IOException {
        access.require(RuleNames.DEPLOY_REVOKE, exchange.caller());
        ImageId image = imageOf(exchange);
        boolean isThere = records.find(image) != null;
        if (!isThere && !records.wasRemoved(image)) {
            throw Images.notFound(image.value());
        }
        if (!hosts.isRevoked(image)) {
            hosts.revoke(image, clock.instant());
            LOG.info("image {}: revoked by {}", image, exchange.caller().userId());
        }
        if (isThere) {
            deactivate(image);
        }
        answer(exchange, image);
    }

    void show(Exchange exchange) throws IOException {
        access.require(RuleNames.DEPLOY_REVOKE, exchange.caller());
        answer(exchange, imageOf(exchange));
    }

    private void deactivate(ImageId image) {
        try {
            records.update(
                    image,
                    now ->
                            now.status() == ImageStatus.ACTIVE
                                    ? now.deactivated(clock.instant())
                                    : now);
        } catch (RecordNotFoundException gone) {
            LOG.debug("image {}: deleted while it was revoked", image);
        }
    }

    private void answer(Exchange exchange, ImageId image) throws IOException {
        Hosts.@Nullable Revocation revocation =
                hosts.revocation(image, clock.instant().minus(WAITED_FOR));
        if (revocation == null) {
            throw Images.notFound(image.value());
        }
        ObjectNode body = JsonNodeFactory.instance.objectNode();
        body.put("image", image.value());
        body.put("revoked_at", revocation.revokedAt().truncatedTo(ChronoUnit.SECONDS).toString());
        put("confirmed", revocation.confirmed(), body);
        put("outstanding", revocation.outstanding(), body);
        exchange.answerJson(200, body);
    }

    private static void put(String field, List<String> names, ObjectNode body) {
        ArrayNode array = body.putArray(field);
        names.forEach(array::add);
    }

    private static ImageId imageOf(Exchange exchange) {
        String id = exchange.variable("image");
        if (!ImageSchema.isImageId(id)) {
            throw Images.notFound(id);
        }
        return new ImageId(id);
    }
}
