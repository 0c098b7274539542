package mirage.agent.faults;

import java.io.IOException;
import java.net.http.HttpResponse;

/** What a host asks its agent. */
interface Door {
    /** By the Image API. */
    HttpResponse<byte[]> get(String path) throws IOException;

    /** To have an image ready; what became of it, in words. */
    String pull(String image) throws IOException;
}
