"""Runs the same steps with the standard clients against two image services, and compares what they say field by field.

    python3 -m mirage_lab.compare [STEPS...]

The subject is the image service of the lab's region, the control the one of its control region. A *script* gives steps;
each step yields an *outcome*, a JSON-like value; what differs by nature (ids, times, addresses) is made equal by
`normal`; `differences` compares what is left; `known.toml` lists the differences that are meant, with their reasons.
"""
