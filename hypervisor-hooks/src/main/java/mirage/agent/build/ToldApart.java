package mirage.agent.build;

import mirage.agent.deploy.Caller;
import mirage.agent.deploy.Candidate;
import mirage.agent.deploy.Deadline;
import mirage.agent.deploy.Facade;
import mirage.agent.deploy.HostOrders;
import mirage.agent.deploy.ImageView;
import mirage.agent.deploy.ImageViews;
import mirage.agent.deploy.NotWrittenException;
import mirage.agent.deploy.RefusedException;
import mirage.agent.deploy.TooGreatException;
import mirage.agent.measure.Measures.Cause;
import mirage.catalog.ImageId;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.Path;
import java.util.List;

/** A service whose failures are told from those of this host's disk: {@link Cause#SERVICE}. */
record ToldApart(Facade service) implements Facade {
    /** Something that the service is asked. */
    private interface Question<T> {
        T ask() throws IOException;
    }

    private static <T> T told(Question<T> question) throws IOException {
        try {
            return question.ask();
        } catch (RefusedException
                | NotWrittenException
                | TooGreatException
                | Deadline.LateException
                | InterruptedIOException clear) {
            throw clear;
        } catch (IOException failure) {
            throw new CannotMakeException(Cause.SERVICE, failure);
        }
    }

    @Override
    public ImageViews describe(ImageId image, Caller caller) throws IOException {
        return told(() -> service.describe(image, caller));
    }

    @Override
    public List<Candidate> candidates(
            ImageId image, ImageView view, List<String> bases, Caller caller) throws IOException {
        return told(() -> service.candidates(image, view, bases, caller));
    }

    @Override
    public void fetchDelta(
            ImageId image,
            ImageView view,
            Candidate base,
            Caller caller,
            boolean anew,
            Path file,
            long most,
            Deadline deadline)
            throws IOException {
        told(() -> {
            service.fetchDelta(image, view, base, caller, anew, file, most, deadline);
            return file;
        });
    }

    @Override
    public void fetchContainer(
            ImageId image, Caller caller, Path file, long length, Deadline deadline)
            throws IOException {
        told(() -> {
            service.fetchContainer(image, caller, file, length, deadline);
            return file;
        });
    }

    @Override
    public List<ImageId> find(String query, int most, Caller caller) throws IOException {
        return told(() -> service.find(query, most, caller));
    }

    @Override
    public HostOrders tell(String host, List<ImageId> holds, List<ImageId> removed, Caller caller)
            throws IOException {
        return told(() -> service.tell(host, holds, removed, caller));
    }
}
