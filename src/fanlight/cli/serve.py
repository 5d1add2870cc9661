"""`fanlight serve`: run the clinic's server. Refuses a database that would lose what it acknowledges."""

from __future__ import annotations

import gc
import os
import sys
from typing import Annotated

import typer

from fanlight.cli.typed import run_app

app = typer.Typer(add_completion=False)


@app.command()
def serve(
    host: Annotated[str, typer.Option(help="address to listen on")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="port to listen on")] = 8000,
    data: Annotated[str, typer.Option(help="folder of the database (default: FANLIGHT_DATA or ./var)")] = "",
    behind_proxy: Annotated[bool, typer.Option(help="trust X-Forwarded-Proto from the TLS proxy in front")] = False,
    overlay: Annotated[str, typer.Option(help="folder of the clinic's own protocols (default: FANLIGHT_OVERLAY)")] = "",
) -> int:
    """Serve for real use: a second factor for everybody, cookies over TLS only."""
    from fanlight.cli.django_start import choose_data, migrate, start_django, use_overlay

    use_overlay(overlay)
    os.environ.pop("FANLIGHT_DEMO", None)  # only `fanlight demo` says it, for itself: never what was left in the environment
    folder = choose_data(data)
    folder.mkdir(parents=True, exist_ok=True)
    if behind_proxy:
        os.environ["FANLIGHT_BEHIND_PROXY"] = "1"
    start_django()
    migrate()
    from fanlight.records.models import Site

    if not Site.objects.exists():
        sys.stderr.write(f"FAN-SITE-001  There is no clinic in {folder} yet. Make one: fanlight init --data {folder} --site NAME ...\n")
        return 1
    return run_server(host, port, writes_by_itself=True)


def run_server(host: str, port: int, *, writes_by_itself: bool) -> int:
    """Check the database's promises, then serve until stopped. `writes_by_itself` passes late tasks on."""
    import uvicorn

    from fanlight.records.clock import now
    from fanlight.records.storage import check_clock, check_storage

    check_storage()
    check_clock(now())
    if writes_by_itself:
        from fanlight.web.curve_client import curves
        from fanlight.web.house_clock import start_house_clock

        start_house_clock()
        curves.warm()
    settle_memory()
    config = uvicorn.Config(
        "fanlight.web.asgi:application",
        host=host,
        port=port,
        lifespan="off",
        log_level="warning",
        log_config=None,
        server_header=False,
        access_log=False,
    )
    server = uvicorn.Server(config)
    try:
        server.run()
    except SystemExit:  # uvicorn says on stderr what was wrong with the address
        return 1
    return 0 if server.started else 1


def settle_memory() -> None:
    """Read all content and code that serves pages, and set it apart from the garbage collector.

    It lives as long as the process. Looked at again and again, it cost one request in some hundreds a tenth of a second.
    """
    from django.urls import get_resolver

    from fanlight.records.library import library

    library().read_all()
    _ = get_resolver().url_patterns
    gc.collect()
    gc.freeze()


def run(args: list[str]) -> int:
    """Run the command."""
    return run_app(app, "serve", args)
