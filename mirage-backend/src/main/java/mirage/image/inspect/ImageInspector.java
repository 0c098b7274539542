package mirage.image.inspect;

import mirage.bytes.ByteSource;
import mirage.bytes.FormatException;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Tells what an image is. A new format is added to the list here and nowhere else. */
public final class ImageInspector {
    private static final List<FormatProbe> PROBES =
            List.of(
                    new Qcow2Probe(),
                    new QedProbe(),
                    new VmdkProbe(),
                    new VhdProbe(),
                    new VhdxProbe(),
                    new VdiProbe(),
                    new PloopProbe(),
                    new IsoProbe(),
                    new GptProbe(),
                    new LuksProbe());

    private ImageInspector() {}

    /**
     * Looks at an image for every format: one header may hide behind another.
     *
     * @param image hostile bytes; not closed
     * @throws IOException when it cannot be read; never for what is in it
     */
    public static Inspection inspect(ByteSource image) throws IOException {
        List<FormatMatch> matches = new ArrayList<>();
        for (FormatProbe probe : PROBES) {
            if (probe.claims(image)) {
                matches.add(examine(probe, image));
            }
        }
        return new Inspection(image.length(), matches);
    }

    private static FormatMatch examine(FormatProbe probe, ByteSource image) throws IOException {
        try {
            return probe.examine(image);
        } catch (FormatException broken) {
            return FormatMatch.unsafe(
                    probe.format(), SafetyFailure.STRUCTURE, String.valueOf(broken.getMessage()));
        }
    }
}
