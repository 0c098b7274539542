/**
 * What the image service offers hosts: the deploy API ({@code docs/deploy-api.yaml}), and of the Image API what an agent
 * needs on its own account. {@link mirage.agent.deploy.Facade} is the interface, {@link
 * mirage.agent.deploy.HttpFacade} speaks HTTP.
 *
 * <p>May use: {@code wire}, {@code measure}; ids of {@code mirage.catalog}.
 */
@NullMarked
package mirage.agent.deploy;

import org.jspecify.annotations.NullMarked;
