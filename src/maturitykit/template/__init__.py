"""Generator of packages with a model, a crosswalk or a rule, and importers of models from other formats."""

#: The licences that a package can have, by their SPDX identifiers.
LICENSES = ("MIT", "Apache-2.0", "CC-BY-4.0", "CC-BY-SA-4.0", "CC0-1.0")
