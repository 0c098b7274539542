package mirage.facts.language;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;

import mirage.bytes.FormatException;
import mirage.facts.Fact.LanguagePackage;
import mirage.facts.collect.FactCollector;
import mirage.facts.collect.FactSink;
import mirage.facts.collect.GuestFile;
import mirage.facts.collect.GuestPath;
import mirage.filesystem.FileRecord;

import java.io.IOException;

/**
 * Packages of Node: {@code package.json} at the root of each in a {@code node_modules}. Specification: "package.json"
 * and "folders" of npm's documentation.
 */
public final class NodeCollector implements FactCollector {
    private static final String MODULES = "node_modules";
    private static final int MAX_BYTES = 1 << 20;
    private static final JsonFactory JSON = new JsonFactory();

    @Override
    public boolean wants(GuestPath path, FileRecord file) {
        return path.endsWith("/package.json") && isRootOfPackage(path.parent());
    }

    /** {@code …/node_modules/name} or {@code …/node_modules/@scope/name}. */
    private static boolean isRootOfPackage(String directory) {
        int slash = directory.lastIndexOf('/');
        String above = slash < 0 ? "" : directory.substring(0, slash);
        int scope = above.lastIndexOf('/') + 1;
        if (above.startsWith("@", scope)) {
            above = scope == 0 ? "" : above.substring(0, scope - 1);
        }
        return above.equals(MODULES) || above.endsWith("/" + MODULES);
    }

    @Override
    public void collect(GuestFile file, FactSink facts) throws IOException {
        if (file.isLink()) {
            return;
        }
        // Decoded here: of bytes Jackson would guess the encoding, and fail as if the disk had.
        String text = file.text(MAX_BYTES);
        String name = "";
        String version = "";
        try (JsonParser json = JSON.createParser(text)) {
            if (json.nextToken() != JsonToken.START_OBJECT) {
                throw new FormatException("an object expected");
            }
            while (json.nextToken() == JsonToken.FIELD_NAME) {
                String field = json.currentName();
                boolean isText = json.nextToken() == JsonToken.VALUE_STRING;
                if (isText && field.equals("name")) {
                    name = json.getText();
                } else if (isText && field.equals("version")) {
                    version = json.getText();
                }
                json.skipChildren();
            }
        } catch (JsonProcessingException e) {
            throw new FormatException("JSON expected: " + e.getOriginalMessage());
        }
        if (!name.isEmpty()) {
            facts.add(file.source(), new LanguagePackage("npm", name, version));
        }
    }
}
