package mirage.conformance.suite;

import com.fasterxml.jackson.databind.JsonNode;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a case needs: its placeholders. Each stands for the same throughout a case, and for another in every other.
 *
 * <pre>
 *   {unique}           a text that nothing else has
 *   {uuid}             an id that nothing has
 *   {project.WHO}      id of a caller's project
 *   {x*N}              N times the letter x
 *   {endpoint} {web}   URLs: of the endpoint, and of a file to import
 *   {NAME}             what a step kept
 *   {STATE} {STATE.N}  id of an image in that state; several of one state differ in N
 * </pre>
 *
 * States, of an image of the project demo where nothing else is said:
 *
 * <pre>
 *   queued, formatless    without data; without formats either
 *   active, empty         with 1024 bytes; with none
 *   staged                with 1024 bytes, not yet imported
 *   deactivated, protected, hidden, private, community, deleted
 *   public                an administrator's
 *   foreign               private, of another project
 *   foreign-community     of another project
 *   pending, accepted, rejected   shared with the other project, which made that of it
 *   tagged, propertied    with the tag blue; with the property color of red
 * </pre>
 */
final class Fixtures {
    private static final Pattern PLACEHOLDER = Pattern.compile("\\{([a-z][a-z0-9.*-]*)}");
    private static final Set<String> MEMBER_STATES = Set.of("pending", "accepted", "rejected");

    private final Cloud cloud;
    private final Map<String, String> values = new HashMap<>();
    private final Set<String> images = new LinkedHashSet<>();
    private final Set<String> namespaces = new LinkedHashSet<>();

    Fixtures(Cloud cloud, Map<String, String> given) {
        this.cloud = cloud;
        values.putAll(given);
        values.put("endpoint", cloud.endpoint().toString());
    }

    /** Where steps keep values. */
    Map<String, String> values() {
        return values;
    }

    /** Replaces the placeholders of a text, making what they stand for. */
    String expand(String text) {
        Matcher matcher = PLACEHOLDER.matcher(text);
        StringBuilder expanded = new StringBuilder();
        while (matcher.find()) {
            String name = matcher.group(1);
            matcher.appendReplacement(expanded, Matcher.quoteReplacement(value(name)));
        }
        return matcher.appendTail(expanded).toString();
    }

    private String value(String name) {
        String known = values.get(name);
        if (known == null) {
            try {
                known = make(name);
            } catch (IOException failure) {
                throw new FixtureException("{" + name + "}: " + failure.getMessage(), failure);
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
                throw new FixtureException("{" + name + "}: interrupted", interrupted);
            }
            values.put(name, known);
        }
        return known;
    }

    private String make(String name) throws IOException, InterruptedException {
        int star = name.indexOf('*');
        if (star > 0) {
            return name.substring(0, star).repeat(Integer.parseInt(name.substring(star + 1)));
        }
        if (name.startsWith("project.")) {
            return cloud.caller(Who.of(name.substring("project.".length()))).project();
        }
        String kind = name.split("\\.", 2)[0];
        return switch (kind) {
            case "unique" -> "c" + UUID.randomUUID().toString().replace("-", "");
            case "uuid" -> UUID.randomUUID().toString();
            default -> image(kind);
        };
    }

    private String image(String state) throws IOException, InterruptedException {
        Who owner =
                switch (state) {
                    case "public" -> Who.ADMIN;
                    case "foreign", "foreign-community" -> Who.OTHER;
                    default -> Who.DEMO;
                };
        String id = create(owner, state);
        String path = "/v2/images/" + id;
        switch (state) {
            case "queued", "formatless" -> {}
            case "staged" -> expect(204, owner, "PUT", path + "/stage", "octets 1024");
            case "empty" -> expect(204, owner, "PUT", path + "/file", "octets 0");
            case "deactivated" -> {
                expect(204, owner, "PUT", path + "/file", "octets 1024");
                expect(204, Who.ADMIN, "POST", path + "/actions/deactivate", "-");
            }
            case "deleted" -> expect(204, owner, "DELETE", path, "-");
            default -> expect(204, owner, "PUT", path + "/file", "octets 1024");
        }
        if (MEMBER_STATES.contains(state)) {
            share(path, state);
        }
        return id;
    }

    private void share(String path, String state) throws IOException, InterruptedException {
        String project = cloud.caller(Who.OTHER).project();
        String member = "json {\"member\": \"" + project + "\"}";
        expect(200, Who.DEMO, "POST", path + "/members", member);
        if (!state.equals("pending")) {
            String status = "json {\"status\": \"" + state + "\"}";
            expect(200, Who.OTHER, "PUT", path + "/members/" + project, status);
        }
    }

    private String create(Who owner, String state) throws IOException, InterruptedException {
        String formats = "\"disk_format\": \"raw\", \"container_format\": \"bare\"";
        String more =
                switch (state) {
                    case "protected" -> ", \"protected\": true";
                    case "hidden" -> ", \"os_hidden\": true";
                    case "private", "foreign" -> ", \"visibility\": \"private\"";
                    case "community", "foreign-community" -> ", \"visibility\": \"community\"";
                    case "public" -> ", \"visibility\": \"public\"";
                    case "tagged" -> ", \"tags\": [\"blue\"]";
                    case "propertied" -> ", \"color\": \"red\"";
                    case "queued",
                            "formatless",
                            "active",
                            "empty",
                            "staged",
                            "deactivated",
                            "deleted",
                            "pending",
                            "accepted",
                            "rejected" ->
                            "";
                    default -> throw new FixtureException("no such placeholder: " + state, null);
                };
        String body =
                "{\"name\": \"%s\", %s}"
                        .formatted(value("unique"), formats + more);
        if (state.equals("formatless")) {
            body = "{\"name\": \"%s\"}".formatted(value("unique"));
        }
        String id =
                expect(201, owner, "POST", "/v2/images", "json " + body).path("id").asText();
        images.add(id);
        return id;
    }

    private JsonNode expect(int status, Who who, String method, String target, String body)
            throws IOException, InterruptedException {
        Answer answer = cloud.send(who, method, target, Body.parse(body));
        if (answer.status() != status) {
            throw new IOException(method + " " + target + ": " + answer);
        }
        return answer.json();
    }

    /** Remembers what a request made, so that it is removed. */
    void note(Case.Step step, String target, Answer answer) {
        if (answer.status() == 201 && step.method().equals("POST")) {
            if (target.equals("/v2/images")) {
                images.add(answer.json().path("id").asText());
            } else if (target.equals("/v2/metadefs/namespaces")) {
                namespaces.add(answer.json().path("namespace").asText());
            }
        }
    }

    /** Removes what is left, as the administrator; gives what resisted. */
    List<String> remove() throws IOException, InterruptedException {
        List<String> left = new ArrayList<>();
        Body none = Body.parse("-");
        Body unprotect =
                Body.parse("v2.1 [{\"op\":\"replace\",\"path\":\"/protected\",\"value\":false}]");
        for (String id : images) {
            String path = "/v2/images/" + id;
            Answer answer = cloud.send(Who.ADMIN, "DELETE", path, none);
            if (answer.status() == 403) {
                cloud.send(Who.ADMIN, "PATCH", path, unprotect);
                answer = cloud.send(Who.ADMIN, "DELETE", path, none);
            }
            if (answer.status() != 204 && answer.status() != 404) {
                left.add("image " + id + " is left: " + answer);
            }
        }
        for (String name : namespaces) {
            String path = "/v2/metadefs/namespaces/" + name;
            cloud.send(
                    Who.ADMIN,
                    "PUT",
                    path,
                    Body.parse("json {\"namespace\": \"" + name + "\", \"protected\": false}"));
            cloud.send(Who.ADMIN, "DELETE", path, none);
        }
        return left;
    }

    /** A placeholder that cannot be had. */
    static final class FixtureException extends RuntimeException {
        private static final long serialVersionUID = 1;

        FixtureException(String message, @Nullable Throwable cause) {
            super(message, cause);
        }
    }
}
