package mirage.volume.lvm;

import mirage.bytes.FormatException;
import mirage.volume.lvm.ConfigValue.Section;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A volume group as one text describes it.
 *
 * @param name hostile text
 * @param id without dashes
 * @param sequence of the text; of several the highest is the last
 * @param extentBytes the unit of all places
 * @param members by the name that segments use
 * @param volumes sections of the logical volumes by their name, none of them checked
 */
record VolumeGroup(
        String name,
        String id,
        long sequence,
        long extentBytes,
        Map<String, Member> members,
        Map<String, Section> volumes) {
    private static final int SECTOR = 512;
    private static final long MAX_EXTENT_SECTORS = 1L << 32;
    private static final int MAX_NAME_LENGTH = 128;

    /**
     * A physical volume of the group.
     *
     * @param uuid without dashes
     * @param start where its first extent begins, in bytes
     * @param extentCount how many it has
     */
    record Member(String uuid, long start, long extentCount) {}

    /**
     * @throws FormatException when the text describes no group
     */
    static VolumeGroup parse(String text) throws FormatException {
        for (Map.Entry<String, ConfigValue> entry : ConfigText.parse(text).values().entrySet()) {
            if (entry.getValue() instanceof Section group) {
                return parse(entry.getKey(), group);
            }
        }
        throw new FormatException("LVM text without a volume group");
    }

    private static VolumeGroup parse(String name, Section group) throws FormatException {
        if (name.length() > MAX_NAME_LENGTH) {
            throw new FormatException("volume group with a name of " + name.length() + " letters");
        }
        Map<String, Member> members = new LinkedHashMap<>();
        for (Map.Entry<String, Section> member : sections(group, "physical_volumes").entrySet()) {
            members.put(member.getKey(), member(member.getValue()));
        }
        return new VolumeGroup(
                name,
                withoutDashes(group.text("id")),
                group.number("seqno", 0, Long.MAX_VALUE),
                group.number("extent_size", 1, MAX_EXTENT_SECTORS) * SECTOR,
                members,
                sections(group, "logical_volumes"));
    }

    private static Member member(Section member) throws FormatException {
        return new Member(
                withoutDashes(member.text("id")),
                member.number("pe_start", 0, Long.MAX_VALUE / SECTOR) * SECTOR,
                member.number("pe_count", 0, Long.MAX_VALUE));
    }

    private static Map<String, Section> sections(Section group, String name) {
        Map<String, Section> sections = new LinkedHashMap<>();
        Section all = group.section(name);
        if (all != null) {
            all.values()
                    .forEach((key, value) -> {
                        if (value instanceof Section section && key.length() <= MAX_NAME_LENGTH) {
                            sections.put(key, section);
                        }
                    });
        }
        return sections;
    }

    static String withoutDashes(String uuid) {
        return uuid.replace("-", "");
    }
}
