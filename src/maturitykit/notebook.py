"""How models and results show themselves in a notebook."""


def repr_html(self: object) -> str:
    """Return the figure and the table that a notebook shows, light or dark as the notebook is."""
    # The one import that points up, and only when a notebook asks: what is shown is made there.
    from maturitykit.report.notebook import shown

    return shown(self)
