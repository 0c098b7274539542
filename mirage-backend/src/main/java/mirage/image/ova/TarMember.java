package mirage.image.ova;

import mirage.bytes.ByteSource;

/**
 * A member of an archive and where its content lies.
 *
 * @param name as the archive has it, without the {@code ./} in front that some programs write; hostile text, never a
 *     path to anything
 * @param offset of its content in the archive
 * @param length of its content as far as it is in the archive, in bytes
 * @param plainFile whether the content is that of a file, byte for byte: of no link, no directory, no sparse file
 * @param complete false when the archive ends in it
 */
record TarMember(String name, long offset, long length, boolean plainFile, boolean complete) {
    ByteSource content(ByteSource archive) {
        return archive.slice(offset, length);
    }
}
