package mirage.glance.api;

import mirage.config.Configuration;
import mirage.glance.policy.InjectedProperties;
import mirage.glance.policy.PolicyOptions;
import mirage.glance.schema.FormatNames;
import mirage.glance.transfer.FormatOptions;
import mirage.glance.transfer.ImportOptions;
import mirage.glance.transfer.ImportPlugin;
import mirage.glance.transfer.ImportRequest;

import java.util.ArrayList;
import java.util.List;

/**
 * How the Image API answers, as operators choose it.
 *
 * @param advertised ids of the versions served, the current one first, such as {@code v2.16}: each promises its calls
 * @param limits bounds of what it takes and gives
 * @param importMethods the ways in which images are imported, in the order in which clients are told
 * @param showsLocations whether images show where their bytes are, and clients may change it
 * @param showsDirectUrl whether images show one URL of their bytes
 * @param formats that images may be of
 * @param injected properties that imported images get
 */
public record ApiSettings(
        List<String> advertised,
        ApiLimits limits,
        List<ImportRequest.Method> importMethods,
        boolean showsLocations,
        boolean showsDirectUrl,
        FormatNames formats,
        InjectedProperties injected) {
    public ApiSettings {
        advertised = List.copyOf(advertised);
        importMethods = List.copyOf(importMethods);
    }

    /** All that the embedded default has. */
    public static ApiSettings defaults() {
        return new ApiSettings(
                versions(false, false, false),
                ApiLimits.defaults(),
                List.of(ImportRequest.Method.GLANCE_DIRECT, ImportRequest.Method.WEB_DOWNLOAD),
                false,
                false,
                FormatNames.defaults(),
                InjectedProperties.none());
    }

    /**
     * As configured.
     *
     * @param namedStores whether stores have names that clients know
     * @param cache whether this node keeps images ready
     * @param locations whether images can be made of what lies on the web
     */
    public static ApiSettings from(
            Configuration configuration, boolean namedStores, boolean cache, boolean locations) {
        return new ApiSettings(
                versions(namedStores, cache, locations),
                ApiLimits.from(configuration),
                configuration.get(ApiOptions.ENABLED_IMPORT_METHODS),
                configuration.get(ApiOptions.SHOW_MULTIPLE_LOCATIONS),
                configuration.get(ApiOptions.SHOW_IMAGE_DIRECT_URL),
                new FormatNames(
                        configuration.get(FormatOptions.DISK_FORMATS),
                        configuration.get(FormatOptions.CONTAINER_FORMATS)),
                injected(configuration));
    }

    public ApiSettings withLimits(ApiLimits newLimits) {
        return new ApiSettings(
                advertised,
                newLimits,
                importMethods,
                showsLocations,
                showsDirectUrl,
                formats,
                injected);
    }

    public ApiSettings withFormats(FormatNames newFormats) {
        return new ApiSettings(
                advertised,
                limits,
                importMethods,
                showsLocations,
                showsDirectUrl,
                newFormats,
                injected);
    }

    public ApiSettings withInjected(InjectedProperties newInjected) {
        return new ApiSettings(
                advertised,
                limits,
                importMethods,
                showsLocations,
                showsDirectUrl,
                formats,
                newInjected);
    }

    private static InjectedProperties injected(Configuration configuration) {
        return configuration
                        .get(ImportOptions.IMAGE_IMPORT_PLUGINS)
                        .contains(ImportPlugin.INJECT_IMAGE_METADATA)
                ? PolicyOptions.injectedProperties(configuration)
                : InjectedProperties.none();
    }

    /**
     * The versions that a Glance serves, the current one first. Clients choose calls by this list.
     *
     * @param namedStores 2.8 and 2.10 to 2.13 and 2.15 promise several stores
     * @param cache 2.14 and 2.16 promise the calls of a cache
     * @param locations 2.17 promises the locations of images as a resource
     */
    public static List<String> versions(boolean namedStores, boolean cache, boolean locations) {
        List<String> versions = new ArrayList<>();
        if (locations) {
            versions.add("v2.17");
        }
        if (cache) {
            versions.add("v2.16");
        }
        if (namedStores || cache || locations) {
            versions.add("v2.15");
        }
        if (cache) {
            versions.add("v2.14");
        }
        if (namedStores) {
            versions.addAll(List.of("v2.13", "v2.12", "v2.11", "v2.10"));
        }
        versions.add("v2.9");
        if (namedStores) {
            versions.add("v2.8");
        }
        for (int minor = 7; minor >= 0; minor--) {
            versions.add("v2." + minor);
        }
        return List.copyOf(versions);
    }
}
