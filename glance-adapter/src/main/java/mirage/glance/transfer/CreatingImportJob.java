package mirage.glance.transfer;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;

import mirage.catalog.ImageId;
import mirage.glance.http.HttpFailure;
import mirage.glance.record.ImageAttributes;
import mirage.glance.record.ImageImport;
import mirage.glance.record.ImageRecord;
import mirage.glance.record.ImageRecords;
import mirage.glance.record.RecordExistsException;
import mirage.glance.record.Task;
import mirage.glance.store.ImageStores;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.List;
import java.util.UUID;

/**
 * Makes an image of what lies on the web, all in one task: the deprecated call that was there before images were
 * imported. The id of the image follows from that of the task, so that a task that is taken up again goes on with the
 * image that it made.
 */
public final class CreatingImportJob implements TaskRunner.Job {
    /** Type of these tasks. */
    public static final String TYPE = "import";

    private static final Logger LOG = LoggerFactory.getLogger(CreatingImportJob.class);
    private static final ObjectMapper JSON = new ObjectMapper();

    /** Reads what the input says of the image that is to be. */
    @FunctionalInterface
    public interface Attributes {
        /**
         * Reads the attributes.
         *
         * @param properties as the client gave them
         * @param owner id of the project that the task is for
         * @throws HttpFailure when they are not what an image can have
         */
        ImageAttributes read(JsonNode properties, String owner);
    }

    private final ImageRecords records;
    private final ImageStores stores;
    private final ImportJob imports;
    private final Attributes attributes;
    private final Clock clock;

    public CreatingImportJob(
            ImageRecords records,
            ImageStores stores,
            ImportJob imports,
            Attributes attributes,
            Clock clock) {
        this.records = records;
        this.stores = stores;
        this.imports = imports;
        this.attributes = attributes;
        this.clock = clock;
    }

    @Override
    public String run(Task task) throws TaskFailedException, InterruptedException {
        JsonNode input = parse(task.input());
        ImageId id =
                new ImageId(
                        UUID.nameUUIDFromBytes(task.id().getBytes(StandardCharsets.UTF_8))
                                .toString());
        create(id, task, input);
        ObjectNode method = JSON.createObjectNode();
        method.put("name", ImportRequest.Method.WEB_DOWNLOAD.wireName());
        method.put("uri", input.path("import_from").asText());
        return imports.run(
                new ImportRequest(
                        id,
                        ImportRequest.Method.WEB_DOWNLOAD,
                        method,
                        List.of(stores.byDefault().id()),
                        true),
                task);
    }

    private void create(ImageId id, Task task, JsonNode input) throws TaskFailedException {
        try {
            ImageRecord image =
                    ImageRecord.queued(
                            id,
                            attributes.read(input.path("image_properties"), task.owner()),
                            clock.instant());
            records.add(
                    image.withImport(
                                    new ImageImport(task.id(), List.of(), List.of()),
                                    clock.instant())
                            .importing(clock.instant()));
        } catch (RecordExistsException madeBefore) {
            LOG.info("image {}: made by the task before it was taken up again", id);
        } catch (HttpFailure refused) {
            throw new TaskFailedException(refused.message());
        }
    }

    private static JsonNode parse(String input) {
        try {
            return JSON.readTree(input);
        } catch (JsonProcessingException broken) {
            throw new IllegalStateException("the input of a task is no JSON: " + input, broken);
        }
    }
}
