package mirage.manifest;

/** How the guest's disk is had from what is stored. */
public sealed interface DiskView {
    /** The image is raw: its bytes are the disk. */
    record SameAsContainer() implements DiskView {}

    /** A recipe of its own; the container's is made of it where the disk lies in the container. */
    record OwnRecipe(Recipe recipe) implements DiskView {}

    /** By reading the rebuilt container through its format: it holds encoded clusters. */
    record ThroughFormat() implements DiskView {}

    /** Not at all: the format could not be read, or the disk needs files outside the image. */
    record Opaque() implements DiskView {}
}
