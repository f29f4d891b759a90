"""When a scheduler would start a DAG."""

from datetime import UTC


def ticks(dag, after, count):
    """The next *count* instants at which a scheduler would start *dag*."""
    from airflow.serialization.encoders import coerce_to_core_timetable
    from airflow.timetables.base import DataInterval, TimeRestriction

    timetable = coerce_to_core_timetable(dag.timetable)
    instants = []
    last = DataInterval.exact(after)
    restriction = TimeRestriction(earliest=None, latest=None, catchup=True)
    for _ in range(count):
        info = timetable.next_dagrun_info(last_automated_data_interval=last, restriction=restriction)
        instants.append(info.run_after.astimezone(UTC))
        last = info.data_interval
    return instants
