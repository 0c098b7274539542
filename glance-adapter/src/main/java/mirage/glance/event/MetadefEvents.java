package mirage.glance.event;

import static mirage.glance.notification.Notifications.Priority.INFO;

import com.fasterxml.jackson.databind.node.ObjectNode;

import mirage.glance.metadef.Dated;
import mirage.glance.metadef.Namespace;
import mirage.glance.metadef.NamespaceContents;
import mirage.glance.metadef.ObjectDefinition;
import mirage.glance.metadef.PropertyDefinition;
import mirage.glance.metadef.ResourceTypeAssociation;
import mirage.glance.notification.Notifications;

import java.time.InstantSource;

/**
 * Events of metadata definitions that clients change; what is loaded from files is told to nobody, as in Glance. Of one
 * that is renamed both names are told, of one that is deleted what it was.
 */
public final class MetadefEvents {
    private final Notifications notifications;
    private final InstantSource clock;

    public MetadefEvents(Notifications notifications, InstantSource clock) {
        this.notifications = notifications;
        this.clock = clock;
    }

    /** Tells of the namespace, and then of each thing that came in it. */
    public void createdNamespace(Namespace namespace, NamespaceContents contents) {
        send("metadef_namespace.create", MetadefPayloads.of(namespace));
        contents.associations()
                .forEach(one -> createdAssociation(namespace, asOld(namespace, one)));
        contents.objects().forEach(one -> createdObject(namespace, asOld(namespace, one)));
        contents.tags().forEach(one -> createdTag(namespace, asOld(namespace, one)));
        contents.properties().forEach(one -> createdProperty(namespace, one));
    }

    public void updatedNamespace(String oldName, Namespace namespace) {
        send(
                "metadef_namespace.update",
                MetadefPayloads.of(namespace).put("namespace_old", oldName));
    }

    public void deletedNamespace(Namespace namespace) {
        sendDeleted("metadef_namespace.delete", MetadefPayloads.of(namespace));
    }

    public void deletedObjects(Namespace namespace) {
        send("metadef_namespace.delete_objects", MetadefPayloads.of(namespace));
    }

    public void deletedProperties(Namespace namespace) {
        send("metadef_namespace.delete_properties", MetadefPayloads.of(namespace));
    }

    public void deletedTags(Namespace namespace) {
        send("metadef_namespace.delete_tags", MetadefPayloads.of(namespace));
    }

    public void createdObject(Namespace namespace, Dated<ObjectDefinition> object) {
        send("metadef_object.create", MetadefPayloads.ofObject(namespace, object));
    }

    public void updatedObject(Namespace namespace, String oldName, Dated<ObjectDefinition> object) {
        send(
                "metadef_object.update",
                renamed(MetadefPayloads.ofObject(namespace, object), oldName));
    }

    public void deletedObject(Namespace namespace, Dated<ObjectDefinition> object) {
        sendDeleted("metadef_object.delete", MetadefPayloads.ofObject(namespace, object));
    }

    public void createdProperty(Namespace namespace, PropertyDefinition property) {
        send("metadef_property.create", MetadefPayloads.of(namespace, property));
    }

    public void updatedProperty(Namespace namespace, String oldName, PropertyDefinition property) {
        send("metadef_property.update", renamed(MetadefPayloads.of(namespace, property), oldName));
    }

    public void deletedProperty(Namespace namespace, PropertyDefinition property) {
        sendDeleted("metadef_property.delete", MetadefPayloads.of(namespace, property));
    }

    public void createdAssociation(
            Namespace namespace, Dated<ResourceTypeAssociation> association) {
        send("metadef_resource_type.create", MetadefPayloads.of(namespace, association));
    }

    public void deletedAssociation(
            Namespace namespace, Dated<ResourceTypeAssociation> association) {
        sendDeleted("metadef_resource_type.delete", MetadefPayloads.of(namespace, association));
    }

    public void createdTag(Namespace namespace, Dated<String> tag) {
        send("metadef_tag.create", MetadefPayloads.ofTag(namespace, tag));
    }

    public void updatedTag(Namespace namespace, String oldName, Dated<String> tag) {
        send("metadef_tag.update", renamed(MetadefPayloads.ofTag(namespace, tag), oldName));
    }

    public void deletedTag(Namespace namespace, Dated<String> tag) {
        sendDeleted("metadef_tag.delete", MetadefPayloads.ofTag(namespace, tag));
    }

    private void send(String type, ObjectNode payload) {
        notifications.send(INFO, type, payload);
    }

    private void sendDeleted(String type, ObjectNode payload) {
        send(type, Payloads.deleted(payload, clock.instant()));
    }

    private static ObjectNode renamed(ObjectNode payload, String oldName) {
        return payload.put("name_old", oldName);
    }

    private static <T> Dated<T> asOld(Namespace namespace, T value) {
        return new Dated<>(value, namespace.createdAt(), namespace.createdAt());
    }
}
