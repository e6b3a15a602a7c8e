"""Build, run and deploy above the blocks.

The commands `envspec.build`, `envspec.run` and `envspec.deploy`, with the document's address and the block's name, are
the client's to carry out, in a terminal that people see: the server executes nothing.
"""

from __future__ import annotations

from lsprotocol import types

from envspec.editor.lenses import lenses
from envspec.language_server.server import EnvspecServer


def on_lenses(server: EnvspecServer, params: types.CodeLensParams) -> list[types.CodeLens]:
    session = server.session
    uri = params.text_document.uri
    analysis = session.document(uri).analysis
    if analysis is None:
        return []
    return [
        types.CodeLens(
            session.range(analysis.source, lens.span),
            types.Command(lens.command, f"envspec.{lens.command}", arguments=[uri, lens.name]),
        )
        for lens in lenses(analysis)
    ]
