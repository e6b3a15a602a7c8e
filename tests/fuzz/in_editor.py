"""What must hold in an editor for any input at all: every question has an answer, within the file."""

from __future__ import annotations

from envspec.check.project import Checked
from envspec.diagnostics import Span
from envspec.editor.analysis import Analysis
from envspec.editor.completion.complete import complete
from envspec.editor.hints import hints
from envspec.editor.hover import hover
from envspec.editor.lenses import lenses
from envspec.editor.links import links
from envspec.editor.names import names_in
from envspec.editor.outline import outline
from envspec.editor.signatures import signature
from envspec.editor.structure import enclosing, folds
from envspec.editor.tokens import tokens
from envspec.resolve.files import ProjectFiles


def broken_in_editor(file: str, files: ProjectFiles, checked: Checked, chance: int) -> str:
    """What an editor would see broken; `chance` chooses the place that is asked about."""
    analysis = Analysis(file, files, checked)
    text = analysis.source.text
    offset = chance % (len(text) + 1)
    found = hover(analysis, offset)
    spans: list[Span] = [] if found is None else [found.span]
    spans += [Span(file, one.start, max(one.end, one.start)) for one in complete(analysis, offset)]
    spans += [name.span for name in names_in(analysis.module)]
    spans += [token.span for token in tokens(analysis)]
    spans += [link.span for link in links(analysis)]
    spans += [lens.span for lens in lenses(analysis)]
    spans += enclosing(analysis.module.module, offset)
    for span in spans:
        if not 0 <= span.start <= span.end <= len(text):
            return f"a place outside the file in the editor: {span}"
    if any(not 0 <= hint.offset <= len(text) for hint in hints(analysis, 0, len(text))):
        return "a hint outside the file"
    form = signature(analysis, offset)
    if form is not None and any(name not in form.label for name, _ in form.parameters):
        return f"a form without its parts: {form}"
    folds(analysis.module.module, analysis.source)
    outline(analysis.module.module)
    return ""
