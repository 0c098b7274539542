package mirage.glance.quota;

import static mirage.glance.identity.keystone.ProjectLimits.IMAGE_COUNT_TOTAL;
import static mirage.glance.identity.keystone.ProjectLimits.IMAGE_COUNT_UPLOADING;
import static mirage.glance.identity.keystone.ProjectLimits.IMAGE_SIZE_TOTAL;
import static mirage.glance.identity.keystone.ProjectLimits.IMAGE_STAGE_TOTAL;
import static mirage.glance.identity.keystone.ProjectLimits.UNLIMITED;

import mirage.glance.http.HttpFailure;
import mirage.glance.record.ImageRecord;
import mirage.glance.record.ImageRecords;
import mirage.glance.record.ProjectUsage;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The limits that Keystone has for each project, asked where Glance asks them and answered in its words. Sizes are
 * counted in whole MiB. A limit that is not registered is 0.
 */
final class UnifiedLimits implements Quotas {
    private static final Logger LOG = LoggerFactory.getLogger(UnifiedLimits.class);
    private static final int MIB_SHIFT = 20;

    private final ImageRecords records;
    private final Limits limits;

    UnifiedLimits(ImageRecords records, Limits limits) {
        this.records = records;
        this.limits = limits;
    }

    @Override
    public void requireRoomForImage(@Nullable String project) {
        if (project != null) {
            require(project, IMAGE_COUNT_TOTAL, records.usageOf(project).images(), 1);
        }
    }

    /** As with Glance, the last upload may go beyond the limit, and the next one is refused. */
    @Override
    public void requireRoomToUpload(ImageRecord image, long length) {
        String owner = image.attributes().owner();
        if (owner != null) {
            ProjectUsage usage = records.usageOf(owner);
            require(owner, IMAGE_SIZE_TOTAL, mebibytes(usage.storedBytes()), 0);
            requireUploading(owner, usage);
        }
    }

    @Override
    public void requireRoomToStage(ImageRecord image) {
        String owner = image.attributes().owner();
        if (owner != null) {
            ProjectUsage usage = records.usageOf(owner);
            require(owner, IMAGE_STAGE_TOTAL, mebibytes(usage.stagedBytes()), 0);
            requireUploading(owner, usage);
        }
    }

    @Override
    public void requireRoomToImport(ImageRecord image, boolean isStaged, int places) {
        String owner = image.attributes().owner();
        if (owner == null) {
            return;
        }
        ProjectUsage usage = records.usageOf(owner);
        long size = image.data() == null ? 0 : mebibytes(image.data().size());
        require(owner, IMAGE_SIZE_TOTAL, mebibytes(usage.storedBytes()), isStaged ? size : 0);
        if (!isStaged) {
            require(owner, IMAGE_STAGE_TOTAL, mebibytes(usage.stagedBytes()), size);
            requireUploading(owner, usage);
        }
    }

    @Override
    public Map<String, Usage> usageOf(@Nullable String project) {
        ProjectUsage usage = project == null ? ProjectUsage.NOTHING : records.usageOf(project);
        Map<String, Long> known = limitsOf(project == null ? "" : project);
        Map<String, Usage> usages = new LinkedHashMap<>();
        put(usages, IMAGE_SIZE_TOTAL, mebibytes(usage.storedBytes()), known);
        put(usages, IMAGE_STAGE_TOTAL, mebibytes(usage.stagedBytes()), known);
        put(usages, IMAGE_COUNT_TOTAL, usage.images(), known);
        put(usages, IMAGE_COUNT_UPLOADING, usage.uploading(), known);
        return usages;
    }

    /** Glance asks when the image is counted already. */
    private void requireUploading(String project, ProjectUsage usage) {
        require(project, IMAGE_COUNT_UPLOADING, usage.uploading() + 1, 0);
    }

    private void require(String project, String name, long usage, long more) {
        long limit = limitsOf(project).getOrDefault(name, 0L);
        if (limit != UNLIMITED && usage + more > limit) {
            LOG.info("project {}: {} is {}, {} more asked for", project, name, usage, more);
            throw HttpFailure.tooLarge(
                    "The request returned a 413 Request Entity Too Large. This generally means that"
                            + " rate limiting or a quota threshold was breached.\n\n"
                            + "The response body:\nProject "
                            + project
                            + " is over a limit for [Resource "
                            + name
                            + " is over limit of "
                            + limit
                            + " due to current usage "
                            + usage
                            + " and delta "
                            + more
                            + "]");
        }
    }

    private Map<String, Long> limitsOf(String project) {
        try {
            return limits.of(project);
        } catch (IOException failure) {
            LOG.error("the limits of project {} cannot be had", project, failure);
            throw new HttpFailure(503, "The limits of the project cannot be asked for now.");
        }
    }

    private static void put(
            Map<String, Usage> usages, String name, long usage, Map<String, Long> limits) {
        usages.put(name, new Usage(usage, limits.getOrDefault(name, 0L)));
    }

    private static long mebibytes(long bytes) {
        return bytes >> MIB_SHIFT;
    }
}
