package mirage.glance.api;

import mirage.catalog.ImageId;
import mirage.glance.cache.ImageCache;
import mirage.glance.event.ImageEvents;
import mirage.glance.event.MetadefEvents;
import mirage.glance.http.Exchange;
import mirage.glance.metadef.Metadefs;
import mirage.glance.policy.Policy;
import mirage.glance.policy.PropertyRules;
import mirage.glance.quota.Quotas;
import mirage.glance.record.ImageMembers;
import mirage.glance.record.ImageRecords;
import mirage.glance.record.Task;
import mirage.glance.record.Tasks;
import mirage.glance.store.ImageStores;
import mirage.glance.transfer.ImportSources;
import mirage.glance.transfer.TaskRunner;
import mirage.glance.transfer.Uploads;
import mirage.glance.web.WebAccess;

import org.jspecify.annotations.Nullable;

import java.time.Clock;
import java.time.Instant;
import java.util.Objects;
import java.util.UUID;
import java.util.function.Supplier;

/**
 * What the handlers of the Image API work with. None of it is theirs to close.
 *
 * @param properties who may do what to properties of images
 * @param web for addresses that clients name
 * @param cache null when this node keeps none
 * @param newIds makes ids; any random ones will do
 */
public record ImageService(
        ImageRecords records,
        ImageMembers members,
        Tasks tasks,
        Metadefs metadefs,
        ImageStores stores,
        Policy policy,
        PropertyRules properties,
        Uploads uploads,
        TaskRunner runner,
        ImportSources sources,
        Quotas quotas,
        ImageEvents events,
        MetadefEvents metadefEvents,
        WebAccess web,
        @Nullable ImageCache cache,
        ApiSettings settings,
        Clock clock,
        Supplier<UUID> newIds) {
    /**
     * A task that a request asks for, pending.
     *
     * @param image that it works on, null when there is none yet
     * @param input what it is to do, as JSON
     */
    Task newTask(
            Exchange exchange, String type, @Nullable ImageId image, String input, Instant now) {
        return new Task(
                newIds.get().toString(),
                type,
                Task.Status.PENDING,
                Objects.requireNonNullElse(exchange.caller().projectId(), ""),
                exchange.caller().userId(),
                image,
                exchange.requestId(),
                input,
                "",
                "",
                "",
                now,
                now,
                null);
    }
}
