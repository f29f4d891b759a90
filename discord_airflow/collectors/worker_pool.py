"""
Files imported by worker processes: a hostile one costs itself, and several are imported at once.

Every import takes its locks in one order: the channel's, then guild, channels, roles, emoji, profiles, users and
members, each by rising key. So none waits for another in a circle, however files are handed out (lanes.py).
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from selectors import EVENT_READ, DefaultSelector

from discord_airflow import errors
from discord_airflow.collectors.export_process import Interrupted
from discord_airflow.collectors.import_summary import FileResult
from discord_airflow.collectors.lanes import Lane, Lanes, lanes_of
from discord_airflow.collectors.memory_limit import processes_ended_for_memory
from discord_airflow.collectors.one_file import Door, Job, stopped
from discord_airflow.collectors.source_files import size_of
from discord_airflow.collectors.worker_death import Death, Suspects, condemn, death_of
from discord_airflow.collectors.worker_messages import Began, Done, Failed, Lost, Read, Ready, Start
from discord_airflow.collectors.worker_process import Order, WorkerProcess, spelled
from discord_airflow.settings import DatabaseSettings

Advance = Callable[[int], None]
Stopped = Callable[[], bool]
"""Says whether somebody has asked to end everything; asked from any thread."""

_ORDERS_AHEAD = 2
"""One at work and one waiting, so that a worker need not wait for us between two small files."""

_SMALL_FILE = 1 << 20
_BYTES_WORTH_A_WORKER = 4 << 20
"""A further process takes longer to start than this takes to import."""

_FALSE_STARTS = 3
_LOOK_UP_SECONDS = 0.5


@dataclass(frozen=True, slots=True)
class Workers:
    """In which processes to import: at most so many, each with so much memory, and where the database is."""

    database: DatabaseSettings
    processes: int
    memory_bytes: int


class WorkerPool:
    """
    Keeps workers from one import to the next; use it as a context manager, which ends them all.

    *door* is for the pool's own use: to see whether the database is there, and to note what ended a worker. Once
    *stopped* says so, imports raise Interrupted, also in the middle of a file.
    """

    def __init__(self, workers: Workers, door: Door, stopped: Stopped = lambda: False) -> None:
        self._workers = workers
        self._stopped = stopped
        self._door = door
        self._alive: list[WorkerProcess] = []
        self._selector = DefaultSelector()
        self._false_starts = 0
        self._ended_for_memory = processes_ended_for_memory()

    def __enter__(self) -> "WorkerPool":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End all workers, in the middle of their work if need be."""
        self._end_workers()
        self._selector.close()

    def _end_workers(self) -> None:
        for worker in self._alive:  # they end at the same time, not one after the other
            worker.dismiss()
        while self._alive:
            worker = self._alive.pop()
            self._selector.unregister(worker)
            worker.close()

    def start_worker(self) -> WorkerProcess:
        """Start a worker; while it loads, the caller may do something else."""
        worker = WorkerProcess(Start.of(self._workers.database, self._workers.memory_bytes))
        self._alive.append(worker)
        self._selector.register(worker, EVENT_READ, worker)
        return worker

    def do(self, jobs: Sequence[Job], advance: Advance | None = None) -> Iterator[tuple[int, FileResult]]:
        """Yield what became of each job, with its position, as soon as it is known."""
        run = _Run(jobs, self._workers.processes, advance)
        while run.unfinished:
            if self._stopped():
                self._end_workers()
                raise Interrupted
            self._hand_out(run)
            for key, _ in self._selector.select(_LOOK_UP_SECONDS):
                for finished in self._hear(key.data, run):
                    run.unfinished -= 1
                    yield finished

    def _hand_out(self, run: "_Run") -> None:
        while len(self._alive) < min(run.processes, len(self._alive) + len(run.lanes)):
            self.start_worker()
        for worker in self._alive:
            while (order := run.next_for(worker)) is not None:
                worker.give(order)

    def _hear(self, worker: WorkerProcess, run: "_Run") -> Iterator[tuple[int, FileResult]]:
        replies = worker.replies()
        if replies is None:
            yield from self._bury(worker, run)
            return
        for reply in replies:
            match reply:
                case Ready():
                    self._false_starts = 0
                case Began(sha256):
                    worker.orders[0].sha256 = sha256
                case Read(byte_size):
                    run.read(worker.orders[0], byte_size)
                case Done(result):
                    yield worker.orders.popleft().position, result
                case Lost(said):
                    self._once_more(run, worker.orders.popleft(), said)
                case Failed("", said):
                    raise RuntimeError(f"an import met with an error of this program in {_path_of(worker)}:\n{said}")
                case Failed(name, said):
                    raise getattr(errors, name)(said)

    def _once_more(self, run: "_Run", order: Order, said: str) -> None:
        """Put a file back whose connection was lost, once; raise what says so when there is no database any more."""
        if order.position in run.lost:
            raise stopped(order.job.path, said)
        run.lost.add(order.position)
        self._door.renew()
        run.put_back([order], Lane())

    def _bury(self, worker: WorkerProcess, run: "_Run") -> Iterator[tuple[int, FileResult]]:
        self._selector.unregister(worker)
        self._alive.remove(worker)
        status, orders = worker.wait(), list(worker.orders)
        if not worker.ready:
            self._check_start(status)
        elif orders:
            verdict = run.suspects.verdict(orders[0].position, self._death(status, orders[0]))
            if verdict is not None:
                order = orders.pop(0)
                yield order.position, condemn(self._door, order, verdict)
        lane = run.take_lane(worker)
        if orders or lane:
            run.put_back(orders, lane)
            run.use(self.start_worker())

    def _check_start(self, status: int) -> None:
        self._false_starts += 1
        if self._false_starts >= _FALSE_STARTS:
            raise errors.ConfigurationError(
                f"No process for the import can be started: it {spelled(status)}; is limits.import_memory_mb too small?"
            )

    def _death(self, status: int, order: Order) -> Death:
        before, self._ended_for_memory = self._ended_for_memory, processes_ended_for_memory()
        ended_for_memory = before is not None and self._ended_for_memory != before
        return death_of(
            status,
            memory_bytes=self._workers.memory_bytes,
            ended_for_memory=ended_for_memory,
            in_content=order.sha256 is not None,
        )


class _Run:
    """The files of one call of `do`, and who is at which."""

    def __init__(self, jobs: Sequence[Job], processes: int, advance: Advance | None) -> None:
        self.unfinished = len(jobs)
        self.suspects = Suspects()
        self.lost: set[int] = set()
        self._jobs = jobs
        self._advance = advance
        self._sizes = [size_of(job.path) for job in jobs]
        self.processes = min(processes, len(jobs), 1 + sum(self._sizes) // _BYTES_WORTH_A_WORKER)
        # With one worker there is nothing to share out.
        paths = [job.path for job in jobs]
        self.lanes = Lanes(lanes_of(paths, self._sizes) if self.processes > 1 else [Lane(range(len(jobs)))])
        self.processes = min(self.processes, len(self.lanes))
        self._lane_of: dict[WorkerProcess, Lane] = {}

    def next_for(self, worker: WorkerProcess) -> Order | None:
        """Return what to give *worker* next, if anything."""
        if len(worker.orders) >= _ORDERS_AHEAD:
            return None
        lane = self._lane_of.get(worker)
        if not lane:
            is_busy = any(self._sizes[order.position] > _SMALL_FILE for order in worker.orders)
            if is_busy or not self.lanes:  # another worker will have time before this one
                return None
            busy = {each.guild for each in self._lane_of.values()}
            lane = self._lane_of[worker] = self.lanes.take(lane.guild if lane is not None else None, busy)
        position = lane.popleft()
        return Order(position, self._jobs[position])

    def read(self, order: Order, byte_size: int) -> None:
        """Note progress."""
        order.bytes_read += byte_size
        if self._advance is not None:
            self._advance(byte_size)

    def take_lane(self, worker: WorkerProcess) -> Lane:
        """Return what is left of a worker's lane, which nobody has from now on."""
        return self._lane_of.pop(worker, Lane())

    def put_back(self, orders: Sequence[Order], lane: Lane) -> None:
        """Let *orders* be done again, and then *lane*, before anything else."""
        for order in orders:
            self.read(order, -order.bytes_read)
        self.lanes.put_back(Lane([*(order.position for order in orders), *lane]))

    def use(self, worker: WorkerProcess) -> None:
        """Give a fresh worker the lane that comes next: nothing but the files themselves can end it."""
        self._lane_of[worker] = self.lanes.take(None, ())


def _path_of(worker: WorkerProcess) -> str:
    return str(worker.orders[0].job.path) if worker.orders else "no file"
