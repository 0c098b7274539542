package mirage.glance.identity.oidc;

import mirage.glance.identity.Identity;
import mirage.glance.identity.IdentityContract;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

import java.io.IOException;
import java.time.InstantSource;
import java.util.Date;
import java.util.List;
import java.util.Map;

final class OidcContractTest extends IdentityContract {
    private final FakeProvider provider = new FakeProvider();
    private final String alice = FakeProvider.signed(provider.alice());
    private OidcIdentity identity;

    @BeforeEach
    void open() throws IOException {
        identity = OidcIdentity.open(provider.settings(), InstantSource.fixed(FakeProvider.NOON));
    }

    @AfterEach
    void close() {
        identity.close();
        provider.close();
    }

    @Override
    protected Identity identity() {
        return identity;
    }

    @Override
    protected String aliceToken() {
        return alice;
    }

    @Override
    protected String serviceToken() {
        return FakeProvider.signed(
                provider.alice()
                        .subject("id-of-nova")
                        .claim("preferred_username", "nova")
                        .claim("realm_access", Map.of("roles", List.of("service"))));
    }

    @Override
    protected @Nullable String overToken() {
        return FakeProvider.signed(
                provider.alice().expirationTime(Date.from(FakeProvider.NOON.minusSeconds(3600))));
    }
}
