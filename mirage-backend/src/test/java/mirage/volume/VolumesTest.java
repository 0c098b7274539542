package mirage.volume;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;

import mirage.GoldenFiles;
import mirage.bytes.ByteSource;
import mirage.bytes.ByteSources;
import mirage.bytes.NamedExtent;
import mirage.bytes.Warnings;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Disks made by sfdisk and broken on purpose: golden/volume/make.sh and damage.py. */
final class VolumesTest {
    private static final int SECTOR = 512;
    private static final Pattern PARTX =
            Pattern.compile(
                    "NR=\"(\\d+)\" START=\"(\\d+)\" SECTORS=\"(\\d+)\" TYPE=\"(.*)\" UUID=\"(.*)\" NAME=\"(.*)\"");

    private final Warnings warnings = new Warnings();

    static List<String> tables() {
        List<String> names =
                GoldenFiles.names("volume", ".disk").stream()
                        .filter(name -> GoldenFiles.exists("volume/" + name + ".json"))
                        .toList();
        assertThat(names).hasSizeGreaterThanOrEqualTo(8);
        return names;
    }

    @ParameterizedTest
    @MethodSource("tables")
    void volumesAreThoseOfSfdisk(String name) throws IOException {
        byte[] json = GoldenFiles.bytes("volume/" + name + ".json");
        List<Volume> expected = volumesOf(new ObjectMapper().readTree(json).get("partitiontable"));
        assertThat(find(disk(name))).isEqualTo(expected);
        assertThat(warnings.messages()).isEmpty();
    }

    @Test
    void aDiskOf4096ByteSectorsIsReadAsPartxDoes() throws IOException {
        String partx =
                new String(GoldenFiles.bytes("volume/gpt-4096.partx"), StandardCharsets.UTF_8);
        List<Volume> expected = new ArrayList<>();
        for (Matcher line = PARTX.matcher(partx); line.find(); ) {
            expected.add(
                    Volume.range(
                            line.group(1),
                            Long.parseLong(line.group(2)) * SECTOR,
                            Long.parseLong(line.group(3)) * SECTOR,
                            "gpt",
                            line.group(4),
                            line.group(6),
                            line.group(5)));
        }
        assertThat(expected).hasSize(2);
        assertThat(find(disk("gpt-4096"))).isEqualTo(expected);
        assertThat(warnings.messages()).isEmpty();
    }

    /**
     * @param volumes table, then index:start+sectors of each
     * @param warning a part of one of them; empty when there is none
     */
    record Rule(String name, String volumes, String warning) {
        @Override
        public String toString() {
            return name;
        }
    }

    static List<Rule> rules() {
        String dos = "mbr 1:2048+2048 2:4096+4096 3:8192+8192";
        String extended = "mbr 1:2048+2048 4:31000+100";
        String gpt = "gpt 1:2048+2048 2:4096+4096 3:8192+6144";
        return List.of(
                new Rule("dos-overlap", dos, "partition 4 at 1536000 of 51200 bytes begins before"),
                new Rule("dos-past-end", dos, "partition 4 at 1099511627776"),
                new Rule("dos-cut", "mbr 1:2048+2048 2:4096+4096 3:8192+2048", "cut to the disk"),
                new Rule("dos-cut-more", "mbr 1:2048+2048 2:4096+2048", "partition 3 at 4194304"),
                new Rule("dos-isohybrid", "mbr 1:0+8192", "partition 2 at 204800"),
                new Rule("dos-unused-entries", "none 0:0+8192", ""),
                new Rule("dos-status-7f", "none 0:0+16384", ""),
                new Rule("dos-unsigned", "none 0:0+16384", ""),
                new Rule("shorter-than-a-sector", "none 0:0+0", ""),
                new Rule(
                        "ebr-itself",
                        "mbr 1:2048+2048 5:6144+2048 4:31000+100",
                        "at sector 4096 it comes back to a record"),
                new Rule(
                        "ebr-loop",
                        "mbr 5:110+10 6:610+10 7:1110+10",
                        "at sector 600 it comes back to a record"),
                new Rule(
                        "ebr-link-past-extended",
                        "mbr 1:2048+2048 5:6144+2048 4:31000+100",
                        "at sector 4294971391 it leaves its extended partition"),
                new Rule("ebr-unsigned", extended, "at sector 4096 it has no boot record"),
                new Rule(
                        "ebr-partition-past-extended",
                        "mbr 1:2048+2048 6:10240+1000 7:14336+4096 4:31000+100",
                        "partition 5 at sector 6144 of 4294967295 sectors leaves"),
                new Rule("ebr-two-extended", "mbr 5:101+9 6:2001+9", ""),
                new Rule("gpt-header-broken", gpt, "backup table used"),
                new Rule("gpt-header-zero", gpt, "no GPT header at byte 512 or 4096"),
                new Rule("gpt-entries-broken", gpt, "CRC-32 of the array"),
                new Rule("gpt-entries-broken-grown", gpt, "CRC-32 of the array"),
                new Rule("gpt-4096-header-broken", "gpt 1:2048+2048 2:4096+4096", "header CRC-32"),
                new Rule("gpt-both-broken", "none 0:0+16384", "no copy is sound"),
                new Rule("gpt-cut", "gpt 1:2048+2048 2:4096+4096 3:8192+2048", "cut to the disk"),
                new Rule("gpt-overlap", gpt, "partition 4 at 1536000 of 1024512 bytes begins"),
                new Rule("gpt-partition-backwards", gpt, "partition 4 from block 10 to 5"),
                new Rule("gpt-partition-huge", gpt, "partition 4 from block 10 to 9223372036854"),
                new Rule("gpt-partition-past-end", gpt, "partition 4 at 576460752303423488"),
                new Rule("gpt-entry-size-64", "none 0:0+16384", "entry size at 596: expected from"),
                new Rule("gpt-entry-size-192", "none 0:0+16384", "a power of two, found 192"),
                new Rule("gpt-entries-4-billion", "none 0:0+16384", "number of entries at 592"),
                new Rule("gpt-entries-past-end", "none 0:0+16384", "block of the entries at 584"),
                new Rule("gpt-not-its-own-place", "none 0:0+16384", "own block address at 536"),
                new Rule("gpt-header-size-80", "none 0:0+16384", "header size at 524"),
                new Rule("gpt-entry-size-256", gpt, ""),
                new Rule("gpt-without-mbr", gpt, "no protective MBR"),
                new Rule("gpt-outranked-by-mbr", "mbr 1:2048+2048", ""),
                new Rule("gpt-hybrid", gpt, ""),
                new Rule("gpt-hybrid-lost", "mbr 2:2048+2048", "no copy is sound"),
                new Rule("fat16", "none 0:0+8192", ""),
                new Rule("fat32", "none 0:0+8192", ""),
                new Rule("ntfs", "none 0:0+8192", ""),
                new Rule("exfat", "none 0:0+8192", ""),
                new Rule("grub-is-no-file-system", "mbr 1:100+200 2:400+600", ""),
                new Rule("ext4-with-boot-loader", "none 0:0+4096", ""));
    }

    @ParameterizedTest
    @MethodSource("rules")
    void brokenTablesGiveWhatIsLeftOfThem(Rule rule) throws IOException {
        List<Volume> volumes = find(disk("damaged/" + rule.name()));
        assertThat(describe(volumes)).isEqualTo(rule.volumes());
        assertThat(String.join("\n", warnings.messages())).contains(rule.warning());
        assertThat(warnings.messages().isEmpty()).isEqualTo(rule.warning().isEmpty());
    }

    @Test
    void aChainOfLogicalPartitionsEndsAt256Records() throws IOException {
        List<Volume> volumes = find(disk("damaged/ebr-too-many"));
        assertThat(volumes).hasSize(256);
        assertThat(volumes.getLast().id()).isEqualTo("260");
        assertThat(warnings.messages())
                .singleElement()
                .asString()
                .contains("more than 256 records");
    }

    @Test
    void everyDiskHasARule() {
        List<String> names = new ArrayList<>(rules().stream().map(Rule::name).toList());
        names.add("ebr-too-many");
        assertThat(GoldenFiles.names("volume/damaged", ".disk"))
                .containsExactlyInAnyOrderElementsOf(names);
    }

    @Test
    void aDiskWithoutBytesHasNoVolume() throws IOException {
        assertThat(find(ByteSources.zeros(0))).isEmpty();
    }

    @Test
    void zerosAreOneVolumeHoweverMany() throws IOException {
        assertThat(find(ByteSources.zeros(Long.MAX_VALUE)))
                .containsExactly(Volume.range("0", 0, Long.MAX_VALUE, "none", "", "", ""));
    }

    @Test
    void severalDisksHaveTheVolumesOfEach() throws IOException {
        byte[] gpt = GoldenFiles.unpacked("volume/gpt.disk");
        byte[] dos = GoldenFiles.unpacked("volume/dos-extended.disk");
        int second = gpt.length + 512;
        ByteBuffer both = ByteBuffer.allocate(second + dos.length + 4096);
        both.put(0, gpt).put(second, dos);
        List<NamedExtent> parts =
                List.of(
                        new NamedExtent("one", 0, gpt.length),
                        new NamedExtent("none", gpt.length, 0),
                        new NamedExtent("two", second, dos.length),
                        new NamedExtent("three", second + dos.length, 4096));
        List<Volume> expected = new ArrayList<>();
        find(ByteSources.of(gpt)).forEach(volume -> expected.add(moved(volume, "one:", 0)));
        find(ByteSources.of(dos)).forEach(volume -> expected.add(moved(volume, "two:", second)));
        expected.add(Volume.range("three", second + dos.length, 4096, "none", "", "", ""));
        assertThat(Volumes.find(ByteSources.of(both), parts, _ -> false, warnings))
                .extracting(FoundVolume::volume)
                .isEqualTo(expected);
        assertThat(warnings.messages()).isEmpty();
    }

    private static Volume moved(Volume volume, String prefix, long by) {
        return Volume.range(
                prefix + volume.id(),
                volume.offset() + by,
                volume.length(),
                volume.table(),
                volume.type(),
                volume.name(),
                volume.uuid());
    }

    private List<Volume> find(ByteSource disk) throws IOException {
        return Volumes.find(disk, _ -> false, warnings).stream().map(FoundVolume::volume).toList();
    }

    private static String describe(List<Volume> volumes) {
        StringBuilder text = new StringBuilder(volumes.getFirst().table());
        for (Volume volume : volumes) {
            text.append(' ')
                    .append(volume.id())
                    .append(':')
                    .append(volume.offset() / SECTOR)
                    .append('+')
                    .append(volume.length() / SECTOR);
        }
        return text.toString();
    }

    /** In the words of {@link Volume}; sfdisk also lists the extended partition, which is no volume. */
    private static List<Volume> volumesOf(JsonNode table) {
        boolean gpt = table.get("label").asText().equals("gpt");
        long diskId = gpt ? 0 : Long.decode(table.get("id").asText());
        List<Volume> volumes = new ArrayList<>();
        for (JsonNode partition : table.path("partitions")) {
            String type = partition.get("type").asText();
            if (!gpt && List.of("5", "f", "85").contains(type)) {
                continue;
            }
            String node = partition.get("node").asText();
            int index = Integer.parseInt(node.substring(node.indexOf(".disk") + 5));
            String mbrUuid = diskId == 0 ? "" : String.format("%08x-%02x", diskId, index);
            volumes.add(
                    Volume.range(
                            Integer.toString(index),
                            partition.get("start").asLong() * SECTOR,
                            partition.get("size").asLong() * SECTOR,
                            gpt ? "gpt" : "mbr",
                            gpt
                                    ? type.toLowerCase(Locale.ROOT)
                                    : String.format("0x%02x", Integer.parseInt(type, 16)),
                            partition.path("name").asText(""),
                            gpt
                                    ? partition.get("uuid").asText().toLowerCase(Locale.ROOT)
                                    : mbrUuid));
        }
        volumes.sort(Comparator.comparingLong(Volume::offset));
        return volumes;
    }

    private static ByteSource disk(String name) throws IOException {
        return ByteSources.of(GoldenFiles.unpacked("volume/" + name + ".disk"));
    }
}
