package mirage.image.ova;

import mirage.bytes.ByteSource;
import mirage.bytes.ExtentMap;
import mirage.bytes.FormatException;
import mirage.bytes.MemoryPool;
import mirage.bytes.NamedExtent;
import mirage.bytes.Warnings;
import mirage.image.DiskImage;
import mirage.image.DiskImage.External;
import mirage.image.block.TableImage;
import mirage.image.ova.OvfDescriptor.Wrapping;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Finds the disks among the members of one archive: images that are known by their magic, and raw ones that the
 * description names. Whatever is a disk of the machine and cannot be read is told in a warning.
 */
final class MachineDisks {
    /** Each keeps some MiB that it has read last. */
    private static final int MAX_DISKS = 8;

    /** Pieces among them, which keep nothing: as many as a disk of 128 GiB has. */
    static final int MAX_MEMBERS = 64;

    /** Maps of disks that are there, before another one is read, in runs of some 20 bytes: 128 GiB in clusters of 64 KiB. */
    private static final int MAX_PLACED = 2 << 20;

    /** Of the files that members ask for. */
    private static final int MAX_EXTERNALS = 1000;

    /** No cluster of a disk, which may reach past its end, reaches into the next one. */
    private static final long ALIGNMENT = 2 << 20;

    private final ByteSource archive;
    private final OvfDescriptor description;
    private final Warnings warnings;
    private final MemoryPool.Share memory;
    private final List<MachineDisk> found = new ArrayList<>();
    private final List<SplitDisk> split = new ArrayList<>();
    private final List<External> externals = new ArrayList<>();

    /** Names of the disks that were seen, read or not. */
    private final Set<String> seen = new HashSet<>();

    /** Names of members that disks lie in which cannot be read. */
    private final Set<String> partNames = new HashSet<>();

    private boolean isAll = true;
    private long placed;

    MachineDisks(
            ByteSource archive,
            OvfDescriptor description,
            Warnings warnings,
            MemoryPool.Share memory) {
        this.archive = archive;
        this.description = description;
        this.warnings = warnings;
        this.memory = memory;
    }

    /** To be called for each member, in their order. */
    void lookInto(TarMember member, OvaFormat.Opener images) throws IOException {
        String name = member.name();
        String chunked = fileOfChunk(name);
        Wrapping wrapping = chunked == null ? description.disks().get(name) : Wrapping.CHUNKED;
        if (wrapping != null) {
            seen.add(chunked == null ? name : chunked);
        }
        if (!member.complete()) {
            leaveOut(name, "the archive ends in it");
        }
        if (member.length() == 0) {
            if (wrapping != null && member.complete()) {
                leaveOut(name, "it is empty");
            }
        } else if (wrapping == Wrapping.CHUNKED || wrapping == Wrapping.COMPRESSED) {
            leaveOut(name, "a file that is " + (chunked == null ? "compressed" : "in chunks"));
        } else if (!member.plainFile()) {
            if (wrapping != null) {
                leaveOut(name, "no plain file");
            }
        } else if (placed > MAX_PLACED) {
            leaveOut(
                    name,
                    "not looked into: the disks before it have more than " + MAX_PLACED + " runs");
        } else {
            open(member, wrapping != null, images);
        }
    }

    private void open(TarMember member, boolean isDisk, OvaFormat.Opener images)
            throws IOException {
        Warnings odd = new Warnings();
        DiskImage image = images.open(member.content(archive), odd, memory);
        if (image.recognition() == DiskImage.Recognition.RAW && !isDisk) {
            return;
        }
        odd.messages().forEach(message -> warnings.add(told(member.name(), message)));
        if (image.recognition() == DiskImage.Recognition.OPAQUE) {
            isAll = false;
        } else if (!image.standsAlone()) {
            splitDisk(new SplitDisk(member, image));
        } else if (found.size() >= (SplitDisk.mayBePiece(image) ? MAX_MEMBERS : MAX_DISKS)) {
            leaveOut(member.name(), "not read: the machine has more than " + MAX_DISKS + " disks");
        } else {
            placed += image.plainMap().runCount() + image.encodedClusters().size();
            found.add(MachineDisk.of(member, image));
        }
    }

    private void splitDisk(SplitDisk disk) {
        if (disk.isOfExtents() && split.size() < MAX_DISKS) {
            split.add(disk);
        } else {
            needsOthers(disk, "its disk needs other files: " + disk.image().externals());
        }
    }

    private void needsOthers(SplitDisk disk, String why) {
        leaveOut(disk.member().name(), why);
        partNames.addAll(disk.names());
        for (External other : disk.image().externals()) {
            if (externals.size() == MAX_EXTERNALS) {
                return;
            }
            externals.add(
                    new External(
                            TarArchive.shortened(other.role()),
                            TarArchive.shortened(other.name())));
        }
    }

    /** The file whose chunk a member is by its name, such as {@code disk.vmdk.000000003}; null when it is none. */
    private @Nullable String fileOfChunk(String name) {
        int dot = name.lastIndexOf('.');
        if (dot < 0 || !name.substring(dot + 1).matches("[0-9]{9}")) {
            return null;
        }
        String file = name.substring(0, dot);
        return description.disks().get(file) == Wrapping.CHUNKED ? file : null;
    }

    /**
     * The disks that were found.
     *
     * @throws FormatException when there are none
     */
    DiskImage image() throws IOException {
        for (String name : description.disks().keySet()) {
            if (!seen.contains(name)) {
                leaveOut(name, "the description names it as a disk, and it is not there");
            }
        }
        joinPieces();
        removeParts();
        List<MemberDisk> members = new ArrayList<>();
        List<NamedExtent> parts = place(members);
        if (!parts.isEmpty()) {
            return joined(members, parts.size() == 1 && isAll ? List.of() : parts);
        }
        if (!externals.isEmpty()) {
            return TableImage.elsewhere(OvaFormat.NAME, 0, externals);
        }
        throw new FormatException("expected a disk that can be read, found none");
    }

    private DiskImage joined(List<MemberDisk> members, List<NamedExtent> parts) throws IOException {
        long runs =
                members.stream().mapToLong(member -> member.image().plainMap().runCount()).sum();
        if (!memory.take(runs * ExtentMap.RUN_BYTES)) {
            throw new FormatException(
                    "the disks are in " + runs + " runs, for which there is no memory");
        }
        return new OvaImage(members, parts);
    }

    /** A disk takes the place of the first of its pieces. */
    private void joinPieces() {
        for (SplitDisk disk : split) {
            Map<String, MachineDisk> byName = new HashMap<>();
            found.stream()
                    .filter(one -> one.pieces().size() == 1)
                    .forEach(one -> byName.putIfAbsent(one.name(), one));
            try {
                MachineDisk joined = disk.join(byName);
                List<MachineDisk> pieces = disk.names().stream().map(byName::get).toList();
                found.set(found.indexOf(pieces.getFirst()), joined);
                found.removeAll(pieces);
            } catch (FormatException e) {
                needsOthers(disk, String.valueOf(e.getMessage()));
            }
        }
    }

    /** A member that another one's disk lies in is no disk itself, and may look like one. */
    private void removeParts() {
        for (MachineDisk disk : List.copyOf(found)) {
            if (partNames.contains(disk.name())) {
                leaveOut(disk.name(), "a part of another disk");
                found.remove(disk);
            }
        }
    }

    /**
     * @param members takes the images, each at its place
     * @return the disks
     */
    private List<NamedExtent> place(List<MemberDisk> members) {
        List<NamedExtent> parts = new ArrayList<>();
        Map<String, Integer> names = new HashMap<>();
        long end = 0;
        for (MachineDisk disk : found) {
            int count = names.merge(disk.name(), 1, Integer::sum);
            long offset = Math.ceilDiv(end, ALIGNMENT) * ALIGNMENT;
            if (parts.size() == MAX_DISKS) {
                leaveOut(
                        disk.name(), "not read: the machine has more than " + MAX_DISKS + " disks");
                continue;
            }
            if (offset < end || offset > Long.MAX_VALUE - ALIGNMENT - disk.size()) {
                leaveOut(disk.name(), "not read: the disks are longer than one can be");
                continue;
            }
            String name = count == 1 ? disk.name() : disk.name() + "#" + count;
            parts.add(new NamedExtent(name, offset, disk.size()));
            end = offset;
            for (MachineDisk.Piece piece : disk.pieces()) {
                members.add(new MemberDisk(piece.member().offset(), end, piece.image()));
                end += piece.image().virtualSize();
            }
        }
        return parts;
    }

    private void leaveOut(String member, String why) {
        isAll = false;
        warnings.add(told(member, why));
    }

    private static String told(String member, String what) {
        return "member " + member + ": " + what;
    }
}
