package mirage.glance.record;

import java.util.List;

/**
 * How far the import of an image is.
 *
 * @param task id of the task that works on it, empty when none does; while there is one no other import begins
 * @param importingTo ids of the stores that are still to get the image
 * @param failed ids of the stores that did not get it
 */
public record ImageImport(String task, List<String> importingTo, List<String> failed) {
    public ImageImport {
        importingTo = List.copyOf(importingTo);
        failed = List.copyOf(failed);
    }
}
