package mirage.image.inspect;

/**
 * Why an image is not safe to be given to a hypervisor.
 *
 * @param check short name of the check, such as {@code backing_file}
 * @param message for people; quotes nothing that the image says
 */
public record SafetyFailure(String check, String message) {
    /** What has the magic of a format and is not built as the format demands. */
    static final String STRUCTURE = "structure";

    /** What refers to another image. */
    static final String PARENT = "parent";
}
