package mirage.glance.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

import mirage.glance.http.Exchange;
import mirage.glance.http.HttpFailure;
import mirage.glance.http.JsonBody;
import mirage.glance.identity.Caller;
import mirage.glance.policy.RuleNames;
import mirage.glance.record.ImageMember;
import mirage.glance.record.ImageMembers;
import mirage.glance.record.ImageRecord;
import mirage.glance.record.RecordExistsException;
import mirage.glance.record.RecordNotFoundException;
import mirage.glance.record.TooManyMembersException;
import mirage.glance.record.Visibility;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.time.Instant;

/** {@code /v2/images/{image}/members}: the projects that a shared image is shown to. */
final class MembersHandler {
    private static final int MAX_PROJECT_CHARACTERS = 255;

    private final ImageService service;
    private final ImageMembers members;
    private final Access access;
    private final Images images;

    MembersHandler(ImageService service, Access access) {
        this.service = service;
        this.members = service.members();
        this.access = access;
        this.images = new Images(service.records(), access);
    }

    /** The owner sees all, a member itself. */
    void list(Exchange exchange) throws IOException {
        ImageRecord image = images.visible(exchange);
        requireShared(image);
        if (!access.permits(RuleNames.GET_MEMBERS, exchange.caller(), image)) {
            throw refused("list", image);
        }
        ObjectNode answer = JsonNodeFactory.instance.objectNode();
        ArrayNode list = answer.putArray("members");
        for (ImageMember member : members.of(image.id())) {
            if (isShownTo(exchange.caller(), image, member)) {
                list.add(json(member));
            }
        }
        answer.put("schema", "/v2/schemas/members");
        exchange.answerJson(200, answer);
    }

    void add(Exchange exchange) throws IOException {
        JsonNode body = JsonBody.read(exchange);
        String project = body.path("member").textValue();
        if (project == null || project.isEmpty() || project.length() > MAX_PROJECT_CHARACTERS) {
            throw HttpFailure.badRequest(
                    "Member to be added not specified: \"member\" must be the id of a project");
        }
        ImageRecord image = images.visible(exchange);
        requireMayChangeMembers("create", RuleNames.ADD_MEMBER, exchange, image);
        Instant now = service.clock().instant();
        ImageMember member =
                new ImageMember(image.id(), project, ImageMember.Status.PENDING, now, now);
        try {
            members.add(member, service.settings().limits().members());
        } catch (TooManyMembersException full) {
            throw ApiLimits.exceeded(
                    service.settings().limits().members(), full.found() + 1, "image members");
        } catch (RecordExistsException exists) {
            throw HttpFailure.conflict(
                    "Member " + project + " is duplicated for image " + image.id());
        } catch (RecordNotFoundException deleted) {
            throw Images.notFound(image.id().value());
        }
        exchange.answerJson(200, json(member));
    }

    void show(Exchange exchange) throws IOException {
        exchange.answerJson(200, json(member(exchange, images.visible(exchange))));
    }

    /** It is for the member to say what it makes of the image. */
    void setStatus(Exchange exchange) throws IOException {
        ImageMember.Status status = statusIn(JsonBody.read(exchange));
        ImageRecord image = images.visible(exchange);
        ImageMember member = member(exchange, image);
        if (!access.permitsForMember(
                RuleNames.MODIFY_MEMBER, exchange.caller(), image, member.project())) {
            throw refused("update", image);
        }
        try {
            exchange.answerJson(
                    200,
                    json(
                            members.setStatus(
                                    image.id(),
                                    member.project(),
                                    status,
                                    service.clock().instant())));
        } catch (RecordNotFoundException gone) {
            throw notFound(image, member.project());
        }
    }

    void remove(Exchange exchange) throws IOException {
        ImageRecord image = images.visible(exchange);
        String project = exchange.variable("member");
        requireMayChangeMembers("delete", RuleNames.DELETE_MEMBER, exchange, image);
        try {
            members.remove(image.id(), project);
        } catch (RecordNotFoundException none) {
            throw notFound(image, project);
        }
        exchange.answerNoContent();
    }

    /** The member that the route names; one that the caller may not see is not there. */
    private ImageMember member(Exchange exchange, ImageRecord image) {
        String project = exchange.variable("member");
        ImageMember member = members.find(image.id(), project);
        if (member == null || !isShownTo(exchange.caller(), image, member)) {
            throw notFound(image, project);
        }
        if (!access.permitsForMember(RuleNames.GET_MEMBER, exchange.caller(), image, project)) {
            throw notFound(image, project);
        }
        return member;
    }

    private boolean isShownTo(Caller caller, ImageRecord image, ImageMember member) {
        return access.isAdmin(caller)
                || caller.owns(image.attributes().owner())
                || caller.owns(member.project());
    }

    private void requireMayChangeMembers(
            String action, String rule, Exchange exchange, ImageRecord image) {
        if (image.attributes().visibility() != Visibility.SHARED
                || !access.permits(rule, exchange.caller(), image)) {
            throw refused(action, image);
        }
    }

    private static void requireShared(ImageRecord image) {
        if (image.attributes().visibility() != Visibility.SHARED) {
            throw HttpFailure.forbidden(
                    "Not allowed to list members for image "
                            + image.id()
                            + ": Only shared images have members.");
        }
    }

    private static HttpFailure refused(String action, ImageRecord image) {
        return HttpFailure.forbidden(
                "Not allowed to " + action + " members for image " + image.id() + ".");
    }

    private static ImageMember.Status statusIn(JsonNode body) {
        String asked = body.path("status").textValue();
        ImageMember.Status status = statusNamed(asked);
        if (status == null) {
            throw HttpFailure.badRequest(
                    "Status not specified, or none of pending, accepted, rejected: " + asked);
        }
        return status;
    }

    private static ImageMember.@Nullable Status statusNamed(@Nullable String name) {
        for (ImageMember.Status status : ImageMember.Status.values()) {
            if (status.wireName().equals(name)) {
                return status;
            }
        }
        return null;
    }

    private static HttpFailure notFound(ImageRecord image, String project) {
        return HttpFailure.notFound(
                project + " not found in the member list of the image " + image.id() + ".");
    }

    private static ObjectNode json(ImageMember member) {
        return JsonNodeFactory.instance
                .objectNode()
                .put("created_at", Times.seconds(member.createdAt()))
                .put("updated_at", Times.seconds(member.updatedAt()))
                .put("image_id", member.image().value())
                .put("member_id", member.project())
                .put("status", member.status().wireName())
                .put("schema", "/v2/schemas/member");
    }
}
