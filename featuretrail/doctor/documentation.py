"""``documentation``: do definitions say what the policy asks for, and can a page be written?"""

from attrs import frozen

from featuretrail.doctor.examined import Patient, Trial
from featuretrail.doctor.notes import Notes
from featuretrail.documentation.documentation import registered
from featuretrail.domain.documentation.policy import policy_findings

LIMIT_MS = 300.0


@frozen
class DocumentationCheck:
    """Holds the definitions to the policy of the settings; writes the page of a trial's feature."""

    name: str = "documentation"

    def look(self, patient: Patient, notes: Notes) -> None:
        """Compare what is registered with ``[documentation.policy]``."""
        with notes.part("the policy of documentation"):
            definitions = list(registered(patient.registry()))
            notes.facts["definitions"] = len(definitions)
            policy = patient.settings.documentation.policy.to_domain()
            for each in policy_findings(definitions, policy):
                notes.find("error" if each.level == "error" else "warning", each.words)

    def try_out(self, trial: Trial, patient: Patient, notes: Notes) -> None:  # noqa: ARG002
        """Write a feature's page, and the same again, which makes no event."""
        with notes.part("documentation of the trial"):
            level = trial.feature("level")
            written = notes.time(
                "generate_feature_documentation",
                lambda: trial.store.generate_feature_documentation(level),
                limit_ms=LIMIT_MS,
            )
            again = trial.store.generate_feature_documentation(level)
            notes.expect(
                again.content == written.content and not again.written,
                "the same documentation reads otherwise the second time",
            )
            notes.expect("level" in written.content, f"the page of {level} does not name it")
