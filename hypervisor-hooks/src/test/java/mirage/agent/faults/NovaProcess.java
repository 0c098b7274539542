package mirage.agent.faults;

import static org.assertj.core.api.Assertions.assertThat;

import mirage.agent.FakeFacade;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * A Nova compute in Python: under its lock of a base (POSIX, as oslo.concurrency takes it) it looks whether the base is
 * there, and otherwise fetches the image, holds it against its digest, and gives it its name; now and then it cleans a
 * base away.
 */
final class NovaProcess implements AutoCloseable {
    private static final String SCRIPT =
            """
            import fcntl, hashlib, http.client, json, os, random, sys, time, urllib.request

            address, instances, token, images = sys.argv[1], sys.argv[2], sys.argv[3], sys.argv[4:]
            bases, locks = os.path.join(instances, '_base'), os.path.join(instances, 'locks')

            def get(path):
                with open(address) as f:
                    request = urllib.request.Request(f.read() + path, headers={'X-Auth-Token': token})
                with urllib.request.urlopen(request, timeout=30) as answer:
                    return answer.read()

            def fetch(image, base):
                record = json.loads(get('/v2/images/' + image))
                data = get('/v2/images/' + image + '/file')
                if hashlib.new(record['os_hash_algo'], data).hexdigest() != record['os_hash_value']:
                    return 'refused', 'digest'
                found = hashlib.sha256(data).hexdigest()
                if record['disk_format'] != 'raw':
                    return 'container', found   # which qemu-img would convert
                with open(base + '.part', 'wb') as f:
                    f.write(data)
                os.rename(base + '.part', base)
                return 'disk', found

            def boot(image):
                name = hashlib.sha1(image.encode()).hexdigest()
                base, lock = os.path.join(bases, name), os.path.join(locks, 'nova-' + name)
                os.makedirs(locks, exist_ok=True)
                with open(lock, 'a') as f:
                    fcntl.lockf(f, fcntl.LOCK_EX)
                    if not os.path.exists(base):
                        return fetch(image, base)
                    with open(base, 'rb') as f:
                        found = hashlib.sha256(f.read()).hexdigest()
                    if random.random() < 0.3:
                        os.remove(base)
                    return 'there', found

            while True:
                for image in images:
                    try:
                        outcome, found = boot(image)
                    except (OSError, ValueError, http.client.HTTPException) as e:
                        outcome, found = 'error', type(e).__name__
                    print(image, outcome, found, flush=True)
                    time.sleep(random.random() * 0.1)
            """;

    private final Process process;
    private final Path address;
    private final List<String> said = Collections.synchronizedList(new ArrayList<>());

    private NovaProcess(Process process, Path address) {
        this.process = process;
        this.address = address;
        Thread.startVirtualThread(this::listen);
    }

    static NovaProcess start(Path directory, Disk disk, List<String> images) throws IOException {
        Path address = directory.resolve("address");
        List<String> command =
                new ArrayList<>(
                        List.of(
                                "/usr/bin/python3",
                                "-c",
                                SCRIPT,
                                address.toString(),
                                disk.instances().toString(),
                                FakeFacade.TOKEN));
        command.addAll(images);
        return new NovaProcess(
                new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start(),
                address);
    }

    void agentIsAt(URI uri) throws IOException {
        Path next = address.resolveSibling("address.new");
        Files.writeString(next, uri.toString());
        Files.move(next, address, StandardCopyOption.REPLACE_EXISTING);
    }

    private void listen() {
        try (BufferedReader out = process.inputReader(StandardCharsets.UTF_8)) {
            for (String line = out.readLine(); line != null; line = out.readLine()) {
                said.add(line);
            }
        } catch (IOException ended) {
            // with the process
        }
    }

    /** Everything that it took for an image was that; it was not held up, and is not now. */
    void requireRightAndAlive() throws InterruptedException {
        int before = said.size();
        long end = System.nanoTime() + 20_000_000_000L;
        while (said.size() < before + 10) {
            assertThat(System.nanoTime() - end).as("Nova goes on").isNegative();
            Thread.sleep(20);
        }
        assertThat(process.isAlive()).isTrue();
        for (String line : List.copyOf(said)) {
            List<String> words = List.of(line.split(" ", 3));
            String image = words.getFirst();
            switch (words.get(1)) {
                case "disk", "there" ->
                        assertThat(words.get(2))
                                .isEqualTo(FakeFacade.digest("SHA-256", Corpus.disk(image)));
                case "container" ->
                        assertThat(words.get(2))
                                .isEqualTo(FakeFacade.digest("SHA-256", Corpus.container(image)));
                default -> assertThat(words.get(1)).as(line).isIn("error", "refused");
            }
        }
        assertThat(counts()).containsKeys("disk", "there");
    }

    private Map<String, Integer> counts() {
        Map<String, Integer> counts = new TreeMap<>();
        List.copyOf(said).forEach(line -> counts.merge(line.split(" ", 3)[1], 1, Integer::sum));
        return counts;
    }

    @Override
    public String toString() {
        return counts().toString();
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
