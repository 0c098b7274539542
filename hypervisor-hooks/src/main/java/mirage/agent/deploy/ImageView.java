package mirage.agent.deploy;

import java.util.Locale;

/** What of an image. */
public enum ImageView {
    /** What was uploaded, byte for byte. */
    CONTAINER,
    /** What a guest sees. Of a raw image it is the same. */
    DISK;

    /** As the deploy API writes it. */
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }
}
