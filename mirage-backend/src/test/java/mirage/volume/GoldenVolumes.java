package mirage.volume;

import static org.assertj.core.api.Assertions.assertThat;

import mirage.GoldenFiles;
import mirage.bytes.ByteSource;
import mirage.bytes.ByteSources;
import mirage.bytes.Warnings;
import mirage.chunk.ChunkId;
import mirage.filesystem.FileSystem;
import mirage.filesystem.FileSystems;
import mirage.filesystem.Listings;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** The disks of a folder of {@code golden} with what the kernel showed of the volumes on them: {@code golden/vm/disks.sh}. */
public final class GoldenVolumes {
    private static final String NOT_READ = "-";

    private final String folder;

    public GoldenVolumes(String folder) {
        this.folder = folder;
    }

    public List<String> names() {
        return GoldenFiles.names(folder, ".disk");
    }

    public byte[] disk(String name) throws IOException {
        return GoldenFiles.unpacked(folder + "/" + name + ".disk");
    }

    public List<String> damagedNames() {
        return GoldenFiles.names(folder + "/damaged", ".disk");
    }

    public byte[] damaged(String name) throws IOException {
        return GoldenFiles.unpacked(folder + "/damaged/" + name + ".disk");
    }

    /** Compares all that is put together with what the kernel put together, byte for byte, and all files. */
    public List<String> compare(String name) throws IOException {
        ByteSource disk = ByteSources.of(disk(name));
        Warnings warnings = new Warnings();
        Map<String, Volume> volumes = new LinkedHashMap<>();
        for (FoundVolume found : VolumeChecks.find(disk, warnings)) {
            if (!found.volume().id().matches("[0-9]+")) {
                volumes.put(found.volume().id(), found.volume());
            }
        }
        List<String[]> expected = lines(name + ".volumes");
        assertThat(expected).isNotEmpty();
        assertThat(volumes.keySet())
                .containsExactlyInAnyOrderElementsOf(
                        expected.stream().map(line -> line[0]).toList());
        for (String[] line : expected) {
            Volume volume = Objects.requireNonNull(volumes.get(line[0]));
            if (volume.isPlaced() || volume.table().equals("lvm2")) {
                assertThat(volume.length()).as(volume.id()).isEqualTo(Long.parseLong(line[1]));
            }
            assertThat(volume.type()).as(volume.id()).isEqualTo(line[2]);
            assertThat(volume.uuid()).as(volume.id()).isEqualTo(line[3]);
            assertThat(volume.isPlaced() ? digest(volume.bytes(disk)) : NOT_READ)
                    .as(volume.id())
                    .isEqualTo(line[4]);
        }
        compareFiles(name, volumes, disk);
        return warnings.messages();
    }

    private void compareFiles(String name, Map<String, Volume> volumes, ByteSource disk)
            throws IOException {
        Map<String, List<String>> expected = new LinkedHashMap<>();
        List<String> listing = new ArrayList<>();
        for (String line : text(name + ".files").lines().toList()) {
            if (line.startsWith("# ")) {
                listing = new ArrayList<>();
                expected.put(line.substring(2), listing);
            } else {
                listing.add(line);
            }
        }
        for (Map.Entry<String, List<String>> files : expected.entrySet()) {
            assertThat(files.getValue()).hasSizeGreaterThan(8);
            ByteSource volume = Objects.requireNonNull(volumes.get(files.getKey())).bytes(disk);
            FileSystem fileSystem =
                    Objects.requireNonNull(FileSystems.open(volume, new Warnings()));
            assertThat(Listings.differences(files.getValue(), Listings.of(fileSystem, volume)))
                    .as(files.getKey())
                    .isEmpty();
        }
    }

    /** How many listings there are for a disk. */
    public long fileSystems(String name) throws IOException {
        return text(name + ".files").lines().filter(line -> line.startsWith("# ")).count();
    }

    private List<String[]> lines(String file) throws IOException {
        return text(file).lines().map(line -> line.split("\t", -1)).toList();
    }

    private String text(String file) throws IOException {
        return new String(GoldenFiles.bytes(folder + "/" + file), StandardCharsets.UTF_8);
    }

    private static String digest(ByteSource volume) throws IOException {
        byte[] bytes = new byte[(int) volume.length()];
        volume.readFully(0, ByteBuffer.wrap(bytes));
        return ChunkId.of(bytes, 0, bytes.length).toString();
    }
}
