package mirage.agent;

import java.time.Duration;

/** What goes wrong at an image service; nothing, unless it is told. */
public interface ServiceFault {
    ServiceFault NONE = new ServiceFault() {};

    /** What the service has instead of a delta, an image or an answer in JSON. */
    default byte[] content(String target, byte[] honest) {
        return honest;
    }

    /** The same of a delta, which may be asked for anew. */
    default byte[] delta(String target, byte[] honest, boolean anew) {
        return content(target, honest);
    }

    /** How it answers; called once for each answer. */
    default Manner manner(String target) {
        return Manner.GOOD;
    }

    /**
     * How something is answered.
     *
     * @param status 0 for the one that it has, otherwise a refusal
     * @param retryAfter whether the refusal says when to ask again
     * @param cutAt after so many bytes of the body the connection ends
     * @param pieceBytes it comes in pieces of so many bytes
     * @param pause after each piece
     * @param atTheEnd is done before the answer ends
     */
    record Manner(
            int status,
            boolean retryAfter,
            int cutAt,
            int pieceBytes,
            Duration pause,
            Runnable atTheEnd) {
        private static final int PIECE_BYTES = 1 << 20;
        public static final Manner GOOD =
                new Manner(
                        0, false, Integer.MAX_VALUE, PIECE_BYTES, Duration.ZERO, Manner::nothing);

        public static Manner refusing(int status) {
            return new Manner(status, false, 0, PIECE_BYTES, Duration.ZERO, Manner::nothing);
        }

        /** It is being made: ask again. */
        public static Manner busy() {
            return new Manner(503, true, 0, PIECE_BYTES, Duration.ZERO, Manner::nothing);
        }

        public static Manner cutAt(int bytes) {
            return cutAt(bytes, Manner::nothing);
        }

        public static Manner cutAt(int bytes, Runnable atTheEnd) {
            return new Manner(0, false, bytes, PIECE_BYTES, Duration.ZERO, atTheEnd);
        }

        public static Manner dripping(int pieceBytes, Duration pause) {
            return new Manner(0, false, Integer.MAX_VALUE, pieceBytes, pause, Manner::nothing);
        }

        private static void nothing() {}

        boolean refuses() {
            return status != 0;
        }

        void rest() {
            try {
                Thread.sleep(pause);
            } catch (InterruptedException stopped) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
