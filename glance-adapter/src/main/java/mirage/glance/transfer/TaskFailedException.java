package mirage.glance.transfer;

/** A task cannot be done; trying it again would not help. */
public final class TaskFailedException extends Exception {
    private static final long serialVersionUID = 1;

    /**
     * @param message for the user who asked for the task
     */
    public TaskFailedException(String message) {
        super(message);
    }
}
