"""Models in the same process: no server, no socket."""

from discord_airflow.analysis.model import Answer, ModelFacts
from discord_airflow.queries.tokens import estimate_tokens
from tests.fakes.ollama.answers import honest


class FakeModel:
    """A model that answers with a function of the prompt, and remembers what it was asked."""

    def __init__(self, answer=honest, context_tokens=8192, digest="feedc0de", *, counts=True):
        self.answer = answer
        self.context_tokens = context_tokens
        self.digest = digest
        self.counts = counts
        self.prompts = []
        self.closed = False

    def prepare(self):
        return ModelFacts("fake", self.digest, "Fake 1", self.context_tokens, {"temperature": 0, "seed": 1})

    def complete(self, prompt, seconds):
        self.prompts.append(prompt)
        given = self.answer(prompt.system, prompt.user)
        if isinstance(given, Exception):
            raise given
        if isinstance(given, Answer):
            return given
        tokens = int(estimate_tokens(prompt.system + prompt.user) * 0.9) if self.counts else None
        return Answer(given, tokens, 100)

    def halve_context(self):
        self.context_tokens //= 2
        return self.context_tokens

    def close(self):
        self.closed = True


class Scripted:
    """Answers one after the other; an exception among them is raised."""

    def __init__(self, *steps):
        self.steps = list(steps)

    def __call__(self, system, user):
        step = self.steps.pop(0) if len(self.steps) > 1 else self.steps[0]
        return step(system, user) if callable(step) else step
