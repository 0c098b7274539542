package mirage.glance.deploy;

import mirage.catalog.ImageId;
import mirage.glance.api.Access;
import mirage.glance.deploy.Deployable.Place;
import mirage.glance.identity.Caller;
import mirage.glance.record.Field.TextField;
import mirage.glance.record.Field.TimeField;
import mirage.glance.record.Filter;
import mirage.glance.record.ImageQuery;
import mirage.glance.record.ImageQuery.Scope;
import mirage.glance.record.ImageQuery.SortKey;
import mirage.glance.record.ImageRecord;
import mirage.glance.record.ImageRecords;
import mirage.glance.record.ImageStatus;
import mirage.library.ImageNotFoundException;
import mirage.library.NotDeployableException;
import mirage.library.NotDeployableException.Why;
import mirage.library.View;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * New images that a host may want to have ready. Not of every tenant whose images its account could read: those that are
 * public, or its project's own or shared with it, and no snapshots, which are booted once if at all.
 *
 * <p>An image that is active and not taken apart yet is announced when it is, by the process that found it so. Safe for use
 * by many threads.
 */
final class Announcements {
    private static final Logger LOG = LoggerFactory.getLogger(Announcements.class);
    private static final int MOST = 20;
    private static final int PAGE = 100;

    /** Of images that changed since a host's last call; of more, the latest. */
    private static final int MOST_LOOKED_AT = 1_000;

    /** The clocks of two nodes may differ by so much. What is announced twice is no harm. */
    private static final Duration SKEW = Duration.ofMinutes(1);

    private static final String IMAGE_TYPE = "image_type";
    private static final String SNAPSHOT = "snapshot";

    private static final List<SortKey> LATEST_FIRST =
            ImageQuery.completeSort(List.of(new SortKey(TimeField.UPDATED_AT, false)), false);

    private final ImageRecords records;
    private final Access access;
    private final Deployables deployables;
    private final Nearness nearness;
    private final Clock clock;
    private final Late late = new Late();

    Announcements(
            ImageRecords records,
            Access access,
            Deployables deployables,
            Nearness nearness,
            Clock clock) {
        this.records = records;
        this.access = access;
        this.deployables = deployables;
        this.nearness = nearness;
        this.clock = clock;
    }

    /** When images were last found not to be taken apart yet; the last ones that were. */
    private static final class Late {
        private final Map<ImageId, Instant> seen =
                new LinkedHashMap<>() {
                    private static final long serialVersionUID = 1;

                    @Override
                    protected boolean removeEldestEntry(Map.Entry<ImageId, Instant> eldest) {
                        return size() > MOST_LOOKED_AT;
                    }
                };

        synchronized void add(ImageId image, Instant now) {
            seen.remove(image);
            seen.put(image, now);
        }

        synchronized List<ImageId> since(Instant time) {
            return seen.entrySet().stream()
                    .filter(one -> !one.getValue().isBefore(time))
                    .map(Map.Entry::getKey)
                    .toList();
        }
    }

    /**
     * What to announce to a host.
     *
     * @param holds what it holds
     * @param lastCall when it asked before
     * @return the latest at most {@value #MOST}, each with the image that is near to it
     */
    Map<ImageId, ImageId> to(Set<ImageId> holds, Instant lastCall, Caller caller) {
        Instant since = lastCall.minus(SKEW);
        Map<ImageId, ImageId> announced = new LinkedHashMap<>();
        List<ImageId> missed = late.since(since);
        ImageQuery query = changed(since, caller);
        for (int lookedAt = 0; lookedAt < MOST_LOOKED_AT; lookedAt += PAGE) {
            List<ImageRecord> page = records.list(query);
            page.forEach(image -> announce(image, holds, caller, announced));
            if (page.size() < PAGE) {
                break;
            }
            query = query.startingAfter(page.getLast());
        }
        for (ImageId id : missed) {
            ImageRecord image = records.find(id);
            if (image != null && image.status() == ImageStatus.ACTIVE) {
                announce(image, holds, caller, announced);
            }
        }
        return announced;
    }

    private ImageQuery changed(Instant since, Caller caller) {
        List<Filter> filters =
                List.of(
                        new Filter.OneOf(TextField.STATUS, Set.of(ImageStatus.ACTIVE.wireName())),
                        new Filter.Within(
                                TimeField.UPDATED_AT, since, clock.instant().plus(SKEW), false));
        return new ImageQuery(
                Scopes.announcedTo(caller.projectId()), filters, LATEST_FIRST, null, PAGE);
    }

    private void announce(
            ImageRecord image, Set<ImageId> holds, Caller caller, Map<ImageId, ImageId> announced) {
        if (announced.size() == MOST
                || announced.containsKey(image.id())
                || holds.contains(image.id())
                || SNAPSHOT.equals(image.attributes().properties().get(IMAGE_TYPE))) {
            return;
        }
        Deployable deployable = deployables.other(image, caller);
        if (deployable != null && isTakenApart(deployable)) {
            ImageRecord near = nearestOf(holds, image, Scopes.of(caller, access));
            if (near != null) {
                announced.put(image.id(), near.id());
            }
        }
    }

    /** Whether a library has taken it apart, and found a disk in it. */
    private boolean isTakenApart(Deployable image) {
        for (Place place : image.places()) {
            try {
                place.deployment().length(place.view(View.DISK));
                return true;
            } catch (NotDeployableException not) {
                if (not.why() == Why.YET) {
                    late.add(image.record().id(), clock.instant());
                }
            } catch (ImageNotFoundException gone) {
                LOG.debug("image {}: deleted meanwhile", image.record().id());
            } catch (IOException failure) {
                LOG.warn("image {}: not announced: {}", image.record().id(), failure.toString());
            }
        }
        return false;
    }

    private @Nullable ImageRecord nearestOf(Set<ImageId> holds, ImageRecord image, Scope scope) {
        List<ImageRecord> near = nearness.to(image, scope, other -> holds.contains(other.id()), 1);
        return near.isEmpty() ? null : near.getFirst();
    }
}
