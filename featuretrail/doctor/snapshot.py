"""``snapshot``: are frozen training sets where they were put, and can one be made and proven?"""

import os
from pathlib import Path
from urllib.parse import unquote, urlsplit

from attrs import frozen

from featuretrail.doctor.examined import Patient, Trial
from featuretrail.doctor.notes import Notes
from featuretrail.doctor.specimen import SET, spine
from featuretrail.infrastructure.snapshots.catalogue import SnapshotCatalogue
from featuretrail.infrastructure.snapshots.storage import SnapshotStorage

NEWEST = 100
"""How many snapshots are looked for; `snapshot verify` and `audit verify` read them whole."""


def nearest_place(url: str) -> Path | None:
    """Return the folder ``url``, or what is there of the way to it; ``None`` of any other store.

    A folder that is not there is made when something is first written.
    """
    place = unquote(urlsplit(url).path) if url.startswith("file:") else url
    if not place.startswith("/"):
        return None
    path = Path(place)
    return next(each for each in (path, *path.parents) if os.path.exists(each))


@frozen
class SnapshotCheck:
    """Looks for the stored rows of the newest snapshots; makes, reads and proves one."""

    name: str = "snapshot"

    def look(self, patient: Patient, notes: Notes) -> None:
        """Ask the stores of snapshots whether they have the newest ones."""
        there = nearest_place(patient.blobs.url)
        if there is not None and not there.is_dir():
            notes.find(
                "error",
                f"no snapshot can be written to {patient.blobs.url}: {there} is no folder; remove "
                "it, or name another place in the setting `artifacts`",
            )
        elif there is not None and not os.access(there, os.W_OK | os.X_OK):
            notes.leave_out("writing snapshots", f"this user may not write in {there}")
        with notes.part("the snapshots of the store"):
            known = SnapshotCatalogue(patient.database).all()
            storage = SnapshotStorage(patient.database, patient.blobs)
            newest = known[-NEWEST:]
            lost = [each for each in newest if not storage.holds(each)]
            notes.facts |= {
                "snapshots": len(known),
                "looked_for": len(newest),
                "kept_in": storage.url,
            }
            for each in lost:
                places = " nor in ".join(dict.fromkeys((storage.url, each.info.storage)))
                notes.find(
                    "error",
                    f"the rows of snapshot {each.info.snapshot_id} are not in {places}: restore "
                    f"the file of digest {each.info.digest}",
                )

    def try_out(self, trial: Trial, patient: Patient, notes: Notes) -> None:  # noqa: ARG002
        """Freeze the readings, read them back, prove them, and freeze the same again."""
        with notes.part("a snapshot of the trial"):
            store, work = trial.store, f"snapshot of {trial.rows:,} rows"
            rows = spine(trial.table)
            # a process loads what reads values once, which is no time of the snapshot's
            store.get_historical_features(rows.slice(0, 1), SET, method="pull")
            made = notes.time(work, lambda: trial.snapshot, tries=1)
            read = notes.time(
                f"read the {work}", lambda: store.get_feature_snapshot(made.snapshot_id)
            )
            notes.expect(
                read.to_arrow().num_rows == trial.rows, f"{made.snapshot_id} lost rows when read"
            )
            proof = notes.time(
                f"prove the {work}", lambda: store.verify_snapshot(made.snapshot_id), tries=1
            )
            notes.expect(proof.ok, f"{made.snapshot_id} cannot be derived again")
            again = store.create_feature_snapshot(SET, rows)
            notes.expect(again.digest == made.digest, "the same rows have another digest")
