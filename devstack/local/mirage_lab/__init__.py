"""The Python half of the lab: the pass-through, identity, and the checks against a control."""
