"""Any mixture of writers, conflicts, rollbacks and crashes leaves one gapless, chained log."""

from concurrent.futures import ThreadPoolExecutor
from functools import partial
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from featuretrail.domain.errors import ConcurrencyError, DatabaseUnavailableError
from featuretrail.infrastructure.database import Database
from featuretrail.infrastructure.log.application import EventLog
from featuretrail.infrastructure.log.records import Appended
from featuretrail.infrastructure.log.verification import verify_chain
from tests.log.events import Counted, counted

WRITERS = 4
RESET = """
ALTER TABLE featuretrail.events DISABLE TRIGGER USER;
ALTER TABLE featuretrail.log_head DISABLE TRIGGER USER;
TRUNCATE featuretrail.events, featuretrail.log_head;
INSERT INTO featuretrail.log_head VALUES (true, 0, decode(repeat('00', 32), 'hex'));
ALTER TABLE featuretrail.events ENABLE TRIGGER USER;
ALTER TABLE featuretrail.log_head ENABLE TRIGGER USER;
"""

sizes = st.lists(st.integers(1, 4), min_size=1, max_size=3)


class Writers(RuleBasedStateMachine):
    """Writers against one log; the model is what each was told had been appended."""

    def __init__(self, database: Database) -> None:
        super().__init__()
        self.database = database
        with database.connection() as connection:
            connection.execute(RESET)
        self.log = EventLog(database)
        self.expected: dict[int, int] = {}
        self.shared: UUID = uuid4()
        self.next_number = 0
        self.tailed: list[tuple[int, int]] = []
        self.threads = ThreadPoolExecutor(WRITERS)

    def teardown(self) -> None:
        self.threads.shutdown()

    def numbers(self, count: int) -> list[int]:
        """Numbers that no event has borne yet."""
        first, self.next_number = self.next_number, self.next_number + count
        return list(range(first, self.next_number))

    def noted(self, receipt: Appended, numbers: list[int]) -> None:
        for position, number in zip(receipt.positions, numbers, strict=True):
            assert position not in self.expected
            self.expected[position] = number

    @rule(plan=st.lists(sizes, min_size=1, max_size=WRITERS))
    def several_write_at_once(self, plan: list[list[int]]) -> None:
        batches = [[self.numbers(size) for size in sizes] for sizes in plan]

        def write(mine: list[list[int]]) -> list[Appended]:
            return [self.log.append(*counted(*numbers)) for numbers in mine]

        for mine, receipts in zip(batches, self.threads.map(write, batches), strict=True):
            for numbers, receipt in zip(mine, receipts, strict=True):
                self.noted(receipt, numbers)

    @rule(writers=st.integers(2, WRITERS))
    def several_race_for_one_version(self, writers: int) -> None:
        version = len(self.log.history(self.shared)) + 1
        numbers = self.numbers(writers)

        outcomes: list[tuple[int, int]] = []

        def write(number: int) -> Appended | None:
            try:
                return self.log.append(Counted.in_stream(self.shared, version, number=number))
            except ConcurrencyError as conflict:
                outcomes.append((conflict.expected, conflict.actual))
                return None

        receipts = list(self.threads.map(write, numbers))
        won = [place for place, receipt in enumerate(receipts) if receipt is not None]
        assert len(won) == 1
        assert outcomes == [(version - 1, version)] * (writers - 1)
        self.noted(receipts[won[0]], [numbers[won[0]]])  # type: ignore[arg-type]

    @rule(size=st.integers(1, 3), others=st.integers(0, 2))
    def one_commits_a_long_transaction_while_others_write(self, size: int, others: int) -> None:
        first, second = self.numbers(size), self.numbers(size)
        theirs = [self.numbers(1) for _ in range(others)]
        with self.database.transaction() as connection:
            opening = self.log.append(*counted(*first), connection=connection)
            waiting = [self.threads.submit(self.log.append, *counted(*each)) for each in theirs]
            closing = self.log.append(*counted(*second), connection=connection)
            assert closing.first_position == opening.last_position + 1
        self.noted(opening, first)
        self.noted(closing, second)
        for future, numbers in zip(waiting, theirs, strict=True):
            self.noted(future.result(), numbers)

    @rule(size=st.integers(1, 3))
    def one_rolls_back(self, size: int) -> None:
        with pytest.raises(ZeroDivisionError), self.database.transaction() as connection:  # noqa: PT012
            self.log.append(*counted(*self.numbers(size)), connection=connection)
            raise ZeroDivisionError

    @rule(size=st.integers(1, 3))
    def ones_server_process_is_ended_in_a_transaction(self, size: int) -> None:
        numbers = self.numbers(size)
        with pytest.raises(DatabaseUnavailableError), self.database.transaction() as connection:  # noqa: PT012
            self.log.append(*counted(*numbers), connection=connection)
            with self.database.connection() as other:
                other.execute(
                    "SELECT pg_terminate_backend(%s, 5000)", [connection.info.backend_pid]
                )
            connection.execute("SELECT 1")

    @rule()
    def the_reader_reads_on(self) -> None:
        after = self.tailed[-1][0] if self.tailed else 0
        for recorded in self.log.read(after=after):
            event = recorded.event
            assert isinstance(event, Counted)
            self.tailed.append((recorded.position, event.number))
        assert self.tailed == sorted(self.expected.items())

    @invariant()
    def there_is_no_gap_no_loss_and_no_duplicate(self) -> None:
        assert sorted(self.expected) == list(range(1, len(self.expected) + 1))
        assert self.log.head().position == len(self.expected)

    @invariant()
    def the_chain_holds(self) -> None:
        report = verify_chain(self.database)
        assert report.ok, report
        assert report.events == len(self.expected)


@pytest.mark.tiers("embedded", "apache")
def test_any_mixture_of_writers_leaves_one_true_log(pool: Database) -> None:
    run_state_machine_as_test(
        partial(Writers, pool),  # type: ignore[arg-type] # any callable will do
        settings=settings(
            max_examples=20,
            stateful_step_count=12,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
