package mirage.glance.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** Sharing images: alice of project web shows hers to project db, where bob is. */
final class MembersTest {
    private TestService service;
    private String id;
    private String members;

    @BeforeEach
    void start(@TempDir Path directory) throws IOException {
        service = new TestService(directory);
        id = service.createActive(new byte[] {1, 2, 3});
        members = "/v2/images/" + id + "/members";
    }

    @AfterEach
    void stop() {
        service.close();
    }

    private void share() {
        service.post(members, "{'member': 'db'}").send(200);
    }

    private List<String> listed(String user, String query) {
        return service.get("/v2/images" + query)
                .as(user)
                .send(200)
                .json()
                .path("images")
                .findValuesAsText("id");
    }

    @Test
    void aMemberIsPendingFirst() {
        JsonNode member = service.post(members, "{'member': 'db'}").send(200).json();
        assertThat(member.path("member_id").asText()).isEqualTo("db");
        assertThat(member.path("image_id").asText()).isEqualTo(id);
        assertThat(member.path("status").asText()).isEqualTo("pending");
        assertThat(member.path("schema").asText()).isEqualTo("/v2/schemas/member");
        assertThat(member.path("created_at").asText()).endsWith("Z");
        JsonNode list = service.get(members).send(200).json();
        assertThat(list.path("members")).containsExactly(member);
        assertThat(list.path("schema").asText()).isEqualTo("/v2/schemas/members");
    }

    @Test
    void whatIsNotSharedWithAProjectIsNotThere() {
        service.get("/v2/images/" + id).as("bob").send(404);
        service.get(members).as("bob").send(404);
        service.get("/v2/images/" + id + "/file").as("bob").send(404);
    }

    @Test
    void aMemberSeesTheImageAndListsItOnceAccepted() {
        share();
        service.get("/v2/images/" + id).as("bob").send(200);
        service.get("/v2/images/" + id + "/file").as("bob").send(200);
        assertThat(listed("bob", "")).doesNotContain(id);
        assertThat(listed("bob", "?member_status=pending")).containsExactly(id);
        assertThat(listed("bob", "?member_status=pending&visibility=shared")).containsExactly(id);
        service.call("PUT", members + "/db").as("bob").json("{'status': 'accepted'}").send(200);
        assertThat(listed("bob", "")).containsExactly(id);
        assertThat(listed("bob", "?member_status=all&visibility=shared")).containsExactly(id);
        assertThat(listed("bob", "?visibility=private")).isEmpty();
        service.call("PUT", members + "/db").as("bob").json("{'status': 'rejected'}").send(200);
        assertThat(listed("bob", "")).isEmpty();
        assertThat(listed("bob", "?member_status=rejected")).containsExactly(id);
        service.get("/v2/images/" + id).as("bob").send(200);
    }

    @Test
    void theOwnersListHasAnImageOnce() {
        share();
        service.post(members, "{'member': 'web'}").send(200);
        assertThat(listed("alice", "?member_status=all")).containsExactly(id);
    }

    @Test
    void onlyTheMemberSaysWhatItMakesOfIt() {
        share();
        service.call("PUT", members + "/db").json("{'status': 'accepted'}").send(403);
        service.call("PUT", members + "/other").as("bob").json("{'status': 'accepted'}").send(404);
        service.call("PUT", members + "/db").as("bob").json("{'status': 'whatever'}").send(400);
        service.call("PUT", members + "/db").as("bob").json("{}").send(400);
        service.call("PUT", members + "/db").as("admin").json("{'status': 'accepted'}").send(200);
    }

    @Test
    void aMemberSeesItselfOnly() {
        share();
        service.post(members, "{'member': 'third'}").send(200);
        JsonNode list = service.get(members).as("bob").send(200).json().path("members");
        assertThat(list.findValuesAsText("member_id")).containsExactly("db");
        service.get(members + "/db").as("bob").send(200);
        service.get(members + "/third").as("bob").send(404);
        service.get(members + "/third").send(200);
        service.get(members + "/nobody").send(404);
    }

    @Test
    void aMemberChangesNothingElse() {
        share();
        service.patch(id, "[{'op': 'add', 'path': '/name', 'value': 'x'}]").as("bob").send(403);
        service.delete("/v2/images/" + id).as("bob").send(403);
        service.post(members, "{'member': 'third'}").as("bob").send(403);
        service.delete(members + "/db").as("bob").send(403);
    }

    @Test
    void aMemberGoes() {
        share();
        service.delete(members + "/db").send(204);
        service.delete(members + "/db").send(404);
        service.get("/v2/images/" + id).as("bob").send(404);
    }

    @Test
    void aMemberIsAddedOnce() {
        share();
        service.post(members, "{'member': 'db'}").send(409);
    }

    @ParameterizedTest
    @ValueSource(strings = {"{}", "[]", "{'member': ''}", "{'member': 7}", "{'member': null}"})
    void aMemberHasToBeNamed(String body) {
        service.post(members, body).send(400);
    }

    @Test
    void thereIsALimit() {
        for (int i = 0; i < 128; i++) {
            service.post(members, "{'member': 'p" + i + "'}").send(200);
        }
        service.post(members, "{'member': 'one too many'}").send(413);
    }

    @Test
    void onlySharedImagesHaveMembers() {
        service.patch(id, "[{'op': 'add', 'path': '/visibility', 'value': 'private'}]").send(200);
        service.get(members).send(403);
        service.post(members, "{'member': 'db'}").send(403);
    }

    @Test
    void membersWaitWhileTheImageIsNotShared() {
        share();
        service.patch(id, "[{'op': 'add', 'path': '/visibility', 'value': 'private'}]").send(200);
        service.get("/v2/images/" + id).as("bob").send(404);
        service.patch(id, "[{'op': 'add', 'path': '/visibility', 'value': 'shared'}]").send(200);
        service.get("/v2/images/" + id).as("bob").send(200);
    }

    @Test
    void theSchemasAreThere() {
        assertThat(service.get("/v2/schemas/member").send(200).json().path("name").asText())
                .isEqualTo("member");
        assertThat(service.get("/v2/schemas/members").send(200).json().path("name").asText())
                .isEqualTo("members");
    }
}
