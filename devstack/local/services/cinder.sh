# shellcheck shell=bash
cinder_up() { die "not yet"; }
