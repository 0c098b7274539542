package mirage.layout;

import mirage.filesystem.FileSystem;
import mirage.volume.Volume;

import org.jspecify.annotations.Nullable;

/**
 * A volume and what it holds.
 *
 * @param fileSystem null when none was recognised, or it could not be read
 */
public record VolumeLayout(Volume volume, @Nullable FileSystem fileSystem) {}
