package mirage.agent.proxy;

import mirage.agent.build.ImageBuilder;
import mirage.agent.hold.Inventory;
import mirage.agent.hold.Shelf;
import mirage.agent.measure.Measures;
import mirage.agent.wire.ImageService;
import mirage.catalog.ImageId;

import java.io.IOException;
import java.util.function.Predicate;

/** Requests of the Image API. What this host can do for them is tried first; whatever that is, the rest is forwarded. */
public final class ImageRequests {
    private final Forward forward;
    private final LocalBytes bytes;
    private final RawRecords records;
    private final boolean raw;

    /**
     * @param raw whether disks are shown as raw where they can be made: {@code present = raw}
     * @param inUse whether the consumer has an image already, and will not fetch it
     */
    public ImageRequests(
            ImageService service,
            ImageBuilder builder,
            Inventory inventory,
            Shelf shelf,
            Measures measures,
            boolean raw,
            Predicate<ImageId> inUse) {
        this.forward = new Forward(service);
        this.bytes = new LocalBytes(service, forward, builder, inventory, shelf, measures, raw);
        this.records = new RawRecords(forward, builder, inventory, shelf, inUse);
        this.raw = raw;
    }

    void handle(Exchange exchange) throws IOException {
        switch (ImagePath.of(exchange)) {
            case ImagePath.Bytes(ImageId image) -> bytes.answer(image, exchange);
            case ImagePath.Record(ImageId image) when raw -> records.answer(image, exchange);
            case ImagePath.Record(_) -> forward.pass(exchange);
            case ImagePath.Other() -> forward.pass(exchange);
        }
    }
}
