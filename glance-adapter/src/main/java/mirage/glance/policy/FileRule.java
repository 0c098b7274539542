package mirage.glance.policy;

/**
 * A rule that an operator wrote.
 *
 * @param text the check as written
 * @param place file and line
 */
record FileRule(String name, String text, Check check, String place) {}
