package mirage.glance.api;

import mirage.glance.http.Exchange;
import mirage.glance.http.HttpFailure;
import mirage.glance.policy.RuleNames;
import mirage.glance.record.ImageAttributes;
import mirage.glance.record.ImageRecord;
import mirage.glance.schema.ImageSchema;

import java.io.IOException;
import java.time.Clock;

/** {@code /v2/images/{image}/tags/{tag}}. */
final class TagsHandler {
    private final Images images;
    private final ApiLimits limits;
    private final Clock clock;

    TagsHandler(ImageService service, Access access) {
        this.images = new Images(service.records(), access);
        this.limits = service.settings().limits();
        this.clock = service.clock();
    }

    void add(Exchange exchange) throws IOException {
        String tag = ImageSchema.tag(exchange.variable("tag"));
        images.change(exchange, RuleNames.MODIFY_IMAGE, image -> withTag(image, tag));
        exchange.answerNoContent();
    }

    void remove(Exchange exchange) throws IOException {
        String tag = exchange.variable("tag");
        images.change(exchange, RuleNames.MODIFY_IMAGE, image -> withoutTag(image, tag));
        exchange.answerNoContent();
    }

    private ImageRecord withTag(ImageRecord image, String tag) {
        ImageAttributes.Draft draft = image.attributes().draft();
        if (!draft.tags().add(tag)) {
            return image;
        }
        ImageAttributes attributes = draft.build();
        limits.requireWithin(attributes);
        return image.withAttributes(attributes, clock.instant());
    }

    private ImageRecord withoutTag(ImageRecord image, String tag) {
        ImageAttributes.Draft draft = image.attributes().draft();
        if (!draft.tags().remove(tag)) {
            throw HttpFailure.notFound("The image has no tag " + tag);
        }
        return image.withAttributes(draft.build(), clock.instant());
    }
}
