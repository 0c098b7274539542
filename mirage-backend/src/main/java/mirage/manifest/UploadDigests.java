package mirage.manifest;

import java.util.regex.Pattern;

/** Digests of the uploaded bytes, in lower-case hexadecimal. */
public record UploadDigests(String md5, String sha256, String sha512) {
    private static final Pattern HEX = Pattern.compile("[0-9a-f]*");

    public UploadDigests {
        require(md5, 32);
        require(sha256, 64);
        require(sha512, 128);
    }

    private static void require(String digest, int length) {
        if (digest.length() != length || !HEX.matcher(digest).matches()) {
            throw new IllegalArgumentException(
                    length + " hexadecimal digits expected, found " + digest);
        }
    }
}
