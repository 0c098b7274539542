package mirage.filesystem.decode;

import mirage.bytes.FormatException;

/** Decodes blocks that were compressed one by one. Without state: safe for use by many threads. */
@FunctionalInterface
public interface BlockDecoder {
    /**
     * Decodes one block.
     *
     * @param stored the whole compressed block and nothing else
     * @param target takes the bytes from its start; never more than it holds
     * @return how many bytes there are
     * @throws FormatException when the block is damaged, or decodes to more than the target holds
     */
    int decode(byte[] stored, byte[] target) throws FormatException;
}
