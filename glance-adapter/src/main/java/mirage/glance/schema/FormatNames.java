package mirage.glance.schema;

import java.util.List;

/**
 * What the two attributes of an image that name a format may be.
 *
 * @param disk of {@code disk_format}
 * @param container of {@code container_format}
 */
public record FormatNames(List<String> disk, List<String> container) {
    public FormatNames {
        disk = List.copyOf(disk);
        container = List.copyOf(container);
    }

    /** Those of a Glance that nobody has configured. */
    public static FormatNames defaults() {
        return new FormatNames(
                List.of(
                        "ami", "ari", "aki", "vhd", "vhdx", "vmdk", "raw", "qcow2", "vdi", "iso",
                        "ploop"),
                List.of("ami", "ari", "aki", "bare", "ovf", "ova", "docker", "compressed"));
    }
}
