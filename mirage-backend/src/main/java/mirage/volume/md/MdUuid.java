package mirage.volume.md;

import java.util.HexFormat;

/** UUIDs as {@code mdadm} writes them: four words of eight digits. */
final class MdUuid {
    private MdUuid() {}

    /**
     * @param bytes 16 of them, in the order of their digits
     */
    static String text(byte[] bytes) {
        HexFormat hex = HexFormat.of();
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < 16; i += 4) {
            text.append(i == 0 ? "" : ":").append(hex.formatHex(bytes, i, i + 4));
        }
        return text.toString();
    }
}
