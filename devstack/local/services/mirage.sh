# shellcheck shell=bash
# Mirage from this checkout. Sourced, not run.

mirage_up() { die "not yet"; }
mirage_urls() { echo "http://$HOST:$MIRAGE_PORT"; }
