"""Crosswalks as tables of SSSOM, the Simple Standard for Sharing Ontological Mappings."""

from maturitykit.files.sssom import read_sssom, to_sssom

__all__ = ["read_sssom", "to_sssom"]
