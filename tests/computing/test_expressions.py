"""SQL rules: one expression that reads its entity's rows and nothing else."""

from datetime import UTC, datetime, timedelta
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

import featuretrail as ft
from featuretrail.infrastructure.computing import expression_way
from featuretrail.infrastructure.computing.expressions import check_expression, functions_of
from tests.computing.readings import computed, double, hour, number, readings, table, values

TIERS = pytest.mark.tiers("embedded", "apache", "community")


@pytest.mark.parametrize(
    "expression",
    [
        "level",
        "level - lag(level) OVER entity",
        "avg(level) OVER (entity ROWS BETWEEN 3 PRECEDING AND CURRENT ROW)",
        "CASE WHEN level > 3 THEN 'it''s; -- high' ELSE \"note\" END",
        "coalesce(level, 0) / nullif(count, 0)::double precision",
        "(level IN (1, 2)) AND NOT (note LIKE 'a%')",
        "extract(hour FROM event_time)",
        "date_trunc('day', event_time)",
        "sum(level) FILTER (WHERE count > 1) OVER (entity RANGE '2 hours' PRECEDING)",
        "(ARRAY[level, 1.5e3])[1]",
    ],
)
def test_an_expression_is_taken_as_it_is(expression: str) -> None:
    assert check_expression(f"  {expression}\n") == expression


@pytest.mark.parametrize(
    ("expression", "reason"),
    [
        ("", "is empty"),
        ("level; DROP TABLE featuretrail.events", "holds ';'"),
        ("level, count", "several expressions"),
        ("level) FROM pg_class --", "comment"),
        ("level /* why */", "comment"),
        ("level) OR (1=1", "closes a '\\)'"),
        ("(level", "does not close its '\\('"),
        ("(level]", "closes a '\\]'"),
        ("(SELECT count(*) FROM pg_class)", "holds SELECT"),
        ("(sElEcT 1)", "holds SELECT"),
        ("(TABLE pg_class)", "holds TABLE"),
        ("(VALUES (1))", "holds VALUES"),
        ("pg_catalog.pg_sleep(1)", "beside a name"),
        ("level OPERATOR(pg_catalog.+) 1", "holds OPERATOR"),
        ("$1", "holds '\\$'"),
        ("$$text$$", "holds '\\$'"),
        ("E'a\\'b'", "beside a name"),
        ("U&'a'", "beside a name"),
        ("'open", 'holds "\'"'),
        ('"open', "holds '\"'"),
        ("current_date", "uses CURRENT_DATE"),
        ("event_time > 'now'::timestamptz", "a time of the clock"),
        ("event_time > 'Today 10:00'::timestamptz", "a time of the clock"),
        ("count(*) OVER ()", "another window than its entity's"),
        ("max(level) OVER (PARTITION BY note)", "another window than its entity's"),
        ("sum(level) OVER (ORDER BY event_time)", "another window than its entity's"),
        ("level \u00d7 2", "holds '\u00d7'"),
        ("level\u00a0", "holds|several|is not|beside"),
        ("level\0", "NUL"),
        ("\ud800", "not valid Unicode"),
    ],
)
def test_what_is_no_single_expression_is_refused(expression: str, reason: str) -> None:
    if expression == "level\u00a0":  # blanks around are cut, whatever their script
        assert check_expression(expression) == "level"
        return
    with pytest.raises((ft.InvalidDefinitionError, ft.InvalidInputError), match=reason):
        check_expression(expression)


@given(st.text("abc '\"();,$-*/.[]E&U\\\n", max_size=30))
def test_an_accepted_expression_closes_all_that_it_opens(text: str) -> None:
    try:
        accepted = check_expression(text)
    except ft.InvalidInputError:
        return
    bare = accepted
    while "'" in bare:  # texts hold anything
        before, _, rest = bare.partition("'")
        inside, _, after = rest.partition("'")
        bare = before + after
        assert inside is not None
    assert ";" not in bare or '"' in bare


def test_functions_are_told_from_words_of_the_language() -> None:
    expression = 'round(coalesce(level, 0)) + "Odd"(1) + cast(count AS numeric(3)) + (level)'

    assert functions_of(expression) == ["Odd", "round"]


MISUNDERSTOOD = [
    ("levl", "float64", 'column "levl" does not exist; its columns are sensor, event_time'),
    ("level +", "float64", "syntax error"),
    ("note", "float64", "is of type text, and the feature of type float64; cast it"),
    ("level", "int64", "is of type float8"),
    ("level > 1", "text", "is of type bool"),
    ("avg(level)", "float64", "must appear in the GROUP BY|aggregate"),
    ("pg_sleep(1)::text::float8", "float64", "'pg_sleep', whose result depends on more"),
    ("random()", "float64", "'random', whose result"),
    ("extract(epoch FROM now())", "float64", "'now', whose result"),
    ("generate_series(1, 3)", "int64", "'generate_series', which gives several rows"),
    ("no_such_thing(level)", "float64", "'no_such_thing', no function of PostgreSQL's own"),
    ("pg_read_file('/etc/passwd')", "text", "'pg_read_file', whose result"),
    ("query_to_xml('x', true, true, '')::text", "text", "'query_to_xml', whose result"),
    ("lo_import('/etc/passwd')::text::float8", "float64", "'lo_import', whose result"),
    ("(level, level)", "float64", "is of type record"),
    ("array[level]", "float64", r"is of type float8\[\]"),
    ("given::text", "text", "'given' is no column"),
]


@TIERS
def test_registering_asks_the_database_what_it_makes_of_an_expression(
    store: ft.TimescaleDBFeatureStore,
) -> None:
    store.register(readings())
    for expression, dtype, reason in MISUNDERSTOOD:
        rule = ft.sql_rule(expression, ["readings.level", "readings.note"])
        group = computed("derived", ft.Feature("a", dtype, rule=rule))

        for register in (store.plan, store.register):
            with pytest.raises(ft.InvalidDefinitionError, match=reason):
                register(group)
    assert "derived" not in store.registry().groups


def test_expressions_of_files_and_of_no_constructor_are_checked_like_any_other(
    store: ft.TimescaleDBFeatureStore,
) -> None:
    store.register(readings())
    for source, reason in (
        ("(SELECT count(*)::float8 FROM featuretrail.events)", "holds SELECT"),
        ("level) AS value, (level", "closes a '\\)'"),
        ("avg(level) OVER ()", "another window"),
    ):
        rule = ft.Rule("sql", ["readings.level"], source)
        for register in (store.plan, store.register):
            with pytest.raises(ft.InvalidDefinitionError, match=reason):
                register(computed("derived", number("a", rule)))
    assert "derived" not in store.registry().groups


@TIERS
def test_expressions_see_an_entitys_rows_in_order_of_event_time(
    store: ft.TimescaleDBFeatureStore,
) -> None:
    store.register(readings())
    store.ingest("readings", table((1, 2, 5.0), (2, 1, 7.0), (1, 1, 2.0), (1, 3, None)))
    steps = ft.sql_rule("level - lag(level) OVER entity", ["readings.level"])
    place = ft.sql_rule("row_number() OVER entity", ["readings.level"])
    shout = ft.sql_rule("upper(note) || '%'", ["readings.note"], history=timedelta(0))
    high = ft.sql_rule("level > 4", ["readings.level"], history=timedelta(0))
    day = ft.sql_rule("date_trunc('day', event_time)", ["readings.level"], history=timedelta(0))
    store.register(
        computed(
            "derived",
            number("step", steps),
            ft.Feature("place", "int64", rule=place),
            ft.Feature("shout", "text", rule=shout),
            ft.Feature("high", "bool", rule=high),
            ft.Feature("day", "timestamptz", rule=day),
        )
    )

    store.compute("derived")

    asked = ((1, 1), (1, 2), (1, 3), (2, 1))
    assert values(store, "derived.step", *asked) == [None, 3.0, None, None]
    assert values(store, "derived.place", *asked) == [1, 2, 3, 1]
    assert values(store, "derived.shout", *asked) == ["IS 2%", "IS 5%", None, "IS 7%"]
    assert values(store, "derived.high", *asked) == [False, True, None, True]
    assert values(store, "derived.day", *asked) == [hour(0)] * 4


@pytest.mark.tiers("embedded", "apache")  # the Community engine has one session for all
def test_parts_evaluated_at_once_come_back_in_order_and_cut_no_entity(
    store: ft.TimescaleDBFeatureStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(expression_way, "ROWS", 2)
    store.register(readings())
    asked = [(sensor, at) for sensor in range(1, 8) for at in range(1, 1 + sensor % 4)]
    store.ingest("readings", table(*((sensor, at, 10.0 * sensor) for sensor, at in asked)))
    place = ft.sql_rule("row_number() OVER entity", ["readings.level"])
    plain = ft.sql_rule("level + 1", ["readings.level"], history=timedelta(0))
    store.register(
        computed("derived", ft.Feature("place", "int64", rule=place), number("next", plain))
    )

    store.compute("derived")

    assert values(store, "derived.place", *asked) == [at for _, at in asked]
    assert values(store, "derived.next", *asked) == [10.0 * sensor + 1 for sensor, _ in asked]


def test_an_expressions_null_is_told_from_every_value_of_its_type(
    store: ft.TimescaleDBFeatureStore,
) -> None:
    store.register(readings())
    store.ingest("readings", table((2, 1, 0.0), (1, 2, None), (1, 1, 1.0), (1, 3, 0.0)))
    unknown = "CASE WHEN level IS NOT NULL THEN {} END"
    expressions = {
        "float64": "nullif(level, 1) * 'NaN'::float8",
        "int64": unknown.format("0"),
        "bool": "level > 0",
        "text": unknown.format("''"),
        "timestamptz": unknown.format("'epoch'::timestamptz"),
    }
    store.register(
        computed(
            "derived",
            *(
                ft.Feature(f"a_{dtype}", dtype, rule=ft.sql_rule(text, ["readings.level"]))
                for dtype, text in expressions.items()
            ),
            ft.Feature("same", "int64", rule=ft.sql_rule("0", ["readings.level"])),
            ft.Feature("which", "int64", rule=ft.sql_rule("sensor", ["readings.level"])),
            ft.Feature(
                "count", "int64", rule=ft.sql_rule("count(*) OVER entity", ["readings.level"])
            ),
        )
    )

    store.compute("derived")

    asked = ((1, 1), (1, 2), (1, 3), (2, 1))
    found = {name: values(store, f"derived.{name}", *asked) for name in ("same", "which", "count")}
    assert found == {"same": [0] * 4, "which": [1, 1, 1, 2], "count": [1, 2, 3, 1]}
    assert values(store, "derived.a_float64", *asked) == [None] * 4
    assert values(store, "derived.a_int64", *asked) == [0, None, 0, 0]
    assert values(store, "derived.a_bool", *asked) == [True, None, False, False]
    assert values(store, "derived.a_text", *asked) == ["", None, "", ""]
    assert values(store, "derived.a_timestamptz", *asked) == [
        None if at == (1, 2) else datetime(1970, 1, 1, tzinfo=UTC) for at in asked
    ]


def test_parents_of_one_name_are_told_apart_by_their_groups(
    store: ft.TimescaleDBFeatureStore,
) -> None:
    store.register(readings(), readings("others"))
    rule = ft.sql_rule(
        "readings__level - others__level", ["readings.level", "others.level"], history=timedelta(0)
    )
    store.register(computed("derived", number("gap", rule)))
    store.ingest("readings", table((1, 1, 5.0)))
    store.ingest("others", table((1, 0, 3.0)))

    store.compute("derived")

    assert values(store, "derived.gap", (1, 0), (1, 1)) == [None, 2.0]


def test_an_expression_that_fails_says_so_and_stores_nothing(
    store: ft.TimescaleDBFeatureStore,
) -> None:
    store.register(readings())
    store.ingest("readings", table((1, 1, 0.0)))
    store.register(computed("derived", number("a", ft.sql_rule("1 / level", ["readings.level"]))))
    before = store.position

    with pytest.raises(ft.RuleError, match=r"'derived\.a@1\.0\.0' failed on 1 rows: division by"):
        store.compute("derived")
    [failure] = store.audit.log(after=before)
    assert failure.event["error"] == "DivisionByZero"


def test_an_expression_that_makes_too_much_fails_like_any_other(
    store: ft.TimescaleDBFeatureStore,
) -> None:
    store.register(readings())
    store.ingest("readings", table((1, 1, 0.0)))
    for name, expression in {"much": "repeat(note, 2000000000)", "nul": "chr(level::int)"}.items():
        rule = ft.sql_rule(expression, ["readings.note", "readings.level"])
        store.register(computed(name, ft.Feature("a", "text", rule=rule)))

        with pytest.raises(ft.RuleError, match=r"failed on 1 rows: .*nothing was stored"):
            store.compute(name)


def test_no_rule_is_made_of_anything_but_text() -> None:
    with pytest.raises(ft.InvalidInputError, match="give text"):
        ft.sql_rule(cast("Any", 3), ["readings.level"])
    assert double().kind == "sql"
