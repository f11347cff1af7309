"""Packages for those who publish a model, a crosswalk or a rule; and models taken over from what they have."""

#: The licences that a package can be given, by their names in SPDX.
LICENSES = ("MIT", "Apache-2.0", "CC-BY-4.0", "CC-BY-SA-4.0", "CC0-1.0")
