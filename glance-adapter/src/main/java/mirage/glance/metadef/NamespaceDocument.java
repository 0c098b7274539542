package mirage.glance.metadef;

/** A namespace with all that is in it, as clients create it and files hold it. */
public record NamespaceDocument(NamespaceAttributes attributes, NamespaceContents contents) {}
