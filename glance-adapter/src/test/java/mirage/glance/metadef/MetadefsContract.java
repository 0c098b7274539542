package mirage.glance.metadef;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;

import mirage.glance.database.Database;
import mirage.glance.metadef.NamespaceQuery.SortKey;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/** What every database must do for the definitions in it. */
abstract class MetadefsContract {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Instant T1 = Instant.parse("2026-01-01T00:00:00.123456Z");
    private static final Instant T2 = Instant.parse("2026-01-02T00:00:00Z");

    private Database database;
    private Metadefs metadefs;

    /** An empty database, with its tables. */
    abstract Database newDatabase() throws Exception;

    @BeforeEach
    void open() throws Exception {
        database = newDatabase();
        metadefs = Metadefs.in(database);
    }

    @AfterEach
    void close() {
        database.close();
    }

    @Test
    void keepsAllOfANamespace() {
        Namespace created = metadefs.namespaces().create(document("OS::Full", true), T1);
        Namespace found = metadefs.namespaces().find("OS::Full");
        assertThat(found).isEqualTo(created);
        assertThat(metadefs.contents(created)).isEqualTo(document("OS::Full", true).contents());
        assertThat(metadefs.objects().find(created.id(), "disk"))
                .isEqualTo(
                        new Dated<>(
                                document("OS::Full", true).contents().objects().get(1), T1, T1));
        assertThat(metadefs.namespaces().find("os::full")).isNull();
    }

    @Test
    void aNameIsTakenOnce() {
        metadefs.namespaces().create(document("a", true), T1);
        Namespace b = metadefs.namespaces().create(document("b", true), T1);
        assertThatThrownBy(() -> metadefs.namespaces().create(document("a", true), T2))
                .isInstanceOf(DefinitionExistsException.class);
        assertThatThrownBy(() -> metadefs.namespaces().update(b.id(), attributes("a", true), T2))
                .isInstanceOf(DefinitionExistsException.class);
        assertThatThrownBy(() -> metadefs.properties().add(b.id(), property("cpu")))
                .isInstanceOf(DefinitionExistsException.class);
        assertThatThrownBy(() -> metadefs.objects().add(b.id(), object("disk"), T2))
                .isInstanceOf(DefinitionExistsException.class);
        assertThatThrownBy(() -> metadefs.tags().add(b.id(), List.of("new", "t1"), true, T2))
                .isInstanceOf(DefinitionExistsException.class);
        assertThatThrownBy(() -> metadefs.resourceTypes().add(b.id(), association("Image"), T2))
                .isInstanceOf(DefinitionExistsException.class);
        assertThat(metadefs.contents(b)).isEqualTo(document("b", true).contents());
        assertThat(metadefs.namespaces().find("b")).isEqualTo(b);
    }

    @Test
    void updatesAndRenames() {
        Namespace before = metadefs.namespaces().create(document("old", true), T1);
        Namespace after =
                metadefs.namespaces()
                        .update(
                                before.id(),
                                new NamespaceAttributes("new", null, null, false, true, "o"),
                                T2);
        assertThat(after.createdAt()).isEqualTo(T1);
        assertThat(after.updatedAt()).isEqualTo(T2);
        assertThat(metadefs.namespaces().find("new")).isEqualTo(after);
        assertThat(metadefs.namespaces().find("old")).isNull();
        assertThat(metadefs.contents(after)).isEqualTo(document("old", true).contents());
        assertThat(metadefs.namespaces().update(after.id(), attributes("new", true), T2))
                .isEqualTo(metadefs.namespaces().find("new"));
    }

    @Test
    void whatIsInANamespaceGoesWithIt() {
        Namespace gone = metadefs.namespaces().create(document("gone", true), T1);
        Namespace stays = metadefs.namespaces().create(document("stays", true), T1);
        metadefs.namespaces().delete(gone.id());
        metadefs.namespaces().delete(gone.id());
        assertThat(metadefs.contents(gone))
                .isEqualTo(new NamespaceContents(List.of(), List.of(), List.of(), List.of()));
        assertThat(metadefs.contents(stays)).isEqualTo(document("stays", true).contents());
        assertThat(names(metadefs.resourceTypes().list())).containsExactly("Image", "Volume");
        assertThatThrownBy(() -> metadefs.properties().add(gone.id(), property("p")))
                .isInstanceOf(NamespaceGoneException.class);
        assertThatThrownBy(() -> metadefs.namespaces().update(gone.id(), attributes("x", true), T2))
                .isInstanceOf(NamespaceGoneException.class);
    }

    @Test
    void changesProperties() {
        long id = metadefs.namespaces().create(document("ns", true), T1).id();
        metadefs.properties().add(id, property("Zed"));
        assertThat(metadefs.properties().list(id))
                .extracting(PropertyDefinition::name)
                .containsExactly("Zed", "colour", "cpu");
        assertThat(metadefs.properties().replace(id, "Zed", property("z"))).isTrue();
        assertThat(metadefs.properties().replace(id, "Zed", property("z"))).isFalse();
        assertThatThrownBy(() -> metadefs.properties().replace(id, "z", property("cpu")))
                .isInstanceOf(DefinitionExistsException.class);
        assertThat(metadefs.properties().find(id, "z")).isEqualTo(property("z"));
        assertThat(metadefs.properties().remove(id, "z")).isTrue();
        assertThat(metadefs.properties().remove(id, "z")).isFalse();
        metadefs.properties().removeAll(id);
        assertThat(metadefs.properties().list(id)).isEmpty();
    }

    @Test
    void changesObjects() {
        long id = metadefs.namespaces().create(document("ns", true), T1).id();
        ObjectDefinition poor = new ObjectDefinition("poor", null, List.of(), json("{}"));
        assertThat(metadefs.objects().add(id, poor, T2)).isEqualTo(new Dated<>(poor, T2, T2));
        assertThat(metadefs.objects().replace(id, "disk", poor("disc"), T2))
                .isEqualTo(new Dated<>(poor("disc"), T1, T2));
        assertThat(metadefs.objects().find(id, "disk")).isNull();
        assertThat(metadefs.objects().replace(id, "disk", poor, T2)).isNull();
        assertThatThrownBy(() -> metadefs.objects().replace(id, "disc", poor, T2))
                .isInstanceOf(DefinitionExistsException.class);
        assertThat(metadefs.objects().list(id))
                .extracting(object -> object.value().name())
                .containsExactly("disc", "disc a", "poor");
        assertThat(metadefs.objects().remove(id, "poor")).isTrue();
        metadefs.objects().removeAll(id);
        assertThat(metadefs.objects().list(id)).isEmpty();
    }

    @Test
    void changesAndOrdersTags() {
        long id = metadefs.namespaces().create(document("ns", true), T1).id();
        metadefs.tags().add(id, List.of("c", "a", "b"), false, T1);
        assertThat(metadefs.tags().list(id, Tags.Query.all())).containsExactly("b", "a", "c");
        metadefs.tags().add(id, List.of("d"), true, T2);
        metadefs.tags().add(id, List.of(), false, T2);
        assertThat(metadefs.tags().rename(id, "a", "e", T2)).isEqualTo(new Dated<>("e", T1, T2));
        assertThat(metadefs.tags().rename(id, "a", "e", T2)).isNull();
        assertThatThrownBy(() -> metadefs.tags().rename(id, "e", "d", T2))
                .isInstanceOf(DefinitionExistsException.class);
        for (Tags.SortKey key : Tags.SortKey.values()) {
            assertThat(tagsInPagesOfOne(id, key, true))
                    .isEqualTo(tagsInPagesOfOne(id, key, false).reversed())
                    .isEqualTo(metadefs.tags().list(id, new Tags.Query(key, true, null, 99)))
                    .hasSize(4);
        }
        assertThat(metadefs.tags().list(id, new Tags.Query(Tags.SortKey.NAME, true, "nowhere", 9)))
                .isNull();
        assertThat(metadefs.tags().remove(id, "e")).isTrue();
        metadefs.tags().removeAll(id);
        assertThat(metadefs.tags().list(id, Tags.Query.all())).isEmpty();
    }

    private List<String> tagsInPagesOfOne(long id, Tags.SortKey key, boolean ascending) {
        List<String> all = new ArrayList<>();
        List<String> page = metadefs.tags().list(id, new Tags.Query(key, ascending, null, 1));
        while (!requireNonNull(page).isEmpty()) {
            all.addAll(page);
            page = metadefs.tags().list(id, new Tags.Query(key, ascending, page.getLast(), 1));
        }
        return all;
    }

    @Test
    void resourceTypesAreSharedAndStay() {
        long one = metadefs.namespaces().create(document("one", true), T1).id();
        long other = metadefs.namespaces().create(document("other", true), T1).id();
        assertThat(metadefs.resourceTypes().remove(one, "Image")).isTrue();
        assertThat(metadefs.resourceTypes().remove(one, "Image")).isFalse();
        assertThat(metadefs.resourceTypes().remove(other, "Image")).isTrue();
        assertThat(metadefs.resourceTypes().find(one, "Image")).isNull();
        metadefs.resourceTypes().add(one, association("Aggregate"), T2);
        metadefs.resourceTypes().add(one, association("Image"), T2);
        assertThat(metadefs.resourceTypes().list(one))
                .extracting(dated -> dated.value().resourceType())
                .containsExactly("Image", "Volume", "Aggregate");
        assertThat(names(metadefs.resourceTypes().list()))
                .containsExactly("Image", "Volume", "Aggregate");
    }

    @Test
    void listsInEveryOrderPageByPage() {
        metadefs.namespaces().create(document("b", true), T2);
        metadefs.namespaces().create(document("a", false), T1);
        metadefs.namespaces().create(document("B", true), T1);
        metadefs.namespaces()
                .create(
                        new NamespaceDocument(
                                new NamespaceAttributes("c", null, null, false, true, "me"),
                                new NamespaceContents(List.of(), List.of(), List.of(), List.of())),
                        T1);
        assertThat(inPagesOfOne(SortKey.NAMESPACE, true)).containsExactly("B", "a", "b", "c");
        assertThat(inPagesOfOne(SortKey.CREATED_AT, false)).containsExactly("b", "c", "B", "a");
        assertThat(inPagesOfOne(SortKey.DISPLAY_NAME, true)).startsWith("c");
        assertThat(inPagesOfOne(SortKey.PROTECTED, false)).startsWith("c");
        for (SortKey key : SortKey.values()) {
            assertThat(inPagesOfOne(key, true))
                    .isEqualTo(inPagesOfOne(key, false).reversed())
                    .hasSize(4);
        }
    }

    private List<String> inPagesOfOne(SortKey key, boolean ascending) {
        List<String> all = new ArrayList<>();
        NamespaceQuery query = query(true, null, null, null, key, ascending);
        List<Namespace> page = metadefs.namespaces().list(query);
        while (!page.isEmpty()) {
            assertThat(page).hasSize(1);
            all.add(page.getLast().name());
            page = metadefs.namespaces().list(query.from(page.getLast(), 1));
        }
        return all;
    }

    @Test
    void listsWhatIsAskedFor() {
        metadefs.namespaces().create(document("public", true), T1);
        metadefs.namespaces().create(document("private", false), T1);
        metadefs.namespaces()
                .create(
                        new NamespaceDocument(
                                new NamespaceAttributes("bare", null, null, false, false, "other"),
                                new NamespaceContents(List.of(), List.of(), List.of(), List.of())),
                        T1);
        assertThat(listed(false, null, null, null)).containsExactly("public");
        assertThat(listed(false, "web", null, null)).containsExactly("private", "public");
        assertThat(listed(false, "web", "private", null)).containsExactly("private");
        assertThat(listed(true, null, null, null)).containsExactly("bare", "private", "public");
        assertThat(listed(true, null, "", null)).isEmpty();
        assertThat(listed(true, null, null, List.of("Volume", "None")))
                .containsExactly("private", "public");
        assertThat(listed(true, null, null, List.of("None"))).isEmpty();
    }

    private List<String> listed(
            boolean all,
            @Nullable String project,
            @Nullable String visibility,
            @Nullable List<String> types) {
        NamespaceQuery one = query(all, project, visibility, types, SortKey.NAMESPACE, true);
        NamespaceQuery many =
                new NamespaceQuery(all, project, visibility, types, one.sort(), true, null, 1000);
        return metadefs.namespaces().list(many).stream().map(Namespace::name).toList();
    }

    @Test
    void loadingKeepsAddsUpdatesOrReplaces() {
        NamespaceDocument first = document("ns", true);
        NamespaceContents newContents =
                new NamespaceContents(
                        List.of(
                                new ResourceTypeAssociation("Image", "other_", null),
                                association("Aggregate")),
                        List.of(
                                new PropertyDefinition(
                                        "cpu", json("{'type': 'string', 'title': 'X'}")),
                                property("more")),
                        List.of(poor("disk"), object("more")),
                        List.of("t1", "t3"));
        NamespaceDocument second =
                new NamespaceDocument(
                        new NamespaceAttributes("ns", "Other", null, false, false, "o"),
                        newContents);

        assertThat(metadefs.load(first, Existing.KEEP, T1)).isTrue();
        assertThat(metadefs.load(second, Existing.KEEP, T2)).isFalse();
        assertThat(loaded()).isEqualTo(first);

        assertThat(metadefs.load(second, Existing.ADD_TO, T2)).isTrue();
        assertThat(loaded().attributes()).isEqualTo(first.attributes());
        assertThat(loaded().contents().properties()).contains(property("cpu"), property("more"));
        assertThat(loaded().contents().objects()).contains(object("disk"), object("more"));
        assertThat(loaded().contents().associations())
                .containsExactly(
                        association("Image"), association("Volume"), association("Aggregate"));
        assertThat(loaded().contents().tags()).containsExactly("t1", "t2", "t3");

        assertThat(metadefs.load(second, Existing.UPDATE, T2)).isTrue();
        assertThat(loaded().attributes()).isEqualTo(second.attributes());
        assertThat(loaded().contents().properties())
                .contains(newContents.properties().getFirst(), property("colour"));
        assertThat(loaded().contents().objects()).contains(poor("disk"), object("more"));
        assertThat(loaded().contents().associations())
                .contains(newContents.associations().getFirst(), association("Volume"));

        assertThat(metadefs.load(second, Existing.REPLACE, T2)).isTrue();
        assertThat(loaded()).isEqualTo(second);

        metadefs.forgetAll();
        assertThat(metadefs.namespaces().find("ns")).isNull();
        assertThat(metadefs.resourceTypes().list()).isEmpty();
    }

    private NamespaceDocument loaded() {
        Namespace found = requireNonNull(metadefs.namespaces().find("ns"));
        return new NamespaceDocument(found.attributes(), metadefs.contents(found));
    }

    /** Of many that make the same at once, one does, and nobody sees anything else than that it exists. */
    @Test
    void oneOfManyMakesIt() throws Exception {
        long id = metadefs.namespaces().create(document("ns", true), T1).id();
        AtomicInteger made = new AtomicInteger();
        try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
            List<Future<?>> all = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                all.add(
                        threads.submit(() -> {
                            try {
                                metadefs.tags().add(id, List.of("same"), true, T1);
                                made.incrementAndGet();
                            } catch (DefinitionExistsException late) {
                                // Another one was faster.
                            }
                        }));
            }
            for (Future<?> one : all) {
                one.get();
            }
        }
        assertThat(made).hasValue(1);
    }

    /** A change that is undone while others wait for it takes nothing of theirs with it. */
    @Test
    void nothingIsLostBesideChangesThatAreUndone() throws Exception {
        int makers = 6;
        metadefs.namespaces().create(bare("taken"), T1);
        AtomicBoolean isEnough = new AtomicBoolean();
        List<String> made = new ArrayList<>();
        try (ExecutorService threads = Executors.newFixedThreadPool(makers + 6)) {
            List<Future<?>> refused = new ArrayList<>();
            for (int i = 0; i < 6; i++) {
                refused.add(threads.submit(() -> makeTaken(isEnough)));
            }
            List<Future<List<String>>> all = new ArrayList<>();
            for (int maker = 0; maker < makers; maker++) {
                String prefix = maker + "-";
                all.add(threads.submit(() -> make(prefix)));
            }
            try {
                for (Future<List<String>> one : all) {
                    made.addAll(one.get());
                }
            } finally {
                isEnough.set(true);
            }
            for (Future<?> one : refused) {
                one.get();
            }
        }
        for (String name : made) {
            assertThat(metadefs.namespaces().find(name)).as(name).isNotNull();
        }
    }

    private List<String> make(String prefix) {
        List<String> made = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            made.add(metadefs.namespaces().create(bare(prefix + i), T1).attributes().name());
        }
        return made;
    }

    private void makeTaken(AtomicBoolean isEnough) {
        while (!isEnough.get()) {
            assertThatThrownBy(() -> metadefs.namespaces().create(bare("taken"), T1))
                    .isInstanceOf(DefinitionExistsException.class);
        }
    }

    private static NamespaceDocument bare(String name) {
        return new NamespaceDocument(
                new NamespaceAttributes(name, null, null, false, false, "other"),
                new NamespaceContents(List.of(), List.of(), List.of(), List.of()));
    }

    private static NamespaceQuery query(
            boolean all,
            @Nullable String project,
            @Nullable String visibility,
            @Nullable List<String> types,
            SortKey key,
            boolean ascending) {
        return new NamespaceQuery(all, project, visibility, types, key, ascending, null, 1);
    }

    private static List<String> names(List<Dated<String>> dated) {
        return dated.stream().map(Dated::value).toList();
    }

    private static NamespaceAttributes attributes(String name, boolean isPublic) {
        return new NamespaceAttributes(
                name, "Shown " + name, "About " + name + " ü 🙂", isPublic, false, "web");
    }

    private static NamespaceDocument document(String name, boolean isPublic) {
        return new NamespaceDocument(
                attributes(name, isPublic),
                new NamespaceContents(
                        List.of(association("Image"), association("Volume")),
                        List.of(property("colour"), property("cpu")),
                        List.of(object("disc a"), object("disk")),
                        List.of("t1", "t2")));
    }

    private static ResourceTypeAssociation association(String type) {
        return new ResourceTypeAssociation(type, type.equals("Image") ? "hw_" : null, "image");
    }

    private static PropertyDefinition property(String name) {
        return new PropertyDefinition(
                name, json("{'type': 'integer', 'title': '" + name + " ü', 'minimum': 1}"));
    }

    private static ObjectDefinition object(String name) {
        return new ObjectDefinition(
                name,
                "About " + name,
                List.of("a,b", "c"),
                json("{'c': {'type': 'string', 'title': 'C'}}"));
    }

    private static ObjectDefinition poor(String name) {
        return new ObjectDefinition(name, null, List.of(), json("{}"));
    }

    private static ObjectNode json(String text) {
        try {
            return (ObjectNode) JSON.readTree(text.replace('\'', '"'));
        } catch (JsonProcessingException malformed) {
            throw new IllegalArgumentException(malformed);
        }
    }
}
