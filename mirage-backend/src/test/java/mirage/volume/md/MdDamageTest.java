package mirage.volume.md;

import static org.assertj.core.api.Assertions.assertThat;

import mirage.volume.DamageRule;
import mirage.volume.GoldenVolumes;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.io.IOException;
import java.util.List;

/** Arrays that break one rule each: golden/md/damage.py. */
final class MdDamageTest {
    private static final GoldenVolumes GOLDEN = new GoldenVolumes("md");

    static List<DamageRule> rules() {
        return List.of(
                new DamageRule(
                        "checksum",
                        "1=1048576+5242880 2=6291456+5242880",
                        "volume 1: md superblock 1.2: checksum at 4312"),
                new DamageRule(
                        "chunk-0",
                        "1=linux_raid_member 2=linux_raid_member md/stripes=?",
                        "md array md/stripes is not put together: its chunk is 0"),
                new DamageRule(
                        "chunk-of-a-sector-of-exbibytes",
                        "1=linux_raid_member 2=linux_raid_member md/stripes=?",
                        "md array md/stripes is not put together: it has 4503599627370496 pieces, more than the"),
                new DamageRule(
                        "data-past-end",
                        "1=linux_raid_member 2=linux_raid_member md/mirror=?",
                        "md array md/mirror is not put together: 4194304 bytes at 576460752303423488 of volume 1 are behind its end at 5242880"),
                new DamageRule(
                        "level-77",
                        "1=linux_raid_member 2=linux_raid_member md/mirror=?",
                        "md array md/mirror is not put together: level 77 is not read"),
                new DamageRule(
                        "members-disagree-about-chunk",
                        "1=linux_raid_member 2=linux_raid_member md/stripes=?",
                        "md array md/stripes is not put together: its members disagree about it"),
                new DamageRule(
                        "members-none",
                        "1=linux_raid_member 2=linux_raid_member md/stripes=?",
                        "md array md/stripes is not put together: 2 of its 0 members are here"),
                new DamageRule(
                        "members-of-different-sizes",
                        "1=linux_raid_member 2=linux_raid_member md/stripes=?",
                        "md array md/stripes is not put together: its members have room for 4194304 and 512000 bytes"),
                new DamageRule(
                        "members-of-one-role",
                        "1=linux_raid_member 2=linux_raid_member md/stripes=?",
                        "md array md/stripes is not put together: its members disagree about it"),
                new DamageRule(
                        "members-three-of-which-two",
                        "1=linux_raid_member 2=linux_raid_member md/stripes=?",
                        "md array md/stripes is not put together: 2 of its 3 members are here"),
                new DamageRule(
                        "mirror-of-one",
                        "1=1048576+5242880 2=linux_raid_member md/mirror=7340032+4194304",
                        ""),
                new DamageRule(
                        "not-clean",
                        "1=linux_raid_member 2=linux_raid_member md/mirror=2097152+4194304",
                        "md array md/mirror was not stopped in order: its members may differ, and what is shown is one of them"),
                new DamageRule(
                        "nothing-but-an-old-member",
                        "1=linux_raid_member 2=linux_raid_member md/mirror=7340032+4194304",
                        "md array md/mirror: some of its members are not up to date"),
                new DamageRule(
                        "old-checksum",
                        "1=1048576+5242880 2=6291456+5242880",
                        "volume 1: md superblock 0.90: checksum at 5177496"),
                new DamageRule(
                        "old-chunk-of-3-bytes",
                        "1=linux_raid_member 2=linux_raid_member md/UUID=?",
                        "md array md/UUID is not put together: it has 3451562 pieces, more than the"),
                new DamageRule(
                        "old-devices-28",
                        "1=1048576+5242880 2=6291456+5242880",
                        "volume 1: md superblock 0.90: number of devices at 5177384: expected from 0 to 27, found 28"),
                new DamageRule(
                        "old-not-clean",
                        "1=linux_raid_member 2=linux_raid_member md/UUID=1048576+5177344",
                        "md array md/UUID was not stopped in order: its members may differ, and what is shown is one of them"),
                new DamageRule(
                        "old-size-past-end",
                        "1=linux_raid_member 2=linux_raid_member md/UUID=?",
                        "md array md/UUID is not put together: 4398046510080 bytes at 0 of volume 1 are behind its end at 5242880"),
                new DamageRule(
                        "old-stripes",
                        "1=linux_raid_member 2=linux_raid_member md/UUID=2528 runs of 10354688",
                        ""),
                new DamageRule(
                        "own-place",
                        "1=1048576+5242880 2=6291456+5242880",
                        "volume 1: md superblock 1.2: own place at 4240: expected 8, found 0"),
                new DamageRule(
                        "recovering",
                        "1=linux_raid_member 2=linux_raid_member md/mirror=?",
                        "md array md/mirror is not put together: no member of it that is up to date is in the image"),
                new DamageRule(
                        "roles-4-billion",
                        "1=1048576+5242880 2=6291456+5242880",
                        "volume 1: md superblock 1.2: number of roles at 4316: expected from 0 to 1920, found 4294967295"),
                new DamageRule(
                        "roles-of-none",
                        "1=linux_raid_member 2=linux_raid_member md/mirror=?",
                        "md array md/mirror is not put together: no member of it that is up to date is in the image"),
                new DamageRule(
                        "size-0",
                        "1=linux_raid_member 2=linux_raid_member",
                        "md array md/mirror is not put together: its size is 0"),
                new DamageRule(
                        "size-of-8-zib",
                        "1=1048576+5242880 2=6291456+5242880",
                        "volume 1: md superblock 1.2: size of a member at 4176: expected from 0 to 18014398509481983, found 9223372036854775807"),
                new DamageRule(
                        "size-past-end",
                        "1=linux_raid_member 2=linux_raid_member md/mirror=?",
                        "md array md/mirror is not put together: 9223372036854775296 bytes at 1048576 of volume 1 are behind its end at 5242880"),
                new DamageRule(
                        "stripes-without-a-member",
                        "1=1048576+5242880 2=linux_raid_member md/stripes=?",
                        "md array md/stripes is not put together: 1 of its 2 members are here"));
    }

    @ParameterizedTest
    @MethodSource("rules")
    void brokenRulesGiveWhatIsLeft(DamageRule rule) throws IOException {
        rule.check(GOLDEN.damaged(rule.name()));
    }

    @Test
    void everyDiskHasARule() {
        assertThat(GOLDEN.damagedNames())
                .containsExactlyInAnyOrderElementsOf(
                        rules().stream().map(DamageRule::name).toList());
    }
}
