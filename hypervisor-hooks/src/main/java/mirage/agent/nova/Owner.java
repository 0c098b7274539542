package mirage.agent.nova;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.GroupPrincipal;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipal;
import java.util.Objects;

/** The user that Nova runs as: what we leave in its folders is this user's. */
public final class Owner {
    private static final String BASE_MODE = "rw-r--r--";

    private final @Nullable UserPrincipal user;
    private final @Nullable GroupPrincipal group;

    private Owner(@Nullable UserPrincipal user, @Nullable GroupPrincipal group) {
        this.user = user;
        this.group = group;
    }

    /** The user that the agent itself runs as. */
    public static Owner same() {
        return new Owner(null, null);
    }

    /**
     * A user by name, with the group of the folder that the files are for.
     *
     * @throws IOException when there is no such user
     */
    public static Owner named(String user, Path folder) throws IOException {
        return new Owner(
                FileSystems.getDefault()
                        .getUserPrincipalLookupService()
                        .lookupPrincipalByName(user),
                Objects.requireNonNull(
                                Files.getFileAttributeView(folder, PosixFileAttributeView.class),
                                "files without owners")
                        .readAttributes()
                        .group());
    }

    /** Gives a file to the user, with the mode that Nova's own have. */
    void takeOver(Path file) throws IOException {
        PosixFileAttributeView view =
                Objects.requireNonNull(
                        Files.getFileAttributeView(
                                file, PosixFileAttributeView.class, LinkOption.NOFOLLOW_LINKS));
        if (Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
            view.setPermissions(PosixFilePermissions.fromString(BASE_MODE));
        }
        if (user != null && !user.equals(view.readAttributes().owner())) {
            view.setOwner(user);
        }
        if (group != null && !group.equals(view.readAttributes().group())) {
            view.setGroup(group);
        }
    }
}
