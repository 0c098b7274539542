/**
 * Chunks stored once: packs of compressed frames, the index that finds chunks in them, and the store that puts both
 * together. Knows nothing of images. The formats are {@code docs/format/pack.md} and {@code docs/format/index.md}.
 *
 * <p>{@link ChunkStore} is the door; {@link ChunkWriter} puts chunks in, {@link PackVerifier} re-reads packs.
 *
 * <table>
 * <caption>What may run beside what</caption>
 * <tr><th></th><th>read</th><th>write</th><th>remove packs</th></tr>
 * <tr><td>read</td><td>yes</td><td>yes</td><td>yes: a reader that loses a pack looks its chunk up again</td></tr>
 * <tr><td>write</td><td></td><td>yes: a chunk that two put at once is stored twice</td>
 *     <td>yes, but what removes must not take packs that a running writer may have relied on</td></tr>
 * </table>
 *
 * <p>May use: {@code blob}, {@code chunk}, {@code codec}, {@code bytes}.
 */
@NullMarked
package mirage.pack;

import org.jspecify.annotations.NullMarked;
