package mirage.glance.metadef.api;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

import mirage.glance.event.MetadefEvents;
import mirage.glance.http.Exchange;
import mirage.glance.http.HttpFailure;
import mirage.glance.http.QueryString;
import mirage.glance.metadef.Dated;
import mirage.glance.metadef.Definitions;
import mirage.glance.metadef.Metadefs;
import mirage.glance.metadef.Namespace;
import mirage.glance.metadef.Tags.Query;
import mirage.glance.metadef.Tags.SortKey;
import mirage.glance.policy.RuleNames;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** {@code /v2/metadefs/namespaces/{namespace}/tags}. */
final class TagsHandler {
    private static final String KIND = "metadata tag";

    /** What is taken for yes, as oslo.utils has it. */
    private static final Set<String> YES = Set.of("t", "true", "on", "y", "yes", "1");

    private final Metadefs metadefs;
    private final MetadefAccess access;
    private final MetadefEvents events;
    private final Clock clock;

    TagsHandler(Metadefs metadefs, MetadefAccess access, MetadefEvents events, Clock clock) {
        this.metadefs = metadefs;
        this.access = access;
        this.events = events;
        this.clock = clock;
    }

    void list(Exchange exchange) throws IOException {
        Query query = query(exchange.query());
        Namespace namespace = access.visible(exchange);
        access.require(RuleNames.GET_METADEF_TAGS, exchange, namespace);
        List<String> tags =
                Names.found(
                        metadefs.tags().list(namespace.id(), query),
                        KIND,
                        String.valueOf(query.after()));
        answer(exchange, 200, tags);
    }

    /** Makes several, in place of those that there are unless the client wants them to stay. */
    void replaceAll(Exchange exchange) throws IOException {
        List<String> tags = Definitions.tags(Bodies.read(exchange, Bodies.TIMES));
        Namespace namespace = access.visible(exchange);
        access.require(RuleNames.ADD_METADEF_TAGS, exchange, namespace);
        Instant now = clock.instant();
        metadefs.tags()
                .add(namespace.id(), tags, isYes(exchange.header("X-Openstack-Append")), now);
        tags.forEach(tag -> events.createdTag(namespace, new Dated<>(tag, now, now)));
        answer(exchange, 201, tags);
    }

    void create(Exchange exchange) throws IOException {
        Namespace namespace = access.visible(exchange);
        String tag = Definitions.tagNamed(exchange.variable("tag"));
        access.require(RuleNames.ADD_METADEF_TAG, exchange, namespace);
        Instant now = clock.instant();
        metadefs.tags().add(namespace.id(), List.of(tag), true, now);
        Dated<String> created = new Dated<>(tag, now, now);
        events.createdTag(namespace, created);
        exchange.answerJson(201, MetadefJson.named(created));
    }

    void show(Exchange exchange) throws IOException {
        Namespace namespace = access.visible(exchange);
        access.require(RuleNames.GET_METADEF_TAG, exchange, namespace);
        String name = exchange.variable("tag");
        exchange.answerJson(
                200,
                MetadefJson.named(
                        Names.found(metadefs.tags().find(namespace.id(), name), KIND, name)));
    }

    void update(Exchange exchange) throws IOException {
        String newName = Definitions.tag(Bodies.read(exchange, Bodies.TIMES));
        Namespace namespace = access.visible(exchange);
        access.require(RuleNames.MODIFY_METADEF_TAG, exchange, namespace);
        String name = exchange.variable("tag");
        Dated<String> updated =
                Names.found(
                        metadefs.tags().rename(namespace.id(), name, newName, clock.instant()),
                        KIND,
                        name);
        events.updatedTag(namespace, name, updated);
        exchange.answerJson(200, MetadefJson.named(updated));
    }

    void delete(Exchange exchange) throws IOException {
        Namespace namespace = access.visible(exchange);
        access.require(RuleNames.DELETE_METADEF_TAG, exchange, namespace);
        String name = exchange.variable("tag");
        MetadefAccess.requireNotProtected(namespace, "tag " + name);
        Dated<String> tag = Names.found(metadefs.tags().find(namespace.id(), name), KIND, name);
        Names.requireRemoved(metadefs.tags().remove(namespace.id(), name), KIND, name);
        events.deletedTag(namespace, tag);
        exchange.answerNoContent();
    }

    static void requireVisibility(QueryString query) {
        String visibility = query.last("visibility");
        if (visibility != null
                && !List.of("public", "private", "shared", "").contains(visibility)) {
            throw HttpFailure.badRequest("Invalid visibility value: " + visibility);
        }
    }

    private static Query query(QueryString query) {
        requireVisibility(query);
        String limit = query.last("limit");
        String marker = query.last("marker");
        return new Query(
                sortKey(query.last("sort_key")),
                NamespaceListRequest.isAscending(query.last("sort_dir")),
                marker == null || marker.isEmpty() ? null : marker,
                limit == null || limit.isEmpty()
                        ? Integer.MAX_VALUE
                        : NamespaceListRequest.limit(limit));
    }

    private static SortKey sortKey(@Nullable String asked) {
        if (asked == null) {
            return SortKey.CREATED_AT;
        }
        for (SortKey key : SortKey.values()) {
            if (key.name().toLowerCase(Locale.ROOT).equals(asked)) {
                return key;
            }
        }
        throw HttpFailure.badRequest("Invalid sort key: " + asked);
    }

    private static boolean isYes(@Nullable String header) {
        return header != null && YES.contains(header.strip().toLowerCase(Locale.ROOT));
    }

    private static void answer(Exchange exchange, int status, List<String> tags)
            throws IOException {
        ObjectNode answer = JsonNodeFactory.instance.objectNode();
        answer.set("tags", MetadefJson.tags(tags));
        exchange.answerJson(status, answer);
    }
}
