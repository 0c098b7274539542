package mirage.agent.deploy;

import mirage.catalog.ImageId;

/**
 * A base that the service proposes.
 *
 * @param bytes of the delta when it is ready, otherwise what it would bring at the most
 * @param ready whether the delta can be had without being made first
 */
public record Candidate(ImageId base, ImageView baseView, long bytes, boolean ready) {
    public Candidate {
        if (bytes < 0) {
            throw new IllegalArgumentException("a delta of " + bytes + " bytes");
        }
    }

    /** As the deploy API writes a base. */
    public static String text(ImageId base, ImageView view) {
        return view == ImageView.DISK ? base.value() : base.value() + ":" + view.text();
    }
}
