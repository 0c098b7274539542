package mirage.volume.lvm;

import static org.assertj.core.api.Assertions.assertThat;

import mirage.volume.DamageRule;
import mirage.volume.GoldenVolumes;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.io.IOException;
import java.util.List;

/** Volume groups that break one rule each: golden/lvm/damage.py. */
final class LvmDamageTest {
    private static final GoldenVolumes GOLDEN = new GoldenVolumes("lvm");

    static List<DamageRule> rules() {
        return List.of(
                new DamageRule(
                        "area-checksum",
                        "0=LVM2_member",
                        "volume 0: LVM metadata: checksum at 4096"),
                new DamageRule(
                        "area-larger-than-disk",
                        "0=LVM2_member",
                        "volume 0: LVM metadata: length of the area at 4128: expected from 513 to 4190208, found 1099511627776"),
                new DamageRule(
                        "area-list-without-end",
                        "0=0+4194304",
                        "volume 0: LVM label at 512: field of 8 bytes at 512 is outside its 512 bytes"),
                new DamageRule("area-none", "0=LVM2_member", ""),
                new DamageRule(
                        "area-of-another-place",
                        "0=LVM2_member",
                        "volume 0: LVM metadata: own offset at 4120: expected 4096, found 8192"),
                new DamageRule(
                        "area-past-end",
                        "0=LVM2_member",
                        "volume 0: LVM metadata at 1152921504606846976: 512 bytes expected, source ends at 4194304"),
                new DamageRule(
                        "extent-size-huge",
                        "0=LVM2_member",
                        "volume 0: extent_size: a number from 1 to 4294967296 expected, found 2199023255552"),
                new DamageRule(
                        "extents-of-4-eib",
                        "0=LVM2_member vg/good=65536+262144 vg/eib=?",
                        "logical volume vg/eib is not put together: 4611686018427387904 bytes at 65536 of volume 0 are behind its end at 4194304"),
                new DamageRule(
                        "extents-overflow",
                        "0=LVM2_member vg/good=65536+262144",
                        "logical volume vg/overflow is not put together: extent_count: a number from 1 to 4611686018427387903 expected, found 4611686018427387904"),
                new DamageRule(
                        "extents-past-end-of-device",
                        "0=LVM2_member vg/good=65536+262144 vg/past=?",
                        "logical volume vg/past is not put together: 1310720 bytes at 3342336 of volume 0 are behind its end at 4194304"),
                new DamageRule(
                        "extents-past-end-of-member",
                        "0=LVM2_member vg/good=65536+262144 vg/past=?",
                        "logical volume vg/past is not put together: 20 extents from 50 of pv0 are behind its end at 60"),
                new DamageRule(
                        "extents-used-twice-in-one",
                        "0=LVM2_member vg/good=65536+262144 vg/twice=?",
                        "logical volume vg/twice is not put together: 262144 bytes at 851968 of volume 0 are used twice"),
                new DamageRule(
                        "extents-used-twice",
                        "0=LVM2_member vg/good=65536+262144 vg/twice=?",
                        "logical volume vg/twice is not put together: 262144 bytes at 262144 of volume 0 are used twice"),
                new DamageRule(
                        "group-name-long",
                        "0=LVM2_member",
                        "volume 0: volume group with a name of 200 letters"),
                new DamageRule(
                        "groups-in-groups",
                        "0=LVM2_member vg0/lv=LVM2_member vg1/lv=LVM2_member vg2/lv=LVM2_member vg3/lv=LVM2_member vg4/lv=LVM2_member vg5/lv=LVM2_member vg6/lv=LVM2_member vg7/lv=524288+15728640",
                        "volume vg7/lv is 8 volumes deep: what it holds is not looked for"),
                new DamageRule(
                        "groups-of-one-name",
                        "1=LVM2_member 2=LVM2_member vg/a=1114112+131072 vg/a#2=3866624+131072",
                        ""),
                new DamageRule(
                        "label-checksum", "0=0+4194304", "volume 0: LVM label: checksum at 528"),
                new DamageRule("label-in-sector-3", "0=LVM2_member vg/good=65536+262144", ""),
                new DamageRule(
                        "label-of-another-sector",
                        "0=0+4194304",
                        "volume 0: LVM label: own sector at 520: expected 1, found 2"),
                new DamageRule(
                        "label-twice",
                        "1=LVM2_member 2=LVM2_member vg/good=1114112+262144",
                        "volume 2 has the label of volume 1 and is left alone"),
                new DamageRule(
                        "member-missing",
                        "0=LVM2_member vg/good=65536+262144 vg/missing=?",
                        "logical volume vg/missing is not put together: physical volume pv1 (00000000000000000000000000000001) is missing"),
                new DamageRule(
                        "member-named-twice",
                        "0=LVM2_member vg/good=65536+262144 vg/same=?",
                        "logical volume vg/same is not put together: 262144 bytes at 196608 of volume 0 are used twice"),
                new DamageRule(
                        "member-of-two-groups",
                        "1=LVM2_member 2=LVM2_member vg/a=1114112+262144 vg/b=3211264+262144 other/c=? other/d=1769472+262144",
                        "logical volume other/c is not put together: 262144 bytes at 196608 of volume 1 are used twice"),
                new DamageRule(
                        "member-unknown",
                        "0=LVM2_member vg/good=65536+262144 vg/nowhere=?",
                        "logical volume vg/nowhere is not put together: pv7 is no physical volume of the group"),
                new DamageRule(
                        "mirror-first-leg-gone",
                        "0=LVM2_member vg/good=65536+262144 vg/mirror=1376256+262144",
                        ""),
                new DamageRule(
                        "mirror-leg-short",
                        "0=LVM2_member vg/good=65536+262144 vg/short=?",
                        "logical volume vg/short is not put together: none of the legs of its raid1 is in the image"),
                new DamageRule(
                        "mirror-loop",
                        "0=LVM2_member vg/good=65536+262144 vg/a=? vg/b=?",
                        "logical volume vg/a is not put together: none of the legs of its raid1 is in the image"),
                new DamageRule(
                        "mirror-of-itself",
                        "0=LVM2_member vg/good=65536+262144 vg/self=?",
                        "logical volume vg/self is not put together: none of the legs of its raid1 is in the image"),
                new DamageRule(
                        "mirrors-8000-of-1000-pieces",
                        "0=LVM2_member vg/good=65536+262144 vg/m0=? vg/m1=? vg/m2=? vg/m3=? vg/m4=? vg/m5=? vg/m6=? vg/m7=? and 7992 more",
                        "logical volume vg/m0 is not put together: 65536 bytes at 4194304 of volume 0 are behind its end at 4194304"),
                new DamageRule(
                        "mirrors-of-one-leg",
                        "0=LVM2_member vg/good=65536+262144 vg/m0=1376256+262144 vg/m1=? vg/m2=?",
                        "logical volume vg/m1 is not put together: 262144 bytes at 1376256 of volume 0 are used twice"),
                new DamageRule("nothing", "0=LVM2_member vg/good=65536+262144", ""),
                new DamageRule(
                        "segment-empty",
                        "0=LVM2_member vg/good=65536+262144",
                        "logical volume vg/zero is not put together: extent_count: a number from 1 to 4611686018427387903 expected, found 0"),
                new DamageRule(
                        "segment-missing",
                        "0=LVM2_member vg/good=65536+262144",
                        "logical volume vg/short is not put together: segment 2 of 2 is missing in the text"),
                new DamageRule(
                        "segment-of-unknown-type",
                        "0=LVM2_member vg/good=65536+262144 vg/strange=?",
                        "logical volume vg/strange is not put together: strange is not read"),
                new DamageRule(
                        "segment-without-type",
                        "0=LVM2_member vg/good=65536+262144",
                        "logical volume vg/untyped is not put together: type: a short text expected, found nothing"),
                new DamageRule(
                        "segments-none",
                        "0=LVM2_member vg/good=65536+262144",
                        "logical volume vg/none is not put together: segment_count: a number from 1 to 65536 expected, found 0"),
                new DamageRule(
                        "segments-trillion",
                        "0=LVM2_member vg/good=65536+262144",
                        "logical volume vg/huge is not put together: segment_count: a number from 1 to 65536 expected, found 1099511627776"),
                new DamageRule(
                        "segments-with-gap",
                        "0=LVM2_member vg/good=65536+262144",
                        "logical volume vg/gap is not put together: segment 2 begins at 5 and not at 4"),
                new DamageRule(
                        "stripe-on-a-volume",
                        "0=LVM2_member vg/good=65536+262144 vg/on-volume=?",
                        "logical volume vg/on-volume is not put together: good is no physical volume of the group"),
                new DamageRule(
                        "stripe-size-0",
                        "1=LVM2_member 2=LVM2_member vg/good=1114112+262144",
                        "logical volume vg/zero is not put together: stripe_size: a number from 1 to 4294967296 expected, found 0"),
                new DamageRule(
                        "stripe-size-uneven",
                        "1=LVM2_member 2=LVM2_member vg/good=1114112+262144 vg/uneven=?",
                        "logical volume vg/uneven is not put together: 262144 bytes are no multiple of stripes of 51200"),
                new DamageRule(
                        "stripes-1000",
                        "1=LVM2_member 2=LVM2_member vg/good=1114112+262144",
                        "logical volume vg/many is not put together: stripes: a list of 2000 values"),
                new DamageRule(
                        "stripes-do-not-divide",
                        "1=LVM2_member 2=LVM2_member vg/good=1114112+262144 vg/odd=?",
                        "logical volume vg/odd is not put together: 7 extents do not make 2 stripes"),
                new DamageRule(
                        "stripes-none",
                        "1=LVM2_member 2=LVM2_member vg/good=1114112+262144",
                        "logical volume vg/none is not put together: stripes: a list of 0 values"),
                new DamageRule(
                        "stripes-of-4-eib",
                        "1=LVM2_member 2=LVM2_member vg/good=1114112+262144 vg/eib=?",
                        "logical volume vg/eib is not put together: it has 4503599627370496 pieces, more than the"),
                new DamageRule(
                        "stripes-of-a-sector",
                        "1=LVM2_member 2=LVM2_member vg/good=1114112+262144 vg/fine=1024 runs of 524288",
                        ""),
                new DamageRule(
                        "stripes-overlap",
                        "1=LVM2_member 2=LVM2_member vg/good=1114112+262144 vg/overlap=?",
                        "logical volume vg/overlap is not put together: 262144 bytes at 458752 of volume 1 are used twice"),
                new DamageRule(
                        "text-checksum",
                        "0=LVM2_member",
                        "volume 0: LVM metadata: checksum at 4152"),
                new DamageRule(
                        "text-cut-off",
                        "0=LVM2_member",
                        "volume 0: LVM text at 303: a text that is not closed"),
                new DamageRule(
                        "text-damaged-in-first-area",
                        "0=LVM2_member vg/good=65536+262144",
                        "volume 0: LVM metadata: checksum at 4152"),
                new DamageRule(
                        "text-deep",
                        "0=LVM2_member",
                        "volume 0: LVM text at 48: more than 16 sections in sections"),
                new DamageRule(
                        "text-longer-than-ring",
                        "0=LVM2_member",
                        "volume 0: LVM metadata: length of the text at 4144: expected from 1 to 60928, found 61440"),
                new DamageRule(
                        "text-of-8-eib",
                        "0=LVM2_member",
                        "volume 0: LVM metadata: length of the text at 4144: expected from 1 to 60928, found 9223372036854775807"),
                new DamageRule(
                        "text-offset-in-header",
                        "0=LVM2_member",
                        "volume 0: LVM metadata: offset of the text at 4136: expected from 512 to 61439, found 100"),
                new DamageRule(
                        "text-offset-out-of-ring",
                        "0=LVM2_member",
                        "volume 0: LVM metadata: offset of the text at 4136: expected from 512 to 61439, found 1099511627776"),
                new DamageRule(
                        "text-older-in-second-area", "0=LVM2_member vg/good=65536+262144", ""),
                new DamageRule(
                        "text-without-group",
                        "0=LVM2_member",
                        "volume 0: LVM text without a volume group"),
                new DamageRule("text-wraps", "0=LVM2_member vg/good=65536+262144", ""),
                new DamageRule(
                        "volume-over-its-own-label",
                        "0=LVM2_member vg/start=LVM2_member",
                        "volume vg/start has the label of volume 0 and is left alone"),
                new DamageRule(
                        "volumes-10000",
                        "0=LVM2_member vg/v0=9437184+512 vg/v1=9437696+512 vg/v2=9438208+512 vg/v3=9438720+512 vg/v4=9439232+512 vg/v5=9439744+512 vg/v6=9440256+512 vg/v7=9440768+512 vg/v8=9441280+512 and 8182 more",
                        "more than 8192 volumes: the rest is left out"));
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
