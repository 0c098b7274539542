package mirage.command;

import mirage.manifest.ImageManifest;
import mirage.manifest.VolumeRecord;

import org.jspecify.annotations.Nullable;

import picocli.CommandLine.Option;

import java.io.FileNotFoundException;
import java.util.List;

/** Which of an image's volumes a command is about. */
final class ChosenVolume {
    @Option(
            names = "--volume",
            paramLabel = "VOLUME",
            description =
                    "Only this volume, as info calls it: the number of a partition, GROUP/VOLUME of LVM, md/NAME of"
                            + " an array, DISK:NUMBER where there are several disks. All of them by default.")
    private @Nullable String id;

    /**
     * The volumes of an image that are meant.
     *
     * @throws FileNotFoundException when the image has none of that name
     */
    List<VolumeRecord> of(ImageManifest manifest) throws FileNotFoundException {
        if (id == null) {
            return manifest.volumes();
        }
        List<VolumeRecord> chosen =
                manifest.volumes().stream()
                        .filter(volume -> volume.volume().id().equals(id))
                        .toList();
        if (chosen.isEmpty()) {
            throw new FileNotFoundException("the image has no volume " + id);
        }
        return chosen;
    }
}
