package mirage.glance.identity.keystone;

import mirage.glance.identity.Identity;
import mirage.glance.identity.IdentityContract;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;

final class KeystoneContractTest extends IdentityContract {
    private final FakeKeystone fake = new FakeKeystone();
    private Keystone keystone;

    @BeforeEach
    void open() throws IOException {
        String members = "\"Member\", \"reader\"";
        fake.knows(
                aliceToken(),
                FakeKeystone.tokenBody("alice", FakeKeystone.project("web"), members));
        fake.knowsOver(
                aliceToken(),
                FakeKeystone.tokenBody("alice", FakeKeystone.project("web"), members));
        fake.knows(
                serviceToken(),
                FakeKeystone.tokenBody("nova", FakeKeystone.project("service"), "\"Service\""));
        fake.knowsOver(
                "token-that-is-over",
                FakeKeystone.tokenBody(
                        "alice",
                        FakeKeystone.project("web"),
                        members,
                        FakeKeystone.NOON.minus(Duration.ofHours(1)),
                        ""));
        keystone = Keystone.open(fake.settings(), InstantSource.fixed(FakeKeystone.NOON));
    }

    @AfterEach
    void close() {
        keystone.close();
        fake.close();
    }

    @Override
    protected Identity identity() {
        return keystone.identity();
    }

    @Override
    protected String aliceToken() {
        return "gAAAAABtoken-of-alice";
    }

    @Override
    protected String serviceToken() {
        return "gAAAAABtoken-of-nova";
    }

    @Override
    protected @Nullable String overToken() {
        return "token-that-is-over";
    }
}
