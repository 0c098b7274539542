package mirage.agent.deploy;

import mirage.catalog.ImageId;

import java.util.List;

/**
 * What the service asks of a host.
 *
 * @param revoked images to remove
 * @param announced new images that it may want to have ready
 */
public record HostOrders(List<ImageId> revoked, List<Announcement> announced) {
    public HostOrders {
        revoked = List.copyOf(revoked);
        announced = List.copyOf(announced);
    }

    /**
     * A new image.
     *
     * @param near the image of this host that it is near to
     */
    public record Announcement(ImageId image, ImageId near) {}
}
