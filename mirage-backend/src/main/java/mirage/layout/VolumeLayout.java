package mirage.layout;

import mirage.filesystem.FileSystem;
import mirage.filesystem.known.KnownContent;
import mirage.volume.Volume;

import org.jspecify.annotations.Nullable;

/**
 * A volume and what it holds.
 *
 * @param fileSystem null when none was recognised, or it could not be read
 * @param known what it holds when that is recognised and not read as files, or when other volumes are made of it; null
 *     otherwise
 */
public record VolumeLayout(
        Volume volume, @Nullable FileSystem fileSystem, @Nullable KnownContent known) {}
