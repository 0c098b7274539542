package mirage.glance.serve;

import mirage.config.ConfigException;
import mirage.config.Configuration;
import mirage.glance.store.ImageStore;
import mirage.glance.store.ImageStores;
import mirage.glance.store.LibraryStore;
import mirage.glance.store.StoreOptions;
import mirage.glance.store.WebStore;
import mirage.glance.web.WebAccess;
import mirage.library.LibrarySettings;
import mirage.library.MirageLibrary;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Opens the stores that are configured. */
final class Stores {
    private static final String NAMELESS = "default";

    private final Configuration configuration;
    private final WebAccess web;
    private final Deque<AutoCloseable> opened;
    private final Map<String, MirageLibrary> libraries = new LinkedHashMap<>();

    /**
     * @param opened gets each library that is opened
     */
    Stores(Configuration configuration, WebAccess web, Deque<AutoCloseable> opened) {
        this.configuration = configuration;
        this.web = web;
        this.opened = opened;
    }

    ImageStores open() throws IOException {
        Map<String, String> kinds = configuration.get(StoreOptions.ENABLED_BACKENDS);
        Path directory = configuration.get(ServeOptions.DATA_DIRECTORY);
        if (kinds.isEmpty()) {
            return ImageStores.single(
                    new LibraryStore(NAMELESS, "", 0, library(directory, NAMELESS), Map.of()));
        }
        List<ImageStore> stores = new ArrayList<>();
        for (Map.Entry<String, String> store : kinds.entrySet()) {
            stores.add(open(store.getKey(), store.getValue(), directory));
        }
        return ImageStores.named(stores, byDefault(stores));
    }

    /** The libraries that are open now, by the stores' names. */
    Map<String, MirageLibrary> libraries() {
        return Collections.unmodifiableMap(libraries);
    }

    private ImageStore open(String name, String kind, Path directory) throws IOException {
        Configuration section = configuration.in(name);
        String description = section.get(StoreOptions.DESCRIPTION);
        int weight = section.get(StoreOptions.WEIGHT);
        if (kind.equals(StoreOptions.HTTP)) {
            return new WebStore(name, description, weight, web, Map.of());
        }
        Path own =
                section.get(StoreOptions.DIRECTORY)
                        .orElseGet(() -> directory.resolve("stores").resolve(name));
        return new LibraryStore(
                name, description, weight, library(own, name), Map.of("directory", own.toString()));
    }

    private LibraryStore byDefault(List<ImageStore> stores) throws ConfigException {
        String name = configuration.require(StoreOptions.DEFAULT_BACKEND);
        for (ImageStore store : stores) {
            if (store.id().equals(name) && store instanceof LibraryStore library) {
                return library;
            }
        }
        throw new ConfigException(
                configuration.placeOf(StoreOptions.DEFAULT_BACKEND)
                        + ": a store of kind mirage that enabled_backends names was expected, found "
                        + name);
    }

    private MirageLibrary library(Path directory, String store) throws IOException {
        LibrarySettings settings = ServeOptions.librarySettings(configuration, store);
        GlanceService.makeDirectory(directory);
        MirageLibrary library = MirageLibrary.open(directory, settings);
        opened.push(library);
        libraries.put(store, library);
        return library;
    }
}
