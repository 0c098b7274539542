package mirage.agent.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;

/** The ways by which a host comes to an image. */
enum Tier {
    /** Nova asks the agent, and gets what was uploaded. */
    ORIGINAL,
    /** Nova asks the agent, and gets the guest's disk. */
    RAW,
    /** The agent puts the guest's disk where Nova looks for it. */
    SEEDING;

    List<String> options() {
        return List.of("agent.present=" + (this == ORIGINAL ? "original" : "raw"));
    }

    /**
     * Brings an image to the host.
     *
     * @return what went wrong in an ordinary way, empty when the image is there
     * @throws AssertionError when something else is there
     */
    String bring(String image, Door agent, Disk disk) {
        return this == SEEDING ? seed(image, agent, disk) : new Nova(agent).fetch(image);
    }

    private static String seed(String image, Door agent, Disk disk) {
        try {
            String said = agent.pull(image);
            if (said.equals("ready") || said.equals("was ready")) {
                assertThat(disk.baseOf(image)).exists();
                disk.requireRightBase(image);
                return "";
            }
            disk.requireRightBase(image);
            return "pull: " + said;
        } catch (IOException failure) {
            return "pull: " + failure;
        }
    }

    /** Has the agent make the image and keep it on its shelf. */
    void makeOnShelf(String image, Door agent) throws IOException {
        agent.get("/v2/images/" + image + (this == ORIGINAL ? "/file" : ""));
    }
}
