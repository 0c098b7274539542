/**
 * Looking after what is stored: re-reading all of it and saying what is damaged.
 *
 * <p>May use: {@code bytes}, {@code blob}, {@code chunk}, {@code pack}, {@code manifest}, {@code facts}, {@code volume},
 * {@code catalog}, {@code rebuild}.
 */
@NullMarked
package mirage.maintain;

import org.jspecify.annotations.NullMarked;
