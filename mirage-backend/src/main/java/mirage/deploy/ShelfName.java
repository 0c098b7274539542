package mirage.deploy;

import mirage.library.View;
import mirage.manifest.ManifestId;

import java.util.Locale;

/**
 * Names what is on a {@link Shelf}, by what it is made of and the version of its format: the same name is the same
 * content.
 *
 * @param value a file name
 */
public record ShelfName(String value) {
    /** Also what a stranger in the directory is told by. */
    private static final String PATTERN = "[0-9a-z.-]{1,200}\\.(delta|recipe)";

    private static final int DELTA_VERSION = 1;
    private static final int RECIPE_VERSION = 1;

    public ShelfName {
        if (!isValid(value)) {
            throw new IllegalArgumentException("name on a shelf: " + value);
        }
    }

    static boolean isValid(String name) {
        return name.matches(PATTERN);
    }

    static ShelfName delta(ManifestId base, View baseView, ManifestId target, View targetView) {
        return new ShelfName(
                base
                        + "."
                        + text(baseView)
                        + "-"
                        + target
                        + "."
                        + text(targetView)
                        + ".v"
                        + DELTA_VERSION
                        + ".delta");
    }

    static ShelfName recipe(ManifestId image, View view) {
        return new ShelfName(image + "." + text(view) + ".v" + RECIPE_VERSION + ".recipe");
    }

    private static String text(View view) {
        return view.name().toLowerCase(Locale.ROOT);
    }

    @Override
    public String toString() {
        return value;
    }
}
