"""What every command shares: its options ``--url``, ``--json`` and ``--debug``, and the store.

The store is imported where it is opened: for ``--help`` and ``version`` that would be most of the
time they take.
"""

from collections.abc import Callable
from datetime import datetime
from functools import wraps
from inspect import Parameter, signature
from typing import TYPE_CHECKING, Annotated, Any, Concatenate, ParamSpec

import typer
from attrs import evolve, frozen

from featuretrail.commands.exits import exits

if TYPE_CHECKING:
    from featuretrail.domain.registry import Registry
    from featuretrail.infrastructure.settings import Settings
    from featuretrail.store import TimescaleDBFeatureStore

P = ParamSpec("P")

Url = Annotated[
    str | None,
    typer.Option(
        help="The database; without it, FEATURETRAIL_URL, then featuretrail.toml, then the "
        "embedded server of this folder.",
        show_default=False,
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="Write one JSON document.")]
Debug = Annotated[bool, typer.Option("--debug", help="Show the traceback of an error.")]
Actor = Annotated[
    str | None, typer.Option(help="Who acts, for the audit trail.", show_default=False)
]


@frozen
class Invocation:
    """One call of the command line."""

    url: str | None = None
    as_json: bool = False
    debug: bool = False

    def joined(self, url: str | None, *, as_json: bool, debug: bool) -> "Invocation":
        """Return the options given before the command with those given after it."""
        return evolve(
            self,
            url=self.url if url is None else url,
            as_json=self.as_json or as_json,
            debug=self.debug or debug,
        )

    def settings(self, **arguments: object) -> "Settings":
        """Return the settings in force."""
        from featuretrail.infrastructure.settings import Settings  # noqa: PLC0415 - see above

        return Settings.load(url=self.url, **arguments)

    def store(self, actor: str | None = None) -> "TimescaleDBFeatureStore":
        """Open the store; the caller closes it with ``with``."""
        from featuretrail.connection import connect  # noqa: PLC0415 - see above

        return connect(settings=self.settings(actor=actor))

    def registry(self, known_at: int | datetime | None = None) -> "Registry":
        """Return the definitions, now or as they were, without opening the rest of the store."""
        from featuretrail.registered import registered  # noqa: PLC0415 - see above

        return registered(self.settings(), known_at)


_SHARED = {"url": Url, "as_json": AsJson, "debug": Debug}


def command(
    app: typer.Typer, name: str
) -> Callable[[Callable[Concatenate[Invocation, P], int | None]], Callable[P, None]]:
    """Add a function to ``app`` as command ``name``, with the shared options behind its own.

    The function takes the ``Invocation`` first and may return an exit code. Errors become
    messages and exit codes.
    """

    def register(
        function: Callable[Concatenate[Invocation, P], int | None],
    ) -> Callable[P, None]:
        @wraps(function)
        def run(*args: P.args, **kwargs: P.kwargs) -> None:
            own: dict[str, Any] = dict(kwargs)
            context: typer.Context = own.pop("context")
            shared = {option: own.pop(option) for option in _SHARED}
            invocation = (context.obj or Invocation()).joined(**shared)
            with exits(debug=invocation.debug):
                code = function(invocation, *args, **own)
                if code is not None:
                    raise typer.Exit(code)

        _extend(run, function)
        return app.command(name)(run)

    return register


def _extend(run: Callable[..., None], function: Callable[..., object]) -> None:
    """Give ``run`` the signature typer reads: the function's own parameters, then the shared."""
    known = signature(function, eval_str=True)
    own = [
        parameter.replace(kind=Parameter.KEYWORD_ONLY)
        for parameter in list(known.parameters.values())[1:]
    ]
    context = Parameter("context", Parameter.KEYWORD_ONLY, annotation=typer.Context)
    shared = [
        Parameter(
            option,
            Parameter.KEYWORD_ONLY,
            default=None if option == "url" else False,
            annotation=annotation,
        )
        for option, annotation in _SHARED.items()
    ]
    parameters = [context, *own, *shared]
    run.__signature__ = known.replace(  # type: ignore[attr-defined]
        parameters=parameters, return_annotation=None
    )
    run.__annotations__ = {parameter.name: parameter.annotation for parameter in parameters}
