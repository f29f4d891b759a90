"""Batches are sent in order beside the work, and questions are answered behind them."""

from threading import current_thread, main_thread

import pytest

from discord_airflow.collectors.sender import Sender


class Server:
    """Notes what came in, and in which threads."""

    def __init__(self):
        self.taken = []
        self.threads = set()

    def take(self, batch):
        """Take one batch; one that is an error is raised."""
        self.threads.add(current_thread())
        if isinstance(batch, Exception):
            raise batch
        self.taken.append(batch)

    def answer(self):
        """Tell what came in up to now."""
        self.threads.add(current_thread())
        return list(self.taken)


@pytest.fixture
def server():
    """Where batches go."""
    return Server()


def test_a_single_batch_and_its_questions_need_no_thread(server):
    with Sender(server.take) as sender:
        first = sender.ask(server.answer)
        sender.put(1)
        second = sender.ask(server.answer)
        assert (first(), second()) == ([], [])
        sender.finish()
    assert (server.taken, server.threads) == ([1], {main_thread()})


def test_a_question_is_answered_behind_the_batches_before_it_and_before_those_after_it(server):
    with Sender(server.take) as sender:
        sender.put(1)
        sender.put(2)
        answer = sender.ask(server.answer)
        sender.put(3)
        sender.finish()
        assert answer() == [1, 2]
    assert server.taken == [1, 2, 3]
    assert main_thread() not in server.threads


def test_a_question_from_before_the_thread_is_asked_when_the_thread_has_nothing_to_do(server):
    with Sender(server.take) as sender:
        answer = sender.ask(server.answer)
        for batch in (1, 2, 3):
            sender.put(batch)
        assert answer() == [1, 2, 3]


def test_what_a_batch_met_with_is_told_to_whoever_asks_next_and_nothing_more_is_sent(server):
    with Sender(server.take) as sender:
        sender.put(1)
        sender.put(LookupError("gone"))
        answer = sender.ask(server.answer)
        with pytest.raises(LookupError, match="gone"):
            answer()
        with pytest.raises(LookupError, match="gone"):
            sender.put(2)
        with pytest.raises(LookupError, match="gone"):
            sender.finish()
    assert server.taken == [1]


def test_what_a_question_met_with_is_raised_where_its_answer_is_waited_for(server):
    def question():
        raise LookupError("what?")

    with Sender(server.take) as sender:
        sender.put(1)
        sender.put(2)
        answer = sender.ask(question)
        sender.put(3)
        with pytest.raises(LookupError, match="what"):
            answer()
        sender.finish()
    assert server.taken == [1, 2, 3]
