"""What can go wrong in a digest, done on purpose: the check notices."""

from bench.mutation_operators import REPORTED, STRUCTURAL, WORDING
from bench.mutations import adversarial, digest_of, measure, share
from discord_airflow.analysis.evidence import Evidence
from discord_airflow.analysis.verify import check_statement


def test_structural_damage_is_noticed_always_and_wording_nearly_always():
    """
    Every operator is used. Structural ones: at least 99.9 %. A source moved inside its conversation: at least 97 %.
    All gated operators with equal weight: at least 95 %, without a model.
    """
    made, caught, survivors = measure(seed=7, wanted=1500)
    assert set(made) == {*STRUCTURAL, *WORDING, *REPORTED}
    assert share(STRUCTURAL, made, caught) >= 0.999, [s.text for name, s in survivors if name in STRUCTURAL]
    moved = "source moved inside the conversation"
    assert caught[moved] / made[moved] >= 0.97
    gated = [caught[name] / made[name] for name in (*STRUCTURAL, *WORDING)]
    assert sum(gated) / len(gated) >= 0.95


def test_a_sound_digest_raises_no_alarm():
    """What was published is verified again, all of it; false alarms would be as bad as misses."""
    for seed in range(12):
        digest, rows = digest_of(seed)
        evidence = Evidence(rows, digest_window(digest))
        assert digest.statements
        assert all(check_statement(s, evidence).state == s.state for s in digest.statements)


def digest_window(digest):
    from discord_airflow.window import Window

    return Window(digest.since, digest.until, digest.zone)


def test_digests_of_a_lying_model_cite_completely_and_correctly(capsys):
    """Every sentence has a source, and every source is the message it claims to be."""
    assert adversarial(12)
    assert "citation recall" in capsys.readouterr().out
