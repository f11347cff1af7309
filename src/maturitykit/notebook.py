"""How models and results show themselves in a notebook."""


class InNotebook:
    """What a notebook shows as a figure and a table, light or dark as the notebook is."""

    __slots__ = ()

    def _repr_html_(self) -> str:
        # The one import that points up, and only when a notebook asks: what is shown is made there.
        from maturitykit.report.notebook import shown

        return shown(self)
