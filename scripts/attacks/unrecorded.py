"""(0) Unrecorded: a published figure of which no release in the ledger knows, so that no attack could be
tried on it, or only one that was withdrawn with the consent of somebody in it.
"""

from scripts.attacks.evidence import Evidence, Exposure, Outcome

DESCRIBES = {"coverage", "schema_version"}  # numbers beside the figures that are none


def attack(evidence: Evidence) -> Outcome:
    """Look for every published row's figures among the releases of its cell."""
    released = {
        (release.cell, series.metric, series.period, figures(release.figures))
        for series in evidence.series
        for release in series.releases
        if not release.is_withdrawn
    }
    outcome = Outcome(tried=len(evidence.published))
    for cell, metric, period, statistics in evidence.published:
        if (cell, metric, period, figures(statistics)) not in released:
            outcome.exposures.append(Exposure((cell,), metric, period, frozenset()))
    return outcome


def figures(statistics: dict) -> frozenset[tuple[str, float]]:
    """Return the numbers by name."""
    return frozenset(
        (name, float(value))
        for name, value in statistics.items()
        if isinstance(value, int | float) and name not in DESCRIBES
    )
