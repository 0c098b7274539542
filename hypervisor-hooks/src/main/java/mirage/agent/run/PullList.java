package mirage.agent.run;

import mirage.agent.deploy.Caller;
import mirage.agent.deploy.Facade;
import mirage.catalog.ImageId;

import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/** Which images a list of words means. */
final class PullList {
    private static final String TAG = "tag=";
    private static final String NEWEST = "newest:";
    private static final int MAX_OF_ONE = 1000;

    /** As the Image API makes ids; anything else is a name. */
    private static final Pattern ID = Pattern.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}");

    private PullList() {}

    /**
     * The images that words mean now.
     *
     * @param words each an id, a name, {@code tag=TAG} or {@code newest:NAME}
     * @throws IOException when the service cannot be asked, or a word means no image
     */
    static Set<ImageId> of(List<String> words, Facade facade, Caller caller) throws IOException {
        Set<ImageId> images = new LinkedHashSet<>();
        for (String word : words) {
            images.addAll(of(word, facade, caller));
        }
        return images;
    }

    private static List<ImageId> of(String word, Facade facade, Caller caller) throws IOException {
        if (ID.matcher(word).matches()) {
            return List.of(new ImageId(word));
        }
        List<ImageId> found;
        if (word.startsWith(TAG)) {
            return facade.find("tag=" + escaped(word.substring(TAG.length())), MAX_OF_ONE, caller);
        } else if (word.startsWith(NEWEST)) {
            found = facade.find("name=" + escaped(word.substring(NEWEST.length())), 1, caller);
        } else {
            found = facade.find("name=" + escaped(word), MAX_OF_ONE, caller);
        }
        if (found.isEmpty()) {
            throw new IOException(word + ": there is no such image");
        }
        return found;
    }

    private static String escaped(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }
}
