package mirage.facts;

/** A fact and the file that says so. */
public record FoundFact(FactSource source, Fact fact) {}
