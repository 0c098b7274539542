/**
 * The conformance suite: asks any endpoint of the Image API v2 what a Glance was measured to answer.
 *
 * <pre>
 *   Conformance          the command: which endpoint, which callers, which cases
 *   └─ CaseTable         reads the cases from tables of requests and expected answers
 *      └─ CaseRun        runs one, step by step, with images of its own
 *         ├─ Fixtures    makes what a case needs, and removes what it left
 *         ├─ Cloud       sends requests as one of the callers
 *         └─ Expectation one demand on an answer
 *   Features             what the endpoint offers; cases that need more are skipped, and counted
 *   Report               a line per case, a summary, JSON
 * </pre>
 */
@NullMarked
package mirage.conformance.suite;

import org.jspecify.annotations.NullMarked;
