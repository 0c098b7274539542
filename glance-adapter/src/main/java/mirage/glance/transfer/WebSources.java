package mirage.glance.transfer;

import mirage.glance.record.Task;
import mirage.glance.web.WebAccess;
import mirage.glance.web.WebContent;

import java.io.IOException;
import java.io.InputStream;
import java.util.Map;

/** Gets images from the web. */
public final class WebSources implements ImportSources {
    private final WebAccess web;

    public WebSources(WebAccess web) {
        this.web = web;
    }

    @Override
    public InputStream open(ImportRequest request, Task task) throws IOException {
        if (request.method() != ImportRequest.Method.WEB_DOWNLOAD) {
            throw new IOException(
                    "imports by " + request.method().wireName() + " are not offered here");
        }
        WebContent content = web.open(request.details().path("uri").asText(), Map.of());
        return content.body();
    }
}
