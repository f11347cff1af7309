"""Display of models and results in notebooks."""


def repr_html(self: object) -> str:
    """Return the figure and the table that a notebook displays, light or dark as the notebook is."""
    # The only import that points up. It runs only when a notebook displays something.
    from maturitykit.report.notebook import shown

    return shown(self)
