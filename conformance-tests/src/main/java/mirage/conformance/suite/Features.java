package mirage.conformance.suite;

import com.fasterxml.jackson.databind.JsonNode;

import java.io.IOException;
import java.util.Set;
import java.util.TreeSet;

/**
 * What an endpoint offers, as it says itself:
 *
 * <pre>
 *   v2.17               a version that it advertises, for each
 *   multistore          /v2/info/stores answers
 *   cache, tasks, usage /v2/cache, /v2/tasks, /v2/info/usage do
 *   glance-direct       an import method, for each
 *   locations           images show their locations
 *   direct-url          images show direct_url
 *   format-match        bytes that are not of the format that their image says are refused
 *   new-rbac            a reader may not create
 *   legacy-rbac         it may
 *   keystone            the callers are of a Keystone
 *   web                 the URL of a file to import was given
 * </pre>
 */
record Features(Set<String> names) {
    Features {
        names = Set.copyOf(names);
    }

    static Features of(Cloud cloud, Set<String> given) throws IOException, InterruptedException {
        Body none = Body.parse("-");
        Set<String> names = new TreeSet<>(given);
        for (JsonNode version :
                cloud.send(Who.NONE, "GET", "/versions", none).json().path("versions")) {
            names.add(version.path("id").asText());
        }
        addWhenOk(cloud, "/v2/info/stores", "multistore", names);
        addWhenOk(cloud, "/v2/cache", "cache", names);
        addWhenOk(cloud, "/v2/tasks", "tasks", names);
        addWhenOk(cloud, "/v2/info/usage", "usage", names);
        JsonNode methods =
                cloud.send(Who.DEMO, "GET", "/v2/info/import", none).json().path("import-methods");
        for (JsonNode method : methods.path("value")) {
            names.add(method.asText());
        }
        String record = "json {\"disk_format\": \"raw\", \"container_format\": \"bare\"}";
        JsonNode image = cloud.send(Who.DEMO, "POST", "/v2/images", Body.parse(record)).json();
        String path = "/v2/images/" + image.path("id").asText();
        cloud.send(Who.DEMO, "PUT", path + "/file", Body.parse("octets 3"));
        JsonNode active = cloud.send(Who.DEMO, "GET", path, none).json();
        if (active.has("locations")) {
            names.add("locations");
        }
        if (active.has("direct_url")) {
            names.add("direct-url");
        }
        cloud.send(Who.DEMO, "DELETE", path, none);
        if (refusesOtherFormats(cloud)) {
            names.add("format-match");
        }
        if (cloud.knows(Who.READER)) {
            Answer created = cloud.send(Who.READER, "POST", "/v2/images", Body.parse(record));
            names.add(created.status() == 201 ? "legacy-rbac" : "new-rbac");
            if (created.status() == 201) {
                String id = created.json().path("id").asText();
                cloud.send(Who.READER, "DELETE", "/v2/images/" + id, none);
            }
        }
        return new Features(names);
    }

    private static boolean refusesOtherFormats(Cloud cloud)
            throws IOException, InterruptedException {
        Body qcow2 =
                Body.parse("json {\"disk_format\": \"qcow2\", \"container_format\": \"bare\"}");
        JsonNode image = cloud.send(Who.DEMO, "POST", "/v2/images", qcow2).json();
        String path = "/v2/images/" + image.path("id").asText();
        Answer upload = cloud.send(Who.DEMO, "PUT", path + "/file", Body.parse("octets 3"));
        cloud.send(Who.DEMO, "DELETE", path, Body.parse("-"));
        return upload.status() == 415;
    }

    private static void addWhenOk(Cloud cloud, String target, String name, Set<String> names)
            throws IOException, InterruptedException {
        if (cloud.send(Who.ADMIN, "GET", target, Body.parse("-")).status() == 200) {
            names.add(name);
        }
    }

    /**
     * What of a list of needs, divided by commas, is not met; empty when all is. {@code !NAME} needs the absence.
     */
    String missing(String needs) {
        for (String need : needs.split(",", -1)) {
            boolean negated = need.startsWith("!");
            String name = negated ? need.substring(1) : need;
            if (!need.equals("-") && names.contains(name) == negated) {
                return need;
            }
        }
        return "";
    }
}
