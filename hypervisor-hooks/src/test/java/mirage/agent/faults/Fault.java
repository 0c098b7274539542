package mirage.agent.faults;

import org.junit.jupiter.api.Named;

/**
 * Something that goes wrong on a host that holds the base of an image which is to be brought.
 *
 * @param name in words
 * @param transparent how a request ends
 * @param seeding how a pull ends
 * @param cause that the agent counts for a request, empty when it does not notice
 */
record Fault(String name, Ending transparent, Ending seeding, String cause, Step begin) {
    /** Makes it so, on a host whose agent runs. */
    interface Step {
        void on(Host host) throws Exception;
    }

    /** What it comes to. */
    enum Ending {
        /** The image, made of the base and a delta. */
        MADE,
        /** The image, brought whole. */
        WHOLE,
        /** The image, by either way. */
        IMAGE,
        /** An ordinary error. */
        ERROR
    }

    /** One that ends in the same way for all. */
    static Fault of(String name, Ending ending, String cause, Step begin) {
        return new Fault(name, ending, ending, cause, begin);
    }

    static Fault of(String name, Ending transparent, Ending seeding, String cause, Step begin) {
        return new Fault(name, transparent, seeding, cause, begin);
    }

    Ending ending(Tier tier) {
        return tier == Tier.SEEDING ? seeding : transparent;
    }

    Named<Fault> named() {
        return Named.of(name, this);
    }
}
