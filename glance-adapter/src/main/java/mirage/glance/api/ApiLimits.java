package mirage.glance.api;

import mirage.config.Configuration;
import mirage.glance.http.HttpFailure;
import mirage.glance.query.ListRequest.PageLimits;
import mirage.glance.record.ImageAttributes;

/**
 * Bounds of what the API takes and gives.
 *
 * @param imageSizeCap the greatest image in bytes
 * @param properties the most custom properties of an image
 * @param tags the most tags of an image
 * @param members the most projects that an image is shown to
 * @param locations the most places of an image's bytes that clients name
 * @param pages sizes of a list's pages
 */
public record ApiLimits(
        long imageSizeCap, int properties, int tags, int members, int locations, PageLimits pages) {
    public ApiLimits {
        if (imageSizeCap < 1 || properties < 0 || tags < 0 || members < 0 || locations < 0) {
            throw new IllegalArgumentException(
                    "image size cap "
                            + imageSizeCap
                            + ", "
                            + properties
                            + " properties, "
                            + tags
                            + " tags, "
                            + members
                            + " members, "
                            + locations
                            + " locations");
        }
    }

    /** As a Glance has them by default. */
    public static ApiLimits defaults() {
        return new ApiLimits(1L << 40, 128, 128, 128, 10, new PageLimits(25, 1000));
    }

    public static ApiLimits from(Configuration configuration) {
        int most = configuration.get(ApiOptions.API_LIMIT_MAX);
        return new ApiLimits(
                configuration.get(ApiOptions.IMAGE_SIZE_CAP),
                quota(configuration.get(ApiOptions.IMAGE_PROPERTY_QUOTA)),
                quota(configuration.get(ApiOptions.IMAGE_TAG_QUOTA)),
                quota(configuration.get(ApiOptions.IMAGE_MEMBER_QUOTA)),
                quota(configuration.get(ApiOptions.IMAGE_LOCATION_QUOTA)),
                new PageLimits(
                        Math.min(configuration.get(ApiOptions.LIMIT_PARAM_DEFAULT), most), most));
    }

    private static int quota(int option) {
        return option < 0 ? Integer.MAX_VALUE : option;
    }

    /**
     * Lets attributes pass that an image may have.
     *
     * @throws HttpFailure 413 when there are too many of them
     */
    void requireWithin(ImageAttributes attributes) {
        requireAtMost(properties, attributes.properties().size(), "image properties");
        requireAtMost(tags, attributes.tags().size(), "tags");
    }

    static void requireAtMost(int most, int found, String what) {
        if (found > most) {
            throw exceeded(most, found, what);
        }
    }

    static HttpFailure exceeded(int most, int attempted, String what) {
        return HttpFailure.tooLarge(
                "The limit has been exceeded on the number of allowed "
                        + what
                        + ". Attempted: "
                        + attempted
                        + ", Maximum: "
                        + most);
    }

    public ApiLimits withImageSizeCap(long bytes) {
        return new ApiLimits(bytes, properties, tags, members, locations, pages);
    }
}
