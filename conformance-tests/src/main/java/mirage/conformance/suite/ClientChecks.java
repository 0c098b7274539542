package mirage.conformance.suite;

import static mirage.conformance.suite.Check.same;

import org.openstack4j.api.OSClient.OSClientV3;
import org.openstack4j.api.identity.EndpointURLResolver;
import org.openstack4j.api.image.v2.ImageService;
import org.openstack4j.core.transport.Config;
import org.openstack4j.model.common.Identifier;
import org.openstack4j.model.common.Payloads;
import org.openstack4j.model.identity.URLResolverParams;
import org.openstack4j.model.image.v2.ContainerFormat;
import org.openstack4j.model.image.v2.DiskFormat;
import org.openstack4j.model.image.v2.Image;
import org.openstack4j.model.image.v2.Member;
import org.openstack4j.openstack.OSFactory;
import org.openstack4j.openstack.image.v2.domain.GlanceImage;

import java.io.ByteArrayInputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** What a client written by others makes of the endpoint: OpenStack4j. */
final class ClientChecks {
    private static final int LENGTH = 100_000;

    private ClientChecks() {}

    static List<Check> all() {
        return List.of(
                new Check("openstack4j.life-of-an-image", "keystone", ClientChecks::life),
                new Check("openstack4j.sharing", "keystone", ClientChecks::sharing));
    }

    private static void life(Fixtures fixtures, Cloud cloud) throws Exception {
        ImageService images = images(fixtures, cloud, Who.DEMO);
        String name = fixtures.expand("{unique}");
        Image made =
                images.create(
                        GlanceImage.builder()
                                .name(name)
                                .diskFormat(DiskFormat.RAW)
                                .containerFormat(ContainerFormat.BARE)
                                .additionalProperty("color", "red")
                                .build());
        String id = made.getId();
        try {
            same("status", Image.ImageStatus.QUEUED, made.getStatus());
            same(
                    "upload",
                    true,
                    images.upload(
                                    id,
                                    Payloads.create(
                                            new ByteArrayInputStream(Body.octets(LENGTH))),
                                    made)
                            .isSuccess());
            Image active = images.get(id);
            same("status", Image.ImageStatus.ACTIVE, active.getStatus());
            same("size", (long) LENGTH, active.getSize());
            same("property", "red", active.getAdditionalPropertyValue("color"));
            same("list", 1, images.list(Map.of("name", name)).size());
            same("tag", true, images.updateTag(id, "blue").isSuccess());
            same("tags", List.of("blue"), images.get(id).getTags());
            same("no tag", true, images.deleteTag(id, "blue").isSuccess());
            Path file = Files.createTempFile("conformance", null);
            try {
                same("download", true, images.download(id, file.toFile()).isSuccess());
                same("bytes", -1L, mismatch(Files.readAllBytes(file)));
            } finally {
                Files.delete(file);
            }
        } finally {
            same("delete", true, images.delete(id).isSuccess());
        }
        same("gone", true, images.list(Map.of("name", name)).isEmpty());
    }

    private static long mismatch(byte[] found) {
        return Arrays.mismatch(Body.octets(LENGTH), found);
    }

    private static void sharing(Fixtures fixtures, Cloud cloud) throws Exception {
        String id = fixtures.expand("{active}");
        String other = cloud.caller(Who.OTHER).project();
        ImageService owner = images(fixtures, cloud, Who.DEMO);
        same("add", other, owner.createMember(id, other).getMemberId());
        ImageService member = images(fixtures, cloud, Who.OTHER);
        member.updateMember(id, other, Member.MemberStatus.ACCEPTED);
        OSClientV3 again = client(fixtures, cloud, Who.DEMO);
        same(
                "status",
                Member.MemberStatus.ACCEPTED,
                again.imagesV2().getMember(id, other).getStatus());
        same("members", 1, again.imagesV2().listMembers(id).size());
        same("remove", true, again.imagesV2().deleteMember(id, other).isSuccess());
    }

    /** OpenStack4j keeps its session by thread: the newest one counts. */
    private static ImageService images(Fixtures fixtures, Cloud cloud, Who who) {
        return client(fixtures, cloud, who).imagesV2();
    }

    private static OSClientV3 client(Fixtures fixtures, Cloud cloud, Who who) {
        Identifier domain = Identifier.byName("Default");
        return OSFactory.builderV3()
                .endpoint(fixtures.expand("{auth-url}"))
                .credentials(who.wireName(), fixtures.expand("{password}"), domain)
                .scopeToProject(Identifier.byName(who.wireName()), domain)
                .withConfig(Config.newConfig().withEndpointURLResolver(new At(cloud)))
                .authenticate();
    }

    /** Every service is at the endpoint under test, whatever the catalog says. */
    private record At(Cloud cloud) implements EndpointURLResolver {
        @Override
        public String findURLV2(URLResolverParams parameters) {
            return cloud.endpoint().toString();
        }

        @Override
        public String findURLV3(URLResolverParams parameters) {
            return cloud.endpoint().toString();
        }
    }
}
