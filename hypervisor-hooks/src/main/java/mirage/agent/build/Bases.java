package mirage.agent.build;

import mirage.agent.deploy.Candidate;
import mirage.agent.deploy.ImageView;
import mirage.agent.deploy.ImageViews;
import mirage.agent.hold.Held;
import mirage.agent.hold.Inventory;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Which of what is held may help. */
final class Bases {
    private static final int MAX_ASKED = 64;

    private Bases() {}

    /** What was used last first, but before it what the service says is near. */
    static List<Held> of(Inventory inventory, ImageViews views, ImageView view) throws IOException {
        List<Held> near = new ArrayList<>();
        List<Held> others = new ArrayList<>();
        for (Held held : inventory.all().reversed()) {
            boolean wanted = held.image().equals(views.image()) && held.view() == view;
            if (!wanted && held.mayServe()) {
                (views.near().contains(held.image()) ? near : others).add(held);
            }
        }
        near.addAll(others);
        return near.size() > MAX_ASKED ? near.subList(0, MAX_ASKED) : near;
    }

    static List<String> texts(List<Held> held) {
        return held.stream()
                .map(one -> Candidate.text(one.image(), one.view()))
                .distinct()
                .toList();
    }

    static @Nullable Held find(List<Held> held, Candidate candidate) {
        for (Held one : held) {
            if (one.image().equals(candidate.base()) && one.view() == candidate.baseView()) {
                return one;
            }
        }
        return null;
    }
}
