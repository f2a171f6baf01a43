"""Input tokens that a remote model is sent a question, counted offline over 30 questions of the development set.

The model is played by the tests' local server: in the first round it searches the documents and calls the tools that
the data set expects and the one that the built-in planner puts first, with the planner's arguments, after it has asked
for those of them that it was not offered; then it answers.
Run `python bench/tokens.py`.
"""

from __future__ import annotations

import json
import statistics
import sys
import tempfile
from collections import defaultdict
from collections.abc import Callable, Sequence
from itertools import islice, zip_longest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from openai_server import Call, Json, OpenAIServer, Reply

from copilot import Copilot, Settings, open_copilot
from copilot.models.remote import offering
from copilot.retrieval.tokens import count
from evals.samples import Sample, load

QUESTIONS = 30


def chosen() -> list[Sample]:
    """Questions of each type in turn."""
    by_type: dict[str, list[Sample]] = defaultdict(list)
    for sample in load("dev").samples:
        if sample.tools and not sample.history:
            by_type[sample.type].append(sample)
    in_turn = (s for row in zip_longest(*by_type.values()) for s in row if s is not None)
    return list(islice(in_turn, QUESTIONS))


def calls(copilot: Copilot, sample: Sample) -> tuple[Call, ...]:
    made = copilot.ask(sample.question).tool_calls
    wanted = {tool.name for tool in sample.tools} | {made[0].name, "search_knowledge"}
    found = [call for call in made if call.name in wanted]
    return tuple(Call(call.name, json.loads(json.dumps(call.arguments, default=str))) for call in found)


def asking_for(script: Sequence[Call]) -> Callable[[Json], Reply]:
    """Makes the calls, and before them asks for the tools that are not offered."""

    def reply(request: Json) -> Reply:
        offered = {tool["function"]["name"] for tool in request["tools"]}
        lacking = [call.name for call in script if call.name not in offered]
        return Reply(calls=(Call(offering.NAME, {"names": lacking}),) if lacking else script)

    return reply


def answering(script: Sequence[Call]) -> Callable[[Json], Reply]:
    """Makes the calls where it had to ask for their tools, else answers."""

    def reply(request: Json) -> Reply:
        made = {call["function"]["name"] for m in request["messages"] for call in m.get("tool_calls") or ()}
        return Reply(calls=script) if made == {offering.NAME} else Reply("The records do not say.")

    return reply


def wire(value: object) -> str:
    """As the client sends it."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def parts(request: Json) -> dict[str, int]:
    """Tokens of a request by what they are spent on."""
    sizes: dict[str, int] = defaultdict(int)
    sizes["tools"] = count(wire(request["tools"]))
    for message in request["messages"]:
        made = wire(message["tool_calls"]) if message.get("tool_calls") else ""
        sizes[message["role"]] += count(str(message["content"] or "") + made)
    return sizes


def main() -> None:
    samples = chosen()
    with tempfile.TemporaryDirectory() as folder, OpenAIServer([Reply("Nothing.")]) as server:
        built_in = open_copilot(Settings(state_dir=Path(folder)))
        scripts = [calls(built_in, sample) for sample in samples]
        built_in.close()
        settings = Settings(state_dir=Path(folder), model="openai:any", base_url=server.url)
        copilot = open_copilot(settings)
        totals: list[int] = []
        spent: dict[str, int] = defaultdict(int)
        for sample, script in zip(samples, scripts, strict=True):
            server.requests.clear()
            server.script = [asking_for(script), answering(script), answering(script)]
            copilot.ask(sample.question)
            sizes = [parts(request) for request in server.requests]
            for size in sizes:
                for name, tokens in size.items():
                    spent[name] += tokens
            totals.append(sum(sum(size.values()) for size in sizes))
            print(f"{totals[-1]:6,}  {'+'.join(c.name for c in script):60.60}  {sample.question[:60]}", flush=True)
        copilot.close()
    print(f"mean {statistics.mean(totals):,.0f}, median {statistics.median(totals):,.0f}, most {max(totals):,}")
    print("  ".join(f"{name} {tokens / len(totals):,.0f}" for name, tokens in sorted(spent.items())))


if __name__ == "__main__":
    main()
