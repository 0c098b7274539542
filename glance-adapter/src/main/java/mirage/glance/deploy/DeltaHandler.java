package mirage.glance.deploy;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

import mirage.deploy.Deployment;
import mirage.deploy.Deployment.Candidate;
import mirage.deploy.ShelvedFile;
import mirage.glance.api.Images;
import mirage.glance.deploy.DeployMeters.Kind;
import mirage.glance.deploy.Deployable.Place;
import mirage.glance.deploy.Views.Base;
import mirage.glance.http.Exchange;
import mirage.glance.http.HttpFailure;
import mirage.library.ImageView;
import mirage.library.View;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/** {@code …/delta} and {@code …/deltas}: deltas, and from which bases there are good ones. */
final class DeltaHandler {
    private static final int MOST_BASES = 64;
    private static final int MOST_CANDIDATES = 3;

    private final Deployables deployables;
    private final ShelvedAnswer answers;

    DeltaHandler(Deployables deployables, DeployMeters meters) {
        this.deployables = deployables;
        this.answers = new ShelvedAnswer(meters);
    }

    /** Two places of one store. */
    private record Pair(Place base, Place target) {}

    void give(Exchange exchange) throws IOException {
        Deployable target = deployables.target(exchange);
        View view = Views.of(exchange);
        List<String> named = exchange.query().all("base");
        if (named.size() != 1) {
            throw HttpFailure.badRequest("The parameter base is expected once.");
        }
        Base base = Views.base(named.getFirst());
        Deployable held = deployables.other(base.image(), exchange.caller());
        if (held == null) {
            throw Images.notFound(base.image());
        }
        Pair pair = pair(held, target);
        if (pair == null) {
            throw HttpFailure.conflict("The images are in different stores.");
        }
        Deployment deployment = pair.target.deployment();
        try (ShelvedFile delta =
                Opening.of(() ->
                        deployment.delta(
                                pair.base.view(base.view()),
                                pair.target.view(view),
                                ShelvedAnswer.asksAnew(exchange)))) {
            answers.give(exchange, delta, Kind.DELTA);
        }
    }

    void candidates(Exchange exchange) throws IOException {
        Deployable target = deployables.target(exchange);
        View view = Views.of(exchange);
        List<String> named = exchange.query().all("base");
        if (named.isEmpty() || named.size() > MOST_BASES) {
            throw HttpFailure.badRequest(
                    "The parameter base is expected once to "
                            + MOST_BASES
                            + " times, found "
                            + named.size()
                            + " times.");
        }
        Set<Base> bases = new LinkedHashSet<>();
        named.forEach(base -> bases.add(Views.base(base)));
        // By the store that has the base too; nearly always there is one store.
        Map<String, Map<ImageView, Base>> asked = new LinkedHashMap<>();
        Map<String, Place> targets = new HashMap<>();
        for (Base base : bases) {
            Deployable held = deployables.other(base.image(), exchange.caller());
            Pair pair = held == null ? null : pair(held, target);
            if (pair != null) {
                targets.put(pair.target.store(), pair.target);
                asked.computeIfAbsent(pair.target.store(), _ -> new LinkedHashMap<>())
                        .put(pair.base.view(base.view()), base);
            }
        }
        requireReadable(target.places().getFirst(), view);
        List<Found> found = new ArrayList<>();
        for (Map.Entry<String, Map<ImageView, Base>> store : asked.entrySet()) {
            Place place = Objects.requireNonNull(targets.get(store.getKey()));
            found.addAll(find(place, view, store.getValue()));
        }
        found.sort(Comparator.comparingLong(one -> one.candidate.bytes()));
        exchange.answerJson(200, json(found.subList(0, Math.min(found.size(), MOST_CANDIDATES))));
    }

    /** Also when no base is worth looking at, an image without that view is refused. */
    private static void requireReadable(Place target, View view) {
        Opening.of(() -> target.deployment().length(target.view(view)));
    }

    private record Found(Base base, Candidate candidate) {}

    private static List<Found> find(Place target, View view, Map<ImageView, Base> bases) {
        List<Candidate> candidates =
                Opening.of(() ->
                        target.deployment()
                                .candidates(target.view(view), List.copyOf(bases.keySet())));
        List<Found> found = new ArrayList<>();
        for (Candidate candidate : candidates) {
            Base base = bases.get(candidate.base());
            if (base != null) {
                found.add(new Found(base, candidate));
            }
        }
        return found;
    }

    private static ObjectNode json(List<Found> found) {
        ObjectNode body = JsonNodeFactory.instance.objectNode();
        ArrayNode deltas = body.putArray("deltas");
        for (Found one : found) {
            deltas.addObject()
                    .put("base", one.base.image())
                    .put("base_view", Views.name(one.base.view()))
                    .put("bytes", one.candidate.bytes())
                    .put("ready", one.candidate.ready());
        }
        return body;
    }

    /** A store that both are in, null when there is none. */
    private static @Nullable Pair pair(Deployable base, Deployable target) {
        for (Place place : target.places()) {
            Place held = base.in(place.store());
            if (held != null) {
                return new Pair(held, place);
            }
        }
        return null;
    }
}
