/**
 * What image formats have in common that place pieces of the disk in the container by tables: {@link
 * mirage.image.block.DiskMap} tells the place of a piece, {@link mirage.image.block.MappedDisk} reads through it, {@link
 * mirage.image.block.WholeMap} is one walk over all of it, made when an image is opened, and {@link
 * mirage.image.block.TableImage} is an image made of these. {@link mirage.image.block.BlockMap} is the map of formats
 * with one table, {@link mirage.image.block.EntryTable} reads tables as they are needed.
 *
 * <p>May use: {@code bytes}, {@code image}.
 */
@NullMarked
package mirage.image.block;

import org.jspecify.annotations.NullMarked;
