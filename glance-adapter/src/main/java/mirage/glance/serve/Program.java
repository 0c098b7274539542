package mirage.glance.serve;

/** What runs. */
final class Program {
    private Program() {}

    /** Of the jar, such as {@code 0.1.0}. */
    static String version() {
        String version = Program.class.getPackage().getImplementationVersion();
        return version == null ? "from sources" : version;
    }
}
