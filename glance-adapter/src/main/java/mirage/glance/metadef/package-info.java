/**
 * Metadata definitions: namespaces that say which properties an image, a flavor or a volume may have, what they mean and
 * which values they take. Records, the rules for them, the schemas that are published, and the tables.
 *
 * <p>May use: {@code database}.
 */
@NullMarked
package mirage.glance.metadef;

import org.jspecify.annotations.NullMarked;
