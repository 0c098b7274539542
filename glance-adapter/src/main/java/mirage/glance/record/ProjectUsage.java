package mirage.glance.record;

/**
 * What the images of a project take, counted as Glance counts it.
 *
 * @param storedBytes of all images that have their bytes, once for each place where an image has them
 * @param stagedBytes of the images whose bytes wait in the staging area or are being imported or copied
 * @param images all images
 * @param uploading images whose bytes are on their way: uploaded, staged, imported or copied
 */
public record ProjectUsage(long storedBytes, long stagedBytes, long images, long uploading) {
    /** Of a project without images. */
    public static final ProjectUsage NOTHING = new ProjectUsage(0, 0, 0, 0);

    /** With an image more. A sum that no number holds becomes the greatest one. */
    ProjectUsage plus(ImageRecord image) {
        long size = Math.max(0, Field.NumberField.SIZE.of(image));
        boolean imports = image.imported() != null && !image.imported().task().isEmpty();
        boolean stages =
                imports
                        || image.status() == ImageStatus.UPLOADING
                        || image.status() == ImageStatus.IMPORTING;
        boolean uploads = stages || image.status() == ImageStatus.SAVING;
        return new ProjectUsage(
                sum(storedBytes, product(size, image.locations().size())),
                stages ? sum(stagedBytes, size) : stagedBytes,
                images + 1,
                uploads ? uploading + 1 : uploading);
    }

    private static long sum(long a, long b) {
        return a > Long.MAX_VALUE - b ? Long.MAX_VALUE : a + b;
    }

    private static long product(long size, int places) {
        return places > 0 && size > Long.MAX_VALUE / places ? Long.MAX_VALUE : size * places;
    }
}
