package mirage.filesystem.walk;

import mirage.bytes.ExtentMap;
import mirage.filesystem.FileRecord.Content;

/**
 * Where a file lies.
 *
 * @param map file offset to volume offset
 * @param damaged whether parts had to be left out
 */
public record Placement(ExtentMap map, boolean damaged) {
    public Content content() {
        return map.runCount() == 0 ? Content.NONE : new Content.Mapped(map);
    }
}
