package mirage.facts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import mirage.bytes.ByteSources;
import mirage.chunk.ChunkId;
import mirage.codec.BlobFraming;
import mirage.codec.ByteWriter;
import mirage.codec.CorruptBlobException;
import mirage.facts.Fact.Architecture;
import mirage.facts.Fact.InstalledPackage;
import mirage.filesystem.RawName;
import mirage.manifest.FactTable;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** The stored form of facts: comes back, is read on by earlier versions, and is refused when damaged. */
final class FactFormatTest {
    private static final ChunkId ID = new ChunkId(1, 2, 3, 4);
    private static final BlobFraming FRAMING = new BlobFraming("MFCT", 1, 0);

    @Test
    void factsOfEveryKindComeBack() throws IOException {
        List<FoundFact> facts = new ArrayList<>();
        for (FactKind kind : FactKind.values()) {
            List<String> values = new ArrayList<>();
            for (String field : kind.fields()) {
                values.add(field + " höhle \0 \ud83d\ude80");
            }
            facts.add(found("1", "etc/\u00ff", kind.fact(values)));
            facts.add(
                    found(
                            "group/" + facts.size() % 2,
                            "x",
                            kind.fact(Collections.nCopies(values.size(), ""))));
        }
        FactFormat.BlockWriter block = new FactFormat.BlockWriter();
        facts.forEach(block::add);
        assertThat(FactFormat.decode(ID, block.close())).isEqualTo(facts);
    }

    private static FoundFact found(String volume, String path, Fact fact) {
        return new FoundFact(new FactSource(volume, RawName.of(path)), fact);
    }

    @Test
    void codesAndFieldsOfKindsNeverChange() {
        assertThat(FactKind.values())
                .extracting(kind -> kind.code() + " " + String.join(" ", kind.fields()))
                .containsExactly(
                        "1 id version codename name like",
                        "2 version part build",
                        "3 machine",
                        "4 name platform",
                        "5 manager name version architecture source sourceVersion state",
                        "6 ecosystem name version",
                        "7 manager name target",
                        "8 name uid gid home shell login",
                        "9 service protocol address port");
    }

    @Test
    void whatALaterVersionAddsIsSkipped() throws IOException {
        ByteWriter block = new ByteWriter().bytes(FRAMING.header(0, 0)).varint(3);
        block.u8(200).u8(1).text("1").lengthPrefixed(new byte[] {'a'}).varint(1).text("new kind");
        block.u8(3).u8(0).varint(2).text("x86_64").text("new value");
        block.u8(5).u8(0).varint(2).text("dpkg").text("libc6");
        assertThat(FactFormat.decode(ID, block.toBuffer()))
                .containsExactly(
                        found("1", "a", new Architecture("x86_64")),
                        found("1", "a", new InstalledPackage("dpkg", "libc6", "", "", "", "", "")));
    }

    @Test
    void damagedBlocksAreRefused() throws IOException {
        FactFormat.BlockWriter writer = new FactFormat.BlockWriter();
        writer.add(found("1", "a", new Architecture("x86_64")));
        byte[] block = writer.close().array();
        for (int cut = 0; cut < block.length; cut++) {
            ByteBuffer part = ByteBuffer.wrap(block, 0, cut);
            assertThatThrownBy(() -> FactFormat.decode(ID, part))
                    .isInstanceOf(CorruptBlobException.class);
        }
        ByteBuffer longer = ByteBuffer.wrap(Arrays.copyOf(block, block.length + 1));
        assertThatThrownBy(() -> FactFormat.decode(ID, longer))
                .isInstanceOf(CorruptBlobException.class)
                .hasMessageContaining("end expected");
        block[BlobFraming.HEADER_BYTES + 2] = 0;
        assertThatThrownBy(() -> FactFormat.decode(ID, ByteBuffer.wrap(block)))
                .isInstanceOf(CorruptBlobException.class)
                .hasMessageContaining("source");
    }

    @Test
    void anUpgradeChangesFewBlocks() throws IOException {
        Set<ChunkId> before = blocks(3000, -1);
        Set<ChunkId> after = blocks(3000, 1500);
        assertThat(before).hasSizeGreaterThan(8);
        Set<ChunkId> added = new HashSet<>(after);
        added.removeAll(before);
        assertThat(added).hasSizeBetween(1, 2);
    }

    private static Set<ChunkId> blocks(int count, int upgraded) throws IOException {
        FactTableBuilder builder = new FactTableBuilder();
        for (int i = 0; i < count; i++) {
            String version = i == upgraded ? "2" : "1";
            builder.add(
                    found(
                            "1",
                            "var/lib/dpkg/status",
                            new InstalledPackage(
                                    "dpkg", "package-" + i, version, "amd64", "", "", "")));
        }
        FactTable table = builder.finish((_, _) -> {});
        assertThat(table.count()).isEqualTo(count);
        return Set.copyOf(table.blocks());
    }

    @Test
    void hostileTextsAndNumbersOfThemAreBounded() throws IOException {
        String line = "P:" + "x".repeat(60_000) + "\n";
        Guest.Told told = new Guest().file("lib/apk/db/installed", line).told();
        assertThat(told.facts())
                .singleElement()
                .satisfies(fact -> assertThat(fact.values().get(1)).hasSize(1000));

        byte[] many =
                ("P:" + "y".repeat(900) + "\n\n")
                        .repeat(50_000)
                        .getBytes(StandardCharsets.US_ASCII);
        Guest.Told bounded = new Guest().file("lib/apk/db/installed", ByteSources.of(many)).told();
        assertThat(bounded.warnings()).singleElement().asString().contains("are left out");
    }
}
