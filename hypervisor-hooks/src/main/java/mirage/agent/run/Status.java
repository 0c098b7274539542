package mirage.agent.run;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

import mirage.agent.build.ImageBuilder;
import mirage.agent.hold.Held;
import mirage.agent.hold.Held.Place;
import mirage.agent.hold.Inventory;
import mirage.agent.hold.Shelf;
import mirage.agent.measure.Measures;
import mirage.agent.proxy.AgentServer.Page;
import mirage.agent.proxy.AgentServer.PageAnswer;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/** {@code GET /agent/status}: how the agent is, as JSON. */
final class Status implements Page {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final AgentSettings settings;
    private final Inventory inventory;
    private final Shelf shelf;
    private final ImageBuilder builder;
    private final Duties duties;
    private final VerifyDuty verify;
    private final Measures measures;

    Status(
            AgentSettings settings,
            Inventory inventory,
            Shelf shelf,
            ImageBuilder builder,
            Duties duties,
            VerifyDuty verify,
            Measures measures) {
        this.settings = settings;
        this.inventory = inventory;
        this.shelf = shelf;
        this.builder = builder;
        this.duties = duties;
        this.verify = verify;
        this.measures = measures;
        measures.gauge("mirage.agent.building", "Images being made", builder::underWay);
        measures.gauge("mirage.agent.shelf.bytes", "Bytes of the agent's own images", shelf::costs);
        measures.gauge(
                "mirage.agent.held",
                "Files that have the bytes of images",
                () -> inventory.all().size());
        measures.gauge("mirage.agent.verified.bytes", "Bytes read again", verify::readBytes);
        measures.gauge(
                "mirage.agent.damaged", "Files found not as they were", verify::damagedFiles);
    }

    /** {@code GET /metrics}. */
    static Page metrics(Measures measures) {
        return (method, _, _) ->
                method.equals("GET")
                        ? new PageAnswer(
                                200,
                                Measures.CONTENT_TYPE,
                                measures.scrape().getBytes(StandardCharsets.UTF_8))
                        : onlyGet();
    }

    @Override
    public PageAnswer answer(String method, String key, byte[] body) throws IOException {
        if (!method.equals("GET")) {
            return onlyGet();
        }
        ObjectNode status = JSON.createObjectNode();
        status.put("host", settings.host());
        status.put("facade", settings.facade().toString());
        status.put("present", settings.raw() ? "raw" : "original");
        status.put("building", builder.underWay());
        status.put("fetched_bytes", measures.fetchedBytes());
        status.put("copied_bytes", measures.copiedBytes());
        status.put("saved_bytes", measures.savedBytes());
        status.put("shelf_bytes", shelf.costs());
        status.put("free_bytes", Math.max(0, shelf.free()));
        status.put("verified_bytes", verify.readBytes());
        status.put("damaged_files", verify.damagedFiles());
        status.put("last_poll", duties.lastPoll());
        ArrayNode unconfirmed = status.putArray("revoked_unconfirmed");
        inventory.unconfirmed().forEach(image -> unconfirmed.add(image.value()));
        ArrayNode held = status.putArray("held");
        for (Held one : inventory.all()) {
            held.addObject()
                    .put("image", one.image().value())
                    .put("view", one.view().text())
                    .put("place", one.place() == Place.NOVA ? "nova" : "agent")
                    .put("file", one.file().toString())
                    .put("length", one.length())
                    .put("digest", one.digest() == null ? null : one.digest().sha256())
                    .put("state", stateOf(one).toLowerCase(Locale.ROOT));
        }
        return new PageAnswer(200, "application/json", JSON.writeValueAsBytes(status));
    }

    private static String stateOf(Held one) throws IOException {
        if (!one.isThere()) {
            return one.isCut() ? "DOUBTED" : "GONE";
        }
        if (!one.mayServe()) {
            return "DOUBTED";
        }
        return one.digest() == null ? "SEEN" : "KNOWN";
    }

    private static PageAnswer onlyGet() {
        return new PageAnswer(
                405,
                "text/plain; charset=UTF-8",
                "Only GET is allowed here.\n".getBytes(StandardCharsets.UTF_8));
    }
}
