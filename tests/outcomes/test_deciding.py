"""Laws of deciding on outcomes, against what was recorded."""

from hypothesis import given
from hypothesis import strategies as st

from featuretrail.domain.errors import InvalidInputError, OutcomeConflictError
from featuretrail.domain.events.outcomes import OnConflict
from featuretrail.domain.outcomes.deciding import Claim, Decision, decide

CLAIMS = st.builds(
    Claim,
    row=st.just(0),
    entity=st.tuples(st.sampled_from("AB")),
    event_time=st.integers(1, 2),
    value=st.sampled_from([1.0, 2.0]),
    served_id=st.none() | st.sampled_from("xy"),
)
CALLS = st.lists(st.lists(CLAIMS, max_size=4), max_size=4)


def numbered(call: list[Claim]) -> list[Claim]:
    return [Claim(n, c.entity, c.event_time, c.value, c.served_id) for n, c in enumerate(call)]


def recorded(calls: list[list[Claim]], policy: OnConflict) -> list[Claim]:
    """Return what is recorded after the calls; those that are refused record nothing."""
    known: list[Claim] = []
    for call in map(numbered, calls):
        try:
            decision = decide(known, call, policy)
        except (InvalidInputError, OutcomeConflictError):
            continue
        known += [call[row] for row in decision.stored]
    return known


@given(CALLS, st.sampled_from(["error", "keep", "replace"]))
def test_the_same_call_again_stores_nothing(calls: list[list[Claim]], policy: OnConflict) -> None:
    known: list[Claim] = []
    for call in map(numbered, calls):
        try:
            decision = decide(known, call, policy)
        except (InvalidInputError, OutcomeConflictError):
            continue
        assert len(decision.stored) + decision.repeated + decision.kept == len(call)
        known += [call[row] for row in decision.stored]
        assert decide(known, call, "keep").stored == []


@given(CALLS, st.sampled_from(["error", "keep"]))
def test_nothing_that_holds_changes_unless_it_is_replaced(
    calls: list[list[Claim]], policy: OnConflict
) -> None:
    values: dict[object, object] = {}
    for claim in recorded(calls, policy):
        for what in (claim.moment, *claim.judged):
            assert values.setdefault(what, claim.value) == claim.value


@given(CALLS)
def test_a_replacement_is_what_holds(calls: list[list[Claim]]) -> None:
    known = recorded(calls, "replace")
    last = {claim.moment: claim.value for claim in known}
    for (_, entity, event_time), value in last.items():  # type: ignore[misc]
        claim = Claim(0, entity, event_time, value)  # type: ignore[has-type]
        assert decide(known, [claim], "error").new_values == []


def test_a_new_judgement_of_a_known_outcome_brings_no_new_value() -> None:
    first = Claim(0, ("A",), 1, 5.0, "x")
    second = Claim(0, ("A",), 1, 5.0, "y")
    assert decide([first], [second], "error") == Decision([0], frozenset(), [], 0, 0)
    assert decide([first, second], [second], "error").repeated == 1


def test_a_replacement_holds_for_all_that_its_moment_was_judged_by() -> None:
    known = [Claim(0, ("A",), 1, 5.0, "x"), Claim(0, ("A",), 1, 5.0, "y")]
    known.append(Claim(0, ("A",), 1, 7.0, "y"))
    assert decide(known, [Claim(0, ("A",), 1, 7.0, "x")], "error").repeated == 1
    assert decide(known, [Claim(0, ("A",), 2, 7.0, "x")], "error").repeated == 1
    for stale in (Claim(0, ("A",), 1, 5.0, "x"), Claim(0, ("A",), 2, 5.0, "x")):
        assert decide(known, [stale], "keep").kept == 1
