"""The end: documentation of everything, written by the store itself."""

from pathlib import Path

from flights.scene import Scene
from flights.screen import bar

LEAST = 5


def write(scene: Scene) -> Path:
    """Build the site of the store, show which features say least, and return where it begins."""
    with scene.screen.step(
        "document",
        "Documentation that writes itself",
        "A page for every feature, group, set and snapshot, from events and values: real rows, a "
        "call that was executed, drift, lineage, who changed what and why. No server is needed.",
    ):
        documentation = scene.store.documentation
        site = documentation.build(scene.folder / "site")
        again = documentation.build(scene.folder / "site")
        features = sorted(scene.store.registry().features)
        described = [documentation.describe(name) for name in features]
        described.sort(key=lambda each: (each.completeness_score or 0.0, each.feature_name))
        scene.screen.table(
            ["feature", ">complete", "", "what is missing"],
            [
                (
                    each.feature_name,
                    each.completeness_score,
                    bar(each.completeness_score or 0.0, 100.0),
                    ", ".join(missing.item for missing in each.missing),
                )
                for each in described[:LEAST]
            ],
            title=f"the {LEAST} of {len(described)} features that say least",
        )
        pages = [site.folder / "features" / f"{name}.html" for name in features]
        scene.screen.proof(
            f"{site.pages} pages, one of them for each of {len(features)} features; building "
            "them again changes none",
            holds=all(page.is_file() for page in pages) and not again.changed,
        )
        scene.report.note(
            "documentation",
            pages=site.pages,
            completeness={each.feature_name: each.completeness_score for each in described},
            quality={each.feature_name: each.documentation_quality_score for each in described},
        )
    return site.index
