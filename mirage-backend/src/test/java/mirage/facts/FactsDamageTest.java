package mirage.facts;

import static org.assertj.core.api.Assertions.assertThat;

import mirage.GoldenFiles;
import mirage.bytes.ByteSources;
import mirage.facts.Guest.Told;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Sources that break one rule each: a warning says which, and what was found before stays. */
final class FactsDamageTest {
    private static final int PAGE_BYTES = 4096;

    @Test
    void sqliteTreeThatContainsItself() throws IOException {
        ByteBuffer database = golden("rpmdb.sqlite");
        int trees = 0;
        for (int page = 1; page < database.limit() / PAGE_BYTES; page++) {
            if (database.get(page * PAGE_BYTES) == 5) {
                database.putInt(page * PAGE_BYTES + 8, page + 1);
                trees++;
            }
        }
        assertThat(trees).isPositive();
        Told told = rpm("rpmdb.sqlite", database);
        assertThat(told.warnings()).singleElement().asString().contains("nobody else's");
        assertThat(told.facts()).isNotEmpty();
    }

    @Test
    void sqliteWithoutTheTable() throws IOException {
        ByteBuffer database = golden("rpmdb.sqlite");
        byte[] bytes = database.array();
        String text = new String(bytes, StandardCharsets.ISO_8859_1);
        byte[] other = text.replace("Packages", "Pockages").getBytes(StandardCharsets.ISO_8859_1);
        System.arraycopy(other, 0, bytes, 0, bytes.length);
        assertThat(rpm("rpmdb.sqlite", database).warnings())
                .singleElement()
                .asString()
                .contains("no table Packages");
    }

    @Test
    void sqliteRecordThatClaimsGigabytes() throws IOException {
        ByteBuffer database = golden("rpmdb.sqlite");
        int leaves = 0;
        for (int page = 1; page < database.limit() / PAGE_BYTES; page++) {
            int at = page * PAGE_BYTES;
            if (database.get(at) == 13 && database.getShort(at + 3) > 0) {
                int cell = at + (database.getShort(at + 8) & 0xffff);
                database.put(cell, new byte[] {(byte) 0x8f, (byte) 0xff, (byte) 0xff, 0x7f});
                leaves++;
            }
        }
        assertThat(leaves).isPositive();
        assertThat(rpm("rpmdb.sqlite", database).warnings())
                .singleElement()
                .asString()
                .contains("payload");
    }

    @Test
    void ndbPackagesThatShareTheirBlocks() throws IOException {
        ByteBuffer database = golden("Packages.db").order(ByteOrder.LITTLE_ENDIAN);
        for (int slot = 3; slot < PAGE_BYTES / 16; slot++) {
            database.put(slot * 16, database, 32, 16);
        }
        Told told = rpm("Packages.db", database);
        assertThat(told.warnings()).singleElement().asString().contains("within the file");
        assertThat(told.facts()).hasSizeBetween(1, 200);
    }

    @Test
    void ndbSlotOfAnotherPackage() throws IOException {
        ByteBuffer database = golden("Packages.db").order(ByteOrder.LITTLE_ENDIAN);
        database.putInt(36, 77);
        assertThat(rpm("Packages.db", database).warnings())
                .singleElement()
                .asString()
                .contains("expected 77");
    }

    @Test
    void berkeleyChainThatContainsItself() throws IOException {
        ByteBuffer database = golden("Packages").order(ByteOrder.LITTLE_ENDIAN);
        int chained = 0;
        for (int page = 1; page < database.limit() / PAGE_BYTES; page++) {
            int at = page * PAGE_BYTES;
            if (database.get(at + 25) == 7 && database.getInt(at + 16) != 0) {
                database.putInt(at + 16, page);
                chained++;
            }
        }
        assertThat(chained).isPositive();
        assertThat(rpm("Packages", database).warnings())
                .singleElement()
                .asString()
                .contains("nobody else's");
    }

    @Test
    void serviceWhoseTypeIsAText() throws IOException {
        ByteBuffer hive = golden("system").order(ByteOrder.LITTLE_ENDIAN);
        int changed = 0;
        for (int at = 4096; at + 24 <= hive.limit(); at += 4) {
            boolean isType = hive.getShort(at) == 0x6b76 && hive.getInt(at + 20) == 0x65707954;
            if (isType) {
                hive.putInt(at + 12, 1);
                changed++;
            }
        }
        assertThat(changed).isPositive();
        Told told = new Guest().file("Windows/System32/config/SYSTEM", hive.array()).told();
        assertThat(told.warnings()).isEmpty();
        assertThat(told.facts()).isNotEmpty();
    }

    @Test
    void hiveWhoseSubkeysAreTheKeyItself() throws IOException {
        ByteBuffer hive = golden("software").order(ByteOrder.LITTLE_ENDIAN);
        int root = 4096 + hive.getInt(36);
        hive.putInt(root + 4 + 28, hive.getInt(36));
        Told told = new Guest().file("Windows/System32/config/SOFTWARE", hive.array()).told();
        assertThat(told.facts()).isEmpty();
        assertThat(told.warnings()).singleElement().asString().contains("that of a list");
    }

    @Test
    void zipThatIsInItself() throws IOException {
        // One stored entry, "a.jar", whose content is the whole archive by what its headers say.
        ByteBuffer zip = ByteBuffer.allocate(200).order(ByteOrder.LITTLE_ENDIAN);
        byte[] name = "a.jar".getBytes(StandardCharsets.US_ASCII);
        int end = 46 + name.length;
        zip.putInt(0, 0x02014b50).putInt(20, end + 22).putInt(24, end + 22);
        zip.putShort(28, (short) name.length).put(46, name).putInt(42, 0);
        zip.putInt(end, 0x06054b50).putShort(end + 10, (short) 1).putInt(end + 12, end);
        byte[] archive = new byte[end + 22];
        zip.get(0, archive);
        Told told = new Guest().file("opt/a.jar", archive).told();
        assertThat(told.facts()).isEmpty();
        assertThat(told.warnings()).singleElement().asString().contains("magic");
    }

    @Test
    void moreWorkThanAnyHonestImageEndsIt() throws IOException {
        Guest guest = new Guest();
        for (int i = 0; i < 10; i++) {
            guest.file("var/lib/dpkg/status.d/" + i, ByteSources.zeros(120 << 20));
        }
        List<String> warnings = guest.file("var/lib/dpkg/zz", "x").told().warnings();
        assertThat(warnings).hasSizeLessThan(10).last().asString().contains("bytes of work");
    }

    private static ByteBuffer golden(String name) throws IOException {
        return ByteBuffer.wrap(GoldenFiles.unpacked("facts/" + name));
    }

    private static Told rpm(String name, ByteBuffer database) throws IOException {
        return new Guest().file("var/lib/rpm/" + name, database.array()).told();
    }
}
