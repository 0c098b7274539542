package mirage.command;

import mirage.library.ImageView;
import mirage.library.MirageLibrary;
import mirage.library.View;

import org.jspecify.annotations.Nullable;

import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

import java.io.IOException;

/** What a delta is of. */
final class DeltaPair {
    @Mixin DataDirectory data;

    @Option(
            names = "--view",
            paramLabel = "VIEW",
            defaultValue = "container",
            description =
                    "container: the bytes that were uploaded; disk: what a guest sees (default: container).")
    private View view;

    @Option(
            names = "--base-view",
            paramLabel = "VIEW",
            description = "The same of the base, when it is another one (default: as --view).")
    private @Nullable View baseView;

    @Parameters(index = "0", paramLabel = "BASE", description = "Name or id of what is held.")
    private String base;

    @Parameters(index = "1", paramLabel = "IMAGE", description = "Name or id of what is wanted.")
    private String target;

    ImageView base(MirageLibrary library) throws IOException {
        return new ImageView(DataDirectory.find(library, base), baseView == null ? view : baseView);
    }

    ImageView target(MirageLibrary library) throws IOException {
        return new ImageView(DataDirectory.find(library, target), view);
    }
}
