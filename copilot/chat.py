"""The copilot: one question in; steps and verified text out; an Answer at the end."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Any

from copilot.answering.running import LABELS, ChatModels, Runner
from copilot.answering.turn import OpenTurn, answer_of
from copilot.citations import Verifier
from copilot.errors import SettingsError, StateError
from copilot.memos.memo import MemoResult
from copilot.memos.store import Memos
from copilot.sharing import Shared, shown
from copilot.source_pages import SourcePage, open_source, page_image
from copilot.sources import Sources
from copilot.state.conversations import Conversations, title_of
from copilot.state.turns import Share
from copilot.stopping import go_on
from copilot.suggestions import About, about, suggest
from copilot.telemetry import Telemetry, Watched
from copilot.tools import run
from copilot.types import Answer, Citation, Event, Final, TextDelta, ToolResult, Viewer
from copilot.verification.prose import ProseVerifier

_log = logging.getLogger(__name__)

# A longer question is cut to its beginning and end, where what is asked stands.
MAX_QUESTION_CHARACTERS = 4000
# How often the text of a long answer is saved while it is written.
KEEP_SECONDS = 2.0
# A turn that takes longer is logged as slow.
SLOW_SECONDS = 10.0


class Copilot:
    """Answers questions about one workspace. Safe to share between threads.

    Where a method takes `viewer`, it is a name from `workspace.yaml` or of someone who has signed in; None stands for
    the default one, and an unknown name raises SettingsError. Every method may raise StateError when the state folder
    cannot be used, and KnowledgeError when the index cannot be read.
    """

    def __init__(
        self,
        sources: Sources,
        models: ChatModels,
        conversations: Conversations,
        viewer: str | None = None,
        memos: Memos | None = None,
        slow_seconds: float = SLOW_SECONDS,
        telemetry: Telemetry | None = None,
    ) -> None:
        self.sources = sources
        self.conversations = conversations
        self.memos = memos
        self.telemetry = telemetry or Telemetry()
        self._models = models
        self._default_viewer = viewer
        self._slow_seconds = slow_seconds
        self._runner = Runner(sources, models, conversations)
        self._signed_in: dict[str, Viewer] = {}

    @property
    def title(self) -> str:
        return self.sources.workspace.title

    @property
    def models(self) -> tuple[str, ...]:
        """Chat models that a question may be put to, the default first."""
        return self._models.names

    @property
    def viewers(self) -> tuple[str, ...]:
        """Everyone who may be signed in, the default first."""
        config = self.sources.workspace.config
        return tuple(dict.fromkeys([self.viewer().name, *config.viewers]))

    def viewer(self, name: str | None = None) -> Viewer:
        return self._signed_in.get(name or "") or self.sources.workspace.viewer(name or self._default_viewer)

    def sign_in(self, claims: Mapping[str, object]) -> Viewer:
        """Lets a person in by the claims of an identity token that the caller has checked.

        From then on the name of the viewer that comes back may be passed to every method, so callers pass only names
        of whom they signed in themselves. Raises PermissionDenied where `sign_in` in workspace.yaml has no place for
        the person.
        """
        viewer = self.sources.workspace.signed_in(claims)
        self._signed_in[viewer.name] = viewer
        return viewer

    def visit(self, name: str) -> Viewer:
        """Lets whoever reaches the page in as a viewer of workspace.yaml, with a role only where one is given there."""
        viewer = self.sources.workspace.visitor(name)
        self._signed_in[name] = viewer
        return viewer

    @property
    def signs_in(self) -> bool:
        """People come in with the organisation's own sign-in."""
        return self.sources.workspace.config.sign_in is not None

    def suggestions(self, viewer: str | None = None) -> tuple[str, ...]:
        """Questions that this workspace can answer for this viewer, to start from."""
        return suggest(self.sources, self.viewer(viewer))

    def about(self, viewer: str | None = None) -> About:
        """What this viewer can ask about here, with examples."""
        return about(self.sources, self.viewer(viewer))

    def source(self, citation: Citation, viewer: str | None = None) -> SourcePage:
        """The exact passage or record behind a citation, as this viewer may see it.

        Raises KnowledgeError when the source is gone or has changed since, or is not for this viewer.
        """
        who = self.viewer(viewer)
        page = open_source(self.sources, who, citation)
        self.note("opened", page.source, who.name, locator=page.locator)
        return page

    def page_image(self, citation: Citation, viewer: str | None = None) -> bytes | None:
        """PNG of the page of a PDF that is cited, with the quote marked; None where there is none to show.

        Raises KnowledgeError when the source is gone, or is not for this viewer.
        """
        return page_image(self.sources, self.viewer(viewer), citation)

    def share(self, conversation: str, viewer: str | None = None) -> Share:
        """Lets others open one of the viewer's conversations by a link, as it stands now; the audit trail says so."""
        return self.conversations.share(conversation, self.viewer(viewer))

    def shared(self, link: str, viewer: str | None = None) -> Shared:
        """What a link opens to this viewer: all that is asked, and the answers that they may see.

        Raises SettingsError where the link opens nothing, or no longer does.
        """
        who, share = self.viewer(viewer), self.conversations.shared(link)
        turns = self.conversations.turns(share.conversation, share.viewer)
        title = self.conversations.info(share.conversation, share.viewer).title
        self.note("opened conversation", share.conversation, who.name)
        return Shared(title=title, viewer=share.viewer, at=share.at, turns=shown(self.sources, share, turns, who))

    def note(self, action: str, subject: str, viewer: str | None = None, **details: Any) -> None:
        """Adds what a viewer did to the audit trail; where it cannot be written, to the log."""
        self.conversations.note_or_log(self.viewer(viewer).name, action, subject, details)

    def call(self, tool: str, viewer: str | None = None, **arguments: Any) -> ToolResult:
        """What one tool finds, without a chat: text, evidence, tables, charts and figures.

        Raises ToolError, which says what would be right, when there is no such tool, it has nothing to answer from in
        this workspace, or an argument is unknown, missing or wrong.
        """
        return self.call_as(self.viewer(viewer), tool, arguments)

    def call_as(self, viewer: Viewer, tool: str, arguments: Mapping[str, Any]) -> ToolResult:
        """`call` for a viewer with a role of the moment, as a key gives one."""
        result = run(tool, self.sources, viewer, dict(arguments))
        sources = sorted({e.source for e in result.evidence})
        self.note("called", tool, viewer.name, arguments=dict(arguments), sources=sources)
        return result

    def prepare(self) -> None:
        """Loads what the first question loads for all later ones, by a suggested one that is told and kept nowhere."""
        question = next(iter(self.suggestions()), "What is here?")
        for _ in self._runner.run(OpenTurn(question, self.viewer(), Verifier(question), Watched())):
            pass

    def ask(
        self,
        question: str,
        conversation: str | None = None,
        viewer: str | None = None,
        *,
        model: str | None = None,
    ) -> Answer:
        """The answer to a question: `stream` read to its end. Raises what `stream` raises.

        That the documents do not say, or that more must be asked first, is an Answer with that `status`, no error. Its
        `seconds` are of wall-clock time.
        """
        for event in self.stream(question, conversation, viewer, model=model):
            if isinstance(event, Final):
                return event.answer
        raise AssertionError("a stream ends with a Final")

    def stream(
        self,
        question: str,
        conversation: str | None = None,
        viewer: str | None = None,
        *,
        instead_of: str | None = None,
        model: str | None = None,
    ) -> Iterator[Event]:
        """Steps and verified text as they come, then one Final.

        With a conversation, earlier questions in it are remembered and the turn is stored; without one, the
        question stands alone, and only the audit trail tells of it. `instead_of` is a turn of it whose place the
        question takes, so that neither that nor what followed is remembered. `model` is one of `models`, by default the
        first. Whoever stops reading early interrupts the turn, and its text so far is kept; so does the switch of
        `copilot.stopping`, by Stopped. Where the state folder cannot be written, the answer comes all the same, with a
        warning that it is not kept.

        A remote model that fails raises nothing: a Restart is given and the built-in model answers, with a warning in
        the Answer. Raises SettingsError for a conversation id that is malformed or not this viewer's, and for a model
        that is none of `models`; LimitExceeded when the built-in model comes to no answer in MAX_MODEL_CALLS calls.
        """
        who = self.viewer(viewer)
        with self.telemetry.turn(conversation) as watched:
            turn = self._begin(question, conversation, who, model, watched)
            yield from self._answer(turn, question, instead_of)

    def close(self) -> None:
        """Lets go of the files and connections that are open."""
        self.conversations.close()
        self.sources.records.close()
        if self.sources.snapshots is not None:
            self.sources.snapshots.close()
        if self.memos is not None:
            self.memos.close()
        if self._models.spending is not None:
            self._models.spending.close()
        self.telemetry.close()
        if self.sources.retriever is not None:
            self.sources.retriever.close()

    def forget(self, conversation: str, viewer: str | None = None) -> None:
        """Deletes a conversation, which is all that a model remembers of it. The audit trail stays.

        The id cannot be used again. Raises SettingsError when the viewer has no such conversation.
        """
        self.conversations.delete(conversation, self.viewer(viewer).name)

    def _begin(
        self, question: str, conversation: str | None, viewer: Viewer, chosen: str | None, watched: Watched
    ) -> OpenTurn:
        name = chosen or self.models[0]
        if name not in self.models:
            raise SettingsError(f"There is no model {name!r} here; there is {', '.join(self.models)}.")
        # A lone surrogate, as a terminal in another encoding passes on, can be neither stored nor printed.
        text = " ".join(question.encode("utf-8", "replace").decode().split())
        warnings = []
        if len(text) > MAX_QUESTION_CHARACTERS:
            half = MAX_QUESTION_CHARACTERS // 2
            warnings.append(f"The question has {len(text):,} characters; only its first and last {half:,} were read.")
            text = f"{text[:half]} {text[-half:]}"
        if self.sources.stale:
            warnings.append(self.sources.stale)
        verifier = ProseVerifier(text) if name in self._models.remote else Verifier(text)
        prices = self._models.prices if name == next(iter(self._models.remote), None) else None
        return OpenTurn(text, viewer, verifier, watched, conversation, name, prices, warnings=warnings)

    def _answer(self, turn: OpenTurn, question: str, instead_of: str | None) -> Iterator[Event]:
        stored: str | None = None
        if turn.conversation is not None:
            try:
                self.conversations.ensure(turn.conversation, turn.viewer.name, title_of(question))
                stored = self.conversations.begin_turn(turn.conversation, turn.viewer.name, question, instead_of)
            except StateError as error:
                turn.warnings.append(f"This answer is not kept: {error}")
                turn.conversation = None
        kept = turn.began
        try:
            for event in self._runner.run(turn):
                yield event
                go_on()
                if stored is not None and isinstance(event, TextDelta) and time.perf_counter() - kept > KEEP_SECONDS:
                    with suppress(StateError):
                        self.conversations.keep_partial(stored, turn.text)
                    kept = time.perf_counter()
            answer = self._keep(answer_of(turn), turn, stored)
            self._log_turn(answer)
            turn.watched.answer = answer
            yield Final(answer=answer)
        finally:
            self._models.count(turn.tokens)
            if stored is not None and turn.watched.answer is None:
                with suppress(StateError):
                    self.conversations.interrupt_turn(stored, turn.text)

    def _keep(self, answer: Answer, turn: OpenTurn, stored: str | None) -> Answer:
        """Stores the answer and audits it; where that cannot be, the answer says so."""
        try:
            if stored is not None:
                self.conversations.finish_turn(stored, answer, turn.verifier.cited, turn.findings)
                self._keep_memos(turn)
            else:
                self.conversations.note_answer(turn.viewer.name, answer, turn.verifier.cited)
        except StateError as error:
            _log.error("not audited", extra={"action": "answered", "subject": answer.id})
            if not any(warning.startswith("This answer is not kept") for warning in answer.warnings):
                warning = f"This answer is not kept: {error}"
                return answer.model_copy(update={"warnings": (*answer.warnings, warning)})
        return answer

    def _keep_memos(self, turn: OpenTurn) -> None:
        """Tools draft and change nothing; the turn that is stored keeps what they drafted."""
        for _, result in turn.results:
            if isinstance(result, MemoResult) and self.memos is not None:
                self.memos.keep(result.memo)
                self.note("kept memo", result.memo.id, result.memo.provenance.viewer, title=result.memo.title)

    def _log_turn(self, answer: Answer) -> None:
        # A remote model may make up the name of a tool, and put into it what it likes.
        tools = [call.name if call.name in LABELS else "unknown" for call in answer.tool_calls]
        about = {
            "answer": answer.id,
            "status": answer.status,
            "model": answer.model,
            "seconds": answer.seconds.total,
            "first_token_seconds": answer.seconds.first_token,
            "tools": tools,
        }
        if answer.seconds.total > self._slow_seconds:
            _log.warning("slow turn", extra=about)
        else:
            _log.info("turn", extra=about)
