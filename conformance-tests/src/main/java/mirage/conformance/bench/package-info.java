/** Measures how fast endpoints of the Image API list their images, several in one run. */
@NullMarked
package mirage.conformance.bench;

import org.jspecify.annotations.NullMarked;
