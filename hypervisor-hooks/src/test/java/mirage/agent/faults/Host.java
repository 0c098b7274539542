package mirage.agent.faults;

import mirage.agent.FakeFacade;
import mirage.agent.FaultyWire;
import mirage.agent.ServiceFault;
import mirage.agent.run.TestAgent;

import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A host with an agent, which holds the base of all children, and a service that is the host's alone. */
final class Host implements Door, AutoCloseable {
    /** What faults change. */
    static final List<String> USUAL =
            List.of(
                    "agent.build_time=10m",
                    "agent.reserve=0",
                    "agent.state_budget=20 GiB",
                    "agent.worthwhile=0.5");

    final Corpus corpus;
    final Tier tier;
    final FakeFacade service;
    final FaultyWire wire;
    final TestAgent agent;
    final Disk disk;

    Host(Corpus corpus, Tier tier, Path directory) throws Exception {
        this.corpus = corpus;
        this.tier = tier;
        this.service = corpus.service.twin();
        this.wire = new FaultyWire(service.port());
        List<String> options = new ArrayList<>(tier.options());
        options.add("agent.poll_interval=1h");
        options.add("pull.interval=1h");
        options.add("verify.rate=0");
        options.addAll(USUAL);
        this.agent = new TestAgent(directory, wire.uri(), options.toArray(String[]::new));
        this.disk = new Disk(agent.state, agent.instances);
        disk.putBase(Corpus.BASE);
    }

    Path base() {
        return disk.baseOf(Corpus.BASE);
    }

    String bring(String image) {
        return tier.bring(image, this, disk);
    }

    @Override
    public HttpResponse<byte[]> get(String path) throws IOException {
        return agent.get(path);
    }

    @Override
    public String pull(String image) throws IOException {
        return agent.pull(image).path(image).asText();
    }

    /** Where the agent has something that is under way, or will have: the number counts from the start of the agent. */
    Path workFile(int number, String kind) {
        return agent.state.resolve("work").resolve(Corpus.CHILD + "." + number + "." + kind);
    }

    /** The service works again. */
    void mendService() {
        service.fault = ServiceFault.NONE;
        wire.live();
    }

    /** After a restart nothing is there but what should be. */
    void requireSound() throws IOException {
        disk.requireNoLockHeld();
        disk.requireSound(agent.json("/agent/status"));
    }

    @Override
    public void close() throws IOException {
        agent.close();
        wire.close();
        service.close();
    }
}
